# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What TLS demands of a server, and what is said about files and handshakes; real handshakes are in tests/faults."""

from __future__ import annotations

import ssl

import pytest

from ansible_collections.community.oceanbase.plugins.module_utils._connection.login import resolve_login
from ansible_collections.community.oceanbase.plugins.module_utils._connection.tls import Tls
from ansible_collections.community.oceanbase.plugins.module_utils._errors import InvalidOption

from ..fakes import OPTIONS

PEM_HINT = "Name readable PEM files that belong together; a key must not have a passphrase."


@pytest.fixture
def strict(monkeypatch):
    """Python's default context as from Python 3.13 on, without a file; returns the files that it was asked to load."""
    files = []
    make = ssl.create_default_context

    def context(cafile=None):
        files.append(cafile)
        one = make()
        one.verify_flags |= ssl.VERIFY_X509_STRICT
        return one

    monkeypatch.setattr(ssl, "create_default_context", context)
    return files


def tls(**options):
    """The TLS of a login."""
    return Tls(resolve_login({**OPTIONS, "ca_cert": "/ca.pem", **options}, {}))


@pytest.mark.parametrize("check_hostname", [True, False])
def test_the_server_is_verified_alike_on_every_python(strict, check_hostname):
    context = tls(check_hostname=check_hostname).context
    assert strict == ["/ca.pem"]
    assert context.verify_mode == ssl.CERT_REQUIRED
    assert context.check_hostname is check_hostname
    assert context.minimum_version == ssl.TLSVersion.TLSv1_2
    assert not context.verify_flags & ssl.VERIFY_X509_STRICT
    assert context.verify_flags & 0x80000  # VERIFY_X509_PARTIAL_CHAIN


@pytest.mark.parametrize(("content", "said"), [
    (None, "cannot be loaded: No such file or directory"),
    ("", "cannot be loaded: not a PEM file of the right kind ("),
    ("no certificate\n", "cannot be loaded: not a PEM file of the right kind ("),
])
def test_a_file_that_cannot_be_loaded_is_named_with_its_source(tmp_path, content, said):
    path = tmp_path / "ca.pem"
    if content is not None:
        path.write_text(content)
    with pytest.raises(InvalidOption) as caught:
        tls(ca_cert=str(path))
    assert caught.value.message.startswith("ca_cert %s (option ca_cert) %s" % (path, said))
    assert caught.value.hint == PEM_HINT


@pytest.mark.parametrize(("key", "said"), [
    (None, "client_cert %s (option client_cert) with its key in the same file cannot be loaded"),
    ("/no.key", "client_cert %s (option client_cert) with client_key /no.key (option client_key) cannot be loaded"),
])
def test_a_client_certificate_that_cannot_be_loaded(strict, tmp_path, key, said):
    path = tmp_path / "client.pem"
    path.write_text("no certificate")
    with pytest.raises(InvalidOption) as caught:
        tls(client_cert=str(path), client_key=key)
    assert caught.value.message.startswith(said % path)
    assert caught.value.hint == PEM_HINT


class Verification(ssl.SSLCertVerificationError):
    """A certificate that was not accepted, as OpenSSL says it."""

    def __init__(self, verify_message):
        super().__init__(1, "certificate verify failed")
        self.verify_message = verify_message


def refused(reason):
    """A handshake that the other side ended."""
    error = ssl.SSLError(1, "[SSL: %s]" % reason)
    error.reason = reason
    return error


NAME = "Use a name in login_host that the certificate holds; check_hostname: false drops only this check."
DATE = "Renew the server's certificate, or set the clock of this host."
ISSUER = "Name in ca_cert the CA certificate that signed the server's certificate."
CLIENT = "The server wants a client certificate that it trusts: give client_cert and client_key."
PROTOCOL = "The server must offer TLS 1.2 or later."
OTHER = "Check ca_cert, client_cert and client_key against the server's certificate."


@pytest.mark.parametrize(("error", "reason", "hint"), [
    (Verification("Hostname mismatch, certificate is not valid for 'localhost'."),
     "Hostname mismatch, certificate is not valid for 'localhost'.", NAME),
    (Verification("IP address mismatch, certificate is not valid for '127.0.0.1'."),
     "IP address mismatch, certificate is not valid for '127.0.0.1'.", NAME),
    (Verification("hostname 'a' doesn't match 'b'"), "hostname 'a' doesn't match 'b'", NAME),
    (Verification("the certificate is not valid for 'a'"), "the certificate is not valid for 'a'", NAME),
    (Verification("certificate has expired"), "certificate has expired", DATE),
    (Verification("certificate is not yet valid"), "certificate is not yet valid", DATE),
    (Verification("unable to get local issuer certificate"), "unable to get local issuer certificate", ISSUER),
    (Verification("self-signed certificate"), "self-signed certificate", ISSUER),
    (Verification("self signed certificate"), "self signed certificate", ISSUER),
    (Verification("something new"), "something new", OTHER),
    (refused("TLSV13_ALERT_CERTIFICATE_REQUIRED"), "tlsv13 alert certificate required", CLIENT),
    (refused("SSLV3_ALERT_HANDSHAKE_FAILURE"), "sslv3 alert handshake failure", CLIENT),
    (refused("UNSUPPORTED_PROTOCOL"), "unsupported protocol", PROTOCOL),
    (refused("TLSV1_ALERT_PROTOCOL_VERSION"), "tlsv1 alert protocol version", PROTOCOL),
    (refused(None), "the text", OTHER),
])
def test_a_failed_handshake_says_why_and_what_to_do(strict, error, reason, hint):
    failure = tls().failure("db:2881", [OSError("outer"), error], "the text", True)
    assert failure.message == "no verified TLS connection to db:2881 with ca_cert /ca.pem (option ca_cert): " + reason
    assert failure.hint == hint


def test_what_is_not_a_matter_of_tls(strict):
    assert tls().failure("db:2881", [OSError("x"), ssl.SSLEOFError(8, "EOF")], "the text", True) is None
    assert tls().failure("db:2881", [], "the text", True) is None


def test_a_server_without_tls(strict):
    failure = tls().failure("db:2881", [], "the text", False)
    assert failure.message == "db:2881 offers no TLS, but ca_cert /ca.pem (option ca_cert) asks for it"
    assert "ssl_client_authentication" in failure.hint


def test_a_server_that_hangs_up_after_the_handshake_may_want_a_client_certificate(strict, monkeypatch):
    failure = tls().broken_off("db:2881")
    assert failure.message.startswith("db:2881 broke the connection off right after the TLS handshake")
    assert failure.hint == CLIENT
    monkeypatch.setattr(ssl.SSLContext, "load_cert_chain", lambda *_arguments, **_options: None)
    assert tls(client_cert="/cert.pem").broken_off("db:2881") is None
