# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What ob_clone_drop drops: only what the named job has made."""

from __future__ import annotations

from typing import Any, Dict, List, Sequence

import pytest

from ansible_collections.community.oceanbase.plugins.module_utils._clock import Budget
from ansible_collections.community.oceanbase.plugins.module_utils._errors import (
    Failure,
    Refused,
    UnsupportedVersion,
    server_failure,
)
from ansible_collections.community.oceanbase.plugins.module_utils._procedures.drop import (
    CLONE_DROP,
    made_by,
    statements_to_drop,
)
from ansible_collections.community.oceanbase.plugins.module_utils._views.jobs import STATUSES, Phase, Sighting
from ansible_collections.community.oceanbase.plugins.module_utils._views.selector import Selector

from ..fakes import NOW, OPTIONS, FakeSession, columns_asked_for, history, perform, progress, view_row

TENANT = {"tenant_id": 1004, "tenant_name": "clone_a"}
POOL = {"resource_pool_id": 1003, "name": "pool_a", "tenant_id": 1004}
DROP_TENANT, DROP_POOL = "DROP TENANT `clone_a` FORCE", "DROP RESOURCE POOL `pool_a`"


@pytest.mark.parametrize(("tenants", "pools", "expected"), [
    ([TENANT], [POOL], [DROP_TENANT, DROP_POOL]),
    ([TENANT], [], [DROP_TENANT]),
    ([], [{**POOL, "tenant_id": None}], [DROP_POOL]),
    ([], [{**POOL, "tenant_id": 1006}], []),
    ([TENANT], [{**POOL, "resource_pool_id": 1007}], [DROP_TENANT]),
    ([], [], []),
])
def test_what_the_job_made_is_dropped_and_nothing_else(tenants, pools, expected):
    assert statements_to_drop(history("CLONE_SYS_SUCCESS"), tenants, pools) == expected


def test_another_tenant_of_that_name_is_refused():
    with pytest.raises(Refused, match="has the id 1006, but the clone job made tenant 1004"):
        statements_to_drop(history("CLONE_SYS_SUCCESS"), [{**TENANT, "tenant_id": 1006}], [POOL])


@pytest.mark.parametrize("status", [name for name, phase in STATUSES.items() if phase in (
    Phase.FAILED, Phase.CANCELED)])
def test_a_job_that_made_nothing_gives_nothing_to_drop_even_if_names_are_in_use(status):
    assert statements_to_drop(history(status), [{**TENANT, "tenant_id": 1006}], [POOL]) == []


@pytest.mark.parametrize("status", ["CLONE_SYS_NEW", "CLONE_SYS_LOCK"])
def test_of_a_job_that_ended_in_a_way_not_known_nothing_is_said_to_be_absent(status):
    with pytest.raises(UnsupportedVersion, match="which this collection does not know"):
        statements_to_drop(history(status), [TENANT], [POOL])


class ServerThatDrops(FakeSession):
    """Holds what the job made until it is dropped; fails each DROP with the next of ``failures`` after doing it."""

    def __init__(self, failures: Sequence[Failure]) -> None:
        super().__init__([])
        self.failures = list(failures)
        self.left = [DROP_TENANT, DROP_POOL]

    def run(self, statement: str, arguments: Sequence[Any], budget: Budget) -> List[Dict[str, Any]]:
        self.statements.append(statement)
        if statement.startswith("DROP"):
            self.left.remove(statement)
            if self.failures:
                raise self.failures.pop(0)
            return []
        if "DBA_OB_TENANTS" in statement:
            return columns_asked_for(statement, [TENANT] * (DROP_TENANT in self.left))
        if "DBA_OB_RESOURCE_POOLS" in statement:
            return columns_asked_for(statement, [POOL] * (DROP_POOL in self.left))
        return [{"view_name": "history", "server_time": NOW, **view_row("CLONE_SYS_SUCCESS")}]


@pytest.mark.parametrize("number", [4012, 1317, 4064, 5066])
def test_a_drop_that_was_cut_short_and_yet_executed_is_a_change(number):
    task, failure = perform(CLONE_DROP, ServerThatDrops([server_failure(number, "HY000", "x")]), {
        **OPTIONS, "clone_tenant": "clone_a", "clone_job_id": "1706251714452555625"})
    assert failure is None
    assert (task.changed, task.outcome) == (True, "dropped")
    assert task.executed_statements == [DROP_TENANT, DROP_POOL]
    assert task.warnings == [
        "Whether DROP TENANT `clone_a` FORCE was executed is uncertain (the server answered error %d (HY000): x)."
        % number]


WANTED = Selector(clone_tenant="clone_a", clone_job_id="7")


@pytest.mark.parametrize("status", list(STATUSES))
def test_a_job_that_has_not_ended_is_refused_with_what_can_be_done(status):
    with pytest.raises(Refused, match="is in %s, so it has not ended" % status) as caught:
        made_by(Sighting(progress(status), history("CLONE_SYS_SUCCESS")), WANTED)
    assert ("ob_clone_cancel" in caught.value.hint) == (STATUSES[status] is Phase.CANCELLABLE)


def test_an_unknown_job_is_refused():
    with pytest.raises(Refused, match="neither view knows clone tenant clone_a, clone job 7"):
        made_by(Sighting(None, None), WANTED)


@pytest.mark.parametrize("status", ["CLONE_SYS_LOCK", "CLONE_SYS_RELEASE_RESOURCE"])
def test_a_job_that_is_refused_is_shown(status):
    report, failure = perform(CLONE_DROP, FakeSession([[("progress", view_row(status))]]), {
        **OPTIONS, "clone_tenant": "clone_a", "clone_job_id": "1706251714452555625"})
    assert isinstance(failure, Refused)
    assert report.as_result()["job"]["status"] == status
