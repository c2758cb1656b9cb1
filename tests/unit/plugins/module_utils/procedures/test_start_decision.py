# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What ob_clone decides for every status in both views, and for every rule that the views can tell."""

from __future__ import annotations

import pytest

from ansible_collections.community.oceanbase.plugins.module_utils._errors import (
    CloneFailed,
    Refused,
    UnsupportedVersion,
)
from ansible_collections.community.oceanbase.plugins.module_utils._procedures.start_decision import (
    Situation,
    StartAction,
    StartOutcome,
    decide_start,
    has_completed,
    obstacle,
)
from ansible_collections.community.oceanbase.plugins.module_utils._procedures.start_rules import RULES, Wanted
from ansible_collections.community.oceanbase.plugins.module_utils._views.jobs import STATUSES, Phase

from ..fakes import history, progress

WANTED = Wanted("clone_a", "mysql001", "pool_a", "unit001")
ON_ITS_WAY = [status for status, phase in STATUSES.items() if phase in (Phase.CANCELLABLE, Phase.COMPLETED)]
ENDS_OTHERWISE = [status for status, phase in STATUSES.items() if phase in (Phase.CANCELED, Phase.FAILED)]


def tenant(tenant_id, **changes):
    """A row of DBA_OB_TENANTS."""
    return {"tenant_id": tenant_id, "tenant_type": "USER", "status": "NORMAL", "in_recyclebin": "NO",
            "tenant_role": "PRIMARY", "compatible": "4.3.5.3", "log_mode": "ARCHIVELOG", **changes}


def situation(running=(), made=None, unit_exists=True, pool_exists=False, **tenants):
    """What the views show of a source tenant that can be cloned, apart from what is said otherwise."""
    rows = {"mysql001": tenant(1002), "META$1002": tenant(1001, tenant_type="META"), **tenants}
    return Situation(list(running), made, {name: row for name, row in rows.items() if row}, unit_exists, pool_exists, 0)


@pytest.mark.parametrize(("wait", "outcome"), [(True, StartOutcome.COMPLETED), (False, StartOutcome.RUNNING)])
def test_a_clone_that_is_not_there_is_started(wait, outcome):
    assert decide_start(WANTED, situation(), wait) == (StartAction.START, outcome, None)


@pytest.mark.parametrize("status", list(STATUSES))
def test_an_ended_job_without_a_tenant_does_not_hinder_a_new_one(status):
    # A tenant that was dropped later leaves its job in HISTORY.
    assert decide_start(WANTED, situation(made=history(status)), True).action is StartAction.START


@pytest.mark.parametrize("status", ON_ITS_WAY)
@pytest.mark.parametrize(("wait", "action"), [(True, StartAction.FOLLOW), (False, StartAction.NOTHING)])
def test_a_running_job_of_the_same_clone_is_followed(status, wait, action):
    job = progress(status)
    assert decide_start(WANTED, situation([job]), wait) == (action, StartOutcome.ALREADY_RUNNING, job)


def test_the_tenant_of_a_running_job_does_not_count_as_existing():
    job = progress("CLONE_SYS_RELEASE_RESOURCE")
    found = situation([job], clone_a=tenant(1004))
    assert decide_start(WANTED, found, True).outcome == StartOutcome.ALREADY_RUNNING


@pytest.mark.parametrize("status", ENDS_OTHERWISE)
def test_a_job_that_is_being_cleaned_up_must_end_first(status):
    with pytest.raises(Refused, match=f"still being cleaned up .{status}") as caught:
        decide_start(WANTED, situation([progress(status)]), True)
    assert "ob_clone_cancel waits for that" in caught.value.hint


def test_a_running_job_in_an_unknown_status_is_not_guessed_at():
    with pytest.raises(UnsupportedVersion, match="CLONE_SYS_TELEPORT"):
        decide_start(WANTED, situation([progress("CLONE_SYS_TELEPORT")]), True)


@pytest.mark.parametrize(("column", "message"), [
    ("source_tenant_name", "its source_tenant is other, not mysql001"),
    ("resource_pool_name", "its resource_pool is other, not pool_a"),
    ("unit_config_name", "its unit_config is other, not unit001")])
def test_a_running_job_that_differs_is_a_clear_failure(column, message):
    with pytest.raises(Refused, match=message):
        decide_start(WANTED, situation([progress("CLONE_SYS_LOCK", **{column: "other"})]), True)


def test_a_clone_that_exists_is_recognized_by_its_tenant_id():
    made = history("CLONE_SYS_SUCCESS")
    found = situation(made=made, clone_a=tenant(1004, tenant_role="STANDBY"))
    assert decide_start(WANTED, found, True) == (StartAction.NOTHING, StartOutcome.ALREADY_EXISTS, made)


