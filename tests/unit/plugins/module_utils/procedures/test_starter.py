# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The thread that starts a clone: what it sends, and how it tells what came of it."""

from __future__ import annotations

import threading
from typing import Any, List, Optional

import pytest

from ansible_collections.community.oceanbase.plugins.module_utils._errors import ConnectionLost, Failure, Unreachable
from ansible_collections.community.oceanbase.plugins.module_utils._procedures import starter as _starter

from ..fakes import AMPLE

LOST = ConnectionLost("it broke")
NO_SESSION = Unreachable("no connection")


class OneSession:
    """A session that raises ``at_connect`` or ``at_run``, or else waits until it is hung up."""

    at_connect: Optional[Exception] = None
    at_run: Optional[Exception] = None
    waits = False
    events: List[Any] = []

    def __init__(self, login: Any) -> None:
        self.hung_up = threading.Event()
        self.events.append(login)

    def __enter__(self) -> OneSession:
        return self

    def __exit__(self, *exc_info: Any) -> None:
        self.events.append("closed")

    def connect(self, budget: Any) -> None:
        assert budget is AMPLE
        if self.at_connect:
            raise self.at_connect  # pylint: disable=raising-bad-type

    def run(self, statement: str, arguments: Any, budget: Any) -> None:
        assert (arguments, budget) == ((), AMPLE)
        # Otherwise it would keep Python from ending.
        assert threading.current_thread().daemon
        self.events.append(statement)
        if self.waits:
            self.hung_up.wait(10)
        if self.at_run:
            raise self.at_run  # pylint: disable=raising-bad-type

    def hang_up(self) -> None:
        self.events.append("hung up")
        self.hung_up.set()


@pytest.mark.parametrize(("session", "sent", "failure"), [
    ({}, True, None),
    ({"at_run": LOST}, True, LOST),
    ({"at_connect": NO_SESSION}, False, NO_SESSION),
    ({"at_run": ValueError("x")}, True, "the session that starts the clone broke: ValueError('x')"),
    ({"at_connect": ValueError("x")}, False, "the session that starts the clone broke: ValueError('x')"),
])
def test_what_came_of_the_statement_is_told(session: Any, sent: bool, failure: Any,
                                            monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_starter, "Session", type("Session", (OneSession,), {"events": [], **session}))
    with _starter.Starter("a login", "CREATE", AMPLE) as starter:  # type: ignore[arg-type]
        assert starter.wait(10)
        assert starter.sent is sent
        assert (starter.failure.message if isinstance(failure, str) and starter.failure else starter.failure) == failure
        assert failure is None or isinstance(starter.failure, Failure)
    assert _starter.Session.events == ["a login", *["CREATE"] * sent, "closed", "hung up"]  # type: ignore[attr-defined]


def test_at_the_end_whoever_waits_is_woken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_starter, "Session", type("Session", (OneSession,), {
        "events": [], "waits": True, "at_run": LOST}))
    with _starter.Starter("a login", "CREATE", AMPLE) as starter:  # type: ignore[arg-type]
        assert not starter.wait(0.01)
        assert starter.failure is None
    assert (starter.wait(10), starter.failure) == (True, LOST)
