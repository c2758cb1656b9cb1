# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The example of OceanBase's documentation for canceling a clone, statement for statement, with a plain SQL client."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

import pytest

from support.servers.ob_mock import Mock, wait_for

HELD = "CLONE_SYS_WAIT_CREATE_SNAPSHOT"


@pytest.fixture
def mock() -> Iterator[Mock]:
    with Mock() as running:
        yield running


def test_the_official_example(mock: Mock) -> None:
    mock.hold(HELD)
    mock.start_clone("clone_mysql001", source="mysql001", pool="pool_for_clone", unit="unit001", until=HELD)

    (row,) = mock.sql("SELECT * FROM oceanbase.DBA_OB_CLONE_PROGRESS")
    assert row["source_tenant_name"] == "mysql001"
    assert row["clone_tenant_name"] == "clone_mysql001"
    assert row["resource_pool_name"] == "pool_for_clone"
    assert row["unit_config_name"] == "unit001"
    assert row["status"] == HELD
    assert row["clone_job_type"] == "FORK"
    assert row["restore_scn"] == 18446744073709551615
    assert (row["clone_finished_time"], row["ret_code"], row["error_message"]) == (None, None, None)

    assert mock.sql("ALTER SYSTEM CANCEL CLONE clone_mysql001") == []
    mock.release(HELD)

    wait_for(lambda: not mock.sql("SELECT * FROM oceanbase.DBA_OB_CLONE_PROGRESS"), "an empty PROGRESS")
    (canceled,) = mock.sql("SELECT * FROM oceanbase.DBA_OB_CLONE_HISTORY")
    assert canceled["clone_job_id"] == row["clone_job_id"]
    assert canceled["status"] == "CLONE_SYS_CANCELED"
    assert canceled["ret_code"] == -4072
    assert canceled["error_message"] == f"clone job has been canceled in {HELD} status by user command"
    assert isinstance(canceled["clone_finished_time"], datetime.datetime)
    assert canceled["clone_tenant_id"] == 0
    assert canceled["restore_scn"] == 18446744073709551615
