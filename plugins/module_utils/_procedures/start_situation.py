# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release. Do not use it from elsewhere.
"""Reads what decides about the start of a clone: jobs, tenants, unit configs and resource pools."""

from __future__ import annotations

from typing import Any, Dict, List, Mapping, NamedTuple, Optional

from .._clock import Budget
from .._connection.session import Session
from .._views.jobs import (
    HISTORY,
    PROGRESS,
    SUCCESS,
    CloneJob,
    Part,
    read_rows,
)
from .._views.tenants import read_pools, read_tenants, unit_config_exists
from .start_rules import Wanted

_TENANT_COLUMNS = ("TENANT_NAME", "TENANT_ID", "TENANT_TYPE", "STATUS", "TENANT_ROLE", "LOG_MODE", "IN_RECYCLEBIN",
                   "COMPATIBLE")


class Situation(NamedTuple):
    """
    Holds what the views show: the clone jobs in PROGRESS of the source tenant or of the clone's name in any case; the
    newest job in HISTORY that made a tenant of the clone's name; rows of DBA_OB_TENANTS by name (clone, source, and
    their META tenants); whether there are a unit config and a resource pool of the wanted names; the largest id of a
    job of the clone's name.
    """

    running: List[CloneJob]
    made: Optional[CloneJob]
    tenants: Mapping[str, Dict[str, Any]]
    unit_exists: bool
    pool_exists: bool
    newest_id: int


def read_situation(session: Session, wanted: Wanted, with_resources: bool, budget: Budget) -> Situation:
    """
    Returns what the views show. Unit configs and resource pools are read only ``with_resources``: for check mode, since
    in a real run the server knows better. Failures as of ``read_rows``.
    """
    name = wanted.clone_tenant
    # The condition on PROGRESS is the server's own: it compares names without regard to case.
    rows = read_rows(session, [
        Part(PROGRESS, "CLONE_TENANT_NAME = %s OR BINARY SOURCE_TENANT_NAME = %s", (name, wanted.source_tenant)),
        Part(HISTORY, "BINARY CLONE_TENANT_NAME = %s", (name,), newest=1),
        Part(HISTORY, "BINARY CLONE_TENANT_NAME = %s AND STATUS = %s", (name, SUCCESS), newest=1)], budget)
    jobs = [CloneJob.from_row(row) for row in rows]
    named = [job for job in jobs if job.clone_tenant == name]
    tenants = read_tenants(session, _TENANT_COLUMNS, [name, wanted.source_tenant], budget, with_meta=True)
    return Situation(
        running=[job for job in jobs if job.view == PROGRESS],
        made=next((job for job in named if job.view == HISTORY and job.status == SUCCESS), None),
        tenants={row["tenant_name"]: row for row in tenants},
        unit_exists=with_resources and unit_config_exists(session, wanted.unit_config, budget),
        pool_exists=with_resources and bool(read_pools(session, ["NAME"], [wanted.resource_pool], budget)),
        newest_id=max((int(job.job_id) for job in named), default=0))


def read_new_job(session: Session, wanted: Wanted, newest_id: int, budget: Budget) -> Optional[CloneJob]:
    """Returns the wanted clone's job that started after the one with ``newest_id``, or None."""
    # A job has all these names from its first row on (facts: Views, Initial values).
    condition = ("BINARY CLONE_TENANT_NAME = %s AND BINARY SOURCE_TENANT_NAME = %s AND BINARY RESOURCE_POOL_NAME = %s "
                 "AND BINARY UNIT_CONFIG_NAME = %s AND CLONE_JOB_ID > %s", (*wanted, newest_id))
    rows = read_rows(session, [Part(PROGRESS, *condition), Part(HISTORY, *condition, newest=1)], budget)
    return max((CloneJob.from_row(row) for row in rows), key=lambda job: int(job.job_id), default=None)
