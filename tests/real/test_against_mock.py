# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The same statements on the real kernel and on the mock: equal answers, or a difference with a reason."""

from __future__ import annotations

import struct
from typing import Any, Iterator

import mysql.connector
import pymysql
import pytest
import yaml
from pymysql.constants import FIELD_TYPE, SERVER_STATUS

from support import REPOSITORY
from support.clients.raw_client import RawClient, error_of
from support.clients.sqlstate import SqlStateConnection
from support.clone_tables.tables import CLONE_COLUMNS, HISTORY, PROGRESS, insert
from support.servers.ob_mock import Mock
from support.servers.seekdb import SeekDB

STATEMENTS, OF_CLIENTS = (
    yaml.safe_load((REPOSITORY / "tests" / "fidelity" / f"{name}_statements.yml").read_text(encoding="utf-8"))
    for name in ("kernel", "client"))
_TYPES = {number: name for name, number in vars(FIELD_TYPE).items() if isinstance(number, int)}


@pytest.fixture(scope="module")
def mock() -> Iterator[Mock]:
    """One mock of the kernel's version."""
    with Mock(server_version="4.3.5.3") as running:
        yield running


def connect(server: SeekDB | Mock) -> Any:
    """A connection that changes nothing of what a session starts with."""
    return SqlStateConnection(host=server.host, port=server.port, user="root", password=server.password,
                              ssl_disabled=True, charset="utf8mb4", autocommit=None, read_timeout=20)


def answer(connection: Any, statement: str) -> str:
    """The answer as text: an error with its SQLSTATE, or labels, types and values."""
    with connection.cursor() as cursor:
        try:
            cursor.execute(statement)
            rows = cursor.fetchall()
        except pymysql.MySQLError as error:
            return f"{error.args[0]} ({error.sqlstate}) {error.args[1]}"
        if cursor.description is None:
            return "ok, in a transaction" if connection.server_status & SERVER_STATUS.SERVER_STATUS_IN_TRANS else "ok"
        columns = ", ".join(f"{column[0]} {_TYPES[column[1]]}" for column in cursor.description)
        return f"{columns}: {', '.join(str(list(row)) for row in rows) or 'no row'}"


@pytest.fixture
def answers(server: SeekDB, mock: Mock) -> Iterator[Any]:
    """A function that returns the kernel's and the mock's answer to statements, in a session of their own."""
    with connect(server) as real, connect(mock) as imitation:
        yield lambda statement: (answer(real, statement), answer(imitation, statement))


@pytest.mark.parametrize("statement", STATEMENTS["same"] + OF_CLIENTS["same"])
def test_same(answers: Any, statement: str) -> None:
    real, imitation = answers(statement)
    assert imitation == real


@pytest.mark.parametrize("entry", STATEMENTS["different"], ids=lambda entry: str(entry["statement"]))
def test_a_difference_is_still_there_and_has_a_reason(answers: Any, entry: dict[str, str]) -> None:
    """One that has gone must leave the list."""
    assert answers(entry["statement"]) == (entry["kernel"], entry["mock"])
    assert entry["kernel"] != entry["mock"] and entry["reason"] in STATEMENTS["reasons"]


@pytest.mark.parametrize("statements", STATEMENTS["sequences"] + OF_CLIENTS["sequences"], ids="; ".join)
def test_what_one_statement_does_to_the_next(answers: Any, statements: list[str]) -> None:
    for statement in statements:
        real, imitation = answers(statement)
        assert imitation == real, statement


def described(server: SeekDB | Mock, statement: str) -> str:
    """What the server says when it prepares a statement: names and types of parameters and columns, or the error."""
    with mysql.connector.connect(host=server.host, port=server.port, user="root", password=server.password,
                                 use_pure=True, ssl_disabled=True) as connection:
        try:
            answer = connection.cmd_stmt_prepare(statement.encode())
        except mysql.connector.Error as error:
            return f"{error.errno} ({error.sqlstate}) {error.msg}"
        return str([(one[0], _TYPES[one[1]]) for one in answer["parameters"] + answer["columns"]])


