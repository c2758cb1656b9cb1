# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release. Do not use it from elsewhere.
"""The work of ob_clone_drop: drop tenant and resource pool that one clone job made, and no others of these names."""

from __future__ import annotations

from typing import Any, Dict, List, Mapping, Optional, Sequence

from .._clock import Clock, retry
from .._connection.session import Session
from .._errors import Failure, Refused, ServerError
from .._views.jobs import (
    CloneJob,
    Phase,
    Sighting,
    look,
    unknown_status,
)
from .._views.selector import Selector, check_job_id, check_name
from .._views.tenants import (
    may_have_been_executed,
    read_pools,
    read_tenants,
)
from .task import Task

DROPPED = "dropped"
ABSENT = "absent"


def made_by(sighting: Sighting, selector: Selector) -> CloneJob:
    """The ended job of which the views tell; Refused if there is none, for then nobody can tell what it made."""
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
    What drops that which the job made, from the tenant and the resource pool that have its names now.

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


class DropTask(Task):
    """Sees to it that tenant and resource pool that a clone job made do not exist."""

    def __init__(self) -> None:
        self.warnings: List[str] = []
        self.selector = Selector()
        self.check_mode = False
        self.changed = False
        self.outcome: Optional[str] = None
        self.job: Optional[CloneJob] = None
        self.executed_statements: List[str] = []
        self.msg = ""

    def prepare(self, options: Mapping[str, Any], check_mode: bool) -> None:
        self.check_mode = check_mode
        self.selector = Selector(clone_tenant=check_name("clone_tenant", options["clone_tenant"]),
                                 clone_job_id=check_job_id("clone_job_id", options["clone_job_id"]))

    def work(self, session: Session, clock: Clock) -> None:
        retry(session.connect, clock, float(session.login.connect_timeout))
        deadline = float(session.login.read_timeout)
        sighting = retry(lambda: look(session, self.selector), clock, deadline)
        self.job = sighting.job
        job = made_by(sighting, self.selector)
        statements = retry(lambda: self.left(session, job), clock, deadline)
        what = "what clone job %s made: %s" % (job.job_id, " and ".join(statements))
        if not statements:
            self.outcome = ABSENT
            self.msg = "Nothing to drop: clone job %s (%s) has left neither tenant nor resource pool." % (
                job.job_id, job.status)
        elif self.check_mode:
            self.changed, self.outcome, self.executed_statements = True, DROPPED, statements
            self.msg = "Would drop " + what
        else:
            for statement in statements:
                self.run(session, clock, job, statement)
            left = self.left_afterwards(session, clock, job)
            if left:
                raise ServerError("OceanBase accepted %s, yet the views still show it" % " and ".join(left),
                                  "Run the task again.")
            self.outcome = DROPPED
            self.msg = "Dropped " + what

    def left(self, session: Session, job: CloneJob) -> List[str]:
        """What is still to be dropped."""
        return statements_to_drop(job, read_tenants(session, [job.clone_tenant]),
                                  read_pools(session, [job.row["resource_pool_name"]]))

    def left_afterwards(self, session: Session, clock: Clock, job: CloneJob) -> List[str]:
        """What is still to be dropped after something was sent; outlasts what is transient."""
        return retry(lambda: self.left(session, job), clock, clock.elapsed() + session.login.read_timeout)

    def run(self, session: Session, clock: Clock, job: CloneJob, statement: str) -> None:
        """Sends a statement. If it is uncertain whether it was executed, what is left afterwards tells."""
        try:
            session.run(statement)
        except Failure as failure:
            if not may_have_been_executed(failure):
                raise
            self.warnings.append("Whether %s was executed is uncertain (%s)." % (statement, failure.message))
            if statement in self.left_afterwards(session, clock, job):
                failure.message += "; %s has not been executed so far" % statement
                raise
        self.changed = True
        self.executed_statements.append(statement)

    def result(self) -> Dict[str, Any]:
        return {"changed": self.changed, "outcome": self.outcome, "job": self.job.row if self.job else None,
                "executed_statements": self.executed_statements, "msg": self.msg}

    def doing(self) -> str:
        return "drop what clone job %s made (tenant %s)" % (self.selector.clone_job_id, self.selector.clone_tenant)

    def diff(self) -> Optional[Dict[str, Any]]:
        return {"before": "".join(statement.replace("DROP ", "").replace(" FORCE", "") + "\n"
                                  for statement in self.executed_statements), "after": ""}
