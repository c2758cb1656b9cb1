# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rows of the views as a module returns them."""

from __future__ import annotations

import datetime
import json

import pytest

from ansible_collections.community.oceanbase.plugins.module_utils._errors import (
    MissingView,
    NotSysTenant,
    ServerError,
    UnsupportedVersion,
)
from ansible_collections.community.oceanbase.plugins.module_utils._views.jobs import (
    COLUMNS,
    HISTORY,
    PROGRESS,
    find_jobs,
)
from ansible_collections.community.oceanbase.plugins.module_utils._views.selector import Selector

from ..fakes import AMPLE, FakeSession, history, progress, view_row


def test_large_ids_are_text_and_times_are_utc():
    row = progress("CLONE_SYS_LOCK").row
    assert row["clone_job_id"] == "1706251714452555625"
    assert row["tenant_snapshot_id"] == "1706251714900000000"
    assert row["restore_scn"] == "18446744073709551615"
    assert row["clone_start_time"] == "2026-01-26T06:48:34.452555Z"
    assert row["clone_finished_time"] is None
    assert row["age"] == 25.547
    json.dumps(row)


def test_a_row_has_the_18_columns_and_what_follows_from_them():
    assert list(progress("CLONE_SYS_LOCK").row) == [column.lower() for column in COLUMNS] + [
        "view", "cancellable", "age", "canceled_by"]
    assert len(COLUMNS) == 18


def test_whole_seconds_and_unreadable_times_keep_the_form():
    row = progress("CLONE_SYS_LOCK", clone_start_time=datetime.datetime(2026, 1, 26, 6, 48, 34)).row
    assert row["clone_start_time"] == "2026-01-26T06:48:34.000000Z"
    row = progress("CLONE_SYS_LOCK", clone_start_time="0000-00-00 00:00:00").row
    assert row["clone_start_time"] == "0000-00-00T00:00:00Z"
    assert row["age"] is None


@pytest.mark.parametrize(("message", "stage", "who"), [
    ("clone job has been canceled in CLONE_SYS_LOCK status by user command", "CLONE_SYS_LOCK", "user"),
    ("clone job has been canceled in CLONE_SYS_LOCK status by standby tenant transfer event", "CLONE_SYS_LOCK",
     "standby transfer"),
    ("clone job has been canceled in CLONE_SYS_LOCK status by standby tenant upgrade event", "CLONE_SYS_LOCK",
     "standby upgrade"),
    ("clone job has been canceled in CLONE_SYS_LOCK status by standby tenant alter LS event", "CLONE_SYS_LOCK",
     "standby alter ls"),
    ("clone job has been canceled in CLONE_SYS_LOCK status", "CLONE_SYS_LOCK", None),
    ("clone job has been canceled", None, None),
    (None, None, None)])
def test_where_and_by_whom_a_job_was_canceled(message, stage, who):
    canceled = history("CLONE_SYS_CANCELED", error_message=message)
    assert canceled.canceled_in == stage
    assert canceled.row["canceled_by"] == who


def test_a_failed_job_was_canceled_by_nobody():
    assert history("CLONE_SYS_LOCK_FAIL", error_message="stopped by user command").row["canceled_by"] is None


@pytest.mark.parametrize(("job", "cancellable"), [
    (progress("CLONE_SYS_LOCK"), True), (progress("CLONE_SYS_CANCELING"), False),
    (progress("CLONE_SYS_RELEASE_RESOURCE"), False), (history("CLONE_SYS_SUCCESS"), False),
    (progress("CLONE_SYS_TELEPORT"), False)])
def test_cancellable(job, cancellable):
    assert job.row["cancellable"] is cancellable


def look(session, selector):
    """Returns what one look shows of one selected job."""
    (sighting,) = find_jobs(session, [selector], AMPLE)
    return sighting


def test_both_views_are_read_in_one_statement():
    session = FakeSession([[(PROGRESS, view_row("CLONE_SYS_LOCK"))]])
    sighting = look(session, Selector("clone_a"))
    assert sighting.job == sighting.progress
    assert len(session.statements) == 1


def test_a_name_in_another_case_is_not_that_job_but_is_told():
    session = FakeSession([[(PROGRESS, view_row("CLONE_SYS_LOCK", name="CLONE_A")),
                            (HISTORY, view_row("CLONE_SYS_SUCCESS", job_id=5))]])
    sighting = look(session, Selector("clone_a"))
    assert sighting.progress is None
    assert sighting.job.job_id == "5"
    assert sighting.other_case == ["CLONE_A"]


