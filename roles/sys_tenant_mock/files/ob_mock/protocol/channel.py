# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One client's socket: bytes in and out, TLS that may begin in the middle, and word of the client's leaving."""

from __future__ import annotations

import asyncio
import ssl
from contextlib import contextmanager, suppress
from typing import Callable, Iterator, Optional, cast

# Above this many unread bytes the client has to wait: it may not fill the memory of the mock.
UNREAD_LIMIT = 1 << 20
TLS_PIECE = 1 << 16


class PeerGone(Exception):
    """Raised when the client closed the connection, or it broke."""


class Channel(asyncio.Protocol):
    """
    Connection to one client. ``on_open`` is called with the channel once it stands.

    TLS runs over two memory buffers, not over asyncio's start_tls: a ClientHello that came together with the
    client's request for TLS is then simply the first thing to put into them, on every Python.
    """

    def __init__(self, on_open: Callable[[Channel], None]) -> None:
        self._on_open = on_open
        self._transport: asyncio.Transport
        self._unread = bytearray()
        self._wanted = 0
        self._paused = False
        self._gone = False
        self._reader: Optional[asyncio.Future[None]] = None
        self._writer: Optional[asyncio.Future[None]] = None
        self._on_gone: Optional[Callable[[], object]] = None
        self._tls: Optional[ssl.SSLObject] = None
        self._tls_ready = False
        self._tls_in = ssl.MemoryBIO()
        self._tls_out = ssl.MemoryBIO()

    @property
    def peer(self) -> str:
        """Returns address and port of the client."""
        name = self._transport.get_extra_info("peername")
        return ("[%s]:%d" if ":" in name[0] else "%s:%d") % name[:2] if name else ""

    async def read(self, count: int) -> bytes:
        """Returns exactly ``count`` bytes; PeerGone when the client leaves before that."""
        while len(self._unread) < count:
            if self._gone:
                raise PeerGone()
            self._wanted = count
            self._go_on_receiving()
            self._reader = asyncio.get_running_loop().create_future()
            try:
                await self._reader
            finally:
                self._reader = None
        data = bytes(self._unread[:count])
        del self._unread[:count]
        self._wanted = 0
        self._go_on_receiving()
        return data

    @property
    def has_unread(self) -> bool:
        """Returns whether the client sent more than was read so far."""
        return bool(self._unread)

    async def write(self, data: bytes) -> None:
        """Sends ``data``, waiting while the client is slow to take it; PeerGone when it has left."""
        if self._transport.is_closing():
            raise PeerGone()
        if self._tls:
            rest = memoryview(data)
            while rest:
                rest = rest[self._tls.write(rest):]
            data = self._tls_out.read()
        self._transport.write(data)
        if self._writer:
            await self._writer
            if self._transport.is_closing():
                raise PeerGone()

    async def start_tls(self, context: ssl.SSLContext) -> None:
        """Goes on in TLS, as its server; PeerGone when the handshake fails."""
        self._tls = context.wrap_bio(self._tls_in, self._tls_out, server_side=True)
        early, self._unread = bytes(self._unread), bytearray()
        self.data_received(early)
        while not self._tls_ready:
            if self._gone:
                raise PeerGone()
            self._reader = asyncio.get_running_loop().create_future()
            try:
                await self._reader
            finally:
                self._reader = None

    @contextmanager
    def leaving_cancels(self) -> Iterator[None]:
        """Cancels the current task inside as soon as the client has left (a statement may block for long)."""
        task = cast("asyncio.Task[None]", asyncio.current_task())
        # Already gone: what can be done without waiting is still done, as the server received the statement.
        soon = asyncio.get_running_loop().call_soon(task.cancel) if self._gone else None
        self._on_gone = task.cancel
        try:
            yield
        finally:
            self._on_gone = None
            if soon:
                soon.cancel()

    def close(self) -> None:
        """Closes the connection after everything written has been sent."""
        if self._tls and self._tls_ready and not self._transport.is_closing():
            with suppress(ssl.SSLError):  # It wants the client's farewell too; ours is in the buffer by then.
                self._tls.unwrap()
            self._transport.write(self._tls_out.read())
        self._transport.close()

    def abort(self) -> None:
        """Closes the connection at once."""
        self._transport.abort()

    # What asyncio calls:

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Notes that the connection is established."""
        self._transport = cast(asyncio.Transport, transport)
        self._on_open(self)

    def data_received(self, data: bytes) -> None:
        """Keeps bytes that came from the client."""
        if self._tls:
            self._tls_in.write(data)
            try:
                self._decrypt(self._tls)
            except ssl.SSLError:
                self._transport.write(self._tls_out.read())  # the alert that tells the client why
                self._transport.close()
                self._leave()
                return
        else:
            self._unread += data
        if len(self._unread) > max(UNREAD_LIMIT, self._wanted) and not self._paused:
            self._paused = True
            self._transport.pause_reading()
        self._wake(self._reader)

    def eof_received(self) -> bool:
        """Notes that the client sends no more; what it asked before is still answered (True keeps our side open)."""
        self._leave()
        return True

    def connection_lost(self, exc: Optional[Exception]) -> None:
        """Notes that the connection has ended."""
        self._leave()
        self._wake(self._writer)

    def pause_writing(self) -> None:
        """Stops sending, because the client does not read."""
        self._writer = asyncio.get_running_loop().create_future()

    def resume_writing(self) -> None:
        """Goes on sending, because the client reads again."""
        self._wake(self._writer)
        self._writer = None

    # Inside:

    def _decrypt(self, tls: ssl.SSLObject) -> None:
        try:
            if not self._tls_ready:
                tls.do_handshake()
                self._tls_ready = True
            while True:
                piece = tls.read(TLS_PIECE)
                if not piece:
                    self._leave()  # the client's farewell
                    break
                self._unread += piece
        except ssl.SSLWantReadError:
            pass
        except ssl.SSLZeroReturnError:
            self._leave()
        pending = self._tls_out.read()
        if pending:
            self._transport.write(pending)

    def _leave(self) -> None:
        self._gone = True
        self._wake(self._reader)
        if self._on_gone:
            self._on_gone()

    def _go_on_receiving(self) -> None:
        if self._paused and len(self._unread) <= max(UNREAD_LIMIT, self._wanted):
            self._paused = False
            if not self._transport.is_closing():
                self._transport.resume_reading()

    @staticmethod
    def _wake(future: Optional[asyncio.Future[None]]) -> None:
        if future and not future.done():
            future.set_result(None)
