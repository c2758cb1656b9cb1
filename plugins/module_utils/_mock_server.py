# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release. Do not use it from elsewhere.
"""Starts the mock server as a process that outlives the module, and stops it again. One folder holds one mock."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import time
from typing import Any, Callable, Dict, List, Mapping, NamedTuple, Optional, Sequence, Tuple

START_SECONDS = 20.0
STOP_SECONDS = 10.0
READY = "ready on "
PROGRAM = "ob_mock"
# Says that the folder holds a mock, with what it was started from. Nothing is removed from a folder without it.
MARKER = "mock.json"
OWN_FILES = (PROGRAM, "scenario.json", "password", "pid", "port", "output", MARKER)
# Which variable of the role to change when the mock cannot listen, by the system's error number.
LISTEN_HINTS = {
    errno.EADDRINUSE: "Set sys_tenant_mock_port (or _ports) to a port that is free, or to 0 to let the mock pick one.",
    errno.EACCES: "Set sys_tenant_mock_port (or _ports) to a port above 1023, or to 0 to let the mock pick one.",
    errno.EADDRNOTAVAIL: "Set sys_tenant_mock_host to an address of this host.",
}


class MockFailure(Exception):
    """Raised when the mock could not be started or stopped; the text says why."""


class Wanted(NamedTuple):
    """Mock that is to run: its options and the content of its files, by their path below ``folder``."""

    folder: str
    python: str
    options: List[str]
    files: Dict[str, str]
    log: str  # of statements, relative to the folder; empty for none

    def command(self) -> List[str]:
        """Returns the command line."""
        return [self.python, os.path.join(self.folder, PROGRAM), "--pid-file", "pid", "--port-file", "port",
                *self.options]

    def marker(self) -> Dict[str, str]:
        """Returns what tells this mock's files from others: one digest for each, so that no content is kept twice."""
        names = {"password": ["password"], "scenario": ["scenario.json"],
                 "program": sorted(name for name in self.files if name.startswith(PROGRAM + "/"))}
        return {**{what: _digest([(name, self.files[name]) for name in found]) for what, found in names.items()},
                "log": self.log}


class State(NamedTuple):
    """State of a folder: the process, its command line, and the marker; None or empty for what is missing."""

    pid: Optional[int]
    command: str
    marker: Dict[str, str]

    def runs(self, wanted: Wanted) -> bool:
        """Returns whether exactly this mock runs."""
        return self.pid is not None and self.command == " ".join(wanted.command()) and self.marker == wanted.marker()


def start(wanted: Wanted, check_mode: bool) -> Dict[str, Any]:
    """
    Ensures that the mock runs; one that runs with other settings is started anew. Returns the result of the module.
    Raises MockFailure, also with the mock's own words, and OSError.
    """
    state = read_state(wanted.folder)
    diff = {"before": _shown(state.command, state.marker) if state.pid else {"state": "stopped"},
            "after": _shown(" ".join(wanted.command()), wanted.marker())}
    if state.runs(wanted):
        return {"changed": False, "msg": _runs_on(wanted.folder), "running": _running(wanted, state.pid), "diff": diff}
    if check_mode:
        running: Dict[str, Any] = {"host": None, "port": None, "ports": [], "pid": None,
                                   "folder": wanted.folder, "statement_log": _log_path(wanted)}
        return {"changed": True, "msg": "Would start the mock.", "running": running, "diff": diff}
    if state.pid:
        _end(wanted.folder, state.pid)
    _remove(wanted.folder, state.marker)
    _write_files(wanted)
    try:
        _spawn(wanted)
    except (MockFailure, OSError):
        _remove(wanted.folder, wanted.marker())
        raise
    pid = read_state(wanted.folder).pid
    return {"changed": True, "msg": _runs_on(wanted.folder), "running": _running(wanted, pid), "diff": diff}


def stop(folder: str, check_mode: bool) -> Dict[str, Any]:
    """
    Ensures that the mock of the folder does not run, and removes its files, and the folder if nothing else is in it.
    Returns the result of the module. Raises MockFailure and OSError.
    """
    state = read_state(folder)
    diff = {"before": _shown(state.command, state.marker) if state.pid else {"state": "stopped"},
            "after": {"state": "stopped"}}
    if not check_mode:
        if state.pid:
            _end(folder, state.pid)
        _remove(folder, state.marker)
    said = "Would stop the mock." if check_mode else "Stopped the mock."
    return {"changed": bool(state.pid or state.marker), "msg": said if state.pid else "No mock runs in this folder.",
            "running": None, "diff": diff}


def read_state(folder: str) -> State:
    """Returns the state of a folder. A pid file alone may name a process of somebody else, which is not a mock."""
    try:
        marker = dict(json.loads(_read(os.path.join(folder, MARKER))))
    except (OSError, TypeError, ValueError):
        marker = {}
    try:
        pid = int(_read(os.path.join(folder, "pid")))
    except (OSError, ValueError):
        return State(None, "", marker)
    command = command_line(pid)
    return State(pid, command, marker) if _is_mock(folder, command) else State(None, "", marker)


