# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""
Option, else environment, else option file, else default: what reaches the server, and who is named when it is wrong.

Each case runs the module, as Ansible does, with a value in one source and another one in each source that it wins over.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Callable

import pytest

from ansible_collections.community.oceanbase.plugins.module_utils._connection.login import resolve_login
from ansible_collections.community.oceanbase.plugins.module_utils._connection.session import Session
from support.clients.raw_client import RawClient
from support.network.refusing_relay import RefusingRelay
from support.network.tls import HOST, Files, HandshakeServer
from support.options import OPTIONS
from support.plays.ansible import run_module
from support.plays.bench import AMPLE
from support.servers.ob_mock import Mock
from support.servers.seekdb import free_port

SOURCES = ("option", "environment", "file")
# option -> (environment variable, key in an option file): the interface, so it is not taken from the code.
TABLE = {
    "login_host": ("OCEANBASE_LOGIN_HOST", "host"),
    "login_port": ("OCEANBASE_LOGIN_PORT", "port"),
    "login_user": ("OCEANBASE_LOGIN_USER", "user"),
    "login_password": ("OCEANBASE_LOGIN_PASSWORD", "password"),
    "login_unix_socket": (None, "socket"),
    "ca_cert": ("OCEANBASE_CA_CERT", "ssl-ca"),
    "client_cert": (None, "ssl-cert"),
    "client_key": (None, "ssl-key"),
}
LINES = [(option, source) for option, (variable, _key) in TABLE.items() for source in (*SOURCES, "default")
         if variable or source != "environment"]
Values = dict[str, Any]


class LoginServers:
    """Servers that show which value has reached them; ``values`` of an option are those of each source."""

    def __init__(self, stack: ExitStack, folder: Path) -> None:
        self.folder = folder
        self.mocks = [stack.enter_context(Mock()) for _number in range(3)]
        self.port = self.mocks[0].port
        # On the same port of other addresses of this machine.
        self.others = [stack.enter_context(Mock(host=f"127.0.0.{number}", port=self.port)) for number in (2, 3, 4)]
        for source in SOURCES:
            self.mocks[0].sql(f"CREATE USER {source}_user IDENTIFIED BY 'of {source}'", f"CREATE USER open_{source}",
                              f"GRANT SELECT ON *.* TO {source}_user", f"GRANT SELECT ON *.* TO open_{source}")
        self.sockets = [folder / "first", folder / "second"]
        for path, mock in zip(self.sockets, self.mocks[1:]):
            stack.callback(RefusingRelay(mock.port, path=path).refuse)

        self.files = {}
        self.secure = {}
        for source in SOURCES:
            (folder / source).mkdir()
            self.files[source] = files = Files(folder / source)
            cert, key = files.issue("server", HOST)
            self.secure[source] = stack.enter_context(Mock(tls_cert=cert, tls_key=key))
        own = self.files["option"]
        self.pairs = {source: own.issue(f"client_{source}", "dba.example.com", common_name=source)
                      for source in SOURCES}
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(*own.issue("strict", HOST))
        self.context.load_verify_locations(own.ca)
        self.context.verify_mode = ssl.CERT_REQUIRED
        with RawClient(HOST, self.secure["option"].port) as client:
            self.greeting = client.greeting

    def combined(self, source: str) -> str:
        """A file with the client certificate of that source and its key."""
        path = self.folder / f"combined_{source}.pem"
        path.write_text("".join(Path(part).read_text() for part in self.pairs[source]))
        return str(path)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LoginServers]:
    with ExitStack() as stack:
        yield LoginServers(stack, tmp_path_factory.mktemp("login"))


def run(option: str, source: str, values: Values, folder: Path, **company: Any) -> dict[str, Any]:
    """Runs the module with the value of ``source``, and those of the sources that it wins over."""
    variable, key = TABLE[option]
    options = {"clone_tenant": "nosuch", "wait_timeout": 0, **company}
    environment = {}
    for below in SOURCES[SOURCES.index(source):] if source in SOURCES else ():
        if below == "option":
            options[option] = values[below]
        elif below == "file":
            path = folder / "client.cnf"
            path.write_text(f"[client]\n{key} = {values[below]}\n")
            options["config_file"] = str(path)
        elif variable:
            environment[variable] = str(values[below])
    return run_module("ob_clone_cancel", options, environment=environment, check_mode=True)


def logins(mock: Mock) -> list[str]:
    """Who was logged in, oldest first."""
    return [entry["statement"].split(" ")[1] for entry in mock.log()
            if entry["statement"].startswith("LOGIN") and entry["answer"] == "ok"]


def reached(mocks: list[Mock], act: Callable[[], dict[str, Any]]) -> Mock:
    """The one mock that got a login while the module did its work."""
    before = [len(logins(mock)) for mock in mocks]
    result = act()
    assert "error" not in result, result["msg"]
    [found] = [mock for mock, number in zip(mocks, before) if len(logins(mock)) == number + 1]
    return found


