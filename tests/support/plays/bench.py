# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A bench for fault cases: a quick mock, a relay in front of it, and the task on a real session in this process."""

from __future__ import annotations

import contextlib
import json
import re
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Callable, NamedTuple

import pymysql

from ansible_collections.community.oceanbase.plugins.module_utils._clock import Budget, Clock
from ansible_collections.community.oceanbase.plugins.module_utils._connection.login import Login, resolve_login
from ansible_collections.community.oceanbase.plugins.module_utils._connection.session import Session
from ansible_collections.community.oceanbase.plugins.module_utils._errors import Failure, Unreachable
from ansible_collections.community.oceanbase.plugins.module_utils._procedures.cancel import CLONE_CANCEL
from ansible_collections.community.oceanbase.plugins.module_utils._runner import carry_out
from support.network.refusing_relay import RefusingRelay
from support.options import OPTIONS
from support.plays.ansible import run_module
from support.servers.ob_mock import CLONE_COMMAND, Mock, wait_for

# Enough time for everything that a test does.
AMPLE = Clock().budget(86400, grace=86400)
# The module's own account, so that the statement log tells its statements from those of the tests.
USER = "dba"
CLEAN_UP = "CLONE_SYS_FAILED_STATUS"
# Clones that run at the same time, and their source tenants.
SOURCES = {"clone_b": "mysql002", "clone_c": "mysql003"}


class Run(NamedTuple):
    """Result of one run of the task; ``log`` holds the module's entries of the mock's statement log."""

    result: dict[str, Any]
    failure: Failure | None
    warnings: list[str]
    elapsed: float
    log: list[dict[str, Any]]

    def accepted(self, clone: str = "") -> int:
        """Returns how many CANCELs of this run, or of one clone, the server accepted."""
        return sum(entry["answer"] == "ok" for entry in self.log
                   if entry["statement"].upper().startswith(CLONE_COMMAND) and clone in entry["statement"])

    def statements(self) -> list[str]:
        """Returns what the module sent, logins included."""
        return [entry["statement"] for entry in self.log if entry["statement"] != "CLOSE"]

    def told(self) -> str:
        """Returns everything that a user is told."""
        return " ".join([json.dumps(self.result), *self.warnings,
                         self.failure.sentence("x") if self.failure else ""])


class WatchedSession(Session):
    """A real session that calls ``before_send(number of the statement)`` and ``after_rows(rows)`` on its way."""

    def __init__(self, login: Login, before_send: Callable[[int], None], after_rows: Callable[[Any], None],
                 unreachable: Callable[[], None]) -> None:
        super().__init__(login)
        self._hooks = before_send, after_rows, unreachable
        self.sent = 0

    def connect(self, budget: Budget) -> None:
        try:
            super().connect(budget)
        except Unreachable:
            self._hooks[2]()
            raise

    def _send(self, statement: str, arguments: Any, budget: Budget) -> Any:
        self._hooks[0](self.sent)
        self.sent += 1
        rows = super()._send(statement, arguments, budget)
        self._hooks[1](rows)
        return rows


