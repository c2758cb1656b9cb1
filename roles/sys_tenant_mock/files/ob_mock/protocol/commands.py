# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Commands of the protocol: each turned into a statement for the executor, or answered at once."""

from __future__ import annotations

from typing import Any, Awaitable, Callable, Dict, List, Protocol

from ..sql.results import Column, Ok, Result, Rows, SqlError
from . import packets
from .packets import Reader
from .prepared_statements import Statement, binary_rows

COM_QUIT = 0x01
COM_CHANGE_USER = 0x11
LAST_COMMAND = 0x1F
READ_ONLY_CURSOR = 0x01  # of COM_STMT_EXECUTE

# What an OceanBase server was seen to answer (facts: Kernel answers).
NOT_SUPPORTED = SqlError(1235, "0A000", "Not supported feature or function")
UNKNOWN_STATEMENT = SqlError(4201, "HY000", "hash map/set entry not exist")
NOTHING_TO_FETCH = SqlError(5931, "HY000", "fetch out of sequence")
STATISTICS = b"Active threads not support"

Encoder = Callable[[Any], List[bytes]]


class Client(Protocol):
    """Interface of the connection that the commands need."""

    @property
    def status(self) -> int:
        """Returns the server status flags of the session."""

    async def execute(self, sql: str, encode: Encoder, more: bool = False) -> bool:
        """Lets the executor execute a statement and sends its answer; returns False for an error."""

    def split(self, sql: str) -> List[str]:
        """Returns the statements of a query."""

    def describe(self, sql: str) -> List[Column]:
        """Returns the columns that a statement with place-holders will answer with."""

    async def send(self, *payloads: bytes) -> None:
        """Sends an answer."""

    def reset(self) -> None:
        """Brings the session back to what it was after the login."""


class Commands:
    """Commands of one client, with the statements that it prepared."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._statements: Dict[int, Statement] = {}
        self._count = 0
        self._handlers: Dict[int, Callable[[bytes], Awaitable[None]]] = {
            0x02: self._init_db, 0x03: self._query, 0x04: self._field_list, 0x07: self._done, 0x09: self._statistics,
            0x0A: self._process_info, 0x0C: self._process_kill, 0x0D: self._debug, 0x0E: self._done,
            0x16: self._prepare, 0x17: self._execute, 0x18: self._long_data, 0x19: self._close,
            0x1A: self._reset_statement, 0x1B: self._done, 0x1C: self._fetch, 0x1F: self._reset}

    async def run(self, command: int, body: bytes) -> None:
        """Answers one command. MalformedPacket when its body makes no sense, SqlError for an ERR packet."""
        handler = self._handlers.get(command)
        if handler is None:
            raise NOT_SUPPORTED
        await handler(body)

    # Statements as text

    async def _query(self, body: bytes) -> None:
        """Executes one statement after the other, up to the first error, whatever the client said that it can take."""
        statements = self._client.split(packets.text(body))
        for number, statement in enumerate(statements, 1):
            if not await self._client.execute(statement, self.plain, more=number < len(statements)):
                return

    async def _init_db(self, body: bytes) -> None:
        await self._client.execute("USE " + quoted(body), self.plain)

    async def _field_list(self, body: bytes) -> None:
        def encode(result: Rows) -> List[bytes]:
            null = b"\xfb"  # no column has a default value
            return [*(packets.column(definition) + null for definition in result.columns),
                    packets.eof(self._client.status)]

        await self._client.execute("SELECT * FROM %s LIMIT 0" % quoted(Reader(body).nul_bytes()), encode)

    async def _process_info(self, body: bytes) -> None:
        await self._client.execute("SHOW PROCESSLIST", self.plain)

    async def _process_kill(self, body: bytes) -> None:
        await self._client.execute("KILL %d" % Reader(body).integer(4), self.plain)

    def plain(self, result: Result) -> List[bytes]:
        """Returns a result in the text protocol."""
        if isinstance(result, Ok):
            return [packets.ok(result, self._client.status)]
        return packets.result_set(result.columns, map(packets.text_row, result.rows), self._client.status)

    # Answered at once

    async def _done(self, body: bytes) -> None:
        await self._client.send(packets.ok(Ok(), self._client.status))

    async def _debug(self, body: bytes) -> None:
        await self._client.send(packets.eof(self._client.status))

    async def _statistics(self, body: bytes) -> None:
        await self._client.send(STATISTICS)

    async def _reset(self, body: bytes) -> None:
        self._statements.clear()
        self._client.reset()
        await self._done(body)

    # Prepared statements

    @property
    def _backslashes(self) -> bool:
        """Returns whether backslashes escape in a string of the session."""
        return not self._client.status & packets.STATUS_NO_BACKSLASH_ESCAPES

    async def _prepare(self, body: bytes) -> None:
        sql = packets.text(body)
        columns = self._client.describe(sql)
        self._count += 1
        statement = self._statements[self._count] = Statement(self._count, sql, self._backslashes)
        await self._client.send(*statement.prepared(columns, self._client.status))

    async def _execute(self, body: bytes) -> None:
        statement = self._statement(body)
        statement.cursor = None
        sql = statement.bound(body[4:], self._backslashes)

        def with_cursor(result: Result) -> List[bytes]:
            if isinstance(result, Ok):
                return self._binary(result)
            statement.cursor = list(binary_rows(result))
            return [*packets.column_definitions(result.columns),
                    packets.eof(self._client.status | packets.STATUS_CURSOR_EXISTS)]

        await self._client.execute(sql, with_cursor if body[4] & READ_ONLY_CURSOR else self._binary)

    async def _long_data(self, body: bytes) -> None:
        reader = Reader(body)
        number, index = reader.integer(4), reader.integer(2)
        if number in self._statements:  # This command has no answer, not even an error.
            self._statements[number].long_data.setdefault(index, bytearray()).extend(reader.rest())

    async def _close(self, body: bytes) -> None:
        self._statements.pop(Reader(body).integer(4), None)  # This one has no answer either.

    async def _reset_statement(self, body: bytes) -> None:
        statement = self._statement(body)
        statement.long_data.clear()
        statement.cursor = None
        await self._done(body)

    async def _fetch(self, body: bytes) -> None:
        reader = Reader(body)
        statement, count = self._statements.get(reader.integer(4)), reader.integer(4)
        if statement is None or statement.cursor is None:
            raise NOTHING_TO_FETCH
        rows, statement.cursor = statement.cursor[:count], statement.cursor[count:]
        status = self._client.status
        if len(rows) == count:
            status |= packets.STATUS_CURSOR_EXISTS
        if not statement.cursor:
            status |= packets.STATUS_LAST_ROW_SENT
        await self._client.send(*rows, packets.eof(status))

    def _statement(self, body: bytes) -> Statement:
        statement = self._statements.get(Reader(body).integer(4))
        if statement is None:
            raise UNKNOWN_STATEMENT
        return statement

    def _binary(self, result: Result) -> List[bytes]:
        if isinstance(result, Ok):
            return [packets.ok(result, self._client.status)]
        return packets.result_set(result.columns, binary_rows(result), self._client.status)


def quoted(name: bytes) -> str:
    """Returns a name from a packet as an identifier."""
    return "`" + packets.text(name).replace("`", "``") + "`"
