# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What ob_clone_cancel reads from tables with the views' columns, through the real SQL engine: types, case, filters."""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from support.clone_tables.tables import HISTORY, PROGRESS, STARTED, TENANTS, clone_row, insert
from support.plays.ansible import run_module
from support.servers.seekdb import SeekDB

RUNNING = "CLONE_SYS_CREATE_TENANT"


def cancel(server: SeekDB, check_mode: bool = False, **options: Any) -> dict[str, Any]:
    """The result of ob_clone_cancel on the server, where every CANCEL is a syntax error."""
    selector = options if {"clone_tenant", "source_tenant", "clone_job_id"} & set(options) else {
        "clone_tenant": "clone_a", **options}
    return run_module("ob_clone_cancel", {**server.login(), **selector}, check_mode=check_mode)


def tenant(name: str, status: str, number: int = 1004) -> dict[str, Any]:
    """A row of DBA_OB_TENANTS."""
    return {"TENANT_ID": number, "TENANT_NAME": name, "TENANT_TYPE": "USER", "STATUS": status, "TENANT_ROLE": "STANDBY"}


@pytest.mark.parametrize(("table", "status", "outcome"), [
    (HISTORY, "CLONE_SYS_CANCELED", "already_canceled"),
    (HISTORY, "CLONE_SYS_SUCCESS", "completed"),
    (PROGRESS, "CLONE_SYS_SUCCESS", "completed"),
    (PROGRESS, "CLONE_SYS_RELEASE_RESOURCE", "completed"),
    (HISTORY, "CLONE_SYS_LOCK_FAIL", "failed"),
    (PROGRESS, "CLONE_SYS_CREATE_TENANT_FAIL", "failed"),
])
@pytest.mark.parametrize("check_mode", [False, True])
def test_nothing_to_cancel(views: SeekDB, table: str, status: str, outcome: str, check_mode: bool) -> None:
    insert(views, table, clone_row(status))
    result = cancel(views, check_mode)
    assert (result["outcome"], result["changed"], result["executed_statements"]) == (outcome, False, [])
    assert result["job"]["status"] == status and result["exit_code"] == 0


@pytest.mark.parametrize("status", ["CLONE_SYS_CANCELING", "CLONE_SYS_CANCELED"])
def test_somebody_elses_cancel(views: SeekDB, status: str) -> None:
    """Of the newer releases (CANCELING) and of the first (CANCELED already in PROGRESS)."""
    insert(views, PROGRESS, clone_row(status))
    result = cancel(views, wait=False)
    assert (result["outcome"], result["changed"]) == ("canceling", False)
    assert result["canceled_in"] == RUNNING and result["job"]["canceled_by"] == "user"
    waited = cancel(views, wait_timeout=0)
    assert waited["error"]["class"] == "wait_timeout" and not waited["changed"]


def test_not_found(views: SeekDB) -> None:
    result = cancel(views)
    assert (result["outcome"], result["changed"], result["job"]) == ("not_found", False, None)


@pytest.mark.parametrize(("name", "status", "outcome"), [
    ("clone_a", "NORMAL", "completed"), ("clone_a", "RESTORE", "not_found"), ("CLONE_A", "NORMAL", "not_found")])
def test_a_tenant_without_a_job(views: SeekDB, name: str, status: str, outcome: str) -> None:
    insert(views, TENANTS, tenant(name, status))
    assert cancel(views)["outcome"] == outcome


def test_check_mode_predicts_a_cancel_and_sends_none(views: SeekDB) -> None:
    insert(views, PROGRESS, clone_row(RUNNING))
    result = cancel(views, check_mode=True)
    assert (result["outcome"], result["changed"]) == ("canceled", True)
    assert result["executed_statements"] == ["ALTER SYSTEM CANCEL CLONE `clone_a`"]
    # Sent for real, the statement would be a syntax error on this server.
    assert cancel(views)["error"]["errno"] == 1064


def test_check_mode_knows_that_a_normal_tenant_ends_the_time_for_a_cancel(views: SeekDB) -> None:
    insert(views, PROGRESS, clone_row("CLONE_SYS_WAIT_TENANT_RESTORE_FINISH"))
    insert(views, TENANTS, tenant("clone_a", "NORMAL"))
    result = cancel(views, check_mode=True)
    assert (result["outcome"], result["changed"]) == ("completed", False)


def test_types(views: SeekDB) -> None:
    """Unsigned 64 bit, -1, an empty text, NULL, microseconds: each as the documentation promises."""
    insert(views, HISTORY, clone_row("CLONE_SYS_CANCELED"))
    job = cancel(views)["job"]
    assert job["clone_job_id"] == "1706251714452555625"
    assert job["restore_scn"] == "18446744073709551615"
    assert (job["tenant_snapshot_id"], job["tenant_snapshot_name"], job["resource_pool_id"]) == ("-1", "", -1)
    assert job["clone_start_time"] == "2026-01-26T06:48:34.452555Z"
    assert job["clone_finished_time"] == "2026-01-26T06:49:00.178412Z"
    assert (job["ret_code"], job["clone_tenant_id"], job["source_tenant_id"]) == (-4072, 0, 1002)
    insert(views, HISTORY, clone_row("CLONE_SYS_SUCCESS", job_id=1706251714452555626, RET_CODE=0))
    job = cancel(views)["job"]
    assert (job["ret_code"], job["error_message"]) == (0, None)


