#!/usr/bin/python
# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: ob_clone_info
short_description: List OceanBase tenant clone jobs
description:
  - Reads C(DBA_OB_CLONE_PROGRESS) and C(DBA_OB_CLONE_HISTORY) of the sys tenant, both in one statement, so that no job
    is missed or seen twice while it moves from one to the other.
  - Without selectors it returns all running jobs and the newest ones that have ended.
  - With O(wait=true) it waits until no job that matches is in progress any more.
  - The server filters the rows, so a long history costs nothing.
version_added: 1.0.0
author:
  - The community.oceanbase authors (@community-oceanbase)
extends_documentation_fragment:
  - community.oceanbase._attributes
  - community.oceanbase._login
  - community.oceanbase._wait
  - community.oceanbase._wait.selectors
attributes:
  check_mode:
    support: full
    details:
      - The module changes nothing. In check mode it does not wait, see O(wait).
  diff_mode:
    support: none
    details:
      - There is nothing to show, because the module changes nothing.
  idempotent:
    support: full
  async:
    support: full
options:
  view:
    description:
      - Which views to read, V(progress) for jobs that run or are being cleaned up, V(history) for ended ones.
      - The result of a view that is not read is an empty list.
    type: list
    elements: str
    choices: [progress, history]
    default: [progress, history]
  status:
    description: Only jobs in one of these statuses. If not given, the status does not matter.
    type: list
    elements: str
    choices:
      - CLONE_SYS_LOCK
      - CLONE_SYS_CREATE_INNER_RESOURCE_POOL
      - CLONE_SYS_CREATE_SNAPSHOT
      - CLONE_SYS_WAIT_CREATE_SNAPSHOT
      - CLONE_SYS_CREATE_TENANT
      - CLONE_SYS_WAIT_TENANT_RESTORE_FINISH
      - CLONE_SYS_RELEASE_RESOURCE
      - CLONE_SYS_SUCCESS
      - CLONE_SYS_LOCK_FAIL
      - CLONE_SYS_CREATE_INNER_RESOURCE_POOL_FAIL
      - CLONE_SYS_CREATE_SNAPSHOT_FAIL
      - CLONE_SYS_WAIT_CREATE_SNAPSHOT_FAIL
      - CLONE_SYS_CREATE_TENANT_FAIL
      - CLONE_SYS_WAIT_TENANT_RESTORE_FINISH_FAIL
      - CLONE_SYS_RELEASE_RESOURCE_FAIL
      - CLONE_SYS_CANCELING
      - CLONE_SYS_CANCELED
  min_age:
    description: Only jobs that started at least so many seconds ago, by the server's clock.
    type: int
  limit:
    description:
      - How many jobs of the history to return at most, the newest first. RV(truncated) tells whether there are more.
      - Jobs in progress are always returned all; OceanBase allows one for a source tenant.
    type: int
    default: 100
  wait:
    description:
      - Whether to wait until no job in C(DBA_OB_CLONE_PROGRESS) matches. The result is that of the last query.
      - Needs V(progress) in O(view).
      - Cannot be combined with O(status) or O(min_age), since both change while a job runs.
      - In check mode the module queries once and does not wait, because the clone that an earlier task would have
        canceled goes on.
    default: false
  wait_timeout:
    description:
      - With O(wait=true), seconds to wait at most. After that the task fails with RV(error.class=wait_timeout), and
        RV(progress) holds the jobs that are left.
      - The time starts with the login. Transient errors and lost connections are retried within it, those of the last
        query for O(read_timeout) more.
    type: int
    default: 600
notes:
  - The login needs C(SELECT) on the views in the sys tenant, as V(root@sys) has.
  - Tenants can be cloned since OceanBase 4.3.0.
seealso:
  - module: community.oceanbase.ob_clone
  - module: community.oceanbase.ob_clone_cancel
  - module: community.oceanbase.ob_tenant_info
  - name: DBA_OB_CLONE_HISTORY
    description: The view in OceanBase's documentation.
    link: https://en.oceanbase.com/docs/common-oceanbase-database-10000000001972416
"""

EXAMPLES = r"""
- name: See what is cloned at the moment, and the ten newest jobs that have ended
  community.oceanbase.ob_clone_info:
    login_host: observer1.example.com
    login_password: "{{ vault_root_sys_password }}"
    limit: 10

- name: Find clones that run for more than two hours and can still be canceled
  community.oceanbase.ob_clone_info:
    view: [progress]
    min_age: 7200
  register: running

