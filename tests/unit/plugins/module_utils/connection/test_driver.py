# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The driver against a scripted server: what it sends, to whom it does not send, and what its exceptions mean."""

from __future__ import annotations

import contextlib
import socket
import ssl
import struct
import threading
import time

import pymysql
import pytest

from ansible_collections.community.oceanbase.plugins.module_utils._clock import Clock
from ansible_collections.community.oceanbase.plugins.module_utils._connection import driver as _driver
from ansible_collections.community.oceanbase.plugins.module_utils._connection.driver import (
    GREETING,
    HANDSHAKE,
    LOGIN,
    Connection,
    DriverError,
    FileRequested,
    NotADatabase,
    NotSendable,
    PackageMissing,
    PluginRefused,
    ServerSaid,
    TlsNotOffered,
    require_driver,
)
from ansible_collections.community.oceanbase.plugins.module_utils._errors import MissingLibrary

NATIVE = b"mysql_native_password"
SALT = b"12345678", b"901234567890"
OK = b"\x00\x00\x00\x02\x00\x00\x00"
# A result of one column A, and the end of its columns and rows.
COLUMN = b"\x03def\0\0\0\x01A\0\x0c" + struct.pack("<HIBHBH", 45, 10, 253, 0, 0, 0)
END = b"\xfe\0\0\x02\0"
PASSWORD = "s3cret"


def greeting(plugin=NATIVE, protocol=10, capabilities=0x0008F7DF):
    """A greeting as an OBServer sends it (facts: Handshake)."""
    return (bytes([protocol]) + b"5.7.25\0" + struct.pack("<I", 1) + SALT[0] + b"\0"
            + struct.pack("<HBHHB", capabilities & 0xFFFF, 46, 2, capabilities >> 16, 21) + b"\0" * 10
            + SALT[1] + b"\0" + plugin + b"\0")


def error_packet(number, text, sqlstate="HY000"):
    """An error packet."""
    return b"\xff" + struct.pack("<H", number) + b"#" + sqlstate.encode() + text.encode()


class Server:
    """
    One end of a pair of sockets, in a thread: sends each answer once the packet before it was read. An answer is a
    payload, a list of payloads, or a function of the raw socket. ``received`` holds the payloads that came.
    """

    def __init__(self, *answers):
        self.client, self._socket = socket.socketpair()
        self.received = []
        self.rest = b""
        self.connections = []
        self._answers = answers
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def __enter__(self):
        return self

    def __exit__(self, *exc_info):
        # PyMySQL holds a file of it, so that closing alone would not end the connection.
        with contextlib.suppress(OSError):
            self.client.shutdown(socket.SHUT_RDWR)
        self.client.close()
        for connection in self.connections:
            connection._force_close()
        self._thread.join(5)
        assert not self._thread.is_alive()

    def _run(self):
        number = 0
        for position, answer in enumerate(self._answers):
            if position:
                head = self._exactly(4)
                if not head:
                    break
                self.received.append(self._exactly(int.from_bytes(head[:3], "little")))
                number = head[3] + 1
            if callable(answer):
                answer(self._socket)
                continue
            for payload in answer if isinstance(answer, list) else [answer]:
                # The client may have had enough.
                with contextlib.suppress(OSError):
                    self._socket.sendall(len(payload).to_bytes(3, "little") + bytes([number]) + payload)
                number += 1
        # Whatever else comes.
        self.rest = self._exactly(100000)
        self._socket.close()

    def _exactly(self, count):
        data = b""
        while len(data) < count:
            try:
                piece = self._socket.recv(count - len(data))
            except ConnectionResetError:
                break
            if not piece:
                break
            data += piece
        return data


def log_in(server, tls=None, seconds=5.0):
    """A connection that is logged in."""
    connection = Connection("root@sys", PASSWORD, tls, "observer1")
    server.connections.append(connection)
    connection.log_in(server.client, Clock().budget(seconds).left, "%s s (connect_timeout)" % seconds)
    return connection


def refusal(server, tls=None, seconds=5.0):
    """How a login fails."""
    with pytest.raises(DriverError) as caught:
        log_in(server, tls, seconds)
    return caught.value


def test_a_login_sends_one_packet_and_no_statement():
    with Server(greeting(), OK) as server:
        connection = log_in(server)
        (login,) = server.received
        assert b"root@sys\0" in login
        assert PASSWORD.encode() not in login
        assert NATIVE in login
        connection.close()


