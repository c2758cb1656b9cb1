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
  - community.oceanbase._attributes.info_module
  - community.oceanbase._attributes
  - community.oceanbase._login
  - community.oceanbase._wait
  - community.oceanbase._wait.selectors
attributes:
  check_mode:
    details:
      - The module changes nothing. In check mode it does not wait, see O(wait).
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
      - With O(wait=true), seconds to wait at most. After that the task fails with C(error.class) V(wait_timeout), and
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
  - module: community.oceanbase.ob_clone_report
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
    - The rows of C(DBA_OB_CLONE_PROGRESS), newest first, with the keys that M(community.oceanbase.ob_clone_cancel)
      describes for C(job).
  type: list
  elements: dict
  returned: always
history:
  description:
    - The newest O(limit) rows of C(DBA_OB_CLONE_HISTORY), newest first, in the same form as RV(progress).
    - Names repeat here, because a name can be used again when a job has ended.
  type: list
  elements: dict
  returned: always
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
  description: Why the task failed, with the keys that M(community.oceanbase.ob_clone_cancel) describes.
  type: dict
  returned: failure
"""

from ansible_collections.community.oceanbase.plugins.module_utils._module import run_module
from ansible_collections.community.oceanbase.plugins.module_utils._procedures.info import CLONE_INFO


def main() -> None:
    run_module(CLONE_INFO)


if __name__ == "__main__":
    main()
