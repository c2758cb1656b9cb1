# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The actions that run on the control node: what they refuse, what they return and which files they write."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from ansible.errors import AnsibleError
from ansible.parsing.dataloader import DataLoader
from ansible.utils.display import Display

from ansible_collections.community.oceanbase.plugins.action import (
    ob_clone_report,
    ob_mock_server,
    ob_playbook_start,
    ob_role_start,
)
from ansible_collections.community.oceanbase.plugins.module_utils._views.jobs import COLUMNS


@pytest.fixture(autouse=True)
def _no_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing that Ansible warns of is done."""
    def warn(_self: Any, text: str, *_more: Any, **_keywords: Any) -> None:
        raise AssertionError(text)

    monkeypatch.setattr(Display, "warning", warn)


def action(plugin: Any, arguments: dict[str, Any], check_mode: bool = False) -> Any:
    """Returns the action of a plugin for a task with these arguments."""
    task = SimpleNamespace(action="x", args=arguments, async_val=0, check_mode=check_mode)
    connection = SimpleNamespace(_shell=SimpleNamespace(tmpdir="/tmp"))
    templar = SimpleNamespace(template=lambda value: value)
    return plugin.ActionModule(task, connection, None, DataLoader(), templar)


def begin(playbook: str, **variables: Any) -> dict[str, Any]:
    """Returns the result of ob_playbook_start on the host ``c``, in a batch of the third and fourth of hosts a to d."""
    hosts = {host: {"oceanbase_failed_in": None} for host in "abcd"}
    task_vars = {"ansible_play_name": "Cancel", "ansible_play_hosts": list("abcd"), "ansible_play_batch": ["c", "d"],
                 "inventory_hostname": "c", "hostvars": hosts, **variables}
    result: dict[str, Any] = action(ob_playbook_start, {"playbook": playbook}).run(None, task_vars)
    return result


@pytest.mark.parametrize(("playbook", "variables", "expected"), [
    ("cancel_clone", {"clone_tenant": "a, b"}, {"given": {
        "clone_tenant": ["a", "b"], "source_tenant": [], "fail_on": [], "wait_timeout": 600}}),
    ("clone_status", {}, {"given": {
        "stuck_after": 1800, "history_limit": 10, "oceanbase_report": None, "report_limit": 10000}}),
    ("free_source_tenant", {"source_tenant": "s", "unknown": 1}, {"given": {
        "source_tenant": "s", "running_clone": "cancel", "wait_timeout": 600, "after_timeout": "fail"}}),
    ("reap_stale_clones", {"min_age": "60"}, {"given": {
        "min_age": 60, "in_status": [], "max_cancel": 10, "wait_timeout": 600}}),
    # All as texts, as -e and surveys give them.
    ("cancel_clone", {"clone_tenant": "a", "source_tenant": "b", "fail_on": "failed", "wait_timeout": "1"}, {"given": {
        "clone_tenant": ["a"], "source_tenant": ["b"], "fail_on": ["failed"], "wait_timeout": 1}}),
    ("clone_status", {"stuck_after": "1", "history_limit": "2", "oceanbase_report": "r.csv", "report_limit": "3"}, {
        "given": {"stuck_after": 1, "history_limit": 2, "oceanbase_report": "r.csv", "report_limit": 3}}),
    ("free_source_tenant", {"source_tenant": "1", "running_clone": "wait", "wait_timeout": "2",
                            "after_timeout": "cancel"}, {
        "given": {"source_tenant": "1", "running_clone": "wait", "wait_timeout": 2, "after_timeout": "cancel"}}),
    ("reap_stale_clones", {"min_age": "1", "in_status": "CLONE_SYS_LOCK", "max_cancel": "2", "wait_timeout": "3"}, {
        "given": {"min_age": 1, "in_status": ["CLONE_SYS_LOCK"], "max_cancel": 2, "wait_timeout": 3}}),
    ("cancel_clone", {}, {"failed": True, "msg": "Give -e clone_tenant=NAME or -e source_tenant=NAME."}),
    ("free_source_tenant", {}, {"failed": True, "msg": "Give -e source_tenant=NAME."}),
    ("reap_stale_clones", {}, {"failed": True, "msg": "Give -e min_age=SECONDS."}),
    ("clone_status", {"history_limit": "x"}, {
        "failed": True, "msg": "history_limit is 'x', but must be a whole number."}),
    ("free_source_tenant", {"source_tenant": "s", "running_clone": "kill"}, {
        "failed": True, "msg": "running_clone is 'kill', but must be one of: cancel, wait, fail."}),
    ("free_source_tenant", {"source_tenant": "s", "runing_clone": "fail"}, {
        "failed": True, "msg": "There is no variable runing_clone; did you mean running_clone?"}),
    ("free_source_tenant", {"source_tenant": "s", "oceanbase_logn": {}}, {
        "failed": True, "msg": "There is no variable oceanbase_logn; did you mean oceanbase_login?"}),
    ("free_source_tenant", {"source_tenant": "s", "oceanbase_logn": {}, "oceanbase_login": {"login_port": 1}}, {
        "given": {"source_tenant": "s", "running_clone": "cancel", "wait_timeout": 600, "after_timeout": "fail"}}),
    # What the inventory has may be meant for something else.
    ("clone_status", {"history_limits": 5, "hostvars": dict.fromkeys("abcd", {"history_limits": 5})}, {
        "given": {"stuck_after": 1800, "history_limit": 10, "oceanbase_report": None, "report_limit": 10000}}),
    ("clone_status", {"oceanbase_hosts": "a", "hostvars": dict.fromkeys("abcd", {"oceanbase_hosts": "a"})}, {
        "failed": True,
        "msg": "oceanbase_hosts is set in the inventory, where a play does not find it. Give it with -e."}),
    ("clone_status", {"oceanbase_login": "login_password=secret"}, {
        "failed": True, "msg": "oceanbase_login must be a dictionary of the login options of the modules, such as "
                               "{login_host: observer1.example.com}."}),
    ("free_source_tenant", {"source_tenant": "s", "after_timeout": "wait"}, {
        "failed": True, "msg": "after_timeout is 'wait', but must be one of: fail, cancel."}),
])
def test_a_playbook_begins_with_checked_variables(playbook: str, variables: dict[str, Any],
                                                  expected: dict[str, Any]) -> None:
    assert begin(playbook, **variables) == expected


@pytest.mark.parametrize(("failed_in", "message"), [
    ({}, None),
    ({"a": "Cancel"}, "Not attempted, because it failed on a."),
    ({"b": "Cancel", "a": "Cancel"}, "Not attempted, because it failed on a, b."),
    # In another play, or beside this one.
    ({"a": "Another play"}, None),
    ({"c": "Cancel", "d": "Cancel"}, None),
])
def test_a_playbook_stops_at_the_first_batch_that_failed(failed_in: dict[str, str], message: str | None) -> None:
    hostvars = {host: {"oceanbase_failed_in": failed_in[host]} if host in failed_in else {} for host in "abcd"}
    result = begin("clone_status", hostvars=hostvars)
    assert (result.get("failed", False), result.get("msg")) == (message is not None, message)
    assert ("given" in result) == (message is None)


@pytest.mark.parametrize("arguments", [{}, {"playbook": "another"}])
def test_only_a_playbook_of_this_collection_begins(arguments: dict[str, Any]) -> None:
    with pytest.raises(AnsibleError, match="playbook"):
        action(ob_playbook_start, arguments).run(None, {})


@pytest.mark.parametrize(("arguments", "variables", "message"), [
    ({"role": "clone_cancel"}, {"clone_cancel_clone_tenants": ["a"], "other": 1}, None),
    ({"role": "clone_cancel"}, {"clone_cancel_clone_tenant": "a"},
     "There is no variable clone_cancel_clone_tenant; did you mean clone_cancel_clone_tenants?"),
    ({"role": "ephemeral_clone", "tasks": "{folder}/none.yml"}, {}, None),
    ({"role": "ephemeral_clone", "tasks": "{folder}/empty.yml"}, {}, None),
    ({"role": "ephemeral_clone", "tasks": "{folder}/missing.yml"}, {},
     "There is no task file {folder}/missing.yml (ephemeral_clone_tasks)."),
    ({"role": "ephemeral_clone", "tasks": "{folder}/dict.yml"}, {},
     "The task file {folder}/dict.yml (ephemeral_clone_tasks) cannot be loaded: it does not hold a list of tasks"),
    ({"role": "ephemeral_clone", "tasks": "{folder}/broken.yml"}, {},
     "The task file {folder}/broken.yml (ephemeral_clone_tasks) cannot be loaded: "),
])
def test_a_role_begins_with_known_variables_and_a_task_file(arguments: dict[str, str], variables: dict[str, Any],
                                                            message: str | None, tmp_path: Path) -> None:
    for name, text in (("none", "---\n"), ("empty", "[]\n"), ("dict", "a: 1\n"), ("broken", "a: [\n")):
        (tmp_path / f"{name}.yml").write_text(text, encoding="utf-8")
    arguments = {name: value.format(folder=tmp_path) for name, value in arguments.items()}
    begins = action(ob_role_start, arguments)
    begins._task.get_play = begins._task.get_variable_manager = lambda: None
    begins._task._role = None
    result = begins.run(None, variables)
    if message is None:
        assert result == {}
    else:
        assert result.pop("msg").startswith(message.format(folder=tmp_path))
        assert result == {"failed": True}


def row(view: str) -> dict[str, Any]:
    """Returns a row as ob_clone_info returns it."""
    return {**{column.lower(): None for column in COLUMNS}, "status": "CLONE_SYS_SUCCESS", "view": view, "age": 5.0,
            "clone_job_id": "1", "clone_tenant_name": f"in_{view}", "cancellable": False, "canceled_by": None}


READ = {"progress": [row("progress")], "history": [row("history")], "truncated": False}
HOSTVARS = {"a": {"clones": READ}, "b": {"clones": {"failed": True, "msg": "no connection"}}, "c": {}}


def write(check_mode: bool = False, **arguments: Any) -> dict[str, Any]:
    """Returns the result of ob_clone_report in a play on the hosts a to c."""
    result: dict[str, Any] = action(ob_clone_report, arguments, check_mode).run(None, {
        "ansible_play_hosts_all": ["a", "b", "c"], "hostvars": HOSTVARS})
    return result


@pytest.mark.parametrize("check_mode", [False, True])
@pytest.mark.parametrize(("hosts", "numbers", "missing"), [
    (None, (2, 3, ["b", "c"]), "2 clone jobs on 1 clusters to {path}, without b, c."),
    (["a"], (2, 1, []), "2 clone jobs on 1 clusters to {path}."),
    ("a,b", (2, 2, ["b"]), "2 clone jobs on 1 clusters to {path}, without b."),
    ([], (0, 0, []), "0 clone jobs on 0 clusters to {path}.")])
def test_a_report_says_what_is_in_it(hosts: Any, numbers: Any, missing: str, check_mode: bool, tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    options = {} if hosts is None else {"hosts": hosts}
    result = write(check_mode, path=str(path), registered="clones", **options)
    verb = "Would write" if check_mode else "Wrote"
    assert result == {"changed": True, "path": str(path), "jobs": numbers[0], "clusters": numbers[1],
                      "unread": numbers[2], "msg": f"{verb} a report of {missing.format(path=path)}"}
    assert path.exists() != check_mode
    if not check_mode:
        assert len(json.loads(path.read_text(encoding="utf-8"))["jobs"]) == numbers[0]


@pytest.mark.parametrize(("name", "begins"), [
    ("r.html", "<!doctype html>"), ("r.HTML", "<!doctype html>"), ("r.json", "{\n"), ("r.csv", "cluster,outcome,")])
def test_the_ending_of_the_path_is_the_format(name: str, begins: str, tmp_path: Path) -> None:
    assert write(path=str(tmp_path / name), registered="clones")["changed"] is True
    assert (tmp_path / name).read_text(encoding="utf-8").startswith(begins)


def test_without_jobs_only_the_path_is_verified(tmp_path: Path) -> None:
    path = str(tmp_path / "r.csv")
    assert write(path=path) == {"changed": False, "path": path, "msg": f"The report can be written to {path}."}
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("options", "reason"), [
    ({}, "missing required arguments: path"),
    ({"path": "{folder}/r.pdf"}, "path {folder}/r.pdf must end in .html, .json or .csv, which is the format"),
    ({"path": "{folder}/html"}, "path {folder}/html must end in .html, .json or .csv, which is the format"),
    ({"path": "{folder}/no/r.csv"}, "there is no folder {folder}/no"),
    ({"path": "{folder}/folder.csv"}, "{folder}/folder.csv is not a regular file"),
    *(({"path": "{folder}/r.csv", "mode": mode}, f"mode {mode!r} is not an octal number such as '0640'")
      for mode in ("rw", "999", "0o10000", -1, 0o10000, "")),
])
def test_what_cannot_be_written_is_said(options: dict[str, Any], reason: str, tmp_path: Path) -> None:
    (tmp_path / "folder.csv").mkdir()
    named = {name: value.format(folder=tmp_path) if isinstance(value, str) else value
             for name, value in options.items()}
    reason = reason.format(folder=tmp_path)
    assert write(registered="clones", **named) == {
        "failed": True, "changed": False, "msg": f"Cannot write the report: {reason}.",
        "error": {"class": "invalid_option", "errno": None, "sqlstate": None, "message": reason, "hint": ""}}


@pytest.mark.parametrize("denied", [os.W_OK, os.X_OK])
def test_a_folder_that_may_not_be_written_in_is_said(denied: int, tmp_path: Path,
                                                     monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda _folder, wanted: not wanted & denied)
    assert write(path=str(tmp_path / "r.csv"))["msg"] == (
        f"Cannot write the report: this user may not write in {tmp_path}.")


def test_a_write_that_fails_leaves_the_old_file_and_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_arguments: Any) -> None:
        raise OSError(28, "No space left on device")

    path = tmp_path / "r.csv"
    path.write_text("old", encoding="utf-8")
    monkeypatch.setattr(os, "replace", full)
    result = write(path=str(path), registered="clones")
    assert result["msg"] == f"Cannot write the report: {path}: No space left on device."
    assert [(left.name, left.read_text(encoding="utf-8")) for left in tmp_path.iterdir()] == [("r.csv", "old")]


@pytest.mark.parametrize(("mode", "before", "after"), [
    (None, None, 0o644), (None, 0o604, 0o604), ("0600", None, 0o600), ("644", 0o600, 0o644), (0o444, None, 0o444),
    (0, None, 0), ("7777", None, 0o7777)])
def test_the_file_gets_its_permissions(mode: Any, before: int | None, after: int, tmp_path: Path) -> None:
    path = tmp_path / "r.csv"
    if before is not None:
        path.write_text("old", encoding="utf-8")
        path.chmod(before)
    old = os.umask(0o022)
    try:
        write(path=str(path), registered="clones", **({} if mode is None else {"mode": mode}))
    finally:
        assert os.umask(old) == 0o022
    assert stat.S_IMODE(path.stat().st_mode) == after
    assert list(tmp_path.iterdir()) == [path]


def sent(arguments: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Returns the options with which the action runs the module ob_mock_server; files are looked for in ``folder``."""
    plugin = action(ob_mock_server, arguments)
    plugin._find_needle = lambda kind, name: str(folder / kind / name)
    plugin._execute_module = lambda module_args, task_vars: {"options": module_args, "variables": task_vars}
    result = plugin.run(None, {"a": 1})
    assert result["variables"] == {"a": 1}
    options: dict[str, Any] = result["options"]
    return options