@pytest.mark.parametrize("zone", ["+08:00", "-11:00", "+00:00"])
def test_age_and_times_do_not_depend_on_the_servers_time_zone(views: SeekDB, zone: str) -> None:
    started = datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None) - datetime.timedelta(seconds=90)
    insert(views, HISTORY, clone_row("CLONE_SYS_SUCCESS", CLONE_START_TIME=started))
    before = views.sql("SELECT @@global.time_zone AS ZONE")[0]["zone"]
    views.sql(f"SET GLOBAL time_zone = '{zone}'")
    try:
        job = cancel(views)["job"]
    finally:
        views.sql(f"SET GLOBAL time_zone = '{before}'")
    assert job["clone_start_time"] == started.isoformat(timespec="microseconds") + "Z"
    assert 90 <= job["age"] < 120


def test_names_are_compared_exactly(views: SeekDB) -> None:
    """The server ignores case and trailing spaces; a cancel must not hit a neighbor."""
    insert(views, PROGRESS, clone_row(RUNNING, clone="Clone_A", source="other"))
    insert(views, HISTORY, clone_row("CLONE_SYS_CANCELED", clone="CLONE_A", job_id=9),
           clone_row("CLONE_SYS_SUCCESS", clone="clone_a ", job_id=8),
           clone_row("CLONE_SYS_LOCK_FAIL", clone="clone_a", job_id=7))
    assert len(views.sql(f"SELECT 1 FROM {HISTORY} WHERE CLONE_TENANT_NAME = 'clone_a'")) == 3
    result = cancel(views)
    assert (result["outcome"], result["job"]["clone_job_id"]) == ("failed", "7")
    assert cancel(views, clone_tenant="Clone_A", check_mode=True)["outcome"] == "canceled"
    missing = cancel(views, clone_tenant="cLoNe_a")
    assert missing["outcome"] == "not_found" and "Clone_A" in str(missing["warnings"])


def test_names_beyond_ascii(views: SeekDB) -> None:
    for number, name in enumerate(("克隆_租户", "clöne", "clone_😀", "50%_off;--"), 1):
        insert(views, HISTORY, clone_row("CLONE_SYS_CANCELED", clone=name, job_id=number))
        result = cancel(views, clone_tenant=name)
        assert (result["outcome"], result["job"]["clone_tenant_name"]) == ("already_canceled", name)
    assert cancel(views, clone_tenant="clone")["outcome"] == "not_found"


def test_the_newest_of_many_and_the_running_one_first(views: SeekDB) -> None:
    insert(views, HISTORY, clone_row("CLONE_SYS_SUCCESS", job_id=2 ** 62 + 1),
           clone_row("CLONE_SYS_CANCELED", job_id=2 ** 62 + 3), clone_row("CLONE_SYS_LOCK_FAIL", job_id=2 ** 62 + 2))
    assert cancel(views)["job"]["clone_job_id"] == str(2 ** 62 + 3)
    assert cancel(views, clone_job_id=str(2 ** 62 + 1))["outcome"] == "completed"
    assert cancel(views, clone_tenant="clone_a", clone_job_id=str(2 ** 62 + 2))["outcome"] == "failed"
    assert cancel(views, clone_tenant="clone_b", clone_job_id=str(2 ** 62 + 2))["outcome"] == "not_found"
    insert(views, PROGRESS, clone_row(RUNNING, job_id=1))
    assert cancel(views, check_mode=True)["job"]["clone_job_id"] == "1"


def test_source_tenant(views: SeekDB) -> None:
    insert(views, PROGRESS, clone_row(RUNNING, clone="clone_b", source="mysql002", job_id=1),
           clone_row(RUNNING, clone="clone_c", source="MYSQL002", job_id=2))
    result = cancel(views, source_tenant="mysql002", check_mode=True)
    assert result["executed_statements"] == ["ALTER SYSTEM CANCEL CLONE `clone_b`"]
    assert cancel(views, source_tenant="mysql003")["outcome"] == "not_found"


def test_ten_thousand_rows(views: SeekDB) -> None:
    """A cluster's whole past is not read to know about one clone."""
    rows = [clone_row("CLONE_SYS_SUCCESS", clone=f"clone_{number % 100}", job_id=10 ** 18 + number,
                      CLONE_START_TIME=STARTED + datetime.timedelta(seconds=number)) for number in range(10000)]
    with views.connect() as connection, connection.cursor() as cursor:
        columns, values = ", ".join(rows[0]), ", ".join(["%s"] * len(rows[0]))
        cursor.executemany(f"INSERT INTO {HISTORY} ({columns}) VALUES ({values})", [list(row.values()) for row in rows])
    result = cancel(views, clone_tenant="clone_42")
    assert (result["outcome"], result["job"]["clone_job_id"]) == ("completed", str(10 ** 18 + 9942))
    assert result["elapsed"] < 5
    assert cancel(views, clone_tenant="clone_100")["outcome"] == "not_found"
