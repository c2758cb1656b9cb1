# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every statement of every module fails once: what is transient is tried again, everything else is told as it is."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Callable, Dict, List, NamedTuple, Optional

import pytest

from ansible_collections.community.oceanbase.plugins.module_utils._errors import (
    ConnectionLost,
    Failure,
    MissingView,
    server_failure,
)
from ansible_collections.community.oceanbase.plugins.module_utils._procedures.cancel import CLONE_CANCEL
from ansible_collections.community.oceanbase.plugins.module_utils._procedures.drop import CLONE_DROP
from ansible_collections.community.oceanbase.plugins.module_utils._procedures.info import CLONE_INFO
from ansible_collections.community.oceanbase.plugins.module_utils._procedures.start import CLONE, start
from ansible_collections.community.oceanbase.plugins.module_utils._procedures.tenant_info import TENANT_INFO
from ansible_collections.community.oceanbase.plugins.module_utils._views.jobs import COLUMNS, HISTORY, PROGRESS
from ansible_collections.community.oceanbase.tests.support.options import default_options

from .fakes import FakeSession, FakeTime, perform, view_row
from .procedures.test_cancel import ServerOfSeveral
from .procedures.test_drop import ServerThatDrops
from .procedures.test_start import FakeStarter, StartSession
from .test_errors import MEANINGS

GOLDEN = Path(__file__).parent / "golden_statements.txt"
RUNNING = [(PROGRESS, view_row("CLONE_SYS_CREATE_TENANT"))]
DONE = [(HISTORY, view_row("CLONE_SYS_SUCCESS"))]


class Situation(NamedTuple):
    """A run of a module that goes well: its options and a server for it. ``statements``: how many it sends."""

    module: str
    description: Any
    options: Dict[str, Any]
    server: Callable[[], Any]
    statements: int
    check_mode: bool = False


class Starting(StartSession):
    """Shows the job once ``starter`` has sent its statement."""

    starter: Any = None

    def __init__(self) -> None:
        super().__init__([[]])

    def run(self, statement: str, arguments: Any, budget: Any) -> List[Dict[str, Any]]:
        if self.starter and self.starter.statements and self.looks == [[]]:
            self.looks = [RUNNING, DONE]
        rows: List[Dict[str, Any]] = super().run(statement, arguments, budget)
        return rows


class Catalog(FakeSession):
    """Has no tenants and resource pools."""

    def __init__(self) -> None:
        super().__init__([[]])

    def run(self, statement: str, arguments: Any, budget: Any) -> List[Dict[str, Any]]:
        return []


CLONE_OPTIONS = {"clone_tenant": "clone_a", "source_tenant": "mysql001", "resource_pool": "pool_a",
                 "unit_config": "unit001"}
SITUATIONS = {
    "cancel": Situation("ob_clone_cancel", CLONE_CANCEL, {"clone_tenant": "a"},
                        lambda: ServerOfSeveral(a=(PROGRESS, "CLONE_SYS_LOCK")), 4),
    "cancel, predicted": Situation("ob_clone_cancel", CLONE_CANCEL, {"clone_tenant": "clone_a"},
                                   lambda: FakeSession([RUNNING]), 2, True),
    "cancel, nothing there": Situation("ob_clone_cancel", CLONE_CANCEL, {"clone_tenant": "clone_a"},
                                       lambda: FakeSession([[]]), 2),
    "start": Situation("ob_clone", CLONE, CLONE_OPTIONS, Starting, 4),
    "start, predicted": Situation("ob_clone", CLONE, CLONE_OPTIONS, Starting, 4, True),
    "drop": Situation("ob_clone_drop", CLONE_DROP, {"clone_tenant": "clone_a", "clone_job_id": "1706251714452555625"},
                      lambda: ServerThatDrops([]), 7),
    "drop, predicted": Situation("ob_clone_drop", CLONE_DROP, {
        "clone_tenant": "clone_a", "clone_job_id": "1706251714452555625"}, lambda: ServerThatDrops([]), 3, True),
    "info": Situation("ob_clone_info", CLONE_INFO, {"wait": True}, lambda: FakeSession([RUNNING, RUNNING, DONE]), 3),
    "tenants": Situation("ob_tenant_info", TENANT_INFO, {}, Catalog, 2),
}
CASES = [(name, number) for name, situation in SITUATIONS.items() for number in range(situation.statements)]


def play(situation: Situation, fault: Optional[Failure] = None, number: int = -1) -> Any:
    """Returns report, failure and statements of a run in which ``fault`` strikes the statement ``number``."""
    server = situation.server()
    answer = server.run
    sent: List[str] = []

    def run(statement: str, arguments: Any, budget: Any) -> Any:
        sent.append(statement)
        if len(sent) - 1 == number and fault is not None:
            raise fault
        return answer(statement, arguments, budget)

    server.run = run
    time = FakeTime()
    description = situation.description
    if description is CLONE:
        starter = server.starter = FakeStarter(time, None)
        description = CLONE._replace(procedure=lambda *arguments: start(*arguments, open_starter=starter))
    report, failure = perform(description, server, {**default_options(situation.module), **situation.options}, time,
                              situation.check_mode)
    return report, failure, sent


def told(report: Any) -> Dict[str, Any]:
    """Returns the part of the result that does not depend on how often something was tried."""
    return {key: value for key, value in report.as_result().items() if key not in ("elapsed", "polls", "timeline")}


@pytest.mark.parametrize("name", SITUATIONS)
def test_each_situation_goes_well(name: str) -> None:
    _report, failure, sent = play(SITUATIONS[name])
    assert failure is None
    assert len(sent) == SITUATIONS[name].statements


