# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

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
attributes:
  check_mode:
    description: Can run in C(check_mode) and predicts what a real run would do.
    support: full
  diff_mode:
    description: Returns in C(diff) what changed, or would change in C(check_mode).
    support: none
  async:
    description: Can be run with C(async).
    support: none
  platform:
    description: Where the module can run.
    support: full
    platforms: posix
options:
  variables:
    description:
      - The variables, each with its C(type) (V(str), V(int), or V(list) of texts) and, if it has them, C(default),
        C(choices) and C(required).
    type: dict
    default: {}
  one_of:
    description: Variables of which at least one must be given.
    type: list
    elements: str
    default: []
"""

EXAMPLES = r"""
- name: Check the variables
  community.oceanbase.ob_playbook_start:
    variables:
      clone_tenant: {type: list}
      source_tenant: {type: list, default: [mysql001]}
      wait_timeout: {type: int, default: 600}
    one_of: [clone_tenant, source_tenant]
  register: start

- name: Cancel the clones
  community.oceanbase.ob_clone_cancel:
    login_host: observer1.example.com
    login_password: "{{ vault_root_sys_password }}"
    clone_tenants: "{{ start.given.clone_tenant }}"
    source_tenants: "{{ start.given.source_tenant }}"
    wait_timeout: "{{ start.given.wait_timeout }}"
"""

RETURN = r"""
given:
  description: The values of the variables.
  type: dict
  returned: success
  sample: {clone_tenant: [], source_tenant: [mysql001], wait_timeout: 600}
"""
