# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The mock as a program: its options, its files, its start and its end, and what it is like when many come."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import Any

import pymysql
import pytest

from support.clients.async_client import AsyncClient
from support.clients.raw_client import RawClient
from support.servers.ob_mock import MOCK_PROGRAM, Mock, wait_for

HOLD = "CLONE_SYS_CREATE_TENANT"
SESSIONS = 500


def run(*options: str) -> subprocess.CompletedProcess[str]:
    """Runs the mock with options that let it end by itself."""
    return subprocess.run([sys.executable, str(MOCK_PROGRAM), *options], capture_output=True, text=True, timeout=30,
                          check=False)


def process_of(mock: Mock) -> subprocess.Popen[str]:
    assert mock.process
    return mock.process


@pytest.mark.parametrize(("options", "message"), [
    (["--port", "65536"], "invalid port_number value: '65536'"),
    (["--step-seconds", "-1"], "invalid seconds value: '-1'"),
    (["--cleanup-seconds", "nan"], "invalid seconds value: 'nan'"),
    (["--nonsense"], "unrecognized arguments: --nonsense"),
    (["--tls-cert", "x.pem"], "--tls-cert and --tls-key belong together"),
    (["--tls-cert", "/nonexistent", "--tls-key", "/nonexistent"], "No such file"),
    (["--scenario", "/nonexistent"], "/nonexistent")])
def test_what_cannot_be_starts_nothing(tmp_path: Path, options: list[str], message: str) -> None:
    files = [tmp_path / name for name in ("pid", "port", "log")]
    done = run("--port", "0", "--pid-file", str(files[0]), "--port-file", str(files[1]),
               "--statement-log", str(files[2]), *options)
    assert (done.returncode, done.stdout) == (2, "")
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert not any(file.exists() for file in files)


def test_a_port_that_is_taken(tmp_path: Path) -> None:
    with Mock() as mock:
        done = run("--port", str(mock.port), "--pid-file", str(tmp_path / "pid"))
        assert (done.returncode, done.stdout) == (1, "")
        assert "in use" in done.stderr
        assert "Traceback" not in done.stderr
        assert not (tmp_path / "pid").exists()
        assert mock.sql("SELECT 1 AS one") == [{"one": 1}]


@pytest.mark.parametrize("options", [{"scenario": {"tenants": "none"}}, {"program": "/no/such/python"}])
def test_a_helper_whose_mock_does_not_start_leaves_no_folder_behind(
        options: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Python would remove it later, with a warning that fails the test which runs then."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with pytest.raises((AssertionError, FileNotFoundError)):
        Mock(**options).__enter__()
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_within_a_second_whatever_goes_on(tmp_path: Path, number: signal.Signals) -> None:
    with Mock(sys.executable, pid_file=tmp_path / "pid") as mock:
        process = process_of(mock)
        assert (tmp_path / "pid").read_text(encoding="ascii") == "%d\n" % process.pid
        assert mock.port_file.read_text(encoding="ascii") == "%d\n" % mock.port
        mock.hold(HOLD)
        mock.start_clone("c1", until=HOLD)  # a session that blocks
        with mock.connect() as idle, RawClient(mock.host, mock.port):
            process.send_signal(number)
            assert process.wait(10) == 0
            with pytest.raises(pymysql.err.OperationalError):
                idle.ping(reconnect=False)
        assert not (tmp_path / "pid").exists()
        assert not mock.port_file.exists()
        assert mock.errors() == ""


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "0.0.0.0"])
def test_a_host_has_one_port(host: str) -> None:
    with Mock(host=host) as mock:
        assert [mock.sql("SELECT 1 AS one") for _unused in range(3)] == [[{"one": 1}]] * 3
        assert int(mock.port_file.read_text(encoding="ascii")) == mock.port


def test_a_host_that_does_not_exist() -> None:
    done = run("--host", "no.such.host.invalid", "--port", "0")
    assert (done.returncode, done.stdout) == (1, "")
    assert "Traceback" not in done.stderr


def test_it_listens_on_one_address_only() -> None:
    with Mock() as mock:
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.2", mock.port), timeout=5)
        with Mock(host="127.0.0.2", port=mock.port) as other:
            mock.hold(HOLD)
            mock.start_clone("c1", until=HOLD)
            assert len(mock.progress()) == 1
            assert other.progress() == []


def test_several_mocks_do_not_disturb_each_other() -> None:
    """Each has its own port, version, jobs, faults and log, and ends alone."""
    versions = ["4.2.5.0", "4.3.0.1", "4.3.5.3", "4.3.5.3"]
    with contextlib.ExitStack() as stack:
        mocks = [stack.enter_context(Mock(server_version=version)) for version in versions]
        assert len({mock.port for mock in mocks}) == len(mocks)
        old, older_cancel, newer_cancel, idle = mocks
        for mock in (older_cancel, newer_cancel):
            mock.hold(HOLD)
            mock.start_clone("c1", until=HOLD)
            mock.hold("CLONE_SYS_FAILED_STATUS")
        older_cancel.sql("ALTER SYSTEM CANCEL CLONE c1")
        assert [mock.progress()[0]["status"] for mock in (older_cancel, newer_cancel)] == ["CLONE_SYS_CANCELING", HOLD]
        newer_cancel.sql("ALTER SYSTEM MOCK FAULT '^SELECT 1' error 4012 'HY000' 'Timeout' 0")
        with pytest.raises(pymysql.err.OperationalError):
            newer_cancel.sql("SELECT 1 AS one")
        assert [mock.sql("SELECT 1 AS one") for mock in (old, older_cancel, idle)] == [[{"one": 1}]] * 3
        assert (idle.progress(), idle.cancels(), len(older_cancel.cancels())) == ([], [], 1)
        assert [mock.sql("SELECT OB_VERSION() AS v")[0]["v"] for mock in mocks] == versions
        older_cancel.stop()
        assert newer_cancel.progress()[0]["status"] == HOLD


