# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""SQL text to tokens, as the scanner of OceanBase's MySQL mode does it (facts: Cancel grammar, Parser)."""

from __future__ import annotations

import re
from typing import Callable, Dict, Iterator, List, NamedTuple, Optional, Tuple

from .errors import error
from .keywords import RESERVED
from .results import SqlError

# @@global, @@session and @@local are an ALIAS, place-holders a MARK, x'..' and b'..' BINARY, a.b and a.b.c DOTTED.
WORD, QUOTED, DOTTED, STRING, NUMBER, BINARY = "word", "quoted", "dotted", "string", "number", "binary"
SYSVAR, ALIAS, USERVAR, SYMBOL, MARK, BROKEN, END = "sysvar", "alias", "uservar", "symbol", "mark", "broken", "end"

# A parse error quotes at most this many bytes of the statement.
NEAR_LIMIT = 80
SPACE = " \t\n\r\f\v"  # cut off at both ends of a statement; inside it, only the first four separate tokens
_ESCAPES = {"0": "\0", "b": "\b", "n": "\n", "r": "\r", "t": "\t", "Z": "\x1a"}
_SEPARATOR = r"(?:[ \t\n\r\f]+|--[ \t]+[^\n\r]*|\#[^\n\r]*|--[\n\r])"
_LETTER = r"[A-Za-z0-9$_\u0080-\U0010ffff]"
_HINTED = ("SELECT", "UPDATE", "DELETE", "INSERT", "REPLACE", "CREATE", "ALTER", "HINT")
_HINT = re.compile(r"[ \t\n\r\f]*(?:/\*(?:[^+*]|\*+[^*/])*\*+/[ \t\n\r\f]*)*/\*\+")
_HINT_PART = re.compile(r"'[^'\\\n\r]*'|`[^`]*`|\"[^\"\\\n\r]*\"|%s+|." % _LETTER, re.DOTALL)
_PATTERN = re.compile(
    r"""
    (?P<space>[ \t\r\n]+)
  | (?P<line>--[ \t]+[^\n\r]* | \#[^\n\r]* | --[\n\r])
  | (?P<compatible>/\*!(?:\d{5})?) | (?P<comment>/\*) | (?P<close>\*/)
  | (?P<hex>0[xX][0-9A-Fa-f]+(?!LETTER) | [xX]'[0-9A-Fa-f]*') | (?P<bits>0[bB][01]+(?!LETTER) | [bB]'[01]*')
  | (?P<dotted>(?=[0-9]*[A-Za-z$_\u0080-\U0010ffff])LETTER+\.LETTER+(?:\.LETTER+)?)
  | (?P<number>(?:\d+\.\d*|\.\d+)[eE][-+]?\d+ | \d+[eE][-+]\d+ | \d+[eE]\d+(?!LETTER)
        | \d+\.\d* | \.\d+ | \d+(?!LETTER))
  | (?i:date|time|timestamp)SEPARATOR?(?P<moment>'[^']*'|"[^"]*")
  | [nN]?(?P<single>'[^'\\]*(?:(?:\\.|''|'SEPARATOR')[^'\\]*)*')
  | (?P<double>"[^"\\]*(?:(?:\\.|""|"SEPARATOR")[^"\\]*)*")
  | (?P<quoted>`[^`]*(?:``[^`]*)*`)
  | (?P<word>LETTER+)
  | (?P<alias>@@(?i:global|session|local)(?![A-Za-z0-9_]))
  | (?P<sysvar>@@[A-Za-z_][A-Za-z0-9_]* | @@`[`A-Za-z_]+)
  | (?P<uservar>@[`'"](?:[`'"/%.]|LETTER)* | @(?:\.|LETTER)*)
  | (?P<null>\\N) | (?P<mark>\? | :LETTER+(?:\.LETTER+)?)
  | (?P<symbol><=>|->>|->|:=|<>|!=|>=|<=|\|\||&&|<<|>>|==|[-+&~|^/%*(),.:!{}\[\]=<>;])
    """.replace("LETTER", _LETTER).replace("SEPARATOR", _SEPARATOR),
    re.VERBOSE | re.DOTALL)  # not IGNORECASE, with which ranges of letters take long to compile
_PIECES = {quote: re.compile((r"[^`]+|``|." if quote == "`" else r"[^\\\n\rQ]+|\\.|QQ|QSEPARATORQ|.").replace(
    "SEPARATOR", _SEPARATOR).replace("Q", quote), re.DOTALL) for quote in "'\"`"}
_ENDS_COMMENT = re.compile(r"\*+/")


class Token(NamedTuple):
    """kind: one of the constants above; text: the value, without quotes and escapes; start, end: place in the SQL.

    line: counted as OceanBase does. The END token starts where the last thing before it does, because that is what a
    parse error at the end quotes.
    """

    kind: str
    text: str
    start: int
    end: int
    line: int = 1

    @property
    def upper(self) -> str:
        """Returns the keyword that this token is, or '' when it is not a bare word."""
        return self.text.upper() if self.kind == WORD else ""

    @property
    def is_identifier(self) -> bool:
        """Returns whether the token can name something: a back-quoted name, or a bare word that is not reserved."""
        return self.kind == QUOTED or (self.kind == WORD and self.text.upper() not in RESERVED)


