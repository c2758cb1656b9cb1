# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Entries of a query's select list: where one ends, its label, and what tells the type of its column."""

from __future__ import annotations

from dataclasses import dataclass
from typing import List, Optional, Tuple

from .date_functions import INTERVAL_UNITS
from .scanner import (
    END,
    MARK,
    MOMENT,
    NUMBER,
    QUOTED,
    STRING,
    SYMBOL,
    SYSVAR,
    WORD,
    Modes,
    Token,
    separate_strings,
)

CLAUSES = ("FROM", "WHERE", "GROUP", "HAVING", "ORDER", "LIMIT", "UNION", "FOR", "PROCEDURE", "INTO")
SET_OPERATORS = {"UNION": "UNION", "EXCEPT": "EXCEPT", "MINUS": "EXCEPT", "INTERSECT": "INTERSECT"}
NO_PARENTHESES = ("CURRENT_TIMESTAMP", "LOCALTIME", "LOCALTIMESTAMP", "UTC_TIMESTAMP", "CURRENT_USER", "CURRENT_DATE",
                  "CURRENT_TIME", "UTC_DATE", "UTC_TIME")
CASTS = {"DATETIME": "cast_datetime(", "DATE": "date(", "TIME": "time("}
DIVISION_DECIMALS = 4  # that a division adds (div_precision_increment)
# What makes a truth value of an expression, unless it stands in parentheses or in a CASE.
COMPARING = ("=", "<", ">", "<=", ">=", "<>", "!=", "<=>", "&&", "||", "!", "AND", "OR", "NOT", "IS", "IN", "BETWEEN",
             "REGEXP", "RLIKE", "EXISTS")


@dataclass
class Item:
    """One entry of the select list: its label and its head.

    That is the function that it calls, # for a whole number, @@ for a system variable, = for a truth value, BINARY,
    LIKE, TRUE, ? or NULL.
    """

    label: str
    head: str = ""


