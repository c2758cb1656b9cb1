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
