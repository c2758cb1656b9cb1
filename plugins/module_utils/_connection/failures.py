# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release. Do not use it from elsewhere.
"""Turns what the driver raises into failures with a message for a person. Only runs that meet one need it."""

from __future__ import annotations

from typing import TYPE_CHECKING, List, Optional

from .._errors import (
    AccessDenied,
    ConnectionLost,
    Failure,
    InvalidOption,
    MissingLibrary,
    NoPrivilege,
    ServerError,
    Unreachable,
    server_failure,
)
from . import driver
from .login import Login

if TYPE_CHECKING:
    from .tls import Tls

_ACCESS_DENIED = 1045
_PORTS = "Check host and port: an OBServer listens on 2881, OBProxy on 2883."


def statement_failure(error: driver.DriverError, where: str, login: Login) -> Failure:
    """Returns the failure for a statement that did not work while a connection stood."""
    if isinstance(error, driver.ServerSaid):
        answer = server_failure(error.number, error.sqlstate, error.text)
        if isinstance(answer, (AccessDenied, NoPrivilege)):
            answer.message += "; logged in as %s" % login.account()
        return answer
    if isinstance(error, driver.NotSendable):
        return InvalidOption(error.text, "Correct the options of the task.")
    if isinstance(error, driver.FileRequested):
        failure = ServerError("%s: %s" % (where, error.text), "OceanBase never does that: check login_host.")
        failure.uncertain = True
        return failure
    return ConnectionLost("the connection to %s broke: %s" % (where, error.text), error.errno)


def login_failure(error: driver.DriverError, where: str, login: Login, tls: Optional[Tls],
                  was_connected: bool) -> Failure:
    """
    Returns the failure for a login that did not work on a connected socket. ``tls`` is the login's Tls or None;
    ``was_connected`` tells whether a login has worked before.
    """
    if isinstance(error, driver.PluginRefused):
        known = "PyMySQL does not support" if tls else "is not used without verified TLS (ca_cert)"
        return AccessDenied(
            "%s asks for the authentication plugin %s, which %s, so the password was not sent" % (
                where, error.plugin, known),
            "OceanBase's accounts use mysql_native_password. Check that this is the right server.")
    if isinstance(error, driver.PackageMissing):
        return MissingLibrary("%s asks for an authentication plugin for which a package is missing: %s" % (
            where, error.text), "Install it for the Python that runs the module.")
    if tls:
        failure = tls.failure(where, _causes(error), error.text, not isinstance(error, driver.TlsNotOffered))
        if failure is not None:
            return failure
    if isinstance(error, driver.ServerSaid):
        refusal = server_failure(error.number, error.sqlstate, error.text, logging_in=True)
        refusal.message = "%s refused the login of %s: %s" % (where, login.account(), refusal.message)
        if login.client_cert and error.errno == _ACCESS_DENIED:
            refusal.hint += " The common name of client_cert must be listed in ob_ssl_invited_common_names."
        return refusal
    if isinstance(error, driver.NotADatabase):
        return Unreachable("no login at %s: %s" % (where, error.text), _PORTS, transient=was_connected)
    if tls and error.stage == driver.LOGIN and not was_connected:
        failure = tls.broken_off(where)
        if failure is not None:
            return failure
    lost = ConnectionLost("%s did not complete the %s: %s" % (where, error.stage, error.text), error.errno)
    if error.stage == driver.GREETING:
        # Servers of other protocols often say nothing, or little, and close.
        lost.hint = "%s Check also that the server runs, then run the task again." % _PORTS
    return lost


def _causes(error: Optional[BaseException]) -> List[BaseException]:
    """Returns the exception and everything it was raised from."""
    causes: List[BaseException] = []
    while error is not None and error not in causes:
        causes.append(error)
        error = getattr(error, "original_exception", None) or error.__cause__ or error.__context__
    return causes
