# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""When each statement is sent and how long it may take, to the hundredth of a second, on a clock that is scripted."""

from __future__ import annotations

from typing import Any, Dict, List, NamedTuple, Optional, Sequence

import pytest

from ansible_collections.community.oceanbase.plugins.module_utils._connection import session as _session
from ansible_collections.community.oceanbase.plugins.module_utils._connection.addresses import NoAnswer
from ansible_collections.community.oceanbase.plugins.module_utils._connection.login import resolve_login
from ansible_collections.community.oceanbase.plugins.module_utils._connection.session import Session
from ansible_collections.community.oceanbase.plugins.module_utils._errors import (
    ConnectionLost,
    ServerError,
    Unreachable,
    WaitTimeout,
    server_failure,
)
from ansible_collections.community.oceanbase.plugins.module_utils._procedures.cancel import CLONE_CANCEL
from ansible_collections.community.oceanbase.plugins.module_utils._procedures.drop import CLONE_DROP
from ansible_collections.community.oceanbase.plugins.module_utils._procedures.info import CLONE_INFO
from ansible_collections.community.oceanbase.plugins.module_utils._procedures.start import CLONE
from ansible_collections.community.oceanbase.plugins.module_utils._procedures.tenant_info import TENANT_INFO
from ansible_collections.community.oceanbase.plugins.module_utils._views.jobs import HISTORY, PROGRESS
from ansible_collections.community.oceanbase.tests.support.options import default_options

from .fakes import FakeSession, FakeTime, perform, view_row

RUNNING = [(PROGRESS, view_row("CLONE_SYS_CREATE_TENANT"))]
CANCELING = [(PROGRESS, view_row("CLONE_SYS_CANCELING"))]
CANCELED = [(HISTORY, view_row("CLONE_SYS_CANCELED"))]
BUSY = server_failure(4012, "HY000", "Timeout")
LOST = ConnectionLost("the connection broke")


class Sent(NamedTuple):
    """A statement: when it was sent, what it was, and how many seconds it was given."""

    when: float
    kind: str
    given: float


class TimedSession(FakeSession):
    """Notes when each statement was sent, and lets it take the seconds in ``takes``, or all that it is given."""

    def __init__(self, time: FakeTime, looks: Sequence[Any], cancels: Sequence[Any] = (),
                 takes: Optional[Dict[str, float]] = None, **login: Any) -> None:
        super().__init__(looks, cancels)
        self.login = resolve_login({**default_options("ob_clone_cancel"), **login}, {})
        self.time = time
        self.takes = takes or {}
        self.sent: List[Sent] = []

    def run(self, statement: str, arguments: Sequence[Any], budget: Any) -> List[Dict[str, Any]]:
        kind = "CANCEL" if statement.startswith("ALTER") else "look"
        given = min(budget.left(), self.login.read_timeout)
        self.sent.append(Sent(round(self.time.now - 1000, 2), kind, round(given, 2)))
        self.time.now += min(self.takes.get(kind, 0.0), given)
        return super().run(statement, arguments, budget)

    def looks_at(self) -> List[float]:
        """Returns when the views were read."""
        return [sent.when for sent in self.sent if sent.kind == "look"]


def cancel(time: FakeTime, session: Any, **options: Any) -> Any:
    """Returns the report and the failure of a run of ob_clone_cancel."""
    return perform(CLONE_CANCEL, session, {**default_options("ob_clone_cancel"), "clone_tenant": "clone_a", **options},
                   time)


# 0.1 s until a twentieth of the time waited so far is more than that.
FIRST = [0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.1, 1.2, 1.3, 1.4, 1.5, 1.6, 1.7, 1.8, 1.9, 2.0, 2.1,
         2.2, 2.31, 2.42, 2.53, 2.65, 2.78, 2.91]


@pytest.mark.parametrize(("poll_interval", "wait_timeout", "expected"), [
    (1.0, 3, [*FIRST, 3.0]),
    (100.0, 3, [*FIRST, 3.0]),
    (0.1, 1, [0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0]),
    (0.025, 0, [0.0, 0.0]),
])
def test_when_a_wait_looks(poll_interval: float, wait_timeout: int, expected: List[float]) -> None:
    time = FakeTime()
    session = TimedSession(time, [RUNNING, CANCELING], [None])
    report, failure = cancel(time, session, poll_interval=poll_interval, wait_timeout=wait_timeout)
    assert isinstance(failure, WaitTimeout)
    assert session.looks_at() == expected
    assert report.as_result()["elapsed"] == wait_timeout


