# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Forms of the user name, direct and through ODP, and refusals of logins (facts: Login names, Login errors)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import List, Optional, Tuple

from ..protocol.native_password import proves
from ..sql.errors import error
from ..sql.queries import DATABASES
from ..sql.results import SqlError
from .inventory import SYS_TENANT_ID, Cluster, User
from .session import Session

MAX_TENANT_BYTES = 64
NO_ADDRESS = "xxx.xxx.xxx.xxx"  # shown by a server while a session has no client address yet
LOCAL = ("127.0.0.1", "::1")


@dataclass
class LoginRules:
    """
    Rules of this server for logins. odp_cluster: name of the cluster when an ODP stands in front, else ''.

    state: serving, initializing or stopping. max_sessions: per user tenant, 0 for no limit. invited: the addresses of
    ob_tcp_invited_nodes, empty for all.
    """

    odp_cluster: str = ""
    state: str = "serving"
    max_sessions: int = 0
    invited: Tuple[str, ...] = ()

    def check_open(self) -> None:
        """Refuses everybody while the server starts or stops: errors 8001, 8002."""
        if self.state == "initializing":
            raise error("OB_SERVER_IS_INIT")
        if self.state == "stopping":
            raise error("OB_SERVER_IS_STOPPING")

    def split(self, raw: str) -> Tuple[str, str, str]:
        """Returns user, tenant and cluster ('' when not named) of a raw user name."""
        if not self.odp_cluster:
            user, at, tenant = raw.partition("@")
            return user, tenant if at else "sys", ""
        if "@" in raw or "#" in raw:
            rest, dummy, cluster = raw.partition("#")
            user, at, tenant = rest.partition("@")
            return user, tenant if at else "sys", cluster
        for separator in ":-.":
            parts = raw.split(separator)
            if len(parts) == 3:
                return parts[2], parts[1], parts[0]
        return raw, "sys", ""

    def login(self, cluster: Cluster, session: Session, sessions: List[Session], raw: str, salt: bytes, answer: bytes,
              database: Optional[str]) -> None:
        """Fills in user, tenant and database of the session. Errors 1045, 3118, 5260, 1227, 1040, 1049, 4669, 1235."""
        name, tenant_name, cluster_name = self.split(raw)
        if cluster_name and cluster_name != self.odp_cluster:
            raise error("OB_CLUSTER_NOT_EXIST")
        tenant = cluster.tenants.find(tenant_name=tenant_name)
        if tenant is not None and tenant.kind == "META":
            raise error("OB_NOT_SUPPORTED", "login meta tenant")
        refusal = self._refusal(session, raw, name, answer)
        if tenant is None or not tenant_name or len(tenant_name.encode()) > MAX_TENANT_BYTES:
            raise refusal
        self._check_address(session, name, tenant.tenant_id)
        if tenant.locked == "YES":
            raise error("OB_ERR_TENANT_IS_LOCKED", tenant.tenant_name)
        # A tenant that is being restored or cloned has no schema of its own yet.
        if tenant.status != "NORMAL":
            raise error("OB_SERVER_IS_INIT")
        user = cluster.users.get((tenant.tenant_id, name))
        if user is None:
            raise refusal
        if user.locked:
            raise error("OB_ERR_USER_IS_LOCKED")
        if not proves(user.password, salt, answer):
            raise refusal
        of_tenant = [one for one in sessions if one.tenant_id == tenant.tenant_id]
        if self.max_sessions and tenant.tenant_id != SYS_TENANT_ID and len(of_tenant) >= self.max_sessions:
            raise error("OB_ERR_CON_COUNT_ERROR")
        chosen = check_database(user, session.host, database) if database else None
        session.user, session.tenant, session.tenant_id = name, tenant.tenant_name, tenant.tenant_id
        session.database = chosen

    def _refusal(self, session: Session, raw: str, name: str, answer: bytes) -> SqlError:
        with_password = "YES" if answer.strip(b"\0") else "NO"
        if self.odp_cluster:
            return error("OB_PASSWORD_WRONG", raw, session.host, with_password)
        return error("OB_PASSWORD_WRONG", name, NO_ADDRESS, with_password)

    def _check_address(self, session: Session, name: str, tenant_id: int) -> None:
        root_at_home = name == "root" and tenant_id == SYS_TENANT_ID and session.host in LOCAL
        if self.invited and session.host not in self.invited and not root_at_home:
            raise error("OB_ERR_NO_PRIVILEGE")


def check_database(user: User, host: str, database: str) -> str:
    """
    Returns the database's name as it is kept; error 1049 for an unknown one, 1044 for one that the user may not use.
    """
    name = database.lower()
    if name not in DATABASES:
        raise error("OB_ERR_BAD_DATABASE", database)
    levels = ("*.*", name + ".")
    if name not in ("information_schema", "oceanbase") and not any(
            level.startswith(levels) for level, privilege in user.privileges if privilege != "USAGE"):
        raise error("OB_ERR_NO_DB_PRIVILEGE", user.name, host, database)
    return name
