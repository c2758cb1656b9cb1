# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release. Do not use it from elsewhere.
"""Reports: what a run has found and done so far, so that a failure returns as much as a success."""

from __future__ import annotations

from typing import Any, Callable, Dict, List, Optional, Sequence

from .._clock import Budget, Clock
from .._connection.session import Session
from .._errors import Failure
from .._views.jobs import CloneJob


class Report:
    """Collects what a module returns. ``doing`` follows "Cannot " in the message of a failure."""

    doing = ""

    def __init__(self) -> None:
        self.warnings: List[str] = []
        self.msg = ""
        self.polls = 0
        self.reconnects = 0
        self.elapsed = 0.0
        self.login_address: Optional[str] = None
        # Called after each query that shows jobs to wait for, so that an action plugin can show progress.
        self.watch: Optional[Callable[[Sequence[CloneJob], Budget], None]] = None

    def ended(self, session: Session, clock: Clock) -> None:
        """Notes what the session and the clock have counted."""
        self.reconnects = session.reconnects
        self.elapsed = clock.elapsed()
        self.login_address = session.login_address

    def waiting(self, jobs: Sequence[CloneJob], budget: Budget) -> None:
        """Tells whoever watches that a query has shown jobs to wait for."""
        if self.watch is not None:
            self.watch(jobs, budget)

    def sentence(self, failure: Failure) -> str:
        """Returns the message of a failed run."""
        return failure.sentence(self.doing)

    def totals(self) -> Dict[str, Any]:
        """Returns the result keys for the run as a whole."""
        return {"polls": self.polls, "reconnects": self.reconnects, "elapsed": round(self.elapsed, 3),
                "login_address": self.login_address, "msg": self.msg}

    def as_result(self) -> Dict[str, Any]:
        """Returns the result keys of the module, always all of them."""
        raise NotImplementedError

    def diff(self) -> Optional[Dict[str, Any]]:
        """Returns what --diff shows; None if the module never changes anything."""
        return None


class JobReport:
    """Collects the result of one clone job."""

    def __init__(self) -> None:
        self.changed = False
        self.outcome: Optional[str] = None
        self.job: Optional[CloneJob] = None
        self.canceled_in: Optional[str] = None
        self.executed_statements: List[str] = []
        self.timeline: List[Dict[str, Any]] = []
        self.before: Dict[str, Any] = {}
        self.after: Dict[str, Any] = {}

    def saw(self, job: Optional[CloneJob], elapsed: float) -> None:
        """Notes the job as a look at the views showed it, ``elapsed`` seconds after the start."""
        if job is None:
            return
        self.after = {"status": job.status, "view": job.view}
        if self.job is None:
            self.before = self.after
        self.job = job
        self.canceled_in = job.canceled_in or self.canceled_in
        if not self.timeline or self.timeline[-1]["status"] != job.status:
            self.timeline.append({"status": job.status, "elapsed": round(elapsed, 3)})

    def accepted(self, statement: str) -> None:
        """Notes that the server accepted the statement."""
        self.changed = True
        self.executed_statements = [statement]

    def would_become(self, status: str, view: str) -> None:
        """Notes what the views would show of the job in the end, for check mode."""
        self.after = {"status": status, "view": view}

    def as_result(self) -> Dict[str, Any]:
        """Returns the result keys for the job, always all of them."""
        return {
            "changed": self.changed, "outcome": self.outcome, "job": self.job.row if self.job else None,
            "canceled_in": self.canceled_in, "executed_statements": self.executed_statements,
            "timeline": self.timeline,
        }

    def diff(self) -> Dict[str, Any]:
        """Returns the job's status before and after."""
        header = "clone job %s" % (self.job.job_id if self.job else "(none)")
        return {"before": self.before, "after": self.after, "before_header": header, "after_header": header}