@pytest.mark.parametrize(("scenario", "handed_over"), [
    (None, {}), ("", {}), ({"jobs": []}, {"jobs": []}), ('\n {"jobs": []}', '\n {"jobs": []}'),
    ("s.json", '{"of": "a file"}')])
def test_the_mock_gets_its_program_and_the_scenario(scenario: Any, handed_over: Any, tmp_path: Path) -> None:
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "s.json").write_text('{"of": "a file"}', encoding="utf-8")
    given = {"folder": "/f", "state": "started", "scenario": scenario}
    options = sent(given, tmp_path)
    assert options["scenario"] == handed_over
    assert "__main__.py" in options["program"] and "program" not in given
    assert sent({"folder": "/f"}, tmp_path)["program"] == options["program"]
    stop = {"folder": "/f", "state": "stopped", "scenario": scenario}
    assert sent(stop, tmp_path) == stop


def test_the_program_is_python_and_json_by_path(tmp_path: Path) -> None:
    for name, text in (("a.py", "a"), ("b/c.py", "c"), ("b/d.json", "{}"), ("b/e.md", "e"), ("b/f.pyc", "f")):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    assert ob_mock_server.read_program(tmp_path) == {"a.py": "a", "b/c.py": "c", "b/d.json": "{}"}
    assert {"__main__.py", "cli.py"} <= set(ob_mock_server.read_program(ob_mock_server.PROGRAM))
