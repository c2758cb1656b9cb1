# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Each refusal that OceanBase documents for the start of a clone comes with what to do about it."""

from __future__ import annotations

import pytest

from ansible_collections.community.oceanbase.plugins.module_utils._errors import (
    InvalidOption,
    NoPrivilege,
    server_failure,
)
from ansible_collections.community.oceanbase.plugins.module_utils._procedures.start_rules import RULES, Wanted, explain

WANTED = Wanted("clone_a", "mysql001", "pool_a", "unit001")

# Rule, number, SQLSTATE, the server's text and a piece of the advice (facts: Start rules, Start grammar).
REFUSALS = [
    ("upgrade_mode", 4179, "HY000", "clone tenant while in upgrade mode not allowed", "when the upgrade"),
    ("dollar_in_name", 1235, "0A000",
     "since 4.2.1, manually creating a tenant name containing '$' is not supported", "Choose another clone_tenant"),
    ("reserved_name", 1235, "0A000",
     'since 4.2.1, using "all" (case insensitive) as a tenant name is not supported', "Choose another clone_tenant"),
    ("name_taken", 5156, "HY000", "tenant 'clone_a' already exist", "drop tenant clone_a first"),
    ("no_source", 5157, "HY000", "Unknown tenant 'mysql001'", "Check source_tenant"),
    ("not_a_user_tenant", 4179, "HY000", "clone non-user-tenant is not allowed", "Name a user tenant"),
    ("source_not_normal", 4179, "HY000", "source tenant status is not valid, clone tenant not allowed",
     "state of tenant mysql001"),
    ("data_version", 4179, "HY000", "source tenant data version is below 4.3, clone tenant not allowed", "4.3.0"),
    ("clone_below_4_3", 1235, "0A000", "clone tenant below 4.3 not supported", "4.3.0"),
    ("shared_storage", 1235, "0A000", "clone tenant is not supported in shared storage mode not supported",
     "shared storage"),
    ("source_not_primary", 4179, "HY000", "source tenant is not primary tenant, clone tenant not allowed",
     "Name the primary tenant"),
    ("no_unit", 4648, "HY000", "resource unit 'unit001' not exist", "Create unit config unit001"),
    ("pool_exists", 4651, "HY000", "resource pool 'pool_a' exist", "choose a name in resource_pool"),
    ("log_archive", 4179, "HY000", "log archive is not ready, create tenant snapshot not allowed",
     "ALTER SYSTEM ARCHIVELOG TENANT = mysql001"),
    ("minor_freeze", 9111, "HY000",
     "Current checkpoint scn is smaller than the start_scn of archive log, creating tenant snapshot is not allowed. "
     "You could execute 'ALTER SYSTEM MINOR FREEZE TENANT = mysql001' to trigger a minor compaction for advancing the "
     "checkpoint and then wait for a minute before executing again.", "ALTER SYSTEM MINOR FREEZE TENANT = mysql001"),
    ("source_busy", 4179, "HY000", "source tenant has a running clone job, clone tenant now not allowed",
     "one running clone for a source tenant"),
    ("name_busy", 4179, "HY000", "clone tenant name exists in a running clone job, clone tenant now not allowed",
     "differs at most in case"),
]


@pytest.mark.parametrize(("rule", "errno", "sqlstate", "text", "advice"), REFUSALS)
def test_each_refusal_says_what_to_do(rule, errno, sqlstate, text, advice):
    # enable_rich_error_msg appends a suffix.
    answer = server_failure(errno, sqlstate, text + "\n[10.0.0.1:2882] [2026-01-26 14:48:34.452555] [YB42-0-0]")
    failure = explain(answer, WANTED)
    assert failure.hint == RULES[rule].hint % WANTED._asdict()
    assert advice in failure.hint
    assert failure.__class__ is RULES[rule].cls
    assert (failure.errno, failure.sqlstate, failure.message) == (errno, sqlstate, answer.message)


def test_every_rule_is_proven_in_its_order():
    assert [refusal[0] for refusal in REFUSALS] == list(RULES)


@pytest.mark.parametrize(("errno", "sqlstate", "text", "advice"), [
    (4733, "HY000", "zone 'z1' resource not enough to hold 1 unit.", "Make room on the servers of the zone"),
    (4770, "HY000", "Tenant (1002) is in UPGRADE procedure, create snapshot or clone tenant not allowed now",
     "run the task again when it is over"),
    (9112, "HY000", "Tenant snapshot lock conflict", "run the task again when it is over")])
def test_what_can_end_a_job_can_be_the_answer_to_the_statement(errno, sqlstate, text, advice):
    answer = server_failure(errno, sqlstate, text)
    failure = explain(answer, WANTED)
    assert (failure.error_class, failure.errno, failure.message) == ("refused", errno, answer.message)
    assert advice in failure.hint


def test_other_errors_stay_what_they_are():
    answer = server_failure(1227, "42501", "Access denied")
    assert explain(answer, WANTED) is answer
    assert isinstance(answer, NoPrivilege)
    unknown = server_failure(4179, "HY000", "something new not allowed")
    assert explain(unknown, WANTED) is unknown


def test_the_statement_quotes_every_name():
    assert Wanted("all", "select", "p-1", "u.2").checked().statement() == (
        "CREATE TENANT `all` FROM `select` WITH RESOURCE_POOL = `p-1`, UNIT = `u.2`")


@pytest.mark.parametrize("option", Wanted._fields)
@pytest.mark.parametrize("name", ["", "a`b", "it's", 'a"b', "a\\b", "a\nb", "\ud800"])
def test_a_name_that_cannot_be_sent_safely_is_refused(option, name):
    with pytest.raises(InvalidOption, match=option):
        WANTED._replace(**{option: name}).checked()


@pytest.mark.parametrize(("option", "longest"), [
    ("clone_tenant", 64), ("source_tenant", 64), ("resource_pool", 128), ("unit_config", 128)])
def test_names_have_the_lengths_of_the_server(option, longest):
    WANTED._replace(**{option: "a" * longest}).checked()
    with pytest.raises(InvalidOption, match=f"{option} is {longest + 1} bytes long"):
        WANTED._replace(**{option: "a" * (longest + 1)}).checked()
