# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release. Do not use it from elsewhere.
"""Clone jobs: their statuses, their rows, and reading them from the two views of the sys tenant."""

from __future__ import annotations

import datetime
import enum
import re
from typing import Any, Dict, List, Mapping, NamedTuple, Optional, Sequence

from .._clock import Budget
from .._connection.session import Session
from .._errors import (
    NEEDS_4_3,
    Failure,
    MissingView,
    NotSysTenant,
    ServerError,
    UnsupportedVersion,
)
from .selector import Selector, conditions


class Phase(enum.Enum):
    """Meaning of a status for somebody who wants the clone canceled."""

    CANCELLABLE = "cancellable"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELED = "canceled"


# Every status that the views show (facts: Statuses, Cancel), in the order of a job's life.
STATUSES: Dict[str, Phase] = {
    "CLONE_SYS_LOCK": Phase.CANCELLABLE,
    "CLONE_SYS_CREATE_INNER_RESOURCE_POOL": Phase.CANCELLABLE,
    "CLONE_SYS_CREATE_SNAPSHOT": Phase.CANCELLABLE,
    "CLONE_SYS_WAIT_CREATE_SNAPSHOT": Phase.CANCELLABLE,
    "CLONE_SYS_CREATE_TENANT": Phase.CANCELLABLE,
    "CLONE_SYS_WAIT_TENANT_RESTORE_FINISH": Phase.CANCELLABLE,
    "CLONE_SYS_RELEASE_RESOURCE": Phase.COMPLETED,
    "CLONE_SYS_SUCCESS": Phase.COMPLETED,
    "CLONE_SYS_LOCK_FAIL": Phase.FAILED,
    "CLONE_SYS_CREATE_INNER_RESOURCE_POOL_FAIL": Phase.FAILED,
    "CLONE_SYS_CREATE_SNAPSHOT_FAIL": Phase.FAILED,
    "CLONE_SYS_WAIT_CREATE_SNAPSHOT_FAIL": Phase.FAILED,
    "CLONE_SYS_CREATE_TENANT_FAIL": Phase.FAILED,
    "CLONE_SYS_WAIT_TENANT_RESTORE_FINISH_FAIL": Phase.FAILED,
    "CLONE_SYS_RELEASE_RESOURCE_FAIL": Phase.FAILED,
    # In PROGRESS every release shows CANCELING until the clean-up is done; builds of 2023 showed CANCELED there.
    "CLONE_SYS_CANCELING": Phase.CANCELED,
    "CLONE_SYS_CANCELED": Phase.CANCELED,
}
# The status in PROGRESS of a new job, and of one whose clean-up goes on.
LOCK = "CLONE_SYS_LOCK"
CANCELING = "CLONE_SYS_CANCELING"
# The status in HISTORY of a job whose cancel is through.
CANCELED = "CLONE_SYS_CANCELED"
# The status in HISTORY of a job that made its tenant.
SUCCESS = "CLONE_SYS_SUCCESS"

# The columns of both views, in their order (facts: Views).
COLUMNS = (
    "CLONE_JOB_ID", "TRACE_ID", "SOURCE_TENANT_ID", "SOURCE_TENANT_NAME", "CLONE_TENANT_ID", "CLONE_TENANT_NAME",
    "TENANT_SNAPSHOT_ID", "TENANT_SNAPSHOT_NAME", "RESOURCE_POOL_ID", "RESOURCE_POOL_NAME", "UNIT_CONFIG_NAME",
    "RESTORE_SCN", "STATUS", "CLONE_JOB_TYPE", "CLONE_START_TIME", "CLONE_FINISHED_TIME", "RET_CODE", "ERROR_MESSAGE",
)
# Larger than 2^53, beyond which readers of JSON round.
_BIG_COLUMNS = ("CLONE_JOB_ID", "TENANT_SNAPSHOT_ID", "RESTORE_SCN")
_TIME_COLUMNS = ("CLONE_START_TIME", "CLONE_FINISHED_TIME")

PROGRESS = "progress"
HISTORY = "history"
VIEWS = {PROGRESS: "oceanbase.DBA_OB_CLONE_PROGRESS", HISTORY: "oceanbase.DBA_OB_CLONE_HISTORY"}

