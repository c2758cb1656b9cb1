#!/usr/bin/python
# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This is documentation; plugins/action/ob_clone_report.py does the work on the control node.

from __future__ import annotations

DOCUMENTATION = r"""
module: ob_clone_report
short_description: Write a report of OceanBase clones
description:
  - Writes one file about the clone jobs that M(community.oceanbase.ob_clone_info) found on the hosts of a play, for
    audits and hand-overs. The ending of O(path) decides what it is.
  - C(.html) is one page that needs no other file, with a time line of all clones by source tenant, colored by outcome,
    and a list to filter and sort. It can be read without JavaScript, on a telephone, and in the dark.
  - C(.json) holds C(made_at), C(clusters) and C(jobs), each job as M(community.oceanbase.ob_clone_info) returns it,
    with its C(cluster) and its C(outcome).
  - C(.csv) holds a line for each job with the same columns. A name that a spreadsheet would run as a formula has an
    apostrophe before it.
  - The outcome is V(running), V(canceling), V(failing), V(completed), V(canceled) or V(failed), or V(unknown) for a
    status that this collection does not know.
  - The task runs on the control node and does not log in anywhere.
version_added: 1.0.0
author:
  - The community.oceanbase authors (@community-oceanbase)
extends_documentation_fragment:
  - community.oceanbase._attributes.local
attributes:
  check_mode:
    details:
      - Everything is verified as in a real run, and nothing is written.
options:
  path:
    description:
      - The file to write, on the control node. It must end in C(.html), C(.json) or C(.csv), and its folder must exist.
      - The file is replaced in one step, so that nobody reads half of it.
    type: path
    required: true
  registered:
    description:
      - The name of the variable in which a task of M(community.oceanbase.ob_clone_info) was registered on each host.
      - A host where that task failed or did not run is named in the report as missing.
      - If not given, the task only verifies that O(path) can be written. A play can do that before it asks any cluster.
    type: str
  hosts:
    description: The hosts to report on, one for each cluster. If not given, all hosts of the play.
    type: list
    elements: str
  mode:
    description:
      - The permissions of the file as an octal number in quotes, such as V(0640).
      - If not given, a file that exists keeps its permissions, and a new one gets what the umask leaves.
    type: raw
seealso:
  - module: community.oceanbase.ob_clone_info
"""

EXAMPLES = r"""
- name: Read all clone jobs
  community.oceanbase.ob_clone_info:
    login_host: observer1.example.com
    login_password: "{{ vault_root_sys_password }}"
    limit: 10000
  register: clones

- name: Write the report
  community.oceanbase.ob_clone_report:
    path: clones.html
    registered: clones
  run_once: true
"""

RETURN = r"""
changed:
  description: V(true) if the file was written, or would be in check mode.
  type: bool
  returned: always
  sample: true
path:
  description: The file, as an absolute path.
  type: str
  returned: success
  sample: /home/ansible/clones.html
jobs:
  description: How many clone jobs it holds.
  type: int
  returned: success and O(registered) is given
  sample: 3
clusters:
  description: How many hosts were looked at.
  type: int
  returned: success and O(registered) is given
  sample: 2
unread:
  description: The hosts of which there is nothing to report, because their task failed or did not run.
  type: list
  elements: str
  returned: success and O(registered) is given
  sample: []
msg:
  description: What was done, for a person.
  type: str
  returned: always
  sample: Wrote a report of 3 clone jobs on 2 clusters to /home/ansible/clones.html.
error:
  description:
    - Why the task failed, for a play that decides in C(rescue). Its C(class) is V(invalid_option);
      M(community.oceanbase.ob_clone_cancel) describes the keys.
  type: dict
  returned: failure
  sample:
    class: invalid_option
    errno: null
    sqlstate: null
    message: there is no folder /home/ansible/reports
    hint: ""
"""
