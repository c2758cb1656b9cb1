# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role sys_tenant_mock: starts what it is told, changes nothing twice, stops only what it started."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any, Iterator

import pytest

from support import REPOSITORY
from support.plays.ansible import PlayResult, run_module, run_tasks

DAEMON = REPOSITORY / "roles" / "sys_tenant_mock" / "files" / "ob_mock_daemon.py"


def role(folder: Path, *arguments: str, **variables: Any) -> PlayResult:
    """Runs the role for the mock of ``folder``; ``variables`` without their prefix."""
    settings = {"folder": str(folder), "port": 0, "password": "geheim!", **variables}
    return run_tasks(
        {"ansible.builtin.include_role": {"name": "community.oceanbase.sys_tenant_mock"},
         "vars": {f"sys_tenant_mock_{name}": value for name, value in settings.items()}},
        {"name": "Running", "ansible.builtin.debug": {"var": "sys_tenant_mock_running"}}, arguments=arguments)


def changed(play: PlayResult) -> list[str]:
    """The tasks that changed something; the play must have succeeded."""
    assert play.exit_code == 0, play.stdout
    return [result.task for result in play.results if result.result.get("changed")]


def running(play: PlayResult) -> dict[str, Any]:
    """What the role says of the mock."""
    found: dict[str, Any] = play.only("Running").result["sys_tenant_mock_running"]
    return found


def daemon(word: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, str(DAEMON), word, str(folder)], capture_output=True, text=True, check=False)


def command_line(pid: int) -> str:
    """The command line of a process; empty if it has ended (also while nobody has asked for its exit code)."""
    path = Path(f"/proc/{pid}/cmdline")
    return path.read_text(encoding="utf-8") if path.exists() else ""


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    path = tmp_path / "with blank"
    yield path
    daemon("stop", path)


def test_the_mock_outlives_the_play_and_is_started_anew_only_if_something_differs(folder: Path) -> None:
    assert "Run the mock" in changed(role(folder, scenario={"unit_configs": [{"name": "unit9"}]}))
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
    assert "Run the mock" in changed(predicted)
    assert command_line(there["pid"])
    other = role(folder, scenario={}, step_seconds=1)
    assert "Run the mock" in changed(other)
    assert running(other)["pid"] != there["pid"]
    assert not command_line(there["pid"])


def test_the_mock_is_stopped_once_and_not_in_check_mode(folder: Path) -> None:
    pid = running(role(folder))["pid"]
    assert changed(role(folder, "--check", state="stopped")) == ["Stop the mock of this folder"]
    assert command_line(pid)
    assert changed(role(folder, state="stopped")) == ["Stop the mock of this folder"]
    assert not command_line(pid)
    assert changed(role(folder, state="stopped")) == []


def test_the_home_of_the_environment_is_where_the_folder_is(folder: Path) -> None:
    play = run_tasks(
        {"ansible.builtin.include_role": {"name": "community.oceanbase.sys_tenant_mock"},
         "vars": {"sys_tenant_mock_folder": f"~/{folder.name}", "sys_tenant_mock_port": 0}},
        {"name": "Running", "ansible.builtin.debug": {"var": "sys_tenant_mock_running"}},
        environment={"HOME": str(folder.parent)})
    assert "Run the mock" in changed(play)
    assert running(play)["folder"] == str(folder)


def test_a_bad_scenario_fails_the_role_with_the_words_of_the_mock(folder: Path) -> None:
    play = role(folder, scenario={"jobs": [{"clone_tenant": "c", "state": "NO_SUCH_STATE"}]})
    assert play.exit_code == 2
    message = play.only("Fail with the words of the mock if it does not run").result["msg"]
    assert "jobs" in message
    assert "NO_SUCH_STATE" in message


def test_a_process_of_somebody_else_is_not_stopped_whatever_the_pid_file_says(folder: Path) -> None:
    folder.mkdir()
    (folder / "pid").write_text(f"{os.getpid()}\n", encoding="ascii")
    stopped = daemon("stop", folder)
    assert stopped.returncode == 0
    assert "did not run" in stopped.stdout
