# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""
Every code block of README, guides and roles, and every module's examples, does what it says: they are run on the mock.

Only host names, ports and passwords are replaced. Plays and tasks run as they stand; a block with a file name is
written to that file; shell blocks run line by line beside these files; a ``text`` block is what the command before it
must have printed.
"""

from __future__ import annotations

import json
import re
import threading
from pathlib import Path

import pytest
import yaml

from support.documents.blocks import Block, documents, module_documentation
from support.documents.player import PASSWORD, DocumentPlayer, DocumentServers, compare
from support.servers.ob_mock import Mock, wait_for

DOCUMENTS = documents()
JOB_ID = 1706251714452555625
RUNNING = {
    "tenants": [{"name": "mysql002", "archive_state": "DOING"}],
    "jobs": [{"clone_tenant": "clone_a", "state": "CLONE_SYS_WAIT_TENANT_RESTORE_FINISH", "age": 8000, "hold": True,
              "job_id": JOB_ID}],
}
IDLE = {"tenants": [{"name": "mysql002", "archive_state": "DOING"}]}
IDLE_DOCUMENTS = ("roles/ephemeral_clone/README.md", "ob_clone", "ob_clone_drop", "ob_tenant_info")
# Documents that say that the login comes from the environment.
LOGIN_FROM_ENVIRONMENT = ("docs/docsite/rst/pipelines_guide.rst", "docs/docsite/rst/in_process_guide.rst")

# Lines of shell blocks that are not run here, and why.
NOT_RUN = {
    "python3 -m venv oceanbase": "the environment of the tests stands for it",
    ". oceanbase/bin/activate": "the environment of the tests stands for it",
    "python3 -m pip install ansible-core PyMySQL": "the environment of the tests stands for it",
    "python3 -m pip install PyMySQL": "the environment of the tests stands for it",
    "ansible-galaxy collection install community.oceanbase": "needs Galaxy; test_installed.py installs the tarball",
    "make build": "test_installed.py does that",
    ". .venv/bin/activate": "the environment of the tests stands for it",
    "ansible-galaxy collection install --offline .cache/build/community-oceanbase-*.tar.gz":
        "test_installed.py does that",
    "ansible-galaxy collection download community.oceanbase --download-path carry": "needs Galaxy",
    "python3 -m pip download --dest carry 'PyMySQL>=1.0.2'": "needs a package index",
    "ansible-galaxy collection install --offline carry/community-oceanbase-*.tar.gz": "test_installed.py does that",
    "python3 -m pip install --no-index --find-links carry PyMySQL": "needs the wheel that was not downloaded",
    "git clone https://github.com/community-oceanbase/community.oceanbase.git": "this is such a clone",
    "cd community.oceanbase": "this is such a clone",
    "make test ARGS=tests/unit": "this is a part of it",
    "make test ARGS='-k already_canceled'": "this is a part of it",
    "OCEANBASE_TEST_DISPOSABLE=yes OCEANBASE_TEST_HOST=10.0.0.9 OCEANBASE_TEST_PASSWORD=secret make test-cluster":
        "tests/cluster is tried on the mock by its own test",
    "python3 -m pip install ansible-rulebook ansible-core PyMySQL": "make test-eda does that",
    "export OCEANBASE_LOGIN_HOST=observer1.example.com OCEANBASE_LOGIN_PASSWORD=secret": "make test-eda does that",
    **{f"ansible-rulebook --rulebook community.oceanbase.{name} --inventory eda-inventory.yml --vars eda-vars.yml":
       "make test-eda runs it" for name in ("cancel_stuck_clones", "report_ended_clones")},
    "make demo": "test_demo.py runs it",
    "make test": "this is a part of it",
    "make test-modules": "a step of .ci/run of its own",
}


def plays(block: Block) -> bool:
    """Whether a YAML block is plays or tasks, as opposed to variables or the settings of a tool."""
    return block.language == "yaml" and isinstance(yaml.safe_load(block.text), list)


def commands(block: Block) -> list[str]:
    """The lines of a shell block without their comments."""
    return [line.split(" #")[0].strip() for line in block.text.splitlines()] if block.language == "shell" else []


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_block_of_a_document_runs(name: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    servers = DocumentServers(IDLE if name in IDLE_DOCUMENTS else RUNNING)
    player = DocumentPlayer(tmp_path, login_from_environment=name in LOGIN_FROM_ENVIRONMENT)
    request.addfinalizer(player.stop_own_mock)
    output = ""
    for block in DOCUMENTS[name]:
        if block.language == "yaml" and not block.name and not plays(block):
            player.variables.update(yaml.safe_load(player.adapt(block.text)))
    for block in DOCUMENTS[name]:
        where = f"{name}:{block.line}"
        if block.language == "text" and not block.name:
            compare(block.text, output, where)
            continue
        with servers.running(player):
            if block.name:
                player.write(block.name, block.text)
                check_file(block, player)
            elif plays(block):
                player.play(block.text, where)
                assert player.asked_a_server(block.text), f"{where} talked to no server"
            elif block.language == "shell":
                output = player.shell("\n".join(line for line in commands(block) if line not in NOT_RUN), where)
            elif block.language == "sql":
                run_sql(block.text, servers.direct)
            else:
                assert block.language == "yaml", f"{where}: nobody checks a block of {block.language}"


def check_file(block: Block, player: DocumentPlayer) -> None:
    """The content of a file is at least what its name says, and the commands in it run."""
    text = player.adapt(block.text)
    inside: list[str] = []
    if block.name == "scenario.json":
        # One of its jobs is not held.
        with Mock(scenario=player.folder / block.name, step_seconds=600) as mock:
            assert {row["clone_tenant_name"] for row in mock.progress()} == {"clone_a", "clone_b"}
            assert len(mock.history()) == 3
    elif block.language == "json":
        json.loads(text)
    elif block.name == ".gitlab-ci.yml":
        inside = next(iter(yaml.safe_load(text).values()))["script"]
    elif block.name == "Jenkinsfile":
        inside = [f"export TENANT=mysql001\n{command}" for command in re.findall(r"sh '(.+)'", text)]
        assert text.count("{") == text.count("}")
        assert inside
    elif block.language == "yaml":
        yaml.safe_load(text)
    for command in inside:
        player.shell(command, str(block.name))


def run_sql(text: str, mock: Mock) -> None:
    """Statements one after the other; one that starts a clone blocks its session until the clone has ended."""
    sessions = []
    for statement in filter(None, (part.strip() for part in text.split(";\n"))):
        if statement.startswith("CREATE TENANT"):
            sessions.append(threading.Thread(target=mock.sql, args=(statement,)))
            sessions[-1].start()
            wait_for(lambda: any(row["status"] == "CLONE_SYS_CREATE_TENANT" and row["clone_tenant_name"] == "clone_c"
                                 for row in mock.progress()), "clone_c in the state in which it is held")
        else:
            mock.sql(statement)
    for session in sessions:
        session.join(20)
        assert not session.is_alive()


@pytest.mark.parametrize("line", NOT_RUN)
def test_what_is_not_run_is_still_in_a_document(line: str) -> None:
    assert any(line in commands(block) for found in DOCUMENTS.values() for block in found)


MODULES = module_documentation()


@pytest.mark.parametrize("module", MODULES)
def test_the_examples_of_a_module_run(module: str, tmp_path: Path) -> None:
    servers = DocumentServers(IDLE if module in IDLE_DOCUMENTS else RUNNING)
    player = DocumentPlayer(tmp_path, login_from_environment=module != "ob_mock_server")
    player.write("client.cnf", f"[client]\nuser = root@sys\npassword = {PASSWORD}\n")
    with servers.running(player):
        if module == "ob_clone_drop":
            servers.direct.start_clone("clone_a")
            wait_for(servers.direct.history, "the clone that is to be dropped")
            player.variables["clone"] = {"job": {"clone_job_id": str(servers.direct.history()[0]["clone_job_id"])}}
        examples = str(MODULES[module]["examples"])
        assert f"community.oceanbase.{module}:" in examples
        player.play(examples, module)
        # What checks the variables of a role asks no server.
        assert player.asked_a_server(examples) or module == "ob_role_start"
        if module == "ob_clone_cancel":
            assert len(servers.direct.cancels(accepted_only=True)) == 1
