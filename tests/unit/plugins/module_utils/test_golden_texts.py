# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""
Everything that a person reads at the end of a task, in golden_texts.txt: outcome, message, warnings and diff of each
module, for each outcome, view and mode, and for what can go wrong once there is a session. Failures of connections and
options are in tests/faults/golden_messages.txt.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Callable, Dict, List, Optional

from ansible_collections.community.oceanbase.plugins.module_utils._errors import (
    ConnectionLost,
    NoPrivilege,
    ServerError,
    Unreachable,
    server_failure,
)
from ansible_collections.community.oceanbase.plugins.module_utils._procedures.cancel import CLONE_CANCEL
from ansible_collections.community.oceanbase.plugins.module_utils._procedures.cancel_decision import Outcome
from ansible_collections.community.oceanbase.plugins.module_utils._procedures.drop import CLONE_DROP
from ansible_collections.community.oceanbase.plugins.module_utils._procedures.info import CLONE_INFO
from ansible_collections.community.oceanbase.plugins.module_utils._procedures.start import CLONE, start
from ansible_collections.community.oceanbase.plugins.module_utils._procedures.start_rules import RULES
from ansible_collections.community.oceanbase.plugins.module_utils._procedures.tenant_info import TENANT_INFO
from ansible_collections.community.oceanbase.plugins.module_utils._views.jobs import HISTORY, PROGRESS, STATUSES
from ansible_collections.community.oceanbase.tests.support.options import default_options

from .fakes import FakeSession, FakeTime, perform, view_row
from .procedures.test_cancel import ServerOfSeveral
from .procedures.test_drop import ServerThatDrops
from .procedures.test_start import UNIT, FakeStarter, StartSession

GOLDEN = Path(__file__).parent / "golden_texts.txt"
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
        assert ("fails" in situation) == (failure is not None), (module, situation, check_mode, failure)
        result = report.as_result()
        if failure is not None:
            result["msg"] = f"({failure.error_class}) {report.sentence(failure)}"
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


def failed_cancels(texts: Texts) -> None:
    """ob_clone_cancel, when it fails."""
    def note(situation: str, looks: List[Any], answers: Any = (None,), normal: Any = (), modes: Any = (False,),
             **options: Any) -> None:
        for check_mode in modes:
            texts.note("ob_clone_cancel", CLONE_CANCEL, "fails, " + situation,
                       lambda: FakeSession(looks, answers, normal), check_mode,
                       {"clone_tenant": "clone_a", "wait_timeout": 5, **options})

    both = (False, True)
    for outcome, look in (("completed", one(HISTORY, "CLONE_SYS_SUCCESS")), ("not_found", []),
                          ("failed", one(HISTORY, "CLONE_SYS_LOCK_FAIL"))):
        note(f"{outcome} is not wanted", [look], modes=both, fail_on=[outcome])
    by = {"name": {}, "source tenant": {"clone_tenant": None, "source_tenant": "mysql001"},
          "id": {"clone_tenant": None, "clone_job_id": "1706251714452555625"}}
    for how, names in by.items():
        note(f"clean-up does not end, by {how}", [RUNNING, CANCELING], **names)
        note(f"clean-up of somebody else's CANCEL does not end, by {how}", [CANCELING], **names)
    note("job past the point of no return does not end", [one(PROGRESS, "CLONE_SYS_RELEASE_RESOURCE")],
         wait_until="ended")
    note("refused, and the views do not say why", [RUNNING], [REFUSED])
    note("an internal error", [RUNNING], [server_failure(4016, "HY000", "Internal error")])
    note("no privilege", [RUNNING], [server_failure(1227, "42501", "Access denied")])
    note("the upgrade to 4.3 is not finished", [RUNNING], [server_failure(
        1235, "0A000", "cancel tenant cloning below 4.3 not supported")])
    note("busy all the time", [RUNNING], [TIMED_OUT] * 9)
    note("the answer was lost, and so is the server", [RUNNING, Unreachable(
        "no connection to 127.0.0.1:2881: connection refused, so nothing listens there")], [LOST])
    note("the answer is lost each time", [RUNNING], [LOST] * 9, wait_timeout=1)
    note("the views cannot be read", [server_failure(1142, "42000", "SELECT command denied")], modes=both)
    note("a status of a later release", [one(PROGRESS, "CLONE_SYS_DREAM")], modes=both)
    note("a job that ended in the middle", [one(HISTORY, "CLONE_SYS_LOCK")], modes=both)
    note("the job vanishes", [RUNNING, []])
    note("the job vanishes while its CANCEL is on its way", [RUNNING, []], [LOST])
    note("two jobs match", [RUNNING + one(PROGRESS, "CLONE_SYS_LOCK", job_id=LATER)], modes=both, clone_tenant=None,
         source_tenant="mysql001")
    note("a name that is never sent", [one(PROGRESS, "CLONE_SYS_LOCK", name="it's")], modes=both, clone_tenant=None,
         source_tenant="mysql001")


