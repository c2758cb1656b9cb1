# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The roles where things go wrong: how long they wait, what they say, and what they clean up all the same."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

import pytest

from support.ansible import COLLECTION, PlayResult, run_tasks
from support.clusters import job
from support.ob_mock import Mock, wait_for

ENDING = "CLONE_SYS_RELEASE_RESOURCE"
NOWHERE = "/nowhere/python"


@pytest.fixture
def mock() -> Iterator[Mock]:
    with Mock() as running:
        yield running


def run_role(mock: Mock, role: str, variables: dict[str, Any], *tasks: dict[str, Any], **play: Any) -> PlayResult:
    """Runs ``tasks`` and then the role with these variables."""
    login = {"login_port": mock.port, "read_timeout": 3}
    return run_tasks(
        *tasks, {"ansible.builtin.include_role": {"name": f"{COLLECTION}.{role}"}, "vars": variables},
        module_defaults={f"group/{COLLECTION}.oceanbase": login}, **play)


def last_failure(play: PlayResult) -> str:
    """What the last task that failed said."""
    return str([result for result in play.results if result.status == "failed"][-1].result["msg"])


# A task costs a few tenths of a second, so a wait that is made of tries would last longer; a session is one task.
@pytest.mark.parametrize(("role", "variables"), [
    ("clone_cancel", {"clone_cancel_source_tenants": ["s1"], "clone_cancel_wait_timeout": 5}),
    ("free_source_tenant", {"free_source_tenant_name": "s1", "free_source_tenant_cancel_timeout": 5}),
    ("free_source_tenant", {"free_source_tenant_name": "s1", "free_source_tenant_policy": "wait",
                            "free_source_tenant_wait_timeout": 5, "free_source_tenant_poll_interval": 1}),
])
def test_a_wait_is_one_task_and_lasts_as_many_seconds_as_the_variable_says(role: str, variables: dict[str, Any]) -> None:
    with Mock(scenario={"jobs": [job("c1", "s1", ENDING)]}) as mock:
        play = run_role(mock, role, variables)
        times: dict[int, list[datetime]] = defaultdict(list)
        for entry in mock.log():
            times[entry["session"]].append(datetime.fromisoformat(entry["time"]))
    assert play.exit_code == 2
    assert 4.5 < max((looks[-1] - looks[0]).total_seconds() for looks in times.values()) < 6
    assert "after 5 s (wait_timeout) there still is clone job" in last_failure(play)
    assert "(tenant c1 of source tenant s1) in CLONE_SYS_RELEASE_RESOURCE" in last_failure(play)


def test_each_clone_that_is_still_in_flight_is_named_and_the_others_are_waited_for() -> None:
    jobs = [job("c1", "s1", ENDING), job("c2", "s2", ENDING), job("c3", "s3")]
    with Mock(scenario={"jobs": jobs}) as mock:
        play = run_role(mock, "clone_cancel", {
            "clone_cancel_clone_tenants": ["c1", "c3"], "clone_cancel_source_tenants": ["s2"],
            "clone_cancel_wait_timeout": 1})
    assert "tenant c1 of" in last_failure(play)
    assert "tenant c2 of" in last_failure(play)
    assert "c3" not in last_failure(play)


def test_a_clone_about_to_end_is_waited_for_and_the_role_succeeds() -> None:
    jobs = [{"clone_tenant": "c1", "source_tenant": "s1", "state": ENDING}]
    with Mock(scenario={"jobs": jobs, "seconds": {ENDING: 6}}) as mock:
        play = run_role(mock, "clone_cancel", {"clone_cancel_clone_tenants": ["c1"]})
        assert play.exit_code == 0, play.stdout
        assert mock.progress() == []


@pytest.mark.parametrize(("role", "variables", "lost_once"), [
    ("clone_cancel", {"clone_cancel_clone_tenants": ["c1"]}, "clone_cancel_results is defined"),
    ("free_source_tenant", {"free_source_tenant_name": "s1"}, "free_source_tenant_canceled is defined"),
    ("free_source_tenant", {"free_source_tenant_name": "s1", "free_source_tenant_policy": "wait",
                            "free_source_tenant_then": "cancel"}, "free_source_tenant_clone is defined"),
])
def test_a_python_that_is_lost_before_the_last_step_is_what_the_role_fails_with(
        role: str, variables: dict[str, Any], lost_once: str) -> None:
    with Mock(scenario={"jobs": [job("c1", "s1")]}) as mock:
        play = run_role(mock, role, variables, vars={
            "ansible_python_interpreter": "{{ '%s' if %s else ansible_playbook_python }}" % (NOWHERE, lost_once)})
    assert play.exit_code == 2
    assert "has no attribute" not in play.stdout
    assert NOWHERE in last_failure(play)


def taken_again(mock: Mock) -> None:
    """Gives the resource pool's name to a new one as soon as the clone is cleaned up."""
    wait_for(mock.history, "the end of the clean-up")
    mock.sql("CREATE RESOURCE POOL pool_c1 UNIT = 'unit001', UNIT_NUM = 1, ZONE_LIST = ('zone1')")


def test_a_name_that_is_used_again_at_once_is_no_leftover(mock: Mock) -> None:
    mock.hold("CLONE_SYS_CREATE_TENANT")
    mock.start_clone("c1", until="CLONE_SYS_CREATE_TENANT")
    with ThreadPoolExecutor(1) as pool:
        taking = pool.submit(taken_again, mock)
        play = run_role(mock, "free_source_tenant", {"free_source_tenant_name": "mysql001"})
        taking.result()
    assert [row["name"] for row in play.only("Look for what the canceled clone has made").result["resource_pools"]] == [
        "pool_c1"]
    assert play.exit_code == 0, play.stdout
    assert "Tenant mysql001 is free." in play.stdout


def test_what_the_canceled_clone_has_left_is_named() -> None:
    # An extra variable wins over what the module returns, since no server leaves anything.
    left = {"tenants": [{"tenant_id": "{{ free_source_tenant_canceled.clone_tenant_id }}", "tenant_name": "c1"}],
            "resource_pools": [{"resource_pool_id": "{{ free_source_tenant_canceled.resource_pool_id }}",
                                "name": "pool_c1"}]}
    with Mock(scenario={"jobs": [job("c1", "s1")]}) as mock:
        play = run_role(mock, "free_source_tenant", {"free_source_tenant_name": "s1"},
                        arguments=("-e", json.dumps({"free_source_tenant_made": left})))
    assert play.exit_code == 2
    assert last_failure(play) == "The clone was canceled, yet there still is tenant c1 and resource pool pool_c1."
