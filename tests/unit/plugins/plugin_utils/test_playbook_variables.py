# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The variables of a playbook, as command lines, surveys and inventories give them."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml

from ansible_collections.community.oceanbase.plugins.modules import ob_playbook_start
from ansible_collections.community.oceanbase.plugins.plugin_utils._playbook_variables import (
    ONE_OF,
    PLAYBOOKS,
    WrongValue,
    check_names_for_playbook,
    check_names_for_role,
    convert,
)
from support import REPOSITORY

SPEC: dict[str, dict[str, Any]] = {
    "names": {"type": "list"}, "outcomes": {"type": "list", "choices": ["completed", "failed"]},
    "seconds": {"type": "int", "default": 600}, "tenant": {},
    "what": {"choices": ["cancel", "wait"], "default": "wait"}}
NOTHING = {"names": [], "outcomes": [], "seconds": 600, "tenant": None, "what": "wait"}


@pytest.mark.parametrize("blank", [None, "", "  ", "\n"])
def test_what_is_empty_was_not_given(blank: Any) -> None:
    assert convert(SPEC, {}) == convert(SPEC, dict.fromkeys(SPEC, blank)) == NOTHING


@pytest.mark.parametrize(("name", "value", "expected"), [
    ("names", "clone_a", ["clone_a"]), ("names", "a, b ,,c", ["a", "b", "c"]),
    ("names", ["a", " b ", "", 7], ["a", "b", "7"]),
    ("names", '["a", " b", 7]', ["a", "b", "7"]), ("names", " [] ", []), ("outcomes", '["failed"]', ["failed"]),
    ("names", 7, ["7"]), ("names", [], []), ("names", ",", []), ("names", "\u00fcber", ["\u00fcber"]),
    ("outcomes", "completed,failed", ["completed", "failed"]),
    ("seconds", "600", 600), ("seconds", " 0 ", 0), ("seconds", 0, 0), ("seconds", "-1", -1), ("seconds", 7, 7),
    ("tenant", 7, "7"), ("tenant", " mysql001 ", "mysql001"), ("tenant", "0", "0"), ("tenant", 0, "0"),
    ("what", "cancel", "cancel"),
])
def test_a_value_is_converted(name: str, value: Any, expected: Any) -> None:
    assert convert(SPEC, {name: value}) == {**NOTHING, name: expected}


@pytest.mark.parametrize(("name", "value", "kind"), [
    *[("seconds", value, "a whole number") for value in (
        "10m", "1h", "1e3", "0x10", "ten", "1,000", "600.5", 600.5, True, [600], {"a": 1}, "true")],
    *[("tenant", value, "a text") for value in (["a"], {"a": 1}, True)],
    *[("names", value, "a list of texts") for value in (
        [["a"]], {"a": 1}, [{"a": 1}], True, [None], "[a, b]", "['a']", '["a"', '[["a"]]', "[null]")],
    ("outcomes", "completed,done", "one of: completed, failed"), ("what", "stop", "one of: cancel, wait"),
])
def test_a_wrong_value_is_refused_with_its_variable_and_itself(name: str, value: Any, kind: str) -> None:
    with pytest.raises(WrongValue) as wrong:
        convert(SPEC, {name: value})
    assert str(wrong.value).startswith(f"{name} is {value!r}, but must be {kind}")


def test_what_is_missing_is_named_as_it_is_given_on_the_command_line() -> None:
    with pytest.raises(WrongValue, match=r"^Give -e source_tenant=NAME\.$"):
        convert({"source_tenant": {"required": True}}, {"source_tenant": " "})
    with pytest.raises(WrongValue, match=r"^Give -e min_age=SECONDS\.$"):
        convert({"min_age": {"type": "int", "required": True}}, {})
    with pytest.raises(WrongValue, match=r"^Give -e names=NAME or -e tenant=NAME\.$"):
        convert(SPEC, {"names": ","}, ["names", "tenant"])
    assert convert(SPEC, {"tenant": "a"}, ["names", "tenant"])["tenant"] == "a"


@pytest.mark.parametrize("playbook", PLAYBOOKS)
def test_the_variables_that_are_checked_are_those_that_are_explained(playbook: str) -> None:
    file = (REPOSITORY / "playbooks" / f"{playbook}.yml").read_text(encoding="utf-8")
    explained = [name for line in re.findall(r"^#   (\S.*?)  ", file, re.MULTILINE)[:-1] for name in line.split(", ")]
    readme = (REPOSITORY / "playbooks" / "README.md").read_text(encoding="utf-8")
    row = re.search(rf"^\| \[`community\.oceanbase\.{playbook}`\].*\| (.*) \|$", readme, re.MULTILINE)
    assert row
    assert explained == re.findall(r"`(\w+)`", row[1]) == list(PLAYBOOKS[playbook])


