# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report of clone jobs: every format says the same, and no name can do more than be shown."""

from __future__ import annotations

import base64
import csv
import datetime
import hashlib
import io
import json
import re
import time
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.community.oceanbase.plugins.module_utils._views.jobs import COLUMNS, STATUSES
from ansible_collections.community.oceanbase.plugins.plugin_utils._clone_report import (
    COLUMNS_OF_FILE,
    OUTCOMES,
    UNKNOWN,
    Report,
    cluster_of,
    job_of,
    to_csv,
    to_json,
)
from ansible_collections.community.oceanbase.plugins.plugin_utils._clone_report_page import (
    SCRIPT,
    STYLE,
    duration,
    to_html,
)

MADE_AT = "2026-01-26T08:00:00+00:00"


def a_row(view: str = "history", **values: Any) -> dict[str, Any]:
    """Returns a row as ob_clone_info returns it."""
    row: dict[str, Any] = {column.lower(): None for column in COLUMNS}
    return {**row, "clone_job_id": "1706251714452555625", "source_tenant_name": "mysql001",
            "clone_tenant_name": "clone_a", "status": "CLONE_SYS_SUCCESS",
            "clone_start_time": "2026-01-26T06:48:34.452555Z", "ret_code": 0,
            "clone_finished_time": "2026-01-26T07:49:00.178412Z" if view == "history" else None, "view": view,
            "cancellable": False, "age": 65.5, "canceled_by": None, **values}


def report_of(*rows: dict[str, Any], cluster: str = "cluster_a", **more: Any) -> Report:
    """Returns a report of one cluster."""
    result = {"progress": [row for row in rows if row["view"] == "progress"],
              "history": [row for row in rows if row["view"] == "history"], "truncated": False, **more}
    return Report(MADE_AT, [cluster_of(cluster, result)])


