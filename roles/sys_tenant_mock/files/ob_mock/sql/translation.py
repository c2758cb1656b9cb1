# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A SELECT in MySQL's words to one in SQLite's words: strings, names, operators, intervals, labels."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import List, Optional, Tuple

from ..cluster.variables import CHARSETS
from .errors import error
from .scanner import (
    BINARY,
    END,
    MARK,
    NUMBER,
    QUOTED,
    STRING,
    SYMBOL,
    SYSVAR,
    USERVAR,
    WORD,
    Token,
    separate_strings,
    syntax_error,
    tokenize,
)
from .sqlite_functions import INTERVAL_UNITS

CLAUSES = ("FROM", "WHERE", "GROUP", "HAVING", "ORDER", "LIMIT", "UNION", "FOR", "PROCEDURE", "INTO")
_OPERATORS = {"&&": "AND", "||": "OR", "!": "NOT", "<=>": "IS", "/": "* 1.0 /", "<>": "<>"}
_WORDS = {"DIV": "/", "MOD": "%", "RLIKE": "REGEXP", "DISTINCTROW": "DISTINCT", "TRUE": "1", "FALSE": "0"}
_DROPPED = ("SQL_NO_CACHE", "SQL_CACHE", "SQL_CALC_FOUND_ROWS", "HIGH_PRIORITY", "STRAIGHT_JOIN",
            "SQL_SMALL_RESULT", "SQL_BIG_RESULT", "SQL_BUFFER_RESULT")
_NO_PARENTHESES = ("CURRENT_TIMESTAMP", "LOCALTIME", "LOCALTIMESTAMP", "UTC_TIMESTAMP", "CURRENT_USER")
_TYPES = {"CHAR": "TEXT", "NCHAR": "TEXT", "SIGNED": "INTEGER", "UNSIGNED": "INTEGER", "DATE": "TEXT",
          "TIME": "TEXT", "BINARY": "TEXT", "DECIMAL": "NUMERIC", "DOUBLE": "REAL"}
# Functions that answer with one of their arguments: for the type of the column they may be left out.
_TRANSPARENT = ("MAX", "MIN", "ANY_VALUE")
SIGNED_64 = 2 ** 63
DIVISION_DECIMALS = 4  # that a division adds (div_precision_increment)
# What makes a truth value of an expression, unless it stands in parentheses or in a CASE.
_COMPARING = ("=", "<", ">", "<=", ">=", "<>", "!=", "<=>", "&&", "||", "!", "AND", "OR", "NOT", "IS", "IN", "BETWEEN",
              "REGEXP", "RLIKE", "EXISTS")


@dataclass
class Item:
    """One entry of the select list: its label and its head.

    That is the function that it calls, # for a whole number, @@ for a system variable, = for a truth value, BINARY,
    LIKE, TRUE, ? or NULL.
    """

    label: str
    head: str = ""


@dataclass
class Translation:
    """sql: for SQLite; typing_sql: without aggregates, for asking types; variables: what ``?1`` ... stand for.

    limited: whether the whole query has a LIMIT. unlimited_sql: with SQL_CALC_FOUND_ROWS, the query without it.
    """

    sql: str = ""
    typing_sql: str = ""
    variables: List[Tuple[str, str]] = field(default_factory=list)
    limited: bool = False
    unlimited_sql: str = ""
    items: List[Optional[Item]] = field(default_factory=list)


def translate(sql: str, ansi_quotes: bool = False) -> Translation:
    """Translates a query that is well formed to SQLite.

    Raises 1064 (a CAST to DATETIME with 7 digits or more), 1235, 1273 (collation) and 1096 (``SELECT *`` from nothing).
    """
    translator = _Translator(sql, tokenize(sql, ansi_quotes))
    return translator.run()


def literal(text: str) -> str:
    """Returns a string as SQLite writes it; it has no escapes, so a string with a NUL is written as its bytes."""
    if "\0" in text:
        return "CAST(X'%s' AS TEXT)" % text.encode("utf-8", "surrogateescape").hex()
    return "'" + text.replace("'", "''") + "'"


