# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The results as a page with tables and a chart."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

# REUSE-IgnoreStart: these headers are those of the written files.
_HEADER = """<!--
Copyright (c) 2026, The community.oceanbase authors
GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
SPDX-License-Identifier: GPL-3.0-or-later
-->

"""

# The chart in a light and in a dark surrounding.
_STYLE = """
.paper { fill: #ffffff; } text { fill: #111827; }
.task { fill: #2a7de1; } .hand { fill: #7b8794; } .return { fill: #2aa876; }
@media (prefers-color-scheme: dark) { .paper { fill: #131416; } text { fill: #e5e7eb; } .hand { fill: #9aa5b1; } }
"""

_GUIDE_MARK = "  Written by make bench; do not edit below.\n"

_REASONS = """
Why a goal may be missed:

- Cost of a task: about half of what comes on top of `ping` is this collection's code, which Ansible ships as source in
  a zip archive (from an archive Python compiles each module twice, to find its file name and to run it), a quarter is
  PyMySQL with the `ssl` that it imports, the rest the options, the connection and the statements. What only some runs
  need (TLS contexts, option files) is loaded only by them. On a control node PyMySQL imports cryptography, which the
  logins of OceanBase do not use; that cannot be left out without changing PyMySQL under other users' feet.
  `mysql_query` pays it too.
- Whole job by the clock: it holds ansible-playbook's start and the server's clean-up, which are the same for both.
- Return: the looks are a twentieth of the time waited so far apart, and the wait is the clean-up plus up to a second
  before the server begins it. On a busy machine the end of the process comes on top.
"""


