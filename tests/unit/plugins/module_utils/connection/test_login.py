# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Option, else environment, else option file, else default; and every way to get one of them wrong."""

from __future__ import annotations

import pytest

from ansible_collections.community.oceanbase.plugins.module_utils._connection.login import (
    LOGIN_SOURCES,
    resolve_login,
)
from ansible_collections.community.oceanbase.plugins.module_utils._errors import InvalidOption

from ..fakes import OPTIONS


def option_file(tmp_path, text):
    """The path of an option file with that text."""
    path = tmp_path / "client.cnf"
    path.write_text(text, encoding="utf-8")
    return str(path)


def socket_of(login):
    """The path of the Unix socket that the login uses, None if it uses none."""
    (address,) = login.addresses
    return address.host if address.port is None else None


# Where a login has the value of an option.
FIELDS = {"login_host": lambda login: login.addresses[0].host, "login_port": lambda login: login.addresses[0].port,
          "login_unix_socket": socket_of, "login_user": lambda login: login.user,
          "login_password": lambda login: login.password, "ca_cert": lambda login: login.ca_cert,
          "client_cert": lambda login: login.client_cert, "client_key": lambda login: login.client_key}
# What else must be given for the option to be valid.
COMPANY = {"client_cert": {"ca_cert": "/ca"}, "client_key": {"ca_cert": "/ca", "client_cert": "/cert"}}


def resolve(options, environ=None):
    """The login for a few options."""
    return resolve_login({**OPTIONS, **options}, environ or {})


@pytest.mark.parametrize("option", sorted(LOGIN_SOURCES))
def test_precedence(option, tmp_path):
    variable, key, default = LOGIN_SOURCES[option]
    values = {"login_port": [11, 12, 13], "login_host": ["one", "two", "three"]}.get(option, ["/one", "/two", "/three"])
    company = COMPANY.get(option, {})
    path = option_file(tmp_path, f"[client]\n{key}={values[2]}\n")

    def outcome(options, environ):
        login = resolve({**company, **options}, environ)
        return FIELDS[option](login), login.sources[option]

    environ = {variable: str(values[1])} if variable else {}
    if variable:
        assert outcome({option: values[0], "config_file": path}, environ) == (values[0], "option " + option)
        assert outcome({"config_file": path}, environ) == (values[1], "environment variable " + variable)
    assert outcome({option: values[0], "config_file": path}, {}) == (values[0], "option " + option)
    assert outcome({"config_file": path}, {}) == (values[2], f"{key} in option file {path}")
    assert outcome({}, {}) == (default, "default")


def test_an_empty_password_is_a_given_value():
    environ = {"OCEANBASE_LOGIN_PASSWORD": "secret"}
    assert resolve({}, environ).password == "secret"
    assert resolve({"login_password": ""}, environ).password == ""
    assert resolve({}, {"OCEANBASE_LOGIN_PASSWORD": ""}).password == ""


@pytest.mark.parametrize("option", ["connect_timeout", "read_timeout"])
@pytest.mark.parametrize("seconds", [1, 2147483])
def test_the_shortest_and_the_longest_time_out(option, seconds):
    assert getattr(resolve({option: seconds}, {}), option) == seconds


@pytest.mark.parametrize(("options", "environ", "message"), [
    ({"login_host": ""}, {}, r"login_host is empty \(option login_host\)"),
    ({}, {"OCEANBASE_LOGIN_HOST": ""}, r"login_host is empty \(environment variable OCEANBASE_LOGIN_HOST\)"),
    ({"login_user": "root\n"}, {}, "login_user holds a control character"),
    ({"login_port": 0}, {}, r"the port 0 \(option login_port\) is not a number from 1 to 65535"),
    ({"login_port": 65536}, {}, "not a number from 1 to 65535"),
    ({}, {"OCEANBASE_LOGIN_PORT": "abc"}, "the port 'abc' .environment variable OCEANBASE_LOGIN_PORT."),
    ({}, {"OCEANBASE_LOGIN_PORT": ""}, "the port ''"),
    ({"connect_timeout": 0}, {}, "connect_timeout is 0"),
    ({"read_timeout": -1}, {}, "read_timeout is -1"),
    ({"read_timeout": 31536001}, {}, "read_timeout is 31536001"),
    ({"client_key": "/key"}, {}, r"client_key is given \(option client_key\) without client_cert"),
    ({"client_cert": "/cert"}, {}, r"client_cert is given \(option client_cert\) without ca_cert"),
    ({"session_vars": {"a b": 1}}, {}, "session_vars holds 'a b'"),
    ({"session_vars": {"@@x": 1}}, {}, "session_vars holds '@@x'"),
    ({"session_vars": {"x = 1, y": 1}}, {}, "session_vars holds"),
    ({"session_vars": {"Time_Zone": "+01:00"}}, {}, "session_vars sets time_zone"),
    ({"session_vars": {"CHARACTER_SET_results": "gbk"}}, {}, "session_vars sets character_set_results, but"),
    ({"session_vars": {"collation_connection": "gbk_chinese_ci"}}, {}, "sets collation_connection to gbk_chinese_ci"),
    ({"session_vars": {"SQL_select_limit": 0}}, {}, "sets sql_select_limit, but this module must see every row"),
    ({"session_vars": {"x": None}}, {}, "session_vars sets x to nothing"),
    ({"session_vars": {"x": "\udce4"}}, {}, "session_vars sets x to a text that is not UTF-8"),
    ({}, {"OCEANBASE_LOGIN_PORT": "2_881"}, "the port '2_881'"),
    ({}, {"OCEANBASE_LOGIN_PORT": "\udce4"}, "login_port is not UTF-8 text"),
    ({"session_vars": {"x": [1]}}, {}, "session_vars sets x to a list"),
])
def test_a_wrong_value_is_named_with_its_source(options, environ, message):
    with pytest.raises(InvalidOption, match=message):
        resolve(options, environ)


