# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""
Random interleavings of the clone job, a second canceller, the server's own cancels, faults and the module.

An interleaving is what happens just before each statement of the module's session. Whatever it is, the result is true.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from support.plays.bench import CLEAN_UP, SOURCES, Bench, Run
from support.servers.ob_mock import wait_for

STATES = ("CLONE_SYS_LOCK", "CLONE_SYS_CREATE_INNER_RESOURCE_POOL", "CLONE_SYS_CREATE_SNAPSHOT",
          "CLONE_SYS_WAIT_CREATE_SNAPSHOT", "CLONE_SYS_CREATE_TENANT", "CLONE_SYS_WAIT_TENANT_RESTORE_FINISH",
          "CLONE_SYS_RELEASE_RESOURCE", "CLONE_SYS_SUCCESS")
STATEMENTS = ("LOGIN dba@sys", "SET time_zone = ", "SELECT 'progress", "SELECT TENANT_NA", "ALTER SYSTEM CAN")
FAULTS = (("drop_before",), ("drop_after",), ("drop_during", 0.1), ("hang",), ("slow", 0.2), ("slow", 0.6),
          ("half",), ("garbage",),
          ("error", 4012, "HY000", "armed by a test"), ("error", 1205, "HY000", "armed by a test"),
          ("error", 1317, "70100", "armed by a test"), ("error", 8001, "08004", "armed by a test"))
# Those after which nobody but the server knows whether the statement was executed.
SILENT = {"drop_before", "drop_after", "drop_during", "hang", "slow", "half", "garbage"}
TIMEOUTS = 0.3
WAIT = 6
TOLERANCE = 1.5  # what a busy machine may add
# From this statement of the session on nothing is held back any more, so that every run comes to its end.
ENOUGH = 8

EVENTS = st.one_of(
    st.tuples(st.just("fault"), st.sampled_from(STATEMENTS), st.sampled_from(FAULTS)),
    st.tuples(st.sampled_from(["somebody cancels", "server cancels", "advance", "fail", "clean up", "kill"])))
PLANS = st.lists(st.tuples(st.integers(0, 6), EVENTS), max_size=5)


class PlannedEvents:
    """A clone job that moves only when told to, and what happened to it."""

    def __init__(self, bench: Bench, state: str, plan: list[tuple[int, Any]]) -> None:
        self.bench = bench
        self.plan = sorted(plan, key=lambda entry: entry[0])
        self.others = 0
        self.kills = 0
        bench.clean()
        for point in (*STATES, CLEAN_UP):
            bench.control(f"SET ob_global_debug_sync = 'HANG_IN_{point} wait_for go_{point} execute 10000'")
        self.job_id = bench.start(hold_clean_up=False)
        while self.status() != state:
            self.advance()

    def status(self) -> str:
        """The status of the job in PROGRESS, "" once it is gone from there."""
        return next((str(row["status"]) for row in self.bench.progress()), "")

    def advance(self) -> None:
        """Lets the job take one step."""
        before = self.status()
        if before in STATES:
            self.bench.control(f"SET ob_global_debug_sync = 'now signal go_{before}'")
            wait_for(lambda: self.status() != before, "the next step")

    def before(self, number: int) -> None:
        """Lets happen what the plan has for this moment."""
        while self.plan and self.plan[0][0] <= number:
            _number, event = self.plan.pop(0)
            self.happen(*event)
        if number >= ENOUGH:
            self.bench.control("ALTER SYSTEM MOCK FAULT CLEAR", "SET ob_global_debug_sync = 'reset'")

    def happen(self, what: str, *details: Any) -> None:
        """One event."""
        cancellable = self.status() in STATES[:6]
        if what == "fault":
            self.bench.arm(*details)
        elif what == "somebody cancels" and cancellable:
            self.bench.control("alter  system cancel clone clone_a")
            self.others += 1
        elif what == "server cancels" and cancellable:
            self.bench.control("ALTER SYSTEM MOCK CANCEL clone_a 'by standby tenant transfer event'")
        elif what == "advance":
            self.advance()
        elif what == "fail" and cancellable:
            self.bench.control(f"ALTER SYSTEM MOCK FAIL STEP {self.status()}")
            self.advance()
        elif what == "clean up":
            self.bench.control(f"SET ob_global_debug_sync = 'now signal go_{CLEAN_UP}'")
        elif what == "kill":
            self.kills += 1
            for row in self.bench.sessions():
                self.bench.control(f"KILL {row['id']}")


