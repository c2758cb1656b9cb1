# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The life of clone jobs on a clock turned by hand (facts: Row life, Cancel, Failure path, Test points)."""

from __future__ import annotations

import asyncio

import pytest
from executor_driver import HISTORY, PROGRESS, Driver

from ob_mock.cluster.clone_job import CANCELLABLE, STEPS

MAX_SCN = 18446744073709551615
REFUSED = (4179, "HY000", "The new tenant has completed the cloning operation, or this is not the name of a cloning "
                          "tenant. Cancel cloning not allowed")


@pytest.fixture
def mock() -> Driver:
    return Driver()


def hold(mock: Driver, point: str, signal: str = "go") -> None:
    mock.ask("ALTER SYSTEM SET debug_sync_timeout = '1000s'")
    mock.ask("SET ob_global_debug_sync = 'HANG_IN_%s wait_for %s execute 10000'" % (point, signal))


def tenant(mock: Driver, name: str = "clone1") -> tuple[object, ...] | None:
    rows = mock.ask("SELECT STATUS, TENANT_ROLE FROM oceanbase.DBA_OB_TENANTS WHERE TENANT_NAME = '%s'" % name)
    return rows[0] if rows else None


def test_every_state_shows_the_values_that_are_known_in_it(mock: Driver) -> None:
    mock.start()
    seen = []
    while mock.row(PROGRESS):
        row = mock.row(PROGRESS)
        pool = mock.ask("SELECT RESOURCE_POOL_ID FROM oceanbase.DBA_OB_RESOURCE_POOLS WHERE NAME = 'pool1'")
        seen.append((row["status"], row["resource_pool_id"] != -1, row["tenant_snapshot_id"] != -1,
                     row["restore_scn"] != MAX_SCN, row["clone_tenant_id"] != 0, bool(pool), tenant(mock)))
        assert (row["ret_code"], row["error_message"], row["clone_finished_time"]) == (None, None, None)
        assert (row["clone_job_type"], row["source_tenant_id"], row["source_tenant_name"]) == (
            "FORK", 1002, "mysql001")
        assert bool(row["tenant_snapshot_name"].startswith("_inner_snapshot$")) is (row["tenant_snapshot_id"] != -1)
        mock.time.pass_time(1.0)
    in_restore, ready = ("RESTORE", "CLONE"), ("NORMAL", "STANDBY")
    assert seen == [
        (STEPS[0], False, False, False, False, False, None), (STEPS[1], True, False, False, False, True, None),
        (STEPS[2], True, True, False, False, True, None), (STEPS[3], True, True, False, False, True, None),
        (STEPS[4], True, True, True, True, True, in_restore), (STEPS[5], True, True, True, True, True, in_restore),
        (STEPS[6], True, True, True, True, True, ready), (STEPS[7], True, True, True, True, True, ready)]
    done = mock.row(HISTORY)
    assert (done["status"], done["ret_code"], done["error_message"]) == ("CLONE_SYS_SUCCESS", 0, None)
    assert (done["clone_start_time"], done["clone_finished_time"]) == (
        "2024-01-26 14:48:34.000000", "2024-01-26 14:48:42.000000")


@pytest.mark.parametrize("status", CANCELLABLE)
@pytest.mark.parametrize("version, suffix", [("4.3.0.1", ""), ("4.3.1.9", ""), ("4.3.2.0", " by user command")])
def test_cancel_in_each_cancellable_state(status: str, version: str, suffix: str) -> None:
    mock = Driver(server_version=version)
    hold(mock, status)
    mock.start()
    mock.time.pass_time(50)
    before = mock.row(PROGRESS)
    assert before["status"] == status
    assert mock.ask("ALTER SYSTEM CANCEL CLONE clone1") == []
    after = mock.row(PROGRESS)
    changed = {name: value for name, value in after.items() if before[name] != value}
    assert changed == {"status": "CLONE_SYS_CANCELING", "ret_code": -4072,
                       "clone_finished_time": "2024-01-26 14:49:24.000000",
                       "error_message": "clone job has been canceled in %s status%s" % (status, suffix)}
    assert mock.refused("ALTER SYSTEM CANCEL CLONE clone1") == REFUSED
    mock.time.pass_time(2.9)
    assert mock.row(PROGRESS) is not None and mock.row(HISTORY) is None
    mock.time.pass_time(0.2)
    assert mock.row(PROGRESS) is None
    assert mock.row(HISTORY) == {**after, "status": "CLONE_SYS_CANCELED"}
    assert tenant(mock) is None
    assert mock.ask("SELECT 1 FROM oceanbase.DBA_OB_RESOURCE_POOLS WHERE NAME = 'pool1'") == []
    assert mock.ask("SELECT 1 FROM oceanbase.CDB_OB_TENANT_SNAPSHOTS") == []
    mock.ask("SET ob_global_debug_sync = 'HANG_IN_%s clear'" % status)
    assert mock.start()["status"] == "CLONE_SYS_LOCK"


