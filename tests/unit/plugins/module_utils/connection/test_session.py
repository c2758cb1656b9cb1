# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the session asks of the driver, and what becomes of the driver's exceptions."""

from __future__ import annotations

import ssl

import pytest

from ansible_collections.community.oceanbase.plugins.module_utils._clock import Clock
from ansible_collections.community.oceanbase.plugins.module_utils._connection import driver as _driver
from ansible_collections.community.oceanbase.plugins.module_utils._connection import session as _session
from ansible_collections.community.oceanbase.plugins.module_utils._connection import tls as _tls
from ansible_collections.community.oceanbase.plugins.module_utils._connection.addresses import Answer, NoAnswer
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
from ..test_errors import MEANINGS, REFUSED_LOGIN

# What the one statement of a login sets, whatever the server's global values are.
VALUES = {"time_zone": "+00:00", "character_set_client": "utf8mb4", "character_set_results": "utf8mb4",
          "character_set_connection": "utf8mb4", "autocommit": 1, "tx_isolation": "READ-COMMITTED", "tx_read_only": 0,
          "ob_read_consistency": "STRONG", "sql_mode": "", "collation_connection": "utf8mb4_general_ci",
          "sql_select_limit": 9223372036854775807, "ob_trx_timeout": 86400000000, "wait_timeout": 28800}


def setting(**variables):
    """The statement that sets these variables after those that each session sets, and its arguments."""
    everything = {**{name: value for name, value in VALUES.items() if name not in variables}, **variables}
    return "SET " + ", ".join(f"{name} = %s" for name in everything), list(everything.values())


class FakeDriver:
    """Stands in for driver.Connection; each statement takes the next answer: rows, or an exception to raise."""

    def __init__(self, *answers):
        self.answers = list(answers)
        self.connections = []
        # Of every login, or of those on one socket.
        self.login_error = None
        self.login_errors = {}
        self.logins = []
        self.statements = []
        self.closed = 0
        self.open = True

    def __call__(self, *arguments):
        self.connections.append(arguments)
        self.open = True
        return self

    def log_in(self, sock, left, limit):
        assert limit == "10 s (connect_timeout)"
        self.left_for_login = left()
        self.logins.append(sock)
        error = self.login_errors.get(sock, self.login_error)
        if error:
            raise error

    def await_answer(self, left, limit):
        self.left = left()
        assert limit.endswith(" s (read_timeout)")

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


class Network:
    """
    Stands in for opening sockets: the first address that is not ``dead`` answers, and the socket is its text. ``dead``
    holds addresses as text with the reason.
    """

    def __init__(self):
        self.dead = {}
        self.tried = []

    def __call__(self, addresses, timeout, budget):
        self.tried.append([str(address) for address in addresses])
        for address in addresses:
            if str(address) not in self.dead:
                return Answer(address, str(address), budget.end_within(timeout), timeout)
        raise NoAnswer([(address, self.dead[str(address)], "Check it.") for address in addresses])


@pytest.fixture
def network(monkeypatch):
    fake = Network()
    monkeypatch.setattr(_session, "first_answer", fake)
    return fake


@pytest.fixture
def driver(monkeypatch, network):
    fake = FakeDriver()
    monkeypatch.setattr(_driver, "Connection", fake)
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
    assert driver.statements == [setting(ob_query_timeout=2000000, a=1), ("SELECT 1", ())]
    driver.statements.clear()
    session(read_timeout=3600).run("SELECT 1", (), AMPLE)
    assert driver.statements[0] == setting(ob_query_timeout=10000000)


def test_a_session_variable_given_by_the_user_wins(driver):
    session(session_vars={"ob_query_timeout": 7, "sql_mode": "ANSI_QUOTES"}).run("SELECT 1", (), AMPLE)
    assert driver.statements[0] == setting(ob_query_timeout=7, sql_mode="ANSI_QUOTES")


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


