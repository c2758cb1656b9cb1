# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is killed in its wait leaves the server consistent, and the next run resumes; and jobs in the background."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from support import COLLECTIONS_PATH
from support.plays.ansible import ansible_environment, playbook_command, run_module, run_tasks
from support.servers.ob_mock import Mock, wait_for

MODULE = "community.oceanbase.ob_clone_cancel"
CLEAN_UP = "CLONE_SYS_FAILED_STATUS"


@pytest.fixture
def mock() -> Iterator[Mock]:
    """A mock with a running clone whose clean-up is held."""
    with Mock(step_seconds=600) as running:
        running.sql("ALTER SYSTEM MOCK SECONDS ROUND 0.05")
        running.hold(CLEAN_UP)
        running.start_clone("clone_a")
        yield running


def sessions(mock: Mock) -> int:
    """How many sessions there are beside the one that asks and the one that started the clone."""
    return len([row for row in mock.sql("SHOW PROCESSLIST") if not str(row["info"]).startswith(("SHOW", "CREATE"))])


def heed_signals() -> None:
    """For a child: tests in the background of a script ignore SIGINT, under nohup SIGHUP, and hand that down."""
    for number in (signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL, signal.SIGINT, signal.SIGHUP])
def test_a_killed_task_leaves_no_session_and_the_next_run_resumes(mock: Mock, number: signal.Signals) -> None:
    options = {"login_port": mock.port, "clone_tenant": "clone_a"}
    process = subprocess.Popen(
        [sys.executable, "-m", f"ansible_collections.{MODULE.replace('oceanbase.ob', 'oceanbase.plugins.modules.ob')}"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=COLLECTIONS_PATH,
        env=ansible_environment(), preexec_fn=heed_signals)
    assert process.stdin
    process.stdin.write(json.dumps({"ANSIBLE_MODULE_ARGS": options}))
    process.stdin.close()
    process.stdin = None
    wait_for(lambda: mock.cancels(accepted_only=True), "the CANCEL")
    wait_for(lambda: sessions(mock) == 1, "the session that waits")
    process.send_signal(number)
    process.communicate(timeout=10)
    assert process.returncode != 0
    wait_for(lambda: sessions(mock) == 0, "the end of the session")
    (row,) = mock.progress()
    assert row["status"] == "CLONE_SYS_CANCELING"
    mock.release(CLEAN_UP)
    again = run_module("ob_clone_cancel", options)
    assert (again["outcome"], again["changed"]) == ("already_canceled", False)
    assert len(mock.cancels()) == 1


def processes_of(marker: str) -> list[int]:
    """The processes that were started with this text in their environment, or by one of those."""
    found = []
    for path in Path("/proc").glob("[0-9]*/environ"):
        try:
            if marker.encode() in path.read_bytes():
                found.append(int(path.parent.name))
        except OSError:
            continue  # It has ended, or is somebody else's.
    return found


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_play_that_is_killed_ends_at_once_and_nothing_goes_on(
        mock: Mock, number: signal.Signals, tmp_path: Path) -> None:
    """SIGINT as Ctrl-C sends it, to all processes in the foreground; a task in process is one of them."""
    play = tmp_path / "play.yml"
    play.write_text(json.dumps([{"hosts": "localhost", "gather_facts": False, "tasks": [
        task(mock), {"ansible.builtin.debug": {"msg": "the next task"}}]}]))
    marker = f"MARKER_OF_{play}"
    process = subprocess.Popen(
        playbook_command(play), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        env=ansible_environment(MARKER=marker, RECORD_RESULTS_TO=os.devnull), start_new_session=True,
        preexec_fn=heed_signals)
    wait_for(lambda: mock.cancels(accepted_only=True), "the CANCEL", 60)
    wait_for(lambda: sessions(mock) == 1, "the session that waits")
    os.killpg(process.pid, number)
    output = process.communicate(timeout=20)[0]
    assert process.returncode != 0
    wait_for(lambda: sessions(mock) == 0, "the end of the session")
    wait_for(lambda: not processes_of(marker), "the end of all processes")
    assert "Traceback" not in output and "the next task" not in output, output
    assert [row["status"] for row in mock.progress()] == ["CLONE_SYS_CANCELING"]
    mock.release(CLEAN_UP)
    again = run_module("ob_clone_cancel", {"login_port": mock.port, "clone_tenant": "clone_a"})
    assert (again["outcome"], len(mock.cancels())) == ("already_canceled", 1)


def task(mock: Mock, **keywords: Any) -> dict[str, Any]:
    """The task with further keywords."""
    return {MODULE: {"login_port": mock.port, "clone_tenant": "clone_a"}, **keywords}


@pytest.mark.full  # the next test has a job of each kind
def test_a_background_job_is_waited_for(mock: Mock) -> None:
    mock.release(CLEAN_UP)
    done = run_tasks(task(mock, name="polled", **{"async": 60, "poll": 1}))
    result = done.only("polled").result
    assert (result["outcome"], result["changed"]) == ("canceled", True)


def test_a_background_job_is_asked_for_later(mock: Mock) -> None:
    done = run_tasks(
        task(mock, name="begun", register="begun", **{"async": 60, "poll": 0}),
        task(mock, name="until the job is canceled", register="seen", until="seen.polls > 0 and not seen.changed",
             retries=20, delay=0.2, check_mode=True),
        {**task(mock, name="a background job that runs out of time", **{"async": 60, "poll": 1}),
         MODULE: {"login_port": mock.port, "clone_tenant": "clone_a", "wait_timeout": 1}, "ignore_errors": True})
    assert done.only("a background job that runs out of time").result["error"]["class"] == "wait_timeout"
    # The job that was begun goes on without the play, and ends when the clean-up does.
    assert sessions(mock) == 1
    mock.release(CLEAN_UP)
    wait_for(lambda: sessions(mock) == 0, "the end of the background job")
    assert len(mock.cancels(accepted_only=True)) == 1
