# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""PyMySQL, old and new, and MySQL Connector/Python against the whole mock; tests/clients has many more clients."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import mysql.connector
import pymysql
import pytest
from pymysql.constants import SERVER_STATUS

from support import REPOSITORY
from support.servers.ob_mock import Mock, wait_for

OLDEST_PYMYSQL = "1.0.2"
PASSWORD = "it's \"secret\" \\ $@#"  # ASCII: beyond it, clients disagree about the encoding
HOLD = "CLONE_SYS_WAIT_CREATE_SNAPSHOT"
CANCEL_TEXT = ("The new tenant has completed the cloning operation, or this is not the name of a cloning tenant. "
               "Cancel cloning not allowed")
PROGRESS = "SELECT * FROM oceanbase.DBA_OB_CLONE_PROGRESS"

# What a user of PyMySQL does, in a process of its own so that each version can be tried.
PYMYSQL_STORY = """
import json, sys, pymysql
port, password = int(sys.argv[1]), sys.argv[2]
def connect(password):
    return pymysql.connect(host="127.0.0.1", port=port, user="root@sys", password=password, database="oceanbase",
                           autocommit=True, cursorclass=pymysql.cursors.DictCursor)
def error(action):
    try:
        action()
    except pymysql.MySQLError as failure:
        return [type(failure).__name__, *failure.args]
connection = connect(password)
cursor = connection.cursor()
cursor.execute("SET time_zone = '+00:00'")
cursor.execute("SELECT * FROM DBA_OB_CLONE_PROGRESS WHERE CLONE_TENANT_NAME = %s", ("clone_mysql001",))
rows = cursor.fetchall()
connection.ping()
story = {
    "pymysql": list(pymysql.VERSION[:3]), "server": connection.get_server_info(), "rows": rows,
    "cancel": cursor.execute("ALTER SYSTEM CANCEL CLONE clone_mysql001"),
    "again": error(lambda: cursor.execute("ALTER SYSTEM CANCEL CLONE clone_mysql001")),
    "syntax": error(lambda: cursor.execute("ALTER SYSTEM CANCEL CLONE 'x'")),
    "password": error(lambda: connect("wrong")),
}
connection.close()
print(json.dumps(story, default=str))
"""


@pytest.fixture
def mock() -> Iterator[Mock]:
    with Mock(password=PASSWORD) as running:
        yield running


@pytest.fixture
def held(mock: Mock) -> Mock:
    """A mock with a clone job that is held, so that there is a row to read."""
    mock.hold(HOLD)
    mock.start_clone("clone_mysql001", until=HOLD)
    return mock


@pytest.fixture(scope="session")
def old_pymysql() -> Path:
    """The folder with the oldest PyMySQL that is supported; installed there the first time."""
    folder = REPOSITORY / ".cache" / "clients" / ("pymysql-" + OLDEST_PYMYSQL)
    if not (folder / "pymysql").is_dir():
        base_python = getattr(sys, "_base_executable", sys.executable)  # .venv itself may have no pip
        subprocess.run([base_python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps",
                        "--target", str(folder), "PyMySQL==" + OLDEST_PYMYSQL], check=True)
    return folder


# PyMySQL

@pytest.mark.parametrize("version", ["oldest", "newest"])
def test_pymysql(held: Mock, old_pymysql: Path, version: str) -> None:
    paths = [str(old_pymysql)] if version == "oldest" else []
    done = subprocess.run(
        [sys.executable, "-c", PYMYSQL_STORY, str(held.port), PASSWORD], capture_output=True, text=True, check=True,
        timeout=60, env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)})
    story = json.loads(done.stdout)
    assert story["pymysql"] == (list(pymysql.VERSION[:3]) if version == "newest" else [1, 0, 2])
    assert story["server"] == "5.7.25"
    (row,) = story["rows"]
    assert len(row) == 18
    assert (row["STATUS"], row["SOURCE_TENANT_NAME"], row["CLONE_TENANT_ID"]) == (HOLD, "mysql001", 0)
    assert row["RESTORE_SCN"] == 18446744073709551615
    assert row["RET_CODE"] is None
    assert abs(row["CLONE_JOB_ID"] / 1e9 - datetime.fromisoformat(row["CLONE_START_TIME"] + "+00:00").timestamp()) < 2
    assert story["cancel"] == 0
    assert story["again"] == ["OperationalError", 4179, CANCEL_TEXT]
    assert story["syntax"][:2] == ["ProgrammingError", 1064]
    assert story["password"] == [
        "OperationalError", 1045,
        "Access denied for user 'root'@'xxx.xxx.xxx.xxx' (using password: YES)"]


