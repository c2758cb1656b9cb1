# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release. Do not use it from elsewhere.
"""Procedure of ob_clone_cancel: looks, decides, cancels, follows the jobs to their history rows."""

from __future__ import annotations

import contextlib
from typing import Any, Dict, List, Mapping, NamedTuple, Optional, Sequence, Tuple

from .._clock import Budget, Clock, check_wait_options, repeat, retry, wait_argument_spec
from .._connection.session import Session
from .._errors import ConnectionLost, Failure, InvalidOption, Refused, ServerError, UnwantedOutcome
from .._options import nearest
from .._runner import Description
from .._views.jobs import CANCELED, CANCELING, HISTORY, PROGRESS, SUCCESS, CloneJob, Phase, Sighting
from .._views.selector import (
    LISTS,
    Selector,
    check_name,
    selector_argument_spec,
    selectors_argument_spec,
)
from .._views.tenants import read_tenants
from .cancel_decision import Action, Decision, Outcome, decide
from .cancel_report import CancelReport, Clone
from .follow import follow, look_at_jobs

OUTCOMES_TO_FAIL_ON = (Outcome.COMPLETED, Outcome.FAILED, Outcome.NOT_FOUND)


class Request(NamedTuple):
    """Holds what the caller wants; times are in seconds."""

    selectors: Tuple[Selector, ...]
    wait: bool
    until_ended: bool
    wait_timeout: float
    poll_interval: float
    fail_on: Tuple[str, ...]
    check_mode: bool

    @classmethod
    def from_options(cls, options: Mapping[str, Any], check_mode: bool) -> Request:
        """Returns the request for module options; InvalidOption if a name or a time is not allowed."""
        check_wait_options(options)
        selectors = (Selector.several_from_options(options) if names_several(options)
                     else [Selector.from_options(options)])
        if selectors == [Selector()]:
            # Ansible counts an option that is null as given. Without a name every job would match.
            raise InvalidOption("one of the following is required: %s" % ", ".join([*LISTS.values(), *LISTS]),
                                "Name the clones to cancel.")
        return cls(tuple(selectors), options["wait"], options["wait_until"] == "ended", float(options["wait_timeout"]),
                   options["poll_interval"], tuple(options["fail_on"]), check_mode)

    def doing(self) -> str:
        """Returns what the module does, to follow "Cannot "."""
        if len(self.selectors) == 1:
            return Clone(self.selectors[0]).doing(self.check_mode)
        return "cancel %d clones" % len(self.selectors)


class Run(NamedTuple):
    """Bundles what the steps of a run hand on."""

    request: Request
    session: Session
    budget: Budget
    report: CancelReport

    def decide(self, clone: Clone, sighting: Sighting, tenant_normal: bool = False) -> Decision:
        """Returns the decision for what a look has shown of a clone."""
        return decide(sighting.progress, sighting.history, tenant_normal, self.request.wait, clone.changed,
                      self.request.until_ended)

    def normal_tenants(self, names: Sequence[str]) -> List[str]:
        """Returns which of the names belong to a NORMAL tenant, whose clone OceanBase does not cancel any more."""
        if not names:
            return []
        rows = retry(lambda: read_tenants(self.session, ("TENANT_NAME", "STATUS"), names, self.budget), self.budget)
        return [str(row["tenant_name"]) for row in rows if row["status"] == "NORMAL"]


def names_several(options: Mapping[str, Any]) -> bool:
    """Tells whether the options name clones in lists."""
    return any(options.get(option) is not None for option in LISTS)


def cancel(request: Request, session: Session, clock: Clock, report: CancelReport) -> None:
    """Ensures that the selected clone jobs are not in flight, as far as that is possible."""
    # Also without waiting there must be time to find out what a CANCEL did whose answer was lost.
    seconds = request.wait_timeout if request.wait else float(session.login.read_timeout)
    run = Run(request, session, Budget(clock, seconds, seconds + session.login.read_timeout), report)
    report.begin(request.selectors)
    if not request.selectors:
        report.msg = "No clone was named, so there was nothing to cancel."
        return
    try:
        session.log_in(run.budget)
        _cancel_all(run, _find(run))
        _follow_all(run)
    except Failure as failure:
        # Without a session nothing that is still open can be settled.
        for clone in report.distinct():
            if clone.is_open:
                clone.failure = clone.undecided(failure)
    _conclude(run)


