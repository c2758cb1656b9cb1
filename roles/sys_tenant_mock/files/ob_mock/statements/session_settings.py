# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Statements about a session itself: SET, USE, KILL, DESC, transactions."""

from __future__ import annotations

from typing import Any

from ..cluster.admission import check_database
from ..cluster.session import Session
from ..sql.errors import error
from ..sql.queries import DATABASES
from ..sql.results import Ok, Rows
from ..sql.scanner import SYSVAR, Token
from ..sql.syntax_tree import Describe, Kill, Nothing, SetVariables, Use
from .context import Context
from .privileges import require_administration, require_select, user_of
from .show import describe_rows


def set_variables(context: Context, session: Session, statement: SetVariables) -> Ok:
    """Executes SET: user variables, system variables, and ob_global_debug_sync, which acts instead of being kept."""
    for scope, name, value in statement.values:
        if isinstance(value, Token):
            value = _value(context, session, scope, name, value)
        if scope == "user":
            session.user_variables[name] = value
        elif name == "ob_global_debug_sync":
            if scope == "global":
                raise error("ER_LOCAL_VARIABLE", name)
            require_administration(context.cluster, session)
            context.scheduler.debug_sync.execute(str(value or ""))
            session.variables[name] = str(value or "")
        else:
            if scope == "global":
                require_administration_of_tenant(context, session)
            context.variables.set(session, scope, name, value)
    return Ok()


def _value(context: Context, session: Session, scope: str, name: str, token: Token) -> Any:
    if token.upper:
        return context.variables.default(name, scope)  # the only keyword that the grammar lets through
    if token.kind == SYSVAR:
        of, dummy, other = token.text.rpartition(".")
        return context.variables.get(session, other, of)
    return session.user_variables.get(token.text)


def require_administration_of_tenant(context: Context, session: Session) -> None:
    """Requires SUPER or ALTER SYSTEM in the session's tenant, for SET GLOBAL: error 1227."""
    if not user_of(context.cluster, session).may("SUPER", "ALTER SYSTEM"):
        raise error("OB_ERR_NO_PRIVILEGE", "SUPER or ALTER SYSTEM")


def use(context: Context, session: Session, statement: Use) -> Ok:
    """Executes USE: errors 1049 and 1044."""
    session.database = check_database(user_of(context.cluster, session), session.host, statement.database)
    return Ok()


def nothing(_context: Context, _session: Session, _statement: Nothing) -> Ok:
    """Executes BEGIN, COMMIT, ROLLBACK, a comment: every statement of the mock is complete in itself."""
    return Ok()


def kill(context: Context, session: Session, statement: Kill) -> Ok:
    """Executes KILL: the session or its running statement ends with 5066 or 1317; error 1094 for an unknown id.

    Users may kill their own sessions, administrators of the sys tenant all of them.
    """
    victim = context.sessions.get(statement.connection_id)
    if victim is None or not victim.user:
        raise error("OB_ERR_UNKNOWN_SESSION_ID", statement.connection_id)
    if (victim.tenant_id, victim.user) != (session.tenant_id, session.user):
        require_administration(context.cluster, session)
    if not statement.query_only:
        victim.killed = "connection"
        if victim is session or not victim.running:
            victim.disconnect()  # Nobody waits for an answer that could tell it.
    elif victim.running:
        victim.killed = "query"
    return Ok()


def describe(context: Context, session: Session, statement: Describe) -> Rows:
    """Executes DESC view."""
    database = statement.database or session.database
    if not database:
        raise error("OB_ERR_NO_DB_SELECTED")
    view = statement.table.upper()
    if database.lower() not in DATABASES:
        raise error("OB_ERR_BAD_DATABASE")
    if not context.queries.knows(database, view):
        raise error("OB_TABLE_NOT_EXIST", database.lower(), statement.table.lower())
    require_select(context.cluster, session, view)
    return describe_rows(context.queries.views[view])
