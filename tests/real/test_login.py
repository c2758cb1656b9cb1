# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Logging in to the real kernel: every way in, every refusal. What lets a module in ends in unsupported_version."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from support.plays.ansible import run_module
from support.servers.seekdb import CLIENT_NAME, SeekDB, free_port


def error_for(options: dict[str, Any], **environment: str) -> dict[str, Any]:
    """The error of a run with these login options, which fails on this server in any case."""
    result = run_module("ob_clone_cancel", {"clone_tenant": "clone_a", **options}, environment=environment)
    assert result["failed"] and not result["changed"]
    error: dict[str, Any] = result["error"]
    return {**error, "msg": result["msg"]}


def assert_is_in(error: dict[str, Any]) -> None:
    """The login worked: the server could say that it has no clone views."""
    assert (error["class"], error["errno"]) == ("unsupported_version", 1146), error


@pytest.mark.parametrize("user", ["root", "root@sys"])
def test_right_password(server: SeekDB, user: str) -> None:
    assert_is_in(error_for(server.login(login_user=user)))


@pytest.mark.parametrize("user", ["root", "root@nosuch", "root@SYS", "root@sys#cluster", "nosuch@sys", "root@"])
def test_whoever_is_refused_is_told_alike(server: SeekDB, user: str) -> None:
    password = "wrong-" + server.password if user == "root" else server.password
    error = error_for(server.login(login_user=user, login_password=password))
    assert (error["class"], error["errno"], error["sqlstate"]) == ("access_denied", 1045, "42000")
    assert user in error["msg"] and "login_user" in error["msg"]
    assert password not in str(error)


def test_no_password_is_refused(server: SeekDB) -> None:
    error = error_for(server.login(login_password=None))
    assert error["class"] == "access_denied" and "using password: NO" in error["message"]


def test_a_password_of_any_characters(server: SeekDB) -> None:
    password = "pä\"'\\ %s#密"
    with server.connect() as connection, connection.cursor() as cursor:
        cursor.execute("CREATE USER odd IDENTIFIED BY %s", [password])
        try:
            error = error_for(server.login(login_user="odd@sys", login_password=password))
        finally:
            cursor.execute("DROP USER odd")
    # Whoever has no privilege on the database is told so, after the login.
    assert error["class"] != "access_denied", error


def test_unix_socket(server: SeekDB) -> None:
    options = server.login(login_host=None, login_port=None, login_unix_socket=str(server.unix_socket))
    assert_is_in(error_for(options))


def test_unix_socket_that_is_not_there(server: SeekDB) -> None:
    options = server.login(login_host=None, login_port=None, login_unix_socket=str(server.unix_socket) + "x")
    error = error_for(options)
    assert error["class"] == "unreachable" and "sql.sockx" in error["message"]


def test_option_file_with_the_whole_login(server: SeekDB, tmp_path: Path) -> None:
    file = tmp_path / "client.cnf"
    file.write_text(f"[client]\nhost = {server.host}\nport = {server.port}\nuser = root@sys\n"
                    f"password = \"{server.password}\"\n", encoding="utf-8")
    assert_is_in(error_for({"config_file": str(file)}))


def test_option_file_with_a_wrong_password_names_the_file(server: SeekDB, tmp_path: Path) -> None:
    file = tmp_path / "client.cnf"
    file.write_text(f"[client]\nsocket = {server.unix_socket}\npassword = quite-another\n", encoding="utf-8")
    error = error_for({"config_file": str(file)})
    assert error["class"] == "access_denied" and str(file) in error["msg"]


def test_environment(server: SeekDB) -> None:
    assert_is_in(error_for({}, OCEANBASE_LOGIN_HOST=server.host, OCEANBASE_LOGIN_PORT=str(server.port),
                           OCEANBASE_LOGIN_USER="root@sys", OCEANBASE_LOGIN_PASSWORD=server.password))


def test_nothing_listens() -> None:
    error = error_for({"login_port": free_port(), "connect_timeout": 2})
    assert error["class"] == "unreachable" and "refused" in error["message"]


def test_tls(server: SeekDB) -> None:
    assert_is_in(error_for(server.login(ca_cert=str(server.certificates / "ca.pem"))))


def test_tls_is_what_the_server_sees(server: SeekDB) -> None:
    """A user who must use TLS gets in with ca_cert only."""
    server.sql("CREATE USER tls_only IDENTIFIED BY 'secret-word' REQUIRE SSL",
               "GRANT ALL ON *.* TO tls_only")
    login = server.login(login_user="tls_only@sys", login_password="secret-word")
    try:
        assert error_for(login)["class"] == "access_denied"
        assert_is_in(error_for({**login, "ca_cert": str(server.certificates / "ca.pem")}))
    finally:
        server.sql("DROP USER tls_only")


def test_tls_with_a_strange_authority(server: SeekDB) -> None:
    error = error_for(server.login(ca_cert=str(server.certificates / "stranger.pem")))
    assert error["class"] == "tls" and "ca_cert" in error["hint"]


def test_tls_with_another_name_than_the_certificates(server: SeekDB) -> None:
    login = server.login(login_host="localhost", ca_cert=str(server.certificates / "ca.pem"))
    assert error_for(login)["class"] == "tls"
    assert_is_in(error_for({**login, "check_hostname": False}))


def test_client_certificate_must_be_invited(server: SeekDB) -> None:
    """OceanBase refuses a client certificate whose common name ob_ssl_invited_common_names does not list."""
    login = server.login(ca_cert=str(server.certificates / "ca.pem"),
                         client_cert=str(server.certificates / "client.pem"),
                         client_key=str(server.certificates / "client.key"))
    error = error_for(login)
    assert error["class"] == "access_denied" and "ob_ssl_invited_common_names" in error["hint"]
    server.sql(f"ALTER SYSTEM SET ob_ssl_invited_common_names = '{CLIENT_NAME}'")
    try:
        assert_is_in(error_for(login))
    finally:
        server.sql("ALTER SYSTEM SET ob_ssl_invited_common_names = 'NONE'")
