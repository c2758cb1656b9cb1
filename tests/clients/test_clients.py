# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""
Real clients against the mock: the same cases for each client of clients.yml.

What a client lacks, it lacks in that table; no case is skipped.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import re
import subprocess
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any, Iterator, Optional

import pymysql
import pytest
import trustme
from client import CLIENTS, Answer, Client
from pymysql.constants import FIELD_TYPE
from pymysql.converters import encoders
from pymysql.cursors import Cursor

from support.servers.ob_mock import Mock, wait_for
from support.servers.seekdb import free_port

PASSWORD = "it's \"secret\" \\ $@#"  # ASCII: beyond it, clients disagree about the encoding
HOLD = "CLONE_SYS_WAIT_CREATE_SNAPSHOT"
REFUSED = "The new tenant has completed the cloning operation, or this is not the name of a cloning tenant. " \
          "Cancel cloning not allowed"
PROGRESS = "SELECT * FROM oceanbase.DBA_OB_CLONE_PROGRESS WHERE CLONE_TENANT_NAME = '%s'"
HISTORY = "SELECT * FROM oceanbase.DBA_OB_CLONE_HISTORY WHERE CLONE_TENANT_NAME = '%s'"
NUMBERS = itertools.count()


def having(*features: str) -> pytest.MarkDecorator:
    """Parametrizes a test with the clients that lack none of these features."""
    return pytest.mark.parametrize("client", [
        name for name, facts in CLIENTS.items() if not set(features) & set(facts.get("lacks", ()))], indirect=True)


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of ca.pem, of another CA's other.pem, and of the server's cert.pem and key.pem."""
    folder = tmp_path_factory.mktemp("certificates")
    ours = trustme.CA()
    # Some clients look for the name, some for the address.
    certificate = ours.issue_cert("127.0.0.1", "localhost", common_name="127.0.0.1")
    certificate.cert_chain_pems[0].write_to_path(str(folder / "cert.pem"))
    certificate.private_key_pem.write_to_path(str(folder / "key.pem"))
    ours.cert_pem.write_to_path(str(folder / "ca.pem"))
    trustme.CA().cert_pem.write_to_path(str(folder / "other.pem"))
    return folder


@pytest.fixture(scope="module")
def mock(certificates: Path) -> Iterator[Mock]:
    """One mock, which offers TLS and holds each clone at the same status."""
    with Mock(password=PASSWORD, tls_cert=certificates / "cert.pem", tls_key=certificates / "key.pem") as running:
        running.hold(HOLD)
        yield running
        assert running.errors() == ""


@pytest.fixture
def client(request: pytest.FixtureRequest) -> Iterator[Client]:
    """The program of a client, not yet connected."""
    with Client(request.param) as running:
        yield running


@pytest.fixture
def connected(client: Client, mock: Mock) -> Client:
    """The program of a client, connected without TLS to the database oceanbase."""
    assert connect(client, mock).error is None
    return client


@pytest.fixture
def clone(mock: Mock) -> Iterator[str]:
    """The name of a clone of its own, which is held; a tenant has one at a time, so it is canceled in the end."""
    name = f"clone_{next(NUMBERS)}"
    mock.start_clone(name, until=HOLD)
    yield name
    with contextlib.suppress(pymysql.MySQLError):  # the test has canceled it
        mock.sql(f"ALTER SYSTEM CANCEL CLONE {name}")
    wait_for(lambda: not mock.sql(PROGRESS % name), "the end of the clone")


def connect(client: Client, mock: Mock, password: str = PASSWORD, database: str = "oceanbase",
            ca: Optional[Path] = None) -> Answer:
    return client.ask("connect", mock.host, mock.port, "root@sys", password, database, ca or "")


def check_error(client: Client, answer: Answer, errno: int, sqlstate: str, text: str) -> None:
    """Checks number, SQLSTATE and text of an error as far as the client shows them."""
    assert answer.error is not None, answer
    shown_errno, shown_sqlstate, shown_text = answer.error
    assert shown_errno == str(errno)
    assert shown_sqlstate == (None if client.lacks("sqlstate") else sqlstate)
    assert text in str(shown_text)


def check_rows(client: Client, answer: Answer, mock: Mock, sql: str) -> None:
    """Checks names, types and values of an answer: the values on the wire, as PyMySQL gives them unconverted."""
    with mock.connect(conv=encoders, cursorclass=Cursor) as plain, plain.cursor() as cursor:
        cursor.execute(sql)
        expected = list(cursor.fetchall())
        kinds = [kind_of(column) for column in cursor._result.fields]
        assert answer.columns == [column[0] for column in cursor.description]
    assert answer.error is None and len(answer.rows) == len(expected) == 1
    for values, shown, types in zip(expected, answer.rows, answer.types):
        assert [client.shown(kind, value) for kind, value in zip(kinds, shown)] == \
            [client.shown(kind, value) for kind, value in zip(kinds, values)]
        assert types == [client.facts["shape"]["none" if value is None else kind]
                         for kind, value in zip(kinds, values)]


def kind_of(column: Any) -> str:
    """Returns what the table calls the type of a column of PyMySQL's."""
    if column.type_code == FIELD_TYPE.LONGLONG:
        return "big" if column.name == "RESTORE_SCN" else "number"
    return "time" if column.type_code == FIELD_TYPE.TIMESTAMP else "text"


