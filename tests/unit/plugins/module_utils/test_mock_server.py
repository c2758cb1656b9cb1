# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The mock's process: started once, anew if anything differs, stopped with all that is its own and nothing else."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any, Callable, Dict, Iterator, List

import pytest

from ansible_collections.community.oceanbase.plugins.module_utils import _mock_server
from ansible_collections.community.oceanbase.plugins.module_utils._mock_server import (
    MockFailure,
    Wanted,
    command_line,
    explain,
    read_state,
    start,
    stop,
)

# A mock outlives the module that starts it, so nobody waits for its end.
pytestmark = pytest.mark.filterwarnings("ignore:subprocess:ResourceWarning")
# Listens on two ports. Its last argument tells how it behaves.
PROGRAM = """
import os, select, signal, socket, sys
how = sys.argv[-1]
with open("pid", "w") as file:
    file.write(str(os.getpid()))
if how == "wrong":
    sys.exit("usage: ob_mock [-h]\\nob_mock: error: [Errno 98] Address already in use")
if how == "wordless":
    sys.exit(3)
if how == "stubborn":
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
listeners = [socket.create_server(("127.0.0.1", 0)) for _number in range(2)]
print("a line of its own", flush=True)
if how == "silent":
    signal.pause()
for listener in listeners:
    print("ready on 127.0.0.1:%d" % listener.getsockname()[1], flush=True)
while True:
    for listener in select.select(listeners, [], [])[0]:
        connection = listener.accept()[0]
        # The second one of a deaf mock takes connections and says nothing.
        if how != "deaf" or listener is listeners[0]:
            connection.send(b"hello")
        connection.close()
"""


def mock(folder: Path, how: str = "well", log: str = "log", **files: str) -> Wanted:
    """Returns a mock that behaves like that."""
    content = {"ob_mock/__main__.py": PROGRAM, "scenario.json": "{}", "password": "secret\n", **files}
    return Wanted(str(folder), sys.executable, ["--how", how], content, log)


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    path = tmp_path / "a folder" / "of it"
    # What the files may be read by is not left to it.
    umask = os.umask(0)
    yield path
    os.umask(umask)
    with contextlib.suppress(OSError, ValueError):
        os.kill(int((path / "pid").read_text(encoding="utf-8")), signal.SIGKILL)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_mock_is_started_once_and_anew_if_it_differs_and_stopped_once(folder: Path) -> None:
    wanted = mock(folder)
    command = f"{sys.executable} {folder}/ob_mock --pid-file pid --port-file port --how well"
    predicted = start(wanted, check_mode=True)
    nothing: Dict[str, Any] = {"host": None, "port": None, "ports": [], "pid": None}
    there = {"folder": str(folder), "statement_log": f"{folder}/log"}
    marker = wanted.marker()
    after = {"state": "started", "command": command, "program": marker["program"][:12],
             "scenario": marker["scenario"][:12]}
    diff = {"before": {"state": "stopped"}, "after": after}
    assert predicted == {"changed": True, "msg": "Would start the mock.", "running": {**nothing, **there}, "diff": diff}
    assert not folder.exists()

    started = start(wanted, check_mode=False)
    running = started["running"]
    ports, pid = running["ports"], running["pid"]
    assert len(set(ports)) == 2
    assert command_line(pid) == command
    msg = f"The mock runs on 127.0.0.1:{ports[0]}, 127.0.0.1:{ports[1]}."
    there.update(host="127.0.0.1", port=ports[0], ports=ports, pid=pid)
    assert started == {"changed": True, "msg": msg, "running": there, "diff": diff}
    assert {mode(folder), mode(folder / "ob_mock")} == {0o700}
    files = ("password", "scenario.json", "mock.json", "ob_mock/__main__.py")
    assert {mode(folder / name) for name in files} == {0o600}
    assert (folder / "password").read_text(encoding="utf-8") == "secret\n"
    assert json.loads((folder / "mock.json").read_text(encoding="utf-8")) == marker

    (folder / "log").write_text("of this mock", encoding="utf-8")
    for check_mode in (True, False):
        again = start(wanted, check_mode)
        assert again == {"changed": False, "msg": msg, "running": there, "diff": {"before": after, "after": after}}
    assert (folder / "log").exists()

    other = start(mock(folder, log="log", **{"scenario.json": "{ }"}), check_mode=False)
    assert (other["changed"], command_line(pid), (folder / "log").exists()) == (True, "", False)
    pid = other["running"]["pid"]
    assert command_line(pid) == command
    assert other["diff"]["before"] == after != other["diff"]["after"]

    (folder / "notes").write_text("of the user", encoding="utf-8")
    (folder / "log").write_text("of this mock", encoding="utf-8")
    before = other["diff"]["after"]
    would = stop(str(folder), check_mode=True)
    assert would == {"changed": True, "msg": "Would stop the mock.", "running": None,
                     "diff": {"before": before, "after": {"state": "stopped"}}}
    assert command_line(pid)
    assert stop(str(folder), check_mode=False) == {**would, "msg": "Stopped the mock."}
    assert command_line(pid) == ""
    assert [path.name for path in folder.iterdir()] == ["notes"]
    for check_mode in (True, False):
        assert stop(str(folder), check_mode) == {
            "changed": False, "msg": "No mock runs in this folder.", "running": None,
            "diff": {"before": {"state": "stopped"}, "after": {"state": "stopped"}}}


