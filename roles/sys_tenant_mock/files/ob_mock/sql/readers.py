# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads the tokens of each kind of statement that the mock acts on: one function for each rule of statements/table.py.

The statement fits its rule, so that little can go wrong here: a form that is well formed but not acted on gets 1235.
"""

from __future__ import annotations

from typing import Any, Dict, List, Optional, Tuple, Union

from .scanner import NUMBER, QUOTED, STRING, SYSVAR, USERVAR, WORD, Token, separate_strings
from .syntax_tree import (
    Archive,
    CancelClone,
    CloneTenant,
    Define,
    DefineUser,
    Describe,
    Expression,
    Grant,
    Kill,
    MinorFreeze,
    Mock,
    Nothing,
    Select,
    SetParameters,
    SetVariables,
    Show,
    Sleep,
    Statement,
    Transaction,
    Upgrade,
    Use,
)
from .token_reader import TokenReader

SHOWN = ("CHARACTER SET", "CHARSET", "COLLATION", "COLUMNS", "DATABASES", "ENGINES", "ERRORS", "FIELDS", "GRANTS",
         "PARAMETERS", "PROCESSLIST", "SCHEMAS", "STATUS", "STORAGE ENGINES", "TABLES", "TENANT", "VARIABLES",
         "WARNINGS")
SAME_SHOW = {"CHARACTER SET": "CHARSET", "FIELDS": "COLUMNS", "SCHEMAS": "DATABASES", "STORAGE ENGINES": "ENGINES"}


# Clones, tenants, resources

def cancel_clone(reader: TokenReader) -> CancelClone:
    """Reads ALTER SYSTEM CANCEL CLONE name."""
    reader.expect("ALTER", "SYSTEM", "CANCEL", "CLONE")
    return CancelClone(reader.name())


def clone_tenant(reader: TokenReader) -> CloneTenant:
    """Reads CREATE TENANT name FROM source .. WITH RESOURCE_POOL .., UNIT .."""
    reader.expect("CREATE", "TENANT")
    if_not_exists = reader.accept("IF", "NOT", "EXISTS")
    name = reader.name()
    reader.expect("FROM")
    statement = CloneTenant(name, reader.name(), if_not_exists=if_not_exists)
    if reader.accept("USING", "SNAPSHOT"):
        statement.snapshot = reader.name()
    reader.expect("WITH")
    for option, value in _pairs(reader):
        setattr(statement, "unit" if option == "UNIT" else "pool", value)
    return statement


def _pairs(reader: TokenReader) -> List[Tuple[str, str]]:
    pairs = []
    while not reader.at_end():
        option = reader.next().upper
        reader.accept("=")
        pairs.append((option, reader.name()))
        reader.accept(",")
    return pairs


def set_parameters(reader: TokenReader) -> SetParameters:
    """Reads ALTER SYSTEM SET name = value, ...; which server, zone or tenant is meant makes no difference here."""
    reader.expect("ALTER", "SYSTEM")
    reader.accept("SET")
    values = []
    while True:
        name = reader.name()
        reader.expect("=")
        values.append((name, reader.value()))
        while not reader.at_end() and not reader.sees(","):
            reader.next()
        if not reader.accept(","):
            return SetParameters(values)


def upgrade(reader: TokenReader) -> Upgrade:
    """Reads ALTER SYSTEM BEGIN UPGRADE, END UPGRADE."""
    reader.expect("ALTER", "SYSTEM")
    begins = reader.one_of("BEGIN", "END") == "BEGIN"
    reader.expect("UPGRADE")
    return Upgrade(begins)


def archive(reader: TokenReader) -> Archive:
    """Reads ALTER SYSTEM ARCHIVELOG, NOARCHIVELOG."""
    reader.expect("ALTER", "SYSTEM")
    return Archive(reader.next().upper == "ARCHIVELOG", _tenants(reader))


def minor_freeze(reader: TokenReader) -> MinorFreeze:
    """Reads ALTER SYSTEM MINOR FREEZE; what part of a tenant is meant makes no difference to the mock."""
    reader.expect("ALTER", "SYSTEM", "MINOR", "FREEZE")
    return MinorFreeze(_tenants(reader))


def _tenants(reader: TokenReader) -> List[str]:
    if not reader.accept("TENANT"):
        return []
    reader.accept("=")
    return reader.names()


def mock(reader: TokenReader) -> Mock:
    """Reads ``ALTER SYSTEM MOCK verb`` and then words, strings and numbers, for scenario/control.py."""
    reader.expect("ALTER", "SYSTEM", "MOCK")
    statement = Mock(reader.name().upper())
    while not reader.at_end():
        if reader.accept("="):
            continue
        if reader.token.kind == NUMBER or reader.sees("-"):
            text = reader.number()
            statement.arguments.append(float(text) if "." in text else int(text))
        elif reader.token.kind == STRING:
            token = reader.next()  # Of strings side by side each is an argument, although OceanBase reads them as one.
            statement.arguments += separate_strings(reader.sql[token.start:token.end])
        else:
            statement.arguments.append(reader.name())
    return statement


def create(reader: TokenReader) -> Define:
    """Reads CREATE TENANT, RESOURCE POOL, RESOURCE UNIT; the variables of a new tenant are not kept."""
    reader.expect("CREATE")
    kind = _kind(reader)
    exists = reader.accept("IF", "NOT", "EXISTS")
    name = reader.name()
    tokens = TokenReader(reader.sql, reader.until("SET", "VARIABLES"))
    return Define("create", kind, name, tokens.options(), exists)


def alter(reader: TokenReader) -> Define:
    """Reads ALTER TENANT, RESOURCE POOL, RESOURCE UNIT."""
    reader.expect("ALTER")
    kind, name = _kind(reader), reader.name()
    if reader.sees("VARIABLES") or reader.sees("SET", "VARIABLES"):
        reader.fail()
    for word, locked in (("LOCK", "YES"), ("UNLOCK", "NO")):
        if reader.accept(word):
            return Define("alter", kind, name, {"locked": locked})
    reader.accept("SET")
    return Define("alter", kind, name, reader.options())


def drop(reader: TokenReader) -> Define:
    """Reads DROP TENANT, RESOURCE POOL, RESOURCE UNIT."""
    reader.expect("DROP")
    kind = _kind(reader)
    exists = reader.accept("IF", "EXISTS")
    name = reader.name()
    options: Dict[str, Any] = {} if reader.at_end() else {reader.next().text.lower(): True}
    return Define("drop", kind, name, options, exists)


def _kind(reader: TokenReader) -> str:
    kind = reader.next().text
    return ("resource " + reader.next().text if kind.upper() == "RESOURCE" else kind).lower()


# Queries and sessions

def query(reader: TokenReader) -> Statement:
    """Reads a query; SLEEP alone is told apart because waiting is not SQLite's business."""
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
        label = reader.name()
    reader.end()
    try:
        return Sleep(float(seconds), label)
    except ValueError:
        return Sleep(0.0, label)


