# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""SQL half of the mock: sessions, and the one door through which every statement goes."""

from __future__ import annotations

import asyncio
import re
import sys
import traceback
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Dict, Iterator, List, Optional, Tuple

from ..cluster.admission import LoginRules
from ..cluster.clock import Clock
from ..cluster.clock import show as show_time
from ..cluster.clone_job import SUCCESS, CloneJob, client_message
from ..cluster.clone_scheduler import Scheduler
from ..cluster.inventory import Cluster, default_content
from ..cluster.session import Session
from ..cluster.variables import Variables
from ..scenario.faults import Faults
from ..scenario.scenario_file import ScenarioError, apply, read
from ..sql.errors import error
from ..sql.grammar import Dialect
from ..sql.queries import Queries
from ..sql.results import Column, Ok, Result, Rows, SqlError
from ..sql.scanner import SPACE, split_statements
from ..sql.syntax_tree import (
    CloneTenant,
    Define,
    DefineUser,
    Describe,
    Grant,
    Select,
    Show,
    Sleep,
    Statement,
)
from ..sql.views import BINARY, BINARY_CHARSET, LONGLONG
from . import clones
from .context import Context
from .privileges import require_select
from .table import Handler, parse

FIRST_CONNECTION_ID = 3221487617  # session ids of OceanBase have their top bits set (facts: Handshake)
DIRECT_GREETING, ODP_GREETING = "5.7.25", "5.6.25"
CHARSET_OF_ID = {28: "gbk", 45: "utf8mb4", 46: "utf8mb4", 63: "binary", 87: "gbk", 224: "utf8mb4", 248: "gb18030",
                 249: "gb18030", 255: "utf8mb4"}

REMEMBERED_TEXT = 10_000  # characters; longer statements are parsed anew each time

# They end an open transaction.
_COMMITTING = (CloneTenant, Define, DefineUser, Grant)
_remembered_parse = lru_cache(maxsize=1000)(parse)


@dataclass
class Greeting:
    """First packet of the server; a client of an ODP cannot tell from it that OceanBase is behind."""

    server_version: str


