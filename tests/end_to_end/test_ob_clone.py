# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""ob_clone against the mock: every outcome, every start rule, and the session that nobody waits for."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from support.plays.ansible import run_module, run_tasks
from support.servers.ob_mock import Mock, wait_for

KEYS = {"changed", "outcome", "job", "canceled_in", "executed_statements", "timeline", "polls", "reconnects",
        "login_address", "elapsed", "msg", "maybe_started_after"}
WANTED = {"clone_tenant": "clone_a", "source_tenant": "mysql001", "resource_pool": "pool_a", "unit_config": "unit001"}
STATEMENT = "CREATE TENANT `clone_a` FROM `mysql001` WITH RESOURCE_POOL = `pool_a`, UNIT = `unit001`"


@pytest.fixture
def mock() -> Iterator[Mock]:
    with Mock() as running:
        yield running


def clone(mock: Mock, internal: dict[str, Any] | None = None, **options: Any) -> dict[str, Any]:
    """What the module returns for these options on this mock; every result has all keys."""
    login = {"login_host": mock.host, "login_port": mock.port}
    result = run_module("ob_clone", {**login, **WANTED, "wait_timeout": 20, **options}, **(internal or {}))
    assert set(result) >= KEYS
    assert ("error" in result) == bool(result.get("failed"))
    assert result["exit_code"] == (1 if result.get("failed") else 0)
    return result


def starts(mock: Mock) -> list[dict[str, Any]]:
    """The CREATE TENANT statements that have been answered or given up."""
    return [entry for entry in mock.log() if entry["statement"].startswith("CREATE TENANT")]


def test_check_mode_then_the_real_run_then_again(mock: Mock) -> None:
    predicted = clone(mock, {"check_mode": True, "diff": True})
    assert (predicted["changed"], predicted["outcome"]) == (True, "completed")
    assert (mock.progress(), mock.history(), starts(mock)) == ([], [], [])

    done = clone(mock, {"diff": True})
    assert (done["changed"], done["outcome"]) == (True, "completed")
    assert done["executed_statements"] == predicted["executed_statements"] == [STATEMENT]
    for side in ("before", "after"):
        assert done["diff"][side] == predicted["diff"][side]
    (row,) = mock.history()
    assert (str(row["clone_job_id"]), row["status"]) == (done["job"]["clone_job_id"], "CLONE_SYS_SUCCESS")
    assert mock.sql("SELECT STATUS FROM oceanbase.DBA_OB_TENANTS WHERE TENANT_NAME = 'clone_a'") == [
        {"status": "NORMAL"}]

    again = clone(mock)
    assert (again["changed"], again["outcome"], again["executed_statements"]) == (False, "already_exists", [])
    assert again["job"] == {**done["job"], "age": again["job"]["age"]}
    assert len(starts(mock)) == 1


def test_without_wait_the_clone_goes_on_after_its_session_is_closed(mock: Mock) -> None:
    mock.hold("CLONE_SYS_CREATE_TENANT")
    result = clone(mock, wait=False)
    assert (result["changed"], result["outcome"], result["job"]["view"]) == (True, "running", "progress")
    wait_for(lambda: starts(mock), "the starting session to be closed")
    assert starts(mock)[0]["answer"] != "ok"

    running = clone(mock, wait=False)
    assert (running["changed"], running["outcome"]) == (False, "already_running")
    mock.release("CLONE_SYS_CREATE_TENANT")
    waited = clone(mock)
    assert waited["outcome"] in ("already_running", "already_exists")
    assert (waited["changed"], waited["job"]["status"]) == (False, "CLONE_SYS_SUCCESS")
    assert waited["job"]["clone_job_id"] == result["job"]["clone_job_id"]


def test_the_end_of_the_wait_does_not_end_the_clone(mock: Mock) -> None:
    mock.hold("CLONE_SYS_LOCK")
    result = clone(mock, wait_timeout=1)
    assert (result["changed"], result["error"]["class"]) == (True, "wait_timeout")
    assert 1 <= result["elapsed"] < 10
    assert result["executed_statements"] == [STATEMENT]
    (row,) = mock.progress()
    assert row["status"] == "CLONE_SYS_LOCK"


def test_a_running_clone_with_another_pool_is_a_clear_failure(mock: Mock) -> None:
    mock.hold("CLONE_SYS_LOCK")
    mock.start_clone("clone_a", pool="pool_b")
    result = clone(mock)
    assert (result["changed"], result["error"]["class"]) == (False, "refused")
    assert "its resource_pool is pool_b, not pool_a" in result["msg"]
    assert result["job"]["resource_pool_name"] == "pool_b"
    assert starts(mock) == []


