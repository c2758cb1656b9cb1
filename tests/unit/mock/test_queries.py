# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Queries are answered as the OceanBase 4.3.5 kernel answers them (facts: Names, Views)."""

from __future__ import annotations

from typing import Any

import pytest
from executor_driver import HISTORY, PROGRESS, Driver

from ob_mock.sql.views import VIEWS

LONGLONG, DATETIME, DOUBLE, TIMESTAMP, VAR_STRING, NULL_TYPE, LONG, TINY, NEWDECIMAL = 8, 12, 5, 7, 253, 6, 3, 1, 246
DATE, TIME = 10, 11
MAX_SCN = 18446744073709551615
SYNTAX = ("You have an error in your SQL syntax; check the manual that corresponds to your OceanBase version for the "
          "right syntax")


@pytest.fixture(scope="module")
def mock() -> Driver:
    """Two canceled clones, Clone_A and clone_a, in HISTORY, and one job in PROGRESS."""
    driver = Driver()
    for name in ("Clone_A", "clone_a"):
        driver.start(name)
        driver.time.pass_time(1.5)
        driver.ask("ALTER SYSTEM CANCEL CLONE " + name)
        driver.time.pass_time(60)
    driver.start("run")
    return driver


@pytest.mark.parametrize("sql, row", [
    ("SELECT VERSION(), OB_VERSION(), @@version, effective_tenant(), effective_tenant_id(), DATABASE(), USER()",
     ("5.7.25-OceanBase_CE-v4.3.5.3", "4.3.5.3", "5.7.25-OceanBase_CE-v4.3.5.3", "sys", 1, None, "root@127.0.0.1")),
    ("SELECT 'a' = 'A', 'a' = 'a ', BINARY 'a' = 'A', 'a' COLLATE utf8mb4_bin = 'A', 'é' = 'E'", (1, 1, 0, 0, 1)),
    (r"SELECT 'abc' LIKE 'A%', 'a_c' LIKE 'a\_c', 'abc' LIKE 'a\_c', 'abc' REGEXP '^A'", (1, 1, 0, 1)),
    ("SELECT 1 && 0, 1 || 0, 1 <=> NULL, 7 DIV 2, 7 MOD 2, 1/2", (0, 1, 0, 3, 1, "0.5000")),
    ("SELECT CONCAT('a', 1), CONCAT('a', NULL), IF(0, 1, 2), IFNULL(NULL, 'x'), LENGTH('é'), CHAR_LENGTH('é')",
     ("a1", None, 2, "x", 2, 1)),
    ("SELECT 'it''s', \"say \"\"x\"\"\", 'a' 'b', _utf8mb4'x', 'a\\'b'", ("it's", 'say "x"', "ab", "x", "a'b")),
    ("SELECT TIMESTAMPDIFF(SECOND, '2026-01-01', '2026-01-02'), TIMESTAMPDIFF(MONTH, '2026-01-31', '2026-02-28')",
     (86400, 0)),
    ("SELECT DATE_SUB('2026-01-02', INTERVAL 1 HOUR), DATE_ADD('2026-01-31', INTERVAL 1 MONTH), "
     "'2026-01-02' - INTERVAL 1 DAY", ("2026-01-01 23:00:00", "2026-02-28", "2026-01-01")),
    ("SELECT CAST('2026-01-26 06:48:34.45' AS DATETIME), CAST('2026-01-26 06:48:34.45' AS DATETIME(1)), "
     "CAST('x' AS DATETIME), AVG(2), SUM(2)", ("2026-01-26 06:48:34", "2026-01-26 06:48:34.5", None, "2.0000", 2)),
    ("SELECT FROM_UNIXTIME(0), FROM_UNIXTIME(1.5), UNIX_TIMESTAMP('1970-01-01 08:00:01')",
     ("1970-01-01 08:00:00", "1970-01-01 08:00:01.500000", 1)),
    ("SELECT CAST('12' AS SIGNED) + 1, CAST(12 AS CHAR), (SELECT 3), EXISTS (SELECT 1), CASE WHEN 1 THEN 'a' END",
     (13, "12", 3, 1, "a")),
    ("SELECT @@autocommit, @@session.time_zone, @@ob_query_timeout, @nothing", (1, "+08:00", 10000000, None)),
    ("SELECT 18446744073709551615, -1", (MAX_SCN, -1)),
    ("(SELECT 1 a) UNION ALL (SELECT 2) ORDER BY a DESC LIMIT 1", (2,)),
    ("WITH t AS (SELECT 5 a) SELECT a FROM t", (5,)),
    # functions and forms that operators use; the values are those of the 4.3.5 kernel
    ("SELECT SUBSTRING_INDEX('a_b_c', '_', 2), SUBSTRING_INDEX('a_b_c', '_', -1), SUBSTR('abcd', -3, 2), MID('abc', 0)",
     ("a_b", "c", "bc", "")),
    ("SELECT SUBSTRING('abcd' FROM 2), SUBSTRING('abcd' FROM 2 FOR 2), TRIM(LEADING 'x' FROM 'xxa'), "
     "TRIM('x' FROM 'xax')",
     ("bcd", "bc", "a", "a")),
    ("SELECT TRIM(' a '), LTRIM(' a '), RTRIM(' a '), TRIM(CONCAT(' ', 'b'))", ("a", "a ", " a", "b")),
    ("SELECT TRIM(BOTH FROM ' a '), TRIM(TRAILING 'ab' FROM 'cabab'), POSITION('b' IN 'abc'), INSTR('abc', 'C')",
     ("a", "c", 2, 3)),
    ("SELECT LPAD('a', 3, 'xy'), RPAD('abc', 2, '-'), LPAD('a', 3, ''), REPEAT('ab', 2), REVERSE('abc'), SPACE(2)",
     ("xya", "ab", None, "abab", "cba", "  ")),
    ("SELECT RPAD('a', 4, 'xy'), LPAD('abc', 2, '-'), RPAD('abc', 3, ''), LPAD('a', -1, 'x'), RPAD('a', 2, NULL)",
     ("axyx", "ab", "abc", None, None)),
    ("SELECT FIELD('B', 'a', 'b'), FIELD(NULL, 1), ELT(2, 'a', 'b'), ELT(3, 'a'), FIND_IN_SET('b', 'a,b'), ASCII('a')",
     (2, 0, "b", None, 2, 97)),
    ("SELECT UNHEX('616'), BIN(5), OCT(8), CONV('ff', 16, 10), CHAR(65, 66), QUOTE('it''s'), FORMAT(1234.567, 1)",
     (b"\x06\x16", "101", "10", "255", b"AB", r"'it\'s'", "1,234.6")),
    ("SELECT FLOOR(-1.5), CEIL(1.2), ROUND(-2.5), ROUND(1.005, 2), ROUND(125, -1), TRUNCATE(1.999, 1), "
     "MOD(-7, 3), SIGN(-2)",
     (-2, 2, -3, "1.01", 130, "1.9", -1, -1)),
    ("SELECT POWER(2, 3), SQRT(-1), MOD(5, 0), GREATEST(1, NULL), INET_ATON('127.0.0.1'), INET_NTOA(1), INET_ATON('x')",
     (8.0, None, None, None, 2130706433, "0.0.0.1", None)),
    ("SELECT MD5('a'), SHA1('a'), CRC32('a'), LENGTH(UUID()), OCTET_LENGTH('é'), UNHEX('x')",
     ("0cc175b9c0f1b6a831c399e269772661", "86f7e437faa5a7fce15d1ddcb9eaeaea377667b8", 3904355907, 36, 2, None)),
    ("SELECT YEAR(t), QUARTER(t), MONTH(t), DAY(t), HOUR(t), MINUTE(t), SECOND(t), MICROSECOND(t), WEEK(t), "
     "DAYOFYEAR(t) FROM (SELECT '2026-05-03 04:05:06.789' AS t) x", (2026, 2, 5, 3, 4, 5, 6, 789000, 18, 123)),
    ("SELECT LAST_DAY('2026-02-03'), DAYOFWEEK('2026-01-26'), WEEKDAY('2026-01-26'), TO_DAYS('2026-01-26'), "
     "DAYNAME('2026-01-26'), MONTHNAME('2026-01-26'), DATEDIFF('2026-01-03 01:00:00', '2026-01-01 23:00:00')",
     ("2026-02-28", 2, 0, 740007, "Monday", "January", 2)),
    ("SELECT TIMEDIFF('2026-01-02 00:00:01', '2026-01-01'), TIMEDIFF('01:00:00', '02:00:00.5'), SEC_TO_TIME(3661), "
     "TIME_TO_SEC('01:01:01'), TIME('2026-01-01 05:06:07'), CAST('10:11:12.6' AS TIME)",
     ("24:00:01", "-01:00:00.5", "01:01:01", 3661, "05:06:07", "10:11:13")),
    ("SELECT STR_TO_DATE('2026-01-02 03:04:05', '%Y-%m-%d %H:%i:%s'), MAKEDATE(2026, 32), "
     "EXTRACT(HOUR FROM '01:02:03'), ADDTIME('2026-01-02 03:04:05', '01:00:00'), SUBTIME('05:00:00', '06:00:00')",
     ("2026-01-02 03:04:05", "2026-02-01", 1, "2026-01-02 04:04:05", "-01:00:00")),
    ("SELECT TIMESTAMPADD(MINUTE, 5, '2026-01-02 03:04:05'), CONVERT_TZ('2026-01-26 06:48:34', '+00:00', '+08:00'), "
     "SUBDATE('2026-01-02', 1), ADDDATE('2026-01-31', INTERVAL 1 MONTH)",
     ("2026-01-02 03:09:05", "2026-01-26 14:48:34", "2026-01-01", "2026-02-28")),
    ("SELECT DATE_ADD('2026-01-02 03:04:05', INTERVAL '1:30' MINUTE_SECOND), '2026-01-02' - INTERVAL '1-2' YEAR_MONTH, "
     "DATE_SUB('2026-01-02 03:04:05', INTERVAL '-1 2' DAY_HOUR)",
     ("2026-01-02 03:05:35", "2024-11-02", "2026-01-03 05:04:05")),
    ("SELECT DATE'2026-01-02', TIMESTAMP '2026-01-02 03:04:05', {d '2026-01-02'}, N'abc', CURRENT_DATE = CURDATE()",
     ("2026-01-02", "2026-01-02 03:04:05", "2026-01-02", "abc", 1)),
    ("SELECT 1 = ANY (SELECT 1), 1 <> ALL (SELECT 1), 2 IS TRUE, NULL IS UNKNOWN, NULL IS NOT FALSE, "
     "0x10 + 1, b'11' + 0",
     (1, 0, 1, 1, 1, 17.0, 3.0)),
    ("SELECT 'aB' LIKE BINARY 'AB', BINARY 'aB' LIKE 'a%', 7 MOD (2), 00012, 0.5e0", (0, 1, 1, 12, 0.5)),
    ("SELECT GROUP_CONCAT(x ORDER BY y DESC, x SEPARATOR ';'), GROUP_CONCAT(DISTINCT x), GROUP_CONCAT(x, y) FROM "
     "(SELECT 'a' AS x, 1 AS y UNION ALL SELECT 'b', 2 UNION ALL SELECT 'A', 1 UNION ALL SELECT NULL, 3) t",
     ("b;a;A", "a,b", "a1,b2,A1")),
    ("SELECT CONVERT_TZ('2026-01-26 06:48:34', 'UTC', '+08:00'), CONVERT_TZ('x', '+00:00', '+08:00'), DATE_ADD(NULL, "
     "INTERVAL 1 DAY), DATE_ADD('2026-01-01', INTERVAL NULL DAY), DATE_ADD('9999-12-31', INTERVAL 1 DAY)", (None,) * 5),
    ("SELECT TIMEDIFF('x', '01:00:00'), TIMEDIFF('2026-01-01', '01:00:00'), ADDTIME('x', '1:0:0'), YEAR('x'), "
     "HOUR('x'), STR_TO_DATE('x', '%Y'), DATE('x'), CAST('x' AS TIME), DATEDIFF('x', '2026-01-01'), WEEK('x')",
     (None,) * 10),
    ("SELECT SQRT(0), SQRT(1), SIGN(0), SIGN(1), VAR_POP(x), VARIANCE(x), STD(x), STDDEV_SAMP(x) FROM "
     "(SELECT 1 AS x) t",
     (0.0, 1.0, 0, 1, 0.0, 0.0, 0.0, None)),
    ("SELECT STDDEV(x), VAR_SAMP(x), BIT_OR(x), BIT_AND(x), BIT_XOR(x), ANY_VALUE(x), GROUP_CONCAT(x ORDER BY x) FROM "
     "(SELECT 3 AS x UNION ALL SELECT 1) t", (1.0, 2.0, 3, 1, 2, 3, "1,3")),
    ("SELECT STDDEV(x), BIT_AND(x), GROUP_CONCAT(x) FROM (SELECT 1 AS x) t WHERE x = 2", (None, None, None)),
    ("SELECT 1 AS n HAVING n = 1", (1,)), ("SELECT COUNT(*) AS n FROM (SELECT 1) t HAVING n = 1", (1,)),
    ("SELECT a.x FROM (SELECT 1 AS x) a STRAIGHT_JOIN (SELECT 1 AS y) b ON a.x = b.y", (1,)),
    ("SELECT 1 MINUS SELECT 2", (1,)), ("(SELECT 1) EXCEPT (SELECT 2)", (1,)),
    ("SELECT 1 FROM DUAL FOR UPDATE", (1,)), ("SELECT SQL_NO_CACHE /*+ query_timeout(5) */ 1 -- x", (1,)),
])
def test_expressions(mock: Driver, sql: str, row: tuple[Any, ...]) -> None:
    assert mock.ask(sql) == [row]


