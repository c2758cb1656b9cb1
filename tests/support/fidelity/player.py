# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plays one behavior of the fidelity table on a server, mock or real, and compares every answer."""

from __future__ import annotations

import contextlib
import re
import secrets
import threading
from typing import Any, NamedTuple

import pymysql
from pymysql.constants import FIELD_TYPE, FLAG

from support.clients.raw_client import RawClient, error_of
from support.clients.sqlstate import SqlStateConnection
from support.fidelity.behaviors import filled, read
from support.servers.ob_mock import wait_for

PROGRESS, HISTORY = "oceanbase.DBA_OB_CLONE_PROGRESS", "oceanbase.DBA_OB_CLONE_HISTORY"
_TYPES = {number: name for name, number in vars(FIELD_TYPE).items() if isinstance(number, int)}
_FLAGS = ((FLAG.NOT_NULL, "NOT_NULL"), (FLAG.UNSIGNED, "UNSIGNED"))
_NO_FRACTION = 31  # decimals of a column that has no fixed number of them


class Target(NamedTuple):
    """Server on which the behaviors are played. ``patience``: seconds to wait for what takes a server its time."""

    host: str
    port: int
    user: str
    password: str
    source: str
    unit: str
    patience: float


class Answer(NamedTuple):
    """Answer to a statement: an error ``number (SQLSTATE) text``, or columns and rows as texts; neither means OK."""

    error: str
    columns: list[str]
    rows: list[list[str | None]]
    result: Any


def refusal(error: pymysql.MySQLError) -> str:
    """Returns an error as the table writes it."""
    return f"{error.args[0]} ({getattr(error, 'sqlstate', None)}) {error.args[1]}"


def describe(field: Any) -> str:
    """Returns a column as the table writes it: label, type with its decimals, flags that matter."""
    decimals = f"({field.scale})" if field.scale not in (0, _NO_FRACTION) else ""
    flags = "".join(" " + name for flag, name in _FLAGS if field.flags & flag)
    return f"{field.name} {_TYPES[field.type_code]}{decimals}{flags}"


def matches(expected: Any, seen: str | None) -> bool:
    """Returns whether a value is the expected one; ``~...`` is a regular expression for all of it."""
    if expected is None or seen is None:
        return expected is None and seen is None
    text = str(expected)
    return re.fullmatch(text[1:], seen, re.DOTALL) is not None if text.startswith("~") else text == seen


