# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A way to a server that can be cut and refuse connections, as if the server were gone."""

from __future__ import annotations

import contextlib
import socket
import threading
from pathlib import Path


class RefusingRelay:
    """Passes bytes on from ``port``, or from the Unix socket ``path``, to the port ``target``, until ``refuse``."""

    def __init__(self, target: int, host: str = "127.0.0.1", path: Path | None = None) -> None:
        self._target = (host, target)
        self._path = path
        self._sockets: set[socket.socket] = set()
        self._listener: socket.socket | None = None
        self.port = 0
        self.listen()

    def listen(self) -> None:
        """Accepts connections, always on the same port; nothing happens if it does already."""
        if self._listener is not None:
            return
        if self._path is not None:
            self._path.unlink(missing_ok=True)
            self._listener = socket.socket(socket.AF_UNIX)
            self._listener.bind(str(self._path))
            self._listener.listen()
        else:
            self._listener = socket.create_server((self._target[0], self.port))
            self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, args=(self._listener,), daemon=True).start()

    def refuse(self) -> None:
        """Cuts all connections and refuses new ones."""
        listener, self._listener = self._listener, None
        if listener is not None:
            self._close(listener)
        for connection in list(self._sockets):
            self._close(connection)

    def _accept(self, listener: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _address = listener.accept()
                server = socket.create_connection(self._target)
                self._sockets |= {client, server}
                for source, sink in ((client, server), (server, client)):
                    threading.Thread(target=self._pump, args=(source, sink), daemon=True).start()

    def _pump(self, source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                sink.sendall(data)
        self._close(source)
        self._close(sink)

    def _close(self, one: socket.socket) -> None:
        """Wakes the thread that waits for this socket, too."""
        self._sockets.discard(one)
        with contextlib.suppress(OSError):
            one.shutdown(socket.SHUT_RDWR)
        one.close()
