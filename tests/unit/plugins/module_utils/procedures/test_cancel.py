# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The procedure against scripted answers: what is sent, what is reported, how long it waits."""

from __future__ import annotations

import pytest

from ansible_collections.community.oceanbase.plugins.module_utils._errors import (
    ConnectionLost,
    InvalidOption,
    NoPrivilege,
    Refused,
    ServerError,
    UnwantedOutcome,
    WaitTimeout,
    server_failure,
)
from ansible_collections.community.oceanbase.plugins.module_utils._procedures.cancel import CLONE_CANCEL
from ansible_collections.community.oceanbase.plugins.module_utils._views.jobs import HISTORY, PROGRESS, STATUSES, Phase

from ..fakes import OPTIONS, FakeSession, FakeTime, perform, view_row

KEYS = {"changed", "outcome", "job", "canceled_in", "executed_statements", "timeline", "polls", "reconnects",
        "elapsed", "msg"}
STATEMENT = "ALTER SYSTEM CANCEL CLONE `clone_a`"
REFUSED = Refused("the server answered error 4179", errno=4179, sqlstate="HY000")
LOST = ConnectionLost("the connection broke")


def seen(view, status, **changes):
    """One look that shows one row."""
    return [(view, view_row(status, **changes))]


RUNNING = seen(PROGRESS, "CLONE_SYS_CREATE_TENANT")
CANCELING = seen(PROGRESS, "CLONE_SYS_CANCELING")
CANCELED = seen(HISTORY, "CLONE_SYS_CANCELED")
SUCCESS = seen(HISTORY, "CLONE_SYS_SUCCESS")


def run(session, time=None, check_mode=False, **options):
    """Returns the report of a run that succeeds."""
    report, failure = perform(CLONE_CANCEL, session, {**OPTIONS, "clone_tenant": "clone_a", **options}, time,
                              check_mode)
    assert failure is None, failure
    assert set(report.as_result()) == KEYS
    return report


def fail(expected, session, time=None, check_mode=False, **options):
    """Returns the report of a run that fails as expected, and the failure."""
    report, failure = perform(CLONE_CANCEL, session, {**OPTIONS, "clone_tenant": "clone_a", **options}, time,
                              check_mode)
    assert isinstance(failure, expected), failure
    assert set(report.as_result()) == KEYS
    return report, failure


@pytest.mark.parametrize("status", [status for status, phase in STATUSES.items() if phase is Phase.CANCELLABLE])
def test_a_running_job_is_canceled_and_followed_by_its_id(status):
    session = FakeSession([seen(PROGRESS, status), CANCELING, CANCELED], [None])
    result = run(session).as_result()
    assert (result["changed"], result["outcome"]) == (True, "canceled")
    assert result["job"]["status"] == "CLONE_SYS_CANCELED"
    assert result["executed_statements"] == session.sent_cancels() == [STATEMENT]
    assert [step["status"] for step in result["timeline"]] == [status, "CLONE_SYS_CANCELING", "CLONE_SYS_CANCELED"]
    assert result["polls"] == 3
    assert "CLONE_JOB_ID = %s" in session.statements[-1]
    assert session.arguments[-1] == [1706251714452555625] * 2


def test_a_second_run_sends_nothing_that_changes_anything():
    session = FakeSession([CANCELED])
    result = run(session).as_result()
    assert (result["changed"], result["outcome"]) == (False, "already_canceled")
    assert (result["executed_statements"], session.sent_cancels(), len(session.statements)) == ([], [], 1)
    assert result["canceled_in"] == "CLONE_SYS_CREATE_TENANT"


@pytest.mark.parametrize("status", ["CLONE_SYS_CANCELING", "CLONE_SYS_CANCELED"])
def test_somebody_elses_cancel_is_waited_for(status):
    session = FakeSession([seen(PROGRESS, status), seen(PROGRESS, status), CANCELED])
    result = run(session).as_result()
    assert (result["changed"], result["outcome"], session.sent_cancels()) == (False, "already_canceled", [])


