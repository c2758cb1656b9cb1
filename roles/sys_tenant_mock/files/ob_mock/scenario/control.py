# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``ALTER SYSTEM MOCK ...``: what only the mock has. This is the one place that documents these statements.

  MOCK FAULT 'regex' kind [args] [times]   a fault of network or server for the statements in which the regex is found;
                                           kinds and meaning: faults.py. Arguments: slow SECONDS, drop_during SECONDS,
                                           stop_during SECONDS, error NUMBER 'SQLSTATE' 'TEXT'. times: 1 if left out,
                                           0 until cleared
  MOCK FAULT CLEAR                         disarms all faults
  MOCK FAIL STEP status [RET_CODE n] [MESSAGE 'text'] [TIMES n]
                                           the next n jobs (1; 0: all) fail at the end of that state, with this RET_CODE
                                           (-4016) and ERROR_MESSAGE (none)
  MOCK FAIL CLEANUP [TIMES n]              the next n clean-ups (1; 0: all) fail and are tried again after a second
  MOCK FAIL CLEAR                          ends both
  MOCK SECONDS STEP n | CLEANUP n | ROUND n | status n    how long things take from now on; ROUND is the pause between
                                           two rounds of the scheduler, so also between two tries of a clean-up
  MOCK TENANT name attribute value         changes a tenant: status, role, in_recyclebin, compatible, archive_state,
                                           archive_lagging (0 or 1), locked
  MOCK CANCEL name 'reason'                the server cancels by itself, for instance 'by standby tenant transfer event'
  MOCK FORGET HISTORY                      removes all rows of DBA_OB_CLONE_HISTORY
  MOCK LOGIN state                         serving, initializing or stopping: for logins from now on
  MOCK OBSERVER port STOP | START          the observer of that port dies (its sessions break off, connections are
                                           refused) or listens again; nothing happens if it does so already. If the
                                           statement came through the observer that stops, its connection breaks, too:
                                           the statement has been executed, its answer is lost
