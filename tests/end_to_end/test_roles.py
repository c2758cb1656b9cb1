# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The roles where things go wrong: how long they wait, what they say, and what they clean up all the same."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

import pytest
from ansible.release import __version__ as ansible_version

from support import REPOSITORY
from support.plays.ansible import COLLECTION, PlayResult, run_tasks
from support.servers.mock_clusters import job
from support.servers.ob_mock import Mock, wait_for

ENDING = "CLONE_SYS_RELEASE_RESOURCE"
NOWHERE = "/nowhere/python"

# No clone here lives long enough for the tasks.
TASKS = str(REPOSITORY / "examples" / "pipeline" / "migration.yml")
EPHEMERAL = {"ephemeral_clone_source_tenant": "mysql001", "ephemeral_clone_tenant": "clone_a",
             "ephemeral_clone_resource_pool": "pool_a", "ephemeral_clone_unit_config": "unit001",
             "ephemeral_clone_tasks": TASKS, "ephemeral_clone_drop": True,
             "ephemeral_clone_wait_timeout": 1}
# What only ob_clone asks while it looks for the job of its statement.
FIRST_SIGHT = "CLONE_JOB_ID > "
EARLIER = {"history": [
    {"clone_tenant": "clone_a", "state": "CLONE_SYS_SUCCESS", "resource_pool": "pool_a", "age": 100}]}


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


# A session is one task: in a wait that is made of tries each would look once.
@pytest.mark.parametrize(("role", "variables"), [
    ("clone_cancel", {"clone_cancel_source_tenants": ["s1"], "clone_cancel_wait_timeout": 5}),
    ("free_source_tenant", {"free_source_tenant_name": "s1", "free_source_tenant_cancel_timeout": 5}),
    ("free_source_tenant", {"free_source_tenant_name": "s1", "free_source_tenant_policy": "wait",
                            "free_source_tenant_wait_timeout": 5, "free_source_tenant_poll_interval": 1}),
])
def test_a_wait_is_one_task_and_lasts_as_many_seconds_as_it_says(role: str, variables: dict[str, Any]) -> None:
    with Mock(scenario={"jobs": [job("c1", "s1", ENDING)]}) as mock:
        play = run_role(mock, role, variables)
        times: dict[int, list[datetime]] = defaultdict(list)
        for entry in mock.log():
            times[entry["session"]].append(datetime.fromisoformat(entry["time"]))
    assert play.exit_code == 2
    (waited,) = [looks[-1] - looks[0] for looks in times.values() if len(looks) > 5]
    assert 4.5 < waited.total_seconds() < 20
    assert "in CLONE_SYS_RELEASE_RESOURCE" in last_failure(play)
    assert "after 5 s (wait_timeout)" in last_failure(play)


def test_each_clone_that_is_still_in_flight_is_named_and_the_others_are_waited_for() -> None:
    jobs = [job("c1", "s1", ENDING), job("c2", "2", ENDING), job("c3", "s3")]
    with Mock(scenario={"jobs": jobs}) as mock:
        play = run_role(mock, "clone_cancel", {
            "clone_cancel_clone_tenants": ["c1", "c3"], "clone_cancel_source_tenants": [2],
            "clone_cancel_wait_timeout": 4})
    (failed,) = [result.result for result in play.results if result.status == "failed"]
    assert [(result["name"], (result["error"] or {}).get("class")) for result in failed["results"]] == [
        ("c1", "wait_timeout"), ("c3", None), ("2", "wait_timeout")]


@pytest.mark.parametrize("state", [ENDING, "CLONE_SYS_CANCELING"])
def test_a_clone_that_is_named_twice_is_waited_for_once(state: str) -> None:
    with Mock(scenario={"jobs": [job("c1", "s1", state)]}, cleanup_seconds=60) as mock:
        play = run_role(mock, "clone_cancel", {
            "clone_cancel_clone_tenants": ["c1"], "clone_cancel_source_tenants": ["s1"],
            "clone_cancel_wait_timeout": 1})
        looks = Counter(entry["session"] for entry in mock.log())
    assert play.exit_code == 2
    assert last_failure(play).count("(wait_timeout)") == 1
    assert len([count for count in looks.values() if count > 5]) == 1


