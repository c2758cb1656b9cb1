# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""
Every fault at every statement: whatever breaks, the task ends in time and says what is true.

The statements are those of a clean run, as the mock's log has them; each fault strikes each of them, in each of three
situations. What must come of it is worked out here from the mock's own log and rows, not from the module's words.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import pytest

from support.plays.bench import SOURCES, Bench, Run

REFUSED = ("refused",)
NETWORK = [REFUSED, ("drop_before",), ("drop_after",), ("hang",), ("slow", 1.0), ("half",), ("garbage",),
           # The server still executes the statement when the module is back: before it sends a CANCEL again, and after.
           ("drop_during", 0.05), ("drop_during", 0.3)]
TRANSIENT = [("error", number, sqlstate, "armed by a test") for number, sqlstate in (
    (4012, "HY000"), (4012, "25000"), (1205, "HY000"), (1317, "70100"), (4038, "HY000"), (5066, "HY000"),
    (8001, "08004"), (6002, "40000"), (1040, "08004"))]
LASTING = [("error", number, sqlstate, "armed by a test") for number, sqlstate in (
    (1227, "42501"), (1064, "42000"), (1045, "42000"))]
FAULTS = NETWORK + TRANSIENT + LASTING
# The observer that is used dies before, after or in the middle of a statement, while a second one lives.
DEATHS = [("stop_before",), ("stop_after",), ("stop_during", 0.1)]
# In `make test` four numbers stand for those that are understood alike; and in the two situations in which nothing is
# sent that changes anything, a few faults stand for all.
QUICK_CANCEL = NETWORK + TRANSIENT[:2] + [TRANSIENT[5], TRANSIENT[8]] + LASTING
QUICK = [("drop_after",), ("hang",), ("garbage",), TRANSIENT[0], LASTING[0]]
SITUATIONS = ("cancel", "somebody else's cancel", "check mode", "three clones")
THREE = ["clone_a", *SOURCES]
TIMEOUTS = 0.4
WAIT = 5
# What a loaded machine may add to a budget of seconds.
TOLERANCE = 1.5


def name_of(fault: tuple[Any, ...]) -> str:
    """For the ids of tests."""
    return "-".join(str(part) for part in fault[:3])


def run_in(bench: Bench, situation: str, before: Any = None, at_login: Any = None, **more: Any) -> tuple[Run, str]:
    """
    The task in a situation, and the id of its job. ``before``: a function of the number of the statement to be sent,
    ``at_login``: one that is called before the first login.
    The clean-up of the job waits until the task has seen it twice, so that every run without a fault is the same.
    """
    job_id = bench.start()
    if situation == "three clones":
        for name in SOURCES:
            bench.start(name)
        more = {"clone_tenant": None, "clone_tenants": THREE, **more}
    if situation == "somebody else's cancel":
        bench.control("ALTER SYSTEM CANCEL CLONE clone_a")
    if at_login:
        at_login()
    looks = []

    def after(rows: list[dict[str, Any]]) -> None:
        if any(row.get("status") == "CLONE_SYS_CANCELING" for row in rows):
            looks.append(1)
            if len(looks) == 2:
                bench.release(also_running=situation != "three clones")

    run = bench.run(situation == "check mode", before or (lambda _number: None), after,
                    **{"timeouts": TIMEOUTS, "wait_timeout": WAIT, **more})
    return run, job_id


def tell_truth(bench: Bench, situation: str, run: Run, job_id: str) -> None:
    """Asserts that the result is what the mock knows to be true."""
    result = run.result
    if situation == "three clones":
        tell_truth_of_three(bench, run)
        return
    accepted = run.accepted()
    assert accepted <= 1, f"{accepted} CANCELs accepted"
    unknown = run.failure is not None and "is unknown" in run.failure.hint
    if situation == "check mode":
        assert not [statement for statement in run.statements() if statement.startswith("ALTER")]
        assert [str(row["clone_job_id"]) for row in bench.progress()] == [job_id]
    elif not unknown:
        assert result["changed"] is (accepted == 1), f"changed {result['changed']}, accepted {accepted}"
        assert len(result["executed_statements"]) == accepted
    if run.failure is not None:
        assert result["outcome"] is None
        return
    assert result["job"]["clone_job_id"] == job_id
    if situation == "check mode":
        assert (result["outcome"], result["changed"]) == ("canceled", True)
        return
    assert result["outcome"] == ("canceled" if accepted else "already_canceled")
    (row,) = bench.history(job_id)
    assert row["status"] == result["job"]["status"] == "CLONE_SYS_CANCELED"


