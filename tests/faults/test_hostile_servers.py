# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Servers that ask for what they must not have, and programs that are not databases: reported at once."""

from __future__ import annotations

import hashlib
import socket
import ssl
import struct
from pathlib import Path
from typing import Any

import pytest

from support.network.scripted_server import NATIVE, OK, SALT, TLS, ScriptedServer, Step, greeting, start_tls
from support.network.tls import HOST, Files
from support.plays.ansible import run_module

PASSWORD = "s3cret-of-root"
PLUGINS = ["mysql_clear_password", "caching_sha2_password", "sha256_password", "dialog", "client_ed25519",
           "mysql_old_password", "authentication_kerberos_client", "nosuch"]
SCRAMBLE = b"x" * 20 + b"\0"
KEYS = {"changed", "outcome", "job", "executed_statements", "login_address", "reconnects", "elapsed", "msg", "error"}


def ask(server: ScriptedServer, **options: Any) -> dict[str, Any]:
    """The result of the module at that server; it fails, in time, with all keys, and gives the password to nobody."""
    result = run_module("ob_clone_cancel", {"login_host": f"{HOST}:{server.port}", "clone_tenant": "clone_a",
                                            "login_password": PASSWORD, "connect_timeout": 5, **options})
    assert result["elapsed"] < options.get("connect_timeout", 0) + 4
    assert set(result) >= KEYS and not result["changed"]
    assert PASSWORD not in str(result)
    return result


def digests() -> list[bytes]:
    """What a client might send of the password for another plugin, as far as it does not depend on a random number."""
    sha256 = hashlib.sha256(PASSWORD.encode()).digest()
    mask = hashlib.sha256(hashlib.sha256(sha256).digest() + b"".join(SALT)).digest()
    return [PASSWORD.encode(), sha256, bytes(left ^ right for left, right in zip(sha256, mask)),
            hashlib.sha512(PASSWORD.encode()).digest()]


@pytest.mark.parametrize("where", ["greeting", "switch"])
@pytest.mark.parametrize("plugin", PLUGINS)
def test_another_plugin_without_verified_tls(plugin: str, where: str) -> None:
    steps: list[Step] = [greeting(plugin.encode())]
    if where == "switch":
        steps = [greeting(), b"\xfe" + plugin.encode() + b"\0" + SCRAMBLE]
    with ScriptedServer(*steps) as server:
        result = ask(server)
        error = result["error"]
        assert (error["class"], error["errno"]) == ("access_denied", None)
        assert plugin in error["message"] and "ca_cert" in error["message"]
    # One login, or with that greeting none, and after the request nothing.
    [sent] = server.received
    assert (sent == b"") is (where == "greeting")
    for digest in digests():
        assert digest not in sent


@pytest.mark.parametrize("request_", [b"\xfe", b"\xfe\0", b"\x01\x04", b"\x01"])
def test_a_request_without_a_name(request_: bytes) -> None:
    with ScriptedServer(greeting(), request_) as server:
        assert ask(server)["error"]["class"] == "access_denied"
    assert len(server.received) == 1


def test_what_a_verified_server_may_ask_for(tmp_path: Path) -> None:
    """Whoever names a CA trusts the servers that it vouches for with what the driver can do."""
    files = Files(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*files.issue("server", HOST))
    asked: list[bytes] = []

    def clear_password(connection: socket.socket) -> None:
        head = connection.recv(4)
        connection.recv(int.from_bytes(head[:3], "little"))
        request = b"\xfemysql_clear_password\0"
        connection.sendall(len(request).to_bytes(3, "little") + bytes([head[3] + 1]) + request)
        asked.append(connection.recv(1000)[4:])

    with ScriptedServer(greeting(capabilities=0x0008F7DF | TLS), start_tls(context), clear_password,
                        hang_up=True) as server:
        assert ask(server, ca_cert=files.ca, wait_timeout=0)["error"]["class"] in ("unreachable", "tls")
    assert asked[0] == PASSWORD.encode() + b"\0"
    with ScriptedServer(greeting(b"nosuch", 0x0008F7DF | TLS), start_tls(context), lambda sock: None,
                        b"\xfenosuch\0x") as server:
        result = ask(server, ca_cert=files.ca)
        assert result["error"]["class"] == "access_denied" and "nosuch" in result["msg"]
        assert len(server.received) == 1


