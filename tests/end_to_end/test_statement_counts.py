# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Exactly what ob_clone_cancel sends for each outcome: no statement more than its answer needs."""

from __future__ import annotations

from typing import Any, Iterator

import pytest

from support.plays.ansible import run_module
from support.servers.ob_mock import Mock, wait_for

STATUS = "CLONE_SYS_CREATE_TENANT"
LOGIN = ["LOGIN root@sys", "SET time_zone"]
LOOK = "SELECT 'progress'"
TENANT = "SELECT TENANT_NAME"
CANCEL = "ALTER SYSTEM CANCEL CLONE `clone_a`"
KINDS = (*LOGIN, LOOK, TENANT, CANCEL)


@pytest.fixture
def mock() -> Iterator[Mock]:
    """A mock of its own for each test, so that every login in its log is told apart."""
    with Mock(cleanup_seconds=0.5) as running:
        yield running


def sent(mock: Mock, check_mode: bool = False, **options: Any) -> tuple[dict[str, Any], list[str]]:
    """The result of one run and the kinds of statement that reached the server, in their order."""
    before = {entry["session"] for entry in mock.log()}
    result = run_module("ob_clone_cancel", {"login_port": mock.port, "clone_tenant": "clone_a", **options},
                        check_mode=check_mode)
    entries = [entry for entry in mock.log() if entry["session"] not in before]
    assert entries[-1]["statement"] == "CLOSE" and len({entry["session"] for entry in entries}) == 1
    statements = [entry["statement"] for entry in entries[:-1]]
    return result, [next((kind for kind in KINDS if text.startswith(kind)), text) for text in statements]


def start(mock: Mock) -> None:
    """A clone that stays where it can be canceled."""
    mock.hold(STATUS)
    mock.start_clone("clone_a", until=STATUS)


def cancel_elsewhere(mock: Mock) -> None:
    """Somebody else's CANCEL, and the end of its clean-up."""
    mock.sql(CANCEL)
    wait_for(mock.history, "the end of the clean-up")
    # The session of CREATE TENANT has ended too, so that its entries are in the log.
    mock.starters[0].join(10)


def test_cancel(mock: Mock) -> None:
    start(mock)
    result, kinds = sent(mock)
    assert result["outcome"] == "canceled" and result["polls"] >= 2
    own = [kind for kind in kinds if not kind.startswith("CREATE TENANT")]
    assert own == [*LOGIN, LOOK, CANCEL, *[LOOK] * (result["polls"] - 1)]


def test_cancel_without_waiting(mock: Mock) -> None:
    start(mock)
    result, kinds = sent(mock, wait=False)
    assert (result["outcome"], kinds) == ("canceling", [*LOGIN, LOOK, CANCEL, LOOK])


def test_check_mode(mock: Mock) -> None:
    start(mock)
    result, kinds = sent(mock, check_mode=True)
    assert (result["outcome"], kinds) == ("canceled", [*LOGIN, LOOK, TENANT])


@pytest.mark.parametrize("check_mode", [False, True])
def test_already_canceled(mock: Mock, check_mode: bool) -> None:
    start(mock)
    cancel_elsewhere(mock)
    result, kinds = sent(mock, check_mode)
    assert (result["outcome"], kinds) == ("already_canceled", [*LOGIN, LOOK])


@pytest.mark.parametrize(("options", "looks"), [
    ({}, [LOOK, TENANT]), ({"source_tenant": "mysql001"}, [LOOK, TENANT]), ({"clone_job_id": "1"}, [LOOK])])
def test_not_found(mock: Mock, options: dict[str, Any], looks: list[str]) -> None:
    """A tenant is looked for only where its existence would change the outcome, or its absence deserves a warning."""
    result, kinds = sent(mock, **options)
    assert (result["outcome"], kinds) == ("not_found", [*LOGIN, *looks])


def test_completed(mock: Mock) -> None:
    mock.start_clone("clone_a")
    wait_for(mock.history, "the clone")
    mock.starters[0].join(10)
    result, kinds = sent(mock)
    assert (result["outcome"], kinds) == ("completed", [*LOGIN, LOOK])


def test_an_invalid_name_sends_nothing(mock: Mock) -> None:
    before = mock.log()
    result = run_module("ob_clone_cancel", {"login_port": mock.port, "clone_tenant": "a'b"})
    assert result["error"]["class"] == "invalid_option" and mock.log() == before