def tell_truth_of_three(bench: Bench, run: Run) -> None:
    """Asserts the same of each of three clones, and of the result for all of them."""
    result = run.result
    assert [entry["name"] for entry in result["results"]] == THREE
    for entry in result["results"]:
        accepted = run.accepted(entry["name"])
        assert accepted <= 1, f"{accepted} CANCELs of {entry['name']} accepted"
        if not entry["error"] or "is unknown" not in entry["error"]["hint"]:
            assert entry["changed"] is (accepted == 1), f"changed {entry['changed']}, accepted {accepted}"
            assert len(entry["executed_statements"]) == accepted
        assert entry["outcome"] == (None if entry["error"] else "canceled")
        if not entry["error"]:
            (row,) = bench.history(entry["job"]["clone_job_id"])
            assert (row["status"], row["clone_tenant_name"]) == ("CLONE_SYS_CANCELED", entry["name"])
    outcomes = {entry["outcome"] for entry in result["results"]}
    assert result["outcome"] == ("mixed" if len(outcomes) > 1 else outcomes.pop())
    assert result["changed"] is any(entry["changed"] for entry in result["results"])
    assert (run.failure is None) is not any(entry["error"] for entry in result["results"])


def reconnects(run: Run) -> int:
    """
    How often the module was logged in again, by the mock's log: each session begins with its variables. That the mock
    let somebody in is not enough: on a busy machine the module may have stopped waiting for that answer.
    """
    return max(0, len({entry["session"] for entry in run.log if entry["statement"].startswith("SET time_zone")}) - 1)


def strike(bench: Bench, situation: str, position: int, statement: str, fault: tuple[Any, ...]) -> None:
    """One case: ``fault`` strikes ``statement``, which is number ``position`` of those that the session sends."""
    refusals = []

    def before(number: int) -> None:
        if number != position or bench.struck:
            return
        bench.struck = True
        if fault == REFUSED:
            bench.relay.refuse()
        else:
            bench.arm(statement, fault)

    def unreachable() -> None:
        refusals.append(1)
        if len(refusals) == 3:
            bench.relay.listen()

    bench.struck = False
    at_login = statement.startswith("LOGIN")
    run, job_id = run_in(bench, situation, before, (lambda: before(0)) if at_login else None,
                         unreachable=unreachable, through_relay=fault == REFUSED)
    assert bench.struck, "the fault did not strike"
    if fault != REFUSED:
        assert any("fault" in entry or entry["answer"] in ("lost", "error") for entry in run.log), run.log
    tell_truth(bench, situation, run, job_id)
    assert run.elapsed <= WAIT + TIMEOUTS + TOLERANCE
    if fault != REFUSED:
        assert run.result["reconnects"] == reconnects(run), (run.result["reconnects"], reconnects(run))
    first_connection = at_login or statement.startswith("SET time_zone")
    if fault in LASTING:
        assert run.failure is not None and run.failure.errno == fault[1], run.failure
        struck = next(number for number, entry in enumerate(run.log) if "fault" in entry)
        later = [entry["statement"] for entry in run.log[struck + 1:]]
        assert run.log[struck]["statement"] not in later, "retried"
        # What a CANCEL did that failed is read from the views, once; other clones are canceled and waited for.
        if situation != "three clones" or not statement.startswith("ALTER"):
            assert len([text for text in later if text != "CLOSE"]) <= statement.startswith("ALTER"), later
    elif first_connection and fault[0] in ("hang", "slow", "refused"):
        # A first connection is tried for connect_timeout only, which these faults use up: it may be the wrong address.
        assert run.failure is not None and run.failure.error_class == "unreachable"
    else:
        assert run.failure is None, run.failure
        if fault == REFUSED:
            assert run.result["reconnects"] == 1
        if statement.startswith("ALTER"):
            assert any(text in run.told() for text in ("was executed was uncertain", "sent again")), run.told()


def kill(bench: Bench, situation: str, position: int, statement: str, fault: tuple[Any, ...]) -> None:
    """One case: the first of two observers dies at ``statement``; the second one finishes the work."""
    def before(number: int) -> None:
        if number == position and not bench.struck:
            bench.struck = True
            bench.arm(statement, fault)

    bench.struck = False
    at_login = statement.startswith("LOGIN")
    run, job_id = run_in(bench, situation, before, (lambda: before(0)) if at_login else None,
                         login_host=bench.observers())
    first, second = bench.mock.ports
    struck = next(number for number, entry in enumerate(run.log) if "fault" in entry)
    assert {entry["port"] for entry in run.log[:struck + 1]} == {first}
    assert {entry["port"] for entry in run.log[struck + 1:] if entry["statement"] != "CLOSE"} == {second}
    tell_truth(bench, situation, run, job_id)
    assert run.failure is None, run.failure
    assert run.result["login_address"] == bench.observers()[-1]
    assert run.result["reconnects"] == (not at_login)
    assert run.elapsed <= 2 * TIMEOUTS + TOLERANCE


