# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The grammar of the statements that manage a cluster (OceanBase facts, section 1); the rest is in grammar_session."""

from __future__ import annotations

from typing import Callable, Dict, List, Tuple

from . import grammar_session as session
from .cursor import Cursor
from .error_table import error
from .lexer import NUMBER, STRING, SYMBOL, syntax_error, tokenize
from .syntax_tree import Archive, CancelClone, CloneTenant, Define, Mock, Nothing, SetParameters, Statement, Upgrade

Rule = Callable[[Cursor], Statement]

NOT_DEFINED = ("DATABASE", "EVENT", "FUNCTION", "INDEX", "OR", "OUTLINE", "PROCEDURE", "ROLE", "SCHEMA", "SEQUENCE",
               "TABLE", "TABLEGROUP", "TRIGGER", "UNIQUE", "VIEW")


def parse(sql: str, has_clone: bool = True, ansi_quotes: bool = False, prepared: bool = False) -> Statement:
    """The statement that ``sql`` is.

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
    statement = _statement(Cursor(sql, tokens), has_clone)
    for token in tokens:
        if token.kind == SYMBOL and token.text == "?" and not prepared:
            raise syntax_error(sql, token.start)
    return statement


def _statement(cursor: Cursor, has_clone: bool) -> Statement:
    if cursor.sees("ALTER"):
        cursor.next()
        statement = _alter(cursor, has_clone)
    elif cursor.accept("CREATE"):
        statement = _create(cursor, has_clone)
    elif cursor.accept("DROP"):
        statement = _drop(cursor)
    else:
        return session.parse(cursor)
    cursor.end()
    return statement


def _alter(cursor: Cursor, has_clone: bool) -> Statement:
    session.refuse(cursor, "ALTER", NOT_DEFINED)
    kind = cursor.one_of("SYSTEM", "TENANT", "RESOURCE", "USER")
    if kind == "SYSTEM":
        return _alter_system(cursor, has_clone)
    if kind == "USER":
        return session.define_user(cursor, "ALTER USER")
    if kind == "TENANT":
        name = cursor.identifier()
        for word, locked in (("LOCK", "YES"), ("UNLOCK", "NO")):
            if cursor.accept(word):
                return Define("alter", "tenant", name, {"locked": locked})
        cursor.accept("SET")
        return Define("alter", "tenant", name, _required_options(cursor))
    return Define("alter", "resource " + cursor.one_of("POOL", "UNIT").lower(), cursor.name_or_string(),
                  _required_options(cursor))


def _required_options(cursor: Cursor) -> Dict[str, object]:
    if cursor.at_end():
        cursor.fail()
    return cursor.options()


def _alter_system(cursor: Cursor, has_clone: bool) -> Statement:
    if has_clone and cursor.sees("CANCEL", "CLONE"):
        cursor.expect("CANCEL", "CLONE")
        return CancelClone(cursor.identifier())
    if cursor.sees("CANCEL"):
        cursor.next()
        cursor.fail()
    if cursor.accept("SET"):
        return SetParameters(_parameters(cursor))
    if cursor.sees("BEGIN", "UPGRADE") or cursor.sees("END", "UPGRADE"):
        begins = cursor.accept("BEGIN")
        cursor.position += 1 if begins else 2
        return Upgrade(begins)
    if cursor.sees("ARCHIVELOG") or cursor.sees("NOARCHIVELOG"):
        return Archive(cursor.next().upper == "ARCHIVELOG", _tenant_clause(cursor))
    if cursor.accept("MOCK"):
        return _mock(cursor)
    cursor.fail()


def _parameters(cursor: Cursor) -> List[Tuple[str, str]]:
    values = []
    while True:
        name = cursor.identifier()
        cursor.expect("=")
        values.append((name, cursor.value()))
        _tenant_clause(cursor)
        if not cursor.accept(","):
            return values


def _tenant_clause(cursor: Cursor) -> str:
    if not cursor.accept("TENANT"):
        return ""
    cursor.accept("=")
    return cursor.name_or_string()


def _mock(cursor: Cursor) -> Mock:
    """``ALTER SYSTEM MOCK verb`` and then words, strings and numbers in the order that mock_control wants."""
    statement = Mock(cursor.identifier().upper())
    while not cursor.at_end():
        cursor.accept("=")
        token = cursor.token
        if token.kind == STRING:
            statement.arguments.append(cursor.next().text)
        elif token.kind == NUMBER or cursor.sees("-"):
            text = cursor.number()
            statement.arguments.append(float(text) if "." in text else int(text))
        elif token.kind in ("word", "quoted"):
            statement.arguments.append(cursor.next().text)
        else:
            cursor.fail()
    return statement


def _create(cursor: Cursor, has_clone: bool) -> Statement:
    session.refuse(cursor, "CREATE", NOT_DEFINED)
    kind = cursor.one_of("TENANT", "RESOURCE", "USER")
    if kind == "USER":
        return session.define_user(cursor, "CREATE USER")
    if kind == "RESOURCE":
        kind = "resource " + cursor.one_of("POOL", "UNIT").lower()
        exists = cursor.accept("IF", "NOT", "EXISTS")
        return Define("create", kind, cursor.name_or_string(), cursor.options(), exists)
    exists = cursor.accept("IF", "NOT", "EXISTS")
    name = cursor.identifier()
    if has_clone and cursor.accept("FROM"):
        return _clone(cursor, name, exists)
    if cursor.sees("FROM") or cursor.at_end():
        cursor.fail()
    return Define("create", "tenant", name, cursor.options(), exists)


def _clone(cursor: Cursor, name: str, if_not_exists: bool) -> CloneTenant:
    statement = CloneTenant(name, cursor.identifier(), if_not_exists=if_not_exists)
    if cursor.accept("USING"):
        cursor.expect("SNAPSHOT")
        statement.snapshot = cursor.identifier()
    cursor.expect("WITH")
    _clone_option(cursor, statement)
    cursor.expect(",")
    _clone_option(cursor, statement)
    return statement


def _clone_option(cursor: Cursor, statement: CloneTenant) -> None:
    option = cursor.one_of("RESOURCE_POOL", "UNIT")
    cursor.accept("=")
    value = cursor.name_or_string()
    if option == "UNIT":
        statement.unit = value
    else:
        statement.pool = value


def _drop(cursor: Cursor) -> Statement:
    session.refuse(cursor, "DROP", NOT_DEFINED)
    kind = cursor.one_of("TENANT", "RESOURCE", "USER")
    if kind == "USER":
        return session.define_user(cursor, "DROP USER")
    if kind == "RESOURCE":
        kind += " " + cursor.one_of("POOL", "UNIT")
    exists = cursor.accept("IF", "EXISTS")
    name = cursor.identifier() if kind == "TENANT" else cursor.name_or_string()
    options: Dict[str, object] = {}
    if kind == "TENANT" and (cursor.sees("FORCE") or cursor.sees("PURGE")):
        options[cursor.next().upper.lower()] = True
    return Define("drop", kind.lower(), name, options, exists)