def tell_truth(world: PlannedEvents, run: Run) -> None:
    """The invariants."""
    result, failure = run.result, run.failure
    cancels = [entry for entry in run.log if entry["statement"].startswith("ALTER SYSTEM CANCEL")]
    accepted = run.accepted()
    assert accepted <= 1
    assert [entry["answer"] for entry in cancels[:-1]].count("ok") == 0 or cancels[-1]["answer"] == "error"
    assert run.elapsed <= WAIT + TIMEOUTS + TOLERANCE
    # No reader can tell whose CANCEL it was if the answer to ours is lost, and somebody else's takes effect just then.
    # (A CANCEL that is sent to a session that was killed does not even reach the log.)
    lost = world.kills or any(entry["answer"] == "lost" or entry.get("errno") == 4012
                              or entry.get("fault") in SILENT for entry in cancels)
    in_doubt = world.others and lost
    if in_doubt and result["changed"] is not (accepted == 1) and failure is None:
        assert any("taken for the one of this task" in warning for warning in run.warnings)
    unknown = failure is not None and "is unknown" in failure.hint
    if not in_doubt and not unknown:
        assert result["changed"] is (accepted == 1)
    assert bool(result["executed_statements"]) is result["changed"]
    if failure is not None:
        # On a busy machine the first connection may use up its time.
        assert failure.transient or failure.error_class in ("wait_timeout", "refused") or (
            failure.error_class == "unreachable" and not run.statements())
        assert result["outcome"] is None
        return
    rows = world.bench.history(world.job_id) or world.bench.progress()
    status = str(rows[0]["status"])
    assert result["job"]["clone_job_id"] == world.job_id
    if result["outcome"] in ("canceled", "already_canceled"):
        assert status == "CLONE_SYS_CANCELED"
        assert (result["outcome"] == "canceled") is result["changed"]
    elif result["outcome"] == "failed":
        assert status.endswith("_FAIL")
    else:
        assert result["outcome"] == "completed"
        assert status in STATES[5:]


@pytest.fixture(scope="module")
def quick_steps() -> Iterator[Bench]:
    """A bench whose jobs are held by debug points only."""
    with Bench(step_seconds=0) as bench:
        yield bench


def check(bench: Bench, state: str, plan: list[tuple[int, Any]], check_mode: bool) -> None:
    """One interleaving, and a second run after it."""
    world = PlannedEvents(bench, state, plan)
    cancellable = state in STATES[:6]
    run = bench.run(check_mode, world.before, timeouts=TIMEOUTS, wait_timeout=WAIT, poll_interval=0.1)
    if check_mode:
        assert not [entry for entry in run.log if entry["statement"].startswith("ALTER")]
        if not plan:
            assert run.result["changed"] is cancellable
        return
    tell_truth(world, run)
    bench.control("ALTER SYSTEM MOCK FAULT CLEAR", "ALTER SYSTEM MOCK FAIL CLEAR", "SET ob_global_debug_sync = 'reset'")
    if run.failure is None:
        again = bench.run(wait_timeout=WAIT)
        outcome = run.result["outcome"]
        assert again.result["outcome"] == ("already_canceled" if outcome == "canceled" else outcome)
        assert (again.result["changed"], again.accepted()) == (False, 0)


LOST = ("fault", "ALTER SYSTEM CAN", ("drop_after",))
NOT_ARRIVED = ("fault", "ALTER SYSTEM CAN", ("drop_before",))