@pytest.mark.parametrize("condition, jobs", [
    ("CLONE_TENANT_NAME = 'CLONE_A  '", 2), ("BINARY CLONE_TENANT_NAME = 'clone_a'", 1),
    ("CLONE_TENANT_NAME = BINARY 'clone_a'", 1), ("CLONE_TENANT_NAME COLLATE utf8mb4_bin = 'clone_a'", 1),
    ("CLONE_TENANT_NAME IN ('CLONE_A', 'x')", 2), ("CLONE_TENANT_NAME LIKE 'CLONE%'", 2),
    ("RESTORE_SCN = 18446744073709551615", 2), ("RESTORE_SCN < 18446744073709551615", 0), ("RESTORE_SCN > 5", 2),
    ("CLONE_JOB_ID = (SELECT MAX(CLONE_JOB_ID) FROM %s)" % HISTORY, 1), ("RET_CODE IS NULL", 0),
    ("RET_CODE = '-4072'", 2), ("CLONE_START_TIME > '2024-01-26 14:48:40'", 1),
    ("CLONE_START_TIME > NOW() - INTERVAL 100 SECOND", 1), ("CLONE_START_TIME > UTC_TIMESTAMP()", 2),
    ("NOT STATUS = 'clone_sys_canceled'", 0),
])
def test_conditions_on_the_views(mock: Driver, condition: str, jobs: int) -> None:
    assert mock.ask("SELECT COUNT(*) FROM %s WHERE %s" % (HISTORY, condition)) == [(jobs,)]


