# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Copies the collection to where the official tools want it: a real folder ansible_collections/community/oceanbase."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]


def stage(purpose: str) -> Path:
    """
    Returns a fresh copy of all files that git knows or would add, uncommitted changes included.

    ``purpose`` names the tree below .cache that it lands in, so that two tools do not disturb each other.
    """
    target = REPOSITORY / ".cache" / purpose / "ansible_collections" / "community" / "oceanbase"
    shutil.rmtree(target, ignore_errors=True)
    listing = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=REPOSITORY, check=True, stdout=subprocess.PIPE)
    for name in filter(None, listing.stdout.decode().split("\0")):
        source = REPOSITORY / name
        if source.is_file():  # git still lists a file that was deleted and not yet committed
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, target / name)
    return target
