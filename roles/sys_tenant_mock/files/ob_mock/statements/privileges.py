# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Privileges (facts: Privileges)."""

from __future__ import annotations

from ..cluster.inventory import SYS_TENANT_ID, Cluster, User
from ..cluster.session import Session
from ..sql.errors import error
from ..sql.views import VIEWS

ADMINISTRATION = "SUPER or ALTER SYSTEM"
# In the order in which SHOW GRANTS lists them; ALL PRIVILEGES is kept as ALL.
KNOWN = ("ALL", "ALTER", "CREATE", "CREATE USER", "DELETE", "DROP", "INSERT", "UPDATE", "SELECT", "INDEX",
         "CREATE VIEW", "SHOW VIEW", "SHOW DATABASES", "SUPER", "PROCESS", "REFERENCES", "FILE", "ALTER TENANT",
         "ALTER SYSTEM", "CREATE RESOURCE POOL", "CREATE RESOURCE UNIT", "REPLICATION SLAVE", "REPLICATION CLIENT",
         "EXECUTE",
         "ALTER ROUTINE", "CREATE ROUTINE", "SHUTDOWN", "RELOAD", "LOCK TABLES", "CREATE ROLE", "DROP ROLE", "TRIGGER",
         "USAGE")
# Of these, those that are granted at the level ``*.*`` only.
GLOBAL = ("CREATE USER", "SHOW DATABASES", "SUPER", "PROCESS", "FILE", "ALTER TENANT", "ALTER SYSTEM",
          "CREATE RESOURCE POOL", "CREATE RESOURCE UNIT", "REPLICATION SLAVE", "REPLICATION CLIENT", "SHUTDOWN",
          "RELOAD", "CREATE ROLE", "DROP ROLE")
OPTION = "GRANT OPTION"  # kept like a privilege


def user_of(cluster: Cluster, session: Session) -> User:
    """Returns the account of a session; one that was dropped meanwhile may do nothing."""
    return cluster.users.get((session.tenant_id, session.user)) or User(session.tenant_id, session.user)


def require_administration(cluster: Cluster, session: Session) -> None:
    """
    Requires the sys tenant and SUPER or ALTER SYSTEM: error 1227, bare for another tenant, with the list for a lesser
    user.
    """
    if session.tenant_id != SYS_TENANT_ID:
        raise error("OB_ERR_NO_PRIVILEGE")
    if not user_of(cluster, session).may("SUPER", "ALTER SYSTEM"):
        raise error("OB_ERR_NO_PRIVILEGE", ADMINISTRATION)


def require_user_management(cluster: Cluster, session: Session) -> None:
    """Requires CREATE USER in the session's tenant: error 1227."""
    if not user_of(cluster, session).may("CREATE USER", "SUPER"):
        raise error("OB_ERR_NO_PRIVILEGE", "CREATE USER")


def require_select(cluster: Cluster, session: Session, view: str) -> None:
    """Requires that a view can be read: error 1146 where it does not exist, 1142 without the SELECT privilege."""
    if VIEWS[view].sys_only and session.tenant_id != SYS_TENANT_ID:
        raise error("OB_TABLE_NOT_EXIST", "oceanbase", view.lower())
    if VIEWS[view].database == "information_schema":
        return  # which everybody may read
    if not user_of(cluster, session).may("SELECT", database="oceanbase", table=view):
        raise error("OB_ERR_NO_TABLE_PRIVILEGE", "SELECT", session.user, session.host, view.lower())
