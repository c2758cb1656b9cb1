# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release. Do not use it from elsewhere.
"""The procedure of ob_clone: look, decide, start on a session of its own, follow the job to its history row."""

from __future__ import annotations

from typing import Any, Callable, Dict, Mapping, NamedTuple, Optional

from .._clock import (
    Clock,
    back_off,
    check_wait_options,
    poll_delay,
)
from .._connection.login import Login
from .._connection.session import Session
from .._errors import Failure, WaitTimeout
from .._views.jobs import CloneJob, Sighting
from .._views.selector import Selector
from .._views.tenants import may_have_been_executed
from .start_decision import (
    Situation,
    StartAction,
    StartDecision,
    StartOutcome,
    decide_start,
    has_completed,
    obstacle,
)
from .start_report import StartReport
from .start_rules import Wanted, explain
from .start_views import read_new_job, read_situation
from .starter import Starter
from .task import Task
from .watch import Watch

# The server refuses within milliseconds. If the job of the wanted name that has just appeared is somebody else's, the
# refusal of our statement is there by then.
_TIME_FOR_A_REFUSAL = 0.1
# The clone failed, or takes longer than the server waits: in both cases it was started (facts: Waiting session).
_STARTED_ALL_THE_SAME = (9109, 9110)


class StartRequest(NamedTuple):
    """What the caller wants; seconds where it is time."""

    wanted: Wanted
    wait: bool
    wait_timeout: float
    poll_interval: float
    check_mode: bool

    @classmethod
    def from_options(cls, options: Mapping[str, Any], check_mode: bool) -> StartRequest:
        """The request that module options ask for; InvalidOption for what cannot be meant."""
        check_wait_options(options)
        wanted = Wanted(options["clone_tenant"], options["source_tenant"], options["resource_pool"],
                        options["unit_config"]).checked()
        return cls(wanted, options["wait"], float(options["wait_timeout"]), options["poll_interval"], check_mode)


class StartTask(Task):
    """Sees to it that the wanted clone exists or is on its way."""

    def __init__(self, open_starter: Callable[[Login, str], Starter] = Starter) -> None:
        self.report = StartReport()
        self.warnings = self.report.warnings
        self.request: Optional[StartRequest] = None
        self.open_starter = open_starter

    def prepare(self, options: Mapping[str, Any], check_mode: bool) -> None:
        self.request = StartRequest.from_options(options, check_mode)

    def work(self, session: Session, clock: Clock) -> None:
        if self.request is None:
            raise AssertionError("prepare() comes before work()")
        report = self.report
        try:
            report.outcome = _Run(self.request, session, clock, report, self.open_starter).outcome()
            report.msg = report.sentence(self.request.wanted, self.request.check_mode)
        finally:
            report.reconnects = session.reconnects
            report.elapsed = clock.elapsed()

    def result(self) -> Dict[str, Any]:
        return self.report.as_result()

    def diff(self) -> Dict[str, Any]:
        return self.report.diff()

    def doing(self) -> str:
        if self.request is None:
            return "clone the tenant"
        clone = "tenant %s as %s" % (self.request.wanted.source_tenant, self.request.wanted.clone_tenant)
        if self.report.maybe_started_after is not None:
            return "find out whether the clone of %s was started" % clone
        if self.report.changed:
            return "confirm the clone of %s, which was started" % clone
        return "clone %s" % clone


