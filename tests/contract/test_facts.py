# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What cites the guide to OceanBase names a section that is there."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from support import REPOSITORY
from support.documents.facts import GUIDE, label_of, sections

# The only form of a citation; a long list may go on in the next line of a comment.
CITATION = re.compile(r"\(facts: ([^()]*)\)")
# Forms that lead nowhere: numbers, and the name of the guide without a section.
LEFT_OVER = re.compile(r"\b[Ss]ections? \d|\bfacts, |\b[Tt]he facts,? (?:section|\d)|\bOceanBase facts: [A-Z]")
LINE_BREAK = re.compile(r"\s*\n\s*(?:#\s*)?")
KINDS = {".py", ".yml", ".md", ".rst"}


def files() -> list[Path]:
    """Returns all files of the repository that may cite the guide, those not yet added to git included."""
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard", "-z"], cwd=REPOSITORY, check=True,
                            capture_output=True, text=True).stdout.split("\0")
    return [REPOSITORY / name for name in listed
            if Path(name).suffix in KINDS and (REPOSITORY / name).is_file() and REPOSITORY / name != Path(__file__)]


def wrong(text: str) -> list[str]:
    """Returns every citation in a text that leads nowhere."""
    found = []
    known = sections()
    for match in CITATION.finditer(text):
        for name in LINE_BREAK.sub(" ", match[1]).split(","):
            if name.strip() not in known:
                found.append(match[0])
    return found + [match[0] for match in LEFT_OVER.finditer(CITATION.sub("", text))]


def test_every_citation_leads_to_a_section() -> None:
    texts = {str(path.relative_to(REPOSITORY)): path.read_text(encoding="utf-8") for path in files()}
    assert {name: wrong(text) for name, text in texts.items() if wrong(text)} == {}
    assert sum(len(CITATION.findall(text)) for text in texts.values()) > 50


@pytest.mark.parametrize("text", [
    "# (facts: Nothing)", "(facts: Cancel, Nothing)", "# OceanBase facts, section 5.4", "see section 3",
    "(section 5.5)", "# OceanBase facts: Cancel"])
def test_a_wrong_citation_is_found(text: str) -> None:
    assert wrong(text)


def test_a_citation_may_be_broken_over_lines() -> None:
    assert wrong("# as OceanBase does (facts: Cancel, Waiting\n    # session).") == []


def test_names_of_sections_are_stable_and_make_the_labels() -> None:
    found = sections()
    assert found == {name: label_of(name) for name in found}
    headings = re.findall(r"^(.+)\n-{3,}$", GUIDE.read_text(encoding="utf-8"), re.MULTILINE)
    assert list(found) == headings
    assert [name for name in found if len(name) > 22 or re.search(r"[(),:]", name)] == []
