# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The procedure of ob_clone against scripted answers: what is sent, what is reported, how long it waits."""

from __future__ import annotations

import re

import pytest

from ansible_collections.community.oceanbase.plugins.module_utils._errors import (
    CloneFailed,
    ConnectionLost,
    InvalidOption,
    NoPrivilege,
    Refused,
    ServerError,
    WaitTimeout,
    server_failure,
)
from ansible_collections.community.oceanbase.plugins.module_utils._procedures.start import CLONE, start
from ansible_collections.community.oceanbase.plugins.module_utils._views.jobs import HISTORY, PROGRESS, STATUSES, Phase

from ..fakes import OPTIONS, FakeSession, FakeTime, columns_asked_for, perform, view_row

WANTED = {"clone_tenant": "clone_a", "source_tenant": "mysql001", "resource_pool": "pool_a", "unit_config": "unit001",
          "wait_timeout": 3600}
STATEMENT = "CREATE TENANT `clone_a` FROM `mysql001` WITH RESOURCE_POOL = `pool_a`, UNIT = `unit001`"
KEYS = {"changed", "outcome", "job", "canceled_in", "executed_statements", "timeline", "polls", "reconnects",
        "elapsed", "login_address", "msg", "maybe_started_after"}
LOST = ConnectionLost("the connection broke")
REFUSED = server_failure(4179, "HY000", "source tenant has a running clone job, clone tenant now not allowed")
SOURCE = {"tenant_id": 1002, "tenant_name": "mysql001", "tenant_type": "USER", "status": "NORMAL",
          "in_recyclebin": "NO", "tenant_role": "PRIMARY", "compatible": "4.3.5.3", "log_mode": "ARCHIVELOG"}
MADE = {**SOURCE, "tenant_id": 1004, "tenant_name": "clone_a", "tenant_role": "STANDBY"}
UNIT = {"kind": "unit", "name": "unit001"}


def seen(view, status, **changes):
    """One look that shows one row."""
    return [(view, view_row(status, **changes))]


NOTHING = []
LOCK = seen(PROGRESS, "CLONE_SYS_LOCK")
CREATING = seen(PROGRESS, "CLONE_SYS_CREATE_TENANT")
DONE = seen(HISTORY, "CLONE_SYS_SUCCESS", ret_code=0)
FAILED = seen(HISTORY, "CLONE_SYS_LOCK_FAIL", ret_code=-4770, error_message="Tenant (1002) is in UPGRADE procedure")


class StartSession(FakeSession):
    """Answers also what is asked about tenants and resources."""

    def __init__(self, looks, tenants=(SOURCE,), resources=(UNIT,)):
        super().__init__(looks)
        self.tenants = tenants
        self.resources = resources

    def run(self, statement, arguments, budget):
        if "DBA_OB_TENANTS" in statement:
            meta = "TENANT_ID - 1" in statement
            return columns_asked_for(statement, [row for row in self.tenants if meta or row["tenant_type"] != "META"])
        if "DBA_OB_UNIT_CONFIGS" in statement:
            return [row for row in self.resources if row["kind"] == "unit"]
        if "DBA_OB_RESOURCE_POOLS" in statement:
            assert "BINARY NAME" in statement
            return columns_asked_for(statement, [
                row for row in self.resources if row["kind"] == "pool" and row["name"] in arguments])
        rows = super().run(statement, arguments, budget)
        if "CLONE_JOB_ID > %s" not in statement:
            return rows
        # Whose job it is, the server decides by the names.
        names = dict(zip(re.findall(r"(\w+) [=>] %s", statement), arguments))
        del names["CLONE_JOB_ID"]
        return [row for row in rows if all(row[column.lower()] == name for column, name in names.items())]


class NotSent:
    """What went wrong before the statement was sent."""

    def __init__(self, failure):
        self.failure = failure


class FakeStarter:
    """
    A starter whose statement is answered with the next of ``answers``: "ok", a failure, NotSent, or None for no answer.
    """

    def __init__(self, time, *answers):
        self.time = time
        self.answers = list(answers)
        self.statements = []
        self.sent = False
        self.open = 0
        self.failure = None
        self.answer = None

    def __call__(self, login, statement, budget):
        self.statements.append((login.read_timeout, statement))
        self.answer = self.answers.pop(0)
        self.sent = not isinstance(self.answer, NotSent)
        answer = self.answer if self.sent else self.answer.failure
        self.failure = answer if isinstance(answer, Exception) else None
        return self

    def __enter__(self):
        self.open += 1
        return self

    def __exit__(self, *exc_info):
        self.open -= 1

    def wait(self, seconds):
        if self.answer is None:
            self.time.sleep(seconds)
        return self.answer is not None


