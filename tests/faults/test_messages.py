# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every failure as a person reads it, in golden_messages.txt: what failed, with which values, and what to do."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pymysql
import pytest
import trustme

from ansible_collections.community.oceanbase.plugins.module_utils._clock import Clock
from ansible_collections.community.oceanbase.plugins.module_utils._connection import driver
from ansible_collections.community.oceanbase.plugins.module_utils._connection.login import resolve_login
from ansible_collections.community.oceanbase.plugins.module_utils._connection.session import Session
from ansible_collections.community.oceanbase.plugins.module_utils._errors import Failure
from ansible_collections.community.oceanbase.plugins.module_utils._procedures.cancel import CLONE_CANCEL
from ansible_collections.community.oceanbase.plugins.module_utils._runner import carry_out
from support import REPOSITORY
from support.network.scripted_server import ScriptedServer, greeting
from support.options import OPTIONS
from support.plays.bench import Bench
from support.servers.ob_mock import Mock, wait_for

GOLDEN = Path(__file__).parent / "golden_messages.txt"
NOW = REPOSITORY / ".cache" / "golden_messages.txt"
CLASSES = {"missing_library", "invalid_option", "unreachable", "tls", "access_denied", "not_sys_tenant",
           "unsupported_version", "no_privilege", "refused", "wait_timeout", "unwanted_outcome", "server_error"}


class Messages:
    """Collects what a person reads, by class and cause."""

    def __init__(self) -> None:
        self.texts: dict[str, str] = {}

    def of(self, cause: str, environ: dict[str, str] | None = None, timeouts: float = 5, **options: Any) -> None:
        """Runs the task with these options and notes how it fails."""
        report = CLONE_CANCEL.report(options)
        options = {**OPTIONS, "clone_tenant": "clone_a", "wait_timeout": 5, **options}
        with pytest.raises(Failure) as caught:
            request = CLONE_CANCEL.read_request(options, False)
            report.doing = request.doing()
            login = resolve_login(options, environ or {})
            # The configured number of seconds is what messages show; here it may be shorter.
            login = login._replace(connect_timeout=timeouts, read_timeout=timeouts)  # type: ignore[arg-type]
            with Session(login) as session:
                carry_out(CLONE_CANCEL, request, session, Clock(), report)
        self.note(cause, caught.value, report.sentence(caught.value))

    def note(self, cause: str, failure: Failure, text: str) -> None:
        """Notes a failure; what differs from run to run is made the same."""
        for pattern, replacement in ((r"(127\.0\.0\.1|localhost):\d+", r"\1:2881"),
                                     (r"\b1[78]\d{17}\b", "1706251714452555625"), (r"/tmp/\S*/", "/etc/oceanbase/"),
                                     (r"lost after \S+ s and could not be made again for \S+ s",
                                      "lost after 12 s and could not be made again for 588 s")):
            text = re.sub(pattern, replacement, text)
        key = f"{failure.error_class}: {cause}"
        assert key not in self.texts
        self.texts[key] = text


