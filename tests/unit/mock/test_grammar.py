# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which text is which statement, and OceanBase's syntax errors (facts: Cancel grammar, Start grammar, Parser)."""

from __future__ import annotations

from typing import Any

import pytest

from ob_mock.sql import syntax_tree as tree
from ob_mock.sql.grammar import Dialect
from ob_mock.sql.results import SqlError
from ob_mock.sql.scanner import WORD, Token
from ob_mock.statements import table

SYNTAX = ("You have an error in your SQL syntax; check the manual that corresponds to your OceanBase version for the "
          "right syntax to use near '%s' at line %d")


def parse(sql: str, **dialect: Any) -> tree.Statement:
    return table.parse(sql, Dialect(**dialect))[0]


@pytest.mark.parametrize("sql, name", [
    ("ALTER SYSTEM CANCEL CLONE c1", "c1"), ("alter system cancel clone C1;", "C1"),
    ("ALTER /*+ hint */ SYSTEM CANCEL CLONE `a``b c`", "a`b c"), ("ALTER SYSTEM CANCEL CLONE clone", "clone"),
    ("ALTER SYSTEM CANCEL CLONE a /*! b c */", "a"), ("/*!50000 ALTER */ SYSTEM /*! CANCEL */ CLONE a", "a"),
    ("ALTER SYSTEM CANCEL CLONE 1a$é -- x", "1a$é"), ("/* x */ ALTER SYSTEM CANCEL CLONE c1 ; \n", "c1"),
])
def test_cancel_clone(sql: str, name: str) -> None:
    assert parse(sql) == tree.CancelClone(name)


@pytest.mark.parametrize("sql, near, line", [
    ("ALTER SYSTEM CANCEL CLONE 'x'", "'x'", 1), ('ALTER SYSTEM CANCEL CLONE "x"', '"x"', 1),
    ("ALTER SYSTEM CANCEL CLONE 12", "12", 1), ("ALTER SYSTEM CANCEL CLONE a, b", ", b", 1),
    ("ALTER SYSTEM CANCEL CLONE select", "select", 1), ("ALTER SYSTEM CANCEL CLONE ?", "?", 1),
    ("ALTER SYSTEM CANCEL CLONE IF EXISTS a", "IF EXISTS a", 1), ("ALTER SYSTEM\nCANCEL CLONE a FORCE", "FORCE", 2),
    # at the end of the text the kernel quotes the last token
    ("ALTER SYSTEM CANCEL CLONE", "CLONE", 1), ("ALTER SYSTEM", "SYSTEM", 1), ("CREATE", "CREATE", 1),
    ("CREATE TENANT a FROM b WITH UNIT u", "u", 1), ("CREATE TENANT a FROM b", "b", 1),
    ("CREATE TENANT a FROM b WITH UNIT u RESOURCE_POOL p", "RESOURCE_POOL p", 1),
    ("CREATE TENANT a FROM 'b' WITH UNIT u, RESOURCE_POOL p", "'b' WITH UNIT u, RESOURCE_POOL p", 1),
    ("CREATE TENANT a FROM b WITH UNIT u, RESOURCE_POOL p, UNIT v", ", UNIT v", 1),
    ("FOO BAR", "FOO BAR", 1),
    ("FOO " + "x" * 100, ("FOO " + "x" * 100)[:80], 1),
])
def test_syntax_errors(sql: str, near: str, line: int) -> None:
    with pytest.raises(SqlError) as caught:
        parse(sql)
    assert str(caught.value) == "1064 (42000): " + SYNTAX % (near, line)


def test_double_quotes_name_a_clone_with_ansi_quotes() -> None:
    assert parse('ALTER SYSTEM CANCEL CLONE "x"', modes=frozenset(["ANSI_QUOTES"])) == tree.CancelClone("x")


@pytest.mark.parametrize("sql, near", [
    ("ALTER SYSTEM CANCEL CLONE x", "CLONE x"),
    ("CREATE TENANT a FROM b WITH UNIT u, RESOURCE_POOL p", "FROM b WITH UNIT u, RESOURCE_POOL p")])
