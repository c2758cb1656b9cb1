# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The procedure against scripted answers: what is sent, what is reported, how long it waits."""

from __future__ import annotations

import pytest

from ansible_collections.community.oceanbase.plugins.module_utils._errors import (
    AccessDenied,
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

from ..fakes import NOW, OPTIONS, FakeSession, FakeTime, columns_asked_for, perform, view_row

KEYS = {"changed", "outcome", "job", "canceled_in", "executed_statements", "timeline", "polls", "reconnects",
        "elapsed", "login_address", "msg"}
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
    assert "was executed was uncertain" in task.warnings[0]


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
    task, failure = fail(ConnectionLost, session, time, wait_timeout=3)
    assert len(session.sent_cancels()) == 5
    assert sum(time.sleeps) <= 3
    assert task.as_result()["changed"] is False
    # The last one may still be under way.
    assert failure.message == "the answer to the CANCEL was lost (the connection broke)"
    assert "is unknown" in failure.hint


def test_what_a_cancel_did_is_unknown_if_no_session_can_be_had_after_it():
    """The answer to the first CANCEL is lost, and then the login is refused before anybody could look."""
    session = ServerOfSeveral([LOST], a=LOCKED, b=LOCKED)
    session.connect = lambda budget: fail_with(AccessDenied("no")) if session.sent_cancels() else None
    report = several(session, AccessDenied, clone_tenants=["a", "b"])
    first, second = report.as_result()["results"]
    assert first["error"]["message"] == "no; before that the answer to the CANCEL was lost (the connection broke)"
    assert "is unknown" in first["error"]["hint"]
    assert second["error"]["message"] == "no"
    assert report.as_result()["changed"] is False


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
    {"poll_interval": float("inf")}, {"clone_tenant": "a'b"}, {"clone_tenant": None}])
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


def several(session, expected=None, time=None, check_mode=False, **options):
    """Returns the report of a run that names clones in lists, which fails as expected."""
    report, failure = perform(CLONE_CANCEL, session, {**OPTIONS, **options}, time, check_mode)
    assert (failure is None) if expected is None else isinstance(failure, expected), failure
    assert set(report.as_result()) == KEYS | {"results"}
    return report


class ServerOfSeveral(FakeSession):
    """Jobs by the name of their clone, as rows with a view; a CANCEL starts a clean-up that two looks later is over."""

    def __init__(self, cancels=(), normal=(), tenants=("mysql001",), **jobs):
        super().__init__([[]], cancels, normal)
        self.jobs = {name: (view, view_row(status, job_id=number, name=name, source_tenant_name="of_" + name))
                     for number, (name, (view, status)) in enumerate(jobs.items(), 1)}
        self.tenants = tenants
        self.left = {}

    def run(self, statement, arguments, budget):
        self.statements.append(statement)
        self.arguments.append(arguments)
        if "DBA_OB_TENANTS" in statement:
            return columns_asked_for(statement, [{"tenant_name": name, "status": "NORMAL"}
                                                 for name in (*self.normal, *self.tenants)])
        if statement.startswith("ALTER"):
            name = statement.split("`")[1]
            answer = self.cancels.pop(0) if self.cancels else None
            if answer is None or answer.uncertain:
                self.left[name] = 2
            if answer is not None:
                raise answer
            return []
        for name in list(self.left):
            self.left[name] -= 1
            _view, row = self.jobs[name]
            status = "CLONE_SYS_CANCELING" if self.left[name] > 0 else "CLONE_SYS_CANCELED"
            self.jobs[name] = (PROGRESS if self.left[name] > 0 else HISTORY,
                               {**view_row(status), **{key: row[key] for key in (
                                   "clone_job_id", "clone_tenant_name", "source_tenant_name")}})
        return [{"view_name": view, "server_time": NOW, **row} for view, row in self.jobs.values()]

    def reads(self):
        """Returns how often the clone views were read."""
        return sum(statement.startswith("SELECT 'progress'") for statement in self.statements)


LOCKED = (PROGRESS, "CLONE_SYS_LOCK")
DONE = (HISTORY, "CLONE_SYS_SUCCESS")


def outcomes(report):
    """Returns the outcomes of all results."""
    return [entry["outcome"] for entry in report.as_result()["results"]]


