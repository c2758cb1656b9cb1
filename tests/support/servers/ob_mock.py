# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Starts the bundled mock for a test and drives it as a person with a SQL client would."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import tempfile
import threading
import time
from pathlib import Path
from typing import Any, Callable

import pymysql

from support import REPOSITORY
from support.forks import Fork

MOCK_PROGRAM = REPOSITORY / "roles" / "sys_tenant_mock" / "files" / "ob_mock"
CLONE_COMMAND = "ALTER SYSTEM CANCEL CLONE"


def wait_for(condition: Callable[[], Any], what: str, timeout: float = 20.0) -> Any:
    """Returns the first true value of ``condition()``; AssertionError naming ``what`` after ``timeout`` seconds."""
    deadline = time.monotonic() + timeout
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {timeout} s in vain for {what}")
        time.sleep(0.01)


class Mock:
    """
    One running mock; use it as a context manager. Options are the mock's own, with underscores.

    ``program`` is the Python that starts it as a user would; without one it is a fork, which costs a tenth of that.
    ``ports`` is the number of its observers at first, then the list of their ports, of which ``port`` is the first.
    """

    def __init__(self, program: str | None = None, ports: int = 1, **options: Any) -> None:
        self.program = program
        self.options = options
        self.password = options.get("password", "")
        self.host = str(options.get("host", "127.0.0.1"))
        self.port = 0
        self.ports = [0] * ports
        self.process: subprocess.Popen[bytes] | Fork | None = None
        self.starters: list[threading.Thread] = []

    def __enter__(self) -> Mock:
        self._folder = tempfile.TemporaryDirectory(prefix="ob_mock_")
        try:
            self._start(Path(self._folder.name))
        except BaseException:
            # Nobody leaves a context that was not entered.
            self._folder.cleanup()
            raise
        return self

    def _start(self, folder: Path) -> None:
        self.log_file = folder / "statements.jsonl"
        self.error_file = folder / "errors"
        self.port_file = folder / "port"
        options = {"port_file": self.port_file, "statement_log": self.log_file, "step_seconds": 0.05,
                   "cleanup_seconds": 0.1, **self.options}
        if isinstance(options.get("scenario"), dict):
            path = folder / "scenario.json"
            path.write_text(json.dumps(options["scenario"]), encoding="utf-8")
            options["scenario"] = path
        arguments = [str(MOCK_PROGRAM)] + ["--port", str(options.pop("port", 0))] * len(self.ports)
        for name, value in options.items():
            arguments += ["--" + name.replace("_", "-"), str(value)]
        reading, writing = os.pipe()
        with os.fdopen(reading, encoding="utf-8") as output:
            # Errors go to a file, because an undrained pipe would stop the mock once it is full.
            with os.fdopen(writing, "w") as stdout, self.error_file.open("w", encoding="utf-8") as stderr:
                if self.program:
                    self.process = subprocess.Popen([self.program, *arguments], stdout=stdout, stderr=stderr)
                else:
                    self.process = Fork(arguments, stdout, stderr)
            lines = [output.readline() for _unused in self.ports]
        if not lines[-1].startswith("ready on "):
            self.process.wait()
            raise AssertionError(f"the mock did not start: {''.join(lines)}{self.errors()}")
        self.ports = [int(line.rsplit(":", 1)[1]) for line in lines]
        self.port = self.ports[0]

    def errors(self) -> str:
        """Returns what the mock has written to its standard error."""
        return self.error_file.read_text(encoding="utf-8")

    def __exit__(self, *exc_info: Any) -> None:
        try:
            self.stop()
            for starter in self.starters:
                starter.join(10)
        finally:
            self._folder.cleanup()

    def stop(self) -> None:
        """Ends the mock with SIGTERM; AssertionError if it needs more than 20 seconds."""
        assert self.process
        if self.process.poll() is None:
            self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise AssertionError("the mock did not end on SIGTERM") from None

    def connect(self, user: str = "root@sys", **options: Any) -> Any:
        """Returns a PyMySQL connection to the mock, autocommit on, rows as dicts."""
        settings: dict[str, Any] = {
            "host": self.host, "port": self.port, "user": user, "password": self.password, "connect_timeout": 5,
            "read_timeout": 60, "autocommit": True, "ssl_disabled": True, "cursorclass": pymysql.cursors.DictCursor}
        settings.update(options)
        return pymysql.connect(**settings)

    def sql(self, *statements: str, user: str = "root@sys", port: int | None = None) -> list[dict[str, Any]]:
        """
        Runs statements on a connection of their own, to the observer of ``port`` (the first one); returns the rows of
        the last statement, with labels in lower case.
        """
        rows: Any = ()
        with self.connect(user, port=port or self.port) as connection, connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
                rows = cursor.fetchall()
        return [{label.lower(): value for label, value in row.items()} for row in rows]

    def progress(self) -> list[dict[str, Any]]:
        """Returns the rows of DBA_OB_CLONE_PROGRESS."""
        return self.sql("SELECT * FROM oceanbase.DBA_OB_CLONE_PROGRESS")

    def history(self) -> list[dict[str, Any]]:
        """Returns the rows of DBA_OB_CLONE_HISTORY."""
        return self.sql("SELECT * FROM oceanbase.DBA_OB_CLONE_HISTORY")

    def stop_observer(self, port: int) -> None:
        """Lets an observer die: another one is told so, or, if there is only one, it itself."""
        others = [other for other in self.ports if other != port]
        with contextlib.suppress(pymysql.err.OperationalError) if not others else contextlib.nullcontext():
            self.sql(f"ALTER SYSTEM MOCK OBSERVER {port} STOP", port=(others or [port])[0])

    def start_observer(self, port: int) -> None:
        """Lets an observer listen again, which another one is told."""
        self.sql(f"ALTER SYSTEM MOCK OBSERVER {port} START", port=next(other for other in self.ports if other != port))

    def hold(self, status: str) -> None:
        """Holds every clone job that reaches ``status`` (facts: Test points)."""
        self.sql("ALTER SYSTEM SET debug_sync_timeout = '1000s'",
                 f"SET ob_global_debug_sync = 'HANG_IN_{status} wait_for go_{status} execute 10000'")

    def release(self, status: str) -> None:
        """Lets the jobs go on that ``hold`` stopped at ``status``, and holds no further ones."""
        self.sql(f"SET ob_global_debug_sync = 'HANG_IN_{status} clear'",
                 f"SET ob_global_debug_sync = 'now signal go_{status}'")

    def start_clone(self, clone: str, source: str = "mysql001", pool: str | None = None, unit: str = "unit001",
                    until: str | None = None) -> dict[str, Any]:
        """
        Starts a clone in a thread (its session blocks until the job ends) and returns its row, once it is there and,
        with ``until``, in that status. A quick one may already be in the history.
        """
        statement = (f"CREATE TENANT `{clone}` FROM `{source}` "
                     f"WITH RESOURCE_POOL = `{pool or 'pool_' + clone}`, UNIT = `{unit}`")

        def start() -> None:
            # 9110 when canceled, or the connection is lost with the mock: the views tell a test what it wants.
            with contextlib.suppress(pymysql.MySQLError):
                self.sql(statement)

        earlier = {entry["clone_job_id"] for entry in self.history()}
        starter = threading.Thread(target=start, daemon=True)
        starter.start()
        self.starters.append(starter)

        def row() -> dict[str, Any] | None:
            return next((row for view in (self.progress, self.history) for row in view()
                         if row["clone_tenant_name"] == clone and until in (None, row["status"])
                         and row["clone_job_id"] not in earlier), None)

        return wait_for(row, f"clone job of {clone}{until and ' in ' + until or ''}")  # type: ignore[no-any-return]

    def log(self) -> list[dict[str, Any]]:
        """Returns the statement log, oldest first."""
        return self.log_since(0)[0] if self.log_file.exists() else []

    def log_since(self, position: int) -> tuple[list[dict[str, Any]], int]:
        """Returns what the statement log has from a position on, in bytes, and the position after that."""
        with self.log_file.open("rb") as stream:
            stream.seek(position)
            text = stream.read()
        # The mock may be writing the last line just now.
        whole = text[:text.rfind(b"\n") + 1]
        return [json.loads(line) for line in whole.splitlines()], position + len(whole)

    def cancels(self, accepted_only: bool = False) -> list[dict[str, Any]]:
        """Returns the CANCEL CLONE statements that reached the server, or only those that it accepted."""
        return [entry for entry in self.log()
                if str(entry.get("statement", "")).upper().startswith(CLONE_COMMAND)
                and (not accepted_only or entry.get("answer") == "ok")]