def _find(run: Run) -> List[Clone]:
    """Decides about each clone from one look at the views, and returns those that are to be canceled."""
    report, check_mode = run.report, run.request.check_mode
    sightings = look_at_jobs(run.session, report.clones, run.request.selectors, run.budget, report)
    by_id: Dict[str, Clone] = {}
    seen = []
    for number, (clone, sighting) in enumerate(zip(list(report.clones), sightings)):
        if sighting.job is None and sighting.other_case:
            report.warnings.append("Names are compared exactly: there is a clone job of tenant %s."
                                   % ", ".join(sighting.other_case))
        clone.failure = sighting.ambiguous
        if sighting.job and not sighting.ambiguous:
            report.clones[number] = by_id.setdefault(sighting.job.job_id, clone)
        if report.clones[number] is clone and clone.is_open:
            clone.tenant = sighting.job.clone_tenant if sighting.job else clone.selector.clone_tenant or ""
            seen.append((clone, sighting))
    normal = _normal_tenants(run, [clone for clone, sighting in seen if _status_matters(clone, sighting, run)])
    _warn_of_unknown_sources(run, [clone.selector.source_tenant for clone, sighting in seen
                                   if clone.selector.source_tenant is not None and sighting.progress is None])
    to_cancel = []
    for clone, sighting in seen:
        if not clone.is_open:
            continue
        try:
            decision = run.decide(clone, sighting, clone.tenant in normal)
            if decision.action is Action.CANCEL:
                check_name("the name of the clone tenant", clone.tenant)
        except Failure as failure:
            clone.failure = failure
            continue
        if decision.action is Action.CANCEL and not check_mode:
            to_cancel.append(clone)
        elif decision.action is Action.WAIT and not check_mode:
            clone.must_be_followed = True
        else:
            clone.outcome = decision.outcome
        if decision.action is Action.CANCEL and check_mode:
            clone.accepted(_statement(clone))
        if decision.action is not Action.NOTHING and check_mode and sighting.job:
            clone.would_become(*_end(decision, sighting.job))
    return to_cancel


def _end(decision: Decision, job: CloneJob) -> Tuple[str, str]:
    """Returns the status that the job would have when the run ends, and the view that would show it."""
    if decision.outcome == Outcome.CANCELING:
        return CANCELING, PROGRESS
    ends = {Outcome.COMPLETED: SUCCESS, Outcome.FAILED: job.status}
    return ends.get(decision.outcome, CANCELED), HISTORY


def _status_matters(clone: Clone, sighting: Sighting, run: Run) -> bool:
    """Tells whether the status of the clone's tenant decides: before a real CANCEL it does not, as the server knows."""
    if sighting.job is None:
        # A name alone may be that of a tenant whose clone ended long ago; other options name more than that.
        return bool(clone.tenant) and clone.selector == Selector(clone_tenant=clone.tenant)
    return run.request.check_mode and sighting.progress is not None and sighting.progress.phase is Phase.CANCELLABLE


def _normal_tenants(run: Run, clones: Sequence[Clone]) -> List[str]:
    """Returns which clones have a NORMAL tenant. If this login may not see that, these clones fail, and no others."""
    try:
        return run.normal_tenants([clone.tenant for clone in clones])
    except Failure as failure:
        if failure.transient:
            raise
        for clone in clones:
            clone.failure = failure
        return []


def _warn_of_unknown_sources(run: Run, names: Sequence[str]) -> None:
    """Warns of source tenants that do not exist, with the nearest name. The task does not fail if that fails."""
    if not names:
        return
    with contextlib.suppress(Failure):
        known = [str(row["tenant_name"]) for row in read_tenants(run.session, ("TENANT_NAME",), None, run.budget)
                 if not row["tenant_name"].startswith("META$")]
        for name in names:
            if name not in known:
                near = nearest(name, known)
                run.report.warnings.append("There is no source tenant %s%s." % (
                    name, " (the nearest name is %s)" % near if near else ""))


def _statement(clone: Clone) -> str:
    """Returns the statement that cancels the clone; its name was checked."""
    return "ALTER SYSTEM CANCEL CLONE `%s`" % clone.tenant


