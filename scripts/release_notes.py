# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""
Prints what the changelog says about a version: ``python scripts/release_notes.py 1.0.0``.

The tag of a release is the version of galaxy.yml: any other, and one that the changelog does not know, is refused.
"""

from __future__ import annotations

import re
import sys

from stage import REPOSITORY


def release_notes(changelog: str, version: str) -> str:
    """Returns the section of a version in CHANGELOG.md, without its heading; ValueError if there is none."""
    heading = re.escape("## v" + version.replace(".", r"\."))
    found = re.search(rf"^{heading}\n(.*?)(?=^<a id=\"v[^>]*></a>\n## |\Z)", changelog, re.DOTALL | re.MULTILINE)
    if not found:
        raise ValueError(f"CHANGELOG.md has no section for version {version}")
    return found.group(1).strip() + "\n"


def check_version(galaxy: str, version: str) -> None:
    """Raises ValueError unless galaxy.yml has that version."""
    found = re.search(r"^version: (.+)$", galaxy, re.MULTILINE)
    if not found or found.group(1) != version:
        raise ValueError(f"galaxy.yml has version {found and found.group(1)}, not {version}")


def main(version: str) -> int:
    """Prints the notes of a version; returns 0, or 1 after the reason why it is none."""
    try:
        check_version((REPOSITORY / "galaxy.yml").read_text(encoding="utf-8"), version)
        print(release_notes((REPOSITORY / "CHANGELOG.md").read_text(encoding="utf-8"), version), end="")
    except ValueError as reason:
        print(reason, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
