# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Part of JSON Schema that the scenario's schema uses, so that no library is needed to check a file."""

from __future__ import annotations

import re
from typing import Any, Dict, Iterator, List, Tuple, Type

_TYPES: Dict[str, Tuple[Type[Any], ...]] = {
    "object": (dict,), "array": (list,), "string": (str,), "integer": (int,), "number": (int, float),
    "boolean": (bool,), "null": (type(None),)}


def violations(value: Any, schema: Dict[str, Any], root: Dict[str, Any], path: str = "$") -> Iterator[str]:
    """Yields what is wrong with ``value``, each with its JSON path, such as ``$.jobs[0].state: ...``."""
    if "$ref" in schema:
        yield from violations(value, root["definitions"][schema["$ref"].rpartition("/")[2]], root, path)
        return
    if "enum" in schema and value not in schema["enum"]:
        yield "%s: %r is not one of %s" % (path, value, ", ".join(map(str, schema["enum"])))
        return
    if "type" in schema and not _is(value, schema["type"]):
        yield "%s: %r is not of type %s" % (path, value, " or ".join(_listed(schema["type"])))
        return
    if isinstance(value, dict):
        yield from _of_object(value, schema, root, path)
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from violations(item, schema.get("items", {}), root, "%s[%d]" % (path, number))
    elif isinstance(value, str):
        yield from _of_string(value, schema, path)
    elif isinstance(value, (int, float)):
        if value < schema.get("minimum", value):
            yield "%s: %r is less than %r" % (path, value, schema["minimum"])
        if value > schema.get("maximum", value):
            yield "%s: %r is more than %r" % (path, value, schema["maximum"])


def _listed(names: Any) -> List[str]:
    return [names] if isinstance(names, str) else list(names)


def _is(value: Any, names: Any) -> bool:
    return any(isinstance(value, _TYPES[name]) and (name == "boolean" or not isinstance(value, bool))
               for name in _listed(names))


def _of_object(value: Dict[str, Any], schema: Dict[str, Any], root: Dict[str, Any], path: str) -> Iterator[str]:
    for name in schema.get("required", []):
        if name not in value:
            yield "%s: '%s' is missing" % (path, name)
    known = schema.get("properties", {})
    others = schema.get("additionalProperties", {})
    for name, item in value.items():
        inner = "%s.%s" % (path, name)
        if name in known:
            yield from violations(item, known[name], root, inner)
        elif others is False:
            yield "%s: unknown; known are %s" % (inner, ", ".join(sorted(known)))
        else:
            yield from violations(item, others, root, inner)


def _of_string(value: str, schema: Dict[str, Any], path: str) -> Iterator[str]:
    if len(value) < schema.get("minLength", 0):
        yield "%s: is too short" % path
    if len(value) > schema.get("maxLength", len(value)):
        yield "%s: is longer than %d characters" % (path, schema["maxLength"])
    if "pattern" in schema and not re.search(schema["pattern"], value):
        yield "%s: %r does not match %s" % (path, value, schema["pattern"])
