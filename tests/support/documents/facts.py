# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Guide to how OceanBase behaves: its sections, which everything else cites, and its table of errors."""

from __future__ import annotations

import re
from typing import NamedTuple

from support import REPOSITORY

GUIDE = REPOSITORY / "docs" / "docsite" / "rst" / "oceanbase_facts_guide.rst"
LABEL = "ansible_collections.community.oceanbase.docsite.oceanbase_facts_guide"

_SECTION = re.compile(r"^\.\. _([\w.]+):\n\n(.+)\n-+$", re.MULTILINE)
_ERROR = re.compile(r"^    \* - (\d+) \((\w{5})\)\n"
                    r"      - (\w+)(?: \(ODP\))?, (-\d+): ``(.+?)``(?:; with parameters ``(.+?)``)?$", re.MULTILINE)


class Error(NamedTuple):
    """One row of the table of errors: number and SQLSTATE in the packet, code in RET_CODE, both texts."""

    errno: int
    sqlstate: str
    name: str
    code: int
    plain: str
    template: str


def label_of(section: str) -> str:
    """Returns the label that other pages link to."""
    return f"{LABEL}.{re.sub(r'[^a-z0-9]+', '_', section.lower())}"


def sections() -> dict[str, str]:
    """Returns the label of each section by its name, in the order of the page."""
    return {name: label for label, name in _SECTION.findall(GUIDE.read_text(encoding="utf-8"))}


def errors() -> list[Error]:
    """Returns the table of errors; texts have OceanBase's own place-holders."""
    return [Error(int(errno), sqlstate, name, int(code), plain, template)
            for errno, sqlstate, name, code, plain, template in _ERROR.findall(GUIDE.read_text(encoding="utf-8"))]
