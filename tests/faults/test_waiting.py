# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What can happen to a job while it is canceled and waited for: each has its own honest result."""

from __future__ import annotations

import time
from typing import Any

import pytest

from support.plays.bench import Bench


def when_canceling(action: Any, times: int = 1) -> Any:
    """A hook that calls ``action`` once the task has seen the job CANCELING ``times`` times."""
    seen: list[int] = []

    def after(rows: list[dict[str, Any]]) -> None:
        if any(row.get("status") == "CLONE_SYS_CANCELING" for row in rows):
            seen.append(1)
            if len(seen) == times:
                action()

    return after


def at(number: int, action: Any) -> Any:
    """A hook that calls ``action`` before the session sends its statement ``number`` (0: SET, 1: look, 2: CANCEL)."""
    return lambda sent: action() if sent == number else None


# The resend rule


def test_a_cancel_that_did_not_arrive_is_sent_again_and_the_result_says_so(bench: Bench) -> None:
    bench.start(hold_clean_up=False)
    run = bench.run(before_send=at(2, lambda: bench.arm("ALTER SYSTEM CANCEL CLONE", ("drop_before",))))
    cancels = [entry for entry in run.log if entry["statement"].startswith("ALTER SYSTEM CANCEL")]
    assert [entry["answer"] for entry in cancels] == ["lost", "ok"]
    assert (run.result["outcome"], run.result["changed"], run.result["reconnects"]) == ("canceled", True, 1)
    assert len(run.warnings) == 1
    assert "was sent again" in run.warnings[0]


def test_a_cancel_whose_answer_was_lost_is_not_sent_again(bench: Bench) -> None:
    bench.start(hold_clean_up=False)
    run = bench.run(before_send=at(2, lambda: bench.arm("ALTER SYSTEM CANCEL CLONE", ("drop_after",))))
    assert len([entry for entry in run.log if entry["statement"].startswith("ALTER SYSTEM CANCEL")]) == 1
    assert (run.result["outcome"], run.result["changed"]) == ("canceled", True)
    assert "was executed was uncertain" in run.warnings[0]


def test_a_cancel_is_sent_again_only_to_the_job_that_was_meant(bench: Bench) -> None:
    """The job ends and one of the same name starts while the CANCEL is lost: the new one is left alone."""
    def swap() -> None:
        bench.control("ALTER SYSTEM CANCEL CLONE clone_a")
        bench.release()
        bench.start()

    first = bench.start()

    def before(number: int) -> None:
        if number == 2:
            bench.arm("ALTER SYSTEM CANCEL CLONE", ("drop_before",))
        if number == 3:
            swap()

    run = bench.run(before_send=before)
    (new,) = bench.progress()
    assert new["status"] == "CLONE_SYS_LOCK"
    assert str(new["clone_job_id"]) != first == run.result["job"]["clone_job_id"]
    assert run.accepted() == 0
    # Here the views cannot tell whose CANCEL it was; see the notes of the module.
    assert run.result["changed"] is True
    assert "taken for the one of this task" in run.warnings[0]


@pytest.mark.parametrize(("error", "changed"), [((1205, "HY000"), False), ((4012, "HY000"), True)])
def test_somebody_elses_cancel_while_ours_waits_for_the_lock(bench: Bench, error: Any, changed: bool) -> None:
    """An error says that ours was not accepted; only 4012 may also strike a commit that took place."""
    bench.start(hold_clean_up=False)

    def both() -> None:
        bench.arm("ALTER SYSTEM CANCEL CLONE", ("error", *error, "armed by a test"))
        # By a session of our own account, which the fault would meet, too: so in other letters.
        bench.control("alter  system cancel clone clone_a")

    run = bench.run(before_send=at(2, both))
    assert run.accepted() == 0
    assert run.result["changed"] is changed
    assert run.result["outcome"] == ("canceled" if changed else "already_canceled")


def test_somebody_elses_cancel_between_the_look_and_ours(bench: Bench) -> None:
    bench.start(hold_clean_up=False)
    run = bench.run(before_send=at(2, lambda: bench.control("ALTER SYSTEM CANCEL CLONE clone_a")))
    assert run.accepted() == 0
    assert (run.result["outcome"], run.result["changed"], run.failure) == ("already_canceled", False, None)


@pytest.mark.parametrize("reason", ["by standby tenant transfer event", "by standby tenant upgrade event"])
def test_a_cancel_by_the_server_is_never_ours(bench: Bench, reason: str) -> None:
    bench.start(hold_clean_up=False)

    def lost() -> None:
        bench.arm("ALTER SYSTEM CANCEL CLONE", ("drop_before",))
        bench.control(f"ALTER SYSTEM MOCK CANCEL clone_a '{reason}'")

    run = bench.run(before_send=at(2, lost))
    assert (run.result["outcome"], run.result["changed"]) == ("already_canceled", False)


def test_a_tenant_that_is_normal_already_is_completed_though_its_job_still_runs() -> None:
    """Whose CANCEL the server refuses with an error that says nothing: the tenant explains it."""
    with Bench(step_seconds=0) as quick:
        quick.control("SET ob_global_debug_sync = 'HANG_IN_CLONE_SYS_WAIT_TENANT_RESTORE_FINISH wait_for go execute 9'")
        quick.mock.start_clone("clone_a", until="CLONE_SYS_WAIT_TENANT_RESTORE_FINISH")
        quick.control("ALTER SYSTEM MOCK TENANT clone_a status NORMAL")
        predicted = quick.run(check_mode=True)
        run = quick.run()
        assert (run.failure, run.accepted()) == (None, 0)
        for one in (predicted, run):
            assert (one.result["outcome"], one.result["changed"]) == ("completed", False)


