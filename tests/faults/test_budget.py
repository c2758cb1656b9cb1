# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults that last: the task gives up in time, and says what is known and what is not."""

from __future__ import annotations

import socket
import threading
import time
from typing import Any

import pytest

from ansible_collections.community.oceanbase.plugins.module_utils._connection.login import resolve_login
from ansible_collections.community.oceanbase.plugins.module_utils._connection.session import Session
from ansible_collections.community.oceanbase.plugins.module_utils._errors import ConnectionLost, Failure
from support.options import OPTIONS
from support.plays.bench import AMPLE, Bench

TIMEOUTS = 0.4
TOLERANCE = 1.5  # what a busy machine may add
KINDS = [("drop_before",), ("drop_after",), ("hang",), ("slow", 0.3), ("slow", 1.0), ("half",), ("garbage",),
         ("error", 4012, "HY000", "armed by a test"), ("error", 1205, "HY000", "armed by a test"),
         ("error", 8001, "08004", "armed by a test"), ("drop_during", 0.2)]
# What runs in `make test`, without and with time to wait: one fault of a kind stands for those that end as it does.
QUICK = (KINDS[:3] + KINDS[4:8] + KINDS[-1:], KINDS[1:3])
STATEMENTS = ["LOGIN dba@sys", "SET time_zone = ", "SELECT 'progress", "ALTER SYSTEM CANCEL CLONE"]


def last(bench: Bench, from_number: int, statement: str, fault: tuple[Any, ...], wait_timeout: int) -> None:
    """``fault`` strikes ``statement`` from the statement ``from_number`` of the session on, and never ends."""
    bench.struck = False

    def before(number: int) -> None:
        if number >= from_number and not bench.struck:
            bench.struck = True
            bench.arm(statement, fault, times=0)
            if statement.startswith(("LOGIN", "SET")):
                # Only a new connection meets it.
                for row in bench.sessions():
                    bench.control(f"KILL {row['id']}")

    bench.start()
    run = bench.run(before_send=before, timeouts=TIMEOUTS, wait_timeout=wait_timeout)
    accepted = run.accepted()
    assert run.elapsed <= wait_timeout + TIMEOUTS + TOLERANCE, run.elapsed
    assert accepted <= 1
    unknown = run.failure is not None and "is unknown" in run.failure.hint
    if unknown:
        assert run.result["changed"] is False
        assert "the answer to the CANCEL was lost" in run.failure.message
    else:
        assert run.result["changed"] is (accepted == 1), (run.result["changed"], accepted, run.failure)
    # The clean-up is held, so that the wait cannot end well.
    assert run.failure is not None
    assert run.result["outcome"] is None


def name_of(fault: Any) -> str:
    """For the ids of tests."""
    return "-".join(str(part) for part in fault[:2]) if isinstance(fault, tuple) else str(fault)


@pytest.mark.parametrize(("fault", "wait_timeout"), [
    pytest.param(fault, wait, marks=[] if fault in QUICK[wait] else pytest.mark.full)
    for fault in KINDS for wait in (0, 1)], ids=name_of)
def test_a_lasting_fault_ends_the_task_in_time(benches: Any, fault: tuple[Any, ...], wait_timeout: int) -> None:
    cases = [(number, statement, fault, wait_timeout) for number in (1, 2, 3) for statement in STATEMENTS]
    problems = benches.run(last, cases)
    assert problems == []


@pytest.mark.parametrize("then", ["hang", "drop_before"])
def test_the_last_moment_is_kept_for_finding_out_what_an_unanswered_cancel_did(bench: Bench, then: str) -> None:
    """The answer to CANCEL is lost, the look after it uses up the time to wait, and yet the truth is found out."""
    def before(number: int) -> None:
        if number == 2:
            bench.arm("ALTER SYSTEM CANCEL CLONE", ("drop_after",))
            bench.arm("SELECT 'progress' AS", (then,))

    bench.start()
    run = bench.run(before_send=before, timeouts=1.0, wait_timeout=1)
    assert (run.accepted(), run.result["changed"]) == (1, True)
    assert run.failure is not None and run.failure.error_class == "wait_timeout"


def trickle(listener: socket.socket, ended: threading.Event) -> None:
    """A server that sends one byte of an endless greeting every 50 ms."""
    connection, _address = listener.accept()
    with connection:
        connection.sendall(b"\xff\x0f\x00\x00\x0a")
        while not ended.wait(0.05):
            try:
                connection.sendall(b"5")
            except OSError:
                return


def test_an_answer_that_trickles_is_not_awaited_for_ever() -> None:
    ended = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=trickle, args=(listener, ended))
        thread.start()
        options = {**OPTIONS, "login_port": listener.getsockname()[1]}
        login = resolve_login(options, {})._replace(connect_timeout=0.5, read_timeout=0.5)  # type: ignore[arg-type]
        started = time.monotonic()
        with Session(login) as session, pytest.raises(ConnectionLost, match=r"no answer within 0\.5 s"):
            session.connect(AMPLE)
        assert time.monotonic() - started < 0.5 + TOLERANCE
        ended.set()
        thread.join()


def test_a_listener_that_says_nothing_is_not_awaited_for_ever() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        options = {**OPTIONS, "login_port": listener.getsockname()[1], "connect_timeout": 1}
        started = time.monotonic()
        with Session(resolve_login(options, {})) as session, pytest.raises(Failure, match="within 1 s"):
            session.connect(AMPLE)
        assert 1 <= time.monotonic() - started < 1 + TOLERANCE