def test_a_statement_log_that_cannot_be_written() -> None:
    done = run("--port", "0", "--statement-log", "/nonexistent/log")
    assert done.returncode == 1
    assert "/nonexistent/log" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_client_that_leaves_ends_its_session_but_not_the_job() -> None:
    with Mock() as mock:
        mock.hold(HOLD)
        with RawClient(mock.host, mock.port) as client:
            assert client.log_in()[:1] == b"\0"
            client.sequence = 0
            client.send(b"\3CREATE TENANT c1 FROM mysql001 WITH RESOURCE_POOL = p1, UNIT = unit001")
            wait_for(lambda: [row for row in mock.progress() if row["status"] == HOLD], "the job to be held")
        lost = wait_for(lambda: [entry for entry in mock.log() if entry["answer"] == "lost"], "the session to end")
        assert lost[0]["statement"].startswith("CREATE TENANT c1")
        wait_for(lambda: [entry for entry in mock.log()
                          if entry["statement"] == "CLOSE" and entry["session"] == lost[0]["session"]], "its CLOSE")
        assert [row["status"] for row in mock.progress()] == [HOLD]
        mock.release(HOLD)
        wait_for(mock.history, "the job to end by itself")
        assert [row["status"] for row in mock.history()] == ["CLONE_SYS_SUCCESS"]


def test_killing_a_session_hangs_up_or_tells_it() -> None:
    """As an OceanBase server was seen to do: who waits for an answer gets 5066, all others are disconnected."""
    with Mock() as mock, mock.connect() as idle, mock.connect() as myself, mock.connect() as busy:
        mock.sql(f"KILL {idle.thread_id()}")
        assert idle._sock.recv(1) == b""
        with pytest.raises(pymysql.err.OperationalError, match="Lost connection"):
            myself.query(f"KILL {myself.thread_id()}")
        answers = []

        def sleep() -> None:
            with pytest.raises(pymysql.err.OperationalError) as caught:
                busy.query("SELECT SLEEP(9)")
            answers.append(caught.value.args[0])

        sleeper = threading.Thread(target=sleep)
        sleeper.start()
        wait_for(lambda: [one for one in mock.sql("SHOW PROCESSLIST") if one["info"] == "SELECT SLEEP(9)"], "the sleep")
        mock.sql(f"KILL {busy.thread_id()}")
        sleeper.join(5)
        assert answers == [5066]
        assert busy._sock.recv(1) == b""


def test_many_sessions_poll_at_once() -> None:
    """500 sessions connect in one moment, poll together until a job has ended, and all of them see its end."""
    async def client(port: int, everybody_is_in: asyncio.Barrier) -> tuple[int, bytes]:
        session = await AsyncClient.open(port, password="pw")
        await everybody_is_in.wait()
        polls, rows = 0, []
        while not rows:
            rows = await session.query("SELECT STATUS FROM oceanbase.DBA_OB_CLONE_HISTORY")
            polls += 1
        session.close()
        return polls, rows[0][1:]

    async def clients(mock: Mock) -> list[tuple[int, bytes]]:
        barrier = asyncio.Barrier(SESSIONS + 1)
        tasks = [asyncio.create_task(client(mock.port, barrier)) for _unused in range(SESSIONS)]
        await asyncio.wait_for(barrier.wait(), 30)
        threading.Thread(target=mock.release, args=(HOLD,)).start()
        return await asyncio.wait_for(asyncio.gather(*tasks), 60)

    with Mock(sys.executable, password="pw") as mock:
        mock.hold(HOLD)
        mock.start_clone("c1", until=HOLD)
        seen = asyncio.run(clients(mock))
        assert len(seen) == SESSIONS
        assert {status for _polls, status in seen} == {b"CLONE_SYS_SUCCESS"}
        assert sum(polls for polls, _status in seen) > SESSIONS
        memory = Path("/proc/%d/status" % process_of(mock).pid).read_text(encoding="ascii")
        kilobytes = next(int(line.split()[1]) for line in memory.splitlines() if line.startswith("VmHWM:"))
        assert kilobytes < 200_000
        assert mock.errors() == ""


def test_it_runs_without_anything_installed(tmp_path: Path) -> None:
    """A bare Python, without site-packages and in another folder, starts it."""
    port_file = tmp_path / "port"
    process = subprocess.Popen(
        [sys.executable, "-S", "-I", str(MOCK_PROGRAM), "--port", "0", "--port-file", str(port_file)],
        cwd=tmp_path, stdout=subprocess.PIPE, text=True, env={"PATH": os.defpath})
    assert process.stdout
    with process.stdout:
        assert process.stdout.readline().startswith("ready on 127.0.0.1:")
        process.terminate()
        assert process.wait(20) == 0
    assert sorted(tmp_path.iterdir()) == []