def test_pymysql_column_types(held: Mock) -> None:
    # (facts: Views)
    with held.connect() as connection, connection.cursor() as cursor:
        cursor.execute(PROGRESS)
        types = {field[0]: field[1] for field in cursor.description}
    assert len(types) == 18
    assert (types["CLONE_JOB_ID"], types["STATUS"], types["CLONE_START_TIME"]) == (8, 253, 7)


def test_pymysql_sends_and_receives_megabytes(mock: Mock) -> None:
    """The server takes 16 MB at once, and the session goes on after more."""
    data = ("x" * 1000 + "it's ") * 15_000
    with mock.connect(max_allowed_packet=1 << 26) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT %s AS data", (data,))
        assert cursor.fetchall() == [{"data": data}]
        with pytest.raises(pymysql.MySQLError, match="bigger than 'max_allowed_packet'") as failure:
            cursor.execute("SELECT %s AS data", (data + data,))
        assert failure.value.args[0] == 1153
        cursor.execute("SELECT 1 AS here")
        assert cursor.fetchall() == [{"here": 1}]


# MySQL Connector/Python

@pytest.fixture
def connector(held: Mock) -> Iterator[Any]:
    connection = mysql.connector.connect(
        host=held.host, port=held.port, user="root@sys", password=PASSWORD, database="oceanbase", use_pure=True)
    with contextlib.closing(connection):
        yield connection


def rows_of(
        connection: Any, sql: str, parameters: tuple[Any, ...] = (), prepared: bool = False) -> list[tuple[Any, ...]]:
    with contextlib.closing(connection.cursor(prepared=prepared)) as cursor:
        cursor.execute(sql, parameters)
        return list(cursor.fetchall()) if cursor.with_rows else []


def test_connector_reads_and_cancels(held: Mock, connector: Any) -> None:
    (row,) = rows_of(connector, PROGRESS)
    assert (row[5], row[12]) == ("clone_mysql001", HOLD)
    assert isinstance(row[14], datetime)
    rows_of(connector, "ALTER SYSTEM CANCEL CLONE clone_mysql001")
    wait_for(held.history, "the canceled job in HISTORY")
    with pytest.raises(mysql.connector.Error) as caught:
        rows_of(connector, "ALTER SYSTEM CANCEL CLONE clone_mysql001")
    assert (caught.value.errno, caught.value.sqlstate, caught.value.msg) == (4179, "HY000", CANCEL_TEXT)


def test_connector_prepared_rows_are_the_plain_rows(connector: Any) -> None:
    rows_of(connector, "SET time_zone = '+00:00'")
    (plain,) = rows_of(connector, PROGRESS)
    sql = "SELECT * FROM DBA_OB_CLONE_PROGRESS WHERE CLONE_TENANT_NAME = %s AND CLONE_JOB_ID = %s"
    assert rows_of(connector, sql, ("clone_mysql001", plain[0]), prepared=True) == [plain]
    assert rows_of(connector, sql, ("x' OR '1' = '1", plain[0]), prepared=True) == []
    with contextlib.closing(connector.cursor(prepared=True)) as cursor:
        for number in (1, -2, 2 ** 40):
            cursor.execute("SELECT %s, 'it''s ?', %s", (number, None))
            assert cursor.fetchall() == [(number, "it's ?", None)]


def test_connector_learns_the_columns_when_it_prepares(held: Mock, connector: Any) -> None:
    rows_of(connector, "ALTER SYSTEM CANCEL CLONE clone_mysql001")
    wait_for(held.history, "the canceled job in HISTORY")
    sql = "SELECT STATUS, CLONE_JOB_ID, RET_CODE FROM DBA_OB_CLONE_HISTORY WHERE CLONE_TENANT_NAME = ? LIMIT ?"
    answer = connector.cmd_stmt_prepare(sql.encode())
    assert [one[:2] for one in answer["parameters"]] == [("?", 8), ("?", 8)]
    assert [one[:2] for one in answer["columns"]] == [("STATUS", 253), ("CLONE_JOB_ID", 8), ("RET_CODE", 8)]
    with contextlib.closing(connector.cursor(prepared=True)) as cursor:
        for name, expected in (("clone_mysql001", [("CLONE_SYS_CANCELED", -4072)]), ("nosuch", [])):
            cursor.execute(sql, (name, 10))
            assert [(row[0], row[2]) for row in cursor.fetchall()] == expected
            assert [one[0] for one in cursor.description] == ["STATUS", "CLONE_JOB_ID", "RET_CODE"]
        with pytest.raises(mysql.connector.Error) as caught:
            cursor.execute("SELECT nosuch FROM DBA_OB_CLONE_HISTORY WHERE STATUS = %s", ("x",))
    assert (caught.value.errno, caught.value.sqlstate) == (1054, "42S22")


