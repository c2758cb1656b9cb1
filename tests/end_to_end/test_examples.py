# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The projects of examples/ run as their README says, on the mock; only ports are replaced by free ones."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from support import REPOSITORY
from support.documents.blocks import blocks
from support.documents.player import compare, free_ports
from support.plays.ansible import ansible_environment
from support.plays.programs import path_of_programs

EXAMPLES = sorted(path.parent for path in (REPOSITORY / "examples").glob("*/README.md"))
PORT = re.compile(r"\b129\d\d\b")


class Example:
    """A copy of an example, with ports that are free."""

    def __init__(self, source: Path, folder: Path) -> None:
        self.folder = folder / source.name
        shutil.copytree(source, self.folder)
        files = [path for path in self.folder.rglob("*") if path.is_file()]
        ports = sorted({port for path in files for port in PORT.findall(path.read_text(encoding="utf-8"))})
        self.ports = dict(zip(ports, free_ports(len(ports))))
        for path in files:
            path.write_text(self.adapt(path.read_text(encoding="utf-8")), encoding="utf-8")

    def adapt(self, text: str) -> str:
        """Returns the text with free ports."""
        return PORT.sub(lambda found: self.ports[found[0]], text)

    def run(self, command: str, **environment: str) -> str:
        """Returns what the command prints; AssertionError if it fails."""
        path = f"{path_of_programs()}:{os.environ['PATH']}"
        environment = ansible_environment(PATH=path, HOME=str(self.folder.parent), RECORD_RESULTS_TO=os.devnull,
                                          **environment)
        done = subprocess.run(["bash", "-euc", self.adapt(command)], cwd=self.folder, env=environment, text=True,
                              check=False, timeout=120, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT)
        assert done.returncode == 0, f"{command}\n{done.stdout}"
        return done.stdout

    def commands_of_other_files(self) -> list[tuple[str, dict[str, str]]]:
        """Returns the commands that a scheduler or a CI server runs, with the environment that it gives them."""
        found: list[tuple[str, dict[str, str]]] = []
        for path in self.folder.iterdir():
            text = path.read_text(encoding="utf-8") if path.is_file() else ""
            if path.suffix == ".cron":
                found += [(command, {}) for command in re.findall(r"^[\d*].* && (.+)$", text, re.MULTILINE)]
            elif path.name == "Jenkinsfile":
                assert text.count("{") == text.count("}")
                found += [(command, {"BUILD_NUMBER": "8"}) for command in re.findall(r"sh '(.+)'", text)]
            elif path.name == ".gitlab-ci.yml":
                found += [(command, {"CI_PIPELINE_ID": "9"}) for job in yaml.safe_load(text).values()
                          for command in job["script"]]
        return found


def test_there_are_three_examples() -> None:
    assert [path.name for path in EXAMPLES] == ["maintenance_window", "nightly_reaper", "pipeline"]


@pytest.mark.parametrize("source", EXAMPLES, ids=lambda path: path.name)
def test_an_example_runs_as_it_is(source: Path, tmp_path: Path) -> None:
    example = Example(source, tmp_path)
    readme = blocks(source / "README.md")
    commands = [block.text for block in readme if block.language == "shell"]
    assert "mock_clusters" in commands[0]
    assert "sys_tenant_mock_state=stopped" in commands[-1]
    output = ""
    try:
        for block in readme:
            if block.language == "shell" and block.text != commands[-1]:
                output = example.run(block.text)
            elif block.language == "text":
                compare(block.text, output, f"{source.name}:{block.line}")
        login = {"OCEANBASE_LOGIN_PORT": example.ports["12975"]} if "12975" in example.ports else {}
        others = example.commands_of_other_files()
        assert len(others) == {"maintenance_window": 0, "nightly_reaper": 1, "pipeline": 2}[source.name]
        for command, environment in others:
            assert "failed=0" in example.run(command, **login, **environment)
        assert (example.folder / "clones.html").exists() == (source.name == "nightly_reaper")
    finally:
        example.run(commands[-1])
    assert list((tmp_path / ".cache" / "sys_tenant_mock").glob("*")) == []
