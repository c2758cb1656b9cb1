# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""SQL functions of texts and numbers, and aggregates, that SQLite lacks or means differently."""

from __future__ import annotations

import hashlib
import math
import random
import re
import socket
import zlib
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from functools import lru_cache, reduce
from operator import and_, or_, xor
from typing import Any, Callable, Dict, List, Optional, Tuple

from ..cluster.tables import fold
from .results import float_text

Function = Callable[..., Any]


def text_of(value: Any) -> str:
    if isinstance(value, float):
        return float_text(value)
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def strict(function: Function) -> Function:
    """Returns a function that is NULL when any of its arguments is."""
    return lambda *values: None if None in values else function(*values)


def number_of(value: Any) -> Any:
    """Returns the number that a value is, or with which its text begins, else 0."""
    if isinstance(value, (int, float)):
        return value
    found = re.match(r"\s*[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d+)?", text_of(value))
    number = float(found.group()) if found else 0
    return int(number) if number == int(number) else number


def concat(*values: Any) -> Optional[str]:
    """Computes CONCAT: NULL when any argument is NULL."""
    return None if None in values else "".join(map(text_of, values))


def concat_ws(separator: Any, *values: Any) -> Optional[str]:
    """Computes CONCAT_WS: skips NULL."""
    texts = [text_of(value) for value in values if value is not None]
    return None if separator is None else text_of(separator).join(texts)


def regexp(pattern: Any, value: Any) -> Optional[bool]:
    """Computes ``value REGEXP pattern``: found anywhere, case does not matter."""
    if pattern is None or value is None:
        return None
    return re.search(text_of(pattern), text_of(value), re.IGNORECASE) is not None


@lru_cache(maxsize=1000)
def _like_pattern(pattern: str) -> re.Pattern[str]:
    parts = re.findall(r"\\.|.", pattern, re.DOTALL)
    wild = {"%": ".*", "_": "."}
    return re.compile("".join(wild.get(part) or re.escape(part[-1]) for part in parts), re.DOTALL | re.IGNORECASE)


def like(pattern: Any, value: Any) -> Optional[bool]:
    """Computes ``value LIKE pattern`` with MySQL's escape, the backslash."""
    if pattern is None or value is None:
        return None
    return _like_pattern(text_of(pattern)).fullmatch(text_of(value)) is not None


def like_binary(pattern: Any, value: Any) -> Optional[bool]:
    """Computes ``value LIKE BINARY pattern``, in which case matters."""
    if pattern is None or value is None:
        return None
    return re.compile(_like_pattern(text_of(pattern)).pattern, re.DOTALL).fullmatch(text_of(value)) is not None


def locate(part: Any, value: Any, start: int = 1) -> Optional[int]:
    """Computes LOCATE: the place of ``part`` in ``value`` counted from 1, or 0."""
    if part is None or value is None:
        return None
    return text_of(value).lower().find(text_of(part).lower(), start - 1) + 1


def hexadecimal(value: Any) -> Optional[str]:
    """Computes HEX: of a number its 64 bits, of text or bytes each byte."""
    if value is None:
        return None
    if isinstance(value, (int, float)):
        return "%X" % (int(Decimal(value).quantize(Decimal(1), ROUND_HALF_UP)) & (2 ** 64 - 1))
    return (value if isinstance(value, bytes) else text_of(value).encode()).hex().upper()


def strcmp(one: Any, other: Any) -> Optional[int]:
    """Computes STRCMP: -1, 0 or 1 in the order of the default collation."""
    if one is None or other is None:
        return None
    first, second = fold(text_of(one)), fold(text_of(other))
    return (first > second) - (first < second)


def upper(value: Any) -> Optional[str]:
    """Computes UPPER, also beyond ASCII."""
    return None if value is None else text_of(value).upper()


def lower(value: Any) -> Optional[str]:
    """Computes LOWER, also beyond ASCII."""
    return None if value is None else text_of(value).lower()