@pytest.mark.parametrize("mode, sql, row", [
    ("PIPES_AS_CONCAT", "SELECT 'a' || 'b', 1 || 2, 'a' || NULL", ("ab", "12", None)),
    ("ANSI", """SELECT "x" || 'y' FROM (SELECT 1 AS "x") "t\"""", ("1y",)),
    ("NO_BACKSLASH_ESCAPES", r"SELECT 'a\', LENGTH('\n'), 'a\' 'b'", ("a\\", 2, r"a\b"))])
def test_what_the_modes_of_a_session_mean(mock: Driver, mode: str, sql: str, row: tuple[Any, ...]) -> None:
    session = mock.login("root@sys")
    mock.ask("SET sql_mode = '%s'" % mode, session)
    assert mock.ask(sql, session) == [row]


def test_both_views_in_one_statement(mock: Driver) -> None:
    rows = mock.ask("SELECT 'progress' v, p.CLONE_TENANT_NAME FROM %s p UNION ALL "
                    "SELECT 'history', h.CLONE_TENANT_NAME FROM %s h ORDER BY 1 DESC, 2 LIMIT 2" % (PROGRESS, HISTORY))
    assert rows[0] == ("progress", "run") and rows[1][0] == "history"


def test_views_are_ordered_by_start_time(mock: Driver) -> None:
    names = [row[0] for row in mock.ask("SELECT CLONE_TENANT_NAME FROM " + HISTORY)]
    assert names == ["Clone_A", "clone_a"]


