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

# In the order of their bits. What a mode stands for is set with it.
SQL_MODES = (
    "REAL_AS_FLOAT PIPES_AS_CONCAT ANSI_QUOTES IGNORE_SPACE ? ONLY_FULL_GROUP_BY NO_UNSIGNED_SUBTRACTION "
    "NO_DIR_IN_CREATE ? ? ? ? MAXDB NO_KEY_OPTIONS NO_TABLE_OPTIONS NO_FIELD_OPTIONS MYSQL323 MYSQL40 ANSI "
    "NO_AUTO_VALUE_ON_ZERO NO_BACKSLASH_ESCAPES STRICT_TRANS_TABLES STRICT_ALL_TABLES NO_ZERO_IN_DATE NO_ZERO_DATE "
    "ALLOW_INVALID_DATES ERROR_FOR_DIVISION_BY_ZERO TRADITIONAL NO_AUTO_CREATE_USER HIGH_NOT_PRECEDENCE "
    "NO_ENGINE_SUBSTITUTION PAD_CHAR_TO_FULL_LENGTH").split()
COMBINED_MODES = {
    "ANSI": ("REAL_AS_FLOAT", "PIPES_AS_CONCAT", "ANSI_QUOTES", "IGNORE_SPACE"),
    "TRADITIONAL": ("STRICT_TRANS_TABLES", "STRICT_ALL_TABLES", "NO_ZERO_IN_DATE", "NO_ZERO_DATE",
                    "ERROR_FOR_DIVISION_BY_ZERO", "NO_AUTO_CREATE_USER", "NO_ENGINE_SUBSTITUTION"),
    "MYSQL40": ("HIGH_NOT_PRECEDENCE",),
}
CHARSETS = {"utf8mb4": "utf8mb4_general_ci", "binary": "binary", "gbk": "gbk_chinese_ci",
            "gb18030": "gb18030_chinese_ci", "latin1": "latin1_swedish_ci", "utf16": "utf16_general_ci"}
COLLATIONS = {"utf8mb4_general_ci": 45, "utf8mb4_bin": 46, "utf8mb4_unicode_ci": 224, "utf8mb4_0900_ai_ci": 255,
              "binary": 63, "gbk_chinese_ci": 28, "gbk_bin": 87, "gb18030_chinese_ci": 248, "gb18030_bin": 249,
              "latin1_swedish_ci": 8, "latin1_bin": 47, "utf16_general_ci": 54, "utf16_bin": 55}

# Who may read and set a variable: sessions and SET GLOBAL; only SET GLOBAL; nobody (FIXED: a session may read it);
# only sessions; only SET GLOBAL, although sessions have it too.
BOTH, GLOBAL_ONLY, READ_ONLY, FIXED = "both", "global", "read only", "fixed"
SESSION_ONLY, SET_GLOBALLY = "session", "set globally"

