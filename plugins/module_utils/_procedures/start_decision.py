# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release. Do not use it from elsewhere.
"""Decides what to do about a wanted clone, for check mode and the real run alike: pure functions."""

from __future__ import annotations

import enum
import re
from typing import Any, Dict, Mapping, NamedTuple, Optional, Tuple

from .._errors import Failure, Refused
from .._views.jobs import HISTORY, CloneJob, Phase, unknown_status
from .start_rules import Wanted, broken_rule, clone_failed
from .start_situation import Situation

_RESERVED_NAMES = ("all", "all_user", "all_meta")
_FIRST_VERSION = (4, 3)
_FIRST_VERSION_FOR_STANDBY = (4, 3, 2)


class StartAction(enum.Enum):
    """Steps that remain."""

    START = "start"
    FOLLOW = "follow"
    NOTHING = "nothing"


class StartOutcome:
    """Outcomes that a play branches on. Text constants, so that a result needs no conversion."""

    COMPLETED = "completed"
    RUNNING = "running"
    ALREADY_RUNNING = "already_running"
    ALREADY_EXISTS = "already_exists"

    ALL = (COMPLETED, RUNNING, ALREADY_RUNNING, ALREADY_EXISTS)


class StartDecision(NamedTuple):
    """An action, the outcome once it is done, and the job that is there already."""

    action: StartAction
    outcome: str
    job: Optional[CloneJob] = None


def decide_start(wanted: Wanted, situation: Situation, wait: bool) -> StartDecision:
    """
    Returns what to do, and what it will be called. Refused if something else than the wanted clone has its name, or its
    job is being cleaned up; UnsupportedVersion if its job is in a status that this collection does not know.
    """
    job = next((job for job in situation.running if job.clone_tenant == wanted.clone_tenant), None)
    if job is not None:
        _check_same(wanted, job)
        return StartDecision(StartAction.FOLLOW if wait else StartAction.NOTHING, StartOutcome.ALREADY_RUNNING, job)
    tenant = situation.tenants.get(wanted.clone_tenant)
    if tenant is None:
        return StartDecision(StartAction.START, StartOutcome.COMPLETED if wait else StartOutcome.RUNNING)
    made = situation.made
    # A tenant's id is never used again, so this is that very tenant and not a later one of the same name.
    if made is None or made.row["clone_tenant_id"] != tenant["tenant_id"]:
        raise broken_rule("name_taken", wanted, "tenant %s exists, and DBA_OB_CLONE_HISTORY does not know it as a clone"
                          % wanted.clone_tenant)
    if made.row["source_tenant_name"] != wanted.source_tenant:
        raise broken_rule("name_taken", wanted, "tenant %s exists, and is a clone of tenant %s (job %s)" % (
            wanted.clone_tenant, made.row["source_tenant_name"], made.job_id))
    if tenant["status"] != "NORMAL":
        raise broken_rule("name_taken", wanted, "tenant %s exists, but its status is %s" % (
            wanted.clone_tenant, tenant["status"]))
    return StartDecision(StartAction.NOTHING, StartOutcome.ALREADY_EXISTS, made)


def _check_same(wanted: Wanted, job: CloneJob) -> None:
    """Fails unless the running job makes the wanted clone and is on its way to do so."""
    differences = wanted.differences(job)
    if differences:
        raise Refused("clone job %s of that name is running, but its %s" % (job.job_id, ", its ".join(differences)),
                      "Correct the options, or cancel that clone with ob_clone_cancel first.")
    if job.phase is None:
        raise unknown_status(job)
    if job.phase in (Phase.CANCELED, Phase.FAILED):
        raise Refused("clone job %s of that name is still being cleaned up (%s)" % (job.job_id, job.status),
                      "Run the task again when it is in DBA_OB_CLONE_HISTORY; ob_clone_cancel waits for that.")


def obstacle(wanted: Wanted, situation: Situation) -> Optional[Failure]:
    """
    Returns why the server would refuse to start the clone, as far as the views tell, in the order of its rules; None if
    they show no reason. They do not show whether the cluster is in upgrade mode, nor how old a checkpoint is.
    """
    broken = (_why_not_this_name(wanted) or _why_not_this_source(wanted, situation.tenants)
              or _why_not_these_resources(wanted, situation) or _why_not_now(wanted, situation))
    return broken_rule(broken[0], wanted, broken[1]) if broken else None


_Broken = Optional[Tuple[str, str]]


def _why_not_this_name(wanted: Wanted) -> _Broken:
    if "$" in wanted.clone_tenant:
        return "dollar_in_name", "the name %s holds a $" % wanted.clone_tenant
    if wanted.clone_tenant.lower() in _RESERVED_NAMES:
        return "reserved_name", "%s is not allowed as the name of a tenant" % wanted.clone_tenant
    return None


def _why_not_this_source(wanted: Wanted, tenants: Mapping[str, Dict[str, Any]]) -> _Broken:
    name = wanted.source_tenant
    source = tenants.get(name)
    if source is None:
        return "no_source", "there is no tenant %s" % name
    if source["tenant_type"] != "USER":
        return "not_a_user_tenant", "tenant %s is not a user tenant" % name
    meta = tenants.get("META$%s" % source["tenant_id"])
    if source["status"] != "NORMAL" or source["in_recyclebin"] == "YES" or (meta and meta["status"] != "NORMAL"):
        return "source_not_normal", "source tenant %s is not in a state to be cloned" % name
    # Each server has a form of its own for versions, so what is not a number does not count.
    version = tuple(int(part) for part in re.findall(r"\d+", str(source["compatible"] or "")))
    if version and version < _FIRST_VERSION:
        return "data_version", "the data version of tenant %s is %s" % (name, source["compatible"])
    if version and version < _FIRST_VERSION_FOR_STANDBY and source["tenant_role"] == "STANDBY":
        return "source_not_primary", "tenant %s is a standby tenant" % name
    return None


def _why_not_these_resources(wanted: Wanted, situation: Situation) -> _Broken:
    if not situation.unit_exists:
        return "no_unit", "there is no unit config %s" % wanted.unit_config
    if situation.pool_exists:
        return "pool_exists", "there is a resource pool %s already" % wanted.resource_pool
    return None


def _why_not_now(wanted: Wanted, situation: Situation) -> _Broken:
    if situation.tenants[wanted.source_tenant]["log_mode"] == "NOARCHIVELOG":
        return "log_archive", "the log archive of tenant %s is off" % wanted.source_tenant
    for job in situation.running:
        if job.row["source_tenant_name"] == wanted.source_tenant:
            return "source_busy", "clone job %s of that source tenant, for tenant %s, is in %s" % (
                job.job_id, job.clone_tenant, job.status)
    for job in situation.running:
        return "name_busy", "clone job %s for tenant %s is in %s" % (job.job_id, job.clone_tenant, job.status)
    return None


def has_completed(job: CloneJob, wait: bool) -> bool:
    """
    Returns whether the job has made the tenant and is over; False while it goes on. CloneFailed if it ended otherwise,
    or, without ``wait``, is about to; UnsupportedVersion if its end is not known to this collection.
    """
    failed = job.phase in (Phase.CANCELED, Phase.FAILED)
    if failed and (job.view == HISTORY or not wait):
        raise clone_failed(job)
    if job.view != HISTORY:
        return False
    if job.phase is not Phase.COMPLETED:
        raise unknown_status(job)
    return True
