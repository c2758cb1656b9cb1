# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One client from its greeting to its leaving: the commands of the protocol and their answers."""

from __future__ import annotations

import asyncio
import os
import ssl
import time
from typing import Any, Awaitable, Callable, Dict, List, Optional

from . import packets
from .auth import new_salt
from .channel import Channel, PeerGone
from .faults import Fault
from .login import prove, receive_login
from .packets import Login, MalformedPacket, Reader
from .prepared import Statement, binary_rows
from .results import Ok, Result, Rows, SqlError
from .statement_log import StatementLog
from .wire import PACKET_LIMIT, PacketTooLarge, Wire

COM_QUIT = 0x01
COM_STMT_SEND_LONG_DATA = 0x18
COM_STMT_CLOSE = 0x19

# OceanBase answers a command that it does not know like a feature that it does not have.
UNKNOWN_COMMAND = SqlError(1235, "0A000", "Not supported feature or function")
MALFORMED_COMMAND = SqlError(1210, "HY000", "Invalid argument")
UNKNOWN_STATEMENT = SqlError(1243, "HY000", "Unknown prepared statement handler")
TOO_LARGE = SqlError(1153, "08S01", "Got a packet bigger than 'max_allowed_packet' bytes")
STATISTICS = b"Active threads not support"

Encoder = Callable[[Any], List[bytes]]


