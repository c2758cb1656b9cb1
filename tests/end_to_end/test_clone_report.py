# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""ob_clone_report writes what ob_clone_info read on each cluster, or says why it does not."""

from __future__ import annotations

import csv
import json
import os
import re
import stat
from pathlib import Path
from typing import Any

import pytest

from support.plays.ansible import PlayResult, run_playbook, run_tasks
from support.servers.mock_clusters import clusters, job

WRITE = "Write the report"


def play_of(**options: Any) -> list[dict[str, Any]]:
    """Returns a play that reads the jobs of all clusters and writes a report with these options."""
    return [{"hosts": "oceanbase", "gather_facts": False, "tasks": [
        {"name": "Read", "community.oceanbase.ob_clone_info": "{{ oceanbase_login }}", "register": "clones",
         "ignore_errors": True},
        {"name": WRITE, "community.oceanbase.ob_clone_report": {"registered": "clones", **options}, "run_once": True}]}]


def report(**options: Any) -> PlayResult:
    """Runs the task by itself."""
    return run_tasks({"name": WRITE, "community.oceanbase.ob_clone_report": options})


def test_all_formats_tell_of_all_clusters_and_of_one_that_could_not_be_read(tmp_path: Path) -> None:
    scenarios = {
        "a": {"jobs": [job("c1", "s1")],
              "history": [{"clone_tenant": "<b>", "state": "CLONE_SYS_SUCCESS", "age": 900}]},
        "b": {"jobs": [job("c2", "s2")]}, "c": {}}
    with clusters(tmp_path, scenarios) as (inventory, mocks):
        mocks["c"].stop()
        for ending in ("html", "json", "csv"):
            play = run_playbook(play_of(path=str(tmp_path / f"report.{ending}")), "--inventory", str(inventory))
            written = play.only(WRITE).result
            assert (written["changed"], written["jobs"], written["clusters"], written["unread"]) == (True, 3, 3, ["c"])
            assert written["msg"] == (f"Wrote a report of 3 clone jobs on 2 clusters to {tmp_path}/report.{ending}, "
                                      "without c.")
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "<b>" not in page.split("</ul>")[1]
    assert "c is not in this report: Cannot read the clone jobs: no connection" in page
    content = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    with (tmp_path / "report.csv").open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file))
    names = [("c1", "running"), ("c2", "running"), ("<b>", "completed")]
    for rows in (content["jobs"], lines):
        assert sorted((row["clone_tenant_name"], row["outcome"]) for row in rows) == sorted(names)
    assert [cluster["name"] for cluster in content["clusters"]] == ["a", "b", "c"]


def test_the_playbook_reports_all_clusters_also_one_that_cannot_be_read(tmp_path: Path) -> None:
    history = [{"clone_tenant": f"c{number}", "state": "CLONE_SYS_SUCCESS", "age": 900 + number}
               for number in range(30)]
    scenarios = {"a": {}, "b": {"jobs": [job("c", "s1")], "history": history}}
    with clusters(tmp_path, scenarios) as (inventory, mocks):
        mocks["a"].stop()
        play = run_playbook("community.oceanbase.clone_status", "--inventory", str(inventory), "-e", "history_limit=2",
                            "-e", f"oceanbase_report={tmp_path / 'report.json'}")
    assert play.exit_code == 2
    assert len([line for line in play.only("Summary").result["msg"] if line.startswith("b") and " ended " in line]) == 2
    content = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    assert [(cluster["name"], cluster["jobs"]) for cluster in content["clusters"]] == [("a", 0), ("b", 31)]
    assert "no connection" in content["clusters"][0]["failure"]


@pytest.mark.parametrize("value", ["report.pdf", "missing/report.html"])
def test_the_playbook_asks_no_cluster_for_a_report_that_it_cannot_write(tmp_path: Path, value: str) -> None:
    with clusters(tmp_path, {"a": {}, "b": {}}) as (inventory, mocks):
        play = run_playbook("community.oceanbase.clone_status", "--inventory", str(inventory), "-e",
                            f"oceanbase_report={tmp_path / value}")
        assert play.exit_code == 2
        assert "Cannot write the report: " in play.stdout + play.stderr
        assert [len(mock.log()) for mock in mocks.values()] == [0, 0]


