# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes a report of clone jobs on the control node; modules/ob_clone_report.py holds its documentation."""

from __future__ import annotations

import contextlib
import datetime
import os
import stat
import tempfile
from typing import Any, Callable, Dict, Optional

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.plugins.action import ActionBase

from ansible_collections.community.oceanbase.plugins.module_utils._errors import InvalidOption
from ansible_collections.community.oceanbase.plugins.plugin_utils._clone_report import (
    Report,
    cluster_of,
    to_csv,
    to_json,
)
from ansible_collections.community.oceanbase.plugins.plugin_utils._clone_report_page import to_html

# What makes the text of a report, by the ending of the file.
RENDERERS: Dict[str, Callable[[Report], str]] = {".html": to_html, ".json": to_json, ".csv": to_csv}

ARGUMENT_SPEC: Dict[str, Dict[str, Any]] = {
    "path": {"type": "path", "required": True},
    "registered": {"type": "str"},
    "hosts": {"type": "list", "elements": "str"},
    "mode": {"type": "raw"},
}


class ActionModule(ActionBase):  # type: ignore[misc]
    """Runs the task."""

    _supports_check_mode = True
    _supports_async = False
    _requires_connection = False

    def run(self, tmp: Any = None, task_vars: Optional[Dict[str, Any]] = None) -> Dict[str, Any]:
        """Returns the result of the task; writes the file except in check mode."""
        result: Dict[str, Any] = super().run(tmp, task_vars)
        validated = ArgumentSpecValidator(ARGUMENT_SPEC).validate(self._task.args)
        try:
            if validated.error_messages:
                raise InvalidOption("; ".join(validated.error_messages))
            result.update(self._write(validated.validated_parameters, task_vars or {}))
        except InvalidOption as failure:
            result.update(failed=True, changed=False, msg=failure.sentence("write the report"),
                          error=failure.as_result())
        return result

    def _write(self, options: Dict[str, Any], task_vars: Dict[str, Any]) -> Dict[str, Any]:
        """Returns what was written, or would be, or, without ``registered``, that it could be."""
        path, mode = os.path.realpath(options["path"]), permissions(options["mode"])
        render = RENDERERS.get(os.path.splitext(path)[1].lower())
        if render is None:
            raise InvalidOption(f"path {options['path']} must end in .html, .json or .csv, which is the format")
        refuse_unwritable(path)
        if options["registered"] is None:
            return {"changed": False, "path": path, "msg": f"The report can be written to {path}."}
        hosts = options["hosts"] if options["hosts"] is not None else task_vars["ansible_play_hosts_all"]
        clusters = [cluster_of(host, task_vars["hostvars"][host].get(options["registered"])) for host in hosts]
        made_at = datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds")
        report = Report(made_at, clusters)
        content = render(report).encode("utf-8", "replace")
        if not self._task.check_mode:
            write_atomically(path, content, mode)
        unread = [cluster.name for cluster in clusters if cluster.failure is not None]
        verb = "Would write" if self._task.check_mode else "Wrote"
        missing = f", without {', '.join(unread)}" if unread else ""
        jobs = sum(len(cluster.jobs) for cluster in clusters)
        return {"changed": True, "path": path, "jobs": jobs, "clusters": len(clusters), "unread": unread,
                "msg": f"{verb} a report of {jobs} clone jobs on {len(clusters) - len(unread)} clusters to {path}"
                       f"{missing}."}


def permissions(mode: Any) -> Optional[int]:
    """Returns the mode as a number: of a text in octal digits, or a number as YAML read it; None for none."""
    with contextlib.suppress(ValueError):
        number = mode if mode is None or isinstance(mode, int) else int(str(mode), 8)
        if number is None or 0 <= number <= 0o7777:
            return number
    raise InvalidOption(f"mode {mode!r} is not an octal number such as '0640'")


def refuse_unwritable(path: str) -> None:
    """Raises InvalidOption unless a file could be put at that path, and replace one that is there."""
    folder = os.path.dirname(path)
    if not os.path.isdir(folder):
        raise InvalidOption(f"there is no folder {folder}")
    if os.path.exists(path) and not os.path.isfile(path):
        raise InvalidOption(f"{path} is not a regular file")
    if not os.access(folder, os.W_OK | os.X_OK):
        raise InvalidOption(f"this user may not write in {folder}")


def write_atomically(path: str, content: bytes, mode: Optional[int]) -> None:
    """
    Replaces the file in one step, so that nobody reads half of it. Without ``mode`` a file that is there keeps its own,
    and a new one gets what the umask leaves. OSError becomes InvalidOption.
    """
    try:
        if mode is None:
            if os.path.exists(path):
                mode = stat.S_IMODE(os.stat(path).st_mode)
            else:
                umask = os.umask(0)
                os.umask(umask)
                mode = 0o666 & ~umask
        number, temporary = tempfile.mkstemp(dir=os.path.dirname(path), prefix=".clone_report.")
        try:
            with open(number, "wb") as file:
                file.write(content)
                os.fchmod(number, mode)
            os.replace(temporary, path)
        except BaseException:
            os.unlink(temporary)
            raise
    except OSError as error:
        raise InvalidOption(f"{path}: {error.strerror}") from error
