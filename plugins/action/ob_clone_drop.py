# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the module ob_clone_drop inside the control node's own process where that is the same to the user."""

from __future__ import annotations

from ansible_collections.community.oceanbase.plugins.module_utils._procedures.drop import CLONE_DROP
from ansible_collections.community.oceanbase.plugins.plugin_utils._in_process import InProcessAction


class ActionModule(InProcessAction):
    description = CLONE_DROP