# By kind and scope: names and defaults of the 4.3.5 kernel, those that clients set or read. Kinds of numbers: int
# (any), unsigned (from 0), positive (from 1). What is ignored can be set and keeps its value.
_KERNEL = {
    ("bool", BOTH): "autocommit=1 big_tables=0 explicit_defaults_for_timestamp=1 foreign_key_checks=1 general_log=0 "
    "innodb_strict_mode=1 local_infile=1 low_priority_updates=0 ob_enable_plan_cache=1 ob_enable_transformation=1 "
    "query_cache_wlock_invalidate=0 recyclebin=0 session_track_schema=1 session_track_state_change=0 "
    "sql_auto_is_null=0 sql_big_selects=1 sql_log_off=0 sql_notes=0 sql_quote_show_create=1 sql_safe_updates=0 "
    "sql_warnings=0 tx_read_only=0 unique_checks=1",
    ("bool", GLOBAL_ONLY): "activate_all_roles_on_login=0 innodb_stats_on_metadata=0 log_queries_not_using_indexes=0 "
    "performance_schema=0 read_only=0 require_secure_transport=0 secure_auth=1 skip_slave_start=0 "
    "slave_compressed_protocol=0",
    ("bool", FIXED): "binlog_rows_query_log_events=0 core_file=0 disconnect_on_expired_password=1 "
    "have_statement_timeout=1 ndb_log_bin=1",
    ("bool", READ_ONLY): "auto_generate_certs=1 have_compress=1 innodb_read_only=0 innodb_rollback_on_timeout=0 "
    "log_bin=1 lower_case_file_system=0 skip_external_locking=1 skip_name_resolve=0 skip_networking=0 "
    "super_read_only=0",
    ("bool", SESSION_ONLY): "ob_enable_show_trace=0",
    ("charset", BOTH): "character_set_client=utf8mb4 character_set_connection=utf8mb4 character_set_database=utf8mb4 "
    "character_set_filesystem=binary character_set_results=utf8mb4 character_set_server=utf8mb4",
    ("collation", BOTH): "collation_connection=utf8mb4_general_ci collation_database=utf8mb4_general_ci "
    "collation_server=utf8mb4_general_ci",
    ("choice", BOTH): "default_storage_engine=InnoDB default_tmp_storage_engine=InnoDB lc_time_names=en_US "
    "ob_read_consistency=STRONG profiling=OFF tx_isolation=READ-COMMITTED",
    ("ignored", BOTH): "binlog_row_image=FULL block_encryption_mode=aes-128-ecb completion_type=NO_CHAIN "
    "old_passwords=0 session_track_gtids=OFF session_track_transaction_info=OFF updatable_views_with_limit=ON",
    ("ignored", SESSION_ONLY): "gtid_next=AUTOMATIC",
    ("int", BOTH): "bulk_insert_buffer_size=8388608 eq_range_index_dive_limit=200 innodb_lock_wait_timeout=50 "
    "join_buffer_size=262144 max_execution_time=0 max_heap_table_size=16777216 max_length_for_sort_data=1024 "
    "max_sort_length=1024 min_examined_row_limit=0 ob_max_read_stale_time=-1 ob_query_timeout=10000000 "
    "ob_trx_lock_timeout=-1 ob_trx_timeout=86400000000 optimizer_prune_level=1 optimizer_search_depth=62 "
    "profiling_history_size=15 query_alloc_block_size=8192 query_prealloc_size=8192 range_alloc_block_size=4096 "
    "read_buffer_size=131072 read_rnd_buffer_size=262144 sort_buffer_size=262144 sql_buffer_result=0 "
    "transaction_alloc_block_size=8192 transaction_prealloc_size=4096",
    ("int", FIXED): "back_log=80 innodb_log_buffer_size=16777216 innodb_log_file_size=50331648 "
    "innodb_log_files_in_group=2 innodb_open_files=2000 innodb_page_cleaners=1 innodb_purge_threads=4 "
    "innodb_read_io_threads=4 innodb_write_io_threads=4 large_files_support=1 thread_stack=262144",
    ("int", GLOBAL_ONLY): "auto_increment_cache_size=1000000 automatic_sp_privileges=1 binlog_cache_size=32768 "
    "connect_timeout=10 default_password_lifetime=0 expire_logs_days=0 host_cache_size=279 "
    "innodb_buffer_pool_size=134217728 innodb_flush_log_at_trx_commit=1 innodb_io_capacity=200 "
    "innodb_io_capacity_max=2000 innodb_thread_concurrency=0 key_buffer_size=8388608 "
    "log_bin_trust_function_creators=0 log_error_verbosity=3 max_connect_errors=100 max_connections=2147483647 "
    "max_prepared_stmt_count=16382 net_retry_count=10 ob_plan_cache_percentage=2 ob_sql_work_area_percentage=5 "
    "query_cache_limit=0 query_cache_min_res_unit=0 query_cache_size=1048576 server_id=1 slow_query_log=0 "
    "table_open_cache=2000 thread_cache_size=9",
    ("int", READ_ONLY): "innodb_autoinc_lock_mode=1 innodb_buffer_pool_instances=8 lower_case_table_names=1 "
    "open_files_limit=655360 port=2881 protocol_version=10",
    ("int", SESSION_ONLY): "insert_id=0 last_insert_id=0",
    ("unsigned", BOTH): "cte_max_recursion_depth=1000 default_week_format=0 div_precision_increment=4 "
    "information_schema_stats_expiry=86400 max_error_count=64 max_sp_recursion_depth=0 "
    "ob_trx_idle_timeout=86400000000 range_optimizer_max_mem_size=8388608 sql_select_limit=9223372036854775807",
    ("unsigned", SESSION_ONLY): "error_count=0 rand_seed1=0 rand_seed2=0 warning_count=0",
    ("unsigned", SET_GLOBALLY): "max_user_connections=0",
    ("positive", BOTH): "auto_increment_increment=1 auto_increment_offset=1 group_concat_max_len=1024 "
    "interactive_timeout=28800 lock_wait_timeout=31536000 net_read_timeout=30 net_write_timeout=60 "
    "tmp_table_size=16777216 wait_timeout=28800",
    ("positive", SET_GLOBALLY): "max_allowed_packet=16777216 net_buffer_length=16384",
    ("mode", BOTH): "sql_mode=STRICT_ALL_TABLES,NO_ZERO_IN_DATE,NO_AUTO_CREATE_USER",
    ("text", BOTH): "concurrent_insert=AUTO default_authentication_plugin=mysql_native_password have_openssl=YES "
    "have_profiling=NO have_ssl=YES hostname= lc_messages=en_US ob_global_debug_sync= ob_log_level=disabled "
    "optimizer_switch= ssl_ca= ssl_capath= ssl_cert= ssl_cipher= ssl_crl= ssl_crlpath= ssl_key= time_format=%H:%i:%s "
    "tmpdir= version_compile_machine= version_compile_os=",
    ("text", GLOBAL_ONLY): "enforce_gtid_consistency=OFF gtid_mode=OFF gtid_purged= init_connect= "
    "innodb_file_per_table=ON log_output=FILE slave_exec_mode=STRICT",
    ("text", READ_ONLY): "basedir=/usr/local/mysql/ bind_address=* binlog_checksum=CRC32 binlog_format=ROW "
    "character_sets_dir= datadir=store date_format=%Y-%m-%d gtid_executed= have_query_cache=NO have_symlink=YES "
    "innodb_page_size=16384 innodb_version=5.7.38 language= lc_messages_dir= license= ob_compatibility_mode=MYSQL "
    "query_cache_type=OFF server_uuid=5d6b5e0a-0000-11f1-8000-00000000ob01 skip_show_database=0 system_time_zone=CST",
    ("text", FIXED): "character_set_system=utf8mb4 gtid_owned= thread_handling=one-thread-per-connection",
    ("zone", BOTH): "time_zone=+08:00",
}
CHOICES = {
    "default_storage_engine": ("InnoDB",), "default_tmp_storage_engine": ("InnoDB",), "lc_time_names": ("en_US",),
    "ob_read_consistency": ("", "FROZEN", "WEAK", "STRONG"), "profiling": ("OFF", "ON"),
    "tx_isolation": ("READ-UNCOMMITTED", "READ-COMMITTED", "REPEATABLE-READ", "SERIALIZABLE"),
}
_BY_NUMBER = ("ob_read_consistency", "profiling")  # whose choices may be given by their number
_OTHER_NAMES = {"transaction_isolation": "tx_isolation", "transaction_read_only": "tx_read_only",
                "identity": "last_insert_id"}
