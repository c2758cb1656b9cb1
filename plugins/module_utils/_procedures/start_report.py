# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release. Do not use it from elsewhere.
"""What a run of ob_clone has found and done so far, and how to say it to a person."""

from __future__ import annotations

from typing import Any, Dict, Optional

from .._views.jobs import HISTORY, SUCCESS
from .cancel_report import Report
from .start_decision import StartOutcome
from .start_rules import Wanted


class StartReport(Report):
    """The report of a clone's start."""

    def __init__(self) -> None:
        super().__init__()
        # While it is not known whether this run's statement has started a job or will: the newest job id before it.
        self.maybe_started_after: Optional[str] = None

    def as_result(self) -> Dict[str, Any]:
        return {**super().as_result(), "maybe_started_after": self.maybe_started_after}

    def started(self, statement: str) -> None:
        """Notes that the server accepted the statement: before it there was no such job."""
        self.changed = True
        self.maybe_started_after = None
        self.executed_statements = [statement]
        self._before = {}

    def would_start(self, statement: str) -> None:
        """Notes that the server would accept the statement, for check mode."""
        self.started(statement)
        self._after = {"status": SUCCESS, "view": HISTORY}

    def sentence(self, wanted: Wanted, check_mode: bool) -> str:
        """One sentence about the outcome, for a person."""
        clone = "tenant %s as %s" % (wanted.source_tenant, wanted.clone_tenant)
        if self.changed and check_mode:
            return "Would clone %s (resource pool %s, unit config %s)." % (
                clone, wanted.resource_pool, wanted.unit_config)
        job = "job %s" % (self.job.job_id if self.job else "unknown")
        if self.outcome == StartOutcome.COMPLETED:
            return "Cloned %s (%s)." % (clone, job)
        if self.outcome == StartOutcome.RUNNING:
            return "Started to clone %s (%s); the clone goes on by itself." % (clone, job)
        if self.outcome == StartOutcome.ALREADY_EXISTS:
            return "Nothing to start: %s was cloned already (%s)." % (clone, job)
        ended = self.job is not None and self.job.view == HISTORY
        return "Nothing to start: the clone of %s was running already (%s)%s." % (
            clone, job, ", and has completed" if ended else "")
