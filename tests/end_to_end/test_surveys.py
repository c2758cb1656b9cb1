# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The survey of each playbook is one that AWX takes, and the playbook takes its answers as AWX hands them over."""

from __future__ import annotations

import json
import runpy
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.community.oceanbase.plugins.plugin_utils._playbook_variables import ONE_OF, convert
from support import REPOSITORY
from support.plays.ansible import COLLECTION, run_playbook
from support.servers.mock_clusters import clusters, job

sys.path.insert(0, str(REPOSITORY / "scripts"))
SCRIPT = runpy.run_path(str(REPOSITORY / "scripts" / "playbooks.py"))
PLAYBOOKS = {playbook.name: playbook for playbook in SCRIPT["playbooks"]()}
TYPES = ("text", "integer", "multiplechoice", "multiselect")
SCENARIO = {"jobs": [job("clone_a", "mysql001", age=4000), job("clone_b", "sales", age=60)]}
# What the answers of each survey leave of the two clones.
LEFT = {"clone_status": ["clone_a", "clone_b"], "cancel_clone": ["clone_b"], "free_source_tenant": ["clone_b"],
        "reap_stale_clones": ["clone_b"]}


def survey_of(name: str) -> dict[str, Any]:
    """Returns the survey that is shipped for a playbook."""
    return dict(json.loads((REPOSITORY / "playbooks" / "surveys" / f"{name}.json").read_text(encoding="utf-8")))


def answers(name: str, untouched: bool) -> dict[str, Any]:
    """
    Returns what AWX hands over as extra variables: the form as it is proposed, with what is required filled in. A field
    that is left empty is an empty text, or an empty list; ``untouched`` leaves those out instead, as its API does.
    """
    wanted = {variable.name: variable.answer for variable in PLAYBOOKS[name].variables}
    result: dict[str, Any] = {}
    for question in survey_of(name)["spec"]:
        value = question["default"]
        if question["type"] == "multiselect":
            value = value.split("\n") if value else []
        if wanted[question["variable"]] is not None:
            value = wanted[question["variable"]]
        assert value not in ("", []) or not question["required"], f"{question['variable']} needs an answer in the test"
        if not (untouched and value in ("", [])) and not (question["type"] == "integer" and value == ""):
            result[question["variable"]] = value
    return result


def test_page_and_surveys_are_made_of_what_the_playbooks_check() -> None:
    for path, content in SCRIPT["files"]().items():
        assert path.read_text(encoding="utf-8") == content, "python scripts/playbooks.py writes it anew"
    assert {path.stem for path in (REPOSITORY / "playbooks").glob("*.yml")} - {"demo"} == set(PLAYBOOKS)
    assert {path.stem for path in (REPOSITORY / "playbooks" / "surveys").iterdir()} == set(PLAYBOOKS)


@pytest.mark.parametrize("name", PLAYBOOKS)
def test_every_variable_that_a_playbook_checks_is_on_the_page(name: str) -> None:
    described = {variable.name for variable in PLAYBOOKS[name].variables}
    assert set(SCRIPT["checked_by"](name)) <= described
    text = (REPOSITORY / "playbooks" / f"{name}.yml").read_text(encoding="utf-8")
    assert [variable for variable in described if variable not in text] == []


@pytest.mark.parametrize("name", PLAYBOOKS)
def test_awx_takes_the_survey(name: str) -> None:
    survey = survey_of(name)
    assert (survey["name"], survey["description"]) == ("", "")
    assert survey["spec"]
    for question in survey["spec"]:
        assert {"question_name", "question_description", "required", "type", "variable", "default"} <= set(question)
        assert question["type"] in TYPES
        assert isinstance(question["required"], bool)
        assert "`" not in question["question_description"], "a mark of the page, which a form does not know"
        default = question["default"]
        if question["type"] in ("multiplechoice", "multiselect"):
            assert question["choices"]
            assert set(default.split("\n")) <= {*question["choices"], ""}
        else:
            assert question["min"] <= question["max"]
            assert default == "" or question["min"] <= (default if question["type"] == "integer" else len(default))
        assert question["type"] != "integer" or isinstance(default, int) or default == ""
    names = [question["variable"] for question in survey["spec"]]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("untouched", [False, True], ids=["empty", "left out"])
@pytest.mark.parametrize("name", LEFT)
def test_a_playbook_takes_the_answers(tmp_path: Path, name: str, untouched: bool) -> None:
    with clusters(tmp_path, {"a": SCENARIO}) as (inventory, mocks):
        play = run_playbook(f"{COLLECTION}.{name}", "--inventory", str(inventory), "-e",
                            json.dumps(answers(name, untouched)))
        assert play.exit_code == 0, play.stdout
        assert sorted(row["clone_tenant_name"] for row in mocks["a"].progress()) == LEFT[name]


@pytest.mark.parametrize(("name", "variable"), [
    pytest.param(name, question["variable"], id=f"{name}-{question['variable']}")
    for name in PLAYBOOKS for question in survey_of(name)["spec"] if not question["required"]])
@pytest.mark.parametrize("empty", ["", " ", None], ids=repr)
def test_an_optional_field_that_is_left_empty_is_as_if_not_there(name: str, variable: str, empty: Any) -> None:
    checked = SCRIPT["checked_by"](name)
    if not checked:
        # Only the role checks it: see test_mock_clusters_takes_each_choice.
        assert name == "mock_clusters"
        return
    one_of = [other for other in ONE_OF.get(name, ()) if other != variable]
    others = {**dict.fromkeys(one_of, "x"), **{
        question["variable"]: 60 if question["type"] == "integer" else "x"
        for question in survey_of(name)["spec"] if question["required"]}}
    assert convert(checked, {**others, variable: empty}, one_of) == convert(checked, others, one_of)


@pytest.mark.parametrize("state", ["started", "stopped", ""])
def test_mock_clusters_takes_each_choice(tmp_path: Path, state: str) -> None:
    (question,) = survey_of("mock_clusters")["spec"]
    assert state in question["choices"] or not (state or question["required"])
    inventory = tmp_path / "hosts.yml"
    folder = tmp_path / "mock"
    inventory.write_text(yaml.safe_dump({"oceanbase": {"hosts": {"a": {
        "ansible_connection": "local", "ansible_python_interpreter": sys.executable, "sys_tenant_mock_port": 0,
        "sys_tenant_mock_folder": str(folder)}}}}), encoding="utf-8")
    run = (f"{COLLECTION}.mock_clusters", "--inventory", str(inventory), "-e")
    try:
        play = run_playbook(*run, json.dumps({**answers("mock_clusters", False), "sys_tenant_mock_state": state,
                                              "oceanbase_hosts": ""}))
        assert play.exit_code == 0, play.stdout
        assert folder.exists() == (state != "stopped")
    finally:
        run_playbook(*run, "sys_tenant_mock_state=stopped")
