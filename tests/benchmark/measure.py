# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The measurements: each returns plain numbers, medians of runs that take turns, so that all see the same machine."""

from __future__ import annotations

import contextlib
import datetime
import statistics
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Dict

import pymysql
from plays import HELD_IN, Task, by_hand, cancel_task, run_for

from support.plays.ansible import run_module
from support.servers.ob_mock import CLONE_COMMAND, Mock, wait_for

Numbers = Dict[str, Dict[str, float]]
PING: Task = {"name": "Ping", "ansible.builtin.ping": {}}
DEBUG: Task = {"name": "Debug", "ansible.builtin.debug": {"msg": "nothing to cancel"}}
IN_PROCESS, AS_MODULE, BY_HAND = "ob_clone_cancel, in process", "ob_clone_cancel, as a module", "by hand"


def median(values: list[float]) -> float:
    """The median, in milliseconds' precision."""
    return round(statistics.median(values), 3)


def held_jobs(count: int) -> dict[str, Any]:
    """A scenario with clones of as many source tenants, each held until it is canceled."""
    return {"jobs": [{"clone_tenant": f"clone_{number}", "source_tenant": f"source_{number}", "state": HELD_IN,
                      "hold": True} for number in range(count)]}


class HeldClone:
    """
    A mock with one clone that is held until it is canceled. After its end: ``ended`` is when the job's row came into
    the history, ``log`` the mock's statement log.
    """

    def __init__(self, cleanup: float) -> None:
        self.mock = Mock(sys.executable, cleanup_seconds=cleanup)
        self._session = threading.Thread(target=self._create)
        self.ended = 0.0
        self.log: list[dict[str, Any]] = []

    def __enter__(self) -> HeldClone:
        self.mock.__enter__()
        self.mock.hold(HELD_IN)
        self._session.start()
        wait_for(lambda: any(row["status"] == HELD_IN for row in self.mock.progress()), "the clone")
        return self

    def __exit__(self, *exc_info: Any) -> None:
        self._session.join(10)
        self.log = self.mock.log()
        self.mock.__exit__()

    def _create(self) -> None:
        """The session of CREATE TENANT ends when the job is in the history."""
        with contextlib.suppress(pymysql.MySQLError):
            self.mock.sql("CREATE TENANT clone_a FROM mysql001 WITH RESOURCE_POOL = pool_a, UNIT = unit001")
        self.ended = time.time()

    def server_seconds(self) -> float:
        """Seconds from the CANCEL until the job was in the history: what no client can shorten."""
        [cancel] = [entry for entry in self.log if entry["statement"].startswith(CLONE_COMMAND)]
        return self.ended - _seconds(cancel)


def task_cost(interpreters: dict[str, str], rounds: int, tasks: int = 8, quick_tasks: int = 40) -> dict[str, Numbers]:
    """
    Returns seconds per task, without ansible-playbook's own start: ping, debug, ob_clone_cancel with nothing to do, as
    a module and (with this Python) in process, mysql_query. A processor changes its speed from minute to minute, so
    each round compares its own runs; the medians of these ratios are given.
    """
    result: dict[str, Numbers] = {}
    with Mock(sys.executable) as mock:
        query = {**by_hand(mock, "clone_a")[0]}
        query.pop("register")
        cancel = cancel_task(mock, "clone_a")
        for label, interpreter in interpreters.items():
            kinds = {"ping": (PING, tasks), "debug": (DEBUG, quick_tasks), IN_PROCESS: (cancel, quick_tasks),
                     AS_MODULE: (cancel, tasks), "mysql_query": (query, tasks)}
            if interpreter != sys.executable:
                del kinds[IN_PROCESS]
            seen: dict[str, list[dict[str, float]]] = {kind: [] for kind in kinds}
            for number in range(rounds):
                turn = number % len(kinds)
                empty = run_for([], interpreter=interpreter)
                for kind in [*kinds][turn:] + [*kinds][:turn]:
                    task, times = kinds[kind]
                    timing = run_for([task] * times, interpreter=interpreter, in_process=kind == IN_PROCESS)
                    seen[kind].append({"wall": (timing.wall - empty.wall) / times,
                                       "cpu": (timing.cpu - empty.cpu) / times})
                for runs in seen.values():
                    runs[-1].update({f"{name} to {other}": runs[-1][name] / seen[other][-1][name]
                                     for other in ("ping", "debug") for name in ("wall", "cpu")})
            result[label] = {kind: {name: median([run[name] for run in runs]) for name in runs[0]}
                             for kind, runs in seen.items()}
    return result


def whole_job(cleanup: float, rounds: int) -> Numbers:
    """Looking up, canceling, waiting and checking: one task, either way, against four, with the same clean-up time."""
    runs: dict[str, list[dict[str, float]]] = {IN_PROCESS: [], AS_MODULE: [], BY_HAND: []}
    for _round in range(rounds):
        empty = run_for([])
        for kind, results in runs.items():
            with HeldClone(cleanup) as clone:
                before = len(clone.mock.log())
                tasks = by_hand(clone.mock, "clone_a") if kind == BY_HAND else [cancel_task(clone.mock, "clone_a")]
                timing = run_for(tasks, in_process=kind == IN_PROCESS)
            # Of this login only: the session of CREATE TENANT is another user's work.
            log = [entry for entry in clone.log[before:] if not entry["statement"].startswith("CREATE")]
            logins = sum(entry["statement"].startswith("LOGIN") for entry in log)
            results.append({
                "wall": timing.wall, "wall without start and server": timing.wall - empty.wall - clone.server_seconds(),
                "cpu without start": timing.cpu - empty.cpu, "logins": logins,
                "statements": sum(entry["statement"] != "CLOSE" for entry in log) - logins})
    result = {kind: {name: median([run[name] for run in values]) for name in values[0]}
              for kind, values in runs.items()}
    for kind in (IN_PROCESS, AS_MODULE):
        result[f"{kind}, to {BY_HAND}"] = {name: round(result[kind][name] / number, 2)
                                           for name, number in result[BY_HAND].items()}
    return result


