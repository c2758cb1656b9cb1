# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A SELECT in MySQL's words to one in SQLite's words: strings, names, operators, intervals, labels."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Callable, Dict, List, Optional, Tuple

from ..cluster.variables import CHARSETS
from .date_functions import INTERVAL_UNITS
from .errors import error
from .scanner import (
    BINARY,
    END,
    MARK,
    MOMENT,
    NO_MODES,
    NUMBER,
    QUOTED,
    STRING,
    SYMBOL,
    SYSVAR,
    USERVAR,
    WORD,
    Modes,
    Token,
    syntax_error,
    tokenize,
)
from .select_list import CASTS, COMPARING, NO_PARENTHESES, SET_OPERATORS, Item, SelectList

_OPERATORS = {"&&": "AND", "||": "OR", "!": "NOT", "<=>": "IS", "/": "* 1.0 /", "<>": "<>"}
_WORDS = {"DIV": "/", "MOD": "%", "RLIKE": "REGEXP", "DISTINCTROW": "DISTINCT", "TRUE": "1", "FALSE": "0",
          "STRAIGHT_JOIN": "JOIN"}
_DROPPED = ("SQL_NO_CACHE", "SQL_CACHE", "SQL_CALC_FOUND_ROWS", "HIGH_PRIORITY", "STRAIGHT_JOIN",
            "SQL_SMALL_RESULT", "SQL_BIG_RESULT", "SQL_BUFFER_RESULT")
_WITH_DIGITS = ("NOW", "SYSDATE", "CURTIME", *NO_PARENTHESES)
MAX_DIGITS = 6  # of a fraction of a second
# Reserved words that call a function when a parenthesis follows.
_FUNCTION_WORDS = ("IF", "DATABASE", "SCHEMA", "REGEXP", "REPLACE", "REPEAT", "LEFT", "RIGHT", "CHAR", *NO_PARENTHESES)
# Functions whose arguments may have words between them in place of commas.
_SEPARATORS = {"POSITION": ("IN",), "SUBSTR": ("FROM", "FOR"), "SUBSTRING": ("FROM", "FOR"), "MID": ("FROM", "FOR"),
               "TRIM": ("FROM",), "EXTRACT": ("FROM",)}
_TYPES = {"CHAR": "TEXT", "NCHAR": "TEXT", "SIGNED": "INTEGER", "UNSIGNED": "INTEGER", "BINARY": "TEXT",
          "DECIMAL": "NUMERIC", "DOUBLE": "REAL"}
# Functions that answer with one of their arguments: for the type of the column they may be left out.
_TRANSPARENT = ("MAX", "MIN", "ANY_VALUE")
_AGGREGATES = (*_TRANSPARENT, "COUNT", "SUM", "AVG", "GROUP_CONCAT")
SIGNED_64 = 2 ** 63
_ARITHMETIC = ("+", "-", "*", "/", "%", "DIV", "MOD")


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


