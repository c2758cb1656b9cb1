# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What README and meta say about the collection is what is there."""

from __future__ import annotations

import re

import pytest
import yaml

from ansible_collections.community.oceanbase.plugins.module_utils._procedures.cancel_decision import Outcome
from support import REPOSITORY
from support.documents.blocks import module_documentation

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


def test_pinned_versions_are_the_tested_versions_of_readme() -> None:
    pins = re.findall(r"==([\d.]+)", (REPOSITORY / "requirements" / "demo.txt").read_text(encoding="utf-8"))
    assert pins
    assert [pin for pin in pins if pin not in section("Tested versions")] == []
