# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release. Do not use it from elsewhere.
"""Reads tenants, resource pools and unit configs: what exists, whatever the clone views say."""

from __future__ import annotations

from typing import Any, Dict, List, Optional, Sequence

from .._clock import Budget
from .._connection.session import Session
from .._errors import MissingView
from .jobs import why_no_view

# facts: Leftovers; the views show everything only in the sys tenant.
_TENANTS = "oceanbase.DBA_OB_TENANTS"
_POOLS = "oceanbase.DBA_OB_RESOURCE_POOLS"


def read_tenants(session: Session, columns: Sequence[str], names: Optional[Sequence[str]], budget: Budget,
                 with_meta: bool = False) -> List[Dict[str, Any]]:
    """
    Returns these columns of the tenants of exactly these names, for None of all, by the first column; labels in lower
    case. ``with_meta`` adds the META tenant of each, whose id is one less. Failures are the server's.
    """
    condition, arguments = _named("TENANT_NAME", names)
    if with_meta:
        condition += " OR TENANT_ID IN (SELECT TENANT_ID - 1 FROM %s WHERE %s)" % (_TENANTS, condition)
        arguments *= 2
    return session.run(_select(columns, _TENANTS, condition), arguments, budget)


def read_pools(session: Session, columns: Sequence[str], names: Optional[Sequence[str]],
               budget: Budget) -> List[Dict[str, Any]]:
    """Returns the same of resource pools. Failures as of why_no_view."""
    condition, arguments = _named("NAME", names)
    try:
        return session.run(_select(columns, _POOLS, condition), arguments, budget)
    except MissingView as failure:
        raise why_no_view(session, failure, budget, "DBA_OB_RESOURCE_POOLS", "resource pools") from failure


def _select(columns: Sequence[str], view: str, condition: str) -> str:
    return "SELECT %s FROM %s WHERE %s ORDER BY %s" % (", ".join(columns), view, condition, columns[0])


def unit_config_exists(session: Session, name: str, budget: Budget) -> bool:
    """Tells whether there is a unit config of that name, compared as the server does."""
    return bool(session.run("SELECT NAME FROM oceanbase.DBA_OB_UNIT_CONFIGS WHERE NAME = %s", [name], budget))


def _named(column: str, names: Optional[Sequence[str]]) -> Any:
    """Returns a condition on names, compared exactly, and its arguments."""
    if names is None:
        return "1 = 1", []
    return "BINARY %s IN (%s)" % (column, ", ".join(["%s"] * len(names))), list(names)
