# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What statements do to later ones: each story is a list of statements with the rows, or the error, that they give."""

from __future__ import annotations

from typing import Any, Dict, List, Tuple

import pytest
from executor_driver import HISTORY, PROGRESS, Driver

from ob_mock.cluster.parameters import KNOWN as KNOWN_PARAMETERS
from ob_mock.cluster.variables import CHOICES
from ob_mock.sql.results import SqlError
from ob_mock.statements.privileges import GLOBAL, KNOWN

GRANTED = "4626 resource pool 'p' has already been granted to a tenant"
NO_USER = "1133 Can not find any matching row in the user table"
GRANTS = "SHOW GRANTS FOR "
# (who asks, statement, the answer: rows, "errno text", or None for whatever is no error); who: '' is root@sys
Step = Tuple[str, str, Any]


def grants(user: str, *levels: str) -> Step:
    return "", GRANTS + user, [("GRANT %s" % level.replace(" TO", " TO '%s'" % user),) for level in levels]


STORIES: Dict[str, List[Step]] = {
    "several users": [
        ("", "CREATE USER root, u, v IDENTIFIED BY 'p'", "1396 Operation CREATE USER failed for 'root'@'%'"),
        grants("u", "USAGE ON *.* TO"),
        ("", "DROP USER u, x, y", "1396 Operation DROP USER failed for 'x'@'%','y'@'%'"),
        ("", GRANTS + "u", NO_USER), ("v/p", "SELECT 1", [(1,)]), ("", "DROP USER root", "1227 Access denied"),
        ("", "CREATE USER ''", "1396 Operation CREATE USER failed for %")],
    "users that exist, or not": [
        ("", "CREATE USER IF NOT EXISTS root, u", []), ("", "SHOW WARNINGS", [("Warning", 5050, "User exists")]),
        ("", "DROP USER IF EXISTS u, x", []),
        ("", "SHOW WARNINGS", [("Warning", 3162, "User 'x'@'%' does not exist")]), ("", GRANTS + "u", NO_USER),
        ("", "DROP USER IF EXISTS x", []), ("", "SELECT 1", [(1,)]), ("", "SHOW WARNINGS", [])],
    "changes of users": [
        ("", "ALTER USER x IDENTIFIED BY 'p'", NO_USER), ("", "SET PASSWORD FOR x = 'p'", NO_USER),
        ("", "ALTER USER x, y ACCOUNT UNLOCK", "1396 Operation LOCK USER failed for 'x'@'%','y'@'%'"),
        ("", "CREATE USER u, v", []), ("u", "SET PASSWORD = 'new'", []), ("u/new", "SELECT 1", [(1,)]),
        ("", "ALTER USER u, v ACCOUNT LOCK", []), ("u/new", "SELECT 1", "3118 User locked"),
        ("", "ALTER USER u ACCOUNT UNLOCK", []), ("u/new", "SET PASSWORD FOR u = 'p'", []),
        ("u/p", "SET PASSWORD FOR root = ''", "1227 Access denied; you need (at least one of) the CREATE USER "
         "privilege(s) for this operation"), ("u/p", GRANTS + "root", "1227 Access denied"),
        ("u/p", "SHOW GRANTS", [("GRANT USAGE ON *.* TO 'u'",)]),
        ("u/p", GRANTS + "u", [("GRANT USAGE ON *.* TO 'u'",)])],
    "privileges": [
        ("", "CREATE USER u, v", []), ("", "GRANT SELECT ON *.* TO u, x", "1045 Access denied for user 'x'@'%' (using "
                                       "password: NO)"), grants("u", "SELECT ON *.* TO"),
        ("", "GRANT PROCESS, ALTER SYSTEM, CREATE USER ON *.* TO u, v WITH GRANT OPTION", []),
        grants("u", "CREATE USER, SELECT, PROCESS, ALTER SYSTEM ON *.* TO WITH GRANT OPTION"),
        ("", "GRANT SELECT, SUPER ON oceanbase.* TO u", "1221 Incorrect usage of DB GRANT and GLOBAL PRIVILEGES"),
        ("", "GRANT ALL ON oceanbase.* TO v", []), ("", "GRANT SELECT ON oceanbase.T TO v", []),
        grants("v", "CREATE USER, PROCESS, ALTER SYSTEM ON *.* TO WITH GRANT OPTION",
               "ALL PRIVILEGES ON `oceanbase`.* TO", "SELECT ON `oceanbase`.`t` TO"),
        ("", "REVOKE ALL ON oceanbase.* FROM v", []), ("", "REVOKE SELECT ON oceanbase.t FROM v, x", NO_USER),
        ("", "REVOKE ALL ON *.* FROM v", []), grants("v", "USAGE ON *.* TO"),
        ("", "REVOKE SELECT ON oceanbase.* FROM v", "5133 No such grant defined"),
        ("", "REVOKE SELECT ON oceanbase.t FROM v", "5362 No such grant defined"),
        ("", "REVOKE SELECT ON *.* FROM v", []), ("", "GRANT SELECT ON * TO v", "1046 No database selected"),
        ("", "GRANT NOSUCH ON *.* TO v", None), ("", "GRANT SELECT ON *.* TO w IDENTIFIED BY 'p'", []),
        ("w/p", "GRANT SELECT ON *.* TO v", "1227 Access denied"), ("w/p", "SELECT 1", [(1,)])],
    "every privilege": [
        ("", "CREATE USER u", []), *(("", "GRANT %s ON *.* TO u" % one, []) for one in KNOWN if one != "ALL"),
        grants("u", ", ".join(KNOWN[1:-1]) + " ON *.* TO"), ("", "GRANT ALL PRIVILEGES ON *.* TO u", []),
        grants("u", "ALL PRIVILEGES ON *.* TO"),
        *(("", "GRANT %s ON oceanbase.* TO u" % one, "1221 Incorrect usage of DB GRANT and GLOBAL PRIVILEGES")
          for one in GLOBAL)],
    "sessions that a user sees": [
        ("", "CREATE USER u", []), ("u", "SHOW PROCESSLIST", [
            (3221487619, "u", "127.0.0.1:5", "NULL", "Query", 0, "ACTIVE", "SHOW PROCESSLIST")]),
        ("u", "SHOW FULL PROCESSLIST", [(3221487620, "u", "sys", "127.0.0.1:5", "NULL", "Query", 0, "ACTIVE",
                                         "SHOW FULL PROCESSLIST", "127.0.0.1", 2882)]),
        ("", "GRANT PROCESS ON *.* TO u", []), ("u", "SELECT 1 FROM DUAL WHERE 1 = 0", [])],
    "variables": [
        ("", "SET nosuch = DEFAULT", "1193 Unknown system variable 'nosuch'"),
        ("", "SET ob_query_timeout = 5, ob_query_timeout = DEFAULT, NAMES gbk", []),
        ("", "SELECT @@ob_query_timeout, @@character_set_client, LAST_INSERT_ID()", [(10000000, "gbk", 0)]),
        ("", "SET sql_mode = 'TRADITIONAL'", []), ("", "SELECT @@sql_mode", [(
            "STRICT_TRANS_TABLES,STRICT_ALL_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,ERROR_FOR_DIVISION_BY_ZERO,TRADITIONAL,"
            "NO_AUTO_CREATE_USER,NO_ENGINE_SUBSTITUTION",)]),
        ("", "SELECT SQL_CALC_FOUND_ROWS 1 UNION ALL SELECT 2 UNION ALL SELECT 3 LIMIT 1", [(1,)]),
        ("", "SELECT FOUND_ROWS()", [(3,)]), ("", "SELECT 1 UNION ALL SELECT 2 LIMIT 1", [(1,)]),
        ("", "SELECT FOUND_ROWS()", [(1,)]),
        ("", "SET time_zone = '-3:30'", []), ("", "SELECT @@time_zone", [("-03:30",)]),
        ("", "SET sql_select_limit = 1", []), ("", "SELECT 1 UNION ALL SELECT 2", [(1,)]),
        ("", "SHOW DATABASES", [("information_schema",)])],
    "values of variables": [
        *(("", "SET %s = %s" % (name, value), "1231 Variable '%s' can't be set to the value of '%s'" % (name, shown))
          for name, value, shown in (
              ("autocommit", "'x'", "x"), ("autocommit", "2", "2"), ("sql_mode", "'ANSI,X'", "X"),
              ("sql_mode", "-1", "-1"), ("sql_mode", "4294967296", "4294967296"), ("wait_timeout", "0", "0"),
              ("max_error_count", "-1", "-1"),
              ("tx_isolation", "'x'", "x"), ("default_storage_engine", "'MyISAM'", "MyISAM"), ("profiling", "2", "2"),
              ("character_set_client", "NULL", "NULL"), ("autocommit", "NULL", "NULL"))),
        *(("", "SET %s = %s" % (name, value), "1232 Incorrect argument type to variable '%s'" % name)
          for name, value in (("wait_timeout", "'1'"), ("wait_timeout", "1.5"), ("time_zone", "NULL"),
                              ("sql_mode", "1.5"), ("tx_isolation", "1"), ("ob_log_level", "1"),
                              ("ob_query_timeout", "NULL"))),
        *(("", "SET %s = 1" % name, "1238 Variable '%s' is a read only variable" % name)
          for name in ("port", "license", "character_set_system", "thread_stack")),
        ("", "SET max_connections = 1", "1229 Variable 'max_connections' is a GLOBAL variable and should be set with "
         "SET GLOBAL"),
        ("", "SET GLOBAL insert_id = 1", "1228 Variable 'insert_id' is a SESSION variable and can't be used with SET "
         "GLOBAL"),
        ("", "SET max_allowed_packet = 1", "1621 SESSION variable 'max_allowed_packet' is read-only. Use SET GLOBAL to "
         "assign the value"),
        ("", "SELECT @@session.port", "1238 Variable 'port' is a GLOBAL variable"),
        ("", "SELECT @@global.insert_id", "1238 Variable 'insert_id' is a SESSION variable"),
        ("", "SELECT @@session.thread_stack, @@global.wait_timeout", [(262144, 28800)]),
        ("", "SET wait_timeout = 1, max_error_count = 0, sql_mode = 4294967295, ob_read_consistency = 2", []),
        ("", "SELECT @@wait_timeout, @@max_error_count, @@ob_read_consistency", [(1, 0, "WEAK")]),
        ("", "SET collation_connection = 'nosuch'", "1273 Unknown collation: 'nosuch'"),
        ("", "SET gtid_next = 'x', updatable_views_with_limit = 'NO'", []),
        ("", "SELECT @@gtid_next, @@updatable_views_with_limit", [("AUTOMATIC", "ON")])],
    "what is set globally counts for later sessions": [
        ("", "SET GLOBAL sql_mode = 'ANSI_QUOTES', GLOBAL ob_query_timeout = 7000000, GLOBAL max_connections = 5", []),
        ("", "SELECT @@ob_query_timeout, @@global.ob_query_timeout, @@max_connections, 'x' = \"x\"",
         [(10000000, 7000000, 5, 1)]),
        ("root", "SELECT @@ob_query_timeout, \"x\" FROM (SELECT 1 AS x) t", [(7000000, 1)])],
    "parameters": [
        ("", "ALTER SYSTEM SET cluster_id = '-7'", []),
        ("", "ALTER SYSTEM SET cluster_id = 'x'", "4147 Invalid config"),
        ("", "ALTER SYSTEM SET _ob_ddl_timeout = '5s'", []),
        ("", "ALTER SYSTEM SET _ob_ddl_timeout = 'x'", "4147 Invalid config"),
        ("", "ALTER SYSTEM SET enable_upgrade_mode = 'x'", "4147 Invalid config")],
    "character sets": [
        ("", "SHOW CHARACTER SET LIKE 'u%'", [("utf16", "UTF-16 Unicode", "utf16_general_ci", 2),
                                              ("utf8mb4", "UTF-8 Unicode", "utf8mb4_general_ci", 4)]),
        ("", "SHOW CHARSET LIKE 'b%'", [("binary", "Binary pseudo charset", "binary", 1)])],
    "words of parameters": [
        step for words, value in (("true TRUE on 1 t yes", "True"), ("false off 0 f no", "False"))
        for word in words.split() for step in (
            ("", "ALTER SYSTEM SET enable_rich_error_msg = '%s'" % word, []),
            ("", "SHOW PARAMETERS WHERE name = 'enable_rich_error_msg' AND value = '%s'" % value, [
                ("zone1", "observer", "127.0.0.1", 2882, "enable_rich_error_msg", "BOOL", value,
                 KNOWN_PARAMETERS["enable_rich_error_msg"].info, "OBSERVER", "CLUSTER", "DEFAULT",
                 "DYNAMIC_EFFECTIVE", "False", int(value == "False"))]))],
    "kills": [("", "KILL QUERY", "1054 Unknown column 'QUERY' in 'field_list'"), ("", "KILL CONNECTION", None),
              ("", "KILL QUERY 7", "1094 Unknown thread id: 7")],
    "tables that are not there": [
        ("", "DESC nosuch.t", "1049 Unknown database"), ("", "DESC t", "1046 No database selected"),
        ("", "SHOW COLUMNS FROM nosuch.t", "1049 Unknown database"), ("", "SHOW TABLES", "1046 No database selected"),
        ("", "SHOW COLUMNS FROM t", "1046 No database selected"), ("", "USE nosuch", "1049 Unknown database 'nosuch'"),
        ("", "SHOW TABLES FROM nosuch", "1049 Unknown database 'nosuch'"), ("", "USE Test", []),
        ("", "SELECT DATABASE()", [("test",)]), ("", "DESC t", "1146 Table 'test.t' doesn't exist"),
        ("", "SHOW TABLES", []), ("", "DESC oceanbase.DBA_OB_SERVERS SVR%", None),
        ("", "DESC oceanbase.DBA_OB_SERVERS 'SVR\\_P%'", [("SVR_PORT", "bigint(20)", "NO", "", "NULL", "")])],
    "what the mock sets of a tenant": [
        *(("", "ALTER SYSTEM MOCK TENANT mysql001 %s '%s'" % pair, []) for pair in (
            ("status", "RESTORE"), ("role", "CLONE"), ("in_recyclebin", "YES"), ("compatible", "4.2"),
            ("locked", "YES"), ("archive_state", "STOP"))),
        ("", "SELECT STATUS, TENANT_ROLE, IN_RECYCLEBIN, COMPATIBLE, LOCKED, LOG_MODE FROM oceanbase.DBA_OB_TENANTS "
         "WHERE TENANT_NAME = 'mysql001'", [("RESTORE", "CLONE", "YES", "4.2", "YES", "NOARCHIVELOG")]),
        ("", "ALTER SYSTEM MOCK TENANT x status 'y'", "5157 Unknown tenant 'x'"),
        ("", "ALTER SYSTEM MOCK TENANT mysql001 color 'y'", "1210 Incorrect arguments to MOCK TENANT: unknown "
         "attribute color")],
    "texts of variables": [
        ("", "SELECT @@session_track_system_variables, @@datetime_format, @@max_join_size, @@version_comment", [(
            "time_zone, autocommit, character_set_client, character_set_results, character_set_connection",
            "%Y-%m-%d %H:%i:%s", 18446744073709547520, "OceanBase_CE 4.3.5.3 (r100000012024092510-"
            "0193a343bc60b4699ec47792c3fc4ce166a182f9) (Built Sep 25 2024 13:50:35)")])],
    "transactions": [
        ("", "ROLLBACK TO a", "1305 savepoint does not exist"), ("", "BEGIN", []),
        ("", "SET TRANSACTION READ ONLY", "1568 Transaction characteristics can't be changed while a transaction is in "
         "progress"), ("", "SAVEPOINT a", []), ("", "SAVEPOINT b", []), ("", "ROLLBACK TO a", []),
        ("", "RELEASE SAVEPOINT b", "1305 savepoint does not exist"), ("", "RELEASE SAVEPOINT a", []),
        ("", "RELEASE SAVEPOINT a", "1305 savepoint does not exist"), ("", "COMMIT", [])],
    "unit configs": [
        ("", "CREATE RESOURCE UNIT u MAX_CPU = 1.5, MIN_CPU 1, MEMORY_SIZE '2G', LOG_DISK_SIZE = '3M', "
         "MAX_IOPS = 2048, MIN_IOPS = 1024, IOPS_WEIGHT = 3", []),
        ("", "CREATE RESOURCE UNIT IF NOT EXISTS u MAX_CPU 9", []),
        ("", "SELECT MAX_CPU, MIN_CPU, MEMORY_SIZE, LOG_DISK_SIZE, MAX_IOPS, MIN_IOPS, IOPS_WEIGHT FROM "
         "oceanbase.DBA_OB_UNIT_CONFIGS WHERE NAME = 'U'", [(1.5, 1.0, 2 << 30, 3 << 20, 2048, 1024, 3)]),
        ("", "ALTER RESOURCE UNIT u MEMORY_SIZE = '1T', MAX_CPU 2", []),
        ("", "SELECT MAX_CPU, MEMORY_SIZE FROM oceanbase.DBA_OB_UNIT_CONFIGS WHERE NAME = 'u'", [(2.0, 1 << 40)]),
        ("", "ALTER RESOURCE UNIT u MEMORY_SIZE = 'much'", "1210 Incorrect arguments to memory_size"),
        ("", "ALTER RESOURCE UNIT x MAX_CPU 1", "4648 resource unit 'x' not exist"), ("", "DROP RESOURCE UNIT u", []),
        ("", "DROP RESOURCE UNIT u", "4648 resource unit 'u' not exist"), ("", "DROP RESOURCE UNIT IF EXISTS u", [])],
    "pools": [
        ("", "CREATE RESOURCE POOL p UNIT x", "4648 resource unit 'x' not exist"),
        ("", "CREATE RESOURCE POOL p UNIT unit001", []),
        ("", "CREATE RESOURCE POOL p UNIT unit001", "4651 resource pool 'p' exist"),
        ("", "CREATE RESOURCE POOL IF NOT EXISTS p UNIT x", []),
        ("", "ALTER RESOURCE POOL p UNIT_NUM = 3, UNIT = 'sys_unit_config'", []),
        ("", "SELECT p.UNIT_COUNT, u.NAME FROM oceanbase.DBA_OB_RESOURCE_POOLS p JOIN oceanbase.DBA_OB_UNIT_CONFIGS u "
         "USING (UNIT_CONFIG_ID) WHERE p.NAME = 'p'", [(3, "sys_unit_config")]),
        ("", "ALTER RESOURCE POOL p UNIT 'x'", "4648 resource unit 'x' not exist"),
        ("", "ALTER RESOURCE POOL x UNIT_NUM 1", "4650 resource pool 'x' not exist"),
        ("", "CREATE TENANT t RESOURCE_POOL_LIST = ('x')", "4650 resource pool 'x' not exist"),
        ("", "CREATE TENANT t", "4650 resource pool not exist"),
        ("", "CREATE TENANT t RESOURCE_POOL_LIST = ('p')", []), ("", "CREATE TENANT IF NOT EXISTS t", []),
        ("", "CREATE TENANT t RESOURCE_POOL_LIST = ('p')", "5156 tenant 't' already exist"),
        ("", "CREATE TENANT t2 RESOURCE_POOL_LIST = ('p')", GRANTED), ("", "DROP RESOURCE POOL p", GRANTED),
        ("", "ALTER TENANT t PRIMARY_ZONE = 'zone1;zone2', LOCALITY = 'FULL{1}@zone1'", []),
        ("", "ALTER TENANT t LOCK", []),
        ("", "SELECT PRIMARY_ZONE, LOCALITY, LOCKED, LOG_MODE, STATUS, TENANT_ROLE FROM oceanbase.DBA_OB_TENANTS WHERE "
         "TENANT_NAME = 't'", [("zone1;zone2", "FULL{1}@zone1", "YES", "NOARCHIVELOG", "NORMAL", "PRIMARY")]),
        ("", "DROP TENANT sys", "1235 drop system tenant not supported"), ("", "DROP TENANT t FORCE", []),
        ("", "DROP TENANT IF EXISTS t", []), ("", "DROP RESOURCE POOL IF EXISTS p", []),
        ("", "DROP RESOURCE POOL p", "4650 resource pool 'p' not exist")],
    "resources": [
        ("", "CREATE RESOURCE POOL p UNIT = 'unit001', UNIT_NUM = 2, ZONE_LIST = ('zone1', 'zone2')", []),
        ("", "ALTER RESOURCE POOL p ZONE_LIST = ('zone3')", []),
        ("", "SELECT UNIT_COUNT, ZONE_LIST FROM oceanbase.DBA_OB_RESOURCE_POOLS WHERE NAME = 'p'", [(2, "zone3")])],
}


