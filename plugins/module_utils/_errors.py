# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release. Do not use it from elsewhere.
"""Failures as classes: each says in which class a play sees it and what to do about it."""

from __future__ import annotations

from typing import Any, Dict, NamedTuple, Optional


class Failure(Exception):
    """
    A reason why a module cannot do its work.

    ``message`` says what is wrong, ``hint`` what to do, both without a password. ``errno`` and ``sqlstate`` are
    the server's, if a server said it. ``transient``: the same call may succeed a moment later. ``uncertain``: the
    statement that failed may have been executed all the same.
    """

    error_class = "server_error"
    uncertain = False

    def __init__(self, message: str, hint: str = "", errno: Optional[int] = None, sqlstate: Optional[str] = None,
                 transient: bool = False) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.errno = errno
        self.sqlstate = sqlstate
        self.transient = transient

    def as_result(self) -> Dict[str, Any]:
        """Returns the result key ``error``."""
        return {"class": self.error_class, "errno": self.errno, "sqlstate": self.sqlstate,
                "message": self.message, "hint": self.hint}

    def sentence(self, doing: str) -> str:
        """
        Returns the message for a person: what could not be done (``doing``, as in "Cannot ..."), why, and what to do.
        """
        return " ".join(part for part in ("Cannot %s: %s." % (doing, self.message.rstrip(".")), self.hint) if part)


class MissingLibrary(Failure):
    """PyMySQL is absent or too old for the Python that runs the module."""

    error_class = "missing_library"


class InvalidOption(Failure):
    """An option, environment variable or option file is wrong; nothing was sent to a server because of it."""

    error_class = "invalid_option"


class Unreachable(Failure):
    """No usable connection: refused, unknown host, timed out, or the server takes no sessions."""

    error_class = "unreachable"


class ConnectionLost(Unreachable):
    """An established connection broke, or its answer was unusable: a statement in flight may have been executed."""

    uncertain = True

    def __init__(self, message: str, errno: Optional[int] = None) -> None:
        super().__init__(message, "Check the network, OBProxy and the OBServer, then run the task again.", errno,
                         transient=True)


class TlsFailed(Failure):
    """A verified TLS connection was asked for and could not be had."""

    error_class = "tls"


class AccessDenied(Failure):
    """Raised when the server refused the login."""

    error_class = "access_denied"


class NotSysTenant(Failure):
    """Raised when the login works, but in another tenant than sys."""

    error_class = "not_sys_tenant"


class UnsupportedVersion(Failure):
    """Raised when the server cannot clone tenants, is not OceanBase, or is newer than this collection knows."""

    error_class = "unsupported_version"


class NoPrivilege(Failure):
    """Raised when the login is in the sys tenant but may not do this."""

    error_class = "no_privilege"


class Refused(Failure):
    """Raised when the server refused the statement in the present state of the tenant or the clone job."""

    error_class = "refused"


class WaitTimeout(Failure):
    """Raised when the time for waiting is over and the clone job has not ended."""

    error_class = "wait_timeout"


class UnwantedOutcome(Failure):
    """Raised when the outcome is one that the caller asked to fail on."""

    error_class = "unwanted_outcome"


class CloneFailed(Failure):
    """Raised when the clone job that should have made the tenant ended otherwise."""

    error_class = "clone_failed"


class ServerError(Failure):
    """Any other error of the server."""


class MissingView(ServerError):
    """A view does not exist for this session; whoever read it knows what that means."""


# What to do about a server that knows no clone, and about an upgrade to such a version that is not finished.
NEEDS_4_3 = "Tenant clone needs OceanBase 4.3.0 or later."
NEEDS_UPGRADE = "Tenant clone needs OceanBase 4.3.0 or later, also in COMPATIBLE of DBA_OB_TENANTS: finish the upgrade."


class _Kind(NamedTuple):
    """Meaning of an error number of the server."""

    cls: type
    hint: str = ""
    transient: bool = False


_LATER = _Kind(ServerError, "The cluster is busy or changing its leader; run the task again later.", True)
_NOT_NOW = _Kind(Unreachable, "The server does not accept sessions at the moment; run the task again later.", True)
_KILLED = _Kind(ServerError, "Somebody or something ended the statement; run the task again.", True)
_KILLED_ERRORS = (1317, 4064, 5066)
_GRANT = "Log in as root@sys, or as a user of the sys tenant who has ALTER SYSTEM and SELECT ON oceanbase.*."
_LOOK = "DBA_OB_CLONE_PROGRESS and DBA_OB_TENANTS may show what stands in the way."
_GONE = _Kind(Refused, "It may just have been dropped; run the task again: it looks first.")
_SEARCH = "Search observer.log for that error."
_NEW_PASSWORD = "Give the user a new password: ALTER USER ... IDENTIFIED BY ..."

# A time-out may strike a commit, whose result is then unknown; after any other error a transaction of the session, such
# as CANCEL, has done nothing. What RootService carries out is another matter: see may_have_been_executed.
_UNCERTAIN = (4012,)