class SelectList:
    """Reads entries of the select list from the tokens of a query."""

    def __init__(self, sql: str, tokens: List[Token], modes: Modes) -> None:
        self._sql = sql
        self._tokens = tokens
        self._backslashes = "NO_BACKSLASH_ESCAPES" not in modes
        self._joins_text = "PIPES_AS_CONCAT" in modes

    def end(self, start: int) -> int:
        """Returns where the entry ends that starts there."""
        depth = 0
        for position in range(start, len(self._tokens)):
            token = self._tokens[position]
            if token.kind == END:
                return position
            if token.kind == SYMBOL and token.text in "()":
                depth += 1 if token.text == "(" else -1
                if depth < 0:
                    return position
            elif depth == 0 and ((token.kind == SYMBOL and token.text == ",") or token.upper in CLAUSES or (
                    token.upper in SET_OPERATORS and self.joins_queries(position))):
                return position
        return len(self._tokens) - 1

    def describe(self, start: int, end: int) -> Tuple[int, Item]:
        """Returns where the expression of an entry ends, before its alias, and its label and head."""
        body = self._tokens[start:end]
        expression_end, label = self._label(start, end)
        head = body[0].upper if len(body) > 1 and body[1].text == "(" or body[0].upper in NO_PARENTHESES else ""
        if head and expression_end - start > 1 and self.closing(start + 1) != expression_end - 1:
            head = ""
        if expression_end - start == 1 and body[0].kind == NUMBER and body[0].text.isdigit():
            head = "#"
        if expression_end - start == 1 and body[0].kind in (SYMBOL, MARK, SYSVAR):
            head = "@@" if body[0].kind == SYSVAR else body[0].text
        if expression_end - start == 1 and body[0].kind == MOMENT:
            word = self._sql[body[0].start:body[0].end].partition(body[0].text)[0].strip("'\" \t\r\n").upper()
            head = "DATETIME" if word == "TIMESTAMP" else word
        if expression_end - start == 1 and body[0].upper in ("TRUE", "FALSE"):
            head = "TRUE"
        if head in ("CAST", "CONVERT"):
            head = next((two.upper for one, two in zip(body, body[1:])
                         if (one.upper == "AS" or one.text == ",") and two.upper in CASTS), head)
        if not head or head in ("ROUND", "TRUNCATE"):
            scale = self._scale(start, expression_end)
            head = "DECIMAL %d" % scale if scale else ""
        if body[0].upper == "BINARY":
            head = "BINARY"
        head = self._truth(start, expression_end) or head
        if expression_end - start == 1 and body[0].upper == "NULL":
            head = "NULL"
            label = "NULL" if end == expression_end else label
        return expression_end, Item(label, head)

    def closing(self, opening: int) -> int:
        """Returns the position of the parenthesis that closes another one."""
        depth = 0
        for position in range(opening, len(self._tokens)):
            token = self._tokens[position]
            if token.kind == SYMBOL and token.text in "()":
                depth += 1 if token.text == "(" else -1
                if depth == 0:
                    return position
        return len(self._tokens) - 1

    def ends_operand(self, position: int) -> bool:
        """Says whether the token there can be the last one of an operand."""
        token = self._tokens[position]
        return token.kind not in (SYMBOL, WORD) or token.text == ")" or token.is_identifier

    def joins_queries(self, position: int) -> bool:
        """Says whether the word there, which may be a name, joins two queries."""
        word, *after = [token.text if token.kind == SYMBOL else token.upper
                        for token in self._tokens[position:position + 3]]
        return word == "UNION" or after[:1] == ["("] or "SELECT" in after

    def _truth(self, start: int, end: int) -> str:
        """Returns ``=`` when an expression gives a truth value, LIKE when it gives LIKE's, else nothing."""
        if self._tokens[start].text == "(" and self.closing(start) == end - 1:
            return self._truth(start + 1, end - 1)
        found, depth = "", 0
        comparing = [operator for operator in COMPARING if operator != "||" or not self._joins_text]
        for token in self._tokens[start:end]:
            depth += (token.text == "(" or token.upper == "CASE") - (token.text == ")" or token.upper == "END")
            if depth == 0 and (token.text if token.kind == SYMBOL else token.upper) in comparing:
                return "="
            if depth == 0 and token.upper == "LIKE":
                found = "LIKE"
        return found

    def _scale(self, start: int, end: int) -> Optional[int]:
        """
        Returns how many decimals an expression of whole and decimal numbers has, as the kernel counts them; None for
        one with text, with an exponent, or that is not arithmetic.
        """
        scale, product, operator, position = 0, 0, "+", start
        while position < end:
            token = self._tokens[position]
            if token.kind == SYMBOL and token.text in "+-*/%":
                if token.text in "+-":
                    scale, product = max(scale, product), 0
                operator = token.text
                position += 1
                continue
            operand: Optional[int] = 0
            if token.upper in ("ROUND", "TRUNCATE") and self._tokens[position + 1].text == "(":
                operand = self._rounded_scale(position + 1)
            elif token.kind == NUMBER:
                operand = len(token.text.partition(".")[2]) if "e" not in token.text.lower() else None
            elif token.kind == SYMBOL and token.text == "(":
                operand = self._scale(position + 1, self.closing(position))
            elif not token.is_identifier:
                operand = None
            if operand is None:
                return None
            product = product + DIVISION_DECIMALS if operator == "/" else product + operand
            position += 1
            if position < end and self._tokens[position].text == "(":
                position = self.closing(position) + 1
            elif token.text == "(":
                position = self.closing(position - 1) + 1
        return max(scale, product)

    def _rounded_scale(self, opening: int) -> Optional[int]:
        """Returns the decimals of a ROUND or TRUNCATE, as its second argument says."""
        closing = self.closing(opening)
        wanted = self._tokens[closing - 1].text if self._tokens[closing - 2].text == "," else "0"
        end = closing - 2 if self._tokens[closing - 2].text == "," else closing
        scale = self._scale(opening + 1, end)
        return min(scale, int(wanted)) if scale is not None and wanted.isdigit() else None

    def _label(self, start: int, end: int) -> Tuple[int, str]:
        """
        Returns where the expression ends, and its label: the alias, the bare column name as written, or its own text.
        """
        tokens = self._tokens
        last = tokens[end - 1]
        introduced = tokens[start].kind == WORD and tokens[start].text.startswith("_") and end - start > 1
        if all(token.kind == STRING for token in tokens[start + introduced:end]):
            first = tokens[start + introduced]  # of strings side by side, which are one
            return end, separate_strings(self._sql[first.start:first.end], self._backslashes)[0]
        if end - start >= 3 and tokens[end - 2].upper == "AS":
            return end - 2, last.text
        before = tokens[end - 2]
        if before.kind in (NUMBER, STRING) and last.upper in INTERVAL_UNITS and any(
                token.upper == "INTERVAL" for token in tokens[start:end]):
            return end, self._sql[tokens[start].start:last.end]
        ends_operand = self.ends_operand(end - 2) or before.upper in ("NULL", "TRUE", "FALSE", "END")
        if end - start >= 2 and ends_operand and (
                last.is_identifier or (last.kind == STRING and before.kind != STRING)) and last.upper != "END":
            if not (before.kind == WORD and before.text.startswith("_")):
                return end - 1, last.text
        if last.kind in (WORD, QUOTED) and (end - start == 1 or before.text == "."):
            return end, last.text
        if end - start == 1 and last.kind == STRING:
            return end, last.text
        return end, self._sql[tokens[start].start:last.end]