@pytest.mark.parametrize("story", list(STORIES))
def test_stories(story: str) -> None:
    mock = Driver()
    for who, statement, expected in STORIES[story]:
        name, _slash, password = who.partition("/")
        try:
            session = mock.login(name + "@sys", password) if who else mock.root
            found: Any = mock.ask(statement, session)
        except Exception as failure:  # noqa: BLE001 - the text tells which it was
            found = "%s %s" % (failure.args[0], failure.args[2] if len(failure.args) > 2 else failure)
        if expected is None:
            assert isinstance(found, str), statement
        else:
            assert found == expected, statement
        if who:
            mock.engine.close_session(session)


def test_the_times_of_the_scheduler_can_be_set() -> None:
    mock = Driver()
    for what in ("STEP 3", "CLEANUP 4", "ROUND 5", "CLONE_SYS_LOCK 7"):
        mock.ask("ALTER SYSTEM MOCK SECONDS " + what)
    scheduler = mock.engine._context.scheduler
    assert (scheduler.step_seconds, scheduler.cleanup_seconds, scheduler.round_seconds, scheduler.seconds) == (
        3.0, 4.0, 5.0, {"CLONE_SYS_LOCK": 7.0})


@pytest.mark.parametrize("times, rounds", [(0, None), (1, 1), (3, 3)])
def test_a_clean_up_fails_so_many_times(times: int, rounds: Any) -> None:
    mock = Driver()
    mock.ask("ALTER SYSTEM MOCK FAIL CLEANUP TIMES %d" % times)
    mock.start()
    mock.ask("ALTER SYSTEM CANCEL CLONE clone1")
    seconds = 0
    while mock.status() == "CLONE_SYS_CANCELING" and seconds < 50:
        mock.time.pass_time(1)
        seconds += 1
    plain = 3
    assert (seconds == 50) is (rounds is None)
    assert rounds is None or plain < seconds <= plain + 3 * rounds
    mock.ask("ALTER SYSTEM MOCK FAIL CLEAR")
    mock.time.pass_time(10)
    mock.start("clone2", pool="pool2")
    mock.ask("ALTER SYSTEM CANCEL CLONE clone2")
    mock.time.pass_time(plain + 0.5)
    assert mock.status() is None


