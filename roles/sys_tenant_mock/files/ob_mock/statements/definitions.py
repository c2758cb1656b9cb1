# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""CREATE, ALTER and DROP of tenants, resource pools, unit configs and users."""

from __future__ import annotations

import re
from typing import Any, Dict, List, Optional, Tuple

from ..cluster.inventory import Cluster, Tenant, User
from ..cluster.session import Session
from ..sql.errors import error
from ..sql.results import Ok
from ..sql.syntax_tree import Define, DefineUser, Grant
from .clone_start_rules import check_new_name
from .context import Context
from .privileges import GLOBAL, KNOWN, OPTION, require_administration, require_user_management, user_of

# Which change of a source tenant or its pool meets which conflict with a running clone (facts: Blocked operations).
TENANT_CASES = {"primary_zone": "MODIFY_LS", "locality": "MODIFY_REPLICA", "unit_num": "MODIFY_RESOURCE_POOL",
                "resource_pool_list": "MODIFY_RESOURCE_POOL"}
POOL_CASES = {"unit": "MODIFY_UNIT", "unit_num": "MODIFY_RESOURCE_POOL", "zone_list": "MODIFY_RESOURCE_POOL"}
ROOT = "root"  # which cannot be dropped
_SIZES = {"": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30, "T": 1 << 40}


def define(context: Context, session: Session, statement: Define) -> Ok:
    """Executes any of the nine combinations of CREATE, ALTER, DROP with tenant, resource pool and resource unit."""
    require_administration(context.cluster, session)
    action = {
        "create tenant": create_tenant, "alter tenant": alter_tenant, "drop tenant": drop_tenant,
        "create resource pool": create_pool, "alter resource pool": alter_pool, "drop resource pool": drop_pool,
        "create resource unit": create_unit, "alter resource unit": alter_unit, "drop resource unit": drop_unit,
    }[statement.action + " " + statement.kind]
    action(context, statement)
    return Ok()


def _refuse_while_cloning(context: Context, tenant_id: Optional[int], case: str) -> None:
    if tenant_id is not None and context.scheduler.locked_source(tenant_id):
        raise error("OB_CONFLICT_WITH_CLONE", tenant_id, "create snapshot or clone tenant", case)


def _tenant(context: Context, name: str) -> Tenant:
    tenant = context.cluster.tenants.find(tenant_name=name)
    if tenant is None:
        raise error("OB_TENANT_NOT_EXIST", name)
    return tenant


def create_tenant(context: Context, statement: Define) -> None:
    """Executes CREATE TENANT name RESOURCE_POOL_LIST = (pool): an empty primary tenant."""
    check_new_name(statement.name)
    if context.cluster.tenants.find(tenant_name=statement.name):
        if statement.if_exists:
            return
        raise error("OB_TENANT_EXIST", statement.name)
    names = statement.options.get("resource_pool_list") or []
    pool = context.cluster.pool_named(names[0]) if names else None
    if pool is None:
        raise error("OB_RESOURCE_POOL_NOT_EXIST", *names[:1])
    if pool.tenant_id is not None:
        raise error("OB_RESOURCE_POOL_ALREADY_GRANTED", pool.name)
    tenant = context.cluster.add_tenant(statement.name, archive_state="STOP")
    pool.tenant_id = tenant.tenant_id
    context.cluster.pools.put(pool)


def alter_tenant(context: Context, statement: Define) -> None:
    """Executes ALTER TENANT name LOCK, UNLOCK or [SET] option = value: 4770 for what a running clone of it forbids."""
    tenant = _tenant(context, statement.name)
    for option, value in statement.options.items():
        if option in TENANT_CASES:
            _refuse_while_cloning(context, tenant.tenant_id, TENANT_CASES[option])
        if option in ("primary_zone", "locality", "locked"):
            setattr(tenant, option, ";".join(value) if isinstance(value, list) else value)
    context.cluster.touch(tenant)


def drop_tenant(context: Context, statement: Define) -> None:
    """Executes DROP TENANT name [FORCE | PURGE]: without FORCE it meets the conflict with a clone of it."""
    if statement.if_exists and context.cluster.tenants.find(tenant_name=statement.name) is None:
        return
    tenant = _tenant(context, statement.name)
    if tenant.kind != "USER":
        raise error("OB_NOT_SUPPORTED", "drop system tenant")
    if "force" not in statement.options:
        _refuse_while_cloning(context, tenant.tenant_id, "DELAY_DROP_TENANT")
    context.cluster.drop_tenant(tenant)


