# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""ob_clone_drop and ob_tenant_info against the mock: each sees what the other did."""

from __future__ import annotations

from typing import Any, Iterator

import pytest

from support.plays.ansible import run_module
from support.servers.ob_mock import Mock, wait_for

LEFT = {"tenant": ["clone_a"], "resource_pool": ["pool_clone_a"]}


@pytest.fixture
def mock() -> Iterator[Mock]:
    with Mock(step_seconds=0.01) as running:
        yield running


def completed_job(mock: Mock) -> str:
    """Clones to clone_a and returns the id of the job once it is in the history."""
    before = len(mock.history())
    mock.start_clone("clone_a")
    return str(wait_for(lambda: mock.history()[before:], "the end of the clone")[0]["clone_job_id"])


def left(mock: Mock) -> tuple[int, int]:
    """How many tenants and pools there are of the clone."""
    found = run_module("ob_tenant_info", {"login_port": mock.port, **LEFT})
    return len(found["tenants"]), len(found["resource_pools"])


def drop(mock: Mock, job_id: str, **internal: Any) -> dict[str, Any]:
    return run_module("ob_clone_drop", {"login_port": mock.port, "clone_tenant": "clone_a", "clone_job_id": job_id},
                      **internal)


def test_check_mode_predicts_the_real_run_drops_and_the_second_run_finds_nothing(mock: Mock) -> None:
    job_id = completed_job(mock)
    predicted = drop(mock, job_id, check_mode=True, diff=True)
    assert left(mock) == (1, 1)
    done = drop(mock, job_id, diff=True)
    assert left(mock) == (0, 0)
    again = drop(mock, job_id)
    same = ("changed", "outcome", "executed_statements", "diff")
    assert {key: predicted[key] for key in same} == {key: done[key] for key in same}
    assert done["executed_statements"] == ["DROP TENANT `clone_a` FORCE", "DROP RESOURCE POOL `pool_clone_a`"]
    assert (again["changed"], again["outcome"], again["executed_statements"]) == (False, "absent", [])


def test_the_tenant_of_a_later_job_of_the_same_name_is_left_alone(mock: Mock) -> None:
    first = completed_job(mock)
    drop(mock, first)
    completed_job(mock)
    refused = drop(mock, first)
    assert refused["failed"]
    assert refused["error"]["class"] == "refused"
    assert left(mock) == (1, 1)


@pytest.mark.parametrize("kind", ["drop_before", "drop_after"])
def test_a_lost_answer_is_settled_by_what_is_left(mock: Mock, kind: str) -> None:
    job_id = completed_job(mock)
    mock.sql(f"ALTER SYSTEM MOCK FAULT 'DROP RESOURCE POOL' {kind}")
    result = drop(mock, job_id)
    assert result["warnings"]
    if kind == "drop_after":
        assert (result["changed"], result["outcome"], left(mock)) == (True, "dropped", (0, 0))
    else:
        assert (result["error"]["class"], result["changed"], left(mock)) == ("unreachable", True, (0, 1))
        assert result["executed_statements"] == ["DROP TENANT `clone_a` FORCE"]


def test_nothing_else_is_dropped_after_a_time_out_without_effect(mock: Mock) -> None:
    job_id = completed_job(mock)
    mock.sql("ALTER SYSTEM MOCK FAULT 'DROP TENANT' error 4012 'HY000' 'Timeout'")
    result = drop(mock, job_id)
    assert (result["error"]["errno"], result["changed"], left(mock)) == (4012, False, (1, 1))
    assert "DROP TENANT `clone_a` FORCE has not been executed so far" in result["msg"]


def test_outside_of_the_sys_tenant_nothing_is_said_to_be_missing(mock: Mock) -> None:
    result = run_module("ob_tenant_info", {"login_port": mock.port, "login_user": "root@mysql001", **LEFT})
    assert result["error"]["class"] == "not_sys_tenant"


@pytest.mark.parametrize("option", ["tenant", "resource_pool"])
def test_an_empty_list_is_a_mistake(option: str) -> None:
    result = run_module("ob_tenant_info", {option: []})
    assert result["error"]["class"] == "invalid_option"
