# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""
A relay in front of a real server without tenant clone: it answers the two clone statements itself, by changing the
tables that stand for the clone views, and passes every other byte through untouched.
"""

from __future__ import annotations

import contextlib
import re
import socket
import struct
import threading
from typing import Any, Callable

from support.clone_tables.engine import CloneEngine, Refusal
from support.servers.seekdb import SeekDB

_COM_QUERY = 3
_CANCEL = re.compile(r"ALTER\s+SYSTEM\s+CANCEL\s+CLONE\s+`?([^`\s;]+)`?\s*;?\s*\Z", re.IGNORECASE)
_CLONE = re.compile(r"CREATE\s+TENANT\s+`?([^`\s]+)`?\s+FROM\s+`?([^`\s]+)`?\s+WITH\s+RESOURCE_POOL\s*=\s*"
                    r"`?([^`\s,]+)`?\s*,\s*UNIT\s*=\s*`?([^`\s;]+)`?\s*;?\s*\Z", re.IGNORECASE)
# OK: no rows, no id, status "autocommit", no warnings.
_OK = b"\x00\x00\x00\x02\x00\x00\x00"


def _packet(number: int, payload: bytes) -> bytes:
    return struct.pack("<I", len(payload))[:3] + bytes([number]) + payload


def _error(refusal: Refusal) -> bytes:
    return b"\xff" + struct.pack("<H", refusal.errno) + b"#" + refusal.sqlstate.encode() + refusal.text.encode()


def _read(stream: socket.socket, size: int) -> bytes:
    """Returns exactly ``size`` bytes; EOFError at the end of the stream."""
    data = b""
    while len(data) < size:
        part = stream.recv(size - len(data))
        if not part:
            raise EOFError
        data += part
    return data


class Relay:
    """
    Listens on a free port of 127.0.0.1 while it is used as a context manager.

    ``before_cancel`` is called once, before the next CANCEL is executed: for what happens between look and CANCEL.
    ``lose_answer``: the next CANCEL is executed, but its client is cut off instead of answered.
    ``cancels`` holds the names of all CANCEL statements; ``went_on`` is set when a client goes on after the answer.
    """

    def __init__(self, server: SeekDB, engine: CloneEngine) -> None:
        self.server = server
        self.engine = engine
        self.before_cancel: Callable[[], Any] | None = None
        self.lose_answer = False
        self.cancels: list[str] = []
        self.went_on = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self._clients: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []

    def __enter__(self) -> Relay:
        self._run(self._accept)
        return self

    def __exit__(self, *exc_info: Any) -> None:
        self.engine.stop()
        # On Linux this ends accept(), which close() does not.
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.drop_connections()
        for thread in self._threads:
            thread.join(10)
            assert not thread.is_alive()

    def drop_connections(self) -> None:
        """Cuts off everybody, as a restart of a proxy does."""
        for client in list(self._clients):
            with contextlib.suppress(OSError):
                client.shutdown(socket.SHUT_RDWR)

    def login(self, **options: Any) -> dict[str, Any]:
        """Returns login options of a module for the server behind this relay."""
        return self.server.login(**{"login_port": self.port, **options})

    def connect(self, **options: Any) -> Any:
        """Returns a PyMySQL connection through this relay."""
        return self.server.connect(**{"port": self.port, **options})

    def _run(self, target: Callable[..., None], *arguments: Any) -> None:
        thread = threading.Thread(target=target, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            try:
                client, _address = self._listener.accept()
            except OSError:
                return
            self._clients.add(client)
            self._run(self._serve, client)

    def _serve(self, client: socket.socket) -> None:
        """Serves one client: its packets are looked at one by one, what the server sends is pumped back as it comes."""
        with client, socket.create_connection((self.server.host, self.server.port)) as upstream:
            back = threading.Thread(target=self._pump, args=(upstream, client), daemon=True)
            back.start()
            answered = False
            with contextlib.suppress(EOFError, OSError):
                while True:
                    header = _read(client, 4)
                    if answered and self.cancels:
                        self.went_on.set()
                    payload = _read(client, int.from_bytes(header[:3], "little"))
                    answer = self._answer(header[3], payload)
                    if answer is None:
                        upstream.sendall(header + payload)
                    elif self.lose_answer and self.cancels:
                        self.lose_answer = False
                        break
                    else:
                        client.sendall(_packet(1, answer))
                        answered = True
            for side in (upstream, client):
                with contextlib.suppress(OSError):
                    side.shutdown(socket.SHUT_RDWR)
            back.join(10)
        self._clients.discard(client)

    @staticmethod
    def _pump(source: socket.socket, target: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                data = source.recv(65536)
                if not data:
                    break
                target.sendall(data)
        with contextlib.suppress(OSError):
            target.shutdown(socket.SHUT_RDWR)

    def _answer(self, number: int, payload: bytes) -> bytes | None:
        """Returns the payload of the answer to a clone statement, None for all that the server shall answer."""
        # Packet number 0 begins a command; those of the login have others.
        if number or payload[:1] != bytes([_COM_QUERY]):
            return None
        text = payload[1:].decode("utf-8", "replace").strip()
        try:
            cancel, clone = _CANCEL.match(text), _CLONE.match(text)
            if cancel:
                self.cancels.append(cancel.group(1))
                hook, self.before_cancel = self.before_cancel, None
                if hook:
                    hook()
                self.engine.cancel(cancel.group(1))
            elif clone:
                self.engine.clone(*clone.groups())
            else:
                return None
        except Refusal as refusal:
            return _error(refusal)
        return _OK
