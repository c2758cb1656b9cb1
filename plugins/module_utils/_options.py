# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release. Do not use it from elsewhere.
"""Checks the names of options before Ansible does: a misspelled one is named first, whatever else is missing."""

from __future__ import annotations

from typing import Any, Iterable, Mapping, Optional


def nearest(name: str, names: Iterable[str]) -> Optional[str]:
    """Returns the most similar of the names, or None if none is similar."""
    # Here, because Python compiles whatever a task imports anew each time.
    import difflib
    return next(iter(difflib.get_close_matches(name, list(names), 1)), None)


def unknown_options(options: Iterable[str], spec: Mapping[str, Any]) -> str:
    """Returns a sentence about each option that is not in the argument spec, with the nearest name; "" for none."""
    known = {name for option, details in spec.items() for name in (option, *details.get("aliases", ()))}
    sentences = []
    for name in options:
        if name not in known:
            near = nearest(name, known)
            sentences.append("There is no option %s%s" % (name, "; did you mean %s?" % near if near else "."))
    return " ".join(sentences)
