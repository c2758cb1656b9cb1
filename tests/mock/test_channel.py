# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One client's socket over a real connection: split reads, leaving, slow readers, and TLS that begins in the middle."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any

import pytest
import trustme

from ob_mock.protocol.channel import UNREAD_LIMIT, Channel, PeerGone

DEADLINE = 20.0
MANY = 20_000_000


@contextlib.asynccontextmanager
async def pair() -> AsyncIterator[tuple[Channel, asyncio.StreamReader, asyncio.StreamWriter]]:
    """A channel, and the client's end of the same connection."""
    opened: asyncio.Future[Channel] = asyncio.get_running_loop().create_future()
    server = await asyncio.get_running_loop().create_server(lambda: Channel(opened.set_result), "127.0.0.1", 0)
    reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname(), limit=MANY)
    channel = await opened
    try:
        yield channel, reader, writer
    finally:
        writer.close()
        channel.abort()
        server.close()


def run(test: Callable[[Channel, asyncio.StreamReader, asyncio.StreamWriter], Coroutine[Any, Any, None]]) -> None:
    """Runs an asynchronous test with a channel and its client; it fails after the deadline."""
    async def main() -> None:
        async with pair() as (channel, reader, writer):
            await asyncio.wait_for(test(channel, reader, writer), DEADLINE)

    asyncio.run(main())


async def is_canceled(task: asyncio.Task[None]) -> bool:
    """Whether the task ends by itself, well before the deadline, because it was canceled."""
    await asyncio.wait([task], timeout=DEADLINE / 4)
    return task.cancelled()


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def server_side(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    return context


@pytest.fixture
def client_side(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


def test_bytes_are_read_however_they_come() -> None:
    async def test(channel: Channel, _reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"ab")
        assert await channel.read(1) == b"a"
        later = asyncio.ensure_future(channel.read(3))
        for byte in (b"c", b"d", b"e"):
            await asyncio.sleep(0)
            writer.write(byte)
            await writer.drain()
        assert await later == b"bcd"
        assert await channel.read(1) == b"e"
        assert not channel.has_unread

    run(test)


def test_what_was_sent_before_leaving_is_still_read() -> None:
    async def test(channel: Channel, _reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"abc")
        writer.close()
        assert await channel.read(2) == b"ab"
        with pytest.raises(PeerGone):
            await channel.read(2)

    run(test)


def test_leaving_cancels_what_blocks() -> None:
    async def test(channel: Channel, _reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async def statement() -> None:
            with channel.leaving_cancels():
                await asyncio.get_running_loop().create_future()

        task = asyncio.ensure_future(statement())
        await asyncio.sleep(0)
        writer.close()
        assert await is_canceled(task)

    run(test)


def test_a_client_that_has_left_gets_done_what_takes_no_waiting() -> None:
    done = []

    async def test(channel: Channel, _reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()
        with pytest.raises(PeerGone):
            await channel.read(1)

        async def statement(blocks: bool) -> None:
            with channel.leaving_cancels():
                done.append(blocks)
                if blocks:
                    await asyncio.get_running_loop().create_future()
            await asyncio.sleep(0)

        await asyncio.ensure_future(statement(False))
        assert await is_canceled(asyncio.ensure_future(statement(True)))

    run(test)
    assert done == [False, True]


def test_a_client_cannot_fill_the_memory() -> None:
    async def test(channel: Channel, _reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        data = bytes(range(256)) * (MANY // 256)
        writer.write(data)
        while not channel._paused:
            await asyncio.sleep(0.001)
        assert len(channel._unread) < 2 * UNREAD_LIMIT
        assert await channel.read(len(data)) == data

    run(test)


def test_writing_waits_for_a_slow_client_and_ends_when_it_leaves() -> None:
    async def test(channel: Channel, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writing = asyncio.ensure_future(channel.write(bytes(4 * MANY)))
        assert await reader.read(1)
        assert not writing.done()
        writer.transport.abort()
        with pytest.raises(PeerGone):
            await writing

    run(test)


def test_tls_begins_with_a_client_hello_that_came_early(
        server_side: ssl.SSLContext, client_side: ssl.SSLContext) -> None:
    async def test(channel: Channel, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        client = client_side.wrap_bio(incoming, outgoing, server_hostname="localhost")
        with pytest.raises(ssl.SSLWantReadError):
            client.do_handshake()
        writer.write(b"please, TLS" + outgoing.read())
        assert await channel.read(11) == b"please, TLS"
        while not channel.has_unread:
            await asyncio.sleep(0.001)
        serving = asyncio.ensure_future(channel.start_tls(server_side))
        while True:
            incoming.write(await reader.read(65536))
            with contextlib.suppress(ssl.SSLWantReadError):
                client.do_handshake()
                break
        client.write(b"inside")
        writer.write(outgoing.read())
        await serving
        assert await channel.read(6) == b"inside"
        await channel.write(b"answer")
        received = b""
        while not received:
            incoming.write(await reader.read(65536))
            with contextlib.suppress(ssl.SSLWantReadError):
                received = client.read(100)
        assert received == b"answer"

    run(test)


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_tls_carries_much_in_both_directions(
        server_side: ssl.SSLContext, client_side: ssl.SSLContext, version: ssl.TLSVersion) -> None:
    client_side.maximum_version = version

    async def test(channel: Channel, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        data = bytes(range(256)) * (MANY // 256)
        serving = asyncio.ensure_future(channel.start_tls(server_side))
        await writer.start_tls(client_side, server_hostname="localhost")
        await serving
        writer.write(data)
        assert await channel.read(len(data)) == data
        writing = asyncio.ensure_future(channel.write(data))
        assert await reader.readexactly(len(data)) == data
        await writing
        channel.close()
        assert await reader.read() == b""

    run(test)


def test_a_client_that_does_not_trust_us_is_gone(server_side: ssl.SSLContext) -> None:
    async def test(channel: Channel, _reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        serving = asyncio.ensure_future(channel.start_tls(server_side))
        with pytest.raises(ssl.SSLCertVerificationError):
            await writer.start_tls(ssl.create_default_context(), server_hostname="localhost")
        writer.transport.abort()
        with pytest.raises(PeerGone):
            await serving
            await channel.read(1)

    run(test)


def test_garbage_instead_of_tls_ends_the_connection(server_side: ssl.SSLContext) -> None:
    async def test(channel: Channel, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        serving = asyncio.ensure_future(channel.start_tls(server_side))
        writer.write(b"GET / HTTP/1.1\r\n\r\n" * 10)
        with pytest.raises(PeerGone):
            await serving
        assert len(await reader.read()) < 100  # at most a TLS alert, then the end

    run(test)
