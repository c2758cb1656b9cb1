# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release. Do not use it from elsewhere.
"""Reports what a run of ob_clone_cancel has found and done so far, for each clone and for the run."""

from __future__ import annotations

import copy
from typing import Any, Dict, List, Optional, Sequence

from .._errors import Failure
from .._views.jobs import HISTORY
from .._views.selector import Selector
from .cancel_decision import Outcome
from .report import JobReport, Report


class Clone(JobReport):
    """Collects the result of one clone that the caller named. ``failure`` tells why there is no (wanted) outcome."""

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

    def undecided(self, failure: Failure) -> Failure:
        """Returns a copy of the failure that keeps it open; the copy says so if what the CANCEL did remains unknown."""
        told = copy.copy(failure)
        if self.lost is not None and not self.changed:
            lost = "the answer to the CANCEL was lost (%s)" % self.lost.message
            told.message = lost if failure is self.lost else "%s; before that %s" % (failure.message, lost)
            told.hint = ("Whether OceanBase accepted the CANCEL is unknown. Run the task again: it looks first, and "
                         "resumes waiting if the CANCEL was accepted.")
        return told

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
        return "%s %s" % ("confirm the end of" if self.must_be_followed else "cancel", what)

    def message(self, check_mode: bool) -> str:
        """Returns one sentence or two about the outcome."""
        job = self.job
        if job is None:
            if self.outcome == Outcome.COMPLETED:
                return ("Nothing to cancel: tenant %s exists and is NORMAL, and no clone job of it was found."
                        % self.selector.clone_tenant)
            return "No clone job was found for %s." % self.selector.describe()
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
            by = {None: "", "user": " by a user"}.get(
                job.row["canceled_by"], " by the server (%s)" % job.row["canceled_by"])
            return "Nothing to cancel: %s was already canceled%s%s." % (clone, stage, by)
        if self.outcome == Outcome.COMPLETED:
            return "Nothing to cancel: %s is %s (%s). Drop the tenant if it is not wanted." % (
                clone, "completed" if job.view == HISTORY else "past the point of no return", job.status)
        return "Nothing to cancel: %s failed by itself (%s): %s." % (
            clone, job.status, (job.row["error_message"] or "the server gives no reason").rstrip("."))


class CancelReport(Report):
    """
    Collects the results of the clones, in the order given. Selectors of the same job share a clone. ``several``: the
    caller named them in lists, so that there are ``results``.
    """

    doing = "cancel the clone"

    def __init__(self, several: bool) -> None:
        super().__init__()
        self.several = several
        self.selectors: Sequence[Selector] = ()
        self.clones: List[Clone] = []

    def begin(self, selectors: Sequence[Selector]) -> None:
        """Takes the clones that are wanted."""
        self.selectors = selectors
        self.clones = [Clone(selector) for selector in selectors]

    def distinct(self) -> List[Clone]:
        """Returns each clone once."""
        return list(dict.fromkeys(self.clones))

    def all_messages(self) -> str:
        """Returns what is said of all clones, each sentence once."""
        return " ".join(dict.fromkeys(clone.msg for clone in self.clones))

    def sentence(self, failure: Failure) -> str:
        return self.all_messages() or super().sentence(failure)

    def as_result(self) -> Dict[str, Any]:
        if not self.several:
            return {**self._only().as_result(), **self.totals()}
        clones = self.distinct()
        outcomes = {clone.outcome for clone in clones}
        return {
            **JobReport().as_result(), **self.totals(),
            "changed": any(clone.changed for clone in clones),
            "outcome": Outcome.MIXED if len(outcomes) > 1 else next(iter(outcomes), None),
            "executed_statements": [statement for clone in clones for statement in clone.executed_statements],
            "results": [{"kind": selector.kind, "name": selector.name, selector.kind: selector.name,
                         **clone.as_result(), "msg": clone.msg,
                         "error": clone.failure.as_result() if clone.failure else None}
                        for selector, clone in zip(self.selectors, self.clones)],
        }

    def diff(self) -> Optional[Dict[str, Any]]:
        if not self.several:
            return self._only().diff()
        named = [("%s %s" % (selector.kind, selector.name), clone)
                 for selector, clone in zip(self.selectors, self.clones)]
        return {"before": {name: clone.before for name, clone in named},
                "after": {name: clone.after for name, clone in named},
                "before_header": "clone jobs", "after_header": "clone jobs"}

    def _only(self) -> JobReport:
        return self.clones[0] if self.clones else JobReport()