def test_a_file_of_somebody_else_does_not_show_the_password(folder: Path) -> None:
    folder.mkdir(parents=True)
    (folder / "password").touch(mode=0o644)
    start(mock(folder), check_mode=False)
    assert mode(folder / "password") == 0o600
    assert stop(str(folder), check_mode=False)["changed"] is True


@pytest.mark.parametrize("ending", ["stopped", "killed"])
def test_nothing_of_a_mock_is_left(ending: str, folder: Path) -> None:
    pid = start(mock(folder, log=""), check_mode=False)["running"]["pid"]
    if ending == "killed":
        os.kill(pid, signal.SIGKILL)
        while command_line(pid):
            pass
    stopped = stop(str(folder), check_mode=False)
    assert stopped["changed"] is True
    assert stopped["msg"] == ("Stopped the mock." if ending == "stopped" else "No mock runs in this folder.")
    assert not folder.exists()


@pytest.mark.parametrize(("how", "message"), [
    ("wrong", "error: [Errno 98] Address already in use. Set sys_tenant_mock_port (or _ports) to a port that is free, "
              "or to 0 to let the mock pick one."),
    ("wordless", "The mock ended with code 3."),
    ("silent", "The mock does not answer after 20 s. a line of its own"),
    ("deaf", "The mock does not answer after 20 s. a line of its own\nready on "),
])
def test_a_mock_that_does_not_start_says_why_and_leaves_nothing(how: str, message: str, folder: Path,
                                                                monkeypatch: pytest.MonkeyPatch) -> None:
    waited: List[float] = []
    wait = _mock_server._wait_for

    def wait_for(condition: Callable[[], bool], seconds: float) -> bool:
        """Waits until the mock has said all that it will ever say, and then no longer."""
        waited.append(seconds)
        if how in ("silent", "deaf"):
            lines = 1 if how == "silent" else 3
            assert wait(lambda: (folder / "output").read_text(encoding="utf-8").count("\n") == lines, seconds)
            return condition()
        return wait(condition, seconds)

    monkeypatch.setattr(_mock_server, "_wait_for", wait_for)
    with pytest.raises(MockFailure) as failed:
        start(mock(folder, how), check_mode=False)
    said = str(failed.value)
    assert said.startswith(message) or said == f"ob_mock: {message}"
    # For its words, and then for its greeting.
    assert waited == [20.0] * (2 if how == "deaf" else 1)
    assert not folder.exists()


def test_a_python_that_is_not_there_leaves_nothing(folder: Path) -> None:
    with pytest.raises(OSError, match="nowhere"):
        start(mock(folder)._replace(python="/nowhere/python"), check_mode=False)
    assert not folder.exists()


