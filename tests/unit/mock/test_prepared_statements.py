# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prepared statements: place-holders, parameters as literals, rows in the binary protocol."""

from __future__ import annotations

import struct
from typing import Any

import pytest

from ob_mock.protocol.packets import MalformedPacket, Reader
from ob_mock.protocol.prepared_statements import (
    BLOBS,
    DATE,
    DATETIME,
    DOUBLE,
    FLOAT,
    LONG,
    LONGLONG,
    SHORT,
    TIME,
    TIMESTAMP,
    TINY,
    VAR_STRING,
    Statement,
    binary_row,
    cut,
    literal,
    read_value,
)
from ob_mock.sql.results import Column

UNSIGNED = 0x80


def execute(types: list[tuple[int, int]], values: bytes, nulls: bytes = b"\0") -> bytes:
    return b"\0" + struct.pack("<I", 1) + nulls + b"\1" + b"".join(bytes(pair) for pair in types) + values


@pytest.mark.parametrize(("sql", "marks"), [
    ("SELECT 1", 0), ("SELECT ?", 1), ("?,?", 2), ("SELECT '?'", 0), ("SELECT 'it''s ?', ?", 1),
    (r"SELECT 'a\'?', ?", 1), ('SELECT "?", `?`, ?', 1), ("SELECT /* ? */ ? -- ?\n, ? # ?", 2), ("SELECT 1--?", 1),
    ("SELECT '?", 1)])
def test_place_holders_are_found_outside_of_strings_and_comments(sql: str, marks: int) -> None:
    pieces = cut(sql)
    assert len(pieces) == marks + 1
    assert "?".join(pieces) == sql


@pytest.mark.parametrize(("value", "expected"), [
    (None, "NULL"), (-5, "-5"), (1.5, "1.5"), ("x", "'x'"), ("it's", "'it''s'"),
    ("\\' OR 1=1 -- ", r"'\\'' OR 1=1 -- '"),
    (b"text", "'text'"), (b"\xff\0", "X'ff00'"), ("a\0b", r"'a\0b'"), ("?", "'?'")])
def test_literals_cannot_end_early(value: Any, expected: str) -> None:
    assert literal(value) == expected


def test_without_backslash_escapes() -> None:
    assert literal("\\' OR 1=1 -- \0", backslashes=False) == "'\\'' OR 1=1 -- \0'"
    assert literal(b"\\", backslashes=False) == r"'\'"
    assert cut(r"""SELECT 'a\', ?, "\", ?""", backslashes=False) == [r"SELECT 'a\', ", r''', "\", ''', ""]
    assert Statement(1, r"SELECT '\', ?", backslashes=False).bound(execute([(VAR_STRING, 0)], b"\1\\"), False) == (
        r"SELECT '\', '\'")


def test_a_text_that_limits_is_a_number() -> None:
    statement = Statement(1, "SELECT ? FROM t LIMIT ?, ?")
    body = execute([(VAR_STRING, 0)] * 3, b"\x011\x025a\x01x")
    assert statement.bound(body) == "SELECT '1' FROM t LIMIT 5, 0"


def test_parameters_take_their_places() -> None:
    statement = Statement(1, "SELECT ?, '?', ?, ?")
    body = execute([(LONGLONG, UNSIGNED), (VAR_STRING, 0), (LONG, 0)], struct.pack("<Q", 2 ** 64 - 1) + b"\2a?", b"\4")
    assert statement.bound(body) == "SELECT 18446744073709551615, '?', 'a?', NULL"


def test_types_are_remembered_from_the_first_execution() -> None:
    statement = Statement(1, "SELECT ?")
    statement.bound(execute([(TINY, 0)], b"\xff"))
    assert statement.bound(b"\0\1\0\0\0\0\0\7") == "SELECT 7"


def test_long_data_replaces_a_parameter_once() -> None:
    statement = Statement(1, "SELECT ?, ?")
    statement.long_data[0] = bytearray(b"long")
    body = execute([(BLOBS[0], 0), (TINY, 0)], b"\1")
    assert statement.bound(body) == "SELECT 'long', 1"
    assert not statement.long_data