class BehaviorPlayer:
    """One play: names of its own, sessions that are opened when they are first used; a context manager."""

    def __init__(self, server: Target) -> None:
        self.server = server
        self.prefix = "f" + secrets.token_hex(4)
        own = {name: f"{self.prefix}_{name}" for name in ("clone", "clone2", "pool", "pool2", "user", "signal")}
        names = {**own, "source": server.source, "unit": server.unit, "progress": PROGRESS, "history": HISTORY}
        names["CLONE"], names["prefix"] = names["clone"].upper(), self.prefix
        # The texts may name each other and the names above.
        texts = read("texts.yml")
        self.names = {**names, **{key: filled(filled(text, texts), names) for key, text in texts.items()}}
        self.sessions: dict[str, Any] = {}
        self.running: dict[str, tuple[threading.Thread, list[Answer]]] = {}

    def __enter__(self) -> BehaviorPlayer:
        return self

    def __exit__(self, *exc_info: Any) -> None:
        try:
            self._clean_up()
        finally:
            for session in self.sessions.values():
                with contextlib.suppress(pymysql.MySQLError):
                    session.close()

    def play(self, steps: list[dict[str, Any]]) -> None:
        """Does the steps; AssertionError with the step when an answer is not the expected one."""
        for step in steps:
            action = getattr(self, "do_" + next(iter(step)))
            action(filled(step, {**self.names, **self._session_ids()}))

    # Sessions and statements

    def connect(self, user: str, password: str | None = None, **options: Any) -> Any:
        """Returns a connection that decodes nothing: values are the server's own texts."""
        if user == "root@sys" and password is None:
            user, password = self.server.user, self.server.password
        return SqlStateConnection(
            host=self.server.host, port=self.server.port, user=user, password=password or "", ssl_disabled=True,
            charset="utf8mb4", autocommit=None, connect_timeout=10, conv={},
            **{"read_timeout": self.server.patience + 10, **options})

    def session(self, name: str) -> Any:
        """Returns the session of that name, which is a user, or a user and a number: ``root@sys/2``."""
        if name not in self.sessions:
            self.sessions[name] = self.connect(name.split("/", 1)[0])
        return self.sessions[name]

    def _session_ids(self) -> dict[str, str]:
        return {"id_" + re.sub(r"\W", "_", name): session.thread_id() for name, session in self.sessions.items()}

    def ask(self, sql: str, session: str = "root@sys") -> Answer:
        """Sends one statement and returns its answer."""
        with self.session(session).cursor() as cursor:
            try:
                cursor.execute(sql)
                rows = [list(row) for row in cursor.fetchall()]
            except pymysql.MySQLError as error:
                return Answer(refusal(error), [], [], None)
            fields = cursor._result.fields if cursor.description else []
            return Answer("", [describe(field) for field in fields], rows, cursor._result)

    def statuses(self, view: str, clone: str) -> list[str | None]:
        """Returns STATUS of the jobs of that clone tenant, newest first."""
        answer = self.ask(f"SELECT STATUS FROM {view} WHERE CLONE_TENANT_NAME = '{clone}' "
                          "ORDER BY CLONE_JOB_ID DESC", "root@sys/watch")
        assert not answer.error, answer.error
        return [row[0] for row in answer.rows]

    # Steps

    def do_sql(self, step: dict[str, Any]) -> None:
        """Sends a statement. Expected: error, ok, rows, columns, labels; without any of them: no error."""
        if step.get("eventually"):
            def fits() -> bool:
                return not self._complaint(step, self.ask(step["sql"], step.get("as", "root@sys")))

            with contextlib.suppress(AssertionError):  # the comparison below says it better
                wait_for(fits, step["sql"], self.server.patience)
        complaint = self._complaint(step, self.ask(step["sql"], step.get("as", "root@sys")))
        assert not complaint, f"{step['sql']}\n{complaint}"

    def _complaint(self, step: dict[str, Any], answer: Answer) -> str:
        """Returns what is wrong with an answer, '' for nothing."""
        if not matches(step.get("error", ""), answer.error):
            return f"expected error: {step.get('error')}\n           seen: {answer.error}"
        if step.get("ok") and (answer.columns or answer.result.affected_rows or answer.result.warning_count):
            return f"no plain OK: {answer}"
        if "columns" in step and step["columns"] != answer.columns:
            return f"expected columns: {step['columns']}\n             seen: {answer.columns}"
        labels = [column.split(" ", 1)[0] for column in answer.columns]
        if step.get("labels", labels) != labels:
            return f"expected labels: {step['labels']}\n            seen: {labels}"
        rows = step.get("rows")
        if rows is None or (len(rows) == len(answer.rows) and all(
                len(row) == len(seen) and all(map(matches, row, seen)) for row, seen in zip(rows, answer.rows))):
            return ""
        return f"expected rows: {rows}\n          seen: {answer.rows}"

    def do_start(self, step: dict[str, Any]) -> None:
        """Sends a statement that blocks, in a session of its own; ``ended`` compares its answer later."""
        name, sql = step.get("as", "root@sys/starter"), step["start"]
        self.session(name)
        answers: list[Answer] = []

        def run() -> None:
            with contextlib.suppress(pymysql.MySQLError, OSError):
                answers.append(self.ask(sql, name))

        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        self.running[name] = (thread, answers)

    def do_ended(self, step: dict[str, Any]) -> None:
        """Compares the answer to what ``start`` has started: an error's text, or ok."""
        thread, answers = self.running.pop(step.get("as", "root@sys/starter"))
        thread.join(self.server.patience)
        assert answers, "the statement has not ended"
        expected = "" if step["ended"] == "ok" else step["ended"]
        assert matches(expected, answers[0].error), f"expected: {step['ended']}\n    seen: {answers[0].error}"

    def do_until_ended(self, step: dict[str, Any]) -> None:
        """Repeats a statement until it has ended the one that the session ``as`` is busy with."""
        def ended() -> bool:
            self.do_sql({"sql": step["until_ended"]})
            return bool(self.running[step["as"]][1])

        wait_for(ended, step["until_ended"], self.server.patience)

    def do_hold(self, step: dict[str, Any]) -> None:
        """Holds every job that reaches the state (facts: Test points)."""
        action = f"HANG_IN_{step['hold']} wait_for {self.names['signal']} execute 10000"
        for sql in ("ALTER SYSTEM SET debug_sync_timeout = '1000s'", f"SET ob_global_debug_sync = '{action}'"):
            self.do_sql({"sql": sql, "ok": True})

    def do_release(self, step: dict[str, Any]) -> None:
        """Releases the jobs that ``hold`` stopped at the state."""
        for sql in (f"SET ob_global_debug_sync = 'HANG_IN_{step['release']} clear'",
                    f"SET ob_global_debug_sync = 'now broadcast {self.names['signal']}'"):
            self.do_sql({"sql": sql, "ok": True})

    def do_wait(self, step: dict[str, Any]) -> None:
        """
        Waits until the job of the clone is in PROGRESS with that status, or has left it for HISTORY (wait: HISTORY).
        """
        clone, wanted = step.get("of", self.names["clone"]), step["wait"]

        def there() -> bool:
            running = self.statuses(PROGRESS, clone)
            if wanted == "HISTORY":
                return not running and bool(self.statuses(HISTORY, clone))
            return running[:1] == [wanted]

        wait_for(there, f"{clone} in {wanted}", self.server.patience)

    def do_row(self, step: dict[str, Any]) -> None:
        """Compares columns of the clone's newest row in the view PROGRESS or HISTORY."""
        view = {"PROGRESS": PROGRESS, "HISTORY": HISTORY}[step["row"]]
        columns = [key for key in step if key.isupper()]
        self.do_sql({"sql": f"SELECT {', '.join(columns)} FROM {view} WHERE CLONE_TENANT_NAME = "
                            f"'{step.get('of', self.names['clone'])}' ORDER BY CLONE_JOB_ID DESC LIMIT 1",
                     "rows": [[step[column] for column in columns]]})

    def do_remember(self, step: dict[str, Any]) -> None:
        """Gives the single value of a query a name for later steps."""
        answer = self.ask(step["sql"])
        assert not answer.error and len(answer.rows) == 1, answer
        self.names[step["remember"]] = str(answer.rows[0][0])

    def do_always(self, step: dict[str, Any]) -> None:
        """Repeats a query that must give the same rows until the job is in HISTORY."""
        for _number in iter(lambda: self.statuses(PROGRESS, self.names["clone"]), []):
            self.do_sql({**step, "sql": step["always"]})
        self.do_sql({**step, "sql": step["always"]})

    def do_login(self, step: dict[str, Any]) -> None:
        """Logs in with a password (none if left out, root@sys has its own); expected: error, or that it works."""
        try:
            options = {"database": step["database"]} if "database" in step else {}
            password = str(step["password"]) if "password" in step else None
            self.connect(step["login"], password, **options).close()
            seen = ""
        except pymysql.MySQLError as error:
            seen = refusal(error)
        assert matches(step.get("error", ""), seen), f"expected: {step.get('error', 'ok')}\n    seen: {seen}"

    def do_refused_session(self, step: dict[str, Any]) -> None:
        """Checks that nothing is served after a login that failed: the server hangs up."""
        with RawClient(self.server.host, self.server.port) as client:
            assert error_of(client.log_in(step["refused_session"], "wrong"))[0] == 1045
            with contextlib.suppress(ConnectionError):
                assert client.command(3, b"SELECT 1") == b""

    def do_greeting(self, step: dict[str, Any]) -> None:
        """Compares the first packet: protocol, version, charset, capabilities (lower and upper half), plugin."""
        with RawClient(self.server.host, self.server.port) as client:
            version, rest = client.greeting[1:].split(b"\0", 1)
            seen = {"protocol": client.greeting[0], "version": version.decode(),
                    "large_id": int.from_bytes(rest[:4], "little") >= 1 << 31,
                    "lower": "0x%04X" % int.from_bytes(rest[13:15], "little"), "charset": rest[15],
                    "status": int.from_bytes(rest[16:18], "little"),
                    "upper": "0x%04X" % int.from_bytes(rest[18:20], "little"), "auth_length": rest[20],
                    "scramble": len(client.salt), "plugin": client.greeting[-22:-1].decode()}
        assert step["greeting"].items() <= seen.items(), seen

    # The end

    def _clean_up(self) -> None:
        """Ends and removes whatever carries the prefix of this play; parameters get their defaults back."""
        self.ask("ALTER SYSTEM SET enable_rich_error_msg = 'False'")
        self.ask("ALTER SYSTEM SET debug_sync_timeout = '1000s'")
        self.ask("SET ob_global_debug_sync = 'reset'")
        self.ask(f"SET ob_global_debug_sync = 'now broadcast {self.names['signal']}'")
        mine = f"CLONE_TENANT_NAME LIKE '{self.prefix}%'"
        for clone in self._names(f"SELECT CLONE_TENANT_NAME FROM {PROGRESS} WHERE {mine}"):
            self.ask(f"ALTER SYSTEM CANCEL CLONE `{clone}`")
        wait_for(lambda: not self._names(f"SELECT 1 FROM {PROGRESS} WHERE {mine}"), "the end of all jobs",
                 self.server.patience)
        self.ask("ALTER SYSTEM SET debug_sync_timeout = 0")
        for thread, _answers in self.running.values():
            thread.join(self.server.patience)
        like = f"LIKE '{self.prefix}%'"
        for tenant in self._names(f"SELECT TENANT_NAME FROM oceanbase.DBA_OB_TENANTS WHERE TENANT_NAME {like}"):
            self.ask(f"DROP TENANT `{tenant}` FORCE")
        for pool in self._names(f"SELECT NAME FROM oceanbase.DBA_OB_RESOURCE_POOLS WHERE NAME {like}"):
            self.ask(f"DROP RESOURCE POOL `{pool}`")
        self.ask(f"DROP USER {self.names['user']}")

    def _names(self, sql: str) -> list[str | None]:
        return [row[0] for row in self.ask(sql, "root@sys/watch").rows]