@having()
def test_logins(client: Client, mock: Mock) -> None:
    of_login = client.facts.get("login_sqlstate", "42000")
    check_error(client, connect(client, mock, password="wrong"), 1045, of_login,
                "Access denied for user 'root'@'xxx.xxx.xxx.xxx' (using password: YES)")
    check_error(client, connect(client, mock, database="nosuch"), 1049, of_login, "Unknown database 'nosuch'")
    assert connect(client, mock).error is None
    assert client.ask("query", "SELECT DATABASE() AS here").rows == [["oceanbase"]]
    assert client.ask("close").error is None


@having("tls")
def test_tls(client: Client, mock: Mock, certificates: Path) -> None:
    """Only a client that verifies over TLS can refuse the server because of its certificate."""
    _log, position = mock.log_since(0)
    assert connect(client, mock, ca=certificates / "other.pem").error
    assert not [entry for entry in mock.log_since(position)[0] if entry["statement"].startswith("LOGIN")]
    assert connect(client, mock, ca=certificates / "ca.pem").error is None
    assert client.ask("query", "SELECT 'ä' AS letter").rows == [["ä"]]


@having()
def test_the_official_example(connected: Client, mock: Mock, clone: str) -> None:
    check_rows(connected, connected.ask("query", PROGRESS % clone), mock, PROGRESS % clone)
    canceled = connected.ask("query", f"ALTER SYSTEM CANCEL CLONE {clone}")
    assert (canceled.error, canceled.rows) == (None, [])
    [row] = wait_for(lambda: mock.sql(HISTORY % clone), "the canceled job in HISTORY")
    assert (row["status"], row["ret_code"]) == ("CLONE_SYS_CANCELED", -4072)
    check_error(connected, connected.ask("query", f"ALTER SYSTEM CANCEL CLONE {clone}"), 4179, "HY000", REFUSED)
    check_rows(connected, connected.ask("query", HISTORY % clone), mock, HISTORY % clone)
    assert connected.ask("query", PROGRESS % clone).rows == []


@having()
def test_errors(connected: Client) -> None:
    for sql, errno, sqlstate, text in (
            ("ALTER SYSTEM CANCEL CLONE 'x'", 1064, "42000", "your OceanBase version for the right syntax to use near"),
            ("SELECT nosuch FROM DBA_OB_CLONE_HISTORY", 1054, "42S22", "Unknown column 'nosuch' in 'field list'"),
            ("SELECT * FROM nosuch", 1146, "42S02", "Table 'oceanbase.nosuch' doesn't exist"),
            ("SET nosuch = 1", 1193, "HY000", "Unknown system variable 'nosuch'")):
        check_error(connected, connected.ask("query", sql), errno, sqlstate, text)
    assert connected.ask("query", "SELECT 'a\\\\b\\tc' AS text, 1 AS number").rows == [["a\\b\tc", "1"]]


