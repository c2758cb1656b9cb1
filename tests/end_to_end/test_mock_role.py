# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role sys_tenant_mock: starts what it is told, changes nothing twice, stops only what it started."""

from __future__ import annotations

import json
import os
import socket
from pathlib import Path
from typing import Any, Iterator

import pytest

from support.plays.ansible import PlayResult, run_module, run_tasks


def include(folder: Path, **variables: Any) -> dict[str, Any]:
    """Returns the task that runs the role for the mock of ``folder``; ``variables`` without their prefix."""
    settings = {"folder": str(folder), "port": 0, "password": "geheim!", **variables}
    return {"ansible.builtin.include_role": {"name": "community.oceanbase.sys_tenant_mock"},
            "vars": {f"sys_tenant_mock_{name}": value for name, value in settings.items()}}


def role(folder: Path, *arguments: str, **variables: Any) -> PlayResult:
    """Runs the role, and shows what it says of the mock."""
    return run_tasks(include(folder, **variables),
                     {"name": "Running", "ansible.builtin.debug": {"var": "sys_tenant_mock_running"}},
                     arguments=arguments)


def changed(play: PlayResult) -> list[str]:
    """Returns the tasks that changed something; the play must have succeeded."""
    assert play.exit_code == 0, play.stdout
    return [result.task for result in play.results if result.result.get("changed")]


def running(play: PlayResult) -> dict[str, Any]:
    """Returns what the role says of the mock."""
    found: dict[str, Any] = play.only("Running").result["sys_tenant_mock_running"]
    return found


def command_line(pid: int) -> str:
    """Returns the command line of a process; empty if it has ended (also while nobody asked for its exit code)."""
    path = Path(f"/proc/{pid}/cmdline")
    return path.read_text(encoding="utf-8") if path.exists() else ""


def stop(folder: Path) -> dict[str, Any]:
    """Stops the mock of the folder with the module alone."""
    return run_module("ob_mock_server", {"folder": str(folder), "state": "stopped"})


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    path = tmp_path / "with blank"
    yield path
    stop(path)


def test_the_mock_outlives_the_play_and_is_started_anew_only_if_something_differs(folder: Path) -> None:
    assert changed(role(folder, scenario={"unit_configs": [{"name": "unit9"}]})) == ["Run the mock"]
    again = role(folder, scenario={"unit_configs": [{"name": "unit9"}]})
    assert changed(again) == []
    there = running(again)
    answer = run_module("ob_tenant_info", {"login_port": there["port"], "login_password": "geheim!"})
    assert answer["msg"] == "Tenants found: 3. Resource pools found: 2."
    assert "ob_mock" in command_line(there["pid"])
    assert "geheim" not in command_line(there["pid"])
    assert "geheim" not in again.stdout
    assert "DBA_OB_TENANTS" in Path(there["statement_log"]).read_text(encoding="utf-8")
    predicted = role(folder, "--check", scenario={}, step_seconds=1)
    assert changed(predicted) == ["Run the mock"]
    assert command_line(there["pid"])
    other = role(folder, scenario={}, step_seconds=1)
    assert changed(other) == ["Run the mock"]
    assert running(other)["pid"] != there["pid"]
    assert not command_line(there["pid"])
    assert changed(role(folder, scenario={}, step_seconds=1, password="another")) == ["Run the mock"]


def test_the_mock_is_stopped_once_and_not_in_check_mode_and_leaves_no_folder(folder: Path) -> None:
    pid = running(role(folder))["pid"]
    assert changed(role(folder, "--check", state="stopped")) == ["Stop the mock of this folder"]
    assert command_line(pid)
    assert changed(role(folder, state="stopped")) == ["Stop the mock of this folder"]
    assert not command_line(pid)
    assert not folder.exists()
    assert changed(role(folder, state="stopped")) == []


def test_a_file_of_the_user_stays_in_the_folder(folder: Path) -> None:
    folder.mkdir()
    (folder / "notes.txt").write_text("mine", encoding="utf-8")
    assert not stop(folder)["changed"]
    role(folder)
    assert stop(folder)["changed"]
    assert [path.name for path in folder.iterdir()] == ["notes.txt"]


def test_the_home_of_the_environment_is_where_the_folder_is(folder: Path) -> None:
    play = run_tasks(
        include(Path("~") / folder.name), {"name": "Running", "ansible.builtin.debug": {
            "var": "sys_tenant_mock_running"}}, environment={"HOME": str(folder.parent)})
    assert changed(play) == ["Run the mock"]
    assert running(play)["folder"] == str(folder)


