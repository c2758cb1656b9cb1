# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The protocol against a client that may misbehave: framing, commands, logins, leaving, garbage."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import struct
import threading
import time
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest

from ob_mock.protocol import handshake
from ob_mock.protocol.wire import PACKET_LIMIT, PacketTooLarge, Wire
from support.clients.raw_client import MAX_FRAME, RawClient, error_of, scramble
from support.servers.ob_mock import wait_for
from support.servers.wire_server import REFUSED, WireServer

OK = b"\0\0\0\x22\0\0\0"
NOT_SUPPORTED = (1235, "0A000", "Not supported feature or function")


@pytest.fixture
def server() -> Iterator[WireServer]:
    with WireServer(password="secret") as running:
        yield running


def connect(server: WireServer) -> RawClient:
    client = RawClient(server.host, server.port)
    assert client.log_in(password="secret") == OK
    return client


def text_of(answer: list[bytes]) -> bytes:
    """The one value of a result set."""
    row = answer[3]
    return row[{0xFC: 3, 0xFD: 4, 0xFE: 9}.get(row[0], 1):]


# Framing

def test_packets_may_arrive_byte_by_byte(server: WireServer) -> None:
    with RawClient(server.host, server.port) as client:
        client.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for byte in client.frame(client.login_payload(password="secret")):
            client.socket.sendall(bytes((byte,)))
        assert client.read() == OK
        client.sequence = 0
        for byte in client.frame(b"\3ECHO split"):
            client.socket.sendall(bytes((byte,)))
        assert [client.read() for _unused in range(5)][3] == b"\5split"


def test_commands_may_arrive_together(server: WireServer) -> None:
    with connect(server) as client:
        client.sequence = 0
        client.socket.sendall(b"".join(client.frame(b"\3ECHO %d" % number) for number in range(100)))
        answers = [[client.read() for _unused in range(5)][3] for _unused in range(100)]
        assert answers == [bytes((len(str(number)),)) + str(number).encode() for number in range(100)]


