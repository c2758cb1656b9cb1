#!/usr/bin/python
# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: ob_clone
short_description: Clone an OceanBase tenant
description:
  - Ensures that a tenant exists as a clone of another one, or is being cloned, and reports the final state of the clone
    job from the row in C(DBA_OB_CLONE_HISTORY).
  - The clone is started with C(CREATE TENANT ... FROM) in a session of its own, because OBProxy cuts off such a session
    after about 30 seconds while the clone goes on. The job is followed by its id in another session.
  - RV(changed) is true exactly when this run started the clone.
  - The new tenant is a standby tenant of its source. M(community.oceanbase.ob_clone_drop) removes it again.
version_added: 1.0.0
author:
  - The community.oceanbase authors (@community-oceanbase)
extends_documentation_fragment:
  - community.oceanbase._attributes
  - community.oceanbase._login
  - community.oceanbase._wait
attributes:
  check_mode:
    details:
      - Check mode tests OceanBase's rules for starting a clone against the views. They do not show whether the cluster
        is in upgrade mode or the source tenant needs a minor freeze, so a real run may still be refused for these.
options:
  clone_tenant:
    description:
      - Name of the new tenant.
      - Names are compared exactly, also in case. A name with a quote, backslash, back-quote or control character, an
        empty name, or one over 64 bytes is refused before anything is sent.
    type: str
    required: true
    aliases: [new_tenant_name]
  source_tenant:
    description:
      - Name of the tenant to clone. The same rules apply as for O(clone_tenant).
      - OceanBase allows one running clone for a source tenant. Its log archive must be on.
    type: str
    required: true
  resource_pool:
    description: Name of the resource pool that OceanBase makes for the new tenant; up to 128 bytes.
    type: str
    required: true
  unit_config:
    description: Name of an existing unit config for the new tenant's units; up to 128 bytes.
    type: str
    required: true
  wait:
    description:
      - Whether to wait until the clone is completed and its row is in C(DBA_OB_CLONE_HISTORY).
      - If V(false), the task ends as soon as the job's row is in C(DBA_OB_CLONE_PROGRESS), with outcome V(running).
  wait_timeout:
    description:
      - Seconds to wait at most. After that the task fails with C(error.class) V(wait_timeout), and the clone goes on.
        Running the task again resumes the wait.
      - Transient errors and lost connections are retried within this time.
    type: int
    default: 3600
notes:
  - The login needs C(ALTER SYSTEM), and C(SELECT) on the views of clone jobs, tenants, unit configs and resource pools
    in the sys tenant, as V(root@sys) has.
  - Tenants can be cloned since OceanBase 4.3.0.
  - If somebody else starts the very same clone at the same moment, OceanBase refuses one of the two statements. If the
    refusal takes longer than 0.1 seconds after the job has appeared, the module does not wait for it, and the job
    counts as the one of this task.
  - If the answer to the C(CREATE TENANT) is lost, the views show whether there is a new job, but not who started it.
    One with the same names of clone, source, resource pool and unit config then counts as the one of this task.
seealso:
  - module: community.oceanbase.ob_clone_cancel
  - module: community.oceanbase.ob_clone_drop
  - module: community.oceanbase.ob_clone_info
  - name: Clone a tenant
    description: What OceanBase's documentation says about it.
    link: https://en.oceanbase.com/docs/common-oceanbase-database-10000000003679442
"""

EXAMPLES = r"""
- name: Clone tenant mysql001 and wait until the clone can be used
  community.oceanbase.ob_clone:
    login_host: observer1.example.com
    login_password: "{{ vault_root_sys_password }}"
    clone_tenant: clone_a
    source_tenant: mysql001
    resource_pool: pool_clone_a
    unit_config: unit001

- name: Start a clone through OBProxy and go on with the play
  community.oceanbase.ob_clone:
    login_host: odp.example.com
    login_port: 2883
    login_user: root@sys#obcluster
    login_password: "{{ vault_root_sys_password }}"
    clone_tenant: clone_b
    source_tenant: mysql002
    resource_pool: pool_clone_b
    unit_config: unit001
    wait: false
  register: started

