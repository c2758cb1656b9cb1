# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names, ids and session variables of every kind: refused before anything is sent, or sent as data and nothing else."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from ansible_collections.community.oceanbase.plugins.module_utils._connection.login import resolve_login
from ansible_collections.community.oceanbase.plugins.module_utils._connection.session import Session
from ansible_collections.community.oceanbase.plugins.module_utils._errors import Failure, InvalidOption
from ansible_collections.community.oceanbase.plugins.module_utils._procedures.cancel import CLONE_CANCEL
from support.options import OPTIONS
from support.plays.bench import AMPLE, USER, Bench

NASTY = ["a'b", 'a"b', "a`b", "a\\b", "a\nb", "a\rb", "a\tb", "a\0b", "a\x1ab", "a\x7fb", "", "a" * 65, "ä" * 33,
         "\U0001f4a3" * 17, "a' OR '1'='1", "a`; DROP TENANT mysql001; -- ", "\ud800", "a\x85b"]
HARMLESS = ["a b", "a--b", "a/*b*/", "a#b", "a;b", "a%b", "a%sb", "%(x)s", "a$b", "ä", "\U0001f4a3", "a" * 64, "a,b",
            "(a)", "1"]
SELECT = re.compile(
    r"SELECT 'progress' AS VIEW_NAME, NOW\(6\) AS SERVER_TIME, [A-Z_, ]+ FROM oceanbase\.DBA_OB_CLONE_PROGRESS "
    r"WHERE (?P<first>.+?) UNION ALL SELECT 'history' AS VIEW_NAME, NOW\(6\) AS SERVER_TIME, "
    r"[A-Z_, ]+ FROM oceanbase\.DBA_OB_CLONE_HISTORY WHERE CLONE_JOB_ID IN \(SELECT MAX\(CLONE_JOB_ID\) FROM "
    r"oceanbase\.DBA_OB_CLONE_HISTORY WHERE (?P<second>.+) GROUP BY BINARY [A-Z_]+\)", re.DOTALL)
# What the statement log takes for a password, and hides together with the quote behind it.
MASKED = re.compile(r"PASSWORD|IDENTIFIED", re.IGNORECASE)
TEXTS = st.one_of(
    st.text(max_size=70),
    st.lists(st.sampled_from(["'", '"', "`", "\\", "\n", "\0", "--", "/*", "*/", "#", ";", "%s", "%", " OR 1=1", "x",
                              "\u2019", "\uff07", "\U0001f4a3", "SLEEP(9)"]), max_size=12).map("".join))


def condition(column: str, value: str, exact: bool) -> str:
    """How a harmless name must stand in the statement."""
    return ("BINARY %s = '%s'" if exact else "%s = '%s'") % (column, value)


@pytest.mark.parametrize("option", ["clone_tenant", "source_tenant"])
@pytest.mark.parametrize("value", NASTY, ids=ascii)
def test_what_cannot_be_sent_safely_is_refused_before_anything_is_sent(option: str, value: str) -> None:
    with pytest.raises(InvalidOption, match="^" + option) as caught:
        CLONE_CANCEL.read_request({**OPTIONS, option: value}, False)
    assert caught.value.error_class == "invalid_option"


@pytest.mark.parametrize("value", ["1 OR 1=1", "1'", "1;", "1--", "0x1", "", "1" * 30, "1\0", "١"], ids=ascii)
def test_what_is_no_id_is_refused_before_anything_is_sent(value: str) -> None:
    with pytest.raises(InvalidOption, match="^clone_job_id"):
        CLONE_CANCEL.read_request({**OPTIONS, "clone_job_id": value}, False)


def sent_for(bench: Bench, option: str, value: str) -> list[str]:
    """The statements after the login for a selector, or [] if it is refused."""
    bench.new_log()
    try:
        run = bench.run(**{"clone_tenant": None, option: value})
    except InvalidOption:
        assert bench.new_log() == []
        return []
    assert run.failure is None, run.failure
    assert run.result["outcome"] == "not_found"
    return [statement for statement in run.statements() if not statement.startswith(("LOGIN", "SET "))]


