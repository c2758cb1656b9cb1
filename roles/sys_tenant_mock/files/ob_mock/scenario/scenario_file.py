# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Scenario files: what a mocked cluster holds at its start. The format is described by scenario.schema.json."""

from __future__ import annotations

import json
import os
from typing import Any, Callable, Dict, List, Tuple

from ..cluster.clone_job import ALL_STATES
from ..cluster.clone_scheduler import Failure
from ..cluster.inventory import Tenant, User
from ..sql.results import SqlError
from ..statements.clones import set_parameter
from ..statements.context import Context
from ..statements.definitions import split_privilege
from .clone_jobs import FAILED_BY_ITSELF, add_history, add_job
from .json_schema import violations

SCHEMA = os.path.join(os.path.dirname(os.path.abspath(__file__)), "scenario.schema.json")


class ScenarioError(Exception):
    """A bad scenario (or server version): the text names the file and the JSON path of what is wrong."""


def read(path: str) -> Dict[str, Any]:
    """Returns the content of a scenario file that fits the schema; ScenarioError for anything else."""
    try:
        with open(path, encoding="utf-8") as stream:
            content = json.load(stream)
    except (OSError, ValueError) as failure:
        raise ScenarioError("%s: %s" % (path, failure)) from failure
    with open(SCHEMA, encoding="utf-8") as stream:
        schema = json.load(stream)
    for violation in violations(content, schema, schema):
        raise ScenarioError("%s: %s" % (path, violation))
    content["path"] = path
    return dict(content)


def apply(context: Context, content: Dict[str, Any]) -> None:
    """Puts the content into a fresh cluster. ScenarioError for what only that can tell, such as unknown names."""
    sections: Tuple[Tuple[str, Callable[[Context, Any], None]], ...] = (
        ("unit_configs", _unit), ("tenants", _tenant), ("users", _user), ("resource_pools", _pool), ("jobs", add_job),
        ("history", add_history), ("failures", _failure), ("faults", _fault))
    for section, add in sections:
        entries: List[Any] = content.get(section, [])
        for number, entry in enumerate(entries):
            _attempt(content, "$.%s[%d]" % (section, number), add, context, entry)
    for name, length in content.get("seconds", {}).items():
        _attempt(content, "$.seconds." + name, _seconds, context, (name, length))
    for name, value in content.get("parameters", {}).items():
        _attempt(content, "$.parameters." + name, _parameter, context, (name, value))
    context.cluster.shared_storage = content.get("shared_storage", False)
    context.scheduler.failing_cleanups = content.get("failing_cleanups", 0)
    if content.get("upgrade_mode"):
        _parameter(context, ("enable_upgrade_mode", "True"))
    login = content.get("login", {})
    rules = context.login_rules
    rules.odp_cluster, rules.state = login.get("odp_cluster", ""), login.get("state", "serving")
    rules.max_sessions, rules.invited = login.get("max_sessions", 0), tuple(login.get("invited", ()))


def _attempt(content: Dict[str, Any], path: str, action: Callable[[Context, Any], None], context: Context,
             entry: Any) -> None:
    try:
        action(context, entry)
    except (ValueError, SqlError) as failure:
        raise ScenarioError("%s: %s: %s" % (content.get("path"), path, failure)) from failure


def _unit(context: Context, entry: Dict[str, Any]) -> None:
    if context.cluster.unit_named(entry["name"]) is not None:
        raise ValueError("unit config '%s' exists already" % entry["name"])
    context.cluster.add_unit(**entry)


def _tenant(context: Context, entry: Dict[str, Any]) -> None:
    values = dict(entry)
    name = values.pop("name")
    for flag in ("locked", "in_recyclebin"):
        if flag in values:
            values[flag] = "YES" if values[flag] else "NO"
    tenant = context.cluster.tenants.find(tenant_name=name)
    wanted_id = values.get("tenant_id")
    if wanted_id is not None and (wanted_id % 2 or wanted_id in context.cluster.tenants.rows or tenant is not None):
        raise ValueError("tenant_id must be even and free, and only a new tenant can be given one")
    if tenant is None:
        context.cluster.add_tenant(name, **values)
        return
    for attribute, value in values.items():
        setattr(tenant, attribute, value)
    context.cluster.tenants.put(tenant)


def _known_tenant(context: Context, name: str) -> Tenant:
    tenant = context.cluster.tenants.find(tenant_name=name)
    if tenant is None:
        raise ValueError("unknown tenant '%s'" % name)
    return tenant


def _user(context: Context, entry: Dict[str, Any]) -> None:
    tenant = _known_tenant(context, entry.get("tenant", "sys"))
    user = context.cluster.users.get((tenant.tenant_id, entry["name"])) or User(tenant.tenant_id, entry["name"])
    user.password = entry.get("password", user.password)
    user.locked = entry.get("locked", user.locked)
    if "privileges" in entry:
        user.privileges = {split_privilege(text) for text in entry["privileges"]}
    context.cluster.add_user(user)


def _pool(context: Context, entry: Dict[str, Any]) -> None:
    unit = context.cluster.unit_named(entry["unit_config"])
    if unit is None:
        raise ValueError("unknown unit config '%s'" % entry["unit_config"])
    if context.cluster.pool_named(entry["name"]) is not None:
        raise ValueError("resource pool '%s' exists already" % entry["name"])
    tenant_id = _known_tenant(context, entry["tenant"]).tenant_id if "tenant" in entry else None
    context.cluster.add_pool(entry["name"], unit, tenant_id=tenant_id)


def _failure(context: Context, entry: Dict[str, Any]) -> None:
    context.scheduler.failures[entry["state"]] = Failure(
        entry.get("times", 1), entry.get("ret_code", FAILED_BY_ITSELF), entry.get("message"))


def _fault(context: Context, entry: Dict[str, Any]) -> None:
    failure = None
    if "errno" in entry:
        failure = SqlError(entry["errno"], entry.get("sqlstate", "HY000"), entry.get("message", ""))
    context.faults.arm(entry["statement"], entry["kind"], entry.get("times", 1), entry.get("seconds"), failure)


def _seconds(context: Context, entry: Tuple[str, float]) -> None:
    name, length = entry
    if name == "cleanup":
        context.scheduler.cleanup_seconds = length
    elif name in ALL_STATES:
        context.scheduler.seconds[name] = length
    else:
        raise ValueError("neither a state nor cleanup")


def _parameter(context: Context, entry: Tuple[str, str]) -> None:
    set_parameter(context, *entry)
