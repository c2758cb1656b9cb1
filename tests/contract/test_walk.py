# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The walk in CONTRIBUTING.md, from the option clone_tenant to the SQL and back, is the one that a run takes."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from types import FrameType

from ansible_collections.community.oceanbase.plugins.module_utils import _module
from ansible_collections.community.oceanbase.plugins.module_utils._procedures.cancel import CLONE_CANCEL
from ansible_collections.community.oceanbase.plugins.module_utils._runner import run
from support import REPOSITORY
from support.options import OPTIONS
from support.servers.ob_mock import Mock

WALK = re.findall(r'"(\d+) (?:\w+\.)?(\w+) \((\w+\.py)\)"',
                  (REPOSITORY / "CONTRIBUTING.md").read_text(encoding="utf-8"))


def test_a_run_takes_the_walk() -> None:
    steps = [(function, file) for _number, function, file in sorted(WALK, key=lambda step: int(step[0]))]
    assert steps[0] == (_module.run_module.__name__, "_module.py")
    first_calls: list[tuple[str, str]] = []

    def note(frame: FrameType, event: str, _argument: object) -> None:
        call = (frame.f_code.co_name, Path(frame.f_code.co_filename).name)
        if event == "call" and call in steps and call not in first_calls:
            first_calls.append(call)

    # Its first statement, the SET of a new session, is not the one that the option leads to.
    ignored = [("run", "driver.py"), ("run", "session.py")]
    with Mock() as mock:
        sys.setprofile(note)
        try:
            options = {**OPTIONS, "login_port": mock.port, "clone_tenant": "clone_a"}
            run(CLONE_CANCEL, options, False, {}, sys.executable)
        finally:
            sys.setprofile(None)
    # There is no job, so that no row is read.
    walked = [step for step in first_calls if step not in ignored]
    assert walked == [step for step in steps[1:] if step not in (*ignored, ("from_row", "jobs.py"))]
    assert set(ignored) <= set(first_calls)


def test_the_walk_is_short() -> None:
    assert [int(number) for number, _function, _file in sorted(WALK, key=lambda step: int(step[0]))] == [
        *range(1, len(WALK) + 1)]
    assert len(WALK) <= 18
