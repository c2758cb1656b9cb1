# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""ob_clone_info against the mock: filters, order, what travels, and plays that poll by themselves."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from support import COLLECTIONS_PATH
from support.plays.ansible import run_module, run_tasks
from support.servers.mock_clusters import job
from support.servers.ob_mock import Mock

KEYS = {"changed", "progress", "history", "truncated", "msg"}
SCENARIO = {
    "jobs": [
        {"clone_tenant": "young", "source_tenant": "source_a", "state": "CLONE_SYS_LOCK", "age": 60, "hold": True},
        {"clone_tenant": "old", "source_tenant": "source_b", "state": "CLONE_SYS_CREATE_TENANT", "age": 7300,
         "hold": True},
    ],
    "history": [
        {"clone_tenant": "done", "source_tenant": "source_a", "state": "CLONE_SYS_SUCCESS", "age": 9000},
        {"clone_tenant": "DONE", "source_tenant": "source_a", "state": "CLONE_SYS_SUCCESS", "age": 9100},
        {"clone_tenant": "gone", "source_tenant": "source_b", "state": "CLONE_SYS_CANCELED", "age": 10000, "repeat": 3},
        {"clone_tenant": "broken", "source_tenant": "source_b", "state": "CLONE_SYS_LOCK_FAIL", "age": 20000},
    ],
}


@pytest.fixture(scope="module")
def mock() -> Iterator[Mock]:
    with Mock(scenario=SCENARIO) as running:
        yield running


def info(mock: Mock, check_mode: bool = False, **options: Any) -> dict[str, Any]:
    """What the module returns for these options on this mock."""
    result = run_module("ob_clone_info", {"login_host": mock.host, "login_port": mock.port, **options},
                        check_mode=check_mode)
    assert set(result) >= KEYS
    assert ("error" in result) == bool(result.get("failed"))
    assert result["changed"] is False
    return result


def names(rows: list[dict[str, Any]]) -> list[str]:
    """The clones that result rows are about, in their order."""
    return [row["clone_tenant_name"] for row in rows]


@pytest.mark.parametrize("check_mode", [False, True])
def test_without_options_everything_is_listed_newest_first(mock: Mock, check_mode: bool) -> None:
    result = info(mock, check_mode)
    assert names(result["progress"]) == ["young", "old"]
    assert names(result["history"]) == ["done", "DONE", "gone", "gone", "gone", "broken"]
    assert result["truncated"] is False
    assert [row["view"] for row in result["progress"] + result["history"]] == ["progress"] * 2 + ["history"] * 6
    assert all(row["cancellable"] for row in result["progress"])
    assert not any(row["cancellable"] for row in result["history"])
    assert 60 <= result["progress"][0]["age"] < 120
    assert result["history"][2]["canceled_by"] == "user"


@pytest.mark.parametrize(("options", "progress", "history"), [
    ({"clone_tenant": "done"}, [], ["done"]),
    ({"new_tenant_name": "DONE"}, [], ["DONE"]),
    ({"clone_tenant": "done "}, [], []),
    ({"source_tenant": "source_b"}, ["old"], ["gone", "gone", "gone", "broken"]),
    ({"source_tenant": "source_b", "status": ["CLONE_SYS_LOCK_FAIL", "CLONE_SYS_CREATE_TENANT"]}, ["old"], ["broken"]),
    ({"min_age": 7200, "view": ["progress"]}, ["old"], []),
    ({"min_age": 9500, "view": ["history"]}, [], ["gone", "gone", "gone", "broken"]),
    ({"min_age": 0, "limit": 0}, ["young", "old"], []),
    ({"limit": 2}, ["young", "old"], ["done", "DONE"])])
def test_filters(mock: Mock, options: dict[str, Any], progress: list[str], history: list[str]) -> None:
    result = info(mock, **options)
    assert (names(result["progress"]), names(result["history"])) == (progress, history)


def test_one_job_by_its_id(mock: Mock) -> None:
    wanted = info(mock)["history"][3]
    result = info(mock, clone_job_id=wanted["clone_job_id"])
    assert [row["clone_job_id"] for row in result["history"]] == [wanted["clone_job_id"]]


@pytest.mark.parametrize(("limit", "truncated"), [(5, True), (6, False)])
def test_truncated_is_honest(mock: Mock, limit: int, truncated: bool) -> None:
    result = info(mock, limit=limit)
    assert (len(result["history"]), result["truncated"]) == (limit, truncated)