def describe(reader: TokenReader) -> Describe:
    """Reads DESC table [column]."""
    reader.next()
    database, table = "", reader.name()
    if reader.accept("."):
        database, table = table, reader.name()
    return Describe(database, table, None if reader.at_end() else reader.name())


def use(reader: TokenReader) -> Use:
    """Reads USE database."""
    reader.expect("USE")
    return Use(reader.name())


def nothing(reader: TokenReader) -> Nothing:
    """Reads a comment, or a statement that changes nothing on the mock."""
    reader.until()
    return Nothing()


def transaction(reader: TokenReader) -> Transaction:
    """Reads BEGIN, START TRANSACTION, COMMIT, ROLLBACK, SAVEPOINT, RELEASE SAVEPOINT."""
    word = reader.next().upper
    work = reader.accept("WORK")
    if word in ("SAVEPOINT", "RELEASE"):
        reader.accept("SAVEPOINT")
        return Transaction(word, reader.name())
    if word == "ROLLBACK" and reader.accept("TO"):
        if not work:
            reader.accept("SAVEPOINT")
        return Transaction("ROLLBACK TO", reader.name())
    while not reader.at_end():
        reader.next()
    return Transaction("BEGIN" if word == "START" else word)


def kill(reader: TokenReader) -> Kill:
    """Reads KILL [QUERY | CONNECTION] id."""
    reader.expect("KILL")
    start = reader.position
    query_only = reader.one_of("QUERY", "CONNECTION") == "QUERY"
    if reader.at_end():  # Then the word is an expression itself: the name of a column.
        reader.position, query_only = start, False
    return Kill(query_only, _expression(reader))


