# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release. Do not use it from elsewhere.
"""One connection to the sys tenant, made again after a loss."""

from __future__ import annotations

import copy
from typing import Any, Dict, List, Optional, Sequence

from .._clock import Budget, retry, spell_seconds
from .._errors import (
    AccessDenied,
    ConnectionLost,
    Failure,
    InvalidOption,
    NoPrivilege,
    TlsFailed,
    Unreachable,
    UnsupportedVersion,
)
from . import driver
from .addresses import Address, Answer, NoAnswer, first_answer
from .login import FIXED_VARIABLES, RELIED_ON, Login

_UNKNOWN_VARIABLE = 1193
_WRONG_TYPE = 1232
_TYPE_HINT = "Give the variable in session_vars a value of its type: 20000000 is a number, '20000000' is a text."
# After these the server wants the client to close the connection (facts: Error table).
_CLOSING_ERRORS = (1040, 5066, 8001, 8002)
# OceanBase's own default (facts: Session defaults).
_QUERY_TIMEOUT = 10.0
# Less than the half of read_timeout that a CANCEL gets when time runs out.
_SHARE_OF_READ_TIMEOUT = 0.4


class Session:
    """
    A session in OceanBase, connected at the first statement and again at the first one after a loss, then with the next
    of several addresses.

    Rows are dictionaries with labels in lower case; the session's time zone is UTC. ``reconnects`` counts the
    connections after the first; ``login_address`` is the address that answered last. Use it as a context manager: it is
    closed on every path.
    """

    def __init__(self, login: Login) -> None:
        self.login = login
        self.reconnects = 0
        self.login_address: Optional[str] = None
        # The one to try first comes first; while connected it is the one that is used.
        self._addresses = list(login.addresses)
        self._connection: Any = None
        self._was_connected = False
        # When the connection was lost, in seconds of the budget's clock, while it has not been made again.
        self._lost_at: Optional[float] = None
        self._hung_up = False
        self._tls: Optional[Any] = None
        if login.ca_cert:
            # Here, because Python compiles whatever a task imports anew each time.
            from .tls import Tls
            self._tls = Tls(login)

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *exc_info: Any) -> None:
        self.close()

    def _part(self, budget: Budget, seconds: float) -> Budget:
        """Returns the part of the budget for what may take so many seconds; ConnectionLost if no time is left."""
        if self._hung_up or budget.left() <= 0:
            raise self._not_again(ConnectionLost("no time is left for another try with %s" % self._where()), budget)
        return budget.end_within(seconds)

    def _where(self, address: Optional[Address] = None) -> str:
        """Returns an address for messages, by default the one to try first; with its source if it is the only one."""
        address = address or self._addresses[0]
        return address.label() if len(self._addresses) == 1 else str(address)

    def hang_up(self) -> None:
        """Makes a statement that another thread runs on this session fail at once with ConnectionLost."""
        self._hung_up = True
        connection = self._connection
        if connection is not None:
            connection.hang_up()

    def close(self) -> None:
        """Ends the connection, if there is one."""
        connection, self._connection = self._connection, None
        if connection is not None and connection.open:
            # Tells the server if it can, and closes the socket in any case.
            connection.close()

    def log_in(self, budget: Budget) -> None:
        """Makes the first connection; retries transient failures for connect_timeout."""
        part = budget.begin_within(self.login.connect_timeout)
        retry(lambda: self.connect(part), part)

    def connect(self, budget: Budget) -> None:
        """
        Connects unless connected, within the budget, with the first address that answers and lets us in. Failures:
        Unreachable, TlsFailed, AccessDenied, ConnectionLost, or what the server says to the session variables. After a
        first connection a refused one is transient: servers restart.
        """
        if self._connection is not None:
            return
        failures: Dict[Address, Failure] = {}
        untried = list(self._addresses)
        while untried:
            try:
                answer = first_answer(untried, self.login.connect_timeout, self._part(budget, float("inf")))
            except NoAnswer as error:
                failures.update({address: Unreachable(
                    "no connection to %s: %s" % (self._where(address), reason), hint, transient=self._was_connected)
                    for address, reason, hint in error.reasons})
                break
            untried.remove(answer.address)
            try:
                self._log_in(answer, budget)
                return
            except (Unreachable, TlsFailed) as failure:
                failures[answer.address] = failure
            except Failure as failure:
                if not failure.transient:
                    raise
                failures[answer.address] = failure
        # Told in the order of login_host, whichever failed first.
        raise self._not_again(self._summary([
            failures[address] for address in self.login.addresses if address in failures]), budget)

    def _log_in(self, answer: Answer, budget: Budget) -> None:
        """Logs in at the address that answered, and sets the session's variables."""
        address = answer.address
        connection = driver.Connection(self.login.user, self.login.password or "",
                                       self._tls.context if self._tls else None, address.server_name())
        try:
            connection.log_in(answer.sock, answer.budget.left,
                              "%s s (connect_timeout)" % spell_seconds(answer.seconds))
        except driver.DriverError as error:
            if isinstance(error, driver.ServerSaid):
                self.login_address = str(address)
            raise self._login_failure(error, self._where(address)) from error
        # It comes first; those before it, which did not answer, come last.
        position = self._addresses.index(address)
        self._addresses = self._addresses[position:] + self._addresses[:position]
        self.login_address = str(address)
        self._connection = connection
        self.reconnects += int(self._was_connected)
        self._was_connected = True
        self._set_variables(budget)
        self._lost_at = None

    def _lose(self, budget: Budget) -> None:
        """Closes a connection that is of no use any more; the next one is made with the next address."""
        self.close()
        if self._lost_at is None:
            self._lost_at = budget.clock.elapsed()
        self._addresses = self._addresses[1:] + self._addresses[:1]

    def _summary(self, failures: Sequence[Failure]) -> Failure:
        """Returns one failure for those of all addresses: of the kind that most needs to be told, with each reason."""
        if len(failures) == 1:
            return failures[0]
        told = copy.copy(next((one for one in failures if isinstance(one, TlsFailed)),
                              next((one for one in failures if one.transient), failures[0])))
        told.message = "none of the %d addresses of login_host (%s) can be used: %s" % (
            len(failures), self.login.sources["login_host"], "; ".join(one.message for one in failures))
        told.transient = any(one.transient for one in failures)
        return told

    def _not_again(self, failure: Failure, budget: Budget) -> Failure:
        """Returns the failure of a try to connect; once there was a connection, as that of connecting again."""
        if self._lost_at is None:
            return failure
        failure.message = "the connection was lost after %s s and could not be made again for %s s: %s" % (
            spell_seconds(self._lost_at), spell_seconds(budget.clock.elapsed() - self._lost_at), failure.message)
        if isinstance(failure, Unreachable):
            failure.hint = ("Check the OBServer, OBProxy and the network, then run the task again: it looks first, and "
                            "resumes.")
        return failure

    def run(self, statement: str, arguments: Sequence[Any], budget: Budget) -> List[Dict[str, Any]]:
        """
        Sends one statement and returns its rows, within the budget. ConnectionLost: whether it was executed is unknown.
        Other failures are the server's answer.
        """
        self.connect(budget)
        return self._send(statement, arguments, budget)

    def _send(self, statement: str, arguments: Sequence[Any], budget: Budget) -> List[Dict[str, Any]]:
        part = self._part(budget, self.login.read_timeout)
        self._connection.await_answer(part.left, "%s s (read_timeout)" % spell_seconds(part.left()))
        try:
            rows = self._connection.run(statement, arguments)
        except driver.DriverError as error:
            failure = self._failure(error)
            if not isinstance(error, (driver.ServerSaid, driver.NotSendable)) or failure.errno in _CLOSING_ERRORS:
                self._lose(budget)
            raise failure from error
        return [{label.lower(): value for label, value in row.items()} for row in rows]

    def _set_variables(self, budget: Budget) -> None:
        """
        Sets, in one statement, what the modules rely on, and a query time-out below our own: when we stop waiting for
        an answer, the server has given up the statement, so that what the views say next is final.
        """
        query_timeout = min(_QUERY_TIMEOUT, _SHARE_OF_READ_TIMEOUT * self.login.read_timeout)
        ours = {**FIXED_VARIABLES, **RELIED_ON, "ob_query_timeout": int(query_timeout * 1000000)}
        for name in self.login.session_vars:
            ours.pop(name.lower(), None)
        variables = {**ours, **self.login.session_vars}
        statement = "SET " + ", ".join("%s = %%s" % name for name in variables)
        try:
            self._send(statement, list(variables.values()), budget)
        except Failure as failure:
            self.close()
            if failure.transient or isinstance(failure, (AccessDenied, NoPrivilege)):
                raise
            if failure.errno == _UNKNOWN_VARIABLE and any(
                    "'%s'" % name in failure.message for name in ours):
                raise UnsupportedVersion(
                    "the server at %s is not OceanBase: %s" % (self._where(), failure.message),
                    "Name an OBServer or OBProxy in login_host.", failure.errno, failure.sqlstate) from failure
            if not self.login.session_vars:
                raise
            hint = _TYPE_HINT if failure.errno == _WRONG_TYPE else "Check names and values of session_vars."
            raise InvalidOption("the server does not accept session_vars: " + failure.message, hint, failure.errno,
                                failure.sqlstate) from failure

    def _failure(self, error: driver.DriverError) -> Failure:
        """Returns the failure for a statement that did not work while a connection stood."""
        # Here, because Python compiles whatever a task imports anew each time.
        from .failures import statement_failure
        return statement_failure(error, self._where(), self.login)

    def _login_failure(self, error: driver.DriverError, where: str) -> Failure:
        """Returns the failure for a login that did not work on a connected socket."""
        from .failures import login_failure
        return login_failure(error, where, self.login, self._tls, self._was_connected)