def columns(mock: Driver, sql: str) -> list[tuple[str, int]]:
    return [(column.name, column.type) for column in mock.result(sql).columns]


@pytest.mark.parametrize("sql, expected", [
    ("select status, CLONE_job_id, h.restore_scn from oceanbase.dba_ob_clone_history h",
     [("status", VAR_STRING), ("CLONE_job_id", LONGLONG), ("restore_scn", LONGLONG)]),
    ("SELECT COUNT( * ), max(clone_start_time) AS m, MIN(RET_CODE) `a b`, STATUS 'x y' FROM " + HISTORY,
     [("COUNT( * )", LONGLONG), ("m", TIMESTAMP), ("a b", LONGLONG), ("x y", VAR_STRING)]),
    ("select now(), NOW(6) n, null, 'a', 1/2, @@version, version ( )",
     [("now()", DATETIME), ("n", DATETIME), ("NULL", NULL_TYPE), ("a", VAR_STRING), ("1/2", NEWDECIMAL),
      ("@@version", VAR_STRING), ("version ( )", VAR_STRING)]),
    ("SELECT CAST(CLONE_START_TIME AS DATETIME(6)) t, SUM(RET_CODE) s, AVG(RET_CODE), BINARY 'a' FROM " + HISTORY,
     [("t", DATETIME), ("s", NEWDECIMAL), ("AVG(RET_CODE)", NEWDECIMAL), ("BINARY 'a'", VAR_STRING)]),
    ("SELECT RESTORE_SCN x FROM (SELECT * FROM %s) t LIMIT 0" % HISTORY, [("x", LONGLONG)]),
    ("SELECT RET_CODE = 0 AS a, (STATUS <> 'x'), STATUS LIKE 'x', RET_CODE IS NULL, TRUE FROM %s LIMIT 0" % HISTORY,
     [("a", LONG), ("(STATUS <> 'x')", LONG), ("STATUS LIKE 'x'", LONGLONG), ("RET_CODE IS NULL", LONG),
      ("TRUE", TINY)]),
    ("SELECT CASE WHEN RET_CODE = 0 THEN 2 END, ISNULL(RET_CODE), COUNT(RET_CODE = 0) FROM " + HISTORY,
     [("CASE WHEN RET_CODE = 0 THEN 2 END", VAR_STRING), ("ISNULL(RET_CODE)", LONG),
      ("COUNT(RET_CODE = 0)", LONGLONG)]),
    ("SELECT 1 FROM %s LIMIT 0" % PROGRESS, [("1", LONGLONG)]),
    ("SELECT DATE(CLONE_START_TIME) d, TIMEDIFF(CLONE_FINISHED_TIME, CLONE_START_TIME) t, CAST('1' AS DATE), "
     "CURTIME(), STR_TO_DATE('1', '%%d'), STR_TO_DATE('1', '%%H'), "
     "UNIX_TIMESTAMP(CLONE_START_TIME) u FROM %s" % HISTORY,
     [("d", DATE), ("t", TIME), ("CAST('1' AS DATE)", DATE), ("CURTIME()", TIME), ("STR_TO_DATE('1', '%d')", DATE),
      ("STR_TO_DATE('1', '%H')", TIME), ("u", NEWDECIMAL)]),
    ("SELECT CONVERT('2026-01-01', DATE) a, CONVERT('1:2:3', TIME) b, CONVERT(1, DATETIME) c, CONVERT('1', SIGNED) d",
     [("a", DATE), ("b", TIME), ("c", DATETIME), ("d", LONGLONG)]),
    ("SELECT DATE'2026-01-01' a, TIME'1:2:3' b, TIMESTAMP'2026-01-01 00:00:00' c, ROUND(1/3, 2) d, ROUND(5) e, N'x'",
     [("a", DATE), ("b", TIME), ("c", DATETIME), ("d", NEWDECIMAL), ("e", LONGLONG), ("x", VAR_STRING)]),
])
def test_labels_and_types(mock: Driver, sql: str, expected: list[tuple[str, int]]) -> None:
    assert columns(mock, sql) == expected