def test_before_4_3_there_are_no_clone_statements(sql: str, near: str) -> None:
    with pytest.raises(SqlError) as caught:
        parse(sql, has_clone=False)
    assert caught.value.message == SYNTAX % (near, 1)


@pytest.mark.parametrize("sql, expected", [
    ("CREATE TENANT a FROM b WITH RESOURCE_POOL = p, UNIT = u", tree.CloneTenant("a", "b", "p", "u")),
    ("CREATE TENANT a FROM b WITH UNIT 'u v', RESOURCE_POOL ALL", tree.CloneTenant("a", "b", "ALL", "u v")),
    ("CREATE TENANT IF NOT EXISTS a FROM b USING SNAPSHOT s WITH UNIT u, UNIT v",
     tree.CloneTenant("a", "b", "", "v", True, "s")),
    ("ALTER SYSTEM SET debug_sync_timeout = '1000s'", tree.SetParameters([("debug_sync_timeout", "1000s")])),
    ("ALTER SYSTEM SET a = 0, b = True", tree.SetParameters([("a", "0"), ("b", "True")])),
    ("ALTER SYSTEM BEGIN UPGRADE", tree.Upgrade(True)), ("ALTER SYSTEM END UPGRADE", tree.Upgrade(False)),
    ("ALTER SYSTEM NOARCHIVELOG TENANT = t", tree.Archive(False, ["t"])),
    ("ALTER SYSTEM ARCHIVELOG", tree.Archive(True)),
    ("ALTER SYSTEM MINOR FREEZE TENANT = t, 'u'", tree.MinorFreeze(["t", "u"])),
    ("ALTER SYSTEM MINOR FREEZE", tree.MinorFreeze()),
    ("ALTER SYSTEM SET a = -1 SCOPE = BOTH SERVER = 'x' TENANT = t, b = 2",
     tree.SetParameters([("a", "-1"), ("b", "2")])),
    ("ALTER SYSTEM MOCK FAULT 'x' error 4012 '25000' 'y' 2", tree.Mock("FAULT", ["x", "error", 4012, "25000", "y", 2])),
    ("ALTER RESOURCE POOL p UNIT_NUM = 2", tree.Define("alter", "resource pool", "p", {"unit_num": "2"})),
    ("ALTER TENANT t SET PRIMARY_ZONE = 'z1'", tree.Define("alter", "tenant", "t", {"primary_zone": "z1"})),
    ("ALTER TENANT t LOCK", tree.Define("alter", "tenant", "t", {"locked": "YES"})),
    ("CREATE RESOURCE UNIT IF NOT EXISTS u MAX_CPU 1, MEMORY_SIZE '5G'",
     tree.Define("create", "resource unit", "u", {"max_cpu": "1", "memory_size": "5G"}, True)),
    ("CREATE TENANT t RESOURCE_POOL_LIST = ('p')", tree.Define("create", "tenant", "t", {"resource_pool_list": ["p"]})),
    ("DROP TENANT IF EXISTS t FORCE", tree.Define("drop", "tenant", "t", {"force": True}, True)),
    ("CREATE USER u@'%' IDENTIFIED BY 'p'", tree.DefineUser("CREATE USER", [("u", "p")])),
    ("CREATE USER IF NOT EXISTS u, 'v'@'h' IDENTIFIED BY 'q'",
     tree.DefineUser("CREATE USER", [("u", None), ("v", "q")], if_exists=True)),
    ("DROP USER IF EXISTS u, v", tree.DefineUser("DROP USER", [("u", None), ("v", None)], if_exists=True)),
    ("FLUSH PRIVILEGES", tree.Nothing()), ("UNLOCK TABLES", tree.Nothing()), ("LOCK TABLES t READ", tree.Nothing()),
    ("SET PASSWORD = PASSWORD('p')", tree.DefineUser("SET PASSWORD", [(None, "p")])),
    ("SET PASSWORD FOR u = 'p'", tree.DefineUser("SET PASSWORD", [("u", "p")])),
    ("ALTER USER u ACCOUNT LOCK", tree.DefineUser("LOCK USER", [("u", None)], locked=True)),
    ("ALTER USER CURRENT_USER(), u ACCOUNT UNLOCK", tree.DefineUser("LOCK USER", [(None, None), ("u", None)], False)),
    ("GRANT SELECT, ALTER SYSTEM ON *.* TO 'u'@'h'", tree.Grant(["SELECT", "ALTER SYSTEM"], "*.*", [("u", None)])),
    ("GRANT SELECT ON * TO u, v IDENTIFIED BY 'p' WITH GRANT OPTION",
     tree.Grant(["SELECT"], "*", [("u", None), ("v", "p")], option=True)),
    ("REVOKE ALL PRIVILEGES ON Oceanbase.* FROM u", tree.Grant(["ALL PRIVILEGES"], "oceanbase.*", [("u", None)], True)),
    ("SET NAMES utf8mb4", tree.SetVariables([("session", "names", "utf8mb4")])),
    ("SET AUTOCOMMIT = 1, @@global.x := 'y', @u = -2, y = NULL, z = DEFAULT", tree.SetVariables(
        [("session", "autocommit", tree.Expression("1")), ("global", "x", tree.Expression("'y'")),
         ("user", "u", tree.Expression("-2")), ("session", "y", tree.Expression("NULL")),
         ("session", "z", Token(WORD, "DEFAULT", 62, 69))])),
    ("SET sql_mode = ANSI, @a = (SELECT 1, 2), @b = IF(1, a, ',')", tree.SetVariables(
        [("session", "sql_mode", "ANSI"), ("user", "a", tree.Expression("(SELECT 1, 2)")),
         ("user", "b", tree.Expression("IF(1, a, ',')"))])),
    ("SET TRANSACTION READ ONLY, ISOLATION LEVEL SERIALIZABLE", tree.SetVariables(
        [("transaction", "tx_read_only", "1"), ("transaction", "tx_isolation", "SERIALIZABLE")])),
    ("SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED",
     tree.SetVariables([("session", "tx_isolation", "READ-COMMITTED")])),
    ("SHOW GLOBAL VARIABLES LIKE 'a%'", tree.Show("VARIABLES", "a%", of="global")),
    ("SHOW TENANT", tree.Show("TENANT")), ("SHOW FULL COLUMNS FROM d.t", tree.Show("FULL COLUMNS", of="d.t")),
    ("SHOW GRANTS FOR u", tree.Show("GRANTS", of="u")), ("DESC a.b", tree.Describe("a", "b")), ("USE x", tree.Use("x")),
    ("KILL QUERY 5", tree.Kill(True, tree.Expression("5"))),
    ("KILL CONNECTION 5", tree.Kill(False, tree.Expression("5"))), ("KILL -5", tree.Kill(False, tree.Expression("-5"))),
    ("START TRANSACTION READ ONLY, WITH CONSISTENT SNAPSHOT", tree.Transaction("BEGIN")),
    ("SAVEPOINT a", tree.Transaction("SAVEPOINT", "a")), ("ROLLBACK TO a", tree.Transaction("ROLLBACK TO", "a")),
    ("DESC a.b c", tree.Describe("a", "b", "c")), ("/* only */", tree.Nothing()),
    ("SELECT SLEEP(0.5)", tree.Sleep(0.5, "SLEEP(0.5)")), ("select sleep(2) as x", tree.Sleep(2.0, "x")),
])
def test_statements(sql: str, expected: tree.Statement) -> None:
    assert parse(sql) == expected


def test_nothing_and_unmocked_statements() -> None:
    for sql, errno in ((" ; ", 1065), ("", 1065), ("INSERT INTO t VALUES (1)", 1235), ("DROP TABLE t", 1235),
                       ("CREATE DATABASE d", 1235), ("SHOW CREATE TABLE t", 1235), ("SELECT ?", 1064)):
        with pytest.raises(SqlError) as caught:
            parse(sql)
        assert caught.value.errno == errno