def command_line(pid: int) -> str:
    """Returns the command line of a process, its words joined by blanks; empty if there is no such process."""
    if os.path.isdir("/proc/self"):
        try:
            with open("/proc/%d/cmdline" % pid, "rb") as stream:
                return " ".join(os.fsdecode(stream.read()).split("\0")).rstrip()
        except OSError:
            return ""
    # No module is known here, so there is no run_command.
    listing = subprocess.run(  # pylint: disable=ansible-bad-function
        ["ps", "-ww", "-o", "args=", "-p", str(pid)], stdout=subprocess.PIPE, check=False)
    return os.fsdecode(listing.stdout).rstrip()


def explain(said: str) -> str:
    """Returns what the mock said when it ended at once, without its usage, and with the variable to change."""
    said = said[max(said.find("ob_mock: "), 0):].strip()
    # An error about a file ends with the file's name.
    found = re.search(r"\[Errno (\d+)\](?!.*: ')", said)
    hint = LISTEN_HINTS.get(int(found.group(1))) if found else None
    return "%s. %s" % (said.rstrip("."), hint) if hint else said


def _is_mock(folder: str, command: str) -> bool:
    return " %s --pid-file " % os.path.join(folder, PROGRAM) in command


def _digest(content: Any) -> str:
    return hashlib.sha256(json.dumps(content).encode("utf-8")).hexdigest()


def _shown(command: str, marker: Mapping[str, str]) -> Dict[str, str]:
    """Returns what --diff compares: no password, nor a digest from which one could be guessed."""
    shown = {name: marker.get(name, "")[:12] for name in ("program", "scenario")}
    return {"state": "started", "command": command, **shown}


def _running(wanted: Wanted, pid: Optional[int]) -> Dict[str, Any]:
    addresses = _addresses(wanted.folder)
    return {"host": addresses[0][0], "port": addresses[0][1], "ports": [port for _host, port in addresses], "pid": pid,
            "folder": wanted.folder, "statement_log": _log_path(wanted)}


def _log_path(wanted: Wanted) -> Optional[str]:
    return os.path.join(wanted.folder, wanted.log) if wanted.log else None


def _runs_on(folder: str) -> str:
    return "The mock runs on %s." % ", ".join("%s:%d" % address for address in _addresses(folder))


def _addresses(folder: str) -> List[Tuple[str, int]]:
    """Returns where the mock said it listens, one address for each observer."""
    lines = [line[len(READY):] for line in _output(folder).splitlines() if line.startswith(READY)]
    return [(line.rsplit(":", 1)[0], int(line.rsplit(":", 1)[1])) for line in lines]


def _output(folder: str) -> str:
    return _read(os.path.join(folder, "output"))


def _read(path: str) -> str:
    with open(path, encoding="utf-8", errors="replace") as stream:
        return stream.read()


def _write_files(wanted: Wanted) -> None:
    """Writes all files, for the owner only. Removes the statement log of a mock before: a log tells of one mock."""
    os.makedirs(wanted.folder, mode=0o700, exist_ok=True)
    log = _log_path(wanted)
    if log and os.path.exists(log):
        os.remove(log)
    for name, text in {MARKER: json.dumps(wanted.marker()), **wanted.files}.items():
        path = os.path.join(wanted.folder, name)
        os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as stream:
            os.fchmod(stream.fileno(), 0o600)  # a file that is there would keep its own
            stream.write(text)


def _remove(folder: str, marker: Mapping[str, str]) -> None:
    """Removes the files of a mock, its statement log too, and the folder if nothing of anybody else's is in it."""
    if not marker:
        return
    shutil.rmtree(os.path.join(folder, PROGRAM), ignore_errors=True)
    log = marker.get("log", "")
    for name in (*OWN_FILES, *([log] if log and not os.path.isabs(log) else [])):
        if os.path.isfile(os.path.join(folder, name)):
            os.remove(os.path.join(folder, name))
    if not os.listdir(folder):
        os.rmdir(folder)


def _spawn(wanted: Wanted) -> None:
    """Starts the mock in a session of its own, and waits until it greets; MockFailure with its own words otherwise."""
    with open(os.path.join(wanted.folder, "output"), "wb") as output:
        # AnsibleModule's run_command would wait for the end.
        process = subprocess.Popen(  # pylint: disable=ansible-bad-function
            wanted.command(), cwd=wanted.folder, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT,
            start_new_session=True)
    ready = _wait_for(lambda: READY in _output(wanted.folder) or process.poll() is not None, START_SECONDS)
    if process.poll() is not None:
        raise MockFailure(explain(_output(wanted.folder)) or "The mock ended with code %d." % process.returncode)
    if not ready or not _wait_for(lambda: _greet(_addresses(wanted.folder)), START_SECONDS):
        process.kill()
        process.wait()
        raise MockFailure("The mock does not answer after %d s. %s" % (START_SECONDS, _output(wanted.folder).strip()))


def _end(folder: str, pid: int) -> None:
    os.kill(pid, signal.SIGTERM)
    if not _wait_for(lambda: not _is_mock(folder, command_line(pid)), STOP_SECONDS):
        raise MockFailure("Process %d, the mock, does not end on SIGTERM." % pid)


def _greet(addresses: Sequence[Tuple[str, int]]) -> bool:
    """Returns whether a server at each address begins to speak, as MySQL servers do."""
    try:
        for address in addresses:
            with socket.create_connection(address, timeout=2) as connection:
                if not connection.recv(1):
                    return False
    except OSError:
        return False
    return True


def _wait_for(condition: Callable[[], bool], seconds: float) -> bool:
    """Returns whether the condition came true within so many seconds."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True
