# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module's process: what it exits with, and that every refusal has all result keys."""

from __future__ import annotations

import os
import sys
from typing import Any, Dict, List, Optional

import pytest
from ansible.module_utils.basic import AnsibleModule

from ansible_collections.community.oceanbase.plugins.module_utils import _module
from ansible_collections.community.oceanbase.plugins.module_utils._procedures.drop import CLONE_DROP
from ansible_collections.community.oceanbase.plugins.module_utils._runner import Ending

DONE = Ending({"changed": False, "msg": "Done.", "invocation": {}})
FAILED = Ending({"changed": False, "msg": "Cannot.", "error": {"class": "tls"}, "invocation": {}}, True)
OPTIONS = {"clone_tenant": "a", "clone_job_id": "1", "login_password": "secret"}


class Exited(Exception):
    """Ends a module; holds what it exits with."""


@pytest.fixture
def exits(monkeypatch: pytest.MonkeyPatch) -> Dict[str, Any]:
    """Takes the place of what AnsibleModule reads and prints; the caller may change the settings in it."""
    settings: Dict[str, Any] = {"params": OPTIONS, "check_mode": False, "_diff": False, "_verbosity": 0,
                                "no_log_values": {"secret"}, "warned": [], "given": {}}

    def begin(self: Any, **keywords: Any) -> None:
        settings["given"] = keywords
        for name, value in settings.items():
            setattr(self, name, value)

    def leave(kind: str) -> Any:
        def leave(self: Any, *texts: Any, **result: Any) -> None:
            # Otherwise AnsibleModule would garble words of fixed meaning.
            assert self.no_log_values == set()
            raise Exited(kind, *texts, result)
        return leave

    monkeypatch.setattr(AnsibleModule, "__init__", begin)
    monkeypatch.setattr(AnsibleModule, "exit_json", leave("ok"))
    monkeypatch.setattr(AnsibleModule, "fail_json", leave("failed"))
    monkeypatch.setattr(AnsibleModule, "warn", lambda self, text: settings["warned"].append(text))
    return settings


def left(monkeypatch: pytest.MonkeyPatch, ending: Ending) -> Any:
    """Returns what the module exits with if the run ends like that, and the arguments of the run."""
    asked: List[Any] = []

    def run(*arguments: Any) -> Ending:
        asked.append(arguments)
        return ending

    monkeypatch.setattr(_module, "run", run)
    with pytest.raises(Exited) as exited:
        _module.run_module(CLONE_DROP)
    return exited.value.args, asked


@pytest.mark.parametrize(("ending", "settings", "expected"), [
    (DONE, {}, {}),
    (DONE._replace(diff={"before": 1}), {}, {}),
    (DONE, {"_diff": True}, {}),
    (DONE._replace(diff={"before": 1}), {"_diff": True}, {"diff": {"before": 1}}),
    (DONE._replace(trace="never"), {"_verbosity": 4}, {}),
])
def test_a_success_exits_with_the_result(ending: Ending, settings: Dict[str, Any], expected: Dict[str, Any],
                                         exits: Dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    exits.update(settings)
    how, asked = left(monkeypatch, ending)
    assert how == ("ok", {**DONE.result, **expected})
    assert asked == [(CLONE_DROP, OPTIONS, False, os.environ, sys.executable)]
    assert exits["given"] == {"argument_spec": CLONE_DROP.argument_spec(), "supports_check_mode": True,
                              **CLONE_DROP.argument_rules()}


@pytest.mark.parametrize(("trace", "verbosity", "exception"), [
    ("Traceback", 2, None), ("Traceback", 3, "Traceback"), ("", 3, None)])
def test_a_failure_exits_with_error_and_with_a_traceback_for_those_who_want_it(
        trace: str, verbosity: int, exception: Optional[str], exits: Dict[str, Any],
        monkeypatch: pytest.MonkeyPatch) -> None:
    exits.update(_verbosity=verbosity, check_mode=True)
    (kind, msg, result), asked = left(monkeypatch, FAILED._replace(trace=trace, warnings=("Mind.", "Look.")))
    assert (kind, msg, result.pop("exception", None)) == ("failed", "Cannot.", exception)
    assert {"msg": msg, **result} == FAILED.result
    assert exits["warned"] == ["Mind.", "Look."]
    assert asked[0][2] is True


@pytest.mark.parametrize(("options", "message"), [
    ({}, "missing required arguments"), ({"surprise": 1}, "There is no option surprise.")])
def test_what_ansible_refuses_has_all_keys(options: Dict[str, Any], message: str, exits: Dict[str, Any]) -> None:
    exits["params"] = {**OPTIONS, **options}
    with pytest.raises(Exited) as exited:
        _module.OceanBaseModule(CLONE_DROP).fail_json("missing required arguments")
    kind, msg, result = exited.value.args
    assert (kind, msg, result["error"]["class"], result["error"]["message"]) == (
        "failed", message, "invalid_option", message)
    assert set(result) == {"changed", "outcome", "job", "executed_statements", "error", "invocation"}