def reaction(cleanup: float, runs: int, at_once: int = 1) -> dict[str, float]:
    """
    Seconds from the moment that the row is in HISTORY to the end of the module's process, and the number of looks at
    the views, in all and a second in the last half of the wait. The clean-ups differ by up to 10 % from ``cleanup``:
    equal ones would all end at the same place between two looks.
    """
    def one(number: int) -> dict[str, float]:
        with HeldClone(cleanup * (0.9 + 0.2 * number / (runs - 1))) as clone:
            before = len(clone.mock.log())
            result = run_module("ob_clone_cancel", {"login_port": clone.mock.port, "clone_tenant": "clone_a"},
                                sys.executable)
            returned = time.time()
        assert result["outcome"] == "canceled", result
        looks = [_seconds(entry) for entry in clone.log[before:] if entry["statement"].startswith("SELECT 'progress'")]
        half = (looks[0] + looks[-1]) / 2
        return {"after": returned - clone.ended, "polls": len(looks), "waited": result["elapsed"],
                "late": sum(look > half for look in looks) / (looks[-1] - half)}

    with ThreadPoolExecutor(at_once) as pool:
        results = list(pool.map(one, range(runs)))
    middle = {name: statistics.median(result[name] for result in results) for name in results[0]}
    return {"median": round(middle["after"], 3), "worst": round(max(result["after"] for result in results), 3),
            "waited": round(middle["waited"], 2), "polls": middle["polls"],
            "polls per second, last half": round(middle["late"], 2)}


def _seconds(entry: dict[str, Any]) -> float:
    """When the mock logged the statement, in seconds since 1970."""
    return datetime.datetime.fromisoformat(entry["time"].replace("Z", "+00:00")).timestamp()


def many_clones(count: int, rounds: int = 3) -> dict[str, float]:
    """
    Returns seconds for canceling so many clones of one cluster, without ansible-playbook's start: all named in one
    task, and a loop over the task (its time for one of them, as each waits for its own). Clean-ups take 0.1 s, and up
    to a second passes before the server begins them.
    """
    seen: dict[str, list[float]] = {"one task": [], "loop, each": []}
    for _round in range(rounds):
        empty = run_for([])
        for kind in seen:
            size = count if kind == "one task" else min(count, 5)
            names = [f"clone_{number}" for number in range(size)]
            with Mock(sys.executable, scenario=held_jobs(size)) as mock:
                task = (cancel_task(mock, names) if kind == "one task"
                        else {**cancel_task(mock, "{{ item }}"), "loop": names})
                timing = run_for([task])
                assert len(mock.history()) == size
            seen[kind].append((timing.wall - empty.wall) / (1 if kind == "one task" else size))
    return {kind: median(values) for kind, values in seen.items()}


def many_clusters(count: int, forks: int, in_process: bool = True) -> dict[str, float]:
    """
    Returns what one clone on each of so many clusters costs, ``forks`` at a time, with ansible-playbook's start; clean-
    ups take 0.1 s after up to a second. The clusters are ports of one mock, since as many processes would take this
    machine's time themselves.
    """
    with Mock(sys.executable, ports=count, scenario=held_jobs(count)) as mock:
        hosts = [{"port": port, "clone": f"clone_{number}"} for number, port in enumerate(mock.ports)]
        task = {"name": "Cancel", "community.oceanbase.ob_clone_cancel": {
            "login_port": "{{ port }}", "clone_tenant": "{{ clone }}"}}
        timing = run_for([task], forks, hosts, in_process=in_process)
        assert [row["status"] for row in mock.history()] == ["CLONE_SYS_CANCELED"] * count
    return {"forks": forks, "wall": round(timing.wall, 2), "cpu per cluster": round(timing.cpu / count, 3),
            **{f"MB, {name}": size for name, size in timing.memory.items()}}


def peak_memory(rounds: int = 3) -> dict[str, float]:
    """The largest resident size in MB of a module's process: of ping, and of a cancel."""
    script = ("import resource, subprocess, sys; subprocess.run([sys.executable, '-m', sys.argv[1]], input=sys.argv[2],"
              " text=True, stdout=subprocess.DEVNULL, check=True); "
              "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)")
    collection = "ansible_collections.community.oceanbase.plugins.modules.ob_clone_cancel"
    result: dict[str, list[float]] = {"ping": [], "ob_clone_cancel": []}
    for _round in range(rounds):
        with Mock(sys.executable, scenario=held_jobs(1)) as mock:
            arguments = '{"ANSIBLE_MODULE_ARGS": {"login_port": %d, "clone_tenant": "clone_0"}}' % mock.port
            for kind, module, text in (("ping", "ansible.modules.ping", '{"ANSIBLE_MODULE_ARGS": {}}'),
                                       ("ob_clone_cancel", collection, arguments)):
                done = subprocess.run([sys.executable, "-c", script, module, text], capture_output=True, text=True,
                                      check=True, cwd=".cache/collections")
                result[kind].append(int(done.stdout) / 1024)
    return {kind: round(statistics.median(values), 1) for kind, values in result.items()}
