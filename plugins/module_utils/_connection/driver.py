# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release. Do not use it from elsewhere.
"""
Imports PyMySQL and touches its private methods, which no other file does.

test_driver.py runs it on every PyMySQL that is supported (``make matrix``).
"""

from __future__ import annotations

import contextlib
import errno
import re
import socket
import ssl
from typing import Any, Callable, Dict, List, Optional, Sequence, Type

from .._errors import MissingLibrary
from .login import CHARACTER_SET, LONGEST_TIMEOUT

_IMPORT_ERROR: Optional[BaseException] = None
try:
    import pymysql
    from pymysql.connections import Connection as _PyMySQLConnection
    from pymysql.connections import MysqlPacket
    from pymysql.cursors import DictCursor
except KeyboardInterrupt:
    raise
except BaseException as error:  # noqa: BLE001  (a broken dependency raises anything; one written in Rust a BaseException)
    _IMPORT_ERROR = error
    _PyMySQLConnection = MysqlPacket = object

OLDEST_PYMYSQL = (1, 0, 2)

# Numbers that the driver itself gives; everything else is the server's (MySQL's client error numbers).
_CLIENT_ERRORS = range(2000, 3000)
_SERVER_GONE = 2006
_SERVER_LOST = 2013
_PROTOCOL = 10
_LONGEST_GREETING = 4096
# OceanBase's own error texts are shorter; a line feed stands before what enable_rich_error_msg adds.
_LONGEST_TEXT = 2000
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]")
# The one plugin whose answer does not tell the password to whoever asks for it.
_NATIVE = "mysql_native_password"
_OLD = "mysql_old_password"
_AUTH_SWITCH, _MORE_DATA = b"\xfe", b"\x01"
# The driver lacks a plugin, or the plugin failed.
_PLUGIN_ERRORS = (2059, 2061)

_NO_GREETING = "what listens there does not greet as a database server does"

GREETING, HANDSHAKE, LOGIN = "greeting", "TLS handshake", "login"


class DriverError(Exception):
    """
    Raised when a login or a statement failed. Without a subclass: the connection broke or its answer was unusable,
    ``text`` says how; ``errno`` is the driver's number or None. ``stage`` is the part of a login that failed: one of
    GREETING, HANDSHAKE (of TLS), LOGIN; afterwards it is empty.
    """

    stage = ""

    def __init__(self, text: str, errno: Optional[int] = None) -> None:
        super().__init__(text)
        self.text = text
        self.errno = errno


class ServerSaid(DriverError):
    """Raised when the server answered with an error packet."""

    def __init__(self, text: str, errno: int, sqlstate: Optional[str] = None) -> None:
        super().__init__(text, errno)
        self.number = errno
        self.sqlstate = sqlstate


class TlsNotOffered(DriverError):
    """TLS was asked for, and the server's greeting does not offer it."""


class NotADatabase(DriverError):
    """Whatever listens there greets otherwise than a server of the MySQL protocol."""


class PluginRefused(DriverError):
    """Raised when the server asks for the password in a way (``plugin``) that is not for an unverified server."""

    def __init__(self, plugin: str) -> None:
        super().__init__("the server asks for the authentication plugin %s" % plugin)
        self.plugin = plugin


class PackageMissing(DriverError):
    """Raised when the server asks for a plugin that needs a further Python package."""


class FileRequested(DriverError):
    """Raised when the server answered a statement with the request for a file of this host."""


class NotSendable(DriverError):
    """A text of ours cannot be written in UTF-8, so nothing was sent."""


class Packet(MysqlPacket):  # type: ignore[misc]
    """A packet whose errors are read here: PyMySQL drops the SQLSTATE, or fails on a text that it does not expect."""

    def raise_for_error(self) -> None:
        data = self.get_all_data()
        # One that has an SQLSTATE has a # before it; the ones that come instead of a greeting have none.
        state = data[4:9].decode("ascii", "replace") if data[3:4] == b"#" else None
        text = data[9 if state else 3:].decode("utf-8", "replace")[:_LONGEST_TEXT]
        raise ServerSaid(_CONTROL.sub("?", text), int.from_bytes(data[1:3], "little"), state)

    def is_load_local_packet(self) -> bool:
        if super().is_load_local_packet():
            raise FileRequested("the server asked for a file of this host (LOAD DATA LOCAL), which it was not given")
        return False


