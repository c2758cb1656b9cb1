# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release. Do not use it from elsewhere.
"""Settles CANCELs that the server did not accept: the views show what they did. Few runs need it."""

from __future__ import annotations

from typing import List

from .._errors import Failure, Refused, ServerError
from .._views.jobs import CloneJob, Phase, Sighting
from .._views.selector import Selector
from .cancel import Run, mark_accepted
from .cancel_decision import Action
from .cancel_report import Clone
from .follow import look_at_jobs


def settle_refused(run: Run, clones: List[Clone]) -> List[Clone]:
    """Settles by one look what the CANCELs did that were not accepted; returns the clones to be canceled again."""
    try:
        part = run._replace(budget=run.budget.to_the_end())
        sightings = look_at_jobs(run.session, clones, [_by_id(clone) for clone in clones], part.budget, run.report)
        normal = _normal_tenants(part, [
            clone.tenant for clone, sighting in zip(clones, sightings)
            if isinstance(clone.refusal, Refused) and run.decide(clone, sighting).action is Action.CANCEL])
    except Failure as failure:
        for clone in clones:
            clone.failure = clone.undecided(failure)
        return []
    again = []
    for clone, sighting in zip(clones, sightings):
        try:
            if _must_be_sent_again(run, clone, sighting, clone.tenant in normal):
                again.append(clone)
        except Failure as failure:
            clone.failure = failure
    return again


def _normal_tenants(run: Run, names: List[str]) -> List[str]:
    """Returns which names belong to a NORMAL tenant, as far as this login may see that."""
    try:
        return run.normal_tenants(names)
    except Failure as failure:
        if failure.transient:
            raise
        return []


def _must_be_sent_again(run: Run, clone: Clone, sighting: Sighting, tenant_normal: bool) -> bool:
    """Tells whether the CANCEL, which failed with ``clone.refusal``, had no effect; otherwise notes what it did."""
    refusal, lost = clone.refusal, clone.lost
    decision = run.decide(clone, sighting, tenant_normal)
    if refusal is None:
        return False
    if decision.action is Action.CANCEL:
        if not refusal.transient:
            raise refusal
        return True
    if sighting.job is None:
        # It was there a moment ago, so it is not unknown: _follow_all() finds out whether it has vanished.
        clone.must_be_followed = True
    elif lost is not None and _canceled_by_a_command(sighting.job):
        run.report.warnings.append(
            "Whether the CANCEL of the clone of tenant %s was executed was uncertain (%s). The views show that a "
            "CANCEL took effect, so it is taken for the one of this task." % (clone.tenant, lost.message))
        mark_accepted(clone)
    else:
        if lost is None and isinstance(refusal, ServerError) and not refusal.transient:
            run.report.warnings.append("The CANCEL of the clone of tenant %s failed (%s), but the views show the job "
                                       "as reported." % (clone.tenant, refusal.message))
        if decision.action is Action.WAIT:
            clone.must_be_followed = True
        else:
            clone.outcome = decision.outcome
    return False


def _canceled_by_a_command(job: CloneJob) -> bool:
    """Tells whether the job shows a CANCEL statement, as opposed to one of the server's own reasons to cancel."""
    return job.phase is Phase.CANCELED and job.row["canceled_by"] in (None, "user")


def _by_id(clone: Clone) -> Selector:
    """Returns the selector of the clone's very job: names repeat, ids do not."""
    return Selector(clone_job_id=clone.job.job_id if clone.job else None)