@pytest.mark.parametrize("statement", ["SET", "SELECT"])
def test_a_request_for_a_file(statement: str) -> None:
    answers: list[Step] = [greeting(), OK, *([OK] if statement == "SELECT" else []), b"\xfb/etc/passwd"]
    with ScriptedServer(*answers) as server:
        result = ask(server)
        assert result["error"]["class"] == "server_error"
        assert "asked for a file" in result["msg"]
    assert not any(b"root:" in sent for sent in server.received)
    assert len(server.received) == 1


@pytest.mark.parametrize("hello", [
    b"SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n", b"HTTP/1.1 400 Bad Request\r\n\r\n", b"220 mail.example.com ESMTP\r\n",
    b"+OK POP3 ready\r\n", b"\x16\x03\x01\x00\x05hello", b"\x05\x00\x00\x00\x09hello"])
def test_a_port_that_is_no_database(hello: bytes) -> None:
    with ScriptedServer(lambda sock: sock.sendall(hello)) as server:
        result = ask(server)
    assert result["error"]["class"] == "unreachable"
    assert "does not greet as a database server does" in result["msg"]
    assert "2881" in result["error"]["hint"]
    assert server.received == [b""]


def test_a_port_that_waits_for_its_client_to_speak() -> None:
    """As a web server does."""
    with ScriptedServer(lambda sock: None) as server:
        result = ask(server, connect_timeout=1)
    assert result["error"]["class"] == "unreachable"
    assert "the connection was accepted, but no greeting came within 1 s" in result["msg"]
    assert "2881" in result["error"]["hint"]


def reset(connection: socket.socket) -> None:
    """Ends a connection with a reset instead of an orderly end."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    socket.socket.close(connection)


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
@pytest.mark.parametrize("how", ["close", "reset"])
@pytest.mark.parametrize("when", ["before the request", "before the handshake", "in the handshake", "after it"])
def test_tls_that_is_broken_off_without_an_alert(tmp_path: Path, version: ssl.TLSVersion, how: str, when: str) -> None:
    """In TLS 1.3 the client's handshake is over before the server has seen its certificate."""
    files = Files(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*files.issue("server", HOST))
    context.minimum_version = context.maximum_version = version
    end: Step = reset if how == "reset" else socket.socket.close
    steps: dict[str, list[Step]] = {
        "before the request": [end],
        "before the handshake": [lambda sock: sock.recv(36, socket.MSG_WAITALL), end],
        "in the handshake": [lambda sock: sock.recv(36, socket.MSG_WAITALL), lambda sock: sock.recv(5), end],
        "after it": [start_tls(context), end],
    }
    with ScriptedServer(greeting(capabilities=0x0008F7DF | TLS), *steps[when], hang_up=True) as server:
        result = ask(server, ca_cert=files.ca, connect_timeout=1, wait_timeout=1)
    error = result["error"]
    # A server that wants a client certificate does just that.
    assert error["class"] == ("tls" if when == "after it" else "unreachable"), result["msg"]
    assert "was not understood" not in result["msg"]
    assert ("client_cert" in error["hint"]) is (when == "after it")


def test_the_native_plugin_is_all_that_is_spoken_by_default() -> None:
    """The answer to its greeting, and to a switch to it, is 20 bytes that do not tell the password."""
    with ScriptedServer(greeting(), b"\xfe" + NATIVE + b"\0" + SCRAMBLE, OK, b"\xff\x10\x04#08004full") as server:
        assert ask(server, wait_timeout=0, connect_timeout=1)["error"]["errno"] == 1040
    for sent in server.received:
        for digest in digests():
            assert digest not in sent
