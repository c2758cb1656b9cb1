# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A clone job: its row in the views, its states, and where in its life it is (facts: Views, Cancel)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Dict, Optional

from .inventory import MAX_SCN

NOT_STORED: Dict[str, Any] = {"stored": False}

LOCK = "CLONE_SYS_LOCK"
CREATE_POOL = "CLONE_SYS_CREATE_INNER_RESOURCE_POOL"
CREATE_SNAPSHOT = "CLONE_SYS_CREATE_SNAPSHOT"
WAIT_SNAPSHOT = "CLONE_SYS_WAIT_CREATE_SNAPSHOT"
CREATE_TENANT = "CLONE_SYS_CREATE_TENANT"
WAIT_RESTORE = "CLONE_SYS_WAIT_TENANT_RESTORE_FINISH"
RELEASE = "CLONE_SYS_RELEASE_RESOURCE"
SUCCESS = "CLONE_SYS_SUCCESS"
CANCELING = "CLONE_SYS_CANCELING"
CANCELED = "CLONE_SYS_CANCELED"

STEPS = (LOCK, CREATE_POOL, CREATE_SNAPSHOT, WAIT_SNAPSHOT, CREATE_TENANT, WAIT_RESTORE, RELEASE, SUCCESS)
CANCELLABLE = STEPS[:6]
FAILED = tuple(step + "_FAIL" for step in STEPS[:7])
ALL_STATES = STEPS + FAILED + (CANCELING, CANCELED)

# Phases of a job: what its next moment will do.
STEP, TENANT_READY, CLEAN_UP, DROP, FINISH = "step", "tenant ready", "clean up", "drop", "finish"


@dataclass
class CloneJob:
    """A row of DBA_OB_CLONE_PROGRESS or _HISTORY, plus what the scheduler alone knows.

    Times are UTC microseconds. phase: what happens at ``due`` (monotonic seconds; infinity: only a statement can
    move the job). waits_for: the debug-sync signal that holds it. holds_source: the source tenant is locked.
    """

    job_id: int
    trace_id: str
    source_tenant_id: int
    source_tenant_name: str
    clone_tenant_name: str
    resource_pool_name: str
    unit_config_name: str
    clone_start_time: int
    clone_tenant_id: int = 0
    tenant_snapshot_id: int = -1
    tenant_snapshot_name: str = ""
    resource_pool_id: int = -1
    restore_scn: int = field(default=MAX_SCN, metadata={"unsigned": True})
    status: str = LOCK
    job_type: str = "FORK"
    clone_finished_time: Optional[int] = None
    ret_code: Optional[int] = None
    error_msg: Optional[str] = None
    phase: str = field(default=STEP, metadata=NOT_STORED)
    due: float = field(default=float("inf"), metadata=NOT_STORED)
    stays: bool = field(default=False, metadata=NOT_STORED)
    waits_at: str = field(default="", metadata=NOT_STORED)
    waits_for: str = field(default="", metadata=NOT_STORED)
    passed: str = field(default="", metadata=NOT_STORED)
    holds_source: bool = field(default=True, metadata=NOT_STORED)
    done: bool = field(default=False, metadata=NOT_STORED)

    @property
    def ending_badly(self) -> bool:
        """Returns whether the job failed or was canceled, so that only its clean-up is left."""
        return self.status in FAILED or self.status in (CANCELING, CANCELED)


def cancel_message(status: str, reason: str) -> str:
    """
    Returns ERROR_MESSAGE of a job canceled in ``status``; reason is '' for the older code, else ``by user command``
    etc.
    """
    return ("clone job has been canceled in %s status %s" % (status, reason)).rstrip()


def client_message(job: CloneJob) -> str:
    """Returns what the session that waits for an unsuccessful job is told in error 9110 (facts: Waiting session)."""
    return job.error_msg or (
        "Tenant clone job failed during the %s stage. Please check the details of clone job by DBA_OB_CLONE_PROGRESS "
        "or DBA_OB_CLONE_HISTORY" % job.status)