class Executor:
    """One mocked server. scenario: path of a scenario file, or None; ScenarioError when it or the version is bad."""

    def __init__(self, password: str = "", server_version: str = "4.3.5.3", step_seconds: float = 0.5,
                 cleanup_seconds: float = 1.0, scenario: Optional[str] = None, clock: Optional[Clock] = None) -> None:
        content = read(scenario) if scenario else {}
        clock = clock or Clock()
        try:
            cluster = Cluster(content.get("server_version", server_version), clock)
        except ValueError as failure:
            raise ScenarioError(str(failure)) from failure
        variables = Variables(cluster.version_text)
        queries = Queries(cluster, variables, lambda session, view: require_select(cluster, session, view))
        self.faults = Faults()
        scheduler = Scheduler(cluster, step_seconds, cleanup_seconds)
        self._context = Context(cluster, scheduler, variables, queries, self.faults, {}, LoginRules())
        default_content(cluster, password)
        apply(self._context, content)
        self.greeting = Greeting(ODP_GREETING if self._context.login_rules.odp_cluster else DIRECT_GREETING)
        self._last_connection_id = FIRST_CONNECTION_ID
        self._blocked: List[asyncio.Future[None]] = []

    def serve_through(self, observers: Dict[int, Any]) -> None:
        """Says through which observers clients come, by port (for ``ALTER SYSTEM MOCK OBSERVER``)."""
        self._context.observers = observers

    # Sessions

    def open_session(self, peer: str) -> Session:
        """
        Returns a session for a client that has connected, before its login; peer is its address. Errors 8001, 8002.
        """
        self._context.login_rules.check_open()
        self._last_connection_id += 1
        session = Session(self._last_connection_id, _host(peer), peer)
        self._context.variables.begin(session)
        self._context.sessions[session.connection_id] = session
        return session

    def authenticate(self, session: Session, user: str, salt: bytes, scramble: bytes, database: Optional[str],
                     charset_id: int) -> None:
        """Logs in: fills in who the session is, or raises the error of a refused login (facts: Login errors)."""
        self._catch_up()
        others = [one for one in self._context.sessions.values() if one is not session]
        self._context.login_rules.login(self._context.cluster, session, others, user, salt, scramble, database)
        if charset_id in CHARSET_OF_ID:
            self._context.variables.set(session, "session", "names", CHARSET_OF_ID[charset_id])

    def reset_session(self, session: Session) -> None:
        """Executes COM_RESET_CONNECTION: variables are as after the login."""
        session.reset()
        self._context.variables.begin(session)

    def close_session(self, session: Session) -> None:
        """Ends the session of a client that is gone; a clone that it started goes on (facts: Waiting session)."""
        self._context.sessions.pop(session.connection_id, None)

    # Statements

    async def execute(self, session: Session, sql: str) -> Result:
        """Executes one statement. Raises only SqlError: what is unexpected becomes 4016, with a traceback on stderr."""
        session.statements += 1
        with self._complaints(session), self._running(session, sql):
            result = await self._execute(session, sql)
            if not re.match(r"\s*SHOW\s+(WARNINGS|ERRORS)", sql, re.IGNORECASE):
                session.warnings = [] if isinstance(result, Rows) else result.messages
            if isinstance(result, Rows):
                session.found_rows = len(result.rows) if result.found is None else result.found
                session.row_count = -1
            else:
                session.row_count = result.affected_rows
            return result

    @staticmethod
    def split(session: Session, sql: str) -> List[str]:
        """Returns the statements of a query, of which there may be several (facts: Parser)."""
        if ";" not in sql.rstrip(SPACE + ";"):
            return [sql]
        statements = split_statements(sql, session.modes)
        return [one.strip(SPACE) for one in statements] if len(statements) > 1 else [sql]

    def describe(self, session: Session, sql: str) -> List[Column]:
        """Returns the columns that a statement with place-holders will answer with; errors as of ``execute``."""
        with self._complaints(session):
            if len(self.split(session, sql)) > 1:
                raise error("OB_NOT_SUPPORTED")
            self._catch_up()
            statement, run = self._parse(session, sql, prepared=True)
            if isinstance(statement, Select):
                return self._context.queries.run(session, statement.sql).columns
            if isinstance(statement, Sleep):
                return [_slept(statement)]
            if run and isinstance(statement, (Describe, Show)):
                result = run(self._context, session, statement)
                assert isinstance(result, Rows)
                return result.columns
            return []

    @contextmanager
    def _complaints(self, session: Session) -> Iterator[None]:
        try:
            yield
        except SqlError as failure:
            session.warnings = [("Error", failure.errno, failure.message)]
            raise self._in_full(failure) from None
        except Exception:  # noqa: BLE001 - a fault of the mock ends one statement, not the server
            traceback.print_exc(file=sys.stderr)
            raise error("OB_ERR_UNEXPECTED") from None

    @staticmethod
    @contextmanager
    def _running(session: Session, sql: str) -> Iterator[None]:
        session.running = sql
        try:
            yield
        finally:
            session.running = ""

    def _parse(self, session: Session, sql: str, prepared: bool = False) -> Tuple[Statement, Optional[Handler]]:
        cluster = self._context.cluster
        parser = _remembered_parse if len(sql) <= REMEMBERED_TEXT else parse
        return parser(sql, Dialect(cluster.has_clone, cluster.skip_reserved, session.modes), prepared)

    async def _execute(self, session: Session, sql: str) -> Result:
        self._catch_up()
        self._check_killed(session)
        statement, run = self._parse(session, sql)
        if isinstance(statement, Select):
            return self._context.queries.run(session, statement.sql)
        if isinstance(statement, Sleep):
            return await self._sleep(session, statement, sql)
        if isinstance(statement, _COMMITTING):
            session.end_transaction()
        if isinstance(statement, CloneTenant):
            job = clones.start_clone(self._context, session, statement)
            self._nudge()
            return await self._end_of(session, job)
        assert run
        result = run(self._context, session, statement)
        self._nudge()
        return result

    async def _sleep(self, session: Session, statement: Sleep, sql: str) -> Result:
        limit = self._context.variables.statement_timeout(session, sql)
        loop = asyncio.get_running_loop()
        deadline = loop.time() + min(statement.seconds, limit / 1e6)
        while loop.time() < deadline:
            await self._wait(deadline - loop.time())
            self._check_killed(session)
        if statement.seconds > limit / 1e6:
            raise error("OB_TIMEOUT", limit)
        return Rows([_slept(statement)], [(0,)])

    async def _end_of(self, session: Session, job: CloneJob) -> Result:
        """Blocks until the job is in HISTORY; ob_query_timeout does not limit that (facts: Waiting session)."""
        while not job.done:
            rest = self._context.scheduler.next_due() - self._context.cluster.clock.now()
            await self._wait(rest)
            self._catch_up()
            self._check_killed(session)
        if job.status == SUCCESS:
            return Ok()
        raise error("OB_ERR_CLONE_TENANT", client_message(job))

    # Time: nothing runs in the background, so those who wait wake up when something is due or was changed.

    def _catch_up(self) -> None:
        self._context.scheduler.run_due(self._context.cluster.clock.now())

    async def _wait(self, seconds: float) -> None:
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._blocked.append(future)
        try:
            await asyncio.wait({future}, timeout=max(seconds, 0.0) if seconds < float("inf") else None)
        finally:
            self._blocked.remove(future)

    def _nudge(self) -> None:
        """Lets all waiting sessions look again, because a statement may have changed what they wait for."""
        for future in self._blocked:
            if not future.done():
                future.set_result(None)

    @staticmethod
    def _check_killed(session: Session) -> None:
        if session.killed == "query":
            session.killed = ""
            raise error("OB_ERR_QUERY_INTERRUPTED")
        if session.killed:
            raise error("OB_ERR_SESSION_INTERRUPTED")

    def _in_full(self, failure: SqlError) -> SqlError:
        """Returns the error with the suffix that enable_rich_error_msg adds (facts: Error packets)."""
        if not self._context.cluster.parameters.flag("enable_rich_error_msg"):
            return failure
        now = show_time(self._context.cluster.clock.wall(), 28800)
        suffix = "\n[127.0.0.1:2882] [%s] [YB420A0A0A0A-0006100000000000-0-0]" % now
        return SqlError(failure.errno, failure.sqlstate, failure.message + suffix)


def _slept(statement: Sleep) -> Column:
    """Returns the column of SELECT SLEEP."""
    return Column(statement.label, LONGLONG, BINARY_CHARSET, 20, BINARY)


def _host(peer: str) -> str:
    """Returns the address part of ``address:port``; an address alone stays as it is."""
    host, colon, port = peer.rpartition(":")
    return host.strip("[]") if colon and port.isdigit() and (":" not in host or host.startswith("[")) else peer
