# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The event source of clone jobs loses and doubles no event, ends if no try can succeed, and shows no password."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import trustme

from ansible_collections.community.oceanbase.extensions.eda.plugins.event_source import clone_jobs
from support import REPOSITORY
from support.servers.ob_mock import Mock

PASSWORD = "s3cret-pass"
SCENARIO = {"tenants": [{"name": f"mysql{number}"} for number in range(6)]}
HELD = "CLONE_SYS_CREATE_TENANT"
SECONDS = 60.0


@pytest.fixture
def mock() -> Iterator[Mock]:
    with Mock(password=PASSWORD, ports=2, scenario=SCENARIO) as running:
        yield running


def arguments(mock: Mock, **more: Any) -> dict[str, Any]:
    """Returns arguments of the source for the first observer of the mock."""
    return {"login_host": f"127.0.0.1:{mock.port}", "login_password": PASSWORD, "poll_interval": 0.05, **more}


class Source:
    """A running source and the events that it has put."""

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []
        self.task: asyncio.Task[None]

    async def put(self, event: dict[str, Any]) -> None:
        """Takes an event, as the queue of ansible-rulebook does."""
        self.events.append(event["clone_job"])

    def seen(self, kind: str) -> list[str]:
        """Returns the names of the clones of which there was an event of that kind."""
        return [event["job"]["clone_tenant_name"] for event in self.events if event["type"] == kind]

    async def wait_for(self, condition: Callable[[], Any]) -> None:
        """Waits until it is true; AssertionError if the source ends or it takes too long."""
        deadline = time.monotonic() + SECONDS
        while not condition():
            assert time.monotonic() < deadline, self.events
            assert not self.task.done(), self.task
            await asyncio.sleep(0.02)


@contextlib.asynccontextmanager
async def running(args: dict[str, Any]) -> AsyncIterator[Source]:
    """Runs the source, and cancels it at the end."""
    source = Source()
    source.task = asyncio.create_task(clone_jobs.main(source, args))  # type: ignore[arg-type]
    try:
        yield source
    finally:
        source.task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await source.task


