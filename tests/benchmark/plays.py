# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Playbooks to be timed: what a user would write with and without community.oceanbase."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any, NamedTuple, Sequence

from support import COLLECTIONS_PATH
from support.plays.ansible import ANSIBLE_PLAYBOOK, ansible_environment
from support.plays.peer import PEERS
from support.servers.ob_mock import Mock

Task = dict[str, Any]
HELD_IN = "CLONE_SYS_CREATE_TENANT"


def cancel_task(mock: Mock, clone: str | list[str]) -> Task:
    """The task of this collection, for one clone or for several."""
    option = "clone_tenant" if isinstance(clone, str) else "clone_tenants"
    return {"name": "Cancel", "community.oceanbase.ob_clone_cancel": {"login_port": mock.port, option: clone}}


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
    """
    Seconds by the clock, and of processor time of ansible-playbook and all processes that it started. ``memory`` in MB:
    the largest resident size of ansible-playbook itself and of one of its workers, and of all together (shared pages
    counted once).
    """

    wall: float
    cpu: float
    memory: dict[str, float]


def run_for(tasks: list[Task], forks: int = 1, hosts: Sequence[dict[str, Any]] = ({},),
            interpreter: str = sys.executable, in_process: bool = True, **play: Any) -> Timing:
    """
    Runs the tasks on each of the hosts, which have these variables, ``forks`` at a time, as a user would:
    ansible-playbook is started anew. AssertionError if a task fails.
    """
    content = [{"hosts": "all", "gather_facts": False, "tasks": tasks, **play}]
    variables = {"ansible_connection": "local", "ansible_python_interpreter": interpreter,
                 "oceanbase_in_process": in_process}
    inventory = {"all": {"vars": variables, "hosts": {f"host{number}": own for number, own in enumerate(hosts)}}}
    environment = ansible_environment(ANSIBLE_COLLECTIONS_PATH=f"{COLLECTIONS_PATH}:{PEERS}")
    del environment["ANSIBLE_CALLBACKS_ENABLED"]  # what the tests record is none of a user's cost
    with tempfile.TemporaryDirectory(prefix="bench_") as folder, \
            (Path(folder) / "output").open("w+", encoding="utf-8") as output:
        for name, data in (("play.json", content), ("hosts.json", inventory)):
            (Path(folder) / name).write_text(json.dumps(data), encoding="utf-8")
        started = time.monotonic()
        process = subprocess.Popen([ANSIBLE_PLAYBOOK, "play.json", "-i", "hosts.json", "-f", str(forks)], cwd=folder,
                                   env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=output)
        with _MemoryWatch(process.pid) as watch:
            _pid, status, usage = os.wait4(process.pid, 0)
        wall = time.monotonic() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        assert process.returncode == 0, output.read()
    return Timing(wall, usage.ru_utime + usage.ru_stime, watch.largest)


class _MemoryWatch(threading.Thread):
    """Looks every half second how much memory a process and its children have; ``largest`` in MB."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.pid = pid
        self.largest = {"parent": 0.0, "worker": 0.0, "together": 0.0}
        self._ended = threading.Event()

    def __enter__(self) -> _MemoryWatch:
        self.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._ended.set()
        self.join()

    def run(self) -> None:
        while not self._ended.wait(0.5):
            with contextlib.suppress(OSError):  # it has ended
                children = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text(encoding="ascii").split()
                seen = {"parent": _memory(self.pid, "status", "VmHWM"), "worker": 0.0,
                        "together": _memory(self.pid, "smaps_rollup", "Pss")}
                for child in children:
                    with contextlib.suppress(OSError):
                        seen["worker"] = max(seen["worker"], _memory(child, "status", "VmHWM"))
                        seen["together"] += _memory(child, "smaps_rollup", "Pss")
                self.largest = {name: round(max(size, seen[name]), 1) for name, size in self.largest.items()}


def _memory(pid: int | str, file: str, name: str) -> float:
    """Returns a size of a process in MB, as /proc has it; OSError if it has ended."""
    lines = Path(f"/proc/{pid}/{file}").read_text(encoding="ascii").splitlines()
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith(name + ":")), 0.0)
