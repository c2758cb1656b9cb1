# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""
Runs the tests on what users have: every Python, the oldest and the middle PyMySQL, and the other ansible-core.

Says at the end what ran. It fails when a step failed, and when no Python but the one of .venv was found.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from ansible_test import search_path

from stage import REPOSITORY

# The newest one is in .venv, with which `make test` runs.
DRIVERS = ("1.0.2", "1.1.3")
DRIVER_TESTS = ("tests/faults/test_matrix.py", "tests/faults/test_tls.py", "tests/faults/test_login_sources.py",
                "tests/unit/plugins/module_utils/test_login.py", "tests/unit/plugins/module_utils/test_session.py")
# A release of ansible-core for each of two Pythons; requirements/demo.txt names it.
CORE_PYTHONS = ("3.11", "3.13")
CORE_TESTS = ("tests/end_to_end/test_ob_clone_cancel.py", "tests/faults/test_waiting.py", "tests/faults/test_tls.py")
CACHE = REPOSITORY / ".cache"


def run(*command: str, **environment: str) -> bool:
    """Whether a command ended well."""
    print("+", *command, flush=True)
    return subprocess.run(command, cwd=REPOSITORY, env={**os.environ, **environment}, check=False).returncode == 0


def pip(target: str, *arguments: str) -> bool:
    """Installs for the Python ``target``, with a pip from outside: a venv without ensurepip has none."""
    version = f"{sys.version_info[0]}.{sys.version_info[1]}"
    base = str(Path(sys.base_prefix) / "bin" / f"python{version}")
    return run(base, "-m", "pip", "--python", target, "install", "--quiet", "--disable-pip-version-check", *arguments)


def pythons() -> list[str]:
    """The Pythons from 3.8 to 3.13 that this machine has, as "3.8"."""
    found = []
    for minor in range(8, 14):
        program = shutil.which(f"python3.{minor}", path=search_path(Path.home()))
        if program and subprocess.run([program, "-c", ""], capture_output=True, check=False).returncode == 0:
            found.append(f"3.{minor}")
    return found


def units() -> bool:
    """The unit tests on every Python."""
    return run(sys.executable, "scripts/ansible_test.py", "units", "--venv")


def driver(version: str) -> bool:
    """The tests that meet the driver, with that PyMySQL."""
    folder = CACHE / "pymysql" / version
    if not folder.is_dir() and not pip(sys.executable, "--no-deps", "--target", str(folder), f"PyMySQL=={version}"):
        return False
    wanted = tuple(map(int, version.split(".")))
    check = f"import pymysql; assert pymysql.VERSION[:3] == {wanted}, pymysql.VERSION"
    return (run(sys.executable, "-c", check, PYTHONPATH=str(folder))
            and run(sys.executable, "-m", "pytest", "-q", *DRIVER_TESTS, PYTHONPATH=str(folder)))


def core(version: str) -> bool:
    """The tests of the module as Ansible runs it, on another Python and hence another ansible-core."""
    program = shutil.which(f"python{version}", path=search_path(Path.home()))
    venv = CACHE / f"venv-{version}"
    if program is None:
        return False
    python = str(venv / "bin" / "python")
    if not (venv / "bin" / "pytest").exists() and not (
            run(program, "-m", "venv", "--without-pip", str(venv)) and pip(python, "-r", "requirements/test.txt")):
        return False
    return run(python, "-m", "pytest", "-q", *CORE_TESTS)


def main() -> int:
    """Runs all steps; 1 if one failed."""
    mine = f"{sys.version_info[0]}.{sys.version_info[1]}"
    found = pythons()
    others = [version for version in CORE_PYTHONS if version != mine and version in found]
    steps = {f"unit tests on Python {', '.join(found)}": units(),
             **{f"PyMySQL {version}": driver(version) for version in DRIVERS},
             **{f"ansible-core {core_of(version)} on Python {version}": core(version) for version in others}}
    if found in ([], [mine]):
        steps["another Python than the one of .venv (none was found)"] = False
    for step, went_well in steps.items():
        print(f"{'ok    ' if went_well else 'FAILED'} {step}")
    return 0 if all(steps.values()) else 1


def core_of(python: str) -> str:
    """The release of ansible-core that requirements/demo.txt has for that Python."""
    text = (REPOSITORY / "requirements" / "demo.txt").read_text(encoding="utf-8")
    old, new = re.findall(r"^ansible-core==(\S+);", text, re.MULTILINE)
    return str(old if int(python.partition(".")[2]) < 12 else new)


if __name__ == "__main__":
    sys.exit(main())
