# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Several observers of one cluster: what one is told all know, and each dies and lives alone."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import pymysql
import pytest

from support.servers.ob_mock import Mock, wait_for

HOLD = "CLONE_SYS_CREATE_TENANT"
CANCEL = "ALTER SYSTEM CANCEL CLONE c1"


@pytest.fixture
def mock() -> Iterator[Mock]:
    with Mock(ports=3) as running:
        yield running
        assert running.errors() == ""


def refuses(mock: Mock, port: int) -> bool:
    try:
        socket.create_connection((mock.host, port), timeout=5).close()
    except ConnectionRefusedError:
        return True
    return False


def query(connection: Any, statement: str) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall()


def test_they_are_one_cluster(mock: Mock) -> None:
    assert len(set(mock.ports)) == 3
    assert mock.port_file.read_text(encoding="ascii") == "".join("%d\n" % port for port in mock.ports)
    mock.hold(HOLD)
    mock.start_clone("c1", until=HOLD)
    for port in mock.ports:
        assert [row["status"] for row in mock.sql("SELECT * FROM oceanbase.DBA_OB_CLONE_PROGRESS", port=port)] == [HOLD]
        mock.sql("SELECT 'who'", port=port)
    ids = [mock.sql("SELECT CONNECTION_ID() AS id", port=port)[0]["id"] for port in mock.ports]
    assert len(set(ids)) == 3
    assert [entry["port"] for entry in mock.log() if entry["statement"] == "SELECT 'who'"] == mock.ports


def test_fixed_ports() -> None:
    with Mock(ports=2) as first:
        ports = first.ports
    with Mock(port=ports[1]) as again:
        assert again.ports == [ports[1]]


def test_one_stops_and_starts_again(mock: Mock) -> None:
    first, second, third = mock.ports
    with mock.connect(port=second) as other, mock.connect(port=first) as idle:
        mock.stop_observer(first)
        assert refuses(mock, first)
        with pytest.raises(pymysql.err.OperationalError):
            idle.ping(reconnect=False)
        assert query(other, "SELECT 1 AS one") == [{"one": 1}]
        assert mock.sql("SELECT 1 AS one", port=third) == [{"one": 1}]
        mock.stop_observer(first)  # It is dead already.
        for _unused in range(2):
            mock.start_observer(first)
            assert mock.sql("SELECT 1 AS one", port=first) == [{"one": 1}]
    closed = [entry["port"] for entry in mock.log() if entry["statement"] == "CLOSE"]
    assert first in closed


def test_a_statement_that_blocks_is_cut_off_and_the_job_goes_on(mock: Mock) -> None:
    mock.hold(HOLD)
    mock.start_clone("c1", until=HOLD)  # through the first
    second = mock.ports[1]
    mock.stop_observer(mock.ports[0])
    lost = wait_for(lambda: [entry for entry in mock.log() if entry["answer"] == "lost"], "the session to be lost")
    assert lost[0]["statement"].startswith("CREATE TENANT `c1`")
    assert mock.sql("SELECT status FROM oceanbase.DBA_OB_CLONE_PROGRESS", port=second) == [{"status": HOLD}]
    mock.sql(CANCEL, port=second)
    assert wait_for(lambda: mock.sql("SELECT status FROM oceanbase.DBA_OB_CLONE_HISTORY", port=second), "the end")


def test_an_observer_can_be_told_to_stop_itself(mock: Mock) -> None:
    first, second, _third = mock.ports
    with pytest.raises(pymysql.err.OperationalError) as caught:
        mock.sql(f"ALTER SYSTEM MOCK OBSERVER {first} STOP", port=first)
    assert caught.value.args[0] == 2013
    assert refuses(mock, first)
    mock.sql(f"ALTER SYSTEM MOCK OBSERVER {first} START", port=second)
    assert mock.sql("SELECT 1 AS one", port=first) == [{"one": 1}]


def test_the_only_one_can_stop() -> None:
    with Mock() as mock:
        mock.stop_observer(mock.port)
        assert refuses(mock, mock.port)
        assert mock.errors() == ""


