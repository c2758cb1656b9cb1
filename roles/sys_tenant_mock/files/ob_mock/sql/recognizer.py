# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tells which rules of a grammar a statement fits, or at which token no rule fits any more."""

from __future__ import annotations

import re
from typing import Callable, Dict, FrozenSet, Iterable, List, Mapping, NamedTuple, Optional, Tuple

from .keywords import FREE, INTRODUCERS, NEVER_COLUMNS, NO_VARIABLES, RESERVED, SKIP, SYNONYMS
from .scanner import (
    ALIAS,
    BINARY,
    BROKEN,
    DOTTED,
    END,
    MARK,
    MOMENT,
    NATIONAL,
    NUMBER,
    QUOTED,
    STRING,
    SYMBOL,
    SYSVAR,
    USERVAR,
    WORD,
    Token,
)

# Where a rule can end that begins at a position: a grammar like this one is ambiguous in places.
Ends = FrozenSet[int]
Matcher = Callable[["Recognizer", int], Ends]

NOWHERE: Ends = frozenset()
_NOTATION = re.compile(r"\s*('[^']+'|[A-Z_][A-Z0-9_]*|[a-z][a-z0-9_]*|\.\.\.|[][()|*+])")


class Grammar:
    """
    Rules by name, written like this: KEYWORD, 'symbol', rule or class of tokens, [optional], (one | other), repeated*,
    repeated+, comma_separated... A rule is compiled when it is first needed.

    Classes of tokens: name (no reserved word), plain (no keyword at all), variable, word (what can stand after a dot),
    keyword (a reserved one that can), dotted (a.b or a.b.c in one piece), pair (only a.b), string, national (N'..'),
    moment (date'..' and the like), number, integer, binary, sysvar, scope (@@global and the like), uservar, mark (a
    place-holder), introducer (_utf8mb4 and the like), anything.
    """

    def __init__(self, rules: Mapping[str, str]) -> None:
        self.rules = rules
        self._compiled: Dict[str, Matcher] = {}

    def matcher(self, name: str) -> Matcher:
        """Returns the matcher of a rule."""
        if name not in self._compiled:
            text = self.rules[name]
            parts = _NOTATION.findall(text)
            assert "".join(parts) == "".join(text.split()), "the rule %s has a piece that is not notation" % name
            self._compiled[name] = _Compiler(self, parts).choice().match
        return self._compiled[name]


class Recognizer:
    """One attempt at one statement. furthest: the position of the first token that no rule could use."""

    def __init__(self, grammar: Grammar, tokens: List[Token], skip_reserved: bool = True) -> None:
        self._grammar = grammar
        self.tokens = tokens
        self.words = [token.text if token.kind == SYMBOL else SYNONYMS.get(token.upper, token.upper)
                      for token in tokens]
        self._reserved = RESERVED | {SKIP} if skip_reserved else RESERVED
        self._known: Dict[Tuple[str, int], Ends] = {}
        self.furthest = 0

    def fits(self, rules: Iterable[str]) -> Optional[str]:
        """Returns the first of the rules that the whole statement fits, None if there is none."""
        for rule in rules:
            for end in self.rule(rule, 0):
                self.furthest = max(self.furthest, end)
                if self.ends(end):
                    return rule
        return None

    def rule(self, name: str, position: int) -> Ends:
        """Returns where a rule that begins at the position can end."""
        key = (name, position)
        ends = self._known.get(key)
        if ends is None:
            ends = self._known[key] = self._grammar.matcher(name)(self, position)
        return ends

    def token(self, position: int) -> Token:
        """Returns the token at a position that is looked at."""
        if position > self.furthest:
            self.furthest = position
        return self.tokens[position]

    def has_word(self, position: int) -> bool:
        """Says whether a bare word stands there."""
        return self.token(position).kind == WORD

    def ends(self, position: int) -> bool:
        """Says whether the statement ends there, at a ``;`` or at the end of the text."""
        token = self.token(position)
        return token.kind == END or (token.kind == SYMBOL and token.text == ";")

    def is_name(self, position: int) -> bool:
        """Says whether the token there can name something."""
        token = self.token(position)
        return token.kind == QUOTED or (token.kind == WORD and self.words[position] not in self._reserved)


class _Piece(NamedTuple):
    """first: the keywords and symbols of which one must come first; None if it may be something else."""

    match: Matcher
    first: Optional[FrozenSet[str]] = None


