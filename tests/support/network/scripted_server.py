# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A server that says what a test has written down, whatever it is asked: a hostile one, or one of another protocol."""

from __future__ import annotations

import contextlib
import socket
import ssl
import struct
import threading
from typing import Any, Callable, Union

NATIVE = b"mysql_native_password"
OK = b"\x00\x00\x00\x02\x00\x00\x00"
SALT = b"12345678", b"901234567890"
TLS = 0x0800
# Payloads of packets, or what to do with the socket.
Step = Union[bytes, Callable[[socket.socket], Any]]


def greeting(plugin: bytes = NATIVE, capabilities: int = 0x0008F7DF) -> bytes:
    """Returns a greeting as an OBServer sends it (facts: Handshake)."""
    return (b"\x0a5.7.25\0" + struct.pack("<I", 1) + SALT[0] + b"\0"
            + struct.pack("<HBHHB", capabilities & 0xFFFF, 46, 2, capabilities >> 16, 21) + b"\0" * 10
            + SALT[1] + b"\0" + plugin + b"\0")


class ScriptedServer:
    """
    Listens on ``port`` of 127.0.0.1 while it is used as a context manager. Plays ``steps`` on each connection: a
    payload is sent as a packet, each but the first after a packet was read; a function gets the socket, and what it
    returns, if that is a socket, is used from then on. Then it reads to the end, or with ``hang_up`` closes.

    ``received`` holds the bytes that came in on each connection.
    """

    def __init__(self, *steps: Step, hang_up: bool = False) -> None:
        self.received: list[bytes] = []
        self._steps = steps
        self._hang_up = hang_up
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._connections: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []

    def __enter__(self) -> ScriptedServer:
        self._run(self._accept)
        return self

    def __exit__(self, *exc_info: object) -> None:
        # On Linux this ends accept(), which close() does not.
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for connection in list(self._connections):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(10)
            assert not thread.is_alive()

    def _run(self, target: Callable[..., None], *arguments: Any) -> None:
        thread = threading.Thread(target=target, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _address = self._listener.accept()
                self.received.append(b"")
                self._run(self._serve, connection, len(self.received) - 1)

    def _serve(self, connection: socket.socket, number: int) -> None:
        self._connections.add(connection)
        with contextlib.suppress(OSError):
            self._play(connection, number)
        self._connections.discard(connection)
        connection.close()

    def _play(self, connection: socket.socket, number: int) -> None:
        def read(count: int) -> bytes:
            data = b""
            while len(data) < count:
                piece = connection.recv(count - len(data))
                if not piece:
                    raise OSError("the client has closed")
                data += piece
            self.received[number] += data
            return data

        packet = 0
        try:
            for position, step in enumerate(self._steps):
                if callable(step):
                    changed = step(connection)
                    if isinstance(changed, socket.socket):
                        connection = changed
                    continue
                if position:
                    head = read(4)
                    read(int.from_bytes(head[:3], "little"))
                    packet = head[3] + 1
                connection.sendall(len(step).to_bytes(3, "little") + bytes([packet]) + step)
            while not self._hang_up:
                read(1)
        finally:
            connection.close()


def start_tls(context: ssl.SSLContext) -> Callable[[socket.socket], Any]:
    """Returns a step that reads the request for TLS and makes the handshake."""
    def step(connection: socket.socket) -> socket.socket:
        connection.recv(36, socket.MSG_WAITALL)
        return context.wrap_socket(connection, server_side=True)
    return step