@lru_cache(maxsize=None)
def sent_in(benches: Any, situation: str) -> list[tuple[int, str]]:
    """What a clean run sends in a situation: the number among the statements of the session, and the text."""
    with benches.one() as bench:
        run, job_id = run_in(bench, situation)
        assert run.failure is None
        tell_truth(bench, situation, run, job_id)
    sent = []
    number = 0
    for statement in run.statements():
        sent.append((number, statement))
        number += not statement.startswith("LOGIN")
    return sent


CASES = [pytest.param(situation, fault, id=f"{situation}-{name_of(fault)}",
                      marks=[] if fault in (QUICK_CANCEL if situation == "cancel" else QUICK) else pytest.mark.full)
         for situation in SITUATIONS for fault in FAULTS]


@pytest.mark.parametrize(("situation", "fault"), CASES)
def test_a_fault_at_any_statement(benches: Any, situation: str, fault: tuple[Any, ...]) -> None:
    positions = sent_in(benches, situation)
    assert len(positions) >= (3 if situation == "check mode" else 5)
    # A login is not executed once its client has left.
    problems = benches.run(strike, [(situation, number, statement, fault) for number, statement in positions
                                    if not (fault[0] == "drop_during" and statement.startswith("LOGIN"))])
    assert problems == []


@pytest.mark.parametrize(("situation", "fault"), [
    pytest.param(situation, fault, id=f"{situation}-{name_of(fault)}",
                 marks=[] if situation == "cancel" or fault == DEATHS[1] else pytest.mark.full)
    for situation in SITUATIONS for fault in DEATHS])
def test_an_observer_that_dies_at_any_statement(benches: Any, situation: str, fault: tuple[Any, ...]) -> None:
    problems = benches.run(kill, [(situation, number, statement, fault)
                                  for number, statement in sent_in(benches, situation)])
    assert problems == []


def test_an_observer_that_is_dead_from_the_start(bench: Bench) -> None:
    bench.control(f"ALTER SYSTEM MOCK OBSERVER {bench.mock.port} STOP")
    bench.mock.port, first = bench.mock.ports[-1], bench.mock.port
    try:
        run, job_id = run_in(bench, "cancel", login_host=bench.observers())
        tell_truth(bench, "cancel", run, job_id)
    finally:
        bench.mock.port = first
    assert (run.failure, run.result["reconnects"], run.result["login_address"]) == (None, 0, bench.observers()[-1])


def test_no_observer_is_left(bench: Bench) -> None:
    """Both die while the job is cleaned up: what is told is what is known, and that running again resumes."""
    def before(number: int) -> None:
        if number == 4:
            bench.relay.refuse()

    assert bench.relay
    hosts = [f"127.0.0.1:{bench.relay.port}", f"localhost:{bench.relay.port}"]
    bench.start()
    run = bench.run(before_send=before, login_host=hosts, timeouts=TIMEOUTS, wait_timeout=2)
    assert run.failure is not None and run.failure.error_class == "unreachable"
    assert (run.result["changed"], run.accepted(), run.result["login_address"]) == (True, 1, hosts[0])
    for part in ("the connection was lost after ", "s and could not be made again for ", "none of the 2 addresses",
                 *hosts):
        assert part in run.failure.message, run.failure.message
    assert "run the task again" in run.failure.hint and "host and port" not in run.failure.hint


def test_a_clean_run_sends_what_it_should(benches: Any) -> None:
    """The matrix is made of these statements, so they are looked at themselves."""
    kinds = [[statement.split(" ")[0] + (" " + statement.split(" ")[2] if statement.startswith("ALTER") else "")
              for _number, statement in sent_in(benches, situation)]
             for situation in SITUATIONS]
    assert kinds == [["LOGIN", "SET", "SELECT", "ALTER CANCEL", "SELECT", "SELECT", "SELECT"],
                     ["LOGIN", "SET", "SELECT", "SELECT", "SELECT"],
                     ["LOGIN", "SET", "SELECT", "SELECT"],
                     ["LOGIN", "SET", "SELECT", *["ALTER CANCEL"] * 3, "SELECT", "SELECT", "SELECT"]]
