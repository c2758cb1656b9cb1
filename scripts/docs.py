# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""
Builds the documentation site into .cache/docs/html, without a network: the guides of docs/docsite/rst and the
reference of every module and role. A warning is an error: a broken reference is one.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import yaml

from stage import REPOSITORY

BUILD = REPOSITORY / ".cache" / "docs"
SOURCES = BUILD / "rst"
PAGES = BUILD / "html"
DOCS = REPOSITORY / "docs"
GUIDES = DOCS / "docsite" / "rst"
# A row of the table of README: name, kind and what it is. A single back-quote of Markdown is a double one here.
README_ROW = re.compile(r"^\| \[?`community\.oceanbase\.(\w+)`[^|]*\| (\w+): (.+) \|$", re.MULTILINE)
CODE = re.compile("`")
INCLUDED = ".. included content\n"
FILES = "https://github.com/community-oceanbase/community.oceanbase/blob/main"
FENCE = re.compile(r"^```yaml\n(.*?)^```$", re.DOTALL | re.MULTILINE)
PARAMETERS = "Parameters\n^^^^^^^^^^\n"
# The theme shows the contents of each page beside it.
CONTENTS = re.compile(r"^\.\. contents::\n(?:   .*\n)+", re.MULTILINE)


def generate_sources() -> int:
    """Writes the reference pages and copies the guides and their pictures; returns antsibull-docs' exit code."""
    shutil.rmtree(SOURCES, ignore_errors=True)
    SOURCES.mkdir(parents=True, mode=0o755)
    generated = subprocess.run(
        ["antsibull-docs", "collection", "--use-current", "--squash-hierarchy", "--fail-on-error",
         "--dest-dir", str(SOURCES), "community.oceanbase"], check=False)
    # It lists what plugins declare, which modules cannot, so it would say that there are none.
    (SOURCES / "environment_variables.rst").unlink(missing_ok=True)
    for page in SOURCES.glob("*.rst"):
        page.write_text(CONTENTS.sub("", page.read_text(encoding="utf-8")), encoding="utf-8")
    for page in SOURCES.glob("*_role.rst"):
        page.write_text(with_example(page), encoding="utf-8")
    (SOURCES / "index.rst").write_text(first_page(), encoding="utf-8")
    for picture in GUIDES.rglob("*.svg"):
        copy = SOURCES / "docsite" / picture.relative_to(GUIDES)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(picture, copy)
    return generated.returncode


def with_example(page: Path) -> str:
    """Returns the page of a role with the example that its README begins with, before the parameters."""
    name = page.stem[:-len("_role")]
    example = FENCE.search((REPOSITORY / "roles" / name / "README.md").read_text(encoding="utf-8"))
    text = page.read_text(encoding="utf-8")
    assert example and PARAMETERS in text, name
    readme = f"{FILES}/roles/{name}/README.md"
    section = "\n".join((
        "Example", "^^^^^^^", "", ".. code-block:: yaml", "", textwrap.indent(example[1], "    "),
        f"What it cannot do, and more examples: `README of the role <{readme}>`__.", "", ""))
    return text.replace(PARAMETERS, section + PARAMETERS, 1)


def first_page() -> str:
    """
    Returns docs/index.rst with a line for all that is included, and the list of all pages, which the theme shows beside
    each page, with names that fit there.
    """
    sections = yaml.safe_load((DOCS / "docsite" / "extra-docs.yml").read_text(encoding="utf-8"))["sections"]
    groups = {section["title"]: [f"docsite/{page}" for page in section["toctree"]] for section in sections}
    for title, kind in (("Modules", "module"), ("Roles", "role"), ("Filters of the playbooks", "filter")):
        pages = sorted(page.stem for page in SOURCES.glob(f"*_{kind}.rst"))
        groups[title] = [f"{page[:-len(kind) - 1]} <{page}>" for page in pages]
    lists = "".join("\n".join(("", ".. toctree::", "    :hidden:", f"    :caption: {title}", "    :maxdepth: 1", "",
                               *(f"    {page}" for page in pages), "")) for title, pages in groups.items())
    return (DOCS / "index.rst").read_text(encoding="utf-8").replace(INCLUDED, included_content()) + lists


def included_content() -> str:
    """Returns a section for modules, one for roles and one for playbooks, with the lines that README has for each."""
    playbooks = (GUIDES / "playbooks_guide.rst").read_text(encoding="utf-8")
    lines: dict[str, list[str]] = {}
    for name, kind, text in README_ROW.findall((REPOSITORY / "README.md").read_text(encoding="utf-8")):
        link = f":ref:`{name} <ansible_collections.community.oceanbase.{name}_{kind}>`"
        if kind == "playbook":
            label = f"ansible_collections.community.oceanbase.docsite.playbook_{name}"
            file = f"{FILES}/playbooks/{name}.yml"
            link = f":ref:`{name} <{label}>`" if f".. _{label}:\n" in playbooks else f"`{name} <{file}>`__"
        lines.setdefault(kind, []).append(f"* {link}: {CODE.sub('``', text)}")
    return "\n".join("\n".join((title, "-" * len(title), "", *lines[kind], ""))
                     for title, kind in (("Modules", "module"), ("Roles", "role"), ("Playbooks", "playbook")))


def build_pages() -> int:
    """Turns the sources into HTML; returns Sphinx' exit code."""
    shutil.rmtree(PAGES, ignore_errors=True)
    command = [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "-b", "html",
               "-c", str(DOCS), "-d", str(BUILD / "doctrees"), str(SOURCES), str(PAGES)]
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
