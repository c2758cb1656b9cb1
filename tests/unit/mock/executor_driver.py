# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Drives the mock's engine without a socket, on a clock that tests turn by hand."""

from __future__ import annotations

import asyncio
from typing import Any, List, Optional, Tuple

from ob_mock.cluster.clock import Clock
from ob_mock.protocol.native_password import scramble
from ob_mock.sql.results import Rows, SqlError
from ob_mock.statements.executor import Executor

SALT = b"0123456789abcdefghij"
CLONE = "CREATE TENANT %s FROM %s WITH RESOURCE_POOL = %s, UNIT = unit001"
PROGRESS, HISTORY = "oceanbase.DBA_OB_CLONE_PROGRESS", "oceanbase.DBA_OB_CLONE_HISTORY"


class HandClock:
    """A clock that stands still until ``pass_time``; it starts at 2024-01-26 06:48:34 UTC."""

    START = 1706251714.0

    def __init__(self) -> None:
        self.seconds = 100.0
        self.clock = Clock(lambda: self.seconds, lambda: self.START)

    def pass_time(self, seconds: float) -> None:
        self.seconds += seconds


class Driver:
    """One engine and its sessions: ``ask`` returns rows, ``refused`` the (number, SQLSTATE, text) of an error."""

    def __init__(self, **options: Any) -> None:
        self.time = HandClock()
        values = {"step_seconds": 1.0, "cleanup_seconds": 2.0, **options}
        self.engine = Executor(clock=self.time.clock, **values)
        self.root = self.login("root@sys", str(options.get("password", "")))

    def login(self, user: str, password: str = "", database: Optional[str] = None, peer: str = "127.0.0.1:5") -> Any:
        session = self.engine.open_session(peer)
        self.engine.authenticate(session, user, SALT, scramble(password, SALT), database, 45)
        return session

    def result(self, sql: str, session: Any = None) -> Any:
        return asyncio.run(self.engine.execute(session or self.root, sql))

    def ask(self, sql: str, session: Any = None) -> List[Tuple[Any, ...]]:
        answer = self.result(sql, session)
        return answer.rows if isinstance(answer, Rows) else []

    def refused(self, sql: str, session: Any = None) -> Tuple[int, str, str]:
        try:
            answer = self.result(sql, session)
        except SqlError as failure:
            return failure.errno, failure.sqlstate, failure.message
        raise AssertionError("%s was answered with %r" % (sql, answer))

    def start(self, name: str = "clone1", source: str = "mysql001", pool: str = "pool1") -> Any:
        """Starts a clone and leaves its session, which does not stop the job; returns the new job."""

        async def begin() -> None:
            waiting = asyncio.ensure_future(self.engine.execute(self.root, CLONE % (name, source, pool)))
            await asyncio.sleep(0)
            if waiting.done():
                waiting.result()
            waiting.cancel()

        asyncio.run(begin())
        return self.row(PROGRESS)

    def row(self, view: str, where: str = "1 = 1") -> Any:
        """The only row of a view that meets a condition, by lower-case column names; None when there is none."""
        answer = self.result("SELECT * FROM %s WHERE %s" % (view, where))
        assert len(answer.rows) < 2, answer.rows
        names = [column.name.lower() for column in answer.columns]
        return dict(zip(names, answer.rows[0])) if answer.rows else None

    def status(self) -> Any:
        """STATUS of the only job in PROGRESS, None without one."""
        row = self.row(PROGRESS)
        return row and row["status"]