def test_several_clones_are_all_canceled_before_any_is_waited_for():
    session = ServerOfSeveral(a=LOCKED, b=LOCKED, c=LOCKED)
    result = several(session, clone_tenants=["c", "a"], source_tenants=["of_b"]).as_result()
    assert [entry["name"] for entry in result["results"]] == ["c", "a", "of_b"]
    assert [entry["kind"] for entry in result["results"]] == ["clone_tenant", "clone_tenant", "source_tenant"]
    assert result["results"][2]["source_tenant"] == "of_b"
    assert [entry["outcome"] for entry in result["results"]] == ["canceled"] * 3
    assert session.statements[1:4] == session.sent_cancels() == [
        "ALTER SYSTEM CANCEL CLONE `%s`" % name for name in "cab"]
    assert result["executed_statements"] == session.sent_cancels()
    assert (result["changed"], result["outcome"], result["job"], result["canceled_in"]) == (
        True, "canceled", None, None)
    assert result["msg"].count("Canceled the clone") == 3
    assert all(entry["error"] is None for entry in result["results"])


def test_a_hundred_clones_take_one_look_a_poll():
    names = ["clone_%d" % number for number in range(100)]
    session, time = ServerOfSeveral(**dict.fromkeys(names, LOCKED)), FakeTime()
    report = several(session, time=time, clone_tenants=names)
    assert outcomes(report) == ["canceled"] * 100
    assert len(session.sent_cancels()) == 100
    assert session.reads() == report.polls == 3
    assert sum(time.sleeps) < 1


def test_a_job_that_is_named_twice_gets_one_cancel_and_both_entries_tell_of_it():
    for check_mode in (False, True):
        session = ServerOfSeveral(a=LOCKED, b=LOCKED)
        result = several(session, check_mode=check_mode, clone_tenants=["a", "b", "a"], source_tenants=["of_a"],
                         clone_job_ids=["1"]).as_result()
        assert result["executed_statements"] == ["ALTER SYSTEM CANCEL CLONE `a`", "ALTER SYSTEM CANCEL CLONE `b`"]
        assert session.sent_cancels() == ([] if check_mode else result["executed_statements"])
        assert [entry["job"]["clone_tenant_name"] for entry in result["results"]] == ["a", "b", "a", "a", "a"]
        assert all(entry["changed"] and entry["outcome"] == "canceled" for entry in result["results"])
        assert result["msg"].count("of tenant a ") == 1


def test_outcomes_that_differ_are_mixed():
    session = ServerOfSeveral(a=LOCKED, b=DONE)
    report = several(session, clone_tenants=["a", "b", "c"])
    assert report.as_result()["outcome"] == "mixed"
    assert outcomes(report) == ["canceled", "completed", "not_found"]
    assert [entry["changed"] for entry in report.as_result()["results"]] == [True, False, False]


def test_one_that_fails_keeps_no_other_from_its_turn():
    session = ServerOfSeveral([NoPrivilege("no"), None], a=LOCKED, b=LOCKED, c=DONE)
    report = several(session, NoPrivilege, clone_tenants=["a", "b", "c"], fail_on=["completed"])
    result = report.as_result()
    assert [entry["outcome"] for entry in result["results"]] == [None, "canceled", "completed"]
    assert [entry["error"] and entry["error"]["class"] for entry in result["results"]] == [
        "no_privilege", None, "unwanted_outcome"]
    assert result["changed"] is True
    told = report.sentence(None)
    assert told.startswith("Cannot cancel the clone of tenant a: no. Canceled the clone of tenant b (")
    assert "fail_on lists" in told


def test_a_refused_one_is_settled_by_the_views_and_a_busy_one_is_sent_again():
    busy = ServerError("busy", errno=4012, transient=True)
    session = ServerOfSeveral([REFUSED, busy, None, LOST], a=LOCKED, b=LOCKED, c=LOCKED, d=LOCKED, normal=("a",))
    report = several(session, clone_tenants=["a", "b", "c", "d"])
    assert outcomes(report) == ["completed", "canceled", "canceled", "canceled"]
    assert session.sent_cancels() == ["ALTER SYSTEM CANCEL CLONE `%s`" % name for name in "abcdb"]
    assert [entry["changed"] for entry in report.as_result()["results"]] == [False, True, True, True]
    assert any("tenant b was sent again" in warning for warning in report.warnings)
    assert any("tenant d was executed was uncertain" in warning for warning in report.warnings)