def several_cancels(texts: Texts) -> None:
    """ob_clone_cancel with several names."""
    def server() -> Any:
        return ServerOfSeveral(a=(PROGRESS, "CLONE_SYS_LOCK"), b=(PROGRESS, "CLONE_SYS_CREATE_TENANT"),
                               c=(HISTORY, "CLONE_SYS_SUCCESS"))

    texts.note("ob_clone_cancel", CLONE_CANCEL, "fails, several: one is not wanted, one may not be canceled",
               lambda: ServerOfSeveral([NoPrivilege("no"), None], a=(PROGRESS, "CLONE_SYS_LOCK"),
                                       b=(PROGRESS, "CLONE_SYS_LOCK"), c=(HISTORY, "CLONE_SYS_SUCCESS")), False,
               {"clone_tenants": ["a", "c"], "source_tenants": ["of_b"], "fail_on": ["completed"]})
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


def failed_starts(texts: Texts) -> None:
    """ob_clone, when it fails."""
    def note(situation: str, looks: List[Any], *answers: Any, tenants: Any = (SOURCE,), modes: Any = (False,),
             resources: Any = (UNIT,), **options: Any) -> None:
        for check_mode in modes:
            time = FakeTime()
            starter = FakeStarter(time, *answers)
            description = CLONE._replace(procedure=lambda *arguments, by=starter: start(*arguments, open_starter=by))
            texts.note("ob_clone", description, "fails, " + situation,
                       lambda: StartSession(looks, tenants, resources), check_mode, {
                           "clone_tenant": "clone_a", "source_tenant": "mysql001", "resource_pool": "pool_a",
                           "unit_config": "unit001", "wait_timeout": 5, **options}, time)

    for name, rule in RULES.items():
        text = rule.text or "the server's text"
        note(f"refused: {name}", [[]], server_failure(rule.errno, "HY000", text))
    note("no privilege", [[]], server_failure(1227, "42501", "Access denied"))
    note("an internal error", [[]], server_failure(4016, "HY000", "Internal error"))
    both, predicted = (False, True), (True,)
    for row, situation in (({"resource_pool_name": "pool_b"}, "another pool"),
                           ({"source_tenant_name": "mysql002", "unit_config_name": "unit002"}, "two differences")):
        note(f"running already with {situation}", [one(PROGRESS, "CLONE_SYS_LOCK", **row)], modes=both)
    note("running already, of a later release", [one(PROGRESS, "CLONE_SYS_DREAM")], modes=both)
    note("running already, but being cleaned up", [CANCELING], modes=both)
    for situation, made, tenant in (
            ("of unknown origin", [], MADE), ("cloned from another tenant", one(
                HISTORY, "CLONE_SYS_SUCCESS", source_tenant_name="mysql002"), MADE),
            ("that is being dropped", DONE, {**MADE, "status": "DROPPING"})):
        note(f"a tenant of that name {situation}", [made], tenants=(SOURCE, tenant), modes=both)
    for situation, changes in (
            ("is not a user tenant", {"tenant_type": "SYS"}), ("is not NORMAL", {"status": "RESTORE"}),
            ("is in the recycle bin", {"in_recyclebin": "YES"}), ("has old data", {"compatible": "4.2.5.0"}),
            ("is a standby tenant", {"compatible": "4.3.1.0", "tenant_role": "STANDBY"}),
            ("has no log archive", {"log_mode": "NOARCHIVELOG"})):
        note(f"predicted: the source tenant {situation}", [[]], tenants=({**SOURCE, **changes},), modes=predicted)
    meta = {**SOURCE, "tenant_id": 1001, "tenant_name": "META$1002", "tenant_type": "META", "status": "CREATING"}
    note("predicted: the META tenant is not NORMAL", [[]], tenants=(SOURCE, meta), modes=predicted)
    note("predicted: there is no source tenant", [[]], tenants=(), modes=predicted)
    note("predicted: there is no unit config", [[]], resources=(), modes=predicted)
    note("predicted: there is a pool", [[]], resources=(UNIT, {"kind": "pool", "name": "pool_a"}), modes=predicted)
    note("predicted: the source tenant is busy", [one(PROGRESS, "CLONE_SYS_LOCK", name="clone_b")], modes=predicted)
    note("predicted: a name that differs in case is busy", [one(
        PROGRESS, "CLONE_SYS_LOCK", name="CLONE_A", source_tenant_name="mysql002")], modes=predicted)
    for name in ("a$b", "ALL"):
        note(f"predicted: the name {name}", [[]], modes=predicted, clone_tenant=name)
    for ret_code in (None, -4072, -4624, -4733, -4734, -4770, -4016):
        note(f"the job ended with {ret_code}", [[], LOCK, one(
            HISTORY, "CLONE_SYS_CREATE_TENANT_FAIL", ret_code=ret_code, error_message=ret_code and "its reason")],
            server_failure(9110, "HY000", "its reason"))
    note("the clone does not end", [[], LOCK], None)
    note("a running clone does not end", [LOCK])
    note("no job appears", [[]], None)
    note("the answer was lost, and so is the server", [[], LOST], None)


