# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""TLS with certificates of a self-made authority: real clients, and a ClientHello that comes too early."""

from __future__ import annotations

import contextlib
import ssl
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import mysql.connector
import pymysql
import pytest
import trustme

from support.clients.raw_client import RawClient, error_of
from support.servers.wire_server import REFUSED, WireServer

TLS_LOGIN = 0x0008AA05  # what RawClient says, and SSL


class Authority:
    """An authority with its certificate in a file, and a context for a server that it vouches for."""

    def __init__(self, folder: Path, name: str, host: str) -> None:
        authority = trustme.CA()
        self.file = str(folder / (name + ".pem"))
        authority.cert_pem.write_to_path(self.file)
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert(host).configure_cert(self.context)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("tls"), "ours", "127.0.0.1")


@pytest.fixture
def server(authority: Authority) -> Iterator[WireServer]:
    with WireServer(password="secret", tls=authority.context) as running:
        yield running


def connect(server: WireServer, password: str = "secret", **options: Any) -> Any:
    return pymysql.connect(host=server.host, port=server.port, user="root@sys", password=password, **options)


def echo(connection: Any) -> Any:
    with connection.cursor() as cursor:
        cursor.execute("ECHO x")
        return cursor.fetchall()


def test_pymysql_verifies_and_is_served(server: WireServer, authority: Authority) -> None:
    with connect(server, ssl_ca=authority.file, ssl_verify_cert=True, ssl_verify_identity=True) as connection:
        assert connection._secure
        assert connection._sock.version().startswith("TLSv1.")
        assert echo(connection) == (("x",),)


def test_mysql_connector_verifies_and_is_served(server: WireServer, authority: Authority) -> None:
    connection = mysql.connector.connect(
        host=server.host, port=server.port, user="root@sys", password="secret", ssl_ca=authority.file,
        ssl_verify_cert=True, ssl_verify_identity=True, use_pure=True)
    with contextlib.closing(connection), contextlib.closing(connection.cursor()) as cursor:
        cursor.execute("ECHO x")
        assert cursor.fetchall() == [("x",)]


def test_plain_connections_are_served_too(server: WireServer) -> None:
    with connect(server, ssl_disabled=True) as connection:
        assert echo(connection) == (("x",),)


def test_a_wrong_password_is_told_inside(server: WireServer, authority: Authority) -> None:
    with pytest.raises(pymysql.err.OperationalError) as caught:
        connect(server, password="wrong", ssl_ca=authority.file)
    assert caught.value.args == (REFUSED[0], REFUSED[2])


def test_a_stranger_is_not_trusted_and_others_are_served(
        server: WireServer, authority: Authority, tmp_path: Path) -> None:
    stranger = Authority(tmp_path, "stranger", "127.0.0.1")
    with pytest.raises(pymysql.err.OperationalError, match="CERTIFICATE_VERIFY_FAILED"):
        connect(server, ssl_ca=stranger.file, ssl_verify_cert=True)
    with connect(server, ssl_ca=authority.file) as connection:
        assert echo(connection) == (("x",),)


def test_a_certificate_for_another_host_is_not_trusted(tmp_path: Path) -> None:
    elsewhere = Authority(tmp_path, "elsewhere", "db.example.com")
    with WireServer(tls=elsewhere.context) as server:
        with pytest.raises(pymysql.err.OperationalError, match="certificate"):
            connect(server, password="", ssl_ca=elsewhere.file, ssl_verify_cert=True, ssl_verify_identity=True)
        with connect(server, password="", ssl={"ca": elsewhere.file, "check_hostname": False}) as connection:
            assert echo(connection) == (("x",),)


def test_a_client_hello_together_with_the_request_for_tls(server: WireServer, authority: Authority) -> None:
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    tls = ssl.create_default_context(cafile=authority.file).wrap_bio(incoming, outgoing, server_hostname=server.host)
    with RawClient(server.host, server.port) as client:
        with pytest.raises(ssl.SSLWantReadError):
            tls.do_handshake()
        request = client.frame(struct.pack("<IIB23x", TLS_LOGIN, 1 << 24, 45))
        client.socket.sendall(request + outgoing.read())
        while True:
            incoming.write(client.socket.recv(65536))
            with contextlib.suppress(ssl.SSLWantReadError):
                tls.do_handshake()
                break
        client.sequence += 1
        tls.write(client.frame(client.login_payload(password="secret", capabilities=TLS_LOGIN)))
        client.socket.sendall(outgoing.read())
        answer = b""
        while not answer:
            incoming.write(client.socket.recv(65536))
            with contextlib.suppress(ssl.SSLWantReadError):
                answer = tls.read(100)
        assert answer == b"\7\0\0\3\0\0\0\x22\0\0\0"


def test_garbage_instead_of_a_handshake(server: WireServer) -> None:
    with RawClient(server.host, server.port) as client:
        client.send(struct.pack("<IIB23x", TLS_LOGIN, 1 << 24, 45))
        client.socket.sendall(b"no hello at all, for sure" * 10)
        rest = b""
        while piece := client.socket.recv(1000):
            rest += piece
        assert len(rest) < 100  # at most a TLS alert
    with connect(server, ssl_disabled=True) as connection:
        assert echo(connection) == (("x",),)


def test_the_password_cannot_be_skipped_inside(server: WireServer, authority: Authority) -> None:
    with RawClient(server.host, server.port) as client:
        client.send(struct.pack("<IIB23x", TLS_LOGIN, 1 << 24, 45))
        context = ssl.create_default_context(cafile=authority.file)
        client.socket = context.wrap_socket(client.socket, server_hostname=server.host)
        client.sequence = 2
        assert error_of(client.log_in(password="")) == (1045, "42000", REFUSED[2])
        assert client.read() == b""
