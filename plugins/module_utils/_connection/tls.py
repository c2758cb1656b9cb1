# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release. Do not use it from elsewhere.
"""Verified TLS: the context, and what a failed handshake means."""

from __future__ import annotations

import ssl
from typing import List, Optional

from .._errors import InvalidOption, TlsFailed
from .login import Login

# The ssl module of Python 3.8 and 3.9 has no name for it.
_PARTIAL_CHAIN = 0x80000
_GIVE_CLIENT_CERT = "The server wants a client certificate that it trusts: give client_cert and client_key."
# What OpenSSL says when a handshake fails, and what to do about it.
_HINTS = {
    ("match", "not valid for"):
        "Use a name in login_host that the certificate holds; check_hostname: false drops only this check.",
    ("expired", "not yet valid"): "Renew the server's certificate, or set the clock of this host.",
    ("issuer", "self-signed", "self signed"):
        "Name in ca_cert the CA certificate that signed the server's certificate.",
    ("certificate required", "handshake failure"): _GIVE_CLIENT_CERT,
    ("protocol version", "unsupported protocol"): "The server must offer TLS 1.2 or later.",
}


class Tls:
    """
    Settings that a login with ca_cert needs for TLS.

    InvalidOption if a file cannot be loaded. After that ``context`` verifies the server.
    """

    def __init__(self, login: Login) -> None:
        self.login = login
        self.context = _context(login)

    def failure(self, where: str, causes: List[BaseException], text: str, offered: bool) -> Optional[TlsFailed]:
        """
        Returns the failure of a login if TLS is the reason, with its cause: a certificate, its name, its date, or no
        TLS.

        In: the address, all exceptions of the login, the text of the first one, whether the server ``offered`` TLS.
        """
        ca_cert = self.login.file("ca_cert")
        if not offered:
            return TlsFailed("%s offers no TLS, but %s asks for it" % (where, ca_cert),
                             "Switch TLS on in the sys tenant (ssl_client_authentication), or leave ca_cert out "
                             "if a plain connection is acceptable.")
        error = next((cause for cause in causes
                      if isinstance(cause, ssl.SSLError) and not isinstance(cause, ssl.SSLEOFError)), None)
        if error is None:
            return None
        reason = getattr(error, "verify_message", "") or (
            getattr(error, "reason", None) or text).replace("_", " ").lower()
        hint = next((hint for words, hint in _HINTS.items() if any(word in reason for word in words)),
                    "Check ca_cert, client_cert and client_key against the server's certificate.")
        return TlsFailed("no verified TLS connection to %s with %s: %s" % (where, ca_cert, reason), hint)

    def broken_off(self, where: str) -> Optional[TlsFailed]:
        """
        Returns the failure if a server ended the connection right after the handshake and a client certificate may
        help.
        """
        if self.login.client_cert:
            return None
        return TlsFailed("%s broke the connection off right after the TLS handshake, without a word, as a server "
                         "does that wants a client certificate" % where, _GIVE_CLIENT_CERT)


def _context(login: Login) -> ssl.SSLContext:
    """
    Returns a context that verifies the server. Our own, because PyMySQL's verifies nothing without a CA.

    InvalidOption if a file cannot be loaded. One certificate must be judged alike by every Python, so of what Python
    3.13 switched on VERIFY_X509_STRICT is off, since OceanBase's documentation makes CAs that it refuses, and
    VERIFY_X509_PARTIAL_CHAIN is on: whoever trusts an intermediate CA need not have the one above it.
    """
    loading = login.file("ca_cert")
    try:
        context = ssl.create_default_context(cafile=login.ca_cert)
        if login.client_cert:
            loading = "%s with %s" % (login.file("client_cert"),
                                      login.file("client_key") if login.client_key else "its key in the same file")
            # Without a function OpenSSL would ask on the terminal for the passphrase of the key, and so hang.
            context.load_cert_chain(login.client_cert, login.client_key, password=lambda: b"")
    except (OSError, ValueError) as error:
        named = getattr(error, "reason", None) or "no PEM, or a key with a passphrase"
        if isinstance(error, OSError) and not isinstance(error, ssl.SSLError):
            reason = error.strerror
        elif named.endswith("_MISMATCH"):
            reason = "the key does not belong to the certificate"
        else:
            reason = "not a PEM file of the right kind (%s)" % named
        raise InvalidOption("%s cannot be loaded: %s" % (loading, reason),
                            "Name readable PEM files that belong together; a key must not have a passphrase.") from None
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    context.verify_flags |= _PARTIAL_CHAIN
    context.check_hostname = login.check_hostname
    return context
