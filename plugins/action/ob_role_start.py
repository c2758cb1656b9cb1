# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Begins a role: looks for misspelled variables, which Ansible's own check of the arguments does not see."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ansible.plugins.action import ActionBase

from ansible_collections.community.oceanbase.plugins.plugin_utils._playbook_variables import (
    WrongValue,
    check_names_for_role,
)

ROLES = Path(__file__).resolve().parents[2] / "roles"


class ActionModule(ActionBase):  # type: ignore[misc]
    """Runs on the control node only."""

    _requires_connection = False

    def run(self, tmp: Any = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        result: dict[str, Any] = super().run(tmp, task_vars)
        task_vars = task_vars or {}
        _rules, arguments = self.validate_argument_spec({"role": {"type": "str", "required": True}})
        role = arguments["role"]
        specs = self._loader.load_from_file(str(ROLES / role / "meta" / "argument_specs.yml"))
        options = specs["argument_specs"]["main"]["options"]
        try:
            check_names_for_role(role + "_", task_vars, options, task_vars)
        except WrongValue as wrong:
            return {**result, "failed": True, "msg": str(wrong)}
        return result
