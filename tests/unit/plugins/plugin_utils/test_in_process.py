# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""When a task runs in the process of its worker, and that its result is what the module would exit with."""

from __future__ import annotations

import importlib
import os
import sys
from types import SimpleNamespace
from typing import Any

import pytest
from ansible import constants
from ansible.plugins.action.normal import ActionModule as NormalAction
from ansible.utils.display import Display

from ansible_collections.community.oceanbase.plugins.module_utils._clock import Budget
from ansible_collections.community.oceanbase.plugins.module_utils._errors import MissingLibrary
from ansible_collections.community.oceanbase.plugins.module_utils._procedures.cancel import CLONE_CANCEL
from ansible_collections.community.oceanbase.plugins.module_utils._procedures.drop import CLONE_DROP
from ansible_collections.community.oceanbase.plugins.module_utils._procedures.info import CLONE_INFO
from ansible_collections.community.oceanbase.plugins.module_utils._procedures.start import CLONE
from ansible_collections.community.oceanbase.plugins.module_utils._procedures.tenant_info import TENANT_INFO
from ansible_collections.community.oceanbase.plugins.module_utils._runner import Ending
from ansible_collections.community.oceanbase.plugins.plugin_utils import _in_process
from ansible_collections.community.oceanbase.plugins.plugin_utils._progress import Progress

from ..module_utils.fakes import FakeTime, progress

ENDING = Ending({"changed": False, "msg": "Done.", "invocation": {"module_args": {"clone_tenant": "a"}}})
OTHER = "/opt/another/bin/python3"


class CancelInProcess(_in_process.InProcessAction):
    description = CLONE_CANCEL


