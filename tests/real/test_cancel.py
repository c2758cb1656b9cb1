# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""ob_clone_cancel's main scenarios over OceanBase's own login, protocol, types and SQL; a relay adds the clones."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Callable, Iterator

import pymysql
import pytest

from support.clone_tables.engine import CANCELLABLE, CloneEngine
from support.clone_tables.tables import HISTORY, PROGRESS, TENANTS
from support.network.sql_relay import Relay
from support.plays.ansible import run_module
from support.servers.ob_mock import wait_for
from support.servers.seekdb import SeekDB

STATEMENT = "ALTER SYSTEM CANCEL CLONE `clone_a`"


@pytest.fixture
def relay(views: SeekDB) -> Iterator[Relay]:
    """The real server with clones."""
    with Relay(views, CloneEngine(views)) as running:
        yield running


@pytest.fixture
def start(relay: Relay) -> Iterator[Callable[..., dict[str, Any]]]:
    """Starts a clone and brings it to a status; its session's end is in the returned dictionary under ``answer``."""
    threads: list[threading.Thread] = []

    def begin(status: str = "CLONE_SYS_CREATE_TENANT", clone: str = "clone_a", source: str = "mysql001",
              tenant: str | None = None) -> dict[str, Any]:
        session: dict[str, Any] = {}

        def create() -> None:
            try:
                with relay.connect() as connection, connection.cursor() as cursor:
                    cursor.execute(
                        f"CREATE TENANT {clone} FROM {source} WITH RESOURCE_POOL = pool_{clone}, UNIT = unit001")
                session["answer"] = "ok"
            except pymysql.MySQLError as error:
                session["answer"] = error.args

        thread = threading.Thread(target=create, daemon=True)
        thread.start()
        threads.append(thread)
        wait_for(lambda: relay.server.sql(f"SELECT 1 FROM {PROGRESS} WHERE CLONE_TENANT_NAME = '{clone}'"), "the job")
        relay.engine.put(clone, status, tenant)
        session["thread"] = thread
        return session

    yield begin
    relay.engine.stop()
    for thread in threads:
        thread.join(10)


def cancel(relay: Relay, check_mode: bool = False, **options: Any) -> dict[str, Any]:
    """The result of ob_clone_cancel through the relay."""
    selector = {} if {"source_tenant", "clone_job_id"} & set(options) else {"clone_tenant": "clone_a"}
    return run_module("ob_clone_cancel", {**relay.login(), **selector, **options}, check_mode=check_mode)


@pytest.mark.parametrize("status", CANCELLABLE)
def test_cancel_in_every_state(relay: Relay, start: Callable[..., dict[str, Any]], status: str) -> None:
    session = start(status, tenant="RESTORE" if status == CANCELLABLE[-1] else None)
    predicted = cancel(relay, check_mode=True)
    assert relay.cancels == []
    result = cancel(relay)
    assert (result["outcome"], result["changed"], result["canceled_in"]) == ("canceled", True, status)
    assert all(result[key] == predicted[key] for key in ("outcome", "changed", "canceled_in", "executed_statements"))
    assert result["executed_statements"] == [STATEMENT] and relay.cancels == ["clone_a"]
    assert (result["job"]["status"], result["job"]["view"], result["job"]["ret_code"]) == (
        "CLONE_SYS_CANCELED", "history", -4072)
    assert [entry["status"] for entry in result["timeline"]] == [status, "CLONE_SYS_CANCELING", "CLONE_SYS_CANCELED"]
    assert result["reconnects"] == 0 and not result.get("warnings")
    session["thread"].join(10)
    assert session["answer"] == (9110, f"clone job has been canceled in {status} status by user command")
    assert not relay.server.sql(f"SELECT 1 FROM {TENANTS}")
    again = cancel(relay)
    assert (again["outcome"], again["changed"], relay.cancels) == ("already_canceled", False, ["clone_a"])


@pytest.mark.parametrize(("status", "tenant", "outcome"), [
    ("CLONE_SYS_WAIT_TENANT_RESTORE_FINISH", "NORMAL", "completed"),
    ("CLONE_SYS_RELEASE_RESOURCE", "NORMAL", "completed"),
    ("CLONE_SYS_SUCCESS", "NORMAL", "completed"),
    ("CLONE_SYS_CREATE_SNAPSHOT_FAIL", None, "failed"),
])
def test_too_late(relay: Relay, start: Callable[..., dict[str, Any]], status: str, tenant: str | None,
                  outcome: str) -> None:
    start(status, tenant=tenant)
    result = cancel(relay)
    assert (result["outcome"], result["changed"], result["executed_statements"]) == (outcome, False, [])