def set_variables(reader: TokenReader) -> SetVariables:
    """Reads SET name = value, ..."""
    reader.expect("SET")
    return SetVariables(_assignments(reader))


def _assignments(reader: TokenReader) -> List[Tuple[str, str, Any]]:
    found: List[Tuple[str, str, Any]] = []
    while True:
        if reader.accept("NAMES"):
            found.append(("session", "names", _charset(reader)))
            if reader.accept("COLLATE"):
                found.append(("session", "collation_connection", reader.name()))
        elif reader.accept("CHARACTER", "SET") or reader.accept("CHARSET"):
            charset = _charset(reader)
            found += [("session", "character_set_client", charset), ("session", "character_set_results", charset),
                      ("session", "collation_connection", Expression("@@collation_database"))]
        else:
            found.append(_assignment(reader))
        if not reader.accept(","):
            return found


def _charset(reader: TokenReader) -> Union[str, Token]:
    """Reads the name of a character set, or returns the token of DEFAULT."""
    return reader.next() if reader.sees("DEFAULT") else reader.name()


def _assignment(reader: TokenReader) -> Tuple[str, str, Any]:
    if reader.token.kind == USERVAR:
        scope, name = "user", reader.next().text
    elif reader.token.kind == SYSVAR:
        scope, dummy, name = reader.next().text.rpartition(".")
    else:
        scope = next((word for word in ("GLOBAL", "SESSION", "LOCAL") if reader.accept(word)), "").lower()
        name = reader.name().lower()
    scope = {"": "session", "local": "session"}.get(scope, scope)
    reader.one_of(":=", "=", "TO")
    if reader.sees("DEFAULT"):
        return scope, name, reader.next()
    word = reader.token
    expression = _expression(reader)
    is_bare = word.kind in (WORD, QUOTED) and word.upper not in ("NULL", "TRUE", "FALSE") and (
        expression.sql == reader.sql[word.start:word.end])
    return scope, name, word.text if is_bare and scope != "user" else expression


def _expression(reader: TokenReader) -> Expression:
    """Reads up to the end or the next comma outside of parentheses."""
    start, end, depth = reader.token.start, 0, 0
    while not reader.at_end() and (depth or not reader.sees(",")):
        depth += reader.sees("(") - reader.sees(")")
        end = reader.next().end
    return Expression(reader.sql[start:end])


def set_transaction(reader: TokenReader) -> SetVariables:
    """Reads SET [scope] TRANSACTION: the isolation level, the access mode, or both, as variables."""
    reader.expect("SET")
    scope = reader.one_of("GLOBAL", "SESSION", "LOCAL").lower() or "transaction"
    reader.expect("TRANSACTION")
    found: List[Tuple[str, str, Any]] = []
    while not reader.at_end():
        if reader.accept("ISOLATION", "LEVEL"):
            words = []
            while not reader.at_end() and not reader.sees(","):
                words.append(reader.next().upper)
            found.append((scope, "tx_isolation", "-".join(words)))
        else:
            reader.expect("READ")
            found.append((scope, "tx_read_only", "1" if reader.one_of("ONLY", "WRITE") == "ONLY" else "0"))
        reader.accept(",")
    return SetVariables(found)