def shown(world: LoginServers, option: str, source: str, values: Values, folder: Path, **company: Any) -> str | None:
    """The common name of the certificate that a server which wants one gets to see, None if there is none."""
    with HandshakeServer(world.greeting, world.context) as strict:
        result = run(option, source, values, folder, login_port=strict.port, **company)
    # That server breaks every connection off, and the module tries more than once.
    assert "error" in result
    [name] = set(strict.clients)
    return name


def sources_of(option: str) -> list[str]:
    """The sources that an option has."""
    return [source for one, source in LINES if one == option]


@pytest.mark.parametrize("source", sources_of("login_host"))
def test_login_host(world: LoginServers, source: str, tmp_path: Path) -> None:
    servers = dict(zip((*SOURCES, "default"), (*world.others, world.mocks[0])))
    values = {source: mock.host for source, mock in servers.items()}
    assert reached(list(servers.values()), lambda: run(
        "login_host", source, values, tmp_path, login_port=world.port)) is servers[source]


@pytest.mark.parametrize("source", SOURCES)
def test_several_hosts(world: LoginServers, source: str, tmp_path: Path) -> None:
    """A text with commas in every source; the first address refuses, so that the second one is used."""
    hosts = f"127.0.0.1:{free_port()}, 127.0.0.2 ,127.0.0.3"
    values = {"option": hosts, "environment": hosts, "file": hosts}
    assert reached(world.others, lambda: run(
        "login_host", source, values, tmp_path, login_port=world.port)) is world.others[0]
    result = run_module("ob_clone_cancel", {"login_host": hosts.split(","), "login_port": world.port,
                                            "clone_tenant": "nosuch"})
    assert (result["outcome"], result["login_address"]) == ("not_found", f"127.0.0.2:{world.port}")


def test_a_wrong_password_is_told_to_one_host_only(world: LoginServers) -> None:
    before = [len(mock.log()) for mock in world.others]
    hosts = ",".join(f"{mock.host}:{mock.port}" for mock in world.others)
    result = run_module("ob_clone_cancel", {"login_host": hosts, "login_user": "option_user@sys",
                                            "login_password": "wrong", "clone_tenant": "nosuch"})
    assert (result["error"]["class"], result["error"]["errno"]) == ("access_denied", 1045)
    refused = [[entry["statement"] for entry in mock.log()[number:] if entry["statement"].startswith("LOGIN")]
               for mock, number in zip(world.others, before)]
    assert [len(entries) for entries in refused] == [1, 0, 0]
    assert result["login_address"] == f"{world.others[0].host}:{world.others[0].port}"


@pytest.mark.parametrize("source", SOURCES)
def test_login_port(world: LoginServers, source: str, tmp_path: Path) -> None:
    servers = dict(zip(SOURCES, world.mocks))
    values = {source: mock.port for source, mock in servers.items()}
    assert reached(world.mocks, lambda: run("login_port", source, values, tmp_path)) is servers[source]


def test_the_default_address(world: LoginServers, monkeypatch: pytest.MonkeyPatch) -> None:
    """The default port may be somebody's on this machine, so the call is led to the mock on its way."""
    resolve = socket.getaddrinfo
    called = []

    def redirected(host: str, port: int, **options: Any) -> Any:
        called.append((host, port))
        return resolve(HOST, world.port, **options)

    monkeypatch.setattr(socket, "getaddrinfo", redirected)
    with Session(resolve_login(OPTIONS, {})) as session:
        assert session.run("SHOW TENANT", (), AMPLE) == [{"current_tenant_name": "sys"}]
    assert called == [("127.0.0.1", 2881)]


@pytest.mark.parametrize("source", sources_of("login_user"))
def test_login_user(world: LoginServers, source: str, tmp_path: Path) -> None:
    users = {**{source: f"open_{source}@sys" for source in SOURCES}, "default": "root@sys"}
    result = run("login_user", source, users, tmp_path, login_port=world.port)
    assert "error" not in result, result["msg"]
    assert logins(world.mocks[0])[-1] == users[source]


@pytest.mark.parametrize("source", sources_of("login_password"))
def test_login_password(world: LoginServers, source: str, tmp_path: Path) -> None:
    """Each user has a password of his own, so that no other value than the right one gets in."""
    passwords = {source: f"of {source}" for source in SOURCES}
    user = "root@sys" if source == "default" else f"{source}_user@sys"
    result = run("login_password", source, passwords, tmp_path, login_port=world.port, login_user=user)
    assert "error" not in result, result["msg"]
    assert logins(world.mocks[0])[-1] == user