def test_a_tenant_that_is_normal_cannot_be_canceled_though_its_job_still_waits(mock: Driver) -> None:
    mock.start()
    mock.time.pass_time(5.9)
    assert (mock.status(), tenant(mock)) == ("CLONE_SYS_WAIT_TENANT_RESTORE_FINISH", ("NORMAL", "STANDBY"))
    assert mock.refused("ALTER SYSTEM CANCEL CLONE clone1") == REFUSED


@pytest.mark.parametrize("seconds", [6.5, 7.5, 20])
def test_no_cancel_after_the_point_of_no_return(mock: Driver, seconds: float) -> None:
    mock.start()
    mock.time.pass_time(seconds)
    assert mock.refused("ALTER SYSTEM CANCEL CLONE clone1") == REFUSED


def test_the_job_is_found_whatever_the_case_but_the_tenant_byte_by_byte(mock: Driver) -> None:
    mock.start("Clone1")
    mock.time.pass_time(5.9)
    assert tenant(mock) == ("NORMAL", "STANDBY")
    # No tenant is called CLONE1, so the check for a NORMAL tenant passes, and the job's row is found.
    assert mock.ask("ALTER SYSTEM CANCEL CLONE `CLONE1  `") == []
    mock.time.pass_time(100)
    assert mock.status() == "CLONE_SYS_CANCELING"  # a NORMAL tenant is not dropped by the clean-up, which goes on
    assert tenant(mock) == ("NORMAL", "STANDBY")


@pytest.mark.parametrize("status", STEPS[:7])
@pytest.mark.parametrize("message", [None, "it broke"])
def test_a_failing_step(mock: Driver, status: str, message: str | None) -> None:
    text = " MESSAGE '%s'" % message if message else ""
    mock.ask("ALTER SYSTEM MOCK FAIL STEP %s RET_CODE -4722%s" % (status, text))
    hold(mock, "CLONE_SYS_FAILED_STATUS")
    mock.start()
    mock.time.pass_time(20)
    row = mock.row(PROGRESS)
    assert (row["status"], row["ret_code"], row["error_message"]) == (status + "_FAIL", -4722, message)
    assert row["clone_finished_time"] is not None
    assert mock.refused("ALTER SYSTEM CANCEL CLONE clone1") == REFUSED
    mock.ask("SET ob_global_debug_sync = 'now signal go'")
    mock.time.pass_time(2.1)
    if status == "CLONE_SYS_RELEASE_RESOURCE":  # its tenant is NORMAL already, so the clean-up is stuck
        assert mock.status() == status + "_FAIL"
    else:
        assert mock.row(HISTORY) == row
        assert tenant(mock) is None


def test_a_failing_clean_up_is_tried_again_every_second(mock: Driver) -> None:
    mock.ask("ALTER SYSTEM MOCK FAIL CLEANUP TIMES 3")
    mock.start()
    mock.ask("ALTER SYSTEM CANCEL CLONE clone1")
    mock.time.pass_time(1 + 1 + 3 + 0.9)
    assert mock.status() == "CLONE_SYS_CANCELING"
    mock.time.pass_time(0.2)
    assert mock.row(HISTORY)["status"] == "CLONE_SYS_CANCELED"


