# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role ephemeral_clone as people put it into their plays: nested, repeated, looped, with any path."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from support.plays.ansible import COLLECTION, PlayResult, run_playbook
from support.servers.ob_mock import Mock

SOURCES = [f"s{number}" for number in range(1, 5)]


@pytest.fixture
def mock() -> Iterator[Mock]:
    tenants = [{"name": name, "archive_state": "DOING"} for name in SOURCES]
    with Mock(scenario={"tenants": tenants}, step_seconds=0.01, cleanup_seconds=0.02) as running:
        yield running


def use(source: str, tasks: str, **more: Any) -> dict[str, Any]:
    """Returns the task that clones ``source`` as c_SOURCE, drops it in the end, and runs the file ``tasks``."""
    variables = {"source_tenant": source, "tenant": f"c_{source}", "resource_pool": f"p_{source}",
                 "unit_config": "unit001", "tasks": tasks, "drop": True, **more}
    return {"name": f"Use a clone of {source}",
            "ansible.builtin.include_role": {"name": f"{COLLECTION}.ephemeral_clone"},
            "vars": {f"ephemeral_clone_{name}": value for name, value in variables.items()}}


def see(name: str, clone: str) -> dict[str, Any]:
    """Returns the task that fails unless ``ephemeral_clone_job`` is the job of that clone."""
    return {"name": name, "ansible.builtin.assert": {"that": f"ephemeral_clone_job.clone_tenant_name == '{clone}'"}}


def run(folder: Path, mock: Mock, files: dict[str, list[Any]], *tasks: dict[str, Any],
        arguments: tuple[str, ...] = (), **play: Any) -> PlayResult:
    """Runs the tasks as a playbook in ``folder``, beside the task files."""
    for name, content in {**files, "play.yml": [{
            "hosts": "localhost", "gather_facts": False, "tasks": list(tasks),
            "module_defaults": {f"group/{COLLECTION}.oceanbase": {"login_port": mock.port}}, **play}]}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(content), encoding="utf-8")
    return run_playbook(folder / "play.yml", *arguments)


def tenants(mock: Mock) -> list[str]:
    """Returns the names of the clones that exist."""
    return sorted(row["tenant_name"] for row in mock.sql(
        "SELECT TENANT_NAME FROM oceanbase.DBA_OB_TENANTS WHERE TENANT_NAME LIKE 'c\\_%'"))


def made_and_dropped(mock: Mock) -> list[str]:
    """Returns what was made and dropped, in the order of the server's log."""
    words = [entry["statement"].replace("`", "").split() for entry in mock.log() if entry["answer"] == "ok"]
    return [f"{word[0]} {word[2]}" for word in words if word[:2] in (["CREATE", "TENANT"], ["DROP", "TENANT"])]


# What is in the file of the inner clone, and whether the play is to fail.
@pytest.mark.parametrize("inner", ["works", "fails"])
def test_a_clone_inside_a_clone_is_cleaned_up_and_so_is_the_one_around_it(
        mock: Mock, tmp_path: Path, inner: str) -> None:
    files = {
        "outer.yml": [see("Outer before", "c_s1"), use("s2", "inner.yml"), see("Outer after", "c_s1")],
        "inner.yml": [see("Inner before", "c_s2"), use("s3", "innermost.yml"), see("Inner after", "c_s2"),
                      {"ansible.builtin.assert": {"that": str(inner == "works").lower(), "fail_msg": "on purpose"}}],
        "innermost.yml": [see("Innermost", "c_s3")]}
    play = run(tmp_path, mock, files, use("s1", "outer.yml"), see("In the end", "c_s1"))
    assert play.exit_code == (0 if inner == "works" else 2), play.stdout
    assert "on purpose" in play.stdout or inner == "works"
    assert made_and_dropped(mock) == [
        "CREATE c_s1", "CREATE c_s2", "CREATE c_s3", "DROP c_s3", "DROP c_s2", "DROP c_s1"]
    assert tenants(mock) == []
    assert "already in use" not in play.stdout + play.stderr


def test_a_relative_path_means_the_folder_of_the_playbook_also_if_the_role_has_such_a_file(
        mock: Mock, tmp_path: Path) -> None:
    names = ["tasks/main.yml", "main.yml", "vars/main.yml", "sub folder/über.yml", str(tmp_path / "absolute.yml")]
    files = {name: [{"name": f"Ran {name}", "ansible.builtin.debug": {"msg": "ran"}}] for name in names}
    play = run(tmp_path, mock, files, *[use("s1", name) for name in names])
    assert play.exit_code == 0, play.stdout
    assert [result.task for result in play.results if result.result.get("msg") == "ran"] == [
        f"Ran {name}" for name in names]
    assert tenants(mock) == []


