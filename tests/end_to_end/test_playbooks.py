# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbooks on several clusters: what they say, what they touch, and what they leave alone."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from support.plays.ansible import COLLECTION, PlayResult, run_playbook
from support.servers.mock_clusters import clusters, job

HOUR = 3600


def run(playbook: str, inventory: Path, *arguments: str, **more: Any) -> PlayResult:
    """Runs a playbook of the collection."""
    return run_playbook(f"{COLLECTION}.{playbook}", "--inventory", str(inventory), *arguments, **more)


def summary(play: PlayResult) -> list[str]:
    """Returns the lines of the summary, without the padding of columns."""
    return [" ".join(line.split()) for line in play.only("Summary").result["msg"]]


def failures(play: PlayResult) -> dict[str, str]:
    """Returns what the last play says of each cluster on which something failed."""
    return {result.host: result.result["msg"] for result in play.results
            if result.task == "Fail on the clusters where something failed" and result.status == "failed"}


def test_cancel_clone_takes_text_as_a_survey_gives_it_and_tells_of_each_cluster(tmp_path: Path) -> None:
    scenarios = {"a": {"jobs": [job("c1", "s1"), job("c2", "s2")]}, "b": {"jobs": [job("c1", "s1")]}}
    with clusters(tmp_path, scenarios) as (inventory, mocks):
        play = run("cancel_clone", inventory, "-e", "clone_tenant='c1, c2'")
        assert play.exit_code == 0, play.stdout
        assert [line.split(" (job")[0] for line in summary(play)] == [
            "a Canceled the clone of tenant c1", "a Canceled the clone of tenant c2",
            "b Canceled the clone of tenant c1", "b No clone job was found for clone tenant c2."]
        assert (mocks["a"].progress(), mocks["b"].progress()) == ([], [])


def test_limit_leaves_the_other_clusters_alone(tmp_path: Path) -> None:
    scenarios = {name: {"jobs": [job("c1", "s1")]} for name in ("a", "b")}
    with clusters(tmp_path, scenarios) as (inventory, mocks):
        play = run("free_source_tenant", inventory, "-e", "source_tenant=s1", "--limit", "b")
        assert play.exit_code == 0, play.stdout
        assert len(summary(play)) == 1
        assert (len(mocks["a"].log()), len(mocks["b"].cancels())) == (0, 1)


def test_a_failure_is_told_with_all_others_and_stops_the_batches_after_it(tmp_path: Path) -> None:
    scenarios = {name: {"jobs": [job("c1", "s1")]} for name in ("a", "b", "c")}
    with clusters(tmp_path, scenarios) as (inventory, mocks):
        mocks["b"].stop()
        batches = run("cancel_clone", inventory, "-e", "clone_tenant=c1", "-e", "oceanbase_serial=1")
        assert batches.exit_code == 2
        lines = summary(batches)
        assert lines[0].startswith("a Canceled the clone of tenant c1")
        assert lines[1:] == [f"{name} not done, see the failure below" for name in "bc"]
        assert failures(batches)["b"].startswith("Cannot cancel the clone of tenant c1: no connection to 127.0.0.1")
        assert failures(batches)["c"] == "Not attempted, because it failed on b."
        assert mocks["c"].log() == []
        together = run("cancel_clone", inventory, "-e", "clone_tenant=c1")
        assert together.exit_code == 2
        assert [line.split(" (job")[0] for line in summary(together)][::2] == [
            "a Nothing to cancel: the clone of tenant c1", "c Canceled the clone of tenant c1"]


def test_clone_status_puts_stuck_clones_first(tmp_path: Path) -> None:
    scenario = {"jobs": [job("old", "s1", age=2 * HOUR), job("young", "s2", age=60)],
                "history": [{"clone_tenant": f"ended_{number}", "state": "CLONE_SYS_CREATE_TENANT_FAIL",
                             "age": HOUR * number, "message": "zone resource not enough"} for number in (3, 4, 5)]}
    with clusters(tmp_path, {"a": scenario, "b": {}, "dead": {}}) as (inventory, mocks):
        mocks["dead"].stop()
        play = run("clone_status", inventory, "-e", "stuck_after=3600", "-e", "history_limit=2", "--check",
                   environment={"ANSIBLE_FORCE_COLOR": "true", "ANSIBLE_NOCOLOR": "false"})
    lines = summary(play)
    assert [line.split()[:4] for line in lines[:-3:]] == [
        ["CLUSTER", "JOB", "CLONE", "SOURCE"], ["a", "STUCK?", "old", "s1"], ["a", "running", "young", "s2"],
        ["a", "ended", "ended_3", "mysql001"], ["a", "zone", "resource", "not"],
        ["a", "ended", "ended_4", "mysql001"], ["a", "zone", "resource", "not"]]
    assert " CREATE_TENANT 2:00:" in lines[1]
    assert lines[-3:] == ["a ... and older ones", "b no clone jobs", "dead not done, see the failure below"]
    assert failures(play)["dead"].startswith("Cannot read the clone jobs: no connection")
    assert [text for text in re.findall("\x1b\\[0;32m(.*?)\x1b\\[0m", play.stdout, re.DOTALL) if "FAILED" in text] == []
    shown = re.sub("\x1b\\[[0-9;]*m", "", play.stdout)
    assert max(len(line) for line in shown.splitlines() if line.startswith(" " * 8)) <= 100


