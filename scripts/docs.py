# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""
Builds the documentation site into .cache/docs/html, without a network: the guides of docs/docsite/rst and the
reference of every module and role. A warning is an error: a broken reference is one.
"""

from __future__ import annotations

import shutil
import subprocess
import sys

from stage import REPOSITORY

BUILD = REPOSITORY / ".cache" / "docs"
SOURCES = BUILD / "rst"
PAGES = BUILD / "html"
GUIDES = REPOSITORY / "docs" / "docsite" / "rst"


def generate_sources() -> int:
    """Writes the reference pages and copies the guides and their pictures; returns antsibull-docs' exit code."""
    shutil.rmtree(SOURCES, ignore_errors=True)
    SOURCES.mkdir(parents=True, mode=0o755)
    generated = subprocess.run(
        ["antsibull-docs", "collection", "--use-current", "--squash-hierarchy", "--fail-on-error",
         "--dest-dir", str(SOURCES), "community.oceanbase"], check=False)
    for picture in GUIDES.rglob("*.svg"):
        copy = SOURCES / "docsite" / picture.relative_to(GUIDES)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(picture, copy)
    return generated.returncode


def build_pages() -> int:
    """Turns the sources into HTML; returns Sphinx' exit code."""
    shutil.rmtree(PAGES, ignore_errors=True)
    command = [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "-b", "html",
               "-c", str(REPOSITORY / "docs"), "-d", str(BUILD / "doctrees"), str(SOURCES), str(PAGES)]
    return subprocess.run(command, check=False).returncode


def main() -> int:
    """Returns 0 when every page was built without a warning."""
    exit_code = generate_sources() or build_pages()
    if not exit_code:
        pages = [page for page in PAGES.rglob("*.html") if "_static" not in page.parts]
        print(f"{len(pages)} pages built, begin with {PAGES.relative_to(REPOSITORY) / 'index.html'}")
    return exit_code


if __name__ == "__main__":
    sys.exit(main())
