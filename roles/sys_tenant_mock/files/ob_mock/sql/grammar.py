# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds the rule that a statement fits, or OceanBase's syntax error (facts: Parser)."""

from __future__ import annotations

from typing import NamedTuple, Optional, Tuple

from .errors import error
from .recognizer import Recognizer
from .results import SqlError
from .scanner import END, MARK, NO_MODES, SPACE, Modes, scan, syntax_error, tokenize
from .syntax import GRAMMAR, OF_CLONES, REJECTED, STATEMENTS
from .token_reader import TokenReader

NOTHING = "nothing"  # the rule of a statement that is only a comment


class Parsed(NamedTuple):
    """rule: the name of the rule in syntax.py; reader: the statement's tokens."""

    rule: str
    reader: TokenReader


class Dialect(NamedTuple):
    """Settings of the grammar: whether the server knows clones and reserves the word SKIP, and the session's modes."""

    has_clone: bool = True
    skip_reserved: bool = True
    modes: Modes = NO_MODES


NEWEST = Dialect()


def parse(sql: str, dialect: Dialect = NEWEST, prepared: bool = False) -> Parsed:
    """
    Returns what one statement is.

    prepared: whether there may be place-holders. Errors: 1064 with OceanBase's words, 1065 for an empty text, 4019 for
    what is nested too deeply.
    """
    if not sql.strip(SPACE + ";"):
        raise error("ER_EMPTY_QUERY")
    rule, failure = _attempt(sql, dialect, compatible=True)
    if failure and "/*!" in sql:
        # What is in a comment of this kind need not make sense: then it is a comment indeed.
        rule, failure = _attempt(sql, dialect, compatible=False)
        sql = sql.replace("/*!", "/* ")
    if failure:
        raise failure
    tokens = tokenize(sql, dialect.modes)
    mark = next((token for token in tokens if token.kind == MARK), None)
    if mark and not prepared:
        raise syntax_error(sql, mark.start, mark.line)
    return Parsed(rule, TokenReader(sql, tokens))


def _attempt(sql: str, dialect: Dialect, compatible: bool) -> Tuple[str, Optional[SqlError]]:
    """Returns the rule that the statement fits, or an error; raises one that another attempt cannot mend."""
    tokens, left_open = scan(sql, dialect.modes, compatible)
    whole = syntax_error(sql, len(sql) - len(sql.lstrip(SPACE)), 2)
    rule: Optional[str] = NOTHING
    if tokens[0].kind != END and tokens[0].text != ";":
        recognizer = Recognizer(GRAMMAR, tokens, dialect.skip_reserved)
        try:
            rule = recognizer.fits(name for name in STATEMENTS if dialect.has_clone or name not in OF_CLONES)
        except RecursionError:
            raise error("OB_SIZE_OVERFLOW") from None
        if rule is None:
            token = tokens[recognizer.furthest]
            return "", syntax_error(sql, token.start, token.line)
    if left_open:
        raise whole
    return str(rule), whole if rule in REJECTED else None
