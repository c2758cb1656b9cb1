# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every module with every value that it refuses: it says which option, sends nothing, and returns all its keys."""

from __future__ import annotations

import sys
from typing import Any

import pytest
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.community.oceanbase.plugins.module_utils._connection.session import Session
from ansible_collections.community.oceanbase.plugins.module_utils._options import unusable_value
from ansible_collections.community.oceanbase.plugins.module_utils._procedures.cancel import CLONE_CANCEL
from ansible_collections.community.oceanbase.plugins.module_utils._procedures.drop import CLONE_DROP
from ansible_collections.community.oceanbase.plugins.module_utils._procedures.info import CLONE_INFO
from ansible_collections.community.oceanbase.plugins.module_utils._procedures.start import CLONE
from ansible_collections.community.oceanbase.plugins.module_utils._procedures.tenant_info import TENANT_INFO
from ansible_collections.community.oceanbase.plugins.module_utils._runner import Ending, refuse, run
from ansible_collections.community.oceanbase.tests.support.refused_options import REFUSED, WORKING, Refused

DESCRIPTIONS = {"ob_clone": CLONE, "ob_clone_cancel": CLONE_CANCEL, "ob_clone_drop": CLONE_DROP,
                "ob_clone_info": CLONE_INFO, "ob_tenant_info": TENANT_INFO}


def end(case: Refused) -> Ending:
    """Returns how a task with these options ends."""
    description = DESCRIPTIONS[case.module]
    validator = ArgumentSpecValidator(description.argument_spec(), **description.argument_rules())
    options = {"login_host": "127.0.0.1", "login_port": 2881, **case.all_options()}
    given = {name: value for name, value in options.items() if value is not None}
    unusable = unusable_value(given, description.argument_spec())
    if unusable:
        return refuse(description, given, unusable, {})
    validated = validator.validate(given)
    if validated.error_messages:
        return refuse(description, validated.validated_parameters, validated.error_messages[0], {})
    return run(description, validated.validated_parameters, False, {}, sys.executable)


@pytest.fixture(autouse=True)
def _no_server(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing must be sent."""
    def send(*_arguments: Any) -> None:
        raise AssertionError("something was sent")

    monkeypatch.setattr(Session, "connect", send)
    monkeypatch.setattr(Session, "run", send)


@pytest.mark.parametrize("case", REFUSED, ids=lambda case: f"{case.module}-{case.options or case.without}")
def test_a_refused_option_is_named_and_nothing_is_sent(case: Refused) -> None:
    ending = end(case)
    result = ending.result
    assert (ending.failed, result["changed"]) == (True, False)
    assert {**result["error"], "hint": ""} == {
        "class": "invalid_option", "errno": None, "sqlstate": None, "message": result["error"]["message"], "hint": ""}
    assert result["error"]["message"].startswith(case.says)
    assert result["error"]["message"] in result["msg"]
    report = DESCRIPTIONS[case.module].report(case.all_options())
    assert set(report.as_result()) | {"error", "invocation"} == set(result)


@pytest.mark.parametrize("module", WORKING)
def test_the_options_of_the_table_work_otherwise(module: str) -> None:
    with pytest.raises(AssertionError, match="something was sent"):
        end(Refused(module, {}, ""))