@pytest.mark.parametrize("wrong,said", [
    ({"stuck_aftr": 5}, "There is no option stuck_aftr; did you mean stuck_after?"),
    ({"poll_interval": 0}, "poll_interval is 0.0, but must be a number of seconds above 0"),
    ({"stuck_after": "nan"}, "stuck_after is nan, but must be a number of seconds above 0"),
    ({"read_timeout": float("inf")}, "read_timeout is inf, but must be a whole number."),
    ({"login_port": f"{PASSWORD}x"}, "login_port"),
    ({"login_password": f"{PASSWORD}x"}, "refused the login of root@sys"),
    ({"login_user": "root@mysql1", "login_password": ""}, "this login is in tenant mysql1"),
    ({"ca_cert": "/does/not/exist.pem"}, "ca_cert /does/not/exist.pem"),
    ({"session_vars": {"no_such_variable": 1}}, "the server does not accept session_vars"),
])
def test_what_no_try_can_mend_ends_the_source_with_a_sentence(
        mock: Mock, wrong: dict[str, Any], said: str, caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(RuntimeError, match="^Cannot watch the clone jobs: ") as error:
        asyncio.run(asyncio.wait_for(clone_jobs.main(asyncio.Queue(), arguments(mock, **wrong)), SECONDS))
    assert said in str(error.value)
    assert PASSWORD not in str(error.value) + caplog.text


def test_an_observer_that_is_down_at_first_is_waited_for(mock: Mock, caplog: pytest.LogCaptureFixture) -> None:
    mock.hold(HELD)
    mock.start_clone("clone_a", source="mysql0", until=HELD)
    mock.stop_observer(mock.port)

    async def play() -> None:
        port = mock.ports[1]
        async with running(arguments(mock, cluster="staging")) as source:
            await source.wait_for(lambda: "Trying again in" in caplog.text)
            assert source.events == []
            await asyncio.to_thread(mock.sql, f"ALTER SYSTEM MOCK OBSERVER {mock.port} START", port=port)
            await source.wait_for(lambda: source.events)
            assert [(event["type"], event["cluster"]) for event in source.events] == [("appeared", "staging")]

    asyncio.run(play())
    assert "staging: cannot watch the clone jobs: no connection to 127.0.0.1:" in caplog.text
    assert f"staging: can watch the clone jobs again, at 127.0.0.1:{mock.port}." in caplog.text
    assert PASSWORD not in caplog.text


@pytest.mark.parametrize("fault", ["drop_before", "drop_after", "error 4012 'HY000' 'Timeout'", "slow 0.2"])
def test_no_event_is_lost_or_doubled_over_faults(mock: Mock, fault: str) -> None:
    async def play() -> Source:
        async with running(arguments(mock)) as source:
            for number in range(6):
                name = f"clone_{number}"
                if number % 2:
                    await asyncio.to_thread(mock.sql, f"ALTER SYSTEM MOCK FAULT 'UNION ALL' {fault} {number}")
                await asyncio.to_thread(mock.start_clone, name, source=f"mysql{number}")
            await source.wait_for(lambda: len(source.seen("ended")) >= 6)
            # Looks that come later bring nothing again.
            polls = len(mock.log())
            await source.wait_for(lambda: len(mock.log()) > polls + 2)
        return source

    source = asyncio.run(play())
    expected = [f"clone_{number}" for number in range(6)]
    assert sorted(source.seen("appeared")) == sorted(source.seen("ended")) == expected
    told = [(event["job"]["clone_job_id"], event["job"]["status"], event["type"]) for event in source.events]
    assert len(set(told)) == len(told)


@pytest.mark.parametrize("named", [1, 2])
def test_no_event_is_lost_or_doubled_over_a_restart(mock: Mock, named: int) -> None:
    """With one observer named, nobody looks while clones begin and end; with two the other one takes over."""
    async def play() -> Source:
        hosts = ",".join(f"127.0.0.1:{port}" for port in mock.ports[:named])
        async with running(arguments(mock, login_host=hosts)) as source:
            await asyncio.to_thread(mock.start_clone, "clone_a", source="mysql3")
            await source.wait_for(lambda: source.seen("appeared"))
            await asyncio.to_thread(mock.stop_observer, mock.port)
            other = mock.ports[1]
            for number, name in enumerate(("clone_b", "clone_c")):
                await asyncio.to_thread(
                    mock.sql, f"CREATE TENANT {name} FROM mysql{number} "
                    f"WITH RESOURCE_POOL=pool_{name}, UNIT=unit001", port=other)
            if named > 1:
                await source.wait_for(lambda: len(source.seen("ended")) == 3)
            await asyncio.to_thread(mock.start_observer, mock.port)
            await asyncio.to_thread(mock.start_clone, "clone_d", source="mysql5")
            await source.wait_for(lambda: len(source.seen("ended")) >= 4)
        return source

    source = asyncio.run(play())
    names = ["clone_a", "clone_b", "clone_c", "clone_d"]
    assert sorted(source.seen("appeared")) == sorted(source.seen("ended")) == names


def test_a_refusal_later_on_is_retried(
        mock: Mock, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    monkeypatch.setattr(clone_jobs, "_LASTING_PAUSE", 0.1)

    async def play() -> None:
        async with running(arguments(mock)) as source:
            await asyncio.to_thread(mock.start_clone, "clone_a", source="mysql3")
            await source.wait_for(lambda: source.seen("ended"))
            await asyncio.to_thread(
                mock.sql, "ALTER SYSTEM MOCK FAULT 'UNION ALL' error 1142 '42000' 'command denied' 2")
            await source.wait_for(lambda: caplog.text.count("Trying again in 0.1 s") == 2)
            await asyncio.to_thread(mock.start_clone, "clone_b", source="mysql4")
            await source.wait_for(lambda: len(source.seen("ended")) == 2)

    asyncio.run(play())


def test_the_loop_goes_on_and_cancel_ends_the_session_while_the_server_hangs(mock: Mock) -> None:
    async def play() -> float:
        async with running(arguments(mock)) as source:
            await source.wait_for(lambda: any("UNION ALL" in str(entry) for entry in mock.log()))
            await asyncio.to_thread(mock.sql, "ALTER SYSTEM MOCK FAULT 'UNION ALL' hang 1")
            hanging = len(mock.log())
            await asyncio.sleep(0.5)
            # The loop of this test is that of the source: it would not have come here.
            assert len(mock.log()) <= hanging + 1
            started = time.monotonic()
        assert source.task.cancelled()
        return time.monotonic() - started

    assert asyncio.run(play()) < 10, "read_timeout is 30 s"


def test_tls_is_verified(tmp_path: Path) -> None:
    authority, other = trustme.CA(), trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    other.cert_pem.write_to_path(tmp_path / "other.pem")
    authority.issue_cert("127.0.0.1").private_key_and_cert_chain_pem.write_to_path(tmp_path / "server.pem")
    with Mock(password=PASSWORD, scenario=SCENARIO, tls_cert=tmp_path / "server.pem",
              tls_key=tmp_path / "server.pem") as mock:
        async def play() -> None:
            async with running(arguments(mock, ca_cert=str(tmp_path / "ca.pem"))) as source:
                await asyncio.to_thread(mock.start_clone, "clone_a", source="mysql3")
                await source.wait_for(lambda: source.seen("ended"))
            await asyncio.wait_for(
                clone_jobs.main(asyncio.Queue(), arguments(mock, ca_cert=str(tmp_path / "other.pem"))), SECONDS)

        with pytest.raises(RuntimeError, match="^Cannot watch the clone jobs: .*certificate"):
            asyncio.run(play())


def test_no_text_of_an_event_is_a_template(mock: Mock) -> None:
    async def play() -> None:
        async with running(arguments(mock)) as source:
            await asyncio.to_thread(mock.start_clone, "{{ 7 * 7 }}{%{{{#", source="mysql0", pool="pool_a")
            await source.wait_for(lambda: source.seen("ended"))
            assert source.seen("ended") == ["{ { 7 * 7 }}{ %{ { { #"]

    asyncio.run(play())
    assert clone_jobs.without_templates({"a": [1], "b": {"c": "{#x"}, "d": None}) == {
        "a": [1], "b": {"c": "{ #x"}, "d": None}


@pytest.mark.parametrize("linked", [True, False], ids=["linked", "installed"])
def test_the_source_imports_the_collection_that_it_belongs_to(tmp_path: Path, linked: bool) -> None:
    collection = tmp_path / "ansible_collections" / "community" / "oceanbase"
    if linked:
        collection.parent.mkdir(parents=True)
        collection.symlink_to(REPOSITORY)
    else:
        for folder in ("plugins/module_utils", "extensions/eda"):
            shutil.copytree(REPOSITORY / folder, collection / folder)
    source = collection / "extensions" / "eda" / "plugins" / "event_source" / "clone_jobs.py"
    program = f"import runpy; print(runpy.run_path({str(source)!r})['advance'].__code__.co_filename)"
    found = subprocess.run([sys.executable, "-I", "-c", program], check=True, text=True, stdout=subprocess.PIPE,
                           cwd=tmp_path).stdout.strip()
    assert found == str(collection / "plugins" / "module_utils" / "_procedures" / "events.py")


def test_it_can_be_tried_on_the_command_line(mock: Mock) -> None:
    mock.hold(HELD)
    mock.start_clone("clone_a", source="mysql0", until=HELD)
    with subprocess.Popen([sys.executable, clone_jobs.__file__, f"login_host=127.0.0.1:{mock.port}"], text=True,
                          stdout=subprocess.PIPE, env={**os.environ, "OCEANBASE_LOGIN_PASSWORD": PASSWORD}) as process:
        assert process.stdout
        line = process.stdout.readline()
        process.terminate()
    assert "'appeared'" in line and "'clone_a'" in line
