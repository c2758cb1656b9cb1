# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release. Do not use it from elsewhere.
"""Report of clone jobs as one HTML file, which needs nothing else and is complete without JavaScript."""

from __future__ import annotations

import base64
import datetime
import hashlib
import html
import json
import re
from collections import Counter
from typing import Any, Dict, List, NamedTuple, Optional, Tuple

from ansible_collections.community.oceanbase.plugins.plugin_utils._clone_report import OUTCOMES, Job, Report

STYLE = """
:root { color-scheme: light dark; --page: #ffffff; --ink: #1b2430; --soft: #55606e; --line: #d5dbe2; --panel: #f4f6f9;
  --running: #1d5fc4; --canceling: #7a3fbf; --failing: #b3480b; --completed: #1a7340; --canceled: #8a6100;
  --failed: #b3261e; --unknown: #55606e; --mark: #fff1b8; }
@media (prefers-color-scheme: dark) { :root { --page: #14181e; --ink: #e6eaf0; --soft: #a5b0bd; --line: #38424f;
  --panel: #1d232b; --running: #7db4ff; --canceling: #c9a2ff; --failing: #ffab73; --completed: #6fd39a;
  --canceled: #e9c35a; --failed: #ff9c94; --unknown: #a5b0bd; --mark: #4a4010; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1rem; max-width: 100rem; background: var(--page); color: var(--ink);
  font: 14px/1.45 system-ui, sans-serif; }
h1 { font-size: 1.5rem; margin: 0 0 .2rem; }
h2 { font-size: 1.1rem; margin: 1.6rem 0 .5rem; }
h3 { font-size: .95rem; margin: .6rem 0 .1rem; overflow-wrap: anywhere; }
p { margin: .2rem 0; }
.soft { color: var(--soft); }
.note { border-left: 4px solid var(--failed); background: var(--panel); padding: .4rem .7rem; margin: .5rem 0;
  overflow-wrap: anywhere; }
.chips { display: flex; flex-wrap: wrap; gap: .4rem; list-style: none; margin: .8rem 0 0; padding: 0; }
.chips label { display: block; background: var(--panel); border: 1px solid var(--line); border-radius: 1rem;
  padding: .15rem .7rem; }
.chips label::before, .outcome::before { content: ""; display: inline-block; width: .65em; height: .65em;
  border-radius: 50%; background: currentColor; margin-right: .4em; }
html:not(.js) .js { display: none; }
.running { color: var(--running); } .canceling { color: var(--canceling); }
.failing { color: var(--failing); } .completed { color: var(--completed); }
.canceled { color: var(--canceled); } .failed { color: var(--failed); }
.unknown { color: var(--unknown); }
.line { max-height: 70vh; overflow-y: auto; border: 1px solid var(--line); border-radius: .4rem;
  padding: 0 .7rem .5rem; }
.axis, .lane { display: grid; grid-template-columns: minmax(6rem, 11rem) 1fr; gap: .6rem; align-items: center; }
.axis { position: sticky; top: 0; background: var(--page); border-bottom: 1px solid var(--line); z-index: 1; }
.axis .ticks { position: relative; height: 2.1em; font-size: .8rem; color: var(--soft); }
.ticks span { position: absolute; bottom: 0; white-space: nowrap; padding-left: .25em;
  border-left: 1px solid var(--line); }
.lane { content-visibility: auto; contain-intrinsic-size: auto 20px; border-bottom: 1px solid var(--line); }
.lane > span { overflow-wrap: anywhere; }
.lane svg { width: 100%; height: 16px; display: block; }
.lane path { stroke: currentColor; stroke-width: 10px; vector-effect: non-scaling-stroke; }
.tools { display: flex; flex-wrap: wrap; gap: .5rem; margin: .5rem 0; align-items: center; }
.tools input, .tools select, .tools button { font: inherit; color: inherit; background: var(--panel);
  border: 1px solid var(--line); border-radius: .3rem; padding: .3rem .5rem; max-width: 100%; }
.tools input { flex: 0 1 22rem; }
table, thead, tbody { display: block; }
/* A row is a grid of its own, so that the browser lays out only those that are on the screen. */
tr { display: grid; grid-template-columns: 7.5em 1fr 1fr 9em 7.5em 7em 9em 11.5em 24%;
  border-bottom: 1px solid var(--line); }
tbody tr { content-visibility: auto; contain-intrinsic-size: auto 49px; }
tr[hidden] { display: none; }
th, td { text-align: left; padding: .3rem .45rem; overflow-wrap: anywhere; unicode-bidi: isolate; }
thead { position: sticky; top: 0; background: var(--panel); z-index: 1; }
th button { all: unset; cursor: pointer; font-weight: 600; }
th button:focus-visible { outline: 2px solid var(--running); }
th[aria-sort=ascending] button::after { content: " \\25b2"; }
th[aria-sort=descending] button::after { content: " \\25bc"; }
tr.found { background: var(--mark); }
@media (max-width: 60em) {
  body { padding: .7rem; }
  .axis, .lane { grid-template-columns: 1fr; gap: 0; }
  .axis > span:first-child { display: none; }
  .lane { contain-intrinsic-size: auto 40px; padding-top: .2rem; }
  thead { display: none; }
  tbody tr { display: block; padding: .5rem 0; contain-intrinsic-size: auto 180px; }
  td { display: grid; grid-template-columns: 6.5em 1fr; padding: .05rem 0; }
  td:first-child { display: block; }
  td:empty { display: none; }
  td::before { color: var(--soft); }
  .outcome::before { color: currentColor; }
  .ticks span:nth-child(even), .ticks .late { display: none; }
  td:nth-child(2)::before { content: "Clone"; } td:nth-child(3)::before { content: "Source"; }
  td:nth-child(4)::before { content: "Cluster"; } td:nth-child(5)::before { content: "Started"; }
  td:nth-child(6)::before { content: "Duration"; } td:nth-child(7)::before { content: "Resources"; }
  td:nth-child(8)::before { content: "Job"; } td:nth-child(9)::before { content: "Message"; }
}
@media print { .tools, .js { display: none; } .line { max-height: none; overflow: visible; }
  .lane, tbody tr { content-visibility: visible; } }
"""

