# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the results as a page with tables, as a chart, and as figures into the performance guide."""

from __future__ import annotations

import math
import re
from pathlib import Path
from typing import Any, Sequence

# REUSE-IgnoreStart: these headers are those of the written files.
_HEADER = """<!--
Copyright (c) 2026, The community.oceanbase authors
GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
SPDX-License-Identifier: GPL-3.0-or-later
-->

"""
_CHART_HEADER = """<?xml version="1.0" encoding="UTF-8"?>
<!-- Written by make bench.
Copyright (c) 2026, The community.oceanbase authors
SPDX-License-Identifier: GPL-3.0-or-later
-->
"""
# REUSE-IgnoreEnd

# The chart's colors in a light and in a dark surrounding.
_STYLE = """
svg { --paper: #ffffff; --ink: #111827; --soft: #4b5563; --grid: #e5e7eb; --ours: #1d6fd1; --peer: #8a94a0; }
@media (prefers-color-scheme: dark) {
  svg { --paper: #131416; --ink: #e5e7eb; --soft: #b6bec9; --grid: #33373d; --ours: #5aa2f5; --peer: #7d8793; }
}
text { font-family: system-ui, sans-serif; font-size: 13px; fill: var(--ink); }
.title { font-size: 15px; font-weight: 600; }
.tick { font-size: 12px; fill: var(--soft); }
.grid { stroke: var(--grid); }
.axis { stroke: var(--soft); }
.paper { fill: var(--paper); }
.ours { fill: var(--ours); }
.peer { fill: var(--peer); }
"""
_WIDTH, _LEFT, _RIGHT, _BAR = 720, 232, 60, 26

_GUIDE_MARK = "  Written by make bench; do not edit below.\n"
_IN, _MODULE, _HAND = "ob_clone_cancel, in process", "ob_clone_cancel, as a module", "by hand"
_QUERY = "mysql_query"