def test_the_clone_gets_through_between_look_and_cancel(relay: Relay, start: Callable[..., dict[str, Any]]) -> None:
    start()
    relay.before_cancel = lambda: relay.engine.put("clone_a", "CLONE_SYS_RELEASE_RESOURCE", "NORMAL")
    result = cancel(relay)
    assert (result["outcome"], result["changed"], relay.cancels) == ("completed", False, ["clone_a"])
    assert result["executed_statements"] == []


def test_somebody_else_cancels_between_look_and_cancel(relay: Relay, start: Callable[..., dict[str, Any]]) -> None:
    start()
    relay.before_cancel = lambda: relay.engine.cancel("clone_a")
    result = cancel(relay)
    assert (result["outcome"], result["changed"], relay.cancels) == ("already_canceled", False, ["clone_a"])


def test_the_answer_to_the_cancel_is_lost(relay: Relay, start: Callable[..., dict[str, Any]]) -> None:
    start()
    relay.lose_answer = True
    result = cancel(relay)
    assert (result["outcome"], result["reconnects"], relay.cancels) == ("canceled", 1, ["clone_a"])
    assert result["changed"] and "uncertain" in str(result["warnings"])


def test_the_connection_is_lost_before_the_cancel_arrives(relay: Relay, start: Callable[..., dict[str, Any]]) -> None:
    start()

    def cut() -> None:
        relay.drop_connections()
        raise OSError

    relay.before_cancel = cut
    result = cancel(relay)
    assert (result["outcome"], result["changed"], relay.cancels) == ("canceled", True, ["clone_a"] * 2)


def test_a_proxy_restarts_during_the_wait(relay: Relay, start: Callable[..., dict[str, Any]]) -> None:
    start()
    relay.engine.cleanup_seconds = 2
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(cancel, relay)
        wait_for(lambda: relay.server.sql(f"SELECT 1 FROM {PROGRESS} WHERE STATUS = 'CLONE_SYS_CANCELING'"),
                 "the CANCEL to take effect")
        relay.drop_connections()
        result = running.result(60)
    assert (result["outcome"], result["changed"], relay.cancels) == ("canceled", True, ["clone_a"])
    assert result["reconnects"] == 1


def test_without_waiting_and_the_resumed_wait(relay: Relay, start: Callable[..., dict[str, Any]]) -> None:
    start()
    relay.engine.cleanup_seconds = 2
    ordered = cancel(relay, wait=False)
    assert (ordered["outcome"], ordered["changed"]) == ("canceling", True)
    job_id = ordered["job"]["clone_job_id"]
    timed_out = cancel(relay, clone_job_id=job_id, wait_timeout=0)
    assert timed_out["error"]["class"] == "wait_timeout" and not timed_out["changed"]
    resumed = cancel(relay, clone_job_id=job_id)
    assert (resumed["outcome"], resumed["changed"], relay.cancels) == ("already_canceled", False, ["clone_a"])


def test_the_first_releases_write_canceled_at_once(views: SeekDB) -> None:
    engine = CloneEngine(views, cleanup_seconds=1, canceling="CLONE_SYS_CANCELED")
    with Relay(views, engine) as relay, ThreadPoolExecutor(1) as pool:
        pool.submit(engine.clone, "clone_a", "mysql001", "pool_a", "unit001")
        wait_for(lambda: views.sql(f"SELECT 1 FROM {PROGRESS}"), "the job")
        result = cancel(relay)
    assert (result["outcome"], result["job"]["view"]) == ("canceled", "history")
    assert result["elapsed"] >= 1


def test_by_source_tenant_and_only_that_one(relay: Relay, start: Callable[..., dict[str, Any]]) -> None:
    start(clone="clone_b", source="mysql002")
    start(clone="clone_c", source="mysql003")
    result = cancel(relay, source_tenant="mysql003")
    assert (result["outcome"], relay.cancels) == ("canceled", ["clone_c"])
    left = relay.server.sql(f"SELECT CLONE_TENANT_NAME FROM {PROGRESS}")
    assert [row["clone_tenant_name"] for row in left] == ["clone_b"]


def test_of_many_at_once_exactly_one_has_canceled(relay: Relay, start: Callable[..., dict[str, Any]]) -> None:
    start()
    relay.engine.cleanup_seconds = 2
    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(lambda _number: cancel(relay), range(4)))
    assert sorted(result["changed"] for result in results) == [False, False, False, True]
    assert {result["outcome"] for result in results} == {"canceled", "already_canceled"}
    assert len(relay.server.sql(f"SELECT 1 FROM {HISTORY}")) == 1
