# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What ob_clone_info asks the server, and what it makes of the answer."""

from __future__ import annotations

import pytest

from ansible_collections.community.oceanbase.plugins.module_utils._errors import (
    ConnectionLost,
    InvalidOption,
    NoPrivilege,
    WaitTimeout,
)
from ansible_collections.community.oceanbase.plugins.module_utils._procedures.info import CLONE_INFO
from ansible_collections.community.oceanbase.plugins.module_utils._procedures.tenant_info import TENANT_INFO
from ansible_collections.community.oceanbase.plugins.module_utils._views.jobs import HISTORY, PROGRESS
from ansible_collections.community.oceanbase.tests.support.options import default_options

from ..fakes import OPTIONS, FakeSession, FakeTime, perform, view_row

INFO_OPTIONS = {**OPTIONS, "view": [PROGRESS, HISTORY], "status": None, "min_age": None, "limit": 100,
                "wait": False}
KEYS = {"changed", "progress", "history", "truncated", "msg"}


def attempt(session, time=None, check_mode=False, **options):
    """Returns the report and the failure of the module."""
    report, failure = perform(CLONE_INFO, session, {**INFO_OPTIONS, **options}, time, check_mode)
    assert set(report.as_result()) == KEYS
    assert report.diff() is None
    return report, failure


def run(session, time=None, check_mode=False, **options):
    """Returns the result; raises the failure."""
    report, failure = attempt(session, time, check_mode, **options)
    if failure is not None:
        raise failure
    return report.as_result()


def ended(*job_ids):
    """Rows of HISTORY."""
    return [(HISTORY, view_row("CLONE_SYS_SUCCESS", job_id=job_id)) for job_id in job_ids]


def ids(rows):
    """The job ids of result rows, in their order."""
    return [row["clone_job_id"] for row in rows]


@pytest.mark.parametrize("check_mode", [False, True])
def test_both_views_come_from_one_statement_newest_first(check_mode):
    session = FakeSession([[(PROGRESS, view_row("CLONE_SYS_LOCK", job_id=9)), *ended(3, 10, 5),
                            (PROGRESS, view_row("CLONE_SYS_CANCELING", job_id=11))]])
    result = run(session, check_mode=check_mode)
    assert len(session.statements) == 1
    assert ids(result["progress"]) == ["11", "9"]
    assert ids(result["history"]) == ["10", "5", "3"]
    assert [row["cancellable"] for row in result["progress"]] == [False, True]
    assert result["msg"] == "Clone jobs found: 2 in progress, 3 in the history."
    assert (result["changed"], result["truncated"]) == (False, False)


def test_only_one_row_more_than_the_limit_travels_and_says_that_there_are_more():
    session = FakeSession([ended(5, 4, 3)])
    result = run(session, limit=2)
    assert session.statements[0].endswith("ORDER BY CLONE_JOB_ID DESC LIMIT 3) AS NEWEST")
    assert ids(result["history"]) == ["5", "4"]
    assert result["truncated"] is True
    assert result["msg"] == "Clone jobs found: 0 in progress, more than 2 in the history."


def test_as_many_rows_as_the_limit_are_not_truncated():
    assert run(FakeSession([ended(5, 4)]), limit=2)["truncated"] is False


def test_limit_zero_asks_only_whether_there_are_any():
    result = run(FakeSession([ended(5)]), limit=0)
    assert (result["history"], result["truncated"]) == ([], True)


def test_rows_in_progress_are_not_limited():
    rows = [(PROGRESS, view_row("CLONE_SYS_LOCK", job_id=job_id)) for job_id in (1, 2, 3)]
    result = run(FakeSession([rows]), limit=1)
    assert (len(result["progress"]), result["truncated"]) == (3, False)


def test_all_filters_go_to_the_server_for_each_view():
    session = FakeSession([[]])
    run(session, clone_tenant="clone_a", source_tenant="mysql001", clone_job_id="7", min_age=60,
        status=["CLONE_SYS_LOCK", "CLONE_SYS_SUCCESS"])
    condition = ("WHERE BINARY CLONE_TENANT_NAME = %s AND BINARY SOURCE_TENANT_NAME = %s AND CLONE_JOB_ID = %s "
                 "AND STATUS IN (%s, %s) AND TIMESTAMPDIFF(SECOND, CLONE_START_TIME, NOW(6)) >= %s")
    assert session.statements[0].count(condition) == 2
    assert session.arguments[0] == ["clone_a", "mysql001", 7, "CLONE_SYS_LOCK", "CLONE_SYS_SUCCESS", 60] * 2


@pytest.mark.parametrize(("view", "read", "not_read"), [
    (PROGRESS, "DBA_OB_CLONE_PROGRESS", "DBA_OB_CLONE_HISTORY"),
    (HISTORY, "DBA_OB_CLONE_HISTORY", "DBA_OB_CLONE_PROGRESS")])
def test_a_view_that_is_not_asked_for_is_not_read(view, read, not_read):
    session = FakeSession([[]])
    run(session, view=[view])
    assert read in session.statements[0]
    assert not_read not in session.statements[0]


def test_names_are_compared_exactly_on_this_side_too():
    rows = [(PROGRESS, view_row("CLONE_SYS_LOCK", name="CLONE_A")),
            (HISTORY, view_row("CLONE_SYS_SUCCESS", name="clone_a ")), *ended(1)]
    result = run(FakeSession([rows]), clone_tenant="clone_a")
    assert (result["progress"], ids(result["history"])) == ([], ["1"])


