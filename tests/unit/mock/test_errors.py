# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The mock's errors are those of the guide (facts: Error table)."""

from __future__ import annotations

from ob_mock.sql.errors import ERRORS, SYNTAX
from support.documents.facts import errors


def test_the_mock_has_the_numbers_and_texts_of_the_guide() -> None:
    table = {error.name: error for error in errors()}
    assert len(table) > 65
    shared = set(table) & set(ERRORS)
    assert len(shared) > 30
    for name in shared:
        ours, theirs = ERRORS[name], table[name]
        assert (ours.errno, ours.sqlstate, ours.ob_code, ours.plain) == (
            theirs.errno, theirs.sqlstate, theirs.code, theirs.plain)
        # The mock fills in OceanBase's sentence about syntax errors.
        template = theirs.template.replace("%.*s", "%s").replace("%ld", "%d")
        if name == "OB_ERR_PARSE_SQL":
            template = template.replace("%s", SYNTAX, 1)
        assert ours.template in ("", template)
