# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the session asks of the driver, and what becomes of the driver's exceptions."""

from __future__ import annotations

import errno
import socket
import ssl

import pytest

from ansible_collections.community.oceanbase.plugins.module_utils._clock import Clock
from ansible_collections.community.oceanbase.plugins.module_utils._connection import driver as _driver
from ansible_collections.community.oceanbase.plugins.module_utils._connection import tls as _tls
from ansible_collections.community.oceanbase.plugins.module_utils._connection.driver import (
    HANDSHAKE,
    LOGIN,
    DriverError,
    FileRequested,
    NotADatabase,
    NotSendable,
    PackageMissing,
    PluginRefused,
    ServerSaid,
    TlsNotOffered,
)
from ansible_collections.community.oceanbase.plugins.module_utils._connection.login import resolve_login
from ansible_collections.community.oceanbase.plugins.module_utils._connection.session import Session
from ansible_collections.community.oceanbase.plugins.module_utils._errors import (
    AccessDenied,
    ConnectionLost,
    Failure,
    InvalidOption,
    MissingLibrary,
    NoPrivilege,
    ServerError,
    TlsFailed,
    Unreachable,
    UnsupportedVersion,
)

from ..fakes import AMPLE, OPTIONS

FIXED = ("SET time_zone = %s, character_set_client = %s, character_set_results = %s, "
         "character_set_connection = %s")
VALUES = ["+00:00", "utf8mb4", "utf8mb4", "utf8mb4"]


class FakeDriver:
    """Stands in for driver.Connection; each statement takes the next answer: rows, or an exception to raise."""

    def __init__(self, *answers):
        self.answers = list(answers)
        self.connections = []
        self.login_error = None
        self.statements = []
        self.closed = 0
        self.open = True

    def __call__(self, *arguments):
        self.connections.append(arguments)
        self.open = True
        return self

    def log_in(self, sock, left, limit):
        assert (sock, limit) == ("a socket", "connect_timeout")
        self.left_for_login = left()
        if self.login_error:
            raise self.login_error

    def await_answer(self, left, limit):
        self.left = left()
        assert limit == "read_timeout"

    def run(self, statement, arguments=()):
        self.statements.append((statement, arguments))
        answer = (self.answers or [[]]).pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def close(self):
        self.open = False
        self.closed += 1


def server_says(number, text, sqlstate="HY000"):
    """The driver's exception for an error packet."""
    return ServerSaid(text, number, sqlstate)


@pytest.fixture
def driver(monkeypatch):
    fake = FakeDriver()
    monkeypatch.setattr(_driver, "Connection", fake)
    monkeypatch.setattr(Session, "_open_socket", lambda self, timeout: "a socket")
    return fake


def session(**options):
    """A session for a few login options."""
    return Session(resolve_login({**OPTIONS, **options}, {}))


def test_without_a_ca_certificate_there_is_no_tls(driver):
    session(login_password="pässword").run("SELECT 1", (), AMPLE)
    assert driver.connections == [("root@sys", "pässword", None, "127.0.0.1")]
    assert driver.left_for_login == pytest.approx(10, abs=0.5)


def test_the_session_is_in_utc_and_the_server_gives_up_before_we_do(driver):
    session(read_timeout=5, session_vars={"a": 1}).run("SELECT 1", (), AMPLE)
    assert driver.statements == [(f"{FIXED}, ob_query_timeout = %s, a = %s", [*VALUES, 2000000, 1]), ("SELECT 1", ())]
    driver.statements.clear()
    session(read_timeout=3600).run("SELECT 1", (), AMPLE)
    assert driver.statements[0][1] == [*VALUES, 10000000]


def test_a_session_variable_given_by_the_user_wins(driver):
    session(session_vars={"ob_query_timeout": 7}).run("SELECT 1", (), AMPLE)
    assert driver.statements[0] == (f"{FIXED}, ob_query_timeout = %s", [*VALUES, 7])


def test_one_connection_serves_all_statements_and_is_closed_once(driver):
    with session() as opened:
        assert opened.run("SELECT 1", (), AMPLE) == []
        opened.run("SELECT 2", (), AMPLE)
    opened.close()
    assert (len(driver.connections), driver.closed, opened.reconnects) == (1, 1, 0)


