# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Starts seekdb, a server with OceanBase's kernel, for a test (facts: Kernel answers)."""

from __future__ import annotations

import importlib.util
import secrets
import socket
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import pymysql
import trustme

from support.servers.ob_mock import wait_for

CLIENT_NAME = "dba"


def seekdb_program() -> Path:
    """Returns the server of the Python package pylibseekdb; AssertionError if that is not installed."""
    found = importlib.util.find_spec("pylibseekdb")
    assert found and found.origin, "pylibseekdb is not installed: run `make test-real`"
    return Path(found.origin).parent / "seekdb"


def free_port() -> int:
    """Returns a port that nothing listens on at the moment."""
    with socket.socket() as probe:
        probe.bind(("", 0))
        return int(probe.getsockname()[1])


class SeekDB:
    """
    One running server with TLS offered; use it as a context manager.

    It listens on all addresses and starts without a password, so that a random one is set through the unix socket
    before anything else. ``certificates`` holds ca.pem, client.pem, client.key and stranger.pem (another CA).
    """

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="seekdb_")
        self.base = Path(self._folder.name) / "base"
        self.certificates = Path(self._folder.name) / "certificates"
        # A unix socket's path has about 100 characters at most, which a temporary folder keeps to.
        self.unix_socket = self.base / "run" / "sql.sock"
        self.host = "127.0.0.1"
        self.port = free_port()
        self.user = "root"
        self.password = ""
        # What each connection of a test begins with.
        self.init_command = "SET time_zone = '+00:00'"
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> SeekDB:
        try:
            self._make_certificates()
            with (self.base / "output.txt").open("wb") as stream:
                self._process = subprocess.Popen(
                    [seekdb_program(), "--nodaemon", "--port", str(self.port), "--base-dir", self.base,
                     "--log-level", "ERROR", "--parameter", "ssl_client_authentication=True"],
                    stdout=stream, stderr=subprocess.STDOUT)
            password = secrets.token_urlsafe(16)
            wait_for(lambda: self._take_possession(password), "seekdb's login", 60)
            self.password = password
        except BaseException:
            # Nobody leaves a context that was not entered.
            self.__exit__()
            raise
        return self

    def __exit__(self, *exc_info: Any) -> None:
        try:
            self._stop()
        finally:
            self._folder.cleanup()

    def _stop(self) -> None:
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(30)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
            raise AssertionError("seekdb did not end on SIGTERM") from None

    def _make_certificates(self) -> None:
        """Writes them to the folder ``wallet``, from which the server reads its own when it starts."""
        wallet = self.base / "wallet"
        wallet.mkdir(parents=True)
        self.certificates.mkdir()
        authority = trustme.CA()
        server = authority.issue_cert(self.host, common_name="server")
        client = authority.issue_cert(CLIENT_NAME, common_name=CLIENT_NAME)
        for folder in (wallet, self.certificates):
            authority.cert_pem.write_to_path(str(folder / "ca.pem"))
        server.private_key_pem.write_to_path(str(wallet / "server-key.pem"))
        server.cert_chain_pems[0].write_to_path(str(wallet / "server-cert.pem"))
        client.private_key_pem.write_to_path(str(self.certificates / "client.key"))
        client.cert_chain_pems[0].write_to_path(str(self.certificates / "client.pem"))
        trustme.CA().cert_pem.write_to_path(str(self.certificates / "stranger.pem"))

    def _take_possession(self, password: str) -> bool:
        """Sets the password; returns whether the server has taken it."""
        assert self._process
        assert self._process.poll() is None, (self.base / "output.txt").read_text(encoding="utf-8")
        try:
            # PyMySQL leaves the socket of a refused connection open, so it only comes when somebody listens.
            with socket.socket(socket.AF_UNIX) as probe:
                probe.connect(str(self.unix_socket))
            with self.connect(unix_socket=str(self.unix_socket)) as connection, connection.cursor() as cursor:
                cursor.execute("ALTER USER root IDENTIFIED BY %s", [password])
        except (OSError, pymysql.MySQLError):
            return False
        return True

    def connect(self, **options: Any) -> Any:
        """
        Returns a PyMySQL connection as root, autocommit on, rows as dicts, times in UTC as the collection's modules do.
        """
        settings: dict[str, Any] = {
            "host": self.host, "port": self.port, "user": self.user, "password": self.password, "charset": "utf8mb4",
            "connect_timeout": 5, "read_timeout": 60, "autocommit": True, "ssl_disabled": True,
            "init_command": self.init_command, "cursorclass": pymysql.cursors.DictCursor}
        settings.update(options)
        return pymysql.connect(**settings)

    def sql(self, *statements: str) -> list[dict[str, Any]]:
        """Runs statements on a connection of their own; the rows of the last one, labels in lower case."""
        rows: Any = ()
        with self.connect() as connection, connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
                rows = cursor.fetchall()
        return [{label.lower(): value for label, value in row.items()} for row in rows]

    def login(self, **options: Any) -> dict[str, Any]:
        """Returns login options of a module for this server, changed by ``options`` (None removes one)."""
        values = {"login_host": self.host, "login_port": self.port, "login_user": self.user,
                  "login_password": self.password, **options}
        return {name: value for name, value in values.items() if value is not None}
