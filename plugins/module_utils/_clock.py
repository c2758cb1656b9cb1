# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release. Do not use it from elsewhere.
"""Time: a monotonic clock, the budget of time that is handed down, and the two loops that spend it: repeat and poll."""

from __future__ import annotations

import time
from typing import Any, Callable, Dict, List, Mapping, NamedTuple, Optional, TypeVar

from ._errors import Failure, InvalidOption

T = TypeVar("T")

# Reading the views costs the server about a millisecond; a clean-up takes at least a second (facts: Cancel).
_FIRST_DELAY = 0.1
_SHARE_OF_ELAPSED = 0.05
_LONGEST_BACK_OFF = 5.0
# Seconds: more than anybody needs, and more than the surveys take.
_LONGEST_WAIT = 2 ** 31 - 1


def wait_argument_spec(wait: bool, wait_timeout: int) -> Dict[str, Any]:
    """Returns the specification of the options for waiting, with these defaults."""
    return {
        "wait": {"type": "bool", "default": wait},
        "wait_timeout": {"type": "int", "default": wait_timeout},
        "poll_interval": {"type": "float", "default": 1.0},
    }


def check_wait_options(options: Mapping[str, Any]) -> None:
    """Raises InvalidOption if a time in the options is out of range."""
    if not 0 <= options["wait_timeout"] <= _LONGEST_WAIT:
        raise InvalidOption("wait_timeout is %d, but must be from 0 to %d seconds" % (
            options["wait_timeout"], _LONGEST_WAIT))
    check_seconds("poll_interval", options["poll_interval"])


def check_seconds(option: str, seconds: float) -> None:
    """Raises InvalidOption unless the option's value is a number of seconds that can pass."""
    if not 0 < seconds < float("inf"):
        raise InvalidOption("%s is %s, but must be a number of seconds above 0" % (option, seconds))


class Clock:
    """Counts seconds since its creation on the monotonic clock, so that setting the wall clock disturbs no wait."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic,
                 sleep: Callable[[float], None] = time.sleep) -> None:
        self._monotonic = monotonic
        self.sleep = sleep
        self._start = monotonic()

    def elapsed(self) -> float:
        """Returns the seconds since the clock was made."""
        return self._monotonic() - self._start

    def budget(self, seconds: float, grace: float = 0.0) -> Budget:
        """Returns a budget of so many seconds from now on; what then is under way gets ``grace`` seconds more."""
        deadline = self.elapsed() + seconds
        return Budget(self, deadline, deadline + grace)


class Budget(NamedTuple):
    """
    Limits the time of a piece of work, which hands it down to all that it calls, whole or in part.

    Both times are seconds of ``clock``. After ``deadline`` nothing new begins, apart from one last look at the views.
    Nothing lasts beyond ``end``.
    """

    clock: Clock
    deadline: float
    end: float

    def left(self) -> float:
        """Returns the seconds until the end; negative if it has passed."""
        return self.end - self.clock.elapsed()

    def is_over(self) -> bool:
        """Tells whether the deadline has passed."""
        return self.clock.elapsed() >= self.deadline

    def begin_within(self, seconds: float) -> Budget:
        """Returns a part in which new attempts begin only within so many seconds."""
        return self._replace(deadline=min(self.deadline, self.clock.elapsed() + seconds))

    def end_within(self, seconds: float) -> Budget:
        """Returns a part that ends in so many seconds."""
        end = min(self.end, self.clock.elapsed() + seconds)
        return self._replace(deadline=min(self.deadline, end), end=end)

    def to_the_end(self) -> Budget:
        """Returns a part in which new attempts may begin until the very end: for a last look that must succeed."""
        return self._replace(deadline=self.end)

    def sleep(self, seconds: float) -> None:
        """Sleeps ``seconds``, but not past the deadline."""
        self.clock.sleep(max(0.0, min(seconds, self.deadline - self.clock.elapsed())))


def spell_seconds(seconds: float) -> str:
    """
    Returns a number of seconds for a message: whole ones from 10 on, else with a tenth if there is one; 0 for less, as
    is left on a machine that stood still.
    """
    seconds = max(0.0, seconds)
    return "%.0f" % seconds if seconds >= 9.95 else ("%.1f" % seconds).replace(".0", "")


def back_off(failures: int) -> float:
    """Returns the seconds to pause after ``failures`` (1, 2, ...) failures in a row: 0.1, 0.2, 0.4 ... 5."""
    return float(min(_FIRST_DELAY * 2 ** min(failures - 1, 10), _LONGEST_BACK_OFF))


def repeat(attempt: Callable[[], Optional[Failure]], budget: Budget) -> None:
    """
    Calls ``attempt()`` until it returns None. If it returns a Failure, which means that it had no effect, pauses and
    calls it again. Raises that Failure if it is lasting or the deadline leaves no time for another attempt.
    """
    failures = 0
    while True:
        failure = attempt()
        if failure is None:
            return
        failures += 1
        pause = back_off(failures)
        if not failure.transient or budget.clock.elapsed() + pause >= budget.deadline:
            raise failure
        budget.sleep(pause)


def retry(action: Callable[[], T], budget: Budget) -> T:
    """Returns what ``action()`` returns; calls it again, as ``repeat`` does, if it raises a transient Failure."""
    results: List[T] = []

    def attempt() -> Optional[Failure]:
        try:
            results.append(action())
        except Failure as failure:
            return failure
        return None

    repeat(attempt, budget)
    return results[0]


def poll_delay(waited: float, poll_interval: float) -> float:
    """
    Returns the seconds until the next look after ``waited`` seconds of waiting: a twentieth of the time waited so far,
    so that the answer is never later than that, at least 0.1 s and at most ``poll_interval`` (which wins over both).
    """
    return min(max(_FIRST_DELAY, waited * _SHARE_OF_ELAPSED), poll_interval)


def poll(look: Callable[[], Optional[T]], budget: Budget, poll_interval: float,
         sleep: Optional[Callable[[float], object]] = None) -> Optional[T]:
    """
    Returns the first result of ``look()`` that is not None. Calls it with pauses in between, the last time when the
    deadline has passed; returns None if that finds nothing either. ``sleep`` replaces the budget's own.
    """
    start = budget.clock.elapsed()
    while True:
        last = budget.is_over()
        found = look()
        if found is not None or last:
            return found
        (sleep or budget.sleep)(poll_delay(budget.clock.elapsed() - start, poll_interval))
