# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""
Starts the mock as a process that outlives the caller, or stops it: ``start FOLDER -- OPTIONS``, ``stop FOLDER``.

FOLDER holds bundle.json (the program's files by their relative paths) and whatever files the mock's OPTIONS name; the
mock runs in it and keeps its pid and port files there. Prints what came of it as one JSON object; with exit code 1 the
object's msg says why. With --check before the word nothing is touched.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from typing import Callable, Dict, List, Optional, Tuple, Union

START_SECONDS = 20.0
STOP_SECONDS = 10.0
READY = "ready on "

Report = Dict[str, Union[bool, int, str, None]]


class Trouble(Exception):
    """The mock could not be started or stopped; the text says why."""


class Daemon:
    """The one mock that lives in ``folder``."""

    def __init__(self, folder: str) -> None:
        self.folder = os.path.abspath(os.path.expanduser(folder))
        self.program = self.path("ob_mock")

    def path(self, name: str) -> str:
        """The path of a file in the folder."""
        return os.path.join(self.folder, name)

    def command(self, options: List[str]) -> List[str]:
        """The command line of the mock with these options."""
        return [sys.executable, self.program, "--pid-file", "pid", "--port-file", "port", *options]

    def pid(self) -> Optional[int]:
        """The process id if the mock of this folder runs: a pid file alone may name a process of somebody else."""
        pid = self.number("pid")
        return pid if pid and self.is_run_by(pid) else None

    def is_run_by(self, pid: int) -> bool:
        """Whether this process runs the program of this folder."""
        return " %s --pid-file " % self.program in command_line(pid)

    def number(self, name: str) -> Optional[int]:
        """The number in a file of the folder, None if there is none."""
        try:
            with open(self.path(name), encoding="ascii") as stream:
                return int(stream.read())
        except (OSError, ValueError):
            return None

    def start(self, options: List[str], restart: bool, check: bool) -> Report:
        """Sees to it that the mock runs with these options; one that runs with others is started anew."""
        command = self.command(options)
        pid = self.pid()
        if pid and not restart and command_line(pid) == " ".join(command):
            return self.report(False)
        if check:
            return {"changed": True, "msg": "would start the mock", "folder": self.folder, "pid": None, "host": None,
                    "port": None}
        if pid:
            self.end(pid)
        self.unpack()
        self.begin_log(options)
        self.spawn(command)
        return self.report(True)

    def stop(self, check: bool) -> Report:
        """Sees to it that the mock of this folder does not run."""
        pid = self.pid()
        if pid and not check:
            self.end(pid)
        return {"changed": bool(pid), "msg": "stopped" if pid else "did not run"}

    def report(self, changed: bool) -> Report:
        """What the caller wants to know of the running mock."""
        host, port = self.address()
        return {"changed": changed, "msg": "runs on %s:%d" % (host, port), "folder": self.folder, "pid": self.pid(),
                "host": host, "port": port}

    def address(self) -> Tuple[str, int]:
        """Host and port that the mock said it listens on."""
        line = next(line for line in self.output().splitlines() if line.startswith(READY))
        host, port = line[len(READY):].rsplit(":", 1)
        return host, int(port)

    def output(self) -> str:
        """What the mock has printed so far."""
        with open(self.path("output"), encoding="utf-8", errors="replace") as stream:
            return stream.read()

    def unpack(self) -> None:
        """Puts the program's files where they run from."""
        with open(self.path("bundle.json"), encoding="utf-8") as stream:
            files = json.load(stream)
        shutil.rmtree(self.program, ignore_errors=True)
        for name, text in files.items():
            path = os.path.join(self.program, name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "w", encoding="utf-8") as stream:
                stream.write(text)

    def begin_log(self, options: List[str]) -> None:
        """Removes the statement log of the run before: a log tells of one mock."""
        for option, value in zip(options, options[1:]):
            if option == "--statement-log" and os.path.exists(self.path(value)):
                os.remove(self.path(value))

    def spawn(self, command: List[str]) -> None:
        """Starts the mock in a session of its own and waits until it greets; Trouble with its own words otherwise."""
        with open(self.path("output"), "wb") as output:
            process = subprocess.Popen(
                command, cwd=self.folder, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT,
                start_new_session=True)
        ready = wait_for(lambda: READY in self.output() or process.poll() is not None, START_SECONDS)
        if process.poll() is not None:
            raise Trouble(self.output().strip() or "the mock ended with code %d" % process.returncode)
        if not ready or not wait_for(lambda: greets(*self.address()), START_SECONDS):
            process.kill()
            raise Trouble("the mock does not answer after %d s. %s" % (START_SECONDS, self.output().strip()))

    def end(self, pid: int) -> None:
        """Ends the mock; Trouble if it does not go."""
        os.kill(pid, signal.SIGTERM)
        if not wait_for(lambda: not self.is_run_by(pid), STOP_SECONDS):
            raise Trouble("process %d does not end on SIGTERM" % pid)


def command_line(pid: int) -> str:
    """The command line of a process, its words joined by blanks; empty if there is no such process."""
    if os.path.isdir("/proc/self"):
        try:
            with open("/proc/%d/cmdline" % pid, "rb") as stream:
                return " ".join(os.fsdecode(stream.read()).split("\0")).rstrip()
        except OSError:
            return ""
    listing = subprocess.run(["ps", "-ww", "-o", "args=", "-p", str(pid)], stdout=subprocess.PIPE, check=False)
    return os.fsdecode(listing.stdout).rstrip()


def greets(host: str, port: int) -> bool:
    """Whether a server at this address begins to speak, as MySQL servers do."""
    try:
        with socket.create_connection((host, port), timeout=2) as connection:
            return bool(connection.recv(1))
    except OSError:
        return False


def wait_for(condition: Callable[[], bool], seconds: float) -> bool:
    """Whether the condition came true within so many seconds."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def main() -> int:
    """Does what the command line says; the exit code."""
    parser = argparse.ArgumentParser()
    parser.add_argument("state", choices=["start", "stop"])
    parser.add_argument("folder")
    parser.add_argument("--restart", action="store_true", help="start anew even if nothing seems to differ")
    parser.add_argument("--check", action="store_true", help="only say what would be done")
    parser.add_argument("options", nargs="*", help="options of the mock, after --")
    arguments = parser.parse_args()
    daemon = Daemon(arguments.folder)
    try:
        if arguments.state == "start":
            report = daemon.start(arguments.options, arguments.restart, arguments.check)
        else:
            report = daemon.stop(arguments.check)
    except (Trouble, OSError) as trouble:
        print(json.dumps({"changed": False, "msg": str(trouble)}))
        return 1
    print(json.dumps(report))
    return 0


if __name__ == "__main__":
    sys.exit(main())