def test_without_wait_a_clean_up_goes_on():
    session = FakeSession([RUNNING, CANCELING], [None])
    result = run(session, wait=False).as_result()
    assert (result["changed"], result["outcome"], result["polls"]) == (True, "canceling", 2)
    session = FakeSession([CANCELING])
    result = run(session, wait=False).as_result()
    assert (result["changed"], result["outcome"], session.sent_cancels()) == (False, "canceling", [])


def test_without_wait_a_clean_up_that_is_over_already_is_canceled():
    assert run(FakeSession([RUNNING, CANCELED], [None]), wait=False).as_result()["outcome"] == "canceled"


@pytest.mark.parametrize(("look", "outcome"), [
    (SUCCESS, "completed"), (seen(PROGRESS, "CLONE_SYS_RELEASE_RESOURCE"), "completed"),
    (seen(HISTORY, "CLONE_SYS_LOCK_FAIL"), "failed"), ([], "not_found")])
def test_fail_on_turns_an_outcome_into_a_failure(look, outcome):
    task = run(FakeSession([look]))
    assert task.as_result()["outcome"] == outcome
    assert bool(task.warnings) == (outcome == "completed")
    task, failure = fail(UnwantedOutcome, FakeSession([look]), fail_on=[outcome])
    assert task.as_result()["outcome"] == outcome
    assert outcome in failure.message
    others = [name for name in ("completed", "failed", "not_found") if name != outcome]
    assert run(FakeSession([look]), fail_on=others).as_result()["outcome"] == outcome


def test_a_normal_tenant_of_that_name_is_completed_with_a_warning():
    task = run(FakeSession([[]], normal=["clone_a"]))
    assert (task.as_result()["outcome"], task.as_result()["job"]) == ("completed", None)
    assert task.warnings == [
        "Nothing to cancel: tenant clone_a exists and is NORMAL, and no clone job of it was found."]
    assert run(FakeSession([[]], normal=["CLONE_A"])).as_result()["outcome"] == "not_found"


def test_a_tenants_name_alone_does_not_stand_for_a_job_id():
    session = FakeSession([[]], normal=["clone_a"])
    assert run(session, clone_job_id="7").as_result()["outcome"] == "not_found"


@pytest.mark.parametrize(("then", "normal", "outcome"), [
    ([SUCCESS], (), "completed"),
    ([seen(PROGRESS, "CLONE_SYS_RELEASE_RESOURCE")], (), "completed"),
    ([RUNNING], ("clone_a",), "completed"),
    ([seen(HISTORY, "CLONE_SYS_CREATE_TENANT_FAIL")], (), "failed"),
    ([CANCELING, CANCELED], (), "already_canceled"),
    ([CANCELED], (), "already_canceled")])
def test_after_a_refusal_the_views_say_what_is_true(then, normal, outcome):
    session = FakeSession([RUNNING, *then], [REFUSED], normal=normal)
    result = run(session).as_result()
    assert (result["changed"], result["outcome"], result["executed_statements"]) == (False, outcome, [])
    assert len(session.sent_cancels()) == 1


def test_a_refusal_that_nothing_explains_is_reported_as_such():
    task, failure = fail(Refused, FakeSession([RUNNING], [REFUSED]))
    assert failure.errno == 4179
    assert task.as_result()["outcome"] is None
    assert task.as_result()["job"]["status"] == "CLONE_SYS_CREATE_TENANT"


def test_a_lost_answer_whose_cancel_took_effect_is_not_sent_again():
    session = FakeSession([RUNNING, CANCELING, CANCELED], [LOST])
    task = run(session)
    assert (task.as_result()["changed"], task.as_result()["outcome"]) == (True, "canceled")
    assert session.sent_cancels() == task.as_result()["executed_statements"] == [STATEMENT]
    assert "lost" in task.warnings[0]


def test_a_cancel_that_did_not_arrive_is_sent_again_and_that_is_said():
    session = FakeSession([RUNNING, RUNNING, CANCELED], [LOST, None])
    task = run(session)
    assert (task.as_result()["changed"], task.as_result()["outcome"]) == (True, "canceled")
    assert len(session.sent_cancels()) == 2
    assert task.as_result()["executed_statements"] == [STATEMENT]
    assert "sent again" in task.warnings[0]


