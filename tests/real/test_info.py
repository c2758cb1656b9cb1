# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""ob_clone_info on the real SQL engine: its filters run there, so their meaning is the engine's."""

from __future__ import annotations

import datetime
from typing import Any

from support.clone_tables.tables import HISTORY, PROGRESS, STARTED, clone_row, insert
from support.plays.ansible import run_module
from support.servers.seekdb import SeekDB


def info(server: SeekDB, **options: Any) -> dict[str, Any]:
    """The result of ob_clone_info."""
    result = run_module("ob_clone_info", {**server.login(), **options})
    assert "failed" not in result and result["changed"] is False, result
    return result


def ids(rows: list[dict[str, Any]]) -> list[int]:
    """The ids of jobs, as numbers."""
    return [int(row["clone_job_id"]) for row in rows]


def test_nothing(views: SeekDB) -> None:
    result = info(views)
    assert (result["progress"], result["history"], result["truncated"]) == ([], [], False)


def test_filters(views: SeekDB) -> None:
    insert(views, PROGRESS, clone_row("CLONE_SYS_CREATE_TENANT", job_id=9),
           clone_row("CLONE_SYS_LOCK", clone="clone_b", source="mysql002", job_id=8))
    insert(views, HISTORY, clone_row("CLONE_SYS_SUCCESS", job_id=1), clone_row("CLONE_SYS_CANCELED", job_id=3),
           clone_row("CLONE_SYS_LOCK_FAIL", clone="CLONE_A", job_id=2))
    everything = info(views)
    assert (ids(everything["progress"]), ids(everything["history"])) == ([9, 8], [3, 2, 1])
    by_name = info(views, clone_tenant="clone_a")
    assert (ids(by_name["progress"]), ids(by_name["history"])) == ([9], [3, 1])
    assert ids(info(views, clone_tenant="CLONE_A")["history"]) == [2]
    assert ids(info(views, source_tenant="mysql002")["progress"]) == [8]
    assert ids(info(views, status=["CLONE_SYS_CANCELED", "CLONE_SYS_LOCK_FAIL"])["history"]) == [3, 2]
    assert info(views, view=["progress"])["history"] == []
    newest = info(views, limit=1)
    assert (ids(newest["history"]), newest["truncated"]) == ([3], True)
    assert info(views, limit=3)["truncated"] is False


def test_min_age_is_counted_by_the_server(views: SeekDB) -> None:
    now = datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None)
    for age in (10, 100, 1000):
        insert(views, PROGRESS, clone_row("CLONE_SYS_LOCK", clone=f"clone_{age}", job_id=age,
                                          CLONE_START_TIME=now - datetime.timedelta(seconds=age)))
    assert ids(info(views, min_age=60)["progress"]) == [1000, 100]
    assert ids(info(views, min_age=2 ** 31 - 1)["progress"]) == []


def test_ten_thousand_rows(views: SeekDB) -> None:
    rows = [clone_row("CLONE_SYS_SUCCESS", clone=f"clone_{number % 100}", job_id=10 ** 18 + number,
                      CLONE_START_TIME=STARTED + datetime.timedelta(seconds=number)) for number in range(10000)]
    with views.connect() as connection, connection.cursor() as cursor:
        places = ", ".join(["%s"] * len(rows[0]))
        cursor.executemany(f"INSERT INTO {HISTORY} ({', '.join(rows[0])}) VALUES ({places})",
                           [list(row.values()) for row in rows])
    result = info(views, limit=5)
    assert (ids(result["history"]), result["truncated"]) == ([10 ** 18 + 9999 - number for number in range(5)], True)
    whole = info(views, limit=20000)
    assert (len(whole["history"]), whole["truncated"]) == (10000, False)
    assert ids(whole["history"]) == sorted(ids(whole["history"]), reverse=True)