def test_connector_changes_and_resets_the_session(connector: Any) -> None:
    rows_of(connector, "SET time_zone = '+03:00'")
    assert rows_of(connector, "SELECT @@time_zone") == [("+03:00",)]
    connector.cmd_reset_connection()
    assert rows_of(connector, "SELECT @@time_zone") == [("+08:00",)]
    connector.cmd_change_user("root@mysql001", "", "oceanbase")
    assert rows_of(connector, "SHOW TENANT") == [("mysql001",)]
    connector.ping()
    with pytest.raises(mysql.connector.Error) as caught:
        connector.cmd_change_user("root@sys", "wrong", "oceanbase")
    assert caught.value.errno == 1045


def test_several_statements_in_one_query_run_one_after_the_other() -> None:
    """No client has to ask for it: OceanBase forces that for everybody (facts: Parser)."""
    with Mock() as mock, mock.connect(cursorclass=pymysql.cursors.Cursor) as connection:
        with connection.cursor() as cursor:
            cursor.execute("SELECT ';' AS a; SET @x = 5 ; SELECT @x, 2; -- nothing\n ; ")
            assert cursor.fetchall() == ((";",),)
            assert cursor.nextset()
            assert cursor.description is None
            assert cursor.nextset()
            assert cursor.fetchall() == ((5, 2),)
            assert cursor.nextset()  # A comment is a statement, too.
            assert cursor.description is None
            assert not cursor.nextset()
            cursor.execute("SELECT 1;; SELECT 2")
            with pytest.raises(pymysql.err.MySQLError) as caught:
                cursor.nextset()
            assert caught.value.args == (1065, "Query was empty")
            cursor.execute("SELECT 1; SELEC 2; SET @x = 6")
            with pytest.raises(pymysql.err.ProgrammingError) as caught:
                cursor.nextset()
            assert caught.value.args[0] == 1064
            assert "near 'SELEC 2;' at line 1" in caught.value.args[1]
            cursor.execute("SELECT @x")  # The first error ends it.
            assert cursor.fetchall() == ((5,),)
        statements = [entry["statement"] for entry in mock.log()]
        assert [one for one in statements if "SELE" in one or "@x" in one] == [
            "SELECT ';' AS a;", "SET @x = 5 ;", "SELECT @x, 2;", "SELECT 1;", "SELECT 1;", "SELEC 2;", "SELECT @x"]


def test_without_backslash_escapes_a_backslash_ends_no_injection_early() -> None:
    """The client learns from the OK packet that it must not escape with backslashes; parameters do not, either."""
    with Mock() as mock, mock.connect(cursorclass=pymysql.cursors.Cursor) as connection:
        with connection.cursor() as cursor:
            cursor.execute("SET sql_mode = 'NO_BACKSLASH_ESCAPES', @x = 1")
            assert connection.server_status & SERVER_STATUS.SERVER_STATUS_NO_BACKSLASH_ESCAPES
            cursor.execute("SELECT 'a\\'; SET @x = 2 -- '")
            assert cursor.fetchall() == (("a\\",),)
            assert cursor.nextset()
            cursor.execute("SELECT @x, LENGTH('\\n'), 'it''s'")
            assert cursor.fetchall() == ((2, 2, "it's"),)
    with Mock() as mock, mysql.connector.connect(host=mock.host, port=mock.port, user="root", use_pure=True,
                                                 ssl_disabled=True) as other, other.cursor(prepared=True) as cursor:
        for mode in ("", "NO_BACKSLASH_ESCAPES"):
            cursor.execute(f"SET sql_mode = '{mode}'")
            cursor.execute("SELECT ? AS a, 'x'", ("\\' \\n",))
            assert cursor.fetchall() == [("\\' \\n", "x")]