class _Run:
    """One run of the procedure."""

    def __init__(self, request: StartRequest, session: Session, clock: Clock, report: StartReport,
                 open_starter: Callable[[Login, str], Starter]) -> None:
        self.request = request
        self.session = session
        self.clock = clock
        self.report = report
        self.open_starter = open_starter
        read_timeout = float(session.login.read_timeout)
        # Also without waiting there must be time for the job to appear.
        self.watch = Watch(session, clock, report, request.wait_timeout if request.wait else read_timeout)
        self.newest_id = 0

    def outcome(self) -> str:
        """Does everything from the first connection to the outcome."""
        self.watch.connect()
        situation = self.read()
        self.newest_id = situation.newest_id
        decision = self.decide(situation)
        if decision.action is not StartAction.START:
            return self.carry_on(decision)
        if not self.request.check_mode:
            return self.start(decision)
        failure = obstacle(self.request.wanted, situation)
        if failure is not None:
            raise failure
        self.report.would_start(self.request.wanted.statement())
        return decision.outcome

    def read(self) -> Situation:
        """What the views show."""
        return self.watch.ask(
            lambda: read_situation(self.session, self.request.wanted, with_resources=self.request.check_mode))

    def decide(self, situation: Situation) -> StartDecision:
        """The decision for what was seen; the job that decided is in the report, also if it stands in the way."""
        name = self.request.wanted.clone_tenant
        job = next((job for job in situation.running if job.clone_tenant == name), None)
        try:
            decision = decide_start(self.request.wanted, situation, self.request.wait)
            job = decision.job
        finally:
            self.report.saw(job, self.clock.elapsed())
        return decision

    def carry_on(self, decision: StartDecision) -> str:
        """The outcome if there is nothing to start."""
        self.report.maybe_started_after = None
        if decision.action is StartAction.FOLLOW and not self.request.check_mode:
            if decision.job is None:
                raise AssertionError("only a job can be followed")
            self.follow(decision.job)
        return decision.outcome

    def start(self, decision: StartDecision) -> str:
        """
        Starts the clone and returns the outcome.

        A refusal may mean that somebody else has just started the same clone, and after a lost answer the statement
        may have been executed. So the views decide, and the statement is sent again only when they show that it had
        no effect: OceanBase allows one running job of a name, so that a late one and its repetition cannot both work.
        """
        statement = self.request.wanted.statement()
        # So that the driver's time-out does not end the session before the job ends.
        login = self.session.login._replace(read_timeout=int(max(self.watch.deadline, self.session.login.read_timeout)))
        lost: Optional[Failure] = None
        sent = 0
        while True:
            sent += 1
            with self.open_starter(login, statement) as starter:
                try:
                    job = self.first_sight(starter)
                finally:
                    # Also if the views could not be read, or show the job only later.
                    ours = lost is not None or self.is_ours(starter)
                    self.report.maybe_started_after = str(self.newest_id) if ours else None
                if job is not None and ours:
                    return self.started(statement, job, decision.outcome, lost)
            failure = starter.failure
            if failure is None:
                raise AssertionError("a starter that did not start has a failure")
            lost = failure if _may_have_started_it(starter) else lost
            again = self.decide(self.read())
            if again.action is not StartAction.START:
                if lost is not None and again.job is not None and self.may_be_ours(again.job):
                    return self.started(statement, again.job, decision.outcome, lost)
                return self.carry_on(again)
            pause = back_off(sent)
            if not failure.transient or self.clock.elapsed() + pause >= self.watch.deadline:
                raise explain(failure, self.request.wanted)
            self.clock.sleep(pause, self.watch.deadline)
            self.report.warnings.append(
                "CREATE TENANT was sent again: the views showed that number %d had no effect (%s)."
                % (sent, failure.message))

    def first_sight(self, starter: Starter) -> Optional[CloneJob]:
        """The job as soon as a view shows it, or None if the statement was answered with a failure and none does."""
        wanted = self.request.wanted
        start = self.clock.elapsed()
        deadline = max(self.watch.deadline, start + self.session.login.read_timeout)
        answered = False
        while True:
            pause = poll_delay(self.clock.elapsed() - start, self.request.poll_interval)
            if answered:
                # The job was started, and this view lags behind.
                self.clock.sleep(pause, deadline)
            # Asked before the look: what the server has answered, the look can tell.
            answered = answered or starter.wait(pause)
            job = self.watch.ask(lambda: read_new_job(self.session, wanted, self.newest_id))
            self.report.saw(job, self.clock.elapsed())
            failure = starter.failure if answered else None
            if job is not None or (failure is not None and failure.errno not in _STARTED_ALL_THE_SAME):
                return job
            if self.clock.elapsed() >= deadline:
                raise WaitTimeout(
                    "no clone job of tenant %s has appeared within %s s" % (
                        wanted.clone_tenant, format(deadline - start, ".3g")),
                    "Whether OceanBase will still start it is unknown. Run the task again: it looks first.")

    def is_ours(self, starter: Starter) -> bool:
        """Whether the job that has appeared comes from the starter's statement."""
        answered = starter.wait(_TIME_FOR_A_REFUSAL)
        return not answered or starter.failure is None or _may_have_started_it(starter)

    def may_be_ours(self, job: CloneJob) -> bool:
        """Whether a job of the clone's name may come from a statement of this run."""
        return int(job.job_id) > self.newest_id and not self.request.wanted.differences(job)

    def started(self, statement: str, job: CloneJob, outcome: str, lost: Optional[Failure]) -> str:
        """The outcome once the job that this run started is in the views."""
        self.report.started(statement)
        if lost is not None:
            self.report.warnings.append(
                "Whether CREATE TENANT was executed was uncertain (%s), but the views show a new clone job of these "
                "names, so it is taken for the one of this task." % lost.message)
        if self.request.wait:
            self.follow(job)
            return outcome
        return StartOutcome.COMPLETED if has_completed(job, wait=False) else outcome

    def follow(self, job: CloneJob) -> None:
        """Looks until the job has made the tenant; CloneFailed if it ends otherwise."""
        def verdict(sighting: Sighting) -> Optional[bool]:
            if sighting.job is None:
                raise AssertionError("a job that is followed is in one of the views")
            return has_completed(sighting.job, wait=True) or None

        # A job that has ended already needs no further look.
        if has_completed(job, wait=True):
            return
        self.watch.follow(
            Selector(clone_job_id=job.job_id), self.request.poll_interval, True, verdict,
            "The clone goes on by itself. Run the task again to resume waiting, or cancel it with ob_clone_cancel.")


def _may_have_started_it(starter: Starter) -> bool:
    """Whether there may be a clone job although the starter has a failure."""
    failure = starter.failure
    return starter.sent and failure is not None and (
        may_have_been_executed(failure) or failure.errno in _STARTED_ALL_THE_SAME)