def test_a_name_is_compared_with_names_of_its_kind_only() -> None:
    with Mock(scenario={"jobs": [job("c1", "s1", ENDING)]}) as mock:
        play = run_role(mock, "clone_cancel", {
            "clone_cancel_clone_tenants": ["s1"], "clone_cancel_source_tenants": ["c1", 123]})
    assert play.exit_code == 0, play.stdout


def test_a_clone_about_to_end_is_waited_for_and_the_role_succeeds() -> None:
    jobs = [{"clone_tenant": "c1", "source_tenant": "s1", "state": ENDING}]
    with Mock(scenario={"jobs": jobs, "seconds": {ENDING: 6}}) as mock:
        play = run_role(mock, "clone_cancel", {"clone_cancel_clone_tenants": ["c1"]})
        assert play.exit_code == 0, play.stdout
        assert mock.progress() == []


@pytest.mark.parametrize(("role", "variables", "lost_once"), [
    ("clone_cancel", {"clone_cancel_clone_tenants": ["c1"]}, "true"),
    ("free_source_tenant", {"free_source_tenant_name": "s1"}, "free_source_tenant_canceled is defined"),
    ("free_source_tenant", {"free_source_tenant_name": "s1", "free_source_tenant_policy": "wait",
                            "free_source_tenant_then": "cancel"}, "__free_source_tenant_found is defined"),
])
def test_a_python_that_is_lost_before_the_last_step_is_what_the_role_fails_with(
        role: str, variables: dict[str, Any], lost_once: str) -> None:
    with Mock(scenario={"jobs": [job("c1", "s1")]}) as mock:
        play = run_role(mock, role, variables, vars={
            "ansible_python_interpreter": "{{ '%s' if %s else ansible_playbook_python }}" % (NOWHERE, lost_once)})
    assert play.exit_code == 2
    assert "has no attribute" not in play.stdout
    # ansible-core 2.18 names it in what the shell said, and says less itself.
    lost = "set the interpreter" if ansible_version < "2.19" else NOWHERE
    assert lost in last_failure(play)
    assert NOWHERE in str([result.result for result in play.results if result.status == "failed"])


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
    # One template, because ansible-core 2.18 makes a text of a number that is templated by itself.
    left = ("{{ {'tenants': [{'tenant_id': free_source_tenant_canceled.clone_tenant_id, 'tenant_name': 'c1'}], "
            "'resource_pools': [{'resource_pool_id': free_source_tenant_canceled.resource_pool_id, "
            "'name': 'pool_c1'}]} }}")
    with Mock(scenario={"jobs": [job("c1", "s1")]}) as mock:
        play = run_role(mock, "free_source_tenant", {"free_source_tenant_name": "s1"},
                        arguments=("-e", json.dumps({"__free_source_tenant_made": left})))
    assert play.exit_code == 2
    assert last_failure(play) == (
        "The clone was canceled, but its tenant c1 or its resource pool pool_c1 is still there.")


@pytest.mark.parametrize("held", ["CLONE_SYS_LOCK", None])
def test_a_clone_whose_start_stayed_unknown_is_canceled_but_never_dropped(held: str | None) -> None:
    with Mock(scenario=EARLIER, step_seconds=0.01) as mock:
        if held:
            mock.hold(held)
        mock.sql("ALTER SYSTEM MOCK FAULT '^CREATE TENANT' drop_after 1",
                 f"ALTER SYSTEM MOCK FAULT '{FIRST_SIGHT}' hang 0")
        play = run_role(mock, "ephemeral_clone", EPHEMERAL)
        assert mock.progress() == []
        _earlier, ended = mock.history()
        left = [row["tenant_name"] for row in mock.sql(
            "SELECT TENANT_NAME FROM oceanbase.DBA_OB_TENANTS WHERE TENANT_NAME = 'clone_a'")]
    assert play.exit_code == 2
    assert play.only("Clone the tenant").result["msg"].startswith(
        "Cannot find out whether the clone of tenant mysql001 as clone_a was started: ")
    assert "is taken for the one that this run started" in play.only("Say what was found of it").result["msg"]
    said = play.only("Say how to drop the clone that is left")
    if held:
        assert (ended["status"], left, said.status) == ("CLONE_SYS_CANCELED", [], "skipped")
    else:
        assert (ended["status"], left) == ("CLONE_SYS_SUCCESS", ["clone_a"])
        assert f"clone_tenant=clone_a clone_job_id={ended['clone_job_id']}" in said.result["msg"]