# What the role is told, and what its message must hold.
CANNOT_START: list[tuple[dict[str, Any], str]] = [
    ({"scenario": {"jobs": [{"clone_tenant": "c", "state": "NO_SUCH_STATE"}]}}, "NO_SUCH_STATE"),
    # A password that is also a part of the message hides none of it.
    ({"scenario": {"jobs": [{"clone_tenant": "c", "state": "NO_SUCH_STATE"}]}, "password": "S"}, "NO_SUCH_STATE"),
    ({"scenario": '{"jobs": 1}'}, "jobs"),
    ({"scenario": "/nowhere/scenario.json"}, "/nowhere/scenario.json"),
    ({"port": "no such port"}, "no such port"),
    ({"port": 70000}, "70000"),
    ({"step_seconds": "10m"}, "step_seconds"),
    ({"step_seconds": -1}, "-1"),
    ({"server_version": "old"}, "old"),
    ({"tls_cert": "/nowhere.pem"}, "TLS"),
    ({"python": "/nowhere/python"}, "/nowhere/python"),
]


def test_a_mock_that_cannot_start_says_why_and_leaves_no_folder(folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port, said = other.getsockname()[1], "Set sys_tenant_mock_port (or _ports) to a port that is free"
        cases = [*CANNOT_START, ({"port": port}, said), ({"ports": [0, port]}, said)]
        play = run_tasks(*[
            {"block": [include(folder, **variables)], "rescue": [{"ansible.builtin.meta": "noop"}]}
            for variables, _said in cases])
    messages = [str(result.result["msg"]) for result in play.results if result.status == "failed"]
    assert len(messages) == len(cases), play.stdout
    assert [(said, message) for (_variables, said), message in zip(cases, messages) if said not in message] == []
    assert not folder.exists()


def test_several_ports_are_as_many_observers_of_one_cluster(folder: Path) -> None:
    there = running(role(folder, ports=[0, 0], scenario={"unit_configs": [{"name": "unit9"}]}))
    assert len(set(there["ports"])) == 2
    assert there["port"] == there["ports"][0]
    answers = [run_module("ob_clone_info", {"login_port": port, "login_password": "geheim!"})
               for port in there["ports"]]
    assert [answer["exit_code"] for answer in answers] == [0, 0]
    assert changed(role(folder, ports="0,0", scenario={"unit_configs": [{"name": "unit9"}]})) == []


def test_a_password_that_is_also_a_part_of_the_result_garbles_nothing(folder: Path) -> None:
    passwords = ["1", 2, "a", "mock", "0.0"]
    play = run_tasks(*[task for password in passwords for task in (
        include(folder, password=password),
        {"name": "Log in", "community.oceanbase.ob_tenant_info": {
            "login_host": "{{ sys_tenant_mock_running.host }}", "login_port": "{{ sys_tenant_mock_running.port }}",
            "login_password": str(password)}},
        {"name": "Running", "ansible.builtin.debug": {"var": "sys_tenant_mock_running"}})])
    assert play.exit_code == 0, play.stdout
    shown = [result.result["sys_tenant_mock_running"] for result in play.results if result.task == "Running"]
    assert [(there["host"], there["folder"]) for there in shown] == [("127.0.0.1", str(folder))] * len(passwords)


def test_no_secret_is_shown_however_much_is_asked_for(folder: Path) -> None:
    marker = "a-marked-secret"
    scenario = {"users": [{"name": "watcher", "password": marker}]}
    plays = [role(folder, "-vvv", "--diff", password=marker, scenario=scenario) for _time in range(2)]
    assert changed(plays[0]) == ["Run the mock"]
    assert [marker in play.stdout + play.stderr for play in plays] == [False, False]
    assert plays[0].only("Run the mock").result["diff"]["after"]["state"] == "started"


def test_a_scenario_is_a_dictionary_or_json_or_a_file_beside_the_play(folder: Path, tmp_path: Path) -> None:
    scenario = {"unit_configs": [{"name": "unit9"}]}
    (tmp_path / "scenario.json").write_text(json.dumps(scenario, indent=2), encoding="utf-8")
    forms = [scenario, json.dumps(scenario, indent=2), str(tmp_path / "scenario.json")]
    play = run_tasks(*[include(folder, scenario=form) for form in forms])
    assert changed(play) == ["Run the mock"]


def test_the_login_that_the_action_group_gives_to_a_play_is_none_of_the_mocks_business(folder: Path) -> None:
    play = run_tasks(include(folder), module_defaults={
        "group/community.oceanbase.oceanbase": {"login_host": "127.0.0.1", "login_password": "secret"}})
    assert changed(play) == ["Run the mock"]


def test_a_process_of_somebody_else_is_not_stopped_whatever_the_pid_file_says(folder: Path) -> None:
    folder.mkdir()
    (folder / "pid").write_text(f"{os.getpid()}\n", encoding="ascii")
    stopped = stop(folder)
    assert (stopped["exit_code"], stopped["changed"]) == (0, False)
    assert stopped["msg"] == "No mock runs in this folder."
    assert (folder / "pid").exists()
