# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The table of behaviors, with a mock as if it were a cluster: what cannot run there is told."""

from __future__ import annotations

import os
import re
import subprocess
import sys

from support import REPOSITORY
from support.fidelity.behaviors import behaviors
from support.servers.disposable_cluster import VARIABLES
from support.servers.ob_mock import Mock

TABLE = behaviors()


def play(words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Plays the rows whose names fit the words."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("OCEANBASE_", "PYTEST_"))}
    return subprocess.run([sys.executable, "-m", "pytest", "-q", "tests/fidelity", "-k", words], capture_output=True,
                          text=True, check=False, timeout=300, cwd=REPOSITORY, env={**kept, **environment})


def test_rows_run_on_a_cluster_or_are_counted() -> None:
    with Mock(password="secret") as mock:
        done = play("test_behavior and (privileges or start or versions)", **{
            VARIABLES["host"]: mock.host, VARIABLES["port"]: str(mock.port), VARIABLES["password"]: "secret",
            VARIABLES["disposable"]: "yes"})
        chosen = [one for one in TABLE if not one.only_mock and re.match("privileges|start|versions|.*start", one.name)]
        assert done.returncode == 0, done.stdout + done.stderr
        assert int(re.findall(r"^(\d+) passed", done.stdout, re.MULTILINE)[0]) >= len(chosen) > 20
        assert mock.progress() == []
        assert [row["tenant_name"] for row in mock.sql("SELECT TENANT_NAME FROM oceanbase.DBA_OB_TENANTS")] == [
            "sys", "META$1002", "mysql001"]
        assert not [entry for entry in mock.log() if " MOCK " in entry["statement"]]
    not_there = [one.only_mock for one in TABLE if one.only_mock]
    assert f"{len(not_there)} of them not run there:" in done.stdout
    for reason in set(not_there):
        assert f"  {not_there.count(reason)}: {reason}" in done.stdout


def test_nothing_is_played_on_a_cluster_that_may_be_worth_something() -> None:
    done = play("privileges", **{VARIABLES["host"]: "127.0.0.1"})
    assert done.returncode == 2 and "OCEANBASE_TEST_DISPOSABLE=yes" in done.stdout + done.stderr
