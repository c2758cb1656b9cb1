# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The grammar of the statements about a session: SET, SHOW, USE, users, transactions; and what is a query."""

from __future__ import annotations

import re
from typing import Any, List, Sequence, Tuple, Union

from .cursor import Cursor
from .error_table import error
from .lexer import NUMBER, STRING, SYSVAR, USERVAR, Token
from .syntax_tree import DefineUser, Describe, Grant, Kill, Nothing, Select, SetVariables, Show, Sleep, Statement, Use

# Statements that OceanBase has and that have nothing to do with clones.
NOT_MOCKED = ("INSERT", "UPDATE", "DELETE", "REPLACE", "TRUNCATE", "RENAME", "ANALYZE", "CALL", "LOAD", "EXPLAIN",
              "LOCK", "UNLOCK", "PREPARE", "EXECUTE", "DEALLOCATE", "DO", "PURGE", "XA", "MERGE", "OPTIMIZE")
NOT_SHOWN = ("CREATE", "FUNCTION", "INDEX", "INDEXES", "KEYS", "OPEN", "PRIVILEGES", "PROCEDURE", "PROFILES", "TABLE",
             "TRIGGERS")


def parse(cursor: Cursor) -> Statement:
    """The statement at the cursor, read to its end."""
    if cursor.sees("SELECT") or cursor.sees("WITH") or cursor.sees("("):
        return _query(cursor)
    if cursor.accept("DESC") or cursor.accept("DESCRIBE"):
        statement: Statement = _describe(cursor)
    elif cursor.accept("SET"):
        statement = _set_password(cursor) if cursor.sees("PASSWORD") else SetVariables(_assignments(cursor))
    elif cursor.accept("SHOW"):
        statement = _show(cursor)
    elif cursor.accept("USE"):
        statement = Use(cursor.identifier())
    elif cursor.sees("BEGIN") or cursor.sees("COMMIT") or cursor.sees("ROLLBACK"):
        cursor.next()
        cursor.accept("WORK")
        statement = Nothing()
    elif cursor.accept("START"):
        cursor.expect("TRANSACTION")
        if not cursor.accept("WITH", "CONSISTENT", "SNAPSHOT") and cursor.accept("READ"):
            cursor.one_of("ONLY", "WRITE")
        statement = Nothing()
    elif cursor.accept("KILL"):
        query_only = cursor.accept("QUERY") or (cursor.accept("CONNECTION") and False)
        # OceanBase takes a string for the number at its beginning, or for 0.
        number = cursor.string() if cursor.token.kind == STRING else cursor.number()
        statement = Kill(query_only, int((re.match(r"\d*", number) or [""])[0] or 0))
    elif cursor.sees("GRANT") or cursor.sees("REVOKE"):
        statement = _grant(cursor)
    else:
        refuse(cursor, "", NOT_MOCKED)
        cursor.fail()
    cursor.end()
    return statement


def refuse(cursor: Cursor, before: str, words: Sequence[str]) -> None:
    """Error 1235 if one of these words follows: OceanBase would understand the statement, so it is no syntax error."""
    if cursor.token.upper in words:
        raise error("OB_NOT_SUPPORTED", "statement %s by the mock" % (before + " " + cursor.token.upper).strip())


def _query(cursor: Cursor) -> Statement:
    """SLEEP alone is recognised because waiting is not SQLite's business."""
    query = Select(cursor.sql)
    if not cursor.accept("SELECT"):
        return query
    start = cursor.token.start
    if not cursor.accept("SLEEP", "("):
        return query
    if cursor.token.kind not in (NUMBER, STRING) and not cursor.sees("?"):
        return query
    seconds = cursor.next().text
    end = cursor.token.end
    if not cursor.accept(")"):
        return query
    label = cursor.sql[start:end]
    if cursor.accept("AS") or not cursor.at_end():
        label = cursor.value()
    cursor.end()
    try:
        return Sleep(float(seconds), label)
    except ValueError:
        return Sleep(0.0, label)


def _describe(cursor: Cursor) -> Describe:
    name = cursor.identifier()
    if cursor.accept("."):
        return Describe(name, cursor.identifier())
    return Describe("", name)


def _set_password(cursor: Cursor) -> DefineUser:
    cursor.expect("PASSWORD")
    user = _user(cursor) if cursor.accept("FOR") else ""
    cursor.expect("=")
    in_function = cursor.accept("PASSWORD", "(")
    password = cursor.string()
    if in_function:
        cursor.expect(")")
    return DefineUser("SET PASSWORD", user, password)


def _assignments(cursor: Cursor) -> List[Tuple[str, str, Any]]:
    found: List[Tuple[str, str, Any]] = []
    while True:
        if cursor.accept("NAMES"):
            found.append(("session", "names", _charset(cursor)))
            if cursor.accept("COLLATE"):
                found.append(("session", "collation_connection", cursor.name_or_string()))
        elif cursor.accept("CHARACTER", "SET") or cursor.accept("CHARSET"):
            charset, start = _charset(cursor), cursor.token.start
            found += [("session", "character_set_client", charset), ("session", "character_set_results", charset),
                      ("session", "collation_connection", Token(SYSVAR, "collation_database", start, start))]
        else:
            found.append(_assignment(cursor))
        if not cursor.accept(","):
            return found


def _charset(cursor: Cursor) -> Union[str, Token]:
    """The name of a character set, or the token of DEFAULT."""
    if cursor.sees("DEFAULT"):
        return cursor.next()
    return cursor.next().text if cursor.sees("BINARY") else cursor.name_or_string()