def test_the_failure_of_the_session_is_that_of_every_clone_that_is_still_open():
    session = ServerOfSeveral(a=LOCKED, b=DONE)
    session.connect = lambda budget: fail_with(AccessDenied("no"))
    report = several(session, AccessDenied, clone_tenants=["a", "b", "a"])
    assert outcomes(report) == [None, "completed", None]
    assert [entry["error"] and entry["error"]["class"] for entry in report.as_result()["results"]] == [
        "access_denied", None, "access_denied"]
    assert session.sent_cancels() == []


def test_what_is_said_of_a_name_that_is_given_twice_is_said_once():
    report = several(ServerOfSeveral(), clone_tenants=["a", "a"])
    assert report.msg == "No clone job was found for clone tenant a."
    report = several(ServerOfSeveral(), UnwantedOutcome, clone_tenants=["a", "a"], fail_on=["not_found"])
    assert report.msg.count("the outcome is not_found") == 1


class NoTenants(ServerOfSeveral):
    """The login may see the clone views, but not the tenants."""

    def run(self, statement, arguments, budget):
        if "DBA_OB_TENANTS" in statement:
            raise NoPrivilege("SELECT command denied")
        return super().run(statement, arguments, budget)


def test_a_login_that_may_not_see_tenants_keeps_no_other_clone_from_being_canceled():
    report = several(NoTenants([None], a=LOCKED), NoPrivilege, clone_tenants=["nosuch", "a"])
    assert [(entry["outcome"], bool(entry["error"])) for entry in report.as_result()["results"]] == [
        (None, True), ("canceled", False)]


class BusyTenants(ServerOfSeveral):
    """The first look at the tenants fails, and the next one works."""

    busy = [ServerError("busy", errno=4012, transient=True)]

    def run(self, statement, arguments, budget):
        if "DBA_OB_TENANTS" in statement and self.busy:
            raise self.busy.pop()
        return super().run(statement, arguments, budget)


def test_a_look_at_the_tenants_that_fails_transiently_is_made_again():
    report = several(BusyTenants([None], a=LOCKED), clone_tenants=["nosuch", "a"])
    assert [entry["outcome"] for entry in report.as_result()["results"]] == ["not_found", "canceled"]


def test_a_refusal_is_told_if_the_login_may_not_see_tenants():
    report = several(NoTenants([REFUSED, LOST], a=LOCKED, b=LOCKED), Refused, clone_tenants=["a", "b"])
    first, second = report.as_result()["results"]
    assert first["error"]["errno"] == 4179
    assert (second["outcome"], second["changed"]) == ("canceled", True)


def test_a_job_that_is_named_by_its_id_is_canceled_although_another_name_of_it_is_ambiguous():
    rows = [(PROGRESS, view_row("CLONE_SYS_LOCK", job_id=number, name=name)) for number, name in ((1, "a"), (2, "b"))]
    session = FakeSession([rows, [(HISTORY, view_row("CLONE_SYS_CANCELED", job_id=1, name="a"))]], [None])
    report = several(session, ServerError, source_tenants=["mysql001"], clone_job_ids=["1"])
    assert [entry["outcome"] for entry in report.as_result()["results"]] == [None, "canceled"]
    assert session.sent_cancels() == ["ALTER SYSTEM CANCEL CLONE `a`"]


def test_a_long_time_is_spelled_out():
    failure = fail(WaitTimeout, FakeSession([CANCELING]), wait_timeout=1500000, poll_interval=100000.0)[1]
    assert "after 1500000 s (wait_timeout)" in failure.message


def test_blanks_around_the_items_of_a_list_do_not_count():
    """Ansible makes such items of the text "a, b"."""
    session = ServerOfSeveral([None, None], a=LOCKED, b=LOCKED)
    report = several(session, clone_tenants=["a", " b"], clone_job_ids=[" 2 "])
    assert [entry["name"] for entry in report.as_result()["results"]] == ["a", "b", "2"]
    assert [entry["outcome"] for entry in report.as_result()["results"]] == ["canceled"] * 3
    assert session.sent_cancels() == ["ALTER SYSTEM CANCEL CLONE `a`", "ALTER SYSTEM CANCEL CLONE `b`"]


def fail_with(failure):
    """Raises the failure."""
    raise failure


def test_all_wait_within_one_budget():
    canceling = (PROGRESS, "CLONE_SYS_CANCELING")
    report = several(ServerOfSeveral(a=canceling, b=canceling), WaitTimeout, clone_tenants=["a", "b"], wait_timeout=25)
    assert report.elapsed == pytest.approx(25)
    assert [entry["error"]["class"] for entry in report.as_result()["results"]] == ["wait_timeout"] * 2


