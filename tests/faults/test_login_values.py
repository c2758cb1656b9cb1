# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""False, 0, an empty text and nothing are four different things; and session variables reach the server."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from ansible_collections.community.oceanbase.plugins.module_utils._connection.login import resolve_login
from ansible_collections.community.oceanbase.plugins.module_utils._connection.session import Session
from support.options import OPTIONS
from support.plays.ansible import run_module
from support.plays.bench import AMPLE
from support.servers.ob_mock import Mock

# What each is as a password, which is a text.
PASSWORDS = {"false": False, "zero": 0, "empty": "", "none": None}
SENT = {"false": "False", "zero": "0", "empty": "", "none": "of the environment"}


@pytest.fixture(scope="module")
def mock() -> Iterator[Mock]:
    """A mock with a user for each of four passwords."""
    with Mock() as running:
        for name, password in SENT.items():
            running.sql(f"CREATE USER with_{name} IDENTIFIED BY '{password}'", f"GRANT SELECT ON *.* TO with_{name}")
        yield running


def run(mock: Mock, environment: dict[str, str] | None = None, **options: Any) -> dict[str, Any]:
    """What the module says to these options."""
    return run_module("ob_clone_cancel", {"login_port": mock.port, "clone_tenant": "nosuch", **options},
                      environment=environment, check_mode=True)


@pytest.mark.parametrize("given", PASSWORDS)
def test_four_passwords_that_are_not_the_same(mock: Mock, given: str) -> None:
    """Each gets in as the user who has it and as nobody else; nothing leaves the word to the environment."""
    let_in = []
    for user in SENT:
        result = run(mock, {"OCEANBASE_LOGIN_PASSWORD": SENT["none"]}, login_user=f"with_{user}@sys",
                     login_password=PASSWORDS[given])
        if "error" not in result:
            let_in.append(user)
        else:
            assert result["error"]["class"] == "access_denied"
            assert (", which is empty)" in result["msg"]) is (given == "empty")
            source = "environment variable OCEANBASE_LOGIN_PASSWORD" if given == "none" else "option login_password"
            assert f"password: {source}" in result["msg"]
    assert let_in == [given]


@pytest.mark.full  # much of it is in the unit tests, too
@pytest.mark.parametrize(("option", "value", "message"), [
    ("login_port", 0, "the port 0 (option login_port) is not a number"),
    ("login_port", "", "login_port"),
    ("login_port", False, "login_port"),
    ("login_host", "", "login_host is empty (option login_host)"),
    ("login_host", 0, None),
    ("login_user", "", "login_user is empty (option login_user)"),
    ("login_user", False, "refused the login of False (user: option login_user"),
    ("login_user", 0, "refused the login of 0 (user: option login_user"),
    ("login_user", None, None),
    ("ca_cert", "", "ca_cert is empty (option ca_cert)"),
    ("ca_cert", None, None),
    ("check_hostname", "", "check_hostname"),
    ("check_hostname", None, "check_hostname"),
    ("config_file", "", "config_file is empty"),
    ("config_file", None, None),
    ("connect_timeout", 0, "connect_timeout is 0"),
    ("connect_timeout", None, "connect_timeout"),
    ("read_timeout", "", "read_timeout"),
    ("session_vars", "", "session_vars"),
    ("session_vars", 0, "session_vars"),
    ("session_vars", {}, None),
    ("session_vars", None, "session_vars"),
])
def test_what_other_options_make_of_them(mock: Mock, option: str, value: Any, message: str | None) -> None:
    """Where an option has a default of its own, Ansible itself refuses nothing as a value."""
    result = run(mock, **{option: value})
    assert result.get("outcome") == (None if message else "not_found"), result["msg"]
    if message:
        assert message in result["msg"]
        assert result["error"]["class"] in ("invalid_option", "access_denied")


def test_session_variables_reach_the_server_as_they_are(mock: Mock) -> None:
    variables = {"sql_notes": False, "unique_checks": True, "div_precision_increment": 0, "sql_mode": "",
                 "optimizer_switch": "WE'AK", "net_read_timeout": 17}
    login = resolve_login({**OPTIONS, "login_port": mock.port, "session_vars": variables}, {})
    with Session(login) as session:
        values = {str(row["variable_name"]): row["value"] for row in session.run("SHOW VARIABLES", (), AMPLE)}
    assert {name: values[name] for name in variables} == {
        "sql_notes": "OFF", "unique_checks": "ON", "div_precision_increment": "0", "sql_mode": "",
        "optimizer_switch": "WE'AK", "net_read_timeout": "17"}
    assert run(mock, session_vars=variables)["outcome"] == "not_found"
    sent = [entry for entry in mock.log() if entry["statement"].startswith("SET time_zone")][-1]
    # PyMySQL writes False as 0, which is the same to SQL.
    assert sent["statement"].endswith(
        ", sql_notes = 0, unique_checks = 1, div_precision_increment = 0, sql_mode = '', "
        "optimizer_switch = 'WE\\'AK', net_read_timeout = 17")
    assert sent["answer"] == "ok"


@pytest.mark.parametrize(("variables", "message"), [
    ({"no_such_variable": 1}, "Unknown system variable 'no_such_variable'"),
    ({"div_precision_increment": "many"}, "div_precision_increment"),
    ({"version_comment": "x"}, "version_comment"),
    ({"sql_notes": None}, "session_vars sets sql_notes to nothing"),
    ({"sql_mode": ["ANSI_QUOTES"]}, "session_vars sets sql_mode to a list"),
    ({"Time_Zone": "+08:00"}, "session_vars sets time_zone"),
    ({"a b": 1}, "session_vars holds 'a b'"),
])
def test_bad_session_variables_are_told_and_nothing_else_is_done(
        mock: Mock, variables: dict[str, Any], message: str) -> None:
    before = len(mock.log())
    result = run(mock, session_vars=variables)
    assert result["error"]["class"] == "invalid_option"
    assert message in result["msg"]
    assert "session_vars" in result["msg"]
    assert not [entry for entry in mock.log()[before:] if entry["statement"].startswith(("SELECT", "ALTER"))]