# The texts that a cancel leaves in ERROR_MESSAGE (facts: Cancel).
_CANCELED_IN = re.compile(r"clone job has been canceled in (\S+) status")
_CANCELERS = {
    "by user command": "user",
    "by standby tenant transfer event": "standby transfer",
    "by standby tenant upgrade event": "standby upgrade",
    "by standby tenant alter LS event": "standby alter ls",
}


class CloneJob(NamedTuple):
    """One row of one of the two views. ``row`` is what a module returns: the columns in lower case, and more."""

    view: str
    row: Dict[str, Any]

    @property
    def job_id(self) -> str:
        """Returns CLONE_JOB_ID, as text."""
        return str(self.row["clone_job_id"])

    @property
    def clone_tenant(self) -> str:
        """Returns CLONE_TENANT_NAME: the new tenant."""
        return str(self.row["clone_tenant_name"])

    @property
    def status(self) -> str:
        """Returns STATUS, as the server spells it."""
        return str(self.row["status"])

    @property
    def phase(self) -> Optional[Phase]:
        """Returns what the status means; None for a status that this collection does not know."""
        return STATUSES.get(self.status)

    @property
    def canceled_in(self) -> Optional[str]:
        """Returns the status in which the job was canceled, or None if it was not or the server does not say."""
        match = _CANCELED_IN.match(self.row["error_message"] or "")
        return match.group(1) if match else None

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> CloneJob:
        """
        Returns the job for a row of ``read_rows``. Large ids become text, times ISO 8601 in UTC; ``age`` is the seconds
        since the start, by the server's clock.
        """
        view = row["view_name"]
        result: Dict[str, Any] = {}
        for column in COLUMNS:
            value = row[column.lower()]
            if value is not None and column in _BIG_COLUMNS:
                value = str(value)
            elif column in _TIME_COLUMNS:
                value = iso_time(value)
            result[column.lower()] = value
        phase = STATUSES.get(result["status"])
        message = result["error_message"] or ""
        result["view"] = view
        result["cancellable"] = view == PROGRESS and phase is Phase.CANCELLABLE
        result["age"] = _seconds_between(row["clone_start_time"], row["server_time"])
        result["canceled_by"] = next(
            (who for text, who in _CANCELERS.items() if phase is Phase.CANCELED and message.endswith(text)), None)
        return cls(view, result)


def unknown_status(job: CloneJob) -> UnsupportedVersion:
    """Returns the failure for a job whose status this collection does not know at all, or not in that view."""
    return UnsupportedVersion(
        "clone job %s is in status %s in view %s, which this collection does not know" % (
            job.job_id, job.status, job.view),
        "Use a release of community.oceanbase that knows this OceanBase.")


def iso_time(value: Any) -> Optional[str]:
    """
    Returns ISO 8601 with ``Z`` for a time that the server gave in UTC, as the driver hands it over; None for no time.
    """
    if value is None:
        return None
    if isinstance(value, datetime.datetime):
        return value.isoformat(timespec="microseconds") + "Z"
    # The driver leaves a time as text that it cannot read, such as 0000-00-00.
    return str(value).replace(" ", "T") + "Z"


def _seconds_between(start: Any, end: Any) -> Optional[float]:
    if not isinstance(start, datetime.datetime) or not isinstance(end, datetime.datetime):
        return None
    return round(max(0.0, (end - start).total_seconds()), 3)


class Sighting(NamedTuple):
    """
    Holds what one look at the views showed of a selected job: the running job, the newest ended one, names that match
    apart from case, and a reason why the selector is ambiguous.
    """

    progress: Optional[CloneJob]
    history: Optional[CloneJob]
    other_case: Sequence[str] = ()
    ambiguous: Optional[Failure] = None

    @property
    def job(self) -> Optional[CloneJob]:
        """Returns the row that counts: a job in PROGRESS is newer than any in HISTORY of the same name."""
        return self.progress or self.history


class Part(NamedTuple):
    """Describes what to read of one view: rows that meet ``condition``, all or only the newest ones."""

    view: str
    condition: str
    arguments: Sequence[Any]
    newest: Optional[int] = None

    def select(self) -> str:
        """Returns the SELECT; it also gives the name of the view and the server's clock."""
        statement = "SELECT '%s' AS VIEW_NAME, NOW(6) AS SERVER_TIME, %s FROM %s WHERE %s" % (
            self.view, ", ".join(COLUMNS), VIEWS[self.view], self.condition)
        if self.newest is None:
            return statement
        # A job id is the time of the start (facts: Initial values).
        return "SELECT * FROM (%s ORDER BY CLONE_JOB_ID DESC LIMIT %s) AS NEWEST" % (statement, self.newest)