def test_a_lost_answer_of_a_job_that_the_server_canceled_itself_is_not_ours():
    by_server = {
        "error_message": "clone job has been canceled in CLONE_SYS_LOCK status by standby tenant upgrade event"}
    session = FakeSession([RUNNING, seen(HISTORY, "CLONE_SYS_CANCELED", **by_server)], [LOST])
    result = run(session).as_result()
    assert (result["changed"], result["outcome"]) == (False, "already_canceled")


def test_a_lost_cancel_that_a_second_one_finds_done_is_ours():
    session = FakeSession([RUNNING, RUNNING, CANCELING, CANCELED], [LOST, REFUSED])
    task = run(session)
    assert (task.as_result()["changed"], task.as_result()["outcome"]) == (True, "canceled")
    assert len(session.sent_cancels()) == 2


@pytest.mark.parametrize(("number", "ours"), [(4012, True), (1205, False), (6002, False), (1317, False)])
def test_only_an_error_that_leaves_it_open_can_mean_that_the_cancel_took_effect(number, ours):
    """Somebody else's CANCEL makes ours wait for the lock of the row: that error must not count as our success."""
    failure = server_failure(number, "HY000", "x")
    result = run(FakeSession([RUNNING, CANCELING, CANCELED], [failure])).as_result()
    assert (result["changed"], result["outcome"]) == (ours, "canceled" if ours else "already_canceled")


def test_a_job_that_vanishes_while_the_cancel_is_in_flight_is_not_unknown():
    task, failure = fail(ServerError, FakeSession([RUNNING, []], [LOST]))
    assert "neither view" in failure.message
    assert (task.as_result()["changed"], task.as_result()["outcome"]) == (False, None)


def test_what_a_cancel_did_is_unknown_if_the_views_cannot_be_read_after_it():
    task, failure = fail(ConnectionLost, FakeSession([RUNNING, LOST], [LOST]), wait_timeout=2)
    assert "the answer to the CANCEL was lost" in failure.message
    assert "is unknown" in failure.hint
    assert task.as_result()["changed"] is False


def test_a_cancel_is_not_sent_again_past_the_deadline():
    time = FakeTime()
    session = FakeSession([RUNNING], [LOST] * 50)
    task, _failure = fail(ConnectionLost, session, time, wait_timeout=3)
    assert len(session.sent_cancels()) == 5
    assert sum(time.sleeps) <= 3
    assert task.as_result()["changed"] is False


def test_a_lasting_error_is_not_retried():
    session = FakeSession([RUNNING], [NoPrivilege("no")])
    fail(NoPrivilege, session)
    assert len(session.statements) == 2


def test_an_error_that_nobody_foresaw_is_settled_by_the_views_and_nothing_is_sent_again():
    internal = ServerError("the server answered error 4016", errno=4016)
    session = FakeSession([RUNNING], [internal])
    _task, failure = fail(ServerError, session)
    assert (failure.errno, len(session.sent_cancels())) == (4016, 1)
    task = run(FakeSession([RUNNING, CANCELING, CANCELED], [internal]))
    assert (task.as_result()["changed"], task.as_result()["outcome"]) == (False, "already_canceled")
    assert "4016" in task.warnings[0]


def test_the_wait_ends_at_its_deadline_and_tells_what_was_reached():
    time = FakeTime()
    session = FakeSession([RUNNING, CANCELING], [None])
    task, failure = fail(WaitTimeout, session, time, wait_timeout=25)
    result = task.as_result()
    assert (result["changed"], result["outcome"], result["elapsed"]) == (True, None, 25.0)
    assert result["job"]["status"] == "CLONE_SYS_CANCELING"
    assert "CLONE_SYS_CANCELING after 25 s" in failure.message
    assert task.sentence(failure).startswith(
        "Cannot confirm the end of the clone of tenant clone_a, whose CANCEL was accepted: ")
    assert sum(time.sleeps) == pytest.approx(25)
    assert time.sleeps[:3] == [0.1, 0.1, 0.1]
    assert max(time.sleeps) == 1.0


def test_a_wait_of_no_time_looks_once():
    session = FakeSession([RUNNING, CANCELING], [None])
    task, _failure = fail(WaitTimeout, session, wait_timeout=0)
    assert task.as_result()["polls"] == 2


