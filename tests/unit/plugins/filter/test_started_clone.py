# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which clone job a failed task of ob_clone is taken to have started."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.community.oceanbase.plugins.filter.started_clone import FilterModule

started_clone = FilterModule().filters()["started_clone"]


def job(job_id: str, pool: str = "pool_a", unit: str = "unit001") -> dict[str, Any]:
    return {"clone_job_id": job_id, "resource_pool_name": pool, "unit_config_name": unit}


@pytest.mark.parametrize(("started", "job_id"), [
    ({"changed": True, "job": job("9")}, "9"),
    ({"changed": False, "job": job("9")}, None),
    ({"changed": True, "job": None}, None),
    # No module ran at all, for example because there is no Python.
    ({"msg": "The module interpreter was not found."}, None),
])
def test_a_task_that_knows_its_job_is_believed(started: dict[str, Any], job_id: str | None) -> None:
    assert started_clone(started, {}, "pool_a", "unit001")["job_id"] == job_id


@pytest.mark.parametrize(("progress", "history", "job_id", "said"), [
    ([], [], None, "No such clone job has appeared so far."),
    ([job("11")], [], "11", "Clone job 11 is taken for the one"),
    ([], [job("11")], "11", "Clone job 11 is taken for the one"),
    # Ids are numbers: as text 9 would come after 10.
    ([job("9")], [job("10")], None, "No such"),
    ([job("11", pool="pool_b")], [job("12", unit="unit002")], None, "No such"),
    ([job("11")], [job("12")], None, "Any of the clone jobs 11 and 12 may be"),
])
def test_a_task_that_does_not_know_takes_the_only_later_job_of_its_names(
        progress: list[Any], history: list[Any], job_id: str | None, said: str) -> None:
    found = started_clone({"changed": False, "job": None, "maybe_started_after": "10"},
                          {"progress": progress, "history": history}, "pool_a", "unit001")
    assert found["job_id"] == job_id
    assert found["msg"].startswith(said)
