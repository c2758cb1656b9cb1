# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release. Do not use it from elsewhere.
"""Runs a module as AnsibleModule does: it validates the options, warns, and exits with the same keys on every path."""

from __future__ import annotations

import os
import sys
from typing import Any

from ansible.module_utils.basic import AnsibleModule

from ._runner import TRACE_VERBOSITY, Description, Ending, refuse, run


class OceanBaseModule(AnsibleModule):  # type: ignore[misc]
    """Validates the options of a described module; a refusal has all result keys, too."""

    def __init__(self, description: Description) -> None:
        self._description = description
        try:
            super().__init__(argument_spec=description.argument_spec(), supports_check_mode=True,
                             **description.argument_rules())
        except (OverflowError, UnicodeError):
            self.fail_json("the value of an option cannot be used")

    def fail_json(self, msg: str, **result: Any) -> None:
        if "error" not in result:
            self.finish(refuse(self._description, self.params, msg, os.environ))
        super().fail_json(msg, **result)

    def finish(self, ending: Ending) -> None:
        """Exits as the run ended."""
        # The ending is masked. AnsibleModule would replace the password's letters in words of fixed meaning as well.
        self.no_log_values.clear()
        for warning in ending.warnings:
            self.warn(warning)
        result = dict(ending.result)
        if ending.diff is not None and self._diff:
            result["diff"] = ending.diff
        if not ending.failed:
            self.exit_json(**result)
        if ending.trace and self._verbosity >= TRACE_VERBOSITY:
            result["exception"] = ending.trace
        self.fail_json(**result)


def run_module(description: Description) -> None:
    """Runs the module that this process was started for, and exits."""
    module = OceanBaseModule(description)
    module.finish(run(description, module.params, module.check_mode, os.environ, sys.executable))
