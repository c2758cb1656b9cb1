# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every error number of OceanBase that a client can see, in a statement and in a login, as a list written by hand."""

from __future__ import annotations

from typing import NamedTuple, Optional

import pytest

from ansible_collections.community.oceanbase.plugins.module_utils._errors import (
    may_have_been_executed,
    server_failure,
)


class Means(NamedTuple):
    """
    What an error means: its class, a part of the hint, whether trying again may help. ``uncertain``: the statement may
    have been executed.
    """

    error_class: str
    hint: str
    transient: bool = False
    uncertain: bool = False


LATER = Means("server_error", "The cluster is busy or changing its leader; run the task again later.", True)
TIMED_OUT = LATER._replace(uncertain=True)
KILLED = Means("server_error", "Somebody or something ended the statement; run the task again.", True)
FULL = Means("unreachable", "The server does not accept sessions at the moment; run the task again later.", True)
MAY_NOT = Means("no_privilege", "a user of the sys tenant who has ALTER SYSTEM and SELECT ON oceanbase.*")
NOT_NOW = Means("refused", "DBA_OB_CLONE_PROGRESS and DBA_OB_TENANTS may show what stands in the way.")
TOO_OLD = Means("unsupported_version", "Tenant clone needs OceanBase 4.3.0 or later.")
GONE = Means("refused", "It may just have been dropped; run the task again: it looks first.")
OTHER = Means("server_error", "Search observer.log for that error.")
REFUSED_LOGIN = Means("access_denied", "Search observer.log for that error.")
STRANGER = Means("access_denied", "takes no connections from the address of this host; OceanBase never says so")
EXPIRED = Means("access_denied", "Give the user a new password: ALTER USER ... IDENTIFIED BY ...")
WRONG_CLUSTER = Means("access_denied", "Check the cluster in the user name: root@sys#cluster.")

# number: (in a statement, in a login; None where it means the same). The table of errors, those of CANCEL and those of
# a login in the guide to OceanBase; and those of MySQL's that are about a login.
MEANINGS = {
    1040: (FULL, None),
    1044: (MAY_NOT, None),
    1045: (OTHER, Means("access_denied", "the same answer for a wrong password, an unknown user")),
    1049: (OTHER, REFUSED_LOGIN),
    1064: (TOO_OLD, None),
    1129: (OTHER, STRANGER),
    1130: (OTHER, STRANGER),
    1142: (MAY_NOT, None),
    1146: (Means("server_error", ""), None),
    1149: (TOO_OLD, None),
    1203: (FULL, None),
    1205: (LATER, None),
    1210: (OTHER, REFUSED_LOGIN),
    1226: (FULL, None),
    1227: (MAY_NOT, Means("access_denied", "ob_tcp_invited_nodes")),
    1235: (Means("unsupported_version", "also in COMPATIBLE of DBA_OB_TENANTS: finish the upgrade."),
           Means("access_denied", "Log in as root@sys.")),
    1251: (OTHER, Means("access_denied", "The user must have the authentication plugin mysql_native_password")),
    1317: (KILLED, None),
    1820: (EXPIRED, None),
    1862: (EXPIRED, None),
    3118: (OTHER, Means("access_denied", "Unlock the user first.")),
    3159: (OTHER, Means("access_denied", "Name the CA certificate of the server in ca_cert")),
    4006: (OTHER, REFUSED_LOGIN),
    4012: (TIMED_OUT, None),
    4013: (LATER, None),
    4016: (OTHER, REFUSED_LOGIN),
    4018: (OTHER, REFUSED_LOGIN),
    4019: (OTHER, REFUSED_LOGIN),
    4023: (LATER, None),
    4024: (OTHER, REFUSED_LOGIN),
    4036: (LATER, None),
    4038: (LATER, None),
    4064: (KILLED, None),
    4072: (OTHER, REFUSED_LOGIN),
    4109: (OTHER, REFUSED_LOGIN),
    4124: (LATER, None),
    4179: (NOT_NOW, None),
    4265: (LATER, None),
    4624: (OTHER, REFUSED_LOGIN),
    4626: (Means("refused", "DBA_OB_RESOURCE_POOLS shows the tenant that has it."), None),
    4638: (LATER, None),
    4646: (OTHER, REFUSED_LOGIN),
    4648: (OTHER, REFUSED_LOGIN),
    4650: (GONE, None),
    4651: (OTHER, REFUSED_LOGIN),
    4666: (OTHER, WRONG_CLUSTER),
    4669: (OTHER, WRONG_CLUSTER),
    4722: (LATER, None),
    4733: (OTHER, REFUSED_LOGIN),
    4734: (OTHER, REFUSED_LOGIN),
    4770: (Means("refused", "Run the task again when that procedure is over."), None),
    4780: (OTHER, Means("access_denied", "Log in as root@sys.")),
    5066: (KILLED, None),
    5150: (OTHER, Means("unreachable", "This OBServer has no unit of that tenant; name others in login_host.", True)),
    5156: (OTHER, REFUSED_LOGIN),
    5157: (GONE, Means("access_denied", "Check the tenant in the user name: root@sys.")),
    5160: (OTHER, Means("access_denied", "Check the tenant in the user name: root@sys.")),
    5260: (OTHER, Means("access_denied", "Unlock the tenant first.")),
    5627: (LATER, None),
    6002: (LATER, None),
    6005: (LATER, None),
    8001: (FULL, None),
    8002: (FULL, None),
    9094: (OTHER, REFUSED_LOGIN),
    9106: (OTHER, REFUSED_LOGIN),
    9107: (OTHER, REFUSED_LOGIN),
    9108: (OTHER, REFUSED_LOGIN),
    9109: (OTHER, REFUSED_LOGIN),
    9110: (OTHER, REFUSED_LOGIN),
    9111: (OTHER, REFUSED_LOGIN),
    9112: (OTHER, REFUSED_LOGIN),
}
CASES = [(number, logging_in, in_login if logging_in and in_login else in_statement)
         for number, (in_statement, in_login) in MEANINGS.items() for logging_in in (False, True)]


@pytest.mark.parametrize(("number", "logging_in", "expected"), CASES)
@pytest.mark.parametrize("sqlstate", ["HY000", None])
def test_an_error_of_the_server_means_this(number: int, logging_in: bool, expected: Means,
                                           sqlstate: Optional[str]) -> None:
    failure = server_failure(number, sqlstate, "its text", logging_in)
    assert (failure.error_class, failure.transient, failure.uncertain) == (
        expected.error_class, expected.transient, expected.uncertain)
    assert expected.hint in failure.hint
    assert bool(failure.hint) == bool(expected.hint)
    assert failure.message == f"the server answered error {number} ({sqlstate or 'no SQLSTATE'}): its text"
    assert failure.as_result() == {"class": expected.error_class, "errno": number, "sqlstate": sqlstate,
                                   "message": failure.message, "hint": failure.hint}


@pytest.mark.parametrize("number", MEANINGS)
def test_what_rootservice_carries_out_may_go_on_although_its_session_was_ended(number: int) -> None:
    assert may_have_been_executed(server_failure(number, "HY000", "x")) is (number in (4012, 1317, 4064, 5066))