def show(reader: TokenReader) -> Show:
    """Reads SHOW: error 1235 for what the mock does not know."""
    reader.expect("SHOW")
    full = reader.one_of("FULL", "EXTENDED") == "FULL"
    scope = reader.one_of("GLOBAL", "SESSION", "LOCAL")
    what = next((what for what in SHOWN if reader.accept(*what.split())), "") or reader.fail()
    what = SAME_SHOW.get(what, what)
    statement = Show(what, of=scope.lower())
    if what == "TENANT":
        reader.accept("STATUS")
    if what == "GRANTS" and reader.accept("FOR"):
        statement.of = _user(reader) or ""
    if what in ("COLUMNS", "TABLES") and (reader.accept("FROM") or reader.accept("IN")):
        statement.of = reader.name()
        if reader.accept("."):
            statement.of += "." + reader.name()
        if reader.one_of("FROM", "IN"):
            statement.of = reader.name() + "." + statement.of
    if full and what in ("COLUMNS", "PROCESSLIST", "TABLES"):
        statement.what = "FULL " + what
    if reader.accept("LIKE"):
        statement.like = reader.name()
    elif reader.sees("WHERE"):
        reader.next()
        start = reader.token.start
        while not reader.at_end() and not (what == "PARAMETERS" and reader.sees("TENANT")):
            end = reader.next().end
        statement.where = reader.sql[start:end]
    if what in ("WARNINGS", "ERRORS", "PARAMETERS"):
        while not reader.at_end():
            reader.next()  # LIMIT, TENANT
    return statement


# Users

def _user(reader: TokenReader) -> Optional[str]:
    """Reads ``user[@host]``, None for CURRENT_USER: the mock does not tell hosts apart, so the host is forgotten."""
    if reader.accept("CURRENT_USER"):
        reader.accept("(", ")")
        return None
    name = reader.name()
    if reader.token.kind == USERVAR:
        reader.next()
    return name


def _users(reader: TokenReader) -> List[Tuple[Optional[str], Optional[str]]]:
    """Reads ``user [IDENTIFIED ..], ...``."""
    found = [(_user(reader), _password(reader))]
    while reader.accept(","):
        found.append((_user(reader), _password(reader)))
    return found


def set_password(reader: TokenReader) -> DefineUser:
    """Reads SET PASSWORD [FOR user] = 'password'."""
    reader.expect("SET", "PASSWORD")
    user = _user(reader) if reader.accept("FOR") else None
    reader.expect("=")
    in_function = reader.accept("PASSWORD", "(")
    password = reader.name()
    if in_function:
        reader.expect(")")
    return DefineUser("SET PASSWORD", [(user, password)])


def define_user(reader: TokenReader) -> DefineUser:
    """Reads CREATE USER, ALTER USER, DROP USER."""
    action = "%s %s" % (reader.next().upper, reader.next().upper)
    exists = reader.accept("IF", "NOT", "EXISTS") or reader.accept("IF", "EXISTS")
    statement = DefineUser(action, _users(reader), if_exists=exists)
    if reader.accept("ACCOUNT"):
        statement.action = "LOCK USER"
        statement.locked = reader.one_of("LOCK", "UNLOCK") == "LOCK"
    return statement


def _password(reader: TokenReader) -> Optional[str]:
    if not reader.accept("IDENTIFIED"):
        return None
    if reader.accept("WITH"):
        reader.name()
    reader.expect("BY")
    return reader.name()


def grant(reader: TokenReader) -> Grant:
    """Reads GRANT and REVOKE of privileges."""
    revoke = reader.next().upper == "REVOKE"
    privileges: List[str] = []
    words: List[str] = []
    while not reader.sees("ON"):
        if reader.accept(","):
            privileges.append(" ".join(words))
            words = []
        else:
            words.append(reader.name().upper())
    privileges.append(" ".join(words))
    reader.expect("ON")
    level = _level_part(reader)
    if reader.accept("."):
        level += "." + _level_part(reader)
    reader.expect("FROM" if revoke else "TO")
    return Grant(privileges, level.lower(), _users(reader), revoke, reader.accept("WITH", "GRANT", "OPTION"))


def _level_part(reader: TokenReader) -> str:
    return "*" if reader.accept("*") else reader.name()