def test_the_answers_of_a_statement():
    row = [b"\x01", COLUMN, END, b"\x03abc", END]
    with Server(greeting(), OK, row, OK, error_packet(4179, "x not allowed")) as server:
        connection = log_in(server)
        assert connection.run("SELECT %s AS A", ["it's"]) == [{"A": "abc"}]
        assert connection.run("SET x = 1") == []
        with pytest.raises(ServerSaid) as caught:
            connection.run("ALTER SYSTEM CANCEL CLONE `x`")
        assert (caught.value.number, caught.value.sqlstate, caught.value.text) == (4179, "HY000", "x not allowed")
    assert server.received[1:] == [b"\x03SELECT 'it\\'s' AS A", b"\x03SET x = 1", b"\x03ALTER SYSTEM CANCEL CLONE `x`"]


@pytest.mark.parametrize("seconds", [2147484.0, 1e10, float("inf")])
def test_more_time_than_a_socket_can_be_given_is_no_failure(seconds):
    with Server(greeting(), OK, OK) as server:
        assert log_in(server, seconds=seconds).run("SET x = 1") == []


@pytest.mark.parametrize("plugin", [
    b"mysql_clear_password", b"caching_sha2_password", b"sha256_password", b"dialog", b"client_ed25519",
    b"mysql_old_password", b"authentication_ldap_sasl_client", "nö such\n".encode()])
@pytest.mark.parametrize("where", ["greeting", "switch"])
def test_an_unverified_server_gets_the_answer_of_no_other_plugin(plugin, where):
    answers = [greeting(plugin)] if where == "greeting" else [greeting(), b"\xfe" + plugin + b"\0" + b"x" * 20 + b"\0"]
    with Server(*answers) as server:
        error = refusal(server)
    assert isinstance(error, PluginRefused)
    assert error.plugin.isprintable() and error.plugin[:1] == plugin[:1].decode()
    # After the switch nothing more, and to that greeting nothing at all.
    assert len(server.received) == (where == "switch")
    assert server.rest == b""


@pytest.mark.parametrize(("answer", "plugin"), [
    (b"\xfe", "mysql_old_password"), (b"\xfe\0", "mysql_old_password"), (b"\x01\x04", "with a further answer"),
    (b"\x01", "with a further answer")])
def test_an_unverified_server_cannot_ask_without_a_name_either(answer, plugin):
    with Server(greeting(), answer) as server:
        error = refusal(server)
    assert isinstance(error, PluginRefused) and plugin in error.plugin
    assert server.rest == b""


def test_a_switch_to_the_native_plugin_is_followed():
    with Server(greeting(), b"\xfe" + NATIVE + b"\0" + b"a" * 20 + b"\0", OK) as server:
        log_in(server).close()
    assert len(server.received[1]) == 20


def test_a_greeting_without_a_plugin_is_answered_natively():
    with Server(greeting(b"", capabilities=0xF7DF), OK) as server:
        log_in(server).close()
    assert len(server.received) == 1


def test_a_server_cannot_fetch_a_file():
    with Server(greeting(), OK, b"\xfb/etc/passwd") as server:
        connection = log_in(server)
        with pytest.raises(FileRequested):
            connection.run("SELECT 1")
        connection.close()
    assert b"root:" not in server.rest


@pytest.mark.parametrize("hello", [
    b"SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n", b"HTTP/1.1 400 Bad Request\r\n\r\n", b"220 mail.example.com ESMTP\r\n",
    b"\x01\x00\x00\x00\x09", b"\x01\x00\x00\x00\x0a", b"\x00\x00\x00\x00", b"\x04\x00\x00\x00\x0a5.7"])
def test_a_port_that_is_no_database(hello):
    with Server(lambda sock: sock.sendall(hello)) as server:
        error = refusal(server)
    assert isinstance(error, NotADatabase), repr(error)
    assert error.text == "what listens there does not greet as a database server does"
    assert server.rest == b""


def test_a_server_that_is_full_says_so_instead_of_greeting():
    with Server(error_packet(1040, "Too many connections", "08004")) as server:
        error = refusal(server)
    assert isinstance(error, ServerSaid) and error.number == 1040


@pytest.mark.parametrize(("packet", "number", "sqlstate", "text"), [
    (b"\x10\x04Too many connections", 1040, None, "Too many connections"),
    (b"\x15\x04#42000Access denied", 1045, "42000", "Access denied"),
    (b"\x60\xea#HY000\xe5\xaf\x86", 60000, "HY000", "\u5bc6"),
    # A number that PyMySQL gives itself is the server's word all the same.
    (b"\x0b\x08#HY000plugin", 2059, "HY000", "plugin"),
    (b"\x15\x04#42000\x1b[31mred\x00\xff\nand on", 1045, "42000", "?[31mred?\ufffd\nand on"),
    (b"\x15\x04#\xff\xfe", 1045, "\ufffd\ufffd", ""), (b"\x15\x04", 1045, None, ""),
    (b"\x15\x04" + b"A" * 4000, 1045, None, "A" * 2000)])