def test_every_statement_is_as_it_should_be(tmp_path: Path) -> None:
    lines: List[str] = []
    for name, situation in SITUATIONS.items():
        lines += ["# " + name, *play(situation)[2], ""]
    names = {"clone_tenant": "a", "source_tenant": "s", "clone_job_id": "7"}
    several = {"clone_tenants": ["a", "b"], "source_tenants": ["s"], "clone_job_ids": ["7", "8"]}
    filters = {"status": ["CLONE_SYS_LOCK", "CLONE_SYS_LOCK_FAIL"], "min_age": 60, "limit": 5}
    for title, given in (("cancel, all names of one", ("cancel, nothing there", {**names})),
                         ("cancel, several", ("cancel, nothing there", {"clone_tenant": None, **several})),
                         ("info, all filters", ("info", {**names, **filters, "wait": False})),
                         ("info, one view", ("info", {"view": ["history"], "wait": False})),
                         ("tenants, by names", ("tenants", {"tenant": ["a", "b"], "resource_pool": ["p"]}))):
        situation = SITUATIONS[given[0]]
        lines += ["# " + title, *play(situation._replace(options={**situation.options, **given[1]}))[2], ""]
    columns = ", ".join(COLUMNS)
    text = "# The columns of a job\n%s\n\n%s" % (columns, "\n".join(lines).replace(columns, "COLUMNS").replace(
        " UNION ALL ", "\n  UNION ALL "))
    now = tmp_path / GOLDEN.name
    now.write_text(text, encoding="utf-8")
    assert text == GOLDEN.read_text(encoding="utf-8"), f"if the new statements are better, copy {now} to {GOLDEN}"


@pytest.mark.parametrize(("name", "number"), CASES)
@pytest.mark.parametrize("errno", [None, 4012, 1205, 1317, 5066, 8001])
def test_a_transient_failure_of_any_statement_is_outlived(name: str, number: int, errno: Optional[int]) -> None:
    """The fault strikes before the statement is executed."""
    fault = ConnectionLost("it broke") if errno is None else server_failure(errno, "HY000", "x")
    situation = SITUATIONS[name]
    good, _failure, plain = play(situation)
    report, failure, sent = play(situation, fault, number)
    if plain[number].startswith("DROP"):
        # It is not known whether such a statement is under way, so it is not sent again.
        assert failure is fault
        return
    assert failure is None
    assert told(report) == told(good)
    # What failed was sent again; a CANCEL only after a look.
    assert sent.count(plain[number]) > plain.count(plain[number]) or plain[number].startswith("SELECT")
    assert len(sent) > len(plain)


@pytest.mark.parametrize(("name", "number"), CASES)
@pytest.mark.parametrize("errno", [1142, 4016])
def test_a_lasting_failure_of_any_statement_is_told(name: str, number: int, errno: int) -> None:
    fault = server_failure(errno, "42000", "x")
    _report, failure, sent = play(SITUATIONS[name], fault, number)
    assert failure is not None and failure.errno == errno
    assert MEANINGS[errno][0].error_class == failure.error_class
    # After the CANCEL the views are asked what it did.
    assert len(sent) <= number + 2


class NoView(FakeSession):
    """Has none of the views; answers SHOW TENANT and VERSION() with the next of ``answers``, the last one for ever."""

    def __init__(self, **answers: Any) -> None:
        super().__init__([[]])
        self.answers = {"SHOW TENANT": answers["tenant"], "SELECT VERSION()": answers["version"]}

    def run(self, statement: str, arguments: Any, budget: Any) -> List[Dict[str, Any]]:
        if statement not in self.answers:
            raise MissingView("the server answered error 1146 (42S02): Table doesn't exist", "", 1146, "42S02")
        answers = self.answers[statement]
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        if isinstance(answer, Exception):
            raise answer
        return [{"value": answer}]


BUSY = server_failure(4012, "HY000", "Timeout")
LOST = ConnectionLost("it broke")
UNKNOWN = server_failure(1064, "42000", "syntax error")
VERSION = "5.7.25-OceanBase_CE-v4.2.5.0"


@pytest.mark.parametrize("name", ["cancel", "start", "drop", "info", "tenants"])
@pytest.mark.parametrize(("tenant", "version", "error_class", "said"), [
    (["mysql001"], [VERSION], "not_sys_tenant", "in tenant mysql001"),
    ([BUSY, "mysql001"], [VERSION], "not_sys_tenant", "in tenant mysql001"),
    ([LOST, LOST, "mysql001"], [VERSION], "not_sys_tenant", "in tenant mysql001"),
    (["sys"], [VERSION], "unsupported_version", VERSION),
    (["sys"], [BUSY, VERSION], "unsupported_version", VERSION),
    (["sys"], [LOST, VERSION], "unsupported_version", VERSION),
    (["sys"], [UNKNOWN], "unsupported_version", "version unknown"),
    ([UNKNOWN], [VERSION], "unsupported_version", VERSION),
    # Nothing is known of the server, so nothing is said of its version.
    ([LOST], [VERSION], "unreachable", "it broke"),
    (["sys"], [LOST], "unreachable", "it broke"),
    (["sys"], [BUSY], "server_error", "4012"),
])
def test_why_a_view_is_missing_is_found_out(name: str, tenant: List[Any], version: List[Any], error_class: str,
                                            said: str) -> None:
    situation = SITUATIONS[name]._replace(server=lambda: NoView(tenant=list(tenant), version=list(version)))
    _report, failure, _sent = play(situation)
    assert failure is not None
    assert (failure.error_class, said in failure.message) == (error_class, True), failure
    assert failure.errno == (1146 if error_class in ("not_sys_tenant", "unsupported_version") else
                             4012 if error_class == "server_error" else None)
