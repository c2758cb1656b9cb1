# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""SQL text to tokens, as the scanner of OceanBase's MySQL mode does it (facts: Cancel grammar, Parser)."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Callable, Dict, FrozenSet, Iterator, List, NamedTuple, Optional, Tuple

from .errors import error
from .keywords import RESERVED
from .results import SqlError

# @@global, @@session and @@local are an ALIAS, place-holders a MARK, x'..' and b'..' BINARY, a.b and a.b.c DOTTED,
# N'..' NATIONAL, date'..' a MOMENT.
WORD, QUOTED, DOTTED, STRING, NUMBER, BINARY = "word", "quoted", "dotted", "string", "number", "binary"
SYSVAR, ALIAS, USERVAR, SYMBOL, MARK, BROKEN, END = "sysvar", "alias", "uservar", "symbol", "mark", "broken", "end"
NATIONAL, MOMENT = "national", "moment"

# Modes of sql_mode that are in force; the scanner obeys ANSI_QUOTES and NO_BACKSLASH_ESCAPES.
Modes = FrozenSet[str]
NO_MODES: Modes = frozenset()

# A parse error quotes at most this many bytes of the statement.
NEAR_LIMIT = 80
SPACE = " \t\n\r\f\v"  # cut off at both ends of a statement; inside it, only the first four separate tokens
_ESCAPES = {"0": "\0", "b": "\b", "n": "\n", "r": "\r", "t": "\t", "Z": "\x1a"}
_SEPARATOR = r"(?:[ \t\n\r\f]+|--[ \t]+[^\n\r]*|\#[^\n\r]*|--[\n\r])"
_LETTER = r"[A-Za-z0-9$_\u0080-\U0010ffff]"
_HINTED = ("SELECT", "UPDATE", "DELETE", "INSERT", "REPLACE", "CREATE", "ALTER", "HINT")
_HINT = re.compile(r"[ \t\n\r\f]*(?:/\*(?:[^+*]|\*+[^*/])*\*+/[ \t\n\r\f]*)*/\*\+")
_HINT_PART = re.compile(r"'[^'\\\n\r]*'|`[^`]*`|\"[^\"\\\n\r]*\"|%s+|." % _LETTER, re.DOTALL)
_PATTERN = r"""
    (?P<space>[ \t\r\n]+)
  | (?P<line>--[ \t]+[^\n\r]* | \#[^\n\r]* | --[\n\r])
  | (?P<compatible>/\*!(?:\d{5})?) | (?P<comment>/\*) | (?P<close>\*/)
  | (?P<hex>0[xX][0-9A-Fa-f]+(?!LETTER) | [xX]'[0-9A-Fa-f]*') | (?P<bits>0[bB][01]+(?!LETTER) | [bB]'[01]*')
  | (?P<dotted>(?=[0-9]*[A-Za-z$_\u0080-\U0010ffff])LETTER+\.LETTER+(?:\.LETTER+)?)
  | (?P<number>(?:\d+\.\d*|\.\d+)[eE][-+]?\d+ | \d+[eE][-+]\d+ | \d+[eE]\d+(?!LETTER)
        | \d+\.\d* | \.\d+ | \d+(?!LETTER))
  | (?i:date|time|timestamp)SEPARATOR?(?P<moment>'[^']*'|"[^"]*")
  | [nN]?(?P<single>'[^'BACKSLASH]*(?:(?:ESCAPE''|'SEPARATOR')[^'BACKSLASH]*)*'(?!'))
  | (?P<double>"[^"BACKSLASH]*(?:(?:ESCAPE""|"SEPARATOR")[^"BACKSLASH]*)*"(?!"))
  | (?P<quoted>`[^`]*(?:``[^`]*)*`(?!`))
  | (?P<word>LETTER+)
  | (?P<alias>@@(?i:global|session|local)(?![A-Za-z0-9_]))
  | (?P<sysvar>@@[A-Za-z_][A-Za-z0-9_]* | @@`[`A-Za-z_]+)
  | (?P<uservar>@[`'"](?:[`'"/%.]|LETTER)* | @(?:\.|LETTER)*)
  | (?P<null>\\N) | (?P<mark>\? | :LETTER+(?:\.LETTER+)?)
  | (?P<symbol><=>|->>|->|:=|<>|!=|>=|<=|\|\||&&|<<|>>|==|[-+&~|^/%*(),.:!{}\[\]=<>;])
    """.replace("LETTER", _LETTER).replace("SEPARATOR", _SEPARATOR)


@lru_cache(maxsize=None)
def _pattern(backslashes: bool) -> re.Pattern[str]:
    """Returns what matches one token; backslashes: whether they escape."""
    text = _PATTERN.replace("BACKSLASH", r"\\" * backslashes).replace("ESCAPE", r"\\.|" * backslashes)
    return re.compile(text, re.VERBOSE | re.DOTALL)  # not IGNORECASE, with which ranges of letters take long to compile


