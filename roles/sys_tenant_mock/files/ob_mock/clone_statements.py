# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Statements that start and cancel clones, and those that set their scene (OceanBase facts, sections 5 and 6)."""

from __future__ import annotations

from .clone_job import CANCELLABLE, CloneJob
from .cluster import SYS_TENANT_ID
from .error_table import error
from .parameters import duration
from .privileges import require_administration
from .results import Ok
from .session import Session
from .start_rules import MAX_TENANT_NAME, check_execution, check_start, check_statement
from .syntax_tree import Archive, CancelClone, CloneTenant, SetParameters, Upgrade
from .world import World

NOT_CLONING = ("The new tenant has completed the cloning operation, or this is not the name of a cloning tenant. "
               "Cancel cloning")
BY_USER = "by user command"


def start_clone(world: World, session: Session, statement: CloneTenant) -> CloneJob:
    """CREATE TENANT .. FROM: the job that was started; its session then waits for the end of it."""
    check_statement(statement)
    require_administration(world.cluster, session)
    check_execution(statement)
    source = check_start(world.cluster, world.scheduler, statement)
    return world.scheduler.start(source, statement.name, statement.pool, statement.unit)


def cancel_clone(world: World, session: Session, statement: CancelClone) -> Ok:
    """ALTER SYSTEM CANCEL CLONE (facts, sections 1.1, 1.3, 3.2, 5.4)."""
    name = statement.name
    if len(name.encode()) > MAX_TENANT_NAME:
        raise error("OB_BUF_NOT_ENOUGH")
    require_administration(world.cluster, session)
    if not name:
        raise error("OB_INVALID_ARGUMENT")
    cancel(world, name, BY_USER)
    return Ok()


def cancel(world: World, name: str, reason: str) -> None:
    """Cancels the job of a clone tenant, or error 4179: one and the same for everything that cannot be cancelled."""
    tenant = world.cluster.tenants.find(tenant_name=name)
    if tenant is not None and tenant.status == "NORMAL":
        raise error("OB_OP_NOT_ALLOW", NOT_CLONING)
    if "'" in name or "\\" in name:
        # The name goes unescaped into the server's own statement, which it breaks.
        raise error("OB_ERR_PARSE_SQL")
    jobs = world.scheduler.running_job(name)
    if len(jobs) > 1:
        raise error("OB_ERR_UNEXPECTED")
    if not jobs or jobs[0].status not in CANCELLABLE:
        raise error("OB_OP_NOT_ALLOW", NOT_CLONING)
    world.scheduler.cancel(jobs[0], reason)


def set_parameters(world: World, session: Session, statement: SetParameters) -> Ok:
    """ALTER SYSTEM SET; the debug-sync facility and the upgrade mode obey at once."""
    require_administration(world.cluster, session)
    for name, value in statement.values:
        set_parameter(world, name, value)
    return Ok()


def set_parameter(world: World, name: str, value: str) -> None:
    """Changes one cluster parameter: errors 5099 and 4147."""
    parameters = world.cluster.parameters
    parameters.set(name, value)
    if name.lower() == "debug_sync_timeout":
        world.scheduler.debug_sync.set_timeout(duration(value))
    elif name.lower() == "enable_upgrade_mode":
        world.scheduler.upgrade_mode = parameters.flag("enable_upgrade_mode")


def upgrade(world: World, session: Session, statement: Upgrade) -> Ok:
    """ALTER SYSTEM BEGIN UPGRADE or END UPGRADE."""
    return set_parameters(world, session, SetParameters([("enable_upgrade_mode", str(statement.on))]))


def archive(world: World, session: Session, statement: Archive) -> Ok:
    """ALTER SYSTEM ARCHIVELOG or NOARCHIVELOG: of one tenant, or from sys of all user tenants."""
    name = statement.tenant
    if session.tenant_id == SYS_TENANT_ID or name:
        require_administration(world.cluster, session)
    if not name and session.tenant_id != SYS_TENANT_ID:
        name = session.tenant
    tenants = [tenant for tenant in world.cluster.tenants
               if tenant.kind == "USER" and (not name or name.upper() == "ALL" or tenant.tenant_name == name)]
    if not tenants:
        raise error("OB_TENANT_NOT_EXIST", name)
    for tenant in tenants:
        tenant.archive_state = "DOING" if statement.on else "STOP"
        world.cluster.touch(tenant)
    return Ok()