@pytest.mark.parametrize("size", [MAX_FRAME - 1, MAX_FRAME, PACKET_LIMIT])
def test_large_packets_in_both_directions(server: WireServer, size: int) -> None:
    data = os.urandom(1000).hex().encode() * (size // 2000 + 1)
    payload = (b"\3ECHO " + data)[:size]
    with connect(server) as client:
        sequence = 0
        for start in range(0, size + 1, MAX_FRAME):
            part = payload[start:start + MAX_FRAME]
            client.socket.sendall(len(part).to_bytes(3, "little") + bytes((sequence,)) + part)
            sequence += 1
        assert text_of([client.read() for _unused in range(5)]) == payload[6:]


@pytest.mark.parametrize("size", [2 * MAX_FRAME - 4, 50_000_000])
def test_answers_larger_than_any_packet_of_a_client(server: WireServer, size: int) -> None:
    with connect(server) as client:
        assert text_of(client.query("LONG %d" % size)) == b"x" * size


def test_a_packet_beyond_the_limit_is_refused_without_being_kept(server: WireServer) -> None:
    with connect(server) as client, connect(server) as other:
        for sequence in range(5):
            client.socket.sendall(MAX_FRAME.to_bytes(3, "little") + bytes((sequence,)) + bytes(MAX_FRAME))
        client.socket.sendall(b"\0\0\0\5")
        assert error_of(client.read()) == (1153, "08S01", "Got a packet bigger than 'max_allowed_packet' bytes")
        assert text_of(client.query("ECHO still there")) == b"still there"
        assert text_of(other.query("ECHO unharmed")) == b"unharmed"


def test_no_more_than_the_limit_is_kept_of_a_packet_without_end() -> None:
    class Frames:
        """Thirty full frames and an empty one: half a gigabyte."""

        number = 0

        async def read(self, count: int) -> bytes:
            if count != 4:
                return bytes(count)
            self.number += 1
            return (MAX_FRAME if self.number <= 30 else 0).to_bytes(3, "little") + bytes((self.number - 1,))

    wire = Wire(Frames())  # type: ignore[arg-type]
    wire.logged_in = True
    tracemalloc.start()
    try:
        with pytest.raises(PacketTooLarge):
            asyncio.run(wire.receive())
        assert tracemalloc.get_traced_memory()[1] < PACKET_LIMIT + 2 * MAX_FRAME
    finally:
        tracemalloc.stop()


def test_an_answer_with_more_packets_than_a_number_can_count(server: WireServer) -> None:
    with connect(server) as client:
        answer = client.query("ROWS 1000")
        assert [row[1:] for row in answer[3:-1]] == [str(number).encode() for number in range(1000)]


# Commands

def test_commands_that_need_no_statement(server: WireServer) -> None:
    with connect(server) as client:
        assert client.command(0x0E) == OK  # COM_PING
        assert client.command(0x1B, b"\1\0") == OK  # COM_SET_OPTION
        assert client.command(0x07, b"\1") == OK  # COM_REFRESH
        assert client.command(0x0D) == b"\xfe\0\0\2\0"  # COM_DEBUG
        assert client.command(0x09) == b"Active threads not support"  # COM_STATISTICS
    assert server.engine.executed == []


def test_commands_that_are_statements(server: WireServer) -> None:
    with connect(server) as client:
        client.command(0x02, b"a`b")  # COM_INIT_DB
        client.command(0x0C, struct.pack("<I", 4711))  # COM_PROCESS_KILL
        client.command(0x0A)  # COM_PROCESS_INFO
        assert error_of(client.command(0x03, b"FAIL")) == (4179, "HY000", "x not allowed")
    assert server.engine.executed == ["USE `a``b`", "KILL 4711", "SHOW PROCESSLIST", "FAIL"]


def test_quit_closes_without_an_answer(server: WireServer) -> None:
    with connect(server) as client:
        assert client.command(0x01) == b""


@pytest.mark.parametrize("command", [0x00, 0x05, 0x0B, 0x1D])
def test_a_command_that_nobody_supports_is_refused(server: WireServer, command: int) -> None:
    with connect(server) as client:
        assert error_of(client.command(command)) == NOT_SUPPORTED
        assert client.command(0x0E) == OK


@pytest.mark.parametrize("command", [0x20, 0x50, 0xFF])
def test_a_command_that_does_not_exist_ends_the_connection(server: WireServer, command: int) -> None:
    with connect(server) as client:
        assert error_of(client.command(command)) == NOT_SUPPORTED
        assert client.read() == b""


@pytest.mark.parametrize("packet", [
    b"\0\0\0\0",  # no command
    b"\1\0\0\7\x0e",  # a wrong number
    b"\2\0\0\0\x17\1",  # COM_STMT_EXECUTE without a number
    b"\3\0\0\0\x11u\0"])  # COM_CHANGE_USER that ends too early
def test_a_packet_without_sense_ends_the_connection_without_an_answer(server: WireServer, packet: bytes) -> None:
    with connect(server) as client, connect(server) as other:
        client.socket.sendall(packet)
        assert client.read() == b""
        assert text_of(other.query("ECHO unharmed")) == b"unharmed"


# Prepared statements

def prepare(client: RawClient, sql: bytes) -> int:
    """Prepares a statement with one place-holder and returns its number."""
    answer = client.command(0x16, sql)
    assert struct.unpack("<BIHHBH", answer)[2:] == (1, 1, 0, 0)
    for _parameter_and_column in range(2):
        assert client.read()[:4] == b"\3def"
        assert client.read() == b"\xfe\0\0\2\0"
    return int.from_bytes(answer[1:5], "little")


def execute(client: RawClient, number: int, value: bytes) -> bytes:
    """Executes it with one string and returns the row, without NULL bits."""
    body = struct.pack("<IBIBB", number, 0, 1, 0, 1) + b"\xfd\0" + bytes((len(value),)) + value
    assert client.command(0x17, body) == b"\1"
    return [client.read() for _unused in range(4)][2]


def test_prepared_statements_live_until_they_are_closed(server: WireServer) -> None:
    with connect(server) as client:
        first, second = prepare(client, b"ECHO ?"), prepare(client, b"ECHO <?>")
        assert execute(client, first, b"it's") == b"\0\0\7'it''s'"
        assert execute(client, second, b"x") == b"\0\0\5<'x'>"
        client.sequence = 0
        client.send(b"\x19" + struct.pack("<I", first))  # COM_STMT_CLOSE has no answer
        unknown = (4201, "HY000", "hash map/set entry not exist")
        assert error_of(client.command(0x17, struct.pack("<IBI", first, 0, 1))) == unknown
        assert error_of(client.command(0x1A, struct.pack("<I", 99))) == unknown
        assert error_of(client.command(0x1C, struct.pack("<II", second, 1))) == (5931, "HY000", "fetch out of sequence")
        assert client.command(0x1A, struct.pack("<I", second)) == OK
        assert execute(client, second, b"y") == b"\0\0\5<'y'>"


def test_a_parameter_may_come_in_pieces(server: WireServer) -> None:
    with connect(server) as client:
        number = prepare(client, b"ECHO ?")
        for piece in (b"long ", b"data"):
            client.sequence = 0
            client.send(b"\x18" + struct.pack("<IH", number, 0) + piece)
        body = struct.pack("<IBIBB", number, 0, 1, 0, 1) + b"\xfd\0"
        assert client.command(0x17, body) == b"\1"
        assert [client.read() for _unused in range(4)][2] == b"\0\0\x0b'long data'"


# Login

def test_after_a_refusal_nothing_is_served(server: WireServer) -> None:
    with RawClient(server.host, server.port) as client:
        client.send(client.login_payload(password="wrong"))
        client.socket.sendall(b"\7\0\0\0\3ECHO x")
        assert error_of(client.read()) == REFUSED
        assert client.read() == b""
    assert server.engine.executed == []


def test_another_plugin_is_switched(server: WireServer) -> None:
    with RawClient(server.host, server.port) as client:
        answer = client.log_in(plugin="caching_sha2_password")
        name, salt = answer[1:].split(b"\0", 1)
        assert (answer[:1], name, len(salt), salt[-1:]) == (b"\xfe", b"mysql_native_password", 21, b"\0")
        assert salt[:-1] != client.salt
        client.send(scramble("secret", salt[:-1]))
        assert client.read() == OK


def test_another_plugin_without_a_password_is_not_switched(server: WireServer) -> None:
    server.engine.password = ""
    with RawClient(server.host, server.port) as client:
        payload = client.login_payload().replace(b"mysql_native_password", b"caching_sha2_password")
        client.send(payload)
        assert client.read() == OK


def test_change_user(server: WireServer) -> None:
    with connect(server) as client:
        number = prepare(client, b"ECHO ?")
        proof = scramble("secret", client.salt)
        body = b"other@sys\0\x14" + proof + b"db\0\x2d\0mysql_native_password\0"
        assert client.command(0x11, body) == OK
        assert text_of(client.query("ECHO still here")) == b"still here"
        assert error_of(client.command(0x17, struct.pack("<IBI", number, 0, 1)))[0] == 4201
        assert error_of(client.command(0x11, b"other@sys\0\0db\0")) == REFUSED
        assert client.read() == b""


def test_tls_is_refused_where_there_is_none(server: WireServer) -> None:
    with RawClient(server.host, server.port) as client:
        client.send(struct.pack("<IIB23x", 0x0A00, 1 << 24, 45))
        assert error_of(client.read()) == (1043, "08S01", "TLS is not enabled on this server")
        assert client.read() == b""


@pytest.mark.parametrize("garbage", [
    b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", b"\xff" * 4000, bytes(4000), b"\5\0\0\1\5\0\0\0\0",
    b"\x16\3\1\2\0\1\0\1\xfc\3\3"])
def test_garbage_ends_its_own_connection_only(server: WireServer, garbage: bytes) -> None:
    with connect(server) as other:
        with RawClient(server.host, server.port) as client:
            client.socket.sendall(garbage)
            client.socket.shutdown(socket.SHUT_WR)
            assert client.read() == b""
        assert text_of(other.query("ECHO unharmed")) == b"unharmed"


def test_a_silent_client_is_disconnected_and_harms_nobody(server: WireServer, monkeypatch: pytest.MonkeyPatch) -> None:
    assert handshake.LOGIN_SECONDS == 10.0
    monkeypatch.setattr(handshake, "LOGIN_SECONDS", 0.3)
    with connect(server) as other, RawClient(server.host, server.port) as silent:
        silent.socket.sendall(b"\x40\0\0")
        started = time.monotonic()
        assert text_of(other.query("ECHO meanwhile")) == b"meanwhile"
        assert silent.read() == b""
        assert time.monotonic() - started > 0.2
        assert text_of(other.query("ECHO unharmed")) == b"unharmed"


# Leaving

@pytest.mark.parametrize("abruptly", [True, False])
def test_leaving_ends_a_statement_that_blocks(server: WireServer, tmp_path: Path, abruptly: bool) -> None:
    with connect(server) as client:
        client.sequence = 0
        client.send(b"\3BLOCK 1")
        wait_for(lambda: "BLOCK 1" in server.engine.executed, "the statement to begin")
        if abruptly:
            client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    wait_for(lambda: server.engine.cut_off == ["BLOCK 1"], "the statement to be cut off")
    wait_for(lambda: server.engine.open == 0, "the session to be closed")


def test_what_was_sent_before_leaving_is_executed(server: WireServer) -> None:
    with connect(server) as client:
        client.socket.sendall(b"\2\0\0\0\3a\2\0\0\0\3b\6\0\0\0\3BLOCK\2\0\0\0\3c")
    wait_for(lambda: server.engine.open == 0, "the session to be closed")
    assert server.engine.executed == ["a", "b", "BLOCK"]


def test_a_busy_client_leaves_time_for_the_others(server: WireServer) -> None:
    ended = threading.Event()
    with connect(server) as busy, connect(server) as other:
        def send_without_end() -> None:
            try:
                while not ended.is_set():
                    busy.socket.sendall(b"\1\0\0\0\x0e" * 1000)
            except OSError:
                pass  # The test is over.

        def read_without_end() -> None:
            try:
                while busy.socket.recv(1 << 16):
                    pass
            except OSError:
                pass  # The test is over.

        threads = [threading.Thread(target=target, daemon=True) for target in (send_without_end, read_without_end)]
        for thread in threads:
            thread.start()
        for number in range(50):
            assert text_of(other.query("ECHO %d" % number)) == str(number).encode()
        ended.set()
        busy.socket.shutdown(socket.SHUT_RDWR)
        for thread in threads:
            thread.join(10)


def test_a_killed_session_is_told_and_disconnected(server: WireServer) -> None:
    with connect(server) as client:
        assert error_of(client.command(3, b"DIE"))[0] == 5066
        assert client.read() == b""


# The log

def test_the_log_holds_logins_statements_and_ends(tmp_path: Path) -> None:
    path = tmp_path / "log"
    with WireServer(password="secret", log_file=path) as server:
        with connect(server) as client:
            client.query("ROWS 3")
            client.query("FAIL")
            client.query("CREATE USER u IDENTIFIED BY 'hidden'")
        with RawClient(server.host, server.port) as client:
            client.log_in(password="hidden")
            assert client.read() == b""
        wait_for(lambda: server.engine.open == 0, "the sessions to be closed")
    content = path.read_text(encoding="utf-8")
    entries = [json.loads(line) for line in content.splitlines()]
    told = {entry["statement"]: entry for entry in entries[:4]}
    assert list(told) == ["LOGIN root@sys", "ROWS 3", "FAIL", "CREATE USER u IDENTIFIED BY '***'"]
    assert [entry["answer"] for entry in told.values()] == ["ok", "rows", "error", "ok"]
    assert told["ROWS 3"]["rows"] == 3
    assert [told["FAIL"][key] for key in ("errno", "sqlstate", "message")] == [4179, "HY000", "x not allowed"]
    assert {(entry["user"], entry["tenant"], entry["session"]) for entry in told.values()} \
        == {("root", "sys", 3221487661)}
    assert [(entry["statement"], entry["answer"]) for entry in entries if entry["session"] == 3221487662] \
        == [("LOGIN root@sys", "error"), ("CLOSE", "ok")]
    assert "hidden" not in content
    assert "secret" not in content
