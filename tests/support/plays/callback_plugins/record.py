# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A callback for tests: every task result as one JSON object a line, in the file that RECORD_RESULTS_TO names."""

from __future__ import annotations

import json
import os
from typing import Any

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = r"""
name: record
type: notification
short_description: Record task results for tests
description: Appends each task result to the file named in the environment variable RECORD_RESULTS_TO.
"""


class CallbackModule(CallbackBase):  # type: ignore[misc]
    """Records results as they come."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "notification"
    CALLBACK_NAME = "record"
    CALLBACK_NEEDS_ENABLED = True

    def _record(self, status: str, result: Any) -> None:
        # ansible-core 2.19 and later have properties, earlier ones only the attributes with an underscore.
        host, task, values = (getattr(result, name, None) or getattr(result, "_" + name)
                              for name in ("host", "task", "result"))
        shown = json.loads(self._dump_results(values, keep_invocation=True))
        # What a registered variable holds, and Ansible prints in another way.
        shown.update({key: values[key] for key in ("diff", "warnings") if key in values})
        entry = {"status": status, "host": host.get_name(), "task": task.get_name().split(" : ")[-1], "result": shown}
        with open(os.environ["RECORD_RESULTS_TO"], "a", encoding="utf-8") as stream:
            stream.write(json.dumps(entry) + "\n")

    def v2_runner_on_ok(self, result: Any) -> None:
        self._record("ok", result)

    def v2_runner_on_failed(self, result: Any, ignore_errors: bool = False) -> None:
        self._record("failed", result)

    def v2_runner_on_unreachable(self, result: Any) -> None:
        self._record("unreachable", result)

    def v2_runner_on_skipped(self, result: Any) -> None:
        self._record("skipped", result)
