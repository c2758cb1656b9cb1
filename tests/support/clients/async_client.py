# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A client of the MySQL protocol so light that one process can be hundreds of them."""

from __future__ import annotations

import asyncio

from support.clients.raw_client import PLUGIN_AUTH_LOGIN, scramble


class AsyncClient:
    """One session; ``open`` makes it."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    @classmethod
    async def open(cls, port: int, user: str = "root@sys", password: str = "") -> AsyncClient:
        """Opens a session that is logged in; AssertionError if the server refuses it."""
        client = cls(*await asyncio.open_connection("127.0.0.1", port))
        greeting = await client._packet()
        version_end = greeting.index(b"\0", 1) + 1
        salt = greeting[version_end + 4:version_end + 12] + greeting[version_end + 31:-23]
        proof = scramble(password, salt)
        client._send(1, PLUGIN_AUTH_LOGIN.to_bytes(4, "little") + b"\0\0\0\1\x2d" + bytes(23) + user.encode() + b"\0"
                     + bytes((len(proof),)) + proof + b"mysql_native_password\0")
        answer = await client._packet()
        assert answer[:1] == b"\0", answer
        return client

    async def query(self, sql: str) -> list[bytes]:
        """Returns the rows of a query, each as the bytes of its packet; AssertionError for an error."""
        self._send(0, b"\3" + sql.encode())
        first = await self._packet()
        assert first[:1] != b"\xff", first
        if first[:1] == b"\0":
            return []
        parts: list[list[bytes]] = [[], []]  # columns, rows: an EOF packet ends each
        for part in parts:
            while True:
                packet = await self._packet()
                if packet[:1] == b"\xfe" and len(packet) == 5:
                    break
                part.append(packet)
        return parts[1]

    def close(self) -> None:
        """Closes the connection."""
        self._writer.close()

    def _send(self, sequence: int, payload: bytes) -> None:
        self._writer.write(len(payload).to_bytes(3, "little") + bytes((sequence,)) + payload)

    async def _packet(self) -> bytes:
        header = await self._reader.readexactly(4)
        return await self._reader.readexactly(int.from_bytes(header[:3], "little"))
