# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""
Everything that a person reads after a success, in golden_successes.txt: outcome, message, warnings and diff of each
module, for each outcome, view and mode. Failures are in tests/faults/golden_messages.txt.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Callable, Dict, List, Optional

from ansible_collections.community.oceanbase.plugins.module_utils._errors import (
    ConnectionLost,
    ServerError,
    server_failure,
)
from ansible_collections.community.oceanbase.plugins.module_utils._procedures.cancel import CLONE_CANCEL
from ansible_collections.community.oceanbase.plugins.module_utils._procedures.cancel_decision import Outcome
from ansible_collections.community.oceanbase.plugins.module_utils._procedures.drop import CLONE_DROP
from ansible_collections.community.oceanbase.plugins.module_utils._procedures.info import CLONE_INFO
from ansible_collections.community.oceanbase.plugins.module_utils._procedures.start import CLONE, start
from ansible_collections.community.oceanbase.plugins.module_utils._procedures.tenant_info import TENANT_INFO
from ansible_collections.community.oceanbase.plugins.module_utils._views.jobs import HISTORY, PROGRESS, STATUSES
from ansible_collections.community.oceanbase.tests.support.options import default_options

from .fakes import FakeSession, FakeTime, perform, view_row
from .procedures.test_cancel import ServerOfSeveral
from .procedures.test_drop import ServerThatDrops
from .procedures.test_start import FakeStarter, StartSession

GOLDEN = Path(__file__).parent / "golden_successes.txt"
LOST = ConnectionLost("the connection to 127.0.0.1:2881 broke: the other side closed the connection", 2013)
TIMED_OUT = server_failure(4012, "HY000", "Timeout")
REFUSED = server_failure(4179, "HY000", "The new tenant has completed the cloning operation, or this is not the name "
                                        "of a cloning tenant. Cancel cloning not allowed")
LATER = 1706251799000000000


class Texts:
    """Collects what a person reads, by module, situation and mode; and the outcomes that were among it."""

    def __init__(self) -> None:
        self.texts: Dict[str, str] = {}
        self.outcomes: Dict[str, set] = {}

    def note(self, module: str, description: Any, situation: str, make: Callable[[], Any], check_mode: bool,
             options: Dict[str, Any], time: Optional[FakeTime] = None) -> None:
        """Runs the module on the session that ``make()`` returns, and notes what it says."""
        report, failure = perform(description, make(), {**default_options(module), **options}, time, check_mode)
        assert failure is None, (module, situation, check_mode, failure)
        result = report.as_result()
        key = f"{module}: {situation}"
        lines = [f"changed: {json.dumps(result['changed'])}"]
        if "outcome" in result:
            lines.append(f"outcome: {result['outcome']}")
            self.outcomes.setdefault(module, set()).add(result["outcome"])
        lines.append("msg: " + result["msg"])
        lines += ["warning: " + warning for warning in report.warnings]
        lines += [f"executed: {statement}" for statement in result.get("executed_statements", [])]
        diff = report.diff()
        if diff is not None:
            lines += ["diff of %s: %s -> %s" % (diff.get("before_header", "what there is"), json.dumps(diff["before"]),
                                                json.dumps(diff["after"]))]
        text = "\n".join(lines)
        if check_mode and self.texts.get(key) == text:
            self.texts[key + ", also in check mode"] = self.texts.pop(key)
        else:
            key += ", in check mode" if check_mode else ""
            assert key not in self.texts
            self.texts[key] = text


def one(view: str, status: str, **changes: Any) -> List[Any]:
    """A look that shows one row."""
    return [(view, view_row(status, **changes))]


RUNNING = one(PROGRESS, "CLONE_SYS_CREATE_TENANT")
CANCELING = one(PROGRESS, "CLONE_SYS_CANCELING")
CANCELED = one(HISTORY, "CLONE_SYS_CANCELED")
CANCELLABLE = ("CLONE_SYS_LOCK", "CLONE_SYS_CREATE_INNER_RESOURCE_POOL", "CLONE_SYS_CREATE_SNAPSHOT",
               "CLONE_SYS_WAIT_CREATE_SNAPSHOT", "CLONE_SYS_CREATE_TENANT", "CLONE_SYS_WAIT_TENANT_RESTORE_FINISH")
