# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Results of a statement: the types that the executor hands to the wire protocol."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from math import isfinite
from typing import Any, List, Optional, Tuple, Union


class SqlError(Exception):
    """An error answer of the server.

    errno is the number of the ERR packet (positive), sqlstate its five characters, message its whole text;
    the wire protocol cuts the text to 512 bytes (facts: Error packets).
    """

    def __init__(self, errno: int, sqlstate: str, message: str) -> None:
        super().__init__(errno, sqlstate, message)
        self.errno = errno
        self.sqlstate = sqlstate
        self.message = message

    def __str__(self) -> str:
        return "%d (%s): %s" % (self.errno, self.sqlstate, self.message)


@dataclass
class Column:
    """One column of a result: type is the MySQL field type, charset a collation id, length in bytes."""

    name: str
    type: int
    charset: int = 45
    length: int = 0
    flags: int = 0
    decimals: int = 0
    table: str = ""
    schema: str = ""


@dataclass
class Ok:
    """Answer of a statement without a result set. messages: what SHOW WARNINGS then tells: (level, number, text)."""

    affected_rows: int = 0
    last_insert_id: int = 0
    warnings: int = 0
    info: str = ""
    messages: List[Tuple[str, int, str]] = field(default_factory=list)


@dataclass
class Rows:
    """A result set.

    The values are None, int, str, bytes or float; a timestamp is already text in the time zone of the session.
    found: how many rows there are for FOUND_ROWS(), if that is another number.
    """

    columns: List[Column] = field(default_factory=list)
    rows: List[Tuple[Any, ...]] = field(default_factory=list)
    found: Optional[int] = None


Result = Union[Ok, Rows]


def float_text(value: float) -> str:
    """Returns a number as OceanBase prints it: the shortest digits that read back as it, an exponent without ``+``.

    There is an exponent below 1e-15, and from 1e15 on unless there are digits behind the point.
    """
    if not isfinite(value):
        return repr(value)
    number = Decimal(repr(value)).normalize()
    sign, digits, exponent = number.as_tuple()
    point = len(digits) + int(exponent)
    if -15 < point <= 15 or len(digits) > point > 15:
        return format(number, "f")
    text = "".join(map(str, digits))
    return "%s%s%se%d" % ("-" if sign else "", text[0], "." + text[1:] if text[1:] else "", point - 1)
