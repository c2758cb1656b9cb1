# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""
Runs Python with an ansible-core that .venv does not have: ``python scripts/other_core.py -m pytest tests/end_to_end``.

requirements/demo.txt has one release of ansible-core for Python 3.11 and one for newer Pythons; the other one gets a
venv of its own below .cache, made by make as .venv is. So does a release of FURTHER, named first: ``--core 2.18.19``.
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
# Releases between those of demo.txt and the oldest one that meta/runtime.yml allows, and the Pythons they want.
FURTHER = {"2.18.19": ("3.11", "3.12", "3.13"), "2.20.10": NEW_PYTHONS}


def release() -> str:
    """Returns the release of ansible-core that this script runs, as requirements/demo.txt names it."""
    text = (REPOSITORY / "requirements" / "demo.txt").read_text(encoding="utf-8")
    older, newest = re.findall(r"^ansible-core==(\S+);", text, re.MULTILINE)
    return str(newest if CANDIDATES is NEW_PYTHONS else older)


def program(candidates: tuple[str, ...] = CANDIDATES) -> str | None:
    """Returns the program of the first Python among the candidates that this machine has, and that has pip."""
    for version in candidates:
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
    further = arguments[1] if arguments[0] == "--core" else None
    candidates = FURTHER[further] if further else CANDIDATES
    base = program(candidates)
    if base is None:
        print(f"No Python for ansible-core {further or release()} found: install Python {candidates[0]} (with pip), "
              f"so that python{candidates[0]} is on PATH or in pyenv.", file=sys.stderr)
        return 1
    venv = Path(".cache", f"venv-core-{further}" if further else Path(base).name.replace("python", "venv-"))
    python = str(REPOSITORY / venv / "bin" / "python")
    commands = [["make", "--no-print-directory", f"VENV={venv}", f"PYTHON={base}", "PYTHONS=",
                 str(venv / ".test-ready")]]
    if further:
        commands.append([base, "-m", "pip", "--python", python, "install", "--quiet", "--disable-pip-version-check",
                         f"ansible-core=={further}"])
    commands.append([python, *arguments[2 if further else 0:]])
    # The first one that fails is the last one.
    return next((code for code in (subprocess.run(command, cwd=REPOSITORY, check=False).returncode
                                   for command in commands) if code), 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
