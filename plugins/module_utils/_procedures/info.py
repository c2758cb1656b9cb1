# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release. Do not use it from elsewhere.
"""The work of ob_clone_info: clone jobs as both views show them, filtered by the server, or waiting for their end."""

from __future__ import annotations

from typing import Any, Dict, List, Mapping, NamedTuple, Optional, Sequence, Tuple

from .._clock import (
    Clock,
    check_wait_options,
    poll_delay,
    retry,
)
from .._connection.session import Session
from .._errors import InvalidOption, WaitTimeout
from .._views.jobs import (
    HISTORY,
    PROGRESS,
    CloneJob,
    Part,
    job_of,
    read_rows,
)
from .._views.selector import Selector
from .task import Task

# More than anybody can mean, and still far inside the server's integers.
_LARGEST_NUMBER = 2 ** 31 - 1


class Query(NamedTuple):
    """Which jobs are wanted; ``limit`` counts rows of HISTORY, and what is time is in seconds."""

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
        """The query that module options ask for; InvalidOption for what cannot be meant."""
        for option in ("view", "status"):
            if options[option] == []:
                raise InvalidOption("%s is an empty list, which no clone job matches" % option,
                                    "Leave it out to get all.")
        for option in ("limit", "min_age"):
            if options[option] is not None and not 0 <= options[option] <= _LARGEST_NUMBER:
                raise InvalidOption("%s is %d, but must be from 0 to %d" % (option, options[option], _LARGEST_NUMBER))
        check_wait_options(options)
        if options["wait"]:
            cls.check_wait(options)
        return cls(Selector.from_options(options), tuple(options["view"]), tuple(options["status"] or ()),
                   options["min_age"], options["limit"], options["wait"] and not check_mode,
                   float(options["wait_timeout"]), options["poll_interval"])

    @staticmethod
    def check_wait(options: Mapping[str, Any]) -> None:
        """InvalidOption if the options do not select jobs whose end can be waited for."""
        if PROGRESS not in options["view"]:
            raise InvalidOption("wait is true, but view does not list progress, where jobs are until they have ended",
                                "Add progress to view.")
        for option in ("status", "min_age"):
            if options[option] is not None:
                raise InvalidOption("wait is true, but %s selects by what changes while a job runs" % option,
                                    "Name the jobs to wait for with clone_tenant, source_tenant or clone_job_id.")

    def condition(self) -> Tuple[str, List[Any]]:
        """The condition for WHERE and its arguments: the server filters, so that only what is wanted travels."""
        condition, arguments = self.selector.condition(exact=True)
        if self.statuses:
            condition += " AND STATUS IN (%s)" % ", ".join(["%s"] * len(self.statuses))
            arguments += self.statuses
        if self.min_age is not None:
            condition += " AND TIMESTAMPDIFF(SECOND, CLONE_START_TIME, NOW(6)) >= %s"
            arguments.append(self.min_age)
        return condition, arguments

    def parts(self) -> List[Part]:
        """What to read: one row of HISTORY more than wanted, which tells whether there are more."""
        condition, arguments = self.condition()
        parts = {PROGRESS: Part(PROGRESS, condition, arguments),
                 HISTORY: Part(HISTORY, condition, arguments, newest=self.limit + 1)}
        return [part for view, part in parts.items() if view in self.views]


class InfoTask(Task):
    """
    Reads clone jobs, again and again if it is to wait. It changes nothing. Check mode looks once: what it would wait
    for goes on, if a task before it did not cancel it because of check mode.
    """

    def __init__(self) -> None:
        self.warnings: List[str] = []
        self.query: Optional[Query] = None
        self.progress: List[CloneJob] = []
        self.history: List[CloneJob] = []
        self.truncated = False
        self.msg = ""

    def prepare(self, options: Mapping[str, Any], check_mode: bool) -> None:
        self.query = Query.from_options(options, check_mode)

    def work(self, session: Session, clock: Clock) -> None:
        if self.query is None:
            raise AssertionError("prepare() comes before work()")
        query = self.query
        retry(session.connect, clock, float(session.login.connect_timeout))
        start = clock.elapsed()
        deadline = start + (query.wait_timeout if query.wait else 0.0)
        # A look that is under way at the deadline gets the time of one answer, also if it must be tried again.
        end = deadline + session.login.read_timeout
        session.limit(end - start)
        while True:
            self.take(query, retry(lambda: read_rows(session, *query.parts()), clock, end))
            if not (query.wait and self.progress):
                return
            if clock.elapsed() >= deadline:
                raise self.still_in_progress(query)
            clock.sleep(poll_delay(clock.elapsed() - start, query.poll_interval), deadline)

    def take(self, query: Query, rows: Sequence[Mapping[str, Any]]) -> None:
        """Notes what one look has shown."""
        # The order of a UNION is the server's choice; a job id is the time of the start.
        jobs = sorted((job_of(row) for row in rows if query.selector.matches(row)),
                      key=lambda job: int(job.job_id), reverse=True)
        self.progress = [job for job in jobs if job.view == PROGRESS]
        self.history = [job for job in jobs if job.view == HISTORY][:query.limit]
        self.truncated = sum(row["view_name"] == HISTORY for row in rows) > query.limit
        self.msg = "Clone jobs found: %d in progress, %s%d in the history." % (
            len(self.progress), "more than " if self.truncated else "", len(self.history))

    def still_in_progress(self, query: Query) -> WaitTimeout:
        """The failure for jobs that have outlasted the wait."""
        return WaitTimeout(
            "after %s s (wait_timeout) there still is %s" % (format(query.wait_timeout, "g"), " and ".join(
                "clone job %s (tenant %s of source tenant %s) in %s" % (
                    job.job_id, job.clone_tenant, job.row["source_tenant_name"], job.status)
                for job in self.progress)),
            "Run it again to go on waiting. If the job does not move, search observer.log for its trace_id.")

    def result(self) -> Dict[str, Any]:
        return {"changed": False, "progress": [job.row for job in self.progress],
                "history": [job.row for job in self.history], "truncated": self.truncated, "msg": self.msg}

    def doing(self) -> str:
        return "see the end of the clone jobs" if self.query is not None and self.query.wait else "read the clone jobs"
