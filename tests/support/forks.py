# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""
Runs modules, mocks and Ansible as processes that fork from one which has already loaded what they import.

Starting a Python, Ansible's module code and PyMySQL costs ten times as much as the work of a module. A fork is a
process with its own environment, files and signals; only what it imports is there from the start.

Ansible reads its settings when it is imported, so its programs fork from a process for each set of settings. That one
in turn is a fork of one that has imported what Ansible imports, but nothing of Ansible.
"""

from __future__ import annotations

import atexit
import contextlib
import functools
import gc
import importlib
import json
import os
import re
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
from typing import IO, Any, Mapping, NoReturn, Union

from support import COLLECTIONS_PATH, REPOSITORY

MOCK_FOLDER = REPOSITORY / "roles" / "sys_tenant_mock" / "files"
_MODULES = "ansible_collections.community.oceanbase.plugins.modules"
_File = Union[IO[str], IO[bytes], socket.socket]


class Fork:
    """
    One process: ``python *arguments`` with these files, environment and folder; methods as of subprocess.Popen.
    ``kind``: what it has loaded, a key of LOADERS.
    """

    def __init__(self, arguments: list[str], stdout: _File, stderr: _File, stdin: _File | None = None,
                 env: Mapping[str, str] | None = None, cwd: str | Path = ".", kind: str = "module") -> None:
        environment, folder = dict(os.environ if env is None else env), os.path.abspath(cwd)
        request = {"arguments": arguments, "env": environment, "cwd": folder}
        self._conversation, theirs = socket.socketpair()
        with theirs, open(os.devnull, encoding="utf-8") as nothing:
            self._server = _ForkServer.start(kind, environment, folder, theirs, stdin or nothing, stdout, stderr)
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
            self._server.ended(seconds)
            self._answers.close()
            self._conversation.close()
        return self.returncode

    def fileno(self) -> int:
        """Returns what can be read once it has ended."""
        return self._conversation.fileno()

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
    if of_python(env) != of_python(os.environ):
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


def of_python(env: Mapping[str, str]) -> dict[str, str]:
    """Returns what a Python reads of the environment when it starts."""
    return {name: value for name, value in env.items() if name.startswith("PYTHON") and value}


# What Ansible reads when it runs. Anything else of the environment it may have read when it was imported.
_READ_LATE = re.compile(r"(OCEANBASE_|PYTEST_|MOLECULE_).*|PATH|PWD|OLDPWD|SHLVL|_|RECORD_RESULTS_TO|ANSIBLE_INVENTORY")
# Those with which it opens files when it is imported.
_OPENED = ("ANSIBLE_LOG_PATH",)
_OF_PATHS = re.compile(r"ANSIBLE_.*(PATHS?|PLUGINS|LIBRARY|CONFIG|FILE|HOME|TEMP)")


def _settings(env: Mapping[str, str], cwd: str) -> tuple[Any, ...]:
    """Returns all that Ansible may read when it is imported."""
    kept = tuple(sorted(item for item in env.items() if not _READ_LATE.fullmatch(item[0])))
    file = Path(cwd, "ansible.cfg")
    relative = any(not part.startswith("/") for name, value in kept if _OF_PATHS.fullmatch(name)
                   for part in value.split(":"))
    return kept, cwd if relative or file.exists() else "", file.read_bytes() if file.exists() else b""


class _ForkServer:
    """Process that forks; started when it is first needed, ended with this one, or when there are too many."""

    seconds = 0.0  # of the processor, used by forks that have been waited for
    _lock = threading.RLock()
    # In the order of their last use.
    _running: dict[tuple[Any, ...], _ForkServer] = {}
    _MOST = 8

    def __init__(self, kind: str, env: Mapping[str, str], cwd: str) -> None:
        self._forks, self._seconds = 0, 0.0
        self._control, theirs = socket.socketpair()
        self._process: subprocess.Popen[bytes] | Fork
        with theirs, open(os.devnull, "w", encoding="utf-8") as nothing, os.fdopen(os.dup(2), "w") as errors:
            if kind == "ansible":
                self._process = Fork(["-m", __name__, kind, "0"], nothing, errors, theirs, env, cwd, "around ansible")
            else:
                environment = {name: value for name, value in os.environ.items() if not name.startswith("OCEANBASE_")}
                self._process = subprocess.Popen([sys.executable, "-m", __name__, kind, "0"], stdin=theirs.fileno(),
                                                 stdout=nothing, cwd=REPOSITORY / "tests", env=environment)

    @classmethod
    def start(cls, kind: str, env: dict[str, str], cwd: str, *files: _File) -> _ForkServer:
        """Starts a fork of that kind, with a socket for the conversation and its three files; returns its server."""
        if kind == "ansible" and any(name in env for name in _OPENED):
            kind = "around ansible"
        key = (kind, *_settings(env, cwd)) if kind == "ansible" else (kind,)
        with cls._lock:
            server = cls._running.pop(key, None) or cls(kind, env, cwd)
            cls._running[key] = server
            server._forks += 1
            idle = [key for key, other in cls._running.items() if key[0] == "ansible" and not other._forks]
            for key in idle[:max(0, len(cls._running) - cls._MOST)]:
                cls._end(key)
            socket.send_fds(server._control, [b"f"], [file.fileno() for file in files])
            return server

    def ended(self, seconds: float) -> None:
        """Notes that a fork has ended, which used these seconds of the processor."""
        with self._lock:
            self._forks -= 1
            self._seconds += seconds
            _ForkServer.seconds += seconds

    @classmethod
    def stop(cls) -> None:
        with cls._lock:
            # Those of settings first, which are forks of another one.
            for key in sorted(cls._running, key=lambda key: str(key[0])):
                cls._end(key)

    @classmethod
    def _end(cls, key: tuple[Any, ...]) -> None:
        server = cls._running.pop(key)
        server._control.close()
        server._process.wait()
        if isinstance(server._process, Fork):
            # As a fork it had the seconds of its own forks among its own.
            _ForkServer.seconds -= server._seconds


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
    grammar = importlib.import_module("ob_mock.sql.grammar")
    # What reads statements is compiled when it is first used.
    grammar.parse("SELECT 1")
    for rule in grammar.GRAMMAR.rules:
        grammar.GRAMMAR.matcher(rule)


def _load_around_ansible() -> None:
    """
    Imports what Ansible and its workers import, but nothing of Ansible: that reads settings from the environment, and
    a collection is found by a loader of its own.
    """
    program = "import ansible.cli.playbook, ansible.plugins.strategy.linear, sys; print(*sys.modules)"
    names = subprocess.run([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True, check=True).stdout
    for name in (*names.split(), "pymysql"):
        if not name.startswith(("ansible", "_", "sitecustomize")):
            with contextlib.suppress(ImportError):
                importlib.import_module(name)


def _load_ansible() -> None:
    """Imports what ansible-playbook imports, with the settings of the environment, and the plugins of every play."""
    importlib.import_module("ansible.cli.playbook")
    plugins = importlib.import_module("ansible.plugins.loader")
    collections: Any = importlib.import_module("ansible.utils.collection_loader._collection_finder")
    # Ansible has this function exchanged in order to read the long file of its own plugins once.
    collections._meta_yml_to_dict = functools.cache(collections._meta_yml_to_dict)
    plugins.init_plugin_loader()
    for kind in ("become", "cache", "callback", "connection", "inventory", "shell", "strategy", "vars"):
        loader = getattr(plugins, f"{kind}_loader")
        list(loader.all(class_only=True))
        # The modules and their options stay; the loader is as if it had not been used.
        loader._clear_caches()
    # Each process finds collections by a finder of its own, and has a temporary folder of its own.
    collections._AnsibleCollectionFinder._remove()
    for name in [name for name in sys.modules if name.startswith("ansible_collections")]:
        del sys.modules[name]
    constants, path = sys.modules["ansible.constants"], sys.modules["ansible.utils.path"]
    path.cleanup_tmp_file(constants.DEFAULT_LOCAL_TMP)
    atexit.unregister(path.cleanup_tmp_file)


def _settle_ansible() -> None:
    """Makes up for what Ansible did when it was imported, in another process."""
    constants, display = sys.modules["ansible.constants"], sys.modules["ansible.utils.display"]
    for name in ("DEFAULT_LOCAL_TMP", "DEFAULT_HOST_LIST"):
        setattr(constants, name, constants.config.get_config_value(name, variables=vars(constants)))
    # The lock that keeps output whole while workers fork is gone after a fork.
    for stream in (sys.stdout, sys.stderr):
        display._synchronize_textiowrapper(stream, display.Display()._lock)


LOADERS = {"module": _load_modules, "around ansible": _load_around_ansible, "ansible": _load_ansible}


def _load(kind: str) -> None:
    """Imports what forks of this kind import."""
    with contextlib.suppress(ValueError):
        sys.path.remove(str(REPOSITORY / "tests"))
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
                # Its number may be one of theirs.
                control.detach()
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
    if "ansible.constants" in sys.modules:
        _settle_ansible()
    first, *rest = request["arguments"]
    try:
        if first == "-m":
            sys.argv = rest
            runpy.run_module(rest[0], run_name="__main__", alter_sys=True)
        else:
            sys.argv = [first, *rest]
            runpy.run_path(first, run_name="__main__")
    except SystemExit as ending:
        if not isinstance(ending.code, (int, type(None))):
            raise
        _end(ending.code or 0)
    _end(0)


def _end(code: int) -> NoReturn:
    """Ends this process as Python does, but leaves its memory to the system: to free an object is to copy it first."""
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    _load(sys.argv[1])
    _request = _serve(socket.socket(fileno=int(sys.argv[2])))
    if _request is not None:
        _become(_request)
