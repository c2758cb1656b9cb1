# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release. Do not use it from elsewhere.
"""The procedure of ob_clone_cancel: look, decide, cancel, follow the job to its history row."""

from __future__ import annotations

from typing import Any, Dict, Mapping, NamedTuple, Optional, Tuple

from .._clock import Clock, back_off, check_wait_options
from .._connection.session import Session
from .._errors import (
    Failure,
    Refused,
    ServerError,
    UnwantedOutcome,
)
from .._views.jobs import (
    CloneJob,
    Phase,
    Sighting,
    tenant_is_normal,
)
from .._views.selector import Selector, check_name
from .cancel_decision import Action, Decision, Outcome, decide
from .cancel_report import Report
from .task import Task
from .watch import Watch

OUTCOMES_TO_FAIL_ON = (Outcome.COMPLETED, Outcome.FAILED, Outcome.NOT_FOUND)


class Request(NamedTuple):
    """What the caller wants; seconds where it is time."""

    selector: Selector
    wait: bool
    wait_timeout: float
    poll_interval: float
    fail_on: Tuple[str, ...]
    check_mode: bool

    @classmethod
    def from_options(cls, options: Mapping[str, Any], check_mode: bool) -> Request:
        """The request that module options ask for; InvalidOption for what cannot be meant."""
        check_wait_options(options)
        return cls(Selector.from_options(options), options["wait"], float(options["wait_timeout"]),
                   options["poll_interval"], tuple(options["fail_on"]), check_mode)


def cancel_statement(clone_tenant: str) -> str:
    """The statement that cancels the clone of that name; InvalidOption if the name cannot be sent safely."""
    return "ALTER SYSTEM CANCEL CLONE `%s`" % check_name("the name of the clone tenant", clone_tenant)


class CancelTask(Task):
    """Sees to it that the selected clone job is not in flight, as far as that can be."""

    def __init__(self) -> None:
        self.report = Report()
        self.warnings = self.report.warnings
        self.request: Optional[Request] = None

    def prepare(self, options: Mapping[str, Any], check_mode: bool) -> None:
        self.request = Request.from_options(options, check_mode)

    def work(self, session: Session, clock: Clock) -> None:
        if self.request is None:
            raise AssertionError("prepare() comes before work()")
        report = self.report
        try:
            report.outcome = _Run(self.request, session, clock, report).outcome()
            report.msg = report.message(self.request.selector, self.request.check_mode)
        finally:
            report.reconnects = session.reconnects
            report.elapsed = clock.elapsed()
        if report.outcome in self.request.fail_on:
            raise UnwantedOutcome("the outcome is %s, which fail_on lists: %s" % (report.outcome, report.msg))
        if report.outcome == Outcome.COMPLETED:
            self.warnings.append(report.msg)

    def result(self) -> Dict[str, Any]:
        return self.report.as_result()

    def diff(self) -> Dict[str, Any]:
        return self.report.diff()

    def doing(self) -> str:
        if self.request is None:
            return "cancel the clone"
        selector = self.request.selector
        if selector.clone_tenant is not None:
            what = "the clone of tenant %s" % selector.clone_tenant
        elif selector.source_tenant is not None:
            what = "the clone of source tenant %s" % selector.source_tenant
        else:
            what = "clone job %s" % selector.clone_job_id
        if self.report.changed and not self.request.check_mode:
            return "confirm the end of %s, whose CANCEL was accepted" % what
        return "cancel %s" % what