@pytest.mark.parametrize("instead_of_greeting", [True, False])
def test_what_a_server_says_is_read_alike_with_every_driver(packet, number, sqlstate, text, instead_of_greeting):
    answers = [b"\xff" + packet] if instead_of_greeting else [greeting(), b"\xff" + packet]
    with Server(*answers) as server:
        error = refusal(server)
    assert (error.__class__, error.number, error.sqlstate, error.text) == (ServerSaid, number, sqlstate, text)


@pytest.mark.parametrize("version", [b"", b"OceanBase 4.3", b"v5.7", b"8"])
def test_a_version_of_any_text(version):
    with Server(greeting().replace(b"5.7.25", version), OK) as server:
        log_in(server)


def test_tls_that_is_not_offered():
    with Server(greeting()) as server:
        error = refusal(server, ssl.create_default_context())
    assert isinstance(error, TlsNotOffered)
    assert (server.received, server.rest) == ([], b"")


class PlainContext(ssl.SSLContext):
    """Leaves the connection in plain text, and remembers which name it was to verify."""

    def wrap_socket(self, sock, **options):
        self.name = options["server_hostname"]
        return sock


def tls_greeting():
    """A greeting that offers TLS."""
    return greeting(capabilities=0x0008FFDF)


def test_tls_begins_before_the_login_and_verifies_the_name_of_the_server():
    context = PlainContext(ssl.PROTOCOL_TLS_CLIENT)
    with Server(tls_greeting(), lambda sock: None, OK) as server:
        log_in(server, context).close()
    request, login = server.received[:2]
    assert login.startswith(request) and len(request) == 32
    assert context.name == "observer1"


class BrokenContext(ssl.SSLContext):
    """Fails in the handshake."""

    def wrap_socket(self, sock, **options):
        raise ssl.SSLError(1, "[SSL: WRONG_VERSION_NUMBER] wrong version number")


def test_the_stage_at_which_a_login_with_tls_fails_is_told():
    with Server(tls_greeting(), lambda sock: None) as server:
        assert refusal(server, BrokenContext(ssl.PROTOCOL_TLS_CLIENT)).stage == HANDSHAKE
    with Server(error_packet(1040, "Too many connections")) as server:
        assert refusal(server, BrokenContext(ssl.PROTOCOL_TLS_CLIENT)).stage == GREETING
    with Server(greeting(), error_packet(1045, "Access denied")) as server:
        assert refusal(server).stage == LOGIN


@pytest.mark.parametrize(("switch", "sent"), [
    (b"mysql_clear_password\0", PASSWORD.encode() + b"\0"), (b"mysql_old_password\0", None), (b"", None)])
def test_a_verified_server_may_ask_for_the_password_but_not_in_the_old_way(switch, sent):
    context = PlainContext(ssl.PROTOCOL_TLS_CLIENT)
    with Server(tls_greeting(), lambda sock: None, b"\xfe" + switch, OK) as server:
        if sent is None:
            assert refusal(server, context).plugin == "mysql_old_password"
        else:
            log_in(server, context).close()
    assert server.received[2:3] == [sent] * (sent is not None)


def test_a_server_that_goes_away():
    with Server(lambda sock: sock.shutdown(socket.SHUT_RDWR)) as server:
        error = refusal(server)
    assert (type(error), error.errno, error.stage, error.text) == (
        DriverError, 2013, GREETING, "the other side closed the connection")
    with Server(greeting(), lambda sock: sock.shutdown(socket.SHUT_RDWR)) as server:
        error = refusal(server)
    assert (type(error), error.stage) == (DriverError, LOGIN)


def test_a_server_that_says_nothing_or_trickles():
    def trickle(sock):
        sock.sendall(b"\xff\x0f\x00\x00\x0a")
        with contextlib.suppress(OSError):
            while True:
                sock.sendall(b"5")
                time.sleep(0.02)

    for silent in (lambda sock: None, trickle):
        started = time.monotonic()
        with Server(silent) as server:
            error = refusal(server, seconds=0.3)
        assert (error.errno, error.text) == (2013, "no answer within 0.3 s (connect_timeout)")
        assert time.monotonic() - started < 10


