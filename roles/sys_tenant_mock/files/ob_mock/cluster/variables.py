# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""System variables: names, defaults, what they accept (facts: Session defaults); errors as the 4.3.5 kernel's."""

from __future__ import annotations

import re
from typing import Any, Dict, List, NamedTuple, Optional, Tuple

from ..sql.errors import error
from ..sql.sqlite_functions import mysql_version
from .clock import parse_offset
from .session import Session
from .tables import fold

_QUERY_TIMEOUT = re.compile(r"/\*\+[^*]*\bquery_timeout\s*\(\s*(\d{1,18})\s*\)", re.IGNORECASE)

SQL_MODES = ("ANSI_QUOTES", "STRICT_ALL_TABLES", "STRICT_TRANS_TABLES", "NO_ZERO_IN_DATE", "NO_ZERO_DATE",
             "ERROR_FOR_DIVISION_BY_ZERO", "NO_AUTO_CREATE_USER", "NO_ENGINE_SUBSTITUTION", "ONLY_FULL_GROUP_BY",
             "PIPES_AS_CONCAT", "HIGH_NOT_PRECEDENCE", "NO_FIELD_OPTIONS", "NO_KEY_OPTIONS", "NO_TABLE_OPTIONS",
             "PAD_CHAR_TO_FULL_LENGTH", "NO_UNSIGNED_SUBTRACTION", "NO_BACKSLASH_ESCAPES", "IGNORE_SPACE", "")
CHARSETS = {"utf8mb4": "utf8mb4_general_ci", "binary": "binary", "gbk": "gbk_chinese_ci",
            "gb18030": "gb18030_chinese_ci", "latin1": "latin1_swedish_ci", "utf16": "utf16_general_ci"}
COLLATIONS = {"utf8mb4_general_ci": 45, "utf8mb4_bin": 46, "utf8mb4_unicode_ci": 224, "utf8mb4_0900_ai_ci": 255,
              "binary": 63, "gbk_chinese_ci": 28, "gbk_bin": 87, "gb18030_chinese_ci": 248, "gb18030_bin": 249,
              "latin1_swedish_ci": 8, "latin1_bin": 47, "utf16_general_ci": 54, "utf16_bin": 55}

BOTH, GLOBAL_ONLY, READ_ONLY = "both", "global", "read only"


class Variable(NamedTuple):
    """One variable: kind is int, bool, text, charset, collation, zone or mode."""

    kind: str
    default: Any
    scope: str = BOTH


def _table(version: str) -> Dict[str, Variable]:
    comment = "OceanBase_CE %s (r100000012024092510-0193a343bc60b4699ec47792c3fc4ce166a182f9) " \
              "(Built Sep 25 2024 13:50:35)" % version
    charsets = ("character_set_client", "character_set_connection", "character_set_results", "character_set_database",
                "character_set_server")
    collations = ("collation_connection", "collation_database", "collation_server")
    table = {name: Variable("charset", "utf8mb4") for name in charsets}
    table.update({name: Variable("collation", "utf8mb4_general_ci") for name in collations})
    table.update({
        "auto_increment_increment": Variable("int", 1),
        "auto_increment_offset": Variable("int", 1),
        "autocommit": Variable("bool", 1),
        "character_set_system": Variable("text", "utf8mb4", READ_ONLY),
        "character_set_filesystem": Variable("text", "binary"),
        "character_sets_dir": Variable("text", "", READ_ONLY),
        "datadir": Variable("text", "store", READ_ONLY),
        "foreign_key_checks": Variable("bool", 1),
        "hostname": Variable("text", ""),
        "init_connect": Variable("text", "", GLOBAL_ONLY),
        "interactive_timeout": Variable("int", 28800),
        "language": Variable("text", "", READ_ONLY),
        "license": Variable("text", "", READ_ONLY),
        "lower_case_file_system": Variable("bool", 0, READ_ONLY),
        "lower_case_table_names": Variable("int", 1, READ_ONLY),
        "max_allowed_packet": Variable("int", 16777216),
        "net_buffer_length": Variable("int", 16384),
        "net_read_timeout": Variable("int", 30),
        "net_write_timeout": Variable("int", 60),
        "ob_compatibility_mode": Variable("text", "MYSQL", READ_ONLY),
        "ob_global_debug_sync": Variable("text", ""),
        "ob_query_timeout": Variable("int", 10000000),
        "ob_read_consistency": Variable("text", "STRONG"),
        "ob_trx_idle_timeout": Variable("int", 86400000000),
        "ob_trx_lock_timeout": Variable("int", -1),
        "ob_trx_timeout": Variable("int", 86400000000),
        "performance_schema": Variable("bool", 0, READ_ONLY),
        "port": Variable("int", 2881, READ_ONLY),
        "profiling": Variable("bool", 0),
        "query_cache_size": Variable("int", 1048576, GLOBAL_ONLY),
        "query_cache_type": Variable("text", "OFF"),
        "sql_auto_is_null": Variable("bool", 0),
        "sql_mode": Variable("mode", "STRICT_ALL_TABLES,NO_ZERO_IN_DATE,NO_AUTO_CREATE_USER"),
        "sql_notes": Variable("bool", 0),
        "sql_safe_updates": Variable("bool", 0),
        "sql_select_limit": Variable("int", 9223372036854775807),
        "sql_warnings": Variable("bool", 0),
        "system_time_zone": Variable("text", "CST", READ_ONLY),
        "time_zone": Variable("zone", "+08:00"),
        "transaction_isolation": Variable("text", "READ-COMMITTED"),
        "transaction_read_only": Variable("bool", 0),
        "tx_isolation": Variable("text", "READ-COMMITTED"),
        "tx_read_only": Variable("bool", 0),
        "unique_checks": Variable("bool", 1),
        "version": Variable("text", mysql_version(version), GLOBAL_ONLY),
        "version_comment": Variable("text", comment, READ_ONLY),
        "version_compile_machine": Variable("text", "", READ_ONLY),
        "version_compile_os": Variable("text", "", READ_ONLY),
        "wait_timeout": Variable("int", 28800),
    })
    return table