def translate(sql: str, modes: Modes = NO_MODES) -> Translation:
    """Translates a query that is well formed to SQLite.

    Raises 1064 (a CAST to DATETIME with 7 digits or more), 1235, 1273 (collation), 1426 (a fraction of 7 digits or
    more) and 1096 (``SELECT *`` from nothing).
    """
    return _Translator(sql, modes).run()


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
    def __init__(self, sql: str, modes: Modes) -> None:
        self._sql = sql
        self._tokens = tokenize(sql, modes)
        self._list = SelectList(sql, self._tokens, modes)
        self._joins_text = "PIPES_AS_CONCAT" in modes
        self._begins = (0, 0)  # where in the output the query, or the part of a union, begins
        self._grouped = False
        self._special: Dict[str, Callable[[int], None]] = {
            "GROUP_CONCAT": self._group_concat, "EXTRACT": self._extract, "TRIM": self._trim}
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
            if self._word(0) in SET_OPERATORS and self._list.joins_queries(self._at):
                self._union()
                continue
            if self._word(0) == "GROUP":
                self._grouped = True
            if self._word(0) == "HAVING" and not self._grouped:
                self._having()
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
        operator = SET_OPERATORS[self._word(0)]
        self._at += 1
        kind = self._word(0)
        self._emit(operator + " ALL" if kind == "ALL" else operator)
        self._at += kind in ("ALL", "DISTINCT")
        self._operand_in_parentheses()
        self._begins, self._grouped = (len(self._out), len(self._typing)), False

    def _having(self) -> None:
        """Translates HAVING without GROUP BY: without aggregates, too, it is a condition on the entries of the list."""
        self._at += 1
        if any(token.upper in _AGGREGATES for token in self._tokens):
            self._emit("HAVING")
            return
        for pieces, begin in zip((self._out, self._typing), self._begins):
            pieces.insert(begin, "SELECT * FROM (")
        self._emit(") WHERE")

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
        end = self._list.end(start)
        body = self._tokens[start:end]
        if body[-1].kind == SYMBOL and body[-1].text == "*" and (len(body) == 1 or body[-2].text == "."):
            if not any(token.upper == "FROM" and self._tokens[number + 1].upper != "DUAL"
                       for number, token in enumerate(self._tokens)):
                raise error("ER_TABLES_NOT_USED")
            self._copy_until(end)
            self._result.items.append(None)
            return
        expression_end, item = self._list.describe(start, end)
        self._result.items.append(item)
        self._copy_until(expression_end)
        self._at = end
        self._emit("AS " + quoted(item.label))

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
                    pieces.insert(start, "date_add(" if sign == "+" else "date_sub(")
                self._emit(",")
                unit = self._interval_amount()
                self._emit(", '%s')" % unit)
            else:
                return

    def _interval_amount(self) -> str:
        while self._word(0) not in INTERVAL_UNITS or self._symbol(1) == "(":  # MINUTE(x) is an amount, too
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
        elif token.kind == MOMENT:
            self._emit(literal(token.text))
        elif token.kind == BINARY or token.text.startswith("0x"):
            self._bytes(token)
        elif token.kind == NUMBER:
            number = str(int(token.text)) if token.text.isdigit() else token.text
            self._emit(literal(number) if number.isdigit() and int(number) >= SIGNED_64 else number)
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
        neighbors = [one.text if one.kind == SYMBOL else one.upper
                     for one in (self._tokens[self._at - 2], self._token)]
        if any(one in _ARITHMETIC for one in neighbors):
            self._emit("%d.0" % int(digits or "0", 16))
            return
        compares = [one in (*COMPARING, "LIKE") for one in neighbors]
        if any(compares):
            text = "CAST (%s AS TEXT) COLLATE BINARY" % text
        if compares[0] and len(self._out) > 1:  # Of two collations SQLite takes that on the left.
            for pieces in (self._out, self._typing):
                pieces[-2] = pieces[-2].replace(" COLLATE general_ci", "")
        self._emit(text)

    def _keyword_or_name(self, token: Token, word: str) -> bool:
        limit = word == "LIMIT" or word == "OFFSET" and self._tokens[self._at - 2].kind == NUMBER
        self._limited = self._limited or limit
        if word in _WITH_DIGITS and self._symbol() == "(":
            digits = self._tokens[self._at + 1]
            if digits.kind == NUMBER and int(digits.text) > MAX_DIGITS:
                raise error("ER_TOO_BIG_PRECISION", int(digits.text), word.lower(), MAX_DIGITS)
        if word in NO_PARENTHESES and self._symbol() != "(":
            self._emit("`%s`()" % word.lower())
        elif word in self._special and self._symbol() == "(":
            self._special[word](self._list.closing(self._at))
        elif word in ("TIMESTAMPDIFF", "TIMESTAMPADD") and self._symbol() == "(":
            self._emit("%s ( '%s'" % (word, self._word(1)))
            self._at += 2
            return False
        elif word in ("CAST", "CONVERT") and self._symbol() == "(":
            self._cast()
        elif self._symbol() == "(" and (token.is_identifier or word in _FUNCTION_WORDS or (
                word == "MOD" and not self._list.ends_operand(self._at - 2))):
            transparent = word in _TRANSPARENT
            is_keyword = not token.is_identifier or word in ("ISNULL", "GLOB")  # of SQLite, too
            self._emit(quoted(word) if is_keyword else token.text, "" if transparent else None)
            self._arguments(_SEPARATORS.get(word, ()))
        elif word in ("TRUE", "FALSE", "UNKNOWN") and self._tokens[self._at - 2].upper in ("IS", "NOT") and (
                "IS" in (self._tokens[self._at - 2].upper, self._tokens[self._at - 3].upper)):
            self._emit("NULL" if word == "UNKNOWN" else word)
        elif token.is_identifier:
            self._name(quoted(token.text) if "$" in token.text or token.text[0].isdigit() else token.text)
        elif word in _DROPPED and self._tokens[self._at - 2].upper in ("SELECT", *_DROPPED):
            return False
        elif word == "LIKE" and (self._word(0) == "BINARY" or self._out[-1].endswith("COLLATE BINARY")):
            self._emit("GLOB")  # which is the LIKE that respects case
            return False
        else:
            self._emit(_WORDS.get(word, token.text))
            return word in ("NULL", "TRUE", "FALSE")
        return True

    def _arguments(self, separators: Tuple[str, ...] = (), first: str = "") -> None:
        """Translates arguments in parentheses, in which words may stand for commas; first: what is put before them."""
        closing = self._list.closing(self._at)
        self._emit("( " + first)
        self._at += 1
        while self._at < closing:
            if self._word(0) in separators:
                self._emit(",")
                self._at += 1
            else:
                self._primary_or_operator()
        self._emit(")")
        self._at += 1

    def _extract(self, _closing: int) -> None:
        self._emit("extract")
        unit = self._word(1)
        self._at += 2
        self._tokens[self._at] = self._tokens[self._at - 2]  # the parenthesis, in place of FROM
        self._arguments((), "'%s' ," % unit)

    def _trim(self, closing: int) -> None:
        side = self._word(1) if self._word(1) in ("BOTH", "LEADING", "TRAILING") else ""
        if not side and not any(token.upper == "FROM" for token in self._tokens[self._at:closing]):
            self._emit("trim")
            self._arguments()
            return
        if side:
            self._at += 1
            self._tokens[self._at] = self._tokens[self._at - 1]
        self._emit("trim_part")
        self._arguments(("FROM",), "'%s' , %s" % (side, "' '" if self._word(1) == "FROM" else ""))

    def _group_concat(self, closing: int) -> None:
        """Translates to a function of: distinct, separator, number of texts, directions of the keys, texts, keys."""
        self._at += 1
        distinct = self._word(0) in ("DISTINCT", "UNIQUE")
        self._at += distinct
        order, separator = closing, closing
        commas, directions, position = 0, "", self._at
        while position < closing:
            token = self._tokens[position]
            if token.text == "(":
                position = self._list.closing(position)
            elif token.upper == "ORDER":
                order = min(order, position)
            elif token.upper == "SEPARATOR":
                separator = position
            elif token.text == "," and order == closing:
                commas += 1
            position += 1
        between = self._tokens[separator + 1].text if separator < closing else ","
        start, typing = len(self._out), len(self._typing)
        self._copy_until(min(order, separator))
        if order < closing:
            self._at += 2
            self._emit(",")
            while self._at < min(separator, closing):
                if self._word(0) in ("ASC", "DESC"):
                    self._at += 1
                    continue
                if self._symbol() == ",":
                    directions += "d" if self._tokens[self._at - 1].upper == "DESC" else "a"
                self._primary_or_operator()
            directions += "d" if self._tokens[self._at - 1].upper == "DESC" else "a"
        head = "group_concat_of ( %d , %s , %d , '%s' ," % (distinct, literal(between), commas + 1, directions)
        self._out.insert(start, head)
        self._out.append(")")
        self._typing[typing:] = ["NULL"]
        self._at = closing + 1

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
        if text == "{":  # {d '2026-01-26'}
            self._at += 1
            while self._symbol() != "}":
                self._primary_or_operator()
            self._at += 1
            return True
        quantified = {"=": ("ANY", "SOME"), "<>": ("ALL",), "!=": ("ALL",)}.get(text, ())
        if self._word(0) in quantified and self._symbol(1) == "(":
            self._emit("IN" if text == "=" else "NOT IN")
            self._at += 1
        else:
            self._emit(text if text == "||" and self._joins_text else _OPERATORS.get(text, text))
        return False

    def _group(self) -> None:
        closing = self._list.closing(self._at)
        self._emit("(")
        self._at += 1
        self._copy_until(closing)
        self._emit(")")
        self._at += 1

    def _cast(self) -> None:
        closing = self._list.closing(self._at)
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
        if self._at < closing and kind in CASTS:
            self._out[out] = self._typing[typing] = CASTS[kind]
            digits = self._tokens[self._at + 3].text if self._symbol(2) == "(" else "0"
            if digits not in tuple("0123456"):
                wrong = self._tokens[self._at + 3]
                raise syntax_error(self._sql, wrong.start, wrong.line)
            self._emit(")" if kind == "DATE" else ", %s)" % digits)
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
