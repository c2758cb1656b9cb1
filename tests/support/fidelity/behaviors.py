# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Table of OceanBase's behaviors (tests/fidelity/*.yml): reading it. Its README.md describes the format."""

from __future__ import annotations

import functools
import re
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from support import REPOSITORY

FOLDER = REPOSITORY / "tests" / "fidelity"
OTHER_FILES = ("client_statements.yml", "kernel_statements.yml", "not_checked.yml", "texts.yml")
# The steps and what each may have beside its own value.
STEPS = {"sql": {"as", "error", "ok", "rows", "columns", "labels", "eventually"}, "start": {"as"}, "ended": {"as"},
         "until_ended": {"as"}, "hold": set(), "release": set(), "wait": {"of"}, "row": {"of"}, "remember": {"sql"},
         "always": {"rows"}, "login": {"password", "error", "database"}, "refused_session": set(), "greeting": set()}
# The one in C takes a tenth of the time.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_PLACE = re.compile(r"\{(\w+)\}")


class Behavior(NamedTuple):
    """
    One row of the table. ``facts``: sections of the guide; ``mock``: options of a mock of its own, None when the row
    runs on any server; ``only_mock``: why it cannot run on a real cluster, '' when it can.
    """

    name: str
    facts: tuple[str, ...]
    steps: list[dict[str, Any]]
    mock: dict[str, Any] | None
    only_mock: str


@functools.cache
def read(name: str) -> Any:
    """Returns the content of one file of the table."""
    return yaml.load((FOLDER / name).read_text(encoding="utf-8"), Loader=_LOADER)


def filled(value: Any, names: dict[str, Any]) -> Any:
    """Returns ``value`` with each ``{name}`` in its texts replaced, as far as the name is known; any depth."""
    if isinstance(value, str):
        alone = _PLACE.fullmatch(value)
        if alone and alone[1] in names:
            return names[alone[1]]
        return _PLACE.sub(lambda place: str(names.get(place[1], place[0])), value)
    if isinstance(value, list):
        return [filled(one, names) for one in value]
    if isinstance(value, dict):
        return {filled(key, names): filled(one, names) for key, one in value.items()}
    return value


def behaviors() -> list[Behavior]:
    """Returns the whole table: a row with ``for`` is one behavior for each of its values."""
    found: list[Behavior] = []
    for path in sorted(FOLDER.glob("*.yml")):
        if path.name not in OTHER_FILES:
            for row in read(path.name):
                found += _expanded(path, row)
    return found


def _expanded(path: Path, row: dict[str, Any]) -> list[Behavior]:
    unknown = set(row) - {"facts", "what", "do", "for", "mock", "only_mock"}
    if unknown or not row["do"]:
        raise ValueError(f"{path.name}: {row['what']}: unknown keys {unknown}, or nothing to do")
    only_mock = row.get("only_mock", "")
    if ("mock" in row or " MOCK " in str(row["do"])) and not only_mock:
        raise ValueError(f"{path.name}: {row['what']}: say in only_mock why a real cluster cannot do it")
    for step in row["do"]:
        kind, *others = step
        # A comma in a text without quotes would make keys of its rest.
        strange = set(others) - STEPS[kind] - ({key for key in others if key.isupper()} if kind == "row" else set())
        if strange:
            raise ValueError(f"{path.name}: {row['what']}: {step} has unknown keys {strange}")
    facts = row["facts"] if isinstance(row["facts"], list) else [row["facts"]]
    found = []
    for each in row.get("for", [{}]):
        names = each if isinstance(each, dict) else {"each": each}
        found.append(Behavior(
            f"{path.stem}: {filled(row['what'], names)}", tuple(map(str, facts)), filled(row["do"], names),
            filled(row.get("mock"), names), only_mock))
    return found
