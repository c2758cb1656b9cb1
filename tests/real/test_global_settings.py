# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Global settings of a server that would mislead a session which relies on the defaults: none of them is noticed."""

from __future__ import annotations

import threading
from typing import Any, Callable, Iterator

import pytest

from ansible_collections.community.oceanbase.plugins.module_utils._connection.login import LOGIN_SOURCES, resolve_login
from ansible_collections.community.oceanbase.plugins.module_utils._connection.session import Session
from support.clone_tables.engine import CloneEngine
from support.clone_tables.tables import PROGRESS
from support.network.sql_relay import Relay
from support.plays.ansible import run_module
from support.plays.bench import AMPLE
from support.servers.ob_mock import wait_for
from support.servers.seekdb import SeekDB

# variable -> a value that somebody may have set for all
SETTINGS = {
    "autocommit": 0, "tx_isolation": "REPEATABLE-READ", "tx_read_only": 1, "ob_read_consistency": "WEAK",
    "sql_mode": "ANSI_QUOTES,NO_BACKSLASH_ESCAPES,PAD_CHAR_TO_FULL_LENGTH,ONLY_FULL_GROUP_BY,PIPES_AS_CONCAT",
    "collation_connection": "utf8mb4_bin", "character_set_client": "binary", "character_set_results": "binary",
    "character_set_connection": "binary", "sql_select_limit": 1, "wait_timeout": 1, "time_zone": "-05:30",
    "ob_query_timeout": 1000000, "ob_trx_timeout": 1000000, "ob_trx_lock_timeout": 0, "sql_auto_is_null": 1,
    "div_precision_increment": 0, "max_execution_time": 1, "sql_safe_updates": 1, "group_concat_max_len": 4,
}


@pytest.fixture
def settings(server: SeekDB) -> Iterator[Callable[[dict[str, Any]], None]]:
    """Sets global variables, and sets them back at the end."""
    before = {name: server.sql(f"SELECT @@global.{name} AS V")[0]["v"] for name in SETTINGS}

    def assign(values: dict[str, Any]) -> None:
        with server.connect() as connection, connection.cursor() as cursor:
            for name, value in values.items():
                cursor.execute(f"SET GLOBAL {name} = %s", [value])

    usual = server.init_command
    # The tests themselves are not to be misled, either.
    server.init_command = (
        "SET time_zone = '+00:00', tx_read_only = 0, sql_mode = '', ob_read_consistency = 'STRONG', "
        "sql_safe_updates = 0, sql_select_limit = 9223372036854775807, ob_query_timeout = 10000000, "
        "max_execution_time = 0, "
        "ob_trx_timeout = 86400000000, character_set_client = utf8mb4, character_set_results = utf8mb4, "
        "character_set_connection = utf8mb4, tx_isolation = 'READ-COMMITTED'")
    yield assign
    with server.connect() as connection, connection.cursor() as cursor:
        for name, value in before.items():
            cursor.execute(f"SET GLOBAL {name} = %s", [value])
    server.init_command = usual


@pytest.fixture
def relay(views: SeekDB) -> Iterator[Relay]:
    """The real server with clones."""
    with Relay(views, CloneEngine(views)) as running:
        yield running


def session_of(server: SeekDB, **options: Any) -> Session:
    """A session as modules have it."""
    values: dict[str, Any] = {**dict.fromkeys(LOGIN_SOURCES), "config_file": None, "connect_timeout": 10,
                              "read_timeout": 30, "check_hostname": True, "session_vars": {}, **server.login(),
                              **options}
    return Session(resolve_login(values, {}))


def test_a_session_has_what_the_modules_rely_on(server: SeekDB, settings: Callable[[dict[str, Any]], None]) -> None:
    names = ("autocommit", "tx_isolation", "tx_read_only", "ob_read_consistency", "sql_mode", "collation_connection",
             "character_set_client", "character_set_results", "character_set_connection", "sql_select_limit",
             "wait_timeout", "time_zone", "ob_query_timeout", "ob_trx_timeout")
    question = "SELECT " + ", ".join(f"@@{name} AS {name}" for name in names)
    with session_of(server) as session:
        usual = session.run(question, (), AMPLE)
    settings(SETTINGS)
    with session_of(server) as session:
        assert session.run(question, (), AMPLE) == usual
    assert (usual[0]["autocommit"], usual[0]["tx_isolation"], usual[0]["ob_read_consistency"]) == (
        1, "READ-COMMITTED", "STRONG")


def test_a_look_shows_what_others_have_committed(views: SeekDB, settings: Callable[[dict[str, Any]], None]) -> None:
    """With autocommit off and REPEATABLE-READ the first look would open a transaction that never sees the end."""
    settings({"autocommit": 0, "tx_isolation": "REPEATABLE-READ"})
    with session_of(views) as session:
        assert session.run(f"SELECT COUNT(*) AS N FROM {PROGRESS}", (), AMPLE) == [{"n": 0}]
        engine = CloneEngine(views)
        starting = threading.Thread(target=lambda: _ignore(lambda: engine.clone("clone_a", "mysql001", "p", "unit001")))
        starting.start()
        wait_for(lambda: session.run(f"SELECT COUNT(*) AS N FROM {PROGRESS}", (), AMPLE) == [{"n": 1}], "the row", 10)
        engine.stop()
        starting.join(10)


def _ignore(action: Callable[[], Any]) -> None:
    """Runs an action whose refusal does not matter."""
    try:
        action()
    except Exception:  # noqa: BLE001  (the engine is stopped while the clone runs)
        pass


def test_a_cancel_under_all_of_them(relay: Relay, settings: Callable[[dict[str, Any]], None]) -> None:
    """The engine behind the relay uses connections with settings of its own, opened before the globals change."""
    starting = threading.Thread(target=lambda: _ignore(
        lambda: relay.engine.clone("clone_a", "mysql001", "pool_clone_a", "unit001")))
    starting.start()
    wait_for(lambda: relay.server.sql(f"SELECT 1 FROM {PROGRESS}"), "the job")
    settings({name: value for name, value in SETTINGS.items() if name not in ("character_set_client", "wait_timeout")})
    result = run_module("ob_clone_cancel", {**relay.login(), "clone_tenant": "clone_a", "wait_timeout": 30})
    relay.engine.stop()
    starting.join(10)
    assert (result.get("outcome"), result["changed"], relay.cancels) == ("canceled", True, ["clone_a"]), result["msg"]
    assert result["reconnects"] == 0
