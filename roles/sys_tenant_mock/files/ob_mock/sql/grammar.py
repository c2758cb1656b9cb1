# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Statements that manage a cluster (facts: Cancel grammar, Start grammar); the rest is in grammar_session."""

from __future__ import annotations

from typing import Callable, Dict, List, Tuple

from . import grammar_session as session
from .errors import error
from .scanner import NUMBER, STRING, SYMBOL, syntax_error, tokenize
from .syntax_tree import Archive, CancelClone, CloneTenant, Define, Mock, Nothing, SetParameters, Statement, Upgrade
from .token_reader import TokenReader

Rule = Callable[[TokenReader], Statement]

NOT_DEFINED = ("DATABASE", "EVENT", "FUNCTION", "INDEX", "OR", "OUTLINE", "PROCEDURE", "ROLE", "SCHEMA", "SEQUENCE",
               "TABLE", "TABLEGROUP", "TRIGGER", "UNIQUE", "VIEW")


def parse(sql: str, has_clone: bool = True, ansi_quotes: bool = False, prepared: bool = False) -> Statement:
    """Parses ``sql``.

    has_clone: whether the server knows clone statements; before 4.3 they are syntax errors. prepared: whether there
    may be place-holders. Errors: 1064 with OceanBase's words, 1065 for an empty text, 1235 for a statement that
    OceanBase has and the mock has not.
    """
    tokens = tokenize(sql, ansi_quotes)
    if len(tokens) == 1:
        if not sql.strip("; \t\r\n"):
            raise error("ER_EMPTY_QUERY")
        return Nothing()
    for position, token in enumerate(tokens):
        if token.kind == SYMBOL and token.text == ";":
            raise syntax_error(sql, tokens[position + 1].start)
    statement = _statement(TokenReader(sql, tokens), has_clone)
    for token in tokens:
        if token.kind == SYMBOL and token.text == "?" and not prepared:
            raise syntax_error(sql, token.start)
    return statement


def _statement(reader: TokenReader, has_clone: bool) -> Statement:
    if reader.sees("ALTER"):
        reader.next()
        statement = _alter(reader, has_clone)
    elif reader.accept("CREATE"):
        statement = _create(reader, has_clone)
    elif reader.accept("DROP"):
        statement = _drop(reader)
    else:
        return session.parse(reader)
    reader.end()
    return statement


def _alter(reader: TokenReader, has_clone: bool) -> Statement:
    session.refuse(reader, "ALTER", NOT_DEFINED)
    kind = reader.one_of("SYSTEM", "TENANT", "RESOURCE", "USER")
    if kind == "SYSTEM":
        return _alter_system(reader, has_clone)
    if kind == "USER":
        return session.define_user(reader, "ALTER USER")
    if kind == "TENANT":
        name = reader.identifier()
        for word, locked in (("LOCK", "YES"), ("UNLOCK", "NO")):
            if reader.accept(word):
                return Define("alter", "tenant", name, {"locked": locked})
        reader.accept("SET")
        return Define("alter", "tenant", name, _required_options(reader))
    return Define("alter", "resource " + reader.one_of("POOL", "UNIT").lower(), reader.name_or_string(),
                  _required_options(reader))


def _required_options(reader: TokenReader) -> Dict[str, object]:
    if reader.at_end():
        reader.fail()
    return reader.options()


def _alter_system(reader: TokenReader, has_clone: bool) -> Statement:
    if has_clone and reader.sees("CANCEL", "CLONE"):
        reader.expect("CANCEL", "CLONE")
        return CancelClone(reader.identifier())
    if reader.sees("CANCEL"):
        reader.next()
        reader.fail()
    if reader.accept("SET"):
        return SetParameters(_parameters(reader))
    if reader.sees("BEGIN", "UPGRADE") or reader.sees("END", "UPGRADE"):
        begins = reader.accept("BEGIN")
        reader.position += 1 if begins else 2
        return Upgrade(begins)
    if reader.sees("ARCHIVELOG") or reader.sees("NOARCHIVELOG"):
        return Archive(reader.next().upper == "ARCHIVELOG", _tenant_clause(reader))
    if reader.accept("MOCK"):
        return _mock(reader)
    reader.fail()


def _parameters(reader: TokenReader) -> List[Tuple[str, str]]:
    values = []
    while True:
        name = reader.identifier()
        reader.expect("=")
        values.append((name, reader.value()))
        _tenant_clause(reader)
        if not reader.accept(","):
            return values


def _tenant_clause(reader: TokenReader) -> str:
    if not reader.accept("TENANT"):
        return ""
    reader.accept("=")
    return reader.name_or_string()


def _mock(reader: TokenReader) -> Mock:
    """Parses ``ALTER SYSTEM MOCK verb`` and then words, strings and numbers in the order that mock_control wants."""
    statement = Mock(reader.identifier().upper())
    while not reader.at_end():
        reader.accept("=")
        token = reader.token
        if token.kind == STRING:
            statement.arguments.append(reader.next().text)
        elif token.kind == NUMBER or reader.sees("-"):
            text = reader.number()
            statement.arguments.append(float(text) if "." in text else int(text))
        elif token.kind in ("word", "quoted"):
            statement.arguments.append(reader.next().text)
        else:
            reader.fail()
    return statement


def _create(reader: TokenReader, has_clone: bool) -> Statement:
    session.refuse(reader, "CREATE", NOT_DEFINED)
    kind = reader.one_of("TENANT", "RESOURCE", "USER")
    if kind == "USER":
        return session.define_user(reader, "CREATE USER")
    if kind == "RESOURCE":
        kind = "resource " + reader.one_of("POOL", "UNIT").lower()
        exists = reader.accept("IF", "NOT", "EXISTS")
        return Define("create", kind, reader.name_or_string(), reader.options(), exists)
    exists = reader.accept("IF", "NOT", "EXISTS")
    name = reader.identifier()
    if has_clone and reader.accept("FROM"):
        return _clone(reader, name, exists)
    if reader.sees("FROM") or reader.at_end():
        reader.fail()
    return Define("create", "tenant", name, reader.options(), exists)


def _clone(reader: TokenReader, name: str, if_not_exists: bool) -> CloneTenant:
    statement = CloneTenant(name, reader.identifier(), if_not_exists=if_not_exists)
    if reader.accept("USING"):
        reader.expect("SNAPSHOT")
        statement.snapshot = reader.identifier()
    reader.expect("WITH")
    _clone_option(reader, statement)
    reader.expect(",")
    _clone_option(reader, statement)
    return statement


def _clone_option(reader: TokenReader, statement: CloneTenant) -> None:
    option = reader.one_of("RESOURCE_POOL", "UNIT")
    reader.accept("=")
    value = reader.name_or_string()
    if option == "UNIT":
        statement.unit = value
    else:
        statement.pool = value


def _drop(reader: TokenReader) -> Statement:
    session.refuse(reader, "DROP", NOT_DEFINED)
    kind = reader.one_of("TENANT", "RESOURCE", "USER")
    if kind == "USER":
        return session.define_user(reader, "DROP USER")
    if kind == "RESOURCE":
        kind += " " + reader.one_of("POOL", "UNIT")
    exists = reader.accept("IF", "EXISTS")
    name = reader.identifier() if kind == "TENANT" else reader.name_or_string()
    options: Dict[str, object] = {}
    if kind == "TENANT" and (reader.sees("FORCE") or reader.sees("PURGE")):
        options[reader.next().upper.lower()] = True
    return Define("drop", kind.lower(), name, options, exists)