@pytest.mark.parametrize("view", [PROGRESS, HISTORY])
def test_columns_of_the_clone_views_on_the_wire(mock: Driver, view: str) -> None:
    """Flags and lengths as the kernel sends them for these types: 1 NOT NULL, 32 unsigned, 128 + 1024 time."""
    text, number, time = (VAR_STRING, 45), (LONGLONG, 63), (TIMESTAMP, 63)
    finished = 1152 if view == PROGRESS else 1153
    expected = [
        ("CLONE_JOB_ID", *number, 20, 1, 0), ("TRACE_ID", *text, 256, 1, 0), ("SOURCE_TENANT_ID", *number, 20, 1, 0),
        ("SOURCE_TENANT_NAME", *text, 512, 1, 0), ("CLONE_TENANT_ID", *number, 20, 1, 0),
        ("CLONE_TENANT_NAME", *text, 512, 1, 0), ("TENANT_SNAPSHOT_ID", *number, 20, 1, 0),
        ("TENANT_SNAPSHOT_NAME", *text, 512, 1, 0), ("RESOURCE_POOL_ID", *number, 20, 1, 0),
        ("RESOURCE_POOL_NAME", *text, 512, 1, 0), ("UNIT_CONFIG_NAME", *text, 512, 1, 0),
        ("RESTORE_SCN", *number, 20, 33, 0), ("STATUS", *text, 256, 1, 0), ("CLONE_JOB_TYPE", *text, 64, 1, 0),
        ("CLONE_START_TIME", *time, 26, 1153, 6), ("CLONE_FINISHED_TIME", *time, 26, finished, 6),
        ("RET_CODE", *number, 20, 0, 0), ("ERROR_MESSAGE", *text, 2048, 0, 0)]
    sent = mock.result("SELECT * FROM " + view).columns
    assert [(one.name, one.type, one.charset, one.length, one.flags, one.decimals) for one in sent] == expected
    assert {(one.schema, one.table) for one in sent} == {("oceanbase", view.rpartition(".")[2].lower())}


