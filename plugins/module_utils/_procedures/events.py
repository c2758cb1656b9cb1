# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release. Do not use it from elsewhere.
"""Turns looks at the clone views into events: a job appears, changes its status, is stuck, ends."""

from __future__ import annotations

from typing import Any, Dict, FrozenSet, List, Mapping, NamedTuple, Optional, Sequence, Tuple

from .._views.jobs import HISTORY, PROGRESS, VIEWS, CloneJob, Part

APPEARED = "appeared"
STATUS_CHANGED = "status_changed"
STUCK = "stuck"
ENDED = "ended"
VANISHED = "vanished"

# A job id is the time of the start in nanoseconds (facts: Initial values). Starts that run side by side may be
# committed in another order, so ended jobs that are up to this much older than the newest are read again.
OVERLAP = 60 * 10 ** 9


class Known(NamedTuple):
    """
    Holds what the looks so far have shown: the running jobs by id, those of them that were reported as stuck, the ended
    jobs that will be read again, and the highest job id.
    """

    running: Mapping[int, CloneJob]
    stuck: FrozenSet[int]
    ended: FrozenSet[int]
    newest: int

    def horizon(self) -> int:
        """Returns the job id up to which a job that is in HISTORY, and was not seen running, is not news."""
        return self.newest - OVERLAP


def parts(known: Optional[Known]) -> Sequence[Part]:
    """Returns what to read next: all running jobs, and those that may have ended since the last look."""
    running = Part(PROGRESS, "1 = 1", ())
    if known is None:
        # They are not news, but must not be taken for news later either.
        newest = "(SELECT MAX(CLONE_JOB_ID) FROM %s)" % VIEWS[HISTORY]
        return running, Part(HISTORY, "CLONE_JOB_ID > %s - %%s" % newest, (OVERLAP,))
    condition, arguments = "CLONE_JOB_ID > %s", [known.horizon()]
    if known.running:
        condition += " OR CLONE_JOB_ID IN (%s)" % ", ".join(["%s"] * len(known.running))
        arguments += known.running
    return running, Part(HISTORY, condition, arguments)


def advance(known: Optional[Known], rows: Sequence[Mapping[str, Any]],
            stuck_after: float) -> Tuple[Known, List[Dict[str, Any]]]:
    """
    Returns what is known after a look, and the events since the look before.

    In: what was known, or None at the first look, which reports all running jobs but none that has ended; the rows of
    ``parts(known)``; the age in seconds from which a running job is stuck. An event has ``type``, ``job`` (its row) and
    ``previous_status``. Each event comes once, however far apart the looks are: ``appeared`` and ``ended`` for each
    job, in this order; what happened in between may be unseen.
    """
    jobs = [CloneJob.from_row(row) for row in rows]
    in_history = {int(job.job_id): job for job in jobs if job.view == HISTORY}
    reported = known.ended if known else frozenset()
    running = {int(job.job_id): job for job in jobs if job.view == PROGRESS and int(job.job_id) not in reported}
    before = known.running if known else {}
    ended = {job_id: job for job_id, job in in_history.items()
             if known and job_id not in reported and (job_id in before or job_id > known.horizon())}
    stuck = {job_id for job_id in running if known and job_id in known.stuck}
    events: List[Dict[str, Any]] = []

    def report(kind: str, job: CloneJob, old: Optional[CloneJob]) -> None:
        events.append({"type": kind, "job": job.row, "previous_status": old.status if old else None})

    for job_id in sorted({*before, *running, *ended}):
        old = before.get(job_id)
        job = ended.get(job_id) or running.get(job_id) or before[job_id]
        if job is old:
            report(VANISHED, job, old)
            continue
        if old is None:
            report(APPEARED, job, None)
        elif job_id in running and job.status != old.status:
            report(STATUS_CHANGED, job, old)
        if job_id in ended:
            report(ENDED, job, old)
        elif job_id not in stuck and (job.row["age"] or 0) >= stuck_after:
            stuck.add(job_id)
            report(STUCK, job, old)
    newest = max([*in_history, *running, known.newest if known else 0])
    read_again = frozenset(job_id for job_id in reported.union(in_history) if job_id > newest - OVERLAP)
    return Known(running, frozenset(stuck), read_again, newest), events
