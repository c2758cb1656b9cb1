# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release. Do not use it from elsewhere.
"""Procedure of ob_clone: looks, decides, starts on a session of its own, follows the job to its history row."""

from __future__ import annotations

from typing import Any, Callable, Mapping, NamedTuple, Optional, cast

from .._clock import (
    Budget,
    Clock,
    check_wait_options,
    poll,
    poll_delay,
    repeat,
    retry,
    spell_seconds,
    wait_argument_spec,
)
from .._connection.login import Login
from .._connection.session import Session
from .._errors import Failure, WaitTimeout, may_have_been_executed
from .._runner import Description
from .._views.jobs import HISTORY, LOCK, PROGRESS, SUCCESS, CloneJob
from .follow import follow
from .start_decision import (
    StartAction,
    StartDecision,
    StartOutcome,
    decide_start,
    has_completed,
    obstacle,
)
from .start_report import StartReport
from .start_rules import Wanted, explain
from .start_situation import Situation, read_new_job, read_situation
from .starter import Starter

# The server refuses within milliseconds. If the job of the wanted name that has just appeared is somebody else's, the
# refusal of our statement is there by then.
_TIME_FOR_A_REFUSAL = 0.1
# The clone failed, or takes longer than the server waits: in both cases it was started (facts: Waiting session).
_STARTED_ALL_THE_SAME = (9109, 9110)

OpenStarter = Callable[[Login, str, Budget], Starter]


class StartRequest(NamedTuple):
    """Holds what the caller wants; times are in seconds."""

    wanted: Wanted
    wait: bool
    wait_timeout: float
    poll_interval: float
    check_mode: bool

    @classmethod
    def from_options(cls, options: Mapping[str, Any], check_mode: bool) -> StartRequest:
        """Returns the request for module options; InvalidOption if a name or a time is not allowed."""
        check_wait_options(options)
        wanted = Wanted(options["clone_tenant"], options["source_tenant"], options["resource_pool"],
                        options["unit_config"]).checked()
        return cls(wanted, options["wait"], float(options["wait_timeout"]), options["poll_interval"], check_mode)

    def doing(self) -> str:
        """Returns what the module does, to follow "Cannot "."""
        return "clone %s" % self.wanted.describe()


def start(request: StartRequest, session: Session, clock: Clock, report: StartReport,
          open_starter: OpenStarter = Starter) -> None:
    """Starts the wanted clone unless it exists or is on its way, and follows it."""
    # Also without waiting there must be time for the job to appear.
    seconds = request.wait_timeout if request.wait else float(session.login.read_timeout)
    budget = Budget(clock, seconds, seconds + session.login.read_timeout)
    report.what = request.wanted.describe()
    session.log_in(budget)
    situation = _read(request, session, budget)
    decision = _decide(request, situation, clock, report)
    if decision.action is not StartAction.START:
        _carry_on(request, decision, session, budget, report)
    elif request.check_mode:
        failure = obstacle(request.wanted, situation)
        if failure is not None:
            raise failure
        report.started(request.wanted.statement())
        report.clone.would_become(*((SUCCESS, HISTORY) if request.wait else (LOCK, PROGRESS)))
        report.clone.outcome = decision.outcome
    else:
        _start(request, session, situation.newest_id, decision.outcome, budget, report, open_starter)
    report.msg = report.explain(request.wanted, request.check_mode)


def _read(request: StartRequest, session: Session, budget: Budget) -> Situation:
    """Returns what the views show."""
    return retry(lambda: read_situation(session, request.wanted, request.check_mode, budget), budget)


def _decide(request: StartRequest, situation: Situation, clock: Clock, report: StartReport) -> StartDecision:
    """Returns the decision; the job that decided is in the report, also if it stands in the way."""
    name = request.wanted.clone_tenant
    job = next((job for job in situation.running if job.clone_tenant == name), None)
    try:
        decision = decide_start(request.wanted, situation, request.wait)
        job = decision.job
    finally:
        report.saw(job, clock.elapsed())
    return decision


def _carry_on(request: StartRequest, decision: StartDecision, session: Session, budget: Budget,
              report: StartReport) -> None:
    """Reports the outcome if there is nothing to start; follows the running job if there is one."""
    report.maybe_started_after = None
    if decision.action is StartAction.FOLLOW and decision.job and not request.check_mode:
        _follow(request, decision.job, session, budget, report)
    report.clone.outcome = decision.outcome


