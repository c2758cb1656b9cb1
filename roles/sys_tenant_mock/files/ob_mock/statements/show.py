# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""SHOW statements: headings and lengths as the OceanBase 4.3.5 kernel sends them."""

from __future__ import annotations

import sqlite3
from typing import Any, Callable, Dict, List, Tuple

from ..cluster.inventory import SYS_TENANT_ID
from ..cluster.parameters import KNOWN as KNOWN_PARAMETERS
from ..cluster.session import Session
from ..cluster.tables import open_database
from ..cluster.variables import CHARSETS, COLLATIONS, charset_of
from ..sql.errors import error
from ..sql.queries import DATABASES
from ..sql.results import Column, Rows
from ..sql.scanner import Modes
from ..sql.syntax_tree import Show
from ..sql.translation import literal, quoted, translate
from ..sql.views import BINARY_CHARSET, CHARACTER_SETS, LONGLONG, NOT_NULL, UTF8MB4, VAR_STRING, View, no_view
from .context import Context
from .privileges import KNOWN, OPTION, require_select, user_of

RPC_PORT = 2882
Answer = Tuple[List[Column], List[Tuple[Any, ...]]]


def text(name: str, length: int) -> Column:
    """Returns a text column; length in bytes."""
    return Column(name, VAR_STRING, UTF8MB4, length, NOT_NULL)


def number(name: str) -> Column:
    """Returns a column of whole numbers."""
    return Column(name, LONGLONG, BINARY_CHARSET, 20, NOT_NULL)


def show(context: Context, session: Session, statement: Show) -> Rows:
    """Returns the answer to a SHOW statement, filtered by its LIKE or WHERE."""
    columns, rows = _ANSWERS[statement.what](context, session, statement)
    name_column = 4 if statement.what == "PARAMETERS" else 0
    rows = _filtered(columns, rows, statement, name_column, session.modes)
    return Rows(columns, rows[:context.variables.get(session, "sql_select_limit")])


def _filtered(columns: List[Column], rows: List[Tuple[Any, ...]], statement: Show, name_column: int,
              modes: Modes) -> List[Tuple[Any, ...]]:
    if statement.like is None and not statement.where:
        return rows
    names = [quoted(column.name) for column in columns]
    condition = "%s LIKE %s ESCAPE '\\'" % (names[name_column], literal(statement.like or ""))
    if statement.where:
        translated = translate("SELECT 1 WHERE " + statement.where, modes).sql
        condition = translated[translated.index("WHERE") + len("WHERE"):]
    database = open_database()
    try:
        database.execute("CREATE TABLE shown (%s)" % ", ".join(name + " COLLATE NOCASE" for name in names))
        database.executemany("INSERT INTO shown VALUES (%s)" % ", ".join("?" * len(names)), rows)
        return database.execute("SELECT * FROM shown WHERE " + condition).fetchall()
    except sqlite3.Error:
        raise error("OB_NOT_SUPPORTED", "this condition of SHOW by the mock") from None
    finally:
        database.close()


def _variables(context: Context, session: Session, statement: Show) -> Answer:
    rows = context.variables.listing(session, statement.of)
    return [text("Variable_name", 512), text("Value", 262144)], [tuple(row) for row in rows]


def _parameters(context: Context, session: Session, _statement: Show) -> Answer:
    names = ("zone", "svr_type", "svr_ip", "svr_port", "name", "data_type", "value", "info", "section", "scope",
             "source", "edit_level", "default_value", "isdefault")
    columns = [number(name) if name in ("svr_port", "isdefault") else text(name, 4096) for name in names]
    rows: List[Tuple[Any, ...]] = []
    for name in context.cluster.parameters:
        known, value = KNOWN_PARAMETERS[name], context.cluster.parameters[name]
        # A parameter with a leading underscore is hidden unless it was changed (facts: Version queries).
        if not name.startswith("_") or value != known.default:
            rows.append((
                "zone1", "observer", "127.0.0.1", RPC_PORT, name, known.data_type, value, known.info, known.section,
                "CLUSTER", "DEFAULT", "DYNAMIC_EFFECTIVE", known.default, int(value == known.default)))
    return columns, rows


def _tenant(_context: Context, session: Session, _statement: Show) -> Answer:
    return [text("Current_tenant_name", 512)], [(session.tenant,)]


def _databases(_context: Context, _session: Session, statement: Show) -> Answer:
    heading = "Database" if statement.like is None else "Database (%s)" % statement.like
    return [text(heading, 512)], [(name,) for name in DATABASES]


def _tables(context: Context, session: Session, statement: Show) -> Answer:
    database = (statement.of or session.database or "").lower()
    if not database:
        raise error("OB_ERR_NO_DB_SELECTED")
    if database not in DATABASES:
        raise error("OB_ERR_BAD_DATABASE", database)
    heading = "Tables_in_%s" % database
    if statement.like is not None:
        heading += " (%s)" % statement.like
    rows: List[Tuple[Any, ...]] = [
        (name, "SYSTEM VIEW") for name, view in sorted(context.queries.views.items())
        if view.database == database and (session.tenant_id == SYS_TENANT_ID or not view.sys_only)]
    if statement.what == "FULL TABLES":
        return [text(heading, 1024), text("Table_type", 256)], rows
    return [text(heading, 1024)], [row[:1] for row in rows]


def _warnings(_context: Context, session: Session, _statement: Show) -> Answer:
    return [text("Level", 128), number("Code"), text("Message", 2048)], [tuple(row) for row in session.warnings]