def create_pool(context: Context, statement: Define) -> None:
    """Executes CREATE RESOURCE POOL name UNIT = unit, ..."""
    if context.cluster.pool_named(statement.name):
        if statement.if_exists:
            return
        raise error("OB_RESOURCE_POOL_EXIST", statement.name)
    unit_name = str(statement.options.get("unit", ""))
    unit = context.cluster.unit_named(unit_name)
    if unit is None:
        raise error("OB_RESOURCE_UNIT_NOT_EXIST", unit_name)
    context.cluster.add_pool(statement.name, unit, units=int(statement.options.get("unit_num", 1)))


def alter_pool(context: Context, statement: Define) -> None:
    """Executes ALTER RESOURCE POOL name UNIT_NUM, UNIT or ZONE_LIST: 4770 while a clone of its tenant runs."""
    pool = context.cluster.pool_named(statement.name)
    if pool is None:
        raise error("OB_RESOURCE_POOL_NOT_EXIST", statement.name)
    for option, value in statement.options.items():
        if option in POOL_CASES:
            _refuse_while_cloning(context, pool.tenant_id, POOL_CASES[option])
        if option == "unit_num":
            pool.unit_count = int(value)
        elif option == "zone_list":
            pool.zone_list = ";".join(value) if isinstance(value, list) else value
        elif option == "unit":
            unit = context.cluster.unit_named(value)
            if unit is None:
                raise error("OB_RESOURCE_UNIT_NOT_EXIST", value)
            pool.unit_config_id = unit.unit_config_id
    pool.modify_time = context.cluster.clock.wall()
    context.cluster.pools.put(pool)


def drop_pool(context: Context, statement: Define) -> None:
    """Executes DROP RESOURCE POOL [IF EXISTS] name: only one that no tenant has."""
    pool = context.cluster.pool_named(statement.name)
    if pool is None:
        if statement.if_exists:
            return
        raise error("OB_RESOURCE_POOL_NOT_EXIST", statement.name)
    if pool.tenant_id is not None:
        raise error("OB_RESOURCE_POOL_ALREADY_GRANTED", pool.name)
    context.cluster.pools.remove(pool)


def create_unit(context: Context, statement: Define) -> None:
    """Executes CREATE RESOURCE UNIT name MAX_CPU 1, MEMORY_SIZE '5G', ..."""
    if context.cluster.unit_named(statement.name):
        if statement.if_exists:
            return
        raise error("OB_RESOURCE_UNIT_EXIST", statement.name)
    context.cluster.add_unit(statement.name, **_unit_values(statement))


def alter_unit(context: Context, statement: Define) -> None:
    """Executes ALTER RESOURCE UNIT name ..."""
    unit = context.cluster.unit_named(statement.name)
    if unit is None:
        raise error("OB_RESOURCE_UNIT_NOT_EXIST", statement.name)
    for name, value in _unit_values(statement).items():
        setattr(unit, name, value)
    unit.modify_time = context.cluster.clock.wall()
    context.cluster.units.put(unit)


def drop_unit(context: Context, statement: Define) -> None:
    """Executes DROP RESOURCE UNIT [IF EXISTS] name."""
    unit = context.cluster.unit_named(statement.name)
    if unit is not None:
        context.cluster.units.remove(unit)
    elif not statement.if_exists:
        raise error("OB_RESOURCE_UNIT_NOT_EXIST", statement.name)


def _unit_values(statement: Define) -> Dict[str, Any]:
    values: Dict[str, Any] = {}
    for option, value in statement.options.items():
        match = re.fullmatch(r"(\d+(?:\.\d+)?)([KMGT]?)B?", str(value).upper())
        if match is None:
            raise error("OB_INVALID_ARGUMENT", option)
        number = float(match.group(1)) * _SIZES[match.group(2)]
        if option in ("max_cpu", "min_cpu"):
            values[option] = number
        elif option in ("memory_size", "log_disk_size", "max_iops", "min_iops", "iops_weight"):
            values[option] = int(number)
    return values


