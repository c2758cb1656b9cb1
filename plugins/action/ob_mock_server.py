# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Gives the module what is on the control node: the mock's program, and the file of a scenario."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ansible.plugins.action import ActionBase

PROGRAM = Path(__file__).resolve().parents[2] / "roles" / "sys_tenant_mock" / "files" / "ob_mock"


def read_program(folder: Path) -> dict[str, str]:
    """Returns the files that the mock needs to run, by their path below ``folder``."""
    return {str(path.relative_to(folder)): path.read_text(encoding="utf-8")
            for path in sorted(folder.rglob("*")) if path.suffix in (".py", ".json")}


class ActionModule(ActionBase):  # type: ignore[misc]
    """Runs the module ob_mock_server on the host in one step, since each file copied would be a task of its own."""

    def run(self, tmp: Any = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        super().run(tmp, task_vars)
        arguments = dict(self._task.args)
        if arguments.get("state", "started") == "started":
            arguments["program"] = read_program(PROGRAM)
            scenario = arguments.get("scenario") or {}
            if isinstance(scenario, str) and not scenario.lstrip().startswith("{"):
                scenario = Path(self._find_needle("files", scenario)).read_text(encoding="utf-8")
            arguments["scenario"] = scenario
        result: dict[str, Any] = self._execute_module(module_args=arguments, task_vars=task_vars)
        return result
