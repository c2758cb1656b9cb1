# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release. Do not use it from elsewhere.
"""One connection to the sys tenant. Nothing above this file knows PyMySQL."""

from __future__ import annotations

import contextlib
import socket
import time
from typing import Any, Dict, List, Optional, Sequence, Tuple, Type

from .._errors import (
    ConnectionLost,
    Failure,
    InvalidOption,
    MissingLibrary,
    NoPrivilege,
    Unreachable,
    UnsupportedVersion,
    server_failure,
)
from .login import (
    CHARACTER_SET,
    FIXED_VARIABLES,
    Login,
)

try:
    import pymysql
    from pymysql.connections import Connection, MysqlPacket
    from pymysql.cursors import DictCursor
except ImportError:
    HAS_PYMYSQL = False
    Connection = MysqlPacket = object
else:
    HAS_PYMYSQL = True

OLDEST_PYMYSQL = (1, 0, 2)

# Numbers that the driver itself gives; everything else is the server's (MySQL's client error numbers).
_CLIENT_ERRORS = range(2000, 3000)
_SERVER_LOST = 2013
_NO_TLS = 2026
_UNKNOWN_VARIABLE = 1193
_ACCESS_DENIED = 1045
# After these the server wants the client to close the connection (facts: Error table).
_CLOSING_ERRORS = (1040, 5066, 8001, 8002)
# OceanBase's own default (facts: Session defaults).
_QUERY_TIMEOUT = 10.0
# Less than the half of read_timeout that a CANCEL gets when time runs out.
_SHARE_OF_READ_TIMEOUT = 0.4


class _Packet(MysqlPacket):  # type: ignore[misc]
    """PyMySQL drops the SQLSTATE of an error packet; this keeps it on the exception."""

    def raise_for_error(self) -> None:
        try:
            super().raise_for_error()
        except pymysql.MySQLError as error:
            data = self.get_all_data()
            error.sqlstate = data[4:9].decode("ascii", "replace") if data[3:4] == b"#" else None
            raise


class _Connection(Connection):  # type: ignore[misc]
    """
    PyMySQL's connection with the SQLSTATE kept, without its plain-text fallback (PyMySQL before 1.2), and with a limit
    for a whole answer (``await_answer``): the driver's own time-out starts anew with every byte that arrives, so that a
    slow trickle would never end.
    """

    def __init__(self, answer_by: float, limit: str, **options: Any) -> None:
        self.await_answer(answer_by, limit)
        super().__init__(**options)

    def await_answer(self, answer_by: float, limit: str) -> None:
        """The next answers must be complete at ``answer_by`` of time.monotonic(); ``limit`` names the option for it."""
        self._answer_by = answer_by
        self._limit = "no answer within %s s (%s)" % (format(answer_by - time.monotonic(), ".2g"), limit)

    def _read_bytes(self, num_bytes: int) -> bytes:
        data = b""
        try:
            while len(data) < num_bytes:
                # A time-out of 0 would mean not to wait at all, which fails in another way.
                self._sock.settimeout(max(0.001, self._answer_by - time.monotonic()))
                piece = self._rfile.read1(num_bytes - len(data))
                if not piece:
                    raise pymysql.OperationalError(_SERVER_LOST, "the other side closed the connection")
                data += piece
        except socket.timeout:
            self._force_close()
            raise pymysql.OperationalError(_SERVER_LOST, self._limit) from None
        except OSError as error:
            self._force_close()
            raise pymysql.OperationalError(_SERVER_LOST, error.strerror or str(error)) from error
        except BaseException:
            self._force_close()
            raise
        return data

    def hang_up(self) -> None:
        """Wakes up whoever waits for an answer, as if the other side had closed the connection."""
        if self._sock is not None:
            with contextlib.suppress(OSError):  # it is closed already
                # Not that of an SSLSocket, which would first take away what the other thread reads with.
                socket.socket.shutdown(self._sock, socket.SHUT_RDWR)

    def _read_packet(self, packet_type: Type[Any] = MysqlPacket) -> Any:
        return super()._read_packet(_Packet if packet_type is MysqlPacket else packet_type)

    def set_character_set(self, charset: str, collation: Optional[str] = None) -> None:
        """PyMySQL from 1.1 on spends a statement on SET NAMES; the session's first SET says the same."""

    def _get_server_information(self) -> None:
        super()._get_server_information()
        if self.ssl and not self.server_capabilities & pymysql.constants.CLIENT.SSL:
            raise pymysql.OperationalError(_NO_TLS, "the server offers no TLS")

    def _request_authentication(self) -> None:
        try:
            super()._request_authentication()
        except pymysql.OperationalError as error:
            # In TLS 1.3 a server refuses a client without a certificate only after the handshake.
            error.after_handshake = bool(self.ssl and self._secure)
            raise


