# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What ob_clone reads before it starts a clone, and decides, on the real SQL engine: names, case, ids, sub-selects."""

from __future__ import annotations

from typing import Any

import pytest

from support.clone_tables.tables import HISTORY, POOLS, PROGRESS, TENANTS, UNITS, clone_row, insert
from support.plays.ansible import run_module
from support.servers.seekdb import SeekDB

WANTED = {"clone_tenant": "clone_a", "source_tenant": "mysql001", "resource_pool": "pool_clone_a",
          "unit_config": "unit001"}


def tenant(tenant_id: int, name: str, **changes: Any) -> dict[str, Any]:
    """A row of DBA_OB_TENANTS for a tenant that can be cloned."""
    return {"TENANT_ID": tenant_id, "TENANT_NAME": name, "TENANT_TYPE": "USER", "STATUS": "NORMAL",
            "TENANT_ROLE": "PRIMARY", "IN_RECYCLEBIN": "NO", "COMPATIBLE": "4.3.5.3", "LOG_MODE": "ARCHIVELOG",
            **changes}


@pytest.fixture
def cluster(views: SeekDB) -> SeekDB:
    """The server with what a clone of mysql001 needs."""
    insert(views, TENANTS, tenant(1002, "mysql001"), tenant(1001, "META$1002", TENANT_TYPE="META"),
           tenant(1003, "META$1004", TENANT_TYPE="META", STATUS="CREATING"))
    insert(views, UNITS, {"NAME": "unit001"})
    insert(views, POOLS, {"NAME": "pool_mysql001"})
    return views


def clone(server: SeekDB, check_mode: bool = True, **options: Any) -> dict[str, Any]:
    """The result of ob_clone."""
    return run_module("ob_clone", {**server.login(), **WANTED, **options}, check_mode=check_mode)


def test_a_clone_that_can_be_started(cluster: SeekDB) -> None:
    insert(cluster, HISTORY, clone_row("CLONE_SYS_CANCELED"), clone_row("CLONE_SYS_SUCCESS", clone="CLONE_A", job_id=7))
    insert(cluster, PROGRESS, clone_row("CLONE_SYS_LOCK", clone="clone_b", source="MYSQL001", job_id=8))
    result = clone(cluster)
    assert (result["changed"], result["outcome"]) == (True, "completed"), result["msg"]


@pytest.mark.parametrize("check_mode", [True, False])
def test_a_clone_that_exists_under_a_later_failure_of_the_same_name(cluster: SeekDB, check_mode: bool) -> None:
    insert(cluster, TENANTS, tenant(1004, "clone_a", TENANT_ROLE="STANDBY"))
    insert(cluster, HISTORY, clone_row("CLONE_SYS_SUCCESS", job_id=5, CLONE_TENANT_ID=1004, RET_CODE=0),
           clone_row("CLONE_SYS_LOCK_FAIL", job_id=6))
    result = clone(cluster, check_mode)
    assert (result["changed"], result["outcome"], result["job"]["clone_job_id"]) == (False, "already_exists", "5")


@pytest.mark.parametrize("check_mode", [True, False])
def test_a_clone_that_is_running(cluster: SeekDB, check_mode: bool) -> None:
    insert(cluster, PROGRESS, clone_row("CLONE_SYS_CREATE_TENANT"))
    result = clone(cluster, check_mode, wait=False)
    assert (result["changed"], result["outcome"]) == (False, "already_running")


@pytest.mark.parametrize(("table", "row", "options", "message"), [
    (PROGRESS, clone_row("CLONE_SYS_LOCK", clone="CLONE_A", source="mysql002"), {}, "for tenant CLONE_A"),
    (PROGRESS, clone_row("CLONE_SYS_LOCK", clone="clone_b"), {}, "of that source tenant"),
    (POOLS, {"NAME": "pool_clone_a"}, {}, "there is a resource pool pool_clone_a already"),
    (TENANTS, tenant(1004, "source_b"), {"source_tenant": "source_b"}, "is not in a state to be cloned"),
    (TENANTS, tenant(1006, "clone_a"), {}, "does not know it as a clone"),
    (UNITS, {"NAME": "unit002"}, {"unit_config": "unit003"}, "there is no unit config unit003"),
    (TENANTS, tenant(1006, "MYSQL002"), {"source_tenant": "mysql002"}, "there is no tenant mysql002")])
def test_what_stands_in_the_way(cluster: SeekDB, table: str, row: dict[str, Any], options: dict[str, Any],
                                message: str) -> None:
    insert(cluster, table, row)
    result = clone(cluster, **options)
    assert result["error"]["class"] == "refused"
    assert message in result["msg"]


def test_a_statement_that_this_server_does_not_know_starts_nothing(cluster: SeekDB) -> None:
    result = clone(cluster, check_mode=False)
    assert (result["changed"], result["executed_statements"]) == (False, [])
    assert "error" in result
