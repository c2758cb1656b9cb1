# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options of every module, with types, defaults and choices, as a list to compare with: golden_options.txt."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Dict

from .test_refused_options import DESCRIPTIONS

GOLDEN = Path(__file__).parent / "golden_options.txt"


def told(details: Dict[str, Any]) -> str:
    """Returns the specification of one option as text."""
    return ", ".join("%s: %s" % (key, details[key]) for key in sorted(details))


def test_every_option_is_as_it_should_be(tmp_path: Path) -> None:
    lines = []
    common = set.intersection(*[{(name, told(details)) for name, details in description.argument_spec().items()}
                                for description in DESCRIPTIONS.values()])
    for module, description in {"every module": None, **DESCRIPTIONS}.items():
        spec = {name: told(details) for name, details in description.argument_spec().items()} if description else {}
        rules = description.argument_rules() if description else {}
        options = set(spec.items()) - common if description else common
        lines += ["# " + module, *("%s (%s)" % option for option in sorted(options))]
        lines += ["%s: %s" % (rule, "; ".join(", ".join(group) for group in groups)) for rule, groups in rules.items()]
        lines.append("")
    text = "\n".join(lines)
    now = tmp_path / GOLDEN.name
    now.write_text(text, encoding="utf-8")
    assert text == GOLDEN.read_text(encoding="utf-8"), f"if the new list is better, copy {now} to {GOLDEN}"
