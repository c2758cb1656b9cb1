# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules at the start of a clone, in OceanBase's order (facts: Start grammar, Start rules)."""

from __future__ import annotations

from ..cluster.clone_scheduler import Scheduler
from ..cluster.inventory import Cluster, Tenant, version_tuple
from ..cluster.tables import fold
from ..sql.errors import error
from ..sql.syntax_tree import CloneTenant

MAX_TENANT_NAME, MAX_POOL_NAME = 64, 128
OLD_CHECKPOINT = (
    "Current checkpoint scn is smaller than the start_scn of archive log, creating tenant snapshot is not allowed. You "
    "could execute 'ALTER SYSTEM MINOR FREEZE TENANT = %s' to trigger a minor compaction for advancing the checkpoint "
    "and then wait for a minute before executing again.")


def check_statement(cluster: Cluster, wanted: CloneTenant) -> None:
    """Raises what the resolver refuses, before privileges are looked at: missing options, versions, the new name."""
    if not wanted.pool:
        raise error("OB_NOT_SUPPORTED", "clone tenant without resource pool")
    if not wanted.unit:
        raise error("OB_NOT_SUPPORTED", "clone tenant without unit config")
    if not cluster.upgraded:
        raise error("OB_NOT_SUPPORTED", "clone tenant below 4.3")
    check_new_name(wanted.name)


def check_execution(cluster: Cluster, wanted: CloneTenant) -> None:
    """Raises what is refused at execution, before RootService is asked: the storage, two clauses, lengths of names."""
    if cluster.shared_storage:
        raise error("OB_NOT_SUPPORTED", "clone tenant is not supported in shared storage mode")
    if wanted.if_not_exists:
        raise error("OB_NOT_SUPPORTED", "clone tenant with IF NOT EXISTS")
    if wanted.snapshot:
        raise error("OB_NOT_SUPPORTED", "clone tenant with using snapshot clause is")
    lengths = ((wanted.name, MAX_TENANT_NAME), (wanted.source, MAX_TENANT_NAME),
               (wanted.pool, MAX_POOL_NAME), (wanted.unit, MAX_POOL_NAME))
    if any(not text or len(text.encode()) > limit for text, limit in lengths):
        raise error("OB_INVALID_ARGUMENT")


def check_new_name(name: str) -> None:
    """Refuses the names that no new tenant may have."""
    if "$" in name:
        raise error("OB_NOT_SUPPORTED", "since 4.2.1, manually creating a tenant name containing '$' is")
    if name.lower() in ("all", "all_user", "all_meta"):
        raise error("OB_NOT_SUPPORTED",
                    'since 4.2.1, using "%s" (case insensitive) as a tenant name is' % name.lower())


def check_start(cluster: Cluster, scheduler: Scheduler, wanted: CloneTenant) -> Tenant:
    """
    Checks the fourteen rules of the cluster; returns the source tenant or raises the error of the first broken rule.
    """
    if scheduler.upgrade_mode:
        older = "" if cluster.second_generation else "in standby cluster or "
        raise error("OB_OP_NOT_ALLOW", "clone tenant while %sin upgrade mode" % older)
    check_new_name(wanted.name)
    if cluster.tenants.find(tenant_name=wanted.name):
        raise error("OB_TENANT_EXIST", wanted.name)
    source = cluster.tenants.find(tenant_name=wanted.source)
    if source is None:
        raise error("OB_TENANT_NOT_EXIST", wanted.source)
    _check_source(cluster, source)
    if cluster.unit_named(wanted.unit) is None:
        raise error("OB_RESOURCE_UNIT_NOT_EXIST", wanted.unit)
    if cluster.pool_named(wanted.pool):
        raise error("OB_RESOURCE_POOL_EXIST", wanted.pool)
    if source.archive_state != "DOING":
        raise error("OB_OP_NOT_ALLOW", "log archive is not ready, create tenant snapshot")
    if source.archive_lagging:
        raise error("OB_ERR_TENANT_SNAPSHOT", OLD_CHECKPOINT % wanted.source)
    if any(job.source_tenant_id == source.tenant_id for job in scheduler.jobs):
        raise error("OB_OP_NOT_ALLOW", "source tenant has a running clone job, clone tenant now")
    if any(fold(job.clone_tenant_name) == fold(wanted.name) for job in scheduler.jobs):
        raise error("OB_OP_NOT_ALLOW", "clone tenant name exists in a running clone job, clone tenant now")
    return source


def _check_source(cluster: Cluster, source: Tenant) -> None:
    if source.kind != "USER":
        raise error("OB_OP_NOT_ALLOW", "clone non-user-tenant is")
    meta = cluster.tenants.rows.get(source.tenant_id - 1)
    if source.status != "NORMAL" or source.in_recyclebin == "YES" or (meta and meta.status != "NORMAL"):
        raise error("OB_OP_NOT_ALLOW", "source tenant status is not valid, clone tenant")
    if version_tuple(source.compatible) < (4, 3):
        raise error("OB_OP_NOT_ALLOW", "source tenant data version is below 4.3, clone tenant")
    if not cluster.second_generation and source.role != "PRIMARY":
        raise error("OB_OP_NOT_ALLOW", "source tenant is not primary tenant, clone tenant")