def _extreme(choose: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *values: None if None in values else choose(values)


def substring(value: str, start: int, length: int = 1 << 31) -> str:
    """Computes SUBSTR: ``start`` counts from 1, from the end if it is negative; 0 is nowhere."""
    begin = start - 1 if start > 0 else len(value) + start
    return value[begin:begin + max(length, 0)] if start and begin >= 0 else ""


def substring_index(value: str, delimiter: str, count: int) -> str:
    """Computes SUBSTRING_INDEX: what stands before the count-th delimiter, or behind it if count is negative."""
    parts = value.split(delimiter) if delimiter else []
    return delimiter.join(parts[:count] if count > 0 else parts[count:] if count else [])


def pad(value: str, length: int, padding: str, left: bool) -> Optional[str]:
    """Computes LPAD (left) or RPAD, which also cut; NULL if there is nothing to pad with."""
    missing = length - len(value)
    if missing <= 0 or length < 0:
        return value[:length] if length >= 0 else None
    fill = (padding * missing)[:missing]
    return None if not padding else fill + value if left else value + fill


def trim(side: str, part: str, value: str) -> str:
    """Computes TRIM: without the part, which may stand there several times, at a side or both."""
    while part and side != "TRAILING" and value.startswith(part):
        value = value[len(part):]
    while part and side != "LEADING" and value.endswith(part):
        value = value[:-len(part)]
    return value


def field_index(wanted: Any, *values: Any) -> int:
    """Computes FIELD: the place of the first value that equals ``wanted``, counted from 1, or 0."""
    return next((place for place, value in enumerate(values, 1) if None not in (wanted, value)
                 and fold(text_of(value)) == fold(text_of(wanted))), 0)


def rounded(value: Any, digits: int = 0, rounding: str = ROUND_HALF_UP) -> Any:
    """Computes ROUND (half away from zero) or TRUNCATE; a whole number stays one."""
    exact = Decimal(float_text(float(value))) if not isinstance(value, int) else Decimal(value)
    result = exact.quantize(Decimal(1).scaleb(-digits), rounding)
    return int(result) if isinstance(value, int) else float(result)


def formatted(value: Any, digits: int) -> str:
    """Computes FORMAT: with commas between the thousands."""
    return "{:,.{}f}".format(rounded(number_of(value), max(digits, 0)), max(digits, 0))


def based(number: Any, source: int, target: int) -> Optional[str]:
    """Computes CONV: a number from one base in another."""
    digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    try:
        value = int(text_of(number), source) & (1 << 64) - 1
    except ValueError:
        return "0"
    found = ""
    while value:
        value, rest = divmod(value, target)
        found = digits[rest] + found
    return found or "0"


def inet_aton(text: str) -> Optional[int]:
    """Computes INET_ATON: an IPv4 address as its number; NULL for another text."""
    try:
        return int.from_bytes(socket.inet_aton(text), "big")
    except OSError:
        return None


def uuid() -> str:
    """Computes UUID: one that nobody else has."""
    digits = "%032x" % random.getrandbits(128)
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def unhex(digits: str) -> Optional[bytes]:
    """Computes UNHEX; NULL for what is not hexadecimal."""
    try:
        return bytes.fromhex(digits.zfill(len(digits) + len(digits) % 2))
    except ValueError:
        return None


def _of_text(function: Function) -> Function:
    """Returns a function of one text, which is NULL for NULL."""
    return strict(lambda value: function(text_of(value)))


def _of_texts(function: Function, texts: int) -> Function:
    """Returns a function whose first arguments are texts, which is NULL if any argument is."""
    return strict(lambda *values: function(*map(text_of, values[:texts]), *map(number_of, values[texts:])))


def _digest(kind: str) -> Function:
    return _of_text(lambda value: hashlib.new(kind, value.encode()).hexdigest())


# Name to (number of arguments, -1 for any; function).
TABLE: Dict[str, Tuple[int, Function]] = {
    "concat": (-1, concat), "concat_ws": (-1, concat_ws), "regexp": (2, regexp), "like": (2, like),
    "glob": (2, like_binary), "locate": (-1, locate), "instr": (2, lambda value, part: locate(part, value)),
    "position": (2, locate), "left": (2, strict(lambda value, count: text_of(value)[:max(count, 0)])),
    "right": (2, strict(lambda value, count: text_of(value)[-count:] if count > 0 else "")),
    **{name: (-1, strict(lambda value, *place: substring(text_of(value), *map(int, place))))
       for name in ("substr", "substring", "mid")},
    "substring_index": (3, _of_texts(substring_index, 2)), "reverse": (1, _of_text(lambda value: value[::-1])),
    "repeat": (2, strict(lambda value, count: text_of(value) * count)), "space": (1, strict(lambda count: " " * count)),
    "lpad": (3, strict(lambda value, length, padding: pad(text_of(value), length, text_of(padding), True))),
    "rpad": (3, strict(lambda value, length, padding: pad(text_of(value), length, text_of(padding), False))),
    "trim": (1, _of_text(lambda value: value.strip(" "))), "ltrim": (1, _of_text(lambda value: value.lstrip(" "))),
    "rtrim": (1, _of_text(lambda value: value.rstrip(" "))), "trim_part": (3, _of_texts(trim, 3)),
    "if": (3, lambda condition, yes, no: yes if condition else no),
    "length": (1, strict(lambda value: len(value) if isinstance(value, bytes) else len(text_of(value).encode()))),
    "octet_length": (1, _of_text(lambda value: len(value.encode()))),
    "char_length": (1, _of_text(len)), "character_length": (1, _of_text(len)),
    "upper": (1, upper), "ucase": (1, upper), "lower": (1, lower), "lcase": (1, lower),
    "hex": (1, hexadecimal), "unhex": (1, _of_text(unhex)), "strcmp": (2, strcmp), "field": (-1, field_index),
    "elt": (-1, strict(lambda place, *values: values[place - 1] if 0 < place <= len(values) else None)),
    "find_in_set": (2, _of_texts(lambda part, values: field_index(part, *values.split(",")), 2)),
    "greatest": (-1, _extreme(max)), "least": (-1, _extreme(min)), "isnull": (1, lambda value: int(value is None)),
    "ascii": (1, _of_text(lambda value: value.encode()[0] if value else 0)),
    "ord": (1, _of_text(lambda value: int.from_bytes(value[:1].encode(), "big"))),
    "char": (-1, lambda *codes: bytes(code for code in codes if code is not None)),
    "quote": (1, lambda value: "NULL" if value is None else "'%s'" % re.sub(r"(['\\])", r"\\\1", text_of(value))),
    "format": (2, strict(formatted)), "conv": (3, strict(based)), "bin": (1, strict(lambda value: based(value, 10, 2))),
    "oct": (1, strict(lambda value: based(value, 10, 8))), "round": (-1, strict(rounded)),
    "truncate": (2, strict(lambda value, digits: rounded(value, digits, ROUND_DOWN))),
    "floor": (1, strict(lambda value: math.floor(number_of(value)))),
    "ceil": (1, strict(lambda value: math.ceil(number_of(value)))),
    "ceiling": (1, strict(lambda value: math.ceil(number_of(value)))),
    "mod": (2, strict(lambda value, by: math.fmod(value, by) if float in map(type, (value, by)) else (
        None if not by else abs(value) % abs(by) * (-1 if value < 0 else 1)))),
    "power": (2, strict(lambda value, by: float(number_of(value) ** number_of(by)))),
    "pow": (2, strict(lambda value, by: float(number_of(value) ** number_of(by)))),
    "sqrt": (1, strict(lambda value: math.sqrt(number_of(value)) if number_of(value) >= 0 else None)),
    "sign": (1, strict(lambda value: (number_of(value) > 0) - (number_of(value) < 0))), "pi": (0, lambda: math.pi),
    "rand": (-1, lambda *_seed: random.random()), "uuid": (0, uuid),
    "md5": (1, _digest("md5")), "sha1": (1, _digest("sha1")), "sha": (1, _digest("sha1")),
    "crc32": (1, _of_text(lambda value: zlib.crc32(value.encode()))), "inet_aton": (1, _of_text(inet_aton)),
    "inet_ntoa": (1, strict(lambda number: socket.inet_ntoa(int(number).to_bytes(4, "big")))),
    "charset": (1, lambda _value: "utf8mb4"), "collation": (1, lambda _value: "utf8mb4_general_ci"),
}


class Values:
    """An aggregate over all values but NULL, computed by ``answer``; NULL for none."""

    def __init__(self) -> None:
        self._values: List[Any] = []

    def step(self, value: Any) -> None:
        """Takes the value of one row."""
        if value is not None:
            self._values.append(value)

    def finalize(self) -> Any:
        """Returns the result."""
        return self.answer(self._values) if self._values else None

    @staticmethod
    def answer(values: List[Any]) -> Any:
        """Returns the result for at least one value."""
        raise NotImplementedError


def _aggregate(function: Function) -> type:
    return type("Aggregate", (Values,), {"answer": staticmethod(function)})


def _variance(values: List[Any], fewer: int = 0) -> Optional[float]:
    mean = sum(values) / len(values)
    return sum((value - mean) ** 2 for value in values) / (len(values) - fewer) if len(values) > fewer else None


def _deviation(values: List[Any], fewer: int = 0) -> Optional[float]:
    variance = _variance(values, fewer)
    return None if variance is None else math.sqrt(variance)


class GroupConcat:
    """GROUP_CONCAT, with the arguments that translation.py gives it."""

    def __init__(self) -> None:
        self._rows: List[Tuple[str, Tuple[Any, ...]]] = []
        self._distinct, self._separator, self._directions = 0, "", ""

    def step(self, distinct: int, separator: str, texts: int, directions: str, *values: Any) -> None:
        """Takes one row: so many texts, then the keys by which to order, each ascending (a) or descending (d)."""
        self._distinct, self._separator, self._directions = distinct, separator, directions
        joined = concat(*values[:texts])
        if joined is not None:
            self._rows.append((joined, values[texts:]))

    def finalize(self) -> Optional[str]:
        """Returns the texts in order."""
        for place, direction in reversed(list(enumerate(self._directions))):
            self._rows.sort(key=lambda row: _ordered(row[1][place]), reverse=direction == "d")
        found = [text for text, _keys in self._rows]
        if self._distinct:
            first: Dict[str, str] = {}
            for text in found:
                first.setdefault(fold(text), text)
            found = list(first.values())
        return self._separator.join(found) if found else None


def _ordered(value: Any) -> Tuple[bool, bool, Any]:
    """Returns a key that orders NULL, numbers and texts."""
    is_text = isinstance(value, str)
    return value is not None, is_text, fold(value) if is_text else value or 0


AGGREGATES: Dict[str, Tuple[int, type]] = {
    "group_concat_of": (-1, GroupConcat), "any_value": (1, _aggregate(lambda values: values[0])),
    **{name: (1, _aggregate(_deviation)) for name in ("std", "stddev", "stddev_pop")},
    **{name: (1, _aggregate(_variance)) for name in ("variance", "var_pop")},
    "stddev_samp": (1, _aggregate(lambda values: _deviation(values, 1))),
    "var_samp": (1, _aggregate(lambda values: _variance(values, 1))),
    "bit_and": (1, _aggregate(lambda values: reduce(and_, values))),
    "bit_or": (1, _aggregate(lambda values: reduce(or_, values))),
    "bit_xor": (1, _aggregate(lambda values: reduce(xor, values))),
}
