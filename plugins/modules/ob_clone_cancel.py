#!/usr/bin/python
# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: ob_clone_cancel
short_description: Cancel an OceanBase tenant clone
description:
  - Ensures that no matching clone job is running, and reports its final state from the row in C(DBA_OB_CLONE_HISTORY).
  - While a clone runs, its source tenant cannot be upgraded, switched over or scaled, and its units and replicas cannot
    be moved. A play that is about to do one of these usually knows the source tenant, so the job can be named by
    O(source_tenant), by O(clone_tenant) or by O(clone_job_id). If more than one of them is given, the job must match
    all of them.
  - O(clone_tenants), O(source_tenants) and O(clone_job_ids) name several clones, each item a clone of its own. All are
    canceled, in the order given, before any is waited for, and one failure does not keep the others from their turn.
    Either name one job or use the lists; at least one of the six options is required.
  - The module looks up the job in C(DBA_OB_CLONE_PROGRESS) and C(DBA_OB_CLONE_HISTORY), sends
    C(ALTER SYSTEM CANCEL CLONE) only if the job can still be canceled, and then follows it by its id until it has
    ended.
  - RV(changed) is true exactly when the server accepted a C(CANCEL) of this run.
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
    details:
      - Check mode and a real run decide with the same function, from the same views.
options:
  clone_tenants:
    description:
      - Names of new tenants whose clones are to be canceled. The same rules apply as for O(clone_tenant).
      - A text with commas is a list. White space around an item does not belong to the name.
      - An empty list, or an empty text, names nothing. If all lists that are given are empty, nothing is done, nothing
        is sent, and RV(outcome) is V(null).
    type: list
    elements: str
  source_tenants:
    description: Names of tenants whose running clones are to be canceled. The same rules apply as for O(clone_tenants).
    type: list
    elements: str
  clone_job_ids:
    description: Ids of clone jobs, each written in quotes. An empty list or text names nothing.
    type: list
    elements: str
  wait_until:
    description:
      - V(canceled) waits only for the clean-up of canceled jobs.
      - V(ended) also waits for a job that can no longer be canceled, or that is failing, until it has left
        C(DBA_OB_CLONE_PROGRESS) and no longer holds its source tenant.
      - Only with O(wait=true).
    type: str
    choices: [canceled, ended]
    default: canceled
  wait:
    description:
      - Whether to wait until a canceled job has been cleaned up and its row is in C(DBA_OB_CLONE_HISTORY).
      - If V(false), the outcome of a cancel that is still being cleaned up is V(canceling).
  wait_timeout:
    description:
      - Seconds to wait at most, for all clones together. After that the task fails with RV(error.class=wait_timeout);
        RV(changed) then tells whether the C(CANCEL) was accepted. Running the task again resumes the wait.
      - Transient errors and lost connections are retried within this time.
    type: int
    default: 600
  fail_on:
    description:
      - Outcomes that fail the task, with RV(error.class=unwanted_outcome).
      - V(completed) gives a warning if it is not listed here, because then the clone exists or is about to.
    type: list
    elements: str
    choices: [completed, failed, not_found]
    default: []
notes:
  - The user must be in the sys tenant and have C(ALTER SYSTEM) or C(SUPER), and C(SELECT) on the views. V(root@sys) has
    both. OceanBase's documentation says that only V(root@sys) may cancel; the server does not ask for that.
  - Tenants can be cloned since OceanBase 4.3.0.
  - A job that is past the point of no return or has failed by itself is waited for only with O(wait_until=ended). While
    RV(job.view) is V(progress), it may still hold its source tenant.
  - If a tenant named in O(source_tenant) or O(source_tenants) has no running clone and does not exist, the task says so
    in a warning, with the nearest name.
  - C(ALTER SYSTEM CANCEL CLONE) knows the job only by the name of the new tenant. If the job ends and another one of
    the same name starts in the milliseconds between the query and the C(CANCEL), the later one is canceled. The task
    then says so in a warning.
  - If the answer to the C(CANCEL) is lost or is error 4012, the views show whether the job was canceled, but not by
    whom. If somebody else cancels it at the same moment, the task counts that as its own, and says so in a warning.
