# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Playbooks to be timed: what a user would write with and without community.oceanbase."""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, NamedTuple

from support import COLLECTIONS_PATH
from support.plays.ansible import PlayResult, run_playbook
from support.plays.peer import PEERS
from support.servers.ob_mock import Mock

Task = dict[str, Any]
HELD_IN = "CLONE_SYS_CREATE_TENANT"


def cancel_task(mock: Mock, clone: str, **options: Any) -> Task:
    """The task of this collection."""
    return {"name": f"Cancel {clone}", "community.oceanbase.ob_clone_cancel": {
        "login_port": mock.port, "clone_tenant": clone, **options}}


def by_hand(mock: Mock, clone: str) -> list[Task]:
    """The same with ansible.mysql: look, cancel, poll the history each second, check how it ended."""
    login = {"login_host": mock.host, "login_port": mock.port, "login_user": "root@sys", "login_password": ""}

    def query(name: str, text: str, **keywords: Any) -> Task:
        return {"name": name, "ansible.mysql.mysql_query": {**login, "query": text}, **keywords}

    return [
        query("Look up", "SELECT CLONE_JOB_ID, STATUS FROM oceanbase.DBA_OB_CLONE_PROGRESS "
              f"WHERE CLONE_TENANT_NAME = '{clone}'", register="job"),
        query("Cancel", f"ALTER SYSTEM CANCEL CLONE {clone}", when="job.query_result[0] | length == 1"),
        query("Poll", "SELECT STATUS FROM oceanbase.DBA_OB_CLONE_HISTORY WHERE CLONE_JOB_ID = "
              "{{ job.query_result[0][0].CLONE_JOB_ID }}", register="ended", retries=600, delay=1,
              until="ended.query_result[0] | length == 1"),
        {"name": "Check", "ansible.builtin.assert": {
            "that": ["ended.query_result[0][0].STATUS == 'CLONE_SYS_CANCELED'"]}},
    ]


class Timing(NamedTuple):
    """Seconds by the clock, seconds of processor time of all its processes, and what ansible-playbook said."""

    wall: float
    cpu: float
    play: PlayResult


def run_for(tasks: list[Task], forks: int = 1, hosts: int = 0, interpreter: str = sys.executable,
            **play: Any) -> Timing:
    """
    What ansible-playbook needs for the tasks. With ``hosts``, on so many at a time as ``forks`` says, each with its
    number in the variable ``number``. AssertionError if a task fails.
    """
    content = [{"hosts": "all", "gather_facts": False, "tasks": tasks, **play}]
    with tempfile.TemporaryDirectory(prefix="bench_") as folder:
        inventory = Path(folder) / "hosts.ini"
        lines = [f"host{number} number={number}" for number in range(hosts)] or ["localhost"]
        inventory.write_text("[all]\n" + "\n".join(lines) + "\n[all:vars]\nansible_connection=local\n"
                             f"ansible_python_interpreter={interpreter}\n", encoding="utf-8")
        started, used = time.monotonic(), _processor_time()
        done = run_playbook(content, "-i", str(inventory), "-f", str(forks), environment={
            "ANSIBLE_COLLECTIONS_PATH": f"{COLLECTIONS_PATH}:{PEERS}"})
        timing = Timing(time.monotonic() - started, _processor_time() - used, done)
    assert done.exit_code == 0, done.stdout + done.stderr
    return timing


def _processor_time() -> float:
    """Seconds of processor time of all processes that this one started and that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
