# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""
Runs modules, mocks and Ansible as processes that fork from one which has already loaded what they import.

Starting a Python, Ansible's module code and PyMySQL costs ten times as much as the work of a module. A fork is a
process with its own environment, files and signals; only what it imports is there from the start.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import resource
import runpy
import selectors
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import IO, Any, Mapping

from support import COLLECTIONS_PATH, REPOSITORY

MOCK_FOLDER = REPOSITORY / "roles" / "sys_tenant_mock" / "files"
_MODULES = "ansible_collections.community.oceanbase.plugins.modules"


class Fork:
    """
    One process: ``python *arguments`` with these files, environment and folder; methods as of subprocess.Popen.
    ``kind``: what it has loaded, a key of LOADERS.
    """

    def __init__(self, arguments: list[str], stdout: IO[str], stderr: IO[str], stdin: IO[str] | None = None,
                 env: Mapping[str, str] | None = None, cwd: str | Path = ".", kind: str = "module") -> None:
        self._conversation, theirs = socket.socketpair()
        with theirs, open(os.devnull, encoding="utf-8") as nothing:
            _ForkServer.running(kind).start(theirs, stdin or nothing, stdout, stderr)
        request = {"arguments": arguments, "env": dict(os.environ if env is None else env), "cwd": os.path.abspath(cwd)}
        self._conversation.sendall(json.dumps(request).encode() + b"\n")
        self._answers = self._conversation.makefile("rb")
        self.pid: int = json.loads(self._answers.readline())
        self.returncode: int | None = None

    def wait(self, timeout: float | None = None) -> int:
        """Returns the exit code (negative: the signal that ended it); subprocess.TimeoutExpired after ``timeout`` s."""
        if self.returncode is None:
            with selectors.DefaultSelector() as selector:
                selector.register(self._conversation, selectors.EVENT_READ)
                if not selector.select(timeout):
                    raise subprocess.TimeoutExpired(f"fork {self.pid}", timeout or 0)
            status, seconds = json.loads(self._answers.readline())
            self.returncode = os.waitstatus_to_exitcode(status)
            _ForkServer.seconds += seconds
            self._answers.close()
            self._conversation.close()
        return self.returncode

    def poll(self) -> int | None:
        """Returns the exit code, None while it runs."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.wait(0)
        return self.returncode

    def send_signal(self, number: int) -> None:
        """Sends a signal unless it has ended."""
        if self.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def terminate(self) -> None:
        """Sends SIGTERM."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """Sends SIGKILL."""
        self.send_signal(signal.SIGKILL)


def run(arguments: list[str], text: str, env: dict[str, str], cwd: str | Path, timeout: float,
        kind: str = "module") -> subprocess.CompletedProcess[str]:
    """
    Runs ``python *arguments`` to its end, ``text`` as its input; subprocess.TimeoutExpired after ``timeout`` s. A new
    Python is started for it if the environment sets what is read at its start.
    """
    if _of_python(env) != _of_python(os.environ):
        return subprocess.run([sys.executable, *arguments], input=text, capture_output=True, text=True, check=False,
                              timeout=timeout, cwd=cwd, env=env)
    with contextlib.ExitStack() as stack:
        # Files, because nobody drains pipes while it runs.
        files = [stack.enter_context(tempfile.TemporaryFile("w+", encoding="utf-8")) for _number in range(3)]
        files[0].write(text)
        files[0].seek(0)  # and so written
        fork = Fork(arguments, files[1], files[2], files[0], env, cwd, kind)
        try:
            code = fork.wait(timeout)
        except BaseException:
            fork.kill()
            fork.wait()
            raise
        for file in files[1:]:
            file.seek(0)
        return subprocess.CompletedProcess(arguments, code, files[1].read(), files[2].read())


def _of_python(env: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in env.items() if name.startswith("PYTHON")}


class _ForkServer:
    """Process that forks; started when it is first needed, ended with this one."""

    seconds = 0.0  # of the processor, used by forks that have been waited for
    _lock = threading.Lock()
    _running: dict[str, _ForkServer] = {}

    def __init__(self, kind: str) -> None:
        self._control, theirs = socket.socketpair()
        with theirs:
            environment = {name: value for name, value in os.environ.items() if not name.startswith("OCEANBASE_")}
            self._process = subprocess.Popen(
                [sys.executable, "-m", "support.forks", kind, str(theirs.fileno())], cwd=REPOSITORY / "tests",
                pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL, env=environment)

    @classmethod
    def running(cls, kind: str) -> _ForkServer:
        with cls._lock:
            if kind not in cls._running:
                cls._running[kind] = cls(kind)
            return cls._running[kind]

    @classmethod
    def stop(cls) -> None:
        with cls._lock:
            while cls._running:
                _kind, server = cls._running.popitem()
                server._control.close()
                server._process.wait()

    def start(self, conversation: socket.socket, *streams: IO[str]) -> None:
        with self._lock:
            socket.send_fds(self._control, [b"f"], [conversation.fileno(), *(stream.fileno() for stream in streams)])


def seconds_of_forks() -> float:
    """Returns the processor seconds of the forks that have been waited for."""
    return _ForkServer.seconds


def stop() -> None:
    """Ends the processes that fork, and their forks with them; the next Fork starts another one."""
    _ForkServer.stop()


# From here on: in the process that forks.


def _load_modules() -> None:
    """Imports what modules and mocks import."""
    sys.path[:0] = [str(COLLECTIONS_PATH), str(MOCK_FOLDER)]
    for path in sorted((REPOSITORY / "plugins" / "modules").glob("ob_*.py")):
        importlib.import_module(f"{_MODULES}.{path.stem}")
    importlib.import_module("ob_mock.cli")


def _load_around_ansible() -> None:
    """
    Imports what Ansible imports, but nothing of its own: that reads settings from the environment, and a collection
    is found by a loader of its own.
    """
    program = "import ansible.cli.playbook, ansible.plugins.strategy.linear, sys; print(*sys.modules)"
    names = subprocess.run([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True, check=True).stdout
    for name in names.split():
        if not name.startswith(("ansible", "_", "sitecustomize")):
            with contextlib.suppress(ImportError):
                importlib.import_module(name)


LOADERS = {"module": _load_modules, "ansible": _load_around_ansible}


def _load(kind: str) -> None:
    """Imports what forks of this kind import."""
    # The folder tests.
    del sys.path[0]
    LOADERS[kind]()
    # What is there now is never freed, so that forks need no copy of it.
    gc.collect()
    gc.freeze()


def _serve(control: socket.socket) -> Any:
    """Forks for each request until the other side hangs up. In a fork: returns the request."""
    children: dict[int, socket.socket] = {}
    wake_up, awake = socket.socketpair()
    for side in (wake_up, awake):
        side.setblocking(False)
    signal.set_wakeup_fd(awake.fileno())
    signal.signal(signal.SIGCHLD, lambda _number, _frame: None)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with selectors.DefaultSelector() as selector:
        selector.register(control, selectors.EVENT_READ)
        selector.register(wake_up, selectors.EVENT_READ)
        while True:
            ready = [key.fileobj for key, _events in selector.select()]
            if wake_up in ready:
                wake_up.recv(1000)
                _report(children)
            if control not in ready:
                continue
            message, descriptors, _flags, _address = socket.recv_fds(control, 1, 4)
            if not message:
                break
            conversation = socket.socket(fileno=descriptors[0])
            with conversation.makefile("rb") as stream:
                request = json.loads(stream.readline())
            pid = os.fork()
            if not pid:
                signal.set_wakeup_fd(-1)
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                signal.signal(signal.SIGINT, signal.default_int_handler)
                for number, descriptor in enumerate(descriptors[1:]):
                    os.dup2(descriptor, number)
                return request
            for descriptor in descriptors[1:]:
                os.close(descriptor)
            children[pid] = conversation
            conversation.sendall(b"%d\n" % pid)
    for pid in children:
        os.kill(pid, signal.SIGKILL)
    while children:
        _report(children, 0)
    return None


def _report(children: dict[int, socket.socket], flags: int = os.WNOHANG) -> None:
    """Tells those who wait for them which forks have ended, and at what cost."""
    while children:
        pid, status, usage = os.wait4(-1, flags)
        if not pid:
            return
        with children.pop(pid) as conversation, contextlib.suppress(OSError):
            conversation.sendall(json.dumps([status, usage.ru_utime + usage.ru_stime]).encode() + b"\n")


def _become(request: Any) -> None:
    """Makes this fork ``python *arguments``, to its end."""
    os.closerange(3, min(resource.getrlimit(resource.RLIMIT_NOFILE)[0], 4096))
    os.environ.clear()
    os.environ.update(request["env"])
    os.chdir(request["cwd"])
    first, *rest = request["arguments"]
    if first == "-m":
        sys.argv = rest
        runpy.run_module(rest[0], run_name="__main__", alter_sys=True)
    else:
        sys.argv = [first, *rest]
        runpy.run_path(first, run_name="__main__")


if __name__ == "__main__":
    _load(sys.argv[1])
    _request = _serve(socket.socket(fileno=int(sys.argv[2])))
    if _request is not None:
        _become(_request)