seealso:
  - module: community.oceanbase.ob_clone
  - module: community.oceanbase.ob_clone_drop
  - module: community.oceanbase.ob_clone_info
  - name: ALTER SYSTEM CANCEL CLONE
    description: The statement in OceanBase's documentation.
    link: https://en.oceanbase.com/docs/common-oceanbase-database-10000000003683383
"""

EXAMPLES = r"""
- name: Cancel the clone of tenant clone_a and wait until it is cleaned up
  community.oceanbase.ob_clone_cancel:
    login_host: observer1.example.com
    login_password: "{{ vault_root_sys_password }}"
    clone_tenant: clone_a

- name: Free a tenant for an upgrade, through OBProxy, whatever its clone is called
  community.oceanbase.ob_clone_cancel:
    login_host: odp.example.com
    login_port: 2883
    login_user: root@sys#obcluster
    login_password: "{{ vault_root_sys_password }}"
    source_tenant: mysql001

- name: Cancel only if it is still the job that this pipeline started, over verified TLS
  community.oceanbase.ob_clone_cancel:
    login_host: observer1.example.com
    ca_cert: /etc/pki/oceanbase/ca.pem
    config_file: /etc/oceanbase/client.cnf
    clone_tenant: clone_a
    clone_job_id: "1706251714452555625"

- name: Fail if it is too late to cancel
  community.oceanbase.ob_clone_cancel:
    clone_tenant: clone_a
    fail_on: [completed]
    wait_timeout: 120

- name: Cancel several clones, and whatever is being cloned from mysql001
  community.oceanbase.ob_clone_cancel:
    clone_tenants: [clone_a, clone_b]
    source_tenants: [mysql001]
  register: canceled

- name: Show the outcome of each
  ansible.builtin.debug:
    msg: "{{ item.name }} is {{ item.outcome }}"
  loop: "{{ canceled.results }}"
  loop_control:
    label: "{{ item.name }}"

- name: Wait until nothing holds tenant mysql001, even if its clone can no longer be canceled
  community.oceanbase.ob_clone_cancel:
    source_tenant: mysql001
    wait_until: ended

- name: Give the login once for several tasks
  module_defaults:
    group/community.oceanbase.oceanbase:
      login_host: observer1.example.com
      login_password: "{{ vault_root_sys_password }}"
  block:
    - name: Cancel without waiting for the clean-up
      community.oceanbase.ob_clone_cancel:
        clone_tenant: clone_a
        wait: false
      register: ordered

    - name: Wait for the clean-up later, as a background job of at most ten minutes
      community.oceanbase.ob_clone_cancel:
        clone_job_id: "{{ ordered.job.clone_job_id }}"
      async: 600
      poll: 5
      when: ordered.outcome == "canceling"
"""

RETURN = r"""
changed:
  description:
    - Whether the server accepted a C(CANCEL) of this run; in check mode, whether it would.
  type: bool
  returned: always
  sample: true
outcome:
  description:
    - The result for the clone job; in check mode, the result that a real run would have. V(null) if the task failed
      before it was known.
    - V(canceled) - this run's C(CANCEL) was accepted, and the history shows C(CLONE_SYS_CANCELED).
    - V(canceling) - with O(wait=false), the clean-up of a canceled job goes on. RV(changed) tells whose C(CANCEL) it
      was.
    - V(already_canceled) - it was canceled before this run, by somebody else, or by the server.
    - V(completed) - the clone is done or past the point of no return, so there is nothing to cancel.
    - V(failed) - the job failed by itself.
    - V(not_found) - neither view knows such a job.
    - If the clones are named in lists, the outcome that all of them have, V(mixed) if they differ, and V(null) if the
      lists are empty; RV(results) has the outcome of each.
  type: str
  returned: always
  sample: canceled
job:
  description:
    - The row of the clone job as last seen, with the columns of the views in lower case. V(null) if there is none, or
      if the clones are named in lists.
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
    age: 27.42
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
canceled_in:
  description:
    - The status in which the job was canceled, or V(null) if it was not or the server does not say.
    - V(null) also if the clones are named in lists.
  type: str
  returned: always
  sample: CLONE_SYS_WAIT_TENANT_RESTORE_FINISH
