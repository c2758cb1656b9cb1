# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release. Do not use it from elsewhere.
"""
Runs a module inside the worker of the control node where nothing asks for a process of its own: ten times as fast.

Uses public parts of ansible-core only: ArgumentSpecValidator validates with the module's own argument spec, and the
module's own procedure does the work. AnsibleModule is not involved.
"""

from __future__ import annotations

import contextlib
import os
import sys
from typing import Any, Dict, Iterator, List, Mapping, Optional, Sequence

from ansible import constants
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.module_utils.parsing.convert_bool import boolean
from ansible.plugins.action import ActionBase
from ansible.plugins.action.normal import ActionModule as NormalAction
from ansible.utils.display import Display

from ..module_utils._connection.driver import require_driver
from ..module_utils._errors import MissingLibrary
from ..module_utils._options import unusable_value
from ..module_utils._runner import TRACE_VERBOSITY, Description, Ending, refuse, run
from ._progress import Progress
from ._values import plain

DISCOVERED = ("auto", "auto_silent", "auto_legacy", "auto_legacy_silent")


class InProcessAction(NormalAction):  # type: ignore[misc]
    """Runs the described module in this process, or as a module where the task asks for another one."""

    description: Description

    def run(self, tmp: Optional[str] = None, task_vars: Optional[Dict[str, Any]] = None) -> Dict[str, Any]:
        variables = self._variables(task_vars or {})
        reason = self._why_a_process(variables)
        host = variables.get("inventory_hostname")
        if reason is not None:
            Display().vvv("%s runs as a module: %s" % (self._task.action, reason), host=host)
            as_module: Dict[str, Any] = super().run(tmp, task_vars)
            return as_module
        Display().vvv("%s runs in process" % self._task.action, host=host)
        return {**ActionBase.run(self, tmp, task_vars), **self._result(self._ending(variables), variables)}

    def _variables(self, task_vars: Mapping[str, Any]) -> Mapping[str, Any]:
        """Returns the variables of the host that the task runs on, which a task may delegate to."""
        if not self._task.delegate_to:
            return task_vars
        delegated = task_vars.get("ansible_delegated_vars", {}).get(self._task.delegate_to, {})
        return {**task_vars, **delegated}

    def _why_a_process(self, variables: Mapping[str, Any]) -> Optional[str]:
        """Returns what asks for a process of its own, or None if nothing does."""
        if not boolean(self._templar.template(variables.get("oceanbase_in_process", True)), strict=False):
            return "oceanbase_in_process is false"
        if self._connection.transport != "local":
            return "the connection is %s" % self._connection.transport
        if self._connection.become is not None:
            return "become is set"
        if self._task.async_val:
            return "async is set"
        if any(self._task.environment or ()):
            return "environment is set"
        if constants.DEFAULT_KEEP_REMOTE_FILES:
            return "ANSIBLE_KEEP_REMOTE_FILES is set"
        interpreter = self._interpreter(variables)
        if interpreter is not None:
            return "the interpreter is %s" % interpreter
        try:
            require_driver(sys.executable)
        except MissingLibrary as failure:
            return failure.message
        return None

    def _interpreter(self, variables: Mapping[str, Any]) -> Optional[str]:
        """Returns the Python that the task wants, or None if any will do or it is the one that runs Ansible."""
        wanted = constants.config.get_config_value("INTERPRETER_PYTHON", variables=dict(variables))
        wanted = str(self._templar.template(wanted) or "auto").strip()
        if wanted in DISCOVERED or wanted == sys.executable:
            return None
        # Not the file behind it: a venv's python is a link to one that lacks the venv's packages.
        same = os.path.isabs(wanted) and os.path.normpath(wanted) == os.path.normpath(sys.executable)
        return None if same else wanted

    def _ending(self, variables: Mapping[str, Any]) -> Ending:
        """Runs the procedure and returns how it ended."""
        description = self.description
        spec = description.argument_spec()
        options = arguments = plain(self._task.args)
        wrong = unusable_value(arguments, spec)
        with contextlib.suppress(OverflowError):  # of a value that is wrong
            validated = ArgumentSpecValidator(spec, **description.argument_rules()).validate(arguments)
            options, wrong = validated.validated_parameters, wrong or next(iter(validated.error_messages), "")
        if wrong:
            ending = refuse(description, options, wrong, os.environ)
        else:
            # A module on this host begins there, so that relative paths are the same either way.
            with _in_folder(self._loader.get_basedir()):
                ending = run(description, options, self._task.check_mode, os.environ, sys.executable,
                             self._watch(variables))
        return ending._replace(warnings=[*twice_given(spec, arguments), *ending.warnings])

    def _watch(self, variables: Mapping[str, Any]) -> Optional[Progress]:
        """Returns what shows that a task is waiting, or None if nobody wants to see it."""
        wanted = boolean(self._templar.template(variables.get("oceanbase_progress", True)), strict=False)
        if self._task.no_log or not wanted:
            return None
        hosts: Sequence[str] = variables.get("ansible_play_hosts_all") or ()
        return Progress(variables.get("inventory_hostname") if len(hosts) > 1 else None)

    def _result(self, ending: Ending, variables: Mapping[str, Any]) -> Dict[str, Any]:
        """Returns the task's result, as the module would exit with it."""
        result = dict(ending.result)
        if not shows_invocation(variables):
            del result["invocation"]
        if ending.diff is not None and self._task.diff:
            result["diff"] = ending.diff
        if ending.warnings:
            result["warnings"] = list(ending.warnings)
        if ending.failed:
            result["failed"] = True
            if ending.trace and Display().verbosity >= TRACE_VERBOSITY:
                result["exception"] = ending.trace
        return result


@contextlib.contextmanager
def _in_folder(path: str) -> Iterator[None]:
    """Makes a folder the current one of this process, which runs nothing but this task."""
    before = os.open(".", os.O_RDONLY)
    try:
        os.chdir(path)
        yield
    finally:
        os.fchdir(before)
        os.close(before)


def twice_given(spec: Mapping[str, Any], arguments: Mapping[str, Any]) -> List[str]:
    """Returns AnsibleModule's warnings for options that are given by two of their names."""
    return ["Both option %s and its alias %s are set." % (option, alias) for option, details in spec.items()
            for alias in details.get("aliases", ()) if option in arguments and alias in arguments]


def shows_invocation(variables: Mapping[str, Any]) -> bool:
    """Tells whether results hold the options; ansible-core 2.21 has a setting for that, and leaves them out."""
    if constants.config.get_configuration_definition("INJECT_INVOCATION") is None:
        return True
    return bool(constants.config.get_config_value("INJECT_INVOCATION", variables=dict(variables)))
