# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release. Do not use it from elsewhere.
"""Sources of the login values: option, else environment, else option file, else default."""

from __future__ import annotations

import math
import os
import re
from typing import Any, Dict, Mapping, NamedTuple, Optional, Tuple

from .._errors import InvalidOption
from .._options import is_unicode
from .addresses import Address, parse_addresses, parse_port

# option -> (environment variable, key in the section [client] of an option file, default)
LOGIN_SOURCES: Dict[str, Tuple[Optional[str], Optional[str], Any]] = {
    "login_host": ("OCEANBASE_LOGIN_HOST", "host", "127.0.0.1"),
    "login_port": ("OCEANBASE_LOGIN_PORT", "port", 2881),
    "login_user": ("OCEANBASE_LOGIN_USER", "user", "root@sys"),
    "login_password": ("OCEANBASE_LOGIN_PASSWORD", "password", None),
    "login_unix_socket": (None, "socket", None),
    "ca_cert": ("OCEANBASE_CA_CERT", "ssl-ca", None),
    "client_cert": (None, "ssl-cert", None),
    "client_key": (None, "ssl-key", None),
}

# What the session sets for itself: it reads times in UTC and texts in UTF-8 (the three that SET NAMES sets).
CHARACTER_SET = "utf8mb4"
FIXED_VARIABLES = {"time_zone": "+00:00", "character_set_client": CHARACTER_SET,
                   "character_set_results": CHARACTER_SET, "character_set_connection": CHARACTER_SET}
# What the modules rely on, too, whatever the server's global values are: each look must see what others committed,
# every row of it, now; and an idle session must last until the next look. session_vars may say otherwise.
RELIED_ON = {"autocommit": 1, "tx_isolation": "READ-COMMITTED", "tx_read_only": 0, "ob_read_consistency": "STRONG",
             "sql_mode": "", "collation_connection": CHARACTER_SET + "_general_ci",
             "sql_select_limit": 9223372036854775807, "ob_trx_timeout": 86400000000, "wait_timeout": 28800}
# With these MySQL programs make no connection without TLS. Here TLS is made, and verified, exactly with ca_cert.
_TLS_MODES = ("REQUIRED", "VERIFY_CA", "VERIFY_IDENTITY")
# The same of older ones and of MariaDB's; ssl-capath names a folder of CA certificates.
_TLS_SWITCHES = ("ssl", "ssl-verify-server-cert", "ssl-capath")
_PATHS = ("login_unix_socket", "ca_cert", "client_cert", "client_key")
_OFF = ("0", "off", "false")
_VARIABLE_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
# Seconds. Python waits for sockets in milliseconds, of which there are at most 2^31 - 1.
LONGEST_TIMEOUT = 2147483


def login_argument_spec() -> Dict[str, Any]:
    """
    Returns the specification of the login options. Those whose value an environment variable or the option file may
    name have no defaults here, since a default in the specification would win over both.
    """
    return {
        "login_host": {"type": "list", "elements": "str"},
        "login_port": {"type": "int"},
        "login_user": {"type": "str"},
        "login_password": {"type": "str", "no_log": True},
        "login_unix_socket": {"type": "path"},
        "config_file": {"type": "path"},
        "connect_timeout": {"type": "int", "default": 10},
        "read_timeout": {"type": "int", "default": 30},
        "ca_cert": {"type": "path"},
        "client_cert": {"type": "path"},
        "client_key": {"type": "path", "no_log": False},
        "check_hostname": {"type": "bool", "default": True},
        "session_vars": {"type": "dict", "default": {}},
    }


# Options that cannot be given together.
LOGIN_EXCLUSIVE = (("login_unix_socket", "login_host"), ("login_unix_socket", "login_port"))


class Login(NamedTuple):
    """Everything needed for a connection. Time-outs are in seconds; ``sources`` says where each value came from."""

    addresses: Tuple[Address, ...]
    user: str
    password: Optional[str]
    connect_timeout: int
    read_timeout: int
    ca_cert: Optional[str]
    client_cert: Optional[str]
    client_key: Optional[str]
    check_hostname: bool
    session_vars: Dict[str, Any]
    sources: Dict[str, str]

    def file(self, option: str) -> str:
        """Returns the name, path and source of ca_cert, client_cert or client_key, for messages."""
        return "%s %s (%s)" % (option, getattr(self, option), self.sources[option])

    def account(self) -> str:
        """Returns the user and the sources of user and password, for messages, without the password itself."""
        password = "none" if self.password is None else self.sources["login_password"] + _oddity(self.password)
        return "%s (user: %s, password: %s)" % (self.user, self.sources["login_user"] + _oddity(self.user), password)


def _oddity(text: str) -> str:
    """Returns what is odd about a user or a password, for messages, without showing it; "" for nothing."""
    if not text:
        return ", which is empty"
    # A file or an environment variable often ends in a line feed that nobody wanted.
    return ", which begins or ends with white space" if text != text.strip() else ""