def test_no_connection_is_unreachable_and_lasting_at_first(network):
    network.dead["127.0.0.1:2881"] = "connection refused"
    with pytest.raises(Unreachable, match="no connection to 127.0.0.1:2881 .host: default.*: connection r") as caught:
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


def test_a_refused_reconnect_is_transient(network, driver):
    driver.answers = [[], DriverError("lost", 2013)]
    opened = session()
    with pytest.raises(ConnectionLost):
        opened.run("SELECT 1", (), AMPLE)
    network.dead["127.0.0.1:2881"] = "connection refused"
    with pytest.raises(Unreachable) as caught:
        opened.run("SELECT 1", (), AMPLE)
    assert caught.value.transient


@pytest.mark.parametrize("number", [*MEANINGS, 9999])
def test_what_a_refused_login_means(driver, number):
    in_statement, in_login = MEANINGS.get(number, (None, REFUSED_LOGIN))
    means = in_login or in_statement
    driver.login_error = server_says(number, "no", "42000")
    with pytest.raises(Failure) as caught:
        session(login_password="s3cret").connect(AMPLE)
    failure = caught.value
    assert (failure.error_class, failure.errno, failure.sqlstate, failure.transient) == (
        means.error_class, number, "42000", means.transient)
    assert means.hint in failure.hint
    assert "ob_ssl_invited_common_names" not in failure.hint
    assert failure.message == (
        "127.0.0.1:2881 (host: default, port: default) refused the login of root@sys (user: default, password: option "
        "login_password): the server answered error %d (42000): no" % number)
    assert "s3cret" not in failure.sentence("x")


@pytest.mark.parametrize("number", [1045, 1227])
def test_a_client_certificate_may_be_the_reason_of_a_refused_password(driver, monkeypatch, number):
    monkeypatch.setattr(_tls, "_context", lambda login: "a context")
    driver.login_error = server_says(number, "no", "42000")
    with pytest.raises(AccessDenied) as caught:
        session(ca_cert="/ca", client_cert="/cert").connect(AMPLE)
    assert ("ob_ssl_invited_common_names" in caught.value.hint) is (number == 1045)


@pytest.mark.parametrize("name", ["ob_query_timeout", "ob_read_consistency", "tx_isolation"])
def test_a_server_that_is_not_oceanbase(driver, name):
    driver.answers = [server_says(1193, "Unknown system variable '%s'" % name)]
    with pytest.raises(UnsupportedVersion, match="is not OceanBase"):
        session().connect(AMPLE)
    assert driver.closed == 1


def test_a_wrong_session_variable_is_the_users(driver):
    driver.answers = [server_says(1193, "Unknown system variable 'x'")]
    with pytest.raises(InvalidOption, match="does not accept session_vars"):
        session(session_vars={"x": 1}).connect(AMPLE)


def test_a_number_given_as_a_text_is_told_as_that(driver):
    driver.answers = [server_says(1232, "Incorrect argument type to variable 'ob_query_timeout'")]
    with pytest.raises(InvalidOption, match="Incorrect argument type") as caught:
        session(session_vars={"ob_query_timeout": "20000000"}).connect(AMPLE)
    assert caught.value.hint.endswith("20000000 is a number, '20000000' is a text.")


@pytest.mark.parametrize(("number", "options", "cls"), [
    (9999, {}, ServerError), (1227, {}, NoPrivilege), (1227, {"session_vars": {"x": 1}}, NoPrivilege),
    # A password that has expired lets the user in, and then do nothing else.
    (1820, {}, AccessDenied), (1820, {"session_vars": {"x": 1}}, AccessDenied)])
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