@pytest.mark.parametrize("source", sources_of("login_unix_socket"))
def test_login_unix_socket(world: LoginServers, source: str, tmp_path: Path) -> None:
    """The mock listens on TCP only, so each socket leads to a mock; without a socket the port is asked."""
    values = {"option": world.sockets[0], "file": world.sockets[1]}
    servers = {"option": world.mocks[1], "file": world.mocks[2], "default": world.mocks[0]}
    company = {"login_port": world.port} if source == "default" else {}
    values = {source: str(path) for source, path in values.items()}
    assert reached(world.mocks, lambda: run(
        "login_unix_socket", source, values, tmp_path, **company)) is servers[source]


def test_a_socket_wins_over_a_host_of_the_environment_but_not_over_an_option(world: LoginServers) -> None:
    path = str(world.sockets[0])
    environment = {"OCEANBASE_LOGIN_HOST": "127.0.0.2", "OCEANBASE_LOGIN_PORT": str(world.port)}
    assert reached([*world.mocks, *world.others], lambda: run_module(
        "ob_clone_info", {"login_unix_socket": path}, environment=environment)) is world.mocks[1]
    for other in ({"login_host": HOST}, {"login_port": world.port}):
        result = run_module("ob_clone_info", {"login_unix_socket": path, **other})
        assert result["error"]["class"] == "invalid_option"
        assert f"mutually exclusive: login_unix_socket|{next(iter(other))}" in result["msg"]


@pytest.mark.parametrize("source", SOURCES)
def test_ca_cert(world: LoginServers, source: str, tmp_path: Path) -> None:
    """Each server's certificate is of a CA of its own, so that no other CA gets a connection."""
    values = {source: files.ca for source, files in world.files.items()}
    server = world.secure[source]
    assert reached([server], lambda: run(
        "ca_cert", source, values, tmp_path, login_port=server.port)) is server


def test_without_ca_cert_the_connection_is_plain(world: LoginServers, tmp_path: Path) -> None:
    assert shown(world, "ca_cert", "default", {}, tmp_path) is None
    assert reached(world.mocks, lambda: run("ca_cert", "default", {}, tmp_path, login_port=world.port))


@pytest.mark.parametrize("source", sources_of("client_cert"))
def test_client_cert(world: LoginServers, source: str, tmp_path: Path) -> None:
    values = {source: world.combined(source) for source in SOURCES}
    name = shown(world, "client_cert", source, values, tmp_path, ca_cert=world.files["option"].ca)
    assert name == (None if source == "default" else source)


@pytest.mark.parametrize("source", sources_of("client_key"))
def test_client_key(world: LoginServers, source: str, tmp_path: Path) -> None:
    """Only the key that belongs to the certificate can be loaded; by default it is in the certificate's file."""
    keys = {source: key for source, (_cert, key) in world.pairs.items()}
    cert = world.combined("environment") if source == "default" else world.pairs[source][0]
    name = shown(world, "client_key", source, keys, tmp_path, ca_cert=world.files["option"].ca, client_cert=cert)
    assert name == ("environment" if source == "default" else source)


def wrong(world: LoginServers, option: str) -> tuple[str, Any, Any, dict[str, Any]]:
    """The class of failure that a wrong value ends in, that value, a right one, and what else is given."""
    here = {"login_port": world.port}
    secure = {"login_port": world.secure["option"].port, "ca_cert": world.files["option"].ca}
    return {
        "login_host": ("unreachable", "127.0.0.9", HOST, here),
        "login_port": ("unreachable", 1, world.port, {}),
        "login_user": ("access_denied", "nosuch@sys", "root@sys", here),
        "login_password": ("access_denied", "not that", "of option", {**here, "login_user": "option_user@sys"}),
        "login_unix_socket": ("unreachable", str(world.folder / "nosuch"), str(world.sockets[0]), {}),
        "ca_cert": ("tls", world.files["file"].ca, world.files["option"].ca, {"login_port": secure["login_port"]}),
        "client_cert": ("invalid_option", world.files["option"].ca, world.combined("option"), secure),
        "client_key": ("invalid_option", world.pairs["file"][1], world.pairs["option"][1],
                       {**secure, "client_cert": world.pairs["option"][0]}),
    }[option]


# In `make test` the option file stands for the other sources; the unit tests have them all.
@pytest.mark.parametrize(("option", "source"), [
    pytest.param(option, source, marks=[] if source == "file" else pytest.mark.full)
    for option, source in LINES if source != "default"])
def test_a_wrong_value_is_told_with_its_source(world: LoginServers, option: str, source: str, tmp_path: Path) -> None:
    """Though each source that it wins over has the right value."""
    error_class, bad, good, company = wrong(world, option)
    variable, key = TABLE[option]
    named = {"option": f"option {option}", "environment": f"environment variable {variable}",
             "file": f"{key} in option file {tmp_path / 'client.cnf'}"}
    result = run(option, source, {**dict.fromkeys(SOURCES, good), source: bad}, tmp_path, **company)
    assert result["error"]["class"] == error_class, result["msg"]
    assert named[source] in result["msg"]
    for other in SOURCES:
        assert other == source or named[other] not in result["msg"]