def test_two_running_jobs_for_one_selector_are_an_error():
    rows = [(PROGRESS, view_row("CLONE_SYS_LOCK", job_id=1)), (PROGRESS, view_row("CLONE_SYS_LOCK", job_id=2))]
    ambiguous = look(FakeSession([rows]), Selector(source_tenant="mysql001")).ambiguous
    assert isinstance(ambiguous, ServerError)
    assert ambiguous.message == "2 running clone jobs match source tenant mysql001: 1, 2"


def test_several_jobs_are_found_in_one_statement_each_with_its_newest_row():
    rows = [(PROGRESS, view_row("CLONE_SYS_LOCK", job_id=9, name="clone_b", source_tenant_name="s2")),
            (HISTORY, view_row("CLONE_SYS_SUCCESS", job_id=5)), (HISTORY, view_row("CLONE_SYS_CANCELED", job_id=7)),
            (PROGRESS, view_row("CLONE_SYS_LOCK", job_id=8, name="CLONE_C", source_tenant_name="s3"))]
    session = FakeSession([rows])
    selectors = [Selector("clone_a"), Selector("clone_b"), Selector("clone_c"), Selector(source_tenant="s2"),
                 Selector(clone_job_id="5"), Selector("clone_a")]
    sightings = find_jobs(session, selectors, AMPLE)
    assert [sighting.job and sighting.job.job_id for sighting in sightings] == ["7", "9", None, "9", "5", "7"]
    assert [sighting.other_case for sighting in sightings] == [[], [], ["CLONE_C"], [], [], []]
    (statement,), (arguments,) = session.statements, session.arguments
    assert ("(CLONE_TENANT_NAME IN (%s, %s, %s)) OR (SOURCE_TENANT_NAME = %s) OR (CLONE_JOB_ID = %s) "
            "UNION ALL") in statement
    assert ("(CLONE_JOB_ID IN (SELECT MAX(CLONE_JOB_ID) FROM oceanbase.DBA_OB_CLONE_HISTORY WHERE BINARY "
            "CLONE_TENANT_NAME IN (%s, %s, %s) GROUP BY BINARY CLONE_TENANT_NAME)) OR (") in statement
    assert arguments == ["clone_a", "clone_b", "clone_c", "s2", 5] * 2


def test_ids_that_differ_only_beyond_what_a_double_keeps_are_different_jobs():
    close = [9007199254740993, 9007199254740992, 1706251714452555625, 1706251714452555626]
    rows = [(HISTORY, view_row("CLONE_SYS_SUCCESS", job_id=job_id)) for job_id in close]
    sightings = find_jobs(FakeSession([rows]), [Selector(clone_job_id=str(job_id)) for job_id in close], AMPLE)
    assert [sighting.job.job_id for sighting in sightings] == [str(job_id) for job_id in close]
    assert look(FakeSession([rows]), Selector("clone_a")).job.job_id == "1706251714452555626"


class NoViews(FakeSession):
    """A server without the clone views that says in which tenant the login is."""

    def __init__(self, tenant, version="5.7.25-OceanBase_CE-v4.2.5.0"):
        super().__init__([])
        self.answers = {"SHOW TENANT": tenant, "SELECT VERSION()": version}

    def run(self, statement, arguments, budget):
        if statement not in self.answers:
            raise MissingView("no such view", errno=1146, sqlstate="42S02")
        if self.answers[statement] is None:
            raise ServerError("syntax error", errno=1064)
        return [{"value": self.answers[statement]}]


def test_missing_views_in_another_tenant():
    with pytest.raises(NotSysTenant, match="this login is in tenant mysql001") as caught:
        look(NoViews("mysql001"), Selector("clone_a"))
    assert caught.value.sentence("cancel the clone of tenant clone_a") == (
        "Cannot cancel the clone of tenant clone_a: this login is in tenant mysql001, but clone jobs are visible only "
        "in the sys tenant; logged in as root@sys (user: default, password: none). Log in as root@sys.")
    assert (caught.value.errno, caught.value.sqlstate) == (1146, "42S02")


@pytest.mark.parametrize("tenant", ["sys", None])
def test_missing_views_in_the_sys_tenant_are_an_old_version(tenant):
    with pytest.raises(UnsupportedVersion, match=r"4\.2\.5"):
        look(NoViews(tenant), Selector("clone_a"))
