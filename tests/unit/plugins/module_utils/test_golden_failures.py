# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every refused option and every failure of a connection as a person reads it, in golden_failures.txt."""

from __future__ import annotations

import os
import re
import ssl
from pathlib import Path
from typing import Any, Callable, Dict, List

import pymysql
import pytest

from ansible_collections.community.oceanbase.plugins.module_utils._clock import Clock
from ansible_collections.community.oceanbase.plugins.module_utils._connection import driver as _driver
from ansible_collections.community.oceanbase.plugins.module_utils._connection import session as _session
from ansible_collections.community.oceanbase.plugins.module_utils._connection import tls as _tls
from ansible_collections.community.oceanbase.plugins.module_utils._connection.driver import (
    GREETING,
    HANDSHAKE,
    LOGIN,
    DriverError,
    FileRequested,
    NotADatabase,
    NotSendable,
    PackageMissing,
    PluginRefused,
    ServerSaid,
    TlsNotOffered,
    require_driver,
)
from ansible_collections.community.oceanbase.plugins.module_utils._connection.failures import (
    login_failure,
    statement_failure,
)
from ansible_collections.community.oceanbase.plugins.module_utils._connection.login import resolve_login
from ansible_collections.community.oceanbase.plugins.module_utils._connection.option_file import read_option_file
from ansible_collections.community.oceanbase.plugins.module_utils._connection.session import Session
from ansible_collections.community.oceanbase.plugins.module_utils._errors import Failure
from ansible_collections.community.oceanbase.tests.support.refused_options import BY_ANSIBLE, REFUSED

from .connection.test_option_file import BROKEN
from .connection.test_session import FakeDriver, Network
from .fakes import OPTIONS
from .test_refused_options import end

GOLDEN = Path(__file__).parent / "golden_failures.txt"
LOST = DriverError("the other side closed the connection", 2013)


def raised(action: Callable[..., Any], *arguments: Any) -> Failure:
    """Returns the failure that the call raises."""
    with pytest.raises(Failure) as caught:
        action(*arguments)
    return caught.value


def told(failure: Failure) -> str:
    """Returns all that a failure says."""
    marks = [str(failure.errno)] * (failure.errno is not None)
    marks += [name for name in ("transient", "uncertain") if getattr(failure, name)]
    return "%s: %s\n    %s" % (", ".join([failure.error_class, *marks]), failure.message, failure.hint or "-")


def shortened(text: str) -> str:
    """Returns a text without what is long or differs from run to run."""
    return re.sub(r"[\w.]{60,}", "xx..", re.sub(r"/\S*/(?=my.cnf)", "/", text.replace("\0", "?")))


def options() -> List[str]:
    """Returns what this collection says of refused options; of texts that differ in names and values only one."""
    said: Dict[str, str] = {}
    for case in REFUSED:
        error = end(case).result["error"]
        if case not in BY_ANSIBLE:
            shape = re.sub(r"'[^']*'|\"[^\"]*\"|[0-9]+", "", error["message"])
            for option in case.options:
                shape = shape.replace(option, "")
            said.setdefault(shape, "%s: %s\n    %s" % (error["class"], error["message"], error["hint"] or "-"))
    return list(said.values())


def environment() -> List[str]:
    """Returns the same of values in the environment and of combinations."""
    cases: List[Any] = [
        ({}, {"OCEANBASE_LOGIN_HOST": "a..b"}), ({}, {"OCEANBASE_LOGIN_HOST": " "}),
        ({}, {"OCEANBASE_LOGIN_PORT": "sql"}), ({}, {"OCEANBASE_LOGIN_USER": ""}),
        ({}, {"OCEANBASE_LOGIN_USER": "a\x7f"}), ({}, {"OCEANBASE_LOGIN_PASSWORD": "\udce4"}),
        ({"session_vars": {"autocommit": "off"}}, {}), ({"session_vars": {"x": "\udce4"}}, {}),
        ({"login_host": ["10.0.0.256"]}, {}), ({"login_host": ["b\u00fccher" * 12]}, {}),
        ({"login_host": [".".join(["b\u00fccher"] * 20)]}, {}), ({"login_host": ["a" * 63 + "." + "a.a" * 70]}, {})]
    return [told(raised(resolve_login, {**OPTIONS, **given}, environ)) for given, environ in cases]


def option_files(folder: Path) -> List[str]:
    """Returns what is said of option files that cannot be used."""
    said = [told(raised(read_option_file, path)) for path in ("", "/nowhere/my.cnf", "a\0b")]
    path = folder / "my.cnf"
    for content, _part in BROKEN:
        path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
        said.append(told(raised(read_option_file, str(path))))
    path.write_text("[client]\nssl-mode = required\nport = x\n", encoding="utf-8")
    for more in ({}, {"ca_cert": "/ca.pem"}):
        said.append(told(raised(resolve_login, {**OPTIONS, "config_file": str(path), **more}, {})))
    os.chmod(str(path), 0o602)
    return [*said, told(raised(read_option_file, str(path)))]