@pytest.mark.parametrize("poll_interval", [0.05, 0.5, 1.0, 2.5, 4.0])
def test_the_poll_interval_is_the_longest_pause(poll_interval: float) -> None:
    """Of every procedure that waits, for a job that takes 200 seconds."""
    options = {"wait": True, "wait_timeout": 200, "poll_interval": poll_interval}
    runs = []
    for description, module, looks in ((CLONE_CANCEL, "ob_clone_cancel", [CANCELING]),
                                       (CLONE_INFO, "ob_clone_info", [RUNNING]), (CLONE, "ob_clone", [RUNNING])):
        time = FakeTime()
        session = TimedSession(time, looks)
        names = {"clone_tenant": "clone_a", "source_tenant": "mysql001"}
        if module == "ob_clone":
            names.update(resource_pool="pool_a", unit_config="unit001")
        _report, failure = perform(description, session, {**default_options(module), **options, **names}, time)
        assert isinstance(failure, WaitTimeout), failure
        runs.append((module, session.looks_at()))
    for module, times in runs:
        pauses = [round(after - before, 2) for before, after in zip(times, times[1:])]
        # The last one ends at the deadline; the two looks before the first pause are at the start.
        assert pauses[-10:-2] == pytest.approx([poll_interval] * 8, abs=0.02), module
        assert max(pauses) <= poll_interval + 0.01, module
        assert times[-1] == 200, module


def test_without_wait_the_looks_for_a_job_that_has_vanished_have_pauses() -> None:
    time = FakeTime()
    session = TimedSession(time, [RUNNING, []], [None])
    _report, failure = cancel(time, session, wait=False)
    assert isinstance(failure, ServerError) and "neither view shows" in failure.message
    assert [(sent.when, sent.kind) for sent in session.sent] == [
        (0.0, "look"), (0.0, "CANCEL"), (0.0, "look"), (0.1, "look"), (0.2, "look")]


def test_without_wait_the_limit_of_the_looks_is_told_as_read_timeout() -> None:
    time = FakeTime()
    session = TimedSession(time, [RUNNING, []], [None], {"look": 3.0}, read_timeout=4)
    _report, failure = cancel(time, session, wait=False)
    assert isinstance(failure, WaitTimeout)
    assert failure.message == "clone job 1706251714452555625 is in neither view after 4 s (read_timeout)"


def test_half_of_the_rest_is_kept_for_finding_out_about_an_unanswered_cancel() -> None:
    time = FakeTime()
    session = TimedSession(time, [RUNNING, CANCELING], [LOST], {"CANCEL": 1000.0}, read_timeout=4)
    report, failure = cancel(time, session, wait_timeout=2)
    # In all, wait_timeout and read_timeout: 6 s.
    assert session.sent == [(0.0, "look", 4), (0.0, "CANCEL", 3), (3.0, "look", 3), (3.0, "look", 3)]
    assert isinstance(failure, WaitTimeout)
    assert report.as_result()["changed"] is True


def test_a_busy_cancel_is_sent_again_with_growing_pauses_and_a_look_in_between() -> None:
    time = FakeTime()
    session = TimedSession(time, [RUNNING], [BUSY] * 9, read_timeout=4)
    _report, failure = cancel(time, session, wait_timeout=2)
    assert failure is not None and failure.errno == 4012
    assert [(sent.when, sent.kind) for sent in session.sent] == [
        (0.0, "look"), (0.0, "CANCEL"), (0.0, "look"), (0.1, "CANCEL"), (0.1, "look"), (0.3, "CANCEL"), (0.3, "look"),
        (0.7, "CANCEL"), (0.7, "look"), (1.5, "CANCEL"), (1.5, "look")]
    assert [sent.given for sent in session.sent if sent.kind == "CANCEL"] == [3.0, 2.95, 2.85, 2.65, 2.25]


@pytest.mark.parametrize(("takes", "expected"), [
    (0.0, [0.0, 0.1, 0.3, 0.7, 1.5]),
    (0.5, [0.0, 0.6, 1.3]),
    (3.0, [0.0]),
])
def test_a_look_that_fails_is_tried_again_until_the_deadline(takes: float, expected: List[float]) -> None:
    time = FakeTime()
    session = TimedSession(time, [BUSY], takes={"look": takes}, read_timeout=4)
    _report, failure = cancel(time, session, wait_timeout=2)
    assert failure is not None and failure.errno == 4012
    assert session.looks_at() == expected