@pytest.mark.parametrize("link", ["original_exception", "__cause__", "__context__"])
def test_what_the_driver_wraps_is_found_however_it_does_so(link, monkeypatch, driver):
    """Also behind an exception in between, and with a circle of them."""
    monkeypatch.setattr(_tls, "_context", lambda login: "a context")
    between, root = DriverError("between"), ssl.SSLError(1, "[SSL: CERTIFICATE_VERIFY_FAILED] verify failed")
    driver.login_error = DriverError("no", 2003)
    setattr(driver.login_error, link, between)
    setattr(between, link, root)
    if link != "__context__":  # Python 3.8 itself does not end in a circle of these.
        setattr(root, link, between)
    with pytest.raises(TlsFailed, match="no verified TLS connection"):
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
    with pytest.raises(ConnectionLost, match="did not complete the login: no") as caught:
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


HOSTS = {"login_host": ["a", "b:1", "c"]}
A, B, C = "a:2881", "b:1", "c:2881"


def test_the_first_address_that_answers_is_used(driver, network):
    network.dead[A] = "no answer"
    opened = session(**HOSTS)
    opened.run("SELECT 1", (), AMPLE)
    assert (driver.logins, opened.login_address, opened.reconnects) == ([B], B, 0)
    # Each was asked once, and the certificate would have to hold its own name.
    assert (network.tried, driver.connections[0][3]) == ([[A, B, C]], "b")
    # After a loss those that have not been tried come first, then the one that did not answer.
    driver.answers = [DriverError("lost", 2013)]
    with pytest.raises(ConnectionLost):
        opened.run("SELECT 1", (), AMPLE)
    opened.run("SELECT 1", (), AMPLE)
    assert network.tried[1:] == [[C, A, B]]


def test_after_a_loss_the_next_address_comes_first(driver, network):
    lost = DriverError("lost", 2013)
    driver.answers = [[], lost, [], lost, [], lost, [], []]
    opened = session(**HOSTS)
    for _number in range(3):
        with pytest.raises(ConnectionLost, match=r"the connection to [abc]:\d+ broke: lost"):
            opened.run("SELECT 1", (), AMPLE)
    opened.run("SELECT 1", (), AMPLE)
    assert driver.logins == [A, B, C, A]
    assert opened.reconnects == 3
    assert network.tried[1] == [B, C, A]


@pytest.mark.parametrize("number", [8001, 8002, 1040, 1203, 5150, 4012, 4013, 4023, 4036, 4038, 4722, 5627])
def test_an_observer_that_says_not_now_hands_over(driver, number):
    driver.login_errors[A] = server_says(number, "not now")
    opened = session(**HOSTS)
    opened.run("SELECT 1", (), AMPLE)
    assert driver.logins == [A, B]
    assert opened.login_address == B


@pytest.mark.parametrize("error", [
    DriverError("broken off", 2013), NotADatabase("no greeting"), TlsNotOffered("no TLS")])
def test_an_observer_that_cannot_be_used_hands_over(driver, monkeypatch, error):
    monkeypatch.setattr(_tls, "_context", lambda login: "a context")
    driver.login_errors[A] = error
    session(**HOSTS, ca_cert="/ca", client_cert="/cert").connect(AMPLE)
    assert driver.logins == [A, B]


def test_an_observer_whose_variables_cannot_be_set_now_hands_over(driver):
    driver.answers = [server_says(4012, "Timeout"), DriverError("lost", 2013), []]
    session(**HOSTS).connect(AMPLE)
    assert driver.logins == [A, B, C]


@pytest.mark.parametrize("error", [
    server_says(1045, "Access denied"), server_says(3118, "User locked"), server_says(9999, "?"),
    PluginRefused("mysql_clear_password"), PackageMissing("x")])
def test_what_no_other_observer_would_mend_is_told_once(driver, error):
    driver.login_error = error
    with pytest.raises((AccessDenied, MissingLibrary)) as caught:
        session(**HOSTS).log_in(AMPLE)
    assert driver.logins == [A]
    assert not caught.value.transient