def test_a_clone_that_is_canceled_meanwhile_is_a_failure_with_its_row(mock: Mock) -> None:
    mock.hold("CLONE_SYS_CREATE_SNAPSHOT")
    started = clone(mock, wait=False)
    mock.sql("ALTER SYSTEM CANCEL CLONE clone_a")
    wait_for(mock.history, "the end of the clean-up")
    assert started["outcome"] == "running"
    # Its name is free again, so that the next run makes a new clone.
    mock.release("CLONE_SYS_CREATE_SNAPSHOT")
    mock.sql("ALTER SYSTEM MOCK FAIL STEP CLONE_SYS_CREATE_TENANT RET_CODE -4733 MESSAGE 'zone1 is full'")
    failed = clone(mock)
    assert failed["error"]["class"] == "clone_failed"
    assert (failed["changed"], failed["outcome"]) == (True, None)
    assert failed["job"]["clone_job_id"] != started["job"]["clone_job_id"]
    assert (failed["job"]["status"], failed["job"]["view"]) == ("CLONE_SYS_CREATE_TENANT_FAIL", "history")
    assert "zone1 is full. Make room on the servers" in failed["msg"]


def refused_by_server(mock: Mock, *statements: str, **options: Any) -> dict[str, Any]:
    """The failure of a start that the server refuses after these statements."""
    if statements:
        mock.sql(*statements)
    result = clone(mock, **options)
    assert (result["changed"], result["executed_statements"]) == (False, [])
    return result


# (facts: Start rules) What brings each rule about, the error, a piece of the advice, and whether the views
# tell it, so that check mode fails in the same way.
RULES = [
    (["ALTER SYSTEM SET enable_upgrade_mode = True"], {}, 4179, "when the upgrade of the cluster is over", False),
    ([], {"clone_tenant": "a$b"}, 1235, "Choose another clone_tenant", True),
    ([], {"clone_tenant": "ALL"}, 1235, "Choose another clone_tenant", True),
    ([], {"clone_tenant": "sys"}, None, "Choose another clone_tenant", True),
    ([], {"source_tenant": "nosuch"}, 5157, "Check source_tenant", True),
    ([], {"source_tenant": "sys"}, 4179, "Name a user tenant", True),
    (["ALTER SYSTEM MOCK TENANT mysql001 status 'RESTORE'"], {}, 4179, "both must be NORMAL", True),
    (["ALTER SYSTEM MOCK TENANT mysql001 compatible '4.2.5.0'"], {}, None, "needs OceanBase 4.3.0", True),
    (["ALTER SYSTEM MOCK TENANT mysql001 role 'STANDBY'",
      "ALTER SYSTEM MOCK TENANT mysql001 compatible '4.3.1.0'"], {}, 4179, "Name the primary tenant", True),
    ([], {"unit_config": "nosuch"}, 4648, "Create unit config nosuch first", True),
    (["CREATE RESOURCE POOL pool_a UNIT = 'unit001', UNIT_NUM = 1, ZONE_LIST = ('zone1')"], {}, 4651,
     "choose a name in resource_pool", True),
    (["ALTER SYSTEM NOARCHIVELOG TENANT = mysql001"], {}, 4179, "ALTER SYSTEM ARCHIVELOG TENANT = mysql001", True),
    (["ALTER SYSTEM MOCK TENANT mysql001 archive_lagging 1"], {}, 9111, "MINOR FREEZE TENANT = mysql001", False),
]


@pytest.mark.parametrize(("statements", "options", "errno", "advice", "told_by_views"), RULES)
def test_each_start_rule_says_what_to_do(statements: list[str], options: dict[str, Any], errno: int | None,
                                         advice: str, told_by_views: bool) -> None:
    version = "4.3.1.0" if any("4.3.1.0" in statement for statement in statements) else "4.3.5.3"
    with Mock(server_version=version) as mock:
        result = refused_by_server(mock, *statements, **options)
        assert advice in result["error"]["hint"]
        assert advice in result["msg"]
        if errno is not None:
            assert result["error"]["errno"] == errno
        predicted = clone(mock, {"check_mode": True}, **options)
        if told_by_views:
            assert predicted["error"]["class"] == result["error"]["class"]
            assert predicted["error"]["hint"] == result["error"]["hint"]
        else:
            assert predicted["outcome"] == "completed"