_LEAST = {"int": -2 ** 63, "unsigned": 0, "positive": 1}


class Variable(NamedTuple):
    """One variable: kind is a kind of number, bool, text, charset, collation, zone, mode, choice or ignored."""

    kind: str
    default: Any
    scope: str = BOTH


def _table(version: str) -> Dict[str, Variable]:
    table = {}
    for (kind, scope), entries in _KERNEL.items():
        for name, _equals, default in (entry.partition("=") for entry in entries.split(" ")):
            table[name] = Variable(kind, int(default) if kind in _LEAST or kind == "bool" else default, scope)
    table["datetime_format"] = Variable("text", "%Y-%m-%d %H:%i:%s", READ_ONLY)
    table["max_join_size"] = Variable("ignored", 18446744073709547520)
    table["session_track_system_variables"] = Variable(
        "text", "time_zone, autocommit, character_set_client, character_set_results, character_set_connection")
    table["version"] = Variable("text", mysql_version(version), GLOBAL_ONLY)
    table["version_comment"] = Variable(
        "text", "OceanBase_CE %s (r100000012024092510-0193a343bc60b4699ec47792c3fc4ce166a182f9) "
        "(Built Sep 25 2024 13:50:35)" % version, READ_ONLY)
    table.update({other: table[name] for other, name in _OTHER_NAMES.items()})
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
        of = self._known[name].scope
        if scope == "global" and of == SESSION_ONLY:
            raise error("ER_VARIABLE_SCOPE", name, "SESSION")
        if scope in ("session", "local") and of in (GLOBAL_ONLY, READ_ONLY):
            raise error("ER_VARIABLE_SCOPE", name, "GLOBAL")
        return self._value(session, name, scope)

    def _value(self, session: Session, name: str, scope: str) -> Any:
        name = _OTHER_NAMES.get(name, name)
        return self._global[name] if scope == "global" else session.variables.get(name, self._global[name])

    def statement_timeout(self, session: Session, sql: str) -> int:
        """Returns microseconds that a statement may take: its hint ``query_timeout(n)``, else ob_query_timeout."""
        hint = _QUERY_TIMEOUT.search(sql)
        return int(hint.group(1)) if hint else int(self.get(session, "ob_query_timeout"))

    def listing(self, session: Session, scope: str = "") -> List[Tuple[str, str]]:
        """Returns names and values as SHOW VARIABLES prints them."""
        rows = []
        for name in sorted(self._known, key=fold):  # by the collation of names, in which "s" stands before "_"
            if scope == "global" and self._known[name].scope == SESSION_ONLY:
                continue
            value = self._value(session, name, scope)
            if self._known[name].kind == "bool":
                value = "ON" if value else "OFF"
            rows.append((name, "" if value is None else str(value)))
        return rows

    def begin(self, session: Session) -> None:
        """Starts a new session, which takes over what is set globally at that moment."""
        session.variables.update((name, value) for name, value in self._global.items()
                                 if self._known[name].scope in (BOTH, SESSION_ONLY, SET_GLOBALLY))
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
        if variable.scope in (READ_ONLY, FIXED):
            raise error("ER_READ_ONLY_VARIABLE", name)
        if variable.scope == GLOBAL_ONLY and scope != "global":
            raise error("ER_GLOBAL_VARIABLE", name)
        if variable.scope == SESSION_ONLY and scope == "global":
            raise error("ER_LOCAL_VARIABLE", name)
        value = self._checked(name, variable.kind, value)
        if variable.scope == SET_GLOBALLY and scope != "global":
            raise error("ER_READ_ONLY_IN_SESSION", name)
        if variable.kind == "ignored":
            return
        name = _OTHER_NAMES.get(name, name)
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
        if kind in _LEAST or kind == "bool":
            return _number(name, kind, value)
        if kind == "choice":
            return _choice(name, value)
        if kind == "mode":
            return _mode(name, value)
        if kind == "text" and not isinstance(value, str):
            raise error("ER_WRONG_TYPE_FOR_VAR", name)
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
        return text.lower() if kind in ("charset", "collation") else text


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
    if value < _LEAST[kind]:
        raise error("ER_WRONG_VALUE_FOR_VAR", name, value)
    return value


