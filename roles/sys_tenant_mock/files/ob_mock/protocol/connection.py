# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One client from its greeting to its leaving: its session, its statements and their answers, faults included."""

from __future__ import annotations

import asyncio
import os
import ssl
import time
from contextlib import suppress
from typing import Any, Awaitable, Callable, List, Optional, Protocol

from ..scenario.faults import Fault
from ..sql.results import Column, Ok, Result, Rows, SqlError
from . import packets
from .channel import Channel, PeerGone
from .commands import COM_CHANGE_USER, COM_QUIT, LAST_COMMAND, Commands, Encoder
from .handshake import prove, receive_login
from .native_password import new_salt
from .packets import Login, MalformedPacket
from .statement_log import StatementLog
from .wire import PacketTooLarge, Wire

TOO_LARGE = SqlError(1153, "08S01", "Got a packet bigger than 'max_allowed_packet' bytes")


class ObserverLike(Protocol):
    """Interface of the observer that a connection needs."""

    port: int

    def stop(self) -> None:
        """Refuses connections and breaks off those that there are."""


class Connection:
    """Conversation with one client; ``run()`` lasts as long as the client stays."""

    def __init__(self, channel: Channel, executor: Any, log: StatementLog, tls: Optional[ssl.SSLContext],
                 observer: ObserverLike) -> None:
        self._observer = observer
        self._channel = channel
        self._wire = Wire(channel)
        self._executor = executor
        self._log = log
        self._tls = tls
        self._salt = new_salt()
        self._session: Any = None
        self._more = False
        self._commands = Commands(self)

    async def run(self) -> None:
        """
        Serves the client. Whatever it does, its session is closed in the end, and no other client notices.

        A packet that makes no sense ends the connection without an answer, as OceanBase does it.
        """
        try:
            self._open_session()
            await self._serve()
        except SqlError as failure:
            await self._say_farewell(failure)
        except (PeerGone, MalformedPacket):
            pass
        finally:
            self._close_session()
            self._channel.close()

    async def _serve(self) -> None:
        greeting = packets.greeting(self._executor.greeting.server_version, self._session.connection_id, self._salt,
                                    self._tls is not None)
        login = await receive_login(self._wire, greeting, self._tls)
        if not await self._log_in(login):
            return
        self._wire.logged_in = True
        while True:
            self._wire.sequence = 0
            try:
                payload = await self._wire.receive()
            except PacketTooLarge:
                await self.send(packets.error(TOO_LARGE))
                continue
            if not payload:
                raise MalformedPacket("a packet without a command")
            command, body = payload[0], payload[1:]
            if command == COM_QUIT:
                return
            if command == COM_CHANGE_USER:
                if not await self._change_user(packets.parse_change_user(body)):
                    return
            else:
                await self._run(command, body)
            if self._session.killed:
                return  # It was told so in its answer.
            if self._channel.has_unread:
                await asyncio.sleep(0)  # A client that sends without waiting must not keep the others waiting.

    async def _run(self, command: int, body: bytes) -> None:
        try:
            await self._commands.run(command, body)
        except SqlError as failure:
            if command > LAST_COMMAND:
                raise  # No command of any version: OceanBase drops the connection; here it is told why.
            await self.send(packets.error(failure))

    # The session

    async def _log_in(self, login: Login) -> bool:
        """Logs the client in and returns whether it succeeded; it has its OK or ERR packet by then."""
        async def work() -> Result:
            await prove(self._wire, self._executor, self._session, login, self._salt)
            return Ok()

        account = login.user if "@" in login.user else login.user + "@sys"
        return await self._answer("LOGIN " + account, work, self._commands.plain)

    async def _change_user(self, login: Login) -> bool:
        self._close_session()
        self._commands = Commands(self)
        self._open_session()
        return await self._log_in(login)

    def _open_session(self) -> None:
        self._session = self._executor.open_session(self._channel.peer)
        self._session.disconnect = self._channel.abort

    def reset(self) -> None:
        """Brings the session back to what it was after the login."""
        self._executor.reset_session(self._session)

    def _close_session(self) -> None:
        if self._session is not None:
            session, self._session = self._session, None
            self._write_log(session, "CLOSE", "ok", 0.0)
            self._executor.close_session(session)

    @property
    def status(self) -> int:
        """Returns the server status flags of the session."""
        session = self._session
        status = packets.STATUS_AUTOCOMMIT if session.autocommit else 0
        status |= packets.STATUS_MORE_RESULTS if self._more else 0
        status |= packets.STATUS_NO_BACKSLASH_ESCAPES if "NO_BACKSLASH_ESCAPES" in session.modes else 0
        return status | (packets.STATUS_IN_TRANSACTION if session.in_transaction else 0)

    # Statements

    async def execute(self, sql: str, encode: Encoder, more: bool = False) -> bool:
        """
        Lets the executor execute a statement and sends its answer, as ``encode`` makes it of the result.

        more: whether further answers to the same command follow. Returns False for an error.
        """
        self._more = more
        try:
            return await self._answer(sql, lambda: self._executor.execute(self._session, sql), encode)
        finally:
            self._more = False

    def split(self, sql: str) -> List[str]:
        """Returns the statements of a query."""
        statements: List[str] = self._executor.split(self._session, sql)
        return statements

    def describe(self, sql: str) -> List[Column]:
        """Returns the columns that a statement with place-holders will answer with."""
        columns: List[Column] = self._executor.describe(self._session, sql)
        return columns

    async def send(self, *payloads: bytes) -> None:
        """Sends an answer."""
        await self._wire.send(*payloads)

    async def _answer(self, statement: str, work: Callable[[], Awaitable[Result]], encode: Encoder) -> bool:
        """Does the work unless a fault prevents it, logs and sends the answer; returns False for an error."""
        started = time.monotonic()
        fault: Optional[Fault] = self._executor.faults.match(statement)

        def log(answer: str, **more: Any) -> None:
            if fault:
                more["fault"] = fault.kind
            self._write_log(self._session, statement, answer, time.monotonic() - started, **more)

        error = None
        if fault and fault.kind == "drop_during":
            self._channel.abort()
            await asyncio.sleep(fault.seconds)
        with self._channel.leaving_cancels():
            try:
                result = await spoiled(fault, work, self._observer)
            except SqlError as failure:
                error = failure
            except (asyncio.CancelledError, PeerGone, MalformedPacket):
                log("lost")
                raise
        if error:
            log("error", errno=error.errno, sqlstate=error.sqlstate, message=error.message)
            answer = [packets.error(error)]
        else:
            log("rows", rows=len(result.rows)) if isinstance(result, Rows) else log("ok")
            answer = encode(result)
        if fault:
            await self._send_spoiled(fault, answer, started)
        else:
            await self.send(*answer)
        return error is None

    def _write_log(self, session: Any, statement: str, answer: str, elapsed: float, **more: Any) -> None:
        self._log.write(self._observer.port, session.connection_id, session.user, session.tenant, statement, answer,
                        elapsed, **more)

    async def _send_spoiled(self, fault: Fault, answer: List[bytes], started: float) -> None:
        if fault.kind in ("drop_after", "drop_during"):
            self._channel.abort()
            raise PeerGone()
        if fault.kind == "stop_during":
            await asyncio.sleep(started + fault.seconds - time.monotonic())
        if fault.kind in ("stop_after", "stop_during"):
            self._observer.stop()
            raise PeerGone()
        if fault.kind == "half":
            data = packets.frames(answer, self._wire.sequence)
            await self._channel.write(data[:len(data) // 2])
            raise PeerGone()
        if fault.kind == "garbage":
            # With a wrong packet number, so that a client notices at once and does not wait for more.
            await self._channel.write(b"\x40\0\0\xee" + os.urandom(64))
            return
        await self.send(*answer)

    async def _say_farewell(self, failure: SqlError) -> None:
        with suppress(PeerGone):
            await self.send(packets.error(failure))


async def spoiled(fault: Optional[Fault], work: Callable[[], Awaitable[Result]], observer: ObserverLike) -> Result:
    """Returns the result of the work, or what a fault makes of it before it begins (PeerGone: drop the connection)."""
    if fault:
        if fault.kind == "stop_before":
            observer.stop()
            raise PeerGone()
        if fault.kind == "stop_during":
            asyncio.get_running_loop().call_later(fault.seconds, observer.stop)
        if fault.kind == "drop_before":
            raise PeerGone()
        if fault.kind == "hang":
            await asyncio.get_running_loop().create_future()
        if fault.kind == "slow":
            await asyncio.sleep(fault.seconds)
        if fault.error:
            raise fault.error
    return await work()
