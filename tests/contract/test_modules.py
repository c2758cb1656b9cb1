# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the modules say of a clone job is the same everywhere, and is what they return."""

from __future__ import annotations

import importlib
from typing import Any

import pytest
import yaml

from ansible_collections.community.oceanbase.plugins.module_utils._views.jobs import COLUMNS, STATUSES
from support import REPOSITORY
from support.plays.ansible import COLLECTION

# A private module of a role does not log in, and has no table of errors.
MODULES = sorted(path.stem for path in (REPOSITORY / "plugins" / "modules").glob("ob_*.py")
                 if "oceanbase._login" in path.read_text(encoding="utf-8"))
ROW_KEYS = [column.lower() for column in COLUMNS] + ["view", "cancellable", "age", "canceled_by"]


def section(module: str, name: str) -> Any:
    """DOCUMENTATION or RETURN of a module."""
    return yaml.safe_load(getattr(importlib.import_module(f"ansible_collections.{COLLECTION}.plugins.modules.{module}"),
                                  name))


def test_the_row_of_a_job_is_documented_completely() -> None:
    value = section("ob_clone_cancel", "RETURN")["job"]
    assert list(value["contains"]) == ROW_KEYS
    assert sorted(value["sample"]) == sorted(ROW_KEYS)
    assert value["sample"]["status"] in STATUSES


@pytest.mark.parametrize(("module", "key"), [
    ("ob_clone", "job"), ("ob_clone_drop", "job"), ("ob_clone_info", "progress"), ("ob_clone_info", "history")])
def test_the_other_modules_refer_to_it(module: str, key: str) -> None:
    value = section(module, "RETURN")[key]
    assert "contains" not in value
    text = " ".join(value["description"])
    assert "M(community.oceanbase.ob_clone_cancel)" in text or "RV(progress)" in text


def test_the_statuses_to_filter_by_are_all_statuses() -> None:
    assert section("ob_clone_info", "DOCUMENTATION")["options"]["status"]["choices"] == list(STATUSES)


@pytest.mark.parametrize("module", MODULES)
def test_a_failure_has_the_same_shape_everywhere(module: str) -> None:
    error = section(module, "RETURN")["error"]
    if "contains" in error:
        assert list(error["contains"]) == ["class", "errno", "sqlstate", "message", "hint"]
        assert sorted(error["sample"]) == sorted(error["contains"])
    else:
        assert "M(community.oceanbase.ob_clone_cancel) describes" in error["description"]
