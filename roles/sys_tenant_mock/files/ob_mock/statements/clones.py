# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Statements that start and cancel clones, and those that set their scene (facts: Cancel, Start rules)."""

from __future__ import annotations

from typing import List

from ..cluster.clone_job import CANCELING, CANCELLABLE, CloneJob
from ..cluster.inventory import SYS_TENANT_ID, Tenant
from ..cluster.parameters import duration
from ..cluster.session import Session
from ..sql.errors import error
from ..sql.results import Ok
from ..sql.syntax_tree import Archive, CancelClone, CloneTenant, MinorFreeze, SetParameters, Upgrade
from .clone_start_rules import MAX_TENANT_NAME, check_execution, check_start, check_statement
from .context import Context
from .privileges import require_administration

NOT_CLONING = ("The new tenant has completed the cloning operation, or this is not the name of a cloning tenant. "
               "Cancel cloning")
BY_USER = "by user command"


def start_clone(context: Context, session: Session, statement: CloneTenant) -> CloneJob:
    """Starts the job of CREATE TENANT .. FROM and returns it; its session then waits for its end."""
    check_statement(context.cluster, statement)
    require_administration(context.cluster, session)
    check_execution(context.cluster, statement)
    source = check_start(context.cluster, context.scheduler, statement)
    return context.scheduler.start(source, statement.name, statement.pool, statement.unit)


def cancel_clone(context: Context, session: Session, statement: CancelClone) -> Ok:
    """Executes ALTER SYSTEM CANCEL CLONE (facts: Cancel grammar, Names, Error 4179, Cancel)."""
    name = statement.name
    if not context.cluster.upgraded:
        raise error("OB_NOT_SUPPORTED", "cancel tenant cloning below 4.3")
    if len(name.encode()) > MAX_TENANT_NAME:
        raise error("OB_BUF_NOT_ENOUGH")
    require_administration(context.cluster, session)
    if not name:
        raise error("OB_INVALID_ARGUMENT")
    cancel(context, name, BY_USER)
    return Ok()


def cancel(context: Context, name: str, reason: str) -> None:
    """Cancels the job of a clone tenant, or error 4179: one and the same for everything that cannot be canceled."""
    tenant = context.cluster.tenants.find(tenant_name=name)
    if tenant is not None and tenant.status == "NORMAL":
        raise error("OB_OP_NOT_ALLOW", NOT_CLONING)
    if "'" in name or "\\" in name:
        # The name goes unescaped into the server's own statement, which it breaks.
        raise error("OB_ERR_PARSE_SQL")
    jobs = context.scheduler.running_job(name)
    if len(jobs) > 1:
        raise error("OB_ERR_UNEXPECTED")
    if jobs and jobs[0].status not in CANCELLABLE:
        context.scheduler.record_end(jobs[0], CANCELING, -4072, reason if context.cluster.second_generation else "")
    if not jobs or jobs[0].status not in CANCELLABLE:
        raise error("OB_OP_NOT_ALLOW", NOT_CLONING)
    context.scheduler.cancel(jobs[0], reason)


def set_parameters(context: Context, session: Session, statement: SetParameters) -> Ok:
    """Executes ALTER SYSTEM SET; the debug-sync facility and the upgrade mode obey at once."""
    require_administration(context.cluster, session)
    for name, value in statement.values:
        set_parameter(context, name, value)
    return Ok()


def set_parameter(context: Context, name: str, value: str) -> None:
    """Changes one cluster parameter: errors 5099 and 4147."""
    parameters = context.cluster.parameters
    parameters.set(name, value)
    if name.lower() == "debug_sync_timeout":
        context.scheduler.debug_sync.set_timeout(duration(value))
    elif name.lower() == "enable_upgrade_mode":
        context.scheduler.upgrade_mode = parameters.flag("enable_upgrade_mode")


def upgrade(context: Context, session: Session, statement: Upgrade) -> Ok:
    """Executes ALTER SYSTEM BEGIN UPGRADE or END UPGRADE."""
    return set_parameters(context, session, SetParameters([("enable_upgrade_mode", str(statement.on))]))


def archive(context: Context, session: Session, statement: Archive) -> Ok:
    """Executes ALTER SYSTEM ARCHIVELOG or NOARCHIVELOG: of some tenants, or from sys of all user tenants."""
    names = statement.tenants
    if session.tenant_id == SYS_TENANT_ID or names:
        require_administration(context.cluster, session)
    if not names:
        names = ["ALL"] if session.tenant_id == SYS_TENANT_ID else [session.tenant]
    for tenant in _user_tenants(context, names):
        tenant.archive_state = "DOING" if statement.on else "STOP"
        context.cluster.touch(tenant)
    return Ok()


def minor_freeze(context: Context, session: Session, statement: MinorFreeze) -> Ok:
    """Executes ALTER SYSTEM MINOR FREEZE: the checkpoint of the tenants passes the start of their log archive.

    On a cluster that takes about a minute; it is what error 9111 tells people to do. Error 5157.
    """
    require_administration(context.cluster, session)
    for tenant in _user_tenants(context, statement.tenants):
        tenant.archive_lagging = False
        context.cluster.touch(tenant)
    return Ok()


def _user_tenants(context: Context, names: List[str]) -> List[Tenant]:
    """Returns the user tenants of these names, of which ALL and ALL_USER mean all: error 5157 for an unknown one."""
    found = []
    for name in names:
        tenants = [tenant for tenant in context.cluster.tenants if name.upper() in ("ALL", "ALL_USER")
                   or tenant.tenant_name == name]
        if not tenants:
            raise error("OB_TENANT_NOT_EXIST", name)
        found += [tenant for tenant in tenants if tenant.kind == "USER"]
    return found