@pytest.mark.parametrize("sql, errno, sqlstate, text", [
    ("SELECT * FROM DBA_OB_CLONE_PROGRESS", 1046, "3D000", "No database selected"),
    ("SELECT * FROM oceanbase.NoSuch", 1146, "42S02", "Table 'oceanbase.nosuch' doesn't exist"),
    ("SELECT * FROM Nodb.T", 1146, "42S02", "Table 'nodb.t' doesn't exist"),
    ("SELECT * FROM oceanbase.__all_clone_job", 1235, "0A000",
     "view oceanbase.__all_clone_job by the mock not supported"),
    ("SELECT * FROM oceanbase.GV$OB_UNITS", 1235, "0A000", "view oceanbase.gv$ob_units by the mock not supported"),
    ("SELECT * FROM mysql.user", 1235, "0A000", "view mysql.user by the mock not supported"),
    ("DESC mysql.nosuch", 1146, "42S02", "Table 'mysql.nosuch' doesn't exist"),
    ("SELECT * FROM information_schema.STATISTICS", 1235, "0A000",
     "view information_schema.statistics by the mock not supported"),
    ("SELECT * FROM information_schema.Plugins", 1109, "42S02", "Unknown table 'plugins' in information_schema"),
    ("DESC information_schema.nosuch", 1109, "42S02", "Unknown table 'nosuch' in information_schema"),
    ("SHOW COLUMNS FROM oceanbase.DBA_OB_ZONES", 1235, "0A000",
     "view oceanbase.dba_ob_zones by the mock not supported"),
    ("SELECT * FROM oceanbase.sqlite_master", 1146, "42S02", "Table 'oceanbase.sqlite_master' doesn't exist"),
    ("SELECT nosuch FROM " + PROGRESS, 1054, "42S22", "Unknown column 'nosuch' in 'field list'"),
    ("SELECT `nosuch` FROM " + PROGRESS, 1054, "42S22", "Unknown column 'nosuch' in 'field list'"),
    ("SELECT x.STATUS FROM " + PROGRESS, 1054, "42S22", "Unknown column 'x.STATUS' in 'field list'"),
    ("SELECT 1 FROM %s WHERE Nosuch = 1" % PROGRESS, 1054, "42S22", "Unknown column 'Nosuch' in 'where clause'"),
    ("SELECT 1 FROM %s ORDER BY nosuch" % PROGRESS, 1054, "42S22", "Unknown column 'nosuch' in 'order clause'"),
    ("SELECT 1 FROM %s GROUP BY nosuch" % PROGRESS, 1054, "42S22", "Unknown column 'nosuch' in 'group statement'"),
    ("SELECT STATUS FROM %s, %s" % (PROGRESS, HISTORY), 1052, "23000", "Column 'STATUS' in field list is ambiguous"),
    ("SELECT nosuch(1)", 1305, "42000", "FUNCTION nosuch does not exist"),
    ("SELECT @@nosuch", 1193, "HY000", "Unknown system variable 'nosuch'"),
    ("SELECT 'a' COLLATE nosuch", 1273, "HY000", "Unknown collation: 'nosuch'"),
    ("SELECT *", 1096, "HY000", "No tables used"),
    ("SELECT STATUS FROM %s ORDER BY 1, 5" % PROGRESS, 1054, "42S22", "Unknown column '5' in 'order clause'"),
    ("SELECT STATUS FROM %s GROUP BY 0" % PROGRESS, 1054, "42S22", "Unknown column '0' in 'group statement'"),
    ("SELECT 1 UNION SELECT 1, 2", 1222, "21000", "The used SELECT statements have a different number of columns"),
    ("SELECT 1 FROM %s WHERE MAX(STATUS) = 1" % PROGRESS, 1111, "HY000", "Invalid use of group function"),
    ("SELECT Length()", 1582, "42000", "Incorrect parameter count in the call to native function 'Length'"),
    ("SELECT NOW(7)", 1426, "42000", "Too big precision 7 specified for column 'now'. Maximum is 6."),
    ("SELECT STATUS FROM %s GROUP BY STATUS WITH ROLLUP" % PROGRESS, 1235, "0A000",
     "this query by the mock (near \"WITH\": syntax error) not supported"),
    ("SELECT * FROM a.b.c", 1064, "42000", SYNTAX + " to use near 'a.b.c' at line 1"),
])
def test_errors(mock: Driver, sql: str, errno: int, sqlstate: str, text: str) -> None:
    assert mock.refused(sql) == (errno, sqlstate, text)


