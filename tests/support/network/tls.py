# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Certificates for tests, and a server that makes TLS handshakes of its own kind."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from pathlib import Path
from typing import Any

import trustme

HOST = "127.0.0.1"


class Files:
    """A CA, and the certificates that it made, as files."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.authority = trustme.CA()
        self.ca = str(folder / "ca.pem")
        self.authority.cert_pem.write_to_path(self.ca)

    def issue(self, name: str, *hosts: str, **options: Any) -> tuple[str, str]:
        """Returns paths of a new certificate and its key."""
        leaf = self.authority.issue_cert(*hosts, **options)
        cert, key = str(self._folder / f"{name}.pem"), str(self._folder / f"{name}.key")
        leaf.cert_chain_pems[0].write_to_path(cert)
        leaf.private_key_pem.write_to_path(key)
        return cert, key


class HandshakeServer:
    """
    Sends the packet ``greeting`` to each client, reads the request for TLS, makes a handshake with ``context``, and
    has nothing more to say. A context manager. ``clients`` holds the common name in each client's certificate, None
    where the handshake failed.
    """

    def __init__(self, greeting: bytes, context: ssl.SSLContext) -> None:
        self._greeting = len(greeting).to_bytes(3, "little") + b"\0" + greeting
        self._context = context
        self._listener = socket.create_server((HOST, 0))
        self._thread = threading.Thread(target=self._accept)
        self.port: int = self._listener.getsockname()[1]
        self.clients: list[str | None] = []

    def __enter__(self) -> HandshakeServer:
        self._thread.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        # On Linux this ends accept(), which close() does not.
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _address = self._listener.accept()
                with connection:
                    self.clients.append(self._shake_hands(connection))

    def _shake_hands(self, connection: socket.socket) -> str | None:
        try:
            connection.sendall(self._greeting)
            connection.recv(36)
            with self._context.wrap_socket(connection, server_side=True) as secure:
                subject: Any = (secure.getpeercert() or {}).get("subject", ())
                names: dict[str, str] = dict(pair for part in subject for pair in part)
                with contextlib.suppress(OSError):
                    secure.recv(1000)
                return names.get("commonName")
        except OSError:
            return None
