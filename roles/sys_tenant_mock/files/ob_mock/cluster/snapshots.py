# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Inner tenant snapshots: made and deleted by clone jobs (facts: Tenants)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .inventory import Cluster
from .tables import KeyedTable

if TYPE_CHECKING:
    from .clone_job import CloneJob


@dataclass
class Snapshot:
    """One snapshot of a tenant; times are UTC microseconds, scn nanoseconds."""

    snapshot_id: int
    tenant_id: int
    snapshot_name: str
    status: str
    create_time: int
    owner_job_id: int
    snapshot_scn: int = field(default=0, metadata={"unsigned": True})


class Snapshots:
    """Snapshots that exist now."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self.table = KeyedTable(cluster.database, "__all_tenant_snapshot", Snapshot, "snapshot_id")

    def create(self, job: CloneJob, moment: float) -> None:
        """Begins the snapshot that a job clones from."""
        self.table.put(Snapshot(job.tenant_snapshot_id, job.source_tenant_id, job.tenant_snapshot_name, "CREATING",
                                self._cluster.clock.wall(moment), job.job_id))

    def completed(self, job: CloneJob) -> None:
        """Makes the snapshot of a job usable: its point in time is known."""
        snapshot = self.table.rows.get(job.tenant_snapshot_id)
        if snapshot is not None:
            snapshot.status, snapshot.snapshot_scn = "CLONING", job.restore_scn
            self.table.put(snapshot)

    def delete(self, job: CloneJob) -> None:
        """Removes the snapshot of a job, if it got that far."""
        snapshot = self.table.rows.get(job.tenant_snapshot_id)
        if snapshot is not None:
            self.table.remove(snapshot)