def test_false_zero_and_an_empty_text_are_values_of_session_variables():
    variables = {"a": False, "b": 0, "c": "", "d_1": 0.5, "_E": "\u00e4", "collation_connection": "UTF8MB4_bin",
                 "Autocommit": "on"}
    assert resolve({"session_vars": variables}).session_vars == variables


@pytest.mark.parametrize("hosts", ["a, b:1", ["a", "b:1"], ["a,b:1"]])
def test_several_hosts_from_each_source(tmp_path, hosts):
    text = hosts if isinstance(hosts, str) else ",".join(hosts)
    path = option_file(tmp_path, f"[client]\nhost = {text}\nport = 7\n")
    for options, environ, source in (({"login_host": hosts, "login_port": 7}, {}, "option login_host"),
                                     ({"login_port": "7"}, {"OCEANBASE_LOGIN_HOST": text},
                                      "environment variable OCEANBASE_LOGIN_HOST"),
                                     ({"config_file": path}, {}, f"host in option file {path}")):
        first, second = resolve(options, environ).addresses
        assert [first[:2], second[:2]] == [("a", 7), ("b", 1)]
        assert source in first.label() and second.label() == f"b:1 ({source})"


@pytest.mark.parametrize("hosts", [".example.com", "a..b", "a" * 64, "a,b:sql"])
def test_a_wrong_host_is_told_with_its_source(tmp_path, hosts):
    path = option_file(tmp_path, f"[client]\nhost = {hosts}\n")
    for options, environ, source in (({"login_host": [hosts]}, {}, "option login_host"),
                                     ({}, {"OCEANBASE_LOGIN_HOST": hosts}, "variable OCEANBASE_LOGIN_HOST"),
                                     ({"config_file": path}, {}, "host in option file")):
        with pytest.raises(InvalidOption, match=source):
            resolve(options, environ)


def test_autocommit_cannot_be_switched_off():
    for value in (False, 0, "0", "OFF", "off", "False"):
        with pytest.raises(InvalidOption, match="switches autocommit off"):
            resolve({"session_vars": {"AutoCommit": value}})
    assert resolve({"session_vars": {"autocommit": True}}).session_vars == {"autocommit": True}


def test_a_socket_of_the_option_file_gives_way_to_a_host(tmp_path):
    path = option_file(tmp_path, "[client]\nsocket=/tmp/s\n")
    assert socket_of(resolve({"config_file": path})) == "/tmp/s"
    assert socket_of(resolve({"config_file": path, "login_host": "h"})) is None
    assert socket_of(resolve({"config_file": path}, {"OCEANBASE_LOGIN_HOST": "h"})) is None
    path = option_file(tmp_path, "[client]\nsocket=/tmp/s\nhost=h\n")
    assert socket_of(resolve({"config_file": path})) is None
    assert socket_of(resolve({"config_file": path, "login_unix_socket": "/tmp/t"})) == "/tmp/t"


@pytest.mark.parametrize("mode", ["REQUIRED", "verify_ca", "VERIFY_IDENTITY"])
def test_an_option_file_that_wants_tls_is_not_used_without_it(mode, tmp_path):
    path = option_file(tmp_path, "[client]\nssl_mode = %s\n" % mode)
    with pytest.raises(InvalidOption, match="ssl-mode is %s in option file" % mode.upper()):
        resolve({"config_file": path})
    assert resolve({"config_file": path, "ca_cert": "/ca"}).ca_cert == "/ca"
    assert resolve({"config_file": path}, {"OCEANBASE_CA_CERT": "/ca"}).ca_cert == "/ca"
    assert resolve({"config_file": option_file(tmp_path, "[client]\nssl-mode=PREFERRED\n")}).ca_cert is None


@pytest.mark.parametrize(("lines", "wanted"), [
    ("ssl", "ssl is set"), ("ssl=1", "ssl is set"), ("ssl_verify_server_cert", "ssl-verify-server-cert is set"),
    ("loose-ssl-verify-server-cert = ON", "ssl-verify-server-cert is set"),
    ("ssl-capath=/etc/ssl/certs", "ssl-capath is set"), ("ssl=0\nssl=TRUE", "ssl is set"),
    ("ssl=0", ""), ("ssl-verify-server-cert=false\nssl=Off", ""), ("ssl\nskip-ssl", ""),
    ("ssl-verify-server-cert\nssl-mode=disabled", ""), ("ssl-cipher=AES256-SHA\ntls-version=TLSv1.2", "")])
