# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""ansible-builder finds what an execution environment needs, and makes a build context from the guide's example."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import yaml
from packaging.requirements import Requirement

from ansible_collections.community.oceanbase.plugins.module_utils._connection.driver import OLDEST_PYMYSQL
from support import REPOSITORY
from support.documents.blocks import blocks, module_documentation

BUILDER = str(Path(sys.executable).parent / "ansible-builder")
GUIDE = REPOSITORY / "docs" / "docsite" / "rst" / "execution_environment_guide.rst"
EVENT_GUIDE = GUIDE.with_name("event_driven_guide.rst")


def test_the_library_is_found_and_nothing_else(tmp_path: Path) -> None:
    collection = tmp_path / "ansible_collections" / "community" / "oceanbase"
    collection.parent.mkdir(parents=True)
    collection.symlink_to(REPOSITORY)
    found = subprocess.run([BUILDER, "introspect", "--sanitize", str(tmp_path)], check=True, text=True,
                           stdout=subprocess.PIPE).stdout
    lines = [line.strip() for line in found.splitlines() if line.strip() and not line.startswith("#")]
    needed = yaml.safe_load("\n".join(line for line in found.splitlines() if not line.startswith("#")))
    assert needed["system"] in ([], {}, None), lines
    assert needed["python"] == ["PyMySQL >= 1.0.2  # from collection community.oceanbase"]


def test_the_version_is_the_one_that_modules_and_code_name() -> None:
    oldest = ".".join(map(str, OLDEST_PYMYSQL))
    for module in module_documentation().values():
        if "login_host" not in module["doc"]["options"]:
            continue
        assert module["doc"]["requirements"] == [f"PyMySQL >= {oldest} (on the host that runs the module)"]
    assert f"PyMySQL >= {oldest}\n" in (REPOSITORY / "meta" / "ee-requirements.txt").read_text(encoding="utf-8")


def make_context(folder: Path, definition: str) -> None:
    """Lets ansible-builder make a build context in the folder."""
    (folder / "execution-environment.yml").write_text(definition, encoding="utf-8")
    subprocess.run([BUILDER, "create", "--context", "context"], cwd=folder, check=True)


def test_the_decision_environment_has_ansible_rulebook_java_and_the_collection(tmp_path: Path) -> None:
    definition = (REPOSITORY / "extensions" / "eda" / "decision-environment.yml").read_text(encoding="utf-8")
    shown = next(block for block in blocks(EVENT_GUIDE) if block.name == "decision-environment.yml")
    assert yaml.safe_load(shown.text) == yaml.safe_load(definition)
    make_context(tmp_path, definition)
    build = tmp_path / "context" / "_build"
    assert "community.oceanbase" in (build / "requirements.yml").read_text(encoding="utf-8")
    pins = (REPOSITORY / "requirements" / "eda.txt").read_text(encoding="utf-8")
    tested = re.findall("^ansible-rulebook==(.*)", pins, re.MULTILINE)
    wanted = (build / "requirements.txt").read_text(encoding="utf-8").strip()
    assert tested[0] in Requirement(wanted).specifier
    assert "java-17-openjdk-headless" in (build / "bindep.txt").read_text(encoding="utf-8")


def test_the_example_of_the_guide_makes_a_build_context(tmp_path: Path) -> None:
    make_context(tmp_path, next(block for block in blocks(GUIDE) if block.name == "execution-environment.yml").text)
    recipe = next((tmp_path / "context").glob("*file")).read_text(encoding="utf-8")
    assert "quay.io/centos/centos:stream9" in recipe
    galaxy = (tmp_path / "context" / "_build" / "requirements.yml").read_text(encoding="utf-8")
    assert yaml.safe_load(galaxy) == {"collections": [{"name": "community.oceanbase"}]}
