# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The protocol of README.md for clients in Python: requests from standard input, answers to standard output."""

from __future__ import annotations

import sys
from typing import Any, Callable

ESCAPES = (("\\", "\\\\"), ("\t", "\\t"), ("\n", "\\n"))


def escaped(value: Any) -> str:
    """Returns a value as a field: None as \\N, bytes as text."""
    if value is None:
        return "\\N"
    text = value.decode() if isinstance(value, (bytes, bytearray)) else str(value)
    for character, escape in ESCAPES:
        text = text.replace(character, escape)
    return text


def unescaped(field: str) -> str:
    """Returns the text of a field."""
    return field.replace("\\\\", "\0").replace("\\t", "\t").replace("\\n", "\n").replace("\0", "\\")


def parameter(field: str) -> Any:
    """Returns a parameter: i and a number, s and a text, or n for NULL."""
    return None if field[0] == "n" else int(field[1:]) if field[0] == "i" else field[1:]


def say(*fields: Any) -> None:
    """Writes one line."""
    print("\t".join(map(escaped, fields)))


def say_rows(columns: list[str], rows: Any) -> None:
    """Writes the rows of an answer, with the types that the client gave to the values of each."""
    say("columns", *columns)
    for row in rows:
        say("types", *(type(value).__name__ for value in row))
        say("row", *row)


def serve(handlers: dict[str, Callable[..., None]], failure: Callable[[BaseException], tuple[Any, ...] | None]) -> None:
    """Answers each request; ``failure`` turns the client's errors into number, SQLSTATE and text (None: not its)."""
    sys.stdin.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    for line in sys.stdin:
        operation, *fields = map(unescaped, line.rstrip("\n").split("\t"))
        try:
            handlers[operation](*fields)
        except Exception as error:
            told = failure(error)
            if told is None:
                raise
            say("error", *told)
        say("end")
        sys.stdout.flush()