SCRIPT = """
'use strict';
document.documentElement.classList.add('js');
const one = name => document.getElementById(name);
const all = (what, within = document) => [...within.querySelectorAll(what)];
const body = document.querySelector('tbody'), rows = [...body.rows], line = document.querySelector('.line');
const chips = all('.chips input');
// What each row says, gathered when somebody filters, sorts or points for the first time.
let known;
function jobs() {
  const bars = line ? JSON.parse(line.dataset.bars) : [];
  known ??= rows.map((row, number) => ({row, number, words: row.textContent.toLowerCase(), bar: bars[number],
    outcome: row.cells[0].textContent, cluster: row.cells[3].textContent, visible: true}));
  return known;
}
function filter() {
  const wanted = one('text').value.toLowerCase().split(/\\s+/).filter(Boolean), cluster = one('cluster').value;
  const kinds = new Set(chips.filter(chip => chip.checked).map(chip => chip.value));
  const lanes = [];
  let count = 0;
  for (const job of jobs()) {
    job.visible = kinds.has(job.outcome) && (!cluster || job.cluster === cluster)
      && wanted.every(word => job.words.includes(word));
    job.row.hidden = !job.visible;
    count += job.visible;
    if (job.visible && job.bar) {
      const [lane, start, width] = job.bar, paths = lanes[lane] ??= {};
      paths[job.outcome] = (paths[job.outcome] ?? '') + 'M' + start + ' 8h' + width;
    }
  }
  all('.lane').forEach((lane, number) => {
    lane.hidden = !lanes[number];
    all('path', lane).forEach(path => path.setAttribute('d', lanes[number]?.[path.className.baseVal] ?? ''));
  });
  one('shown').textContent = count === rows.length ? '' : count + ' of ' + rows.length + ' jobs';
}
let waiting;
one('text').addEventListener('input', () => { clearTimeout(waiting); waiting = setTimeout(filter, 150); });
one('cluster').addEventListener('change', filter);
chips.forEach(chip => chip.addEventListener('change', filter));
const collator = new Intl.Collator('en', {numeric: true}), heads = all('th');
function sort(column, rising) {
  const keyed = jobs().map(job => [job.row.cells[column].dataset.s ?? job.row.cells[column].textContent, job]);
  keyed.sort((a, b) => (rising ? 1 : -1) * collator.compare(a[0], b[0]) || a[1].number - b[1].number);
  body.replaceChildren(...keyed.map(pair => pair[1].row));
  heads.forEach(head => head.removeAttribute('aria-sort'));
  heads[column].setAttribute('aria-sort', rising ? 'ascending' : 'descending');
}
heads.forEach((head, column) => {
  const button = document.createElement('button');
  button.type = 'button';
  button.textContent = head.textContent;
  head.replaceChildren(button);
  button.addEventListener('click', () => sort(column, head.getAttribute('aria-sort') !== 'ascending'));
});
one('sorting').addEventListener('change', event => {
  const [column, way] = event.target.value.split(' ');
  sort(+column, way === 'up');
});
// The job under the pointer: the nearest bar of the lane, if one is near.
function pointed(event) {
  const picture = event.target.closest('svg'), box = picture?.getBoundingClientRect();
  if (!box) return;
  const place = (event.clientX - box.left) / box.width * 1000, lane = all('.lane').indexOf(picture.parentNode);
  const away = job => Math.max(job.bar[1] - place, place - job.bar[1] - job.bar[2], 0);
  return jobs().filter(job => job.visible && job.bar?.[0] === lane && away(job) < 4000 / box.width)
    .sort((a, b) => away(a) - away(b))[0];
}
line?.addEventListener('mousemove', event => {
  const job = pointed(event), cells = job?.row.cells;
  event.target.closest('.lane')?.setAttribute('title', !job ? '' : cells[1].textContent + ': ' + job.outcome + ', '
    + cells[4].textContent + (cells[5].textContent && ', ' + cells[5].textContent));
});
line?.addEventListener('click', event => {
  const job = pointed(event);
  if (!job) return;
  all('.found').forEach(row => row.classList.remove('found'));
  job.row.classList.add('found');
  job.row.scrollIntoView({block: 'center'});
});
"""