- name: Cancel them
  community.oceanbase.ob_clone_cancel:
    clone_job_id: "{{ item.clone_job_id }}"
  loop: "{{ running.progress | selectattr('cancellable') }}"
  loop_control:
    label: "{{ item.clone_tenant_name }}"

- name: Wait until tenant mysql001 is not being cloned any more, for an hour at most
  community.oceanbase.ob_clone_info:
    source_tenant: mysql001
    view: [progress]
    wait: true
    wait_timeout: 3600

- name: Get the state of one job
  community.oceanbase.ob_clone_info:
    clone_job_id: "1706251714452555625"
  register: clone

- name: Show it
  ansible.builtin.debug:
    msg: "{{ (clone.progress + clone.history) | map(attribute='status') | first | default('unknown') }}"
"""

RETURN = r"""
changed:
  description: Always V(false), because the module changes nothing.
  type: bool
  returned: always
  sample: false
progress:
  description:
    - The rows of C(DBA_OB_CLONE_PROGRESS), newest first, with the columns of the view in lower case.
    - Ids of jobs and snapshots and the restore SCN are text, because they are larger than what JSON readers keep exact.
      Times are ISO 8601 in UTC.
  type: list
  elements: dict
  returned: always
  contains: &row
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
    - age: 27.42
      cancellable: true
      canceled_by: null
      clone_finished_time: null
      clone_job_id: "1706251714452555625"
      clone_job_type: FORK
      clone_start_time: "2026-01-26T06:48:34.452555Z"
      clone_tenant_id: 1004
      clone_tenant_name: clone_a
      error_message: null
      resource_pool_id: 1003
      resource_pool_name: pool_a
      restore_scn: "1706251716000000000"
      ret_code: null
      source_tenant_id: 1002
      source_tenant_name: mysql001
      status: CLONE_SYS_WAIT_TENANT_RESTORE_FINISH
      tenant_snapshot_id: "1706251714900000000"
      tenant_snapshot_name: _inner_snapshot$1706251714899990000
      trace_id: YB42AC1E87C9-00060F1AD6DF026E-0-0
      unit_config_name: unit001
      view: progress
history:
  description:
    - The newest O(limit) rows of C(DBA_OB_CLONE_HISTORY), newest first, in the same form as RV(progress).
    - Names repeat here, because a name can be used again when a job has ended.
  type: list
  elements: dict
  returned: always
  contains: *row
  sample:
    - age: 27.42
      cancellable: false
      canceled_by: user
      clone_finished_time: "2026-01-26T06:49:00.178412Z"
      clone_job_id: "1706251714452555625"
      clone_job_type: FORK
      clone_start_time: "2026-01-26T06:48:34.452555Z"
      clone_tenant_id: 1004
      clone_tenant_name: clone_a
      error_message: clone job has been canceled in CLONE_SYS_WAIT_TENANT_RESTORE_FINISH status by user command
      resource_pool_id: 1003
      resource_pool_name: pool_a
      restore_scn: "1706251716000000000"
      ret_code: -4072
      source_tenant_id: 1002
      source_tenant_name: mysql001
      status: CLONE_SYS_CANCELED
      tenant_snapshot_id: "1706251714900000000"
      tenant_snapshot_name: _inner_snapshot$1706251714899990000
      trace_id: YB42AC1E87C9-00060F1AD6DF026E-0-0
      unit_config_name: unit001
      view: history
truncated:
  description: Whether the history holds more jobs that match than RV(history) has.
  type: bool
  returned: always
  sample: false
msg:
  description: What was found, for a person.
  type: str
  returned: always
  sample: "Clone jobs found: 1 in progress, 1 in the history."
error:
  description: Why the task failed, for a play that decides in C(rescue).
  type: dict
  returned: failure
  contains:
    class:
      description:
        - One of V(missing_library), V(invalid_option), V(unreachable), V(tls), V(access_denied), V(not_sys_tenant),
          V(unsupported_version), V(no_privilege), V(wait_timeout), V(server_error).
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
    class: not_sys_tenant
    errno: 1146
    sqlstate: 42S02
    message: this login is in tenant mysql001, but clone jobs are visible only in the sys tenant
    hint: Log in as root@sys.
"""

from ansible_collections.community.oceanbase.plugins.module_utils._module import run_module
from ansible_collections.community.oceanbase.plugins.module_utils._procedures.info import CLONE_INFO


def main() -> None:
    run_module(CLONE_INFO)


if __name__ == "__main__":
    main()
