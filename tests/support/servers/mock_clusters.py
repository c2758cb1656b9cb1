# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Several mocks at once, and an inventory in which each of them is a cluster."""

from __future__ import annotations

import contextlib
import json
import sys
from pathlib import Path
from typing import Any, Iterator

from support.servers.ob_mock import Mock


@contextlib.contextmanager
def clusters(folder: Path, scenarios: dict[str, dict[str, Any]],
             **options: Any) -> Iterator[tuple[Path, dict[str, Mock]]]:
    """
    Runs a mock for each scenario, all with the same ``options``. Gives the path of an inventory in ``folder`` with a
    host for each, in the group oceanbase, and the mocks by name.
    """
    with contextlib.ExitStack() as stack:
        mocks = {name: stack.enter_context(Mock(scenario=scenario, password=f"password of {name}", **options))
                 for name, scenario in scenarios.items()}
        hosts = {name: {"oceanbase_login": {"login_port": mock.port, "login_password": mock.password}}
                 for name, mock in mocks.items()}
        path = folder / "inventory.json"
        path.write_text(json.dumps({"oceanbase": {
            "hosts": hosts,
            "vars": {"ansible_connection": "local", "ansible_python_interpreter": sys.executable}}}), encoding="utf-8")
        yield path, mocks


def job(clone: str, source: str, state: str = "CLONE_SYS_CREATE_TENANT", **more: Any) -> dict[str, Any]:
    """Returns a clone job of a scenario that stays in its state until it is canceled."""
    return {"clone_tenant": clone, "source_tenant": source, "state": state, "hold": True, **more}
