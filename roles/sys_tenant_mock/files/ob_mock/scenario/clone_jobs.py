# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Clone jobs and history rows of a scenario: rows as they would look had the jobs run on this mock."""

from __future__ import annotations

from typing import Any, Dict, Optional, Tuple

from ..cluster import clone_job as state
from ..cluster.clone_job import CloneJob, cancel_message
from ..cluster.clone_scheduler import READY_SHARE
from ..cluster.inventory import Tenant
from ..statements.clones import BY_USER
from ..statements.context import Context

DEFAULT_SOURCE, DEFAULT_UNIT = "mysql001", "unit001"
FAILED_BY_ITSELF, CANCELED = -4016, -4072


def add_job(context: Context, entry: Dict[str, Any]) -> None:
    """Puts a job into PROGRESS in the wanted state; ValueError when it cannot be in it."""
    cluster, scheduler = context.cluster, context.scheduler
    if not cluster.has_clone:
        raise ValueError("a server of version %s has no clone jobs" % cluster.version_text)
    status = entry["state"]
    if status == state.CANCELED:
        raise ValueError("no job is in PROGRESS with the state %s" % status)
    source = cluster.tenants.find(tenant_name=entry.get("source_tenant", DEFAULT_SOURCE)) or cluster.add_tenant(
        entry["source_tenant"])
    now = cluster.clock.now()
    started = now - entry.get("age", 0)
    job = _row(context, entry, source, started)
    reached = state.STEPS.index(_last_step(entry))
    if entry.get("tenant") == "NORMAL" and status != state.WAIT_RESTORE:
        raise ValueError("only in %s it can be told whether the tenant is NORMAL" % state.WAIT_RESTORE)
    _fill(context, job, reached, entry.get("tenant") == "NORMAL" or status in (state.RELEASE, state.SUCCESS), started)
    job.status = status
    job.stays = bool(entry.get("hold"))
    length = scheduler.step_length(status)
    if job.ending_badly:
        job.phase = state.CLEAN_UP
        job.clone_finished_time = cluster.clock.wall()
        job.ret_code, job.error_msg = _outcome(context, entry)
        length = 0.0
    elif entry.get("tenant") == "NORMAL":
        job.phase, length = state.TENANT_READY, length * READY_SHARE
    elif status == state.WAIT_RESTORE:
        length *= 1 - READY_SHARE
    job.holds_source = status != state.SUCCESS
    job.due = float("inf") if job.stays else now + length
    scheduler.jobs.put(job)


def _last_step(entry: Dict[str, Any]) -> str:
    """Returns the step in which the job is, or was when it ended."""
    status: str = entry["state"]
    if status in state.STEPS:
        return status
    if status in state.FAILED:
        return status[:-len("_FAIL")]
    return str(entry.get("canceled_in", state.WAIT_RESTORE))


def _row(context: Context, entry: Dict[str, Any], source: Tenant, started: float) -> CloneJob:
    cluster = context.cluster
    pool = entry.get("resource_pool", "pool_" + entry["clone_tenant"])
    job_id = entry.get("job_id") or cluster.clock.wall(started) * 1000 + 625
    while job_id in context.scheduler.jobs.rows:
        job_id += 1
    return CloneJob(job_id, "YB42AC1E87C9-%016X-0-0" % (job_id & (2 ** 52 - 1)), source.tenant_id, source.tenant_name,
                    entry["clone_tenant"], pool, entry.get("unit_config", DEFAULT_UNIT), cluster.clock.wall(started))


def _fill(context: Context, job: CloneJob, reached: int, ready: bool, started: float) -> None:
    """Creates what the steps up to number ``reached`` have made: pool, snapshot, tenant."""
    cluster = context.cluster
    if reached >= state.STEPS.index(state.CREATE_POOL):
        unit = cluster.unit_named(job.unit_config_name) or cluster.add_unit(job.unit_config_name)
        if cluster.pool_named(job.resource_pool_name):
            raise ValueError("resource pool '%s' exists already" % job.resource_pool_name)
        job.resource_pool_id = cluster.add_pool(job.resource_pool_name, unit).resource_pool_id
    if reached >= state.STEPS.index(state.CREATE_SNAPSHOT):
        _snapshot(job)
        if reached <= state.STEPS.index(state.RELEASE):
            context.scheduler.snapshots.create(job, started)
    if reached >= state.STEPS.index(state.CREATE_TENANT):
        job.restore_scn = job.tenant_snapshot_id + 1_000_000_000
        context.scheduler.snapshots.completed(job)
        if cluster.tenants.find(tenant_name=job.clone_tenant_name):
            raise ValueError("tenant '%s' exists already" % job.clone_tenant_name)
        context.scheduler.create_tenant(job)
    if ready:
        context.scheduler.make_tenant_ready(job)


def _snapshot(job: CloneJob) -> None:
    job.tenant_snapshot_id = job.job_id + 1_500_000_000
    job.tenant_snapshot_name = "_inner_snapshot$%d" % (job.tenant_snapshot_id - 1000)


def _outcome(context: Context, entry: Dict[str, Any]) -> Tuple[int, Optional[str]]:
    """Returns RET_CODE and ERROR_MESSAGE of a job that ended."""
    status = entry["state"]
    if status == state.SUCCESS:
        return 0, None
    if status in state.FAILED:
        return entry.get("ret_code", FAILED_BY_ITSELF), entry.get("message")
    reason = entry.get("reason", BY_USER) if context.cluster.second_generation else ""
    message = cancel_message(_last_step(entry), reason)
    return entry.get("ret_code", CANCELED), entry.get("message", message)


def add_history(context: Context, entry: Dict[str, Any]) -> None:
    """Puts a row (``repeat``: several) into HISTORY; ValueError for a state that HISTORY never shows."""
    cluster = context.cluster
    if not cluster.has_clone:
        raise ValueError("a server of version %s has no clone jobs" % cluster.version_text)
    if entry["state"] not in state.FAILED + (state.SUCCESS, state.CANCELED):
        raise ValueError("no job is in HISTORY with the state %s" % entry["state"])
    source = cluster.tenants.find(tenant_name=entry.get("source_tenant", DEFAULT_SOURCE)) or Tenant(
        1000, entry["source_tenant"])
    reached = state.STEPS.index(_last_step(entry))
    now = cluster.clock.now()
    for number in range(entry.get("repeat", 1)):
        started = now - entry.get("age", 60) - number
        job = _row(context, entry, source, started)
        job.job_id -= number if "job_id" in entry else 0
        if reached >= state.STEPS.index(state.CREATE_POOL):
            job.resource_pool_id = cluster.next_id("pool")
        if reached >= state.STEPS.index(state.CREATE_SNAPSHOT):
            _snapshot(job)
        if reached >= state.STEPS.index(state.CREATE_TENANT):
            job.clone_tenant_id = cluster.next_id("tenant", 2)
            job.restore_scn = job.tenant_snapshot_id + 1_000_000_000
        job.status = entry["state"]
        job.ret_code, job.error_msg = _outcome(context, entry)
        job.clone_finished_time = job.clone_start_time + int(entry.get("duration", 30) * 1_000_000)
        context.scheduler.history.add(job)
