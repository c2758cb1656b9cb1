# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release. Do not use it from elsewhere.
"""A report of clone jobs over several clusters: from the results of ob_clone_info to the text of a file."""

from __future__ import annotations

import csv
import datetime
import io
import json
import re
from typing import Any, Dict, List, Mapping, NamedTuple, Optional

from ansible_collections.community.oceanbase.plugins.module_utils._views.jobs import (
    COLUMNS,
    HISTORY,
    PROGRESS,
    STATUSES,
    Phase,
)

# What a job is in a report, in the order in which jobs and legend are shown: the word for a running job of each phase,
# and the word for an ended one.
RUNNING, CANCELING, FAILING = "running", "canceling", "failing"
COMPLETED, CANCELED, FAILED, UNKNOWN = "completed", "canceled", "failed", "unknown"
OUTCOMES = (RUNNING, CANCELING, FAILING, COMPLETED, CANCELED, FAILED, UNKNOWN)
_OUTCOME_OF = {
    PROGRESS: {Phase.CANCELLABLE: RUNNING, Phase.COMPLETED: RUNNING, Phase.CANCELED: CANCELING, Phase.FAILED: FAILING},
    HISTORY: {Phase.COMPLETED: COMPLETED, Phase.CANCELED: CANCELED, Phase.FAILED: FAILED},
}
# The columns of the file: those of the views, and what the modules and this report add.
COLUMNS_OF_FILE = ("cluster", "outcome", *(column.lower() for column in COLUMNS),
                   "view", "cancellable", "age", "canceled_by")
_NUMBER = re.compile(r"-?\d+(\.\d+)?\Z")
# What a spreadsheet takes for the beginning of a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


class Job(NamedTuple):
    """One clone job: the row as ob_clone_info returns it with ``cluster`` and ``outcome``, and its times in UTC."""

    row: Dict[str, Any]
    start: Optional[datetime.datetime]
    end: Optional[datetime.datetime]

    @property
    def seconds(self) -> Optional[float]:
        """Returns how long the job took, or has taken so far; None if the server gave no time."""
        return (self.end - self.start).total_seconds() if self.start and self.end else None


class Cluster(NamedTuple):
    """Jobs that were read of one cluster; ``failure`` is the message if it could not be read."""

    name: str
    jobs: List[Job]
    truncated: bool
    failure: Optional[str]


class Report(NamedTuple):
    """All clusters, and when the report was made (ISO 8601 in UTC)."""

    made_at: str
    clusters: List[Cluster]

    @property
    def jobs(self) -> List[Job]:
        """Returns the jobs of all clusters: those in progress first, then the newest first."""
        jobs = [job for cluster in self.clusters for job in cluster.jobs]
        jobs.sort(key=lambda job: str(job.row["clone_start_time"] or ""), reverse=True)
        return sorted(jobs, key=lambda job: job.row["view"] != PROGRESS)


def parse_time(text: Optional[str]) -> Optional[datetime.datetime]:
    """Returns the time that a row gives in ISO 8601, in UTC; None for no time or one that no calendar has."""
    try:
        return datetime.datetime.fromisoformat(str(text).replace("Z", "+00:00")) if text else None
    except ValueError:
        return None


def job_of(cluster: str, row: Mapping[str, Any]) -> Job:
    """Returns the job for a row that ob_clone_info returned. A job in progress lasts until the server was asked."""
    outcome = _OUTCOME_OF.get(row["view"], {}).get(STATUSES.get(row["status"]), UNKNOWN)  # type: ignore[arg-type]
    known = {"cluster": cluster, "outcome": outcome}
    full = {column: known[column] if column in known else row.get(column) for column in COLUMNS_OF_FILE}
    start, end = parse_time(full["clone_start_time"]), parse_time(full["clone_finished_time"])
    if start and full["view"] == PROGRESS and full["age"] is not None:
        end = start + datetime.timedelta(seconds=float(full["age"]))
    return Job(full, start, end)


def cluster_of(name: str, result: Optional[Mapping[str, Any]]) -> Cluster:
    """Returns what a registered result of ob_clone_info says of a cluster; None is a cluster that was not asked."""
    if result is None or result.get("failed") or "history" not in result:
        return Cluster(name, [], False, str((result or {}).get("msg") or "it was not asked"))
    rows = [*result["progress"], *result["history"]]
    return Cluster(name, [job_of(name, row) for row in rows], bool(result.get("truncated")), None)


def to_json(report: Report) -> str:
    """Returns the report as JSON: ``made_at``, ``clusters`` and ``jobs``."""
    clusters = [{"name": cluster.name, "jobs": len(cluster.jobs), "truncated": cluster.truncated,
                 "failure": cluster.failure} for cluster in report.clusters]
    content = {"made_at": report.made_at, "clusters": clusters, "jobs": [job.row for job in report.jobs]}
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def to_csv(report: Report) -> str:
    """
    Returns the jobs as CSV (RFC 4180) with a header. A spreadsheet runs what begins with =, +, - or @, and a tenant may
    be called like that: an apostrophe before it makes it text.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS_OF_FILE)
    writer.writerows([_cell(job.row[column]) for column in COLUMNS_OF_FILE] for job in report.jobs)
    return out.getvalue()


def _cell(value: Any) -> str:
    """Returns the text of a cell that no spreadsheet runs."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    text = str(value)
    return "'" + text if text.lstrip(" ").startswith(_FORMULA) and not _NUMBER.match(text) else text