def stale_scenarios() -> dict[str, dict[str, Any]]:
    """Twelve jobs on two clusters, of which seven are older than an hour and can be canceled."""
    return {
        "a": {"jobs": [job(f"a{number}", f"s{number}", age=number * 900) for number in range(1, 9)]},
        "b": {"jobs": [
            job("b1", "s1", "CLONE_SYS_LOCK", age=5 * HOUR), job("b2", "s2", age=6 * HOUR),
            job("b3", "s3", "CLONE_SYS_RELEASE_RESOURCE", age=7 * HOUR),
            job("b4", "s4", "CLONE_SYS_CANCELING", age=8 * HOUR)]}}


STALE = ["a8", "a7", "a6", "a5", "a4", "b1", "b2"]


@pytest.mark.parametrize("mode", ["too many", "check", "one state", "real"])
def test_reap_stale_clones_touches_what_it_says_and_nothing_if_there_are_too_many(tmp_path: Path, mode: str) -> None:
    arguments = {"too many": ["max_cancel=6"], "check": ["max_cancel=7"], "real": ["max_cancel=7"],
                 "one state": ["max_cancel=7", "in_status=CLONE_SYS_LOCK"]}[mode]
    expected = {"too many": [], "check": STALE, "real": STALE, "one state": ["b1"]}[mode]
    with clusters(tmp_path, stale_scenarios()) as (inventory, mocks):
        play = run("reap_stale_clones", inventory, "-e", f"min_age={HOUR} " + " ".join(arguments),
                   *(["--check"] if mode == "check" else []))
        canceled = [entry["statement"].split("`")[1] for mock in mocks.values() for entry in mock.cancels()]
        assert sorted(canceled) == ([] if mode == "check" else sorted(expected))
        if mode == "too many":
            assert play.exit_code == 2
            assert "7 clones match, but max_cancel is 6. Nothing was canceled." in play.stdout
            return
        assert play.exit_code == 0, play.stdout
        verb = "Would cancel" if mode == "check" else "Canceled"
        told = [line.split(" tenant ")[1].split()[0] for line in summary(play) if verb in line]
        assert sorted(told) == sorted(expected)


def test_a_cluster_that_cannot_be_reached_does_not_keep_the_reaper_from_the_others(tmp_path: Path) -> None:
    with clusters(tmp_path, stale_scenarios()) as (inventory, mocks):
        mocks["a"].stop()
        play = run("reap_stale_clones", inventory, "-e", f"min_age={HOUR}")
        assert play.exit_code == 2
        lines = summary(play)
        assert lines[0] == "a not done, see the failure below"
        assert failures(play)["a"].startswith("Cannot read the clone jobs: no connection")
        assert sorted(entry["statement"].split("`")[1] for entry in mocks["b"].cancels()) == ["b1", "b2"]


@pytest.mark.parametrize(("playbook", "timeout"), [
    ("cancel_clone", "clone_cancel_wait_timeout"),
    ("free_source_tenant", "free_source_tenant_cancel_timeout"),
])
def test_a_clone_that_holds_its_source_for_too_long_is_named(
        tmp_path: Path, playbook: str, timeout: str) -> None:
    with clusters(tmp_path, {"a": {"jobs": [job("c1", "s1", "CLONE_SYS_RELEASE_RESOURCE")]}}) as (inventory, _mocks):
        play = run(playbook, inventory, "-e", "source_tenant=s1", "-e", f"{timeout}=1")
    assert play.exit_code == 2
    assert "in CLONE_SYS_RELEASE_RESOURCE" in failures(play)["a"]
    assert "Run the task again to resume waiting" in failures(play)["a"]


def test_a_python_that_is_not_there_is_named_in_the_summary(tmp_path: Path) -> None:
    with clusters(tmp_path, {"a": {"jobs": [job("c1", "s1")]}}) as (inventory, _mocks):
        play = run("cancel_clone", inventory, "-e", "clone_tenant=c1",
                   "-e", "ansible_python_interpreter=/nowhere/python")
        assert play.exit_code == 2
        assert failures(play)["a"].startswith("The module interpreter '/nowhere/python' was not found")


def test_without_a_group_of_clusters_the_playbooks_are_for_localhost(tmp_path: Path) -> None:
    with clusters(tmp_path, {"a": {"jobs": [job("c1", "s1")]}}) as (_inventory, mocks):
        mock = mocks["a"]
        play = run_playbook(
            f"{COLLECTION}.cancel_clone", "-e", "source_tenant=s1", environment={
                "OCEANBASE_LOGIN_PORT": str(mock.port), "OCEANBASE_LOGIN_PASSWORD": mock.password})
        assert play.exit_code == 0, play.stdout
        assert len(mock.cancels(accepted_only=True)) == 1
        assert mock.password not in play.stdout