@pytest.mark.parametrize("sql, near", [("SELECT * FROM", "FROM"), ("SELECT 1 1", "1"), ("SELECT (1", "1"),
                                       ("SELECT CAST(1 AS CHAR", "CHAR"), ("SELECT CAST(1 AS DATETIME(7))", "7))"),
                                       ("SELECT 1,,2", ",2"), ("SELECT 1 FROM " + PROGRESS + " WHERE", "WHERE")])
def test_syntax_errors(mock: Driver, sql: str, near: str) -> None:
    errno, sqlstate, text = mock.refused(sql)
    assert (errno, sqlstate) == (1064, "42000")
    assert text.endswith("near '%s' at line 1" % near)


def test_times_are_shown_in_the_time_zone_of_the_session(mock: Driver) -> None:
    session = mock.login("root@sys")
    sql = "SELECT CLONE_START_TIME FROM %s ORDER BY CLONE_JOB_ID LIMIT 1" % HISTORY
    assert mock.ask(sql, session) == [("2024-01-26 14:48:34.000000",)]
    for zone, shown in (("+00:00", "2024-01-26 06:48:34.000000"), ("-05:30", "2024-01-26 01:18:34.000000")):
        mock.ask("SET time_zone = '%s'" % zone, session)
        assert mock.ask(sql, session) == [(shown,)]
    assert mock.ask(sql) == [("2024-01-26 14:48:34.000000",)]