BY = "clone job has been canceled in CLONE_SYS_LOCK status by standby %s event"


def cancels(texts: Texts) -> None:
    """ob_clone_cancel."""
    def note(situation: str, looks: List[Any], answers: Any = (None,), normal: Any = (), modes: Any = (False, True),
             **options: Any) -> None:
        for check_mode in modes:
            texts.note("ob_clone_cancel", CLONE_CANCEL, situation, lambda: FakeSession(looks, answers, normal),
                       check_mode, {"clone_tenant": "clone_a", **options})

    for status in STATUSES:
        first = one(PROGRESS, status)
        message = f"clone job has been canceled in {status} status by user command"
        note(f"{status} in PROGRESS", [first, one(PROGRESS, "CLONE_SYS_CANCELING", error_message=message), one(
            HISTORY, "CLONE_SYS_CANCELED", error_message=message)] if status in CANCELLABLE else [first, CANCELED])
    for status in ("CLONE_SYS_CREATE_TENANT", "CLONE_SYS_CANCELING", "CLONE_SYS_CANCELED", "CLONE_SYS_SUCCESS",
                   "CLONE_SYS_LOCK_FAIL"):
        note(f"{status} in PROGRESS, without wait", [one(PROGRESS, status), CANCELING], wait=False)
    for status in STATUSES:
        if status not in CANCELLABLE and status != "CLONE_SYS_CANCELING":
            note(f"{status} in HISTORY", [one(HISTORY, status)])
    note("failed, with the server's reason", [one(HISTORY, "CLONE_SYS_LOCK_FAIL", error_message=(
        "Tenant (1002) is in UPGRADE procedure, create snapshot or clone tenant not allowed now"))])
    for event in ("tenant transfer", "tenant upgrade", "tenant alter LS"):
        note(f"canceled by the server: {event}", [one(HISTORY, "CLONE_SYS_CANCELED", error_message=BY % event)])
    note("canceled by a release that does not say by whom", [one(HISTORY, "CLONE_SYS_CANCELED", error_message=(
        "clone job has been canceled in CLONE_SYS_LOCK status"))])
    note("no job", [[]])
    note("no job of a source tenant", [[]], normal=["mysql001"], clone_tenant=None, source_tenant="mysql001")
    note("no such source tenant", [[]], clone_tenant=None, source_tenant="mysql001")
    note("no such source tenant, but one whose name is near", [[]], normal=["mysql001"], clone_tenant=None,
         source_tenant="mysq1001")
    note("no job of that id", [[]], clone_tenant=None, clone_job_id="7")
    note("no job that matches all", [[]], normal=["mysql001"], source_tenant="mysql001", clone_job_id="7")
    note("a tenant of that name", [[]], normal=["clone_a"])
    note("a job whose name differs in case", [one(PROGRESS, "CLONE_SYS_LOCK", name="CLONE_A")])
    for status in ("CLONE_SYS_RELEASE_RESOURCE", "CLONE_SYS_LOCK_FAIL"):
        note(f"{status} in PROGRESS, until it has ended", [one(PROGRESS, status), one(HISTORY, {
            "CLONE_SYS_RELEASE_RESOURCE": "CLONE_SYS_SUCCESS"}.get(status, status))], wait_until="ended")
    note("by source tenant", [RUNNING, CANCELING, CANCELED], clone_tenant=None, source_tenant="mysql001")
    note("by id", [RUNNING, CANCELING, CANCELED], clone_tenant=None, clone_job_id="1706251714452555625")
    note("a job that can be canceled, and a tenant that is NORMAL already", [RUNNING], [REFUSED], ["clone_a"])

    real = (False,)
    note("refused, because somebody else was quicker", [RUNNING, CANCELING, CANCELED], [REFUSED], modes=real)
    note("refused, because the clone was quicker", [RUNNING, one(HISTORY, "CLONE_SYS_SUCCESS")], [REFUSED], modes=real)
    note("refused, because the clone failed", [RUNNING, one(HISTORY, "CLONE_SYS_CREATE_TENANT_FAIL")], [REFUSED],
         modes=real)
    note("an internal error, and yet the job is being canceled", [RUNNING, CANCELING, CANCELED],
         [ServerError("the server answered error 4016 (HY000): Internal error")], modes=real)
    note("the answer was lost, and the CANCEL took effect", [RUNNING, CANCELING, CANCELED], [LOST], modes=real)
    note("the answer was lost, and the CANCEL took effect, without wait", [RUNNING, CANCELING], [LOST], modes=real,
         wait=False)
    note("timed out, and the CANCEL took effect", [RUNNING, CANCELED], [TIMED_OUT], modes=real)
    note("the answer was lost, and the CANCEL had no effect", [RUNNING, RUNNING, CANCELING, CANCELED], [LOST, None],
         modes=real)
    note("the answer was lost, and the server canceled for a reason of its own", [
        RUNNING, one(HISTORY, "CLONE_SYS_CANCELED", error_message=BY % "tenant upgrade")], [LOST], modes=real)
    note("the CANCEL met a later job of that name", [RUNNING, one(HISTORY, "CLONE_SYS_SUCCESS")], modes=real)
    note("the clean-up is over already, without wait", [RUNNING, CANCELED], modes=real, wait=False)