HEADS = ("Outcome", "Clone tenant", "Source tenant", "Cluster", "Started (UTC)", "Duration", "Pool, unit config",
         "Job id", "Message")
# How to sort where the heads of the columns are not shown: the words, the column and the way.
SORTINGS = (("Newest first", "4 down"), ("Oldest first", "4 up"), ("Longest first", "5 down"), ("By outcome", "0 up"),
            ("By clone tenant", "1 up"), ("By source tenant", "2 up"))
# Steps between the marks of the time line, in seconds: a minute to ten years.
STEPS = [60, 300, 900, 3600, 4 * 3600, 12 * 3600, *(86400 * days for days in (1, 2, 7, 14, 30, 61, 91, 182, 365, 3650))]
MOST_MARKS = 7
# The shortest bar, in thousandths of the width: one that can still be seen.
LEAST_WIDTH = 3
# What HTML cannot hold or a reader cannot see.
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


class Span(NamedTuple):
    """Time that the time line shows, in seconds since 1970."""

    start: float
    end: float

    def place(self, time: datetime.datetime) -> float:
        """Returns where a time stands, in thousandths of the width."""
        return round(1000 * (time.timestamp() - self.start) / (self.end - self.start), 1)


def safe(value: Any) -> str:
    """Returns a value of a row as text for HTML; characters that cannot be seen become a replacement character."""
    return html.escape(_UNSEEN.sub("\ufffd", str(value))) if value is not None else ""