def _choice(name: str, value: Any) -> str:
    choices = CHOICES[_OTHER_NAMES.get(name, name)]
    if not isinstance(value, str):
        if name not in _BY_NUMBER:
            raise error("ER_WRONG_TYPE_FOR_VAR", name)
        if isinstance(value, int) and 0 <= value < len(choices):
            return choices[value]
    found = [choice for choice in choices if choice.lower() == str(value).lower()]
    if not found:
        raise error("ER_WRONG_VALUE_FOR_VAR", name, value)
    return found[0]


def _mode(name: str, value: Any) -> str:
    """Returns the modes of a list or of the bits of a number, in the order of the bits, with what they stand for."""
    if isinstance(value, float):
        raise error("ER_WRONG_TYPE_FOR_VAR", name)
    if isinstance(value, int):
        if not 0 <= value < 2 ** len(SQL_MODES):
            raise error("ER_WRONG_VALUE_FOR_VAR", name, value)
        return ",".join(mode for bit, mode in enumerate(SQL_MODES) if value >> bit & 1)
    wanted = {mode.lstrip() for mode in value.split(",") if mode}
    for mode in wanted:
        if mode.upper() not in SQL_MODES:
            raise error("ER_WRONG_VALUE_FOR_VAR", name, mode)
    modes = {mode.upper() for mode in wanted}
    modes.update(part for mode in sorted(modes) for part in COMBINED_MODES.get(mode, ()))
    return ",".join(mode for mode in SQL_MODES if mode in modes)
