# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""All molecule scenarios, as a user of the repository would run them."""

from __future__ import annotations

import os
import re
import subprocess

from support import REPOSITORY
from support.plays.ansible import ansible_environment
from support.plays.programs import BIN, path_of_programs

SCENARIOS = {path.parent.name for path in (REPOSITORY / "extensions" / "molecule").glob("*/molecule.yml")}


def test_all_scenarios() -> None:
    # An empty PYTHONWARNINGS keeps molecule from setting one for its children, which are forks of this Python.
    environment = ansible_environment(PATH=f"{path_of_programs()}:/usr/bin:/bin", NO_COLOR="1", PYTHONWARNINGS="",
                                      RECORD_RESULTS_TO=os.devnull)
    done = subprocess.run(
        [str(BIN / "molecule"), "test", "--all"], cwd=REPOSITORY, env=environment,
        text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, timeout=900, check=False)
    assert done.returncode == 0, done.stdout[-20000:]
    # A play without hosts would succeed as well.
    assert "no hosts matched" not in done.stdout
    verified = set(re.findall(r"^(\w+) > verify: Executed: Successful", done.stdout, re.MULTILINE))
    assert verified == SCENARIOS - {"default"}