def test_of_a_long_history_only_what_is_wanted_travels() -> None:
    history = [{"clone_tenant": "c", "state": "CLONE_SYS_SUCCESS", "age": 5, "repeat": 10000}]
    with Mock(scenario={"history": history}) as mock:
        result = info(mock, limit=10)
        assert (len(result["history"]), result["truncated"]) == (10, True)
        (look,) = [entry for entry in mock.log() if "DBA_OB_CLONE_HISTORY" in entry["statement"]]
        assert (look["answer"], look["rows"]) == ("rows", 11)


@pytest.mark.parametrize(("status", "cancellable"), [
    ("CLONE_SYS_LOCK", True), ("CLONE_SYS_CREATE_INNER_RESOURCE_POOL", True), ("CLONE_SYS_CREATE_SNAPSHOT", True),
    ("CLONE_SYS_WAIT_CREATE_SNAPSHOT", True), ("CLONE_SYS_CREATE_TENANT", True),
    ("CLONE_SYS_WAIT_TENANT_RESTORE_FINISH", True), ("CLONE_SYS_RELEASE_RESOURCE", False),
    ("CLONE_SYS_CANCELING", False), ("CLONE_SYS_LOCK_FAIL", False)])
def test_cancellable_and_age_for_each_status(status: str, cancellable: bool) -> None:
    scenario = {"jobs": [job("c", "mysql001", status, age=100)], "failing_cleanups": 0}
    with Mock(scenario=scenario, cleanup_seconds=60) as mock:
        (row,) = info(mock, status=[status])["progress"]
        assert (row["status"], row["cancellable"]) == (status, cancellable)
        assert 100 <= row["age"] < 160


def test_a_play_can_poll_by_itself() -> None:
    with Mock() as mock:
        login = {"login_host": mock.host, "login_port": mock.port}
        mock.start_clone("clone_a")
        play = run_tasks(
            {"name": "poll", "community.oceanbase.ob_clone_info": {"clone_tenant": "clone_a"}, "register": "found",
             "until": "found.history | length > 0", "retries": 50, "delay": 0},
            module_defaults={"group/community.oceanbase.oceanbase": login})
        (row,) = play.only("poll").result["history"]
        assert row["status"] == "CLONE_SYS_SUCCESS"
        assert play.exit_code == 0


@pytest.mark.parametrize("wait", [False, True])
def test_a_slow_login_takes_nothing_from_the_time_of_the_answer(wait: bool) -> None:
    with Mock() as mock:
        mock.sql("ALTER SYSTEM MOCK FAULT 'LOGIN' slow 2.2")
        result = info(mock, read_timeout=1, wait=wait, wait_timeout=0)
        assert result["msg"] == "Clone jobs found: 0 in progress, 0 in the history."


def test_check_mode_does_not_wait_for_a_clone_that_it_has_not_canceled() -> None:
    with Mock(scenario={"jobs": [job("clone_a", "mysql001")]}) as mock:
        play = run_tasks(
            {"community.oceanbase.ob_clone_cancel": {"clone_tenant": "clone_a", "wait": False}},
            {"name": "wait", "community.oceanbase.ob_clone_info": {"clone_tenant": "clone_a", "wait": True,
                                                                   "wait_timeout": 2}},
            module_defaults={"group/community.oceanbase.oceanbase": {"login_port": mock.port}}, arguments=("--check",))
    assert play.exit_code == 0, play.stdout
    assert names(play.only("wait").result["progress"]) == ["clone_a"]


def test_only_what_reading_needs_travels_to_the_host() -> None:
    program = "import sys, ansible_collections.community.oceanbase.plugins.modules.ob_clone_info; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", program], cwd=COLLECTIONS_PATH, capture_output=True, text=True,
                            check=True).stdout.split()
    assert {name.partition("module_utils.")[2] for name in loaded if ".oceanbase.plugins.module_utils." in name} == {
        "_clock", "_connection", "_connection.addresses", "_connection.driver", "_connection.login",
        "_connection.session", "_errors", "_masking", "_module", "_options", "_procedures", "_procedures.info",
        "_procedures.report", "_runner", "_views", "_views.jobs", "_views.selector"}


def test_the_failure_of_another_tenant_has_the_shape_of_all_modules(mock: Mock) -> None:
    result = info(mock, login_user="root@mysql001")
    assert result["error"]["class"] == "not_sys_tenant"
    assert (result["progress"], result["history"], result["truncated"]) == ([], [], False)
    assert result["msg"].startswith("Cannot read the clone jobs: ")


def test_an_unknown_status_is_refused_by_its_name(mock: Mock) -> None:
    result = info(mock, status=["CLONE_SYS_STOPPED"])
    assert result["error"]["class"] == "invalid_option"
    assert "CLONE_SYS_STOPPED" in result["msg"]