@pytest.mark.parametrize("statement", STATEMENTS["prepared"] + OF_CLIENTS["prepared"])
def test_prepared_statements_are_described_alike(server: SeekDB, mock: Mock, statement: str) -> None:
    assert described(mock, statement) == described(server, statement)


def test_rows_fetched_with_a_cursor(server: SeekDB, mock: Mock) -> None:
    assert cursor_story(mock) == cursor_story(server)


def cursor_story(place: SeekDB | Mock) -> list[Any]:
    """Returns what executing with and without a cursor and fetching answer: rows and status, or the error."""
    def command(number: int, body: bytes, ends: int) -> Any:
        packet = client.command(number, body)
        rows = []
        while packet[:1] not in (b"\xff", b""):
            if packet[:1] == b"\xfe" and len(packet) == 5:
                ends -= 1
                if not ends:
                    return rows, packet[3:]
                rows.clear()
            rows.append(packet)
            packet = client.read()
        return error_of(packet)

    def execute(with_cursor: bool) -> Any:
        return command(0x17, struct.pack("<IBI", number, with_cursor, 1), 1 if with_cursor else 2)[1]

    def fetch(count: int, of: int | None = None) -> Any:
        return command(0x1C, struct.pack("<II", number if of is None else of, count), 1)

    with RawClient(place.host, place.port) as client:
        client.log_in("root", place.password)
        prepared = client.command(0x16, b"SELECT X FROM (SELECT 1 AS X UNION ALL SELECT 2 UNION ALL SELECT 3) AS T")
        number = int.from_bytes(prepared[1:5], "little")
        for _definition in range(2):
            client.read()
        story = [fetch(1)]
        for counts in ((2, 2, 2), (3, 1), (9,)):
            story += [execute(True), *map(fetch, counts)]
        story += [execute(True), len(client.query("SELECT 1")), fetch(1)]
        assert client.command(0x1A, struct.pack("<I", number))[:1] == b"\0"
        return [*story, fetch(1), execute(False), fetch(1), fetch(1, 999)]


@pytest.mark.parametrize("user", ["root@SYS", "nosuch@sys", "root@", "root@sys#cluster", "root@nosuch"])
def test_refused_logins(server: SeekDB, mock: Mock, user: str) -> None:
    """A kernel of one tenant shows the whole user name; one with tenants what is before @ (facts: Login errors)."""
    refusals = []
    for place in (server, mock):
        with pytest.raises(pymysql.MySQLError) as failure:
            SqlStateConnection(host=place.host, port=place.port, user=user, password="x", ssl_disabled=True)
        refusals.append((*failure.value.args, failure.value.sqlstate))
    real, imitation = refusals
    assert imitation == (real[0], real[1].replace(user, user.split("@", maxsplit=1)[0], 1), real[2])


@pytest.mark.parametrize("view", [PROGRESS, HISTORY])
@pytest.mark.parametrize("statement", ["SELECT * FROM {}", "SELECT {columns} FROM {} WHERE STATUS IS NULL"])
def test_columns_of_the_views(views: SeekDB, mock: Mock, view: str, statement: str) -> None:
    """The types that the kernel gives to a table of these definitions are those of the mock's view."""
    text = statement.format(view, columns=", ".join(CLONE_COLUMNS))
    shapes = []
    for place in (views, mock):
        with connect(place) as connection, connection.cursor() as cursor:
            cursor.execute(text)
            shapes.append([(*column[:2], *column[3:6], cursor._result.fields[number].charsetnr)
                           for number, column in enumerate(cursor.description)])
    assert shapes[1] == shapes[0]


def test_values_of_the_views(views: SeekDB) -> None:
    """A row of the mock reads the same when it stands in a table of the kernel, also in the servers' own time zone."""
    with Mock(scenario={"history": [{"clone_tenant": "clone_a", "state": "CLONE_SYS_CANCELED"}]}) as imitation:
        [row] = imitation.sql("SET time_zone = '+00:00'", f"SELECT * FROM {HISTORY}")
        insert(views, HISTORY, row)
        rows = []
        for place in (views, imitation):
            with connect(place) as connection, connection.cursor() as cursor:
                cursor.execute(f"SELECT * FROM {HISTORY}")
                rows.append(cursor.fetchall())
    assert rows[1] == rows[0] and len(rows[0]) == 1
