# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds the clone job that a failed task started. Private to this collection: it may change in any release."""

from __future__ import annotations

from typing import Any, Mapping


def started_clone(started: Mapping[str, Any], found: Mapping[str, Any], resource_pool: str,
                  unit_config: str) -> dict[str, Any]:
    """Returns the id of the clone job that a failed ob_clone task started, or None, and a sentence about it."""
    after = started.get("maybe_started_after")
    if after is None:
        job = started.get("job") if started.get("changed") else None
        return {"job_id": job["clone_job_id"] if job else None, "msg": started.get("msg", "")}
    later = [job["clone_job_id"] for job in [*found["progress"], *found["history"]]
             if job["resource_pool_name"] == resource_pool and job["unit_config_name"] == unit_config
             and int(job["clone_job_id"]) > int(after)]
    if not later:
        return {"job_id": None, "msg": "No such clone job has appeared so far. OceanBase may still start it: look "
                                       "again with ob_clone_info."}
    if len(later) > 1:
        return {"job_id": None, "msg": "Any of the clone jobs %s may be the one that this run started, so none of them "
                                       "is touched." % " and ".join(later)}
    return {"job_id": later[0], "msg": "Clone job %s is taken for the one that this run started." % later[0]}


class FilterModule:
    """Makes the filter known to Ansible."""

    def filters(self) -> dict[str, Any]:
        return {"started_clone": started_clone}