def describe_rows(view: View) -> Rows:
    """Returns the answer to DESC and SHOW COLUMNS."""
    columns = [text("Field", 512), text("Type", 4194304), text("Null", 16), text("Key", 16), text("Default", 16384),
               text("Extra", 16384)]
    return Rows(columns, [(column.name, column.sql_type, "YES" if column.nullable else "NO", "",
                           "NULL" if column.nullable else view.default, "")
                          for column in view.columns])


def _columns(context: Context, session: Session, statement: Show) -> Answer:
    database, dot, table = statement.of.rpartition(".")
    if not dot:
        database = session.database or ""
    if not database:
        raise error("OB_ERR_NO_DB_SELECTED")
    view = table.upper()
    if database.lower() not in DATABASES:
        raise error("OB_ERR_BAD_DATABASE")
    if not context.queries.knows(database, view):
        raise no_view(database, table)
    require_select(context.cluster, session, view)
    described = describe_rows(context.queries.views[view])
    if statement.what == "COLUMNS":
        return described.columns, described.rows
    names = ("Field", "Type", "Collation", "Null", "Key", "Default", "Extra", "Privileges", "Comment")
    rows: List[Tuple[Any, ...]] = [
        (row[0], row[1], "utf8mb4_general_ci" if row[1].startswith("varchar") else "", *row[2:],
         "SELECT,INSERT,UPDATE,REFERENCES", "")
        for row in described.rows]
    return [text(name, 16384) for name in names], rows


def _grants(context: Context, session: Session, statement: Show) -> Answer:
    name = statement.of or session.user
    user = context.cluster.users.get((session.tenant_id, name))
    if user is None:
        raise error("ER_PASSWORD_NO_MATCH")
    if name != session.user and not user_of(context.cluster, session).may("CREATE USER", "SUPER"):
        raise error("OB_ERR_NO_PRIVILEGE")
    rows: List[Tuple[Any, ...]] = []
    for level in sorted({"*.*"} | {level for level, _privilege in user.privileges}):
        granted = [one for one in KNOWN if (level, one) in user.privileges and one != "USAGE"]
        privileges = "ALL PRIVILEGES" if "ALL" in granted else ", ".join(granted) or "USAGE"
        parts = ["*" if part == "*" else "`%s`" % part for part in level.split(".", 1)]
        rows.append(("GRANT %s ON %s TO '%s'%s" % (
            privileges, ".".join(parts), name, " WITH GRANT OPTION" * ((level, OPTION) in user.privileges)),))
    return [text("Grants for %s@%%" % name, 4096)], rows


def _processlist(context: Context, session: Session, statement: Show) -> Answer:
    columns = [number("Id"), text("User", 128), text("Host", 512), text("db", 512), text("Command", 16384),
               number("Time"), text("State", 512), text("Info", 1048572)]
    everything = session.tenant_id == SYS_TENANT_ID and user_of(context.cluster, session).may("PROCESS", "SUPER")
    rows: List[Tuple[Any, ...]] = [
        (one.connection_id, one.user, one.tenant, one.peer, one.database or "NULL", "Query" if one.running else "Sleep",
         0, "ACTIVE" if one.running else "SLEEP", one.running or None, "127.0.0.1", RPC_PORT)
        for one in context.sessions.values()
        if one.user and (everything or (one.tenant_id, one.user) == (session.tenant_id, session.user))]
    if statement.what == "FULL PROCESSLIST":
        return [*columns[:2], text("Tenant", 512), *columns[2:], text("Ip", 512), number("Port")], rows
    return columns, [(*row[:2], *row[3:9]) for row in rows]


def _status(context: Context, _session: Session, _statement: Show) -> Answer:
    connected = sum(bool(session.user) for session in context.sessions.values())
    rows: List[Tuple[Any, ...]] = [
        ("Threads_connected", str(connected)), ("Uptime", str(int(context.cluster.clock.now())))]
    return [text("Variable_name", 512), text("Value", 4096)], rows


def _collation(_context: Context, _session: Session, _statement: Show) -> Answer:
    columns = [text("Collation", 512), text("Charset", 512), number("Id"), text("Default", 16), text("Compiled", 16),
               number("Sortlen")]
    rows: List[Tuple[Any, ...]] = [
        (name, charset_of(name), number_, "Yes" if name in CHARSETS.values() else "", "Yes", 1)
        for name, number_ in sorted(COLLATIONS.items())]
    return columns, rows


def _charset(_context: Context, _session: Session, _statement: Show) -> Answer:
    columns = [text("Charset", 512), text("Description", 512), text("Default collation", 512), number("Maxlen")]
    return columns, [(name, description, CHARSETS[name], length) for name, description, length in CHARACTER_SETS]


def _engines(_context: Context, _session: Session, _statement: Show) -> Answer:
    columns = [text("ENGINE", 256), text("SUPPORT", 32), text("COMMENT", 320), text("TRANSACTIONS", 12),
               text("SAVEPOINTS", 12)]
    return columns, [("InnoDB", "DEFAULT", "Supports transactions", "YES", "YES")]


_ANSWERS: Dict[str, Callable[[Context, Session, Show], Answer]] = {
    "VARIABLES": _variables, "PARAMETERS": _parameters, "TENANT": _tenant, "DATABASES": _databases, "TABLES": _tables,
    "FULL TABLES": _tables, "WARNINGS": _warnings, "ERRORS": _warnings, "COLUMNS": _columns, "FULL COLUMNS": _columns,
    "GRANTS": _grants, "PROCESSLIST": _processlist,
    "FULL PROCESSLIST": _processlist, "STATUS": _status, "COLLATION": _collation, "CHARSET": _charset,
    "ENGINES": _engines,
}