def resolve_login(options: Mapping[str, Any], environ: Mapping[str, str]) -> Login:
    """
    Returns the login for the module options ``options`` (None = not given) and the environment variables ``environ``.

    An empty string or 0 is a given value, not a missing one. InvalidOption names the wrong value's source.
    """
    path = options.get("config_file")
    in_file: Dict[Any, Optional[str]] = {}
    if path is not None:
        # Here, because Python compiles whatever a task imports anew each time.
        from .option_file import read_option_file
        in_file = read_option_file(path)
        if _tls_is_off(in_file):
            in_file = {key: value for key, value in in_file.items() if key.partition("-")[0] != "ssl"}
    values: Dict[str, Any] = {}
    sources: Dict[str, str] = {}
    for option, (variable, key, default) in LOGIN_SOURCES.items():
        if options.get(option) is not None:
            values[option], sources[option] = options[option], "option %s" % option
        elif variable is not None and variable in environ:
            values[option], sources[option] = environ[variable], "environment variable %s" % variable
        elif in_file.get(key) is not None:
            values[option], sources[option] = in_file[key], "%s in option file %s" % (key, path)
        else:
            values[option], sources[option] = default, "default"

    for option in _PATHS:
        if values[option] is not None:
            # Ansible does so with its options; who writes ~ elsewhere means the same.
            values[option] = os.path.expanduser(values[option])

    # A socket that only the option file names gives way to a host that anything names: people keep both in one file.
    if sources["login_unix_socket"].startswith("socket in") and sources["login_host"] != "default":
        values["login_unix_socket"] = None

    for option, value in values.items():
        if not all(map(is_unicode, value if isinstance(value, list) else [str(value)])):
            raise InvalidOption("%s is not UTF-8 text (%s)" % (option, sources[option]), "Give it in UTF-8.")
    for option in ("login_user", *_PATHS):
        if values[option] is not None:
            _check_text(option, values[option], sources[option])
    for option in ("connect_timeout", "read_timeout"):
        if not 0 < options[option] <= LONGEST_TIMEOUT:
            raise InvalidOption("%s is %d, but must be from 1 to %d seconds" % (
                option, options[option], LONGEST_TIMEOUT))
    if values["client_key"] is not None and values["client_cert"] is None:
        raise InvalidOption("client_key is given (%s) without client_cert" % sources["client_key"],
                            "Name the certificate that belongs to the key.")
    if values["client_cert"] is not None and values["ca_cert"] is None:
        raise InvalidOption("client_cert is given (%s) without ca_cert, so no TLS connection would be made"
                            % sources["client_cert"],
                            "Name the CA certificate that verifies the server in ca_cert.")
    wanted = _wanted_tls(in_file)
    if wanted and values["ca_cert"] is None:
        raise InvalidOption("%s in option file %s, but there is no ca_cert, so no TLS connection would be made" % (
            wanted, path), "Name the CA certificate that verifies the server in ca_cert, or as ssl-ca in the file.")
    port = parse_port(values["login_port"], sources["login_port"])
    addresses = parse_addresses(values["login_host"], sources["login_host"], port, sources["login_port"])
    if values["login_unix_socket"] is not None:
        addresses = (Address(values["login_unix_socket"], None, sources["login_unix_socket"]),)
    return Login(
        addresses=addresses, user=values["login_user"], password=values["login_password"],
        connect_timeout=options["connect_timeout"], read_timeout=options["read_timeout"],
        ca_cert=values["ca_cert"], client_cert=values["client_cert"], client_key=values["client_key"],
        check_hostname=options["check_hostname"], session_vars=_session_vars(options["session_vars"]), sources=sources)


def _tls_is_off(in_file: Mapping[str, Optional[str]]) -> bool:
    """Tells whether an option file says that its options about TLS do not count."""
    return (in_file.get("ssl-mode") or "").upper() == "DISABLED" or "skip-ssl" in in_file


def _wanted_tls(in_file: Mapping[str, Optional[str]]) -> str:
    """Returns which options of an option file ask for TLS, "" for none."""
    mode = (in_file.get("ssl-mode") or "").upper()
    if mode in _TLS_MODES:
        return "ssl-mode is %s" % mode
    wanted = [name for name in _TLS_SWITCHES if (in_file.get(name, "0") or "1").lower() not in _OFF]
    return "%s is set" % wanted[0] if wanted else ""


def _check_text(option: str, value: str, source: str) -> None:
    if not value:
        raise InvalidOption("%s is empty (%s)" % (option, source), "Give it a value or leave it out.")
    if any(ord(character) < 32 or ord(character) == 127 for character in value):
        raise InvalidOption("%s holds a control character (%s)" % (option, source))


def _session_vars(variables: Mapping[Any, Any]) -> Dict[str, Any]:
    for name, value in variables.items():
        if not isinstance(name, str) or not _VARIABLE_NAME.match(name):
            raise InvalidOption("session_vars holds %r, which is not the name of a session variable" % (name,),
                                "Use letters, digits and _ only, without @@.")
        if name.lower() in FIXED_VARIABLES:
            raise InvalidOption("session_vars sets %s, but this module reads times in UTC and texts in UTF-8"
                                % name.lower())
        if name.lower() == "collation_connection" and not str(value).lower().startswith(CHARACTER_SET + "_"):
            # It would change character_set_connection with it.
            raise InvalidOption("session_vars sets collation_connection to %s, but this module reads texts in UTF-8"
                                % (value,), "Name a collation of %s." % CHARACTER_SET)
        if name.lower() == "autocommit" and str(value).lower() in _OFF:
            raise InvalidOption("session_vars switches autocommit off, but this module must see what others commit")
        if name.lower() == "sql_select_limit":
            # A row less, and a clone job that runs would be "not found".
            raise InvalidOption("session_vars sets sql_select_limit, but this module must see every row")
        if isinstance(value, str) and not is_unicode(value):
            raise InvalidOption("session_vars sets %s to a text that is not UTF-8" % name)
        if isinstance(value, float) and not math.isfinite(value):
            raise InvalidOption("session_vars sets %s to %s" % (name, value), "Give a number that SQL can write.")
        if not isinstance(value, (bool, int, float, str)):
            what = "nothing" if value is None else "a list or dictionary"
            raise InvalidOption("session_vars sets %s to %s" % (name, what), "Give a number, a text or true/false.")
    return dict(variables)
