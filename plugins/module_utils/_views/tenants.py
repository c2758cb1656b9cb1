# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release. Do not use it from elsewhere.
"""Tenants and resource pools, and the work of ob_tenant_info: what there is, whatever the clone views say."""

from __future__ import annotations

from typing import Any, Dict, List, Mapping, Optional, Sequence

from .._clock import Clock, retry
from .._connection.session import Session
from .._errors import (
    Failure,
    InvalidOption,
    MissingView,
)
from .._procedures.task import Task
from .jobs import why_no_view
from .selector import LONGEST_POOL_NAME, check_name

# Both views show everything only in the sys tenant (facts: Tenants).
_TENANTS = ("SELECT TENANT_ID, TENANT_NAME, TENANT_TYPE, STATUS, TENANT_ROLE, LOG_MODE, LOCKED, IN_RECYCLEBIN "
            "FROM oceanbase.DBA_OB_TENANTS", "TENANT_NAME", "TENANT_ID")
_POOLS = ("SELECT RESOURCE_POOL_ID, NAME, TENANT_ID, UNIT_COUNT "
          "FROM oceanbase.DBA_OB_RESOURCE_POOLS", "NAME", "RESOURCE_POOL_ID")

# Somebody ended the statement or its session.
_KILLED = (1317, 4064, 5066)


def may_have_been_executed(failure: Failure) -> bool:
    """
    Whether a statement that makes or drops a tenant or a resource pool, and was sent, may be executed all the same. A
    clone goes on although the session that started it is killed (facts: Waiting session). For DROP that is
    inferred: RootService carries it out, too. CANCEL differs: it is a transaction of the session itself, of which a
    kill leaves nothing (facts: Cancel errors).
    """
    return failure.uncertain or failure.errno in _KILLED


def read_tenants(session: Session, names: Optional[Sequence[str]] = None) -> List[Dict[str, Any]]:
    """The tenants of exactly these names, without names all; labels in lower case. Failures are the server's."""
    return _read(session, _TENANTS, names)


def read_pools(session: Session, names: Optional[Sequence[str]] = None) -> List[Dict[str, Any]]:
    """The resource pools of exactly these names, without names all. Failures as of why_no_view."""
    try:
        return _read(session, _POOLS, names)
    except MissingView as failure:
        raise why_no_view(session, failure, "DBA_OB_RESOURCE_POOLS", "resource pools") from failure


def _read(session: Session, view: Sequence[str], names: Optional[Sequence[str]]) -> List[Dict[str, Any]]:
    statement, name, order = view
    if names is not None:
        statement += " WHERE BINARY %s IN (%s)" % (name, ", ".join(["%s"] * len(names)))
    return session.run("%s ORDER BY %s" % (statement, order), names or ())


class TenantInfoTask(Task):
    """Reads tenants and resource pools. It changes nothing, so that check mode makes no difference."""

    def __init__(self) -> None:
        self.warnings: List[str] = []
        self.names: Optional[List[str]] = None
        self.pool_names: Optional[List[str]] = None
        self.tenants: List[Dict[str, Any]] = []
        self.pools: List[Dict[str, Any]] = []
        self.msg = ""

    def prepare(self, options: Mapping[str, Any], check_mode: bool) -> None:
        for option in ("tenant", "resource_pool"):
            if options[option] == []:
                raise InvalidOption("%s is an empty list, which nothing matches" % option, "Leave it out to get all.")
        if options["tenant"] is not None:
            self.names = [check_name("tenant", name) for name in options["tenant"]]
        if options["resource_pool"] is not None:
            self.pool_names = [check_name("resource_pool", name, LONGEST_POOL_NAME)
                               for name in options["resource_pool"]]

    def work(self, session: Session, clock: Clock) -> None:
        retry(session.connect, clock, float(session.login.connect_timeout))
        deadline = float(session.login.read_timeout)
        # The pools first: that view tells whether this is the sys tenant.
        self.pools = retry(lambda: read_pools(session, self.pool_names), clock, deadline)
        self.tenants = retry(lambda: read_tenants(session, self.names), clock, deadline)
        self.msg = "Tenants found: %d. Resource pools found: %d." % (len(self.tenants), len(self.pools))

    def result(self) -> Dict[str, Any]:
        return {"changed": False, "tenants": self.tenants, "resource_pools": self.pools, "msg": self.msg}

    def doing(self) -> str:
        return "read the tenants and resource pools"
