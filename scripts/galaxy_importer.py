# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Imports the tarball as Ansible Galaxy would: fails on what Galaxy refuses or complains about."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import build

from stage import REPOSITORY

# The sanity tests are a check of their own; here they would need a container.
SETTINGS = "[galaxy-importer]\nRUN_ANSIBLE_TEST = False\nANSIBLE_LOCAL_TMP = {folder}\nCHECK_REQUIRED_TAGS = True\n"
# It runs ansible-lint where that does not find playbooks of the collection by their full names; ours does find them.
COMPLAINT = re.compile(
    r"^(?:ERROR|WARNING|Traceback|\w*Error)\b(?!: ERROR    Failed to find community\.oceanbase\.\w+ playbook).*",
    re.MULTILINE)


def main() -> int:
    """Returns 0 when the import succeeded without a complaint."""
    if build.main():
        return 1
    tarball = max((REPOSITORY / ".cache" / "build").glob("*.tar.gz"), key=lambda path: path.stat().st_mtime)
    with tempfile.TemporaryDirectory(prefix="importer_") as name:
        folder = Path(name)
        (folder / "importer.cfg").write_text(SETTINGS.format(folder=folder), encoding="utf-8")
        environment = {**os.environ, "GALAXY_IMPORTER_CONFIG": str(folder / "importer.cfg"), "HOME": name}
        done = subprocess.run([sys.executable, "-m", "galaxy_importer.main", str(tarball)], cwd=folder, text=True,
                              env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    print(done.stdout)
    complaints = [match[0] for match in COMPLAINT.finditer(done.stdout)]
    print(*complaints, sep="\n")
    print(f"galaxy-importer: {len(complaints)} complaints")
    return int(bool(done.returncode or complaints))


if __name__ == "__main__":
    sys.exit(main())
