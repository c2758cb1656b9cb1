# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A client of the MySQL protocol that can also misbehave: it sends what it is told, and shows the answer's bytes."""

from __future__ import annotations

import hashlib
import socket
import struct

PLUGIN_AUTH_LOGIN = 0x0008A205  # LONG_PASSWORD, LONG_FLAG, PROTOCOL_41, TRANSACTIONS, SECURE_CONNECTION, PLUGIN_AUTH
MAX_FRAME = 0xFFFFFF


class RawClient:
    """One connection. ``greeting`` is the first packet of the server, ``salt`` what it holds for the password."""

    def __init__(self, host: str, port: int, timeout: float = 20.0) -> None:
        self.socket = socket.create_connection((host, port), timeout=timeout)
        self.sequence = 0
        self.greeting = self.read()
        after_version = self.greeting.index(b"\0", 1) + 1
        self.salt = self.greeting[after_version + 4:after_version + 12] + self.greeting[after_version + 31:-23]

    def __enter__(self) -> RawClient:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.socket.close()

    def read(self) -> bytes:
        """Reads the payload of the next packet, put together from its frames; b"" when the server has closed."""
        payload = b""
        while True:
            header = self._exactly(4)
            if not header:
                return b""
            self.sequence = header[3] + 1
            length = int.from_bytes(header[:3], "little")
            payload += self._exactly(length)
            if length < MAX_FRAME:
                return payload

    def _exactly(self, count: int) -> bytes:
        data = bytearray()
        while len(data) < count:
            try:
                piece = self.socket.recv(count - len(data))
            except ConnectionResetError:
                piece = b""
            if not piece:
                return b""
            data += piece
        return bytes(data)

    def frame(self, payload: bytes) -> bytes:
        """Returns a short payload as the next packet of the conversation."""
        return len(payload).to_bytes(3, "little") + bytes((self.sequence & 0xFF,)) + payload

    def send(self, payload: bytes) -> None:
        """Sends a short payload as the next packet of the conversation."""
        self.socket.sendall(self.frame(payload))

    def login_payload(self, user: str = "root@sys", password: str = "", plugin: str = "mysql_native_password",
                      capabilities: int = PLUGIN_AUTH_LOGIN) -> bytes:
        """Returns a login; a plugin other than the native one gets 32 bytes that prove nothing."""
        proof = scramble(password, self.salt) if plugin == "mysql_native_password" else b"x" * 32
        return (struct.pack("<IIB23x", capabilities, 1 << 24, 45) + user.encode() + b"\0"
                + bytes((len(proof),)) + proof + plugin.encode() + b"\0")

    def log_in(self, user: str = "root@sys", password: str = "", plugin: str = "mysql_native_password") -> bytes:
        """Logs in and returns the answer."""
        self.send(self.login_payload(user, password, plugin))
        return self.read()

    def command(self, number: int, body: bytes = b"") -> bytes:
        """Sends a command and returns the first packet of its answer."""
        self.sequence = 0
        self.send(bytes((number,)) + body)
        return self.read()

    def query(self, sql: str) -> list[bytes]:
        """Sends a statement and returns all packets of its answer."""
        answer = [self.command(3, sql.encode())]
        if answer[0][:1] not in (b"\0", b"\xff", b""):
            ends = 0
            while ends < 2:
                answer.append(self.read())
                ends += answer[-1][:1] == b"\xfe" and len(answer[-1]) == 5
        return answer


def scramble(password: str, salt: bytes) -> bytes:
    """Returns the proof of mysql_native_password."""
    if not password:
        return b""
    once = hashlib.sha1(password.encode()).digest()
    mask = hashlib.sha1(salt + hashlib.sha1(once).digest()).digest()
    return bytes(left ^ right for left, right in zip(once, mask))


def error_of(packet: bytes) -> tuple[int, str, str]:
    """Returns number, SQLSTATE and text of an ERR packet."""
    assert packet[:1] == b"\xff", packet
    return struct.unpack("<H", packet[1:3])[0], packet[4:9].decode(), packet[9:].decode()
