# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release. Do not use it from elsewhere.
"""Lists what OceanBase demands of a clone before it starts one, and what to do about each demand."""

from __future__ import annotations

from typing import Dict, List, NamedTuple, Tuple, Type

from .._errors import (
    NEEDS_UPGRADE,
    CloneFailed,
    Failure,
    Refused,
    UnsupportedVersion,
)
from .._views.jobs import CloneJob
from .._views.selector import LONGEST_POOL_NAME, check_name


class Wanted(NamedTuple):
    """Clone that is wanted."""

    clone_tenant: str
    source_tenant: str
    resource_pool: str
    unit_config: str

    def checked(self) -> Wanted:
        """Returns the same, or raises InvalidOption if one of the names cannot be sent safely."""
        for option, name in self._asdict().items():
            is_tenant = option.endswith("_tenant")
            check_name(option, name, *(() if is_tenant else (LONGEST_POOL_NAME,)))
        return self

    def describe(self) -> str:
        """Returns "tenant SOURCE as CLONE", for messages."""
        return "tenant %s as %s" % (self.source_tenant, self.clone_tenant)

    def statement(self) -> str:
        """Returns the statement that starts the clone; all names were checked."""
        return "CREATE TENANT `%s` FROM `%s` WITH RESOURCE_POOL = `%s`, UNIT = `%s`" % self

    def differences(self, job: CloneJob) -> List[str]:
        """Returns in which options a job for a tenant of that name differs from what is wanted."""
        actual = {"source_tenant": job.row["source_tenant_name"], "resource_pool": job.row["resource_pool_name"],
                  "unit_config": job.row["unit_config_name"]}
        return ["%s is %s, not %s" % (option, value, getattr(self, option))
                for option, value in actual.items() if value != getattr(self, option)]


class Rule(NamedTuple):
    """
    A start rule: the error that the server gives, part of its text if several rules share a number, and what to do,
    with the names of ``Wanted`` to be filled in.
    """

    errno: int
    text: str
    hint: str
    cls: Type[Failure] = Refused


_OTHER_NAME = "Choose another clone_tenant: letters, digits and _, and not all, all_user or all_meta."

# In the server's order (facts: Start rules).
RULES: Dict[str, Rule] = {
    "upgrade_mode": Rule(4179, "upgrade mode", "Run the task again when the upgrade of the cluster is over."),
    "dollar_in_name": Rule(1235, "tenant name containing '$'", _OTHER_NAME),
    "reserved_name": Rule(1235, "as a tenant name", _OTHER_NAME),
    "name_taken": Rule(5156, "", "Choose another clone_tenant, or drop tenant %(clone_tenant)s first if nobody needs "
                                 "it."),
    "no_source": Rule(5157, "", "Check source_tenant: DBA_OB_TENANTS lists the tenants, and their names are compared "
                                "exactly."),
    "not_a_user_tenant": Rule(4179, "clone non-user-tenant", "Name a user tenant in source_tenant; sys and META "
                                                             "tenants cannot be cloned."),
    "source_not_normal": Rule(4179, "source tenant status is not valid",
                              "DBA_OB_TENANTS shows the state of tenant %(source_tenant)s and of its META tenant: both "
                              "must be NORMAL and not in the recycle bin."),
    "data_version": Rule(4179, "data version is below 4.3", NEEDS_UPGRADE, UnsupportedVersion),
    "clone_below_4_3": Rule(1235, "clone tenant below 4.3", NEEDS_UPGRADE, UnsupportedVersion),
    "shared_storage": Rule(1235, "shared storage mode", "OceanBase clones no tenant in a cluster with shared storage.",
                           UnsupportedVersion),
    "source_not_primary": Rule(4179, "source tenant is not primary tenant",
                               "Name the primary tenant. A standby tenant can be cloned since OceanBase 4.3.2."),
    "no_unit": Rule(4648, "", "Create unit config %(unit_config)s first (CREATE RESOURCE UNIT), or name one that "
                              "DBA_OB_UNIT_CONFIGS lists."),
    "pool_exists": Rule(4651, "", "OceanBase makes the resource pool of a clone itself: choose a name in resource_pool "
                                  "that DBA_OB_RESOURCE_POOLS does not list, or drop that pool if nobody needs it."),
    "log_archive": Rule(4179, "log archive is not ready",
                        "Switch it on with ALTER SYSTEM ARCHIVELOG TENANT = %(source_tenant)s, and run the task again "
                        "when CDB_OB_ARCHIVELOG shows it as DOING."),
    "minor_freeze": Rule(9111, "smaller than the start_scn",
                         "Run ALTER SYSTEM MINOR FREEZE TENANT = %(source_tenant)s, wait a minute, and run the task "
                         "again."),
    "source_busy": Rule(4179, "source tenant has a running clone job",
                        "OceanBase allows one running clone for a source tenant: wait until the other one has ended "
                        "(ob_clone_info lists it), or cancel it with ob_clone_cancel."),
    "name_busy": Rule(4179, "exists in a running clone job",
                      "A clone whose name differs at most in case is running: wait until it has ended (ob_clone_info "
                      "lists it), or cancel it with ob_clone_cancel."),
}

# What to do about other errors, by their number: of the statement, or as RET_CODE of a job (facts: Error table).
_HINTS = {
    4072: "It was canceled; run the task again if the clone is still wanted.",
    4770: "Another operation on the source tenant was going on; run the task again when it is over.",
    4624: "Make room on the servers of the zone, or name a smaller unit config.",
    4733: "Make room on the servers of the zone, or name a smaller unit config.",
    4734: "Make room on the servers of the zone, or name a smaller unit config.",
    9112: "Another operation on the snapshots of the source tenant was going on; run the task again when it is over.",
}


def hint_for(rule: str, wanted: Wanted) -> str:
    """Returns what to do about a broken rule."""
    return RULES[rule].hint % wanted._asdict()


def explain(failure: Failure, wanted: Wanted) -> Failure:
    """Returns the server's refusal of the statement, with what to do about it if that is known."""
    for name, rule in RULES.items():
        if failure.errno == rule.errno and rule.text in failure.message:
            return rule.cls(failure.message, hint_for(name, wanted), failure.errno, failure.sqlstate)
    if failure.errno in _HINTS:
        return Refused(failure.message, _HINTS[failure.errno], failure.errno, failure.sqlstate)
    return failure


def broken_rule(rule: str, wanted: Wanted, message: str) -> Failure:
    """Returns the failure for a rule that the views show to be broken, before anything is sent."""
    return RULES[rule].cls(message, hint_for(rule, wanted))


def clone_failed(job: CloneJob) -> CloneFailed:
    """Returns the failure for a job that ended otherwise than with a new tenant."""
    ret_code = job.row["ret_code"]
    errno = abs(ret_code) if ret_code else None
    names: Tuple[str, ...] = (job.job_id, job.status, job.row["error_message"] or "the server gives no reason")
    hint = _HINTS.get(errno or 0, "DBA_OB_CLONE_HISTORY has the job's row; search observer.log for its trace_id.")
    return CloneFailed("clone job %s ended in %s: %s" % names, hint, errno)
