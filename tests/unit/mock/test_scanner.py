# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""SQL text to tokens."""

from __future__ import annotations

import pytest

from ob_mock.sql.results import SqlError
from ob_mock.sql.scanner import RESERVED, tokenize


def texts(sql: str, **options: bool) -> list[tuple[str, str]]:
    return [(token.kind, token.text) for token in tokenize(sql, **options)[:-1]]


@pytest.mark.parametrize("sql, expected", [
    ("a1 1a 12 $x_é", [("word", "a1"), ("word", "1a"), ("number", "12"), ("word", "$x_é")]),
    ("`a``b` `c d`", [("quoted", "a`b"), ("quoted", "c d")]),
    (r"'it''s' 'a\'b' 'c\nd' '5\%'", [("string", "it's"), ("string", "a'b"), ("string", "c\nd"), ("string", r"5\%")]),
    ('"x""y"', [("string", 'x"y')]),
    ("a /* b */ c -- d\ne # f\n g --h", [
        ("word", "a"), ("word", "c"), ("word", "e"), ("word", "g"), ("symbol", "-"), ("symbol", "-"), ("word", "h")]),
    ("ALTER /*+ query_timeout(1) */ SYSTEM", [("word", "ALTER"), ("word", "SYSTEM")]),
    ("/*!40101 SET */ x", [("word", "SET"), ("word", "x")]),
    ("@@autocommit @@session . time_zone @@`x` @u @'v w'",
     [("sysvar", "autocommit"), ("sysvar", "session.time_zone"), ("sysvar", "x"), ("uservar", "u"),
      ("uservar", "v w")]),
    ("1.5 .5 1e3 0x1F 18446744073709551615", [("number", "1.5"), ("number", ".5"), ("number", "1e3"),
                                              ("number", "0x1F"), ("number", "18446744073709551615")]),
    ("a.b<=>c!=1;", [("word", "a"), ("symbol", "."), ("word", "b"), ("symbol", "<=>"), ("word", "c"), ("symbol", "!="),
                     ("number", "1")]),
])
def test_tokens(sql: str, expected: list[tuple[str, str]]) -> None:
    assert texts(sql) == expected


def test_double_quotes_mean_a_name_with_ansi_quotes() -> None:
    assert texts('"x"', ansi_quotes=True) == [("quoted", "x")]


@pytest.mark.parametrize("sql, near", [("SELECT 'abc", "abc"), ("SELECT `abc", "abc"), ("a \x01", "\x01")])
def test_what_begins_no_token_is_a_syntax_error(sql: str, near: str) -> None:
    with pytest.raises(SqlError) as caught:
        tokenize(sql)
    assert (caught.value.errno, caught.value.sqlstate) == (1064, "42000")
    assert caught.value.message.endswith("near '%s' at line 1" % near)


@pytest.mark.parametrize("word, free", [("clone", True), ("TENANT", True), ("cancel", True), ("select", False),
                                        ("System", True), ("key", False), ("`select`", True), ("'x'", False)])
def test_which_words_can_be_names(word: str, free: bool) -> None:
    assert tokenize(word)[0].is_identifier is free


def test_positions_and_reserved_words_are_in_upper_case() -> None:
    token = tokenize("  ab ")[0]
    assert (token.start, token.end) == (2, 4)
    assert all(word == word.upper() for word in RESERVED)