def figures(results: dict[str, Any]) -> dict[str, str]:
    """Returns the numbers that the performance guide quotes, by their names there."""
    cost, jobs, back = results["task cost"], list(results["whole job"].values()), results["reaction"]
    here, there = cost["control node"], cost["managed host"]
    clusters = results["clusters"]
    biggest = clusters["500, forks 50"]
    rows = {"debug": "debug", "in": _IN, "ping": "ping", "query": _QUERY, "module": _MODULE}
    found = {
        "cores": results["machine"]["cores"],
        **{f"{short} cpu": f"{here[kind]['cpu']:.3f}" for short, kind in rows.items()},
        **{f"{short} to ping": f"{here[kind]['cpu to ping']:.2f}" for short, kind in rows.items() if short != "ping"},
        **{f"{short} to debug": f"{here[kind]['cpu to debug']:.1f}" for short, kind in rows.items()
           if short != "debug"},
        "managed to ping": f"{there[_MODULE]['cpu to ping']:.2f}",
        "managed query to ping": f"{there[_QUERY]['cpu to ping']:.2f}",
        **{f"job {short}": _span(f"{job[kind]['cpu without start']:.2f}" for job in jobs)
           for short, kind in (("in", _IN), ("module", _MODULE), ("hand", _HAND))},
        **{f"job ratio {short}": _span(f"{job[kind + ', to by hand']['cpu without start']:.2f}" for job in jobs)
           for short, kind in (("in", _IN), ("module", _MODULE))},
        "processes": _span(f"{job[_HAND]['logins']:.0f}" for job in jobs),
        **{f"return {cleanup}": f"{numbers['median']:.2f}" for cleanup, numbers in back.items()},
        "looks": f"{back['30']['polls per second, last half']:.1f}",
        **{f"clones {count}": f"{numbers['one task']:.1f}" for count, numbers in results["clones"].items()},
        "loop": f"{results['clones']['10']['loop, each']:.1f}",
        **{f"{short} {case}": text for case, numbers in clusters.items() for short, text in (
            ("wall", f"{numbers['wall']:.1f}"), ("cpu", f"{numbers['cpu per cluster']:.2f}"),
            ("worker", f"{numbers['MB, worker']:.0f}"), ("all", f"{numbers['MB, together']:.0f}"))},
        "parent": f"{biggest['MB, parent']:.0f}",
        "memory": round(results["memory"]["ob_clone_cancel"]), "ping memory": round(results["memory"]["ping"]),
        # Four cores have 240 processor seconds a minute; rounded down, as it is an estimate.
        "clusters a minute": int(240 / biggest["cpu per cluster"] // 100 * 100),
    }
    return {name: str(value) for name, value in found.items()}


def _span(values: Any) -> str:
    """Returns "0.1 to 0.3" for texts of numbers, or the one number that all of them are."""
    ordered = sorted(values, key=float)
    return ordered[0] if ordered[0] == ordered[-1] else f"{ordered[0]} to {ordered[-1]}"


def quoted(guide: str) -> dict[str, str]:
    """Returns the figures that the text of the guide defines."""
    return dict(re.findall(r"^\.\. \|(.+)\| replace:: (.+)$", guide, re.MULTILINE))


def write_guide(results: dict[str, Any], guide: Path) -> None:
    """Puts the chart into the guide's pictures, and the figures into the guide, as definitions at its end."""
    text, mark, _old = guide.read_text(encoding="utf-8").partition(_GUIDE_MARK)
    lines = [f".. |{name}| replace:: {value}\n" for name, value in figures(results).items()]
    guide.write_text(text + mark + "\n" + "".join(lines), encoding="utf-8")
    (guide.parent / "images" / "benchmarks.svg").write_text(chart(results), encoding="utf-8")


def _table(first: str, rows: dict[str, dict[str, Any]]) -> str:
    """Returns a Markdown table, a row for each entry."""
    columns = list(next(iter(rows.values())))
    lines = [" | ".join(["", first, *columns, ""]).strip(), "|---" * (len(columns) + 1) + "|"]
    lines += [" | ".join(["", name, *(str(row[column]) for column in columns), ""]).strip()
              for name, row in rows.items()]
    return "\n".join(lines) + "\n"


def _in_short(results: dict[str, Any]) -> str:
    """Returns a list of what a user gets."""
    found = figures(results)
    return (
        f"- On the control node, a task that runs in process takes {found['in cpu']} s of processor time: "
        f"{found['in to ping']} of a `ping`, {found['in to debug']} times a `debug`.\n"
        f"- As a module, it takes {found['managed to ping']} of a `ping` on a managed host (`mysql_query` takes "
        f"{found['managed query to ping']}) and {found['module to ping']} with the control node's Python "
        f"(`mysql_query`: {found['query to ping']}).\n"
        f"- Looking up, canceling, waiting and checking takes {found['job in']} s of processor time in one task in "
        f"process, and {found['job hand']} s in four tasks with `mysql_query`: a ratio of {found['job ratio in']}.\n"
        f"- Canceling one clone takes {found['clones 1']} s by the clock, ten in one task {found['clones 10']} s, a "
        f"hundred {found['clones 100']} s; up to a second of it passes before the server begins.\n"
        f"- Canceling on 500 clusters with 50 forks takes {found['wall 500, forks 50']} s on {found['cores']} cores, "
        f"{found['cpu 500, forks 50']} s of processor time for each cluster, and at most "
        f"{found['all 500, forks 50']} MB of memory.\n"
        f"- After a clean-up of 30 s the task returns {found['return 30']} s later, after one of 1 s "
        f"{found['return 1']} s later (medians).\n")


def write(results: dict[str, Any], folder: Path) -> None:
    """Writes results.md and chart.svg into the folder."""
    parts = [
        _HEADER + "# Benchmarks\n\nWritten by `make bench`; do not edit. Times are in seconds, on the bundled mock. "
        "What a section compares was measured in one run, taking turns, and is given as medians.\n",
        _in_short(results),
        "![Processor time of a task, and of the whole job](chart.svg)\n",
        "## Machine\n\n" + "".join(f"- {name}: {value}\n" for name, value in results["machine"].items()),
        "## Cost of a task\n\nFor each task, without ansible-playbook's own start. `ob_clone_cancel` has nothing to "
        "cancel, `mysql_query` looks once.\n",
        *(f"With the Python of a {place}{reason}:\n\n" + _table("task", results["task cost"][place])
          for place, reason in (
              ("control node", " (it has the package cryptography, which PyMySQL imports if it is there)"),
              ("managed host", " that has PyMySQL only"))),
        "As a module, the task pays for a Python that starts, for PyMySQL, and for this collection's code, which "
        "Ansible ships as source in a zip archive and Python compiles anew each time. In process it pays for none of "
        "that.\n",
        "## The whole job\n\nOne task, or look up, cancel, poll each second and check with `mysql_query`.\n",
        *(f"Clean-up of {cleanup} s, and up to a second until the server begins it:\n\n" + _table("by", job)
          for cleanup, job in results["whole job"].items()),
        "## Return after the end of the clean-up\n\nFrom the row's arrival in the history to the end of the module's "
        "process. The looks at the views are a twentieth of the time waited so far apart, at most `poll_interval`.\n\n"
        + _table("clean-up", results["reaction"]),
        "## Several clones of one cluster\n\nAll named in one task, which orders all cancels and then waits, and one "
        "after the other in a loop. Clean-ups take 0.1 s after up to a second of waiting; without ansible-playbook's "
        "start.\n\n" + _table("clones", results["clones"]),
        "## One clone on each of many clusters\n\nWith ansible-playbook's start; clean-ups as above. MB: the largest "
        "resident size of ansible-playbook itself and of a worker, and of all of them together, in which pages that "
        "they share count once.\n\n" + _table("clusters", results["clusters"]),
        "## Memory of a module's process\n\nLargest resident size in MB.\n\n" + _table("", {"MB": results["memory"]}),
        "## The bundled mock under load\n\nSessions that ask for their job's row again as soon as they are answered, "
        "for 5 s; the clients are on the same machine.\n\n" + _table("", results["mock"]["sessions"]),
        "Single queries over a history of 10,000 rows:\n\n" + _table("query", results["mock"]["queries"]),
        _table("", results["mock"]["memory"]),
        "From the start of the program until it listens, in seconds:\n\n" + _table("", results["mock"]["start"]),
    ]
    (folder / "results.md").write_text("\n".join(parts), encoding="utf-8")
    (folder / "chart.svg").write_text(chart(results), encoding="utf-8")


def chart(results: dict[str, Any]) -> str:
    """Returns the chart: processor time of a task, and of the whole job for each clean-up time."""
    here = results["task cost"]["control node"]
    tasks = [(kind, here[kind]["cpu"]) for kind in ("debug", _IN, "ping", _QUERY, _MODULE)]
    jobs = [("with mysql_query" if kind == _HAND else kind, job[kind]["cpu without start"], f"clean-up of {cleanup} s")
            for cleanup, job in results["whole job"].items() for kind in (_IN, _MODULE, _HAND)]
    first, height = _panel(12, "One task, processor time in seconds", [(kind, seconds, "") for kind, seconds in tasks])
    second, height = _panel(height + 16, "Look up, cancel, wait and check, processor time in seconds", jobs)
    return _CHART_HEADER + "\n".join((
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" width="{_WIDTH}" height="{height}" '
        'role="img">',
        "<title>Processor time of a task, and of the whole job</title>", f"<style>{_STYLE}</style>",
        f'<rect width="{_WIDTH}" height="{height}" class="paper"/>', *first, *second, "</svg>", ""))


def _panel(top: int, title: str, bars: Sequence[tuple[str, float, str]]) -> tuple[list[str], int]:
    """
    Returns the elements of horizontal bars (name, value, heading of its group or "") on one axis that begins at 0, and
    where they end.
    """
    step = _step(max(value for _name, value, _group in bars))
    ticks = [step * number for number in range(math.ceil(max(value for _name, value, _group in bars) / step) + 1)]
    scale = (_WIDTH - _LEFT - _RIGHT) / ticks[-1]
    rows, y, last = [], top + 30, ""
    for name, value, group in bars:
        if group != last:
            rows.append(f'<text x="12" y="{y + 16}" class="tick">{group}</text>')
            y, last = y + _BAR, group
        kind = "ours" if name in (_IN, _MODULE) else "peer"
        rows += [f'<text x="{_LEFT - 8}" y="{y + 15}" text-anchor="end">{name}</text>',
                 f'<rect x="{_LEFT}" y="{y + 2}" width="{max(1.0, value * scale):.1f}" height="{_BAR - 8}" '
                 f'class="{kind}"/>',
                 f'<text x="{_LEFT + 6 + value * scale:.1f}" y="{y + 15}">{value:.{2 if value >= 0.1 else 3}f}</text>']
        y += _BAR
    grid = [f'<text x="12" y="{top + 16}" class="title">{title}</text>']
    for tick in ticks:
        x = f"{_LEFT + tick * scale:.1f}"
        grid += [f'<line x1="{x}" y1="{top + 28}" x2="{x}" y2="{y}" class="{"grid" if tick else "axis"}"/>',
                 f'<text x="{x}" y="{y + 18}" text-anchor="middle" class="tick">{tick:g}</text>']
    grid.append(f'<line x1="{_LEFT}" y1="{y}" x2="{_WIDTH - _RIGHT}" y2="{y}" class="axis"/>')
    return grid + rows, y + 28


def _step(largest: float) -> float:
    """Returns the distance of an axis' ticks: 1, 2 or 5 times a power of ten, so that there are three to seven."""
    power = 10.0 ** math.floor(math.log10(largest / 3))
    return next(round(power * factor, 10) for factor in (1, 2, 5, 10) if largest / (power * factor) <= 6)
