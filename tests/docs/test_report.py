# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report of clones in Chromium: it opens fast, is read on every screen, and finds what one looks for."""

from __future__ import annotations

import datetime
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.community.oceanbase.plugins.module_utils._views.jobs import COLUMNS
from ansible_collections.community.oceanbase.plugins.plugin_utils._clone_report import Report, cluster_of
from ansible_collections.community.oceanbase.plugins.plugin_utils._clone_report_page import to_html

sys.path.insert(0, str(Path(__file__).parent))
from browser import CONTRAST, FITS, look_at

TELEPHONE, DESKTOP = 360, 1280
NOW = datetime.datetime(2026, 11, 26, 12, 0, 0, 123456)
ENDS = ("CLONE_SYS_SUCCESS", "CLONE_SYS_CANCELED", "CLONE_SYS_CREATE_TENANT_FAIL", "CLONE_SYS_OF_A_LATER_RELEASE")
# Opens, and is laid out to the last row.
OPENS = """
function look(frame) {
  const page = frame.contentDocument, begun = performance.now();
  const bottom = [...page.querySelectorAll('tr')].pop().getBoundingClientRect().bottom;
  const seconds = (performance.now() - begun) / 1000;
  const load = frame.contentWindow.performance.getEntriesByType('navigation')[0];
  return {seconds: load.loadEventEnd / 1000 + seconds, rows: page.querySelectorAll('tbody tr').length, bottom};
}
"""
# What is left after filters, and the order after a click on heads of columns.
USED = """
function look(frame) {
  const page = frame.contentDocument, view = frame.contentWindow, result = {};
  const rows = () => [...page.querySelectorAll('tbody tr')].filter(row => !row.hidden);
  const bars = () => [...page.querySelectorAll('.lane')].filter(lane => !lane.hidden).map(
    lane => [...lane.querySelectorAll('path')].map(path => path.getAttribute('d').split('M').length - 1)).flat();
  const count = () => [rows().length, bars().reduce((sum, one) => sum + one, 0)];
  result.all = count();
  page.getElementById('text').value = 'CLONE_7';
  view.filter();
  result.text = count();
  page.getElementById('text').value = '';
  const chip = page.querySelector('.chips input[value=completed]');
  chip.click();
  result.outcome = count();
  chip.click();
  const cluster = page.getElementById('cluster');
  cluster.value = 'cluster_b';
  cluster.dispatchEvent(new view.Event('change'));
  result.cluster = count();
  cluster.value = '';
  cluster.dispatchEvent(new view.Event('change'));
  result.again = count();
  const click = column => {
    page.querySelectorAll('th button')[column].click();
    return rows().map(row => row.cells[column].dataset.s ?? row.cells[column].textContent);
  };
  result.clones = click(1);
  result.durations = click(5);
  result.reversed = click(5);
  return result;
}
"""


def a_row(number: int, running: bool = False) -> dict[str, Any]:
    """Returns a row of ob_clone_info; ``number`` varies it."""
    start = NOW - datetime.timedelta(seconds=60 + number * 3701)
    end = None if running else start + datetime.timedelta(seconds=45 + number % 977)
    row: dict[str, Any] = {column.lower(): None for column in COLUMNS}
    return {**row, "clone_job_id": str(1700000000000000 + number), "source_tenant_name": f"tenant_{number % 37}",
            "clone_tenant_name": f"clone_{number}", "resource_pool_name": f"pool_{number}",
            "unit_config_name": "unit001",
            "status": "CLONE_SYS_CREATE_TENANT" if running else ENDS[number % len(ENDS)],
            "clone_start_time": start.isoformat() + "Z", "clone_finished_time": end.isoformat() + "Z" if end else None,
            "error_message": "clone job has been canceled in CLONE_SYS_CREATE_SNAPSHOT status by user command"
            if number % 4 == 1 else None, "view": "progress" if running else "history", "cancellable": running,
            "age": 60.0 + number * 3701, "canceled_by": None}


def write(folder: Path, jobs: int) -> list[str]:
    """Writes a report of so many jobs on two clusters and a failure; returns the names of its pages."""
    clusters = [cluster_of(name, {
        "progress": [a_row(first, running=True)], "truncated": True,
        "history": [a_row(number) for number in range(first + 2, jobs, 2)]}) for first, name in
        enumerate(("cluster_a", "cluster_b"))]
    clusters.append(cluster_of("cluster_c", {"failed": True, "msg": "Cannot read the clone jobs: no connection."}))
    text = to_html(Report("2026-11-26T12:00:01+00:00", clusters))
    (folder / "report.html").write_text(text, encoding="utf-8")
    return ["report.html"]


@pytest.mark.parametrize("width", [TELEPHONE, DESKTOP], ids=["telephone", "desktop"])
def test_ten_thousand_jobs_open_within_two_seconds(tmp_path: Path, width: int) -> None:
    found = look_at(tmp_path, write(tmp_path, 10000), width, tmp_path, OPENS)[0]
    assert found["rows"] == 10000
    assert found["bottom"] > 10000
    # On a machine that others use, too, this process gets only its share of the processors.
    others = max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))
    assert found["seconds"] < 2 * others


@pytest.mark.parametrize("width", [TELEPHONE, DESKTOP], ids=["telephone", "desktop"])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_it_is_read_on_every_screen_by_day_and_by_night(tmp_path: Path, width: int, dark: bool) -> None:
    pages = write(tmp_path, 12)
    fits = look_at(tmp_path, pages, width, tmp_path, FITS, dark)[0]
    assert fits["needed"] <= fits["width"] == width
    seen = look_at(tmp_path, pages, width, tmp_path, CONTRAST % '[""]', dark)[0]["as it is"]
    assert (max(seen["ground"]) < 128) == dark
    assert seen["texts"] > 80
    assert seen["worst"] == {}


def test_filters_and_sorting_find_what_one_looks_for(tmp_path: Path) -> None:
    found = look_at(tmp_path, write(tmp_path, 40), DESKTOP, tmp_path, USED)[0]
    completed = sum(number % 4 == 0 for number in range(2, 40))
    assert found["all"] == found["again"] == [40, 40]
    assert found["text"] == [1, 1]
    assert found["outcome"] == [40 - completed, 40 - completed]
    assert found["cluster"] == [20, 20]
    assert found["clones"] == [f"clone_{number}" for number in range(40)]
    assert found["durations"] == sorted(found["durations"], key=int)
    assert found["reversed"] == sorted(found["durations"], key=int, reverse=True)
