# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Packets of the MySQL client/server protocol as bytes: nothing here knows a socket or a session."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Any, Iterable, List, Optional, Sequence, Tuple

from ..sql.results import Column, Ok, SqlError, float_text

MAX_FRAME = 0xFFFFFF
HEADER_SIZE = 4
ERROR_TEXT_LIMIT = 512  # bytes (facts: Error packets)
NATIVE_PASSWORD = "mysql_native_password"

CLIENT_CONNECT_WITH_DB = 0x00000008
CLIENT_PROTOCOL_41 = 0x00000200
CLIENT_SSL = 0x00000800
CLIENT_SECURE_CONNECTION = 0x00008000
CLIENT_PLUGIN_AUTH = 0x00080000
# (facts: Handshake) Everything but COMPRESS below; above PS_MULTI_RESULTS, PLUGIN_AUTH, CONNECT_ATTRS,
# SESSION_TRACK and two bits of OceanBase's own.
SERVER_CAPABILITIES = 0x309CF7DF
GREETING_CHARSET = 46  # utf8mb4_bin

STATUS_IN_TRANSACTION = 0x0001
STATUS_AUTOCOMMIT = 0x0002
STATUS_CURSOR_EXISTS = 0x0040
STATUS_LAST_ROW_SENT = 0x0080
STATUS_MORE_RESULTS = 0x0008
# Only in OK packets: the first one always, as the kernel was seen to do.
STATUS_NO_INDEX_USED = 0x0020
STATUS_NO_BACKSLASH_ESCAPES = 0x0200

BINARY_CHARSET = 63
TEXT_CHARSET = 45


class MalformedPacket(Exception):
    """Raised when the bytes of a packet do not mean what a client may send there."""


class Reader:
    """Takes fields off the front of one payload; MalformedPacket when there is less than asked for."""

    def __init__(self, payload: bytes) -> None:
        self._payload = payload
        self._position = 0

    def __bool__(self) -> bool:
        return self._position < len(self._payload)

    def take(self, count: int) -> bytes:
        """Reads the next ``count`` bytes."""
        end = self._position + count
        if end > len(self._payload):
            raise MalformedPacket("%d bytes wanted, %d left" % (count, len(self._payload) - self._position))
        data = self._payload[self._position:end]
        self._position = end
        return data

    def integer(self, size: int) -> int:
        """Returns a little-endian unsigned integer of ``size`` bytes."""
        return int.from_bytes(self.take(size), "little")

    def lenenc_integer(self) -> int:
        """Returns a length-encoded integer; NULL (0xfb) is malformed here."""
        first = self.integer(1)
        if first < 0xFB:
            return first
        if first in (0xFC, 0xFD, 0xFE):
            return self.integer({0xFC: 2, 0xFD: 3, 0xFE: 8}[first])
        raise MalformedPacket("0x%02x does not start a length" % first)

    def lenenc_bytes(self) -> bytes:
        """Returns bytes that follow their length-encoded length."""
        return self.take(self.lenenc_integer())

    def nul_bytes(self) -> bytes:
        """
        Returns bytes up to a NUL, which is consumed too; the end of the payload serves as well, as clients leave it
        out.
        """
        end = self._payload.find(b"\0", self._position)
        if end < 0:
            return self.rest()
        data = self._payload[self._position:end]
        self._position = end + 1
        return data

    def rest(self) -> bytes:
        """Returns everything that is left."""
        return self.take(len(self._payload) - self._position)


def lenenc_integer(value: int) -> bytes:
    """Returns a non-negative integer in the length-encoded form."""
    if value < 0xFB:
        return bytes((value,))
    if value <= 0xFFFF:
        return b"\xfc" + value.to_bytes(2, "little")
    if value <= 0xFFFFFF:
        return b"\xfd" + value.to_bytes(3, "little")
    return b"\xfe" + value.to_bytes(8, "little")


def lenenc_bytes(data: bytes) -> bytes:
    """Returns bytes after their length-encoded length."""
    return lenenc_integer(len(data)) + data


def frames(payloads: Iterable[bytes], sequence: int) -> bytes:
    """
    Returns the payloads as they go over the wire, numbered from ``sequence`` on.

    A payload of 2^24-1 bytes or more is split; one that ends on that border is followed by an empty frame.
    """
    wire: List[bytes] = []
    for payload in payloads:
        start = 0
        while True:
            part = payload[start:start + MAX_FRAME]
            wire.append(len(part).to_bytes(3, "little") + bytes((sequence & 0xFF,)))
            wire.append(part)
            sequence += 1
            start += MAX_FRAME
            if len(part) < MAX_FRAME:
                break
    return b"".join(wire)


def greeting(server_version: str, connection_id: int, salt: bytes, tls: bool) -> bytes:
    """Returns the first packet of the server (facts: Handshake); ``salt`` is 20 bytes without NUL."""
    capabilities = SERVER_CAPABILITIES | (CLIENT_SSL if tls else 0)
    return b"".join((
        b"\x0a", server_version.encode(), b"\0", struct.pack("<I", connection_id & 0xFFFFFFFF),
        salt[:8], b"\0", struct.pack("<HBHHB", capabilities & 0xFFFF, GREETING_CHARSET, 0, capabilities >> 16, 21),
        bytes(10), salt[8:], b"\0", NATIVE_PASSWORD.encode(), b"\0"))


