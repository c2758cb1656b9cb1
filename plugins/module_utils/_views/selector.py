# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release. Do not use it from elsewhere.
"""Selecting clone jobs: names and ids, checked before anything is sent and compared exactly."""

from __future__ import annotations

from typing import Any, Dict, List, Mapping, NamedTuple, Optional, Sequence, Tuple

from .._errors import InvalidOption

# OceanBase keeps a tenant's name in 64 bytes (facts: Cancel grammar).
LONGEST_NAME = 64
# Bytes, of resource pools and unit configs (facts: Start grammar).
LONGEST_POOL_NAME = 128
# A job id is a bigint: nanoseconds since 1970 (facts: Initial values).
_LARGEST_ID = 2 ** 63 - 1
_QUOTES = "'\"`\\"
_ID = "CLONE_JOB_ID"
# The options that take a list, and the one for a single job that each item stands for.
LISTS = {"clone_tenants": "clone_tenant", "source_tenants": "source_tenant", "clone_job_ids": "clone_job_id"}


def selector_argument_spec() -> Dict[str, Any]:
    """Returns the specification of the options that select one clone job."""
    return {
        "clone_tenant": {"type": "str", "aliases": ["new_tenant_name"]},
        "source_tenant": {"type": "str"},
        "clone_job_id": {"type": "str"},
    }


def selectors_argument_spec() -> Dict[str, Any]:
    """Returns the specification of the options that select several clone jobs."""
    return {option: {"type": "list", "elements": "str"} for option in LISTS}


def check_name(option: str, name: str, longest: int = LONGEST_NAME) -> str:
    """
    Returns ``name`` if it can be sent safely, otherwise raises InvalidOption naming ``option``. ``longest``: bytes.

    OceanBase puts the name unescaped into statements of its own (facts: Names), so quotes,
    backslashes and control characters must not reach it.
    """
    if not name:
        raise InvalidOption("%s is empty" % option, "Give it a name.")
    try:
        length = len(name.encode("utf-8"))
    except UnicodeEncodeError:
        raise InvalidOption("%s is not valid Unicode text" % option) from None
    if length > longest:
        raise InvalidOption("%s is %d bytes long, but OceanBase allows %d" % (option, length, longest))
    bad = next((character for character in name
                if character in _QUOTES or ord(character) < 32 or 127 <= ord(character) < 160), None)
    if bad is not None:
        raise InvalidOption("%s %r holds the character %r" % (option, name, bad),
                            "Names consist of letters, digits and _; "
                            "quotes, backslashes and control characters are never sent.")
    return name


def check_job_id(option: str, job_id: str) -> str:
    """Returns ``job_id`` in plain digits if it can be a CLONE_JOB_ID, otherwise raises InvalidOption."""
    text = job_id.strip()
    if not (text.isascii() and text.isdigit() and 0 < int(text[:20]) <= _LARGEST_ID):
        raise InvalidOption("%s %r is not the id of a clone job" % (option, job_id),
                            "Give the number in CLONE_JOB_ID, as text.")
    return str(int(text))


def items_of(value: Optional[Sequence[str]]) -> List[str]:
    """
    Returns the items of a list option, without white space around them: Ansible cuts the text "a, b" at the comma and
    leaves the blank. It makes a list of one empty text of an empty text, as surveys give.
    """
    items = [item.strip() for item in value or ()]
    return [] if items == [""] else items


def _check_item(option: str, number: int, item: str) -> str:
    """Returns an item of a list option as it can be sent; InvalidOption."""
    label = "item %d of %s" % (number, option)
    if item.startswith("[") or item.endswith("]"):
        # Ansible cuts the text "[a, b]" at its commas. No such clone is found, which would look like success.
        raise InvalidOption("%s %r is a piece of a list that was given as text" % (label, item),
                            "Separate names by commas, without brackets, or give a list.")
    return check_job_id(label, item) if LISTS[option] == "clone_job_id" else check_name(label, item)


class Selector(NamedTuple):
    """Holds what a job must match; None matches everything."""

    clone_tenant: Optional[str] = None
    source_tenant: Optional[str] = None
    clone_job_id: Optional[str] = None

    @classmethod
    def from_options(cls, options: Mapping[str, Any]) -> Selector:
        """Returns the selector for module options; InvalidOption if one of them cannot be sent safely."""
        clone, source, job_id = options["clone_tenant"], options["source_tenant"], options["clone_job_id"]
        return cls(
            None if clone is None else check_name("clone_tenant", clone),
            None if source is None else check_name("source_tenant", source),
            None if job_id is None else check_job_id("clone_job_id", job_id))

    @classmethod
    def several_from_options(cls, options: Mapping[str, Any]) -> List[Selector]:
        """Returns a selector for each item of the options that take lists; InvalidOption for an item."""
        return [cls(**{single: _check_item(option, number, item)})
                for option, single in LISTS.items()
                for number, item in enumerate(items_of(options[option]), 1)]

    @property
    def kind(self) -> str:
        """Returns which option named the job, the most telling one if there are several."""
        return next((kind for kind in LISTS.values() if getattr(self, kind) is not None), "")

    @property
    def name(self) -> str:
        """Returns the value of that option."""
        return str(getattr(self, self.kind)) if self.kind else ""

    def columns(self) -> Dict[str, str]:
        """Returns what must match, by column of the views."""
        values = {"CLONE_TENANT_NAME": self.clone_tenant, "SOURCE_TENANT_NAME": self.source_tenant,
                  _ID: self.clone_job_id}
        return {column: value for column, value in values.items() if value is not None}

    def matches(self, row: Mapping[str, Any]) -> bool:
        """Tells whether a row of a view (labels in lower case) matches exactly."""
        return all(str(row[column.lower()]) == value for column, value in self.columns().items())

    def describe(self) -> str:
        """Returns for messages: "clone tenant a, source tenant b, clone job 1"; blanks around a name are visible."""
        parts = (("clone tenant", self.clone_tenant), ("source tenant", self.source_tenant),
                 ("clone job", self.clone_job_id))
        return ", ".join("%s %s" % (label, value if value == value.strip() else repr(value))
                         for label, value in parts if value is not None)


class Condition(NamedTuple):
    """A condition for WHERE, its arguments, and the expressions that it compares."""

    text: str
    arguments: List[Any]
    expressions: List[str]


def conditions(selectors: Sequence[Selector], exact: bool) -> List[Condition]:
    """
    Returns conditions of which each row of the selectors meets one: one condition for all selectors of the same form.
    The server compares names without regard to case and trailing spaces (facts: Names), unless
    ``exact``.
    """
    forms: Dict[Tuple[str, ...], List[Dict[str, str]]] = {}
    for selector in selectors:
        columns = selector.columns()
        forms.setdefault(tuple(columns), []).append(columns)
    found = []
    for names, members in forms.items():
        terms, arguments, expressions = [], [], []
        for name in names:
            values = list(dict.fromkeys(member[name] for member in members))
            expression = "BINARY " + name if exact and name != _ID else name
            terms.append(expression + (" = %s" if len(values) == 1 else " IN (%s)" % ", ".join(["%s"] * len(values))))
            arguments += [int(value) if name == _ID else value for value in values]
            expressions.append(expression)
        found.append(Condition(" AND ".join(terms) or "1 = 1", arguments, expressions))
    return found