class Connection(_PyMySQLConnection):  # type: ignore[misc]
    """
    PyMySQL's connection on a socket of ours, without its plain-text fallback and its further statements at the login,
    and with a limit for a whole answer (``await_answer``): the driver's own time-out starts anew with every byte that
    arrives, so that a slow trickle would never end.
    """

    server_version: str

    def __init__(self, user: str, password: str, tls: Optional[ssl.SSLContext] = None, server_name: str = "") -> None:
        """Takes the account. ``tls`` must verify the server, whose certificate must then hold ``server_name``."""
        options: Dict[str, Any] = {"ssl": tls} if tls else {"ssl_disabled": True}
        self._verified = tls is not None
        self._stage = GREETING
        self._shaken_hands = False
        self._plugin = _NATIVE
        super().__init__(
            host=server_name, user=user,
            # PyMySQL would encode a text as latin1; OceanBase's clients send UTF-8.
            password=password.encode("utf-8"),
            # Autocommit is set by the session's first statement; asking for it here costs one more.
            autocommit=None, charset=CHARACTER_SET, cursorclass=DictCursor, defer_connect=True, **options)

    def log_in(self, sock: socket.socket, left: Callable[[], float], limit: str) -> None:
        """Logs in on a connected socket, which is closed if that fails with a DriverError; times as await_answer."""
        self.await_answer(left, limit)
        try:
            self.connect(sock)
        except Exception as error:
            # PyMySQL has closed it, unless it never came to hold it.
            sock.close()
            raise self._translated(error) from error
        self._stage = ""

    def run(self, statement: str, arguments: Sequence[Any] = ()) -> List[Dict[str, Any]]:
        """Sends one statement and returns its rows; DriverError."""
        try:
            with self.cursor() as cursor:
                text = cursor.mogrify(statement, arguments or None)
                # Older drivers would send lone surrogates as bytes that are not UTF-8.
                text.encode("utf-8")
                cursor.execute(text)
                return list(cursor.fetchall())
        except Exception as error:
            raise self._translated(error) from error

    def await_answer(self, left: Callable[[], float], limit: str) -> None:
        """Limits the next answers to the seconds that ``left()`` returns; ``limit`` tells them, for messages."""
        self._left = left
        self._limit = "no answer within " + limit

    def hang_up(self) -> None:
        """Wakes up whoever waits for an answer, as if the other side had closed the connection."""
        if self._sock is not None:
            with contextlib.suppress(OSError):  # it is closed already
                # Not that of an SSLSocket, which would first take away what the other thread reads with.
                socket.socket.shutdown(self._sock, socket.SHUT_RDWR)

    def set_character_set(self, charset: str, collation: Optional[str] = None) -> None:
        """Does nothing: PyMySQL from 1.1 on spends a statement on what the session's first SET says as well."""

    def _remaining(self) -> float:
        # A time-out of 0 would mean not to wait at all, which fails in another way.
        return min(max(0.001, self._left()), LONGEST_TIMEOUT)

    def _read_bytes(self, num_bytes: int) -> bytes:
        if self._stage == GREETING and num_bytes > _LONGEST_GREETING:
            raise NotADatabase(_NO_GREETING)
        data = b""
        try:
            while len(data) < num_bytes:
                self._sock.settimeout(self._remaining())
                piece = self._rfile.read1(num_bytes - len(data))
                if not piece:
                    raise pymysql.OperationalError(_SERVER_LOST, "the other side closed the connection")
                data += piece
        except OSError as error:
            self._force_close()
            raise pymysql.OperationalError(_SERVER_LOST, self._reason(error)) from error
        except BaseException:
            self._force_close()
            raise
        return data

    def _write_bytes(self, data: bytes) -> None:
        try:
            self._sock.settimeout(self._remaining())
            if isinstance(self._sock, ssl.SSLSocket):
                if self._sock.version() is None:
                    # Python makes no handshake if the other side is gone already, and then writes in plain text.
                    raise ConnectionAbortedError(errno.ECONNABORTED, "the other side closed the connection")
                self._shaken_hands = True
            self._sock.sendall(data)
        except OSError as error:
            self._force_close()
            raise pymysql.OperationalError(_SERVER_GONE, self._reason(error)) from error

    def _reason(self, error: OSError) -> str:
        """Returns why reading or writing failed, for a person."""
        # The system's own time-out, of a host that has gone, has a number.
        if isinstance(error, socket.timeout) and error.errno is None:
            return self._limit
        return error.strerror or str(error) or type(error).__name__

    def _read_packet(self, packet_type: Type[Any] = MysqlPacket) -> Any:
        packet = super()._read_packet(Packet if packet_type is MysqlPacket else packet_type)
        if self._stage == LOGIN:
            self._check_request(packet.get_all_data())
        return packet

    def _check_request(self, data: bytes) -> None:
        """Raises PluginRefused if the server answers a login with the request for a plugin that it must not have."""
        if data[:1] == _AUTH_SWITCH:
            # Without a name it is the plugin of MySQL before 4.1.
            self._plugin = _readable(data[1:].split(b"\0")[0]) or _OLD
        if self._plugin != _NATIVE and (not self._verified or self._plugin == _OLD):
            raise PluginRefused(self._plugin)
        if self._plugin == _NATIVE and data[:1] == _MORE_DATA:
            raise PluginRefused("%s with a further answer" % _NATIVE)

    def _get_server_information(self) -> None:
        try:
            super()._get_server_information()
        except Exception as error:
            if isinstance(error, DriverError) or _number(error) is not None:
                raise
            raise NotADatabase(_NO_GREETING) from error
        if self.protocol_version != _PROTOCOL:
            raise NotADatabase(_NO_GREETING)
        if self.ssl and not self.server_capabilities & pymysql.constants.CLIENT.SSL:
            raise TlsNotOffered("the server offers no TLS")
        if not re.match(r"[0-9]+(\.|\Z)", self.server_version):
            # Whoever may choose the text of the version may leave out the number that PyMySQL reads there.
            self.server_version = "5." + self.server_version
        self._plugin = _readable(self._auth_plugin_name.encode("utf-8")) or _NATIVE
        self._stage = LOGIN
        self._check_request(b"")

    def _translated(self, error: Exception) -> DriverError:
        """Returns what a caller needs to know of an exception of PyMySQL's, or of one of our own."""
        found = self._described(error)
        found.stage = HANDSHAKE if self._stage == LOGIN and self.ssl and not self._shaken_hands else self._stage
        return found

    def _described(self, error: Exception) -> DriverError:
        if isinstance(error, DriverError):
            return error
        number = _number(error)
        if number in _PLUGIN_ERRORS:
            return PluginRefused(self._plugin)
        if number is not None and number not in _CLIENT_ERRORS:
            return ServerSaid(str(error.args[1]), number)
        if number is not None:
            # PyMySQL wraps what the TLS handshake raises.
            cause = getattr(error, "original_exception", None)
            return DriverError(self._reason(cause) if isinstance(cause, OSError) else str(error.args[1]), number)
        if isinstance(error, RuntimeError) and "package is required" in str(error):
            return PackageMissing(str(error))
        if isinstance(error, UnicodeEncodeError) and not self._stage:
            return NotSendable("a text of the statement cannot be written in UTF-8")
        return DriverError("the answer was not understood (%s)" % type(error).__name__)


