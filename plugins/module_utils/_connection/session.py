# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release. Do not use it from elsewhere.
"""One connection to the sys tenant, made again after a loss."""

from __future__ import annotations

import socket
from typing import Any, Dict, List, Optional, Sequence, Tuple

from .._clock import Budget, retry
from .._errors import (
    AccessDenied,
    ConnectionLost,
    Failure,
    InvalidOption,
    MissingLibrary,
    NoPrivilege,
    ServerError,
    Unreachable,
    UnsupportedVersion,
    server_failure,
)
from . import driver
from .login import FIXED_VARIABLES, Login

_UNKNOWN_VARIABLE = 1193
_ACCESS_DENIED = 1045
# After these the server wants the client to close the connection (facts: Error table).
_CLOSING_ERRORS = (1040, 5066, 8001, 8002)
# OceanBase's own default (facts: Session defaults).
_QUERY_TIMEOUT = 10.0
# Less than the half of read_timeout that a CANCEL gets when time runs out.
_SHARE_OF_READ_TIMEOUT = 0.4


class Session:
    """
    A session in OceanBase, connected at the first statement and again at the first one after a loss.

    Rows are dictionaries with labels in lower case; the session's time zone is UTC. ``reconnects`` counts the
    connections after the first. Use it as a context manager: it is closed on every path.
    """

    def __init__(self, login: Login) -> None:
        self.login = login
        self.reconnects = 0
        # Where the last login was answered.
        self.login_address: Optional[str] = None
        self._connection: Any = None
        self._was_connected = False
        self._hung_up = False
        self._tls: Optional[Any] = None
        if login.ca_cert:
            # Here, because Python compiles whatever a task imports anew each time.
            from .tls import Tls
            self._tls = Tls(login)

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *exc_info: Any) -> None:
        self.close()

    def _part(self, budget: Budget, seconds: float) -> Budget:
        """Returns the part of the budget for what may take so many seconds; ConnectionLost if no time is left."""
        if self._hung_up or budget.left() <= 0:
            raise ConnectionLost("no time is left for another try with %s" % self.login.address())
        return budget.end_within(seconds)

    def hang_up(self) -> None:
        """Makes a statement that another thread runs on this session fail at once with ConnectionLost."""
        self._hung_up = True
        connection = self._connection
        if connection is not None:
            connection.hang_up()

    def close(self) -> None:
        """Ends the connection, if there is one."""
        connection, self._connection = self._connection, None
        if connection is not None and connection.open:
            # Tells the server if it can, and closes the socket in any case.
            connection.close()

    def log_in(self, budget: Budget) -> None:
        """Makes the first connection; retries transient failures for connect_timeout."""
        part = budget.begin_within(self.login.connect_timeout)
        retry(lambda: self.connect(part), part)

    def connect(self, budget: Budget) -> None:
        """
        Connects unless connected, within the budget. Failures: Unreachable, TlsFailed, AccessDenied, ConnectionLost, or
        what the server says to the session variables. After a first connection a refused one is transient: servers
        restart.
        """
        if self._connection is not None:
            return
        login = self.login
        left = self._part(budget, login.connect_timeout).left
        connection = driver.Connection(login.user, login.password or "", self._tls.context if self._tls else None,
                                       login.host)
        try:
            connection.log_in(self._open_socket(left()), left, "connect_timeout")
        except driver.DriverError as error:
            raise self._login_failure(error) from error
        self._connection = connection
        self.login_address = login.unix_socket or "%s:%d" % (login.host, login.port)
        self.reconnects += int(self._was_connected)
        self._was_connected = True
        self._set_variables(budget)

    def _open_socket(self, timeout: float) -> socket.socket:
        """Returns a connected socket; Unreachable. Once a connection was had, that is transient."""
        login = self.login
        sock = None
        try:
            if login.unix_socket:
                sock = socket.socket(socket.AF_UNIX)
                sock.settimeout(timeout)
                sock.connect(login.unix_socket)
            else:
                sock = socket.create_connection((login.host, login.port), timeout)
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        except OSError as error:
            if sock is not None:
                sock.close()
            reason, hint = _why_unreachable(error, login)
            raise Unreachable("no connection to %s: %s" % (login.address(), reason), hint,
                              transient=self._was_connected) from error
        return sock

    def run(self, statement: str, arguments: Sequence[Any], budget: Budget) -> List[Dict[str, Any]]:
        """
        Sends one statement and returns its rows, within the budget. ConnectionLost: whether it was executed is unknown.
        Other failures are the server's answer.
        """
        self.connect(budget)
        return self._send(statement, arguments, budget)

    def _send(self, statement: str, arguments: Sequence[Any], budget: Budget) -> List[Dict[str, Any]]:
        self._connection.await_answer(self._part(budget, self.login.read_timeout).left, "read_timeout")
        try:
            rows = self._connection.run(statement, arguments)
        except driver.DriverError as error:
            failure = self._failure(error)
            if not isinstance(error, (driver.ServerSaid, driver.NotSendable)) or failure.errno in _CLOSING_ERRORS:
                self.close()
            raise failure from error
        return [{label.lower(): value for label, value in row.items()} for row in rows]

    def _set_variables(self, budget: Budget) -> None:
        """
        Sets UTF-8, UTC, and a query time-out below our own: when we stop waiting for an answer, the server has given up
        the statement, so that what the views say next is final.
        """
        query_timeout = min(_QUERY_TIMEOUT, _SHARE_OF_READ_TIMEOUT * self.login.read_timeout)
        variables: Dict[str, Any] = {**FIXED_VARIABLES, "ob_query_timeout": int(query_timeout * 1000000),
                                     **self.login.session_vars}
        statement = "SET " + ", ".join("%s = %%s" % name for name in variables)
        try:
            self._send(statement, list(variables.values()), budget)
        except Failure as failure:
            self.close()
            if failure.transient or isinstance(failure, NoPrivilege):
                raise
            if failure.errno == _UNKNOWN_VARIABLE and "ob_query_timeout" in failure.message:
                raise UnsupportedVersion(
                    "the server at %s is not OceanBase: %s" % (self.login.address(), failure.message),
                    "Name an OBServer or OBProxy.", failure.errno, failure.sqlstate) from failure
            if not self.login.session_vars:
                raise
            raise InvalidOption("the server does not accept session_vars: " + failure.message,
                                "Check names and values of session_vars.", failure.errno, failure.sqlstate) from failure

    def _failure(self, error: driver.DriverError) -> Failure:
        """Returns the failure for a statement that did not work while a connection stood."""
        where = self.login.address()
        if isinstance(error, driver.ServerSaid):
            return server_failure(error.number, error.sqlstate, error.text)
        if isinstance(error, driver.NotSendable):
            return InvalidOption(error.text, "Correct the options of the task.")
        if isinstance(error, driver.FileRequested):
            failure = ServerError("%s: %s" % (where, error.text), "OceanBase never does that: check login_host.")
            failure.uncertain = True
            return failure
        return ConnectionLost("the connection to %s broke: %s" % (where, error.text), error.errno)

    def _login_failure(self, error: driver.DriverError) -> Failure:
        """Returns the failure for a login that did not work on a connected socket."""
        login, where = self.login, self.login.address()
        if isinstance(error, driver.PluginRefused):
            known = "PyMySQL does not support" if self._tls else "is not used without verified TLS (ca_cert)"
            return AccessDenied(
                "%s asks for the authentication plugin %s, which %s, so the password was not sent" % (
                    where, error.plugin, known),
                "OceanBase's accounts use mysql_native_password. Check that this is the right server.")
        if isinstance(error, driver.PackageMissing):
            return MissingLibrary("%s asks for an authentication plugin for which a package is missing: %s" % (
                where, error.text), "Install it for the Python that runs the module.")
        if self._tls:
            failure = self._tls.failure(_causes(error), error.text, not isinstance(error, driver.TlsNotOffered))
            if failure is not None:
                return failure  # type: ignore[no-any-return]
        if isinstance(error, driver.ServerSaid):
            refusal = server_failure(error.number, error.sqlstate, error.text, logging_in=True)
            refusal.message = "%s refused the login of %s: %s" % (where, login.account(), refusal.message)
            if login.client_cert and error.errno == _ACCESS_DENIED:
                refusal.hint += " The common name of client_cert must be listed in ob_ssl_invited_common_names."
            return refusal
        if isinstance(error, driver.NotADatabase):
            return Unreachable("no login at %s: %s" % (where, error.text),
                               "Check host and port: an OBServer listens on 2881, OBProxy on 2883.",
                               transient=self._was_connected)
        if self._tls and error.stage == driver.LOGIN and not self._was_connected:
            failure = self._tls.broken_off()
            if failure is not None:
                return failure  # type: ignore[no-any-return]
        return ConnectionLost("%s broke off the %s: %s" % (where, error.stage, error.text), error.errno)


def _causes(error: Optional[BaseException]) -> List[BaseException]:
    """Returns the exception and everything it was raised from."""
    causes: List[BaseException] = []
    while error is not None and error not in causes:
        causes.append(error)
        error = getattr(error, "original_exception", None) or error.__cause__ or error.__context__
    return causes


def _why_unreachable(cause: BaseException, login: Login) -> Tuple[str, str]:
    """Returns reason and hint for an operating system's error."""
    if isinstance(cause, socket.gaierror):
        return "the host name cannot be resolved", "Check login_host and the name service of this host."
    if isinstance(cause, socket.timeout):
        return ("no answer within %d s (connect_timeout)" % login.connect_timeout,
                "Check the address, the firewall and whether the server runs.")
    if isinstance(cause, ConnectionRefusedError):
        return ("connection refused, so nothing listens there",
                "Check host and port (an OBServer listens on 2881, OBProxy on 2883) and whether the server runs.")
    return getattr(cause, "strerror", None) or str(cause), "Check the address and whether the server runs."