def _assignment(cursor: Cursor) -> Tuple[str, str, Any]:
    if cursor.token.kind == USERVAR:
        scope, name = "user", cursor.next().text
    elif cursor.token.kind == SYSVAR:
        scope, dummy, name = cursor.next().text.rpartition(".")
    else:
        scope = next((word for word in ("GLOBAL", "SESSION", "LOCAL") if cursor.accept(word)), "").lower()
        if cursor.accept("TRANSACTION"):
            return scope or "session", "tx_isolation", _isolation(cursor)
        name = cursor.identifier().lower()
    scope = {"": "session", "local": "session"}.get(scope, scope)
    if not cursor.accept(":="):
        cursor.expect("=")
    if cursor.accept("NULL") or cursor.accept("?"):
        return scope, name, None
    if cursor.sees("DEFAULT"):
        return scope, name, cursor.next() if scope != "user" else cursor.fail()
    if cursor.token.kind == NUMBER or cursor.sees("-"):
        text = cursor.number()
        return scope, name, float(text) if "." in text or "e" in text.lower() else int(text, 0)
    if cursor.token.kind in (SYSVAR, USERVAR):
        token = cursor.next()
        return scope, name, token
    return scope, name, cursor.value()


def _isolation(cursor: Cursor) -> str:
    if cursor.accept("ISOLATION"):
        cursor.expect("LEVEL")
        words = [cursor.next().upper]
        while not cursor.at_end() and not cursor.sees(","):
            words.append(cursor.next().upper)
        return "-".join(words)
    cursor.expect("READ")
    cursor.one_of("ONLY", "WRITE")
    return "READ-COMMITTED"


def _show(cursor: Cursor) -> Show:
    full = cursor.accept("FULL")
    scope = next((word for word in ("GLOBAL", "SESSION", "LOCAL") if cursor.accept(word)), "")
    refuse(cursor, "SHOW", NOT_SHOWN)
    if cursor.accept("CHARACTER", "SET"):
        what = "CHARSET"
    else:
        what = cursor.one_of("VARIABLES", "PARAMETERS", "TENANT", "DATABASES", "SCHEMAS", "TABLES", "WARNINGS",
                             "ERRORS", "COLUMNS", "FIELDS", "GRANTS", "PROCESSLIST", "STATUS", "COLLATION", "CHARSET",
                             "ENGINES")
    statement = Show("DATABASES" if what == "SCHEMAS" else "COLUMNS" if what == "FIELDS" else what, of=scope.lower())
    if what == "TENANT":
        cursor.accept("STATUS")
    if what == "GRANTS" and cursor.accept("FOR"):
        statement.of = _user(cursor)
    if what in ("COLUMNS", "FIELDS", "TABLES") and (cursor.accept("FROM") or cursor.accept("IN")):
        statement.of = cursor.identifier()
        if cursor.accept(".") or cursor.accept("FROM") or cursor.accept("IN"):
            other = cursor.identifier()
            statement.of = "%s.%s" % ((statement.of, other) if "." in cursor.sql else (other, statement.of))
    if full and what == "TABLES":
        statement.what = "FULL TABLES"
    if full and what in ("COLUMNS", "FIELDS"):
        statement.what = "FULL COLUMNS"
    if cursor.accept("LIKE"):
        statement.like = cursor.string()
    elif cursor.sees("WHERE"):
        cursor.next()
        statement.where = cursor.sql[cursor.token.start:]
        while not cursor.at_end():
            cursor.next()
    if what in ("WARNINGS", "ERRORS") and cursor.accept("LIMIT"):
        cursor.number()
    return statement


def _user(cursor: Cursor) -> str:
    """``user[@host]``: the mock does not tell hosts apart, so the host is read and forgotten."""
    if cursor.accept("CURRENT_USER"):
        if cursor.accept("("):
            cursor.expect(")")
        return ""
    name = cursor.name_or_string()
    if cursor.token.kind == USERVAR:
        cursor.next()
    elif cursor.accept("@"):
        cursor.name_or_string()
    return name


def define_user(cursor: Cursor, action: str) -> DefineUser:
    """The rest of CREATE USER, ALTER USER or DROP USER."""
    exists = cursor.accept("IF", "NOT", "EXISTS") or cursor.accept("IF", "EXISTS")
    statement = DefineUser(action, _user(cursor), if_exists=exists)
    if cursor.accept("IDENTIFIED"):
        if cursor.accept("WITH"):
            cursor.name_or_string()
        cursor.expect("BY")
        statement.password = cursor.string()
    if cursor.accept("ACCOUNT"):
        statement.locked = cursor.one_of("LOCK", "UNLOCK") == "LOCK"
    return statement


def _grant(cursor: Cursor) -> Grant:
    revoke = cursor.next().upper == "REVOKE"
    privileges: List[str] = []
    words: List[str] = []
    while not cursor.sees("ON"):
        token = cursor.next()
        if token.text == "," and token.kind == "symbol":
            privileges.append(" ".join(words))
            words = []
        elif token.upper:
            words.append(token.upper)
        else:
            cursor.position -= 1
            cursor.fail()
    privileges.append(" ".join(words))
    cursor.expect("ON")
    level = _level_part(cursor)
    if cursor.accept("."):
        level += "." + _level_part(cursor)
    elif level == "*":
        level = "*.*"
    cursor.expect("FROM" if revoke else "TO")
    statement = Grant(privileges, level.lower(), _user(cursor), revoke)
    if not revoke and cursor.accept("IDENTIFIED", "BY"):
        statement.password = cursor.string()
    if cursor.accept("WITH"):
        cursor.expect("GRANT", "OPTION")
    return statement


def _level_part(cursor: Cursor) -> str:
    return "*" if cursor.accept("*") else cursor.identifier()