def test_a_clone_that_can_no_longer_be_canceled_is_dropped_when_it_is_complete() -> None:
    with Mock(scenario={"seconds": {ENDING: 6}}) as mock:
        play = run_role(mock, "ephemeral_clone", {**EPHEMERAL, "ephemeral_clone_wait_timeout": 2})
        drops = [entry["statement"] for entry in mock.log() if entry["statement"].startswith("DROP")]
    assert play.exit_code == 2
    assert "wait_timeout" in play.only("Clone the tenant").result["msg"]
    assert drops == ["DROP TENANT `clone_a` FORCE", "DROP RESOURCE POOL `pool_a`"]


def start_another(mock: Mock, pool: str) -> None:
    """Starts a clone of the same names as soon as the statement of the role has come to nothing."""
    wait_for(lambda: [entry for entry in mock.log() if entry["statement"].startswith("CREATE TENANT")], "the statement")
    mock.start_clone("clone_a", pool=pool)


@pytest.mark.parametrize(("fault", "pool", "said"), [
    # It cannot be the one of a statement that named another pool.
    ("drop_before", "pool_b", "No such clone job has appeared so far"),
    # It cannot be the one of a statement that was refused.
    ("error 4179 'HY000' 'clone tenant name exists in a running clone job, clone tenant now not allowed'", "pool_a",
     None),
])
def test_a_clone_that_somebody_else_started_meanwhile_is_left_alone(
        mock: Mock, fault: str, pool: str, said: str | None) -> None:
    mock.hold("CLONE_SYS_LOCK")
    mock.sql(f"ALTER SYSTEM MOCK FAULT '^CREATE TENANT' {fault} 1", f"ALTER SYSTEM MOCK FAULT '{FIRST_SIGHT}' hang 0")
    with ThreadPoolExecutor(1) as threads:
        starting = threads.submit(start_another, mock, pool)
        play = run_role(mock, "ephemeral_clone", EPHEMERAL)
        starting.result()
    assert play.exit_code == 2
    assert [row["status"] for row in mock.progress()] == ["CLONE_SYS_LOCK"]
    assert mock.cancels() == []
    message = play.only("Say what was found of it")
    assert message.status == ("ok" if said else "skipped")
    assert (said or "") in message.result.get("msg", "")


def test_of_two_clones_that_may_be_the_one_of_this_run_none_is_touched(mock: Mock) -> None:
    mock.sql("ALTER SYSTEM MOCK FAULT '^CREATE TENANT' drop_after 1", f"ALTER SYSTEM MOCK FAULT '{FIRST_SIGHT}' hang 0",
             "ALTER SYSTEM MOCK FAIL STEP CLONE_SYS_LOCK")

    def clone_again() -> None:
        wait_for(mock.history, "the end of the role's own clone")
        mock.hold("CLONE_SYS_CREATE_TENANT")
        mock.start_clone("clone_a", pool="pool_a")

    with ThreadPoolExecutor(1) as threads:
        again = threads.submit(clone_again)
        play = run_role(mock, "ephemeral_clone", EPHEMERAL)
        again.result()
    assert "none of them is touched" in play.only("Say what was found of it").result["msg"]
    assert len(mock.progress()) == 1
    assert mock.cancels() == []