def test_the_snapshot_of_a_clone() -> None:
    mock = Driver()
    mock.start()
    seen = []
    for _step in range(9):
        rows = mock.ask("SELECT STATUS, SNAPSHOT_SCN > 0, TENANT_ID, OWNER_JOB_ID > 0 FROM "
                        "oceanbase.CDB_OB_TENANT_SNAPSHOTS")
        if rows and rows[0] not in seen:
            seen += rows
        mock.time.pass_time(0.5)
    assert seen == [("CREATING", 0, 1002, 1), ("CLONING", 1, 1002, 1)]
    mock.time.pass_time(60)
    assert mock.ask("SELECT * FROM oceanbase.CDB_OB_TENANT_SNAPSHOTS") == []
    assert mock.status() is None and mock.row(HISTORY)["status"] == "CLONE_SYS_SUCCESS" and PROGRESS


LONG, LONGLONG, NEWDECIMAL, VAR_STRING, NULL = 3, 8, 246, 253, 6


@pytest.mark.parametrize(("statement", "shapes"), [
    ("SELECT ?, 'a', NULL", [("?", VAR_STRING, 262143), ("a", VAR_STRING, 4), ("NULL", NULL, 0)]),
    ("SELECT MAX(?) m, COUNT(?)", [("m", VAR_STRING, 0), ("COUNT(?)", LONGLONG, 20)]),
    ("SELECT 1 LIMIT ?", [("1", LONGLONG, 20)]), ("SELECT SLEEP(?) AS s", [("s", LONGLONG, 20)]),
    ("SELECT SUM(1), AVG(1), 1 / 3, YEAR(NOW()), 1 = 1 x",
     [("SUM(1)", NEWDECIMAL, 43), ("AVG(1)", NEWDECIMAL, 24), ("1 / 3", NEWDECIMAL, 20), ("YEAR(NOW())", LONG, 4),
      ("x", LONG, 1)]),
    ("SET @a = ?", []), ("SHOW TENANT", [("Current_tenant_name", VAR_STRING, 512)]),
    ("SHOW VARIABLES LIKE ?", None),
    ("SHOW VARIABLES", [("Variable_name", VAR_STRING, 512), ("Value", VAR_STRING, 262144)]),
    ("SHOW DATABASES LIKE 'x'", [("Database (x)", VAR_STRING, 512)]),
    ("SHOW FULL TABLES FROM oceanbase LIKE 'x'", [("Tables_in_oceanbase (x)", VAR_STRING, 1024),
                                                  ("Table_type", VAR_STRING, 256)]),
    ("SHOW WARNINGS", [("Level", VAR_STRING, 128), ("Code", LONGLONG, 20), ("Message", VAR_STRING, 2048)]),
    ("SHOW STATUS", [("Variable_name", VAR_STRING, 512), ("Value", VAR_STRING, 4096)]),
    ("DESC oceanbase.DBA_OB_TENANTS", [
        ("Field", VAR_STRING, 512), ("Type", VAR_STRING, 4194304), ("Null", VAR_STRING, 16), ("Key", VAR_STRING, 16),
        ("Default", VAR_STRING, 16384), ("Extra", VAR_STRING, 16384)]),
    ("SHOW PROCESSLIST", [
        ("Id", LONGLONG, 20), ("User", VAR_STRING, 128), ("Host", VAR_STRING, 512), ("db", VAR_STRING, 512),
        ("Command", VAR_STRING, 16384), ("Time", LONGLONG, 20), ("State", VAR_STRING, 512),
        ("Info", VAR_STRING, 1048572)]),
    ("SHOW COLLATION", [
        ("Collation", VAR_STRING, 512), ("Charset", VAR_STRING, 512), ("Id", LONGLONG, 20), ("Default", VAR_STRING, 16),
        ("Compiled", VAR_STRING, 16), ("Sortlen", LONGLONG, 20)]),
    ("SHOW ENGINES", [("ENGINE", VAR_STRING, 256), ("SUPPORT", VAR_STRING, 32), ("COMMENT", VAR_STRING, 320),
                      ("TRANSACTIONS", VAR_STRING, 12), ("SAVEPOINTS", VAR_STRING, 12)]),
])
def test_how_a_statement_is_described(statement: str, shapes: Any) -> None:
    """Names, types and lengths of the columns are those that the kernel sends."""
    mock = Driver()
    if shapes is None:
        with pytest.raises(SqlError):
            mock.engine.describe(mock.root, statement)
    else:
        found = mock.engine.describe(mock.root, statement)
        assert [(column.name, column.type, column.length) for column in found] == shapes


