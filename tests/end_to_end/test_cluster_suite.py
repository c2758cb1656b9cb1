# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The suite for a real cluster, on the mock as if it were one: it passes, touches only its own, and asks before."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from typing import Any

import pytest

from support import REPOSITORY
from support.servers.ob_mock import Mock


def run_suite(**environment: str) -> subprocess.CompletedProcess[str]:
    """Runs tests/cluster with exactly these variables for it."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("OCEANBASE_", "PYTEST_"))}
    return subprocess.run([sys.executable, "-m", "pytest", "-q", "tests/cluster"],
                          capture_output=True, text=True, check=False, timeout=300, cwd=REPOSITORY,
                          env={**kept, **environment})


def test_it_passes_and_leaves_nothing_behind() -> None:
    with Mock(password="secret-word") as mock:
        def names() -> list[Any]:
            return [mock.sql(f"SELECT {name} FROM oceanbase.{view}") for name, view in (
                ("TENANT_NAME", "DBA_OB_TENANTS"), ("NAME", "DBA_OB_RESOURCE_POOLS"),
                ("CLONE_TENANT_NAME", "DBA_OB_CLONE_PROGRESS"))]

        before = names()
        done = run_suite(OCEANBASE_TEST_HOST=mock.host, OCEANBASE_TEST_PORT=str(mock.port),
                         OCEANBASE_TEST_PASSWORD=mock.password, OCEANBASE_TEST_DISPOSABLE="yes")
        assert done.returncode == 0, done.stdout + done.stderr
        assert re.search(r"^9 passed", done.stdout, re.MULTILINE), done.stdout
        assert names() == before
        changing = [entry["statement"] for entry in mock.log()
                    if re.match(r"CREATE|DROP|ALTER SYSTEM CANCEL", entry["statement"])]
        assert len(changing) > 20
        assert all(re.search(r"(TENANT|EXISTS|POOL|CLONE) `?t[0-9a-f]{8}_", text) for text in changing)
        parameter = mock.sql("SHOW PARAMETERS LIKE 'debug_sync_timeout'")[0]
        assert parameter["value"] == "0"


@pytest.mark.parametrize(("environment", "missing"), [
    ({}, "OCEANBASE_TEST_HOST"),
    ({"OCEANBASE_TEST_HOST": "127.0.0.1"}, "OCEANBASE_TEST_DISPOSABLE=yes"),
    ({"OCEANBASE_TEST_HOST": "127.0.0.1", "OCEANBASE_TEST_DISPOSABLE": "no"}, "OCEANBASE_TEST_DISPOSABLE=yes"),
])
def test_it_refuses_what_is_not_said_to_be_disposable(environment: dict[str, str], missing: str) -> None:
    done = run_suite(**environment)
    assert done.returncode == 2 and missing in done.stdout + done.stderr