class Variables:
    """Global values, and the rules for changing global and session ones."""

    def __init__(self, version: str) -> None:
        self._known = _table(version)
        self._global = {name: variable.default for name, variable in self._known.items()}

    def get(self, session: Session, name: str, scope: str = "") -> Any:
        """Returns a value: an int for numbers and switches. Error 1193 for an unknown name."""
        if name not in self._known:
            raise error("ER_UNKNOWN_SYSTEM_VARIABLE", name)
        return self._global[name] if scope == "global" else session.variables.get(name, self._global[name])

    def statement_timeout(self, session: Session, sql: str) -> int:
        """Returns microseconds that a statement may take: its hint ``query_timeout(n)``, else ob_query_timeout."""
        hint = _QUERY_TIMEOUT.search(sql)
        return int(hint.group(1)) if hint else int(self.get(session, "ob_query_timeout"))

    def listing(self, session: Session, scope: str = "") -> List[Tuple[str, str]]:
        """Returns names and values as SHOW VARIABLES prints them."""
        rows = []
        for name in sorted(self._known, key=fold):  # by the collation of names, in which "s" stands before "_"
            value = self.get(session, name, scope)
            if self._known[name].kind == "bool":
                value = "ON" if value else "OFF"
            rows.append((name, "" if value is None else str(value)))
        return rows

    def begin(self, session: Session) -> None:
        """Starts a new session, which takes the global time zone."""
        session.set_time_zone(self._global["time_zone"])

    def default(self, name: str, scope: str) -> Any:
        """Returns what DEFAULT stands for in a SET: the global value for a session, else the one that is built in."""
        name = "character_set_client" if name == "names" else name
        if name not in self._known:
            raise error("ER_UNKNOWN_SYSTEM_VARIABLE", name)
        return self._global[name] if scope == "session" else self._known[name].default

    def set(self, session: Session, scope: str, name: str, value: Any) -> None:
        """Executes SET [GLOBAL] name = value; ``names`` stands for SET NAMES.

        Errors 1193, 1229, 1231, 1232, 1238, 1298, 1115, 1273.
        """
        if name == "names":
            for one in ("character_set_client", "character_set_connection", "character_set_results"):
                self.set(session, scope, one, value)
            return
        if name not in self._known:
            raise error("ER_UNKNOWN_SYSTEM_VARIABLE", name)
        variable = self._known[name]
        if variable.scope == READ_ONLY:
            raise error("ER_READ_ONLY_VARIABLE", name)
        if variable.scope == GLOBAL_ONLY and scope != "global":
            raise error("ER_GLOBAL_VARIABLE", name)
        value = self._checked(name, variable.kind, value)
        values = self._global if scope == "global" else session.variables
        values[name] = value
        kind, dummy, place = name.rpartition("_")
        if kind == "character_set" and "collation_" + place in self._known:
            values["collation_" + place] = CHARSETS[value]
        elif kind == "collation":
            values["character_set_" + place] = charset_of(value)
        if variable.kind == "zone" and scope == "session":
            session.set_time_zone(value)

    def _checked(self, name: str, kind: str, value: Any) -> Any:
        """Returns the value in the form in which it is kept."""
        if value is None and (name == "character_set_results" or kind == "mode"):
            return None
        if value is None:
            choice = kind in ("bool", "charset", "collation")
            raise error("ER_WRONG_VALUE_FOR_VAR", name, "NULL") if choice else error("ER_WRONG_TYPE_FOR_VAR", name)
        if kind in ("int", "bool"):
            return _number(name, kind, value)
        text = str(value)
        if kind == "charset" and text.lower() in ("utf8", "utf8mb3"):
            return "utf8mb4"
        if kind == "charset" and text.lower() not in CHARSETS:
            raise error("ER_UNKNOWN_CHARACTER_SET", text)
        if kind == "collation" and text.lower() not in COLLATIONS:
            raise error("ER_UNKNOWN_COLLATION", text)
        if kind == "zone":
            if parse_offset(text) is None:
                raise error("ER_UNKNOWN_TIME_ZONE", text)
            return text if len(text) == len("+08:00") else text[0] + "0" + text[1:]
        if kind == "mode" and any(mode not in SQL_MODES for mode in text.upper().split(",")):
            raise error("ER_WRONG_VALUE_FOR_VAR", name, text)
        if kind in ("charset", "collation"):
            return text.lower()
        return text.upper() if kind == "mode" else text


def charset_of(collation: str) -> str:
    """Returns the character set that a collation orders."""
    return collation.partition("_")[0]


def _number(name: str, kind: str, value: Any) -> int:
    switch: Optional[int] = {"on": 1, "true": 1, "1": 1, "off": 0, "false": 0, "0": 0}.get(str(value).lower())
    if kind == "bool":
        if switch is None:
            raise error("ER_WRONG_VALUE_FOR_VAR", name, value)
        return switch
    if not isinstance(value, int):
        raise error("ER_WRONG_TYPE_FOR_VAR", name)
    return value