def syntax_error(sql: str, start: int, line: int) -> SqlError:
    """Returns error 1064 that quotes ``sql`` from ``start`` on."""
    rest = sql[start:].rstrip(SPACE).partition("\0")[0].encode("utf-8", "surrogateescape")[:NEAR_LIMIT]
    return error("OB_ERR_PARSE_SQL", rest.decode("utf-8", "ignore"), line)


def scan(sql: str, ansi_quotes: bool = False, compatible: bool = True) -> Tuple[List[Token], bool]:
    """
    Returns the tokens of ``sql``, an END token last, and whether a ``/*!`` comment was left open.

    compatible: whether the text in ``/*! ... */`` is part of the statement. Comments and hints are dropped. What begins
    no token becomes a BROKEN one, after which nothing is read: the grammar may complain of something before it.
    """
    return _Scanner(sql, ansi_quotes, compatible).run()


def _split_names(tokens: List[Token]) -> Iterator[Token]:
    """Yields the tokens with each dotted name as its parts and each ``@@scope.name`` as one."""
    position = 0
    while position < len(tokens):
        token = tokens[position]
        position += 1
        if token.kind == ALIAS and len(tokens) - position > 2:
            scope, token = token, tokens[position + 1]
            position += 2
            name = "%s.%s" % (scope.text[2:], token.text)
            yield Token(SYSVAR, name.lower(), scope.start, token.end, scope.line)
        elif token.kind == DOTTED:
            start = token.start
            for number, part in enumerate(token.text.split(".")):
                if number:
                    yield Token(SYMBOL, ".", start, start + 1, token.line)
                    start += 1
                yield Token(WORD, part, start, start + len(part), token.line)
                start += len(part)
        else:
            yield token


def tokenize(sql: str, ansi_quotes: bool = False, compatible: bool = True) -> List[Token]:
    """Returns the tokens of a statement that is known to be right: dotted names in parts, no ``;``, END last."""
    return [token for token in _split_names(scan(sql, ansi_quotes, compatible)[0])
            if token.kind != SYMBOL or token.text != ";"]


def split_statements(sql: str) -> List[str]:
    """Returns the statements of a query, each with the ``;`` that ends it, without empty ones and mere comments."""
    statements, start, empty = [], 0, True
    for token in scan(sql)[0]:
        ends = token.kind == END or (token.kind == SYMBOL and token.text == ";")
        if ends and not empty:
            statements.append(sql[start:token.end])
        if ends:
            start = token.end
        empty = ends
    return statements or [sql]


def separate_strings(literal: str) -> List[str]:
    """Returns the values of string literals that stand side by side, which the scanner reads as one."""
    pieces = re.findall(r"'[^'\\]*(?:(?:\\.|'')[^'\\]*)*'|\"[^\"\\]*(?:(?:\\.|\"\")[^\"\\]*)*\"", literal, re.DOTALL)
    return [_unescape(piece[1:-1], piece[0]) for piece in pieces]


def _unescape(body: str, quote: str) -> str:
    def one(match: re.Match[str]) -> str:
        text = match.group()
        if text[0] == quote:
            return quote if text == quote * 2 else ""  # or what is between two literals, which are one
        # \% and \_ keep the backslash: they are for LIKE to understand.
        return text if text[1] in "%_" else _ESCAPES.get(text[1], text[1])
    return re.sub(r"\\.|%s%s?%s" % (quote, _SEPARATOR, quote), one, body, flags=re.DOTALL)