def read_rows(session: Session, parts: Sequence[Part], budget: Budget) -> List[Dict[str, Any]]:
    """
    Returns the rows of all parts. They are read in one statement, hence from one snapshot: a job moves between the
    views in one transaction (facts: Cancel), so that it cannot slip through.

    Failures: NotSysTenant, UnsupportedVersion, NoPrivilege, ServerError, or that of a lost connection.
    """
    try:
        return session.run(" UNION ALL ".join(part.select() for part in parts),
                           [argument for part in parts for argument in part.arguments], budget)
    except MissingView as failure:
        raise why_no_view(session, failure, budget) from failure


def find_jobs(session: Session, selectors: Sequence[Selector], budget: Budget) -> List[Sighting]:
    """Returns what both views show of each selected job, from one statement. Failures as of ``read_rows``."""
    running = conditions(selectors, exact=False)
    ended = []
    for condition in conditions(selectors, exact=True):
        text = condition.text
        if condition.expressions != ["CLONE_JOB_ID"]:
            # Names repeat in HISTORY. A job id is the time of the start (facts: Initial values).
            text = "CLONE_JOB_ID IN (SELECT MAX(CLONE_JOB_ID) FROM %s WHERE %s GROUP BY %s)" % (
                VIEWS[HISTORY], text, ", ".join(condition.expressions))
        ended.append(condition._replace(text=text))
    rows = read_rows(session, [
        Part(view, " OR ".join("(%s)" % condition.text for condition in found) if found[1:] else found[0].text,
             [argument for condition in found for argument in condition.arguments])
        for view, found in ((PROGRESS, running), (HISTORY, ended))], budget)
    return [_sighting(selector, rows) for selector in selectors]


def _sighting(selector: Selector, rows: Sequence[Mapping[str, Any]]) -> Sighting:
    """Returns what the rows show of one selected job."""
    jobs = [CloneJob.from_row(row) for row in rows if selector.matches(row)]
    running = [job for job in jobs if job.view == PROGRESS]
    ended = [job for job in jobs if job.view == HISTORY]
    ambiguous = None
    if running[1:]:
        ambiguous = ServerError("%d running clone jobs match %s: %s" % (
            len(running), selector.describe(), ", ".join(job.job_id for job in running)),
            "OceanBase allows one for a source tenant and one for a name; name the one you mean in clone_job_id.")
    folded = {column.lower(): value.lower() for column, value in selector.columns().items()}
    return Sighting(
        next(iter(running), None), max(ended, key=lambda job: int(job.job_id), default=None),
        sorted({str(row["clone_tenant_name"]) for row in rows if row["view_name"] == PROGRESS
                and not selector.matches(row)
                and all(str(row[column]).rstrip().lower() == value.rstrip() for column, value in folded.items())}),
        ambiguous)


def why_no_view(session: Session, failure: Failure, budget: Budget, view: str = "DBA_OB_CLONE_PROGRESS",
                content: str = "clone jobs") -> Failure:
    """
    Returns why a view is missing that exists only in the sys tenant, the clone views only since 4.3.0. In: the server's
    answer 1146, the view's name and what it holds. Out: NotSysTenant or UnsupportedVersion.
    """
    tenant = _first_value(session, "SHOW TENANT", budget)
    if tenant is not None and tenant != "sys":
        return NotSysTenant("this login is in tenant %s, but %s are visible only in the sys tenant; logged in as %s" % (
            tenant, content, session.login.account()), "Log in as root@sys.", failure.errno, failure.sqlstate)
    version = _first_value(session, "SELECT VERSION()", budget)
    return UnsupportedVersion("the server (version %s) has no view %s" % (version or "unknown", view),
                              NEEDS_4_3, failure.errno, failure.sqlstate)


def _first_value(session: Session, statement: str, budget: Budget) -> Optional[str]:
    """Returns the first value of the answer, or None if the server refuses the statement."""
    try:
        rows = session.run(statement, (), budget)
    except Failure as failure:
        if failure.transient:
            raise
        return None
    return str(next(iter(rows[0].values()))) if rows else None
