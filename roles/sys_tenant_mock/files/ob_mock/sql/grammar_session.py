# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Grammar of the statements about a session: SET, SHOW, USE, users, transactions; and what is a query."""

from __future__ import annotations

from typing import Any, Dict, List, Sequence, Tuple, Union

from .errors import error
from .scanner import NUMBER, QUOTED, STRING, SYSVAR, USERVAR, WORD, Token
from .syntax_tree import (
    DefineUser,
    Describe,
    Expression,
    Grant,
    Kill,
    Select,
    SetVariables,
    Show,
    Sleep,
    Statement,
    Transaction,
    Use,
)
from .token_reader import TokenReader

# Statements that OceanBase has and that have nothing to do with clones.
NOT_MOCKED = ("INSERT", "UPDATE", "DELETE", "REPLACE", "TRUNCATE", "RENAME", "ANALYZE", "CALL", "LOAD", "EXPLAIN",
              "LOCK", "UNLOCK", "PREPARE", "EXECUTE", "DEALLOCATE", "DO", "PURGE", "XA", "MERGE", "OPTIMIZE")
NOT_SHOWN = ("CREATE", "FUNCTION", "INDEX", "INDEXES", "KEYS", "OPEN", "PRIVILEGES", "PROCEDURE", "PROFILES", "TABLE",
             "TRIGGERS")


