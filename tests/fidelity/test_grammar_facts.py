# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""
The verdicts of OceanBase's own parser (facts: Parser), all of them the mock's, too.

grammar_facts.jsonl: one statement a line, with what the parsers of 4.3.0.1, 4.3.3.1, 4.3.5.3 and seekdb agree on.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from ob_mock.sql.grammar import NEWEST
from ob_mock.sql.results import SqlError
from ob_mock.sql.syntax import GRAMMAR, STATEMENTS
from ob_mock.statements.table import TABLE, parse

FACTS = [json.loads(line) for line in
         (Path(__file__).parent / "grammar_facts.jsonl").read_text(encoding="utf-8").splitlines()]


def verdict(sql: str) -> dict[str, Any]:
    """Returns what the mock's parser says, as a row of the facts; 1235, which names a statement, accepts it."""
    try:
        parse(sql, NEWEST)
    except SqlError as failure:
        found = re.search(r" near '(.*)' at line (\d+)$", failure.message, re.DOTALL)
        if found:
            return {"accepts": False, "errno": failure.errno, "near": found.group(1), "line": int(found.group(2))}
        if not re.match(r"1235 \(0A000\): statement [A-Z0-9_ ]+ by the mock not supported$", str(failure)):
            raise
    return {"accepts": True, "errno": None, "near": None, "line": None}


def test_there_are_three_hundred() -> None:
    assert len(FACTS) == len({fact["sql"] for fact in FACTS}) == 300


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: repr(fact["sql"])[:60])
def test_the_mock_parses_as_oceanbase_does(fact: dict[str, Any]) -> None:
    assert verdict(fact["sql"]) == {name: fact[name] for name in ("accepts", "errno", "near", "line")}


def test_every_statement_of_the_table_has_a_rule_and_every_rule_is_notation() -> None:
    assert set(TABLE) - set(STATEMENTS) == {"nothing"}
    for name in GRAMMAR.rules:
        GRAMMAR.matcher(name)
