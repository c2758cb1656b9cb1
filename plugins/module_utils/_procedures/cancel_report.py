# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release. Do not use it from elsewhere.
"""Reports what a run of ob_clone_cancel has found and done so far, for each clone and for the run."""

from __future__ import annotations

from typing import Any, Dict, List, Optional

from .._errors import Failure
from .._views.jobs import HISTORY
from .._views.selector import Selector
from .cancel_decision import Outcome
from .report import JobReport, Report


class Clone(JobReport):
    """Collects what became of one clone that the caller named. ``failure`` tells why there is no (wanted) outcome."""

    def __init__(self, selector: Selector) -> None:
        super().__init__()
        self.selector = selector
        self.failure: Optional[Failure] = None
        self.msg = ""
        self.must_be_followed = False
        # The new tenant of its job, and of its CANCEL how often it was sent, how it failed the last time, and how its
        # answer was lost.
        self.tenant = ""
        self.sent = 0
        self.refusal: Optional[Failure] = None
        self.lost: Optional[Failure] = None

    @property
    def is_open(self) -> bool:
        """Tells whether it is not settled yet."""
        return self.outcome is None and self.failure is None

    def accepted(self, statement: str) -> None:
        super().accepted(statement)
        self.canceled_in = self.canceled_in or (self.job.status if self.job else None)

    def doing(self, check_mode: bool) -> str:
        """Returns what the module does with it, to follow "Cannot "."""
        selector = self.selector
        if selector.clone_tenant is not None:
            what = "the clone of tenant %s" % selector.clone_tenant
        elif selector.source_tenant is not None:
            what = "the clone of source tenant %s" % selector.source_tenant
        else:
            what = "clone job %s" % selector.clone_job_id
        if self.changed and not check_mode:
            return "confirm the end of %s, whose CANCEL was accepted" % what
        return "cancel %s" % what

    def message(self, check_mode: bool) -> str:
        """Returns one sentence or two about the outcome."""
        job = self.job
        if job is None:
            if self.outcome == Outcome.COMPLETED:
                return ("Nothing to cancel: tenant %s exists and is NORMAL, and no clone job of it was found."
                        % self.selector.clone_tenant)
            return "No clone job of %s was found." % self.selector.describe()
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
            return "Nothing to cancel: %s was already canceled%s%s." % (
                clone, stage, " by %s" % job.row["canceled_by"] if job.row["canceled_by"] else "")
        if self.outcome == Outcome.COMPLETED:
            return "Nothing to cancel: %s is %s (%s). Drop the tenant if it is not wanted." % (
                clone, "completed" if job.view == HISTORY else "past the point of no return", job.status)
        return "Nothing to cancel: %s failed by itself (%s): %s" % (
            clone, job.status, job.row["error_message"] or "the server gives no reason")


class CancelReport(Report):
    """Collects what became of the clones, in the order given. A clone that is named twice is in the list twice."""

    doing = "cancel the clone"

    def __init__(self) -> None:
        super().__init__()
        self.clones: List[Clone] = []

    def distinct(self) -> List[Clone]:
        """Returns each clone once."""
        return list(dict.fromkeys(self.clones))

    def sentence(self, failure: Failure) -> str:
        return self.clones[0].msg if self.clones else super().sentence(failure)

    def as_result(self) -> Dict[str, Any]:
        clone = self.clones[0] if self.clones else JobReport()
        return {**clone.as_result(), **self.totals()}

    def diff(self) -> Optional[Dict[str, Any]]:
        return (self.clones[0] if self.clones else JobReport()).diff()
