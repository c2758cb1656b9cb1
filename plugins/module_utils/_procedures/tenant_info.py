# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release. Do not use it from elsewhere.
"""Procedure of ob_tenant_info: reads tenants and resource pools."""

from __future__ import annotations

from typing import Any, Dict, List, Mapping, NamedTuple, Optional

from .._clock import Clock, retry
from .._connection.session import Session
from .._errors import InvalidOption
from .._runner import Description
from .._views.selector import LONGEST_NAME, LONGEST_POOL_NAME, check_name
from .._views.tenants import read_pools, read_tenants
from .report import Report

_TENANT_COLUMNS = ("TENANT_ID", "TENANT_NAME", "TENANT_TYPE", "STATUS", "TENANT_ROLE", "LOG_MODE", "LOCKED",
                   "IN_RECYCLEBIN")
_POOL_COLUMNS = ("RESOURCE_POOL_ID", "NAME", "TENANT_ID", "UNIT_COUNT")


class TenantQuery(NamedTuple):
    """Holds the names that are wanted; None for all."""

    tenants: Optional[List[str]]
    pools: Optional[List[str]]

    @classmethod
    def from_options(cls, options: Mapping[str, Any], _check_mode: bool) -> TenantQuery:
        """Returns the query for module options; InvalidOption if they make no sense."""
        return cls(_names(options, "tenant", LONGEST_NAME), _names(options, "resource_pool", LONGEST_POOL_NAME))

    def doing(self) -> str:
        """Returns what the module does, to follow "Cannot "."""
        return TenantReport.doing


def _names(options: Mapping[str, Any], option: str, longest: int) -> Optional[List[str]]:
    """Returns the names in an option, of at most ``longest`` bytes each, or None if it is not given; InvalidOption."""
    if options[option] is None:
        return None
    if not options[option]:
        raise InvalidOption("%s is an empty list, which nothing matches" % option, "Leave it out to get all.")
    return [check_name(option, name.strip(), longest) for name in options[option]]


class TenantReport(Report):
    """Collects the rows."""

    doing = "read the tenants and resource pools"

    def __init__(self) -> None:
        super().__init__()
        self.tenants: List[Dict[str, Any]] = []
        self.pools: List[Dict[str, Any]] = []

    def as_result(self) -> Dict[str, Any]:
        return {"changed": False, "tenants": self.tenants, "resource_pools": self.pools, "msg": self.msg}


def read_all(query: TenantQuery, session: Session, clock: Clock, report: TenantReport) -> None:
    """Reads tenants and resource pools into the report. Check mode makes no difference, since nothing changes."""
    grace = float(session.login.read_timeout)
    session.log_in(clock.budget(session.login.connect_timeout, grace))
    budget = clock.budget(grace, grace)
    # The pools first: that view tells whether this is the sys tenant.
    report.pools = retry(lambda: read_pools(session, _POOL_COLUMNS, query.pools, budget), budget)
    report.tenants = retry(lambda: read_tenants(session, _TENANT_COLUMNS, query.tenants, budget), budget)
    report.msg = "Tenants found: %d. Resource pools found: %d." % (len(report.tenants), len(report.pools))


TENANT_INFO = Description(
    {"tenant": {"type": "list", "elements": "str"}, "resource_pool": {"type": "list", "elements": "str"}},
    TenantQuery.from_options, read_all, lambda _options: TenantReport())
