# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every row of the table of OceanBase's behaviors, played on the mock, or on the test cluster of the environment."""

from __future__ import annotations

import os
from typing import Any, Callable

import pytest

from support.documents.facts import sections
from support.fidelity.behaviors import Behavior, behaviors, read
from support.fidelity.player import BehaviorPlayer
from support.servers.disposable_cluster import VARIABLES

TABLE = behaviors()
ON_A_CLUSTER = bool(os.environ.get(VARIABLES["host"]))


@pytest.mark.parametrize("behavior", [one for one in TABLE if not (ON_A_CLUSTER and one.only_mock)],
                         ids=lambda one: one.name)
def test_behavior(player: Callable[[dict[str, Any] | None], BehaviorPlayer], behavior: Behavior) -> None:
    with player(behavior.mock) as play:
        play.play(behavior.steps)


def test_every_section_is_checked_or_said_not_to_be() -> None:
    """Nothing is left out in silence, and nothing is excused that is checked."""
    lists = read("not_checked.yml")
    checked = {section for behavior in TABLE for section in behavior.facts}
    assert checked | set(lists["not_checked"]) == set(sections())
    assert not checked & set(lists["not_checked"])
    assert {part["section"] for part in lists["partly"]} <= checked
    assert all(set(part) == {"section", "what", "why"} for part in lists["partly"])
    assert all(set(one) == {"statement", "kernel", "mock", "why"} for one in lists["differences"])
    assert all(lists["not_checked"].values())


def test_names_are_unique() -> None:
    names = [behavior.name for behavior in TABLE]
    assert sorted(set(names)) == sorted(names)


def test_a_wrong_expectation_fails(player: Callable[[dict[str, Any] | None], BehaviorPlayer]) -> None:
    """The runner itself: every kind of expectation can fail."""
    wrong: list[dict[str, Any]] = [
        {"sql": "SELECT 1", "rows": [["2"]]}, {"sql": "SELECT 1", "rows": []}, {"sql": "SELECT 1", "ok": True},
        {"sql": "SELECT 1", "columns": ["1 VAR_STRING"]}, {"sql": "SELECT 1", "error": "~.+"}, {"sql": "SELEC 1"},
        {"sql": "SELEC 1", "error": "1064 (42000) something else"}, {"login": "root@nosuch"},
        {"login": "root@sys", "error": "~.+"}, {"greeting": {"version": "8.0.0"}}, {"row": "HISTORY", "STATUS": "x"}]
    with player(None) as play:
        for step in wrong:
            with pytest.raises(AssertionError):
                play.play([step])
