# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Builds the tarball for ansible-galaxy from a staged copy, so that nothing of the work tree slips in."""

from __future__ import annotations

import subprocess
import sys

from stage import REPOSITORY, stage


def main() -> int:
    """Writes .cache/build/community-oceanbase-VERSION.tar.gz; returns the exit code of ansible-galaxy."""
    output = REPOSITORY / ".cache" / "build"
    # Who names the tarball as *.tar.gz means this one, not that of another version.
    for old in output.glob("community-oceanbase-*.tar.gz"):
        old.unlink()
    galaxy = [sys.executable, "-m", "ansible", "galaxy", "collection"]
    command = [*galaxy, "build", "--force", "--output-path", str(output)]
    return subprocess.run(command, cwd=stage("build"), check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
