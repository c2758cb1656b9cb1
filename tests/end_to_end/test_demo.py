# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""`make demo` tells the truth about how it went, and leaves no mock behind."""

from __future__ import annotations

import html
import os
import re
import runpy
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from support import REPOSITORY

DEMO = [sys.executable, str(REPOSITORY / "scripts" / "demo.py")]
PICTURE = runpy.run_path(str(REPOSITORY / "scripts" / "demo_picture.py"))
# As make sets it.
ENVIRONMENT = {**os.environ, "ANSIBLE_COLLECTIONS_PATH": str(REPOSITORY / ".cache" / "collections")}
LISTENS = re.compile(r"listens on ([\d.]+):(\d+)")


def assert_nobody_listens(story: str) -> None:
    """Fails if the mock of which ``story`` tells can still be reached."""
    found = LISTENS.search(story)
    assert found, story
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((found.group(1), int(found.group(2))), timeout=5).close()


def test_the_demo_cancels_the_clone_and_stops_the_mock() -> None:
    demo = subprocess.run(DEMO, env=ENVIRONMENT, check=False, text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT)
    assert demo.returncode == 0, demo.stdout
    assert "The server accepted 1 CANCEL CLONE statement." in demo.stdout
    assert ("clone_mysql001: CLONE_SYS_CANCELED, RET_CODE -4072: clone job has been canceled in "
            "CLONE_SYS_WAIT_CREATE_SNAPSHOT status by user command") in demo.stdout
    assert_nobody_listens(demo.stdout)
    assert words_of(picture()) == words_of("\n".join(map("\n".join, PICTURE["story"](demo.stdout)))), (
        "python scripts/demo_picture.py draws it anew")


def picture() -> str:
    """Returns what the picture of the demo in README shows."""
    drawn = PICTURE["PICTURE"].read_text(encoding="utf-8")
    lines = [html.unescape(line) for line in re.findall(r"<text [^>]*>(.*)</text>", drawn)]
    assert lines[0] == "$ make demo"
    return "\n".join(lines[1:])


def words_of(text: str) -> list[str]:
    """Returns the words, without what differs from run to run: numbers, and the stars that fill a line."""
    return [re.sub(r"\d+", "#", word) for word in text.split() if word.strip("*")]


def test_a_demo_whose_playbook_fails_says_so_and_stops_the_mock(tmp_path: Path) -> None:
    demo = subprocess.run(
        DEMO, env={**os.environ, "ANSIBLE_COLLECTIONS_PATH": str(tmp_path)}, check=False, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert demo.returncode != 0
    assert "The playbook failed" in demo.stdout
    assert_nobody_listens(demo.stdout)


def test_an_interrupted_demo_stops_the_mock() -> None:
    with subprocess.Popen(DEMO, env=ENVIRONMENT, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as demo:
        assert demo.stdout
        story = ""
        while "PLAY [" not in story:
            line = demo.stdout.readline()
            assert line, f"the demo ended early: {story}"
            story += line
        demo.send_signal(signal.SIGTERM)
        demo.stdout.read()
    assert demo.returncode == 128 + signal.SIGTERM
    assert_nobody_listens(story)
