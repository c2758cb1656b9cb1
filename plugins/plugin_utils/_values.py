# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release. Do not use it from elsewhere.
"""Task arguments as a module gets them: plain values, as if they had been written to JSON and read again."""

from __future__ import annotations

import datetime
from typing import Any, Mapping

_PLAIN = (str, int, float, bool, type(None))


def plain(value: Any) -> Any:
    """
    Returns a task argument as a module would read it from JSON.

    Ansible hands an action plugin values of its own types: texts that remember where they came from, vaulted texts,
    texts marked as unsafe, lazy lists. TypeError for a value that JSON has no form for.
    """
    if value is None or type(value) in _PLAIN:
        return value
    if isinstance(value, bool):
        return bool(value)
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        return float(value)
    if isinstance(value, str):
        return "".join(value)
    if isinstance(value, bytes):
        return value.decode("utf-8", "surrogateescape")
    if isinstance(value, (datetime.date, datetime.time)):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {_key(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(item) for item in value]
    if hasattr(value, "__ENCRYPTED__") or type(value).__name__ in ("AnsibleVaultEncryptedUnicode", "EncryptedString"):
        return "".join(str(value))
    raise TypeError("a value of type %s cannot be handed to a module" % type(value).__name__)


def _key(key: Any) -> str:
    """Returns the key of a dictionary as JSON writes it."""
    key = plain(key)
    if isinstance(key, str):
        return key
    if isinstance(key, bool):
        return str(key).lower()
    return "null" if key is None else str(key)
