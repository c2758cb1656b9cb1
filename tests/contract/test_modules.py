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


def job_rows() -> list[tuple[str, dict[str, Any]]]:
    """Every documented result that is a row of a clone job, or a list of them, by module and key."""
    return [(f"{module}.{key}", value) for module in MODULES for key, value in section(module, "RETURN").items()
            if "clone_job_id" in value.get("contains", {})]


def test_the_rows_of_three_modules_are_looked_at() -> None:
    assert {"ob_clone.job", "ob_clone_cancel.job", "ob_clone_info.progress", "ob_clone_info.history"} <= {
        name for name, _value in job_rows()}


@pytest.mark.parametrize(("name", "value"), job_rows())
def test_a_row_is_documented_alike_everywhere_and_completely(name: str, value: dict[str, Any]) -> None:
    assert list(value["contains"]) == ROW_KEYS, name
    assert value["contains"] == section("ob_clone_cancel", "RETURN")["job"]["contains"]
    samples = value["sample"] if isinstance(value["sample"], list) else [value["sample"]]
    for sample in samples:
        assert sorted(sample) == sorted(ROW_KEYS)
        assert sample["status"] in STATUSES


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
