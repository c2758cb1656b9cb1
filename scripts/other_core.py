# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""
Runs Python with the ansible-core that .venv does not have: ``python scripts/other_core.py -m pytest tests/end_to_end``.

requirements/demo.txt has one release of ansible-core for Python 3.11 and one for newer Pythons; the other one gets a
venv of its own below .cache, made by make as .venv is.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

from ansible_test import search_path

from stage import REPOSITORY

# The newest core wants one of these, the older one Python 3.11. The first that is found is taken.
NEW_PYTHONS = ("3.13", "3.12", "3.14")
CANDIDATES = NEW_PYTHONS if sys.version_info < (3, 12) else ("3.11",)


def release() -> str:
    """Returns the release of ansible-core that this script runs, as requirements/demo.txt names it."""
    text = (REPOSITORY / "requirements" / "demo.txt").read_text(encoding="utf-8")
    older, newest = re.findall(r"^ansible-core==(\S+);", text, re.MULTILINE)
    return str(newest if CANDIDATES is NEW_PYTHONS else older)


def program() -> str | None:
    """Returns the program of the first Python among CANDIDATES that this machine has, and that has pip."""
    for version in CANDIDATES:
        found = shutil.which(f"python{version}", path=search_path(Path.home()))
        if found and subprocess.run([found, "-c", "import pip"], capture_output=True, check=False).returncode == 0:
            return found
    return None


def sanity() -> list[str]:
    """
    Returns the command that runs its sanity tests. Compiling and importing on every Python is left to those of .venv.
    """
    version = Path(program() or CANDIDATES[0]).name.replace("python", "")
    return [sys.executable, "scripts/other_core.py",
            "scripts/ansible_test.py", "sanity", "--local", "--python", version]


def main(arguments: list[str]) -> int:
    """Makes the venv if it is missing or older than its requirements; returns the exit code of its Python."""
    base = program()
    if base is None:
        print(f"No Python for ansible-core {release()} found: install Python {CANDIDATES[0]} (with pip), "
              f"so that python{CANDIDATES[0]} is on PATH or in pyenv.", file=sys.stderr)
        return 1
    venv = Path(".cache", Path(base).name.replace("python", "venv-"))
    made = subprocess.run(["make", "--no-print-directory", f"VENV={venv}", f"PYTHON={base}", "PYTHONS=",
                           str(venv / ".test-ready")], cwd=REPOSITORY, check=False)
    return made.returncode or subprocess.run(
        [REPOSITORY / venv / "bin" / "python", *arguments], cwd=REPOSITORY, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