class _Run:
    """One run of the procedure."""

    def __init__(self, request: Request, session: Session, clock: Clock, report: Report) -> None:
        self.request = request
        self.session = session
        self.clock = clock
        self.report = report
        # Also without waiting there must be time to find out what became of a statement whose answer was lost.
        self.watch = Watch(session, clock, report,
                           request.wait_timeout if request.wait else float(session.login.read_timeout))
        # The first look decides which job it is; from then on it is followed by its id, since names repeat.
        self.selector = request.selector
        # Whether the server accepted a CANCEL of this run.
        self.ours = False

    def outcome(self) -> str:
        """Does everything from the first connection to the outcome."""
        self.watch.connect()
        sighting = self.look()
        if sighting.job is None:
            return self.nothing_known(sighting)
        self.selector = Selector(clone_job_id=sighting.job.job_id)
        decision = self.decide(sighting)
        if decision.action is Action.CANCEL:
            if sighting.progress is None:
                raise AssertionError("only a row in PROGRESS can be canceled")
            decision = self.predict(sighting) if self.request.check_mode else self.cancel(sighting.progress)
        if decision.action is Action.WAIT and not self.request.check_mode:
            decision = self.follow()
        if self.ours and decision.outcome not in (Outcome.CANCELED, Outcome.CANCELING):
            self.report.warnings.append("OceanBase accepted the CANCEL, yet clone job %s was not canceled: the CANCEL "
                                        "met a later job of the same name." % self.selector.clone_job_id)
        return decision.outcome

    def nothing_known(self, sighting: Sighting) -> str:
        """The outcome if neither view knows the job: there may be a tenant of that name all the same."""
        name = self.request.selector.clone_tenant
        if sighting.other_case:
            self.report.warnings.append("Names are compared exactly: there is a clone job of tenant %s."
                                        % ", ".join(sorted(set(sighting.other_case))))
        by_name_only = name is not None and self.request.selector == Selector(clone_tenant=name)
        return self.decide(sighting, by_name_only and self.tenant_is_normal(str(name))).outcome

    def look(self, until: Optional[float] = None) -> Sighting:
        """A look at the views that outlasts what is transient, ``until`` then or the deadline; noted in the report."""
        return self.watch.look(self.selector, until)

    def tenant_is_normal(self, name: str) -> bool:
        """Whether the clone's tenant is past the point where OceanBase cancels."""
        return self.watch.ask(lambda: tenant_is_normal(self.session, name))

    def decide(self, sighting: Sighting, tenant_normal: bool = False) -> Decision:
        """The decision for what was seen."""
        return decide(sighting.progress, sighting.history, tenant_normal, self.request.wait, self.ours)

    def predict(self, sighting: Sighting) -> Decision:
        """What the real run would do and be told, for check mode."""
        job = sighting.progress
        if job is None:
            raise AssertionError("only a row in PROGRESS can be canceled")
        decision = self.decide(sighting, self.tenant_is_normal(job.clone_tenant))
        if decision.action is Action.CANCEL:
            self.report.predicted(cancel_statement(job.clone_tenant), job)
        return decision

    def cancel(self, job: CloneJob) -> Decision:
        """
        Sends CANCEL and returns what is left to do.

        Neither a refusal nor a lost answer says what became of the job: one error number stands for five situations
        (facts: Error 4179), and a lost statement may have been executed. So the views decide, and CANCEL
        is sent again only when they show that the one before did not take effect.
        """
        statement = cancel_statement(job.clone_tenant)
        lost: Optional[Failure] = None
        sent = 0
        while True:
            sent += 1
            failure = self.send(statement)
            if failure is None:
                return self.accepted(statement, job)
            lost = failure if failure.uncertain else lost
            sighting = self.look_after(lost)
            decision = self.decide(sighting)
            if decision.action is Action.CANCEL and isinstance(failure, Refused):
                decision = self.decide(sighting, self.tenant_is_normal(job.clone_tenant))
            if decision.action is not Action.CANCEL:
                if sighting.job is None:
                    # It was there a moment ago, so it is not unknown: follow() finds out whether it has vanished.
                    return Decision(Action.WAIT, Outcome.CANCELED)
                if lost is None and isinstance(failure, ServerError) and not failure.transient:
                    self.report.warnings.append("The CANCEL failed (%s), but the views show the job as reported."
                                                % failure.message)
                if lost is None or not _canceled_by_a_command(sighting.job):
                    return decision
                self.report.warnings.append(
                    "The answer to the CANCEL was lost (%s), and the views show that a CANCEL took effect, so it is "
                    "taken for the one of this task." % lost.message)
                return self.accepted(statement, job)
            pause = back_off(sent)
            if not failure.transient or self.clock.elapsed() + pause >= self.watch.deadline:
                raise failure
            self.clock.sleep(pause, self.watch.deadline)
            self.report.warnings.append("The CANCEL was sent again: the views showed that number %d had no effect (%s)."
                                        % (sent, failure.message))

    def send(self, statement: str) -> Optional[Failure]:
        """None if the server accepted the statement, or the failure if only the views can tell what it did."""
        # When time runs out, half of what is left is kept for finding out what became of an unanswered CANCEL.
        self.session.limit((self.watch.end - self.clock.elapsed()) / 2)
        try:
            self.session.run(statement)
        except Failure as failure:
            if failure.transient or isinstance(failure, (Refused, ServerError)):
                return failure
            raise
        finally:
            self.session.limit(self.watch.end - self.clock.elapsed())
        return None

    def look_after(self, lost: Optional[Failure]) -> Sighting:
        """A look that tells what a CANCEL did; a failure says so if that remains unknown."""
        try:
            return self.look(self.watch.end)
        except Failure as failure:
            if lost is not None:
                failure.message += "; before that the answer to the CANCEL was lost (%s)" % lost.message
                failure.hint = ("Whether OceanBase accepted the CANCEL is unknown. Run the task again: it looks first, "
                                "and resumes waiting if the CANCEL was accepted.")
            raise

    def accepted(self, statement: str, job: CloneJob) -> Decision:
        """Notes that the server accepted the CANCEL; what is left is to follow the job."""
        self.ours = True
        self.report.accepted(statement, job)
        return Decision(Action.WAIT, Outcome.CANCELED)

    def follow(self) -> Decision:
        """Looks until the clean-up is over, or just once without ``wait``."""
        def verdict(sighting: Sighting) -> Optional[Decision]:
            decision = self.decide(sighting)
            return decision if decision.action is Action.NOTHING else None

        return self.watch.follow(
            self.selector, self.request.poll_interval, self.request.wait, verdict,
            "OceanBase goes on with the clean-up by itself, but not while the cluster is in upgrade mode. Run the task "
            "again to resume waiting; if the job does not move, search observer.log for the job's trace_id.")


def _canceled_by_a_command(job: Optional[CloneJob]) -> bool:
    """Whether the job shows a CANCEL statement, as opposed to one of the server's own reasons to cancel."""
    return job is not None and job.phase is Phase.CANCELED and job.row["canceled_by"] in (None, "user")
