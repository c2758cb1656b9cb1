# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release. Do not use it from elsewhere.
"""Follows clone jobs by their ids until they have ended: names repeat in the views, ids do not."""

from __future__ import annotations

from typing import Callable, Dict, List, Optional, Sequence, Tuple, TypeVar

from .._clock import Budget, poll, poll_delay, retry, spell_seconds
from .._connection.session import Session
from .._errors import Failure, ServerError, WaitTimeout
from .._views.jobs import Sighting, find_jobs
from .._views.selector import Selector
from .report import JobReport, Report

C = TypeVar("C", bound=JobReport)

# A single look that does not show a job is not enough to call it vanished: the answer may come from a lagging replica.
_LOOKS_UNTIL_VANISHED = 3


def look_at_jobs(session: Session, clones: Sequence[JobReport], selectors: Sequence[Selector], budget: Budget,
                 report: Report) -> List[Sighting]:
    """Returns what one look shows of the selected jobs, and notes it in their reports; retries transient failures."""
    sightings = retry(lambda: find_jobs(session, selectors, budget), budget)
    report.polls += 1
    for clone, sighting in zip(clones, sightings):
        clone.saw(sighting.job, budget.clock.elapsed())
    return sightings


def follow(session: Session, clones: Sequence[C], settle: Callable[[C, Sighting], bool], wait: bool,
           hint: str, poll_interval: float, budget: Budget, report: Report) -> List[Tuple[C, Failure]]:
    """
    Looks at the jobs of ``clones``, all in one statement, until ``settle(clone, sighting)`` is true of each. The first
    look is at once if the caller does not ``wait``. Returns those that did not settle, with the reason: the Failure
    that ``settle`` raised, WaitTimeout with ``hint`` at the deadline, or ServerError for a job that has vanished.
    """
    pending = {str(clone.job.job_id): clone for clone in clones if clone.job}
    missing: Dict[str, int] = dict.fromkeys(pending, 0)
    failures: List[Tuple[C, Failure]] = []

    def is_settled(job_id: str, sighting: Sighting) -> bool:
        missing[job_id] = 0 if sighting.job else missing[job_id] + 1
        if missing[job_id] == _LOOKS_UNTIL_VANISHED:
            raise ServerError("neither view shows clone job %s any more, so its final state is unknown" % job_id,
                              "Ask who removes rows from DBA_OB_CLONE_HISTORY.")
        return sighting.job is not None and settle(pending[job_id], sighting)

    def look() -> Optional[bool]:
        sightings = look_at_jobs(session, list(pending.values()), [Selector(clone_job_id=job_id) for job_id in pending],
                                 budget.to_the_end(), report)
        for job_id, sighting in zip(list(pending), sightings):
            try:
                if not is_settled(job_id, sighting):
                    continue
            except Failure as failure:
                failures.append((pending[job_id], failure))
            del pending[job_id]
        if not pending:
            return True
        report.waiting([clone.job for clone in pending.values() if clone.job], budget)
        return None

    if wait and pending:
        budget.sleep(poll_delay(0, poll_interval))
    if pending and poll(look, budget, poll_interval) is None:
        for job_id, clone in pending.items():
            state = "in neither view" if missing[job_id] or not clone.job else "still in %s" % clone.job.status
            failures.append((clone, WaitTimeout("clone job %s is %s after %s s (%s)" % (
                job_id, state, spell_seconds(budget.deadline), "wait_timeout" if wait else "read_timeout"), hint)))
    return failures