@pytest.mark.parametrize("body", [b"", b"\0\1\0\0\0\0\0\7", execute([(LONGLONG, 0)], b"\1")])
def test_a_body_that_does_not_fit_is_malformed(body: bytes) -> None:
    with pytest.raises(MalformedPacket):
        Statement(1, "SELECT ?").bound(body)


@pytest.mark.parametrize(("kind", "data", "expected"), [
    (SHORT, b"\xff\xff", -1), (LONG, b"\1\0\0\0", 1), (FLOAT, struct.pack("<f", 0.5), 0.5),
    (DOUBLE, struct.pack("<d", -2.25), -2.25), (DATE, b"\4\xea\7\x0b\x16", "2026-11-22"), (DATE, b"\0", "0000-00-00"),
    (DATETIME, b"\7\xea\7\x0b\x16\1\2\3", "2026-11-22 01:02:03"),
    (TIMESTAMP, b"\x0b\xea\7\x0b\x16\1\2\3\x40\xe2\1\0", "2026-11-22 01:02:03.123456"), (TIME, b"\0", "00:00:00"),
    (TIME, b"\x08\1\1\0\0\0\2\3\4", "-26:03:04"), (VAR_STRING, b"\2\xc3\xa9", "é"), (BLOBS[0], b"\1\xff", b"\xff")])
def test_parameter_values(kind: int, data: bytes, expected: Any) -> None:
    reader = Reader(data)
    assert read_value(reader, kind, unsigned=False) == expected
    assert not reader


def test_binary_row() -> None:
    columns = [Column("id", LONGLONG), Column("scn", LONGLONG, flags=0x20), Column("gone", VAR_STRING),
               Column("name", VAR_STRING), Column("ratio", DOUBLE), Column("small", TINY)]
    assert binary_row(columns, (-1, 2 ** 64 - 1, None, "é", 0.5, 3)) == (
        b"\0\x10" + b"\xff" * 16 + b"\2\xc3\xa9" + struct.pack("<d", 0.5) + b"\3")


def test_null_bits_go_on_in_a_second_byte() -> None:
    row = binary_row([Column("c", TINY)] * 7, (None,) * 7)
    assert row == b"\0\xfc\1"


@pytest.mark.parametrize(("kind", "value", "expected"), [
    (TIMESTAMP, "2026-11-22 01:02:03.123456", b"\x0b\xea\7\x0b\x16\1\2\3\x40\xe2\1\0"),
    (TIMESTAMP, "2026-11-22 01:02:03", b"\x0b\xea\7\x0b\x16\1\2\3\0\0\0\0"),
    (DATETIME, "0000-00-00 00:00:00", b"\x0b" + bytes(11)),
    (DATE, "2026-11-22", b"\x0b\xea\7\x0b\x16" + bytes(7)),
    (TIME, "-26:03:04.5", b"\x0c\1\1\0\0\0\2\3\4" + struct.pack("<I", 500000)),
    (LONG, -2, b"\xfe\xff\xff\xff"), (FLOAT, 0.5, struct.pack("<f", 0.5))])
def test_binary_values(kind: int, value: Any, expected: bytes) -> None:
    assert binary_row([Column("c", kind)], (value,)) == b"\0\0" + expected


def test_a_prepared_statement_announces_its_parameters_and_columns() -> None:
    header, mark, end, name, last = Statement(7, "SELECT a FROM t WHERE b = ?").prepared([Column("a", VAR_STRING)], 2)
    assert header == b"\0\7\0\0\0\1\0\1\0\0\0\0"
    assert (b"\1?" in mark, b"\1a" in name, end, last) == (True, True, b"\xfe\0\0\2\0", b"\xfe\0\0\2\0")
    assert Statement(1, "BEGIN").prepared([], 2) == [b"\0\1\0\0\0\0\0\0\0\0\0\0"]