def test_a_query_without_end_meets_ob_query_timeout(mock: Driver) -> None:
    session = mock.login("root@sys")
    mock.ask("SET ob_query_timeout = 100000", session)
    endless = "WITH RECURSIVE n AS (SELECT 1 i UNION ALL SELECT i + 1 FROM n) SELECT COUNT(*) FROM n"
    errno, sqlstate, text = mock.refused(endless, session)
    assert (errno, sqlstate) == (4012, "HY000")
    assert text.startswith("Timeout, query has reached the maximum query timeout: 100000(us), maybe")


def test_every_view_answers_and_describes_itself(mock: Driver) -> None:
    for name, view in VIEWS.items():
        answer = mock.result("SELECT * FROM %s.%s" % (view.database, name))
        assert [column.name for column in answer.columns] == [column.name for column in view.columns]
        described = mock.ask("DESC %s.%s" % (view.database, name))
        assert [row[0] for row in described] == [column.name for column in view.columns]
    assert mock.ask("DESC oceanbase.DBA_OB_CLONE_PROGRESS")[15] == (
        "CLONE_FINISHED_TIME", "timestamp(6)", "YES", "", "NULL", "")


def test_the_information_schema_lists_the_views_that_the_tenant_has(mock: Driver) -> None:
    """What consoles read to show databases, tables and columns."""
    tables = "SELECT TABLE_NAME FROM information_schema.tables WHERE table_schema = 'OCEANBASE' ORDER BY 1"
    assert mock.ask(tables) == mock.ask("SHOW TABLES FROM oceanbase")
    assert len(mock.ask(tables)) == sum(view.database == "oceanbase" for view in VIEWS.values())
    assert mock.ask(tables, mock.login("root@mysql001")) == [("DBA_OB_TENANTS",)]
    assert mock.ask("SELECT SCHEMA_NAME FROM information_schema.SCHEMATA ORDER BY SCHEMA_NAME") == \
        mock.ask("SHOW DATABASES")
    assert mock.ask("SELECT COLUMN_NAME, DATA_TYPE, COLUMN_TYPE, IS_NULLABLE FROM information_schema.COLUMNS WHERE "
                    "TABLE_NAME = 'dba_ob_clone_history' AND ORDINAL_POSITION IN (12, 17)") == [
        ("RESTORE_SCN", "bigint", "bigint(20) unsigned", "NO"), ("RET_CODE", "bigint", "bigint(20)", "YES")]
    session = mock.login("root@sys", database="information_schema")
    assert mock.ask("SELECT COUNT(*) FROM TABLES WHERE TABLE_SCHEMA = DATABASE()", session) == [(9,)]
    assert mock.refused("SELECT * FROM DBA_OB_TENANTS", session)[0] == 1109
    for empty in ("VIEWS", "ROUTINES", "KEY_COLUMN_USAGE"):
        assert mock.ask("SELECT COUNT(*) FROM information_schema." + empty) == [(0,)]
    assert mock.ask("SELECT * FROM information_schema.CHARACTER_SETS WHERE MAXLEN = 4 AND DESCRIPTION LIKE 'utf%'") == [
        ("utf8mb4", "utf8mb4_general_ci", "UTF-8 Unicode", 4)]
    assert mock.ask("SELECT * FROM information_schema.COLLATIONS WHERE CHARACTER_SET_NAME = 'GBK'") == [
        ("gbk_bin", "gbk", 87, "", "Yes", 1), ("gbk_chinese_ci", "gbk", 28, "Yes", "Yes", 1)]
    assert mock.ask("SELECT * FROM information_schema.ENGINES") == mock.ask("SHOW STORAGE ENGINES")
