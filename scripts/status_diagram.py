# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""
Draws the life of a clone job from the status table that the modules decide with, so that picture and code agree.

``python scripts/status_diagram.py`` writes docs/docsite/rst/images/clone_states.svg.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from ansible_collections.community.oceanbase.plugins.module_utils._views.jobs import STATUSES, Phase

PICTURE = Path(__file__).resolve().parents[1] / "docs" / "docsite" / "rst" / "images" / "clone_states.svg"
# Taken from this file, so that the text stands here once.
LICENSE = next(line[2:].strip() for line in Path(__file__).read_text(encoding="utf-8").splitlines() if "SPDX-" in line)
PREFIX = "CLONE_SYS_"
FAILED = "_FAIL"

WIDTH, BOX, TALL, GAP, TOP, LEFT, SIDE = 420, 236, 42, 16, 64, 14, 296
# The colors of the picture in a light and in a dark surrounding; a status has that of its phase.
LIGHT = {"paper": "#ffffff", "ink": "#111827", "soft": "#374151", "zone": "#9ca3af", "fail": "#991b1b",
         "cancellable": "#dbeafe", "completed": "#dcfce7", "canceled": "#fef3c7", "failed": "#fee2e2"}
DARK = {"paper": "#131416", "ink": "#e5e7eb", "soft": "#b6bec9", "zone": "#6b7280", "fail": "#fca5a5",
        "cancellable": "#1e3a5f", "completed": "#14432a", "canceled": "#4a3a0c", "failed": "#5a1f1f"}
STYLE = """
svg { %s }
@media (prefers-color-scheme: dark) { svg { %s } }
text { font-family: ui-monospace, Menlo, Consolas, monospace; font-size: 12px; fill: var(--ink); }
.note { font-family: system-ui, sans-serif; font-size: 11px; fill: var(--soft); }
.fail { font-size: 9.5px; fill: var(--fail); }
.box { stroke: var(--soft); stroke-width: 1; }
.line { stroke: var(--soft); stroke-width: 1.3; fill: none; }
.head { fill: var(--soft); }
.paper { fill: var(--paper); }
.zone { fill: none; stroke: var(--zone); stroke-dasharray: 5 4; }
""" % tuple(" ".join(f"--{name}: {color};" for name, color in colors.items()) for colors in (LIGHT, DARK))


class Paper(NamedTuple):
    """Elements drawn so far."""

    elements: list[str]

    def text(self, x: float, y: float, words: str, kind: str = "") -> None:
        """Draws words that begin at ``x``."""
        self.elements.append(f'<text x="{x}" y="{y}" class="{kind}">{words}</text>')

    def box(self, x: float, y: float, width: float, phase: Phase, name: str, below: str = "") -> None:
        """Draws a status, with the one that it becomes when the step fails."""
        self.elements.append(f'<rect x="{x}" y="{y}" width="{width}" height="{TALL}" rx="5" class="box" '
                             f'style="fill: var(--{phase.value})"/>')
        self.text(x + 8, y + (18 if below else 26), name)
        if below:
            self.text(x + 8, y + 33, f"fails: {below}", "fail")

    def arrow(self, *points: tuple[float, float]) -> None:
        """Draws a line through the points with a head at the last one."""
        way = " ".join(f"{x},{y}" for x, y in points)
        self.elements.append(f'<polyline points="{way}" class="line" marker-end="url(#head)"/>')


def short(status: str) -> str:
    """Returns a status without the prefix that all of them share."""
    assert status.startswith(PREFIX)
    return status[len(PREFIX):]