def require_driver(python: str) -> None:
    """Raises MissingLibrary unless a PyMySQL that works is installed for the interpreter ``python``."""
    wanted = ".".join(str(part) for part in OLDEST_PYMYSQL)
    install = "Install it there: %s -m pip install 'PyMySQL>=%s'." % (python, wanted)
    if isinstance(_IMPORT_ERROR, ImportError) and _IMPORT_ERROR.name in (None, "pymysql"):
        raise MissingLibrary("PyMySQL is not installed for %s" % python, install)
    if _IMPORT_ERROR is not None:
        raise MissingLibrary(
            "PyMySQL of %s cannot be imported: %s: %s" % (
                python, type(_IMPORT_ERROR).__name__, _IMPORT_ERROR),
            "Repair or upgrade PyMySQL and the packages that it needs: %s -m pip install 'PyMySQL>=%s' --upgrade." % (
                python, wanted))
    # VERSION is PyMySQL's own; __version__ is the one of mysqlclient that it imitates.
    if tuple(pymysql.VERSION[:3]) < OLDEST_PYMYSQL:
        raise MissingLibrary("PyMySQL %s of %s is too old" % (
            ".".join(str(part) for part in pymysql.VERSION[:3]), python), install)


def _number(error: BaseException) -> Optional[int]:
    """Returns the error number of an exception of PyMySQL, None if it has none."""
    if isinstance(error, pymysql.MySQLError) and len(error.args) >= 2 and isinstance(error.args[0], int):
        return error.args[0] or None
    return None


def _readable(name: bytes) -> str:
    """Returns the name that a server gave, without what could garble a message."""
    return re.sub(r"[^\x21-\x7e]", "?", name.decode("utf-8", "replace"))[:64]