def clock(time: Optional[datetime.datetime]) -> str:
    """Returns a time in UTC to the second, or nothing."""
    return time.strftime("%Y-%m-%d %H:%M:%S") if time else ""


def duration(seconds: Optional[float]) -> str:
    """Returns a number of seconds in the two units that a reader needs, such as ``2 h 05 min``, or nothing."""
    if seconds is None:
        return ""
    whole = max(0, int(seconds))
    days, hours, minutes = whole // 86400, whole // 3600 % 24, whole // 60 % 60
    if days:
        return f"{days} d {hours:02d} h"
    if hours:
        return f"{hours} h {minutes:02d} min"
    return f"{minutes} min {whole % 60:02d} s" if minutes else f"{whole} s"


def plural(number: int, word: str) -> str:
    """Returns a number with its noun."""
    return f"{number:,} {word}{'' if number == 1 else 's'}"


def to_html(report: Report) -> str:
    """Returns the page."""
    jobs = report.jobs
    hashed = base64.b64encode(hashlib.sha256(SCRIPT.encode()).digest()).decode()
    span = _span(jobs)
    read = (f"Read {clock(datetime.datetime.fromisoformat(report.made_at))} UTC: {plural(len(jobs), 'clone job')} on "
            f"{plural(len(report.clusters), 'cluster')}.")
    return "\n".join((
        "<!doctype html>", '<html lang="en"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        # Only this script runs, whatever a name in the rows may hold.
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; style-src \'unsafe-inline\'; '
        f"script-src 'sha256-{hashed}'\">",
        f"<title>Tenant clones</title><style>{STYLE}</style></head><body>",
        f'<h1>Tenant clones</h1><p class="soft">{read}</p>', *_notes(report), _chips(jobs),
        *(_time_line(jobs, span) if span else ()), *_table(report, jobs),
        f"<script>{SCRIPT}</script></body></html>", ""))


def _notes(report: Report) -> List[str]:
    """Returns what a reader must know of clusters that are not shown, or not completely."""
    missing = [f"{cluster.name} is not in this report: {cluster.failure}"
               for cluster in report.clusters if cluster.failure is not None]
    more = [f"{cluster.name} has older jobs, which were not asked for." for cluster in report.clusters
            if cluster.truncated]
    return [f'<p class="note">{safe(text)}</p>' for text in missing + more]


def _chips(jobs: List[Job]) -> str:
    """Returns how many jobs ended how: the legend of the colors, and a filter."""
    counts = Counter(job.row["outcome"] for job in jobs)
    items = "".join(
        f'<li><label class="{outcome}"><input class="js" type="checkbox" value="{outcome}" checked> {outcome} '
        f"<b>{counts[outcome]:,}</b></label></li>" for outcome in OUTCOMES if counts[outcome])
    return f'<ul class="chips" aria-label="Outcomes">{items}</ul>'


def _span(jobs: List[Job]) -> Optional[Span]:
    """Returns the time from the first start to the last end, a minute at least; None if no job has a time."""
    times = [time.timestamp() for job in jobs for time in (job.start, job.end) if job.start and time]
    return Span(min(times), max(*times, min(times) + 60)) if times else None