@dataclass
class Login:
    """Login data of a client: at the beginning or with COM_CHANGE_USER."""

    user: str
    scramble: bytes
    database: Optional[str]
    charset: int
    plugin: str


def is_tls_request(payload: bytes) -> bool:
    """Returns whether the client's first packet only asks for TLS (its login follows inside)."""
    return len(payload) == 32 and bool(int.from_bytes(payload[:4], "little") & CLIENT_SSL)


def parse_login(payload: bytes) -> Login:
    """Returns the client's answer to the greeting; MalformedPacket also for the protocol of MySQL before 4.1."""
    reader = Reader(payload)
    capabilities = reader.integer(4)
    if not capabilities & CLIENT_PROTOCOL_41:
        raise MalformedPacket("the client does not speak protocol 4.1")
    reader.take(4)
    charset = reader.integer(1)
    reader.take(23)
    user = reader.nul_bytes()
    # PLUGIN_AUTH_LENENC_CLIENT_DATA is not offered, so the length is one byte.
    scramble = reader.take(reader.integer(1)) if capabilities & CLIENT_SECURE_CONNECTION else reader.nul_bytes()
    database = reader.nul_bytes() if capabilities & CLIENT_CONNECT_WITH_DB else b""
    plugin = reader.nul_bytes() if capabilities & CLIENT_PLUGIN_AUTH else b""
    return Login(text(user), scramble, text(database) or None, charset, text(plugin) or NATIVE_PASSWORD)


def parse_change_user(payload: bytes) -> Login:
    """Returns the body of COM_CHANGE_USER (without the command byte)."""
    reader = Reader(payload)
    user = reader.nul_bytes()
    scramble = reader.take(reader.integer(1))
    database = reader.nul_bytes()
    charset = reader.integer(2) if reader else TEXT_CHARSET
    plugin = reader.nul_bytes() if reader else b""
    return Login(text(user), scramble, text(database) or None, charset, text(plugin) or NATIVE_PASSWORD)


def text(data: bytes) -> str:
    """Returns bytes of a client as text; what is not UTF-8 becomes the replacement character."""
    return data.decode("utf-8", "replace")


def auth_switch(salt: bytes) -> bytes:
    """Asks the client to log in with mysql_native_password instead of the plugin that it chose."""
    return b"\xfe" + NATIVE_PASSWORD.encode() + b"\0" + salt + b"\0"


def ok(answer: Ok, status: int) -> bytes:
    """Returns an OK packet; ``status`` are the server status flags."""
    body = b"\0" + lenenc_integer(answer.affected_rows) + lenenc_integer(answer.last_insert_id) \
        + struct.pack("<HH", status | STATUS_NO_INDEX_USED, answer.warnings)
    return body + lenenc_bytes(answer.info.encode()) if answer.info else body


def error(failure: SqlError) -> bytes:
    """Returns an ERR packet: always with SQLSTATE, its text cut to 512 bytes (a character cut in half is left out)."""
    message = failure.message.encode()[:ERROR_TEXT_LIMIT].decode("utf-8", "ignore").encode()
    return b"\xff" + struct.pack("<H", failure.errno & 0xFFFF) + b"#" + failure.sqlstate.encode()[:5].ljust(5) + message


def eof(status: int, warnings: int = 0) -> bytes:
    """Returns a classic EOF packet, as OceanBase does not offer DEPRECATE_EOF."""
    return b"\xfe" + struct.pack("<HH", warnings, status & ~STATUS_NO_BACKSLASH_ESCAPES)


def column(definition: Column) -> bytes:
    """Returns the definition of one column of a result set."""
    original = definition.name if definition.table else ""  # An expression has none.
    names = (b"def", definition.schema.encode(), definition.table.encode(), definition.table.encode(),
             definition.name.encode(), original.encode())
    return b"".join(map(lenenc_bytes, names)) + b"\x0c" + struct.pack(
        "<HIBHBH", definition.charset, definition.length & 0xFFFFFFFF, definition.type, definition.flags,
        definition.decimals, 0)


def column_definitions(columns: Sequence[Column]) -> List[bytes]:
    """Returns the payloads that begin a result set: the number of columns, and each of them."""
    return [lenenc_integer(len(columns)), *map(column, columns)]


def result_set(columns: Sequence[Column], rows: Iterable[bytes], status: int) -> List[bytes]:
    """Returns the payloads of a whole result set; ``rows`` are encoded already."""
    return [*column_definitions(columns), eof(status), *rows, eof(status)]


def text_row(values: Tuple[Any, ...]) -> bytes:
    """Returns one row of the text protocol: every value as text, NULL as 0xfb."""
    return b"".join(b"\xfb" if value is None else lenenc_bytes(text_value(value)) for value in values)


def text_value(value: Any) -> bytes:
    """Returns a value other than None in its text form."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace")
    if isinstance(value, bytes):
        return value
    if isinstance(value, float):
        return float_text(value).encode()
    return str(int(value)).encode()
