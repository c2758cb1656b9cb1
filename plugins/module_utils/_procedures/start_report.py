# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release. Do not use it from elsewhere.
"""Reports what a run of ob_clone has found and done so far."""

from __future__ import annotations

from typing import Any, Dict, Optional

from .._errors import Failure
from .._views.jobs import HISTORY, CloneJob
from .report import JobReport, Report
from .start_decision import StartOutcome
from .start_rules import Wanted


class StartReport(Report):
    """Collects the result of the clone."""

    doing = "clone the tenant"

    def __init__(self) -> None:
        super().__init__()
        self.clone = JobReport()
        self.what = ""
        # While it is not known whether this run's statement has started a job or will: the newest job id before it.
        self.maybe_started_after: Optional[str] = None

    def as_result(self) -> Dict[str, Any]:
        return {**self.clone.as_result(), **self.totals(), "maybe_started_after": self.maybe_started_after}

    def diff(self) -> Optional[Dict[str, Any]]:
        return self.clone.diff()

    def saw(self, job: Optional[CloneJob], elapsed: float) -> None:
        """Notes a look at the views, ``elapsed`` seconds after the start."""
        self.polls += 1
        self.clone.saw(job, elapsed)

    def sentence(self, failure: Failure) -> str:
        doing = self.doing
        if self.maybe_started_after is not None:
            doing = "find out whether the clone of %s was started" % self.what
        elif self.clone.changed:
            doing = "confirm the clone of %s, which was started" % self.what
        return failure.sentence(doing)

    def started(self, statement: str) -> None:
        """Notes that the server accepted the statement: before it there was no such job."""
        self.maybe_started_after = None
        self.clone.accepted(statement)
        self.clone.before = {}

    def explain(self, wanted: Wanted, check_mode: bool) -> str:
        """Returns one sentence about the outcome."""
        outcome, last = self.clone.outcome, self.clone.job
        clone = wanted.describe()
        if self.clone.changed and check_mode:
            return "Would clone %s (resource pool %s, unit config %s)." % (
                clone, wanted.resource_pool, wanted.unit_config)
        job = "job %s" % (last.job_id if last else "unknown")
        if outcome == StartOutcome.COMPLETED:
            return "Cloned %s (%s)." % (clone, job)
        if outcome == StartOutcome.RUNNING:
            return "Started to clone %s (%s); the clone goes on by itself." % (clone, job)
        if outcome == StartOutcome.ALREADY_EXISTS:
            return "Nothing to start: tenant %s was already cloned from %s (%s)." % (
                wanted.clone_tenant, wanted.source_tenant, job)
        ended = last is not None and last.view == HISTORY
        return "Nothing to start: the clone of %s was already running (%s)%s." % (
            clone, job, " and has completed" if ended else "")
