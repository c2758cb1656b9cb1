# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prepared statements: the binary protocol on the wire, a plain statement with literals for the executor."""

from __future__ import annotations

import re
import struct
from typing import Any, Dict, List, Optional, Sequence, Tuple, Union

from ..sql.results import Column, Rows
from .packets import MalformedPacket, Reader, column, eof, lenenc_bytes, text_value

TINY, SHORT, LONG, FLOAT, DOUBLE, NULL = 1, 2, 3, 4, 5, 6
TIMESTAMP, LONGLONG, INT24, DATE, TIME, DATETIME, YEAR = 7, 8, 9, 10, 11, 12, 13
VAR_STRING = 253
INTEGER_SIZES = {TINY: 1, SHORT: 2, YEAR: 2, LONG: 4, INT24: 4, LONGLONG: 8}
UNSIGNED_FLAG = 0x20
UNSIGNED_PARAMETER = 0x80
BLOBS = (249, 250, 251, 252)

_OTHER = r"|`[^`]*`|/\*.*?\*/|--(?=\s)[^\n]*|\#[^\n]*|(?P<mark>\?)"
_TOKEN = {  # with backslashes that escape in strings, and without
    True: re.compile(r"""'[^'\\]*(?:(?:\\.|'')[^'\\]*)*'|"[^"\\]*(?:(?:\\.|"")[^"\\]*)*\"""" + _OTHER, re.DOTALL),
    False: re.compile("'[^']*'|\"[^\"]*\"" + _OTHER, re.DOTALL)}
_LIMIT = re.compile(r"\b(LIMIT|OFFSET)\s*$", re.IGNORECASE)
_MOMENT = re.compile(r"(\d+)-(\d+)-(\d+)(?:[ T](\d+):(\d+):(\d+)(?:\.(\d{1,6}))?)?$")
_DURATION = re.compile(r"(-?)(\d+):(\d+):(\d+)(?:\.(\d{1,6}))?$")


