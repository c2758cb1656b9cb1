# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Statement log: what clients asked and what they were told, one JSON object a line, never a password."""

from __future__ import annotations

import json
import os
import re
from datetime import datetime, timezone
from typing import Any, Dict, Optional, TextIO

_GAP = r"(?:\s|/\*.*?\*/)+"
_STRING = r"""(?:'[^'\\]*(?:(?:\\.|'')[^'\\]*)*'?|"[^"\\]*(?:(?:\\.|"")[^"\\]*)*"?)"""
SECRET = re.compile(
    r"(?P<before>\bIDENTIFIED" + _GAP + r"BY" + _GAP + r"(?:PASSWORD" + _GAP + r")?"
    r"|\bPASSWORD(?:" + _GAP + r"FOR\b[^=]*)?\s*(?:=\s*(?:PASSWORD\s*)?)?\(?\s*)"
    r"(?P<secret>" + _STRING + r")", re.IGNORECASE | re.DOTALL)
MASK = "'***'"


def masked(statement: str) -> str:
    """Returns the statement without the string literals that stand where a statement has a password."""
    return SECRET.sub(lambda found: found.group("before") + MASK, statement)


def masked_message(message: str, statement: str) -> str:
    """Returns an error text without the passwords of the statement, from which it may quote."""
    for found in SECRET.finditer(statement):
        for secret in (found.group("secret"), found.group("secret").strip("'\"")):
            message = message.replace(secret, MASK) if secret else message
    return message


class StatementLog:
    """Appends to a file (created for its owner only); without a path nothing is written."""

    def __init__(self, path: Optional[str] = None) -> None:
        self._file: Optional[TextIO] = None
        if path:
            self._file = os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "w", encoding="utf-8")

    def write(self, port: int, session: int, user: str, tenant: str, statement: str, answer: str, elapsed: float,
              **more: Any) -> None:
        """
        Writes one line: time (ISO 8601, UTC), port (of the observer), session (connection id), user, tenant,
        statement, answer, elapsed (seconds).

        answer is ``ok``, ``rows`` (more: rows, their number), ``error`` (more: errno, sqlstate, message) or ``lost``;
        more has ``fault`` if one struck. A login has the statement ``LOGIN user@tenant``, the end of a session
        ``CLOSE``.
        """
        if self._file is None:
            return
        if "message" in more:
            more["message"] = masked_message(more["message"], statement)
        entry: Dict[str, Any] = {
            "time": datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%fZ"), "port": port, "session": session,
            "user": user, "tenant": tenant, "statement": masked(statement), "answer": answer,
            "elapsed": round(elapsed, 6), **more}
        self._file.write(json.dumps(entry) + "\n")
        self._file.flush()

    def close(self) -> None:
        """Ends the log."""
        if self._file is not None:
            self._file.close()
            self._file = None
