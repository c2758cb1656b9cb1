# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Builds the tarball of the collection, as `make build` does."""

from __future__ import annotations

import fcntl
import shutil
import subprocess
import sys
from pathlib import Path

from support import REPOSITORY


def build_tarball(folder: Path) -> Path:
    """Builds the tarball and returns a copy of it in ``folder``; tests that run side by side take turns."""
    lock = REPOSITORY / ".cache" / "build.lock"
    with lock.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        subprocess.run([sys.executable, str(REPOSITORY / "scripts" / "build.py")], check=True,
                       stdout=subprocess.DEVNULL)
        (tarball,) = (REPOSITORY / ".cache" / "build").glob("*.tar.gz")
        return Path(shutil.copy(tarball, folder))
