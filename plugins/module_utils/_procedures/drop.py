# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release. Do not use it from elsewhere.
"""Procedure of ob_clone_drop: drops the tenant and resource pool that one clone job made, and no others."""

from __future__ import annotations

from typing import Any, Dict, List, Mapping, NamedTuple, Optional, Sequence

from .._clock import Budget, Clock, retry
from .._connection.session import Session
from .._errors import Failure, Refused, ServerError, may_have_been_executed
from .._runner import Description
from .._views.jobs import (
    CloneJob,
    Phase,
    Sighting,
    find_jobs,
    unknown_status,
)
from .._views.selector import Selector, check_job_id, check_name
from .._views.tenants import read_pools, read_tenants
from .report import Report

_TENANT_COLUMNS = ("TENANT_ID", "TENANT_NAME")
_POOL_COLUMNS = ("RESOURCE_POOL_ID", "NAME", "TENANT_ID")

DROPPED = "dropped"
ABSENT = "absent"


def made_by(sighting: Sighting, selector: Selector) -> CloneJob:
    """Returns the ended job that the views show; Refused if there is none, for then nobody can tell what it made."""
    job = sighting.progress
    if job is not None:
        raise Refused("clone job %s is in %s, so it has not ended" % (job.job_id, job.status),
                      "Cancel it with ob_clone_cancel, which also removes tenant and resource pool."
                      if job.phase is Phase.CANCELLABLE else
                      "Run the task again when it is in DBA_OB_CLONE_HISTORY; ob_clone_info can wait for that.")
    if sighting.history is None:
        raise Refused("neither view knows %s" % selector.describe(),
                      "Name and id must be those of one job: ob_clone_info lists the jobs. Without the job's row "
                      "nobody can tell what it made.")
    return sighting.history


def statements_to_drop(job: CloneJob, tenants: Sequence[Mapping[str, Any]],
                       pools: Sequence[Mapping[str, Any]]) -> List[str]:
    """
    Returns the statements that drop what the job made, given the tenant and resource pool that have its names now.

    Ids of tenants and pools are never used again (facts: Leftovers), so they tell what the job made. A
    tenant of its name with another id is Refused; such a pool is left alone. A job that was canceled or failed has
    left nothing. UnsupportedVersion for a status of which this collection does not know what it leaves.
    """
    if job.phase in (Phase.CANCELED, Phase.FAILED):
        return []
    if job.phase is not Phase.COMPLETED:
        raise unknown_status(job)
    made = job.row["clone_tenant_id"]
    if tenants and tenants[0]["tenant_id"] != made:
        raise Refused("the tenant of that name has the id %s, but the clone job made tenant %s" % (
            tenants[0]["tenant_id"], made), "It is another tenant; it was left alone.")
    statements = ["DROP TENANT `%s` FORCE" % tenant["tenant_name"] for tenant in tenants]
    statements += ["DROP RESOURCE POOL `%s`" % pool["name"] for pool in pools
                   if pool["resource_pool_id"] == job.row["resource_pool_id"] and pool["tenant_id"] in (None, made)]
    return statements


def _dropped_by(statement: str) -> str:
    """Returns what a statement drops, for people."""
    return statement.replace("DROP ", "").replace(" FORCE", "")


class DropRequest(NamedTuple):
    """Holds which job's tenant is to be dropped."""

    selector: Selector
    check_mode: bool

    @classmethod
    def from_options(cls, options: Mapping[str, Any], check_mode: bool) -> DropRequest:
        """Returns the request for module options; InvalidOption if name or id cannot be sent safely."""
        return cls(Selector(clone_tenant=check_name("clone_tenant", options["clone_tenant"]),
                            clone_job_id=check_job_id("clone_job_id", options["clone_job_id"])), check_mode)

    def doing(self) -> str:
        """Returns what the module does, to follow "Cannot "."""
        return "drop what clone job %s made (tenant %s)" % (self.selector.clone_job_id, self.selector.clone_tenant)


class DropReport(Report):
    """Collects what was dropped."""

    doing = "drop the tenant that the clone job made"

    def __init__(self) -> None:
        super().__init__()
        self.changed = False
        self.outcome: Optional[str] = None
        self.job: Optional[CloneJob] = None
        self.executed_statements: List[str] = []

    def dropped(self, statement: str) -> None:
        """Notes a statement that was executed, or in check mode would be."""
        self.changed = True
        self.executed_statements.append(statement)

    def as_result(self) -> Dict[str, Any]:
        return {"changed": self.changed, "outcome": self.outcome, "job": self.job.row if self.job else None,
                "executed_statements": self.executed_statements, "msg": self.msg}

    def diff(self) -> Optional[Dict[str, Any]]:
        return {"before": "".join(_dropped_by(statement) + "\n" for statement in self.executed_statements), "after": ""}


def drop(request: DropRequest, session: Session, clock: Clock, report: DropReport) -> None:
    """Drops what the job made, unless it is gone already."""
    seconds = float(session.login.read_timeout)
    session.log_in(clock.budget(session.login.connect_timeout, seconds))
    budget = clock.budget(seconds, seconds)
    (sighting,) = retry(lambda: find_jobs(session, [request.selector], budget), budget)
    report.job = sighting.job
    job = made_by(sighting, request.selector)
    statements = _left(session, job, budget)
    what = "what clone job %s made: %s." % (job.job_id, " and ".join(map(_dropped_by, statements)))
    if not statements:
        report.outcome = ABSENT
        report.msg = "Nothing to drop: clone job %s (%s) has left neither tenant nor resource pool." % (
            job.job_id, job.status)
        return
    for statement in statements:
        if not request.check_mode:
            _send(statement, session, job, clock, report)
        report.dropped(statement)
    if not request.check_mode:
        left = _left(session, job, clock.budget(seconds, seconds))
        if left:
            raise ServerError("OceanBase accepted %s, yet the views still show it" % " and ".join(left),
                              "Run the task again.")
    report.outcome = DROPPED
    report.msg = ("Would drop " if request.check_mode else "Dropped ") + what


def _left(session: Session, job: CloneJob, budget: Budget) -> List[str]:
    """Returns the statements that are still needed; retries transient failures."""
    return retry(lambda: statements_to_drop(
        job, read_tenants(session, _TENANT_COLUMNS, [job.clone_tenant], budget),
        read_pools(session, _POOL_COLUMNS, [job.row["resource_pool_name"]], budget)), budget)


def _send(statement: str, session: Session, job: CloneJob, clock: Clock, report: DropReport) -> None:
    """Sends a statement. If it is uncertain whether it was executed, the views tell; raises the failure if not."""
    seconds = float(session.login.read_timeout)
    try:
        session.run(statement, (), clock.budget(seconds, seconds))
    except Failure as failure:
        if not may_have_been_executed(failure):
            raise
        report.warnings.append("Whether %s was executed is uncertain (%s)." % (statement, failure.message))
        if statement in _left(session, job, clock.budget(seconds, seconds)):
            failure.message += "; %s has not been executed so far" % statement
            raise


CLONE_DROP = Description(
    {
        "clone_tenant": {"type": "str", "required": True, "aliases": ["new_tenant_name"]},
        "clone_job_id": {"type": "str", "required": True},
    },
    DropRequest.from_options, drop, lambda _options: DropReport())