def require_driver(python: str) -> None:
    """MissingLibrary unless a PyMySQL that works is installed for the interpreter ``python``."""
    if not HAS_PYMYSQL:
        found = "PyMySQL is not installed for %s" % python
    # VERSION is PyMySQL's own; __version__ is the one of mysqlclient that it imitates.
    elif tuple(pymysql.VERSION[:3]) < OLDEST_PYMYSQL:
        found = "PyMySQL %s of %s is too old" % (".".join(str(part) for part in pymysql.VERSION[:3]), python)
    else:
        return
    wanted = ".".join(str(part) for part in OLDEST_PYMYSQL)
    raise MissingLibrary(found, "Install it there: %s -m pip install 'PyMySQL>=%s'." % (python, wanted))


class Session:
    """
    A session in OceanBase, connected at the first statement and again at the first one after a loss.

    Rows are dictionaries with labels in lower case; the session's time zone is UTC. ``reconnects`` counts the
    connections after the first. Use it as a context manager: it is closed on every path.
    """

    def __init__(self, login: Login) -> None:
        self.login = login
        self.reconnects = 0
        self._connection: Optional[Any] = None
        self._was_connected = False
        self._end = float("inf")
        self._tls: Optional[Any] = None
        if login.ca_cert:
            # Here, because Python compiles whatever a task imports anew each time.
            from .tls import Tls
            self._tls = Tls(login)

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *exc_info: Any) -> None:
        self.close()

    def limit(self, seconds: float) -> None:
        """From now on everything is over in ``seconds``, whatever the time-outs would allow."""
        self._end = time.monotonic() + seconds

    def _until(self, timeout: float) -> float:
        """The moment when something that may take ``timeout`` seconds must be over; ConnectionLost if it is past."""
        now = time.monotonic()
        if now >= self._end:
            raise ConnectionLost("no time is left for another try with %s" % self.login.address())
        return min(now + timeout, self._end)

    def hang_up(self) -> None:
        """Makes a statement that another thread runs on this session fail at once with ConnectionLost."""
        self._end = 0.0
        connection = self._connection
        if connection is not None:
            connection.hang_up()

    def close(self) -> None:
        """Ends the connection, if there is one."""
        connection, self._connection = self._connection, None
        if connection is not None and connection.open:
            # Tells the server if it can, and closes the socket in any case.
            connection.close()

    def connect(self) -> None:
        """
        Connects unless connected. Failures: Unreachable, TlsFailed, AccessDenied, ConnectionLost, or what the server
        says to the session variables. Once a connection was had, a refused one is transient: servers restart.
        """
        if self._connection is not None:
            return
        login = self.login
        answer_by = self._until(login.connect_timeout)
        options: Dict[str, Any] = {"ssl": self._tls.context} if self._tls else {"ssl_disabled": True}
        try:
            connection = _Connection(
                answer_by=answer_by, limit="connect_timeout", host=login.host, port=login.port, user=login.user,
                unix_socket=login.unix_socket,
                # PyMySQL would encode a text as latin1; OceanBase's clients send UTF-8.
                password=(login.password or "").encode("utf-8"),
                # No autocommit: it is on (facts: Session defaults), and asking for it costs a statement.
                autocommit=None, charset=CHARACTER_SET, cursorclass=DictCursor,
                connect_timeout=answer_by - time.monotonic(), read_timeout=login.read_timeout,
                write_timeout=login.read_timeout, **options)
        except Exception as error:
            raise self._login_failure(error) from error
        self._connection = connection
        self.reconnects += int(self._was_connected)
        self._was_connected = True
        self._set_variables()

    def run(self, statement: str, arguments: Sequence[Any] = ()) -> List[Dict[str, Any]]:
        """
        Sends one statement and returns its rows. ConnectionLost: whether it was executed is unknown. Other failures
        are the server's answer.
        """
        self.connect()
        return self._send(statement, arguments)

    def _send(self, statement: str, arguments: Sequence[Any]) -> List[Dict[str, Any]]:
        if self._connection is None:
            raise AssertionError("connect() comes before a statement")
        self._connection.await_answer(self._until(self.login.read_timeout), "read_timeout")
        try:
            with self._connection.cursor() as cursor:
                cursor.execute(statement, arguments or None)
                rows = cursor.fetchall()
        except Exception as error:
            failure = self._failure(error)
            if isinstance(failure, ConnectionLost) or failure.errno in _CLOSING_ERRORS:
                self.close()
            raise failure from error
        return [{label.lower(): value for label, value in row.items()} for row in rows]

    def _set_variables(self) -> None:
        """
        UTF-8, UTC, and a query time-out below our own: when we stop waiting for an answer, the server has given up the
        statement, so that what the views say next is final.
        """
        query_timeout = min(_QUERY_TIMEOUT, _SHARE_OF_READ_TIMEOUT * self.login.read_timeout)
        variables: Dict[str, Any] = {**FIXED_VARIABLES, "ob_query_timeout": int(query_timeout * 1000000),
                                     **self.login.session_vars}
        statement = "SET " + ", ".join("%s = %%s" % name for name in variables)
        try:
            self._send(statement, list(variables.values()))
        except Failure as failure:
            self.close()
            if failure.transient or isinstance(failure, NoPrivilege):
                raise
            if failure.errno == _UNKNOWN_VARIABLE and "ob_query_timeout" in failure.message:
                raise UnsupportedVersion(
                    "the server at %s is no OceanBase: %s" % (self.login.address(), failure.message),
                    "Name an OBServer or OBProxy.", failure.errno, failure.sqlstate) from failure
            if not self.login.session_vars:
                raise
            raise InvalidOption("the server does not accept session_vars: " + failure.message,
                                "Check names and values of session_vars.", failure.errno, failure.sqlstate) from failure

    def _failure(self, error: Exception) -> Failure:
        """The failure for what the driver raised while a connection stood."""
        errno, text = _errno_and_text(error)
        if errno is None or errno in _CLIENT_ERRORS or isinstance(error, pymysql.InterfaceError):
            return ConnectionLost("the connection to %s broke: %s" % (self.login.address(), text), errno)
        return server_failure(errno, getattr(error, "sqlstate", None), text)

    def _login_failure(self, error: Exception) -> Failure:
        """The failure for what the driver raised while it connected and logged in."""
        errno, text = _errno_and_text(error)
        causes = _causes(error)
        failure: Optional[Failure] = self._tls.failure(causes, text, errno != _NO_TLS) if self._tls else None
        if failure is not None:
            return failure
        if errno is not None and errno not in _CLIENT_ERRORS:
            failure = server_failure(errno, getattr(error, "sqlstate", None), text, logging_in=True)
            failure.message = "%s refused the login of %s: %s" % (
                self.login.address(), self.login.account(), failure.message)
            if self.login.client_cert and errno == _ACCESS_DENIED:
                failure.hint += " The common name of client_cert must be listed in ob_ssl_invited_common_names."
            return failure
        if self._tls and getattr(error, "after_handshake", False) and not self._was_connected:
            failure = self._tls.broken_off()
            if failure is not None:
                return failure
        cause = next((cause for cause in causes if isinstance(cause, OSError)), None)
        if cause is None or errno != 2003:
            return ConnectionLost("%s broke off the login: %s" % (self.login.address(), text), errno)
        reason, hint = _why_unreachable(cause, self.login)
        return Unreachable("no connection to %s: %s" % (self.login.address(), reason), hint,
                           transient=self._was_connected)


