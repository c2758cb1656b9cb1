# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release. Do not use it from elsewhere.
"""Looking at the clone views again and again: what is transient is outlasted, and each look is noted."""

from __future__ import annotations

from typing import Callable, Optional, TypeVar

from .._clock import Clock, poll_delay, retry
from .._connection.session import Session
from .._errors import ServerError, WaitTimeout
from .._views.jobs import Sighting, look
from .._views.selector import Selector
from .cancel_report import Report

T = TypeVar("T")

# One look that finds nothing is not enough to call a job vanished: the answer may come from a lagging replica.
_LOOKS_UNTIL_VANISHED = 3


class Watch:
    """
    The views through one session. ``deadline`` is the time of ``clock``, in seconds, at which trying ends: nothing is
    begun after it but a last look at the views, and nothing lasts beyond ``end``.
    """

    def __init__(self, session: Session, clock: Clock, report: Report, deadline: float) -> None:
        self.session = session
        self.clock = clock
        self.report = report
        self.deadline = deadline
        self.end = deadline + session.login.read_timeout

    def connect(self) -> None:
        """Connects; tries for as long as one connection may take."""
        self.session.limit(self.end - self.clock.elapsed())
        retry(self.session.connect, self.clock, min(self.deadline, float(self.session.login.connect_timeout)))

    def ask(self, question: Callable[[], T]) -> T:
        """What ``question()`` reads from the session, asked again after what is transient."""
        return retry(question, self.clock, self.deadline)

    def look(self, selector: Selector, until: Optional[float] = None) -> Sighting:
        """What both views show of the selected job, noted in the report. Tries ``until`` then or the deadline."""
        sighting = retry(lambda: look(self.session, selector), self.clock, until or self.deadline)
        self.report.saw(sighting.job, self.clock.elapsed())
        return sighting

    def follow(self, selector: Selector, poll_interval: float, wait: bool,
               verdict: Callable[[Sighting], Optional[T]], hint: str) -> T:
        """
        Looks at the one job that ``selector`` names until ``verdict`` has one, and returns that. The first look is at
        once if the caller does not ``wait``. WaitTimeout, with ``hint``, at the deadline; ServerError if the job
        vanishes.
        """
        start = self.clock.elapsed()
        looks = missing = 0
        while True:
            if wait or looks:
                pause = poll_delay(self.clock.elapsed() - start, poll_interval)
                self.clock.sleep(pause, self.deadline)
            last = self.clock.elapsed() >= self.deadline
            sighting = self.look(selector)
            looks += 1
            missing = 0 if sighting.job else missing + 1
            if missing == _LOOKS_UNTIL_VANISHED:
                raise ServerError("clone job %s is in neither view any more, so what became of it cannot be proven"
                                  % selector.clone_job_id, "Ask who removes rows from DBA_OB_CLONE_HISTORY.")
            found = verdict(sighting) if sighting.job else None
            if found is not None:
                return found
            if last:
                raise WaitTimeout(
                    "clone job %s is %s after %s s (%s)" % (
                        selector.clone_job_id,
                        "still in %s" % sighting.job.status if sighting.job else "in neither view",
                        format(self.deadline, "g"), "wait_timeout" if wait else "read_timeout"), hint)
