# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release. Do not use it from elsewhere.
"""Procedure of ob_clone_info: reads clone jobs from both views, once or until those in progress have ended."""

from __future__ import annotations

from typing import Any, Dict, List, Mapping, NamedTuple, Optional, Sequence, Tuple

from .._clock import Clock, check_wait_options, poll, retry, spell_seconds, wait_argument_spec
from .._connection.session import Session
from .._errors import InvalidOption, WaitTimeout
from .._runner import Description
from .._views.jobs import (
    HISTORY,
    PROGRESS,
    STATUSES,
    VIEWS,
    CloneJob,
    Part,
    read_rows,
)
from .._views.selector import Selector, conditions, selector_argument_spec
from .report import Report

# Far more than anybody needs, and far inside the server's integers.
_LARGEST_NUMBER = 2 ** 31 - 1


class Query(NamedTuple):
    """Holds which jobs are wanted; ``limit`` counts rows of HISTORY, times are in seconds."""

    selector: Selector
    views: Tuple[str, ...]
    statuses: Tuple[str, ...]
    min_age: Optional[int]
    limit: int
    wait: bool
    wait_timeout: float
    poll_interval: float

    @classmethod
    def from_options(cls, options: Mapping[str, Any], check_mode: bool) -> Query:
        """Returns the query for module options; InvalidOption if they make no sense."""
        for option in ("view", "status"):
            if options[option] == []:
                raise InvalidOption("%s is an empty list, which no clone job matches" % option,
                                    "Leave it out to get all.")
        for option in ("limit", "min_age"):
            if options[option] is not None and not 0 <= options[option] <= _LARGEST_NUMBER:
                raise InvalidOption("%s is %d, but must be from 0 to %d" % (option, options[option], _LARGEST_NUMBER))
        check_wait_options(options)
        if options["wait"]:
            _check_wait(options)
        return cls(Selector.from_options(options), tuple(options["view"]), tuple(options["status"] or ()),
                   options["min_age"], options["limit"], options["wait"] and not check_mode,
                   float(options["wait_timeout"]), options["poll_interval"])

    def doing(self) -> str:
        """Returns what the module does, to follow "Cannot "."""
        return "see the end of the clone jobs" if self.wait else InfoReport.doing

    def parts(self) -> List[Part]:
        """
        Returns what to read. The server filters, so that only what is wanted travels; one row of HISTORY more than
        wanted tells whether there are more.
        """
        condition, arguments, _expressions = conditions([self.selector], exact=True)[0]
        if self.statuses:
            condition += " AND STATUS IN (%s)" % ", ".join(["%s"] * len(self.statuses))
            arguments += self.statuses
        if self.min_age is not None:
            condition += " AND TIMESTAMPDIFF(SECOND, CLONE_START_TIME, NOW(6)) >= %s"
            arguments.append(self.min_age)
        parts = {PROGRESS: Part(PROGRESS, condition, arguments),
                 HISTORY: Part(HISTORY, condition, arguments, newest=self.limit + 1)}
        return [part for view, part in parts.items() if view in self.views]


def _check_wait(options: Mapping[str, Any]) -> None:
    """Raises InvalidOption if the options do not select jobs whose end can be waited for."""
    if PROGRESS not in options["view"]:
        raise InvalidOption("wait is true, but view does not list progress, where jobs are until they have ended",
                            "Add progress to view.")
    for option in ("status", "min_age"):
        if options[option] is not None:
            raise InvalidOption("wait is true, but %s selects by what changes while a job runs" % option,
                                "Name the jobs to wait for with clone_tenant, source_tenant or clone_job_id.")


class InfoReport(Report):
    """Collects what the last look showed."""

    doing = "read the clone jobs"

    def __init__(self) -> None:
        super().__init__()
        self.progress: List[CloneJob] = []
        self.history: List[CloneJob] = []
        self.truncated = False

    def saw(self, query: Query, rows: Sequence[Mapping[str, Any]]) -> None:
        """Notes the rows that a look returned."""
        # The order of a UNION is the server's choice; a job id is the time of the start.
        jobs = sorted((CloneJob.from_row(row) for row in rows if query.selector.matches(row)),
                      key=lambda job: int(job.job_id), reverse=True)
        self.progress = [job for job in jobs if job.view == PROGRESS]
        self.history = [job for job in jobs if job.view == HISTORY][:query.limit]
        self.truncated = sum(row["view_name"] == HISTORY for row in rows) > query.limit
        self.msg = "Clone jobs found: %d in progress, %s%d in the history." % (
            len(self.progress), "more than " if self.truncated else "", len(self.history))

    def as_result(self) -> Dict[str, Any]:
        return {"changed": False, "progress": [job.row for job in self.progress],
                "history": [job.row for job in self.history], "truncated": self.truncated, "msg": self.msg}


def read_jobs(query: Query, session: Session, clock: Clock, report: InfoReport) -> None:
    """
    Reads the jobs into the report, until none is in progress if the query waits; WaitTimeout if some still are.
    Check mode reads once: what it would wait for goes on, if a task before it did not cancel it because of check mode.
    """
    grace = float(session.login.read_timeout)
    session.log_in(clock.budget(session.login.connect_timeout, grace))
    budget = clock.budget(query.wait_timeout if query.wait else 0.0, grace)

    def look() -> Optional[bool]:
        report.saw(query, retry(lambda: read_rows(session, query.parts(), budget), budget.to_the_end()))
        if not (query.wait and report.progress):
            return True
        report.waiting(report.progress, budget)
        return None

    if poll(look, budget, query.poll_interval) is None:
        raise WaitTimeout(
            "after %s s (wait_timeout) there still is %s" % (spell_seconds(query.wait_timeout), " and ".join(
                "clone job %s (tenant %s of source tenant %s) in %s" % (
                    job.job_id, job.clone_tenant, job.row["source_tenant_name"], job.status)
                for job in report.progress)),
            "Run it again to go on waiting. If the job does not move, search observer.log for its trace_id.")


CLONE_INFO = Description(
    {
        **selector_argument_spec(),
        "view": {"type": "list", "elements": "str", "default": list(VIEWS), "choices": list(VIEWS)},
        "status": {"type": "list", "elements": "str", "choices": list(STATUSES)},
        "min_age": {"type": "int"},
        "limit": {"type": "int", "default": 100},
        **wait_argument_spec(wait=False, wait_timeout=600),
    },
    Query.from_options, read_jobs, lambda _options: InfoReport())