@pytest.mark.parametrize("empty", [[], [""], [" "]])
def test_an_empty_list_is_nothing_to_do_and_nothing_is_sent(empty):
    session = ServerOfSeveral()
    result = several(session, clone_tenants=empty, source_tenants=[]).as_result()
    assert (result["changed"], result["outcome"], result["results"], session.statements) == (False, None, [], [])
    assert result["msg"] == "No clone was named, so there was nothing to cancel."


@pytest.mark.parametrize(("options", "said"), [
    ({"clone_tenants": ["a", ""]}, "item 2 of clone_tenants is empty"),
    ({"clone_tenants": ["a", " it's"]}, 'item 2 of clone_tenants "it\'s" holds the character'),
    ({"clone_tenants": ["[]"]}, r"item 1 of clone_tenants '\[\]' is a piece of a list that was given as text"),
    ({"source_tenants": ["[a", "b]"]}, r"item 1 of source_tenants '\[a' is a piece of a list"),
    ({"clone_job_ids": ["7", "8]"]}, r"item 2 of clone_job_ids '8\]' is a piece of a list"),
    ({"clone_tenants": ["a"], "source_tenants": ["it's"]}, "item 1 of source_tenants"),
    ({"clone_tenants": ["a"], "clone_job_ids": ["7", "x"]}, "item 2 of clone_job_ids 'x' is not the id"),
    ({"clone_tenants": ["a"], "wait_timeout": -1}, "wait_timeout")])
def test_a_bad_name_anywhere_is_refused_before_anything_is_sent(options, said):
    session = ServerOfSeveral(a=LOCKED)
    with pytest.raises(InvalidOption, match="^" + said):
        several(session, **options)
    assert session.statements == []


def test_a_failure_before_the_first_look_is_told_for_each_clone():
    session = ServerOfSeveral()
    session.log_in = lambda budget: fail_with(NoPrivilege("no"))
    result = several(session, NoPrivilege, clone_tenants=["a", "b"]).as_result()
    assert [entry["error"]["class"] for entry in result["results"]] == ["no_privilege"] * 2


@pytest.mark.parametrize(("status", "outcome"), [
    ("CLONE_SYS_RELEASE_RESOURCE", "completed"), ("CLONE_SYS_LOCK_FAIL", "failed")])
def test_a_job_that_can_no_longer_be_canceled_is_waited_for_only_until_ended(status, outcome):
    going_on, over = seen(PROGRESS, status), seen(HISTORY, status.replace("RELEASE_RESOURCE", "SUCCESS"))
    looks = [going_on, going_on, over]
    assert run(FakeSession(looks)).as_result()["job"]["view"] == PROGRESS
    result = run(FakeSession(looks), wait_until="ended").as_result()
    assert (result["outcome"], result["job"]["view"], result["changed"]) == (outcome, HISTORY, False)
    for unwaited in ({"wait": False}, {"check_mode": True}):
        result = run(FakeSession(looks), wait_until="ended", **unwaited).as_result()
        assert (result["outcome"], result["job"]["view"]) == (outcome, PROGRESS)
    report, failure = fail(WaitTimeout, FakeSession([going_on]), wait_until="ended", wait_timeout=3)
    assert failure.message == "clone job 1706251714452555625 is still in %s after 3 s (wait_timeout)" % status
    assert report.sentence(failure).startswith("Cannot confirm the end of the clone of tenant clone_a: ")


def test_a_clone_whose_tenant_is_normal_while_its_job_goes_on_is_waited_for_until_ended():
    restoring = seen(PROGRESS, "CLONE_SYS_WAIT_TENANT_RESTORE_FINISH")
    looks = [restoring, restoring, restoring, seen(PROGRESS, "CLONE_SYS_RELEASE_RESOURCE"), SUCCESS]
    session = FakeSession(looks, [REFUSED], normal=["clone_a"])
    result = run(session, wait_until="ended").as_result()
    assert (result["outcome"], result["job"]["view"], result["changed"]) == ("completed", HISTORY, False)


def test_a_source_tenant_that_does_not_exist_is_told_with_the_nearest_name():
    session = ServerOfSeveral(tenants=("mysql001", "sys"))
    report, _failure = perform(CLONE_CANCEL, session, {**OPTIONS, "source_tenant": "mysql01"})
    assert report.warnings == ["There is no source tenant mysql01 (the nearest name is mysql001)."]
    assert report.as_result()["outcome"] == "not_found"
    report = several(ServerOfSeveral(a=LOCKED), source_tenants=["nothing_like_it", "of_a", "mysql001"])
    assert report.warnings == ["There is no source tenant nothing_like_it."]