def action(arguments: dict[str, Any] | None = None, transport: str = "local", become: Any = None,
           **task: Any) -> CancelInProcess:
    """Returns the action for a task of ob_clone_cancel; ``task``: the keywords in which it differs from a plain one."""
    keywords = {"action": "ob_clone_cancel", "args": arguments or {"clone_tenant": "a"}, "delegate_to": None,
                "async_val": 0, "environment": [], "check_mode": False, "diff": False, "no_log": False, **task}
    connection = SimpleNamespace(transport=transport, become=become, _shell=SimpleNamespace(tmpdir="/tmp"))
    templar = SimpleNamespace(template=lambda value: value)
    loader = SimpleNamespace(get_basedir=lambda: ".")
    return CancelInProcess(SimpleNamespace(**keywords), connection, None, loader, templar)


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The arguments of each run in process. Each ends as ENDING says."""
    asked: list[Any] = []

    def run(*arguments: Any) -> Ending:
        asked.append(arguments)
        return ENDING

    monkeypatch.setattr(_in_process, "run", run)
    monkeypatch.setattr(NormalAction, "run", lambda *_arguments: {"by": "a module"})
    return asked


@pytest.mark.parametrize(("name", "description"), [
    ("ob_clone", CLONE), ("ob_clone_cancel", CLONE_CANCEL), ("ob_clone_drop", CLONE_DROP),
    ("ob_clone_info", CLONE_INFO), ("ob_tenant_info", TENANT_INFO)])
def test_each_action_runs_the_procedure_of_its_module(name: str, description: Any) -> None:
    plugin = importlib.import_module(f"ansible_collections.community.oceanbase.plugins.action.{name}")
    assert plugin.ActionModule.description is description
    assert issubclass(plugin.ActionModule, _in_process.InProcessAction)


THERE = {"delegate_to": "there"}
OF_THERE = {"ansible_delegated_vars": {"there": {"ansible_python_interpreter": OTHER}}}


@pytest.mark.parametrize(("variables", "task", "reason"), [
    ({}, {}, None),
    ({"oceanbase_in_process": "yes"}, {}, None),
    ({"oceanbase_in_process": False}, {}, "oceanbase_in_process is false"),
    ({"oceanbase_in_process": "no"}, {}, "oceanbase_in_process is false"),
    ({}, {"transport": "ssh"}, "the connection is ssh"),
    ({}, {"become": object()}, "become is set"),
    ({}, {"async_val": 1}, "async is set"),
    ({}, {"environment": None}, None),
    ({}, {"environment": [{}]}, None),
    ({}, {"environment": [{}, {"A": "1"}]}, "environment is set"),
    ({"ansible_python_interpreter": ""}, {}, None),
    *(({"ansible_python_interpreter": name}, {}, None) for name in (
        "auto", "auto_silent", "auto_legacy", "auto_legacy_silent", " auto ", sys.executable,
        os.path.join(os.path.dirname(sys.executable), ".", os.path.basename(sys.executable)))),
    ({"ansible_python_interpreter": OTHER}, {}, f"the interpreter is {OTHER}"),
    ({"ansible_python_interpreter": "python3"}, {}, "the interpreter is python3"),
    # What counts is the host that the task is delegated to.
    ({}, THERE, None),
    (OF_THERE, {}, None),
    (OF_THERE, THERE, f"the interpreter is {OTHER}"),
    ({"ansible_python_interpreter": OTHER,
      "ansible_delegated_vars": {"there": {"ansible_python_interpreter": "auto"}}}, THERE, None),
])
def test_what_asks_for_a_process(variables: dict[str, Any], task: dict[str, Any], reason: str | None, runs: list[Any],
                                 monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    monkeypatch.setattr(Display, "vvv", lambda _self, text, host: said.append(f"{host}: {text}"))
    result = action(**task).run(None, {"inventory_hostname": "here", **variables})
    way = "runs in process" if reason is None else f"runs as a module: {reason}"
    assert said == [f"here: ob_clone_cancel {way}"]
    assert (len(runs), result) == ((1, ENDING.result) if reason is None else (0, {"by": "a module"}))


def test_kept_files_and_a_missing_driver_ask_for_a_process(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(_python: str) -> None:
        raise MissingLibrary("no driver")

    monkeypatch.setattr(_in_process, "require_driver", missing)
    assert action()._why_a_process({}) == "no driver"
    monkeypatch.setattr(constants, "DEFAULT_KEEP_REMOTE_FILES", True)
    assert action()._why_a_process({}) == "ANSIBLE_KEEP_REMOTE_FILES is set"


@pytest.mark.parametrize("check_mode", [False, True])
def test_the_procedure_gets_what_the_module_would_get(check_mode: bool, runs: list[Any]) -> None:
    arguments = {"new_tenant_name": "a", "wait_timeout": "5"}
    result = action(arguments, check_mode=check_mode).run(None, {})
    ((description, options, checked, environment, python, watch),) = runs
    assert (description, checked, environment, python) == (CLONE_CANCEL, check_mode, os.environ, sys.executable)
    assert (options["clone_tenant"], options["wait_timeout"], options["poll_interval"]) == ("a", 5, 1.0)
    assert isinstance(watch, Progress)
    assert "warnings" not in result
    both = action({**arguments, "clone_tenant": "b"}).run(None, {})
    assert both["warnings"] == ["Both option clone_tenant and its alias new_tenant_name are set."]


@pytest.mark.parametrize(("arguments", "says"), [
    ({"clone_tenant": "a", "surprise": 1}, "There is no option surprise."),
    ({"wait": True}, "one of the following is required: clone_tenant, source_tenant, clone_job_id, clone_tenants, "
                     "source_tenants, clone_job_ids"),
])
def test_a_refused_option_fails_as_it_does_in_the_module(arguments: dict[str, Any], says: str, runs: list[Any]) -> None:
    result = action(arguments).run(None, {})
    assert (result["failed"], result["msg"], result["error"]["class"], result["outcome"]) == (
        True, says, "invalid_option", None)
    assert not runs


@pytest.mark.parametrize(("ending", "task", "verbosity", "expected"), [
    ({}, {}, 0, {}),
    ({"diff": {"before": 1}}, {}, 0, {}),
    ({}, {"diff": True}, 0, {}),
    ({"diff": {"before": 1}}, {"diff": True}, 0, {"diff": {"before": 1}}),
    ({"warnings": ("Mind.",)}, {}, 0, {"warnings": ["Mind."]}),
    ({"failed": True, "trace": "Traceback"}, {}, 2, {"failed": True}),
    ({"failed": True, "trace": "Traceback"}, {}, 3, {"failed": True, "exception": "Traceback"}),
    ({"failed": True}, {}, 3, {"failed": True}),
])
def test_the_result_is_the_one_of_the_module(ending: dict[str, Any], task: dict[str, Any], verbosity: int,
                                             expected: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_in_process, "run", lambda *_arguments: ENDING._replace(**ending))
    monkeypatch.setattr(Display(), "verbosity", verbosity)
    monkeypatch.setattr(_in_process, "shows_invocation", lambda _variables: True)
    assert action(**task).run(None, {}) == {**ENDING.result, **expected}
    monkeypatch.setattr(_in_process, "shows_invocation", lambda _variables: False)
    assert action(**task).run(None, {}) == {"changed": False, "msg": "Done.", **expected}


@pytest.mark.parametrize(("definition", "value", "shown"), [
    (None, False, True), ({"default": True}, True, True), ({"default": True}, False, False)])
def test_the_options_are_shown_as_this_ansible_shows_them(definition: Any, value: bool, shown: bool,
                                                          monkeypatch: pytest.MonkeyPatch) -> None:
    def asked(name: str, variables: Any) -> bool:
        assert (name, variables) == ("INJECT_INVOCATION", {"a": 1})
        return value

    monkeypatch.setattr(constants, "config", SimpleNamespace(
        get_configuration_definition={"INJECT_INVOCATION": definition}.__getitem__, get_config_value=asked))
    assert _in_process.shows_invocation({"a": 1}) is shown


@pytest.mark.parametrize(("variables", "no_log", "host"), [
    ({}, True, "nothing is shown"), ({"oceanbase_progress": "no"}, False, "nothing is shown"), ({}, False, None),
    ({"ansible_play_hosts_all": ["h"]}, False, None), ({"ansible_play_hosts_all": ["h", "i"]}, False, "h")])
def test_who_sees_that_a_task_waits(variables: dict[str, Any], no_log: bool, host: str | None) -> None:
    watch = action(no_log=no_log)._watch({"inventory_hostname": "h", **variables})
    assert (watch._host if watch else "nothing is shown") == host


A, LATER_A = progress("CLONE_SYS_LOCK", name="a"), progress("CLONE_SYS_CANCELING", name="a")
B = progress("CLONE_SYS_CANCELING", name="b")
# When a look was, what it showed, and the line that it printed.
LINES = [
    (0.0, [A], "WAITING: a is CLONE_SYS_LOCK (0 s of at most 600 s)."),
    (29.9, [A], None),
    (30.0, [A], "WAITING: a is CLONE_SYS_LOCK (30 s of at most 600 s)."),
    (31.0, [LATER_A], "WAITING: a is CLONE_SYS_CANCELING (31 s of at most 600 s)."),
    (60.9, [LATER_A], None),
    (61.5, [LATER_A], "WAITING: a is CLONE_SYS_CANCELING (61 s of at most 600 s)."),
    (62.0, [A, B], "WAITING: 2 clones are not done: 1 CLONE_SYS_CANCELING, 1 CLONE_SYS_LOCK (62 s of at most 600 s)."),
    (63.0, [B, A], None),
    (64.0, [LATER_A, B], "WAITING: 2 clones are not done: 2 CLONE_SYS_CANCELING (64 s of at most 600 s)."),
]


@pytest.mark.parametrize(("host", "callback", "stderr"), [
    (None, "default", False), ("c1", "default", False), (None, "ansible.posix.json", True)])
def test_a_line_at_each_change_and_then_every_30_seconds(host: str | None, callback: str, stderr: bool,
                                                         monkeypatch: pytest.MonkeyPatch) -> None:
    printed: list[Any] = []
    monkeypatch.setattr(constants, "DEFAULT_STDOUT_CALLBACK", callback)
    monkeypatch.setattr(Display, "display", lambda _self, text, **how: printed.append((text, how)))
    time = FakeTime()
    budget, watch = Budget(time.clock(), 600.0, 630.0), Progress(host)
    for when, jobs, line in LINES:
        printed.clear()
        time.now = 1000 + when
        watch(jobs, budget)
        expected = line and (line[:-1] + f" on {host}." if host else line)
        assert printed == ([(expected, {"color": constants.COLOR_DEBUG, "stderr": stderr})] if line else []), when
