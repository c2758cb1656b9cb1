# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release. Do not use it from elsewhere.
"""Reading what decides about the start of a clone: jobs, tenants, unit configs and resource pools."""

from __future__ import annotations

from typing import Any, Dict, Optional

from .._connection.session import Session
from .._views.jobs import (
    HISTORY,
    PROGRESS,
    SUCCESS,
    TENANTS,
    CloneJob,
    Part,
    job_of,
    read_rows,
)
from .start_decision import Situation
from .start_rules import Wanted


def read_situation(session: Session, wanted: Wanted, with_resources: bool) -> Situation:
    """
    What the views show. Unit configs and resource pools are looked up only ``with_resources``: then the server is not
    going to be asked, otherwise it knows better. Failures as of ``read_rows``.
    """
    name = wanted.clone_tenant
    # The condition on PROGRESS is the server's own: it compares names without regard to case.
    rows = read_rows(
        session,
        Part(PROGRESS, "CLONE_TENANT_NAME = %s OR BINARY SOURCE_TENANT_NAME = %s", (name, wanted.source_tenant)),
        Part(HISTORY, "BINARY CLONE_TENANT_NAME = %s", (name,), newest=1),
        Part(HISTORY, "BINARY CLONE_TENANT_NAME = %s AND STATUS = %s", (name, SUCCESS), newest=1))
    jobs = [job_of(row) for row in rows]
    named = [job for job in jobs if job.clone_tenant == name]
    kinds = _resources(session, wanted) if with_resources else {}
    return Situation(
        running=[job for job in jobs if job.view == PROGRESS],
        made=next((job for job in named if job.view == HISTORY and job.status == SUCCESS), None),
        tenants=_tenants(session, wanted),
        # The server's collation finds more than exact names. Only what is certain is taken for a reason to refuse.
        unit_exists="unit" in kinds, pool_exists=kinds.get("pool") == wanted.resource_pool,
        newest_id=max((int(job.job_id) for job in named), default=0))


def _tenants(session: Session, wanted: Wanted) -> Dict[str, Dict[str, Any]]:
    """The rows of the clone, the source and the source's META tenant, whose id is one less, by name."""
    rows = session.run(
        "SELECT TENANT_ID, TENANT_NAME, TENANT_TYPE, STATUS, IN_RECYCLEBIN, TENANT_ROLE, COMPATIBLE, LOG_MODE FROM %s "
        "WHERE TENANT_NAME IN (%%s, %%s) OR TENANT_ID IN (SELECT TENANT_ID - 1 FROM %s WHERE TENANT_NAME = %%s)"
        % (TENANTS, TENANTS), [wanted.clone_tenant, wanted.source_tenant, wanted.source_tenant])
    return {row["tenant_name"]: row for row in rows}


def _resources(session: Session, wanted: Wanted) -> Dict[str, str]:
    """The names found of the unit config and the resource pool."""
    rows = session.run(
        "SELECT 'unit' AS KIND, NAME FROM oceanbase.DBA_OB_UNIT_CONFIGS WHERE NAME = %s "
        "UNION ALL SELECT 'pool' AS KIND, NAME FROM oceanbase.DBA_OB_RESOURCE_POOLS WHERE NAME = %s",
        [wanted.unit_config, wanted.resource_pool])
    return {row["kind"]: row["name"] for row in rows}


def read_new_job(session: Session, wanted: Wanted, newest_id: int) -> Optional[CloneJob]:
    """The wanted clone's job that started after the one with ``newest_id``, or None."""
    # A job has all these names from its first row on (facts: Views, Initial values).
    condition = ("BINARY CLONE_TENANT_NAME = %s AND BINARY SOURCE_TENANT_NAME = %s AND BINARY RESOURCE_POOL_NAME = %s "
                 "AND BINARY UNIT_CONFIG_NAME = %s AND CLONE_JOB_ID > %s", (*wanted, newest_id))
    rows = read_rows(session, Part(PROGRESS, *condition), Part(HISTORY, *condition, newest=1))
    return max((job_of(row) for row in rows), key=lambda job: int(job.job_id), default=None)