def options_and_files(messages: Messages, folder: Path) -> None:
    """Nothing is sent to a server."""
    messages.of("a name that cannot be sent", clone_tenant="a'b")
    messages.of("an empty name", clone_tenant="")
    messages.of("a name that is too long", clone_tenant="a" * 65)
    messages.of("no job id", clone_job_id="yes")
    messages.of("a negative time", wait_timeout=-1)
    messages.of("no interval", poll_interval=0.0)
    messages.of("a time-out of nothing", read_timeout=0)
    messages.of("a port from the environment", {"OCEANBASE_LOGIN_PORT": "sql"})
    messages.of("an empty user", login_user="")
    messages.of("a host that cannot be one", login_host=["observer1", ".example.com"])
    messages.of("an undecodable password", {"OCEANBASE_LOGIN_PASSWORD": "s3cr\udce4t"})
    messages.of("an option file that is not there", config_file=str(folder / "missing.cnf"))
    for cause, text in (("an option file without a section", "user = root\n"),
                        ("a broken option file", "[client]\n = x\n[cl"),
                        ("an option file of another section", "[mysqld]\nport = 1\n"),
                        ("an option file that includes another", "!include /etc/my.cnf\n[client]\n"),
                        ("a port from an option file", "[client]\nport = 99999\n")):
        path = folder / "client.cnf"
        path.write_text(text)
        messages.of(cause, config_file=str(path))
    messages.of("a name of no variable", session_vars={"a b": 1})
    messages.of("a variable with a list", session_vars={"sql_mode": ["a"]})
    messages.of("the time zone", session_vars={"time_zone": "+08:00"})
    messages.of("a client certificate without a CA", client_cert=str(folder / "client.pem"))
    messages.of("a key without its certificate", client_key=str(folder / "client.key"), ca_cert=str(folder / "ca.pem"))
    messages.of("a CA certificate that is not there", ca_cert=str(folder / "missing.pem"))
    (folder / "empty.pem").write_text("")
    messages.of("a CA certificate that is none", ca_cert=str(folder / "empty.pem"))


def library(messages: Messages, monkeypatch: pytest.MonkeyPatch) -> None:
    """PyMySQL."""
    for cause, module, name, value in (("too old", pymysql, "VERSION", (0, 9, 3, None)),
                                       ("not installed", driver, "_IMPORT_ERROR", ModuleNotFoundError(name="pymysql")),
                                       ("broken", driver, "_IMPORT_ERROR", OSError("No username set"))):
        monkeypatch.setattr(module, name, value)
        with pytest.raises(Failure) as caught:
            driver.require_driver("/usr/bin/python3.11")
        messages.note(cause, caught.value, caught.value.sentence("cancel the clone of tenant clone_a"))
        monkeypatch.undo()


def connections(messages: Messages, bench: Bench, folder: Path) -> None:
    """No connection, or none that may be used."""
    assert bench.relay
    here = {"login_port": bench.mock.port}
    bench.relay.refuse()
    messages.of("refused", login_port=bench.relay.port)
    messages.of("unknown host", login_host="observer.invalid")
    messages.of("none of several addresses", login_host=[f"127.0.0.1:{bench.relay.port}", "observer.invalid"])
    with ScriptedServer(lambda sock: sock.sendall(b"SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n")) as other:
        messages.of("a port of something else", login_port=other.port)
    with ScriptedServer(lambda sock: None) as other:
        messages.of("a port that says nothing", timeouts=0.5, login_port=other.port)
    with ScriptedServer(greeting(b"caching_sha2_password")) as other:
        messages.of("another plugin than OceanBase's", login_port=other.port)
    bench.relay.listen()
    for cause, fault in (("login never answered", ("hang",)), ("login broken off", ("drop_before",)),
                         ("too many connections", ("error", 1040, "08004", "Too many connections")),
                         ("server initializing", ("error", 8001, "08004", "Server is initializing"))):
        bench.control("ALTER SYSTEM MOCK FAULT CLEAR")
        bench.arm("LOGIN root@sys", fault, times=0)
        messages.of(cause, timeouts=0.5, **here)
    for cause, fault in (("user locked", ("error", 3118, "HY000", "User locked")),
                         ("address not invited", ("error", 1227, "42501", "Access denied")),
                         ("tenant locked", ("error", 5260, "HY000", "Tenant 'sys' is locked"))):
        bench.control("ALTER SYSTEM MOCK FAULT CLEAR")
        bench.arm("LOGIN root@sys", fault)
        messages.of(cause, **here)
    bench.control("ALTER SYSTEM MOCK FAULT CLEAR")
    messages.of("wrong password", {"OCEANBASE_LOGIN_PASSWORD": "wrong"}, **here)
    messages.of("unknown tenant", login_user="root@nosuch", **here)
    messages.of("another tenant", login_user="root@mysql001", **here)
    messages.of("unknown variable", session_vars={"ob_no_such": 1}, **here)
    bench.arm("SET time_zone", ("error", 1193, "HY000", "Unknown system variable 'ob_query_timeout'"))
    messages.of("no OceanBase", **here)
    with Mock(server_version="4.2.5.1") as old:
        messages.of("too old", login_port=old.port)

    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(folder / "ca.pem"))
    trustme.CA().cert_pem.write_to_path(str(folder / "other.pem"))
    messages.of("no TLS", ca_cert=str(folder / "ca.pem"), **here)
    leaf = authority.issue_cert("127.0.0.1")
    leaf.cert_chain_pems[0].write_to_path(str(folder / "server.pem"))
    leaf.private_key_pem.write_to_path(str(folder / "server.key"))
    with Mock(tls_cert=folder / "server.pem", tls_key=folder / "server.key") as secure:
        messages.of("another CA", ca_cert=str(folder / "other.pem"), login_port=secure.port)
        messages.of("another name", ca_cert=str(folder / "ca.pem"), login_port=secure.port, login_host="localhost")


