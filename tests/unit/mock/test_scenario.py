# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Scenario files: what they put into the mock, and what is said about bad ones."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from executor_driver import HISTORY, PROGRESS, Driver

from ob_mock.cluster.clone_job import ALL_STATES, CANCELLABLE, FAILED, STEPS
from ob_mock.scenario.json_schema import violations
from ob_mock.scenario.scenario_file import SCHEMA, ScenarioError
from ob_mock.sql.results import SqlError

NAME = {"clone_tenant": "c1"}


@pytest.fixture
def load(tmp_path: Path) -> Any:
    def make(content: Any, **options: Any) -> Driver:
        path = tmp_path / "scenario.json"
        path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
        return Driver(scenario=str(path), **options)
    return make


@pytest.mark.parametrize("content, complaint", [
    ("{", "Expecting property name"), ("[]", "$: [] is not of type object"), ({"foo": 1}, "$.foo: unknown; known are "),
    ({"jobs": [{"clone_tenant": "a"}]}, "$.jobs[0]: 'state' is missing"),
    ({"jobs": [{**NAME, "state": "CLONE_SYS_CANCEL"}]}, "$.jobs[0].state: 'CLONE_SYS_CANCEL' is not one of"),
    ({"jobs": [{**NAME, "state": STEPS[0], "age": -1}]}, "$.jobs[0].age: -1 is less than 0"),
    ({"jobs": [{**NAME, "state": STEPS[0], "age": True}]}, "$.jobs[0].age: True is not of type number"),
    ({"jobs": [{**NAME, "state": STEPS[0], "tenant": "NORMAL"}]}, "$.jobs[0]: only in CLONE_SYS_WAIT_TENANT_RESTORE"),
    ({"history": [{**NAME, "state": "CLONE_SYS_CANCELING"}]}, "$.history[0]: no job is in HISTORY with"),
    ({"users": [{"name": "u", "tenant": "nosuch"}]}, "$.users[0]: unknown tenant 'nosuch'"),
    ({"users": [{"name": "u", "privileges": ["FOO ON *.*"]}]}, "$.users[0]: unknown privilege 'FOO'"),
    ({"tenants": [{"name": "t", "tenant_id": 1003}]}, "$.tenants[0]: tenant_id must be even"),
    ({"tenants": [{"name": ""}]}, "$.tenants[0].name: is too short"),
    ({"resource_pools": [{"name": "p", "unit_config": "x"}]}, "$.resource_pools[0]: unknown unit config 'x'"),
    ({"faults": [{"statement": "(", "kind": "hang"}]}, "$.faults[0]: bad regular expression"),
    ({"faults": [{"statement": "x", "kind": "slow"}]}, "$.faults[0]: the fault 'slow' needs"),
    ({"seconds": {"NOSUCH": 1}}, "$.seconds.NOSUCH: neither a state nor cleanup"),
    ({"parameters": {"nosuch": "1"}}, "$.parameters.nosuch: 5099"),
    ({"server_version": "4.2.5.0", "jobs": [{**NAME, "state": STEPS[0]}]}, "$.jobs[0]: a server of version 4.2.5.0"),
    ({"server_version": "new"}, "$.server_version: 'new' does not match"),
])
def test_a_bad_file_is_named_with_the_place_in_it(load: Any, tmp_path: Path, content: Any, complaint: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        load(content)
    assert str(caught.value).startswith("%s: %s" % (tmp_path / "scenario.json", complaint))


# In which step a job, or a row of the history, has what: pool, snapshot, tenant, the point in time.
KNOWN_FROM = {"resource_pool_id": 1, "tenant_snapshot_id": 2, "clone_tenant_id": 4, "restore_scn": 4}


@pytest.mark.parametrize("state", [state for state in ALL_STATES if state != "CLONE_SYS_CANCELING"])
def test_a_row_of_the_history_knows_what_its_job_got_to_know(load: Any, state: str) -> None:
    if state not in FAILED and state not in ("CLONE_SYS_SUCCESS", "CLONE_SYS_CANCELED"):
        return
    mock = load({"history": [{**NAME, "state": state, "age": 100, "duration": 7, "source_tenant": "gone"}]})
    row = mock.row(HISTORY)
    step = STEPS.index(state.replace("_FAIL", "")) if state in FAILED else {"CLONE_SYS_SUCCESS": 7}.get(state, 4)
    unknown = {"resource_pool_id": -1, "tenant_snapshot_id": -1, "clone_tenant_id": 0, "restore_scn": 2 ** 64 - 1}
    for column, first in KNOWN_FROM.items():
        assert (row[column] != unknown[column]) is (step >= first), column
    assert bool(row["tenant_snapshot_name"]) is (step >= 2)
    assert (row["status"], row["source_tenant_name"]) == (state, "gone")
    assert (row["clone_start_time"], row["clone_finished_time"]) == (
        "2024-01-26 14:46:54.000000", "2024-01-26 14:47:01.000000")


def test_nobody_logs_in_to_a_tenant_that_is_being_cloned(load: Any) -> None:
    mock = load({"jobs": [{**NAME, "state": "CLONE_SYS_CREATE_TENANT", "hold": True}]})
    with pytest.raises(SqlError) as caught:
        mock.login("root@c1")
    assert str(caught.value) == "8001 (08004): Server is initializing"


@pytest.mark.parametrize(("value", "schema", "complaints"), [
    ("abc", {"type": "string", "minLength": 3, "maxLength": 3, "pattern": "^a"}, []),
    ("ab", {"minLength": 3}, ["$: is too short"]), ("abc", {"maxLength": 2}, ["$: is longer than 2 characters"]),
    ("b", {"pattern": "^a"}, ["$: 'b' does not match ^a"]), ("x", {"enum": ["a"]}, ["$: 'x' is not one of a"]),
    (1, {"type": "integer", "minimum": 1, "maximum": 1}, []), (0, {"minimum": 1}, ["$: 0 is less than 1"]),
    (2, {"maximum": 1}, ["$: 2 is more than 1"]), (1.5, {"type": "integer"}, ["$: 1.5 is not of type integer"]),
    (True, {"type": "integer"}, ["$: True is not of type integer"]), (True, {"type": "boolean"}, []),
    (["a", 1], {"items": {"type": "string"}}, ["$[1]: 1 is not of type string"]),
    ({"a": 1}, {"required": ["b"], "properties": {"a": {"type": "string"}}},
     ["$: 'b' is missing", "$.a: 1 is not of type string"]),
    ({"c": 1}, {"properties": {"a": {}}, "additionalProperties": False}, ["$.c: unknown; known are a"]),
    ({"c": 1}, {"additionalProperties": {"type": "string"}}, ["$.c: 1 is not of type string"])])
def test_what_a_schema_forbids(value: Any, schema: Any, complaints: Any) -> None:
    assert list(violations(value, schema, schema)) == complaints


def test_a_missing_file_and_a_bad_version() -> None:
    with pytest.raises(ScenarioError, match="No such file"):
        Driver(scenario="/nonexistent/scenario.json")
    with pytest.raises(ScenarioError, match="'4' is not a server version"):
        Driver(server_version="4")


def test_the_schema_knows_all_states() -> None:
    definitions = json.loads(Path(SCHEMA).read_text(encoding="utf-8"))["definitions"]
    assert set(definitions["state"]["enum"]) == set(ALL_STATES)
    assert set(definitions["step"]["enum"]) == set(STEPS[:-1])


@pytest.mark.parametrize("state", [state for state in ALL_STATES if state != "CLONE_SYS_CANCELED"])
def test_a_job_in_each_state_ends_as_it_would_have(load: Any, state: str) -> None:
    mock = load({"jobs": [{**NAME, "state": state, "age": 30}]})
    row = mock.row(PROGRESS)
    assert (row["status"], row["clone_start_time"]) == (state, "2024-01-26 14:48:04.000000")
    assert (row["ret_code"] is None) == (state in STEPS)
    if state in CANCELLABLE:
        mock.ask("ALTER SYSTEM CANCEL CLONE c1")
    else:
        assert mock.refused("ALTER SYSTEM CANCEL CLONE c1")[0] == 4179
    mock.time.pass_time(30)
    final = mock.row(HISTORY)["status"]
    if state in FAILED:
        assert final == state
    elif state in ("CLONE_SYS_RELEASE_RESOURCE", "CLONE_SYS_SUCCESS"):
        assert final == "CLONE_SYS_SUCCESS"
    else:
        assert final == "CLONE_SYS_CANCELED"


def test_a_held_job_stays_until_it_is_canceled(load: Any) -> None:
    mock = load({"jobs": [{**NAME, "state": "CLONE_SYS_CREATE_SNAPSHOT", "hold": True}]})
    mock.time.pass_time(10000)
    assert mock.status() == "CLONE_SYS_CREATE_SNAPSHOT"
    mock.ask("ALTER SYSTEM CANCEL CLONE c1")
    mock.time.pass_time(3.1)
    assert mock.row(HISTORY)["error_message"].endswith("in CLONE_SYS_CREATE_SNAPSHOT status by user command")


def test_a_job_whose_tenant_is_normal_already(load: Any) -> None:
    mock = load({"jobs": [{**NAME, "state": "CLONE_SYS_WAIT_TENANT_RESTORE_FINISH", "tenant": "NORMAL", "hold": True}]})
    assert mock.refused("ALTER SYSTEM CANCEL CLONE c1")[0] == 4179
    assert mock.ask("SELECT STATUS FROM oceanbase.DBA_OB_TENANTS WHERE TENANT_NAME = 'c1'") == [("NORMAL",)]


def test_history_rows(load: Any) -> None:
    mock = load({"history": [
        {**NAME, "state": "CLONE_SYS_CANCELED", "canceled_in": "CLONE_SYS_LOCK", "age": 100, "duration": 20,
         "reason": "by standby tenant transfer event"},
        {**NAME, "state": "CLONE_SYS_LOCK_FAIL", "ret_code": -4770, "message": "m", "age": 50, "job_id": 7},
        {**NAME, "state": "CLONE_SYS_SUCCESS", "repeat": 3, "age": 200}]})
    rows = mock.ask("SELECT STATUS, RET_CODE, ERROR_MESSAGE, CLONE_FINISHED_TIME FROM %s" % HISTORY)
    assert [row[0] for row in rows] == ["CLONE_SYS_SUCCESS"] * 3 + ["CLONE_SYS_CANCELED", "CLONE_SYS_LOCK_FAIL"]
    assert rows[3] == ("CLONE_SYS_CANCELED", -4072, "clone job has been canceled in CLONE_SYS_LOCK status by standby "
                       "tenant transfer event", "2024-01-26 14:47:14.000000")
    assert rows[4][1:3] == (-4770, "m")
    assert mock.ask("SELECT COUNT(DISTINCT CLONE_JOB_ID) FROM %s" % HISTORY) == [(5,)]


def test_tenants_users_pools_parameters_and_pace(load: Any) -> None:
    mock = load({
        "server_version": "4.3.1", "parameters": {"cluster": "bank"}, "unit_configs": [{"name": "u2", "max_cpu": 2}],
        "tenants": [{"name": "t1", "role": "STANDBY"}, {"name": "mysql001", "archive_state": "STOP"},
                    {"name": "t2", "locked": True, "tenant_id": 1010}],
        "users": [{"name": "dba", "password": "p", "privileges": ["ALTER SYSTEM", "SELECT ON oceanbase.*"]},
                  {"name": "gone", "locked": True}],
        "resource_pools": [{"name": "p1", "unit_config": "u2", "tenant": "t1"}],
        "seconds": {"CLONE_SYS_LOCK": 7, "cleanup": 3}, "failing_cleanups": 1, "upgrade_mode": True})
    assert mock.ask("SELECT OB_VERSION()") == [("4.3.1.0",)]
    assert mock.ask("SELECT TENANT_NAME, TENANT_ROLE FROM oceanbase.DBA_OB_TENANTS WHERE TENANT_ID > 1002 AND "
                    "TENANT_TYPE = 'USER'") == [("t1", "STANDBY"), ("t2", "PRIMARY")]
    assert mock.ask("SELECT TENANT_ID FROM oceanbase.DBA_OB_RESOURCE_POOLS WHERE NAME = 'p1'") == [(1004,)]
    dba = mock.login("dba@sys", "p")
    assert mock.ask("SELECT * FROM " + PROGRESS, dba) == []
    refusal = mock.refused("CREATE TENANT x FROM t1 WITH UNIT u2, RESOURCE_POOL p9", dba)
    assert refusal[2].startswith("clone tenant while in standby cluster or in upgrade mode")
    mock.ask("ALTER SYSTEM END UPGRADE", dba)
    mock.ask("ALTER SYSTEM ARCHIVELOG TENANT = mysql001")
    mock.start()
    mock.time.pass_time(6.9)
    assert mock.status() == "CLONE_SYS_LOCK"
    mock.time.pass_time(0.2)
    assert mock.status() == "CLONE_SYS_CREATE_INNER_RESOURCE_POOL"
