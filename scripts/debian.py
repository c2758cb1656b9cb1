# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""
Installs the Debian packages of a list that this machine lacks, and says so first.

``python scripts/debian.py [--ask] requirements/NAME.apt``: with --ask a person must agree; CI=true or YES=1 in
the environment agrees for them. A line of the list is a package; programs after it stand for it where one is on PATH.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

# Somebody else, such as unattended upgrades, may be installing something.
LOCK_SECONDS = 300


def wanted(list_file: Path) -> dict[str, list[str]]:
    """Returns the packages of a list, each with the programs that may stand for it."""
    lines = (line.split("#")[0].split() for line in list_file.read_text(encoding="utf-8").splitlines())
    return {words[0]: words[1:] for words in lines if words}


def is_there(package: str, programs: list[str]) -> bool:
    """Returns whether a program of the package is on PATH, or dpkg has the package installed."""
    if any(map(shutil.which, programs)):
        return True
    if not shutil.which("dpkg-query"):
        return False
    shown = subprocess.run(["dpkg-query", "--show", "--showformat", "${db:Status-Status}", package],
                           capture_output=True, text=True, check=False)
    return shown.stdout == "installed"


def agreed() -> bool:
    """Returns whether the environment or a person at the terminal agrees to the installation."""
    if os.environ.get("CI") or os.environ.get("YES"):
        return True
    return sys.stdin.isatty() and input("Install them? [y/N] ").strip().lower() in ("y", "yes")


def refuse(reason: str) -> int:
    """Prints why nothing is installed; returns the exit code 1."""
    print(reason, file=sys.stderr)
    return 1


def main(arguments: list[str]) -> int:
    """Returns 0 once all packages are there; prints why and returns 1 where they cannot be installed."""
    packages = wanted(Path(arguments[-1]))
    missing = [package for package, programs in packages.items() if not is_there(package, programs)]
    if not missing:
        return 0
    command = ["apt-get", "install", "--yes", "--no-install-recommends", *missing]
    print(f"This command needs Debian packages that this machine lacks: {' '.join(missing)}", flush=True)
    if not shutil.which("apt-get"):
        return refuse("There is no apt-get here: install what corresponds to them, with its programs on PATH.")
    if os.geteuid() != 0:
        return refuse(f"Only root may install them. Run as root: {' '.join(command)}")
    if "--ask" in arguments and not agreed():
        return refuse("Nothing was installed. To agree to it beforehand, run the command again with YES=1.")
    print("Installing them ...", flush=True)
    wait = f"DPkg::Lock::Timeout={LOCK_SECONDS}"
    for step in (["apt-get", "update"], command):
        done = subprocess.run([step[0], "-qq", "-o", wait, *step[1:]], check=False, text=True,
                              env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        if done.returncode:
            return refuse(f"{' '.join(step)} failed:\n{done.stdout}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
