# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Time of the mock: one clock for schedules and for the timestamps in the views."""

from __future__ import annotations

import re
import time
from datetime import datetime, timedelta
from typing import Callable, Optional

EPOCH = datetime(1970, 1, 1)
_OFFSET = re.compile(r"([+-])(\d{1,2}):([0-5]\d)")
_TIMESTAMP = re.compile(r"(\d{4})-(\d\d?)-(\d\d?)(?:[ T](\d\d?):(\d\d?)(?::(\d\d?)(?:\.(\d{1,6})\d*)?)?)?")


class Clock:
    """Monotonic seconds, and the wall time that belongs to each of them (so the two never contradict each other)."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic, wall: Callable[[], float] = time.time) -> None:
        self.now = monotonic
        self._offset = wall() - monotonic()

    def wall(self, moment: Optional[float] = None) -> int:
        """Returns UTC microseconds since 1970 at a monotonic moment (default: now)."""
        return int(((self.now() if moment is None else moment) + self._offset) * 1_000_000)


def parse_offset(text: str) -> Optional[int]:
    """Returns seconds east of UTC for a time zone such as ``+08:00``; None when it is not one from -12:59 to +14:00."""
    match = _OFFSET.fullmatch(text)
    if match is None:
        return None
    seconds = int(match.group(2)) * 3600 + int(match.group(3)) * 60
    if match.group(1) == "-":
        seconds = -seconds
    return seconds if -46800 < seconds <= 50400 else None


def show(microseconds: int, offset: int = 0, digits: int = 6) -> str:
    """
    Returns ``YYYY-MM-DD hh:mm:ss[.ffffff]`` in a time zone ``offset`` seconds east of UTC; digits cut, not rounded.
    """
    text = (EPOCH + timedelta(microseconds=microseconds, seconds=offset)).isoformat(" ", "microseconds")
    return text[:20 + digits] if digits else text[:19]


def read(text: str) -> Optional[datetime]:
    """Returns the date and time that a text says, without a time zone; None when it says none."""
    match = _TIMESTAMP.fullmatch(text.strip())
    if match is None:
        return None
    year, month, day, hour, minute, second, fraction = match.groups()
    try:
        return datetime(int(year), int(month), int(day), int(hour or 0), int(minute or 0), int(second or 0),
                        int((fraction or "").ljust(6, "0")))
    except ValueError:
        return None


def since_epoch(moment: datetime) -> int:
    """Returns microseconds from 1970 to ``moment`` in the same time zone."""
    return (moment - EPOCH) // timedelta(microseconds=1)
