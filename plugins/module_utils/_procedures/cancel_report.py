# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release. Do not use it from elsewhere.
"""What a run of ob_clone_cancel has found and done so far, for the result, the diff and the person who reads it."""

from __future__ import annotations

from typing import Any, Dict, List, Optional

from .._views.jobs import CANCELED, HISTORY, CloneJob
from .._views.selector import Selector
from .cancel_decision import Outcome


class Report:
    """Filled in along the way, so that a failure reports as much as a success."""

    def __init__(self) -> None:
        self.changed = False
        self.outcome: Optional[str] = None
        self.job: Optional[CloneJob] = None
        self.canceled_in: Optional[str] = None
        self.executed_statements: List[str] = []
        self.timeline: List[Dict[str, Any]] = []
        self.polls = 0
        self.reconnects = 0
        self.elapsed = 0.0
        self.msg = ""
        self.warnings: List[str] = []
        self._before: Dict[str, Any] = {}
        self._after: Dict[str, Any] = {}

    def saw(self, job: Optional[CloneJob], elapsed: float) -> None:
        """Notes a look at the views, ``elapsed`` seconds after the start."""
        self.polls += 1
        if job is None:
            return
        self._after = {"status": job.status, "view": job.view}
        if self.job is None:
            self._before = self._after
        self.job = job
        self.canceled_in = job.canceled_in or self.canceled_in
        if not self.timeline or self.timeline[-1]["status"] != job.status:
            self.timeline.append({"status": job.status, "elapsed": round(elapsed, 3)})

    def accepted(self, statement: str, job: CloneJob) -> None:
        """Notes that the server accepted the statement, which cancels ``job``."""
        self.changed = True
        self.executed_statements = [statement]
        self.canceled_in = self.canceled_in or job.status

    def predicted(self, statement: str, job: CloneJob) -> None:
        """Notes that the server would accept the statement, for check mode."""
        self.accepted(statement, job)
        self._after = {"status": CANCELED, "view": HISTORY}

    def as_result(self) -> Dict[str, Any]:
        """The result keys of the module, always all of them."""
        return {
            "changed": self.changed, "outcome": self.outcome, "job": self.job.row if self.job else None,
            "canceled_in": self.canceled_in, "executed_statements": self.executed_statements,
            "timeline": self.timeline, "polls": self.polls, "reconnects": self.reconnects,
            "elapsed": round(self.elapsed, 3), "msg": self.msg,
        }

    def diff(self) -> Dict[str, Any]:
        """The job's status before and after, for --diff."""
        header = "clone job %s" % (self.job.job_id if self.job else "(none)")
        return {"before": self._before, "after": self._after, "before_header": header, "after_header": header}

    def message(self, selector: Selector, check_mode: bool) -> str:
        """One sentence or two about the outcome, for a person."""
        job = self.job
        if job is None:
            if self.outcome == Outcome.COMPLETED:
                return ("Tenant %s exists and is NORMAL, and no clone job of it is known: nothing to cancel."
                        % selector.clone_tenant)
            return "No clone job is known of %s." % selector.describe()
        clone = "the clone of tenant %s (job %s of source tenant %s)" % (
            job.clone_tenant, job.job_id, job.row["source_tenant_name"])
        stage = " in %s" % self.canceled_in if self.canceled_in else ""
        if self.changed and check_mode:
            return "Would cancel %s%s." % (clone, stage)
        if self.outcome == Outcome.CANCELED:
            return "Canceled %s%s." % (clone, stage)
        if self.outcome == Outcome.CANCELING:
            return "OceanBase is cleaning up %s, which %s%s." % (
                clone, "this task canceled" if self.changed else "was canceled before", stage)
        if self.outcome == Outcome.ALREADY_CANCELED:
            return "Nothing to cancel: %s was canceled already%s%s." % (
                clone, stage, " by %s" % job.row["canceled_by"] if job.row["canceled_by"] else "")
        if self.outcome == Outcome.COMPLETED:
            return "Nothing to cancel: %s is %s (%s). Drop the tenant if it is not wanted." % (
                clone, "completed" if job.view == HISTORY else "past the point of no return", job.status)
        return "Nothing to cancel: %s failed by itself (%s): %s" % (
            clone, job.status, job.row["error_message"] or "the server gives no reason")
