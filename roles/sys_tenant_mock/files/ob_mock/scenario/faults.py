# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults of the network and the server, armed by a user's test and met by the statements that they match."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import List, Optional, Pattern

from ..sql.results import SqlError

KINDS = ("drop_before", "drop_after", "drop_during", "hang", "slow", "error", "half", "garbage", "stop_before",
         "stop_after", "stop_during")
TIMED = ("drop_during", "slow", "stop_during")
NEVER_FAULTY = re.compile(r"\s*ALTER\s+SYSTEM\s+MOCK\b", re.IGNORECASE)


@dataclass
class Fault:
    """
    One armed fault.

    kind: ``drop_before`` (not executed, connection dropped), ``drop_after`` (executed, answer lost), ``drop_during``
    (connection dropped at once, executed ``seconds`` later), ``hang`` (not executed, never answered), ``slow``
    (executed after ``seconds``), ``error`` (not executed, answered with ``error``), ``half`` (executed, half of the
    answer's bytes, then dropped), ``garbage`` (executed, answered with bytes that are not a packet). Of an observer
    that dies, with all its sessions: ``stop_before`` (not executed), ``stop_after`` (executed, answer lost),
    ``stop_during`` (executed; the observer dies ``seconds`` later, the client waiting until then). It lives again with
    ``ALTER SYSTEM MOCK OBSERVER``. times: how often the fault still strikes, None for always.
    """

    pattern: Pattern[str]
    kind: str
    times: Optional[int]
    seconds: float = 0.0
    error: Optional[SqlError] = None


class Faults:
    """Armed faults, in the order of their arming."""

    def __init__(self) -> None:
        self._armed: List[Fault] = []

    def arm(self, regex: str, kind: str, times: int = 1, seconds: Optional[float] = None,
            error: Optional[SqlError] = None) -> None:
        """
        Arms a fault for the statements in which ``regex`` is found (case does not matter); ``times`` 0: until clear().

        ``LOGIN user@tenant`` stands for a login. The TIMED kinds need ``seconds``, ``error`` needs ``error``.
        ValueError, with a text for the user, when something is wrong.
        """
        if kind not in KINDS:
            raise ValueError("unknown kind of fault '%s', it is one of %s" % (kind, ", ".join(KINDS)))
        if times < 0:
            raise ValueError("a fault cannot strike %d times" % times)
        if kind in TIMED and (seconds is None or seconds < 0):
            raise ValueError("the fault '%s' needs a number of seconds" % kind)
        if kind == "error" and error is None:
            raise ValueError("the fault 'error' needs a number, an SQLSTATE and a text")
        try:
            pattern = re.compile(regex, re.IGNORECASE | re.DOTALL)
        except re.error as failure:
            raise ValueError("bad regular expression '%s': %s" % (regex, failure)) from failure
        self._armed.append(Fault(pattern, kind, times or None, seconds or 0.0, error))

    def match(self, text: str) -> Optional[Fault]:
        """Returns the fault that strikes this statement, which counts as one of its times; None for most statements."""
        if not self._armed or NEVER_FAULTY.match(text):
            return None
        for fault in self._armed:
            if fault.pattern.search(text):
                if fault.times is not None:
                    fault.times -= 1
                    if not fault.times:
                        self._armed.remove(fault)
                return fault
        return None

    def clear(self) -> None:
        """Disarms all faults."""
        self._armed.clear()
