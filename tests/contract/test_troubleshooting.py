# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The headings of the troubleshooting page are the texts that people meet: our messages, and OceanBase's errors."""

from __future__ import annotations

import re
from typing import NamedTuple

import pytest

from support import REPOSITORY
from support.documents.facts import GUIDE, errors

PAGE = REPOSITORY / "docs" / "docsite" / "rst" / "troubleshooting_guide.rst"
GOLDEN = REPOSITORY / "tests" / "faults" / "golden_messages.txt"
_ENTRY = re.compile(r"^``(.+)``\n~+\n\n((?:(?!^``.+``\n~|^.+\n-{4,}$).*\n?)*)", re.MULTILINE)
_ERROR = re.compile(r"ERROR (\d+) \((\w{5})\): (.*)")
# A wrong option is named with its remedy in the message itself; the page has those that need an explanation.
EXPLAIN_THEMSELVES = "invalid_option"


class Entry(NamedTuple):
    """One message of the page and what is said about it."""

    heading: str
    text: str

    def pattern(self) -> str:
        """Returns a regular expression for the messages that this heading stands for."""
        return wildcards(re.sub(r"^ERROR (?=\d)", "error ", self.heading))


ENTRIES = [Entry(*found) for found in _ENTRY.findall(PAGE.read_text(encoding="utf-8"))]


def golden() -> dict[str, str]:
    """Returns our messages by class and cause."""
    blocks = GOLDEN.read_text(encoding="utf-8").removeprefix("# ").split("\n\n# ")
    return dict(block.strip().split("\n", 1) for block in blocks)  # type: ignore[misc]


def wildcards(text: str) -> str:
    """Returns a regular expression for a text in which three dots stand for anything."""
    return re.escape(text).replace(r"\.\.\.", ".*")


def of_oceanbase(errno: str, sqlstate: str, text: str) -> bool:
    """Returns whether OceanBase has this error: the number in the guide's table, the text there or in its prose."""
    literals = re.findall(r"``([^`]+)``", " ".join(GUIDE.read_text(encoding="utf-8").split()))
    texts = [re.sub(r"^(ERROR )?\d{4} (\(\w{5}\):? )?", "", literal) for literal in literals]
    return (any((str(error.errno), error.sqlstate) == (errno, sqlstate) for error in errors())
            and any(re.match(wildcards(text), one) for one in texts))


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.heading[:60])
def test_a_heading_is_a_text_that_people_meet(entry: Entry) -> None:
    ours = any(re.search(entry.pattern(), message) for message in golden().values())
    error = _ERROR.fullmatch(entry.heading)
    assert ours or (error and of_oceanbase(*error.groups())), entry.heading


@pytest.mark.parametrize("cause", [cause for cause in golden() if not cause.startswith(EXPLAIN_THEMSELVES)])
def test_every_message_has_a_heading(cause: str) -> None:
    assert [entry.heading for entry in ENTRIES if re.search(entry.pattern(), golden()[cause])] != []


def test_every_entry_has_a_cause_and_a_remedy() -> None:
    assert len(ENTRIES) == PAGE.read_text(encoding="utf-8").count("\n~~~") > 50
    both = re.compile(r"\*\*Cause:\*\* .+\n\n\*\*Remedy:\*\* ", re.DOTALL)
    assert [entry.heading for entry in ENTRIES if not both.match(entry.text)] == []
    assert len({entry.heading for entry in ENTRIES}) == len(ENTRIES)


@pytest.mark.parametrize("errno, sqlstate, text", [
    ("4179", "HY000", "clones are not allowed on Sundays"), ("4179", "HY000", "not allowed"),
    ("1045", "28000", "Access denied for user 'a'@'b' (using password: NO)"), ("9110", "HY000", "anything")])
def test_a_text_that_oceanbase_does_not_have_is_found(errno: str, sqlstate: str, text: str) -> None:
    assert not of_oceanbase(errno, sqlstate, text)
