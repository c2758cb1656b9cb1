# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What README and meta say about the collection is what is there."""

from __future__ import annotations

import re
import sys

import pytest
import yaml

from ansible_collections.community.oceanbase.plugins.module_utils._procedures.cancel_decision import Outcome
from support import REPOSITORY
from support.documents.blocks import module_documentation

sys.path.insert(0, str(REPOSITORY / "scripts"))
import matrix
import other_core

README = (REPOSITORY / "README.md").read_text(encoding="utf-8")
MODULES = sorted(path.stem for path in (REPOSITORY / "plugins" / "modules").glob("*.py"))
PLAYBOOKS = sorted(path.stem for path in (REPOSITORY / "playbooks").glob("*.yml"))
EDA = REPOSITORY / "extensions" / "eda"
EVENTS = sorted(path.stem for path in (*EDA.glob("plugins/event_source/*.py"), *EDA.glob("rulebooks/*.yml")))
# A role is there once it can be included.
ROLES = sorted(path.parents[1].name for path in (REPOSITORY / "roles").glob("*/meta/argument_specs.yml"))


def section(heading: str) -> str:
    """The text below a heading of README, up to the next heading."""
    found = re.search(rf"^#+ {re.escape(heading)}\n(.*?)(?=^#+ |\Z)", README, re.DOTALL | re.MULTILINE)
    assert found, f"README has no heading {heading}"
    return found.group(1)


def first_column(text: str) -> list[str]:
    """The names in back-quotes that begin the rows of a table."""
    return re.findall(r"^\| \[?`([\w.]+)`(?:\]\([\w./]+\))? \|", text, re.MULTILINE)


def test_the_action_group_lists_every_module_that_says_so() -> None:
    runtime = yaml.safe_load((REPOSITORY / "meta" / "runtime.yml").read_text(encoding="utf-8"))
    found = {name: module["doc"] for name, module in module_documentation().items()}
    assert sorted(runtime["action_groups"]["oceanbase"]) == sorted(
        name for name, doc in found.items() if "action_group" in doc["attributes"])
    assert [name for name, doc in found.items() if "login_host" in doc["options"] and "action_group" not in
            doc["attributes"]] == []


def test_included_content_lists_all_that_there_is() -> None:
    names = first_column(section("Included content"))
    assert sorted(names) == sorted(f"community.oceanbase.{name}" for name in MODULES + PLAYBOOKS + ROLES + EVENTS)


def test_the_links_of_included_content_lead_to_what_they_name() -> None:
    rows = re.findall(r"^\| \[`community\.oceanbase\.(\w+)`\]\(([\w./]+)\) \| ([a-z ]+?)(?: for [\w-]+)?: ",
                      section("Included content"), re.MULTILINE)
    assert len(rows) == len(MODULES + PLAYBOOKS + ROLES + EVENTS)
    places = {"module": "plugins/modules/%s.py", "role": "roles/%s/README.md", "playbook": "playbooks/%s.yml",
              "event source": "extensions/eda/plugins/event_source/%s.py",
              "rulebook": "extensions/eda/rulebooks/%s.yml"}
    assert [row for row in rows if row[1] != places[row[2]] % row[0] or not (REPOSITORY / row[1]).is_file()] == []


@pytest.mark.parametrize("name", [str(path.relative_to(REPOSITORY)) for path in (
    *REPOSITORY.glob("*.md"), *REPOSITORY.glob("roles/*/README.md"), *REPOSITORY.glob("playbooks/*.md"),
    *REPOSITORY.glob("examples/**/*.md"), *REPOSITORY.glob("extensions/**/*.md"))])
def test_every_link_to_a_file_leads_to_one(name: str) -> None:
    document = REPOSITORY / name
    links = re.findall(r"\]\(([^)#]+)[^)]*\)", document.read_text(encoding="utf-8"))
    files = [link for link in links if "://" not in link]
    assert [link for link in files if not (document.parent / link).exists()] == []


def test_the_outcomes_of_readme_module_documentation_and_code_are_the_same() -> None:
    outcome = module_documentation()["ob_clone_cancel"]["return"]["outcome"]["description"]
    in_documentation = [match.group(1) for match in (re.match(r"V\((\w+)\) - ", text) for text in outcome) if match]
    assert first_column(section("Description")) == in_documentation == list(Outcome.ALL)


PINS = re.findall(r"^(ansible-core|PyMySQL)==([\d.]+)", (REPOSITORY / "requirements" / "demo.txt").read_text(
    encoding="utf-8"), re.MULTILINE)
CORES = {**dict.fromkeys(other_core.FURTHER), **dict.fromkeys(pin for name, pin in PINS if name == "ansible-core")}


def test_the_versions_that_are_tested_are_the_tested_versions_of_readme() -> None:
    drivers = [*matrix.DRIVERS, *(pin for name, pin in PINS if name == "PyMySQL")]
    assert len(drivers) >= 3 and len(CORES) >= 4
    assert [version for version in (*CORES, *drivers) if version not in section("Tested versions")] == []


def test_each_release_of_ansible_core_from_the_required_one_on_is_tested_and_named_everywhere() -> None:
    """By meta/runtime.yml, README, the release notes, and the files for execution and decision environments."""
    minors = sorted(int(version.split(".")[1]) for version in CORES)
    first, last = f"2.{minors[0]}", f"2.{minors[-1]}"
    assert minors == list(range(minors[0], minors[-1] + 1))
    texts = {name: re.sub(r"\s+", " ", (REPOSITORY / name).read_text(encoding="utf-8")) for name in (
        "meta/runtime.yml", "README.md", "docs/index.rst", "changelogs/fragments/1.0.0.yml",
        "changelogs/changelog.yaml", "extensions/eda/decision-environment.yml",
        "docs/docsite/rst/event_driven_guide.rst", "docs/docsite/rst/execution_environment_guide.rst")}
    assert f'requires_ansible: ">={first}.0"' in texts["meta/runtime.yml"]
    for name in ("README.md", "docs/index.rst"):
        assert f"ansible-core {first} or newer" in texts[name], name
    assert f"with {first} to {last}." in section("Tested versions").replace("\n", " ")
    for name in ("changelogs/fragments/1.0.0.yml", "changelogs/changelog.yaml"):
        assert f"Tested with ansible-core {first} to {last} ({first} or newer is required)" in texts[name], name
    for name in list(texts)[5:]:
        assert f"ansible-core>={first},<2.{minors[-1] + 1}" in texts[name], name
    for path in REPOSITORY.glob("roles/*/meta/main.yml"):
        assert yaml.safe_load(path.read_text(encoding="utf-8"))["galaxy_info"]["min_ansible_version"] == first, path
