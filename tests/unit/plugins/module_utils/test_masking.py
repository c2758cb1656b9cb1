# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Passwords are masked where they can stand, and nothing else is, however short they are."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.community.oceanbase.plugins.module_utils._masking import (
    HIDDEN,
    MASK,
    mask,
    masked_options,
    masked_result,
)


@pytest.mark.parametrize(("value", "secrets", "expected"), [
    ("the password is a.b", ["a.b"], "the password is " + MASK),
    ("axb", ["a.b"], "axb"),
    ("long and longer", ["long", "longer"], f"{MASK} and {MASK}"),
    ("** a", ["*", "a"], f"{MASK}{MASK} {MASK}"),
    ("nothing", [""], "nothing"),
    ({"secret": ["my secret", 1, None, True]}, ["secret"], {MASK: [f"my {MASK}", 1, None, True]}),
])
def test_a_secret_is_masked_in_every_text(value: Any, secrets: list[str], expected: Any) -> None:
    assert mask(value, secrets) == expected


def test_the_invocation_shows_no_value_that_must_not_be_logged() -> None:
    spec = {"login_password": {"no_log": True}, "login_user": {}, "client_key": {"no_log": False}}
    options = {"login_password": "ing", "login_user": "king", "client_key": "/key", "unknown": ["singing"]}
    assert masked_options(spec, options, ["ing"]) == {
        "login_password": HIDDEN, "login_user": "k" + MASK, "client_key": "/key", "unknown": [f"s{MASK}{MASK}"]}
    assert masked_options(spec, {"login_password": None}, []) == {"login_password": None}


@pytest.mark.parametrize("password", ["a", "1", "ing", "canceled", "mysql001"])
def test_data_and_words_of_fixed_meaning_are_never_masked(password: str) -> None:
    result = {"outcome": "canceled", "job": {"clone_job_id": "17111", "source_tenant_name": "mysql001"},
              "msg": "Canceled the clone of tenant clone_a.", "results": [{"outcome": "canceling", "error": None}]}
    assert masked_result(result, [password]) == result


def test_the_texts_about_a_failure_are_masked_and_its_class_is_not() -> None:
    error = {"class": "access_denied", "errno": 1045, "sqlstate": "42000", "message": "no to 'denied'",
             "hint": "denied?"}
    masked = {**error, "message": f"no to '{MASK}'", "hint": f"{MASK}?"}
    assert masked_result({"error": error, "msg": "denied", "results": [{"error": error, "msg": "is denied"}]},
                         ["denied"]) == {
        "error": masked, "msg": MASK, "results": [{"error": masked, "msg": "is " + MASK}]}