@pytest.mark.parametrize("options", [
    {"limit": -1}, {"limit": 2 ** 31}, {"min_age": -1}, {"min_age": 2 ** 31}, {"view": []}, {"status": []},
    {"clone_tenant": "it's"}, {"source_tenant": ""}, {"clone_job_id": "seven"},
    {"wait_timeout": -1}, {"poll_interval": 0.0}, {"wait": True, "view": [HISTORY]},
    {"status": ["CLONE_SYS_LOCK"], "wait": True}, {"min_age": 0, "wait": True}])
def test_what_cannot_be_meant_is_refused_before_anything_is_sent(options):
    with pytest.raises(InvalidOption, match=next(iter(options))):
        run(FakeSession([]), **options)


def test_a_lost_connection_is_made_again():
    assert run(FakeSession([ConnectionLost("the connection broke"), ended(1)]))["history"]


def test_a_lasting_loss_is_reported_when_the_time_is_over():
    time = FakeTime()
    with pytest.raises(ConnectionLost):
        run(FakeSession([ConnectionLost("the connection broke")]), time)
    assert 20 < sum(time.sleeps) < OPTIONS["read_timeout"]


def test_what_does_not_pass_is_not_tried_again():
    session = FakeSession([NoPrivilege("SELECT command denied", errno=1142)])
    with pytest.raises(NoPrivilege):
        run(session)
    assert len(session.statements) == 1


RUNNING = [(PROGRESS, view_row("CLONE_SYS_RELEASE_RESOURCE", job_id=9))]


def test_it_waits_until_no_job_that_matches_is_in_progress():
    session, time = FakeSession([RUNNING, RUNNING, ended(9)]), FakeTime()
    result = run(session, time, wait=True)
    assert (result["progress"], ids(result["history"])) == ([], ["9"])
    assert (len(session.statements), len(time.sleeps)) == (3, 2)


def test_check_mode_looks_once_for_what_it_would_wait_for_may_not_have_been_started():
    session, time = FakeSession([RUNNING, ended(9)]), FakeTime()
    result = run(session, time, check_mode=True, wait=True)
    assert (ids(result["progress"]), len(session.statements), time.sleeps) == (["9"], 1, [])
    assert result["msg"] == "Clone jobs found: 1 in progress, 0 in the history."


def test_a_wait_for_what_is_over_is_one_look():
    session, time = FakeSession([ended(9)]), FakeTime()
    run(session, time, wait=True)
    assert (len(session.statements), time.sleeps) == (1, [])


@pytest.mark.parametrize("wait_timeout", [0, 600])
def test_a_wait_lasts_as_many_seconds_as_it_says_and_shows_what_is_left(wait_timeout):
    time = FakeTime()
    report, failure = attempt(FakeSession([RUNNING]), time, wait=True, wait_timeout=wait_timeout)
    assert isinstance(failure, WaitTimeout)
    assert sum(time.sleeps) == pytest.approx(wait_timeout)
    assert max(time.sleeps, default=0) <= OPTIONS["poll_interval"]
    assert ids(report.as_result()["progress"]) == ["9"]
    assert report.sentence(failure).startswith(
        "Cannot see the end of the clone jobs: after %d s (wait_timeout) there still is clone job 9 (tenant clone_a of "
        "source tenant mysql001) in CLONE_SYS_RELEASE_RESOURCE. Run it again" % wait_timeout)


def test_while_it_waits_it_outlasts_what_passes_for_longer_than_one_answer():
    time = FakeTime()
    looks = [RUNNING, *[ConnectionLost("the connection broke")] * 15, ended(9)]
    assert ids(run(FakeSession(looks), time, wait=True)["history"]) == ["9"]
    assert sum(time.sleeps) > OPTIONS["read_timeout"]


@pytest.mark.parametrize(("wait_timeout", "looks"), [
    (0, [ConnectionLost("the connection broke"), RUNNING]),
    (0.15, [RUNNING, ConnectionLost("the connection broke"), RUNNING])])
def test_what_passes_during_the_last_look_is_outlasted_too(wait_timeout, looks):
    report, failure = attempt(FakeSession(looks), wait=True, wait_timeout=wait_timeout)
    assert isinstance(failure, WaitTimeout)
    assert ids(report.as_result()["progress"]) == ["9"]


@pytest.mark.parametrize("wait_timeout", [0, 60])
def test_a_lasting_loss_ends_a_wait_within_one_answer_after_its_time(wait_timeout):
    time = FakeTime()
    with pytest.raises(ConnectionLost):
        run(FakeSession([ConnectionLost("the connection broke")]), time, wait=True, wait_timeout=wait_timeout)
    assert wait_timeout < sum(time.sleeps) <= wait_timeout + OPTIONS["read_timeout"]


def test_blanks_around_names_of_tenants_and_pools_do_not_count():
    """Ansible makes such names of the text "a, b"."""
    options = {**default_options("ob_tenant_info"), "tenant": ["a", " b"], "resource_pool": ["p "]}
    query = TENANT_INFO.read_request(options, False)
    assert (query.tenants, query.pools) == (["a", "b"], ["p"])