def parse(reader: TokenReader) -> Statement:
    """Parses the statement at the reader, to its end."""
    if reader.sees("SELECT") or reader.sees("WITH") or reader.sees("("):
        return _query(reader)
    if reader.accept("DESC") or reader.accept("DESCRIBE"):
        statement: Statement = _describe(reader)
    elif reader.accept("SET"):
        statement = _set_password(reader) if reader.sees("PASSWORD") else SetVariables(_assignments(reader))
    elif reader.accept("SHOW"):
        statement = _show(reader)
    elif reader.accept("USE"):
        statement = Use(reader.identifier())
    elif any(map(reader.sees, ("BEGIN", "START", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE"))):
        statement = _transaction(reader)
    elif reader.accept("KILL"):
        query_only = reader.accept("QUERY") or (reader.accept("CONNECTION") and False)
        statement = Kill(query_only, _expression(reader))
    elif reader.sees("GRANT") or reader.sees("REVOKE"):
        statement = _grant(reader)
    else:
        refuse(reader, "", NOT_MOCKED)
        reader.fail()
    reader.end()
    return statement


def refuse(reader: TokenReader, before: str, words: Sequence[str]) -> None:
    """Raises error 1235 if one of these words follows: OceanBase would understand it, so it is not a syntax error."""
    if reader.token.upper in words:
        raise error("OB_NOT_SUPPORTED", "statement %s by the mock" % (before + " " + reader.token.upper).strip())


def _query(reader: TokenReader) -> Statement:
    """Parses a query; SLEEP alone is recognized because SQLite cannot wait."""
    query = Select(reader.sql)
    if not reader.accept("SELECT"):
        return query
    start = reader.token.start
    if not reader.accept("SLEEP", "("):
        return query
    if reader.token.kind not in (NUMBER, STRING) and not reader.sees("?"):
        return query
    seconds = reader.next().text
    end = reader.token.end
    if not reader.accept(")"):
        return query
    label = reader.sql[start:end]
    if reader.accept("AS") or not reader.at_end():
        label = reader.value()
    reader.end()
    try:
        return Sleep(float(seconds), label)
    except ValueError:
        return Sleep(0.0, label)


def _describe(reader: TokenReader) -> Describe:
    database, table = "", reader.identifier()
    if reader.accept("."):
        database, table = table, reader.identifier()
    return Describe(database, table, None if reader.at_end() else reader.name_or_string())


def _transaction(reader: TokenReader) -> Transaction:
    word = reader.next().upper
    if word in ("SAVEPOINT", "RELEASE"):
        if word == "RELEASE":
            reader.expect("SAVEPOINT")
        return Transaction(word, reader.identifier())
    if word == "START":
        reader.expect("TRANSACTION")
        while not reader.at_end():
            if not reader.accept("WITH", "CONSISTENT", "SNAPSHOT"):
                reader.expect("READ")
                reader.one_of("ONLY", "WRITE")
            if not reader.at_end():
                reader.expect(",")
        return Transaction("BEGIN")
    work = reader.accept("WORK")
    if word == "ROLLBACK" and reader.accept("TO"):
        if not work:
            reader.accept("SAVEPOINT")
        return Transaction("ROLLBACK TO", reader.identifier())
    return Transaction(word)


def _set_password(reader: TokenReader) -> DefineUser:
    reader.expect("PASSWORD")
    user = _user(reader) if reader.accept("FOR") else ""
    reader.expect("=")
    in_function = reader.accept("PASSWORD", "(")
    password = reader.string()
    if in_function:
        reader.expect(")")
    return DefineUser("SET PASSWORD", user, password)


def _assignments(reader: TokenReader) -> List[Tuple[str, str, Any]]:
    found: List[Tuple[str, str, Any]] = []
    while True:
        if reader.accept("NAMES"):
            found.append(("session", "names", _charset(reader)))
            if reader.accept("COLLATE"):
                found.append(("session", "collation_connection", reader.name_or_string()))
        elif reader.accept("CHARACTER", "SET") or reader.accept("CHARSET"):
            charset = _charset(reader)
            found += [("session", "character_set_client", charset), ("session", "character_set_results", charset),
                      ("session", "collation_connection", Expression("@@collation_database"))]
        else:
            found += _assignment(reader)
        if not reader.accept(","):
            return found


def _charset(reader: TokenReader) -> Union[str, Token]:
    """Returns the name of a character set, or the token of DEFAULT."""
    if reader.sees("DEFAULT"):
        return reader.next()
    return reader.next().text if reader.sees("BINARY") else reader.name_or_string()


def _assignment(reader: TokenReader) -> List[Tuple[str, str, Any]]:
    if reader.token.kind == USERVAR:
        scope, name = "user", reader.next().text
    elif reader.token.kind == SYSVAR:
        scope, dummy, name = reader.next().text.rpartition(".")
    else:
        scope = next((word for word in ("GLOBAL", "SESSION", "LOCAL") if reader.accept(word)), "").lower()
        if reader.accept("TRANSACTION"):
            return [(scope or "transaction", *of) for of in _characteristics(reader)]
        name = reader.identifier().lower()
    scope = {"": "session", "local": "session"}.get(scope, scope)
    if not reader.accept(":="):
        reader.expect("=")
    if reader.sees("DEFAULT"):
        return [(scope, name, reader.next() if scope != "user" else reader.fail())]
    word = reader.token
    expression = _expression(reader)
    is_bare = word.kind in (WORD, QUOTED) and word.upper not in ("NULL", "TRUE", "FALSE") and (
        expression.sql == reader.sql[word.start:word.end])
    return [(scope, name, word.text if is_bare and scope != "user" else expression)]


def _expression(reader: TokenReader) -> Expression:
    """Reads up to the end or the next comma outside of parentheses."""
    start, end, depth = reader.token.start, 0, 0
    while not reader.at_end() and (depth or not reader.sees(",")):
        depth += reader.sees("(") - reader.sees(")")
        end = reader.next().end
    if not end:
        reader.fail()
    return Expression(reader.sql[start:end])


def _characteristics(reader: TokenReader) -> List[Tuple[str, Any]]:
    """Reads what SET TRANSACTION sets: the isolation level, the access mode, or both, as variables."""
    found: Dict[str, Any] = {}
    while True:
        name = "tx_isolation" if reader.accept("ISOLATION", "LEVEL") else "tx_read_only"
        if name in found:
            reader.fail()
        if name == "tx_read_only":
            reader.expect("READ")
            found[name] = "1" if reader.one_of("ONLY", "WRITE") == "ONLY" else "0"
        elif reader.accept("SERIALIZABLE"):
            found[name] = "SERIALIZABLE"
        elif reader.accept("REPEATABLE", "READ"):
            found[name] = "REPEATABLE-READ"
        else:
            reader.expect("READ")
            found[name] = "READ-" + reader.one_of("COMMITTED", "UNCOMMITTED")
        if not reader.accept(","):
            return list(found.items())


def _show(reader: TokenReader) -> Show:
    full = reader.accept("FULL")
    scope = next((word for word in ("GLOBAL", "SESSION", "LOCAL") if reader.accept(word)), "")
    refuse(reader, "SHOW", NOT_SHOWN)
    if reader.accept("CHARACTER", "SET"):
        what = "CHARSET"
    else:
        what = reader.one_of("VARIABLES", "PARAMETERS", "TENANT", "DATABASES", "SCHEMAS", "TABLES", "WARNINGS",
                             "ERRORS", "COLUMNS", "FIELDS", "GRANTS", "PROCESSLIST", "STATUS", "COLLATION", "CHARSET",
                             "ENGINES")
    statement = Show("DATABASES" if what == "SCHEMAS" else "COLUMNS" if what == "FIELDS" else what, of=scope.lower())
    if what == "TENANT":
        reader.accept("STATUS")
    if what == "GRANTS" and reader.accept("FOR"):
        statement.of = _user(reader)
    if what in ("COLUMNS", "FIELDS", "TABLES") and (reader.accept("FROM") or reader.accept("IN")):
        statement.of = reader.identifier()
        if reader.accept(".") or reader.accept("FROM") or reader.accept("IN"):
            other = reader.identifier()
            statement.of = "%s.%s" % ((statement.of, other) if "." in reader.sql else (other, statement.of))
    if full and what == "TABLES":
        statement.what = "FULL TABLES"
    if full and what in ("COLUMNS", "FIELDS"):
        statement.what = "FULL COLUMNS"
    if reader.accept("LIKE"):
        statement.like = reader.string()
    elif reader.sees("WHERE"):
        reader.next()
        statement.where = reader.sql[reader.token.start:]
        while not reader.at_end():
            reader.next()
    if what in ("WARNINGS", "ERRORS") and reader.accept("LIMIT"):
        reader.number()
    return statement


def _user(reader: TokenReader) -> str:
    """Parses ``user[@host]``: the mock does not tell hosts apart, so the host is read and forgotten."""
    if reader.accept("CURRENT_USER"):
        if reader.accept("("):
            reader.expect(")")
        return ""
    name = reader.name_or_string()
    if reader.token.kind == USERVAR:
        reader.next()
    elif reader.accept("@"):
        reader.name_or_string()
    return name


def define_user(reader: TokenReader, action: str) -> DefineUser:
    """Parses the rest of CREATE USER, ALTER USER or DROP USER."""
    exists = reader.accept("IF", "NOT", "EXISTS") or reader.accept("IF", "EXISTS")
    statement = DefineUser(action, _user(reader), if_exists=exists)
    if reader.accept("IDENTIFIED"):
        if reader.accept("WITH"):
            reader.name_or_string()
        reader.expect("BY")
        statement.password = reader.string()
    if reader.accept("ACCOUNT"):
        statement.locked = reader.one_of("LOCK", "UNLOCK") == "LOCK"
    return statement


def _grant(reader: TokenReader) -> Grant:
    revoke = reader.next().upper == "REVOKE"
    privileges: List[str] = []
    words: List[str] = []
    while not reader.sees("ON"):
        token = reader.next()
        if token.text == "," and token.kind == "symbol":
            privileges.append(" ".join(words))
            words = []
        elif token.upper:
            words.append(token.upper)
        else:
            reader.position -= 1
            reader.fail()
    privileges.append(" ".join(words))
    reader.expect("ON")
    level = _level_part(reader)
    if reader.accept("."):
        level += "." + _level_part(reader)
    elif level == "*":
        level = "*.*"
    reader.expect("FROM" if revoke else "TO")
    statement = Grant(privileges, level.lower(), _user(reader), revoke)
    if not revoke and reader.accept("IDENTIFIED", "BY"):
        statement.password = reader.string()
    if reader.accept("WITH"):
        reader.expect("GRANT", "OPTION")
    return statement


def _level_part(reader: TokenReader) -> str:
    return "*" if reader.accept("*") else reader.identifier()
