# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This is documentation; plugins/action/ob_role_start.py does the work on the control node.

from __future__ import annotations

DOCUMENTATION = r"""
module: ob_role_start
short_description: Check the variables of a role
description:
  - Fails if a variable has nearly the name of an option of the role, before the role touches a cluster. Ansible itself
    takes no notice of such a variable.
  - Fails if a task file that the role is going to include cannot be loaded. Ansible itself ends the whole run then, and
    cleans up nothing.
  - This action belongs to the roles of this collection and may change in any release.
version_added: 1.0.0
author:
  - The community.oceanbase authors (@community-oceanbase)
extends_documentation_fragment:
  - community.oceanbase._attributes.local
options:
  role:
    description: The role. Its options are described by its argument specification.
    type: str
    required: true
  tasks:
    description: Absolute path of a task file.
    type: str
"""

EXAMPLES = r"""
- name: Check the names of the variables
  community.oceanbase.ob_role_start:
    role: clone_cancel
"""

RETURN = r"""{}"""
