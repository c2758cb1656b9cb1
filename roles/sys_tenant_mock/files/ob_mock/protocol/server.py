# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Listens for clients on the port of each observer and gives each client a connection of its own."""

from __future__ import annotations

import asyncio
import socket
import ssl
import sys
import traceback
from typing import Any, Dict, List, Optional

from .channel import Channel
from .connection import Connection
from .statement_log import StatementLog

# Enough for a test that lets hundreds of sessions connect at the same moment.
BACKLOG = 1024


class Observer:
    """One server of the cluster: a port, and the connections that came to it."""

    def __init__(self, server: Server, family: int, address: str, port: int) -> None:
        self._server = server
        self._family = family
        self._address = address
        self.port = port
        self._listening: Optional[asyncio.Task[asyncio.AbstractServer]] = None
        self._socket: Optional[socket.socket] = None
        self._clients: Dict[asyncio.Task[None], Channel] = {}

    def start(self) -> None:
        """Listens, if it does not yet; clients can connect as soon as this returns. OSError when it cannot listen."""
        if self._socket:
            return
        listening = socket.socket(self._family, socket.SOCK_STREAM)
        try:
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listening.bind((self._address, self.port))
            listening.listen(BACKLOG)
        except OSError as failure:
            listening.close()
            # In asyncio's words, by which _mock_server.py knows what to advise.
            raise OSError(failure.errno, "error while attempting to bind on address (%r, %d): %s" % (
                self._address, self.port, str(failure.strerror).lower())) from None
        listening.setblocking(False)
        self.port = int(listening.getsockname()[1])
        self._socket = listening
        loop = asyncio.get_running_loop()
        self._listening = loop.create_task(
            loop.create_server(lambda: Channel(self._welcome), sock=listening, backlog=BACKLOG))

    def stop(self) -> None:
        """Refuses connections and breaks off those that there are, as a server that dies does."""
        if self._listening and self._socket:
            if self._listening.done():
                self._listening.result().close()
            self._listening.cancel()
            self._socket.close()
            self._socket = self._listening = None
        for channel in list(self._clients.values()):
            channel.abort()

    async def end(self) -> None:
        """Stops, and waits until all sessions are closed."""
        self.stop()
        clients = list(self._clients)
        for client in clients:
            client.cancel()
        await asyncio.gather(*clients, return_exceptions=True)

    def _welcome(self, channel: Channel) -> None:
        server = self._server
        connection = Connection(channel, server.executor, server.log, server.tls, self)
        client = asyncio.get_running_loop().create_task(connection.run())
        self._clients[client] = channel
        client.add_done_callback(self._farewell)

    def _farewell(self, client: asyncio.Task[None]) -> None:
        del self._clients[client]
        failure = None if client.cancelled() else client.exception()
        if failure:
            # A defect of the mock: shown to its user, and hidden from the other clients.
            traceback.print_exception(type(failure), failure, failure.__traceback__, file=sys.stderr)


class Server:
    """Observers of one cluster: whatever one of them is told, all of them know."""

    def __init__(self, executor: Any, log: StatementLog, tls: Optional[ssl.SSLContext] = None) -> None:
        self.executor = executor
        self.log = log
        self.tls = tls
        self.observers: Dict[int, Observer] = {}

    async def start(self, host: str, *ports: int) -> List[int]:
        """
        Listens on ``host``; the ports, of which the system chooses those that are given as 0. OSError when it cannot.

        Of a name with several addresses (localhost) the first one counts, of IPv4 if there is one: with port 0 each
        address would get a port of its own.
        """
        loop = asyncio.get_running_loop()
        found = await loop.getaddrinfo(host, None, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, *_unused, address = sorted(found, key=lambda info: info[0] != socket.AF_INET)[0]
        for port in ports:
            observer = Observer(self, family, str(address[0]), port)
            observer.start()
            self.observers[observer.port] = observer
        return list(self.observers)

    async def stop(self) -> None:
        """Listens no more and ends all connections."""
        for observer in self.observers.values():
            await observer.end()
