# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release. Do not use it from elsewhere.
"""Starts a clone on a session of its own: the statement is answered when the job has ended, so a thread waits."""

from __future__ import annotations

import threading
from typing import Optional

from .._clock import Budget
from .._connection.login import Login
from .._connection.session import Session
from .._errors import Failure, ServerError

# How long a thread may take to notice that its session was hung up. It cannot keep the program from ending.
_FAREWELL = 1.0


class Starter:
    """
    Sends ``statement`` on a session of its own as soon as it is made. Use it as a context manager: at its end the
    session is broken off, which does not stop the clone job (facts: Waiting session).
    """

    def __init__(self, login: Login, statement: str, budget: Budget) -> None:
        self.failure: Optional[Failure] = None
        # Whatever happens to the login, it has started nothing.
        self.sent = False
        self._statement = statement
        self._budget = budget
        self._session = Session(login)
        self._answered = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def __enter__(self) -> Starter:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._session.hang_up()
        self._thread.join(_FAREWELL)

    def wait(self, seconds: float) -> bool:
        """
        Waits at most so many seconds and tells whether the statement has been answered: ``failure`` then tells how, and
        ``sent`` whether the statement was sent at all.
        """
        return self._answered.wait(seconds)

    def _run(self) -> None:
        try:
            with self._session as session:
                session.connect(self._budget)
                self.sent = True
                session.run(self._statement, (), self._budget)
        except Failure as failure:
            self.failure = failure
        except Exception as error:  # noqa: BLE001  (nobody sees what a thread raises; this way the task reports it)
            self.failure = ServerError("the session that starts the clone broke: %r" % error)
        finally:
            self._answered.set()
