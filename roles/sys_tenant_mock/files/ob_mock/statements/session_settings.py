# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Statements about a session itself: SET, USE, KILL, DESC, transactions."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from ..cluster.admission import check_database
from ..cluster.session import Session
from ..sql.errors import error
from ..sql.queries import DATABASES
from ..sql.results import Ok, Rows, SqlError
from ..sql.scanner import Token
from ..sql.syntax_tree import Describe, Expression, Kill, Nothing, SetVariables, Transaction, Use
from ..sql.text_functions import like
from ..sql.views import no_view
from .context import Context
from .privileges import ADMINISTRATION, require_administration, require_select, user_of
from .show import describe_rows


def set_variables(context: Context, session: Session, statement: SetVariables) -> Ok:
    """Executes SET: user variables, system variables, and ob_global_debug_sync, which acts instead of being kept."""
    for scope, name, value in statement.values:
        if isinstance(value, Token):  # DEFAULT
            value = context.variables.default(name, scope)
        elif isinstance(value, Expression):
            value = _evaluated(context, session, value)
        if scope == "user":
            session.user_variables[name] = value
        elif scope == "transaction":  # of the next one, which the mock need not remember
            if session.in_transaction:
                raise error("ER_CANT_CHANGE_TX_CHARACTERISTICS")
        elif name == "ob_global_debug_sync":
            if scope == "global":
                raise error("ER_LOCAL_VARIABLE", name)
            require_administration(context.cluster, session)
            context.scheduler.debug_sync.execute(str(value or ""))
            session.variables[name] = str(value or "")
        else:
            if scope == "global":
                require_administration_of_tenant(context, session)
            was_off = not session.autocommit
            context.variables.set(session, scope, name, value)
            if was_off and session.autocommit:
                session.end_transaction()
    return Ok()


def _evaluated(context: Context, session: Session, expression: Expression) -> Any:
    """Returns the value of an expression outside of a query; error 1054 says that it stands in no clause of one."""
    try:
        # With a LIMIT of its own, because sql_select_limit does not count here.
        answer = context.queries.run(session, "SELECT " + expression.sql + " LIMIT 1")
    except SqlError as failure:
        message = failure.message.replace("in 'field list'", "in 'field_list'")
        raise SqlError(failure.errno, failure.sqlstate, message) from None
    value = answer.rows[0][0]
    return float(value) if answer.columns[0].decimals and isinstance(value, str) else value


def require_administration_of_tenant(context: Context, session: Session) -> None:
    """Requires SUPER or ALTER SYSTEM in the session's tenant, for SET GLOBAL: error 1227."""
    if not user_of(context.cluster, session).may("SUPER", "ALTER SYSTEM"):
        raise error("OB_ERR_NO_PRIVILEGE", ADMINISTRATION)


def use(context: Context, session: Session, statement: Use) -> Ok:
    """Executes USE: errors 1049 and 1044."""
    session.database = check_database(user_of(context.cluster, session), session.host, statement.database)
    return Ok()


def nothing(_context: Context, _session: Session, _statement: Nothing) -> Ok:
    """Answers a comment, or a statement that changes nothing."""
    return Ok()


def transaction(_context: Context, session: Session, statement: Transaction) -> Ok:
    """Executes BEGIN, SAVEPOINT and the like. Nothing of the mock is undone: it only knows whether one is open.

    Error 1305 for a savepoint that is not there.
    """
    action, name, savepoints = statement.action, statement.savepoint, session.savepoints
    if action in ("ROLLBACK TO", "RELEASE"):
        if name not in savepoints:
            raise error("ER_SAVEPOINT_DOES_NOT_EXIST")
        del savepoints[savepoints.index(name) + (action == "ROLLBACK TO"):]
        session.in_transaction = session.began or bool(savepoints)
    elif action == "SAVEPOINT":
        if session.in_transaction or not session.autocommit:
            session.in_transaction = True
            session.savepoints = [one for one in savepoints if one != name] + [name]
    else:
        session.end_transaction()
        session.in_transaction = session.began = action == "BEGIN"
    return Ok()


def kill(context: Context, session: Session, statement: Kill) -> Ok:
    """Executes KILL: the session or its running statement ends with 5066 or 1317; error 1094 for an unknown id.

    Users may kill their own sessions, administrators of the sys tenant all of them.
    """
    identifier = _identifier(_evaluated(context, session, statement.connection_id))
    victim = context.sessions.get(identifier)
    if victim is None or not victim.user:
        raise error("OB_ERR_UNKNOWN_SESSION_ID", identifier)
    if (victim.tenant_id, victim.user) != (session.tenant_id, session.user):
        require_administration(context.cluster, session)
    if not statement.query_only:
        victim.killed = "connection"
        if victim is session or not victim.running:
            victim.disconnect()  # Nobody waits for an answer that could tell it.
    elif victim.running:
        victim.killed = "query"
    return Ok()


def _identifier(value: Any) -> int:
    """Returns the session id that KILL means: 32 bits of the nearest whole number, with which a text may begin."""
    text = "0" if value is None else str(value)
    found = re.match(r"-?\d+(\.\d+)?", text)
    number = Decimal(found.group() if found else 0).quantize(Decimal(1), ROUND_HALF_UP)
    return min(int(number), 2 ** 64 - 1) & 0xFFFFFFFF


def describe(context: Context, session: Session, statement: Describe) -> Rows:
    """Executes DESC view, of all columns or those whose name is like a pattern."""
    database = statement.database or session.database
    if not database:
        raise error("OB_ERR_NO_DB_SELECTED")
    view = statement.table.upper()
    if database.lower() not in DATABASES:
        raise error("OB_ERR_BAD_DATABASE")
    if not context.queries.knows(database, view):
        raise no_view(database, statement.table)
    require_select(context.cluster, session, view)
    described = describe_rows(context.queries.views[view])
    if statement.column is not None:
        described.rows = [row for row in described.rows if like(statement.column, row[0])]
    return described
