# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Scenario files: what a mocked cluster holds at its start. The format is described by scenario.schema.json."""

from __future__ import annotations

import json
import os
from typing import Any, Callable, Dict, List, Tuple

from .clone_job import ALL_STATES
from .clone_statements import set_parameter
from .cluster import Tenant, User
from .definitions import split_privilege
from .json_schema import violations
from .results import SqlError
from .scenario_jobs import add_history, add_job
from .scheduler import Failure
from .world import World

SCHEMA = os.path.join(os.path.dirname(os.path.abspath(__file__)), "scenario.schema.json")


class ScenarioError(Exception):
    """A bad scenario (or server version): the text names the file and the JSON path of what is wrong."""


def read(path: str) -> Dict[str, Any]:
    """The content of a scenario file that fits the schema; ScenarioError for anything else."""
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


def apply(world: World, content: Dict[str, Any]) -> None:
    """Puts the content into a fresh world. ScenarioError for what only the cluster can tell, such as unknown names."""
    sections: Tuple[Tuple[str, Callable[[World, Any], None]], ...] = (
        ("unit_configs", _unit), ("tenants", _tenant), ("users", _user), ("resource_pools", _pool), ("jobs", add_job),
        ("history", add_history), ("failures", _failure), ("faults", _fault))
    for section, add in sections:
        entries: List[Any] = content.get(section, [])
        for number, entry in enumerate(entries):
            _attempt(content, "$.%s[%d]" % (section, number), add, world, entry)
    for name, length in content.get("seconds", {}).items():
        _attempt(content, "$.seconds." + name, _seconds, world, (name, length))
    for name, value in content.get("parameters", {}).items():
        _attempt(content, "$.parameters." + name, _parameter, world, (name, value))
    world.scheduler.failing_cleanups = content.get("failing_cleanups", 0)
    if content.get("upgrade_mode"):
        _parameter(world, ("enable_upgrade_mode", "True"))
    login = content.get("login", {})
    rules = world.login_rules
    rules.odp_cluster, rules.state = login.get("odp_cluster", ""), login.get("state", "serving")
    rules.max_sessions, rules.invited = login.get("max_sessions", 0), tuple(login.get("invited", ()))


def _attempt(content: Dict[str, Any], path: str, action: Callable[[World, Any], None], world: World,
             entry: Any) -> None:
    try:
        action(world, entry)
    except (ValueError, SqlError) as failure:
        raise ScenarioError("%s: %s: %s" % (content.get("path"), path, failure)) from failure


def _unit(world: World, entry: Dict[str, Any]) -> None:
    if world.cluster.unit_named(entry["name"]) is not None:
        raise ValueError("unit config '%s' exists already" % entry["name"])
    world.cluster.add_unit(**entry)


def _tenant(world: World, entry: Dict[str, Any]) -> None:
    values = dict(entry)
    name = values.pop("name")
    for flag in ("locked", "in_recyclebin"):
        if flag in values:
            values[flag] = "YES" if values[flag] else "NO"
    tenant = world.cluster.tenants.find(tenant_name=name)
    wanted_id = values.get("tenant_id")
    if wanted_id is not None and (wanted_id % 2 or wanted_id in world.cluster.tenants.rows or tenant is not None):
        raise ValueError("tenant_id must be even and free, and only a new tenant can be given one")
    if tenant is None:
        world.cluster.add_tenant(name, **values)
        return
    for attribute, value in values.items():
        setattr(tenant, attribute, value)
    world.cluster.tenants.put(tenant)


def _known_tenant(world: World, name: str) -> Tenant:
    tenant = world.cluster.tenants.find(tenant_name=name)
    if tenant is None:
        raise ValueError("unknown tenant '%s'" % name)
    return tenant


def _user(world: World, entry: Dict[str, Any]) -> None:
    tenant = _known_tenant(world, entry.get("tenant", "sys"))
    user = world.cluster.users.get((tenant.tenant_id, entry["name"])) or User(tenant.tenant_id, entry["name"])
    user.password = entry.get("password", user.password)
    user.locked = entry.get("locked", user.locked)
    if "privileges" in entry:
        user.privileges = {split_privilege(text) for text in entry["privileges"]}
    world.cluster.add_user(user)


def _pool(world: World, entry: Dict[str, Any]) -> None:
    unit = world.cluster.unit_named(entry["unit_config"])
    if unit is None:
        raise ValueError("unknown unit config '%s'" % entry["unit_config"])
    if world.cluster.pool_named(entry["name"]) is not None:
        raise ValueError("resource pool '%s' exists already" % entry["name"])
    tenant_id = _known_tenant(world, entry["tenant"]).tenant_id if "tenant" in entry else None
    world.cluster.add_pool(entry["name"], unit, tenant_id=tenant_id)


def _failure(world: World, entry: Dict[str, Any]) -> None:
    world.scheduler.failures[entry["state"]] = Failure(
        entry.get("times", 1), entry.get("ret_code", -4016), entry.get("message"))


def _fault(world: World, entry: Dict[str, Any]) -> None:
    failure = None
    if "errno" in entry:
        failure = SqlError(entry["errno"], entry.get("sqlstate", "HY000"), entry.get("message", ""))
    world.faults.arm(entry["statement"], entry["kind"], entry.get("times", 1), entry.get("seconds"), failure)


def _seconds(world: World, entry: Tuple[str, float]) -> None:
    name, length = entry
    if name == "cleanup":
        world.scheduler.cleanup_seconds = length
    elif name in ALL_STATES:
        world.scheduler.seconds[name] = length
    else:
        raise ValueError("neither a state nor cleanup")


def _parameter(world: World, entry: Tuple[str, str]) -> None:
    set_parameter(world, *entry)
