#!/usr/bin/python
# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: ob_tenant_info
short_description: List OceanBase tenants and pools
description:
  - Reads C(DBA_OB_TENANTS) and C(DBA_OB_RESOURCE_POOLS) in the sys tenant, also the META tenant of each user tenant.
  - Use it to check that nothing is left of a canceled clone. Names of tenants and resource pools can be used again at
    once, ids never are, so compare the ids with those in the row of the clone job where that matters.
version_added: 1.0.0
author:
  - The community.oceanbase authors (@community-oceanbase)
extends_documentation_fragment:
  - community.oceanbase._attributes.info_module
  - community.oceanbase._attributes
  - community.oceanbase._login
attributes:
  check_mode:
    details:
      - The module changes nothing, so check mode makes no difference.
options:
  tenant:
    description:
      - Only tenants of exactly these names. If not given, all of them.
      - A text with commas is a list. White space around a name does not belong to it.
      - Resource pools are not narrowed down by it.
    type: list
    elements: str
  resource_pool:
    description:
      - Only resource pools of exactly these names. If not given, all of them.
      - Tenants are not narrowed down by it.
    type: list
    elements: str
notes:
  - The login needs C(SELECT) on both views in the sys tenant, as V(root@sys) has.
seealso:
  - module: community.oceanbase.ob_clone_drop
  - module: community.oceanbase.ob_clone_info
"""

EXAMPLES = r"""
- name: Look for tenant and resource pool of a clone
  community.oceanbase.ob_tenant_info:
    login_host: observer1.example.com
    login_password: "{{ vault_root_sys_password }}"
    tenant: [clone_a]
    resource_pool: [pool_a]
  register: left

- name: Check that nothing is left of it
  ansible.builtin.assert:
    that:
      - left.tenants == []
      - left.resource_pools == []

- name: List all tenants and resource pools
  community.oceanbase.ob_tenant_info:
  register: all

- name: Show which tenant has which resource pool
  ansible.builtin.debug:
    msg: "{{ item.name }} belongs to tenant {{ item.tenant_id | default('(none)', true) }}"
  loop: "{{ all.resource_pools }}"
  loop_control:
    label: "{{ item.resource_pool_id }}"
"""

RETURN = r"""
changed:
  description: Always V(false), because the module changes nothing.
  type: bool
  returned: always
  sample: false
tenants:
  description: The tenants, by id.
  type: list
  elements: dict
  returned: always
  contains:
    tenant_id:
      description: Id of the tenant; 1 is the sys tenant.
      type: int
    tenant_name:
      description: Name of the tenant.
      type: str
    tenant_type:
      description: V(SYS), V(USER) or V(META).
      type: str
    status:
      description: Its state, V(NORMAL), V(CREATING), V(DROPPING), V(RESTORE) or V(CREATING_STANDBY).
      type: str
    tenant_role:
      description: V(PRIMARY), V(STANDBY), V(RESTORE), or V(CLONE) while it is being made; may be V(null) for a moment.
      type: str
    log_mode:
      description: Whether its log is archived, V(ARCHIVELOG) or V(NOARCHIVELOG). A source tenant needs V(ARCHIVELOG).
      type: str
    locked:
      description: Whether logins to it are refused, V(YES) or V(NO).
      type: str
    in_recyclebin:
      description: Whether it was dropped into the recycle bin, V(YES) or V(NO).
      type: str
  sample:
    - in_recyclebin: "NO"
      locked: "NO"
      log_mode: ARCHIVELOG
      status: NORMAL
      tenant_id: 1002
      tenant_name: mysql001
      tenant_role: PRIMARY
      tenant_type: USER
resource_pools:
  description: The resource pools, by id.
  type: list
  elements: dict
  returned: always
  contains:
    resource_pool_id:
      description: Id of the resource pool.
      type: int
    name:
      description: Name of the resource pool.
      type: str
    tenant_id:
      description: Id of the tenant that it is granted to; V(null) if to none.
      type: int
    unit_count:
      description: Number of units in each zone.
      type: int
  sample:
    - {name: pool_a, resource_pool_id: 1003, tenant_id: 1004, unit_count: 1}
msg:
  description: What was found, for a person.
  type: str
  returned: always
  sample: "Tenants found: 1. Resource pools found: 1."
error:
  description: Why the task failed, with the keys that M(community.oceanbase.ob_clone_cancel) describes.
  type: dict
  returned: failure
"""

from ansible_collections.community.oceanbase.plugins.module_utils._module import run_module
from ansible_collections.community.oceanbase.plugins.module_utils._procedures.tenant_info import TENANT_INFO


def main() -> None:
    run_module(TENANT_INFO)


if __name__ == "__main__":
    main()