class Catalog(FakeSession):
    """Has tenants and resource pools."""

    def __init__(self, tenants: List[Dict[str, Any]], pools: List[Dict[str, Any]]) -> None:
        super().__init__([[]])
        self.tenants, self.pools = tenants, pools

    def run(self, statement: str, arguments: Any, budget: Any) -> List[Dict[str, Any]]:
        return self.tenants if "DBA_OB_TENANTS" in statement else self.pools


class OtherTenant(FakeSession):
    """Has a tenant that the job did not make."""

    def run(self, statement: str, arguments: Any, budget: Any) -> List[Dict[str, Any]]:
        if "DBA_OB_TENANTS" in statement:
            return [{"tenant_id": 1006, "tenant_name": "clone_a"}]
        return [] if "DBA_OB_RESOURCE_POOLS" in statement else super().run(statement, arguments, budget)


class Stubborn(ServerThatDrops):
    """Drops nothing; answers each DROP with the next of ``failures``."""

    def run(self, statement: str, arguments: Any, budget: Any) -> List[Dict[str, Any]]:
        if not statement.startswith("DROP"):
            rows: List[Dict[str, Any]] = super().run(statement, arguments, budget)
            return rows
        failure = self.failures.pop(0)
        if failure is not None:
            raise failure
        return []


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

    for status in ("CLONE_SYS_LOCK", "CLONE_SYS_RELEASE_RESOURCE", "CLONE_SYS_CANCELING"):
        note(f"fails, the job is in {status}", lambda status=status: FakeSession([one(PROGRESS, status)]))
    note("fails, there is no such job", lambda: FakeSession([[]]))
    note("fails, the job ended in the middle", lambda: FakeSession([one(HISTORY, "CLONE_SYS_LOCK")]))
    note("fails, the tenant is another one", lambda: OtherTenant([DONE]))
    note("fails, the answer to DROP was lost, and it had no effect", lambda: Stubborn([LOST]), (False,))
    note("fails, DROP is refused", lambda: Stubborn([server_failure(4179, "HY000", "not now")]), (False,))
    note("fails, DROP has no effect", lambda: Stubborn([None, None]), (False,))


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
    texts.note("ob_clone_info", CLONE_INFO, "fails, the jobs do not end", lambda: FakeSession([
        RUNNING + one(PROGRESS, "CLONE_SYS_LOCK", job_id=LATER, name="clone_b")]), False,
        {"wait": True, "wait_timeout": 5})
    texts.note("ob_clone_info", CLONE_INFO, "fails, the views cannot be read", lambda: FakeSession([
        server_failure(1142, "42000", "SELECT command denied")]), False, {})
    for situation, tenants, pools in (("both", [SOURCE, MADE], [{"name": "pool_a"}]), ("neither", [], [])):
        for check_mode in (False, True):
            texts.note("ob_tenant_info", TENANT_INFO, situation, lambda t=tenants, p=pools: Catalog(t, p), check_mode,
                       {})


def test_every_end_reads_as_it_should(tmp_path: Path) -> None:
    texts = Texts()
    for module in (cancels, failed_cancels, several_cancels, starts, failed_starts, drops, infos):
        module(texts)
    text = "\n\n".join(f"# {key}\n{value}" for key, value in texts.texts.items()) + "\n"
    now = tmp_path / "golden_texts.txt"
    now.write_text(text, encoding="utf-8")
    # None: a failure, or an empty list of names.
    assert texts.outcomes == {
        "ob_clone_cancel": {*Outcome.ALL, Outcome.MIXED, None}, "ob_clone_drop": {"dropped", "absent", None},
        "ob_clone": {"completed", "running", "already_running", "already_exists", None}}
    assert text == GOLDEN.read_text(encoding="utf-8"), f"if the new texts are better, copy {now} to {GOLDEN}"