def _cancel_all(run: Run, clones: List[Clone]) -> None:
    """
    Sends a CANCEL for each clone, in this order.

    Neither a refusal nor a lost answer tells what it did: one error number stands for five situations (facts: Error
    4179), and a lost statement may have been executed. So the views decide, and a CANCEL is sent again only when they
    show no effect of the one before. It is sent at once, so that the clone does not complete meanwhile: if the
    server still executes the one before, it accepts one of the two (facts: Cancel errors).
    """
    pending = list(clones)

    def attempt() -> Optional[Failure]:
        for clone in pending:
            _send(run, clone)
        pending[:] = [clone for clone in pending if clone.refusal and clone.is_open]
        if not pending:
            return None
        # Here, because Python compiles whatever a task imports anew each time.
        from .cancel_refused import settle_refused
        pending[:] = settle_refused(run, pending)
        return pending[0].refusal if pending else None

    try:
        repeat(attempt, run.budget)
    except Failure as failure:
        if not pending or failure is not pending[0].refusal:
            raise
        for clone in pending:
            refusal = clone.refusal
            clone.failure = clone.undecided(refusal) if isinstance(refusal, ConnectionLost) else refusal


def _send(run: Run, clone: Clone) -> None:
    """Sends the CANCEL. If only the views can tell what it did, ``clone.refusal`` is its failure."""
    if clone.refusal:
        run.report.warnings.append(
            "The CANCEL of the clone of tenant %s was sent again: the views showed no effect of attempt %d (%s)."
            % (clone.tenant, clone.sent, clone.refusal.message))
    clone.sent += 1
    clone.refusal = None
    # When time runs out, half of what is left is kept for finding out what an unanswered CANCEL did.
    half = run.budget.end_within(run.budget.left() / 2)
    try:
        run.session.connect(half)
    except Failure as failure:
        if not failure.transient:
            raise
        # Nothing was sent, so nothing is lost.
        clone.refusal = failure
        return
    try:
        run.session.run(_statement(clone), (), half)
    except Failure as failure:
        if failure.transient or isinstance(failure, (Refused, ServerError)):
            clone.refusal = failure
            clone.lost = failure if failure.uncertain else clone.lost
        else:
            clone.failure = failure
    else:
        mark_accepted(clone)


def mark_accepted(clone: Clone) -> None:
    """Notes that the server accepted the CANCEL; what is left is to follow the job."""
    clone.accepted(_statement(clone))
    clone.must_be_followed = True


def _follow_all(run: Run) -> None:
    """Follows the jobs until their clean-up is over, or looks just once without ``wait``."""
    def settle(clone: Clone, sighting: Sighting) -> bool:
        decision = run.decide(clone, sighting)
        if decision.action is Action.NOTHING:
            clone.outcome = decision.outcome
        return decision.action is Action.NOTHING

    followed = [clone for clone in run.report.distinct() if clone.must_be_followed]
    for clone, failure in follow(
            run.session, followed, settle, run.request.wait,
            "OceanBase goes on by itself, but not while the cluster is in upgrade mode. Run the task "
            "again to resume waiting; if the job does not move, search observer.log for the job's trace_id.",
            run.request.poll_interval, run.budget, run.report):
        clone.failure = failure


def _conclude(run: Run) -> None:
    """Reports the final state of each clone, and raises the first failure."""
    report, request = run.report, run.request
    for clone in report.distinct():
        if clone.outcome is not None:
            clone.msg = clone.message(request.check_mode)
            if clone.changed and clone.outcome not in (Outcome.CANCELED, Outcome.CANCELING):
                report.warnings.append(
                    "OceanBase accepted the CANCEL, yet clone job %s was not canceled: the CANCEL met a later job of "
                    "the same name." % (clone.job.job_id if clone.job else None))
            if clone.outcome in request.fail_on:
                clone.failure = UnwantedOutcome("the outcome is %s, which fail_on lists: %s" % (
                    clone.outcome, clone.msg))
            elif clone.outcome == Outcome.COMPLETED:
                report.warnings.append(clone.msg)
        if clone.failure is not None:
            clone.msg = clone.failure.sentence(clone.doing(request.check_mode))
    report.msg = report.all_messages()
    for clone in report.clones:
        if clone.failure is not None:
            raise clone.failure


CLONE_CANCEL = Description(
    {
        **selector_argument_spec(),
        **selectors_argument_spec(),
        "wait_until": {"type": "str", "default": "canceled", "choices": ["canceled", "ended"]},
        **wait_argument_spec(wait=True, wait_timeout=600),
        "fail_on": {"type": "list", "elements": "str", "default": [], "choices": list(OUTCOMES_TO_FAIL_ON)},
    },
    Request.from_options, cancel, lambda options: CancelReport(names_several(options)),
    {"required_one_of": [[*LISTS.values(), *LISTS]],
     "mutually_exclusive": [[single, several] for single in LISTS.values() for several in LISTS]})
