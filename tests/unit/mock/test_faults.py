# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which fault strikes which statement, and how often."""

from __future__ import annotations

from typing import Any

import pytest

from ob_mock.scenario.faults import Faults
from ob_mock.sql.results import SqlError

CANCEL = "ALTER SYSTEM CANCEL CLONE c"


def kinds(faults: Faults, statement: str, tries: int) -> list[str | None]:
    found = [faults.match(statement) for _unused in range(tries)]
    return [fault.kind if fault else None for fault in found]


def test_a_fault_strikes_once_unless_told_otherwise() -> None:
    faults = Faults()
    faults.arm("cancel clone", "drop_after")
    assert kinds(faults, "SELECT 1", 2) == [None, None]
    assert kinds(faults, CANCEL, 3) == ["drop_after", None, None]


def test_times() -> None:
    faults = Faults()
    faults.arm("CANCEL", "hang", times=2)
    assert kinds(faults, CANCEL, 3) == ["hang", "hang", None]


def test_zero_times_is_until_cleared() -> None:
    faults = Faults()
    faults.arm("^LOGIN root@sys$", "drop_before", times=0)
    assert kinds(faults, "LOGIN root@sys", 5) == ["drop_before"] * 5
    faults.clear()
    assert kinds(faults, "LOGIN root@sys", 1) == [None]


def test_faults_strike_in_the_order_of_their_arming() -> None:
    faults = Faults()
    faults.arm("CANCEL", "drop_before")
    faults.arm("CANCEL", "slow", seconds=0.5)
    assert kinds(faults, CANCEL, 3) == ["drop_before", "slow", None]


def test_a_pattern_spans_lines() -> None:
    faults = Faults()
    faults.arm("alter.*clone", "half")
    assert kinds(faults, "ALTER SYSTEM\n CANCEL CLONE c", 1) == ["half"]


def test_the_statement_that_arms_is_never_struck() -> None:
    faults = Faults()
    faults.arm(".", "hang", times=0)
    assert kinds(faults, " alter  system\nMOCK FAULT CLEAR", 1) == [None]


def test_an_error_keeps_what_it_shall_say() -> None:
    faults = Faults()
    faults.arm("x", "error", error=SqlError(4012, "25000", "Timeout"))
    fault = faults.match("x")
    assert fault is not None
    assert fault.error is not None
    assert (fault.error.errno, fault.error.sqlstate, fault.error.message) == (4012, "25000", "Timeout")


@pytest.mark.parametrize(("arguments", "text"), [
    ({"regex": "(", "kind": "hang"}, r"bad regular expression '\('"),
    ({"regex": "x", "kind": "explode"}, "unknown kind of fault 'explode'"),
    ({"regex": "x", "kind": "slow"}, "needs a number of seconds"),
    ({"regex": "x", "kind": "slow", "seconds": -1}, "needs a number of seconds"),
    ({"regex": "x", "kind": "error"}, "needs a number, an SQLSTATE"),
    ({"regex": "x", "kind": "hang", "times": -1}, "cannot strike -1 times")])
def test_what_cannot_be_armed_is_named(arguments: dict[str, Any], text: str) -> None:
    with pytest.raises(ValueError, match=text):
        Faults().arm(**arguments)