@given(state=st.sampled_from(STATES[:7]), plan=PLANS, check_mode=st.sampled_from([False, False, False, True]))
@example(state="CLONE_SYS_LOCK", plan=[(2, LOST), (3, ("clean up",))], check_mode=False)
@example(state="CLONE_SYS_LOCK", plan=[(2, NOT_ARRIVED), (2, ("somebody cancels",))], check_mode=False)
@example(state="CLONE_SYS_LOCK", plan=[(2, ("somebody cancels",)), (2, ("kill",))], check_mode=False)
@example(state="CLONE_SYS_LOCK", plan=[(2, NOT_ARRIVED), (4, NOT_ARRIVED)], check_mode=False)
@example(state="CLONE_SYS_WAIT_TENANT_RESTORE_FINISH", plan=[(2, ("advance",))], check_mode=False)
@example(state="CLONE_SYS_CREATE_TENANT", plan=[(2, ("fail",)), (2, LOST)], check_mode=False)
@settings(max_examples=12, deadline=None, database=None, derandomize=True,
          suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_happens_the_result_is_true(quick_steps: Bench, state: str, plan: list[tuple[int, Any]],
                                             check_mode: bool) -> None:
    check(quick_steps, state, plan, check_mode)


@pytest.mark.full
@given(state=st.sampled_from(STATES[:7]), plan=PLANS, check_mode=st.just(False))
@settings(max_examples=300, deadline=None, database=None)
def test_whatever_happens_the_result_is_true_at_length(quick_steps: Bench, state: str, plan: list[tuple[int, Any]],
                                                       check_mode: bool) -> None:
    check(quick_steps, state, plan, check_mode)


THREE = ("clone_a", *SOURCES)
EVENTS_OF_THREE = st.one_of(
    st.tuples(st.just("fault"), st.sampled_from(STATEMENTS), st.sampled_from(FAULTS)),
    st.tuples(st.sampled_from(["somebody cancels", "server cancels"]), st.sampled_from(THREE)),
    st.tuples(st.sampled_from(["clean up", "kill"])))
PLANS_OF_THREE = st.lists(st.tuples(st.integers(0, 9), EVENTS_OF_THREE), max_size=6)


class ThreeClones:
    """Three clone jobs that can be canceled until somebody cancels them, and what happened to each."""

    def __init__(self, bench: Bench, plan: list[tuple[int, Any]]) -> None:
        self.bench = bench
        self.plan = sorted(plan, key=lambda entry: entry[0])
        self.others: set[str] = set()
        self.kills = 0
        bench.clean()
        self.job_ids = {name: bench.start(name) for name in THREE}

    def before(self, number: int) -> None:
        """Lets happen what the plan has for this moment; at the end nothing is held back any more."""
        while self.plan and self.plan[0][0] <= number:
            _number, event = self.plan.pop(0)
            self.happen(*event)
        if number >= ENOUGH + len(THREE):
            self.bench.control("ALTER SYSTEM MOCK FAULT CLEAR", "SET ob_global_debug_sync = 'reset'")

    def happen(self, what: str, *details: Any) -> None:
        """Makes one event happen."""
        running = {row["clone_tenant_name"] for row in self.bench.progress() if row["status"] in STATES[:6]}
        if what == "fault":
            self.bench.arm(*details)
        elif what == "clean up":
            self.bench.control(f"SET ob_global_debug_sync = 'HANG_IN_{CLEAN_UP} clear'",
                               "SET ob_global_debug_sync = 'now broadcast go'")
        elif what == "kill":
            self.kills += 1
            for row in self.bench.sessions():
                self.bench.control(f"KILL {row['id']}")
        elif details[0] in running:
            self.others |= set(details) if what == "somebody cancels" else set()
            self.bench.control(f"alter  system cancel clone {details[0]}" if what == "somebody cancels" else
                               f"ALTER SYSTEM MOCK CANCEL {details[0]} 'by standby tenant transfer event'")

    def tell_truth(self, run: Run) -> None:
        """Asserts the invariants of each clone."""
        assert run.elapsed <= WAIT + TIMEOUTS + TOLERANCE
        assert [entry["name"] for entry in run.result["results"]] == list(THREE)
        for entry in run.result["results"]:
            name, error = entry["name"], entry["error"]
            accepted = run.accepted(name)
            assert accepted <= 1
            cancels = [sent for sent in run.log if sent["statement"].startswith("ALTER SYSTEM CANCEL")
                       and name in sent["statement"]]
            lost = self.kills or any(sent["answer"] == "lost" or sent.get("errno") == 4012
                                     or sent.get("fault") in SILENT for sent in cancels)
            unknown = error is not None and "is unknown" in error["hint"]
            if not (name in self.others and lost) and not unknown:
                assert entry["changed"] is (accepted == 1), (name, accepted, entry["changed"])
            assert bool(entry["executed_statements"]) is entry["changed"]
            if error is not None:
                assert entry["outcome"] is None
                continue
            assert entry["job"]["clone_job_id"] == self.job_ids[name]
            assert entry["outcome"] == ("canceled" if entry["changed"] else "already_canceled")
            assert [row["status"] for row in self.bench.history(self.job_ids[name])] == ["CLONE_SYS_CANCELED"]


def check_three(bench: Bench, plan: list[tuple[int, Any]]) -> None:
    """Plays one interleaving with three clones in one task, and a second run after it."""
    clones = ThreeClones(bench, plan)
    names: dict[str, Any] = {"clone_tenant": None, "clone_tenants": list(THREE)}
    run = bench.run(False, clones.before, timeouts=TIMEOUTS, wait_timeout=WAIT, poll_interval=0.1, **names)
    clones.tell_truth(run)
    bench.control("ALTER SYSTEM MOCK FAULT CLEAR", "SET ob_global_debug_sync = 'reset'")
    if run.failure is None:
        again = bench.run(wait_timeout=WAIT, **names)
        assert (again.result["outcome"], again.result["changed"], again.accepted()) == ("already_canceled", False, 0)


@given(plan=PLANS_OF_THREE)
@example(plan=[(3, LOST), (4, ("somebody cancels", "clone_c")), (6, ("clean up",))])
@example(plan=[(2, ("server cancels", "clone_a")), (3, NOT_ARRIVED), (4, ("kill",))])
@settings(max_examples=6, deadline=None, database=None, derandomize=True,
          suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_happens_to_three_clones_each_result_is_true(bench: Bench, plan: list[tuple[int, Any]]) -> None:
    check_three(bench, plan)


@pytest.mark.full
@given(plan=PLANS_OF_THREE)
@settings(max_examples=200, deadline=None, database=None,
          suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_happens_to_three_clones_each_result_is_true_at_length(
        bench: Bench, plan: list[tuple[int, Any]]) -> None:
    check_three(bench, plan)
