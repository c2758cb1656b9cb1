# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""TLS: a verified connection or none at all, and the failure names the cause."""

from __future__ import annotations

import datetime
import ssl
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.community.oceanbase.plugins.module_utils._connection.login import resolve_login
from ansible_collections.community.oceanbase.plugins.module_utils._connection.session import Session
from ansible_collections.community.oceanbase.plugins.module_utils._errors import Failure, TlsFailed, Unreachable
from support.clients.raw_client import RawClient
from support.network.tls import HOST, Files, HandshakeServer
from support.options import OPTIONS
from support.plays.bench import AMPLE
from support.servers.ob_mock import Mock


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Files:
    return Files(tmp_path_factory.mktemp("tls"))


@pytest.fixture(scope="module")
def server(files: Files) -> Iterator[Mock]:
    """A mock whose certificate is good."""
    cert, key = files.issue("server", HOST)
    with Mock(tls_cert=cert, tls_key=key) as mock:
        yield mock


def rows(port: int, **options: Any) -> list[dict[str, Any]]:
    """What a statement gives over a session with these options."""
    login = resolve_login({**OPTIONS, "login_port": port, "connect_timeout": 5, "read_timeout": 5, **options}, {})
    with Session(login) as session:
        return session.run("SHOW TENANT", (), AMPLE)


def failure(port: int, **options: Any) -> Failure:
    """How a login with these options fails."""
    with pytest.raises(TlsFailed) as caught:
        rows(port, **options)
    assert caught.value.error_class == "tls"
    assert not caught.value.transient
    assert f"{options.get('login_host', HOST)}:{port}" in caught.value.message
    return caught.value


def statements(mock: Mock) -> list[str]:
    """What has reached the server in whatever way."""
    return [entry["statement"] for entry in mock.log() if entry["statement"] != "CLOSE"]


def test_a_verified_connection(server: Mock, files: Files) -> None:
    assert rows(server.port, ca_cert=files.ca) == [{"current_tenant_name": "sys"}]
    login = resolve_login({**OPTIONS, "login_port": server.port, "ca_cert": files.ca}, {})
    with Session(login) as session:
        session.connect(AMPLE)
        assert session._connection is not None
        wire = session._connection._sock
        assert isinstance(wire, ssl.SSLSocket)
        assert wire.version() in ("TLSv1.2", "TLSv1.3")
        assert wire.context.minimum_version == ssl.TLSVersion.TLSv1_2
        assert wire.context.verify_mode == ssl.CERT_REQUIRED


def test_without_ca_cert_the_connection_is_plain_though_the_server_offers_tls(server: Mock) -> None:
    assert rows(server.port) == [{"current_tenant_name": "sys"}]


def test_another_ca(server: Mock, tmp_path: Path) -> None:
    before = statements(server)
    other = Files(tmp_path)
    error = failure(server.port, ca_cert=other.ca)
    assert "issuer" in error.message or "self-signed" in error.message or "self signed" in error.message
    assert "the CA certificate that signed" in error.hint
    # Nothing was said in plain text instead, not even the login.
    assert statements(server) == before


def test_another_ca_is_no_matter_of_the_host_name(server: Mock, tmp_path: Path) -> None:
    error = failure(server.port, ca_cert=Files(tmp_path).ca, check_hostname=False)
    assert "the CA certificate that signed" in error.hint


def test_an_intermediate_authority(files: Files, tmp_path: Path) -> None:
    """Whoever names the one that signed the server's certificate need not name the one above it, on any Python."""
    between = files.authority.create_child_ca()
    leaf = between.issue_cert(HOST)
    paths = {name: str(tmp_path / name) for name in ("chain", "key", "between")}
    Path(paths["chain"]).write_bytes(b"".join(pem.bytes() for pem in leaf.cert_chain_pems))
    leaf.private_key_pem.write_to_path(paths["key"])
    between.cert_pem.write_to_path(paths["between"])
    with Mock(tls_cert=paths["chain"], tls_key=paths["key"]) as mock:
        for ca_cert in (paths["between"], files.ca):
            assert rows(mock.port, ca_cert=ca_cert) == [{"current_tenant_name": "sys"}]
        assert "check_hostname" in failure(mock.port, ca_cert=paths["between"], login_host="localhost").hint


