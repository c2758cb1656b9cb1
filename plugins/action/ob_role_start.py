# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Begins a role: finds misspelled variables and broken task files, which Ansible ignores or notices too late."""

from __future__ import annotations

import inspect
import os
from pathlib import Path
from typing import Any

from ansible.errors import AnsibleError
from ansible.playbook.helpers import load_list_of_blocks
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
        _rules, arguments = self.validate_argument_spec({
            "role": {"type": "str", "required": True}, "tasks": {"type": "str"}})
        role = arguments["role"]
        specs = self._loader.load_from_file(str(ROLES / role / "meta" / "argument_specs.yml"))
        options = specs["argument_specs"]["main"]["options"]
        try:
            check_names_for_role(role + "_", task_vars, options, task_vars)
            if arguments["tasks"] is not None:
                self._check_task_file(arguments["tasks"], role + "_tasks")
        except WrongValue as wrong:
            return {**result, "failed": True, "msg": str(wrong)}
        return result

    def _check_task_file(self, path: str, variable: str) -> None:
        """Raises WrongValue if a file, which the variable names, does not exist or cannot be loaded as tasks."""
        if not os.path.isfile(path):
            raise WrongValue("There is no task file %s (%s)." % (path, variable))
        load = self._loader.load_from_file
        # From ansible-core 2.19 on a text is a template only where the loader is told so.
        trusted = {"trusted_as_template": True} if "trusted_as_template" in inspect.signature(load).parameters else {}
        try:
            tasks = load(path, **trusted)
            if not isinstance(tasks or [], list):
                raise AnsibleError("it does not hold a list of tasks")
            # As include_tasks does it.
            load_list_of_blocks(tasks or [], play=self._task.get_play(), role=self._task._role, loader=self._loader,
                                variable_manager=self._task.get_variable_manager())
        except AnsibleError as error:
            raise WrongValue("The task file %s (%s) cannot be loaded: %s" % (path, variable, error)) from error
