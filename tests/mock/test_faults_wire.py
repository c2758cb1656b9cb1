# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a client sees of each kind of fault: PyMySQL against the protocol half, with the faults armed directly."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from typing import Any

import pymysql
import pytest

from ob_mock.sql.results import SqlError
from support.clients.raw_client import RawClient
from support.servers.ob_mock import wait_for
from support.servers.wire_server import WireServer

LOST = 2013


@pytest.fixture
def server() -> Iterator[WireServer]:
    with WireServer() as running:
        yield running


def connect(server: WireServer, **options: Any) -> Any:
    return pymysql.connect(host=server.host, port=server.port, user="root@sys", ssl_disabled=True, **options)


def query(connection: Any, sql: str) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()


def statements(server: WireServer) -> list[str]:
    """What was executed, without what the client sends by itself."""
    return [sql for sql in server.engine.executed if not sql.startswith("SET ")]


@pytest.mark.parametrize(("kind", "executed"), [("drop_before", []), ("drop_after", ["ECHO x"]), ("half", ["ECHO x"])])
def test_the_connection_is_lost(server: WireServer, kind: str, executed: list[str]) -> None:
    server.engine.faults.arm("^echo", kind)
    with pytest.raises(pymysql.err.OperationalError) as caught, connect(server) as connection:
        query(connection, "ECHO x")
    assert caught.value.args[0] == LOST
    assert statements(server) == executed
    with connect(server) as connection:
        assert query(connection, "ECHO again") == (("again",),)


def test_a_statement_can_be_executed_long_after_its_connection_is_lost(server: WireServer) -> None:
    server.engine.faults.arm("^ECHO", "drop_during", seconds=0.5)
    with connect(server) as connection:
        started = time.monotonic()
        with pytest.raises(pymysql.err.OperationalError) as caught:
            query(connection, "ECHO late")
        assert caught.value.args[0] == LOST
        assert statements(server) == [] or time.monotonic() - started >= 0.5
    wait_for(lambda: statements(server) == ["ECHO late"], "the late statement")
    wait_for(lambda: server.engine.open == 0, "its session to be closed")


def test_half_is_half_of_the_bytes(server: WireServer) -> None:
    sizes = []
    for fault in (None, "half"):
        if fault:
            server.engine.faults.arm("^ROWS", fault)
        with RawClient(server.host, server.port) as client:
            client.log_in()
            client.socket.sendall(b"\x0a\0\0\0\3ROWS 1000" + (b"" if fault else b"\1\0\0\0\1"))
            received = b""
            while piece := client.socket.recv(1 << 16):
                received += piece
            sizes.append(len(received))
    assert sizes[0] > 5000
    assert sizes[1] == sizes[0] // 2


def test_garbage_is_noticed(server: WireServer) -> None:
    server.engine.faults.arm("^ECHO", "garbage")
    with pytest.raises(pymysql.err.MySQLError, match="Packet sequence number wrong"), connect(server) as connection:
        query(connection, "ECHO x")
    assert statements(server) == ["ECHO x"]


def test_slow_is_slow_and_answers(server: WireServer) -> None:
    server.engine.faults.arm("^ECHO", "slow", seconds=0.3)
    with connect(server) as connection:
        started = time.monotonic()
        assert query(connection, "ECHO x") == (("x",),)
        assert 0.3 <= time.monotonic() - started < 5


def test_hang_hangs_until_the_client_gives_up_and_holds_up_nobody_else(server: WireServer) -> None:
    server.engine.faults.arm("^ECHO mine", "hang")
    with connect(server) as other:
        with pytest.raises(pymysql.err.OperationalError) as caught, connect(server, read_timeout=1) as connection:
            query(connection, "ECHO mine")
        assert caught.value.args[0] == LOST
        assert query(other, "ECHO yours") == (("yours",),)
        wait_for(lambda: server.engine.open == 1, "the hanging session to be closed")
    assert statements(server) == ["ECHO yours"]


def test_an_error_is_answered_and_the_session_goes_on(server: WireServer) -> None:
    server.engine.faults.arm("^ECHO", "error", times=2, error=SqlError(4012, "25000", "Timeout"))
    with connect(server) as connection:
        for _unused in range(2):
            with pytest.raises(pymysql.err.OperationalError) as caught:
                query(connection, "ECHO x")
            assert caught.value.args == (4012, "Timeout")
        assert query(connection, "ECHO x") == (("x",),)
    assert statements(server) == ["ECHO x"]


@pytest.mark.parametrize(("kind", "options", "number"), [
    ("drop_before", {}, LOST), ("drop_after", {}, LOST), ("half", {}, LOST),
    ("error", {"error": SqlError(8001, "08004", "Server is initializing")}, 8001)])
def test_a_login_can_be_struck(server: WireServer, kind: str, options: dict[str, Any], number: int) -> None:
    server.engine.faults.arm("^LOGIN root@sys$", kind, **options)
    with pytest.raises(pymysql.err.OperationalError) as caught:
        connect(server)
    assert caught.value.args[0] in (number, 2003)
    assert (number == LOST) == (caught.value.args[0] != 8001)
    with connect(server) as connection:
        assert query(connection, "ECHO x") == (("x",),)


def test_a_login_can_hang(server: WireServer) -> None:
    server.engine.faults.arm("^LOGIN", "hang")
    with pytest.raises(pymysql.err.OperationalError):
        connect(server, read_timeout=1)
    with connect(server) as connection:
        assert query(connection, "ECHO x") == (("x",),)


def test_a_hanging_statement_does_not_keep_the_server_from_ending() -> None:
    with WireServer() as server:
        server.engine.faults.arm("^ECHO", "hang")
        failures: list[Exception] = []

        def hang() -> None:
            try:
                with connect(server) as connection:
                    query(connection, "ECHO x")
            except pymysql.err.OperationalError as failure:
                failures.append(failure)

        thread = threading.Thread(target=hang)
        thread.start()
        wait_for(lambda: not server.engine.faults._armed, "the fault to strike")
    thread.join(10)
    assert [failure.args[0] for failure in failures] == [LOST]
