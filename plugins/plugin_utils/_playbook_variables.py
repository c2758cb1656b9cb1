# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release. Do not use it from elsewhere.
"""Checks the variables of playbooks and roles, and gives them their types and defaults, before anything is touched."""

from __future__ import annotations

import json
from typing import Any, Iterable, Mapping, Sequence

from ansible_collections.community.oceanbase.plugins.module_utils._options import nearest
from ansible_collections.community.oceanbase.plugins.module_utils._procedures.cancel import OUTCOMES_TO_FAIL_ON
from ansible_collections.community.oceanbase.plugins.module_utils._views.jobs import STATUSES

_WAIT_TIMEOUT = {"type": "int", "default": 600}
# The variables of each playbook: their type (a text if none is given, an int, or a list of texts), default and choices.
PLAYBOOKS: dict[str, dict[str, dict[str, Any]]] = {
    "cancel_clone": {
        "clone_tenant": {"type": "list"}, "source_tenant": {"type": "list"},
        "fail_on": {"type": "list", "choices": list(OUTCOMES_TO_FAIL_ON)}, "wait_timeout": _WAIT_TIMEOUT},
    "clone_status": {
        "stuck_after": {"type": "int", "default": 1800}, "history_limit": {"type": "int", "default": 10},
        "oceanbase_report": {}, "report_limit": {"type": "int", "default": 10000}},
    "free_source_tenant": {
        "source_tenant": {"required": True},
        "running_clone": {"choices": ["cancel", "wait", "fail"], "default": "cancel"},
        "wait_timeout": _WAIT_TIMEOUT, "after_timeout": {"choices": ["fail", "cancel"], "default": "fail"}},
    "reap_stale_clones": {
        "min_age": {"type": "int", "required": True},
        "in_status": {"type": "list", "choices": list(STATUSES)},
        "max_cancel": {"type": "int", "default": 10}, "wait_timeout": _WAIT_TIMEOUT},
}
# Variables of every playbook. Ansible needs the first ones before it knows any host, and so its variables.
BEFORE_HOSTS = ("oceanbase_hosts", "oceanbase_serial")
COMMON = (*BEFORE_HOSTS, "oceanbase_login", "oceanbase_in_process", "oceanbase_progress")
# How similar a name must be to be a misspelled one: all but a letter or two.
_LIKENESS = 0.84
# Variables of which one at least must be given.
ONE_OF = {"cancel_clone": ["clone_tenant", "source_tenant"]}


class WrongValue(Exception):
    """A variable has a value that it cannot have, or is a misspelled one; the text says which and why."""


def check_names_for_playbook(playbook: str, names: Iterable[str], values: Mapping[str, Any]) -> None:
    """
    Raises WrongValue if one of the ``names`` was probably meant to be a variable of the playbook. ``values`` has the
    variables of the playbook that are given, and those of COMMON.
    """
    known = {name for variables in PLAYBOOKS.values() for name in variables}.union(COMMON)
    wanted = [name for name in (*PLAYBOOKS[playbook], *COMMON) if values.get(name) in (None, "")]
    for name in sorted(set(names) - known):
        _complain(name, nearest(name, wanted, _LIKENESS))


def check_names_for_role(prefix: str, names: Iterable[str], options: Mapping[str, Mapping[str, Any]],
                         values: Mapping[str, Any]) -> None:
    """
    Raises WrongValue if one of the ``names`` was probably meant to be one of the role's ``options``, which all begin
    with ``prefix``, and which has its default in ``values``.
    """
    wanted = {name[len(prefix):]: name for name, rules in options.items()
              if values.get(name, rules.get("default")) == rules.get("default")}
    for name in sorted(name for name in names if name.startswith(prefix) and name not in options):
        _complain(name, wanted.get(nearest(name[len(prefix):], wanted, _LIKENESS) or ""))


def _complain(name: str, meant: str | None) -> None:
    if meant is not None:
        raise WrongValue("There is no variable %s; did you mean %s?" % (name, meant))


def convert(spec: Mapping[str, Mapping[str, Any]], values: Mapping[str, Any],
            one_of: Sequence[str] = ()) -> dict[str, Any]:
    """
    Returns the values of the variables in ``spec``, converted, with defaults for those that are missing or empty, as
    surveys give them. A spec has ``type`` (str, int, or list of str), ``default``, ``choices`` and ``required``. Of the
    variables in ``one_of`` at least one must be given. Raises WrongValue.
    """
    result = {}
    for name, rules in spec.items():
        value = values.get(name)
        if isinstance(value, str):
            value = value.strip()
        result[name] = _default(rules) if value in (None, "") else _converted(name, rules, value)
        if rules.get("required") and result[name] is None:
            raise WrongValue("Give %s." % _option(name, rules))
    if one_of and not any(result[name] for name in one_of):
        raise WrongValue("Give %s." % " or ".join(_option(name, spec[name]) for name in one_of))
    return result


def _default(rules: Mapping[str, Any]) -> Any:
    return rules.get("default", [] if rules.get("type") == "list" else None)


def _converted(name: str, rules: Mapping[str, Any], value: Any) -> Any:
    kind = rules.get("type", "str")
    try:
        if kind == "list":
            items = _items(value) if isinstance(value, str) else value if isinstance(value, list) else [value]
            converted: Any = [text for text in (_text(item).strip() for item in items) if text]
        elif kind == "int":
            converted = int(_text(value))
        else:
            converted = _text(value)
    except (TypeError, ValueError):
        kinds = {"int": "a whole number", "str": "a text", "list": "a list of texts, or a text with commas"}
        raise WrongValue("%s is %r, but must be %s." % (name, value, kinds[kind])) from None
    wrong = [item for item in (converted if kind == "list" else [converted])
             if item not in rules.get("choices", [item])]
    if wrong:
        raise WrongValue("%s is %r, but must be one of: %s." % (name, value, ", ".join(rules["choices"])))
    return converted


def _items(text: str) -> Any:
    """Returns the list in a text: with commas, or JSON, as -e 'name=["a", "b"]' gives it; ValueError."""
    return json.loads(text) if text.startswith("[") else text.split(",")


def _text(value: Any) -> str:
    """Returns a text or number as text; TypeError for anything else, such as a truth value or a list in a list."""
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        raise TypeError
    return str(value)


def _option(name: str, rules: Mapping[str, Any]) -> str:
    return "-e %s=%s" % (name, "SECONDS" if rules.get("type") == "int" else "NAME")