def _errno_and_text(error: Exception) -> Tuple[Optional[int], str]:
    """Number and text of a driver's exception; no number if the driver choked on what it received."""
    arguments = error.args
    if isinstance(error, pymysql.MySQLError) and len(arguments) >= 2 and isinstance(arguments[0], int):
        return arguments[0] or None, str(arguments[1])
    return None, "the answer was not understood (%s)" % type(error).__name__


def _causes(error: Optional[BaseException]) -> List[BaseException]:
    """The exception and everything it was raised from."""
    causes: List[BaseException] = []
    while error is not None and error not in causes:
        causes.append(error)
        error = getattr(error, "original_exception", None) or error.__cause__ or error.__context__
    return causes


def _why_unreachable(cause: BaseException, login: Login) -> Tuple[str, str]:
    """Reason and hint for an operating system's error."""
    if isinstance(cause, socket.gaierror):
        return "the host name cannot be resolved", "Check login_host and the name service of this host."
    if isinstance(cause, socket.timeout):
        return ("no answer within %d s (connect_timeout)" % login.connect_timeout,
                "Check the address, the firewall and whether the server runs.")
    if isinstance(cause, ConnectionRefusedError):
        return ("connection refused, so nothing listens there",
                "Check host and port (an OBServer listens on 2881, OBProxy on 2883) and whether the server runs.")
    return getattr(cause, "strerror", None) or str(cause), "Check the address and whether the server runs."