- name: Cancel it later, if it is still that very job
  community.oceanbase.ob_clone_cancel:
    login_host: odp.example.com
    login_port: 2883
    login_user: root@sys#obcluster
    login_password: "{{ vault_root_sys_password }}"
    clone_job_id: "{{ started.job.clone_job_id }}"
"""

RETURN = r"""
changed:
  description:
    - Whether this run started the clone; in check mode, whether it would.
  type: bool
  returned: always
  sample: true
outcome:
  description:
    - The result of the clone, or in check mode the one that a real run would have. V(null) if the task failed.
    - V(completed) - this run started the clone, and the tenant exists.
    - V(running) - with O(wait=false), this run started the clone, and it goes on.
    - V(already_running) - a clone of the same source, resource pool and unit config was running when the task began.
      With O(wait=true), RV(job) shows its end.
    - V(already_exists) - the tenant exists, is C(NORMAL), and the history says that it is a clone of that source.
  type: str
  returned: always
  sample: completed
job:
  description:
    - The row of the clone job as last seen, with the keys that M(community.oceanbase.ob_clone_cancel) describes.
      V(null) if there is none.
  type: dict
  returned: always
canceled_in:
  description: The status in which the job was canceled, or V(null) if it was not or the server does not say.
  type: str
  returned: always
  sample: null
executed_statements:
  description: The statements that changed the server; in check mode those that would.
  type: list
  elements: str
  returned: always
  sample: ["CREATE TENANT `clone_a` FROM `mysql001` WITH RESOURCE_POOL = `pool_clone_a`, UNIT = `unit001`"]
maybe_started_after:
  description:
    - Not V(null) only if the task failed and could not find out whether its C(CREATE TENANT) has started the clone, for
      instance because connections were lost until the end. RV(changed) is V(false) then.
    - The largest id of a clone job of that name before the statement was sent, V(0) if there was none. A job with a
      larger id and the same source, resource pool and unit config is taken for the one of this task. It may appear
      later still.
  type: str
  returned: always
  sample: null
timeline:
  description: The statuses that were seen, each with the time it was first seen.
  type: list
  elements: dict
  returned: always
  contains:
    status:
      description: Status of the job.
      type: str
    elapsed:
      description: Seconds since the start of the module.
      type: float
  sample:
    - {status: CLONE_SYS_LOCK, elapsed: 0.112}
    - {status: CLONE_SYS_WAIT_TENANT_RESTORE_FINISH, elapsed: 8.431}
    - {status: CLONE_SYS_SUCCESS, elapsed: 28.317}
polls:
  description: How often the views were read.
  type: int
  returned: always
  sample: 41
reconnects:
  description: How often a lost connection was made again.
  type: int
  returned: always
  sample: 0
elapsed:
  description: How long the module worked, in seconds.
  type: float
  returned: always
  sample: 28.318
login_address:
  description: The address in O(login_host), with its port, or the socket that answered last; V(null) if none did.
  type: str
  returned: always
  sample: observer1.example.com:2881
msg:
  description: What happened, for a person.
  type: str
  returned: always
  sample: Cloned tenant mysql001 as clone_a (job 1706251714452555625).
diff:
  description: Status and view of the job before and after; empty for no job.
  type: dict
  returned: with --diff
  sample:
    before: {}
    after: {status: CLONE_SYS_SUCCESS, view: history}
    before_header: clone job 1706251714452555625
    after_header: clone job 1706251714452555625
error:
  description: Why the task failed, with the keys that M(community.oceanbase.ob_clone_cancel) describes.
  type: dict
  returned: failure
"""

from ansible_collections.community.oceanbase.plugins.module_utils._module import run_module
from ansible_collections.community.oceanbase.plugins.module_utils._procedures.start import CLONE


def main() -> None:
    run_module(CLONE)


if __name__ == "__main__":
    main()