def several_cancels(texts: Texts) -> None:
    """ob_clone_cancel with several names."""
    def server() -> Any:
        return ServerOfSeveral(a=(PROGRESS, "CLONE_SYS_LOCK"), b=(PROGRESS, "CLONE_SYS_CREATE_TENANT"),
                               c=(HISTORY, "CLONE_SYS_SUCCESS"))

    for check_mode in (False, True):
        for situation, names in (("all are running", ["a", "b"]), ("one has ended", ["a", "c"]), ("none", [])):
            texts.note("ob_clone_cancel", CLONE_CANCEL, "several: " + situation, server, check_mode,
                       {"clone_tenants": names})


LOCK = one(PROGRESS, "CLONE_SYS_LOCK")
DONE = one(HISTORY, "CLONE_SYS_SUCCESS", ret_code=0)
SOURCE = {"tenant_id": 1002, "tenant_name": "mysql001", "tenant_type": "USER", "status": "NORMAL",
          "in_recyclebin": "NO", "tenant_role": "PRIMARY", "compatible": "4.3.5.3", "log_mode": "ARCHIVELOG"}
MADE = {**SOURCE, "tenant_id": 1004, "tenant_name": "clone_a", "tenant_role": "STANDBY"}


def starts(texts: Texts) -> None:
    """ob_clone."""
    def note(situation: str, looks: List[Any], *answers: Any, tenants: Any = (SOURCE,), modes: Any = (False, True),
             **options: Any) -> None:
        for check_mode in modes:
            time = FakeTime()
            starter = FakeStarter(time, *answers)
            description = CLONE._replace(procedure=lambda *arguments, by=starter: start(*arguments, open_starter=by))
            texts.note("ob_clone", description, situation, lambda: StartSession(looks, tenants), check_mode, {
                "clone_tenant": "clone_a", "source_tenant": "mysql001", "resource_pool": "pool_a",
                "unit_config": "unit001", **options}, time)

    note("nothing there", [[], LOCK, RUNNING, DONE], None)
    note("nothing there, without wait", [[], LOCK], None, wait=False)
    note("nothing there, without wait, and the clone is quicker than a look", [[], DONE], "ok", wait=False)
    note("running already", [LOCK, RUNNING, DONE])
    note("running already, without wait", [LOCK], wait=False)
    note("cloned before", [DONE], tenants=(SOURCE, MADE))
    note("cloned before, and canceled later", [[*CANCELED, (HISTORY, view_row("CLONE_SYS_SUCCESS", job_id=5))]],
         tenants=(SOURCE, {**MADE}))
    note("canceled before", [CANCELED, one(PROGRESS, "CLONE_SYS_LOCK", job_id=LATER),
                             one(HISTORY, "CLONE_SYS_SUCCESS", job_id=LATER)], None)

    real = (False,)
    note("refused, because somebody else was quicker", [[], LOCK, LOCK, DONE], server_failure(
        4179, "HY000", "clone tenant name exists in a running clone job, clone tenant now not allowed"), modes=real)
    note("the answer was lost, and the clone runs", [[], LOCK, DONE], LOST, modes=real)
    note("the answer was lost, and the statement had no effect", [[], [], [], LOCK, DONE], LOST, None, modes=real)