def attempt(session, time, starter, check_mode=False, **options):
    """Returns the report and the failure of a run that starts clones with ``starter``."""
    def procedure(*arguments):
        start(*arguments, open_starter=starter)

    report, failure = perform(CLONE._replace(procedure=procedure), session, {**OPTIONS, **WANTED, **options}, time,
                              check_mode)
    assert set(report.as_result()) == KEYS
    return report, failure


def run(session, *answers, check_mode=False, **options):
    """Returns the report of a run that succeeds, and its starter."""
    time = FakeTime()
    starter = FakeStarter(time, *answers)
    report, failure = attempt(session, time, starter, check_mode, **options)
    assert failure is None, failure
    assert report.as_result()["maybe_started_after"] is None
    assert (starter.open, starter.answers) == (0, [])
    return report, starter


def fail(expected, session, *answers, check_mode=False, **options):
    """Returns the report of a run that fails as expected, and the failure."""
    time = FakeTime()
    starter = FakeStarter(time, *answers)
    report, failure = attempt(session, time, starter, check_mode, **options)
    assert isinstance(failure, expected), failure
    assert report.as_result()["outcome"] is None
    assert (starter.open, starter.answers) == (0, [])
    return report, failure


def test_a_clone_is_started_and_followed_by_its_id():
    session = StartSession([NOTHING, NOTHING, LOCK, CREATING, DONE])
    task, starter = run(session, None)
    result = task.as_result()
    assert (result["changed"], result["outcome"]) == (True, "completed")
    assert result["executed_statements"] == [STATEMENT]
    assert [step["status"] for step in result["timeline"]] == [
        "CLONE_SYS_LOCK", "CLONE_SYS_CREATE_TENANT", "CLONE_SYS_SUCCESS"]
    assert result["job"]["view"] == HISTORY
    assert result["polls"] == 5
    assert starter.statements == [(3600, STATEMENT)]
    assert session.arguments[-1] == [1706251714452555625] * 2
    assert task.diff()["before"] == {}
    assert task.diff()["after"] == {"status": "CLONE_SYS_SUCCESS", "view": HISTORY}
    assert result["msg"] == "Cloned tenant mysql001 as clone_a (job 1706251714452555625)."


def test_without_wait_the_row_in_progress_is_enough():
    task, starter = run(StartSession([NOTHING, LOCK]), None, wait=False)
    result = task.as_result()
    assert (result["changed"], result["outcome"], result["job"]["status"]) == (True, "running", "CLONE_SYS_LOCK")
    assert starter.statements == [(OPTIONS["read_timeout"], STATEMENT)]
    assert result["msg"].startswith("Started to clone tenant mysql001 as clone_a")


def test_a_clone_that_was_quicker_than_a_look_is_completed_even_without_wait():
    task, _starter = run(StartSession([NOTHING, DONE]), "ok", wait=False)
    assert (task.as_result()["changed"], task.as_result()["outcome"]) == (True, "completed")


def test_an_earlier_job_of_the_same_name_is_not_taken_for_this_one():
    session = StartSession([seen(HISTORY, "CLONE_SYS_CANCELED", job_id=5), LOCK, DONE])
    task, _starter = run(session, None)
    assert "CLONE_JOB_ID > %s" in session.statements[1]
    assert 5 in session.arguments[1]
    assert task.as_result()["timeline"][0]["status"] == "CLONE_SYS_LOCK"


def test_a_second_run_sends_nothing_that_changes_anything():
    task, _starter = run(StartSession([DONE], [SOURCE, MADE]))
    result = task.as_result()
    assert (result["changed"], result["outcome"], result["executed_statements"]) == (False, "already_exists", [])
    assert result["polls"] == 1
    assert result["job"]["status"] == "CLONE_SYS_SUCCESS"


def test_a_running_clone_is_waited_for():
    task, _starter = run(StartSession([LOCK, CREATING, DONE]))
    result = task.as_result()
    assert (result["changed"], result["outcome"], result["job"]["view"]) == (False, "already_running", HISTORY)
    assert result["msg"].endswith("was already running (job 1706251714452555625) and has completed.")


