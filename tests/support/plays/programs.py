# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""
Ansible's programs for the PATH of shells and of programs that call them: each runs as a fork (support/forks.py).

What is on the PATH hands its arguments, environment, folder and files over to this process, and ends as the fork does.
"""

from __future__ import annotations

import ast
import atexit
import contextlib
import functools
import os
import selectors
import shutil
import socket
import sys
import tempfile
import threading
from pathlib import Path

from support import forks

BIN = Path(sys.executable).parent
# Without site-packages, as it is to start quickly.
_PROGRAM = """#!%s -ISB
import os, socket, sys
with socket.socket(socket.AF_UNIX) as conversation:
    conversation.connect(%r)
    socket.send_fds(conversation, [b"f"], [0, 1, 2])
    conversation.sendall(ascii((sys.argv, dict(os.environ), os.getcwd())).encode() + b"\\n")
    code = int(conversation.recv(100))
if code < 0:
    os.kill(os.getpid(), -code)
sys.exit(code)
"""


@functools.cache
def path_of_programs() -> str:
    """Returns the folders for the beginning of a PATH: the programs that fork, then all others of this Python."""
    folder = Path(tempfile.mkdtemp(prefix="programs_"))
    atexit.register(shutil.rmtree, folder)
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(folder / "socket"))
    listener.listen(10)
    for name in ("ansible", "ansible-config", "ansible-doc", "ansible-galaxy", "ansible-inventory", "ansible-playbook"):
        (folder / name).write_text(_PROGRAM % (sys.executable, str(folder / "socket")), encoding="utf-8")
        (folder / name).chmod(0o755)
    threading.Thread(target=_listen, args=(listener,), daemon=True).start()
    return f"{folder}{os.pathsep}{BIN}"


def _listen(listener: socket.socket) -> None:
    while True:
        threading.Thread(target=_run, args=(listener.accept()[0],), daemon=True).start()


def _run(conversation: socket.socket) -> None:
    """Runs one program, and tells its exit code."""
    with conversation, contextlib.ExitStack() as stack:
        _message, descriptors, _flags, _address = socket.recv_fds(conversation, 1, 3)
        stdin, stdout, stderr = (stack.enter_context(os.fdopen(number, "rb", 0)) for number in descriptors)
        with conversation.makefile("rb") as stream:
            (program, *arguments), environment, folder = ast.literal_eval(stream.readline().decode())
        assert forks.of_python(environment) == forks.of_python(os.environ), "it needs a Python of its own"
        fork = forks.Fork([str(BIN / Path(program).name), *arguments], stdout, stderr, stdin, environment, folder,
                          "ansible")
        with selectors.DefaultSelector() as selector:
            selector.register(fork, selectors.EVENT_READ)
            selector.register(conversation, selectors.EVENT_READ)
            selector.select()
        # Without anybody who waits for it, it has to end.
        fork.terminate()
        with contextlib.suppress(BrokenPipeError):
            conversation.sendall(b"%d" % fork.wait())