def test_every_variable_is_of_a_known_kind_and_scope() -> None:
    known = Driver().engine._context.variables._known
    assert {variable.kind for variable in known.values()} == {
        "bool", "charset", "choice", "collation", "ignored", "int", "mode", "positive", "text", "unsigned", "zone"}
    assert {variable.scope for variable in known.values()} == {
        "both", "global", "read only", "fixed", "session", "set globally"}
    assert {name for name, variable in known.items() if variable.kind == "choice"} == {
        *CHOICES, "transaction_isolation"}


def test_what_the_cluster_holds_at_first() -> None:
    mock = Driver()
    assert mock.ask("SELECT TENANT_ID, TENANT_NAME, TENANT_TYPE, STATUS, TENANT_ROLE, LOCKED, IN_RECYCLEBIN, LOG_MODE, "
                    "UNIT_NUM, COMPATIBLE, MAX_LS_ID, SYNC_SCN IS NULL FROM oceanbase.DBA_OB_TENANTS "
                    "WHERE TENANT_ID < 1003 ORDER BY 1") == [
        (1, "sys", "SYS", "NORMAL", "PRIMARY", "NO", "NO", "NOARCHIVELOG", 1, "4.3.5.3", 1, 1),
        (1001, "META$1002", "META", "NORMAL", "PRIMARY", "NO", "NO", "NOARCHIVELOG", 1, "4.3.5.3", 1, 1),
        (1002, "mysql001", "USER", "NORMAL", "PRIMARY", "NO", "NO", "ARCHIVELOG", 1, "4.3.5.3", 1001, 0)]
    assert mock.ask("SELECT NAME, MAX_CPU, MIN_CPU, MEMORY_SIZE, MAX_IOPS, MIN_IOPS, IOPS_WEIGHT FROM "
                    "oceanbase.DBA_OB_UNIT_CONFIGS ORDER BY NAME") == [
        ("sys_unit_config", 1.0, 1.0, 1 << 30, 2 ** 63 - 1, 2 ** 63 - 1, 1),
        ("unit001", 1.0, 1.0, 1 << 30, 2 ** 63 - 1, 2 ** 63 - 1, 1)]
    assert mock.ask("SELECT NAME, UNIT_COUNT, ZONE_LIST, REPLICA_TYPE FROM oceanbase.DBA_OB_RESOURCE_POOLS "
                    "WHERE TENANT_ID = 1002") == [("pool_mysql001", 1, "zone1", "FULL")]
    assert mock.ask("SELECT SVR_IP, SVR_PORT, ZONE, SQL_PORT, WITH_ROOTSERVER, STATUS FROM "
                    "oceanbase.DBA_OB_SERVERS") == [
        ("127.0.0.1", 2882, "zone1", 2881, "YES", "ACTIVE")]
