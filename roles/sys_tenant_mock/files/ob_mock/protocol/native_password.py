# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Proof of a password by mysql_native_password, the only plugin that OceanBase has (facts: Handshake)."""

from __future__ import annotations

import hashlib
import hmac
import os

SALT_SIZE = 20


def new_salt() -> bytes:
    """Returns twenty random printable characters: a NUL would end the salt for a client."""
    return bytes(33 + byte % 94 for byte in os.urandom(SALT_SIZE))


def scramble(password: str, salt: bytes) -> bytes:
    """Returns what a client sends to prove ``password`` for ``salt``: 20 bytes, or none for the empty password."""
    if not password:
        return b""
    once = hashlib.sha1(password.encode()).digest()
    mask = hashlib.sha1(salt + hashlib.sha1(once).digest()).digest()
    return bytes(left ^ right for left, right in zip(once, mask))


def proves(password: str, salt: bytes, answer: bytes) -> bool:
    """Returns whether ``answer`` proves ``password``; a NUL alone is what some clients send for the empty password."""
    return hmac.compare_digest(scramble(password, salt), b"" if answer == b"\0" else answer)