@lru_cache(maxsize=None)
def _pieces(quote: str, backslashes: bool) -> re.Pattern[str]:
    """Returns what matches one piece of a quotation: the scanner takes a quotation in pieces."""
    if quote == "`":
        return re.compile(r"[^`]+|``|.", re.DOTALL)
    text = r"[^\\\n\rQ]+|\\.|QQ|QSEPARATORQ|." if backslashes else r"[^\n\rQ]+|QQ|QSEPARATORQ|."
    return re.compile(text.replace("SEPARATOR", _SEPARATOR).replace("Q", quote), re.DOTALL)


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


def scan(sql: str, modes: Modes = NO_MODES, compatible: bool = True) -> Tuple[List[Token], bool]:
    """
    Returns the tokens of ``sql``, an END token last, and whether a ``/*!`` comment was left open.

    compatible: whether the text in ``/*! ... */`` is part of the statement. Comments and hints are dropped. What begins
    no token becomes a BROKEN one, after which nothing is read: the grammar may complain of something before it.
    """
    return _Scanner(sql, modes, compatible).run()


def _split_names(tokens: List[Token]) -> Iterator[Token]:
    """Yields the tokens with each dotted name as its parts, each ``@@scope.name`` as one, and N'..' as any string."""
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
            yield token._replace(kind=STRING) if token.kind == NATIONAL else token


def tokenize(sql: str, modes: Modes = NO_MODES) -> List[Token]:
    """Returns the tokens of a statement that is known to be right: dotted names in parts, no ``;``, END last."""
    return [token for token in _split_names(scan(sql, modes)[0])
            if token.kind != SYMBOL or token.text != ";"]


def split_statements(sql: str, modes: Modes = NO_MODES) -> List[str]:
    """
    Returns the statements of a query, each with the ``;`` that ends it; a comment is one, too.

    One that is empty is a statement, which will be refused, unless nothing follows it.
    """
    ends = [token.end for token in scan(sql, modes)[0] if token.kind == SYMBOL and token.text == ";"]
    statements = [sql[start:end] for start, end in zip([0, *ends], [*ends, len(sql)])]
    while len(statements) > 1 and not statements[-1].strip(SPACE + ";"):
        statements.pop()
    return statements


def separate_strings(literal: str, backslashes: bool = True) -> List[str]:
    """
    Returns the values of string literals that stand side by side, which the scanner reads as one; backslashes: whether
    they escape.
    """
    inside = r"(?:\\.|[^Q\\]|QQ)*" if backslashes else "(?:[^Q]|QQ)*"
    pieces = re.findall("|".join(("Q%sQ" % inside).replace("Q", quote) for quote in "'\""), literal, re.DOTALL)
    return [_unescape(piece[1:-1], piece[0], backslashes) for piece in pieces]


def _unescape(body: str, quote: str, backslashes: bool = True) -> str:
    def one(match: re.Match[str]) -> str:
        text = match.group()
        if text[0] == quote:
            return quote if text == quote * 2 else ""  # or what is between two literals, which are one
        # \% and \_ keep the backslash: they are for LIKE to understand.
        return text if text[1] in "%_" else _ESCAPES.get(text[1], text[1])
    return re.sub(r"\\.|" * backslashes + quote + _SEPARATOR + "?" + quote, one, body, flags=re.DOTALL)


class _Scanner:
    def __init__(self, sql: str, modes: Modes, compatible: bool) -> None:
        self._sql = sql
        self._end = len(sql.rstrip(SPACE))
        if sql[:self._end].endswith("\0"):
            self._end = len(sql[:self._end - 1].rstrip(SPACE))
        self._at = len(sql) - len(sql.lstrip(SPACE))
        self._ansi_quotes = "ANSI_QUOTES" in modes
        self._backslashes = "NO_BACKSLASH_ESCAPES" not in modes
        self._pattern = _pattern(self._backslashes)
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
            match = self._pattern.match(self._sql, self._at, self._end)
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
        if self._sql[self._at] in "'\"`":
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
            return self._broken(min(match.start(), self._end - 2) if self._at == self._end else self._end - 1)
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
        if text[0] == '"' and self._ansi_quotes:
            return Token(QUOTED, text[1:-1].replace('""', '"'), match.start(), self._at, self._line)
        if "\n" in text or "\r" in text:
            plain = re.sub(r"\\.", "", text, flags=re.DOTALL) if self._backslashes else text
            self._line += len(re.findall(r"[\n\r]", plain))
        kind = STRING if match.group()[0] == text[0] else NATIONAL
        return Token(kind, _unescape(text[1:-1], text[0], self._backslashes), match.start(), self._at, self._line)

    def _moment(self, match: re.Match[str]) -> Token:
        return Token(MOMENT, match.group("moment")[1:-1], match.start(), self._at, self._line)

    def _unterminated(self) -> Token:
        """Returns a quote without its end: the complaint quotes from the last piece on that the scanner took."""
        start, place = self._at, self._at + 1
        quote = self._sql[start]
        pieces = _pieces(quote, self._backslashes)
        while place < self._end:
            piece = pieces.match(self._sql, place, self._end)
            assert piece
            start, place = piece.span()
            self._line += piece.group() in ("\n", "\r")
        return self._broken(self._at if self._sql.endswith("''", start) else start)

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
