# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options of a module as Ansible hands them over, for runs inside the test process. Also used on Python 3.8."""

from __future__ import annotations

import copy
import importlib
from typing import Any
from unittest import mock

from ansible.module_utils.basic import AnsibleModule

MODULES = "ansible_collections.community.oceanbase.plugins.modules."


class _Constructed(Exception):
    """Ends a module where it would read its arguments."""


def argument_spec(module: str) -> dict[str, Any]:
    """Returns the argument specification that ``module`` gives to Ansible, login options included."""
    with mock.patch.object(AnsibleModule, "__init__", side_effect=_Constructed) as constructor:
        try:
            importlib.import_module(MODULES + module).main()
        except _Constructed:
            pass
    spec: dict[str, Any] = constructor.call_args[1]["argument_spec"]
    return spec


def default_options(module: str) -> dict[str, Any]:
    """Returns what ``module`` gets from Ansible when a task names no option: defaults, None where there is none."""
    return {name: copy.deepcopy(option.get("default")) for name, option in argument_spec(module).items()}


OPTIONS = default_options("ob_clone_cancel")
