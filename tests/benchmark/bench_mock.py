# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The bundled mock under load: how soon it starts, and how it answers many sessions and over a long history."""

from __future__ import annotations

import asyncio
import statistics
import sys
import time
from pathlib import Path
from typing import Dict

from support.clients.async_client import AsyncClient
from support.servers.ob_mock import Mock

LOOK_UP = "SELECT * FROM oceanbase.DBA_OB_CLONE_HISTORY WHERE CLONE_JOB_ID = %s"
POLL = "SELECT CLONE_JOB_ID, STATUS FROM oceanbase.DBA_OB_CLONE_PROGRESS WHERE CLONE_TENANT_NAME = 'clone_a'"
RUNNING = {"clone_tenant": "clone_a", "state": "CLONE_SYS_CREATE_TENANT", "hold": True}
Numbers = Dict[str, float]


def start_up(runs: int) -> Numbers:
    """Seconds from the start of the program until it listens: empty, and with 10,000 rows in the history."""
    scenarios = {"empty": {}, "with 10,000 history rows": long_history(10_000)}
    times: dict[str, list[float]] = {kind: [] for kind in scenarios}
    for _run in range(runs):
        for kind, scenario in scenarios.items():
            started = time.monotonic()
            with Mock(sys.executable, scenario=scenario):
                times[kind].append(time.monotonic() - started)
    return {kind: round(statistics.median(values), 3) for kind, values in times.items()}


def polling(sessions: int, seconds: float, history_rows: int) -> Numbers:
    """Sessions that ask again as soon as they are answered: statements a second, milliseconds of an answer, MB."""
    with Mock(sys.executable, scenario={**long_history(history_rows), "jobs": [RUNNING]}) as mock:
        began = time.monotonic()
        answers, logins = asyncio.run(_poll(mock.port, sessions, seconds))
        assert mock.process
        memory = peak_memory(mock.process.pid)
        took = time.monotonic() - began - logins
        assert mock.errors() == ""
    return {"statements per second": round(len(answers) / took), "seconds of all logins": round(logins, 2),
            **_latency(answers), "MB": memory}


async def _poll(port: int, sessions: int, seconds: float) -> tuple[list[float], float]:
    """Seconds of each answer, and of all logins together."""
    began = time.monotonic()
    clients = await asyncio.gather(*(AsyncClient.open(port) for _number in range(sessions)))
    logins = time.monotonic() - began
    answers: list[float] = []
    end = time.monotonic() + seconds

    async def poll(client: AsyncClient) -> None:
        while time.monotonic() < end:
            asked = time.monotonic()
            rows = await client.query(POLL)
            answers.append(time.monotonic() - asked)
            assert len(rows) == 1

    await asyncio.gather(*(poll(client) for client in clients))
    for client in clients:
        client.close()
    return answers, logins


def history_queries(rows: int, times: int) -> dict[str, Numbers]:
    """Milliseconds of single queries over a long history."""
    with Mock(sys.executable, scenario=long_history(rows)) as mock, mock.connect() as connection, \
            connection.cursor() as cursor:
        cursor.execute("SELECT MAX(CLONE_JOB_ID) AS newest FROM oceanbase.DBA_OB_CLONE_HISTORY")
        newest = cursor.fetchall()[0]["newest"]
        queries = {
            "one job by its id": LOOK_UP % newest,
            "newest job of a name": "SELECT * FROM oceanbase.DBA_OB_CLONE_HISTORY WHERE CLONE_TENANT_NAME = 'old' "
                                    "ORDER BY CLONE_JOB_ID DESC LIMIT 1",
            "all rows": "SELECT * FROM oceanbase.DBA_OB_CLONE_HISTORY",
            "count": "SELECT COUNT(*) FROM oceanbase.DBA_OB_CLONE_HISTORY"}
        result = {}
        for name, query in queries.items():
            answers = []
            for _time in range(times):
                asked = time.monotonic()
                cursor.execute(query)
                answers.append(time.monotonic() - asked)
            result[name] = _latency(answers)
        assert mock.process
        result["memory"] = {"MB": peak_memory(mock.process.pid)}
    return result


def long_history(rows: int) -> dict[str, list[dict[str, object]]]:
    """A scenario whose history has that many rows of one name."""
    if not rows:
        return {}
    return {"history": [{"clone_tenant": "old", "state": "CLONE_SYS_CANCELED", "age": 60, "repeat": rows}]}


def peak_memory(pid: int) -> float:
    """Largest resident size of a process so far, in MB."""
    lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    return round(next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) / 1024, 1)


def _latency(answers: list[float]) -> Numbers:
    """Percentiles in milliseconds."""
    ordered = sorted(answers)
    return {f"ms, {percent} %": round(1000 * ordered[min(len(ordered) - 1, len(ordered) * percent // 100)], 2)
            for percent in (50, 95, 99)}


def load() -> dict[str, dict[str, Numbers]]:
    """All numbers of the mock."""
    history = history_queries(10_000, 30)
    return {"start": {"seconds": start_up(9)}, "memory": {"one session, 10,000 history rows": history.pop("memory")},
            "sessions": {f"{sessions} sessions, {rows} history rows": polling(sessions, 5, rows)
                         for sessions, rows in ((1, 0), (50, 0), (500, 0), (500, 10_000))}, "queries": history}