@pytest.mark.parametrize("seconds", [0.0, -1.0])
def test_when_no_time_is_left_that_is_said_and_nothing_else(seconds):
    with Server(lambda sock: None) as server:
        error = refusal(server, seconds=seconds)
    assert (error.errno, error.text) == (2013, "no answer within %s s (connect_timeout)" % seconds)


def test_rubbish_as_an_answer():
    with Server(greeting(), OK, b"\x01\xff\xff") as server:
        connection = log_in(server)
        server.client.settimeout(1)
        connection.await_answer(Clock().budget(0.5).left, "read_timeout")
        with pytest.raises(DriverError):
            connection.run("SELECT 1")


def test_a_row_that_arrives_in_pieces():
    text = "äbc€"
    payloads = [b"\x01", COLUMN, END, bytes([len(text.encode())]) + text.encode(), END]
    stream = b"".join(len(payload).to_bytes(3, "little") + bytes([number]) + payload
                      for number, payload in enumerate(payloads, 1))

    def cut(position):
        def send(sock):
            sock.sendall(stream[:position])
            time.sleep(0.002)
            sock.sendall(stream[position:])
        return send

    cuts = [cut(position) for position in range(1, len(stream))]
    with Server(greeting(), OK, *cuts) as server:
        connection = log_in(server)
        for _number in cuts:
            assert connection.run("SELECT 1") == [{"A": text}]


def test_a_text_that_cannot_be_sent():
    with Server(greeting(), OK) as server:
        connection = log_in(server)
        for statement, arguments in (("SELECT '\udc80'", ()), ("SELECT %s", ["\udc80"])):
            with pytest.raises(NotSendable):
                connection.run(statement, arguments)
    assert server.rest == b""


@pytest.mark.parametrize("error", [
    ConnectionResetError(104, "Connection reset by peer"), BrokenPipeError(32, "Broken pipe"),
    OSError(113, "No route to host"), OSError(110, "Connection timed out"), OSError("no number"), OSError(),
    TimeoutError(110, "Connection timed out"), ConnectionAbortedError(103, "Software caused connection abort")])
@pytest.mark.parametrize("method", ["read1", "sendall"])
def test_an_error_of_the_operating_system(error, method):
    class Broken:
        """Fails at everything but closing."""

        def settimeout(self, seconds):
            assert seconds > 0

        def close(self):
            """It is closed."""

        def fail(self, *_arguments):
            raise error
        read1 = sendall = fail

    with Server(greeting(), OK, OK) as server:
        connection = log_in(server)
        if method == "read1":
            connection._rfile.close()
            connection._rfile = Broken()
        else:
            connection._sock.close()
            connection._sock = Broken()
        with pytest.raises(DriverError) as caught:
            connection.run("SELECT 1")
    assert caught.type is DriverError
    assert caught.value.errno == (2013 if method == "read1" else 2006)
    # A time-out of the system is not one of ours, which has no number.
    assert caught.value.text == (error.strerror or str(error) or "OSError")


def wrapped(cause):
    """PyMySQL's exception for one that connecting raised."""
    error = pymysql.OperationalError(2003, "Can't connect to MySQL server")
    error.original_exception = cause
    return error


@pytest.mark.parametrize(("error", "cls", "number", "text"), [
    (pymysql.OperationalError(2013, "Lost connection"), DriverError, 2013, "Lost connection"),
    (pymysql.OperationalError(1999, "x"), ServerSaid, 1999, "x"),
    (pymysql.OperationalError(2000, "x"), DriverError, 2000, "x"),
    (pymysql.OperationalError(2999, "x"), DriverError, 2999, "x"),
    (pymysql.OperationalError(3000, "x"), ServerSaid, 3000, "x"),
    (pymysql.InterfaceError(0, ""), DriverError, None, "the answer was not understood (InterfaceError)"),
    (pymysql.InternalError("Packet sequence number wrong"), DriverError, None,
     "the answer was not understood (InternalError)"),
    (IndexError("x"), DriverError, None, "the answer was not understood (IndexError)"),
    (RuntimeError("x"), DriverError, None, "the answer was not understood (RuntimeError)"),
    (RuntimeError("'cryptography' package is required"), PackageMissing, None, "'cryptography' package is required"),
    (ValueError("package is required"), DriverError, None, "the answer was not understood (ValueError)"),
    (UnicodeDecodeError("utf8", b"x", 0, 1, "y"), DriverError, None,
     "the answer was not understood (UnicodeDecodeError)"),
    (struct.error("x"), DriverError, None, "the answer was not understood (error)"),
    (wrapped(OSError(104, "Connection reset by peer")), DriverError, 2003, "Connection reset by peer"),
    (wrapped(OSError("no number")), DriverError, 2003, "no number"),
    (wrapped(OSError()), DriverError, 2003, "OSError"),
    (wrapped(ValueError("x")), DriverError, 2003, "Can't connect to MySQL server"),
    (pymysql.OperationalError(2059, "x"), PluginRefused, None,
     "the server asks for the authentication plugin mysql_native_password"),
    (pymysql.OperationalError(2061, "x"), PluginRefused, None,
     "the server asks for the authentication plugin mysql_native_password"),
    (pymysql.ProgrammingError(1064, "x"), ServerSaid, 1064, "x")])
