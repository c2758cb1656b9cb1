# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release. Do not use it from elsewhere.
"""
Checks what Ansible's own checks miss: a misspelled option is named first, whatever else is missing, and a value that
breaks Ansible's code is refused.
"""

from __future__ import annotations

import re
from typing import Any, Dict, Iterable, Mapping, Optional

_NO_NUMBER = re.compile(r"\s*[+-]?(inf(inity)?|nan)\s*\Z", re.IGNORECASE)


def nearest(name: str, names: Iterable[str], likeness: float = 0.6) -> Optional[str]:
    """Returns the most similar of the names, or None if none is as similar as ``likeness`` (0 to 1, equal)."""
    # Here, because Python compiles whatever a task imports anew each time.
    import difflib
    return next(iter(difflib.get_close_matches(name, list(names), 1, likeness)), None)


def unknown_options(options: Iterable[str], spec: Mapping[str, Any]) -> str:
    """Returns a sentence about each option that is not in the argument spec, with the nearest name; "" for none."""
    known = _by_name(spec)
    sentences = []
    for name in options:
        if name not in known:
            # Without its prefix an option of the login is like no other name.
            near = "login_" + name if "login_" + name in known else nearest(name, known)
            sentences.append("There is no option %s%s" % (name, "; did you mean %s?" % near if near else "."))
    return " ".join(sentences)


def unusable_value(options: Mapping[str, Any], spec: Mapping[str, Any]) -> str:
    """
    Returns a sentence about the first option that is infinity or NaN instead of a whole number, or a text with half of
    a surrogate pair; "" for none. AnsibleModule ends in a traceback when it converts infinity, or logs such a text.
    """
    known = _by_name(spec)
    for name, value in options.items():
        details = known.get(name, {})
        if details.get("type") == "int" and _NO_NUMBER.match(str(value)):
            return "%s is %s, but must be a whole number." % (name, str(value).strip())
        if isinstance(value, str) and not details.get("no_log") and not is_unicode(value):
            return "%s is not valid Unicode text." % name
    return ""


def is_unicode(text: str) -> bool:
    """Tells whether a text can be sent; what an environment variable or a file has in other encodings cannot."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _by_name(spec: Mapping[str, Any]) -> Dict[str, Mapping[str, Any]]:
    """Returns what the argument spec says of each option, by each of its names."""
    return {name: details for option, details in spec.items() for name in (option, *details.get("aliases", ()))}
