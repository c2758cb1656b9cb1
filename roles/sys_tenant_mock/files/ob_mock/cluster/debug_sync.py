# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""OceanBase's test points of the clone states, driven by ``SET ob_global_debug_sync`` (facts: Test points).

Differences from a cluster, on purpose: a canceled job leaves its hold at once (there, the scheduler thread stays
stuck until the signal), a signal reaches only those who wait now, and switching the facility off ends all holds.
"""

from __future__ import annotations

from typing import Callable, Dict, List, Tuple

from ..sql.errors import error
from .clone_job import LOCK, STEPS

CLEAN_UP_POINT = "HANG_IN_CLONE_SYS_FAILED_STATUS"
POINTS = tuple("HANG_IN_" + step for step in STEPS) + (CLEAN_UP_POINT,)
assert POINTS[0] == "HANG_IN_" + LOCK

Release = Callable[[str, str, bool], None]


class DebugSync:
    """Armed points. ``release(point, signal, everybody)`` is called to let waiting jobs go; '' matches any."""

    def __init__(self, release: Release) -> None:
        self._release = release
        self._armed: Dict[str, Tuple[str, str, int]] = {}  # point: signal to send, signal to wait for, times
        self.timeout = 0.0

    def set_timeout(self, seconds: float) -> None:
        """Sets debug_sync_timeout, how long a hold lasts at most; 0 switches the facility off."""
        self.timeout = seconds
        if not seconds:
            self._armed.clear()
            self._release("", "", True)

    def hold(self, point: str) -> str:
        """Returns the signal that whoever reaches ``point`` has to wait for, '' for none; counts as one execution."""
        if point not in self._armed:
            return ""
        sends, awaits, times = self._armed[point]
        if times > 1:
            self._armed[point] = (sends, awaits, times - 1)
        else:
            del self._armed[point]
        if sends:
            self._release("", sends, False)
        return awaits

    def execute(self, action: str) -> None:
        """Executes one value of ob_global_debug_sync.

        Errors: 1235 while the facility is off, 4246 for a text without an action, 4247 for an unknown point (all three
        as the OceanBase 4.3.5 kernel answers).
        """
        if not self.timeout:
            raise error("OB_NOT_SUPPORTED", "debug_sync is disabled, setting debug_sync is")
        words = action.split()
        if not words:
            return
        if [word.lower() for word in words] == ["reset"]:
            self._armed.clear()
            self._release("", "", True)
        elif words[0].lower() == "now":
            self._now(words[1:])
        else:
            self._arm(words[0].upper(), words[1:])

    def _now(self, words: List[str]) -> None:
        if len(words) != 2 or words[0].lower() not in ("signal", "broadcast"):
            raise error("OB_ERR_PARSE_DEBUG_SYNC")
        self._release("", words[1], words[0].lower() == "broadcast")

    def _arm(self, point: str, words: List[str]) -> None:
        if point not in POINTS:
            raise error("OB_UNKNOWN_DEBUG_SYNC_POINT")
        lower = [word.lower() if number % 2 == 0 else word for number, word in enumerate(words)]
        if lower == ["clear"]:
            self._armed.pop(point, None)
            self._release(point, "", True)
            return
        options = dict(zip(lower[::2], words[1::2]))
        times = options.pop("execute", "1")
        known = len(words) == 2 * len(set(lower[::2])) and options and set(options) <= {"signal", "wait_for"}
        if not known or not times.isdigit() or int(times) < 1:
            raise error("OB_ERR_PARSE_DEBUG_SYNC")
        self._armed[point] = (options.get("signal", ""), options.get("wait_for", ""), int(times))
