#!/usr/bin/python
# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: ob_clone_drop
short_description: Drop a cloned OceanBase tenant
description:
  - Drops the tenant and the resource pool that one clone job made, with C(DROP TENANT ... FORCE) and
    C(DROP RESOURCE POOL), unless they are gone already. The unit config is not touched.
  - The row of the job in C(DBA_OB_CLONE_HISTORY) tells which ones these are. Names can be used again, ids never are, so
    both must match. If another tenant has the name by now, nothing is dropped and the task fails with
    C(error.class=refused); another resource pool of that name is left alone.
  - The task fails with the same class if the job has not ended or is in neither view. Cancel a running one with
    M(community.oceanbase.ob_clone_cancel).
version_added: 1.0.0
author:
  - The community.oceanbase authors (@community-oceanbase)
extends_documentation_fragment:
  - community.oceanbase._attributes
  - community.oceanbase._login
options:
  clone_tenant:
    description: Name of the tenant that the clone job made. It is compared exactly, also in case.
    type: str
    required: true
    aliases: [new_tenant_name]
  clone_job_id:
    description:
      - Id of the clone job that made it, C(CLONE_JOB_ID) in the views. Write it in quotes, since it is larger than what
        JSON readers keep exact.
    type: str
    required: true
notes:
  - The tenant is gone at once, with all its data, and does not go to the recycle bin. This is so even if it was
    activated and is in use.
  - The login needs the right to drop tenants and resource pools, and C(SELECT) on the views of clone jobs, tenants and
    resource pools in the sys tenant, as V(root@sys) has.
  - A statement that is not answered within O(read_timeout) counts as lost. The views then tell whether it was executed.
seealso:
  - module: community.oceanbase.ob_clone
  - module: community.oceanbase.ob_clone_cancel
  - module: community.oceanbase.ob_tenant_info
"""

EXAMPLES = r"""
- name: Drop the clone that ob_clone made before in this play
  community.oceanbase.ob_clone_drop:
    login_host: observer1.example.com
    login_password: "{{ vault_root_sys_password }}"
    clone_tenant: clone_a
    clone_job_id: "{{ clone.job.clone_job_id }}"

- name: Find the job that made a clone some time ago
  community.oceanbase.ob_clone_info:
    clone_tenant: clone_a
    view: [history]
    status: [CLONE_SYS_SUCCESS]
    limit: 1
  register: made

- name: Drop that clone
  community.oceanbase.ob_clone_drop:
    clone_tenant: clone_a
    clone_job_id: "{{ item.clone_job_id }}"
  loop: "{{ made.history }}"
  loop_control:
    label: "{{ item.clone_tenant_name }}"
"""

RETURN = r"""
changed:
  description: Whether this run dropped something; in check mode, whether it would. It may be true in a failure too.
  type: bool
  returned: always
  sample: true
outcome:
  description:
    - The result for the tenant. V(null) if the task failed.
    - V(dropped) - this run dropped it or its resource pool, or in check mode would.
    - V(absent) - neither exists any more. A job that was canceled or failed leaves nothing.
  type: str
  returned: always
  sample: dropped
job:
  description:
    - The row of the clone job, with the keys that M(community.oceanbase.ob_clone_cancel) describes. V(null) if it is
      not known.
  type: dict
  returned: always
executed_statements:
  description: The statements that changed the server; in check mode those that would.
  type: list
  elements: str
  returned: always
  sample: ["DROP TENANT `clone_a` FORCE", "DROP RESOURCE POOL `pool_a`"]
msg:
  description: What happened, for a person.
  type: str
  returned: always
  sample: >-
    Dropped what clone job 1706251714452555625 made: TENANT `clone_a` and RESOURCE POOL `pool_a`.
diff:
  description: What was dropped, in C(before); C(after) is empty.
  type: dict
  returned: with --diff
error:
  description: Why the task failed, with the keys that M(community.oceanbase.ob_clone_cancel) describes.
  type: dict
  returned: failure
"""

from ansible_collections.community.oceanbase.plugins.module_utils._module import run_module
from ansible_collections.community.oceanbase.plugins.module_utils._procedures.drop import CLONE_DROP


def main() -> None:
    run_module(CLONE_DROP)


if __name__ == "__main__":
    main()