class Page(HTMLParser):
    """The elements of a page and the text of its cells."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.words: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        self.words.append(data)


@pytest.mark.parametrize("view", ["progress", "history"])
@pytest.mark.parametrize("status", [*STATUSES, "CLONE_SYS_OF_A_LATER_RELEASE"])
def test_every_status_has_an_outcome_and_a_wait_is_no_end(view: str, status: str) -> None:
    outcome = job_of("a", a_row(view, status=status)).row["outcome"]
    assert outcome in OUTCOMES
    if status not in STATUSES:
        assert outcome == UNKNOWN
    elif view == "progress":
        assert outcome in ("running", "canceling", "failing")
        assert (outcome == "failing") == status.endswith("_FAIL")
        assert (outcome == "canceling") == (status in ("CLONE_SYS_CANCELING", "CLONE_SYS_CANCELED"))
    else:
        assert outcome not in ("running", "canceling", "failing")


NAMES = ["<b>", "<script>alert(1)</script>", "</script><img src=x onerror=alert(1)>", '"><svg onload=alert(1)>',
         "a'b\"c&amp;d",
         "{{ 7 * 7 }}", "租户", "]]>", "<!--"]


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_shown_as_it_is_and_adds_no_element(name: str) -> None:
    fields = ("clone_tenant_name", "source_tenant_name", "resource_pool_name", "unit_config_name", "error_message",
              "clone_job_id", "status")
    plain = Page(to_html(report_of(a_row(resource_pool_name="p", unit_config_name="u", error_message="m"))))
    page = Page(to_html(report_of(a_row(**dict.fromkeys(fields, name)), cluster=name)))
    assert page.tags == plain.tags
    assert [key for key, _value in page.attributes] == [key for key, _value in plain.attributes]
    assert page.words.count(name) >= 4
    rows = list(csv.DictReader(io.StringIO(to_csv(report_of(a_row(clone_tenant_name=name))))))
    assert rows[0]["clone_tenant_name"] == name
    text = to_json(report_of(a_row(clone_tenant_name=name)))
    assert json.loads(text)["jobs"][0]["clone_tenant_name"] == name
    assert "\\u" not in text


def test_characters_that_cannot_be_seen_are_shown_as_such() -> None:
    page = to_html(report_of(a_row(clone_tenant_name="a\x00b\u202ec")))
    assert "a\ufffdb\ufffdc" in page


@pytest.mark.parametrize("name", [
    "=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "=HYPERLINK(\"x\")", "-2+3"])
def test_a_spreadsheet_runs_no_name(name: str) -> None:
    cell = next(csv.DictReader(io.StringIO(to_csv(report_of(a_row(clone_tenant_name=name))), newline="")))
    assert cell["clone_tenant_name"] == "'" + name


def test_numbers_in_csv_stay_numbers_and_every_column_is_there() -> None:
    rows = list(csv.DictReader(io.StringIO(to_csv(report_of(a_row(ret_code=-4072, tenant_snapshot_id="-1"))))))
    assert list(rows[0]) == list(COLUMNS_OF_FILE)
    assert (rows[0]["ret_code"], rows[0]["tenant_snapshot_id"], rows[0]["cancellable"]) == ("-4072", "-1", "false")
    assert rows[0]["clone_job_id"] == "1706251714452555625"


def test_json_holds_the_rows_as_the_module_returned_them() -> None:
    row = a_row(error_message="why")
    content = json.loads(to_json(report_of(row, truncated=True)))
    assert content["jobs"] == [{**row, "cluster": "cluster_a", "outcome": "completed"}]
    assert content["clusters"] == [{"name": "cluster_a", "jobs": 1, "truncated": True, "failure": None}]
    assert content["made_at"] == MADE_AT


def test_running_jobs_come_first_then_the_newest_of_all_clusters() -> None:
    old, new = "2026-01-25T00:00:00.000000Z", "2026-01-26T00:00:00.000000Z"
    first = report_of(a_row(clone_tenant_name="old", clone_start_time=old),
                      a_row("progress", clone_tenant_name="runs", clone_start_time=old)).clusters
    second = report_of(a_row(clone_tenant_name="new", clone_start_time=new), cluster="b").clusters
    jobs = Report(MADE_AT, [*first, *second]).jobs
    assert [job.row["clone_tenant_name"] for job in jobs] == ["runs", "new", "old"]


def test_a_job_lasts_to_its_end_or_until_now() -> None:
    ended, running = job_of("a", a_row()), job_of("a", a_row("progress"))
    assert ended.seconds == pytest.approx(3625.725857)
    assert running.seconds == pytest.approx(65.5)
    for start in (None, "0000-00-00T00:00:00Z"):
        assert job_of("a", a_row(clone_start_time=start)).seconds is None
        assert "clone_a" in to_html(report_of(a_row(clone_start_time=start)))


@pytest.mark.parametrize(("result", "words"), [
    ({"failed": True, "msg": "Cannot read the clone jobs: <no> connection."},
     "cluster_b is not in this report: Cannot read the clone jobs: <no> connection."),
    (None, "cluster_b is not in this report: it was not asked"),
    # As the module fails, with all its keys.
    ({"failed": True, "msg": "no", "progress": [], "history": [], "truncated": False},
     "cluster_b is not in this report: no"),
    ({"progress": [], "history": [], "truncated": True}, "cluster_b has older jobs, which were not asked for."),
])
def test_a_cluster_that_is_not_complete_is_named(result: dict[str, Any] | None, words: str) -> None:
    report = Report(MADE_AT, [*report_of(a_row()).clusters, cluster_of("cluster_b", result)])
    assert words in Page(to_html(report)).words


def test_a_report_of_nothing_says_so() -> None:
    assert "There are no clone jobs." in to_html(report_of())
    assert to_json(Report(MADE_AT, [])) == f'{{\n  "made_at": "{MADE_AT}",\n  "clusters": [],\n  "jobs": []\n}}\n'
    assert to_csv(report_of()) == ",".join(COLUMNS_OF_FILE) + "\r\n"


@pytest.mark.parametrize(("count", "words"), [
    (0, "0 clone jobs on 1 cluster."), (1, "1 clone job on 1 cluster."), (2, "2 clone jobs on 1 cluster."),
    (1001, "1,001 clone jobs on 1 cluster.")])
def test_jobs_are_counted(count: int, words: str) -> None:
    page = to_html(report_of(*[a_row()] * count))
    assert f"Read 2026-01-26 08:00:00 UTC: {words}" in page
    # Only of several clusters the lanes have the names above them.
    assert "<h3>" not in page


@pytest.mark.parametrize(("seconds", "words"), [
    (None, ""), (0, "0 s"), (59.9, "59 s"), (60, "1 min 00 s"), (3599, "59 min 59 s"), (3600, "1 h 00 min"),
    (86399, "23 h 59 min"), (86400, "1 d 00 h"), (-5, "0 s")])
def test_durations_have_two_units(seconds: float | None, words: str) -> None:
    assert duration(seconds) == words


def golden_report() -> Report:
    """Returns a report of three clusters that has a job of each outcome and everything that a page can show."""
    def at(time: str) -> str:
        return f"2026-01-26T{time}.000000Z"

    history = [
        a_row(clone_tenant_name="done", resource_pool_name="pool_a", unit_config_name="unit001"),
        a_row(clone_tenant_name="canceled", status="CLONE_SYS_CANCELED", clone_start_time=at("06:40:00"),
              clone_finished_time=at("06:40:01"), error_message="canceled by <user>", unit_config_name="unit001"),
        a_row(clone_tenant_name="failed", status="CLONE_SYS_LOCK_FAIL", clone_start_time=at("06:30:00"),
              clone_finished_time=at("06:35:00"), resource_pool_name="pool_b"),
        a_row(clone_tenant_name="later", status="CLONE_SYS_LATER", clone_start_time="0000-00-00T00:00:00Z")]
    progress = [
        a_row("progress", clone_tenant_name="runs", status="CLONE_SYS_LOCK", source_tenant_name="b & c",
              clone_start_time=at("07:30:00"), age=1150.0),
        a_row("progress", clone_tenant_name="leaves", status="CLONE_SYS_CANCELING", clone_start_time=at("07:00:00")),
        a_row("progress", clone_tenant_name="fails", status="CLONE_SYS_LOCK_FAIL", clone_start_time=at("07:49:00"),
              age=None)]
    first = report_of(*history, *progress, truncated=True)
    second = report_of(a_row(clone_tenant_name="else", clone_job_id="17"), cluster="cluster_b")
    return Report(MADE_AT, [*first.clusters, *second.clusters, cluster_of("c", {"failed": True, "msg": "<no>"})])


@pytest.mark.parametrize("name", ["page", "jobs"])
def test_a_report_looks_as_it_should(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # All times are in UTC, wherever the report is made.
    monkeypatch.setenv("TZ", "Asia/Shanghai")
    time.tzset()
    text = {"page": to_html, "jobs": to_csv}[name](golden_report()).replace("\r\n", "\n")
    if name == "page":
        # They are only there once. In the golden file each element has a line of its own.
        for part, stands_for in ((STYLE, "STYLE"), (SCRIPT, "SCRIPT")):
            assert text.count(part) == 1
            text = text.replace(part, stands_for)
        digest = base64.b64encode(hashlib.sha256(SCRIPT.encode()).digest()).decode()
        text = re.sub(r"(?<=>)<(?!/)", "\n<", text.replace(f"sha256-{digest}", "sha256-DIGEST"))
    golden = Path(__file__).parent / f"golden_{name}.txt"
    monkeypatch.undo()
    time.tzset()
    (tmp_path / name).write_text(text, encoding="utf-8")
    assert text == golden.read_text(encoding="utf-8"), f"if the new one is better, copy {tmp_path / name} to {golden}"


def test_style_and_script_name_what_is_on_the_page() -> None:
    page = Page(to_html(golden_report()))
    values = {kind: {word for key, value in page.attributes if key == kind for word in (value or "").split()}
              for kind in ("class", "id")}
    styled = set(re.findall(r"\.([a-z]+)", re.sub(r"[^{}]*;", "", STYLE)))
    assert values["class"] <= styled
    assert styled - values["class"] == {"found"}  # which the script adds
    assert set(re.findall(r"one\('(\w+)'\)", SCRIPT)) == values["id"]
    for text in (STYLE, SCRIPT):
        assert [text.count(left) for left in "{(["] == [text.count(right) for right in "})]"]


# When the only job began and how many seconds it took, and the marks: at which percent, and in which words.
@pytest.mark.parametrize(("start", "seconds", "marks"), [
    ("2026-01-26T08:00:00", 0, "0.00 01-26 08:00"),
    ("2026-01-26T08:00:01", 29, "0.00 01-26 08:00"),
    ("2026-01-26T08:00:00", 420, "0.00 01-26 08:00, 14.29 01-26 08:01, 28.57 01-26 08:02, 42.86 01-26 08:03, "
                                 "57.14 01-26 08:04, 71.43 01-26 08:05, 85.71 01-26 08:06 late"),
    ("2026-01-26T08:00:00", 421, "0.00 01-26 08:00, 71.26 01-26 08:05"),
    ("2026-01-26T08:00:25", 100, "35.00 01-26 08:01"),
    ("2026-01-26T08:59:01", 1000 * 0.92, "6.41 01-26 09:00, 39.02 01-26 09:05, 71.63 01-26 09:10"),
    ("2026-01-26T08:00:06", 80, "67.50 01-26 08:01"),
    ("2026-01-26T08:00:00", 2400, "0.00 01-26 08:00, 37.50 01-26 08:15, 75.00 01-26 08:30"),
    ("2026-01-26T08:03:00", 17820, "19.19 01-26 09:00, 39.39 01-26 10:00, 59.60 01-26 11:00, 79.80 01-26 12:00 late"),
    ("2026-01-26T08:03:00", 129420, "10.99 01-26 12:00, 44.37 01-27 00:00, 77.75 01-27 12:00 late"),
    ("2026-01-26T08:00:00", 518400, "11.11 2026-01-27, 27.78 2026-01-28, 44.44 2026-01-29, 61.11 2026-01-30, "
                                    "77.78 2026-01-31 late"),
    ("2021-01-26T08:00:00", 158284800, "17.83 2021-12-19, 37.75 2022-12-19, 57.68 2023-12-19, 77.60 2024-12-18 late"),
    ("1990-01-26T08:00:00", 3124000000, "10.01 1999-12-25, 20.11 2009-12-22, 30.20 2019-12-20, 40.30 2029-12-17, "
                                        "50.39 2039-12-15, 60.48 2049-12-12, 70.58 2059-12-10, 80.67 2069-12-07 late"),
])
def test_the_time_axis_has_a_few_round_marks(start: str, seconds: float, marks: str) -> None:
    end = datetime.datetime.fromisoformat(start) + datetime.timedelta(seconds=seconds)
    page = to_html(report_of(a_row(clone_start_time=start + "Z", clone_finished_time=end.isoformat() + "Z")))
    ticks = page.split('<div class="ticks">')[1].split("</div>")[0]
    found = re.findall(r'<span( class="late")? style="left:([\d.]+)%">([^<]*)</span>', ticks)
    assert ", ".join(f"{place} {words}{' late' if late else ''}" for late, place, words in found) == marks


DAY = 86400


@pytest.mark.parametrize("step", [60, 300, 900, 3600, 4 * 3600, 12 * 3600, *(DAY * days for days in (
    1, 2, 7, 14, 30, 61, 91, 182, 365, 3650))])
def test_the_marks_of_a_time_of_seven_steps_are_a_step_apart(step: int) -> None:
    start = datetime.datetime(2000, 1, 1)
    end = start + datetime.timedelta(seconds=7 * step)
    page = to_html(report_of(a_row(clone_start_time=start.isoformat() + "Z",
                                   clone_finished_time=end.isoformat() + "Z")))
    places = [float(place) for place in re.findall(r"left:([\d.]+)%", page.split('<div class="ticks">')[1])]
    assert [after - before for before, after in zip(places, places[1:])] == pytest.approx(
        [100 / 7] * (len(places) - 1), abs=0.02)
    assert len(places) >= 6


# How many seconds the jobs of one source tenant took that began every 1000 seconds, and their bars: where, how wide.
@pytest.mark.parametrize(("seconds", "bars"), [
    ([30], [[0.0, 500.0]]),
    ([60], [[0.0, 1000.0]]),
    ([120], [[0.0, 1000.0]]),
    ([0], [[0.0, 3]]),
    ([0, 0], [[0.0, 3], [997, 3]]),
    ([2, 1000], [[0.0, 3], [500.0, 500.0]]),
    ([6.2, 1000], [[0.0, 3.1], [500.0, 500.0]]),
    ([1000, None], [[0.0, 1000.0], [997, 3]]),
])
def test_a_bar_is_as_wide_as_its_time_and_never_too_narrow_to_see(seconds: list[float | None],
                                                                  bars: list[list[float]]) -> None:
    first = datetime.datetime(2026, 1, 26, 8)
    rows = []
    for number, lasted in enumerate(seconds):
        start = first + datetime.timedelta(seconds=1000 * number)
        end = None if lasted is None else (start + datetime.timedelta(seconds=lasted)).isoformat() + "Z"
        rows.append(a_row(clone_start_time=start.isoformat() + "Z", clone_finished_time=end))
    page = to_html(report_of(*rows))
    found = json.loads(page.split('data-bars="')[1].split('"')[0])
    assert sorted(found) == [[0, *place] for place in bars]
