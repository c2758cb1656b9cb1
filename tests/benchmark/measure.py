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


def task_cost(interpreters: dict[str, str], tasks: int, rounds: int) -> Numbers:
    """
    Per task, without ansible-playbook's own start: ping, ob_clone_cancel with nothing to do, mysql_query. A processor
    changes its speed from minute to minute, so each round compares its own runs; the medians of these ratios are given.
    """
    result: Numbers = {}
    with Mock(sys.executable) as mock:
        query = {**by_hand(mock, "clone_a")[0]}
        query.pop("register")
        kinds = {"ping": PING, "ob_clone_cancel": cancel_task(mock, "clone_a"), "mysql_query": query}
        for label, interpreter in interpreters.items():
            seen: dict[str, list[dict[str, float]]] = {kind: [] for kind in kinds}
            for number in range(rounds):
                turn = number % len(kinds)
                empty = run_for([], interpreter=interpreter)
                for kind in [*kinds][turn:] + [*kinds][:turn]:
                    timing = run_for([kinds[kind]] * tasks, interpreter=interpreter)
                    seen[kind].append({"wall": (timing.wall - empty.wall) / tasks,
                                       "cpu": (timing.cpu - empty.cpu) / tasks})
                for runs in seen.values():
                    runs[-1].update({f"{name} to ping": runs[-1][name] / seen["ping"][-1][name]
                                     for name in ("wall", "cpu")})
            for kind, runs in seen.items():
                result[f"{kind}, {label}"] = {name: median([run[name] for run in runs]) for name in runs[0]}
    return result


def whole_job(cleanup: float, rounds: int) -> Numbers:
    """Looking up, canceling, waiting and checking: one task against four, with the same clean-up time."""
    runs: dict[str, list[dict[str, float]]] = {"ob_clone_cancel": [], "by hand": []}
    for _round in range(rounds):
        empty = run_for([])
        for kind, results in runs.items():
            with HeldClone(cleanup) as clone:
                before = len(clone.mock.log())
                tasks = [cancel_task(clone.mock, "clone_a")] if kind == "ob_clone_cancel" else by_hand(
                    clone.mock, "clone_a")
                timing = run_for(tasks)
            # Of this login only: the session of CREATE TENANT is another user's work.
            log = [entry for entry in clone.log[before:] if not entry["statement"].startswith("CREATE")]
            logins = sum(entry["statement"].startswith("LOGIN") for entry in log)
            results.append({
                "wall": timing.wall, "wall without start and server": timing.wall - empty.wall - clone.server_seconds(),
                "cpu without start": timing.cpu - empty.cpu, "module processes": logins,
                "statements": sum(entry["statement"] != "CLOSE" for entry in log) - logins})
    result = {kind: {name: median([run[name] for run in values]) for name in values[0]}
              for kind, values in runs.items()}
    result["ratio"] = {name: round(result["ob_clone_cancel"][name] / number, 2)
                       for name, number in result["by hand"].items()}
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


def many_clones(count: int, forks: int = 10) -> dict[str, float]:
    """
    Seconds per clone: a loop in one task, the role (which orders all cancels, then waits), and as many hosts, ``forks``
    at a time. Clean-ups take 0.1 s, and up to a second passes before the server begins them.
    """
    empty = median([run_for([]).wall for _round in range(3)])
    result: dict[str, float] = {}
    for kind in ("loop", "role", "hosts"):
        with Mock(sys.executable, scenario=held_jobs(count)) as mock:
            if kind == "loop":
                timing = run_for([{**cancel_task(mock, "clone_{{ item }}"), "loop": list(range(count))}])
            elif kind == "role":
                names = [f"clone_{number}" for number in range(count)]
                role = {"ansible.builtin.include_role": {"name": "community.oceanbase.clone_cancel"},
                        "vars": {"clone_cancel_clone_tenants": names}}
                timing = run_for([role], module_defaults={
                    "group/community.oceanbase.oceanbase": {"login_port": mock.port}})
            else:
                timing = run_for([cancel_task(mock, "clone_{{ number }}")], forks=forks, hosts=count)
            assert len(mock.history()) == count
        result[kind] = round((timing.wall - empty) / count, 3)
    return result


def many_clusters(count: int, forks: int = 10) -> dict[str, float]:
    """Seconds in all for one clone on each of so many clusters, ``forks`` at a time; clean-ups take 0.1 s."""
    with contextlib.ExitStack() as stack:
        ports = [stack.enter_context(Mock(sys.executable, scenario=held_jobs(1))).port for _number in range(count)]
        task = {"name": "Cancel", "community.oceanbase.ob_clone_cancel": {
            "login_port": "{{ ports[number | int] }}", "clone_tenant": "clone_0"}}
        timing = run_for([task], forks=forks, hosts=count, vars={"ports": ports})
    assert sum(result.result["outcome"] == "canceled" for result in timing.play.results) == count
    return {"wall": round(timing.wall, 2), "wall per cluster": round(timing.wall / count, 3),
            "cpu per cluster": round(timing.cpu / count, 3)}


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
