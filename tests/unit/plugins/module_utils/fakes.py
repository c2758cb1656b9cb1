# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rows of the clone views and a server made of scripted answers, for tests without a connection."""

from __future__ import annotations

import datetime
from typing import Any, Callable, Dict, List, Optional, Sequence, Tuple

from ansible_collections.community.oceanbase.plugins.module_utils._clock import Budget, Clock
from ansible_collections.community.oceanbase.plugins.module_utils._connection.login import resolve_login
from ansible_collections.community.oceanbase.plugins.module_utils._errors import Failure
from ansible_collections.community.oceanbase.plugins.module_utils._procedures.report import Report
from ansible_collections.community.oceanbase.plugins.module_utils._runner import Description, carry_out
from ansible_collections.community.oceanbase.plugins.module_utils._views.jobs import HISTORY, PROGRESS, CloneJob
from ansible_collections.community.oceanbase.tests.support.options import OPTIONS

# Enough time for everything that a test does for real.
AMPLE = Clock().budget(3600, grace=3600)
NOW = datetime.datetime(2026, 1, 26, 6, 49, 0)


def view_row(status: str, job_id: int = 1706251714452555625, name: str = "clone_a", **changes: Any) -> Dict[str, Any]:
    """A row as the driver gives it, labels in lower case."""
    row: Dict[str, Any] = {
        "clone_job_id": job_id, "trace_id": "YB42AC1E87C9-00060F1AD6DF026E-0-0",
        "source_tenant_id": 1002, "source_tenant_name": "mysql001", "clone_tenant_id": 1004, "clone_tenant_name": name,
        "tenant_snapshot_id": 1706251714900000000, "tenant_snapshot_name": "_inner_snapshot$1706251714899990000",
        "resource_pool_id": 1003, "resource_pool_name": "pool_a", "unit_config_name": "unit001",
        "restore_scn": 18446744073709551615, "status": status, "clone_job_type": "FORK",
        "clone_start_time": datetime.datetime(2026, 1, 26, 6, 48, 34, 452555), "clone_finished_time": None,
        "ret_code": None, "error_message": None,
    }
    if status in ("CLONE_SYS_CANCELING", "CLONE_SYS_CANCELED"):
        row.update(clone_finished_time=NOW, ret_code=-4072, error_message=(
            "clone job has been canceled in CLONE_SYS_CREATE_TENANT status by user command"))
    row.update(changes)
    return row


def job(view: str, status: str, **changes: Any) -> CloneJob:
    """A job as read from one of the views."""
    return CloneJob.from_row({"view_name": view, "server_time": NOW, **view_row(status, **changes)})


def progress(status: str, **changes: Any) -> CloneJob:
    """A job in DBA_OB_CLONE_PROGRESS."""
    return job(PROGRESS, status, **changes)


def history(status: str, **changes: Any) -> CloneJob:
    """A job in DBA_OB_CLONE_HISTORY."""
    return job(HISTORY, status, **changes)


class FakeTime:
    """A clock that only sleeping moves, and that remembers how long each sleep was."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.sleeps: List[float] = []

    def clock(self) -> Clock:
        """A Clock on this time."""
        return Clock(lambda: self.now, self.sleep)

    def sleep(self, seconds: float) -> None:
        """Lets ``seconds`` pass at once."""
        self.sleeps.append(seconds)
        self.now += seconds


def columns_asked_for(statement: str, rows: Sequence[Dict[str, Any]]) -> List[Dict[str, Any]]:
    """Returns of each row only the columns that the SELECT names."""
    names = statement[len("SELECT "):statement.index(" FROM ")].lower().split(", ")
    return [{name: row[name] for name in names} for row in rows]


class FakeSession:
    """
    Answers statements from a script: each look at the views takes the next of ``looks``, a list of rows with their
    view or a failure to raise (the last one repeats), each CANCEL the next of ``cancels`` (None = accepted).
    """

    def __init__(self, looks: Sequence[Any], cancels: Sequence[Optional[Exception]] = (), normal: Sequence[str] = (),
                 on_cancel: Optional[Callable[[], None]] = None) -> None:
        self.login = resolve_login(OPTIONS, {})
        self.looks = list(looks)
        self.cancels = list(cancels)
        self.normal = normal
        self.on_cancel = on_cancel
        self.statements: List[str] = []
        self.arguments: List[Sequence[Any]] = []
        self.logins: List[Budget] = []
        self.reconnects = 0
        self.login_address = "127.0.0.1:2881"

    def connect(self, budget: Budget) -> None:
        """Does nothing: there is nothing to connect to."""

    def log_in(self, budget: Budget) -> None:
        """Notes how much time it was given."""
        self.logins.append(budget)

    def run(self, statement: str, arguments: Sequence[Any], budget: Budget) -> List[Dict[str, Any]]:
        """Returns the next scripted answer, which takes no time."""
        self.statements.append(statement)
        self.arguments.append(arguments)
        if statement.startswith("ALTER SYSTEM CANCEL CLONE"):
            answer = self.cancels.pop(0)
            if answer is not None:
                raise answer
            return []
        if "DBA_OB_TENANTS" in statement:
            return columns_asked_for(statement, [{"tenant_name": name, "status": "NORMAL"} for name in self.normal])
        look = self.looks.pop(0) if len(self.looks) > 1 else self.looks[0]
        if isinstance(look, Exception):
            raise look
        return [{"view_name": view, "server_time": NOW, **row} for view, row in look]

    def sent_cancels(self) -> List[str]:
        """The CANCEL statements that were sent."""
        return [statement for statement in self.statements if statement.startswith("ALTER SYSTEM CANCEL")]


def perform(description: Description, session: Any, options: Dict[str, Any], time: Optional[FakeTime] = None,
            check_mode: bool = False, report: Optional[Report] = None) -> Tuple[Any, Optional[Failure]]:
    """Runs a module without Ansible and returns its report and its failure; a bad option is raised."""
    report = report or description.report(options)
    request = description.read_request(options, check_mode)
    report.doing = request.doing()
    try:
        carry_out(description, request, session, (time or FakeTime()).clock(), report)
    except Failure as failure:
        return report, failure
    return report, None
