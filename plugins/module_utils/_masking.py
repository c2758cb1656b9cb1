# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release. Do not use it from elsewhere.
"""
Keeps passwords out of what a module returns.

AnsibleModule replaces a secret wherever its letters occur: with the password "a" the outcome becomes "c********nceled",
and roles that branch on it go wrong. Words of fixed meaning, and the names, ids and times that the views show, are data
and stay as they are. A password can stand in the options and in texts that quote a driver, a server or a file: these
are masked.
"""

from __future__ import annotations

import re
from typing import Any, Collection, Dict, Mapping

MASK = "********"
# What Ansible shows for the value of such an option.
HIDDEN = "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"
# Shorter secrets occur inside ordinary words by chance. Masked there, they would make a text unreadable, and the rest
# of the word would give them away, as the gaps in its punctuation would do with one that has neither letter nor digit.
_SHORTEST_INSIDE_WORDS = 4


def mask(value: Any, secrets: Collection[str]) -> Any:
    """
    Returns the value with each secret in its texts replaced, a very short one only where it stands alone; dictionaries
    and lists are copied. What is not Unicode becomes an escape such as \\udc80, since Ansible takes no result with it.
    """
    if isinstance(value, str):
        patterns = [_pattern(secret) for secret in sorted(filter(_is_told, secrets), key=len, reverse=True)]
        text = re.sub("|".join(patterns), MASK, value) if patterns else value
        return text.encode("utf-8", "backslashreplace").decode("utf-8")
    if isinstance(value, Mapping):
        return {mask(key, secrets): mask(item, secrets) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [mask(item, secrets) for item in value]
    return value


def _is_told(secret: str) -> bool:
    """Tells whether a text that holds the secret tells it."""
    return len(secret) >= _SHORTEST_INSIDE_WORDS or re.search(r"\w", secret) is not None


def _pattern(secret: str) -> str:
    """Returns a regular expression for the places where the secret is masked."""
    pattern = re.escape(secret)
    return pattern if len(secret) >= _SHORTEST_INSIDE_WORDS else r"(?<!\w)%s(?!\w)" % pattern


def masked_options(argument_spec: Mapping[str, Any], options: Mapping[str, Any],
                   secrets: Collection[str]) -> Dict[str, Any]:
    """Returns the options to show as ``invocation``, without the value of any that must not be logged."""
    return {name: HIDDEN if value is not None and argument_spec.get(name, {}).get("no_log") else mask(value, secrets)
            for name, value in options.items()}


def masked_result(result: Mapping[str, Any], secrets: Collection[str]) -> Dict[str, Any]:
    """Returns a result in which the texts about failures are masked, also those of ``results``."""
    masked = dict(result)
    if masked.get("error"):
        texts = {key: mask(masked["error"][key], secrets) for key in ("message", "hint")}
        masked["error"] = {**masked["error"], **texts}
        masked["msg"] = mask(masked["msg"], secrets)
    if masked.get("results"):
        masked["results"] = [masked_result(part, secrets) for part in masked["results"]]
    return masked
