# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release. Do not use it from elsewhere.
"""What every module's work looks like from outside, so that all of them end the same way."""

from __future__ import annotations

import abc
from typing import Any, Dict, List, Mapping, Optional

from .._clock import Clock
from .._connection.session import Session


class Task(abc.ABC):
    """
    One run of a module, without Ansible.

    ``prepare`` takes the options, ``work`` does it, and ``result`` can be asked at any time, also after a failure:
    it always has the same keys.
    """

    warnings: List[str]

    @abc.abstractmethod
    def prepare(self, options: Mapping[str, Any], check_mode: bool) -> None:
        """Takes the module's options; InvalidOption before anything is sent to a server."""

    @abc.abstractmethod
    def work(self, session: Session, clock: Clock) -> None:
        """Does it, or raises the Failure that prevented it."""

    @abc.abstractmethod
    def result(self) -> Dict[str, Any]:
        """The result keys and what is known of their values."""

    @abc.abstractmethod
    def doing(self) -> str:
        """What could not be done if it failed, to follow "Cannot "."""

    def diff(self) -> Optional[Dict[str, Any]]:
        """What --diff shows; None if the module has nothing to show."""
        return None
