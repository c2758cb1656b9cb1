# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The published JSON Schema of scenarios: every example fits it, every kind of mistake stops the mock."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft7Validator

from ob_mock.scenario.json_schema import violations
from support import REPOSITORY
from support.fidelity.behaviors import behaviors
from support.servers.ob_mock import MOCK_PROGRAM, Mock

SCHEMA = json.loads((MOCK_PROGRAM / "scenario" / "scenario.schema.json").read_text(encoding="utf-8"))
STATE = "CLONE_SYS_LOCK"
JOB = {"clone_tenant": "a", "state": STATE}
DOCUMENTS = [path for pattern in ("README.md", "roles/*/README.md", "docs/docsite/rst/*.rst")
             for path in REPOSITORY.glob(pattern)]
PLAYBOOKS = [path for folder in ("extensions", "playbooks", "roles", "tests/integration")
             for path in REPOSITORY.glob(folder + "/**/*.yml") if path.name != "argument_specs.yml"]


class Loader(yaml.SafeLoader):
    """YAML with Ansible's tags, whose values do not matter here."""


Loader.add_multi_constructor("!", lambda *_tag_and_node: None)


def scenarios_in(value: Any) -> Iterator[Any]:
    """Every scenario that is written out below ``value``."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if key == "sys_tenant_mock_scenario" and isinstance(inner, dict):
                yield inner
            else:
                yield from scenarios_in(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from scenarios_in(inner)


def code_blocks(text: str) -> Iterator[tuple[str, str]]:
    """Language and text of the blocks of a Markdown or reStructuredText document."""
    yield from re.findall(r"^```(yaml|json)\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    for language, block in re.findall(r"^ *\.\. code-block:: (yaml\S*|json)\n((?: +\S.*\n|\n)+)", text, re.MULTILINE):
        yield language, re.sub(r"\A(:\w+:.*\n)*", "", textwrap.dedent(block))


def documented() -> Iterator[tuple[str, Any]]:
    """Name and scenario of all examples in documents, roles, playbooks and molecule scenarios."""
    for path in DOCUMENTS:
        for language, block in code_blocks(path.read_text(encoding="utf-8")):
            if language == "json" and path.name == "mock_guide.rst":
                yield path.name, json.loads(block)
            elif "sys_tenant_mock_scenario" in block:
                for scenario in scenarios_in(yaml.load(block, Loader)):
                    yield path.name, scenario
    for path in PLAYBOOKS:
        text = path.read_text(encoding="utf-8")
        if "sys_tenant_mock_scenario" in text:
            for document in yaml.load_all(text, Loader):
                for scenario in scenarios_in(document):
                    yield str(path.relative_to(REPOSITORY)), scenario


EXAMPLES = [one for one in documented() if "{{" not in json.dumps(one[1])]


def test_the_schema_is_one() -> None:
    Draft7Validator.check_schema(SCHEMA)


def test_the_documents_have_examples() -> None:
    names = {name for name, _scenario in EXAMPLES}
    assert {"README.md", "mock_guide.rst"} <= names


@pytest.mark.parametrize("scenario", [scenario for _name, scenario in EXAMPLES], ids=[name for name, _one in EXAMPLES])
def test_a_documented_example_fits_and_starts(scenario: Any) -> None:
    assert [error.message for error in Draft7Validator(SCHEMA).iter_errors(scenario)] == []
    # Standing still: a job without "hold" could end before it is counted.
    with Mock(scenario=scenario, step_seconds=600) as mock:
        assert len(mock.progress()) == len(scenario.get("jobs", []))


def test_the_scenarios_of_the_table_of_behaviors_fit() -> None:
    scenarios = [one.mock["scenario"] for one in behaviors() if one.mock and "scenario" in one.mock]
    assert len(scenarios) > 20
    assert [error.message for one in scenarios for error in Draft7Validator(SCHEMA).iter_errors(one)] == []


MISTAKES: list[tuple[Any, str]] = [
    ([], "$"), ({"nosuch": 1}, "$.nosuch"), ({"jobs": {}}, "$.jobs"), ({"jobs": [1]}, "$.jobs[0]"),
    ({"jobs": [JOB, {"state": STATE}]}, "$.jobs[1]"), ({"jobs": [{**JOB, "state": "RUNNING"}]}, "$.jobs[0].state"),
    ({"jobs": [{**JOB, "age": -1}]}, "$.jobs[0].age"), ({"jobs": [{**JOB, "age": "1"}]}, "$.jobs[0].age"),
    ({"jobs": [{**JOB, "hold": 1}]}, "$.jobs[0].hold"), ({"jobs": [{**JOB, "ret_code": 1}]}, "$.jobs[0].ret_code"),
    ({"jobs": [{**JOB, "job_id": 1.5}]}, "$.jobs[0].job_id"), ({"jobs": [{**JOB, "message": 1}]}, "$.jobs[0].message"),
    ({"tenants": [{"name": ""}]}, "$.tenants[0].name"), ({"tenants": [{"name": "x" * 129}]}, "$.tenants[0].name"),
    ({"tenants": [{"name": "t", "compatible": "new"}]}, "$.tenants[0].compatible"),
    ({"login": {"state": "asleep"}}, "$.login.state"), ({"login": {"invited": [1]}}, "$.login.invited[0]"),
    ({"seconds": {"cleanup": -1}}, "$.seconds.cleanup"), ({"parameters": {"cluster": 1}}, "$.parameters.cluster"),
    ({"faults": [{"statement": "x", "kind": "error", "errno": 70000}]}, "$.faults[0].errno")]
# What no schema can know.
SENSELESS: list[tuple[Any, str]] = [
    ({"users": [{"name": "u", "tenant": "nosuch"}]}, "$.users[0]"),
    ({"parameters": {"nosuch": "1"}}, "$.parameters.nosuch"),
    ({"jobs": [{**JOB, "state": "CLONE_SYS_CANCELED"}]}, "$.jobs[0]"),
    ({"faults": [{"statement": "(", "kind": "hang"}]}, "$.faults[0]"), ({"seconds": {"NOSUCH": 1}}, "$.seconds.NOSUCH"),
    ({"history": [{"clone_tenant": "a", "state": STATE}]}, "$.history[0]"),
    ({"resource_pools": [{"name": "p", "unit_config": "nosuch"}]}, "$.resource_pools[0]")]


@pytest.mark.parametrize("scenario, place", MISTAKES)
def test_both_readers_of_the_schema_find_the_same_mistake(scenario: Any, place: str) -> None:
    """The mock has its own small one, because it must run without packages."""
    assert not Draft7Validator(SCHEMA).is_valid(scenario)
    assert [one.split(": ", 1)[0] for one in violations(scenario, SCHEMA, SCHEMA)] == [place]


def refused(tmp_path: Path, text: str) -> str:
    """What the program says about a scenario file; AssertionError if it starts anything."""
    file, port, pid, log = (tmp_path / name for name in ("scenario.json", "port", "pid", "log"))
    file.write_text(text, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, str(MOCK_PROGRAM), "--port", "0", "--scenario", str(file), "--port-file", str(port),
         "--pid-file", str(pid), "--statement-log", str(log)], capture_output=True, text=True, timeout=30, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert sorted(tmp_path.iterdir()) == [file]
    assert "Traceback" not in done.stderr and len(done.stderr.splitlines()) == 1
    return done.stderr


@pytest.mark.parametrize("scenario, place", MISTAKES[1::3] + SENSELESS)
def test_a_mistake_stops_the_program(tmp_path: Path, scenario: Any, place: str) -> None:
    assert refused(tmp_path, json.dumps(scenario)).startswith(f"ob_mock: {tmp_path / 'scenario.json'}: {place}: ")


def test_what_is_no_json_stops_the_program(tmp_path: Path) -> None:
    assert f"ob_mock: {tmp_path / 'scenario.json'}: " in refused(tmp_path, '{"jobs": [')
