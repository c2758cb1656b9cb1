# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The proof of a password, against the values that MySQL's own algorithm gives."""

from __future__ import annotations

import hashlib

from ob_mock.protocol import native_password

SALT = bytes(range(33, 53))


def test_scramble_is_sha1_of_the_password_masked_by_salt_and_its_double_hash() -> None:
    once = hashlib.sha1(b"secret").digest()
    mask = hashlib.sha1(SALT + hashlib.sha1(once).digest()).digest()
    answer = native_password.scramble("secret", SALT)
    assert bytes(a ^ b for a, b in zip(answer, mask)) == once
    assert native_password.proves("secret", SALT, answer)


def test_anything_else_proves_nothing() -> None:
    answer = native_password.scramble("secret", SALT)
    assert not native_password.proves("Secret", SALT, answer)
    assert not native_password.proves("secret", SALT[::-1], answer)
    assert not native_password.proves("secret", SALT, answer[:-1])
    assert not native_password.proves("secret", SALT, b"")
    assert not native_password.proves("", SALT, answer)


def test_the_empty_password_is_proved_by_silence() -> None:
    assert native_password.proves("", SALT, b"")
    assert native_password.proves("", SALT, b"\0")


def test_salts_differ_and_hold_no_nul() -> None:
    salts = [native_password.new_salt() for _unused in range(50)]
    assert len(set(salts)) == 50
    assert all(len(salt) == 20 and 0 not in salt for salt in salts)
