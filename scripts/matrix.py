# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""
Runs the tests on what users have: every Python, the oldest and the middle PyMySQL, each release of ansible-core.

Says at the end what ran, and fails when a step failed. An ansible-core may want another Python than .venv has.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import other_core
from ansible_test import BASE_PYTHON, search_path

from stage import REPOSITORY

# The newest one is in .venv, with which `make test` runs.
DRIVERS = ("1.0.2", "1.1.3")
DRIVER_TESTS = ("tests/faults/test_matrix.py", "tests/faults/test_tls.py", "tests/faults/test_hostile_servers.py",
                "tests/faults/test_login_sources.py",
                "tests/unit/plugins/module_utils/connection")
CORE_TESTS = ("tests/end_to_end/test_ob_clone_cancel.py", "tests/end_to_end/test_in_process.py",
              "tests/end_to_end/test_roles.py", "tests/faults/test_secrets.py", "tests/faults/test_signals.py",
              "tests/faults/test_waiting.py", "tests/faults/test_tls.py")
PYTEST = ("-m", "pytest", "-q", "-n", "4", "--dist", "loadfile")


def run(*command: str, **environment: str) -> bool:
    """Runs a command and returns whether it ended well."""
    print("+", *command, flush=True)
    return subprocess.run(command, cwd=REPOSITORY, env={**os.environ, **environment}, check=False).returncode == 0


def pythons() -> list[str]:
    """Returns the Pythons from 3.8 to 3.13 that this machine has, as "3.8"."""
    found = []
    for minor in range(8, 14):
        program = shutil.which(f"python3.{minor}", path=search_path(Path.home()))
        if program and subprocess.run([program, "-c", ""], capture_output=True, check=False).returncode == 0:
            found.append(f"3.{minor}")
    return found


def units() -> bool:
    """Runs the unit tests on every Python."""
    return run(sys.executable, "scripts/ansible_test.py", "units", "--venv")


def driver(version: str) -> bool:
    """Runs the tests that meet the driver, with that PyMySQL."""
    folder = REPOSITORY / ".cache" / "pymysql" / version
    # The venv has no pip where Debian split off ensurepip: the pip of its base Python installs from outside.
    install = (BASE_PYTHON, "-m", "pip", "--python", sys.executable, "install", "--quiet",
               "--disable-pip-version-check", "--no-deps", "--target", str(folder), f"PyMySQL=={version}")
    if not folder.is_dir() and not run(*install):
        return False
    wanted = tuple(map(int, version.split(".")))
    check = f"import pymysql; assert pymysql.VERSION[:3] == {wanted}, pymysql.VERSION"
    return (run(sys.executable, "-c", check, PYTHONPATH=str(folder))
            and run(sys.executable, *PYTEST, *DRIVER_TESTS, PYTHONPATH=str(folder)))


def core(*release: str) -> bool:
    """Runs the tests of the modules as Ansible runs them with another ansible-core; ``release``: --core, 2.18.19."""
    return run(sys.executable, "scripts/other_core.py", *release, *PYTEST, *CORE_TESTS)


def main() -> int:
    """Runs all steps; 1 if one failed."""
    found = pythons()
    steps = {f"unit tests on Python {', '.join(found)}": units(),
             **{f"PyMySQL {version}": driver(version) for version in DRIVERS},
             f"ansible-core {other_core.release()}": core() and run(*other_core.sanity()),
             **{f"ansible-core {release}": core("--core", release) for release in other_core.FURTHER}}
    for step, went_well in steps.items():
        print(f"{'ok    ' if went_well else 'FAILED'} {step}")
    return 0 if all(steps.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