executed_statements:
  description: The statements that changed the server; in check mode those that would.
  type: list
  elements: str
  returned: always
  sample: ["ALTER SYSTEM CANCEL CLONE `clone_a`"]
timeline:
  description:
    - The statuses that were seen, each with the time it was first seen.
    - Empty if the clones are named in lists; each of RV(results) has its own.
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
    - {status: CLONE_SYS_WAIT_TENANT_RESTORE_FINISH, elapsed: 0.012}
    - {status: CLONE_SYS_CANCELING, elapsed: 0.115}
    - {status: CLONE_SYS_CANCELED, elapsed: 1.342}
polls:
  description: How often the views were read.
  type: int
  returned: always
  sample: 12
reconnects:
  description: How often a lost connection was made again.
  type: int
  returned: always
  sample: 0
elapsed:
  description: How long the module worked, in seconds.
  type: float
  returned: always
  sample: 1.343
login_address:
  description: The address in O(login_host), with its port, or the socket that answered last; V(null) if none did.
  type: str
  returned: always
  sample: observer1.example.com:2881
results:
  description:
    - The result for each clone, in the order given - O(clone_tenants), then O(source_tenants), then O(clone_job_ids).
    - A job that is named twice gets one C(CANCEL), and both of its entries tell of that.
    - Empty if the task failed before it began, for instance because a name is not allowed.
  type: list
  elements: dict
  returned: if the clones are named in lists
  contains:
    kind:
      description: How the clone was named, V(clone_tenant), V(source_tenant) or V(clone_job_id).
      type: str
    name:
      description: The name or id that was given.
      type: str
    clone_tenant:
      description: The name that was given, only if RV(results[].kind=clone_tenant).
      type: str
    source_tenant:
      description: The name that was given, only if RV(results[].kind=source_tenant).
      type: str
    clone_job_id:
      description: The id that was given, only if RV(results[].kind=clone_job_id).
      type: str
    changed:
      description: Whether the server accepted a C(CANCEL) of this run for it; in check mode, whether it would.
      type: bool
    outcome:
      description: As RV(outcome), but never V(mixed).
      type: str
    job:
      description: As RV(job).
      type: dict
    canceled_in:
      description: As RV(canceled_in).
      type: str
    executed_statements:
      description: As RV(executed_statements).
      type: list
      elements: str
    timeline:
      description: As RV(timeline).
      type: list
      elements: dict
    msg:
      description: What happened to it, for a person.
      type: str
    error:
      description: As RV(error), or V(null) if it did not fail.
      type: dict
msg:
  description: What happened, for a person; with several clones a sentence about each.
  type: str
  returned: always
  sample: >-
    Canceled the clone of tenant clone_a (job 1706251714452555625 of source tenant mysql001) in
    CLONE_SYS_WAIT_TENANT_RESTORE_FINISH.
diff:
  description: Status and view of the job before and after; with lists, of each job by the way it was named.
  type: dict
  returned: with --diff
  sample:
    before: {status: CLONE_SYS_WAIT_TENANT_RESTORE_FINISH, view: progress}
    after: {status: CLONE_SYS_CANCELED, view: history}
    before_header: clone job 1706251714452555625
    after_header: clone job 1706251714452555625
error:
  description: Why the task failed, for a play that decides in C(rescue); with several clones, why the first one failed.
  type: dict
  returned: failure
  contains:
    class:
      description:
        - One of V(missing_library), V(invalid_option), V(unreachable), V(tls), V(access_denied), V(not_sys_tenant),
          V(unsupported_version), V(no_privilege), V(refused), V(wait_timeout), V(unwanted_outcome), V(server_error).
          Only M(community.oceanbase.ob_clone) has also V(clone_failed).
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
    message: >-
      this login is in tenant mysql001, but clone jobs are visible only in the sys tenant; logged in as root@mysql001
      (user: option login_user, password: option login_password)
    hint: Log in as root@sys.
"""

from ansible_collections.community.oceanbase.plugins.module_utils._module import run_module
from ansible_collections.community.oceanbase.plugins.module_utils._procedures.cancel import CLONE_CANCEL


def main() -> None:
    run_module(CLONE_CANCEL)


if __name__ == "__main__":
    main()