def compared(text: str) -> str:
    """Returns a string literal of a query: like all text of OceanBase it is compared by utf8mb4_general_ci.

    Without letters that is of no consequence, and the column that it is compared with may be one of numbers.
    """
    return literal(text) + (" COLLATE general_ci" if any(char.isalpha() for char in text) else "")


def quoted(name: str) -> str:
    """Returns a name as SQLite writes it (never in double quotes, which it may take for a string)."""
    return "`" + name.replace("`", "``").replace("\0", "") + "`"


class _Translator:
    def __init__(self, sql: str, tokens: List[Token]) -> None:
        self._sql = sql
        self._tokens = tokens
        self._at = 0
        self._out: List[str] = []
        self._typing: List[str] = []
        self._result = Translation()
        self._limited = False
        self._counts = False

    def run(self) -> Translation:
        self._operand_in_parentheses()
        while self._token.kind != END:
            if self._word(0) == "SELECT" and not self._result.items:
                self._select_list()
                continue
            if self._word(0) == "UNION":
                self._union()
                continue
            if self._word(0) == "FOR" and self._word(1) == "UPDATE":
                break
            if self._word(0) == "LOCK" and self._word(1) == "IN":
                break
            if self._word(0) == "FROM" and self._word(1) == "DUAL":
                self._at += 2
                continue
            if self._word(0) == "LIMIT":
                self._result.limited = True
                if self._counts:
                    self._result.unlimited_sql = " ".join(self._out)
            self._primary_or_operator()
        self._result.sql = " ".join(self._out)
        self._result.typing_sql = " ".join(self._typing)
        return self._result

    def _operand_in_parentheses(self) -> None:
        """Translates ``(SELECT ...)`` as a whole query or as part of a union, which SQLite does not know."""
        while self._symbol() == "(":
            self._emit("SELECT * FROM (")
            self._at += 1

    def _union(self) -> None:
        self._at += 1
        kind = self._word(0)
        self._emit("UNION ALL" if kind == "ALL" else "UNION")
        self._at += kind in ("ALL", "DISTINCT")
        self._operand_in_parentheses()

    # Reading

    @property
    def _token(self) -> Token:
        return self._tokens[self._at]

    def _word(self, ahead: int) -> str:
        position = min(self._at + ahead, len(self._tokens) - 1)
        return self._tokens[position].upper

    def _symbol(self, ahead: int = 0) -> str:
        position = min(self._at + ahead, len(self._tokens) - 1)
        token = self._tokens[position]
        return token.text if token.kind == SYMBOL else ""

    def _emit(self, text: str, typing: Optional[str] = None) -> None:
        if text:
            self._out.append(text)
        typing = text if typing is None else typing
        if typing:
            self._typing.append(typing)

    # The select list, whose entries get their labels as aliases

    def _select_list(self) -> None:
        self._emit("SELECT")
        self._at += 1
        while self._word(0) in _DROPPED:
            self._counts = self._counts or self._word(0) == "SQL_CALC_FOUND_ROWS"
            self._at += 1
        if self._word(0) in ("DISTINCT", "DISTINCTROW", "ALL"):
            self._emit(_WORDS.get(self._word(0), self._word(0)))
            self._at += 1
        while True:
            self._item()
            if self._symbol() != ",":
                return
            self._emit(",")
            self._at += 1

    def _item(self) -> None:
        start = self._at
        end = self._item_end()
        body = self._tokens[start:end]
        if body[-1].kind == SYMBOL and body[-1].text == "*" and (len(body) == 1 or body[-2].text == "."):
            if not any(token.upper == "FROM" and self._tokens[number + 1].upper != "DUAL"
                       for number, token in enumerate(self._tokens)):
                raise error("ER_TABLES_NOT_USED")
            self._copy_until(end)
            self._result.items.append(None)
            return
        expression_end, label = self._label(start, end)
        head = body[0].upper if len(body) > 1 and body[1].text == "(" or body[0].upper in _NO_PARENTHESES else ""
        if head and expression_end - start > 1 and self._closing(start + 1) != expression_end - 1:
            head = ""
        if expression_end - start == 1 and body[0].kind == NUMBER and body[0].text.isdigit():
            head = "#"
        if expression_end - start == 1 and body[0].kind in (SYMBOL, MARK, SYSVAR):
            head = "@@" if body[0].kind == SYSVAR else body[0].text
        if expression_end - start == 1 and body[0].upper in ("TRUE", "FALSE"):
            head = "TRUE"
        if head in ("CAST", "CONVERT") and any(
                (one.upper == "AS" or one.text == ",") and two.upper == "DATETIME" for one, two in zip(body, body[1:])):
            head = "DATETIME"
        if not head:
            scale = self._scale(start, expression_end)
            head = "DECIMAL %d" % scale if scale else ""
        if body[0].upper == "BINARY":
            head = "BINARY"
        head = self._truth(start, expression_end) or head
        if expression_end - start == 1 and body[0].upper == "NULL":
            head = "NULL"
            label = "NULL" if end == expression_end else label
        self._result.items.append(Item(label, head))
        self._copy_until(expression_end)
        self._at = end
        self._emit("AS " + quoted(label))

    def _truth(self, start: int, end: int) -> str:
        """Returns ``=`` when an expression gives a truth value, LIKE when it gives LIKE's, else nothing."""
        if self._tokens[start].text == "(" and self._closing(start) == end - 1:
            return self._truth(start + 1, end - 1)
        found, depth = "", 0
        for token in self._tokens[start:end]:
            depth += (token.text == "(" or token.upper == "CASE") - (token.text == ")" or token.upper == "END")
            if depth == 0 and (token.text if token.kind == SYMBOL else token.upper) in _COMPARING:
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
            if token.kind == NUMBER:
                operand = len(token.text.partition(".")[2]) if "e" not in token.text.lower() else None
            elif token.kind == SYMBOL and token.text == "(":
                operand = self._scale(position + 1, self._closing(position))
            elif not token.is_identifier:
                operand = None
            if operand is None:
                return None
            product = product + DIVISION_DECIMALS if operator == "/" else product + operand
            position += 1
            if position < end and self._tokens[position].text == "(":
                position = self._closing(position) + 1
            elif token.text == "(":
                position = self._closing(position - 1) + 1
        return max(scale, product)

    def _item_end(self) -> int:
        depth = 0
        for position in range(self._at, len(self._tokens)):
            token = self._tokens[position]
            if token.kind == END:
                return position
            if token.kind == SYMBOL and token.text in "()":
                depth += 1 if token.text == "(" else -1
                if depth < 0:
                    return position
            elif depth == 0 and ((token.kind == SYMBOL and token.text == ",") or token.upper in CLAUSES):
                return position
        return len(self._tokens) - 1

    def _closing(self, opening: int) -> int:
        depth = 0
        for position in range(opening, len(self._tokens)):
            token = self._tokens[position]
            if token.kind == SYMBOL and token.text in "()":
                depth += 1 if token.text == "(" else -1
                if depth == 0:
                    return position
        return len(self._tokens) - 1

    def _label(self, start: int, end: int) -> Tuple[int, str]:
        """
        Returns where the expression ends, and its label: the alias, the bare column name as written, or its own text.
        """
        tokens = self._tokens
        last = tokens[end - 1]
        introduced = tokens[start].kind == WORD and tokens[start].text.startswith("_") and end - start > 1
        if all(token.kind == STRING for token in tokens[start + introduced:end]):
            first = tokens[start + introduced]  # of strings side by side, which are one
            return end, separate_strings(self._sql[first.start:first.end])[0]
        if end - start >= 3 and tokens[end - 2].upper == "AS":
            return end - 2, last.text
        before = tokens[end - 2]
        if before.kind in (NUMBER, STRING) and last.upper in INTERVAL_UNITS and any(
                token.upper == "INTERVAL" for token in tokens[start:end]):
            return end, self._sql[tokens[start].start:last.end]
        ends_operand = before.kind in (NUMBER, STRING, BINARY, MARK, QUOTED, SYSVAR, USERVAR) or before.text == ")" or (
            before.kind == WORD and before.is_identifier) or before.upper in ("NULL", "TRUE", "FALSE", "END")
        if end - start >= 2 and ends_operand and (
                last.is_identifier or (last.kind == STRING and before.kind != STRING)) and last.upper != "END":
            if not (before.kind == WORD and before.text.startswith("_")):
                return end - 1, last.text
        if last.kind in (WORD, QUOTED) and (end - start == 1 or before.text == "."):
            return end, last.text
        if end - start == 1 and last.kind == STRING:
            return end, last.text
        return end, self._sql[tokens[start].start:last.end]

    def _copy_until(self, end: int) -> None:
        while self._at < end:
            self._primary_or_operator()

    # Expressions

    def _primary_or_operator(self) -> None:
        """Translates one operand with what follows it (COLLATE, INTERVAL arithmetic), or one operator or keyword."""
        out, typing = len(self._out), len(self._typing)
        if self._operand():
            self._after_operand(out, typing)

    def _after_operand(self, out: int, typing: int) -> None:
        while True:
            if self._word(0) == "COLLATE":
                self._at += 1
                self._emit("COLLATE " + _collation(self._token.text))
                self._at += 1
            elif self._symbol() in ("+", "-") and self._word(1) == "INTERVAL":
                sign = self._symbol()
                self._at += 2
                for pieces, start in ((self._out, out), (self._typing, typing)):
                    pieces.insert(start, "date_add(")
                self._emit(", %s(" % sign)
                unit = self._interval_amount()
                self._emit("), '%s')" % unit)
            else:
                return

    def _interval_amount(self) -> str:
        while self._word(0) not in INTERVAL_UNITS:
            self._primary_or_operator()
        unit = self._word(0)
        self._at += 1
        return unit

    def _operand(self) -> bool:
        """Translates what stands here; True when it was an operand, to which COLLATE and the like may be added."""
        token = self._token
        word = token.upper
        if token.kind == SYMBOL:
            return self._symbol_or_group(token.text)
        self._at += 1
        if token.kind == STRING:
            text = token.text
            while self._token.kind == STRING:
                text += self._token.text
                self._at += 1
            self._emit(compared(text))
        elif token.kind == BINARY or token.text.startswith("0x"):
            self._bytes(token)
        elif token.kind == NUMBER:
            too_big = token.text.isdigit() and int(token.text) >= SIGNED_64
            self._emit(literal(token.text) if too_big else token.text)
        elif token.kind == QUOTED:
            self._name(quoted(token.text))
        elif token.kind in (SYSVAR, USERVAR):
            self._variable(token)
        elif token.kind == MARK:  # A statement is described before the values of its place-holders are known.
            self._emit("0" if self._limited else "NULL")
        elif word == "BINARY":
            out, typing = len(self._out), len(self._typing)
            self._operand()
            self._after_operand(out, typing)
            self._emit("COLLATE BINARY")
        elif word == "INTERVAL" and self._out and self._out[-1] == ",":
            unit = self._interval_amount()
            self._emit(", '%s'" % unit)
        elif word.startswith("_") and self._token.kind == STRING and word[1:].lower() in ("utf8mb4", "binary", "utf8"):
            return self._operand()
        else:
            return self._keyword_or_name(token, word)
        return True

    def _bytes(self, token: Token) -> None:
        """Emits a binary literal; beside a comparison as text, of which each byte counts."""
        digits = token.text[2:] if token.kind == NUMBER else token.text
        text = "X'%s'" % digits.zfill(len(digits) + len(digits) % 2)
        compares = [(one.text if one.kind == SYMBOL else one.upper) in (*_COMPARING, "LIKE")
                    for one in (self._tokens[self._at - 2], self._token)]
        if any(compares):
            text = "CAST (%s AS TEXT) COLLATE BINARY" % text
        if compares[0] and len(self._out) > 1:  # Of two collations SQLite takes that on the left.
            for pieces in (self._out, self._typing):
                pieces[-2] = pieces[-2].replace(" COLLATE general_ci", "")
        self._emit(text)

    def _keyword_or_name(self, token: Token, word: str) -> bool:
        limit = word == "LIMIT" or word == "OFFSET" and self._tokens[self._at - 2].kind == NUMBER
        self._limited = self._limited or limit
        if word in _NO_PARENTHESES and self._symbol() != "(":
            self._emit("`%s`()" % word.lower())
        elif word in ("TIMESTAMPDIFF", "TIMESTAMPADD") and self._symbol() == "(":
            self._emit("%s ( '%s'" % (word, self._word(1)))
            self._at += 2
            return False
        elif word in ("CAST", "CONVERT") and self._symbol() == "(":
            self._cast()
        elif self._symbol() == "(" and (token.is_identifier or word in ("IF", "DATABASE", "SCHEMA", "REGEXP", "REPLACE",
                                                                        "LEFT", "RIGHT", *_NO_PARENTHESES)):
            transparent = word in _TRANSPARENT
            is_keyword = not token.is_identifier or word == "ISNULL"  # of SQLite, too
            self._emit(quoted(word) if is_keyword else token.text, "" if transparent else None)
            self._group()
        elif token.is_identifier:
            self._name(quoted(token.text) if "$" in token.text or token.text[0].isdigit() else token.text)
        else:
            self._emit(_WORDS.get(word, token.text))
            return word in ("NULL", "TRUE", "FALSE")
        return True

    def _name(self, text: str) -> None:
        while self._symbol() == "." and self._tokens[self._at + 1].kind in (WORD, QUOTED):
            part = self._tokens[self._at + 1].text
            text += "." + quoted(part)
            self._at += 2
        self._emit(text)

    def _variable(self, token: Token) -> None:
        if token.kind == USERVAR:
            self._result.variables.append(("user", token.text))
        else:
            scope, dummy, name = token.text.rpartition(".")
            self._result.variables.append((scope, name))
        self._emit("?%d" % len(self._result.variables), "NULL")

    def _symbol_or_group(self, text: str) -> bool:
        if text == "(":
            self._group()
            return True
        self._at += 1
        self._emit(_OPERATORS.get(text, text))
        return False

    def _group(self) -> None:
        closing = self._closing(self._at)
        self._emit("(")
        self._at += 1
        self._copy_until(closing)
        self._emit(")")
        self._at += 1

    def _cast(self) -> None:
        closing = self._closing(self._at)
        out, typing = len(self._out), len(self._typing)
        self._emit("CAST (")
        self._at += 1
        while self._at < closing and self._word(0) not in ("AS", "USING") and self._symbol() != ",":
            self._primary_or_operator()
        kind = self._word(1)
        if self._word(0) == "USING":
            if kind.lower() not in (*CHARSETS, "utf8", "utf8mb3"):
                raise error("ER_UNKNOWN_CHARACTER_SET", self._tokens[self._at + 1].text)
            kind = "CHAR"
        if self._at < closing and kind == "DATETIME":
            self._out[out] = self._typing[typing] = "cast_datetime("
            digits = self._tokens[self._at + 3].text if self._symbol(2) == "(" else "0"
            if digits not in tuple("0123456"):
                wrong = self._tokens[self._at + 3]
                raise syntax_error(self._sql, wrong.start, wrong.line)
            self._emit(", %s)" % digits)
            self._at = closing + 1
            return
        if kind not in _TYPES:
            raise error("OB_NOT_SUPPORTED", "CAST AS %s by the mock" % kind)
        self._emit("AS %s)" % _TYPES[kind])
        self._at = closing + 1


def _collation(name: str) -> str:
    if name.lower() in ("utf8mb4_bin", "binary"):
        return "BINARY"
    if name.lower() in ("utf8mb4_general_ci", "utf8mb4_unicode_ci", "utf8mb4_0900_ai_ci"):
        return "general_ci"
    raise error("ER_UNKNOWN_COLLATION", name)