class Bench:
    """One mock of two observers, used for one case after the other; a context manager."""

    def __init__(self, **options: Any) -> None:
        sources = [{"name": source, "archive_state": "DOING"} for source in SOURCES.values()]
        self.mock = Mock(**{"step_seconds": 600, "cleanup_seconds": 0.02, "ports": 2, "scenario": {"tenants": sources},
                            **options})
        self.relay: RefusingRelay | None = None
        self._control: Any = None
        self._read = 0
        self.struck = False  # whether the fault of the case has been armed

    def __enter__(self) -> Bench:
        self.mock.__enter__()
        self.relay = RefusingRelay(self.mock.port)
        # Through the observer that no test stops.
        self._control = self.mock.connect(port=self.mock.ports[-1])
        self.control("ALTER SYSTEM MOCK SECONDS ROUND 0.02", "ALTER SYSTEM SET debug_sync_timeout = '1000s'",
                     f"CREATE USER {USER}", f"GRANT ALTER SYSTEM ON *.* TO {USER}", f"GRANT SELECT ON *.* TO {USER}")
        return self

    def __exit__(self, *exc_info: object) -> None:
        assert self.relay
        self._control.close()
        self.relay.refuse()
        said = self.mock.errors()
        self.mock.__exit__()
        assert said == ""

    def control(self, *statements: str) -> list[dict[str, Any]]:
        """Runs statements on the bench's own connection; the rows of the last one, labels in lower case."""
        rows: Any = ()
        with self._control.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
                rows = cursor.fetchall()
        return [{label.lower(): value for label, value in row.items()} for row in rows]

    def arm(self, statement: str, fault: tuple[Any, ...], times: int = 1) -> None:
        """Arms a fault, as (kind, argument, ...), for statements that begin like this one."""
        words = " ".join(self._control.escape(part) if isinstance(part, str) and part != fault[0] else str(part)
                         for part in (*fault, times))
        self.control("ALTER SYSTEM MOCK FAULT " + self._control.escape("^" + re.escape(statement[:16])) + " " + words)

    def start(self, name: str = "clone_a", hold_clean_up: bool = True) -> str:
        """Starts a clone whose clean-up, once it is canceled, waits for ``release``; returns the job's id."""
        if hold_clean_up:
            self.control(f"SET ob_global_debug_sync = 'HANG_IN_{CLEAN_UP} wait_for go execute 10000'")
        return str(self.mock.start_clone(name, SOURCES.get(name, "mysql001"))["clone_job_id"])

    def release(self, also_running: bool = True) -> None:
        """Lets the clean-up go on, and returns when it is over, and by default when no job is left in PROGRESS."""
        self.control(f"SET ob_global_debug_sync = 'HANG_IN_{CLEAN_UP} clear'",
                     "SET ob_global_debug_sync = 'now broadcast go'")
        wait_for(lambda: not (self.progress() if also_running else self._canceling()), "the end of the clean-up")

    def progress(self) -> list[dict[str, Any]]:
        """Returns the rows of DBA_OB_CLONE_PROGRESS."""
        return self.control("SELECT * FROM oceanbase.DBA_OB_CLONE_PROGRESS")

    def history(self, job_id: str) -> list[dict[str, Any]]:
        """Returns the rows of that job in DBA_OB_CLONE_HISTORY."""
        return self.control(f"SELECT * FROM oceanbase.DBA_OB_CLONE_HISTORY WHERE CLONE_JOB_ID = {job_id}")

    def observers(self) -> list[str]:
        """Returns the addresses of all observers, as login_host takes them; the last one is never stopped."""
        return [f"{self.mock.host}:{port}" for port in self.mock.ports]

    def run(self, check_mode: bool = False, before_send: Callable[[int], None] = lambda _number: None,
            after_rows: Callable[[Any], None] = lambda _rows: None, unreachable: Callable[[], None] = lambda: None,
            timeouts: float = 0.4, through_relay: bool = False, clock: Clock | None = None, **options: Any) -> Run:
        """Runs the task; ``timeouts`` are connect_timeout and read_timeout, in seconds."""
        assert self.relay
        port = self.relay.port if through_relay else self.mock.port
        options = {**OPTIONS, "login_port": port, "login_user": USER + "@sys", "clone_tenant": "clone_a",
                   "wait_timeout": 5, **options}
        self.new_log()
        login = resolve_login(options, {})._replace(connect_timeout=timeouts, read_timeout=timeouts)  # type: ignore[arg-type]
        request = CLONE_CANCEL.read_request(options, check_mode)
        report = CLONE_CANCEL.report(options)
        failure = None
        started = time.monotonic()
        with WatchedSession(login, before_send, after_rows, unreachable) as session:
            try:
                carry_out(CLONE_CANCEL, request, session, clock or Clock(), report)
            except Failure as error:
                failure = error
        elapsed = time.monotonic() - started
        wait_for(lambda: not self.sessions(), "the end of all sessions of the module")
        return Run(report.as_result(), failure, report.warnings, elapsed, self.new_log())

    def run_process(self, check_mode: bool = False, through_relay: bool = False, **options: Any) -> Run:
        """Runs the module as Ansible does; a held clean-up goes on once the module has had a look."""
        assert self.relay
        port = self.relay.port if through_relay else self.mock.port
        options = {"login_port": port, "login_user": USER + "@sys", "clone_tenant": "clone_a", "connect_timeout": 1,
                   "read_timeout": 1, "wait_timeout": 5, **options}
        self.new_log()
        unread = len(self.mock.log())
        started = time.monotonic()
        with ThreadPoolExecutor(1) as pool:
            ended = pool.submit(run_module, "ob_clone_cancel", options, check_mode=check_mode)
            wait_for(lambda: ended.done() or self._canceling() and any(
                entry["user"] == USER and entry["statement"].startswith("SELECT")
                for entry in self.mock.log()[unread:]), "the module's look at the clean-up")
            if self._canceling():
                self.release()
            result = ended.result()
        elapsed = time.monotonic() - started
        error = result.get("error")
        failure = None
        if error:
            failure = Failure(error["message"], error["hint"], error["errno"], error["sqlstate"])
            failure.error_class = error["class"]
        wait_for(lambda: not self.sessions(), "the end of all sessions of the module")
        return Run(result, failure, result["warnings"], elapsed, self.new_log())

    def _canceling(self) -> bool:
        return any(row["status"] == "CLONE_SYS_CANCELING" for row in self.progress())

    def sessions(self) -> list[Any]:
        """Returns the sessions of the server that are the module's, or nobody's yet."""
        return [row for row in self.control("SHOW PROCESSLIST") if row["user"] not in ("root",)]

    def new_log(self) -> list[dict[str, Any]]:
        """Returns the module's entries of the statement log since the last time."""
        entries, self._read = self.mock.log_since(self._read)
        return [entry for entry in entries if entry["user"] == USER or f"LOGIN {USER}@" in entry["statement"]]

    def clean(self) -> None:
        """Ends what a case has left behind."""
        assert self.relay
        self.relay.listen()
        self.control(f"ALTER SYSTEM MOCK OBSERVER {self.mock.port} START",
                     "ALTER SYSTEM MOCK FAULT CLEAR", "ALTER SYSTEM MOCK FAIL CLEAR", "ALTER SYSTEM END UPGRADE",
                     "SET ob_global_debug_sync = 'reset'")
        for row in self.progress():
            with contextlib.suppress(pymysql.MySQLError):
                self.control(f"{CLONE_COMMAND} `{row['clone_tenant_name']}`")
        self.release()
        for starter in self.mock.starters:
            starter.join(10)
        self.mock.starters.clear()
        # A clone that was completed leaves its tenant.
        for name in ("clone_a", *SOURCES):
            self.control(f"DROP TENANT IF EXISTS {name} FORCE", f"DROP RESOURCE POOL IF EXISTS pool_{name}")
