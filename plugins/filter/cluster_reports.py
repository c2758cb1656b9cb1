# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reports of several clusters for the playbooks. Private to this collection: it may change in any release."""

from __future__ import annotations

import textwrap
from typing import Any, Iterable, Mapping, Sequence

from ansible_collections.community.oceanbase.plugins.plugin_utils._clone_report import parse_time

PREFIX = "CLONE_SYS_"
HEADER = ("JOB", "CLONE", "SOURCE", "STATUS", "AGE")
# Columns of the text below a row. With the indentation and the quotes of a callback, it fits into 100.
WIDTH = 60


def clone_rows(clones: Mapping[str, Any], stuck_after: float | None = None) -> list[Any]:
    """
    Returns what to report of the clone jobs of one cluster (``clones``: the result of ob_clone_info): running ones
    first, of these first the ones that run for ``stuck_after`` seconds. A list of cells is a row of HEADER's table.
    """
    def is_stuck(job: Mapping[str, Any]) -> bool:
        return stuck_after is not None and (job["age"] or 0) >= stuck_after

    report: list[Any] = []
    for job in sorted(clones["progress"], key=is_stuck, reverse=True):
        report.append(_row("STUCK?" if is_stuck(job) else "running", job, _clock_time(job["age"])))
        report += _message(job)
    for job in clones["history"]:
        age = _clock_time(_seconds_since_end(job))
        report.append(_row("ended", job, age and age + " ago"))
        report += _message(job)
    if clones["truncated"]:
        report.append("... and older ones")
    return report or ["no clone jobs"]


def cluster_summary(hostvars: Mapping[str, Mapping[str, Any]], hosts: Iterable[str]) -> list[str]:
    """Returns the lines of ``oceanbase_summary`` of these hosts, each after the name of its host; rows as one table."""
    return _lines({host: ["not done, see the failure below"] if "oceanbase_failure" in hostvars[host]
                   else hostvars[host]["oceanbase_summary"] or ["nothing to do"] for host in hosts})


def stale_clones(hostvars: Mapping[str, Mapping[str, Any]], hosts: Iterable[str]) -> dict[str, Any]:
    """
    Returns which jobs in ``oceanbase_clones`` (results of ob_clone_info) of these hosts can be canceled: their
    ``count``, the ``lines`` of a table of them, and their ``job_ids`` by host.
    """
    found = {host: [job for job in hostvars[host]["oceanbase_clones"]["progress"] if job["cancellable"]]
             for host in hosts if "oceanbase_failure" not in hostvars[host]}
    rows = {host: clone_rows({"progress": jobs, "history": [], "truncated": False})
            for host, jobs in found.items() if jobs}
    return {"count": sum(len(jobs) for jobs in found.values()),
            "lines": _lines(rows) or ["none" if found else "no cluster could be read"],
            "job_ids": {host: [job["clone_job_id"] for job in jobs] for host, jobs in found.items()}}


def _row(kind: str, job: Mapping[str, Any], age: str) -> list[str]:
    return [kind, job["clone_tenant_name"], job["source_tenant_name"], job["status"].replace(PREFIX, ""), age]


def _message(job: Mapping[str, Any]) -> list[str]:
    """Returns the lines of a job's error message."""
    return textwrap.wrap((job["error_message"] or "").replace(PREFIX, ""), WIDTH,
                         initial_indent="  ", subsequent_indent="  ")


def _seconds_since_end(job: Mapping[str, Any]) -> float | None:
    """Returns how long ago an ended job ended, by the server's clock; None if the server does not say."""
    start, end = parse_time(job["clone_start_time"]), parse_time(job["clone_finished_time"])
    if start is None or end is None or job["age"] is None:
        return None
    return max(0.0, float(job["age"]) - (end - start).total_seconds())


def _clock_time(seconds: float | None) -> str:
    """Returns a duration as hours, minutes and seconds, a long one as days; empty for None."""
    if seconds is None:
        return ""
    if seconds >= 100 * 3600:
        return "%d days" % (seconds // 86400)
    return "%d:%02d:%02d" % (seconds // 3600, seconds % 3600 // 60, seconds % 60)


def _lines(reports: Mapping[str, Sequence[Any]]) -> list[str]:
    """Returns the lines of all reports, each after its host's name, with the rows of all hosts in one table."""
    host_width = max(map(len, [*reports, "CLUSTER"]))
    rows = [line for report in reports.values() for line in report if not isinstance(line, str)]
    widths = [max(map(len, column)) for column in zip(HEADER, *rows)]

    def line_of(host: str, line: Any) -> str:
        text = line if isinstance(line, str) else " ".join(map(str.ljust, line, widths))
        return "%s %s" % (host.ljust(host_width), " ".join(text.splitlines()))

    lines = [line_of("CLUSTER", HEADER)] if rows else []
    return [line.rstrip() for line in lines + [line_of(host, line) for host, its in reports.items() for line in its]]


class FilterModule:
    """Makes the filters known to Ansible."""

    def filters(self) -> dict[str, Any]:
        return {"clone_rows": clone_rows, "cluster_summary": cluster_summary, "stale_clones": stale_clones}
