# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the playbooks show of several clusters."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.community.oceanbase.plugins.filter.cluster_reports import FilterModule

FILTERS = FilterModule().filters()
clone_rows, cluster_summary, stale_clones = (FILTERS[name] for name in (
    "clone_rows", "cluster_summary", "stale_clones"))
START, END = "2026-01-26T06:00:00.000000Z", "2026-01-26T06:10:00.500000Z"


def job(name: str, age: float | None = 60, **more: Any) -> dict[str, Any]:
    return {"clone_job_id": "1", "clone_tenant_name": name, "source_tenant_name": "s", "view": "progress",
            "status": "CLONE_SYS_LOCK", "age": age, "error_message": None, "cancellable": True,
            "clone_start_time": START, "clone_finished_time": None, **more}


def ended(name: str, age: float | None = 3600, **more: Any) -> dict[str, Any]:
    return job(name, age, **{"view": "history", "clone_finished_time": END, "cancellable": False, **more})


def clones(progress: list[Any], history: list[Any], truncated: bool = False) -> dict[str, Any]:
    return {"progress": progress, "history": history, "truncated": truncated}


def test_stuck_clones_come_first_and_the_others_keep_the_order_of_the_module() -> None:
    rows = clone_rows(clones([job("new", 5), job("old", 900), job("mid", 100), job("unknown", None)], []), 100)
    assert [row[:2] for row in rows] == [
        ["STUCK?", "old"], ["STUCK?", "mid"], ["running", "new"], ["running", "unknown"]]
    assert [row[4] for row in rows] == ["0:15:00", "0:01:40", "0:00:05", ""]


def test_a_limit_of_zero_marks_every_running_clone_and_none_marks_no_clone() -> None:
    assert [clone_rows(clones([job("a", 0)], []), limit)[0][0] for limit in (0, None)] == ["STUCK?", "running"]


@pytest.mark.parametrize(("age", "words"), [
    (None, ""), (0, "0:00:00"), (59.9, "0:00:59"), (60, "0:01:00"), (3599.9, "0:59:59"), (3600, "1:00:00"),
    (359999.9, "99:59:59"), (360000, "4 days"), (432000, "5 days"), (86400 * 400, "400 days")])
def test_an_age_is_hours_minutes_seconds_or_days(age: float | None, words: str) -> None:
    assert clone_rows(clones([job("a", age)], []))[0][4] == words


@pytest.mark.parametrize(("row", "age"), [
    # It took ten minutes and half a second of the hour since its start.
    (ended("a"), "0:49:59 ago"),
    (ended("a", 100 * 3600 + 600.5), "4 days ago"),
    # The clocks of two servers differ.
    (ended("a", 1), "0:00:00 ago"),
    (ended("a", None), ""),
    (ended("a", clone_finished_time=None), ""),
    (ended("a", clone_finished_time="0000-00-00T00:00:00Z"), ""),
])
def test_the_age_of_an_ended_job_counts_from_its_end(row: dict[str, Any], age: str) -> None:
    assert clone_rows(clones([], [row]))[0][4] == age


def test_a_message_follows_its_job_in_lines_of_its_own() -> None:
    message = "clone job has been canceled in CLONE_SYS_WAIT_TENANT_RESTORE_FINISH status by user command"
    row, *lines = clone_rows(clones([], [ended("a", error_message=message)]))
    assert row[1] == "a"
    assert " ".join(line.strip() for line in lines) == message.replace("CLONE_SYS_", "")
    assert max(map(len, lines)) <= 60
    assert clone_rows(clones([], [ended("a", error_message="why CLONE_SYS_LOCK")]))[1:] == ["  why LOCK"]
    for last, count in (("b" * 27, 1), ("b" * 28, 2)):
        # With the two blanks before it, it has 60 characters or one more.
        assert len(clone_rows(clones([], [ended("a", error_message="a" * 30 + " " + last)]))) == 1 + count


def test_no_clones_and_more_clones_are_said() -> None:
    assert clone_rows(clones([], [])) == ["no clone jobs"]
    assert clone_rows(clones([], [], truncated=True)) == ["... and older ones"]


def test_the_summary_is_one_table_with_one_header_whatever_the_clusters_report() -> None:
    hostvars = {
        "a": {"oceanbase_summary": clone_rows(clones([job("clone_a")], []))},
        "cluster_b": {"oceanbase_summary": ["two\nlines"]},
        "c": {"oceanbase_summary": []},
        "d": {"oceanbase_failure": "no connection", "oceanbase_summary": ["of an earlier playbook"]}}
    assert cluster_summary(hostvars, list(hostvars)) == [
        "CLUSTER   JOB     CLONE   SOURCE STATUS AGE",
        "a         running clone_a s      LOCK   0:01:00",
        "cluster_b two lines",
        "c         nothing to do",
        "d         not done, see the failure below"]


def test_the_longest_statuses_leave_room_for_names_in_100_columns() -> None:
    longest = ended("clone_of_mysql001", 359999 + 600.5, status="CLONE_SYS_CREATE_INNER_RESOURCE_POOL_FAIL",
                    source_tenant_name="mysql001")
    rows = clone_rows(clones([], [longest]))
    lines = cluster_summary({"cluster_a": {"oceanbase_summary": rows}}, ["cluster_a"])
    # The default callback adds eight blanks, two quotes and a comma.
    assert max(map(len, lines)) + 11 <= 100


def test_stale_clones_are_those_that_can_be_canceled_on_the_clusters_that_answered() -> None:
    hostvars = {
        "a": {"oceanbase_clones": clones([job("a1", clone_job_id="11"), job("a2", cancellable=False)], [])},
        "b": {"oceanbase_clones": clones([], [])},
        "c": {"oceanbase_clones": {"failed": True}, "oceanbase_failure": "no connection"}}
    found = stale_clones(hostvars, list(hostvars))
    assert (found["count"], found["job_ids"]) == (1, {"a": ["11"], "b": []})
    assert [line.split()[:3] for line in found["lines"]] == [["CLUSTER", "JOB", "CLONE"], ["a", "running", "a1"]]
    assert stale_clones(hostvars, ["b"])["lines"] == ["none"]
    assert stale_clones(hostvars, ["c"])["lines"] == ["no cluster could be read"]