def test_labels_are_in_lower_case(driver):
    driver.answers = [[], [{"STATUS": "x"}]]
    assert session().run("SELECT 1", (), AMPLE) == [{"status": "x"}]


@pytest.mark.parametrize("error", [
    DriverError("Lost connection", 2013), DriverError("the answer was not understood (IndexError)")])
def test_a_broken_connection_is_made_again_at_the_next_statement(driver, error):
    driver.answers = [[], error, [], [{"a": 1}]]
    opened = session()
    with pytest.raises(ConnectionLost) as caught:
        opened.run("SELECT 1", (), AMPLE)
    assert caught.value.transient
    assert opened.run("SELECT 1", (), AMPLE) == [{"a": 1}]
    assert (len(driver.connections), opened.reconnects, driver.closed) == (2, 1, 1)


def test_an_error_of_the_server_keeps_number_and_sqlstate_and_the_connection(driver):
    driver.answers = [[], server_says(4012, "Timeout", "25000")]
    opened = session()
    with pytest.raises(Failure) as caught:
        opened.run("SELECT 1", (), AMPLE)
    assert (caught.value.errno, caught.value.sqlstate, caught.value.transient) == (4012, "25000", True)
    opened.run("SELECT 1", (), AMPLE)
    assert len(driver.connections) == 1


@pytest.mark.parametrize("number", [1040, 5066, 8001, 8002])
def test_some_errors_end_the_connection(driver, number):
    driver.answers = [[], server_says(number, "x")]
    opened = session()
    with pytest.raises(Failure):
        opened.run("SELECT 1", (), AMPLE)
    opened.run("SELECT 1", (), AMPLE)
    assert len(driver.connections) == 2


@pytest.mark.parametrize(("cause", "said"), [
    (ConnectionRefusedError(errno.ECONNREFUSED, "refused"), "connection refused"),
    (socket.gaierror(-2, "unknown"), "cannot be resolved"),
    (socket.timeout("timed out"), r"no answer within 10 s"),
    (OSError(errno.EHOSTUNREACH, "No route to host"), "No route to host")])
def test_no_connection_is_unreachable_and_lasting_at_first(monkeypatch, cause, said):
    def refuse(*_arguments):
        raise cause
    monkeypatch.setattr(socket, "create_connection", refuse)
    with pytest.raises(Unreachable, match=said) as caught:
        session().connect(AMPLE)
    assert not caught.value.transient


def test_nothing_is_tried_when_no_time_is_left(driver):
    opened = session()
    opened.run("SELECT 1", (), AMPLE)
    spent = Clock().budget(0)
    with pytest.raises(ConnectionLost, match="no time is left"):
        opened.run("SELECT 2", (), spent)
    opened.close()
    with pytest.raises(ConnectionLost, match="no time is left"):
        opened.connect(spent)
    assert len(driver.connections) == 1
    assert [sent[0] for sent in driver.statements][1:] == ["SELECT 1"]


def test_an_answer_is_awaited_for_read_timeout_or_until_the_budget_ends(driver):
    opened = session(read_timeout=5)
    opened.run("SELECT 1", (), AMPLE)
    assert driver.left == pytest.approx(5, abs=0.5)
    opened.run("SELECT 1", (), Clock().budget(1, grace=1))
    assert driver.left == pytest.approx(2, abs=0.5)


def test_a_refused_reconnect_is_transient(monkeypatch, driver):
    driver.answers = [[], DriverError("lost", 2013)]
    opened = session()
    with pytest.raises(ConnectionLost):
        opened.run("SELECT 1", (), AMPLE)
    monkeypatch.undo()

    def refuse(*_arguments):
        raise ConnectionRefusedError
    monkeypatch.setattr(socket, "create_connection", refuse)
    with pytest.raises(Unreachable) as caught:
        opened.run("SELECT 1", (), AMPLE)
    assert caught.value.transient


@pytest.mark.parametrize(("number", "cls", "transient"), [
    (1045, AccessDenied, False), (1227, AccessDenied, False), (3118, AccessDenied, False), (4669, AccessDenied, False),
    (9999, AccessDenied, False), (8001, Unreachable, True), (1040, Unreachable, True)])