def test_other_options_that_want_tls(lines, wanted, tmp_path):
    path = option_file(tmp_path, "[client]\n%s\n" % lines)
    if wanted:
        with pytest.raises(InvalidOption, match="^%s in option file .*client.cnf, but there is no ca_cert" % wanted):
            resolve({"config_file": path})
    else:
        assert resolve({"config_file": path}).ca_cert is None
    assert resolve({"config_file": path, "ca_cert": "/ca"}).ca_cert == "/ca"


@pytest.mark.parametrize("line", ["ssl-mode=DISABLED", "ssl_mode = disabled", "skip-ssl", "loose-skip-ssl"])
def test_an_option_file_that_switches_tls_off(tmp_path, line):
    """Its ssl-ca does not count then, but one that is named elsewhere does."""
    path = option_file(tmp_path, "[client]\nssl-ca=/ca\nssl-cert=/cert\nssl-key=/key\nssl\n%s\nuser=a\n" % line)
    login = resolve({"config_file": path})
    assert (login.ca_cert, login.client_cert, login.client_key, login.user) == (None, None, None, "a")
    assert resolve({"config_file": path}, {"OCEANBASE_CA_CERT": "/other"}).ca_cert == "/other"


def test_a_home_folder_is_known_in_every_source(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", "/home/dba")
    path = option_file(tmp_path, "[client]\nssl-ca=~/ca\nssl-cert=~/cert\nssl-key=~/key\nsocket=~/s\n")
    login = resolve({"config_file": path})
    assert (login.ca_cert, login.client_cert, login.client_key, socket_of(login)) == (
        "/home/dba/ca", "/home/dba/cert", "/home/dba/key", "/home/dba/s")
    assert resolve({}, {"OCEANBASE_CA_CERT": "~/ca"}).ca_cert == "/home/dba/ca"


def test_an_option_without_a_value_is_none_of_ours(tmp_path):
    login = resolve({"config_file": option_file(tmp_path, "[client]\nuser=a\nuser\npassword\nhost\n")})
    assert (login.user, login.password, login.addresses[0].host) == ("a", None, "127.0.0.1")


def test_messages_name_the_sources_and_never_the_password():
    login = resolve({"login_port": 2883}, {"OCEANBASE_LOGIN_USER": "root@sys#c", "OCEANBASE_LOGIN_PASSWORD": "s3cret"})
    assert login.addresses[0].label() == "127.0.0.1:2883 (host: default, port: option login_port)"
    assert login.account() == ("root@sys#c (user: environment variable OCEANBASE_LOGIN_USER, "
                               "password: environment variable OCEANBASE_LOGIN_PASSWORD)")
    assert resolve({"login_unix_socket": "/tmp/s"}).addresses[0].label() == "socket /tmp/s (option login_unix_socket)"
    assert resolve({}).account() == "root@sys (user: default, password: none)"
    empty = resolve({"login_password": ""}, {"OCEANBASE_LOGIN_PASSWORD": "s3cret"})
    assert empty.account() == "root@sys (user: default, password: option login_password, which is empty)"
    for user, password in ((" root@sys", "s3cret\n"), ("root@sys\u00a0", "\ts3cret"), ("root@sys ", " ")):
        assert resolve({"login_user": user, "login_password": password}).account() == (
            "%s (user: option login_user, which begins or ends with white space, "
            "password: option login_password, which begins or ends with white space)" % user)
    assert resolve({"ca_cert": "/ca"}).file("ca_cert") == "ca_cert /ca (option ca_cert)"


def test_a_wrong_value_of_an_option_file_is_shown_and_no_other(tmp_path):
    path = option_file(tmp_path, "[client]\nport = abc\n    password = s3cret\n")
    with pytest.raises(InvalidOption, match=r"the port 'abc' \(port in option file") as caught:
        resolve({"config_file": path})
    assert "s3cret" not in caught.value.sentence("x")


@pytest.mark.parametrize(("key", "option"), [
    ("user", "login_user"), ("password", "login_password"), ("ssl-ca", "ca_cert")])
def test_a_value_that_is_not_utf_8_is_named_with_its_source_and_not_shown(tmp_path, key, option):
    (tmp_path / "client.cnf").write_bytes(b"[client]\n" + key.encode() + b" = s3cr\xe4t\n")
    path = str(tmp_path / "client.cnf")
    variable = LOGIN_SOURCES[option][0]
    for options, environ, source in (({"config_file": path}, {}, f"{key} in option file"),
                                     ({}, {variable: "s3cr\udce4t"}, f"environment variable {variable}"),
                                     ({option: "s3cr\udce4t"}, {}, f"option {option}")):
        with pytest.raises(InvalidOption, match=rf"{option} is not UTF-8 text \({source}") as caught:
            resolve(options, environ)
        assert "s3cr" not in caught.value.sentence("x")
