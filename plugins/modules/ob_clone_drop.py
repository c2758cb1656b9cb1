#!/usr/bin/python
# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: ob_clone_drop
short_description: Drop the tenant that an OceanBase tenant clone made
description:
  - Sees to it that tenant and resource pool that one clone job made do not exist, by C(DROP TENANT ... FORCE) and
    C(DROP RESOURCE POOL). The unit config is not touched.
  - They are dropped only if the row of the job in C(DBA_OB_CLONE_HISTORY) proves that this job made them. Name and id
    must agree, and ids are never used again. A tenant of that name that another job or person made is a failure.
  - A job that has not ended is a failure; cancel it with M(community.oceanbase.ob_clone_cancel).
version_added: 1.0.0
author:
  - The community.oceanbase authors (@community-oceanbase)
extends_documentation_fragment:
  - community.oceanbase._attributes
  - community.oceanbase._login
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
  async:
    support: full
options:
  clone_tenant:
    description: Name of the tenant that the clone job made. It is compared exactly.
    type: str
    required: true
    aliases: [new_tenant_name]
  clone_job_id:
    description: Id of the clone job that made it. Write it in quotes.
    type: str
    required: true
notes:
  - The tenant is gone at once, with its data; it does not go through the recycle bin.
seealso:
  - module: community.oceanbase.ob_clone
  - module: community.oceanbase.ob_clone_cancel
"""

EXAMPLES = r"""
- name: Drop the clone that this play made
  community.oceanbase.ob_clone_drop:
    login_host: observer1.example.com
    login_password: "{{ vault_root_sys_password }}"
    clone_tenant: clone_a
    clone_job_id: "{{ clone.job.clone_job_id }}"
"""

RETURN = r"""
outcome:
  description:
    - What became of the tenant. V(null) if the task failed.
    - V(dropped) - this run dropped it or its resource pool, or in check mode would.
    - V(absent) - neither existed. A job that was cancelled or failed leaves nothing.
  type: str
  returned: always
  sample: dropped
job:
  description:
    - The row of the clone job, with the keys that M(community.oceanbase.ob_clone_info) describes. V(null) if it is not
      known.
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
    Dropped what clone job 1706251714452555625 made: DROP TENANT `clone_a` FORCE and DROP RESOURCE POOL `pool_a`
diff:
  description: Tenant and resource pool before and after.
  type: dict
  returned: with --diff
error:
  description: Why the task failed, with the keys that M(community.oceanbase.ob_clone_cancel) describes.
  type: dict
  returned: failure
"""

from ansible_collections.community.oceanbase.plugins.module_utils._drop import DropTask
from ansible_collections.community.oceanbase.plugins.module_utils._module import OceanBaseModule


def main() -> None:
    OceanBaseModule(
        {
            "clone_tenant": {"type": "str", "required": True, "aliases": ["new_tenant_name"]},
            "clone_job_id": {"type": "str", "required": True},
        },
        DropTask,
    ).finish()


if __name__ == "__main__":
    main()