def test_a_key_of_another_certificate(server: Mock, files: Files) -> None:
    cert, _key = files.issue("one", "dba.example.com")
    _cert, key = files.issue("another", "dba.example.com")
    with pytest.raises(Failure, match="the key does not belong to the certificate") as caught:
        rows(server.port, ca_cert=files.ca, client_cert=cert, client_key=key)
    assert caught.value.error_class == "invalid_option" and cert in caught.value.message


def test_an_expired_certificate(files: Files) -> None:
    past = datetime.datetime(2020, 1, 1, tzinfo=datetime.timezone.utc)
    cert, key = files.issue("expired", HOST, not_before=past, not_after=past + datetime.timedelta(days=1))
    with Mock(tls_cert=cert, tls_key=key) as mock:
        error = failure(mock.port, ca_cert=files.ca)
        assert "expired" in error.message
        assert "Renew" in error.hint
        assert statements(mock) == []


def test_another_host_name_and_check_hostname_drops_only_this_check(files: Files) -> None:
    cert, key = files.issue("elsewhere", "observer1.example.com", "192.0.2.7")
    with Mock(tls_cert=cert, tls_key=key) as mock:
        error = failure(mock.port, ca_cert=files.ca)
        assert "127.0.0.1" in error.message
        assert "check_hostname" in error.hint
        assert statements(mock) == []
        assert rows(mock.port, ca_cert=files.ca, check_hostname=False) == [{"current_tenant_name": "sys"}]


def test_a_server_without_tls_is_told_nothing(files: Files) -> None:
    with Mock() as mock:
        error = failure(mock.port, ca_cert=files.ca)
        assert "offers no TLS" in error.message
        assert "ssl_client_authentication" in error.hint
        assert statements(mock) == []


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_a_server_that_wants_a_client_certificate(server: Mock, files: Files, version: ssl.TLSVersion) -> None:
    """The mock wants none, so a server of the test greets with the mock's words and wants one."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*files.issue("strict", HOST))
    context.load_verify_locations(files.ca)
    context.verify_mode = ssl.CERT_REQUIRED
    context.minimum_version = context.maximum_version = version
    with RawClient(HOST, server.port) as client:
        greeting = client.greeting
    client_cert, client_key = files.issue("client", "dba.example.com", common_name="dba")
    with HandshakeServer(greeting, context) as strict:
        error = failure(strict.port, ca_cert=files.ca)
        assert "certificate" in error.message.lower() or "handshake" in error.message.lower()
        assert "client_cert" in error.hint
        # The handshake is done, and then this server has nothing more to say.
        with pytest.raises(Unreachable):
            rows(strict.port, ca_cert=files.ca, client_cert=client_cert, client_key=client_key)
    assert strict.clients == [None, "dba"]


def test_an_old_tls_is_refused(server: Mock, files: Files) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*files.issue("old", HOST))
    context.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    with RawClient(HOST, server.port) as client:
        greeting = client.greeting
    with HandshakeServer(greeting, context) as outdated:
        error = failure(outdated.port, ca_cert=files.ca)
    assert "version" in error.message.lower()
    assert "TLS 1.2" in error.hint


def test_a_client_key_with_a_passphrase_is_an_error_and_no_question(server: Mock, files: Files, tmp_path: Path) -> None:
    from cryptography.hazmat.primitives import serialization

    cert, key = files.issue("locked", "dba.example.com")
    loaded = serialization.load_pem_private_key(Path(key).read_bytes(), None)
    locked = tmp_path / "locked.key"
    locked.write_bytes(loaded.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(b"passphrase")))
    with pytest.raises(Failure, match="cannot be loaded") as caught:
        rows(server.port, ca_cert=files.ca, client_cert=cert, client_key=str(locked))
    assert caught.value.error_class == "invalid_option"
    assert str(locked) in caught.value.message
    assert "passphrase" in caught.value.hint
