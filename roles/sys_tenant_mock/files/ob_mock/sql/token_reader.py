# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A reader over the tokens of a statement: what the grammar's rules are written with."""

from __future__ import annotations

from typing import Any, Dict, List, NoReturn

from .scanner import END, NUMBER, STRING, WORD, Token, reject


class TokenReader:
    """Reads tokens from left to right; everything that does not fit raises the syntax error 1064 at that place."""

    def __init__(self, sql: str, tokens: List[Token]) -> None:
        self.sql = sql
        self._tokens = tokens
        self.position = 0

    @property
    def token(self) -> Token:
        """Returns the token to read next."""
        return self._tokens[self.position]

    def fail(self) -> NoReturn:
        """Raises the syntax error for the next token."""
        reject(self.sql, self._tokens, self.position)

    def next(self) -> Token:
        """Reads any token."""
        if self.token.kind == END:
            self.fail()
        self.position += 1
        return self._tokens[self.position - 1]

    def sees(self, *words: str) -> bool:
        """Returns whether the next tokens are these keywords or symbols."""
        for token, word in zip(self._tokens[self.position:], words):
            if (token.upper or (token.text if token.kind == "symbol" else "")) != word:
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
        """Reads one of these keywords and returns it."""
        for word in words:
            if self.accept(word):
                return word
        self.fail()

    def at_end(self) -> bool:
        """Returns whether everything is read."""
        return self.token.kind == END

    def end(self) -> None:
        """Checks that everything is read."""
        if not self.at_end():
            self.fail()

    def identifier(self) -> str:
        """Reads a name: bare and not reserved, or back-quoted; never a string."""
        if not self.token.is_identifier:
            self.fail()
        return self.next().text

    def name_or_string(self) -> str:
        """Reads a name, a quoted string, or the keyword ALL."""
        return self.next().text if self.token.kind == STRING or self.sees("ALL") else self.identifier()

    def string(self) -> str:
        """Reads a quoted string."""
        if self.token.kind != STRING:
            self.fail()
        return self.next().text

    def number(self) -> str:
        """Reads a number with its sign, as text."""
        sign = "-" if self.accept("-") else ""
        if self.token.kind != NUMBER:
            self.fail()
        return sign + self.next().text

    def value(self) -> str:
        """Reads a string, a number or a word as the text of a value."""
        if self.token.kind in (STRING, WORD):
            return self.next().text
        if self.token.is_identifier:
            return self.next().text
        return self.number()

    def options(self) -> Dict[str, Any]:
        """Reads ``name [=] value [,] ...`` to the end; a value may be a list in parentheses."""
        found: Dict[str, Any] = {}
        while not self.at_end():
            name = self.next()
            if name.kind != WORD:
                self.position -= 1
                self.fail()
            self.accept("=")
            if self.accept("("):
                values = [self.value()]
                while self.accept(","):
                    values.append(self.value())
                self.expect(")")
                found[name.text.lower()] = values
            else:
                found[name.text.lower()] = self.value()
            self.accept(",")
        return found