def test_a_mock_that_does_not_end_is_said(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pid = start(mock(folder, "stubborn"), check_mode=False)["running"]["pid"]
    monkeypatch.setattr(_mock_server, "STOP_SECONDS", 0.1)
    with pytest.raises(MockFailure, match=f"Process {pid}, the mock, does not end on SIGTERM."):
        stop(str(folder), check_mode=False)


@pytest.mark.parametrize("pid", ["", "x", "this process", "999999999"])
@pytest.mark.parametrize("marker", ["", "[1]", "{}"])
def test_a_process_of_somebody_else_is_not_a_mock(pid: str, marker: str, tmp_path: Path) -> None:
    (tmp_path / "pid").write_text(pid.replace("this process", str(os.getpid())), encoding="utf-8")
    (tmp_path / "mock.json").write_text(marker, encoding="utf-8")
    assert read_state(str(tmp_path)) == (None, "", {})
    assert stop(str(tmp_path), check_mode=False)["changed"] is False
    # They are not known to be a mock's.
    assert len(list(tmp_path.iterdir())) == 2


def test_a_log_elsewhere_is_not_removed(tmp_path: Path) -> None:
    (tmp_path / "of").mkdir()
    for name in ("log", "of/pid", "of/unknown"):
        (tmp_path / name).write_text("x", encoding="utf-8")
    marker = {"log": str(tmp_path / "log")}
    (tmp_path / "of" / "mock.json").write_text(json.dumps(marker), encoding="utf-8")
    assert stop(str(tmp_path / "of"), check_mode=False)["changed"] is True
    assert sorted(path.name for path in tmp_path.iterdir()) == ["log", "of"]
    assert [path.name for path in (tmp_path / "of").iterdir()] == ["unknown"]


@pytest.mark.parametrize("changed", ["ob_mock/__main__.py", "ob_mock/more.py", "scenario.json", "password", "log"])
def test_whatever_differs_is_another_mock(changed: str, folder: Path) -> None:
    plain = mock(folder)
    other = mock(folder, log="other") if changed == "log" else mock(folder, **{changed: "other"})
    state = _mock_server.State(1, " ".join(plain.command()), plain.marker())
    assert state.runs(plain)
    assert not state.runs(other)
    assert not state._replace(pid=None).runs(plain)
    assert not state._replace(command="x").runs(plain)
    assert "secret" not in str(plain.marker())


PORT = "Set sys_tenant_mock_port (or _ports) to a port "
ADDRESS = "Set sys_tenant_mock_host to an address of this host."


@pytest.mark.parametrize(("said", "told"), [
    ("", ""),
    ("Traceback: it broke\n", "Traceback: it broke"),
    ("usage: ob_mock [-h]\n  more\nob_mock: no such option\n", "ob_mock: no such option"),
    ("[Errno 98] in use.", f"[Errno 98] in use. {PORT}that is free, or to 0 to let the mock pick one."),
    ("[Errno 98] of X..", f"[Errno 98] of X. {PORT}that is free, or to 0 to let the mock pick one."),
    ("[Errno 13] denied", f"[Errno 13] denied. {PORT}above 1023, or to 0 to let the mock pick one."),
    ("[Errno 99] no address", f"[Errno 99] no address. {ADDRESS}"),
    ("[Errno 5] Input/output error", "[Errno 5] Input/output error"),
    # That is about a file.
    ("[Errno 13] Permission denied: '/etc/mock/cert.pem'", "[Errno 13] Permission denied: '/etc/mock/cert.pem'"),
])
def test_what_the_mock_said_is_told_with_what_to_do(said: str, told: str) -> None:
    assert explain(said) == told


def test_a_port_where_nobody_listens_does_not_greet() -> None:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        assert _mock_server._greet([bound.getsockname()]) is False


def test_a_command_line_is_also_known_where_there_is_no_proc(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: List[Any] = []

    def ps(command: Any, **_options: Any) -> Any:
        asked.append(command)
        return subprocess.CompletedProcess(command, 0, b"python ob_mock \n")

    monkeypatch.setattr(os.path, "isdir", lambda path: False)
    monkeypatch.setattr(subprocess, "run", ps)
    assert command_line(17) == "python ob_mock"
    assert asked == [["ps", "-ww", "-o", "args=", "-p", "17"]]
