# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""SQL text to tokens."""

from __future__ import annotations

import pytest

from ob_mock.sql.keywords import RESERVED
from ob_mock.sql.scanner import BROKEN, scan, separate_strings, split_statements, tokenize


def texts(sql: str, *modes: str) -> list[tuple[str, str]]:
    return [(token.kind, token.text) for token in tokenize(sql, frozenset(modes))[:-1]]


@pytest.mark.parametrize("sql, expected", [
    ("a1 1a 12 $x_é", [("word", "a1"), ("word", "1a"), ("number", "12"), ("word", "$x_é")]),
    ("`a``b` `c d`", [("quoted", "a`b"), ("quoted", "c d")]),
    (r"'it''s', 'a\'b', 'c\nd', '5\%'", [
        ("string", "it's"), ("symbol", ","), ("string", "a'b"), ("symbol", ","), ("string", "c\nd"), ("symbol", ","),
        ("string", r"5\%")]),
    ("'a' 'b' -- c\n'd' \"e\" # f\n\"g\"", [("string", "ab"), ("string", "d"), ("string", "e"), ("string", "g")]),
    ("x'4a' b'101' 0b1 N'é' date '2020-01-01' _utf8mb4'x'",
     [("binary", "4a"), ("binary", "05"), ("binary", "01"), ("string", "é"), ("moment", "2020-01-01"),
      ("word", "_utf8mb4"), ("string", "x")]),
    ("a.b.c 1a.b `a`.b 1.5.5 \\N", [("word", "a"), ("symbol", "."), ("word", "b"), ("symbol", "."), ("word", "c"),
                                    ("word", "1a"), ("symbol", "."), ("word", "b"), ("quoted", "a"), ("symbol", "."),
                                    ("word", "b"), ("number", "1.5"), ("number", ".5"), ("word", "NULL")]),
    ('"x""y"', [("string", 'x"y')]),
    ("a /* b */ c -- d\ne # f\n g --h", [
        ("word", "a"), ("word", "c"), ("word", "e"), ("word", "g"), ("symbol", "-"), ("symbol", "-"), ("word", "h")]),
    ("ALTER /*+ query_timeout(1) */ SYSTEM", [("word", "ALTER"), ("word", "SYSTEM")]),
    ("/*!40101 SET */ x", [("word", "SET"), ("word", "x")]),
    ("@@autocommit @@session . time_zone @@`x` @u @'v%w'",
     [("sysvar", "autocommit"), ("sysvar", "session.time_zone"), ("sysvar", "x"), ("uservar", "u"),
      ("uservar", "v%w")]),
    ("1.5 .5 1e3 0x1F 18446744073709551615", [("number", "1.5"), ("number", ".5"), ("number", "1e3"),
                                              ("number", "0x1F"), ("number", "18446744073709551615")]),
    ("a.b<=>c!=1;", [("word", "a"), ("symbol", "."), ("word", "b"), ("symbol", "<=>"), ("word", "c"), ("symbol", "!="),
                     ("number", "1")]),
])
def test_tokens(sql: str, expected: list[tuple[str, str]]) -> None:
    assert texts(sql) == expected


@pytest.mark.parametrize("mode, sql, expected", [
    ("ANSI_QUOTES", '"x""y" \'z\'', [("quoted", 'x"y'), ("string", "z")]),
    ("NO_BACKSLASH_ESCAPES", r"""'a\' 'b\n''c' "\\" """, [("string", r"a\b\n'c"), ("string", r"\\")])])
def test_modes(mode: str, sql: str, expected: list[tuple[str, str]]) -> None:
    assert texts(sql, mode) == expected


@pytest.mark.parametrize("sql, near", [
    ("SELECT 'abc", "abc"), ("SELECT `abc", "abc"), ("SELECT 'a\\'b \"c", "b \"c"), ("SELECT '", "'"),
    ("a \x01 b", "\x01 b"), ("SELECT `a``", "``"), ('SELECT "a""', '""'), ("SELECT 'a''", "'a''"),
    ("SELECT /*+ b ", "b "), ("SELECT /*+ b  'c d' ", "'c d' "),
    ("a /* b", "b"), ("a /*", "/*"), ("a /**", "*"), ("SELECT /*+ b c", "c"), ("a == b", "== b"), ("0X41 a", "0X41 a"),
    ("x'4' a", "x'4' a"),
    ("@'v w'", "@'v w'"), ("a \f", ""), ("a \f b", "\f b")])
def test_what_begins_no_token_breaks_the_statement_off_there(sql: str, near: str) -> None:
    tokens, left_open = scan(sql)
    assert not left_open
    assert [sql[token.start:] for token in tokens if token.kind == BROKEN] == ([near] if near else [])


@pytest.mark.parametrize("sql, line", [
    ("a\nb", 2), ("\n\na", 1), ("a\rb", 1), ("a\r\nb", 2), ("'x\ny' b", 2), ("'x\r\ny' b", 3), ("`x\ny` b", 1),
    ("/* x\n */ b", 2), ("select /*+ x\n */ b", 1), ("a --\nb", 1), ("a -- x\nb", 2), ("'x\\\ny' b", 1)])
def test_lines_are_counted_as_oceanbase_counts_them(sql: str, line: int) -> None:
    assert scan(sql)[0][-2].line == line


def test_statements_of_one_query() -> None:
    assert split_statements("SELECT ';' ; -- a;\nSELECT `;`;/* ; */ ; ; ") == [
        "SELECT ';' ;", " -- a;\nSELECT `;`;", "/* ; */ ;"]
    assert split_statements("; SELECT 1; ;SELECT 2") == [";", " SELECT 1;", " ;", "SELECT 2"]
    assert split_statements(r"SELECT 'a\'; DROP TENANT x -- '", frozenset(["NO_BACKSLASH_ESCAPES"])) == [
        r"SELECT 'a\';", " DROP TENANT x -- '"]
    assert split_statements("SELECT 1") == ["SELECT 1"]
    assert split_statements(" ; ") == [" ;"]


def test_strings_side_by_side() -> None:
    assert separate_strings("'a' \"b\"\n'it''s'") == ["a", "b", "it's"]
    assert separate_strings(r"'a\' 'b\\'", backslashes=False) == ["a\\", r"b\\"]


@pytest.mark.parametrize("word, free", [("clone", True), ("TENANT", True), ("cancel", True), ("select", False),
                                        ("System", True), ("key", False), ("`select`", True), ("'x'", False)])
def test_which_words_can_be_names(word: str, free: bool) -> None:
    assert tokenize(word)[0].is_identifier is free


def test_positions_and_reserved_words_are_in_upper_case() -> None:
    token = tokenize("  ab ")[0]
    assert (token.start, token.end) == (2, 4)
    assert all(word == word.upper() for word in RESERVED)
