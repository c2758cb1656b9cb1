# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""ob_clone_cancel's main scenarios on a cluster, each state held by OceanBase's own test points."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from support.clone_tables.engine import CANCELLABLE
from support.plays.ansible import run_module
from support.servers.disposable_cluster import PATIENCE, DisposableCluster
from support.servers.ob_mock import wait_for


def cancel(cluster: DisposableCluster, clone: str, check_mode: bool = False, **options: Any) -> dict[str, Any]:
    """The result of ob_clone_cancel."""
    return run_module("ob_clone_cancel", {**cluster.login(), "clone_tenant": clone, **options}, timeout=PATIENCE,
                      check_mode=check_mode)


def is_canceled(cluster: DisposableCluster, clone: str) -> bool:
    """Whether the cluster shows a cancel of the clone."""
    return (cluster.job(clone) or {}).get("status") in ("CLONE_SYS_CANCELING", "CLONE_SYS_CANCELED")


@pytest.mark.parametrize("status", CANCELLABLE)
def test_cancel_in_every_state(cluster: DisposableCluster, status: str) -> None:
    cluster.hold(status)
    clone = cluster.start("clone", until=status)
    predicted = cancel(cluster, clone, check_mode=True)
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(cancel, cluster, clone)
        # The scheduler is still held there: what the module waits for begins only now.
        wait_for(lambda: is_canceled(cluster, clone), "the CANCEL", PATIENCE)
        cluster.release(status)
        result = running.result(PATIENCE)
    assert (result["outcome"], result["changed"], result["canceled_in"]) == ("canceled", True, status)
    assert [result[key] for key in ("outcome", "changed", "canceled_in")] == [
        predicted[key] for key in ("outcome", "changed", "canceled_in")]
    assert (result["job"]["status"], result["job"]["view"]) == ("CLONE_SYS_CANCELED", "history")
    assert not cluster.left()
    again = cancel(cluster, clone)
    assert (again["outcome"], again["changed"]) == ("already_canceled", False)


def test_without_waiting(cluster: DisposableCluster) -> None:
    cluster.hold(CANCELLABLE[0])
    clone = cluster.start("clone", until=CANCELLABLE[0])
    ordered = cancel(cluster, clone, wait=False)
    assert (ordered["outcome"], ordered["changed"]) == ("canceling", True)
    cluster.release(CANCELLABLE[0])
    resumed = cancel(cluster, clone)
    assert (resumed["outcome"], resumed["changed"]) == ("already_canceled", False)


def test_too_late(cluster: DisposableCluster) -> None:
    status = "CLONE_SYS_RELEASE_RESOURCE"
    cluster.hold(status)
    clone = cluster.start("clone", until=status)
    result = cancel(cluster, clone)
    assert (result["outcome"], result["changed"], result["executed_statements"]) == ("completed", False, [])
    cluster.release(status)
    wait_for(lambda: (cluster.job(clone) or {})["view"] == "HISTORY", "the end of the clone", PATIENCE)
    assert cancel(cluster, clone)["outcome"] == "completed"
    assert cluster.left() == {clone}


def test_not_found(cluster: DisposableCluster) -> None:
    assert cancel(cluster, cluster.prefix + "nosuch")["outcome"] == "not_found"
