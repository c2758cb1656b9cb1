# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Clone scheduler: moves jobs through their states, cleans up, moves rows to the history (facts: Cancel).

Nothing runs in the background. Every moment at which something is due is known beforehand, so whoever looks first lets
the jobs catch up with the clock (``run_due``), each change being dated with the moment at which it was due.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Callable, Dict, List, Optional

from . import clone_job as state
from .clone_job import CloneJob
from .debug_sync import CLEAN_UP_POINT, DebugSync
from .inventory import Cluster, Tenant
from .snapshots import Snapshots
from .tables import KeyedTable, Table, fold

ROUND_SECONDS = 1.0  # between two rounds of the scheduler while there is a job
READY_SHARE = 0.2  # of the step WAIT_TENANT_RESTORE_FINISH, in which the tenant is already NORMAL
NEVER = float("inf")


@dataclass
class Failure:
    """Makes a step fail: how often still (0: always), with which RET_CODE and ERROR_MESSAGE."""

    times: int
    ret_code: int
    message: Optional[str]


class Scheduler:
    """All clone jobs. step_seconds and cleanup_seconds are the pace; ``seconds`` overrides it per state."""

    def __init__(self, cluster: Cluster, step_seconds: float, cleanup_seconds: float) -> None:
        self._cluster = cluster
        self.step_seconds = step_seconds
        self.cleanup_seconds = cleanup_seconds
        self.round_seconds = ROUND_SECONDS
        self.seconds: Dict[str, float] = {}
        self.jobs = KeyedTable(cluster.database, "__all_clone_job", CloneJob, "job_id")
        self.history = Table(cluster.database, "__all_clone_job_history", CloneJob,
                             ("job_id", "clone_tenant_name", "source_tenant_name", "clone_start_time"))
        self.snapshots = Snapshots(cluster)
        self.debug_sync = DebugSync(self._release)
        self.failures: Dict[str, Failure] = {}
        self.failing_cleanups = 0  # how many clean-ups will fail; below 0: all of them
        self._upgrade_mode = False

    # What statements ask and order

    @property
    def upgrade_mode(self) -> bool:
        """Returns whether the cluster is in upgrade mode, in which no job moves, clean-ups included (facts: Cancel)."""
        return self._upgrade_mode

    @upgrade_mode.setter
    def upgrade_mode(self, wanted: bool) -> None:
        if self._upgrade_mode and not wanted:
            now = self._cluster.clock.now()
            for job in self.jobs:
                job.due = max(job.due, now)
        self._upgrade_mode = wanted

    def running_job(self, name: str) -> List[CloneJob]:
        """
        Returns the jobs in PROGRESS for that clone name, compared as the server's inner table does: case is ignored.
        """
        return [job for job in self.jobs if fold(job.clone_tenant_name) == fold(name)]

    def locked_source(self, tenant_id: int) -> bool:
        """Returns whether a clone job holds the lock of that source tenant (facts: Blocked operations)."""
        return any(job.source_tenant_id == tenant_id and job.holds_source for job in self.jobs)

    def start(self, source: Tenant, name: str, pool: str, unit: str) -> CloneJob:
        """Begins a clone job, whose row is in PROGRESS at once; the start rules have been checked before."""
        job = CloneJob(self._cluster.next_timestamp(), _trace_id(), source.tenant_id, source.tenant_name, name, pool,
                       unit, self._cluster.clock.wall())
        self._cluster.record("clone_start", job_id=job.job_id, source_tenant_id=source.tenant_id,
                             clone_tenant_name=name)
        self._enter(job, state.LOCK, self._cluster.clock.now())
        return job

    def cancel(self, job: CloneJob, reason: str) -> None:
        """Accepts a cancel: only marks the row; the clean-up begins with the next round of the scheduler."""
        now = self._cluster.clock.now()
        shown_reason = reason if self._cluster.second_generation else ""
        message = state.cancel_message(job.status, shown_reason)
        rest = job.due - now
        self._end_badly(job, state.CANCELING, -4072, message, now, shown_reason)
        job.due = now + min(max(rest, 0.0), self.round_seconds)

    # Time

    def next_due(self) -> float:
        """Returns the next moment (monotonic seconds) at which something will happen by itself; infinity for none."""
        if self._upgrade_mode:
            return NEVER
        return min((job.due for job in self.jobs.rows.values()), default=NEVER)

    def run_due(self, now: float) -> None:
        """Lets everything happen that was due until ``now``, in order."""
        while self.next_due() <= now:
            job = min(self.jobs, key=lambda one: one.due)
            self._advance(job, job.due)

    # The life of one job

    def _advance(self, job: CloneJob, moment: float) -> None:
        if self._held(job, moment):
            return
        actions: Dict[str, Callable[[CloneJob, float], None]] = {
            state.STEP: self._end_step, state.TENANT_READY: self._leave_step, state.CLEAN_UP: self._begin_clean_up,
            state.DROP: self._drop, state.FINISH: self._finish}
        actions[job.phase](job, moment)

    def _held(self, job: CloneJob, moment: float) -> bool:
        if job.phase == state.STEP:
            point = "HANG_IN_" + job.status
        elif job.phase == state.CLEAN_UP:
            point = CLEAN_UP_POINT
        else:
            return False
        if job.passed == point:
            return False
        # A hold that ends, by signal or by time-out, lets the job pass this point.
        job.passed = point
        job.waits_for = self.debug_sync.hold(point)
        job.waits_at = point if job.waits_for else ""
        if job.waits_for:
            job.due = moment + self.debug_sync.timeout
        return bool(job.waits_for)

    def _release(self, point: str, signal: str, everybody: bool) -> None:
        now = self._cluster.clock.now()
        for job in self.jobs:
            if job.waits_for and point in ("", job.waits_at) and signal in ("", job.waits_for):
                job.waits_for = job.waits_at = ""
                job.due = now
                if not everybody:
                    return

    def step_length(self, status: str) -> float:
        """Returns seconds that a job spends in a state."""
        usual = min(self.step_seconds, self.round_seconds) if status == state.SUCCESS else self.step_seconds
        return self.seconds.get(status, usual)

    def _enter(self, job: CloneJob, status: str, moment: float) -> None:
        """Starts a step, which is when its values become known (facts: Row life)."""
        length = self.step_length(status)
        self._cluster.record("change_clone_status", moment, job_id=job.job_id, prev_clone_status=job.status,
                             cur_clone_status=status)
        job.status, job.phase, job.passed = status, state.STEP, ""
        if status == state.CREATE_POOL:
            unit = self._cluster.unit_named(job.unit_config_name)
            if unit is None or self._cluster.pool_named(job.resource_pool_name) is not None:
                return self._fail(job, moment, -4648 if unit is None else -4651, None)
            job.resource_pool_id = self._cluster.add_pool(
                job.resource_pool_name, unit, moment=moment).resource_pool_id
        elif status == state.CREATE_SNAPSHOT:
            job.tenant_snapshot_name = "_inner_snapshot$%d" % self._cluster.next_timestamp(moment)
            job.tenant_snapshot_id = self._cluster.next_timestamp(moment)
            self.snapshots.create(job, moment)
        elif status == state.CREATE_TENANT:
            job.restore_scn = self._cluster.next_timestamp(moment)
            self.snapshots.completed(job)
            self.create_tenant(job, moment)
        elif status == state.WAIT_RESTORE:
            length *= 1 - READY_SHARE
        job.due = NEVER if job.stays else moment + length
        self.jobs.put(job)

    def create_tenant(self, job: CloneJob, moment: Optional[float] = None) -> None:
        """Creates the new tenant, in restore, with its pool and the users of its source."""
        tenant = self._cluster.add_tenant(
            job.clone_tenant_name, moment, status="RESTORE", role="CLONE", archive_state="STOP")
        job.clone_tenant_id = tenant.tenant_id
        source_root = self._cluster.users.get((job.source_tenant_id, "root"))
        if source_root is not None:
            self._cluster.users[tenant.tenant_id, "root"].password = source_root.password
        pool = self._cluster.pools.rows.get(job.resource_pool_id)
        if pool is not None:
            pool.tenant_id = tenant.tenant_id
            self._cluster.pools.put(pool)

    def _end_step(self, job: CloneJob, moment: float) -> None:
        failure = self.failures.get(job.status)
        if failure is not None and job.status != state.SUCCESS:
            if failure.times == 1:
                del self.failures[job.status]
            failure.times -= failure.times > 1
            self._fail(job, moment, failure.ret_code, failure.message)
        elif job.status == state.WAIT_RESTORE:
            self.make_tenant_ready(job, moment)
            job.phase = state.TENANT_READY
            job.due = moment + self.step_length(job.status) * READY_SHARE
        else:
            self._leave_step(job, moment)

    def make_tenant_ready(self, job: CloneJob, moment: Optional[float] = None) -> None:
        """Makes the new tenant NORMAL while its job still waits: from now on CANCEL is refused."""
        tenant = self._cluster.tenants.rows.get(job.clone_tenant_id)
        if tenant is not None:
            tenant.status, tenant.role = "NORMAL", "STANDBY"
            self._cluster.touch(tenant, moment)

    def _leave_step(self, job: CloneJob, moment: float) -> None:
        if job.status == state.RELEASE:
            self._release_source(job)
        if job.status == state.SUCCESS:
            job.clone_finished_time, job.ret_code = self._cluster.clock.wall(moment), 0
            self._cluster.record("clone_sys_finish", moment, job_id=job.job_id)
            self._finish(job, moment)
        else:
            self._enter(job, state.STEPS[state.STEPS.index(job.status) + 1], moment)

    def _fail(self, job: CloneJob, moment: float, ret_code: int, message: Optional[str]) -> None:
        self._end_badly(job, job.status + "_FAIL", ret_code, message, moment, "")
        job.due = moment

    def _end_badly(self, job: CloneJob, status: str, ret_code: int, message: Optional[str], moment: float,
                   reason: str) -> None:
        self.record_end(job, status, ret_code, reason, moment)
        job.status, job.ret_code, job.error_msg = status, ret_code, message or None
        job.clone_finished_time = self._cluster.clock.wall(moment)
        job.phase, job.passed, job.waits_for, job.waits_at, job.stays = state.CLEAN_UP, "", "", "", False
        self.jobs.put(job)

    def record_end(self, job: CloneJob, status: str, ret_code: int, reason: str,
                   moment: Optional[float] = None) -> None:
        """Writes the event of a failure or a cancel; OceanBase writes that of a cancel also before it refuses it."""
        pairs = {"reason": reason} if reason else {}
        self._cluster.record("change_clone_status", moment, job_id=job.job_id, prev_clone_status=job.status,
                             cur_clone_status=status, ret_code=ret_code, **pairs)

    def _begin_clean_up(self, job: CloneJob, moment: float) -> None:
        job.phase, job.due = state.DROP, moment + self.cleanup_seconds / 2

    def _drop(self, job: CloneJob, moment: float) -> None:
        tenant = self._cluster.tenants.rows.get(job.clone_tenant_id)
        # A tenant that left restore cannot be dropped by the clean-up: the job stays where it is.
        if self.failing_cleanups or (tenant is not None and tenant.status != "RESTORE"):
            self.failing_cleanups -= self.failing_cleanups > 0
            job.due = moment + self.round_seconds
            return
        pool = self._cluster.pools.rows.get(job.resource_pool_id)
        if tenant is not None:
            self._cluster.drop_tenant(tenant)
        if pool is not None:
            self._cluster.pools.remove(pool)
        self._release_source(job)
        job.phase, job.due = state.FINISH, moment + self.cleanup_seconds / 2

    def _release_source(self, job: CloneJob) -> None:
        job.holds_source = False
        self.snapshots.delete(job)

    def _finish(self, job: CloneJob, moment: float) -> None:
        """Moves the row from PROGRESS to HISTORY: nothing else runs in between, so no reader sees both or neither."""
        if job.status == state.CANCELING:
            job.status = state.CANCELED
        if job.ending_badly:
            self._cluster.record("clone_recycle_failed_job_finish", moment, job_id=job.job_id)
        self.history.add(job)
        self.jobs.remove(job)
        job.done = True


def _trace_id() -> str:
    """Returns an id of the shape that OceanBase gives to the work on one statement."""
    return "YB42%08X-%016X-0-0" % (random.getrandbits(32), random.getrandbits(52))