@pytest.mark.parametrize(("statement", "text"), [
    ("ALTER SYSTEM MOCK OBSERVER 1 STOP", "MOCK OBSERVER: the ports are "),
    ("ALTER SYSTEM MOCK OBSERVER {} PAUSE", "MOCK OBSERVER: STOP or START"),
    ("ALTER SYSTEM MOCK OBSERVER", "MOCK OBSERVER: not enough values")])
def test_what_makes_no_sense_is_an_error(mock: Mock, statement: str, text: str) -> None:
    with pytest.raises(pymysql.err.MySQLError) as caught:
        mock.sql(statement.format(mock.port))
    assert caught.value.args[0] == 1210
    assert text in caught.value.args[1]


def test_a_port_that_was_taken_meanwhile(mock: Mock) -> None:
    first = mock.ports[0]
    mock.stop_observer(first)
    with socket.socket() as thief:
        thief.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        thief.bind((mock.host, first))
        thief.listen()
        with pytest.raises(pymysql.err.MySQLError, match="in use"):
            mock.start_observer(first)
    mock.start_observer(first)
    assert mock.sql("SELECT 1 AS one", port=first) == [{"one": 1}]


@pytest.mark.parametrize(("fault", "executed"), [("stop_before", 0), ("stop_after", 1), ("stop_during 0.3", 1)])
def test_one_dies_at_a_statement(mock: Mock, fault: str, executed: int) -> None:
    mock.hold(HOLD)
    mock.start_clone("c1", until=HOLD)
    first, second, _third = mock.ports
    mock.sql(f"ALTER SYSTEM MOCK FAULT 'CANCEL CLONE' {fault}")
    started = time.monotonic()
    with pytest.raises(pymysql.err.OperationalError) as caught, mock.connect(port=first) as connection:
        query(connection, CANCEL)
    assert caught.value.args[0] == 2013
    assert (time.monotonic() - started > 0.3) is (fault == "stop_during 0.3")
    assert refuses(mock, first)
    assert len(mock.cancels(accepted_only=True)) == executed
    held = mock.sql("SELECT status FROM oceanbase.DBA_OB_CLONE_PROGRESS", port=second)
    assert (held == [{"status": HOLD}]) is not bool(executed)
    if not executed:
        mock.sql(CANCEL, port=second)  # The fault struck once.
    assert len(mock.cancels(accepted_only=True)) == 1


def test_one_dies_while_a_statement_blocks(mock: Mock) -> None:
    mock.hold(HOLD)
    mock.sql("ALTER SYSTEM MOCK FAULT '^CREATE TENANT' stop_during 0.3")
    failures: list[pymysql.err.OperationalError] = []

    def start() -> None:
        try:
            mock.sql("CREATE TENANT c1 FROM mysql001 WITH RESOURCE_POOL = p, UNIT = unit001")
        except pymysql.err.OperationalError as failure:
            failures.append(failure)

    thread = threading.Thread(target=start)
    thread.start()
    thread.join(10)
    assert failures[0].args[0] == 2013
    assert refuses(mock, mock.ports[0])
    assert mock.sql("SELECT status FROM oceanbase.DBA_OB_CLONE_PROGRESS", port=mock.ports[1]) == [{"status": HOLD}]


def test_one_dies_at_a_login(mock: Mock) -> None:
    mock.sql("ALTER SYSTEM MOCK FAULT '^LOGIN root@sys' stop_before", port=mock.ports[1])
    with pytest.raises(pymysql.err.OperationalError):
        mock.connect(port=mock.ports[0])
    assert refuses(mock, mock.ports[0])
    assert mock.sql("SELECT 1 AS one", port=mock.ports[1]) == [{"one": 1}]


def test_faults_of_observers_come_from_a_scenario_too() -> None:
    fault = {"statement": "SELECT 7", "kind": "stop_during", "seconds": 0.01}
    with Mock(ports=2, scenario={"faults": [fault]}) as mock:
        with pytest.raises(pymysql.err.OperationalError):
            mock.sql("SELECT 7")
        assert refuses(mock, mock.ports[0])
        assert mock.sql("SELECT 8 AS n", port=mock.ports[1]) == [{"n": 8}]
