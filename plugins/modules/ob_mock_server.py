#!/usr/bin/python
# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: ob_mock_server
short_description: Run the mock of role sys_tenant_mock
description:
  - Ensures that a mock of an OceanBase sys tenant runs on the host, or that it does not.
  - This module belongs to the role P(community.oceanbase.sys_tenant_mock#role) and may change in any release. Use the
    role.
version_added: 1.0.0
author:
  - The community.oceanbase authors (@community-oceanbase)
extends_documentation_fragment:
  - community.oceanbase._attributes.local
attributes:
  diff_mode:
    support: full
    details:
      - Passwords are not shown, nor is a scenario, which may hold some.
options:
  state:
    description:
      - V(started) ensures that the mock runs with these settings and answers. If it runs with other settings, it is
        started anew, and has then forgotten everything.
      - V(stopped) ensures that the mock of O(folder) does not run, and removes its files. Nothing else is stopped or
        removed.
    type: str
    choices: [started, stopped]
    default: started
  folder:
    description: Folder for the program and its files. There is one mock for each folder.
    type: path
    required: true
  host:
    description: Address to listen on.
    type: str
    default: 127.0.0.1
  ports:
    description: Ports to listen on, one for each observer of the cluster. With V(0) the mock picks a free one.
    type: list
    elements: int
    default: [2881]
  scenario:
    description:
      - What the cluster holds at the start, as a dictionary, as JSON text, or as the path of a JSON file on the control
        node.
    type: raw
    default: {}
  password:
    description: Password of C(root@sys).
    type: str
    default: ""
  server_version:
    description: Version of OceanBase to be.
    type: str
    default: 4.3.5.3
  step_seconds:
    description: How long a clone stays in each state, in seconds.
    type: float
    default: 0.5
  cleanup_seconds:
    description: How long the clean-up of a canceled or failed clone takes, in seconds.
    type: float
    default: 1
  tls_cert:
    description: Path on the host of a certificate (PEM). If given, the mock offers TLS.
    type: path
  tls_key:
    description: Path on the host of its private key (PEM).
    type: path
  statement_log:
    description:
      - File to which each statement and its answer is appended, one JSON object a line. A relative path is below
        O(folder). If empty, no log is written.
    type: str
    default: statements.jsonl
  python:
    description: Python that runs the mock, 3.8 or newer. By default the one that runs this module.
    type: path
  program:
    description: Files of the mock, by their path. The action plugin fills this in from the collection.
    type: dict
    default: {}
seealso:
  - name: Role sys_tenant_mock
    description: The role that runs this module.
    link: https://github.com/community-oceanbase/community.oceanbase/blob/main/roles/sys_tenant_mock/README.md
"""

EXAMPLES = r"""
- name: Run a cluster in which a clone hangs
  community.oceanbase.ob_mock_server:
    folder: /tmp/sys_tenant_mock
    ports: [0]
    scenario:
      jobs:
        - {clone_tenant: clone_a, state: CLONE_SYS_CREATE_TENANT, hold: true}
  register: mock

- name: Cancel it
  community.oceanbase.ob_clone_cancel:
    login_port: "{{ mock.running.port }}"
    clone_tenant: clone_a

- name: Stop the cluster
  community.oceanbase.ob_mock_server:
    folder: /tmp/sys_tenant_mock
    state: stopped
"""

RETURN = r"""
running:
  description: Where the mock runs, or V(null) with O(state=stopped).
  type: dict
  returned: success
  contains:
    host:
      description: Address on which it listens. V(null) in check mode if it would have to be started.
      type: str
    port:
      description: Its port, the first one if there are several. V(null) in check mode if it would have to be started.
      type: int
    ports:
      description: All its ports, one for each observer.
      type: list
      elements: int
    pid:
      description: Id of its process. V(null) in check mode if it would have to be started.
      type: int
    folder:
      description: Its folder.
      type: str
    statement_log:
      description: Path of its statement log, V(null) if there is none.
      type: str
  sample:
    folder: /home/me/.cache/sys_tenant_mock/2881
    host: 127.0.0.1
    pid: 4711
    port: 2881
    ports: [2881]
    statement_log: /home/me/.cache/sys_tenant_mock/2881/statements.jsonl
msg:
  description: What was done, for a person. If the mock does not start, the error that it printed.
  type: str
  returned: always
  sample: The mock runs on 127.0.0.1:2881.
diff:
  description: Command line, and digests of program and scenario, before and after.
  type: dict
  returned: with --diff
"""

import json
import os
import sys
from typing import Any, Dict, List, Mapping

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.community.oceanbase.plugins.module_utils._mock_server import (
    PROGRAM,
    MockFailure,
    Wanted,
    start,
    stop,
)


def wanted(params: Mapping[str, Any], folder: str) -> Wanted:
    """Returns the mock that the options of the module ask for."""
    scenario = params["scenario"]
    files = {PROGRAM + "/" + name: text for name, text in params["program"].items()}
    files["scenario.json"] = scenario if isinstance(scenario, str) else json.dumps(scenario, indent=2)
    files["password"] = params["password"] + "\n"
    return Wanted(folder, params["python"] or sys.executable, command_options(params), files, params["statement_log"])


def command_options(params: Mapping[str, Any]) -> List[str]:
    """Returns the options of the mock's command line. Everybody can read that, so the password is in a file."""
    result = ["--host", params["host"]]
    for port in params["ports"]:
        result += ["--port", str(port)]
    result += ["--scenario", "scenario.json", "--password-file", "password"]
    for name in ("server_version", "step_seconds", "cleanup_seconds", "tls_cert", "tls_key", "statement_log"):
        if params[name] not in (None, ""):
            result += ["--" + name.replace("_", "-"), str(params[name])]
    return result


def main() -> None:
    module = AnsibleModule(supports_check_mode=True, argument_spec={
        "state": {"type": "str", "choices": ["started", "stopped"], "default": "started"},
        "folder": {"type": "path", "required": True},
        "host": {"type": "str", "default": "127.0.0.1"},
        "ports": {"type": "list", "elements": "int", "default": [2881]},
        "scenario": {"type": "raw", "default": {}, "no_log": True},
        "password": {"type": "str", "default": "", "no_log": True},
        "server_version": {"type": "str", "default": "4.3.5.3"},
        "step_seconds": {"type": "float", "default": 0.5},
        "cleanup_seconds": {"type": "float", "default": 1},
        "tls_cert": {"type": "path"},
        "tls_key": {"type": "path", "no_log": False},
        "statement_log": {"type": "str", "default": "statements.jsonl"},
        "python": {"type": "path"},
        "program": {"type": "dict", "default": {}, "no_log": True},
    })
    # No result holds a secret but the invocation, which is given without them. Otherwise a password such as 1 would
    # garble ports and names, and a scenario the message that tells what is wrong with it.
    module.no_log_values.clear()
    shown = {name: value for name, value in module.params.items() if name not in ("scenario", "password", "program")}
    folder = os.path.abspath(module.params["folder"])
    try:
        if module.params["state"] == "started":
            result: Dict[str, Any] = start(wanted(module.params, folder), module.check_mode)
        else:
            result = stop(folder, module.check_mode)
    except (MockFailure, OSError) as failure:
        module.fail_json(msg=str(failure), invocation={"module_args": shown})
    if not module._diff:
        del result["diff"]
    module.exit_json(invocation={"module_args": shown}, **result)


if __name__ == "__main__":
    main()