@pytest.mark.parametrize(("found", "message"), [
    (situation(clone_a=tenant(1004)), "does not know it as a clone"),
    (situation(made=history("CLONE_SYS_SUCCESS"), clone_a=tenant(1006)), "does not know it as a clone"),
    (situation(made=history("CLONE_SYS_SUCCESS", source_tenant_name="other"), clone_a=tenant(1004)),
     "is a clone of tenant other"),
    (situation(made=history("CLONE_SYS_SUCCESS"), clone_a=tenant(1004, status="DROPPING")), "its status is DROPPING")])
def test_a_tenant_that_is_something_else_is_a_failure(found, message):
    with pytest.raises(Refused, match=message) as caught:
        decide_start(WANTED, found, True)
    assert "drop tenant clone_a first" in caught.value.hint


def test_nothing_hinders_a_tenant_that_can_be_cloned():
    assert obstacle(WANTED, situation()) is None


OBSTACLES = [
    ("dollar_in_name", WANTED._replace(clone_tenant="a$b"), situation()),
    ("reserved_name", WANTED._replace(clone_tenant="All_User"), situation()),
    ("no_source", WANTED, situation(mysql001=None)),
    ("not_a_user_tenant", WANTED, situation(mysql001=tenant(1, tenant_type="SYS"))),
    ("source_not_normal", WANTED, situation(mysql001=tenant(1002, status="RESTORE"))),
    ("source_not_normal", WANTED, situation(mysql001=tenant(1002, in_recyclebin="YES"))),
    ("source_not_normal", WANTED, situation(**{"META$1002": tenant(1001, status="CREATING")})),
    ("data_version", WANTED, situation(mysql001=tenant(1002, compatible="4.2.5.0"))),
    ("source_not_primary", WANTED, situation(mysql001=tenant(1002, compatible="4.3.1.0", tenant_role="STANDBY"))),
    ("no_unit", WANTED, situation(unit_exists=False)),
    ("pool_exists", WANTED, situation(pool_exists=True)),
    ("log_archive", WANTED, situation(mysql001=tenant(1002, log_mode="NOARCHIVELOG"))),
    ("source_busy", WANTED, situation([progress("CLONE_SYS_LOCK", name="clone_b")])),
    ("name_busy", WANTED, situation([progress("CLONE_SYS_LOCK", name="CLONE_A", source_tenant_name="other")])),
]


@pytest.mark.parametrize(("rule", "wanted", "found"), OBSTACLES)
def test_check_mode_knows_why_the_server_would_refuse(rule, wanted, found):
    failure = obstacle(wanted, found)
    assert isinstance(failure, RULES[rule].cls)
    assert failure.hint == RULES[rule].hint % wanted._asdict()


def test_a_standby_tenant_can_be_cloned_since_4_3_2():
    assert obstacle(WANTED, situation(mysql001=tenant(1002, compatible="4.3.2.0", tenant_role="STANDBY"))) is None


@pytest.mark.parametrize("compatible", [None, "", "unknown"])
def test_a_version_that_is_not_told_is_no_reason(compatible):
    assert obstacle(WANTED, situation(mysql001=tenant(1002, compatible=compatible))) is None


@pytest.mark.parametrize("wait", [True, False])
@pytest.mark.parametrize("status", ON_ITS_WAY)
def test_a_job_in_progress_is_not_over(status, wait):
    assert has_completed(progress(status), wait) is False


@pytest.mark.parametrize("status", ENDS_OTHERWISE)
def test_a_job_that_ends_otherwise_is_a_failure_with_its_reason(status):
    ended = {"ret_code": -4770, "error_message": "Tenant (1002) is in UPGRADE procedure"}
    assert has_completed(progress(status), wait=True) is False
    for job in (history(status, **ended), progress(status, **ended)):
        with pytest.raises(CloneFailed, match=f"ended in {status}: Tenant .1002. is in UPGRADE procedure") as caught:
            has_completed(job, wait=False)
        assert caught.value.errno == 4770
        assert "run the task again when it is over" in caught.value.hint


def test_success_in_the_history_is_the_end():
    assert has_completed(history("CLONE_SYS_SUCCESS", ret_code=0), wait=True) is True


def test_a_failed_job_without_a_reason_says_where_to_look():
    with pytest.raises(CloneFailed, match="the server gives no reason") as caught:
        has_completed(history("CLONE_SYS_LOCK_FAIL"), wait=True)
    assert "trace_id" in caught.value.hint
    assert caught.value.errno is None


@pytest.mark.parametrize("status", ["CLONE_SYS_TELEPORT", "CLONE_SYS_LOCK"])
def test_an_end_that_nobody_knows_is_not_taken_for_success(status):
    with pytest.raises(UnsupportedVersion, match=status):
        has_completed(history(status), wait=True)