@having("parameters")
def test_parameters(connected: Client, mock: Mock, clone: str) -> None:
    sql = ("SELECT * FROM DBA_OB_CLONE_PROGRESS WHERE CLONE_TENANT_NAME = ? AND SOURCE_TENANT_ID > ? "
           "AND (STATUS = ? OR ? IS NULL)")
    for name, rows in ((clone, 1), ("x' OR '1' = '1", 0), (clone, 1)):
        answer = connected.ask("execute", sql, "s" + name, "i5", "snosuch", "n")
        assert answer.error is None and len(answer.rows) == rows
    [number], [text] = (connected.ask("execute", "SELECT CLONE_JOB_ID FROM DBA_OB_CLONE_PROGRESS "
                                      "WHERE CLONE_TENANT_NAME = ? LIMIT ?", "s" + name, "i1").rows
                        for name in (clone, clone))
    assert number == text
    check_error(connected, connected.ask("execute", "SELECT nosuch FROM DBA_OB_CLONE_HISTORY WHERE STATUS = ?", "sx"),
                1054, "42S22", "Unknown column 'nosuch' in 'field list'")


@having("transactions")
def test_transactions(connected: Client, mock: Mock) -> None:
    [[autocommit, session]] = connected.ask("query", "SELECT @@autocommit, CONNECTION_ID()").rows
    for end in ("commit", "rollback"):
        _log, position = mock.log_since(0)
        assert connected.ask("begin").error is None
        assert len(connected.ask("query", "SELECT TENANT_ID FROM DBA_OB_TENANTS").rows) > 1
        assert connected.ask("query", "SAVEPOINT a").error is None
        assert connected.ask("query", "ROLLBACK TO SAVEPOINT a").error is None
        check_error(connected, connected.ask("query", "ROLLBACK TO SAVEPOINT nosuch"), 1305, "42000",
                    "savepoint does not exist")
        assert connected.ask(end).error is None
        sent = [entry["statement"].strip() for entry in mock.log_since(position)[0]
                if entry["session"] == int(str(session))]
        assert re.match("(BEGIN|START TRANSACTION|SET autocommit ?= ?0)$", sent[0], re.IGNORECASE), sent
        assert any(re.match(end + "$", statement, re.IGNORECASE) for statement in sent), sent
    assert connected.ask("query", "SELECT @@autocommit").rows == [[autocommit]]
    check_error(connected, connected.ask("query", "RELEASE SAVEPOINT a"), 1305, "42000", "savepoint does not exist")


# A client that takes no statements.

@pytest.mark.parametrize(("password", "up"), [("secret", "1"), ("wrong", "0")])
def test_mysqld_exporter(password: str, up: str) -> None:
    """It says whether it may log in, and what it reads of status and variables."""
    port = free_port()
    with Mock(password="secret") as mock, subprocess.Popen(
            ["prometheus-mysqld-exporter", f"--web.listen-address=127.0.0.1:{port}"],
            env={**os.environ, "DATA_SOURCE_NAME": f"root@sys:{password}@({mock.host}:{mock.port})/"},
            stderr=subprocess.DEVNULL) as exporter:
        try:
            metrics = wait_for(lambda: fetch(f"http://127.0.0.1:{port}/metrics"), "the exporter's answer")
        finally:
            exporter.terminate()
        values = dict(re.findall(r"^(\S+) (\S+)$", metrics, re.MULTILINE))
        assert values["mysql_up"] == up
        assert values.get("mysql_global_variables_lower_case_table_names") == ("1" if up == "1" else None)
        assert values.get("mysql_global_status_threads_connected") == ("1" if up == "1" else None)


def fetch(address: str) -> str:
    """Returns what is at an address; an empty text as long as nobody answers."""
    try:
        with urllib.request.urlopen(address, timeout=10) as answer:
            return str(answer.read().decode())
    except urllib.error.URLError:
        return ""
