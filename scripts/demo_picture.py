# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""
Draws the terminal of `make demo` from what it really prints: the parts that tell the story.

``python scripts/demo_picture.py`` runs the demo and writes docs/docsite/rst/images/demo.svg.
"""

from __future__ import annotations

import html
import subprocess
import sys
import textwrap
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]
PICTURE = REPOSITORY / "docs" / "docsite" / "rst" / "images" / "demo.svg"
# Taken from this file, so that the text stands here once.
LICENSE = next(line[2:].strip() for line in Path(__file__).read_text(encoding="utf-8").splitlines() if "SPDX-" in line)

COLUMNS, FONT, TALL, LEFT, TOP = 96, 13, 18, 16, 44
# How a paragraph of the output begins that is left out.
LEFT_OUT = ("PLAY ", "TASK [Look at", "TASK [Verify")
# How a line begins that is left out: how many there are depends on the moments at which the module looks, or it differs
# from run to run.
VARYING = ("WAITING:", "trace_id:")
COLORS = {"ok:": "ok", "changed:": "changed"}
STYLE = """
text { font-family: ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; font-size: %dpx; fill: #d5dbe2;
  white-space: pre; }
.say { fill: #ffffff; font-weight: bold; }
.ok { fill: #6fd39a; }
.changed { fill: #e9c35a; }
""" % FONT


def story(output: str) -> list[list[str]]:
    """Returns the paragraphs of the demo's output that the picture shows, each as its lines."""
    shown = []
    for paragraph in output.strip().split("\n\n"):
        lines = [line.rstrip() for line in paragraph.strip("\n").splitlines() if not line.lstrip().startswith(VARYING)]
        if lines and not lines[0].startswith(LEFT_OUT):
            shown.append(lines)
    return shown


def draw(output: str) -> str:
    """Returns the picture of that output, as the text of an SVG file."""
    elements: list[str] = []
    lines = [("$ make demo", "say"), ("", "")]
    for paragraph in story(output):
        kind = ""
        for line in paragraph:
            kind = next((color for start, color in COLORS.items() if line.startswith(start)), kind)
            indent = " " * (len(line) - len(line.lstrip()))
            words = line.rstrip("*").rstrip() if line.startswith("TASK") else line
            parts = textwrap.wrap(words, COLUMNS, drop_whitespace=True, subsequent_indent=indent + "    ") or [""]
            lines += [(part, "say" if line.startswith((">>>", "TASK")) else kind) for part in parts]
        lines.append(("", ""))
    for number, (words, kind) in enumerate(lines):
        if words:
            elements.append(f'<text x="{LEFT}" y="{TOP + number * TALL}" class="{kind}" xml:space="preserve">'
                            f"{html.escape(words, quote=False)}</text>")
    width, height = round(COLUMNS * FONT * 0.61) + 2 * LEFT, TOP + (len(lines) - 1) * TALL
    dots = "".join(f'<circle cx="{LEFT + 4 + 18 * number}" cy="16" r="5" fill="#55606e"/>' for number in range(3))
    return "\n".join((
        '<?xml version="1.0" encoding="UTF-8"?>', "<!-- Drawn by scripts/demo_picture.py from the output of make demo.",
        "Copyright (c) 2026, The community.oceanbase authors", LICENSE, "-->",
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        'role="img">', "<title>The output of make demo</title>", f"<style>{STYLE}</style>",
        f'<rect width="{width}" height="{height}" rx="8" fill="#14181e"/>{dots}', *elements, "</svg>", ""))


if __name__ == "__main__":
    done = subprocess.run([sys.executable, str(REPOSITORY / "scripts" / "demo.py")], check=True, text=True,
                          stdout=subprocess.PIPE)
    PICTURE.write_text(draw(done.stdout), encoding="utf-8")
