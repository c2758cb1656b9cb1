# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What statements do to later ones: each story is a list of statements with the rows, or the error, that they give."""

from __future__ import annotations

from typing import Any, Dict, List, Tuple

import pytest
from executor_driver import HISTORY, PROGRESS, Driver

from ob_mock.statements.privileges import GLOBAL, KNOWN

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
        ("", "SELECT FOUND_ROWS()", [(1,)])],
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
