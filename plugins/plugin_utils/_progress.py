# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release. Do not use it from elsewhere.
"""Signs of life of a task that waits: a line at each change of status and then every 30 seconds."""

from __future__ import annotations

from typing import Optional, Sequence, Tuple

from ansible import constants
from ansible.utils.display import Display

from ..module_utils._clock import Budget
from ..module_utils._views.jobs import CloneJob

EVERY = 30.0


class Progress:
    """Prints lines such as ``WAITING: clone_a is CLONE_SYS_CANCELING (45 s of at most 600 s).``"""

    def __init__(self, host: Optional[str]) -> None:
        self._host = host
        self._last: Optional[Tuple[str, float]] = None

    def __call__(self, jobs: Sequence[CloneJob], budget: Budget) -> None:
        """Prints a line if the jobs that are waited for have changed, or if the last one is 30 seconds old."""
        now = budget.clock.elapsed()
        what = describe(jobs)
        if self._last is not None and self._last[0] == what and now - self._last[1] < EVERY:
            return
        self._last = what, now
        line = "WAITING: %s (%d s of at most %d s)%s." % (
            what, now, budget.deadline, " on %s" % self._host if self._host else "")
        # Whoever prints JSON wants nothing else on standard output.
        Display().display(line, color=constants.COLOR_DEBUG, stderr="json" in constants.DEFAULT_STDOUT_CALLBACK)


def describe(jobs: Sequence[CloneJob]) -> str:
    """Returns what is waited for: one clone and its status, or how many are in which status."""
    if len(jobs) == 1:
        return "%s is %s" % (jobs[0].clone_tenant, jobs[0].status)
    statuses = [job.status for job in jobs]
    return "%d clones are not done: %s" % (len(jobs), ", ".join(
        "%d %s" % (statuses.count(status), status) for status in dict.fromkeys(sorted(statuses))))
