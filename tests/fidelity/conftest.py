# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The server under test, and what is told at the end: how much is checked, what is not, and why."""

from __future__ import annotations

import os
from collections import Counter
from typing import Any, Callable, Iterator

import pytest

from support.fidelity.behaviors import behaviors, read
from support.fidelity.player import BehaviorPlayer, Target
from support.servers.disposable_cluster import PATIENCE, VARIABLES, DisposableCluster, NotDisposable
from support.servers.ob_mock import Mock

REAL_HOST = os.environ.get(VARIABLES["host"], "")
MOCK_PATIENCE = 20.0


def real_server() -> Target:
    """The test cluster that the environment names; it must be said that nothing on it is worth keeping."""
    try:
        settings = DisposableCluster().settings
    except NotDisposable as reason:
        pytest.exit(str(reason), returncode=2)
    return Target(settings["host"], int(settings["port"]), settings["user"], settings["password"], settings["source"],
                  settings["unit"], PATIENCE)


def start_mock(options: dict[str, Any]) -> Mock:
    """A mock whose scheduler does not pause as long as a cluster's."""
    mock = Mock(**options).__enter__()
    if "scenario" not in options or "login" not in options["scenario"]:
        mock.sql("ALTER SYSTEM MOCK SECONDS ROUND 0.02")
    return mock


def server_of(mock: Mock) -> Target:
    return Target(mock.host, mock.port, "root@sys", mock.password, "mysql001", "unit001", MOCK_PATIENCE)


@pytest.fixture(scope="session")
def shared_server() -> Iterator[Target]:
    """The server of all behaviors that need no special one."""
    if REAL_HOST:
        yield real_server()
        return
    mock = start_mock({"step_seconds": 0.03, "cleanup_seconds": 0.03})
    try:
        yield server_of(mock)
        assert mock.errors() == ""
    finally:
        mock.__exit__()


@pytest.fixture
def player(shared_server: Target) -> Iterator[Callable[[dict[str, Any] | None], BehaviorPlayer]]:
    """A function that returns a player on the shared server or, for options, on a mock of its own."""
    mocks: list[Mock] = []

    def make(options: dict[str, Any] | None) -> BehaviorPlayer:
        if options is None:
            return BehaviorPlayer(shared_server)
        mocks.append(start_mock(options))
        return BehaviorPlayer(server_of(mocks[0]))

    yield make
    for mock in mocks:
        said = mock.errors()
        mock.__exit__()
        assert said == ""


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """The count that the suite owes to its reader."""
    table, lists = behaviors(), read("not_checked.yml")
    say = terminalreporter.write_line
    checked = {section for behavior in table for section in behavior.facts}
    terminalreporter.section("fidelity to OceanBase")
    server = "the cluster " + REAL_HOST if REAL_HOST else "the mock"
    say(f"{len(table)} behaviors of {len(checked)} sections of the guide to OceanBase, on {server}")
    if REAL_HOST:
        reasons = Counter(behavior.only_mock for behavior in table if behavior.only_mock)
        say(f"{sum(reasons.values())} of them not run there:")
        for reason, count in reasons.most_common():
            say(f"  {count}: {reason}")
    say("not checked by the suite:")
    for section, reason in lists["not_checked"].items():
        say(f"  {section}: {reason}")
    for part in lists["partly"]:
        say(f"  part of {part['section']}: {part['what']}: {part['why']}")
    say("known differences between the mock and OceanBase:")
    for one in lists["differences"]:
        say(f"  {one['statement']}: {one['kernel']}; the mock: {one['mock']} ({one['why']})")