def test_a_warning_that_cannot_be_found_out_is_no_failure():
    assert outcomes(several(NoTenants(), source_tenants=["mysql01"])) == ["not_found"]


def test_the_newest_row_of_a_name_counts():
    """The server gives the newest row only; if it gave more, as a view without an order may, the largest id counts."""
    older, newer = view_row("CLONE_SYS_SUCCESS", job_id=5), view_row("CLONE_SYS_CANCELED", job_id=7)
    for rows in ([older, newer], [newer, older]):
        result = run(FakeSession([[(HISTORY, row) for row in rows]])).as_result()
        assert (result["outcome"], result["job"]["clone_job_id"]) == ("already_canceled", "7")
    failed = view_row("CLONE_SYS_RELEASE_RESOURCE_FAIL", job_id=9)
    result = run(FakeSession([[(HISTORY, row) for row in (newer, failed, older)]])).as_result()
    assert (result["outcome"], result["job"]["clone_job_id"]) == ("failed", "9")


def test_the_diff_of_several_names_each():
    diff = several(ServerOfSeveral(a=LOCKED, b=DONE), clone_tenants=["a", "b"], check_mode=True).diff()
    assert diff["before"] == {"clone_tenant a": {"status": "CLONE_SYS_LOCK", "view": "progress"},
                              "clone_tenant b": {"status": "CLONE_SYS_SUCCESS", "view": "history"}}
    assert diff["after"] == {**diff["before"], "clone_tenant a": {"status": "CLONE_SYS_CANCELED", "view": "history"}}


class NoSessionForCancel(FakeSession):
    """Has lost its connection before the CANCEL, for which none can be made the first time."""

    def __init__(self, looks, cancels=()):
        super().__init__(looks, cancels)
        self.connects = 0

    def connect(self, budget):
        self.connects += 1
        if self.connects == 1:
            raise ConnectionLost("no connection")


def test_what_was_not_sent_cannot_have_canceled_anything():
    somebody_else = NoSessionForCancel([RUNNING, CANCELED])
    result = run(somebody_else).as_result()
    assert (result["changed"], result["outcome"]) == (False, "already_canceled")
    again = NoSessionForCancel([RUNNING, RUNNING, CANCELED], [None])
    result = run(again).as_result()
    assert (result["changed"], result["outcome"], len(again.sent_cancels())) == (True, "canceled", 1)


@pytest.mark.parametrize(("then", "outcome", "changed"), [
    (CANCELED, "canceled", True),
    (seen(HISTORY, "CLONE_SYS_CANCELED", error_message=None), "canceled", True),
    (seen(PROGRESS, "CLONE_SYS_RELEASE_RESOURCE"), "completed", False),
    (seen(HISTORY, "CLONE_SYS_SUCCESS"), "completed", False),
    (seen(PROGRESS, "CLONE_SYS_LOCK_FAIL"), "failed", False),
    (seen(HISTORY, "CLONE_SYS_LOCK_FAIL"), "failed", False)])
def test_a_lost_cancel_is_ours_only_if_the_views_show_a_cancel(then, outcome, changed):
    report = run(FakeSession([RUNNING, then], [ConnectionLost("it broke")]))
    result = report.as_result()
    assert (result["outcome"], result["changed"], result["executed_statements"] != []) == (outcome, changed, changed)
    assert any(warning.startswith("Whether the CANCEL of the clone of tenant clone_a was executed was uncertain")
               for warning in report.warnings) is changed


@pytest.mark.parametrize("message", [None, "clone job has been canceled"])
def test_where_a_job_was_canceled_is_known_even_if_the_server_does_not_say(message):
    result = run(FakeSession([RUNNING, seen(HISTORY, "CLONE_SYS_CANCELED", error_message=message)], [None])).as_result()
    assert result["canceled_in"] == "CLONE_SYS_CREATE_TENANT"


def test_a_cancel_that_was_lost_once_is_not_told_as_one_that_failed():
    done, internal = seen(HISTORY, "CLONE_SYS_SUCCESS"), server_failure(4016, "HY000", "Internal error")
    for answers, looks in (([internal], [RUNNING, done]), ([LOST, internal], [RUNNING, RUNNING, done])):
        warnings = run(FakeSession(looks, answers)).warnings
        assert any("failed (the server answered error 4016" in warning for warning in warnings) is (LOST not in answers)