def test_a_clean_up_can_be_stuck_until_it_is_cleared(mock: Driver) -> None:
    mock.ask("ALTER SYSTEM MOCK FAIL CLEANUP TIMES 0")
    mock.start()
    mock.ask("ALTER SYSTEM CANCEL CLONE clone1")
    mock.time.pass_time(1000)
    assert mock.status() == "CLONE_SYS_CANCELING"
    mock.ask("ALTER SYSTEM MOCK FAIL CLEAR")
    mock.time.pass_time(2.1)
    assert mock.status() is None


def test_nothing_moves_in_upgrade_mode(mock: Driver) -> None:
    mock.start()
    mock.ask("ALTER SYSTEM BEGIN UPGRADE")
    mock.time.pass_time(100)
    assert mock.status() == "CLONE_SYS_LOCK"
    mock.ask("ALTER SYSTEM CANCEL CLONE clone1")
    mock.time.pass_time(100)
    assert mock.status() == "CLONE_SYS_CANCELING"
    mock.ask("ALTER SYSTEM END UPGRADE")
    mock.time.pass_time(2.1)
    assert mock.status() is None


class TestDebugSync:
    """Holding jobs at a state."""

    def test_signal_lets_one_job_go_and_the_next_is_held_again(self, mock: Driver) -> None:
        hold(mock, "CLONE_SYS_CREATE_TENANT")
        mock.start()
        mock.time.pass_time(50)
        assert mock.status() == "CLONE_SYS_CREATE_TENANT"
        mock.ask("SET ob_global_debug_sync = 'now signal go'")
        mock.time.pass_time(10)
        assert mock.row(HISTORY)["status"] == "CLONE_SYS_SUCCESS"
        mock.start("clone2", pool="pool2")
        mock.time.pass_time(50)
        assert mock.status() == "CLONE_SYS_CREATE_TENANT"

    def test_a_point_that_is_reached_sends_the_signal_it_was_armed_with(self, mock: Driver) -> None:
        """One job waits at LOCK, until another one comes through CREATE_TENANT."""
        mock.ask("CREATE RESOURCE POOL other_pool UNIT = unit001")
        mock.ask("CREATE TENANT other RESOURCE_POOL_LIST = ('other_pool')")
        mock.ask("ALTER SYSTEM ARCHIVELOG TENANT = ALL")
        mock.start()
        mock.time.pass_time(1.5)
        hold(mock, "CLONE_SYS_LOCK", "passed")
        mock.ask("SET ob_global_debug_sync = 'HANG_IN_CLONE_SYS_CREATE_TENANT signal passed execute 1'")
        with pytest.raises(AssertionError):  # two rows in PROGRESS
            mock.start("clone2", "other", "pool2")
        waiting = "SELECT COUNT(*) FROM %s WHERE CLONE_TENANT_NAME = 'clone2' AND STATUS = 'CLONE_SYS_LOCK'" % PROGRESS
        mock.time.pass_time(3.4)  # the first one ends CREATE_TENANT after 5 s
        assert mock.ask(waiting) == [(1,)]
        mock.time.pass_time(0.2)
        assert mock.ask(waiting) == [(0,)]
        hold(mock, "CLONE_SYS_CREATE_TENANT", "go")
        mock.time.pass_time(60)
        assert mock.status() == "CLONE_SYS_CREATE_TENANT"  # The signal was sent once: this one is held.

    def test_signal_wakes_one_and_broadcast_all(self, mock: Driver) -> None:
        mock.ask("CREATE RESOURCE POOL other_pool UNIT = unit001")
        mock.ask("CREATE TENANT other RESOURCE_POOL_LIST = ('other_pool')")
        mock.ask("ALTER SYSTEM ARCHIVELOG TENANT = other")
        hold(mock, "CLONE_SYS_LOCK")
        mock.start()
        mock.ask("SELECT 1")
        with pytest.raises(AssertionError):  # two rows in PROGRESS
            mock.start("clone2", "other", "pool2")
        mock.time.pass_time(5)
        mock.ask("SET ob_global_debug_sync = 'now signal go'")
        mock.time.pass_time(1.5)
        assert mock.ask("SELECT COUNT(*) FROM %s WHERE STATUS = 'CLONE_SYS_LOCK'" % PROGRESS) == [(1,)]
        mock.ask("SET ob_global_debug_sync = 'now broadcast go'")
        mock.time.pass_time(0.5)
        assert mock.ask("SELECT COUNT(*) FROM %s WHERE STATUS = 'CLONE_SYS_LOCK'" % PROGRESS) == [(0,)]

    @pytest.mark.parametrize("release", [
        "SET ob_global_debug_sync = 'HANG_IN_CLONE_SYS_LOCK clear'", "SET ob_global_debug_sync = 'reset'",
        "ALTER SYSTEM SET debug_sync_timeout = 0"])
    def test_other_ways_to_end_a_hold(self, mock: Driver, release: str) -> None:
        hold(mock, "CLONE_SYS_LOCK")
        mock.start()
        mock.time.pass_time(5)
        mock.ask(release)
        mock.time.pass_time(0.5)
        assert mock.status() == "CLONE_SYS_CREATE_INNER_RESOURCE_POOL"

    def test_a_hold_ends_with_the_timeout_of_the_facility(self, mock: Driver) -> None:
        mock.ask("ALTER SYSTEM SET debug_sync_timeout = '30s'")
        mock.ask("SET ob_global_debug_sync = 'HANG_IN_CLONE_SYS_LOCK wait_for go execute 1'")
        mock.start()
        mock.time.pass_time(30.9)
        assert mock.status() == "CLONE_SYS_LOCK"
        mock.time.pass_time(0.2)
        assert mock.status() == "CLONE_SYS_CREATE_INNER_RESOURCE_POOL"

    @pytest.mark.parametrize("action, errno", [
        ("NO_SUCH clear", 4247), ("HANG_IN_CLONE_SYS_LOCK", 4246), ("HANG_IN_CLONE_SYS_LOCK wait_for", 4246),
        ("HANG_IN_CLONE_SYS_LOCK wait_for a execute x", 4246), ("now", 4246), ("now signal", 4246)])
    def test_bad_actions(self, mock: Driver, action: str, errno: int) -> None:
        assert mock.refused("SET ob_global_debug_sync = '%s'" % action)[0] == 1235
        mock.ask("ALTER SYSTEM SET debug_sync_timeout = '1000s'")
        assert mock.refused("SET ob_global_debug_sync = '%s'" % action)[0] == errno

    def test_the_move_to_history_can_be_held(self, mock: Driver) -> None:
        hold(mock, "CLONE_SYS_SUCCESS")
        mock.start()
        mock.time.pass_time(50)
        assert (mock.status(), mock.row(HISTORY)) == ("CLONE_SYS_SUCCESS", None)