class _Compiler:
    """Turns the parts of one rule into functions, each from a position to the positions where it can end."""

    def __init__(self, grammar: Grammar, parts: List[str]) -> None:
        self._grammar = grammar
        self._parts = parts
        self._at = 0

    def choice(self) -> _Piece:
        """Compiles the alternatives up to a closing bracket or the end."""
        pieces = [self._sequence()]
        while self._at < len(self._parts) and self._parts[self._at] == "|":
            self._at += 1
            pieces.append(self._sequence())
        return pieces[0] if len(pieces) == 1 else _one_of(pieces)

    def _sequence(self) -> _Piece:
        pieces: List[_Piece] = []
        while self._at < len(self._parts) and self._parts[self._at] not in ("|", ")", "]"):
            pieces.append(self._repeated(self._single()))
        return pieces[0] if len(pieces) == 1 else _Piece(_in_order([piece.match for piece in pieces]), pieces[0].first)

    def _repeated(self, piece: _Piece) -> _Piece:
        mark = self._parts[self._at] if self._at < len(self._parts) else ""
        if mark not in ("*", "+", "..."):
            return piece
        self._at += 1
        if mark == "*":
            return _Piece(_optional(_repeat(piece.match, None)))
        return _Piece(_repeat(piece.match, "," if mark == "..." else None), piece.first)

    def _single(self) -> _Piece:
        part = self._parts[self._at]
        self._at += 1
        if part in ("(", "["):
            piece = self.choice()
            self._at += 1
            return _Piece(_optional(piece.match)) if part == "[" else piece
        if part[0] == "'" or part[0].isupper():
            word = part.strip("'")
            return _Piece(_word(word), frozenset((word,)))
        if part in CLASSES:
            return _Piece(_of_class(CLASSES[part]))
        return _Piece(lambda recognizer, position: recognizer.rule(part, position))


def _one_of(pieces: List[_Piece]) -> _Piece:
    others = [piece.match for piece in pieces if piece.first is None]
    by_word: Dict[str, List[Matcher]] = {}
    for piece in pieces:
        for word in piece.first or ():
            by_word.setdefault(word, []).append(piece.match)
    by_word = {word: matchers + others for word, matchers in by_word.items()}

    def match(recognizer: Recognizer, position: int) -> Ends:
        recognizer.token(position)
        found = NOWHERE
        for matcher in by_word.get(recognizer.words[position], others):
            ends = matcher(recognizer, position)
            if ends:
                found = found | ends if found else ends
        return found
    return _Piece(match, None if others else frozenset(by_word))


def _in_order(matchers: List[Matcher]) -> Matcher:
    first, *others = matchers

    def match(recognizer: Recognizer, position: int) -> Ends:
        ends = first(recognizer, position)
        for matcher in others:
            if not ends:
                return ends
            if len(ends) == 1:
                ends = matcher(recognizer, *ends)
            else:
                ends = frozenset().union(*(matcher(recognizer, end) for end in ends))
        return ends
    return match


def _optional(matcher: Matcher) -> Matcher:
    return lambda recognizer, position: matcher(recognizer, position) | {position}


def _repeat(matcher: Matcher, separator: Optional[str]) -> Matcher:
    between = _word(separator) if separator else None

    def match(recognizer: Recognizer, position: int) -> Ends:
        found: Dict[int, None] = {}
        todo = list(matcher(recognizer, position))
        while todo:
            end = todo.pop()
            if end in found:
                continue
            found[end] = None
            starts = between(recognizer, end) if between else (end,)
            for start in starts:
                todo += matcher(recognizer, start)
        return frozenset(found)
    return match


def _word(word: str) -> Matcher:
    def match(recognizer: Recognizer, position: int) -> Ends:
        recognizer.token(position)
        return frozenset((position + 1,)) if recognizer.words[position] == word else NOWHERE
    return match


def _of_class(test: Callable[[Recognizer, int], bool]) -> Matcher:
    return lambda recognizer, position: frozenset((position + 1,)) if test(recognizer, position) else NOWHERE


def _kind(*kinds: str) -> Callable[[Recognizer, int], bool]:
    return lambda recognizer, position: recognizer.token(position).kind in kinds


CLASSES: Dict[str, Callable[[Recognizer, int], bool]] = {
    "name": Recognizer.is_name, "dotted": _kind(DOTTED), "string": _kind(STRING), "number": _kind(NUMBER),
    "national": _kind(NATIONAL), "moment": _kind(MOMENT),
    "pair": lambda recognizer, position: recognizer.token(position).text.count(".") == 1 and _kind(DOTTED)(
        recognizer, position),
    "integer": lambda recognizer, position: recognizer.token(position).text.isdigit() and _kind(NUMBER)(
        recognizer, position),
    "binary": _kind(BINARY), "sysvar": _kind(SYSVAR), "scope": _kind(ALIAS), "uservar": _kind(USERVAR),
    "mark": _kind(MARK),
    "word": lambda recognizer, position: recognizer.token(position).kind == QUOTED or recognizer.has_word(
        position) and recognizer.words[position] not in NEVER_COLUMNS,
    "keyword": lambda recognizer, position: recognizer.has_word(position) and not recognizer.is_name(position) and (
        recognizer.words[position] not in NEVER_COLUMNS),
    "introducer": lambda recognizer, position: bool(recognizer.token(position).upper) and (
        recognizer.words[position] in INTRODUCERS),
    "plain": lambda recognizer, position: Recognizer.is_name(recognizer, position) and (
        recognizer.words[position] not in FREE),
    "variable": lambda recognizer, position: Recognizer.is_name(recognizer, position) and (
        recognizer.words[position] not in NO_VARIABLES),
    "anything": lambda recognizer, position: recognizer.token(position).kind not in (END, BROKEN) and not (
        recognizer.ends(position)),
}