class Catalog(FakeSession):
    """Has tenants and resource pools."""

    def __init__(self, tenants: List[Dict[str, Any]], pools: List[Dict[str, Any]]) -> None:
        super().__init__([[]])
        self.tenants, self.pools = tenants, pools

    def run(self, statement: str, arguments: Any, budget: Any) -> List[Dict[str, Any]]:
        return self.tenants if "DBA_OB_TENANTS" in statement else self.pools


def drops(texts: Texts) -> None:
    """ob_clone_drop."""
    options = {"clone_tenant": "clone_a", "clone_job_id": "1706251714452555625"}

    def note(situation: str, make: Callable[[], Any], modes: Any = (False, True)) -> None:
        for check_mode in modes:
            texts.note("ob_clone_drop", CLONE_DROP, situation, make, check_mode, options)

    def left(*statements: str) -> Any:
        server = ServerThatDrops([])
        server.left = list(statements)
        return server

    note("tenant and pool are there", lambda: ServerThatDrops([]))
    note("the pool is there", lambda: left("DROP RESOURCE POOL `pool_a`"))
    note("the tenant is there", lambda: left("DROP TENANT `clone_a` FORCE"))
    note("nothing is there", left)
    for status in ("CLONE_SYS_CANCELED", "CLONE_SYS_LOCK_FAIL"):
        note(f"the job ended in {status}", lambda status=status: FakeSession([one(HISTORY, status)]))
    note("the answer to DROP TENANT was lost, and it took effect", lambda: ServerThatDrops([LOST]), (False,))


def infos(texts: Texts) -> None:
    """ob_clone_info and ob_tenant_info: they change nothing, so check mode only keeps one of them from waiting."""
    older = [(HISTORY, view_row("CLONE_SYS_SUCCESS", job_id=number)) for number in (3, 2, 1)]

    def note(situation: str, looks: List[Any], **options: Any) -> None:
        for check_mode in (False, True):
            texts.note("ob_clone_info", CLONE_INFO, situation, lambda: FakeSession(looks), check_mode, options)

    note("no job", [[]])
    note("one in each view", [LOCK + older[:1]])
    note("more in the history than the limit", [LOCK + older], limit=2)
    note("as many in the history as the limit", [older], limit=3)
    note("waiting", [LOCK, RUNNING, DONE], wait=True)
    for situation, tenants, pools in (("both", [SOURCE, MADE], [{"name": "pool_a"}]), ("neither", [], [])):
        for check_mode in (False, True):
            texts.note("ob_tenant_info", TENANT_INFO, situation, lambda t=tenants, p=pools: Catalog(t, p), check_mode,
                       {})


def test_every_success_reads_as_it_should(tmp_path: Path) -> None:
    texts = Texts()
    for module in (cancels, several_cancels, starts, drops, infos):
        module(texts)
    assert texts.outcomes == {
        # None: an empty list of names is nothing to do.
        "ob_clone_cancel": {*Outcome.ALL, Outcome.MIXED, None}, "ob_clone_drop": {"dropped", "absent"},
        "ob_clone": {"completed", "running", "already_running", "already_exists"}}
    text = "\n\n".join(f"# {key}\n{value}" for key, value in texts.texts.items()) + "\n"
    now = tmp_path / "golden_successes.txt"
    now.write_text(text, encoding="utf-8")
    assert text == GOLDEN.read_text(encoding="utf-8"), f"if the new texts are better, copy {now} to {GOLDEN}"