def test_the_documentation_names_every_playbook() -> None:
    documented = yaml.safe_load(ob_playbook_start.DOCUMENTATION)
    assert documented["options"]["playbook"]["choices"] == list(PLAYBOOKS)
    assert set(ONE_OF) <= set(PLAYBOOKS)


@pytest.mark.parametrize(("playbook", "name", "meant"), [
    ("cancel_clone", "clone_tenent", "clone_tenant"), ("cancel_clone", "clone_tenants", "clone_tenant"),
    ("cancel_clone", "wait_timout", "wait_timeout"), ("free_source_tenant", "runing_clone", "running_clone"),
    ("reap_stale_clones", "max_cancels", "max_cancel"), ("reap_stale_clones", "min-age", "min_age"),
    ("clone_status", "oceanbase_host", "oceanbase_hosts"),
])
def test_a_misspelled_variable_of_a_playbook_is_named_with_the_one_that_was_meant(
        playbook: str, name: str, meant: str) -> None:
    with pytest.raises(WrongValue, match=rf"^There is no variable {name}; did you mean {meant}\?$"):
        check_names_for_playbook(playbook, ["environment", name], {meant: ""})
    check_names_for_playbook(playbook, ["environment", name], {meant: 0})


@pytest.mark.parametrize("name", [
    "tenant", "clone", "timeout", "limit", "status", "source", "hosts", "clone_name", "role_names",
    # Variables of other playbooks of this collection, which may share a file of variables.
    "clone_tenant", "stuck_after", "oceanbase_report"])
def test_a_variable_of_something_else_is_no_misspelled_one(name: str) -> None:
    for playbook in PLAYBOOKS:
        check_names_for_playbook(playbook, [name], {})


def options_of(role: str) -> dict[str, Any]:
    """Returns the options of a role as its argument specification has them."""
    specs = yaml.safe_load((REPOSITORY / "roles" / role / "meta" / "argument_specs.yml").read_text(encoding="utf-8"))
    return dict(specs["argument_specs"]["main"]["options"])


@pytest.mark.parametrize(("role", "name", "meant"), [
    ("clone_cancel", "clone_tenant", "clone_tenants"), ("clone_cancel", "job_id", "job_ids"),
    ("ephemeral_clone", "dropp", "drop"), ("ephemeral_clone", "unit_cfg", "unit_config"),
    ("free_source_tenant", "policyy", "policy"), ("free_source_tenant", "names", "name"),
    ("sys_tenant_mock", "scenaro", "scenario"), ("sys_tenant_mock", "step_second", "step_seconds"),
])
def test_a_misspelled_variable_of_a_role_is_named_with_the_one_that_was_meant(role: str, name: str, meant: str) -> None:
    options, names = options_of(role), ["environment", f"{role}_{name}"]
    with pytest.raises(WrongValue, match=f"^There is no variable {role}_{name}; did you mean {role}_{meant}"):
        check_names_for_role(f"{role}_", names, options, {})
    check_names_for_role(f"{role}_", names, options, {f"{role}_{meant}": "given"})


@pytest.mark.parametrize(("role", "names"), [
    ("clone_cancel", ["results", "result", "job", "failed", "names"]),
    ("ephemeral_clone", ["job", "name", "result"]), ("free_source_tenant", ["canceled", "said", "result", "done"]),
    ("sys_tenant_mock", ["running", "started"]),
])
def test_a_fact_with_the_prefix_of_a_role_is_no_misspelled_variable(role: str, names: list[str]) -> None:
    check_names_for_role(f"{role}_", [f"{role}_{name}" for name in names], options_of(role), {})


@pytest.mark.parametrize("role", [path.name for path in (REPOSITORY / "roles").iterdir()])
def test_a_role_begins_with_the_names_of_its_variables(role: str) -> None:
    tasks = yaml.safe_load((REPOSITORY / "roles" / role / "tasks" / "main.yml").read_text(encoding="utf-8"))
    assert tasks[0]["community.oceanbase.ob_role_start"]["role"] == role
    assert all(name.startswith(f"{role}_") for name in options_of(role))