def test_running_it_again_resumes_the_wait():
    result = run(FakeSession([CANCELING, CANCELED])).as_result()
    assert (result["changed"], result["outcome"]) == (False, "already_canceled")


def test_a_job_that_vanishes_is_no_success():
    session = FakeSession([RUNNING, CANCELING, []], [None])
    task, failure = fail(ServerError, session)
    assert "neither view" in failure.message
    assert (task.as_result()["changed"], task.as_result()["outcome"]) == (True, None)


def test_a_job_that_one_look_misses_is_not_lost():
    session = FakeSession([RUNNING, [], [], CANCELED], [None])
    assert run(session).as_result()["outcome"] == "canceled"


def test_a_cancel_that_met_a_later_job_of_the_same_name_is_told():
    task = run(FakeSession([RUNNING, SUCCESS], [None]))
    assert (task.as_result()["changed"], task.as_result()["outcome"]) == (True, "completed")
    assert "later job of the same name" in task.warnings[0]


def test_looks_that_fail_transiently_are_made_again():
    busy = ServerError("busy", errno=4012, transient=True)
    session = FakeSession([busy, RUNNING, busy, LOST, CANCELED], [None])
    assert run(session).as_result()["outcome"] == "canceled"


def test_the_clone_of_a_source_tenant_is_canceled_by_its_own_name():
    session = FakeSession([RUNNING, CANCELED], [None])
    run(session, clone_tenant=None, source_tenant="mysql001")
    assert session.sent_cancels() == [STATEMENT]


def test_a_clone_whose_name_must_not_be_sent_is_left_alone():
    session = FakeSession([seen(PROGRESS, "CLONE_SYS_LOCK", name="a`b")])
    failure = fail(InvalidOption, session, clone_tenant=None, source_tenant="mysql001")[1]
    assert session.sent_cancels() == []
    assert "the name of the clone tenant" in failure.message


@pytest.mark.parametrize("options", [
    {"wait_timeout": -1}, {"poll_interval": 0.0}, {"poll_interval": -1.0}, {"poll_interval": float("nan")},
    {"poll_interval": float("inf")}, {"clone_tenant": "a'b"}])
def test_options_that_cannot_be_meant_are_refused_before_anything_is_sent(options):
    with pytest.raises(InvalidOption):
        run(FakeSession([]), **options)


SITUATIONS = [(PROGRESS, status) for status in STATUSES] + [
    (HISTORY, status) for status, phase in STATUSES.items()
    if phase is not Phase.CANCELLABLE and status not in ("CLONE_SYS_RELEASE_RESOURCE", "CLONE_SYS_CANCELING")]


@pytest.mark.parametrize("normal", [(), ("clone_a",)], ids=["", "tenant NORMAL"])
@pytest.mark.parametrize("wait", [True, False])
@pytest.mark.parametrize(("view", "status"), SITUATIONS)
def test_check_mode_predicts_the_real_run(view, status, wait, normal):
    """A server that behaves as OceanBase (facts: Cancel) answers the real run; check mode must have said the same."""
    first = seen(view, status)
    accepts = view == PROGRESS and STATUSES[status] is Phase.CANCELLABLE and not normal
    canceled = accepts or STATUSES[status] is Phase.CANCELED
    then = [CANCELING, CANCELED] if canceled and view == PROGRESS else [first]
    real = run(FakeSession([first, *then], [None if accepts else REFUSED], normal=normal), wait=wait).as_result()
    session = FakeSession([first], normal=normal)
    predicted = run(session, check_mode=True, wait=wait).as_result()
    assert session.sent_cancels() == []
    for key in ("changed", "outcome", "executed_statements", "canceled_in"):
        if key != "canceled_in" or not accepts:
            assert predicted[key] == real[key], key


def test_check_mode_predicts_the_diff():
    session = FakeSession([RUNNING])
    diff = run(session, check_mode=True).diff()
    assert diff["before"] == {"status": "CLONE_SYS_CREATE_TENANT", "view": "progress"}
    assert diff["after"] == {"status": "CLONE_SYS_CANCELED", "view": "history"}
    real = run(FakeSession([RUNNING, CANCELED], [None])).diff()
    assert real == diff
    nothing = run(FakeSession([[]])).diff()
    assert nothing["before"] == nothing["after"] == {}