def logins() -> List[str]:
    """Returns what is said of logins that fail: at first, later, and with TLS."""
    broken: List[DriverError] = []
    for stage in (GREETING, HANDSHAKE, LOGIN):
        error = DriverError("the other side closed the connection", 2013)
        error.stage = stage
        broken.append(error)
    verified = DriverError("no", 2003)
    verified.__cause__ = ssl.SSLError(1, "[SSL: CERTIFICATE_VERIFY_FAILED]")
    errors = [PluginRefused("dialog"), PackageMissing("'cryptography' package is required"),
              ServerSaid("Access denied", 1045, "42000"), ServerSaid("denied", 1227, None), NotADatabase("no greeting"),
              *broken]
    said = []
    for more in ({}, {"ca_cert": "/ca.pem"}, {"ca_cert": "/ca.pem", "client_cert": "/cert.pem"}):
        login = resolve_login({**OPTIONS, "login_password": "secret", **more}, {})
        tls = _tls.Tls(login) if more else None
        for was_connected in (False, True):
            texts = [told(login_failure(error, "db:2881", login, tls, was_connected)) for error in [
                *errors, *([TlsNotOffered("the server offers no TLS"), verified] if tls else [])]]
            said.append("## %s, %s\n%s" % (
                ", ".join(more) or "plain", "again" if was_connected else "at first", "\n".join(texts)))
    return said


def statements() -> List[str]:
    """Returns what is said of statements that fail."""
    login = resolve_login({**OPTIONS, "login_user": "dba@sys", "login_password": ""}, {})
    return [told(statement_failure(error, "db:2881", login)) for error in (
        ServerSaid("denied", 1142, "42000"), ServerSaid("Timeout", 4012, None), NotSendable("it is not UTF-8"),
        FileRequested("the server asked for a file"), LOST)]


def sessions(driver: FakeDriver, network: Network) -> List[str]:
    """Returns what is said of sessions that cannot be opened, or be opened again."""
    def opened(**more: Any) -> Session:
        return Session(resolve_login({**OPTIONS, **more}, {}))

    said = []
    now = [100.0]
    clock = Clock(lambda: now[0], lambda seconds: None)
    unknown = "Unknown system variable '%s'"
    for answer, more in ((ServerSaid(unknown % "ob_query_timeout", 1193, "HY000"), {}),
                         (ServerSaid(unknown % "sql_mode", 1193, "HY000"), {"session_vars": {"a": 1}}),
                         (ServerSaid(unknown % "a", 1193, "HY000"), {"session_vars": {"a": 1}}),
                         (ServerSaid(unknown % "a", 1193, "HY000"), {}), (ServerSaid("no", 1231, "42000"), {}),
                         (ServerSaid("no", 1231, "42000"), {"session_vars": {"a": 1}}),
                         (ServerSaid("denied", 1227, "42501"), {"session_vars": {"a": 1}}), (LOST, {})):
        driver.answers = [answer]
        said.append(told(raised(opened(**more).connect, clock.budget(1000))))
    several = {"login_host": ["a", "b:1", "c"]}
    dead = {"a:2881": "no answer", "b:1": "connection refused", "c:2881": "connection refused"}
    for names, errors, more in (
            ("abc", {}, {}), ("ab", {"c:2881": ServerSaid("initializing", 8001, "08004")}, {}),
            ("b", {"a:2881": NotADatabase("no greeting"), "c:2881": ServerSaid("locked", 5150, "HY000")}, {}),
            ("b", {"a:2881": NotADatabase("no greeting"), "c:2881": TlsNotOffered("no TLS")}, {"ca_cert": "/ca.pem"})):
        network.dead = {address: reason for address, reason in dead.items() if address[0] in names}
        driver.login_errors = errors
        said.append(told(raised(opened(**several, **more).connect, clock.budget(1000))))
    for more, seconds, errors in (({}, 1000, {}), (several, 1000, {}), ({}, 30, {}),
                                  ({}, 1000, {"127.0.0.1:2881": ServerSaid("Access denied", 1045, "42000")})):
        network.dead, driver.login_errors = {}, {}
        session, budget = opened(**more), clock.budget(seconds)
        session.run("SELECT 1", (), budget)
        driver.answers = [LOST]
        now[0] += 12
        said.append(told(raised(session.run, "SELECT 1", (), budget)))
        driver.login_errors = errors
        network.dead = {} if errors else {**dead, "127.0.0.1:2881": "connection refused"}
        now[0] += 30.5
        said.append(told(raised(session.run, "SELECT 1", (), budget)))
    return said


def drivers(monkeypatch: pytest.MonkeyPatch) -> List[str]:
    """Returns what is said of a driver that is missing, broken or too old."""
    said = []
    for error in (ModuleNotFoundError("No module named 'pymysql'", name="pymysql"), ImportError("no"),
                  ImportError("cannot import name 'x'", name="cffi"), RuntimeError("it broke")):
        monkeypatch.setattr(_driver, "_IMPORT_ERROR", error)
        said.append(told(raised(require_driver, "/usr/bin/python3")))
    monkeypatch.setattr(_driver, "_IMPORT_ERROR", None)
    monkeypatch.setattr(pymysql, "VERSION", (1, 0, 1, None))
    return [*said, told(raised(require_driver, "/usr/bin/python3"))]


def test_every_failure_reads_as_it_should(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    driver, network = FakeDriver(), Network()
    monkeypatch.setattr(_session, "first_answer", network)
    monkeypatch.setattr(_driver, "Connection", driver)
    refusals = options()
    monkeypatch.setattr(_tls, "_context", lambda login: "a context")
    sections: Dict[str, List[str]] = {
        "Options": refusals, "Values from elsewhere": environment(), "Option files": option_files(tmp_path),
        "Logins": logins(), "Statements": statements(), "Sessions": sessions(driver, network),
        "Drivers": drivers(monkeypatch)}
    text = "".join("# %s\n\n%s\n\n" % (title, "\n".join(dict.fromkeys(map(shortened, said))))
                   for title, said in sections.items())
    now = tmp_path / GOLDEN.name
    now.write_text(text, encoding="utf-8")
    assert text == GOLDEN.read_text(encoding="utf-8"), f"if the new texts are better, copy {now} to {GOLDEN}"