def test_what_a_refused_login_means(driver, number, cls, transient):
    driver.login_error = server_says(number, "no", "42000")
    with pytest.raises(cls) as caught:
        session(login_password="s3cret").connect(AMPLE)
    assert (caught.value.errno, caught.value.sqlstate, caught.value.transient) == (number, "42000", transient)
    assert "root@sys (user: default, password: option login_password)" in caught.value.message
    assert "s3cret" not in caught.value.sentence("x")


def test_a_server_that_is_no_oceanbase(driver):
    driver.answers = [server_says(1193, "Unknown system variable 'ob_query_timeout'")]
    with pytest.raises(UnsupportedVersion, match="is not OceanBase"):
        session().connect(AMPLE)
    assert driver.closed == 1


def test_a_wrong_session_variable_is_the_users(driver):
    driver.answers = [server_says(1193, "Unknown system variable 'x'")]
    with pytest.raises(InvalidOption, match="does not accept session_vars"):
        session(session_vars={"x": 1}).connect(AMPLE)


@pytest.mark.parametrize(("number", "options", "cls"), [
    (9999, {}, ServerError), (1227, {}, NoPrivilege), (1227, {"session_vars": {"x": 1}}, NoPrivilege)])
def test_session_vars_are_not_blamed_for_what_is_not_their_fault(driver, number, options, cls):
    driver.answers = [server_says(number, "no")]
    with pytest.raises(cls):
        session(**options).connect(AMPLE)


def test_a_transient_error_while_the_variables_are_set_stays_transient(driver):
    driver.answers = [server_says(4012, "Timeout")]
    with pytest.raises(Failure) as caught:
        session().connect(AMPLE)
    assert caught.value.transient
    assert driver.closed == 1


def caused_by(cause, stage):
    """The driver's exception for a login that broke off there because of ``cause``."""
    error = DriverError("no", 2003)
    error.stage = stage
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(("error", "said"), [
    (caused_by(ssl.SSLError(1, "[SSL: CERTIFICATE_VERIFY_FAILED] verify failed"), HANDSHAKE), "verified TLS"),
    (TlsNotOffered("the server offers no TLS"), "offers no TLS"),
    (caused_by(None, LOGIN), "right after the TLS handshake")])
def test_a_failure_of_tls(monkeypatch, driver, error, said):
    driver.login_error = error
    monkeypatch.setattr(_tls, "_context", lambda login: "a context")
    with pytest.raises(TlsFailed, match=said):
        session(ca_cert="/ca").connect(AMPLE)


@pytest.mark.parametrize(("error", "cls", "said"), [
    (PluginRefused("mysql_clear_password"), AccessDenied, "plugin mysql_clear_password, which is not used without"),
    (PackageMissing("'x' package is required"), MissingLibrary, "'x' package is required"),
    (NotADatabase("it does not greet"), Unreachable, "no login at 127.0.0.1:2881 .*: it does not greet")])
def test_logins_that_are_not_tried_again(driver, error, cls, said):
    driver.login_error = error
    with pytest.raises(cls, match=said) as caught:
        session().connect(AMPLE)
    assert not caught.value.transient


def test_a_broken_off_login_is_tried_again(driver):
    driver.login_error = caused_by(None, LOGIN)
    with pytest.raises(ConnectionLost, match="broke off the login: no") as caught:
        session().connect(AMPLE)
    assert (caught.value.errno, caught.value.transient) == (2003, True)


def test_a_server_that_asks_for_a_file_may_have_executed_the_statement(driver):
    driver.answers = [[], FileRequested("it asked for a file")]
    with pytest.raises(ServerError, match="it asked for a file") as caught:
        session().run("SELECT 1", (), AMPLE)
    assert (caught.value.uncertain, caught.value.transient, driver.closed) == (True, False, 1)


def test_a_text_that_cannot_be_sent_is_the_users(driver):
    driver.answers = [[], NotSendable("it cannot be written")]
    with pytest.raises(InvalidOption, match="it cannot be written"):
        session().run("SELECT 1", (), AMPLE)
    assert driver.closed == 0


def test_a_ca_certificate_that_cannot_be_loaded(tmp_path):
    (tmp_path / "ca.pem").write_text("not a certificate")
    for path in (tmp_path / "ca.pem", tmp_path / "missing.pem"):
        with pytest.raises(InvalidOption, match="ca_cert .* cannot be loaded"):
            session(ca_cert=str(path))