# Error numbers as a client sees them (facts: Error table, Cancel errors, Login errors).
_SERVER_ERRORS: Dict[int, _Kind] = {
    # the cluster is busy, a leader moves, memory is short: the same statement may work a moment later
    1205: _LATER, 4012: _LATER, 4013: _LATER, 4023: _LATER, 4036: _LATER, 4038: _LATER, 4124: _LATER, 4265: _LATER,
    4638: _LATER, 4722: _LATER, 5627: _LATER, 6002: _LATER, 6005: _LATER,
    **dict.fromkeys(_KILLED_ERRORS, _KILLED),
    1040: _NOT_NOW, 1203: _NOT_NOW, 1226: _NOT_NOW, 8001: _NOT_NOW, 8002: _NOT_NOW,
    # a password that has expired: the login works, and then no statement does
    1820: _Kind(AccessDenied, _NEW_PASSWORD), 1862: _Kind(AccessDenied, _NEW_PASSWORD),
    # what this login may not do
    1044: _Kind(NoPrivilege, _GRANT), 1142: _Kind(NoPrivilege, _GRANT), 1227: _Kind(NoPrivilege, _GRANT),
    # the server knows no clone, or not yet
    1064: _Kind(UnsupportedVersion, NEEDS_4_3), 1149: _Kind(UnsupportedVersion, NEEDS_4_3),
    1235: _Kind(UnsupportedVersion, NEEDS_UPGRADE),
    1146: _Kind(MissingView),
    # the state of the tenant or the job does not allow it
    4179: _Kind(Refused, _LOOK), 4650: _GONE, 5157: _GONE,
    4626: _Kind(Refused, "DBA_OB_RESOURCE_POOLS shows the tenant that has it."),
    4770: _Kind(Refused, "Run the task again when that procedure is over."),
}

_ADDRESS = "The server takes no connections from the address of this host; OceanBase never says so: check login_host."
# During a login some numbers mean something else.
_LOGIN_ERRORS: Dict[int, _Kind] = {
    1045: _Kind(AccessDenied, "OceanBase gives the same answer for a wrong password, an unknown user and an unknown "
                              "tenant. Directly to an OBServer the user is root@sys, through OBProxy it is "
                              "root@sys#cluster."),
    1129: _Kind(AccessDenied, _ADDRESS), 1130: _Kind(AccessDenied, _ADDRESS),
    1227: _Kind(AccessDenied, "The address of this host may be missing in ob_tcp_invited_nodes of the sys tenant."),
    1235: _Kind(AccessDenied, "Log in as root@sys."),
    1251: _Kind(AccessDenied, "The user must have the authentication plugin mysql_native_password, as OceanBase's do. "
                              "Check that this is the right server."),
    3118: _Kind(AccessDenied, "Unlock the user first."),
    3159: _Kind(AccessDenied, "Name the CA certificate of the server in ca_cert, so that the connection is made with "
                              "TLS."),
    4666: _Kind(AccessDenied, "Check the cluster in the user name: root@sys#cluster."),
    4669: _Kind(AccessDenied, "Check the cluster in the user name: root@sys#cluster."),
    4780: _Kind(AccessDenied, "Log in as root@sys."),
    5150: _Kind(Unreachable, "This OBServer has no unit of that tenant; name others in login_host.", True),
    5157: _Kind(AccessDenied, "Check the tenant in the user name: root@sys."),
    5160: _Kind(AccessDenied, "Check the tenant in the user name: root@sys."),
    5260: _Kind(AccessDenied, "Unlock the tenant first."),
}


def server_failure(errno: int, sqlstate: Optional[str], text: str, logging_in: bool = False) -> Failure:
    """
    Returns the failure for an error that the server sent.

    In: the number, SQLSTATE and text of the ERR packet; whether it answered a login. The text may carry a suffix
    (``enable_rich_error_msg``), so only the number decides. Out: an instance of the class that the number means.
    """
    kinds = {**_SERVER_ERRORS, **_LOGIN_ERRORS} if logging_in else _SERVER_ERRORS
    kind = kinds.get(errno, _Kind(AccessDenied if logging_in else ServerError, _SEARCH))
    failure: Failure = kind.cls("the server answered error %d (%s): %s" % (errno, sqlstate or "no SQLSTATE", text),
                                kind.hint, errno, sqlstate, kind.transient)
    failure.uncertain = errno in _UNCERTAIN
    return failure


def may_have_been_executed(failure: Failure) -> bool:
    """
    Tells whether a statement that makes or drops a tenant or a resource pool, and was sent, may be executed although it
    failed. A clone goes on although the session that started it is killed (facts: Waiting session). For DROP that
    is inferred: RootService carries it out, too. CANCEL differs: it is a transaction of the session itself, of which a
    kill leaves nothing (facts: Cancel errors).
    """
    return failure.uncertain or failure.errno in _KILLED_ERRORS
