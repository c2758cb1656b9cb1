# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release. Do not use it from elsewhere.
"""Time: its options, a monotonic clock with a deadline, how long to sleep between looks, and retrying what may pass."""

from __future__ import annotations

import time
from typing import Any, Callable, Mapping, TypeVar

from ._errors import Failure, InvalidOption

T = TypeVar("T")

# A look costs the server about a millisecond, and a clean-up takes a second at least (facts: Cancel).
_FIRST_DELAY = 0.1
_SHARE_OF_ELAPSED = 0.05
_LONGEST_BACK_OFF = 5.0


def check_wait_options(options: Mapping[str, Any]) -> None:
    """InvalidOption if a time in the options cannot be meant."""
    if options["wait_timeout"] < 0:
        raise InvalidOption("wait_timeout is %d, but must not be negative" % options["wait_timeout"])
    if not 0 < options["poll_interval"] < float("inf"):
        raise InvalidOption("poll_interval is %s, but must be more than 0 seconds" % options["poll_interval"])


class Clock:
    """Seconds since its creation on the monotonic clock: setting the wall clock does not disturb a wait."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic,
                 sleep: Callable[[float], None] = time.sleep) -> None:
        self._monotonic = monotonic
        self._sleep = sleep
        self._start = monotonic()

    def elapsed(self) -> float:
        """Seconds since the clock was made."""
        return self._monotonic() - self._start

    def sleep(self, seconds: float, deadline: float) -> None:
        """Sleeps ``seconds``, but not past ``deadline`` (in seconds of this clock)."""
        self._sleep(max(0.0, min(seconds, deadline - self.elapsed())))


def poll_delay(waited: float, poll_interval: float) -> float:
    """
    Seconds until the next look, after ``waited`` seconds of waiting: a twentieth of the time waited so far, so that the
    answer is never later than that, at least 0.1 s and at most ``poll_interval`` (which wins over both).
    """
    return min(max(_FIRST_DELAY, waited * _SHARE_OF_ELAPSED), poll_interval)


def back_off(failures: int) -> float:
    """Seconds before the next try after ``failures`` (1, 2, ...) failures in a row: 0.1, 0.2, 0.4 ... 5."""
    return float(min(_FIRST_DELAY * 2 ** min(failures - 1, 10), _LONGEST_BACK_OFF))


def retry(action: Callable[[], T], clock: Clock, deadline: float) -> T:
    """
    What ``action()`` returns, called again with growing pauses while it fails transiently and the deadline (seconds
    of ``clock``) allows another try; otherwise its last Failure is raised.
    """
    failures = 0
    while True:
        try:
            return action()
        except Failure as failure:
            failures += 1
            pause = back_off(failures)
            if not failure.transient or clock.elapsed() + pause >= deadline:
                raise
        clock.sleep(pause, deadline)