@pytest.mark.parametrize("blank", ["", " ", None])
def test_the_playbook_writes_no_report_that_nobody_asked_for(tmp_path: Path, blank: str | None) -> None:
    with clusters(tmp_path, {"a": {}}) as (inventory, mocks):
        play = run_playbook("community.oceanbase.clone_status", "--inventory", str(inventory), "-e",
                            json.dumps({"oceanbase_report": blank}))
        assert play.exit_code == 0, play.stdout
        assert len([entry for entry in mocks["a"].log() if "DBA_OB_CLONE_HISTORY" in entry["statement"]]) == 1


def test_check_mode_writes_nothing(tmp_path: Path) -> None:
    with clusters(tmp_path, {"a": {"jobs": [job("c1", "s1")]}}) as (inventory, _mocks):
        play = run_playbook(play_of(path=str(tmp_path / "report.json")), "--inventory", str(inventory), "--check")
    assert play.only(WRITE).result["changed"] is True
    assert play.only(WRITE).result["msg"].startswith("Would write a report of 1 clone jobs")
    assert not (tmp_path / "report.json").exists()


def test_without_jobs_it_only_verifies_the_path(tmp_path: Path) -> None:
    done = report(path=str(tmp_path / "report.html")).only(WRITE)
    assert (done.status, done.result["changed"]) == ("ok", False)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("name", "words"), [
    ("report.pdf", "must end in .html, .json or .csv"), ("report", "must end in .html, .json or .csv"),
    ("missing/report.html", "there is no folder"), ("folder.html", "is not a regular file")])
def test_a_path_that_cannot_be_written_is_an_error_before_anything_is_asked(
        tmp_path: Path, name: str, words: str) -> None:
    (tmp_path / "folder.html").mkdir()
    failed = report(path=str(tmp_path / name)).only(WRITE)
    assert failed.status == "failed"
    assert words in failed.result["msg"]
    assert failed.result["error"]["class"] == "invalid_option"


@pytest.mark.parametrize("mode", ["rw", "999", "0o10000", -1])
def test_a_mode_that_is_none_is_an_error(tmp_path: Path, mode: Any) -> None:
    failed = report(path=str(tmp_path / "report.html"), mode=mode).only(WRITE)
    assert failed.status == "failed"
    assert "is not an octal number" in failed.result["msg"]


@pytest.mark.parametrize(("mode", "before", "after"), [
    (None, None, 0o644), (None, 0o600, 0o600), ("0640", None, 0o640), ("640", 0o600, 0o640), (0o640, None, 0o640)])
def test_the_file_gets_its_permissions_and_nothing_is_left_beside_it(
        tmp_path: Path, mode: Any, before: int | None, after: int) -> None:
    path = tmp_path / "report.csv"
    if before is not None:
        path.write_text("old", encoding="utf-8")
        path.chmod(before)
    old = os.umask(0o022)
    try:
        done = report(path=str(path), registered="nothing", **({} if mode is None else {"mode": mode})).only(WRITE)
    finally:
        os.umask(old)
    assert (done.status, done.result["unread"]) == ("ok", ["localhost"])
    assert stat.S_IMODE(path.stat().st_mode) == after
    assert list(tmp_path.iterdir()) == [path]


def test_a_relative_path_is_below_the_folder_of_the_command() -> None:
    done = report(path="report.csv", registered="nothing").only(WRITE)
    assert re.search(r"/play_\w+/report\.csv$", done.result["path"])


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real.json").write_text("old", encoding="utf-8")
    (tmp_path / "link.json").symlink_to("real.json")
    assert report(path=str(tmp_path / "link.json"), registered="nothing").only(WRITE).status == "ok"
    assert (tmp_path / "link.json").is_symlink()
    assert json.loads((tmp_path / "real.json").read_text(encoding="utf-8"))["jobs"] == []
