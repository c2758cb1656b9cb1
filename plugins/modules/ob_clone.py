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
    support: full
    details:
      - Check mode tests OceanBase's rules for starting a clone against the views. They do not show whether the cluster
        is in upgrade mode or the source tenant needs a minor freeze, so a real run may still be refused for these.
  diff_mode:
    support: full
  idempotent:
    support: full
  async:
    support: full
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
      - Seconds to wait at most. After that the task fails with RV(error.class=wait_timeout), and the clone goes on.
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
    - What became of the clone, or in check mode would become of it. V(null) if the task failed.
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
    - The row of the clone job as last seen, with the columns of the views in lower case. V(null) if there is none.
    - Ids of jobs and snapshots and the restore SCN are text, because they are larger than what JSON readers keep exact.
      Times are ISO 8601 in UTC.
  type: dict
  returned: always
  contains:
    clone_job_id:
      description: Id of the job.
      type: str
    trace_id:
      description: Trace id, to be found in C(observer.log).
      type: str
    source_tenant_id:
      description: Id of the source tenant.
      type: int
    source_tenant_name:
      description: Name of the source tenant.
      type: str
    clone_tenant_id:
      description: Id of the new tenant; 0 until it is created.
      type: int
    clone_tenant_name:
      description: Name of the new tenant.
      type: str
    tenant_snapshot_id:
      description: Id of the snapshot that is cloned; V(-1) until it is created.
      type: str
    tenant_snapshot_name:
      description: Name of the snapshot.
      type: str
    resource_pool_id:
      description: Id of the new tenant's resource pool; -1 until it is created.
      type: int
    resource_pool_name:
      description: Name of the resource pool.
      type: str
    unit_config_name:
      description: Name of the unit config.
      type: str
    restore_scn:
      description: SCN of the snapshot; V(18446744073709551615) until it is known.
      type: str
    status:
      description: Status of the job.
      type: str
    clone_job_type:
      description: Type of the job.
      type: str
    clone_start_time:
      description: When the job started.
      type: str
    clone_finished_time:
      description: When the job ended. For a canceled job this is when the C(CANCEL) was accepted.
      type: str
    ret_code:
      description: 0 for success, otherwise OceanBase's negative error code.
      type: int
    error_message:
      description: Why the job failed or in which status and by whom it was canceled.
      type: str
    view:
      description: The view that holds the row, V(progress) or V(history).
      type: str
    cancellable:
      description: Whether the status allows to cancel the job.
      type: bool
    age:
      description: Seconds since the start, by the server's clock.
      type: float
    canceled_by:
      description:
        - Who canceled it, V(user), V(standby transfer), V(standby upgrade) or V(standby alter ls). V(null) if it was
          not canceled or the server does not say.
      type: str
  sample:
    age: 28.21
    cancellable: false
    canceled_by: null
    clone_finished_time: "2026-01-26T06:49:02.662431Z"
    clone_job_id: "1706251714452555625"
    clone_job_type: FORK
    clone_start_time: "2026-01-26T06:48:34.452555Z"
    clone_tenant_id: 1004
    clone_tenant_name: clone_a
    error_message: null
    resource_pool_id: 1003
    resource_pool_name: pool_clone_a
    restore_scn: "1706251716000000000"
    ret_code: 0
    source_tenant_id: 1002
    source_tenant_name: mysql001
    status: CLONE_SYS_SUCCESS
    tenant_snapshot_id: "1706251714900000000"
    tenant_snapshot_name: _inner_snapshot$1706251714899990000
    trace_id: YB42AC1E87C9-00060F1AD6DF026E-0-0
    unit_config_name: unit001
    view: history
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
  description: Why the task failed, for a play that decides in C(rescue).
  type: dict
  returned: failure
  contains:
    class:
      description:
        - One of V(missing_library), V(invalid_option), V(unreachable), V(tls), V(access_denied), V(not_sys_tenant),
          V(unsupported_version), V(no_privilege), V(refused), V(wait_timeout), V(clone_failed), V(server_error).
      type: str
    errno:
      description: The server's or the driver's error number, or V(null).
      type: int
    sqlstate:
      description: The server's SQLSTATE, or V(null).
      type: str
    message:
      description: What went wrong.
      type: str
    hint:
      description: What to do about it; may be empty.
      type: str
  sample:
    class: refused
    errno: 4179
    sqlstate: HY000
    message: >-
      the server answered error 4179 (HY000): log archive is not ready, create tenant snapshot not allowed
    hint: >-
      Switch it on with ALTER SYSTEM ARCHIVELOG TENANT = mysql001, and run the task again when CDB_OB_ARCHIVELOG shows
      it as DOING.
"""

from ansible_collections.community.oceanbase.plugins.module_utils._module import run_module
from ansible_collections.community.oceanbase.plugins.module_utils._procedures.start import CLONE


def main() -> None:
    run_module(CLONE)


if __name__ == "__main__":
    main()
