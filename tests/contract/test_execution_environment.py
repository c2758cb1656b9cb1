# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""ansible-builder finds what an execution environment needs, and makes a build context from the guide's example."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import yaml

from ansible_collections.community.oceanbase.plugins.module_utils._connection.driver import OLDEST_PYMYSQL
from support import REPOSITORY
from support.documents.blocks import blocks, module_documentation

BUILDER = str(Path(sys.executable).parent / "ansible-builder")
GUIDE = REPOSITORY / "docs" / "docsite" / "rst" / "execution_environment_guide.rst"


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


def test_the_example_of_the_guide_makes_a_build_context(tmp_path: Path) -> None:
    example = next(block for block in blocks(GUIDE) if block.name == "execution-environment.yml")
    (tmp_path / "execution-environment.yml").write_text(example.text, encoding="utf-8")
    subprocess.run([BUILDER, "create", "--context", "context"], cwd=tmp_path, check=True)
    recipe = next((tmp_path / "context").glob("*file")).read_text(encoding="utf-8")
    assert "quay.io/centos/centos:stream9" in recipe
    galaxy = (tmp_path / "context" / "_build" / "requirements.yml").read_text(encoding="utf-8")
    assert yaml.safe_load(galaxy) == {"collections": [{"name": "community.oceanbase"}]}