class _Scanner:
    def __init__(self, sql: str, ansi_quotes: bool, compatible: bool) -> None:
        self._sql = sql
        self._end = len(sql.rstrip(SPACE))
        if sql[:self._end].endswith("\0"):
            self._end = len(sql[:self._end - 1].rstrip(SPACE))
        self._at = len(sql) - len(sql.lstrip(SPACE))
        self._ansi_quotes = ansi_quotes
        self._compatible = compatible
        self._line = 1
        self._last = self._at
        self._open = False
        self._tokens: List[Token] = []
        self._readers: Dict[str, Callable[[re.Match[str]], Optional[Token]]] = {
            "space": self._space, "line": self._nothing, "comment": self._comment, "compatible": self._comment,
            "close": self._close, "hex": self._hex, "bits": self._bits, "single": self._string, "double": self._string,
            "moment": self._moment, "quoted": self._quoted, "word": self._word,
            "null": self._null, "sysvar": self._sysvar, "uservar": self._uservar, "symbol": self._symbol}

    def run(self) -> Tuple[List[Token], bool]:
        while self._at < self._end:
            match = _PATTERN.match(self._sql, self._at, self._end)
            if match is None:
                token: Optional[Token] = self._stray()
            else:
                self._last = start = self._at
                self._at = match.end()
                kind = str(match.lastgroup)
                reader = self._readers.get(kind)
                token = reader(match) if reader else Token(kind, match.group(), start, self._at, self._line)
            if token:
                self._tokens.append(token)
                if token.kind == BROKEN:
                    break
        self._tokens.append(Token(END, "", self._last, self._end, self._line))
        return self._tokens, self._open

    def _stray(self) -> Optional[Token]:
        """Returns a character that begins no token; as the last one of a statement it passes for its end."""
        self._last = self._at
        if self._sql[self._at] in _PIECES:
            return self._unterminated()
        self._at += 1
        return self._broken(self._last) if self._at < self._end else None

    def _broken(self, start: int) -> Token:
        return Token(BROKEN, "", start, self._end, self._line)

    def _nothing(self, _match: re.Match[str]) -> None:
        """Reads a comment to the end of the line."""

    def _space(self, match: re.Match[str]) -> None:
        self._line += match.group().count("\n")

    def _comment(self, match: re.Match[str]) -> Optional[Token]:
        if match.lastgroup == "compatible" and self._compatible:
            self._open = True
            return None
        self._at = match.start() + 2
        end = _ENDS_COMMENT.search(self._sql, self._at, self._end)
        self._line += self._sql.count("\n", self._at, end.start() if end else self._end)
        if end is None:
            return self._broken(self._end - 1)
        self._last, self._at = end.span()
        return None

    def _close(self, match: re.Match[str]) -> Optional[Token]:
        if self._open:
            self._open = False
            return None
        self._at -= 1
        return Token(SYMBOL, "*", match.start(), self._at, self._line)

    def _hex(self, match: re.Match[str]) -> Token:
        text = match.group()
        if text.startswith("0X") or (text[1] == "'" and len(text) % 2 == 0):
            return self._broken(match.start())
        digits = text[2:].rstrip("'")
        return Token(NUMBER if text[0] == "0" else BINARY, text if text[0] == "0" else digits, match.start(), self._at,
                     self._line)

    def _bits(self, match: re.Match[str]) -> Token:
        text = match.group()
        if text.startswith("0B"):
            return self._broken(match.start())
        bits = text[2:].rstrip("'")
        digits = "%0*x" % ((len(bits) + 7) // 8 * 2, int(bits or "0", 2)) if bits else ""
        return Token(BINARY, digits, match.start(), self._at, self._line)

    def _string(self, match: re.Match[str]) -> Token:
        text = match.group(str(match.lastgroup))
        line = self._line
        if text[0] == '"' and self._ansi_quotes:
            return Token(QUOTED, text[1:-1].replace('""', '"'), match.start(), self._at, line)
        if "\n" in text or "\r" in text:
            self._line += len(re.findall(r"[\n\r]", re.sub(r"\\.", "", text, flags=re.DOTALL)))
        return Token(STRING, _unescape(text[1:-1], text[0]), match.start(), self._at, self._line)

    def _moment(self, match: re.Match[str]) -> Token:
        return Token(STRING, match.group("moment")[1:-1], match.start(), self._at, self._line)

    def _unterminated(self) -> Token:
        """Returns a quote without its end: the complaint quotes from the last piece on that the scanner took."""
        start, place = self._at, self._at + 1
        pieces = _PIECES[self._sql[start]]
        while place < self._end:
            piece = pieces.match(self._sql, place, self._end)
            assert piece
            start, place = piece.span()
            self._line += piece.group() in ("\n", "\r")
        return self._broken(start)

    def _quoted(self, match: re.Match[str]) -> Token:
        return Token(QUOTED, match.group()[1:-1].replace("``", "`"), match.start(), self._at, self._line)

    def _word(self, match: re.Match[str]) -> Optional[Token]:
        text = match.group()
        token = Token(WORD, text, match.start(), self._at, self._line)
        word = text.upper()
        if word in _HINTED or (word == "DATA" and self._tokens and self._tokens[-1].upper == "LOAD"):
            hint = _HINT.match(self._sql, self._at, self._end)
            if hint:
                self._tokens.append(token)
                return self._hint(hint.end())
        return token

    def _hint(self, place: int) -> Optional[Token]:
        """Skips a hint, of which newlines do not count."""
        while not self._sql.startswith("*/", place):
            part = _HINT_PART.match(self._sql, place, self._end)
            if part is None:
                return self._broken(self._last)
            self._last, place = part.span() if not part.group().isspace() else (self._last, part.end())
        self._last, self._at = place, place + 2
        return None

    def _null(self, match: re.Match[str]) -> Token:
        return Token(WORD, "NULL", match.start(), self._at, self._line)

    def _sysvar(self, match: re.Match[str]) -> Token:
        return Token(SYSVAR, match.group()[2:].strip("`").lower(), match.start(), self._at, self._line)

    def _uservar(self, match: re.Match[str]) -> Token:
        text = match.group()[1:]
        if text[:1] in ("'", '"', "`"):
            if len(text) < 2 or text[-1] != text[0]:
                return self._broken(match.start())
            text = text[1:-1]
        return Token(USERVAR, text.lower(), match.start(), self._at, self._line)

    def _symbol(self, match: re.Match[str]) -> Token:
        if match.group() == "==":
            return self._broken(match.start())
        return Token(SYMBOL, match.group(), match.start(), self._at, self._line)
