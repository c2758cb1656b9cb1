# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""decide() over every status in both views."""

from __future__ import annotations

import pytest

from ansible_collections.community.oceanbase.plugins.module_utils._errors import UnsupportedVersion
from ansible_collections.community.oceanbase.plugins.module_utils._procedures.cancel_decision import (
    Action,
    Decision,
    Outcome,
    decide,
)
from ansible_collections.community.oceanbase.plugins.module_utils._views.jobs import STATUSES

from ..fakes import history, progress

# Written out by hand (facts: Statuses, Failure path, Cancel), not derived from the code's table.
CANCELLABLE = [
    "CLONE_SYS_LOCK", "CLONE_SYS_CREATE_INNER_RESOURCE_POOL", "CLONE_SYS_CREATE_SNAPSHOT",
    "CLONE_SYS_WAIT_CREATE_SNAPSHOT", "CLONE_SYS_CREATE_TENANT", "CLONE_SYS_WAIT_TENANT_RESTORE_FINISH",
]
TOO_LATE = ["CLONE_SYS_RELEASE_RESOURCE", "CLONE_SYS_SUCCESS"]
FAILED = [
    "CLONE_SYS_LOCK_FAIL", "CLONE_SYS_CREATE_INNER_RESOURCE_POOL_FAIL", "CLONE_SYS_CREATE_SNAPSHOT_FAIL",
    "CLONE_SYS_WAIT_CREATE_SNAPSHOT_FAIL", "CLONE_SYS_CREATE_TENANT_FAIL",
    "CLONE_SYS_WAIT_TENANT_RESTORE_FINISH_FAIL", "CLONE_SYS_RELEASE_RESOURCE_FAIL",
]
CANCELED = ["CLONE_SYS_CANCELING", "CLONE_SYS_CANCELED"]
OLD_ROWS = [None, history("CLONE_SYS_SUCCESS", job_id=1), history("CLONE_SYS_CANCELED", job_id=1),
            history("CLONE_SYS_LOCK_FAIL", job_id=1)]


def test_the_status_table_holds_exactly_the_statuses_of_the_facts():
    assert sorted(STATUSES) == sorted(CANCELLABLE + TOO_LATE + FAILED + CANCELED)


@pytest.mark.parametrize("old", OLD_ROWS, ids=str)
@pytest.mark.parametrize("status", CANCELLABLE)
def test_a_cancellable_job_is_canceled_whatever_the_history_holds(status, old):
    assert decide(progress(status), old) == Decision(Action.CANCEL, Outcome.CANCELED)
    assert decide(progress(status), old, wait=False) == Decision(Action.CANCEL, Outcome.CANCELING)


@pytest.mark.parametrize("status", CANCELLABLE)
def test_a_job_whose_tenant_is_normal_already_is_completed(status):
    assert decide(progress(status), None, tenant_normal=True) == Decision(Action.NOTHING, Outcome.COMPLETED)


@pytest.mark.parametrize("wait", [True, False])
@pytest.mark.parametrize("old", OLD_ROWS, ids=str)
@pytest.mark.parametrize("status", TOO_LATE)
def test_past_the_point_of_no_return_is_completed(status, old, wait):
    assert decide(progress(status), old, wait=wait) == Decision(Action.NOTHING, Outcome.COMPLETED)


@pytest.mark.parametrize("wait", [True, False])
@pytest.mark.parametrize("status", FAILED)
def test_a_failed_job_is_failed_in_both_views(status, wait):
    assert decide(progress(status), None, wait=wait) == Decision(Action.NOTHING, Outcome.FAILED)
    assert decide(None, history(status), wait=wait) == Decision(Action.NOTHING, Outcome.FAILED)


@pytest.mark.parametrize("status", CANCELED)
def test_a_clean_up_that_goes_on_is_waited_for_and_nothing_is_sent(status):
    assert decide(progress(status), None) == Decision(Action.WAIT, Outcome.ALREADY_CANCELED)
    assert decide(progress(status), None, ours=True) == Decision(Action.WAIT, Outcome.CANCELED)
    assert decide(progress(status), None, wait=False) == Decision(Action.NOTHING, Outcome.CANCELING)
    assert decide(progress(status), None, wait=False, ours=True) == Decision(Action.NOTHING, Outcome.CANCELING)


@pytest.mark.parametrize("wait", [True, False])
def test_a_canceled_job_in_the_history_is_ours_or_was_canceled_already(wait):
    canceled = history("CLONE_SYS_CANCELED")
    assert decide(None, canceled, wait=wait) == Decision(Action.NOTHING, Outcome.ALREADY_CANCELED)
    assert decide(None, canceled, wait=wait, ours=True) == Decision(Action.NOTHING, Outcome.CANCELED)


@pytest.mark.parametrize("status", TOO_LATE + FAILED)
def test_until_ended_waits_for_what_cannot_be_canceled_while_it_is_in_progress(status):
    outcome = Outcome.FAILED if status in FAILED else Outcome.COMPLETED
    assert decide(progress(status), None, until_ended=True) == Decision(Action.WAIT, outcome)
    assert decide(progress(status), None, until_ended=True, wait=False) == Decision(Action.NOTHING, outcome)
    if status != "CLONE_SYS_RELEASE_RESOURCE":
        assert decide(None, history(status), until_ended=True) == Decision(Action.NOTHING, outcome)


@pytest.mark.parametrize("status", CANCELLABLE)
def test_until_ended_waits_for_a_job_whose_tenant_is_normal_already(status):
    assert decide(progress(status), None, tenant_normal=True, until_ended=True) == Decision(
        Action.WAIT, Outcome.COMPLETED)
    assert decide(progress(status), None, until_ended=True) == decide(progress(status), None)


@pytest.mark.parametrize("status", CANCELED)
def test_until_ended_makes_no_difference_to_a_canceled_job(status):
    for wait in (True, False):
        assert decide(progress(status), None, wait=wait, until_ended=True) == decide(progress(status), None, wait=wait)


def test_a_successful_job_in_the_history_is_completed():
    assert decide(None, history("CLONE_SYS_SUCCESS")) == Decision(Action.NOTHING, Outcome.COMPLETED)


def test_no_job_is_not_found_unless_a_normal_tenant_has_the_name():
    assert decide(None, None) == Decision(Action.NOTHING, Outcome.NOT_FOUND)
    assert decide(None, None, tenant_normal=True) == Decision(Action.NOTHING, Outcome.COMPLETED)


@pytest.mark.parametrize("known", [
    (progress("CLONE_SYS_TELEPORT"), None), (None, history("CLONE_SYS_TELEPORT")), (None, history("CLONE_SYS_LOCK"))])
def test_a_status_that_is_unknown_in_its_view_is_not_guessed_at(known):
    with pytest.raises(UnsupportedVersion, match="clone job 1706251714452555625 is in status"):
        decide(*known)


@pytest.mark.parametrize("wait", [True, False])
@pytest.mark.parametrize("ours", [True, False])
@pytest.mark.parametrize("status", sorted(STATUSES))
def test_every_status_in_progress_has_an_outcome(status, ours, wait):
    assert decide(progress(status), None, wait=wait, ours=ours).outcome in Outcome.ALL
