# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Task arguments become plain values, as a module reads them from JSON."""

from __future__ import annotations

import datetime
import json
from typing import Any

import pytest

from ansible_collections.community.oceanbase.plugins.plugin_utils._values import plain


class Text(str):
    """A text that remembers something."""


class Number(int):
    """A number that remembers something."""


class Float(float):
    """Another one."""


class Names(dict):  # type: ignore[type-arg]
    """A dictionary that remembers something."""


class Items(list):  # type: ignore[type-arg]
    """A list that remembers something."""


class Secret:
    """An encrypted text that decrypts itself, and is not a str to Python."""

    def __str__(self) -> str:
        return "secret"


# How releases of ansible-core name it.
VAULTED = [type("AnsibleVaultEncryptedUnicode", (Secret,), {}), type("EncryptedString", (Secret,), {}),
           type("Another", (Secret,), {"__ENCRYPTED__": True})]


@pytest.mark.parametrize(("value", "expected"), [
    (None, None), (True, True), (1, 1), (1.5, 1.5), ("a", "a"), (Text("a"), "a"), (Number(2 ** 70), 2 ** 70),
    (Float(0.5), 0.5), (Names({Text("a"): Items([Text("b"), (1, None)])}), {"a": ["b", [1, None]]}),
    *((kind(), "secret") for kind in VAULTED), ({2: 2, None: 3, True: 4.5}, {"2": 2, "null": 3, "true": 4.5}),
    (datetime.date(2026, 11, 26), "2026-11-26"), ({2.5: 1}, {"2.5": 1}), (b"bytes", "bytes"),
])
def test_a_value_is_what_json_would_make_of_it(value: Any, expected: Any) -> None:
    found = plain(value)
    assert found == expected
    assert json.dumps(found) == json.dumps(expected)


def test_nothing_but_plain_types_is_left() -> None:
    found = plain(Names({Text("a"): Items([Text("b"), Number(1), Float(1.5)])}))
    assert [type(found)] == [dict]
    assert [type(key) for key in found] == [str]
    assert [type(item) for item in found["a"]] == [str, int, float]


def test_a_value_without_a_form_in_json_is_refused() -> None:
    with pytest.raises(TypeError, match="type object"):
        plain(object())