def draw() -> str:
    """Returns the picture, as the text of an SVG file. Every status of the table is in it exactly once."""
    path = [status for status, phase in STATUSES.items() if phase in (Phase.CANCELLABLE, Phase.COMPLETED)]
    canceling, canceled = (short(status) for status, phase in STATUSES.items() if phase is Phase.CANCELED)
    failures = {status: status + FAILED for status in path if status + FAILED in STATUSES}
    assert set(failures.values()) == {status for status, phase in STATUSES.items() if phase is Phase.FAILED}

    paper = Paper([])
    tops = {status: TOP + number * (TALL + GAP) for number, status in enumerate(path)}
    bottom = tops[path[-1]] + TALL
    history = bottom + 52
    paper.elements.append(f'<rect x="4" y="30" width="{WIDTH - 8}" height="{bottom - 18}" rx="8" class="zone"/>')
    paper.text(LEFT, 50, "DBA_OB_CLONE_PROGRESS")
    paper.text(LEFT, 20, "CREATE TENANT ... FROM", "note")
    paper.arrow((LEFT + 160, 16), (LEFT + 200, 16), (LEFT + 200, TOP - 2))

    cancellable = [status for status in path if STATUSES[status] is Phase.CANCELLABLE]
    rail, middle = LEFT + BOX + 22, (tops[cancellable[0]] + tops[cancellable[-1]] + TALL) / 2
    for status in path:
        top = tops[status]
        failure = short(failures[status]) if status in failures else ""
        paper.box(LEFT, top, BOX, STATUSES[status], short(status), failure)
        if status != path[-1]:
            paper.arrow((LEFT + BOX / 2, top + TALL), (LEFT + BOX / 2, top + TALL + GAP - 2))
        if status in cancellable:
            paper.elements.append(f'<polyline points="{LEFT + BOX},{top + TALL / 2} {rail},{top + TALL / 2}" '
                                  'class="line"/>')
    paper.elements.append(f'<polyline points="{rail},{tops[cancellable[0]] + TALL / 2} '
                          f'{rail},{tops[cancellable[-1]] + TALL / 2}" class="line"/>')
    paper.arrow((rail, middle), (SIDE - 2, middle))
    paper.box(SIDE, middle - TALL / 2, WIDTH - SIDE - 14, Phase.CANCELED, canceling)
    for line, words in enumerate(("ALTER SYSTEM", "CANCEL CLONE", "is accepted from", "any of these")):
        paper.text(SIDE, middle - 80 + line * 15, words, "note")
    for line, words in enumerate(("tenant and pool", "are dropped")):
        paper.text(SIDE + 8, middle + 42 + line * 15, words, "note")

    paper.elements.append(f'<rect x="4" y="{history - 2}" width="{WIDTH - 8}" height="86" rx="8" class="zone"/>')
    paper.text(LEFT, history + 76, "DBA_OB_CLONE_HISTORY")
    third = (WIDTH - 2 * LEFT - 20) / 3
    ends = ((Phase.COMPLETED, short(path[-1])), (Phase.FAILED, "the ..." + FAILED), (Phase.CANCELED, canceled))
    for number, (phase, name) in enumerate(ends):
        paper.box(LEFT + number * (third + 10), history + 16, third, phase, name)
    paper.arrow((LEFT + 60, bottom), (LEFT + 60, history + 14))
    paper.arrow((LEFT + third + 10 + third / 2, bottom + 36), (LEFT + third + 10 + third / 2, history + 14))
    paper.arrow((SIDE + 56, middle + 66), (SIDE + 56, history + 14))
    paper.text(LEFT + third + 14, bottom + 28, "a step that failed", "note")
    height = history + 92
    return "\n".join((
        '<?xml version="1.0" encoding="UTF-8"?>',
        "<!-- Drawn by scripts/status_diagram.py from the status table of the modules.",
        "Copyright (c) 2026, The community.oceanbase authors",
        LICENSE,
        "-->",
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:g}" width="{WIDTH}" height="{height:g}" '
        'role="img">',
        "<title>The statuses of a clone job</title>",
        f"<style>{STYLE}</style>",
        '<defs><marker id="head" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7" '
        'orient="auto-start-reverse"><path d="M0 0 L10 5 L0 10 z" class="head"/></marker></defs>',
        f'<rect width="{WIDTH}" height="{height:g}" class="paper"/>',
        *paper.elements, "</svg>", ""))


if __name__ == "__main__":
    PICTURE.write_text(draw(), encoding="utf-8")