def test_what_exceptions_of_the_driver_mean(monkeypatch, error, cls, number, text):
    class Cursor:
        def __init__(self, *_arguments):
            raise error

    connection = Connection("root@sys", PASSWORD)
    monkeypatch.setattr(connection, "cursor", Cursor)
    with pytest.raises(DriverError) as caught:
        connection.run("SELECT 1")
    assert (type(caught.value), caught.value.errno, caught.value.text) == (cls, number, text)
    assert str(caught.value) == text


def test_hanging_up_wakes_whoever_waits():
    with Server(greeting(), OK, lambda sock: None) as server:
        connection = log_in(server)
        connection.await_answer(Clock().budget(10).left, "read_timeout")
        threading.Timer(0.1, connection.hang_up).start()
        started = time.monotonic()
        with pytest.raises(DriverError):
            connection.run("SELECT 1")
        assert time.monotonic() - started < 5


class PanicException(BaseException):
    """What a broken package that is written in Rust raises, such as cryptography."""


def imported_with(monkeypatch, error):
    """The driver's module, imported anew where importing PyMySQL raises ``error``."""
    import builtins
    import importlib.util
    real = builtins.__import__

    def fail(name, *arguments, **options):
        if name.partition(".")[0] == "pymysql":
            raise error
        return real(name, *arguments, **options)

    spec = importlib.util.spec_from_file_location(_driver.__name__ + "_again", _driver.__file__)
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setattr(builtins, "__import__", fail)
    try:
        spec.loader.exec_module(module)
    finally:
        monkeypatch.undo()
    return module


@pytest.mark.parametrize("error", [
    ImportError("cannot import name 'x'", name="cffi"), ModuleNotFoundError("No module named 'cffi'", name="cffi"),
    KeyError("getpwuid(): uid not found: 12345"), OSError("No username set in the environment"), RuntimeError("x"),
    AttributeError("x"), SyntaxError("invalid syntax"), TypeError("x"), SystemExit(3),
    PanicException("Python API call failed")])
def test_a_driver_that_cannot_be_imported(monkeypatch, error):
    with pytest.raises(MissingLibrary) as caught:
        imported_with(monkeypatch, error).require_driver("/usr/bin/python3")
    assert "PyMySQL of /usr/bin/python3 cannot be imported: %s" % type(error).__name__ in caught.value.message
    assert str(error) in caught.value.message
    assert "/usr/bin/python3 -m pip install" in caught.value.hint


@pytest.mark.parametrize("error", [ImportError("not here"), ModuleNotFoundError("x", name="pymysql")])
def test_a_driver_that_is_not_installed(monkeypatch, error):
    with pytest.raises(MissingLibrary, match="PyMySQL is not installed for /usr/bin/python3"):
        imported_with(monkeypatch, error).require_driver("/usr/bin/python3")


def test_an_interrupt_while_the_driver_is_imported_is_one(monkeypatch):
    with pytest.raises(KeyboardInterrupt):
        imported_with(monkeypatch, KeyboardInterrupt())


def test_the_driver_must_be_there_and_new_enough(monkeypatch):
    require_driver("/usr/bin/python3")
    monkeypatch.setattr(pymysql, "VERSION", (1, 0, 1, None))
    with pytest.raises(MissingLibrary, match=r"PyMySQL 1\.0\.1 of /usr/bin/python3 is too old"):
        require_driver("/usr/bin/python3")
    monkeypatch.setattr(_driver, "_IMPORT_ERROR", ModuleNotFoundError("No module named 'pymysql'", name="pymysql"))
    with pytest.raises(MissingLibrary, match="PyMySQL is not installed for /usr/bin/python3"):
        require_driver("/usr/bin/python3")
