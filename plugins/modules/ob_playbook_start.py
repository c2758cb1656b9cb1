# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This is documentation; plugins/action/ob_playbook_start.py does the work on the control node.

from __future__ import annotations

DOCUMENTATION = r"""
module: ob_playbook_start
short_description: Check a playbook's variables
description:
  - Checks the variables that people give to a playbook of this collection, before it touches a cluster, and gives
    those that are missing or empty their defaults.
  - Fails if the play has failed on a cluster of an earlier batch.
  - This action belongs to the playbooks of this collection and may change in any release.
version_added: 1.0.0
author:
  - The community.oceanbase authors (@community-oceanbase)
extends_documentation_fragment:
  - community.oceanbase._attributes.local
options:
  playbook:
    description: The playbook whose variables are checked. They are explained at the top of its file.
    type: str
    choices: [cancel_clone, clone_status, free_source_tenant, reap_stale_clones]
    required: true
"""

EXAMPLES = r"""
- name: Check the variables
  community.oceanbase.ob_playbook_start:
    playbook: clone_status
  register: start

- name: Read the clone jobs
  community.oceanbase.ob_clone_info:
    login_host: observer1.example.com
    login_password: "{{ vault_root_sys_password }}"
    limit: "{{ start.given.history_limit }}"
"""

RETURN = r"""
given:
  description: The values of the variables.
  type: dict
  returned: success
  sample: {history_limit: 10, stuck_after: 1800}
"""