def test_a_running_clone_is_not_waited_for_without_wait():
    task, _starter = run(StartSession([LOCK]), wait=False)
    assert (task.as_result()["outcome"], task.as_result()["job"]["view"]) == ("already_running", PROGRESS)


@pytest.mark.parametrize("looks", [[NOTHING, LOCK, FAILED], [NOTHING, FAILED]])
def test_a_clone_that_fails_is_a_failure_with_its_row(looks):
    task, failure = fail(CloneFailed, StartSession(looks), server_failure(9110, "HY000", "Tenant (1002) is in UPGRADE"))
    assert failure.errno == 4770
    assert task.as_result()["job"]["status"] == "CLONE_SYS_LOCK_FAIL"
    assert task.as_result()["changed"] is True
    assert task.sentence(failure).startswith(
        "Cannot confirm the clone of tenant mysql001 as clone_a, which was started: clone job 1706251714452555625 ")


@pytest.mark.parametrize(("answer", "end"), [("ok", DONE), (server_failure(9110, "HY000", "it failed"), FAILED)])
def test_an_answer_that_comes_before_the_view_knows_the_job(answer, end):
    session = StartSession([NOTHING, NOTHING, NOTHING, end])
    if end is DONE:
        assert run(session, answer)[0].as_result()["polls"] == 4
    else:
        fail(CloneFailed, session, answer)


def test_a_clone_that_somebody_cancels_says_where_it_was():
    task, _failure = fail(CloneFailed, StartSession([NOTHING, LOCK, seen(HISTORY, "CLONE_SYS_CANCELED")]), None)
    assert task.as_result()["canceled_in"] == "CLONE_SYS_CREATE_TENANT"


def test_a_clone_that_is_about_to_fail_is_followed_to_its_row_in_the_history():
    for first in ("CLONE_SYS_LOCK_FAIL", "CLONE_SYS_CANCELING"):
        task, failure = fail(CloneFailed, StartSession([NOTHING, seen(PROGRESS, first), FAILED]), None)
        assert (failure.errno, task.as_result()["job"]["view"]) == (4770, HISTORY)


def test_a_clone_that_is_about_to_fail_is_not_called_running():
    fail(CloneFailed, StartSession([NOTHING, seen(PROGRESS, "CLONE_SYS_CANCELING")]), None, wait=False)


def test_a_refusal_says_what_to_do_and_changes_nothing():
    refusal = server_failure(4179, "HY000", "log archive is not ready, create tenant snapshot not allowed")
    task, failure = fail(Refused, StartSession([NOTHING]), refusal)
    assert failure.errno == 4179
    assert "ALTER SYSTEM ARCHIVELOG TENANT = mysql001" in failure.hint
    assert (task.as_result()["changed"], task.as_result()["executed_statements"]) == (False, [])


def test_a_refusal_because_somebody_else_just_started_the_same_clone():
    # The job appears, and our statement is refused: so it is not ours.
    task, _starter = run(StartSession([NOTHING, LOCK, LOCK, DONE]), REFUSED)
    result = task.as_result()
    assert (result["changed"], result["outcome"], result["executed_statements"]) == (False, "already_running", [])


def test_a_login_that_may_not_clone_is_not_tried_again():
    _task, failure = fail(NoPrivilege, StartSession([NOTHING]), server_failure(1227, "42501", "Access denied"))
    assert failure.errno == 1227


@pytest.mark.parametrize("loss", [LOST, *[server_failure(number, "HY000", "x") for number in (4012, 1317, 4064, 5066)]])
def test_a_lost_answer_does_not_matter_once_the_job_is_there(loss):
    task, _starter = run(StartSession([NOTHING, LOCK, DONE]), loss)
    assert (task.as_result()["changed"], task.as_result()["outcome"]) == (True, "completed")


def test_a_statement_that_had_no_effect_is_sent_again():
    task, starter = run(StartSession([NOTHING, NOTHING, NOTHING, LOCK, DONE]), LOST, None)
    assert len(starter.statements) == 2
    assert task.as_result()["executed_statements"] == [STATEMENT]
    assert any("was sent again" in warning for warning in task.warnings)


def test_a_late_effect_of_a_lost_statement_is_ours():
    # The repetition is refused, because the first one has started the job after all.
    task, _starter = run(StartSession([NOTHING, NOTHING, NOTHING, LOCK, DONE]), LOST, REFUSED)
    assert (task.as_result()["changed"], task.as_result()["outcome"]) == (True, "completed")
    assert task.warnings[-1].startswith("Whether CREATE TENANT was executed was uncertain (the connection broke), ")