def figures(results: dict[str, Any]) -> dict[str, str]:
    """The numbers that the performance guide quotes, by their names there."""
    cost, jobs, back = results["task cost"], list(results["whole job"].values()), results["reaction"]
    wall = [job["ratio"]["wall without start and server"] for job in jobs]
    cpu = [job["ratio"]["cpu without start"] for job in jobs]
    processes = [job["by hand"]["module processes"] for job in jobs]
    clusters = results["clusters"]
    seconds = clusters["50"]["cpu per cluster"]
    found = {
        "cores": results["machine"]["cores"],
        "ping cpu": f"{cost['ping, managed host']['cpu']:.2f}",
        "cancel cpu": f"{cost['ob_clone_cancel, managed host']['cpu']:.2f}",
        "cancel to ping": f"{cost['ob_clone_cancel, managed host']['cpu to ping']:.2f}",
        "control to ping": f"{cost['ob_clone_cancel, control node']['cpu to ping']:.2f}",
        "query cpu": f"{cost['mysql_query, managed host']['cpu']:.2f}",
        "query to ping": f"{cost['mysql_query, managed host']['cpu to ping']:.2f}",
        "least wall ratio": min(wall), "most wall ratio": max(wall),
        "least cpu ratio": min(cpu), "most cpu ratio": max(cpu),
        "fewest processes": min(processes), "most processes": max(processes),
        **{f"return {cleanup}": f"{numbers['median']:.2f}" for cleanup, numbers in back.items()},
        "looks": back["30"]["polls per second, last half"],
        **{f"{kind} 100": f"{number:.1f}" for kind, number in results["clones"]["100"].items()},
        **{f"wall {count}": f"{numbers['wall']:.1f}" for count, numbers in clusters.items()},
        **{f"cpu {count}": f"{numbers['cpu per cluster']:.2f}" for count, numbers in clusters.items()},
        "memory": round(results["memory"]["ob_clone_cancel"]), "ping memory": round(results["memory"]["ping"]),
        # Four cores have 240 processor seconds a minute; rounded down, as it is an estimate.
        "clusters a minute": int(240 / seconds // 10 * 10), "minutes for 500": f"{500 * seconds / 60:.0f}",
    }
    return {name: str(value) for name, value in found.items()}


def quoted(guide: str) -> dict[str, str]:
    """The figures that the text of the guide defines."""
    return dict(re.findall(r"^\.\. \|(.+)\| replace:: (.+)$", guide, re.MULTILINE))


def write_guide(results: dict[str, Any], guide: Path) -> None:
    """Puts the figures into the guide, as definitions at its end."""
    text, mark, _old = guide.read_text(encoding="utf-8").partition(_GUIDE_MARK)
    lines = [f".. |{name}| replace:: {value}\n" for name, value in figures(results).items()]
    guide.write_text(text + mark + "\n" + "".join(lines), encoding="utf-8")


def _table(first: str, rows: dict[str, dict[str, Any]]) -> str:
    """A Markdown table, a row for each entry."""
    columns = list(next(iter(rows.values())))
    lines = [" | ".join(["", first, *columns, ""]).strip(), "|---" * (len(columns) + 1) + "|"]
    lines += [" | ".join(["", name, *(str(row[column]) for column in columns), ""]).strip()
              for name, row in rows.items()]
    return "\n".join(lines) + "\n"


def _verdict(what: str, value: float, goal: float) -> str:
    return f"- {what}: **{value}**, goal at most {goal}: {'met' if value <= goal else 'not met'}\n"


def write(results: dict[str, Any], folder: Path) -> None:
    """Writes results.md and chart.svg into the folder."""
    text = _HEADER + "# Benchmarks\n\nWritten by `make bench`; do not edit. Times are in seconds, on the bundled "
    text += "mock. What a section compares was measured in one run, taking turns, and is given as medians.\n\n"
    text += "## Machine\n\n"
    text += "".join(f"- {name}: {value}\n" for name, value in results["machine"].items())
    text += "\n![Time of the whole job, and reaction to the end of the clean-up](chart.svg)\n\n## Goals\n\n"
    for place in ("managed host", "control node"):
        cost = results["task cost"][f"ob_clone_cancel, {place}"]
        text += _verdict(f"a task with nothing to cancel to `ping`, {place} (by the clock)", cost["wall to ping"],
                         1.15)
        text += _verdict(f"the same in processor time, {place}", cost["cpu to ping"], 1.15)
    for cleanup, job in results["whole job"].items():
        text += _verdict(f"whole job to the same by hand, clean-up of {cleanup} s (by the clock)", job["ratio"]["wall"],
                         0.4)
        text += _verdict("the same without Ansible's start and the server's time",
                         job["ratio"]["wall without start and server"], 0.4)
    for cleanup, numbers in results["reaction"].items():
        text += _verdict(f"return after the end of a clean-up of {cleanup} s (median)", numbers["median"],
                         round(max(0.3, 0.1 * float(cleanup)), 2))
    text += _verdict("looks a second in the last half of a clean-up of 30 s",
                     results["reaction"]["30"]["polls per second, last half"], 1.5)
    text += _REASONS
    text += "\n## Cost of a task\n\nWithout ansible-playbook's own start. A managed host has PyMySQL; a control node "
    text += "has also the package cryptography, which PyMySQL imports if it is there.\n\n"
    text += _table("task", results["task cost"])
    text += "\n## The whole job\n\nOne task, or look up, cancel, poll each second and check with `mysql_query`.\n"
    for cleanup, job in results["whole job"].items():
        text += f"\nClean-up of {cleanup} s, and up to a second until the server begins it:\n\n" + _table("by", job)
    text += "\n## Return after the end of the clean-up\n\nFrom the row's arrival in the history to the end of the "
    text += "module's process.\n\n" + _table("clean-up", results["reaction"])
    text += "\n## Number of clones, seconds for each\n\nA loop in one task; the role clone_cancel, which "
    text += "orders all cancels and then waits; as many hosts, forks 10. Clean-ups take "
    text += "0.1 s after up to a second of waiting.\n\n" + _table("clones", results["clones"])
    text += "\n## Number of clusters, forks 10\n\n" + _table("clusters", results["clusters"])
    text += "\n## Memory\n\nLargest resident size of a module's process, in MB.\n\n"
    text += _table("", {"MB": results["memory"]})
    text += "\n## The bundled mock under load\n\nSessions that ask for their job's row again as soon as they are "
    text += "answered, for 5 s; the clients are on the same machine.\n\n" + _table("", results["mock"]["sessions"])
    text += "\nSingle queries over a history of 10,000 rows:\n\n" + _table("query", results["mock"]["queries"])
    text += "\n" + _table("", {**results["mock"]["memory"]})
    text += "\nFrom the start of the program until it listens, in seconds:\n\n" + _table("", results["mock"]["start"])
    (folder / "results.md").write_text(text, encoding="utf-8")
    (folder / "chart.svg").write_text(_chart(results), encoding="utf-8")


def _chart(results: dict[str, Any]) -> str:
    """Bars: the whole job by the clock for each clean-up time, one task and by hand."""
    bars = [(f"clean-up {cleanup} s", kind, job[kind]["wall"]) for cleanup, job in results["whole job"].items()
            for kind in ("ob_clone_cancel", "by hand")]
    bars += [(f"after {cleanup} s", "return", numbers["median"]) for cleanup, numbers in results["reaction"].items()]
    scale = 420 / max(value for _group, _kind, value in bars)
    kinds = {"ob_clone_cancel": "task", "by hand": "hand", "return": "return"}
    lines = ['<?xml version="1.0" encoding="UTF-8"?>',
             "<!-- Copyright (c) 2026, The community.oceanbase authors",
             "GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or "
             "https://www.gnu.org/licenses/gpl-3.0.txt)", "SPDX-License-Identifier: GPL-3.0-or-later -->",
             f'<svg xmlns="http://www.w3.org/2000/svg" width="760" height="{len(bars) * 26 + 60}" '
             'font-family="sans-serif" font-size="13" role="img">', f"<style>{_STYLE}</style>",
             '<rect width="100%" height="100%" class="paper"/>',
             '<text x="10" y="24" font-size="15">Whole job (one task, or by hand with mysql_query) and return after '
             'the clean-up, seconds</text>']
    for number, (group, kind, value) in enumerate(bars):
        top = 44 + number * 26
        lines += [f'<text x="10" y="{top + 14}">{group}, {kind}</text>',
                  f'<rect x="250" y="{top}" width="{max(1, value * scale):.0f}" height="18" class="{kinds[kind]}"/>',
                  f'<text x="{256 + value * scale:.0f}" y="{top + 14}">{value:.2f}</text>']
    return "\n".join([*lines, "</svg>", ""])
# REUSE-IgnoreEnd