def define_user(context: Context, session: Session, statement: DefineUser) -> Ok:
    """Executes CREATE USER, ALTER USER, DROP USER, SET PASSWORD in the session's own tenant.

    It does what it can: error 1396 names those for whom it failed, 1133 that there is no such user to change.
    """
    cluster, users = context.cluster, [(session.user if name is None else name, word) for name, word in statement.users]
    if statement.action != "SET PASSWORD" or users[0][0] != session.user:
        require_user_management(cluster, session)
    failed = [name for name, password in users if not _defined(cluster, session, statement, name, password)]
    accounts = ",".join("'%s'@'%%'" % name if name else "%" for name in failed)
    if failed and statement.if_exists:
        notes = [error("ER_USER_EXISTS") if statement.action == "CREATE USER" else error(
            "ER_USER_DOES_NOT_EXIST", accounts)]
        return Ok(warnings=1, messages=[("Warning", note.errno, note.message) for note in notes])
    if failed and statement.action in ("ALTER USER", "SET PASSWORD"):
        raise error("ER_PASSWORD_NO_MATCH")
    if failed:
        raise error("ER_CANNOT_USER", statement.action, accounts)
    return Ok()


def _defined(cluster: Cluster, session: Session, statement: DefineUser, name: str, password: Optional[str]) -> bool:
    """Creates, changes or drops one user; returns whether that can be done."""
    key = (session.tenant_id, name)
    user = cluster.users.get(key)
    if statement.action == "CREATE USER":
        if user is None and name:
            cluster.add_user(User(*key, password or ""))
        return user is None and bool(name)
    if user is None:
        return False
    if statement.action == "DROP USER":
        if name == ROOT:
            raise error("OB_ERR_NO_PRIVILEGE")
        del cluster.users[key]
    if password is not None:
        user.password = password
    if statement.locked is not None:
        user.locked = statement.locked
    return True


def split_privilege(text: str) -> Tuple[str, str]:
    """
    Splits ``SELECT ON oceanbase.*`` into (level, privilege); the level is ``*.*`` without ON. ValueError: unknown.
    """
    privilege, dummy, level = " ".join(text.upper().split()).partition(" ON ")
    privilege = "ALL" if privilege == "ALL PRIVILEGES" else privilege
    if privilege not in KNOWN:
        raise ValueError("unknown privilege '%s'" % privilege)
    return level.lower() or "*.*", privilege


def grant(context: Context, session: Session, statement: Grant) -> Ok:
    """
    Executes GRANT and REVOKE; GRANT creates an unknown user only with a password, as the OceanBase 4.3.5 kernel does.
    """
    if not user_of(context.cluster, session).may("CREATE USER", "SUPER"):
        raise error("OB_ERR_NO_PRIVILEGE")
    try:
        privileges = [split_privilege(one)[1] for one in statement.privileges]
    except ValueError as failure:
        raise error("OB_ERR_PARSER_SYNTAX") from failure
    level = statement.level
    if "." not in level:
        if not session.database:
            raise error("OB_ERR_NO_DB_SELECTED")
        level = "%s.%s" % (session.database, level)
    if level != "*.*" and set(privileges) & set(GLOBAL):
        raise error("ER_WRONG_USAGE", "DB GRANT", "GLOBAL PRIVILEGES")
    for name, password in statement.users:
        key = (session.tenant_id, session.user if name is None else name)
        user = context.cluster.users.get(key)
        if statement.revoke:
            if user is None:
                raise error("ER_PASSWORD_NO_MATCH")
            _revoke(user, level, privileges)
            continue
        if user is None and password is None:
            raise error("OB_PASSWORD_WRONG", key[1], "%", "NO")
        user = user or context.cluster.add_user(User(*key))
        user.password = user.password if password is None else password
        user.privileges.update((level, privilege) for privilege in privileges + [OPTION] * statement.option)
    return Ok()


def _revoke(user: User, level: str, privileges: List[str]) -> None:
    has = {privilege for one, privilege in user.privileges if one == level}
    gone = has if "ALL" in privileges else set(privileges)
    if not has and level != "*.*":
        raise error("ER_NO_DB_GRANT" if level.endswith(".*") else "ER_NO_TABLE_GRANT")
    user.privileges.difference_update((level, privilege) for privilege in gone)