@pytest.mark.parametrize(("other", "source", "advice"), [
    ("clone_b", "mysql001", "one running clone for a source tenant"),
    ("CLONE_A", "mysql002", "differs at most in case")])
def test_a_running_clone_in_the_way_is_named(other: str, source: str, advice: str) -> None:
    with Mock(scenario={"tenants": [{"name": "mysql002"}]}) as mock:
        mock.hold("CLONE_SYS_LOCK")
        mock.start_clone(other, source=source, pool="other")
        result = refused_by_server(mock)
        assert result["error"]["errno"] == 4179
        predicted = clone(mock, {"check_mode": True})
        assert advice in result["error"]["hint"]
        assert predicted["error"]["hint"] == result["error"]["hint"]
        assert other in predicted["error"]["message"]


def test_a_login_without_the_privilege_is_told_so() -> None:
    scenario = {"users": [{"name": "reader", "privileges": ["SELECT"]}]}
    with Mock(scenario=scenario) as mock:
        result = refused_by_server(mock, login_user="reader@sys")
        assert (result["error"]["class"], result["error"]["errno"]) == ("no_privilege", 1227)


@pytest.mark.parametrize(("fault", "sent"), [("drop_before", 2), ("drop_after", 1)])
def test_a_lost_connection_of_the_starting_session(mock: Mock, fault: str, sent: int) -> None:
    mock.sql(f"ALTER SYSTEM MOCK FAULT '^CREATE TENANT' {fault} 1")
    result = clone(mock)
    assert (result["changed"], result["outcome"]) == (True, "completed")
    assert len(mock.history()) == 1
    assert len(starts(mock)) == sent


@pytest.mark.parametrize(("fault", "started", "outcomes"), [
    ("drop_after", False, ("already_running", "already_exists")), ("drop_before", True, ("completed",))])
def test_after_a_start_of_unknown_fate_the_next_run_starts_the_clone_only_if_it_has_to(
        mock: Mock, fault: str, started: bool, outcomes: tuple[str, ...]) -> None:
    mock.sql(f"ALTER SYSTEM MOCK FAULT '^CREATE TENANT' {fault} 1",
             "ALTER SYSTEM MOCK FAULT 'CLONE_JOB_ID > ' hang 0")
    unknown = clone(mock, wait_timeout=1, read_timeout=1)
    assert (unknown["failed"], unknown["changed"], unknown["maybe_started_after"]) == (True, False, "0")
    mock.sql("ALTER SYSTEM MOCK FAULT CLEAR")
    again = clone(mock)
    assert (again["changed"], again["maybe_started_after"]) == (started, None)
    assert again["outcome"] in outcomes
    assert len(mock.history()) == 1


def test_a_lost_connection_of_the_watching_session(mock: Mock) -> None:
    mock.sql("ALTER SYSTEM MOCK FAULT 'CLONE_JOB_ID = ' drop_after 1")
    result = clone(mock)
    assert (result["changed"], result["outcome"], result["reconnects"]) == (True, "completed", 1)
    assert len(starts(mock)) == 1


def test_of_two_tasks_that_start_the_same_clone_one_has_started_it(mock: Mock) -> None:
    mock.sql("ALTER SYSTEM MOCK FAULT '^CREATE TENANT' slow 0.05 0")
    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(lambda _number: clone(mock), range(2)))
    assert sorted(result["changed"] for result in results) == [False, True]
    outcomes = {result["changed"]: result["outcome"] for result in results}
    assert outcomes[True] == "completed"
    assert outcomes[False] in ("already_running", "already_exists")
    assert len(mock.history()) == 1


def test_a_play_that_clones_and_cancels() -> None:
    with Mock(password="secret") as mock:
        mock.hold("CLONE_SYS_CREATE_TENANT")
        login = {"login_host": mock.host, "login_port": mock.port, "login_password": "secret"}
        play = run_tasks(
            {"name": "start", "community.oceanbase.ob_clone": {**WANTED, "wait": False}, "register": "started"},
            {"name": "look", "community.oceanbase.ob_clone_info": {"clone_job_id": "{{ started.job.clone_job_id }}"}},
            {"name": "cancel",
             "community.oceanbase.ob_clone_cancel": {"clone_job_id": "{{ started.job.clone_job_id }}"}},
            module_defaults={"group/community.oceanbase.oceanbase": login})
        assert play.exit_code == 0, play.stdout
        assert len(play.only("look").result["progress"]) == 1
        assert play.only("cancel").result["outcome"] == "canceled"
        assert "secret" not in play.stdout
