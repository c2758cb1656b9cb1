# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release. Do not use it from elsewhere.
"""Runs a module without Ansible: from its options to its result, for AnsibleModule and for an action plugin alike."""

from __future__ import annotations

import traceback
from typing import Any, Callable, Collection, Dict, List, Mapping, NamedTuple, Optional, Sequence, Set

from ._clock import Budget, Clock
from ._connection.driver import require_driver
from ._connection.login import LOGIN_EXCLUSIVE, LOGIN_SOURCES, login_argument_spec, resolve_login
from ._connection.session import Session
from ._errors import Failure, InvalidOption
from ._masking import mask, masked_options, masked_result
from ._options import unknown_options, unusable_value
from ._procedures.report import Report
from ._views.jobs import CloneJob

# From this verbosity on a failure shows its traceback.
TRACE_VERBOSITY = 3


class Description(NamedTuple):
    """
    Describes a module.

    ``options`` is the argument spec without the login options. ``report(options)`` returns an empty report, also for
    options that are invalid. ``read_request(options, check_mode)`` returns what the options ask for, an object whose
    ``doing()`` follows "Cannot ", or raises InvalidOption before anything is sent. ``procedure(request, session, clock,
    report)`` does it and fills the report, or raises the Failure that prevents it.
    """

    options: Dict[str, Any]
    read_request: Callable[[Mapping[str, Any], bool], Any]
    procedure: Callable[[Any, Session, Clock, Any], None]
    report: Callable[[Mapping[str, Any]], Report]
    rules: Mapping[str, Sequence[Sequence[str]]] = {}

    def argument_spec(self) -> Dict[str, Any]:
        """Returns the whole argument spec."""
        return {**login_argument_spec(), **self.options}

    def argument_rules(self) -> Dict[str, List[List[str]]]:
        """Returns mutually_exclusive, required_one_of and the like, for AnsibleModule or ArgumentSpecValidator."""
        rules = {"mutually_exclusive": LOGIN_EXCLUSIVE, **self.rules}
        if "mutually_exclusive" in self.rules:
            rules["mutually_exclusive"] = (*LOGIN_EXCLUSIVE, *self.rules["mutually_exclusive"])
        return {rule: [list(names) for names in groups] for rule, groups in rules.items()}


class Ending(NamedTuple):
    """
    Holds how a run ended. ``result`` has all result keys on every path; ``failed`` tells whether it also holds
    ``error``. ``trace`` is the traceback of a failure, for high verbosity. No text in it holds a password.
    """

    result: Dict[str, Any]
    failed: bool = False
    warnings: Sequence[str] = ()
    diff: Optional[Dict[str, Any]] = None
    trace: str = ""

    def masked(self, description: Description, options: Mapping[str, Any], secrets: Collection[str]) -> Ending:
        """Returns it without the secrets, and with the options as ``invocation``."""
        result = masked_result(self.result, secrets)
        result["invocation"] = {"module_args": masked_options(description.argument_spec(), options, secrets)}
        return self._replace(result=result, warnings=mask(self.warnings, secrets), trace=mask(self.trace, secrets))


def run(description: Description, options: Mapping[str, Any], check_mode: bool, environ: Mapping[str, str],
        python: str, watch: Optional[Callable[[Sequence[CloneJob], Budget], None]] = None) -> Ending:
    """
    Runs the module with validated options and returns how it ended. ``environ`` may name login values; ``python`` is
    the interpreter that must have PyMySQL; ``watch`` is called after each look that shows jobs to wait for.
    """
    clock = Clock()
    report = description.report(options)
    report.watch = watch
    secrets = named_secrets(options, environ)
    failure: Optional[Failure] = None
    trace = ""
    try:
        request = description.read_request(options, check_mode)
        report.doing = request.doing()
        require_driver(python)
        login = resolve_login(options, environ)
        if login.password:
            secrets.add(login.password)
        with Session(login) as session:
            carry_out(description, request, session, clock, report)
    except Failure as error:
        failure, trace = error, traceback.format_exc()
    result = report.as_result()
    if failure is not None:
        result.update(msg=report.sentence(failure), error=failure.as_result())
    # A name that is given twice is warned of once.
    warnings = list(dict.fromkeys(report.warnings))
    return Ending(result, failure is not None, warnings, report.diff(), trace).masked(description, options, secrets)


def carry_out(description: Description, request: Any, session: Session, clock: Clock, report: Report) -> None:
    """Runs the procedure on a session; the report is complete also if it raises a Failure."""
    try:
        description.procedure(request, session, clock, report)
    finally:
        report.ended(session, clock)


def refuse(description: Description, options: Mapping[str, Any], message: str, environ: Mapping[str, str]) -> Ending:
    """
    Returns the ending for options that Ansible's own validation refuses with ``message``. Names an option that does not
    exist instead, as it may be the one that is missing, or one whose value Ansible cannot use.
    """
    spec = description.argument_spec()
    error = InvalidOption(unknown_options(options, spec) or unusable_value(options, spec) or message,
                          "Correct the options of the task.")
    result = {**description.report(options).as_result(), "msg": error.message, "error": error.as_result()}
    return Ending(result, True).masked(description, options, named_secrets(options, environ))


def named_secrets(options: Mapping[str, Any], environ: Mapping[str, str]) -> Set[str]:
    """Returns the passwords that options and environment name; they may not have been validated."""
    variable = LOGIN_SOURCES["login_password"][0]
    hosts = options.get("login_host") or ()
    # Of a URL, which is refused, what stands before the host may hold one, and the options are shown all the same.
    users = [str(host).rpartition("@")[0] for host in (hosts if isinstance(hosts, (list, tuple)) else [hosts])]
    return {str(secret) for secret in (options.get("login_password"), environ.get(variable or ""), *users) if secret}