def test_a_task_file_that_is_not_there_is_an_error_before_the_clone_starts(mock: Mock, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    wrong = ["missing.yml", "/nowhere/tasks.yml", "folder", "", "{{ playbook_dir }}/missing.yml"]
    play = run(tmp_path, mock, {}, *[
        {"block": [use("s1", name)], "rescue": [{"ansible.builtin.meta": "noop"}]} for name in wrong])
    messages = [result.result["msg"] for result in play.results if result.status == "failed"]
    assert len(messages) == len(wrong)
    assert all(message.startswith("There is no task file /") for message in messages), messages
    assert mock.log() == []


def test_a_task_file_that_ansible_cannot_load_is_an_error_before_the_clone_starts(mock: Mock, tmp_path: Path) -> None:
    # Ansible itself ends the whole run at such a file, without any "always".
    wrong = {"yaml": "- debug: {msg: [", "module": "- no_such_module: {}", "keyword": "- {debug: {}, nosuch: x}",
             "nested": "- block: [{block: [{debug: {}}], rescue: [{no_such_module: {}}]}]", "dictionary": "debug: {}",
             "import": "- import_tasks: missing.yml", "text": "one line"}
    for name, text in wrong.items():
        (tmp_path / name).write_text(text)
    play = run(tmp_path, mock, {"good": [{"debug": {"msg": "ran"}}, {"import_tasks": "{{ 'imported' }}"}],
                                "imported": []}, *[
        {"block": [use("s1", name)], "rescue": [{"ansible.builtin.meta": "noop"}]} for name in [*wrong, "good"]])
    messages = [result.result["msg"] for result in play.results if result.status == "failed"]
    assert [message.split(": ")[0] for message in messages] == [
        f"The task file {tmp_path}/{name} (ephemeral_clone_tasks) cannot be loaded" for name in wrong], messages
    assert len([entry for entry in mock.log() if entry["statement"].startswith("CREATE TENANT")]) == 1
    assert tenants(mock) == []


def test_what_else_a_play_does_with_the_role(mock: Mock, tmp_path: Path) -> None:
    files: dict[str, list[Any]] = {
        "use.yml": [{"name": "Used", "ansible.builtin.debug": {"msg": "{{ ephemeral_clone_job.clone_tenant_name }}"}}],
        # Somebody's own variables of the role's names do not lead the clean-up astray.
        "meddle.yml": [{"ansible.builtin.set_fact": {"ephemeral_clone_started": {}, "ephemeral_clone_found": {}}}]}
    looped = {**use("{{ item }}", "use.yml", tenant="c_{{ item }}", resource_pool="p_{{ item }}"), "loop": SOURCES[:2]}
    texts = [use("s3", "use.yml", drop=text) for text in ("true", "yes", "1")]
    play = run(tmp_path, mock, files, looped, *texts, use("s4", "meddle.yml"),
               use("s4", "use.yml", drop="no"))
    assert play.exit_code == 0, play.stdout
    assert [result.result["msg"] for result in play.results if result.task == "Used"] == [
        "c_s1", "c_s2", "c_s3", "c_s3", "c_s3", "c_s4"]
    assert tenants(mock) == ["c_s4"]


def test_tags_of_the_role_also_run_its_clean_up(mock: Mock, tmp_path: Path) -> None:
    variables = use("s1", "use.yml")["vars"]
    play = run(tmp_path, mock, {"use.yml": [{"ansible.builtin.fail": {"msg": "on purpose"}, "tags": ["wanted"]}]},
               arguments=("--tags", "wanted"),
               roles=[{"role": f"{COLLECTION}.ephemeral_clone", "tags": ["wanted"], "vars": variables}])
    assert "on purpose" in play.stdout
    assert made_and_dropped(mock) == ["CREATE c_s1", "DROP c_s1"]


def test_check_mode_makes_nothing_whichever_way_it_is_asked_for(mock: Mock, tmp_path: Path) -> None:
    files = {"use.yml": [{"name": "Used", "ansible.builtin.debug": {"msg": "used"}}]}
    for play in (run(tmp_path, mock, files, use("s1", "use.yml"), arguments=("--check",)),
                 run(tmp_path, mock, files, use("s1", "use.yml"), check_mode=True)):
        assert play.exit_code == 0, play.stdout
        assert "Would" in play.only("Clone the tenant").result["msg"]
    assert made_and_dropped(mock) == []
