# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A client's session: who it is and the variables it has set."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Callable, Dict, FrozenSet, List, Optional, Tuple

from .clock import parse_offset


@dataclass
class Session:
    """One connection. Until the login succeeds ``user`` is '' and nothing may be executed.

    host: the client's address, peer: the same with its port. variables: its own values. warnings: (level, number, text)
    of the last statement. found_rows, row_count: what FOUND_ROWS() and ROW_COUNT() tell of the statements before.
    began: whether BEGIN opened the transaction, rather than a savepoint with autocommit off. killed: '' or the word of
    the KILL that hit it (query, connection). disconnect: hangs up on the client.
    """

    connection_id: int
    host: str
    peer: str = ""
    user: str = ""
    tenant: str = ""
    tenant_id: int = 0
    database: Optional[str] = None
    variables: Dict[str, Any] = field(default_factory=dict)
    user_variables: Dict[str, Any] = field(default_factory=dict)
    warnings: List[Tuple[str, int, str]] = field(default_factory=list)
    found_rows: int = 1
    row_count: int = 0
    in_transaction: bool = False
    began: bool = False
    savepoints: List[str] = field(default_factory=list)
    statements: int = 0
    running: str = ""
    killed: str = ""
    utc_offset: int = 28800
    disconnect: Callable[[], None] = lambda: None

    @property
    def autocommit(self) -> bool:
        """Returns whether autocommit is on, as it is in a new session."""
        return bool(self.variables.get("autocommit", 1))

    @property
    def modes(self) -> FrozenSet[str]:
        """Returns the modes of its sql_mode."""
        return frozenset(str(self.variables.get("sql_mode") or "").split(","))

    def set_time_zone(self, text: str) -> bool:
        """Takes over a time zone; False when it is none (named zones are not loaded, as in a fresh OceanBase)."""
        offset = parse_offset(text)
        if offset is not None:
            self.utc_offset = offset
        return offset is not None

    def end_transaction(self) -> None:
        """Ends the transaction, if one is open."""
        self.in_transaction = self.began = False
        self.savepoints = []

    def reset(self) -> None:
        """Resets the session to how it was after its login."""
        self.variables.clear()
        self.user_variables.clear()
        self.warnings = []
        self.end_transaction()
        self.utc_offset = 28800
