# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Wire half of the mock in this process, over an engine that knows a few statements."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from ob_mock.protocol import native_password
from ob_mock.protocol.server import Server
from ob_mock.protocol.statement_log import StatementLog
from ob_mock.scenario.faults import Faults
from ob_mock.sql.results import Column, Ok, Result, Rows, SqlError

REFUSED = (1045, "42000", "Access denied for user 'root'@'xxx.xxx.xxx.xxx' (using password: YES)")


class EchoEngine:
    """
    Lets anybody in who knows ``password``. Statements: ``ECHO text``, ``BLOCK``, ``FAIL``, ``DIE``, ``ROWS n``;
    all others are fine and do nothing. ``open`` counts the sessions, ``executed`` and ``cut_off`` hold statements.
    """

    def __init__(self, password: str) -> None:
        self.greeting = SimpleNamespace(server_version="5.7.25")
        self.faults = Faults()
        self.password = password
        self.open = 0
        self.last_id = 3221487660
        self.executed: list[str] = []
        self.cut_off: list[str] = []

    def open_session(self, peer: str) -> Any:
        self.open += 1
        self.last_id += 1
        return SimpleNamespace(
            connection_id=self.last_id, user="", tenant="", database=None, autocommit=True, in_transaction=False,
            killed="", modes=frozenset())

    def authenticate(self, session: Any, user: str, salt: bytes, scramble: bytes, database: str | None,
                     charset_id: int) -> None:
        if not native_password.proves(self.password, salt, scramble):
            raise SqlError(*REFUSED)
        session.user, _at, session.tenant = user.partition("@")
        session.database = database

    async def execute(self, session: Any, sql: str) -> Result:
        self.executed.append(sql if len(sql) < 1000 else sql[:10] + "...")
        word, _space, rest = sql.partition(" ")
        if word == "FAIL":
            raise SqlError(4179, "HY000", "x not allowed")
        if word == "DIE":
            session.killed = "connection"
            raise SqlError(5066, "HY000", "Session interrupted")
        if word == "ECHO":
            return Rows([Column("text", 253)], [(rest,)])
        if word == "LONG":
            return Rows([Column("text", 253)], [("x" * int(rest),)])
        if word == "ROWS":
            return Rows([Column("n", 8, 63)], [(number,) for number in range(int(rest))])
        if word == "BLOCK":
            try:
                await asyncio.get_running_loop().create_future()
            except asyncio.CancelledError:
                self.cut_off.append(sql)
                raise
        return Ok()

    def split(self, _session: Any, sql: str) -> list[str]:
        return sql.split(";")

    def describe(self, session: Any, sql: str) -> list[Column]:
        return [Column("text", 253)] if sql.startswith("ECHO") else []

    def close_session(self, session: Any) -> None:
        self.open -= 1


class WireServer:
    """Runs a server in a thread of its own while it is used as a context manager: ``port``, ``engine``."""

    def __init__(self, password: str = "", log_file: Path | None = None, tls: Any = None) -> None:
        self.engine = EchoEngine(password)
        self.host = "127.0.0.1"
        self.port = 0
        self._log = StatementLog(str(log_file) if log_file else None)
        self._tls = tls
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def _run(self) -> None:
        server = Server(self.engine, self._log, self._tls)
        self.port = self._loop.run_until_complete(server.start(self.host, 0))[0]
        self._ready.set()
        self._loop.run_forever()
        self._loop.run_until_complete(server.stop())
        self._loop.run_until_complete(asyncio.sleep(0))
        self._loop.close()
        self._log.close()

    def __enter__(self) -> WireServer:
        self._thread.start()
        assert self._ready.wait(10)
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        assert not self._thread.is_alive()
        assert self.engine.open == 0