def test_the_failure_names_every_address_and_its_reason(driver, network):
    network.dead[A] = "no answer within 10 s"
    driver.login_errors = {B: server_says(8001, "Server is initializing"), C: caused_by(None, LOGIN)}
    opened = session(**HOSTS)
    with pytest.raises(Unreachable) as caught:
        opened.connect(AMPLE)
    for part in ("none of the 3 addresses of login_host (option login_host) can be used",
                 "no connection to a:2881: no answer within 10 s", "b:1 refused the login of root@sys", "8001",
                 "c:2881 did not complete the login: no"):
        assert part in caught.value.message
    # The one that answered will do so again.
    assert (caught.value.transient, opened.login_address) == (True, B)


def test_a_failure_of_tls_is_told_first_and_another_that_passes_keeps_it_transient(monkeypatch, driver, network):
    monkeypatch.setattr(_tls, "_context", lambda login: "a context")
    driver.login_errors = {A: TlsNotOffered("the server offers no TLS"),
                           B: server_says(8001, "Server is initializing")}
    network.dead[C] = "connection refused"
    with pytest.raises(TlsFailed, match="offers no TLS") as caught:
        session(ca_cert="/ca", **HOSTS).connect(AMPLE)
    assert caught.value.transient


def test_if_no_address_ever_answers_that_is_lasting(driver, network):
    network.dead = dict.fromkeys((A, B, C), "connection refused")
    with pytest.raises(Unreachable) as caught:
        session(**HOSTS).connect(AMPLE)
    assert not caught.value.transient
    assert caught.value.message.count("connection refused") == 3


def test_no_tls_anywhere_is_a_matter_of_tls(driver, network, monkeypatch):
    monkeypatch.setattr(_tls, "_context", lambda login: "a context")
    network.dead[A] = "connection refused"
    driver.login_error = TlsNotOffered("no TLS")
    with pytest.raises(TlsFailed) as caught:
        session(**HOSTS, ca_cert="/ca").connect(AMPLE)
    assert "a:2881: connection refused" in caught.value.message and "c:2881 offers no TLS" in caught.value.message


def test_a_loss_that_lasts_says_when_it_began_and_how_long_it_was_tried(driver, network):
    now = [100.0]
    clock = Clock(lambda: now[0], lambda seconds: None)
    budget = clock.budget(1000)
    opened = session()
    opened.run("SELECT 1", (), budget)
    driver.answers = [DriverError("lost", 2013)]
    now[0] += 12
    with pytest.raises(ConnectionLost):
        opened.run("SELECT 1", (), budget)
    network.dead["127.0.0.1:2881"] = "connection refused"
    now[0] += 30
    with pytest.raises(Unreachable) as caught:
        opened.run("SELECT 1", (), budget)
    assert caught.value.message.startswith(
        "the connection was lost after 12 s and could not be made again for 30 s: no connection to 127.0.0.1:2881")
    assert "run the task again" in caught.value.hint and "host and port" not in caught.value.hint
    # Once it stands again, that is over.
    network.dead.clear()
    driver.answers = [[], [], DriverError("lost", 2013)]
    opened.run("SELECT 1", (), budget)
    with pytest.raises(ConnectionLost) as caught:
        opened.run("SELECT 1", (), budget)
    assert "could not be made again" not in caught.value.message


@pytest.mark.parametrize("number", [1227, 1142, 1044])
def test_a_missing_privilege_is_told_with_the_user_and_its_source(driver, number):
    driver.answers = [[], server_says(number, "denied")]
    with pytest.raises(NoPrivilege) as caught:
        session(login_user="dba@sys").run("SELECT 1", (), AMPLE)
    assert caught.value.message.endswith("logged in as dba@sys (user: option login_user, password: none)")


def test_after_hanging_up_nothing_is_sent_any_more(driver):
    opened = session()
    opened.run("SELECT 1", (), AMPLE)
    driver.hang_up = lambda: driver.statements.append("hung up")
    opened.hang_up()
    assert driver.statements[1:] == [("SELECT 1", ()), "hung up"]
    for before_it in (opened, session()):
        before_it.hang_up()
        with pytest.raises(ConnectionLost, match="no time is left"):
            before_it.run("SELECT 2", (), AMPLE)
    assert len(driver.connections) == 1