# The wait


def test_a_clean_up_that_fails_ends_in_a_time_out_that_tells_where_it_stands_and_a_second_run_resumes(
        bench: Bench) -> None:
    job_id = bench.start(hold_clean_up=False)
    bench.control("ALTER SYSTEM MOCK FAIL CLEANUP TIMES 0")
    run = bench.run(wait_timeout=1)
    assert run.failure is not None and run.failure.error_class == "wait_timeout"
    assert f"clone job {job_id} is still in CLONE_SYS_CANCELING after 1 s (wait_timeout)" in run.failure.message
    assert "resume" in run.failure.hint
    assert (run.result["changed"], run.result["outcome"]) == (True, None)
    assert run.result["job"]["status"] == "CLONE_SYS_CANCELING"
    again = bench.run(wait_timeout=3, after_rows=when_canceling(
        lambda: bench.control("ALTER SYSTEM MOCK FAIL CLEAR"), times=2))
    assert (again.result["outcome"], again.result["changed"], again.accepted()) == ("already_canceled", False, 0)


def test_upgrade_mode_stops_every_job_and_the_time_out_says_so(bench: Bench) -> None:
    bench.start(hold_clean_up=False)
    bench.control("ALTER SYSTEM BEGIN UPGRADE")
    run = bench.run(wait_timeout=1)
    assert run.failure is not None and run.failure.error_class == "wait_timeout"
    assert "upgrade mode" in run.failure.hint
    assert run.result["changed"] is True
    bench.control("ALTER SYSTEM END UPGRADE")
    assert bench.run().result["outcome"] == "already_canceled"


def test_a_job_that_vanishes_from_both_views_is_no_success(bench: Bench) -> None:
    def vanish() -> None:
        bench.release()
        bench.control("ALTER SYSTEM MOCK FORGET HISTORY")

    job_id = bench.start()
    run = bench.run(after_rows=when_canceling(vanish))
    assert run.failure is not None and run.failure.error_class == "server_error"
    assert f"neither view shows clone job {job_id} any more" in run.failure.message
    assert (run.result["changed"], run.result["outcome"]) == (True, None)
    assert bench.run().result["outcome"] == "not_found"


def test_a_job_that_vanishes_while_the_cancel_is_in_flight_is_no_not_found(bench: Bench) -> None:
    def vanish() -> None:
        bench.release()
        bench.control("ALTER SYSTEM MOCK FORGET HISTORY")

    bench.start()

    def before(number: int) -> None:
        if number == 2:
            bench.arm("ALTER SYSTEM CANCEL CLONE", ("drop_after",))
        if number == 3:
            vanish()

    run = bench.run(before_send=before)
    assert run.failure is not None and run.failure.error_class == "server_error"
    assert run.result["outcome"] is None


def test_a_later_job_of_the_same_name_does_not_disturb_the_wait(bench: Bench) -> None:
    def restart() -> None:
        bench.release()
        bench.start()

    first = bench.start()
    run = bench.run(after_rows=when_canceling(restart))
    assert (run.result["outcome"], run.result["changed"]) == ("canceled", True)
    assert run.result["job"]["clone_job_id"] == first
    (new,) = bench.progress()
    assert (new["clone_tenant_name"], new["status"]) == ("clone_a", "CLONE_SYS_LOCK")


def test_a_cancel_that_meets_a_later_job_of_the_same_name_says_so(bench: Bench) -> None:
    def restart() -> None:
        bench.control("ALTER SYSTEM CANCEL CLONE clone_a")
        bench.release()
        bench.start(hold_clean_up=False)

    first = bench.start()
    run = bench.run(before_send=at(2, restart))
    assert (run.accepted(), run.result["changed"]) == (1, True)
    assert run.result["job"]["clone_job_id"] == first


def test_a_wall_clock_that_is_set_back_disturbs_nothing(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each look at the wall clock of this process finds an hour less than the one before."""
    wall = [1e9]

    def earlier() -> float:
        wall[0] -= 3600
        return wall[0]

    bench.start(hold_clean_up=False)
    bench.control("ALTER SYSTEM MOCK FAIL CLEANUP TIMES 0")
    monkeypatch.setattr(time, "time", earlier)
    run = bench.run(wait_timeout=1)
    assert run.failure is not None and run.failure.error_class == "wait_timeout"
    assert 1 <= run.elapsed < 5
    assert run.result["elapsed"] == pytest.approx(run.elapsed, abs=1)
    elapsed = [step["elapsed"] for step in run.result["timeline"]]
    assert elapsed == sorted(elapsed)
    assert run.result["job"]["age"] >= 0


@pytest.mark.parametrize("version", ["4.3.0.1", "4.3.5.3"])
def test_without_wait_both_generations_of_the_server_are_told_apart_from_the_end(version: str) -> None:
    """Before 4.3.2 the row does not say why it was canceled."""
    with Bench(server_version=version) as bench:
        bench.start()
        run = bench.run(wait=False)
        assert (run.result["outcome"], run.result["changed"]) == ("canceling", True)
        bench.release()
        assert bench.run(wait=False).result["outcome"] == "already_canceled"
