# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Check mode of the roles, asked for by --check or by the keyword check_mode: nothing is changed or waited for."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Iterator

import pytest

from support.plays.ansible import PlayResult, run_tasks
from support.servers.ob_mock import Mock

SCENARIO = {"jobs": [{"clone_tenant": "clone_a", "source_tenant": "mysql001", "state": "CLONE_SYS_CREATE_SNAPSHOT",
                      "hold": True}]}
# A role that waits for what check mode does not do fails soon.
NAMED: dict[str, dict[str, Any]] = {
    "clone_cancel": {"clone_cancel_clone_tenants": ["clone_a"], "clone_cancel_wait_timeout": 2},
    "free_source_tenant": {"free_source_tenant_name": "mysql001", "free_source_tenant_cancel_timeout": 2},
}
CANCEL = {"clone_cancel": "Cancel the clones", "free_source_tenant": "Cancel the clone"}


@pytest.fixture
def mock() -> Iterator[Mock]:
    with Mock(scenario=SCENARIO) as running:
        yield running


def check(way: str, role: str, variables: dict[str, Any], port: int) -> PlayResult:
    """Runs the role in check mode, for which the way asks."""
    return run_tasks(
        {"ansible.builtin.include_role": {"name": f"community.oceanbase.{role}"}, "vars": variables},
        module_defaults={"group/community.oceanbase.oceanbase": {"login_port": port}},
        arguments=("--check",) if way == "option" else (), **({"check_mode": True} if way == "keyword" else {}))


@pytest.mark.parametrize("way", ["option", "keyword"])
@pytest.mark.parametrize("role", list(NAMED))
def test_a_cancel_is_predicted_and_not_waited_for(mock: Mock, role: str, way: str) -> None:
    play = check(way, role, NAMED[role], mock.port)
    assert play.exit_code == 0, play.stdout
    assert "Would cancel the clone of tenant clone_a" in play.stdout
    assert "is free" not in play.stdout
    assert [result.task for result in play.results if result.result.get("changed")] == [CANCEL[role]]
    assert mock.cancels() == []


@pytest.mark.parametrize("way", ["option", "keyword"])
def test_an_end_of_a_clone_is_not_waited_for(mock: Mock, way: str) -> None:
    play = check(way, "free_source_tenant", {
        **NAMED["free_source_tenant"], "free_source_tenant_policy": "wait", "free_source_tenant_wait_timeout": 2},
        mock.port)
    assert play.exit_code == 0, play.stdout
    assert "It would be waited for" in play.stdout


@pytest.mark.parametrize("way", ["option", "keyword"])
def test_no_mock_is_started(tmp_path: Path, way: str) -> None:
    folder = tmp_path / "mock"
    play = check(way, "sys_tenant_mock", {"sys_tenant_mock_folder": str(folder), "sys_tenant_mock_port": 0}, 1)
    assert play.exit_code == 0, play.stdout
    assert play.only("Run the mock").result["changed"]
    assert not folder.exists()
