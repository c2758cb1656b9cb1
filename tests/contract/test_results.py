# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every module returns exactly the keys that it documents, whichever way it ends."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from support.documents.blocks import module_documentation
from support.plays.ansible import run_module
from support.servers.ob_mock import Mock

# A private module of a role does not log in, and has no table of errors.
MODULES = {name: module for name, module in module_documentation().items() if "login_host" in module["doc"]["options"]}
# What Ansible itself adds, and what the test's own helper does.
OF_ANSIBLE = {"invocation", "warnings", "failed", "exception", "deprecations", "exit_code"}
SEVERAL = "if the clones are named in lists"
CANCEL, SELECT = {"clone_tenant": "clone_a"}, {"clone_tenant": "nobody"}
START = {"clone_tenant": "clone_b", "source_tenant": "mysql002", "resource_pool": "pool_b", "unit_config": "unit001"}
DROP = {"clone_tenant": "nobody", "clone_job_id": "1"}
# What makes each module do its work, and what it finds nothing for or is refused.
WORK: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "ob_clone": (START, {**START, "source_tenant": "nobody"}),
    "ob_clone_cancel": (CANCEL, SELECT),
    "ob_clone_drop": (DROP, {**DROP, "clone_tenant": "clone_a"}),
    "ob_clone_info": ({}, SELECT),
    "ob_tenant_info": ({}, {"tenant": ["nobody"]}),
}
SCENARIO = {
    "tenants": [{"name": "mysql002", "archive_state": "DOING"}],
    "jobs": [{"clone_tenant": "clone_a", "state": "CLONE_SYS_CREATE_TENANT", "hold": True}],
}


@pytest.fixture(scope="module")
def mock() -> Iterator[Mock]:
    with Mock(scenario=SCENARIO, password="secret") as running:
        yield running


def login(mock: Mock, **changes: Any) -> dict[str, Any]:
    """The login options for the mock, some of them changed."""
    return {"login_host": mock.host, "login_port": mock.port, "login_password": "secret", **changes}


def ends(mock: Mock, module: str, work: dict[str, Any], other: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """A name for each way in which the module can end, and its result."""
    return [
        ("check mode", run_module(module, {**login(mock), **work}, check_mode=True)),
        ("check mode with diff", run_module(module, {**login(mock), **work}, check_mode=True, diff=True)),
        ("work with diff", run_module(module, {**login(mock), **work}, diff=True)),
        ("again", run_module(module, {**login(mock), **work})),
        ("nothing to do or refused", run_module(module, {**login(mock), **other}, diff=True)),
        ("unknown option", run_module(module, {**login(mock), **work, "no_such_option": 1})),
        ("wrong value", run_module(module, {**login(mock, login_port=0), **work})),
        ("refused connection", run_module(module, {**login(mock, login_port=1), **work})),
        ("wrong password", run_module(module, {**login(mock, login_password="wrong"), **work})),
        ("another tenant", run_module(module, {**login(mock, login_user="root@mysql001", login_password=""), **work})),
    ]


def test_every_module_is_looked_at() -> None:
    assert sorted(WORK) == sorted(MODULES)


@pytest.mark.parametrize(("module", "several"), [*((module, False) for module in sorted(WORK)),
                                                 ("ob_clone_cancel", True)])
def test_the_keys_returned_are_the_keys_documented(module: str, several: bool, mock: Mock) -> None:
    work, other = WORK[module]
    if several:
        work, other = {"clone_tenants": ["clone_a", "clone_c"], "source_tenants": "mysql001"}, {"clone_job_ids": []}
    documented = MODULES[module]["return"]
    has_diff = MODULES[module]["doc"]["attributes"]["diff_mode"]["support"] == "full"
    failures = set()
    for name, result in ends(mock, module, work, other):
        expected = {key for key, value in documented.items() if value["returned"] == "always"
                    or several and value["returned"] == SEVERAL} | {"changed", "msg"}
        if result["exit_code"]:
            expected |= {"error"}
            failures.add(result["error"]["class"])
            assert result["error"].keys() == {"class", "errno", "sqlstate", "message", "hint"}, name
        if "diff" in name and has_diff or name == "nothing to do or refused" and has_diff:
            assert documented["diff"]["returned"] == "with --diff"
            expected |= {"diff"}
        assert set(result) - OF_ANSIBLE == expected, f"{module}, {name}: {result}"
    assert {"invalid_option", "unreachable", "access_denied", "not_sys_tenant"} <= failures


@pytest.mark.parametrize("module", sorted(WORK))
def test_every_documented_key_has_a_return_condition_that_is_looked_at(module: str) -> None:
    assert {value["returned"] for value in MODULES[module]["return"].values()} <= {
        "always", "failure", "with --diff", SEVERAL}