def statements(messages: Messages, bench: Bench) -> None:
    """The connection stands, and the server or the job does not do what is wanted."""
    here = {"login_port": bench.mock.port}
    bench.control("CREATE USER nobody", "CREATE USER reader", "GRANT SELECT ON *.* TO reader")
    messages.of("the views", login_user="nobody@sys", **here)
    bench.start()
    messages.of("the CANCEL", login_user="reader@sys", **here)
    for cause, statement, fault in (
            ("the server says no, the views do not say why", "ALTER SYSTEM CAN", ("error", 4179, "HY000", (
                "The new tenant has completed the cloning operation, or this is not the name of a cloning tenant. "
                "Cancel cloning not allowed"))),
            ("an internal error", "ALTER SYSTEM CAN", ("error", 4016, "HY000", "Internal error"))):
        bench.arm(statement, fault)
        messages.of(cause, **here)
    bench.arm("SELECT 'progress", ("error", 4012, "HY000", "Timeout"), times=0)
    messages.of("the cluster is busy all the time", **{**here, "wait_timeout": 1})
    bench.control("ALTER SYSTEM MOCK FAULT CLEAR")
    bench.arm("SELECT 'progress", ("drop_before",), times=0)
    messages.of("the connection breaks all the time", **{**here, "wait_timeout": 1})
    bench.control("ALTER SYSTEM MOCK FAULT CLEAR")
    messages.of("not found", clone_tenant="clone_b", fail_on=["not_found"], **here)
    messages.of("canceled, and the clean-up does not end", **{**here, "wait_timeout": 1})
    bench.release()
    bench.start()
    with ThreadPoolExecutor(1) as pool:
        def go_down() -> None:
            wait_for(lambda: bench.progress()[0]["status"] == "CLONE_SYS_CANCELING", "the CANCEL")
            assert bench.relay
            bench.relay.refuse()

        pool.submit(go_down)
        assert bench.relay
        messages.of("the server goes down while the job is cleaned up", login_port=bench.relay.port, wait_timeout=2)
    bench.release()
    bench.start()
    bench.control("ALTER SYSTEM CANCEL CLONE clone_a")
    messages.of("canceled by somebody else, and the clean-up does not end", source_tenant="mysql001",
                clone_tenant=None, **{**here, "wait_timeout": 1})


def test_every_failure_reads_as_it_should(bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    messages = Messages()
    options_and_files(messages, tmp_path)
    library(messages, monkeypatch)
    connections(messages, bench, tmp_path)
    statements(messages, bench)
    text = "\n\n".join(f"# {key}\n{value}" for key, value in sorted(messages.texts.items())) + "\n"
    NOW.write_text(text, encoding="utf-8")
    assert {key.partition(":")[0] for key in messages.texts} == CLASSES
    for key, value in messages.texts.items():
        assert value.startswith("Cannot "), key
        assert "Traceback" not in value and "  " not in value and ".." not in value, key
    assert text == GOLDEN.read_text(encoding="utf-8"), f"if the new texts are better, copy {NOW} to {GOLDEN}"