def is_as_expected(sent: list[str], option: str, value: str) -> None:
    """Asserts that the statements have the expected form and hold ``value`` as a string and nothing else."""
    if not sent:
        return
    look = SELECT.fullmatch(sent[0])
    assert look, sent
    column = option.replace("clone_tenant", "CLONE_TENANT_NAME").replace("source_tenant", "SOURCE_TENANT_NAME")
    assert look["first"] == condition(column, value, exact=False)
    assert look["second"] == condition(column, value, exact=True)
    if option == "clone_tenant":
        (tenants,) = sent[1:]
        assert tenants.endswith(f" FROM oceanbase.DBA_OB_TENANTS WHERE BINARY TENANT_NAME IN ('{value}') "
                                "ORDER BY TENANT_NAME")
    else:  # A look for names that are near, which holds none of ours.
        (tenants,) = sent[1:]
        assert tenants.endswith(" FROM oceanbase.DBA_OB_TENANTS WHERE 1 = 1 ORDER BY TENANT_NAME")


@pytest.mark.parametrize("option", ["clone_tenant", "source_tenant"])
@pytest.mark.parametrize("value", HARMLESS, ids=ascii)
def test_an_odd_name_is_sent_as_data(bench: Bench, option: str, value: str) -> None:
    sent = sent_for(bench, option, value)
    assert sent
    is_as_expected(sent, option, value)