"""

from __future__ import annotations

from typing import Any, Callable, Dict, List, Optional

from ..cluster.clone_job import ALL_STATES, STEPS
from ..cluster.clone_scheduler import Failure
from ..cluster.session import Session
from ..sql.errors import error
from ..sql.results import Ok, SqlError
from ..sql.syntax_tree import Mock
from ..statements.clones import cancel
from ..statements.context import Context
from ..statements.privileges import require_administration
from .clone_jobs import FAILED_BY_ITSELF
from .faults import TIMED

LOGIN_STATES = ("serving", "initializing", "stopping")


def mock(context: Context, session: Session, statement: Mock) -> Ok:
    """Runs one control statement; error 1210 that says what is wrong with it."""
    require_administration(context.cluster, session)
    verbs: Dict[str, Callable[[Context, List[Any]], None]] = {
        "FAULT": fault, "FAIL": fail, "SECONDS": seconds, "TENANT": tenant, "CANCEL": cancel_by_server, "LOGIN": login,
        "FORGET": forget, "OBSERVER": observer}
    if statement.verb not in verbs:
        raise wrong("MOCK: the verb is one of " + ", ".join(sorted(verbs)))
    try:
        verbs[statement.verb](context, statement.arguments)
    except (IndexError, TypeError, ValueError, OSError) as failure:
        raise wrong("MOCK %s: %s" % (statement.verb, failure)) from failure
    return Ok()


def wrong(text: str) -> SqlError:
    """Returns the error for a control statement that makes no sense."""
    return error("OB_INVALID_ARGUMENT", text)


def fault(context: Context, arguments: List[Any]) -> None:
    """Executes MOCK FAULT."""
    if [str(one).upper() for one in arguments] == ["CLEAR"]:
        context.faults.clear()
        return
    regex, kind, *rest = arguments
    kind = str(kind).lower()
    pause: Optional[float] = None
    failure: Optional[SqlError] = None
    if kind in TIMED:
        pause, rest = float(rest[0]), rest[1:]
    elif kind == "error":
        failure, rest = SqlError(int(rest[0]), str(rest[1]), str(rest[2])), rest[3:]
    if len(rest) > 1:
        raise ValueError("too many arguments")
    context.faults.arm(str(regex), kind, int(rest[0]) if rest else 1, pause, failure)


def _options(arguments: List[Any], **defaults: Any) -> Dict[str, Any]:
    """Returns ``NAME value NAME value`` over the defaults."""
    found = dict(defaults)
    if len(arguments) % 2:
        raise ValueError("options come as NAME value")
    for name, value in zip(arguments[::2], arguments[1::2]):
        if str(name).lower() not in found:
            raise ValueError("unknown option %s" % name)
        found[str(name).lower()] = value
    return found


def fail(context: Context, arguments: List[Any]) -> None:
    """Executes MOCK FAIL."""
    what = str(arguments[0]).upper()
    if what == "CLEAR":
        context.scheduler.failures.clear()
        context.scheduler.failing_cleanups = 0
    elif what == "CLEANUP":
        context.scheduler.failing_cleanups = int(_options(arguments[1:], times=1)["times"]) or -1
    elif what == "STEP":
        options = _options(arguments[2:], times=1, ret_code=FAILED_BY_ITSELF, message=None)
        status = str(arguments[1]).upper()
        if status not in STEPS[:-1]:
            raise ValueError("%s is not a step that can fail" % status)
        failure = Failure(int(options["times"]), int(options["ret_code"]), options["message"])
        context.scheduler.failures[status] = failure
    else:
        raise ValueError("STEP, CLEANUP or CLEAR")


def seconds(context: Context, arguments: List[Any]) -> None:
    """Executes MOCK SECONDS."""
    what, length = str(arguments[0]).upper(), float(arguments[1])
    if length < 0:
        raise ValueError("time does not run backwards")
    if what == "STEP":
        context.scheduler.step_seconds = length
    elif what == "CLEANUP":
        context.scheduler.cleanup_seconds = length
    elif what == "ROUND":
        context.scheduler.round_seconds = length
    elif what in ALL_STATES:
        context.scheduler.seconds[what] = length
    else:
        raise ValueError("%s is neither STEP, CLEANUP, ROUND nor a state" % what)


def tenant(context: Context, arguments: List[Any]) -> None:
    """Executes MOCK TENANT."""
    name, attribute, value = arguments
    row = context.cluster.tenants.find(tenant_name=name)
    if row is None:
        raise error("OB_TENANT_NOT_EXIST", name)
    attribute = attribute.lower()
    if attribute == "archive_lagging":
        row.archive_lagging = bool(value)
    elif attribute in ("status", "role", "in_recyclebin", "compatible", "archive_state", "locked"):
        setattr(row, attribute, str(value))
    else:
        raise ValueError("unknown attribute %s" % attribute)
    context.cluster.touch(row)


def cancel_by_server(context: Context, arguments: List[Any]) -> None:
    """Executes MOCK CANCEL."""
    name, reason = arguments
    cancel(context, name, reason)


def login(context: Context, arguments: List[Any]) -> None:
    """Executes MOCK LOGIN."""
    state = str(arguments[0]).lower()
    if state not in LOGIN_STATES:
        raise ValueError("one of " + ", ".join(LOGIN_STATES))
    context.login_rules.state = state


def observer(context: Context, arguments: List[Any]) -> None:
    """Executes MOCK OBSERVER."""
    port, action = arguments
    if port not in context.observers:
        raise ValueError("the ports are " + ", ".join(map(str, context.observers)))
    actions = {"STOP": context.observers[port].stop, "START": context.observers[port].start}
    if str(action).upper() not in actions:
        raise ValueError("STOP or START")
    actions[str(action).upper()]()


def forget(context: Context, arguments: List[Any]) -> None:
    """Executes MOCK FORGET."""
    if [str(one).upper() for one in arguments] != ["HISTORY"]:
        raise ValueError("HISTORY can be forgotten")
    context.scheduler.history.clear()
