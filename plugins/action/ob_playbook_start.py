# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Begins the work of a playbook on one cluster: checks the variables, before anything is touched."""

from __future__ import annotations

from typing import Any

from ansible.plugins.action import ActionBase

from ansible_collections.community.oceanbase.plugins.plugin_utils._playbook_variables import (
    ONE_OF,
    PLAYBOOKS,
    WrongValue,
    convert,
)


class ActionModule(ActionBase):  # type: ignore[misc]
    """Runs on the control node only."""

    _requires_connection = False

    def run(self, tmp: Any = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        result: dict[str, Any] = super().run(tmp, task_vars)
        task_vars = task_vars or {}
        _rules, arguments = self.validate_argument_spec({
            "playbook": {"type": "str", "choices": list(PLAYBOOKS), "required": True}})
        playbook = arguments["playbook"]
        # With serial: the clusters of earlier batches, and those of them on which this play has failed.
        earlier = set(task_vars["ansible_play_hosts"]) - set(task_vars["ansible_play_batch"])
        failed = sorted(host for host in earlier if task_vars["hostvars"][host].get("oceanbase_failed_in") == task_vars[
            "ansible_play_name"])
        if failed:
            return {**result, "failed": True, "msg": "Not attempted, because it failed on %s." % ", ".join(failed)}
        values = {name: self._templar.template(task_vars.get(name)) for name in PLAYBOOKS[playbook]}
        try:
            return {**result, "given": convert(PLAYBOOKS[playbook], values, ONE_OF.get(playbook, ()))}
        except WrongValue as wrong:
            return {**result, "failed": True, "msg": str(wrong)}