@given(option=st.sampled_from(["clone_tenant", "source_tenant"]), value=TEXTS)
@settings(max_examples=120, deadline=None, database=None, derandomize=True,
          suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_is_refused_or_sent_as_data(bench: Bench, option: str, value: str) -> None:
    assume(not MASKED.search(value))
    is_as_expected(sent_for(bench, option, value), option, value)


@pytest.mark.full
@given(option=st.sampled_from(["clone_tenant", "source_tenant"]), value=TEXTS)
@settings(max_examples=2000, deadline=None, database=None,
          suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_is_refused_or_sent_as_data_at_length(bench: Bench, option: str, value: str) -> None:
    assume(not MASKED.search(value))
    is_as_expected(sent_for(bench, option, value), option, value)


VICTIM = "victim"
INJECTED = f"DROP TENANT {VICTIM} FORCE"


@pytest.fixture
def injectable(bench: Bench) -> Bench:
    """A bench with a tenant that an injection would drop."""
    bench.control(f"CREATE RESOURCE POOL IF NOT EXISTS pool_{VICTIM} UNIT = unit001",
                  f"CREATE TENANT IF NOT EXISTS {VICTIM} RESOURCE_POOL_LIST = ('pool_{VICTIM}')")
    bench.new_log()
    return bench


def drops(bench: Bench) -> list[str]:
    """Returns the DROPs that reached the server since the last call; the victim lives if there are none."""
    alive = bench.control(f"SELECT COUNT(*) AS n FROM oceanbase.DBA_OB_TENANTS WHERE TENANT_NAME = '{VICTIM}'")[0]["n"]
    told = [entry["statement"] for entry in bench.new_log() if entry["statement"].startswith("DROP")]
    assert alive == (not told)
    return told


def test_the_server_would_run_an_injected_statement(injectable: Bench) -> None:
    """Without this the tests below would prove nothing: OceanBase runs several statements of one query for anybody."""
    bench = injectable
    bench.start()
    with bench.mock.connect(USER + "@sys") as connection, connection.cursor() as cursor:
        cursor.execute(f"ALTER SYSTEM CANCEL CLONE clone_a; {INJECTED}")
        assert cursor.nextset()
    assert drops(bench) == [INJECTED]
    assert [row["status"] for row in bench.progress()] == ["CLONE_SYS_CANCELING"]
    bench.release()


@pytest.mark.parametrize("before", ["clone; ", "clone -- ", "clone# ;", "clone /*! ;", ";"])
def test_a_clone_with_the_name_of_an_injection_is_canceled_and_nothing_else(injectable: Bench, before: str) -> None:
    bench = injectable
    bench.mock.start_clone(before + INJECTED, pool="pool_a")
    run = bench.run(clone_tenant=before + INJECTED)
    assert run.failure is None, run.failure
    assert (run.result["outcome"], run.accepted()) == ("canceled", 1)
    assert drops(bench) == []


@pytest.mark.parametrize("option", ["clone_tenant", "source_tenant", "clone_job_id"])
@pytest.mark.parametrize("before", ["x`; ", "x'; ", "x\\'; ", "x; ", "1; ", "1') OR ('1' = '1'; "])
def test_no_selector_injects_a_statement(injectable: Bench, option: str, before: str) -> None:
    bench = injectable
    try:
        run = bench.run(**{"clone_tenant": None, option: before + INJECTED + "; -- "})
        assert run.failure is None, run.failure
    except InvalidOption:
        pass
    assert drops(bench) == []


@pytest.mark.parametrize("before", ["x'; ", "x\\'; ", "1; "])
def test_no_session_variable_injects_a_statement(injectable: Bench, before: str) -> None:
    bench = injectable
    for name in ("character_set_filesystem", "ob_trx_timeout", "sql_mode", f"autocommit = 1; {INJECTED}; SET sql_mode"):
        variables(bench, {name: before + INJECTED + "; -- "})
        assert drops(bench) == []


def variables(bench: Bench, values: Any) -> tuple[list[str], Failure | None]:
    """The statements of a session with these variables, the login left out, and its failure."""
    options = {**OPTIONS, "login_port": bench.mock.port, "login_user": USER + "@sys", "session_vars": values}
    bench.new_log()
    failure = None
    try:
        with Session(resolve_login(options, {})) as session:
            session.connect(AMPLE)
    except Failure as error:
        failure = error
    return [entry["statement"] for entry in bench.new_log()
            if not entry["statement"].startswith(("LOGIN", "CLOSE"))], failure


@pytest.mark.parametrize("name", ["", "a b", "a=1, b", "@@x", "global.x", "a;b", "a`", "ä", "a" + chr(0), "1a", 5,
                                  "time_zone"])
def test_what_is_no_name_of_a_variable_is_refused_before_anything_is_sent(bench: Bench, name: Any) -> None:
    sent, failure = variables(bench, {name: 1})
    assert sent == []
    assert failure is not None and failure.error_class == "invalid_option"


@pytest.mark.parametrize("value", [None, [1], {"a": 1}])
def test_what_is_no_value_of_a_variable_is_refused_before_anything_is_sent(bench: Bench, value: Any) -> None:
    sent, failure = variables(bench, {"ob_trx_timeout": value})
    assert sent == []
    assert failure is not None and failure.error_class == "invalid_option"


def test_session_variables_reach_the_server(bench: Bench) -> None:
    sent, failure = variables(bench, {"ob_trx_timeout": 1234567, "sql_mode": "", "autocommit": True})
    assert failure is None
    (settings,) = sent
    assert settings.startswith("SET time_zone = '+00:00', ")
    assert settings.endswith(", ob_query_timeout = 10000000, ob_trx_timeout = 1234567, sql_mode = '', autocommit = 1")


@pytest.mark.parametrize("values", [{"no_such_variable": 1}, {"ob_trx_timeout": "soon"}])
def test_a_variable_that_the_server_does_not_accept_is_reported(bench: Bench, values: Any) -> None:
    _sent, failure = variables(bench, values)
    assert failure is not None and failure.error_class == "invalid_option"
    assert next(iter(values)) in failure.message
    assert failure.errno is not None


@given(value=TEXTS)
@settings(max_examples=80, deadline=None, database=None, derandomize=True,
          suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_value_of_a_variable_is_data(bench: Bench, value: str) -> None:
    """A variable that may hold any text holds exactly this text afterwards."""
    options = {**OPTIONS, "login_port": bench.mock.port, "login_user": USER + "@sys",
               "session_vars": {"default_authentication_plugin": value}}
    with Session(resolve_login(options, {})) as session:
        assert session.run("SELECT @@default_authentication_plugin AS value", (), AMPLE) == [{"value": value}]
