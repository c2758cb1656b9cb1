# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release. Do not use it from elsewhere.
"""Between AnsibleModule and everything else: the login options, and one way out with the same keys on every path."""

from __future__ import annotations

import os
import sys
import traceback
from typing import Any, Dict, Type

from ansible.module_utils.basic import AnsibleModule

from ._clock import Clock
from ._connection.driver import require_driver
from ._connection.login import resolve_login
from ._connection.session import Session
from ._errors import Failure, InvalidOption
from ._procedures.task import Task


def login_argument_spec() -> Dict[str, Any]:
    """
    The login options that every module has. No defaults where an environment variable or the option file may name
    the value: a default in the specification would win over both.
    """
    return {
        "login_host": {"type": "str"},
        "login_port": {"type": "int"},
        "login_user": {"type": "str"},
        "login_password": {"type": "str", "no_log": True},
        "login_unix_socket": {"type": "path"},
        "config_file": {"type": "path"},
        "connect_timeout": {"type": "int", "default": 10},
        "read_timeout": {"type": "int", "default": 30},
        "ca_cert": {"type": "path"},
        "client_cert": {"type": "path"},
        "client_key": {"type": "path", "no_log": False},
        "check_hostname": {"type": "bool", "default": True},
        "session_vars": {"type": "dict", "default": {}},
    }


def selector_argument_spec() -> Dict[str, Any]:
    """The options that name a clone job."""
    return {
        "clone_tenant": {"type": "str", "aliases": ["new_tenant_name"]},
        "source_tenant": {"type": "str"},
        "clone_job_id": {"type": "str"},
    }


class OceanBaseModule(AnsibleModule):  # type: ignore[misc]
    """An AnsibleModule with the login options that runs a Task, and whose result has the task's keys on every path."""

    def __init__(self, argument_spec: Dict[str, Any], task: Type[Task], **rules: Any) -> None:
        self._task = task()
        exclusive = [["login_unix_socket", "login_host"], ["login_unix_socket", "login_port"]]
        super().__init__(argument_spec={**login_argument_spec(), **argument_spec}, supports_check_mode=True,
                         mutually_exclusive=exclusive + rules.pop("mutually_exclusive", []), **rules)

    def fail_json(self, msg: str, **result: Any) -> None:
        """Fails with all result keys. What comes without ``error`` is a complaint of Ansible's about an option."""
        result.setdefault("error", InvalidOption(msg, "Correct the options of the task.").as_result())
        super().fail_json(**{**self._task.result(), **result, "msg": msg})

    def finish(self) -> None:
        """Runs the task and exits; a Failure becomes a failed task that says what could not be done, and why."""
        failure, trace = None, ""
        try:
            self._run()
        except Failure as error:
            failure, trace = error, traceback.format_exc()
        for warning in self._task.warnings:
            self.warn(warning)
        result = self._task.result()
        diff = self._task.diff()
        if diff is not None and self._diff:
            result["diff"] = diff
        if failure is not None:
            self.fail_json(**{**result, "msg": failure.sentence(self._task.doing()), "error": failure.as_result(),
                              "exception": trace})
        self.exit_json(**result)

    def _run(self) -> None:
        clock = Clock()
        self._task.prepare(self.params, self.check_mode)
        require_driver(sys.executable)
        login = resolve_login(self.params, os.environ)
        if login.password:
            # It may come from the environment or a file, where Ansible does not know it as a secret.
            self.no_log_values.add(login.password)
        with Session(login) as session:
            self._task.work(session, clock)
