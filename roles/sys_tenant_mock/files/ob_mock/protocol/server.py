# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Listens for clients and gives each a connection of its own."""

from __future__ import annotations

import asyncio
import socket
import ssl
import sys
import traceback
from typing import Any, Optional, Set

from .channel import Channel
from .connection import Connection
from .statement_log import StatementLog

# Enough for a test that lets hundreds of sessions connect at the same moment.
BACKLOG = 1024


class Server:
    """The listening socket and the connections that came from it."""

    def __init__(self, executor: Any, log: StatementLog, tls: Optional[ssl.SSLContext] = None) -> None:
        self._executor = executor
        self._log = log
        self._tls = tls
        self._server: Optional[asyncio.AbstractServer] = None
        self._clients: Set[asyncio.Task[None]] = set()

    async def start(self, host: str, port: int) -> int:
        """
        Listens on ``host``; the port, which the system chooses when ``port`` is 0. OSError when it cannot.

        Of a name with several addresses (localhost) the first one counts, of IPv4 if there is one: with port 0 each
        address would get a port of its own.
        """
        loop = asyncio.get_running_loop()
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        address = str(sorted(found, key=lambda info: info[0] != socket.AF_INET)[0][4][0])
        server = await loop.create_server(lambda: Channel(self._welcome), address, port, backlog=BACKLOG)
        self._server = server
        return int(server.sockets[0].getsockname()[1])

    async def stop(self) -> None:
        """Listens no more and ends all connections."""
        if self._server:
            self._server.close()
        clients = list(self._clients)
        for client in clients:
            client.cancel()
        await asyncio.gather(*clients, return_exceptions=True)

    def _welcome(self, channel: Channel) -> None:
        connection = Connection(channel, self._executor, self._log, self._tls)
        client = asyncio.get_running_loop().create_task(connection.run())
        self._clients.add(client)
        client.add_done_callback(self._farewell)

    def _farewell(self, client: asyncio.Task[None]) -> None:
        self._clients.discard(client)
        failure = None if client.cancelled() else client.exception()
        if failure:
            # A defect of the mock: its user shall see it, the other clients shall not.
            traceback.print_exception(type(failure), failure, failure.__traceback__, file=sys.stderr)
