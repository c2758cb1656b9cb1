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
%s
<script>
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
    cut: [...page.querySelectorAll('table.ansible-option-table')].filter(
      one => one.scrollWidth > one.closest('.table-wrapper').clientWidth + 1).length,
    pictures: [...page.images].filter(one => !one.complete || !one.naturalWidth).map(one => one.src),
    styled: page.styleSheets.length,
  };
}
window.onload = () => {
  document.getElementById('found').textContent = JSON.stringify([...document.querySelectorAll('iframe')].map(look));
};
</script>
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


def look_at(site: Path, pages: list[str], width: int, folder: Path) -> list[dict[str, Any]]:
    """Opens the pages of ``site`` in frames of that width in pixels; what it finds, for each page."""
    frames = "".join(f'<iframe src="/{html.escape(page)}" width="{width}" height="800" style="border:0"></iframe>'
                     for page in pages)
    handler = type("Handler", (QuietHandler,), {"probe": PROBE % frames})
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(handler, directory=str(site))) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            dump = run_chromium(folder, "--dump-dom", f"http://127.0.0.1:{server.server_port}/probe")
        finally:
            server.shutdown()
            thread.join()
    found = re.search(r'<pre id="found">(.+?)</pre>', dump, re.DOTALL)
    assert found, f"Chromium did not load the pages: {dump[:500]}"
    return json.loads(html.unescape(found.group(1)))  # type: ignore[no-any-return]
