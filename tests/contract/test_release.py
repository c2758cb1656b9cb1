# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The notes of a release are the changelog's section of its version, and nothing else is published under its tag."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import yaml

REPOSITORY = Path(__file__).resolve().parents[2]
SCRIPTS = REPOSITORY / "scripts"
sys.path.insert(0, str(SCRIPTS))
import release_notes  # noqa: E402  (found only once the path is set)

CHANGELOG = r"""# community\.oceanbase Release Notes

<a id="v1-1-0"></a>
## v1\.1\.0

<a id="minor-changes"></a>
### Minor Changes

- New\.

<a id="v1-0-0"></a>
## v1\.0\.0

First\.
"""


@pytest.mark.parametrize(("version", "first", "last"), [
    ("1.1.0", '<a id="minor-changes"></a>', r"- New\."), ("1.0.0", r"First\.", r"First\.")])
def test_the_section_of_a_version(version: str, first: str, last: str) -> None:
    lines = release_notes.release_notes(CHANGELOG, version).splitlines()
    assert (lines[0], lines[-1]) == (first, last)


@pytest.mark.parametrize("version", ["1.1", "11.0", "1.0.00", "0.9.0", "v1.0.0"])
def test_a_version_without_a_section_is_refused(version: str) -> None:
    with pytest.raises(ValueError, match="no section"):
        release_notes.release_notes(CHANGELOG, version)


def run(version: str) -> subprocess.CompletedProcess[str]:
    """Runs the script as the release does."""
    return subprocess.run([sys.executable, str(SCRIPTS / "release_notes.py"), version], capture_output=True, text=True,
                          check=False)


def test_only_the_version_of_galaxy_yml_can_be_released() -> None:
    version = yaml.safe_load((REPOSITORY / "galaxy.yml").read_text(encoding="utf-8"))["version"]
    assert run("0.0.1").returncode == 1
    assert f"galaxy.yml has version {version}, not 0.0.1" in run("0.0.1").stderr
    done = run(version)
    # Between releases galaxy.yml names the next one, which the changelog does not know yet.
    assert done.returncode == ("-" in version)
    assert ("Release Summary" in done.stdout) == ("-" not in version)
