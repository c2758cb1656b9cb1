# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tarball holds all that a user needs, in the four folders that an installed collection may rely on."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from support import REPOSITORY
from support.plays.tarball import build_tarball
from support.servers.ob_mock import Mock

NEEDED = {"meta", "plugins", "roles", "playbooks"}


@pytest.fixture(scope="module")
def tarball(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The collection as `make build` packs it."""
    return build_tarball(tmp_path_factory.mktemp("tarball"))


def test_the_tarball_holds_nothing_that_was_made_here(tarball: Path) -> None:
    with tarfile.open(tarball) as archive:
        names = archive.getnames()
    assert "plugins/modules/ob_clone_cancel.py" in names
    assert "roles/sys_tenant_mock/files/ob_mock/__main__.py" in names
    hidden = {name.split("/")[0] for name in names if name.startswith(".")}
    assert hidden <= {".ansible-lint", ".yamllint"}
    assert [name for name in names if name.endswith((".pyc", ".tar.gz"))] == []


@pytest.fixture(scope="module")
def installed(tarball: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment in which Ansible finds the installed collection, of which only the four folders are left."""
    folder = tmp_path_factory.mktemp("installed")
    environment = {**os.environ, "ANSIBLE_COLLECTIONS_PATH": str(folder), "ANSIBLE_HOME": str(folder / "home"),
                   "ANSIBLE_LOCALHOST_WARNING": "false", "ANSIBLE_INVENTORY_UNPARSED_WARNING": "false"}
    subprocess.run(
        [sys.executable, "-m", "ansible", "galaxy", "collection", "install", "--offline", "--collections-path",
         str(folder), str(tarball)], env=environment, check=True)
    collection = folder / "ansible_collections" / "community" / "oceanbase"
    for path in collection.iterdir():
        if path.is_dir() and path.name not in NEEDED:
            shutil.rmtree(path)
    assert {path.name for path in collection.iterdir() if path.is_dir()} == NEEDED
    return environment


def run(environment: dict[str, str], folder: Path, playbook: str, **variables: object) -> None:
    """Runs a playbook of the installed collection, or a file, from a folder in which there is nothing else of it."""
    variables["ansible_python_interpreter"] = sys.executable
    subprocess.run(
        [sys.executable, "-m", "ansible", "playbook", playbook, "--extra-vars", json.dumps(variables)],
        env=environment, cwd=folder, check=True)


def login(mock: Mock) -> dict[str, object]:
    """The login options for the mock."""
    return {"login_host": mock.host, "login_port": mock.port}


def test_the_demo_playbook_runs_from_an_installed_collection(installed: dict[str, str], tmp_path: Path) -> None:
    status = "CLONE_SYS_WAIT_CREATE_SNAPSHOT"
    with Mock() as mock:
        mock.hold(status)
        mock.start_clone("clone_mysql001", until=status)
        run(installed, tmp_path, "community.oceanbase.demo", oceanbase_login=login(mock))
        assert len(mock.cancels(accepted_only=True)) == 1


HELD = {"jobs": [{"clone_tenant": "clone_a", "state": "CLONE_SYS_CREATE_TENANT", "hold": True}]}
CANCELED, COMPLETED = "CLONE_SYS_CANCELED", "CLONE_SYS_SUCCESS"
# For each role: its variables, what the cluster holds, and how the job is to end.
ROLES: dict[str, tuple[dict[str, object], dict[str, object], str]] = {
    "clone_cancel": ({"clone_cancel_clone_tenants": ["clone_a"]}, HELD, CANCELED),
    "free_source_tenant": ({"free_source_tenant_name": "mysql001"}, HELD, CANCELED),
    "ephemeral_clone": ({
        "ephemeral_clone_source_tenant": "mysql001", "ephemeral_clone_tenant": "clone_a",
        "ephemeral_clone_resource_pool": "pool_a", "ephemeral_clone_unit_config": "unit001",
        "ephemeral_clone_tasks": "{{ playbook_dir }}/tasks.yml"}, {}, COMPLETED),
}


def test_every_role_is_run_from_an_installed_collection() -> None:
    roles = {path.parents[1].name for path in (REPOSITORY / "roles").glob("*/meta/argument_specs.yml")}
    assert roles == {*ROLES, "sys_tenant_mock"}


@pytest.mark.parametrize("role", ROLES)
def test_a_role_runs_from_an_installed_collection(role: str, installed: dict[str, str], tmp_path: Path) -> None:
    variables, scenario, status = ROLES[role]
    (tmp_path / "tasks.yml").write_text("- ansible.builtin.debug:\n    msg: done\n", encoding="utf-8")
    with Mock(scenario=scenario) as mock:
        (tmp_path / "play.yml").write_text(json.dumps([{
            "hosts": "localhost", "gather_facts": False, "roles": [f"community.oceanbase.{role}"],
            "module_defaults": {"group/community.oceanbase.oceanbase": login(mock)}}]), encoding="utf-8")
        run(installed, tmp_path, "play.yml", **variables)
        assert [job["status"] for job in mock.history()] == [status]
        assert mock.progress() == []


def test_the_mock_runs_from_an_installed_collection(installed: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "play.yml").write_text(json.dumps([{
        "hosts": "localhost", "gather_facts": False,
        "vars": {"sys_tenant_mock_port": 0, "sys_tenant_mock_folder": str(tmp_path / "mock")},
        "tasks": [
            {"name": "Start", "ansible.builtin.include_role": {"name": "community.oceanbase.sys_tenant_mock"}},
            {"name": "Ask it", "community.oceanbase.ob_clone_info": {
                "login_host": "{{ sys_tenant_mock_running.host }}",
                "login_port": "{{ sys_tenant_mock_running.port }}"}},
            {"name": "Stop", "ansible.builtin.include_role": {"name": "community.oceanbase.sys_tenant_mock"},
             "vars": {"sys_tenant_mock_state": "stopped"}},
        ]}]), encoding="utf-8")
    run(installed, tmp_path, "play.yml")
