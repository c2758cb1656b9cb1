# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""
Story of `make demo`: starts the bundled mock, starts a tenant clone on it, and cancels the clone by a playbook.

Runs with the Python of .venv. The mock is stopped also when something fails or the demo is interrupted.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import NoReturn

REPOSITORY = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(REPOSITORY / "tests"))

from support.servers.ob_mock import Mock  # noqa: E402  (found only once the path is set)

SOURCE, CLONE, STATUS = "mysql001", "clone_mysql001", "CLONE_SYS_WAIT_CREATE_SNAPSHOT"
ANSIBLE = {
    "ANSIBLE_CALLBACK_RESULT_FORMAT": "yaml",
    "ANSIBLE_FORCE_COLOR": str(sys.stdout.isatty()),
    "ANSIBLE_INVENTORY_UNPARSED_WARNING": "false",
    "ANSIBLE_LOCALHOST_WARNING": "false",
}


def say(text: str) -> None:
    """Prints one step of the story."""
    print(f"\n>>> {text}", flush=True)


def run_playbook(mock: Mock) -> int:
    """Runs playbooks/demo.yml against ``mock``; returns the exit code of ansible-playbook."""
    variables = {
        "clone_tenant": CLONE,
        "oceanbase_login": {"login_host": mock.host, "login_port": mock.port},
    }
    command = [sys.executable, "-m", "ansible", "playbook", "community.oceanbase.demo",
               "--extra-vars", json.dumps(variables)]
    return subprocess.run(command, env={**os.environ, **ANSIBLE}, check=False).returncode


def main() -> int:
    """Tells the story; returns 0 when the playbook's own assertions held."""
    started = time.monotonic()
    with Mock(sys.executable, step_seconds=0.1, cleanup_seconds=0.2) as mock:
        say(f"A mock of an OceanBase sys tenant listens on {mock.host}:{mock.port}.")
        mock.hold(STATUS)
        job = mock.start_clone(CLONE, source=SOURCE, until=STATUS)
        say(f"Tenant {SOURCE} is being cloned to {CLONE}: job {job['clone_job_id']} is in {job['status']}.\n"
            f"    Until it ends, {SOURCE} can be neither upgraded nor switched over nor scaled. So: cancel it.")
        exit_code = run_playbook(mock)
        accepted, rows = len(mock.cancels(accepted_only=True)), mock.history()
    if exit_code:
        say(f"The playbook failed (exit code {exit_code}).")
        return exit_code
    say(f"The server accepted {accepted} CANCEL CLONE statement. Its DBA_OB_CLONE_HISTORY says:")
    for row in rows:
        print(f"    {row['clone_tenant_name']}: {row['status']}, RET_CODE {row['ret_code']}: {row['error_message']}")
    say(f"Done in {time.monotonic() - started:.1f} s; the mock is stopped.")
    return 0


def stop(signal_number: int, _frame: object) -> NoReturn:
    """Turns SIGTERM into an exception, so that the mock is stopped."""
    sys.exit(128 + signal_number)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, stop)
    sys.exit(main())