def _start(request: StartRequest, session: Session, newest_id: int, outcome: str, budget: Budget, report: StartReport,
           open_starter: OpenStarter) -> None:
    """
    Starts the clone and reports the outcome.

    A refusal may mean that somebody else has just started the same clone, and after a lost answer the statement may
    have been executed. So the views decide, and the statement is sent again only when they show no effect of it:
    OceanBase allows one running job of a name, so that a late one and its repetition cannot both work.
    """
    wanted = request.wanted
    # So that the driver's time-out does not end the session before the job ends.
    login = session.login._replace(read_timeout=int(max(budget.deadline, session.login.read_timeout)))
    lost: Optional[Failure] = None
    ineffective: Optional[Failure] = None
    sent = 0

    def attempt() -> Optional[Failure]:
        nonlocal lost, ineffective, sent
        if ineffective is not None:
            report.warnings.append("CREATE TENANT was sent again: the views showed no effect of attempt %d (%s)."
                                   % (sent, ineffective.message))
        sent += 1
        with open_starter(login, wanted.statement(), budget.clock.budget(float("inf"))) as starter:
            try:
                job = _first_sight(request, session, starter, newest_id, budget, report)
            finally:
                # Also if the views could not be read, or show the job only later.
                ours = lost is not None or _is_ours(starter)
                report.maybe_started_after = str(newest_id) if ours else None
            if job is not None and ours:
                _started(request, job, outcome, lost, session, budget, report)
                return None
        # A statement that has not started a job has failed.
        ineffective = cast(Failure, starter.failure)
        lost = ineffective if _may_have_started_it(starter) else lost
        again = _decide(request, _read(request, session, budget), budget.clock, report)
        if again.action is StartAction.START:
            return explain(ineffective, wanted)
        if lost is not None and again.job is not None and (
                int(again.job.job_id) > newest_id and not wanted.differences(again.job)):
            _started(request, again.job, outcome, lost, session, budget, report)
        else:
            _carry_on(request, again, session, budget, report)
        return None

    repeat(attempt, budget)


def _first_sight(request: StartRequest, session: Session, starter: Starter, newest_id: int, budget: Budget,
                 report: StartReport) -> Optional[CloneJob]:
    """Returns the job as soon as a view shows it, or None if the statement has failed and no view shows one."""
    wanted, clock = request.wanted, budget.clock
    read_timeout = float(session.login.read_timeout)
    start_time = clock.elapsed()
    part = budget._replace(deadline=max(budget.deadline, start_time + read_timeout))
    answered = starter.wait(poll_delay(0, request.poll_interval))
    seen: Optional[CloneJob] = None

    def look() -> Optional[bool]:
        nonlocal seen
        seen = retry(lambda: read_new_job(session, wanted, newest_id, budget), budget)
        report.saw(seen, clock.elapsed())
        failure = starter.failure if answered else None
        return True if seen or (failure and failure.errno not in _STARTED_ALL_THE_SAME) else None

    def pause(seconds: float) -> None:
        # Asked before the look: what the server has answered, the look can tell.
        nonlocal answered
        if answered:
            # The job was started, and this view lags behind.
            part.sleep(seconds)
        else:
            answered = starter.wait(seconds)

    if poll(look, part, request.poll_interval, pause) is None:
        raise WaitTimeout(
            "no clone job of tenant %s has appeared within %s s" % (
                wanted.clone_tenant, spell_seconds(part.deadline - start_time)),
            "Whether OceanBase will still start it is unknown. Run the task again: it looks first.")
    return seen


def _is_ours(starter: Starter) -> bool:
    """Tells whether the job that has appeared comes from the starter's statement."""
    answered = starter.wait(_TIME_FOR_A_REFUSAL)
    return not answered or starter.failure is None or _may_have_started_it(starter)


def _may_have_started_it(starter: Starter) -> bool:
    """Tells whether there may be a clone job although the starter has a failure."""
    failure = starter.failure
    return starter.sent and failure is not None and (
        may_have_been_executed(failure) or failure.errno in _STARTED_ALL_THE_SAME)


def _started(request: StartRequest, job: CloneJob, outcome: str, lost: Optional[Failure], session: Session,
             budget: Budget, report: StartReport) -> None:
    """Reports the outcome once the job that this run started is in the views; follows it if the caller waits."""
    report.started(request.wanted.statement())
    if lost is not None:
        report.warnings.append(
            "Whether CREATE TENANT was executed was uncertain (%s), but the views show a new clone job of these "
            "names, so it is taken for the one of this task." % lost.message)
    if request.wait:
        _follow(request, job, session, budget, report)
    elif has_completed(job, wait=False):
        outcome = StartOutcome.COMPLETED
    report.clone.outcome = outcome


def _follow(request: StartRequest, job: CloneJob, session: Session, budget: Budget, report: StartReport) -> None:
    """Follows the job until it has made the tenant; CloneFailed if it ends otherwise."""
    # A job that has ended already needs no further look.
    if has_completed(job, wait=True):
        return
    failures = follow(
        session, [report.clone], lambda _clone, sighting: has_completed(cast(CloneJob, sighting.job), wait=True), True,
        "The clone goes on by itself. Run the task again to resume waiting, or cancel it with ob_clone_cancel.",
        request.poll_interval, budget, report)
    for _clone, failure in failures:
        raise failure


CLONE = Description(
    {
        "clone_tenant": {"type": "str", "required": True, "aliases": ["new_tenant_name"]},
        "source_tenant": {"type": "str", "required": True},
        "resource_pool": {"type": "str", "required": True},
        "unit_config": {"type": "str", "required": True},
        **wait_argument_spec(wait=True, wait_timeout=3600),
    },
    StartRequest.from_options, start, lambda _options: StartReport())
