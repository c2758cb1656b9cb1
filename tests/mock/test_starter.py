# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The session that starts a clone: it waits in a thread, tells how it was answered, and is given up at once."""

from __future__ import annotations

import socket
import ssl
import threading
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import trustme

from ansible_collections.community.oceanbase.plugins.module_utils._connection.login import Login, resolve_login
from ansible_collections.community.oceanbase.plugins.module_utils._errors import ConnectionLost, Refused, Unreachable
from ansible_collections.community.oceanbase.plugins.module_utils._procedures.starter import Starter
from ob_mock.sql.results import SqlError
from support.plays.bench import AMPLE
from support.servers.ob_mock import wait_for
from support.servers.wire_server import WireServer


def login(server: Any, **options: Any) -> Login:
    """A login to the server, with a password that it accepts."""
    values = {"connect_timeout": 10, "read_timeout": 30, "check_hostname": True, "session_vars": {},
              "login_host": server.host, "login_port": server.port, "login_password": "secret", **options}
    return resolve_login(values, {})


def started_threads() -> int:
    """How many threads there are that must not outlive the test."""
    return sum(thread.daemon for thread in threading.enumerate())


@pytest.mark.parametrize("tls", [False, True])
def test_a_session_that_nobody_waits_for_is_broken_off_at_once(tls: bool, tmp_path: Path) -> None:
    authority = trustme.CA()
    certificate = str(tmp_path / "ca.pem")
    authority.cert_pem.write_to_path(certificate)
    context = None
    if tls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("127.0.0.1").configure_cert(context)
    with WireServer(password="secret", tls=context) as server:
        before = started_threads()
        with Starter(login(server, ca_cert=certificate if tls else None), "BLOCK", AMPLE) as starter:
            wait_for(lambda: "BLOCK" in server.engine.executed, "the statement to arrive")
            assert starter.wait(0.05) is False
        assert started_threads() == before
        assert isinstance(starter.failure, ConnectionLost)
        wait_for(lambda: server.engine.cut_off == ["BLOCK"] and server.engine.open == 0, "the server to notice")


def test_an_answer_is_told_and_the_session_closed() -> None:
    with WireServer(password="secret") as server:
        with Starter(login(server), "anything else", AMPLE) as starter:
            assert starter.wait(10) is True
            assert starter.failure is None
        with Starter(login(server), "FAIL", AMPLE) as starter:
            assert starter.wait(10) is True
            assert isinstance(starter.failure, Refused)
            assert starter.sent is True
        wait_for(lambda: server.engine.open == 0, "the sessions to be closed")


def test_a_server_that_is_gone_is_told_too() -> None:
    with WireServer(password="secret") as server:
        values = login(server)
    with Starter(values, "BLOCK", AMPLE) as starter:
        assert starter.wait(10) is True
    assert isinstance(starter.failure, Unreachable)


def test_a_login_that_is_broken_off_has_sent_no_statement() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        def hang_up() -> None:
            listener.accept()[0].close()

        hanging_up = threading.Thread(target=hang_up)
        hanging_up.start()
        values = login(SimpleNamespace(host="127.0.0.1", port=listener.getsockname()[1]))
        with Starter(values, "BLOCK", AMPLE) as starter:
            assert starter.wait(10) is True
        hanging_up.join(10)
    assert isinstance(starter.failure, ConnectionLost)
    assert starter.sent is False


@pytest.mark.parametrize("what", ["LOGIN", "SET"])
def test_a_session_that_is_killed_while_it_connects_has_sent_no_statement(what: str) -> None:
    with WireServer(password="secret") as server:
        server.engine.faults.arm(f"^{what} ", "error", error=SqlError(1317, "70100", "Query execution was interrupted"))
        with Starter(login(server), "BLOCK", AMPLE) as starter:
            assert starter.wait(10) is True
        assert "BLOCK" not in server.engine.executed
    assert starter.failure is not None
    assert (starter.failure.errno, starter.sent) == (1317, False)


def test_what_is_given_up_while_it_connects_leaves_no_session() -> None:
    with WireServer(password="secret") as server:
        for _attempt in range(20):
            with Starter(login(server), "BLOCK", AMPLE):
                pass
        wait_for(lambda: server.engine.open == 0, "the sessions to be closed")
        assert server.engine.executed.count("BLOCK") == len(server.engine.cut_off)