def test_the_event_history_tells_the_story(mock: Driver) -> None:
    mock.start()
    mock.ask("ALTER SYSTEM CANCEL CLONE clone1")
    mock.time.pass_time(5)
    rows = mock.ask("SELECT EVENT, VALUE3, NAME5, VALUE5 FROM oceanbase.DBA_OB_ROOTSERVICE_EVENT_HISTORY "
                    "WHERE MODULE = 'clone'")
    assert rows == [
        ("clone_start", "clone1", "", ""), ("change_clone_status", "CLONE_SYS_LOCK", "", ""),
        ("change_clone_status", "CLONE_SYS_CANCELING", "reason", "by user command"),
        ("clone_recycle_failed_job_finish", "", "", "")]


def test_an_event_of_a_cancel_is_also_written_when_the_cancel_is_refused(mock: Driver) -> None:
    """So the event does not prove a cancel (facts: Event history)."""
    mock.ask("ALTER SYSTEM MOCK FAIL STEP CLONE_SYS_LOCK")
    mock.start()
    mock.time.pass_time(1.1)
    assert mock.status() == "CLONE_SYS_LOCK_FAIL"
    for name in ("clone1", "nosuch"):
        assert mock.refused("ALTER SYSTEM CANCEL CLONE " + name) == REFUSED
    told = mock.ask("SELECT VALUE2, NAME3, VALUE3, NAME5, VALUE5 FROM oceanbase.DBA_OB_ROOTSERVICE_EVENT_HISTORY "
                    "WHERE VALUE3 = 'CLONE_SYS_CANCELING'")
    assert told == [("CLONE_SYS_LOCK_FAIL", "cur_clone_status", "CLONE_SYS_CANCELING", "reason", "by user command")]
    mock.time.pass_time(50)
    assert mock.row(HISTORY)["status"] == "CLONE_SYS_LOCK_FAIL"


