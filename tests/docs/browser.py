# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Headless Chromium that looks at the pages of a folder and tells what it sees."""

from __future__ import annotations

import functools
import html
import http.server
import json
import re
import shutil
import subprocess
import threading
from pathlib import Path
from typing import Any

NAMES = ("chromium", "chromium-browser", "google-chrome")
# Looks into each frame once all of them are loaded, and leaves what it found in the page.
PROBE = """
<!doctype html><title>probe</title><body><pre id="found"></pre>
%(frames)s
<script>
%(look)s
window.onload = () => {
  document.getElementById('found').textContent = JSON.stringify([...document.querySelectorAll('iframe')].map(look));
};
</script>
"""
# Whether a page fits the screen, and is complete.
FITS = """
function scrolls(element, view) {
  for (let up = element; up; up = up.parentElement) {
    const style = view.getComputedStyle(up);
    if (style.overflowX === 'auto' || style.overflowX === 'scroll' || style.position === 'fixed') return true;
  }
  return false;
}
function look(frame) {
  const view = frame.contentWindow, page = frame.contentDocument;
  const wide = [...page.querySelectorAll('article *')].filter(one => {
    const box = one.getBoundingClientRect();
    return box.width > 0 && box.right > view.innerWidth + 1 && !scrolls(one, view);
  });
  return {
    page: frame.getAttribute('src'), title: page.title, width: view.innerWidth,
    needed: page.documentElement.scrollWidth,
    heading: (page.querySelector('article h1') || {}).textContent || '',
    wide: wide.slice(0, 5).map(one => one.outerHTML.slice(0, 160)),
    cut: [...page.querySelectorAll('article table:not(.numbers)')].filter(
      one => one.scrollWidth > (one.closest('.table-wrapper') ?? one.parentNode).clientWidth + 1).map(
      one => one.textContent.trim().slice(0, 60)),
    pictures: [...page.images].filter(one => !one.complete || !one.naturalWidth).map(one => one.src),
    styled: page.styleSheets.length,
  };
}
"""
# Contrast (WCAG 2) of every visible text with what is painted behind it, by the theme's switch (data-theme).
CONTRAST = """
const THEMES = %s;
function channels(color) {
  const found = color.match(/[\\d.]+/g).map(Number);
  const scale = color.startsWith('color(') ? 255 : 1;
  return [found[0] * scale, found[1] * scale, found[2] * scale, found[3] ?? 1];
}
const over = (top, below) => [0, 1, 2].map(n => top[n] * top[3] + below[n] * (1 - top[3])).concat(1);
function luminance(color) {
  const [r, g, b] = color.slice(0, 3).map(one => one / 255).map(
    one => one <= 0.04045 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
function ground(element, view) {
  const layers = [];
  for (let up = element; up; up = up.parentElement) {
    const color = channels(view.getComputedStyle(up).backgroundColor);
    layers.push(color);
    if (color[3] === 1) break;
  }
  return layers.reverse().reduce((below, top) => over(top, below), [255, 255, 255, 1]);
}
function opacity(element, view) {
  let product = 1;
  for (let up = element; up; up = up.parentElement) product *= view.getComputedStyle(up).opacity;
  return product;
}
function look(frame) {
  const view = frame.contentWindow, page = frame.contentDocument, result = {};
  for (const theme of THEMES) {
    if (theme) page.body.dataset.theme = theme;
    const worst = {};
    let texts = 0;
    const walker = page.createTreeWalker(page.body, NodeFilter.SHOW_TEXT);
    const seen = new Set();
    while (walker.nextNode()) {
      const element = walker.currentNode.parentElement;
      if (!walker.currentNode.textContent.trim() || seen.has(element)) continue;
      seen.add(element);
      const shown = element.checkVisibility({visibilityProperty: true, opacityProperty: true});
      if (!shown || element.closest('svg, script, style, select') || !element.getClientRects().length) continue;
      texts += 1;
      const below = ground(element, view), color = channels(view.getComputedStyle(element).color);
      color[3] *= opacity(element, view);
      const lights = [luminance(over(color, below)), luminance(below)].sort((a, b) => b - a);
      const ratio = (lights[0] + 0.05) / (lights[1] + 0.05);
      const around = element.parentElement?.closest('[class]')?.className ?? '';
      const kind = around + ' > ' + element.tagName + '.' + element.className;
      if (ratio < 4.5 && ratio < (worst[kind]?.ratio ?? 99)) {
        worst[kind] = {ratio: Math.round(ratio * 100) / 100, color: color.slice(0, 3).map(Math.round).join(),
          ground: below.slice(0, 3).map(Math.round).join(), text: element.textContent.trim().slice(0, 40)};
      }
    }
    result[theme || 'as it is'] = {texts, worst, ground: ground(page.body, view).slice(0, 3).map(Math.round)};
  }
  return {page: frame.getAttribute('src'), ...result};
}
"""


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    """Serves files, and the probe for whatever list of frames it was made with."""

    probe = ""

    def do_GET(self) -> None:
        if self.path == "/probe":
            body = self.probe.encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
        else:
            super().do_GET()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name is http.server's
        """Says nothing."""


def chromium() -> str:
    """Returns the path of Chromium; AssertionError if it is not installed."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    assert found, "Chromium is needed to look at the pages: `make test-docs` installs it"
    return found


def run_chromium(folder: Path, *arguments: str) -> str:
    """Runs headless Chromium with a profile of its own below ``folder``; returns what it prints."""
    command = [chromium(), "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
               "--hide-scrollbars", "--disable-background-networking", f"--user-data-dir={folder / 'profile'}",
               *arguments]
    return subprocess.run(command, check=True, text=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                          timeout=120).stdout


def look_at(site: Path, pages: list[str], width: int, folder: Path, look: str = FITS,
            dark: bool = False) -> list[dict[str, Any]]:
    """
    Opens the pages of ``site`` in frames of that width in pixels; returns what the function ``look`` (JavaScript) finds
    in each. ``dark`` is what the reader's system prefers.
    """
    frames = "".join(f'<iframe src="/{html.escape(page)}" width="{width}" height="800" style="border:0"></iframe>'
                     for page in pages)
    handler = type("Handler", (QuietHandler,), {"probe": PROBE % {"frames": frames, "look": look}})
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(handler, directory=str(site))) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            dump = run_chromium(folder, f"--blink-settings=preferredColorScheme={0 if dark else 1}", "--dump-dom",
                                f"http://127.0.0.1:{server.server_port}/probe")
        finally:
            server.shutdown()
            thread.join()
    found = re.search(r'<pre id="found">(.+?)</pre>', dump, re.DOTALL)
    assert found, f"Chromium did not load the pages: {dump[:500]}"
    return json.loads(html.unescape(found.group(1)))  # type: ignore[no-any-return]
