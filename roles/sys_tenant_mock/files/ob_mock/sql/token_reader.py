# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A reader over the tokens of a statement that is known to be well formed."""

from __future__ import annotations

from typing import Any, Dict, List, NoReturn

from .errors import error
from .keywords import FREE, RESERVED
from .scanner import END, MARK, NUMBER, QUOTED, STRING, SYMBOL, WORD, Token

# A statement that is not acted on is named by at most so many of its words.
NAMING_WORDS = 4


class TokenReader:
    """Reads tokens from left to right; what does not fit is something that the mock does not act on: error 1235."""

    def __init__(self, sql: str, tokens: List[Token]) -> None:
        self.sql = sql
        self._tokens = tokens
        self.position = 0

    @property
    def token(self) -> Token:
        """Returns the token to read next."""
        return self._tokens[self.position]

    def fail(self) -> NoReturn:
        """Raises error 1235, which names the statement by its first words."""
        words: List[str] = []
        for token in self._tokens[:NAMING_WORDS]:
            if token.upper not in RESERVED and token.upper not in FREE:
                break
            words.append(token.upper)
        raise error("OB_NOT_SUPPORTED", "statement %s by the mock" % " ".join(words))

    def next(self) -> Token:
        """Reads any token."""
        if self.token.kind == END:
            self.fail()
        self.position += 1
        return self._tokens[self.position - 1]

    def sees(self, *words: str) -> bool:
        """Says whether the next tokens are these keywords or symbols."""
        for token, word in zip(self._tokens[self.position:], words):
            if (token.upper or (token.text if token.kind in (SYMBOL, MARK) else "")) != word:
                return False
        return len(self._tokens) - self.position >= len(words)

    def accept(self, *words: str) -> bool:
        """Reads these keywords or symbols if they come next."""
        if not self.sees(*words):
            return False
        self.position += len(words)
        return True

    def expect(self, *words: str) -> None:
        """Reads these keywords or symbols."""
        for word in words:
            if not self.accept(word):
                self.fail()

    def one_of(self, *words: str) -> str:
        """Reads one of these keywords and returns it; '' if none of them comes next."""
        return next((word for word in words if self.accept(word)), "")

    def until(self, *words: str) -> List[Token]:
        """Reads up to one of these keywords or to the end; what stood before it, with an END token. Then skips all."""
        start = self.position
        while not self.at_end() and self.token.upper not in words:
            self.next()
        found = self._tokens[start:self.position]
        self.position = len(self._tokens) - 1
        return [*found, self.token]

    def at_end(self) -> bool:
        """Says whether everything is read."""
        return self.token.kind == END

    def end(self) -> None:
        """Checks that everything is read."""
        if not self.at_end():
            self.fail()

    def name(self) -> str:
        """Reads a name or a string, in whose place a rule may allow the word ALL."""
        if self.token.kind not in (WORD, QUOTED, STRING):
            self.fail()
        return self.next().text

    def names(self) -> List[str]:
        """Reads names with commas between them."""
        found = [self.name()]
        while self.accept(","):
            found.append(self.name())
        return found

    def number(self) -> str:
        """Reads a number with its sign, as text."""
        sign = "-" if self.accept("-") else ""
        if self.token.kind != NUMBER:
            self.fail()
        return sign + self.next().text

    def value(self) -> str:
        """Reads a string, a number or a word as the text of a value."""
        return self.name() if self.token.kind in (WORD, QUOTED, STRING) else self.number()

    def options(self) -> Dict[str, Any]:
        """Reads ``name [=] value [,] ...`` to the end; a value may be a list in parentheses."""
        found: Dict[str, Any] = {}
        while not self.at_end():
            if self.accept(","):
                continue
            name = self.name().lower()
            self.accept("=")
            if self.accept("("):
                found[name] = self.names()
                self.expect(")")
            else:
                found[name] = self.value()
        return found