@pytest.mark.parametrize("statements, status, ret_code", [
    (["DROP RESOURCE UNIT unit002"], "CLONE_SYS_CREATE_INNER_RESOURCE_POOL_FAIL", -4648),
    (["CREATE RESOURCE POOL pool1 UNIT = unit002"], "CLONE_SYS_CREATE_INNER_RESOURCE_POOL_FAIL", -4651)])
def test_what_changes_between_the_check_and_the_step_fails_the_step(
        mock: Driver, statements: list[str], status: str, ret_code: int) -> None:
    mock.ask("CREATE RESOURCE UNIT unit002")
    asyncio.run(_begin(mock, "CREATE TENANT clone1 FROM mysql001 WITH RESOURCE_POOL = pool1, UNIT = unit002"))
    for statement in statements:
        mock.ask(statement)
    mock.time.pass_time(1.0)
    assert (mock.row(PROGRESS)["status"], mock.row(PROGRESS)["ret_code"]) == (status, ret_code)
    mock.time.pass_time(50)
    assert (mock.row(HISTORY)["status"], mock.row(HISTORY)["resource_pool_id"]) == (status, -1)
    pools = mock.ask("SELECT COUNT(*) FROM oceanbase.DBA_OB_RESOURCE_POOLS WHERE NAME = 'pool1'")
    assert pools == [(1 if ret_code == -4651 else 0,)]  # Somebody else's pool is left alone.


async def _begin(mock: Driver, statement: str) -> None:
    waiting = asyncio.ensure_future(mock.engine.execute(mock.root, statement))
    await asyncio.sleep(0)
    waiting.cancel()


def test_a_pool_that_vanishes_during_a_clone_does_not_keep_the_clean_up(mock: Driver) -> None:
    mock.start()
    mock.time.pass_time(2.5)
    mock.ask("DROP RESOURCE POOL pool1")
    mock.time.pass_time(2.0)
    assert tenant(mock) == ("RESTORE", "CLONE")
    mock.ask("ALTER SYSTEM CANCEL CLONE clone1")
    mock.time.pass_time(5)
    assert mock.row(HISTORY)["status"] == "CLONE_SYS_CANCELED"
    assert tenant(mock) is None


def test_tenants_say_when_they_were_created_and_changed(mock: Driver) -> None:
    times = "SELECT CREATE_TIME, MODIFY_TIME FROM oceanbase.DBA_OB_TENANTS WHERE TENANT_NAME = '%s'"
    begin = "2024-01-26 14:48:34.000000"
    assert mock.ask(times % "mysql001") == [(begin, begin)]
    mock.start()
    mock.time.pass_time(50)
    made, ready = "2024-01-26 14:48:38.000000", "2024-01-26 14:48:39.800000"
    assert mock.ask(times % "clone1") == [(made, ready)]
    mock.ask("ALTER TENANT mysql001 LOCK")
    assert mock.ask(times % "mysql001") == [(begin, "2024-01-26 14:49:24.000000")]


def test_ids_are_never_used_again(mock: Driver) -> None:
    ids = []
    for _round in range(2):
        mock.start()
        mock.time.pass_time(4.5)
        row = mock.row(PROGRESS)
        ids.append((row["clone_job_id"], row["clone_tenant_id"], row["resource_pool_id"], row["tenant_snapshot_id"]))
        mock.ask("ALTER SYSTEM CANCEL CLONE clone1")
        mock.time.pass_time(5)
    assert all(first < second for first, second in zip(*ids))
    assert ids[0][1] % 2 == 0