OTHERS = [{"resource_pool_name": "other"}, {"unit_config_name": "other"}, {"source_tenant_name": "other"}]


@pytest.mark.parametrize("other", OTHERS)
def test_another_clone_of_that_name_is_not_taken_for_the_lost_one(other):
    task, failure = fail(Refused, StartSession([NOTHING, seen(PROGRESS, "CLONE_SYS_LOCK", **other)]), LOST)
    assert failure.message.startswith("clone job 1706251714452555625 of that name is running, but its ")
    assert (task.as_result()["changed"], task.as_result()["executed_statements"]) == (False, [])


class LaterTenant(StartSession):
    """The clone's tenant exists as soon as the last look is taken."""

    def run(self, statement, arguments, budget):
        if len(self.looks) == 1:
            self.tenants = [SOURCE, MADE]
        return super().run(statement, arguments, budget)


@pytest.mark.parametrize(("other", "changed", "outcome"), [
    ({}, True, "completed"), (OTHERS[0], False, "already_exists"), (OTHERS[1], False, "already_exists")])
def test_a_clone_completed_meanwhile_is_taken_for_the_lost_one_only_if_it_is_the_same(other, changed, outcome):
    end = seen(HISTORY, "CLONE_SYS_SUCCESS", ret_code=0, **other)
    task, _starter = run(LaterTenant([NOTHING, NOTHING, end]), LOST)
    result = task.as_result()
    assert (result["changed"], result["outcome"]) == (changed, outcome)
    assert result["executed_statements"] == ([STATEMENT] if changed else [])


@pytest.mark.parametrize("number", [4012, 1317, 4064, 5066])
def test_a_login_that_was_cut_short_has_started_nothing(number):
    failure = NotSent(server_failure(number, "HY000", "x", logging_in=True))
    task, _starter = run(StartSession([NOTHING, LOCK, LOCK, DONE]), failure)
    result = task.as_result()
    assert (result["changed"], result["outcome"], result["executed_statements"]) == (False, "already_running", [])


def test_a_lasting_loss_ends_with_the_wait():
    time = FakeTime()
    starter = FakeStarter(time, *[LOST] * 1000)
    _report, failure = attempt(StartSession([NOTHING]), time, starter, wait_timeout=60)
    assert isinstance(failure, ConnectionLost)
    assert 50 < time.now - 1000 < 60
    assert starter.open == 0


def test_a_job_that_never_appears_is_not_called_started():
    task, failure = fail(WaitTimeout, StartSession([NOTHING]), None, wait_timeout=5)
    assert "no clone job of tenant clone_a has appeared within 30 s" in failure.message
    assert (task.as_result()["changed"], task.as_result()["executed_statements"]) == (False, [])
    assert task.as_result()["maybe_started_after"] == "0"
    assert task.sentence(failure).startswith(
        "Cannot find out whether the clone of tenant mysql001 as clone_a was started: no clone job")


DENIED = NoPrivilege("SELECT command denied", errno=1142)


@pytest.mark.parametrize(("answer", "expected"), [
    (None, "5"), ("ok", "5"), (LOST, "5"), (server_failure(9110, "HY000", "it failed"), "5"), (REFUSED, None)])
def test_what_may_have_been_started_is_told_if_the_views_cannot_be_read(answer, expected):
    task, _failure = fail(NoPrivilege, StartSession([seen(HISTORY, "CLONE_SYS_CANCELED", job_id=5), DENIED]), answer)
    assert (task.as_result()["maybe_started_after"], task.as_result()["changed"]) == (expected, False)


def test_a_lost_statement_may_have_an_effect_although_its_repetition_is_refused():
    refusal = server_failure(4179, "HY000", "log archive is not ready, create tenant snapshot not allowed")
    task, _failure = fail(Refused, StartSession([NOTHING]), LOST, refusal)
    assert task.as_result()["maybe_started_after"] == "0"


def test_what_was_started_is_not_uncertain_any_more_when_the_job_is_lost_sight_of():
    task, _failure = fail(NoPrivilege, StartSession([NOTHING, LOCK, DENIED]), None)
    assert (task.as_result()["maybe_started_after"], task.as_result()["changed"]) == (None, True)


