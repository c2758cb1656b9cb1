# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Begins the work of a playbook on one cluster: checks the variables, before anything is touched."""

from __future__ import annotations

from typing import Any, Mapping

from ansible.plugins.action import ActionBase
from ansible.utils.vars import load_extra_vars

from ansible_collections.community.oceanbase.plugins.plugin_utils._playbook_variables import (
    BEFORE_HOSTS,
    COMMON,
    ONE_OF,
    PLAYBOOKS,
    WrongValue,
    check_names_for_playbook,
    convert,
)
from ansible_collections.community.oceanbase.plugins.plugin_utils._values import plain


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
        try:
            self._check_names(playbook, task_vars)
            values = {name: plain(self._templar.template(task_vars.get(name))) for name in PLAYBOOKS[playbook]}
            given = convert(PLAYBOOKS[playbook], values, ONE_OF.get(playbook, ()))
            self._check_login(task_vars.get("oceanbase_login"))
        except WrongValue as wrong:
            return {**result, "failed": True, "msg": str(wrong)}
        return {**result, "given": given}

    def _check_names(self, playbook: str, task_vars: Mapping[str, Any]) -> None:
        """
        Raises WrongValue for a misspelled variable of the command line or of a play, and for one that has no effect
        because a play needs it before it knows any host. Other variables of the inventory may be meant for anything.
        """
        of_host = task_vars["hostvars"][task_vars["inventory_hostname"]]
        given = set(load_extra_vars(self._loader))
        check_names_for_playbook(playbook, given | (set(task_vars) - set(of_host)), {
            name: task_vars.get(name) for name in (*PLAYBOOKS[playbook], *COMMON)})
        for name in BEFORE_HOSTS:
            if name not in given and name in of_host and of_host[name] == task_vars.get(name):
                raise WrongValue("%s is set in the inventory, where a play does not find it. Give it with -e." % name)

    def _check_login(self, login: Any) -> None:
        """
        Raises WrongValue for a text instead of a dictionary, without showing it: it may hold a password. Raises
        Ansible's own error for an undefined variable in it: ansible-core 2.18 would take the whole login for undefined,
        and log in with the defaults.
        """
        login = self._templar.template(login)
        if login not in (None, "") and not isinstance(login, Mapping):
            raise WrongValue("oceanbase_login must be a dictionary of the login options of the modules, such as "
                             "{login_host: observer1.example.com}.")