def _time_line(jobs: List[Job], span: Span) -> List[str]:
    """Returns a lane for each source tenant of each cluster, with a bar for each of its clones."""
    owners = sorted({_owner(job) for job in jobs if job.start})
    numbers = {owner: number for number, owner in enumerate(owners)}
    paths: List[Dict[str, str]] = [{} for _owner_ in owners]
    bars: List[Optional[Tuple[int, float, float]]] = []
    for job in jobs:
        if not job.start:
            bars.append(None)
            continue
        lane, outcome, left = numbers[_owner(job)], job.row["outcome"], span.place(job.start)
        width = round(max(LEAST_WIDTH, span.place(job.end or job.start) - left), 1)
        bars.append((lane, min(left, 1000 - width), width))
        paths[lane][outcome] = paths[lane].get(outcome, "") + f"M{min(left, 1000 - width):g} 8h{width:g}"
    lines = ['<section><h2>Time line by source tenant</h2><div class="line" tabindex="0" role="group" '
             f'aria-label="Time line" data-bars="{json.dumps(bars, separators=(",", ":"))}">',
             '<div class="axis"><span></span><div class="ticks">', _ticks(span), "</div></div>"]
    several = len({cluster for cluster, _source in owners}) > 1
    for number, (cluster, source) in enumerate(owners):
        if several and (number == 0 or cluster != owners[number - 1][0]):
            lines.append(f"<h3>{safe(cluster)}</h3>")
        drawn = "".join(f'<path class="{outcome}" d="{way}"/>' for outcome, way in paths[number].items())
        lines.append(f'<div class="lane"><span>{safe(source)}</span><svg role="img" '
                     f'aria-label="Clones of {safe(source)}" viewBox="0 0 1000 16" preserveAspectRatio="none">'
                     f"{drawn}</svg></div>")
    return [*lines, "</div></section>"]


def _owner(job: Job) -> Tuple[str, str]:
    """Returns the cluster and the source tenant of a job: the lane that it is drawn in."""
    return job.row["cluster"], str(job.row["source_tenant_name"])


def _ticks(span: Span) -> str:
    """Returns the marks of the time axis: a few round times in UTC."""
    step = next((step for step in STEPS if (span.end - span.start) / step <= MOST_MARKS), STEPS[-1])
    first = -(-span.start // step) * step
    # Further right there is no room for its words.
    last = span.start + 0.92 * (span.end - span.start)
    times = [first + number * step for number in range(MOST_MARKS + 1) if first + number * step <= last]
    marks = []
    for time in times or [span.start]:
        moment = datetime.datetime.fromtimestamp(time, datetime.timezone.utc)
        place = span.place(moment) / 10
        kind = ' class="late"' if place > 75 else ""
        words = moment.strftime("%Y-%m-%d" if step >= 86400 else "%m-%d %H:%M")
        marks.append(f'<span{kind} style="left:{place:.2f}%">{words}</span>')
    return "".join(marks)


def _table(report: Report, jobs: List[Job]) -> List[str]:
    """Returns the list of all jobs, and what filters and sorts it."""
    clusters = "".join(f'<option value="{safe(cluster.name)}">{safe(cluster.name)}</option>'
                       for cluster in report.clusters)
    sortings = "".join(f'<option value="{how}">{words}</option>' for words, how in SORTINGS)
    heads = "".join(f"<th>{head}</th>" for head in HEADS)
    return [
        '<section><h2>Clone jobs</h2><div class="tools js"><input id="text" type="search" aria-label="Filter" '
        'placeholder="Filter: names, dates, ids, messages">',
        f'<select id="cluster" aria-label="Cluster"><option value="">All clusters</option>{clusters}</select>',
        f'<select id="sorting" aria-label="Sort">{sortings}</select><span id="shown" role="status"></span></div>',
        f"<table><thead><tr>{heads}</tr></thead><tbody>", *map(_row, jobs), "</tbody></table>",
        "</section>" if jobs else "<p>There are no clone jobs.</p></section>"]


def _row(job: Job) -> str:
    """Returns the row of one job."""
    row = job.row
    resources = " / ".join(safe(row[name]) for name in ("resource_pool_name", "unit_config_name") if row[name])
    plain = row["outcome"] in ("completed", "canceled")
    message = row["error_message"] or ("" if plain else str(row["status"]).replace("CLONE_SYS_", ""))
    cells = (row["clone_tenant_name"], row["source_tenant_name"], row["cluster"], clock(job.start))
    return (f'<tr><td class="outcome {row["outcome"]}">{row["outcome"]}</td>'
            + "".join(f"<td>{safe(cell)}</td>" for cell in cells)
            + f'<td data-s="{"" if job.seconds is None else int(job.seconds)}">{duration(job.seconds)}</td>'
            f'<td>{resources}</td><td>{safe(row["clone_job_id"])}</td><td>{safe(message)}</td></tr>')