class Statement:
    """A statement that a client prepared: its text, cut at the place-holders; backslashes: whether they escape."""

    def __init__(self, number: int, sql: str, backslashes: bool = True) -> None:
        self.number = number
        self.parts = cut(sql, backslashes)
        self.types: List[Tuple[int, bool]] = []
        self.long_data: Dict[int, bytearray] = {}
        self.cursor: Optional[List[bytes]] = None  # the rows that an open cursor has not sent yet

    @property
    def parameters(self) -> int:
        """Returns how many place-holders there are."""
        return len(self.parts) - 1

    def prepared(self, columns: Sequence[Column], status: int) -> List[bytes]:
        """
        Returns the answer to COM_STMT_PREPARE: how many parameters and columns there are, and what is known of them.
        """
        answer = [b"\0" + struct.pack("<IHHBH", self.number, len(columns), self.parameters, 0, 0)]
        for definitions in ([Column("?", LONGLONG)] * self.parameters, columns):
            if definitions:
                answer += [*map(column, definitions), eof(status)]
        return answer

    def bound(self, body: bytes, backslashes: bool = True) -> str:
        """
        Returns the statement with the parameters of a COM_STMT_EXECUTE body (after command and number) as literals, in
        which backslashes escape or not.

        MalformedPacket when the body does not fit the statement.
        """
        reader = Reader(body)
        reader.take(5)  # cursor type, number of iterations
        literals = [""]
        limits: Any = False  # whether the parameter is one of a LIMIT, where the kernel takes a text for its number
        if self.parameters:
            nulls = reader.take((self.parameters + 7) // 8)
            if reader.integer(1):
                self.types = [(reader.integer(1), bool(reader.integer(1) & UNSIGNED_PARAMETER))
                              for _unused in range(self.parameters)]
            if len(self.types) != self.parameters:
                raise MalformedPacket("the types of the parameters are missing")
            for index, (kind, unsigned) in enumerate(self.types):
                if index in self.long_data:
                    value: Any = bytes(self.long_data[index])
                    value = value if kind in BLOBS else value.decode("utf-8", "replace")
                elif nulls[index // 8] >> index % 8 & 1:
                    value = None
                else:
                    value = read_value(reader, kind, unsigned)
                limits = _LIMIT.search(self.parts[index]) or limits and self.parts[index].strip() == ","
                value = whole(value) if limits and isinstance(value, (str, bytes)) else value
                literals.append(literal(value, backslashes))
        self.long_data.clear()
        return "".join(mark + part for mark, part in zip(literals, self.parts))


def whole(text: Union[str, bytes]) -> int:
    """Returns the number with which a text begins, else 0."""
    return int((re.match(r"\d*", text if isinstance(text, str) else text.decode("utf-8", "replace")) or [""])[0] or 0)


def cut(sql: str, backslashes: bool = True) -> List[str]:
    """Returns the pieces of a statement between its place-holders; a question mark in a string or comment is none."""
    pieces = []
    start = 0
    for token in _TOKEN[backslashes].finditer(sql):
        if token.group("mark"):
            pieces.append(sql[start:token.start()])
            start = token.end()
    return [*pieces, sql[start:]]


def literal(value: Union[int, float, str, bytes, None], backslashes: bool = True) -> str:
    """
    Returns a value as SQL that cannot end early: None, int, float, str, or bytes (hexadecimal unless they are text).
    """
    if value is None:
        return "NULL"
    if isinstance(value, bytes):
        try:
            return literal(value.decode("utf-8"), backslashes)
        except UnicodeDecodeError:
            return "X'" + value.hex() + "'"
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace("\0", "\\0") if backslashes else value
        return "'" + escaped.replace("'", "''") + "'"
    return repr(value)


def read_value(reader: Reader, kind: int, unsigned: bool) -> Any:
    """Returns one parameter of the binary protocol: int, float, str or bytes."""
    if kind == NULL:
        return None
    if kind in INTEGER_SIZES:
        return int.from_bytes(reader.take(INTEGER_SIZES[kind]), "little", signed=not unsigned)
    if kind == FLOAT:
        return struct.unpack("<f", reader.take(4))[0]
    if kind == DOUBLE:
        return struct.unpack("<d", reader.take(8))[0]
    if kind in (DATE, DATETIME, TIMESTAMP):
        return _read_moment(Reader(reader.take(reader.integer(1))), kind)
    if kind == TIME:
        return _read_duration(Reader(reader.take(reader.integer(1))))
    data = reader.lenenc_bytes()
    return data if kind in BLOBS else data.decode("utf-8", "replace")


def _read_moment(reader: Reader, kind: int) -> str:
    year, month, day = (reader.integer(2), reader.integer(1), reader.integer(1)) if reader else (0, 0, 0)
    moment = "%04d-%02d-%02d" % (year, month, day)
    if kind == DATE:
        return moment
    clock = tuple(reader.integer(1) for _unused in range(3)) if reader else (0, 0, 0)
    return moment + " %02d:%02d:%02d" % clock + (".%06d" % reader.integer(4) if reader else "")


def _read_duration(reader: Reader) -> str:
    if not reader:
        return "00:00:00"
    sign, days = reader.integer(1), reader.integer(4)
    hours, minutes, seconds = reader.integer(1), reader.integer(1), reader.integer(1)
    micros = ".%06d" % reader.integer(4) if reader else ""
    return "%s%02d:%02d:%02d%s" % ("-" if sign else "", days * 24 + hours, minutes, seconds, micros)


def binary_rows(result: Rows) -> List[bytes]:
    """Returns the rows of a result in the binary protocol."""
    return [binary_row(result.columns, values) for values in result.rows]


def binary_row(columns: Sequence[Column], values: Sequence[Any]) -> bytes:
    """Returns one row: a bit for every NULL (from the third bit on), then the other values by their column's type."""
    nulls = 0
    data = []
    for index, (definition, value) in enumerate(zip(columns, values)):
        if value is None:
            nulls |= 4 << index
        else:
            data.append(_binary_value(definition, value))
    return b"\0" + nulls.to_bytes((len(columns) + 9) // 8, "little") + b"".join(data)


def _binary_value(definition: Column, value: Any) -> bytes:
    size = INTEGER_SIZES.get(definition.type)
    if size:
        return (int(value) & (1 << 8 * size) - 1).to_bytes(size, "little")
    if definition.type == FLOAT:
        return struct.pack("<f", float(value))
    if definition.type == DOUBLE:
        return struct.pack("<d", float(value))
    encoded: Optional[bytes] = None
    if definition.type in (DATE, DATETIME, TIMESTAMP):
        encoded = _binary_moment(text_value(value).decode())
    elif definition.type == TIME:
        encoded = _binary_duration(text_value(value).decode())
    return lenenc_bytes(text_value(value)) if encoded is None else bytes((len(encoded),)) + encoded


def _micros(digits: Optional[str]) -> int:
    return int((digits or "0").ljust(6, "0"))


def _binary_moment(value: str) -> bytes:
    found = _MOMENT.match(value)
    if not found:
        return b""  # the zero date
    year, month, day, hour, minute, second = (int(part or 0) for part in found.groups()[:6])
    return struct.pack("<HBBBBBI", year, month, day, hour, minute, second, _micros(found.group(7)))


def _binary_duration(value: str) -> bytes:
    found = _DURATION.match(value)
    if not found:
        return b""
    hours = int(found.group(2))
    return struct.pack("<BIBBBI", found.group(1) == "-", hours // 24, hours % 24, int(found.group(3)),
                       int(found.group(4)), _micros(found.group(5)))