def test_the_end_of_the_wait_says_that_the_clone_goes_on():
    task, failure = fail(WaitTimeout, StartSession([NOTHING, LOCK]), None, wait_timeout=5)
    assert failure.message == "clone job 1706251714452555625 is still in CLONE_SYS_LOCK after 5 s (wait_timeout)"
    assert "The clone goes on by itself" in failure.hint
    assert task.as_result()["changed"] is True


def test_a_job_that_vanishes_is_not_called_completed():
    fail(ServerError, StartSession([NOTHING, LOCK, NOTHING]), None)


@pytest.mark.parametrize(("wait", "outcome"), [(True, "completed"), (False, "running")])
def test_check_mode_predicts_the_start_and_sends_nothing(wait, outcome):
    task, _starter = run(StartSession([NOTHING]), check_mode=True, wait=wait)
    result = task.as_result()
    assert (result["changed"], result["outcome"], result["executed_statements"]) == (True, outcome, [STATEMENT])
    assert task.diff()["before"] == {}
    assert task.diff()["after"] == ({"status": "CLONE_SYS_SUCCESS", "view": HISTORY} if wait else
                                    {"status": "CLONE_SYS_LOCK", "view": PROGRESS})
    assert result["msg"] == "Would clone tenant mysql001 as clone_a (resource pool pool_a, unit config unit001)."


def test_check_mode_predicts_a_refusal():
    _task, failure = fail(Refused, StartSession([NOTHING], resources=()), check_mode=True)
    assert "there is no unit config unit001" in failure.message
    fail(Refused, StartSession([NOTHING], resources=(UNIT, {"kind": "pool", "name": "pool_a"})), check_mode=True)


def test_a_pool_whose_name_differs_in_case_is_left_to_the_server():
    resources = ({"kind": "unit", "name": "UNIT001"}, {"kind": "pool", "name": "POOL_A"})
    task, _starter = run(StartSession([NOTHING], resources=resources), check_mode=True)
    assert task.as_result()["changed"] is True


@pytest.mark.parametrize("status", [status for status, phase in STATUSES.items() if phase is Phase.CANCELLABLE])
def test_check_mode_does_not_wait_for_a_running_clone(status):
    session = StartSession([seen(PROGRESS, status)])
    task, _starter = run(session, check_mode=True)
    assert (task.as_result()["outcome"], task.as_result()["polls"]) == ("already_running", 1)


def test_a_conflict_shows_the_job_that_stands_in_the_way():
    task, _failure = fail(Refused, StartSession([seen(PROGRESS, "CLONE_SYS_LOCK", resource_pool_name="other")]))
    assert task.as_result()["job"]["resource_pool_name"] == "other"


@pytest.mark.parametrize("options", [
    {"wait_timeout": -1}, {"poll_interval": 0.0}, {"poll_interval": float("nan")}, {"clone_tenant": "it's"},
    {"source_tenant": ""}, {"resource_pool": "a`b"}, {"unit_config": "a" * 129}])
def test_what_cannot_be_meant_is_refused_before_anything_is_sent(options):
    with pytest.raises(InvalidOption, match=next(iter(options))):
        attempt(StartSession([]), FakeTime(), None, **options)


def test_of_several_new_jobs_the_newest_counts():
    both = [*seen(HISTORY, "CLONE_SYS_CANCELED", job_id=7), *seen(PROGRESS, "CLONE_SYS_LOCK", job_id=8)]
    end = [*both[:1], *seen(HISTORY, "CLONE_SYS_SUCCESS", job_id=8)]
    for first in (both, both[::-1]):
        task, _starter = run(StartSession([NOTHING, first, end]), None)
        assert task.as_result()["job"]["clone_job_id"] == "8"


def test_an_answer_is_awaited_between_looks_and_no_longer_than_the_poll_interval():
    """Whoever has no answer waits for it; whoever has one sleeps."""
    for answer, waits, sleeps in ((None, 3, 0), ("ok", 1, 2)):
        time = FakeTime()
        starter = FakeStarter(time, answer)
        asked = []
        wait = starter.wait
        starter.wait = lambda seconds, wait=wait, asked=asked: asked.append(seconds) or wait(seconds)
        _report, failure = attempt(StartSession([NOTHING, NOTHING, NOTHING, LOCK, DONE]), time, starter,
                                   poll_interval=0.05)
        assert failure is None
        # The last one asks whether a refusal has come.
        assert asked == [0.05] * waits + [0.1]
        assert time.sleeps[:sleeps] == [0.05] * sleeps
