# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The session that modules have with the real kernel: its variables, its clock and its time limits."""

from __future__ import annotations

import datetime
import time
from typing import Any, Callable, Iterator

import pytest

from ansible_collections.community.oceanbase.plugins.module_utils._connection.login import LOGIN_SOURCES, resolve_login
from ansible_collections.community.oceanbase.plugins.module_utils._connection.session import Session
from ansible_collections.community.oceanbase.plugins.module_utils._errors import (
    ConnectionLost,
    InvalidOption,
    ServerError,
)
from support import REPOSITORY
from support.plays.ansible import run_module
from support.plays.bench import AMPLE
from support.servers.ob_mock import wait_for
from support.servers.seekdb import SeekDB

Connect = Callable[..., Session]
# Every module with the least that it asks for.
MODULES: dict[str, dict[str, Any]] = {
    "ob_clone": {"clone_tenant": "clone_a", "source_tenant": "mysql001", "resource_pool": "pool_a",
                 "unit_config": "unit001"},
    "ob_clone_cancel": {"clone_tenant": "clone_a"},
    "ob_clone_drop": {"clone_tenant": "clone_a", "clone_job_id": "1706251714452555625"},
    "ob_clone_info": {},
    "ob_tenant_info": {},
}


def test_no_module_is_missing_here() -> None:
    assert set(MODULES) == {path.stem for path in (REPOSITORY / "plugins" / "modules").glob("ob_*.py")
                            if "community.oceanbase._login" in path.read_text(encoding="utf-8")}


@pytest.fixture
def connect(server: SeekDB) -> Iterator[Connect]:
    """Makes sessions as modules do; all are closed at the end."""
    sessions: list[Session] = []

    def make(**options: Any) -> Session:
        values: dict[str, Any] = {
            **dict.fromkeys(LOGIN_SOURCES), "config_file": None, "connect_timeout": 10, "read_timeout": 30,
            "check_hostname": True, "session_vars": {}, **server.login(), **options}
        sessions.append(Session(resolve_login(values, {})))
        return sessions[-1]

    yield make
    for session in sessions:
        session.close()


def test_time_zone_and_query_timeout_are_set(connect: Connect) -> None:
    statement = "SELECT @@time_zone AS ZONE, @@ob_query_timeout AS LIMIT_US, NOW(6) AS TIME"
    row = connect(read_timeout=5).run(statement, (), AMPLE)[0]
    now = datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None)
    assert row["zone"] == "+00:00" and 0 < row["limit_us"] < 5000000
    assert abs(row["time"] - now) < datetime.timedelta(seconds=5)


def test_session_vars(connect: Connect) -> None:
    session = connect(session_vars={"ob_trx_timeout": 5000000, "sql_mode": "", "autocommit": True,
                                    "ob_query_timeout": 7000000})
    statement = "SELECT @@ob_trx_timeout AS A, @@sql_mode AS B, @@autocommit AS C, @@ob_query_timeout AS D"
    row = session.run(statement, (), AMPLE)[0]
    assert row == {"a": 5000000, "b": "", "c": 1, "d": 7000000}


@pytest.mark.parametrize(("name", "value", "errno"), [
    ("nosuch_variable", 1, 1193), ("ob_query_timeout", "soon", 1232), ("autocommit", 2, 1231), ("version", "5", 1229)])
def test_session_vars_that_the_server_refuses(connect: Connect, name: str, value: Any, errno: int) -> None:
    with pytest.raises(InvalidOption) as failure:
        connect(session_vars={name: value}).connect(AMPLE)
    assert failure.value.errno == errno and name in failure.value.message


def test_the_server_gives_up_before_we_do(connect: Connect) -> None:
    """So that a statement whose answer never came is not executed later."""
    session = connect(read_timeout=1)
    started = time.monotonic()
    with pytest.raises(ServerError) as failure:
        session.run("SELECT SLEEP(3)", (), AMPLE)
    assert (failure.value.errno, failure.value.transient) == (4012, True)
    assert time.monotonic() - started < 1
    assert session.run("SELECT 1 AS ONE", (), AMPLE) == [{"one": 1}]
    assert session.reconnects == 0


def test_read_timeout_loses_the_connection_and_the_next_statement_makes_a_new_one(connect: Connect) -> None:
    session = connect(read_timeout=1, session_vars={"ob_query_timeout": 30000000})
    before = session.run("SELECT CONNECTION_ID() AS ID", (), AMPLE)[0]["id"]
    with pytest.raises(ConnectionLost):
        session.run("SELECT SLEEP(2)", (), AMPLE)
    assert session.run("SELECT CONNECTION_ID() AS ID", (), AMPLE)[0]["id"] != before
    assert session.reconnects == 1


def test_a_killed_session_is_made_again(connect: Connect, server: SeekDB) -> None:
    session = connect()
    killed = session.run("SELECT CONNECTION_ID() AS ID", (), AMPLE)[0]["id"]
    server.sql(f"KILL {killed}")
    with pytest.raises(ConnectionLost):
        session.run("SELECT 1 AS ONE", (), AMPLE)
    assert session.run("SELECT @@time_zone AS ZONE", (), AMPLE) == [{"zone": "+00:00"}]
    assert session.reconnects == 1


def test_modules_leave_no_session_behind(server: SeekDB) -> None:
    def others() -> list[dict[str, Any]]:
        return [row for row in server.sql("SHOW PROCESSLIST") if row["info"] != "SHOW PROCESSLIST"]

    before = len(others())
    run_module("ob_clone_cancel", {"clone_tenant": "clone_a", **server.login()})
    wait_for(lambda: len(others()) <= before, "the end of the module's session", 5)


@pytest.mark.parametrize("module", MODULES)
def test_a_server_without_clone_is_named_with_its_version(server: SeekDB, module: str) -> None:
    version = server.sql("SELECT VERSION() AS VERSION")[0]["version"]
    result = run_module(module, {**MODULES[module], **server.login()})
    assert result["error"]["class"] == "unsupported_version", result
    assert version in result["msg"] and "4.3.0" in result["msg"]
    assert not result["changed"] and not result.get("executed_statements")
