# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A sample of the fault matrix as Ansible runs the module: it tells the same truth as the procedure alone."""

from __future__ import annotations

from typing import Any

from support.plays.bench import Bench

from .test_matrix import REFUSED, WAIT, reconnects, tell_truth

TIMEOUTS = 1
# What the start of a process may take on a loaded machine.
TOLERANCE = 2
CANCEL, OTHERS_CANCEL, CHECK = "cancel", "somebody else's cancel", "check mode"
LOGIN, SET, LOOK, SEND = "LOGIN dba@sys", "SET time_zone", "SELECT 'progress", "ALTER SYSTEM CAN"
# Situation, statement, fault, class of the failure that must come of it.
CASES: list[tuple[str, str, tuple[Any, ...], str | None]] = [
    (CANCEL, LOGIN, REFUSED, "unreachable"),
    (CANCEL, LOGIN, ("drop_before",), None),
    (CANCEL, LOGIN, ("error", 1045, "42000", "armed by a test"), "access_denied"),
    (CANCEL, SET, ("error", 5066, "HY000", "armed by a test"), None),
    (CANCEL, LOOK, ("garbage",), None),
    (CANCEL, SEND, ("drop_before",), None),
    (CANCEL, SEND, ("drop_after",), None),
    (CANCEL, SEND, ("hang",), None),
    (CANCEL, SEND, ("error", 4012, "HY000", "armed by a test"), None),
    (CANCEL, SEND, ("error", 1227, "42501", "armed by a test"), "no_privilege"),
    (OTHERS_CANCEL, LOOK, ("drop_after",), None),
    (OTHERS_CANCEL, LOGIN, ("error", 1040, "08004", "armed by a test"), None),
    (CHECK, LOOK, ("half",), None),
    (CHECK, SET, ("hang",), "unreachable"),
]


def strike(bench: Bench, situation: str, statement: str, fault: tuple[Any, ...], error_class: str | None) -> None:
    """One case: ``fault`` strikes ``statement`` the first time that the module sends it."""
    assert bench.relay
    job_id = bench.start()
    if situation == OTHERS_CANCEL:
        bench.control("ALTER SYSTEM CANCEL CLONE clone_a")
    if fault == REFUSED:
        bench.relay.refuse()
    else:
        bench.arm(statement, fault)
    run = bench.run_process(situation == CHECK, through_relay=fault == REFUSED, wait_timeout=WAIT)
    tell_truth(bench, situation, run, job_id)
    assert run.elapsed <= WAIT + TIMEOUTS + TOLERANCE
    assert (run.failure and run.failure.error_class) == error_class, run.failure
    if fault == REFUSED:
        assert run.log == []
        return
    assert [entry for entry in run.log if "fault" in entry or entry["answer"] in ("lost", "error")], "did not strike"
    assert run.result["reconnects"] == reconnects(run), (run.result["reconnects"], reconnects(run))
    if statement == SEND and error_class is None:
        assert any(text in run.told() for text in ("was executed was uncertain", "sent again")), run.told()


def test_a_sample_of_faults_as_processes(benches: Any) -> None:
    assert benches.run(strike, CASES) == []