@pytest.mark.parametrize(("module", "description", "options"), [
    ("ob_tenant_info", TENANT_INFO, {}),
    ("ob_clone_drop", CLONE_DROP, {"clone_tenant": "clone_a", "clone_job_id": "1"}),
    ("ob_clone_info", CLONE_INFO, {"wait": True, "wait_timeout": 4}),
])
def test_what_cannot_be_read_is_tried_again_until_the_end_of_its_time(
        module: str, description: Any, options: Dict[str, Any]) -> None:
    """Without a wait of its own: read_timeout."""
    class Busy(TimedSession):
        def run(self, statement: str, arguments: Sequence[Any], budget: Any) -> List[Dict[str, Any]]:
            super().run("SELECT", arguments, budget)
            raise BUSY

    time = FakeTime()
    session = Busy(time, [[]], read_timeout=4)
    _report, failure = perform(description, session, {**default_options(module), **options}, time)
    assert failure is BUSY
    assert session.looks_at()[:6] == [0.0, 0.1, 0.3, 0.7, 1.5, 3.1]
    assert session.looks_at()[6:] == ([6.3] if module == "ob_clone_info" else [])


@pytest.mark.parametrize(("wait_timeout", "read_timeout", "given"), [(2, 1, 3.0), (0, 5, 5.0), (600, 30, 10.0)])
def test_a_silent_host_gets_connect_timeout_at_most_and_no_longer_than_the_run_lasts(
        wait_timeout: int, read_timeout: int, given: float, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: List[float] = []

    def silent(addresses: Sequence[Any], timeout: float, budget: Any) -> Any:
        asked.append(min(timeout, budget.left()))
        raise NoAnswer([(addresses[0], "no answer", "")])

    monkeypatch.setattr(_session, "first_answer", silent)
    time = FakeTime()
    login = resolve_login({**default_options("ob_clone_cancel"), "read_timeout": read_timeout}, {})
    with Session(login) as session:
        _report, failure = cancel(time, session, wait_timeout=wait_timeout)
    assert isinstance(failure, Unreachable)
    assert asked == [pytest.approx(given)]


def test_a_server_that_restarts_is_awaited_for_connect_timeout(monkeypatch: pytest.MonkeyPatch) -> None:
    """It says at each login that it is initializing."""
    time = FakeTime()
    tries: List[float] = []

    def initializing(*_arguments: Any) -> Any:
        tries.append(round(time.now - 1000, 1))
        raise server_failure(8001, "08004", "Server is initializing", logging_in=True)

    monkeypatch.setattr(_session, "first_answer", initializing)
    with Session(resolve_login(default_options("ob_clone_cancel"), {})) as session:
        _report, failure = cancel(time, session, wait_timeout=600)
    assert failure is not None and failure.errno == 8001
    assert tries == [0.0, 0.1, 0.3, 0.7, 1.5, 3.1, 6.3]


@pytest.mark.parametrize(("module", "description", "options", "given"), [
    ("ob_clone_cancel", CLONE_CANCEL, {"clone_tenant": "a", "wait_timeout": 7}, (7, 11)),
    ("ob_clone_cancel", CLONE_CANCEL, {"clone_tenant": "a", "wait": False}, (4, 8)),
    ("ob_clone", CLONE, {"wait_timeout": 7}, (7, 11)),
    ("ob_clone", CLONE, {"wait": False}, (4, 8)),
    ("ob_clone_drop", CLONE_DROP, {"clone_tenant": "a", "clone_job_id": "1"}, (3, 7)),
    ("ob_clone_info", CLONE_INFO, {"wait": True, "wait_timeout": 7}, (3, 7)),
    ("ob_tenant_info", TENANT_INFO, {}, (3, 7)),
])
def test_every_module_logs_in_first_within_its_time(module: str, description: Any, options: Dict[str, Any],
                                                    given: Any) -> None:
    """Until when logins are tried, and when the last one ends."""
    class Unreadable(TimedSession):
        def run(self, statement: str, arguments: Sequence[Any], budget: Any) -> List[Dict[str, Any]]:
            assert len(self.logins) == 1
            raise server_failure(1142, "42000", "no")

    time = FakeTime()
    session = Unreadable(time, [[]], read_timeout=4, connect_timeout=3)
    names = {"clone_tenant": "clone_a", "source_tenant": "s", "resource_pool": "p", "unit_config": "u"}
    _report, failure = perform(description, session, {
        **default_options(module), **(names if module == "ob_clone" else {}), **options}, time)
    assert failure is not None and failure.errno == 1142
    assert [(budget.deadline, budget.end) for budget in session.logins] == [given]