class Connection:
    """The conversation with one client; ``run()`` lasts as long as the client stays."""

    def __init__(self, channel: Channel, engine: Any, log: StatementLog, tls: Optional[ssl.SSLContext]) -> None:
        self._channel = channel
        self._wire = Wire(channel)
        self._engine = engine
        self._log = log
        self._tls = tls
        self._salt = new_salt()
        self._session: Any = None
        self._statements: Dict[int, Statement] = {}
        self._prepared = 0
        self._commands: Dict[int, Callable[[bytes], Awaitable[None]]] = {
            0x02: self._init_db, 0x03: self._query, 0x04: self._field_list, 0x09: self._statistics,
            0x0C: self._process_kill, 0x0E: self._ping, 0x11: self._change_user, 0x16: self._stmt_prepare,
            0x17: self._stmt_execute, 0x1A: self._stmt_reset, 0x1F: self._reset_connection}

    async def run(self) -> None:
        """Serves the client. Whatever it does, its session is closed in the end, and no other client notices."""
        try:
            self._session = self._engine.open_session(self._channel.peer)
            await self._serve()
        except SqlError as failure:
            await self._send_quietly(packets.error(failure))
        except PeerGone:
            pass
        finally:
            self._close_session()
            self._channel.close()

    async def _serve(self) -> None:
        greeting = packets.greeting(self._engine.greeting.server_version, self._session.connection_id, self._salt,
                                    self._tls is not None)
        login = await receive_login(self._wire, greeting, self._tls)
        if not await self._log_in(login):
            return
        self._wire.limit = PACKET_LIMIT
        while True:
            self._wire.sequence = 0
            try:
                payload = await self._wire.receive()
            except PacketTooLarge:
                raise TOO_LARGE from None
            command = payload[0] if payload else None
            if command == COM_QUIT:
                return
            await self._command(command, payload[1:])
            if self._channel.has_unread:
                await asyncio.sleep(0)  # A client that sends without waiting must not keep the others waiting.

    async def _command(self, command: Optional[int], body: bytes) -> None:
        if command in (COM_STMT_SEND_LONG_DATA, COM_STMT_CLOSE):  # the two without an answer
            self._stmt_data(command, body)
            return
        handler = self._commands.get(command) if command is not None else None
        try:
            if handler is None:
                raise UNKNOWN_COMMAND
            await handler(body)
        except MalformedPacket:
            await self._wire.send(packets.error(MALFORMED_COMMAND))
        except SqlError as failure:
            await self._wire.send(packets.error(failure))

    # Login

    async def _log_in(self, login: Login) -> bool:
        """Whether the client is in; it has its OK or ERR packet by then."""
        async def work() -> Result:
            await prove(self._wire, self._engine, self._session, login, self._salt)
            return Ok()

        account = login.user if "@" in login.user else login.user + "@sys"
        return await self._answer("LOGIN " + account, work, self._plain)

    async def _change_user(self, body: bytes) -> None:
        login = packets.parse_change_user(body)
        self._close_session()
        self._session = self._engine.open_session(self._channel.peer)
        if not await self._log_in(login):
            raise PeerGone()

    def _close_session(self) -> None:
        self._statements.clear()
        if self._session is not None:
            session, self._session = self._session, None
            self._log.write(session.connection_id, session.user, session.tenant, "CLOSE", "ok", 0.0)
            self._engine.close_session(session)

    # Commands

    async def _query(self, body: bytes) -> None:
        await self._execute(packets.text(body), self._plain)

    async def _init_db(self, body: bytes) -> None:
        await self._execute("USE " + quoted(body), self._plain)

    async def _field_list(self, body: bytes) -> None:
        def encode(result: Rows) -> List[bytes]:
            return [packets.column(definition) + b"\xfb" for definition in result.columns] + [packets.eof(self._status)]

        await self._execute("SELECT * FROM %s LIMIT 0" % quoted(Reader(body).nul_bytes()), encode)

    async def _process_kill(self, body: bytes) -> None:
        await self._execute("KILL %d" % Reader(body).integer(4), self._plain)

    async def _ping(self, body: bytes) -> None:
        await self._wire.send(packets.ok(Ok(), self._status))

    async def _statistics(self, body: bytes) -> None:
        await self._wire.send(STATISTICS)

    async def _reset_connection(self, body: bytes) -> None:
        self._statements.clear()
        self._engine.reset_session(self._session)
        await self._wire.send(packets.ok(Ok(), self._status))

    async def _stmt_prepare(self, body: bytes) -> None:
        self._prepared += 1
        statement = self._statements[self._prepared] = Statement(self._prepared, packets.text(body))
        await self._wire.send(*statement.prepared(self._status))

    async def _stmt_execute(self, body: bytes) -> None:
        statement = self._statement(body)
        await self._execute(statement.bound(body[4:]), self._binary)

    async def _stmt_reset(self, body: bytes) -> None:
        self._statement(body).long_data.clear()
        await self._wire.send(packets.ok(Ok(), self._status))

    def _stmt_data(self, command: int, body: bytes) -> None:
        number = int.from_bytes(body[:4], "little")
        if command == COM_STMT_CLOSE:
            self._statements.pop(number, None)
        elif number in self._statements:
            index = int.from_bytes(body[4:6], "little")
            self._statements[number].long_data.setdefault(index, bytearray()).extend(body[6:])

    def _statement(self, body: bytes) -> Statement:
        statement = self._statements.get(Reader(body).integer(4))
        if statement is None:
            raise UNKNOWN_STATEMENT
        return statement

    # Answers

    @property
    def _status(self) -> int:
        return packets.STATUS_AUTOCOMMIT if self._session.autocommit else 0

    def _plain(self, result: Result) -> List[bytes]:
        if isinstance(result, Ok):
            return [packets.ok(result, self._status)]
        return packets.result_set(result.columns, map(packets.text_row, result.rows), self._status)

    def _binary(self, result: Result) -> List[bytes]:
        if isinstance(result, Ok):
            return [packets.ok(result, self._status)]
        return packets.result_set(result.columns, binary_rows(result), self._status)

    async def _execute(self, sql: str, encode: Encoder) -> None:
        await self._answer(sql, lambda: self._engine.execute(self._session, sql), encode)

    async def _answer(self, statement: str, work: Callable[[], Awaitable[Result]], encode: Encoder) -> bool:
        """Does the work unless a fault prevents it, logs and sends the answer; whether that was no error."""
        started = time.monotonic()
        fault = self._engine.faults.match(statement)
        error: Optional[SqlError] = None
        with self._channel.leaving_cancels():
            try:
                result = await spoiled(fault, work)
            except SqlError as failure:
                error = failure
            except asyncio.CancelledError:
                self._log_answer(statement, started, fault, "lost", why="the client left")
                raise
            except PeerGone:
                self._log_answer(statement, started, fault, "lost", why="fault" if fault else "the client left")
                self._channel.abort()
                raise
        if error:
            self._log_answer(statement, started, fault, "error", errno=error.errno, sqlstate=error.sqlstate,
                             message=error.message)
            answer = [packets.error(error)]
        else:
            more = {"rows": len(result.rows)} if isinstance(result, Rows) else {}
            self._log_answer(statement, started, fault, "rows" if more else "ok", **more)
            answer = encode(result)
        if fault:
            await self._send_spoiled(fault, answer)
        else:
            await self._wire.send(*answer)
        return error is None

    def _log_answer(self, statement: str, started: float, fault: Optional[Fault], answer: str, **more: Any) -> None:
        if fault:
            more["fault"] = fault.kind
        session = self._session
        self._log.write(session.connection_id, session.user, session.tenant, statement, answer,
                        time.monotonic() - started, **more)

    async def _send_spoiled(self, fault: Fault, answer: List[bytes]) -> None:
        if fault.kind == "drop_after":
            self._channel.abort()
            raise PeerGone()
        if fault.kind == "half":
            data = self._wire.wrap(*answer)
            await self._channel.write(data[:len(data) // 2])
            raise PeerGone()
        if fault.kind == "garbage":
            # A wrong packet number, so that a client notices at once and does not wait for more.
            await self._channel.write(b"\x40\0\0\xee" + os.urandom(64))
            return
        await self._wire.send(*answer)

    async def _send_quietly(self, payload: bytes) -> None:
        try:
            await self._wire.send(payload)
        except PeerGone:
            pass


async def spoiled(fault: Optional[Fault], work: Callable[[], Awaitable[Result]]) -> Result:
    """The result of the work, or what a fault makes of it before it begins (PeerGone: drop the connection)."""
    if fault:
        if fault.kind == "drop_before":
            raise PeerGone()
        if fault.kind == "hang":
            await asyncio.get_running_loop().create_future()
        if fault.kind == "slow":
            await asyncio.sleep(fault.seconds)
        if fault.error:
            raise fault.error
    return await work()


def quoted(name: bytes) -> str:
    """A name from a packet as an identifier."""
    return "`" + packets.text(name).replace("`", "``") + "`"
