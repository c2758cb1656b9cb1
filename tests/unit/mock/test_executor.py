# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sessions, logins, privileges, blocking statements, errors (facts: Privileges, Waiting session, Login errors)."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
from executor_driver import CLONE, HISTORY, PROGRESS, SALT, Driver

from ob_mock.sql.results import Ok, SqlError
from ob_mock.statements.executor import Executor

NEEDS = "Access denied; you need (at least one of) the SUPER or ALTER SYSTEM privilege(s) for this operation"
STATEMENTS = ("ALTER SYSTEM CANCEL CLONE x", CLONE % ("x", "mysql001", "p"))


@pytest.fixture
def mock() -> Driver:
    return Driver(password="secret")


def denied(mock: Driver, user: str, password: str = "", **options: str) -> str:
    with pytest.raises(SqlError) as caught:
        mock.login(user, password, **options)
    return str(caught.value)


@pytest.mark.parametrize("user, shown", [
    ("root@sys", "root"), ("nobody@sys", "nobody"), ("root@nosuch", "root"), ("root@", "root"), ("root@SYS", "root"),
    ("root@sys#cluster", "root"), ("root@" + "t" * 65, "root"), ("root@a$b", "root"), ("root@sys@x", "root")])
@pytest.mark.parametrize("password, used", [("wrong", "YES"), ("", "NO")])
def test_refused_logins(mock: Driver, user: str, shown: str, password: str, used: str) -> None:
    assert denied(mock, user, password) == (
        "1045 (42000): Access denied for user '%s'@'xxx.xxx.xxx.xxx' (using password: %s)" % (shown, used))


def test_other_refusals(mock: Driver) -> None:
    for statement in ("CREATE USER locked IDENTIFIED BY 'p'", "ALTER USER locked ACCOUNT LOCK"):
        mock.ask(statement)
    assert denied(mock, "locked@sys", "p") == "3118 (HY000): User locked"
    assert denied(mock, "root@META$1002") == "1235 (0A000): login meta tenant not supported"
    assert denied(mock, "root@mysql001", database="nosuch") == "1049 (42000): Unknown database 'nosuch'"
    mock.ask("ALTER TENANT mysql001 LOCK")
    assert denied(mock, "root@mysql001") == "5260 (HY000): Tenant 'mysql001' is locked"
    mock.ask("ALTER SYSTEM MOCK LOGIN initializing")
    assert denied(mock, "root") == "8001 (08004): Server is initializing"
    mock.ask("ALTER SYSTEM MOCK LOGIN stopping")
    assert denied(mock, "root") == "8002 (08004): Server is stopping"


@pytest.mark.parametrize("user", ["root@sys#bank", "root@sys", "root", "root#bank", "bank:sys:root", "bank-sys-root",
                                  "bank.sys.root"])
def test_user_names_through_an_odp(tmp_path: Path, user: str) -> None:
    path = tmp_path / "scenario.json"
    path.write_text(json.dumps({"login": {"odp_cluster": "bank"}}), encoding="utf-8")
    mock = Driver(scenario=str(path))
    assert mock.engine.greeting.server_version == "5.6.25"
    assert mock.ask("SHOW TENANT", mock.login(user)) == [("sys",)]
    assert denied(mock, "root@sys#other") == "4669 (HY000): cluster not exist"
    assert denied(mock, "root@nosuch#bank") == (
        "1045 (42000): Access denied for user 'root@nosuch#bank'@'127.0.0.1' (using password: NO)")


def test_limits_and_white_list(tmp_path: Path) -> None:
    path = tmp_path / "scenario.json"
    path.write_text(json.dumps({"login": {"max_sessions": 1, "invited": ["10.0.0.1"]}}), encoding="utf-8")
    mock = Driver(scenario=str(path))
    assert denied(mock, "root@mysql001") == "1227 (42501): Access denied"
    assert denied(mock, "root@sys", peer="10.0.0.2:7") == "1227 (42501): Access denied"
    for peer in ("127.0.0.1:5", "[::1]:5", "::1"):
        assert mock.ask("SHOW TENANT", mock.login("root@sys", peer=peer)) == [("sys",)]
    mock.login("root@mysql001", peer="10.0.0.1")
    assert denied(mock, "root@mysql001", peer="10.0.0.1") == "1040 (08004): Too many connections"


def test_two_statements_cannot_be_prepared(mock: Driver) -> None:
    with pytest.raises(SqlError) as caught:
        mock.engine.describe(mock.root, "SELECT 1; DROP TENANT mysql001")
    assert str(caught.value) == "1235 (0A000): Not supported feature or function"
    assert len(mock.engine.describe(mock.root, "SELECT 1, ';' ; ")) == 2


@pytest.mark.parametrize("statement", STATEMENTS)
def test_privileges(mock: Driver, statement: str) -> None:
    tenant = mock.login("root@mysql001")
    assert mock.refused(statement, tenant) == (1227, "42501", "Access denied")
    assert mock.refused(statement + " x", tenant)[0] == 1064
    assert mock.refused("SELECT * FROM " + PROGRESS, tenant) == (
        1146, "42S02", "Table 'oceanbase.dba_ob_clone_progress' doesn't exist")
    assert mock.ask("SELECT TENANT_NAME FROM oceanbase.DBA_OB_TENANTS", tenant) == [("mysql001",)]
    mock.ask("CREATE USER u IDENTIFIED BY 'p'")
    user = mock.login("u@sys", "p")
    assert mock.refused(statement, user) == (1227, "42501", NEEDS)
    assert mock.refused("SELECT * FROM " + PROGRESS, user) == (
        1142, "42000", "SELECT command denied to user 'u'@'127.0.0.1' for table 'dba_ob_clone_progress'")
    mock.ask("GRANT ALTER SYSTEM ON *.* TO u")
    mock.ask("GRANT SELECT ON oceanbase.DBA_OB_CLONE_PROGRESS TO u")
    assert mock.ask("SELECT * FROM " + PROGRESS, user) == []
    assert mock.refused("SELECT * FROM " + HISTORY, user)[0] == 1142
    if statement.startswith("ALTER"):
        assert mock.refused(statement, user)[0] == 4179


@pytest.mark.parametrize("name, errno, text", [
    ("nosuch", 4179, "Cancel cloning not allowed"), ("sys", 4179, "Cancel cloning not allowed"),
    ("mysql001", 4179, "Cancel cloning not allowed"), ("``", 1210, "Invalid argument"),
    ("a" * 64, 4179, "Cancel cloning not allowed"), ("a" * 65, 4024, "Buffer not enough"),
    ("`%s`" % ("é" * 33), 4024, "Buffer not enough"), ("`a'b`", 1064, "Parse error"), (r"`a\b`", 1064, "Parse error")])
def test_names_that_cannot_be_canceled(mock: Driver, name: str, errno: int, text: str) -> None:
    number, _sqlstate, message = mock.refused("ALTER SYSTEM CANCEL CLONE " + name)
    assert (number, message.endswith(text)) == (errno, True)


def test_a_server_without_clones() -> None:
    mock = Driver(server_version="4.2.5.0")
    assert mock.refused("ALTER SYSTEM CANCEL CLONE x")[2].endswith("near 'CLONE x' at line 1")
    assert mock.refused("SELECT * FROM " + PROGRESS)[0] == 1146
    assert mock.ask("SELECT VERSION()") == [("5.7.25-OceanBase_CE-v4.2.5.0",)]


async def start(engine: Executor, name: str) -> tuple[object, asyncio.Future[object]]:
    session = engine.open_session("127.0.0.1")
    engine.authenticate(session, "root@sys", SALT, b"", None, 45)
    waiting = asyncio.ensure_future(engine.execute(session, CLONE % (name, "mysql001", name)))
    await asyncio.sleep(0)
    return session, waiting


def test_the_starting_session_waits_for_the_end_of_its_job() -> None:
    async def story() -> None:
        engine = Executor(step_seconds=0.01, cleanup_seconds=0.02)
        session, waiting = await start(engine, "c1")
        assert await asyncio.wait_for(waiting, 5) == Ok()
        _session, waiting = await start(engine, "c2")
        await engine.execute(session, "ALTER SYSTEM CANCEL CLONE c2")  # type: ignore[arg-type]
        with pytest.raises(SqlError) as caught:
            await asyncio.wait_for(waiting, 5)
        assert str(caught.value) == (
            "9110 (HY000): clone job has been canceled in CLONE_SYS_LOCK status by user command")
        await engine.execute(session, "ALTER SYSTEM MOCK FAIL STEP CLONE_SYS_LOCK")  # type: ignore[arg-type]
        _session, waiting = await start(engine, "c3")
        with pytest.raises(SqlError) as caught:
            await asyncio.wait_for(waiting, 5)
        assert str(caught.value) == (
            "9110 (HY000): Tenant clone job failed during the CLONE_SYS_LOCK_FAIL stage. Please check the details of "
            "clone job by DBA_OB_CLONE_PROGRESS or DBA_OB_CLONE_HISTORY")
    asyncio.run(story())


@pytest.mark.parametrize("word, errno", [("QUERY", 1317), ("CONNECTION", 5066)])
def test_kill_ends_the_waiting_but_not_the_job(word: str, errno: int) -> None:
    async def story() -> None:
        engine = Executor(step_seconds=60)
        session, waiting = await start(engine, "c1")
        other, _waiting = await start(engine, "c1")
        await engine.execute(other, "KILL %s %d" % (word, session.connection_id))  # type: ignore
        with pytest.raises(SqlError) as caught:
            await asyncio.wait_for(waiting, 5)
        assert caught.value.errno == errno
        answer = await engine.execute(other, "SELECT STATUS FROM " + PROGRESS)  # type: ignore[arg-type]
        assert answer.rows == [("CLONE_SYS_LOCK",)]  # type: ignore[union-attr]
    asyncio.run(story())


def test_sleep_and_its_time_out(mock: Driver) -> None:
    assert mock.ask("SELECT SLEEP(0.01)") == [(0,)]
    mock.ask("SET ob_query_timeout = 10000")
    errno, sqlstate, text = mock.refused("SELECT SLEEP(100)")
    assert (errno, sqlstate) == (4012, "HY000")
    assert text.startswith("Timeout, query has reached the maximum query timeout: 10000(us), ")


@pytest.mark.parametrize("statement, case", [
    ("ALTER RESOURCE POOL pool_mysql001 UNIT_NUM = 2", "MODIFY_RESOURCE_POOL"),
    ("ALTER RESOURCE POOL pool_mysql001 UNIT = 'sys_unit_config'", "MODIFY_UNIT"),
    ("ALTER TENANT mysql001 SET PRIMARY_ZONE = 'zone1'", "MODIFY_LS"),
    ("ALTER TENANT mysql001 LOCALITY = 'FULL{1}@zone1'", "MODIFY_REPLICA"),
    ("DROP TENANT mysql001", "DELAY_DROP_TENANT")])
def test_what_a_clone_forbids_on_its_source(mock: Driver, statement: str, case: str) -> None:
    mock.start()
    assert mock.refused(statement) == (
        4770, "HY000", "Tenant (1002) is in create snapshot or clone tenant procedure, %s not allowed now" % case)
    mock.ask("ALTER SYSTEM CANCEL CLONE clone1")
    assert mock.refused(statement)[0] == 4770
    mock.time.pass_time(3.1)
    assert mock.ask(statement) == []


def test_the_rich_error_suffix(mock: Driver) -> None:
    mock.ask("ALTER SYSTEM SET enable_rich_error_msg = true")
    text = mock.refused("ALTER SYSTEM CANCEL CLONE x")[2]
    first, second = text.split("\n")
    assert first.endswith("Cancel cloning not allowed")
    assert second.startswith("[127.0.0.1:2882] [2024-01-26 14:48:34.000000] [Y")


@pytest.mark.parametrize("statement, errno, sqlstate, text", [
    ("ALTER SYSTEM SET nosuch = '1'", 5099, "42000", "System config unknown"),
    ("ALTER SYSTEM SET debug_sync_timeout = 'abc'", 4147, "HY000", "Invalid config"),
    ("SET nosuch = 1", 1193, "HY000", "Unknown system variable 'nosuch'"),
    ("SET autocommit = 5", 1231, "42000", "Variable 'autocommit' can't be set to the value of '5'"),
    ("SET autocommit = NULL", 1231, "42000", "Variable 'autocommit' can't be set to the value of 'NULL'"),
    ("SET time_zone = NULL", 1232, "42000", "Incorrect argument type to variable 'time_zone'"),
    ("SET ob_query_timeout = 'x'", 1232, "42000", "Incorrect argument type to variable 'ob_query_timeout'"),
    ("SET lower_case_table_names = 1", 1238, "HY000", "Variable 'lower_case_table_names' is a read only variable"),
    ("SET time_zone = 'Asia/Shanghai'", 1298, "HY000", "Unknown or incorrect time zone: 'Asia/Shanghai'"),
    ("SET NAMES nosuch", 1115, "42000", "Unknown character set: 'nosuch'"),
    ("USE nosuch", 1049, "42000", "Unknown database 'nosuch'"), ("KILL 1", 1094, "HY000", "Unknown thread id: 1"),
    ("DROP RESOURCE POOL pool_mysql001", 4626, "HY000",
     "resource pool 'pool_mysql001' has already been granted to a tenant"),
    ("CREATE RESOURCE UNIT UNIT001 MAX_CPU 1", 4649, "HY000", "resource unit 'UNIT001' already exist"),
    ("DROP TENANT nosuch", 5157, "HY000", "Unknown tenant 'nosuch'")])
def test_errors_of_other_statements(mock: Driver, statement: str, errno: int, sqlstate: str, text: str) -> None:
    assert mock.refused(statement) == (errno, sqlstate, text)
    assert mock.ask("SHOW WARNINGS") == [("Error", errno, text)]


@pytest.mark.parametrize("statement, rows", [
    ("SHOW TENANT", [("sys",)]), ("SHOW VARIABLES LIKE 'ob_query%'", [("ob_query_timeout", "10000000")]),
    ("SHOW VARIABLES WHERE Variable_name = 'AUTOCOMMIT'", [("autocommit", "ON")]),
    ("SHOW PARAMETERS LIKE 'cluster'", [("zone1", "observer", "127.0.0.1", 2882, "cluster", "STRING", "obcluster",
                                         "Name of the cluster", "OBSERVER", "CLUSTER", "DEFAULT", "DYNAMIC_EFFECTIVE",
                                         "obcluster", 1)]),
    ("SHOW PARAMETERS LIKE '\\_ob%'", []), ("SHOW DATABASES LIKE 'oce%'", [("oceanbase",)]),
    ("SHOW GRANTS", [("GRANT ALL PRIVILEGES ON *.* TO 'root'",)]),
    ("SHOW COLLATION LIKE 'utf8mb4_bin'", [("utf8mb4_bin", "utf8mb4", 46, "", "Yes", 1)])])
def test_show(mock: Driver, statement: str, rows: list[tuple[object, ...]]) -> None:
    assert mock.ask(statement) == rows


@pytest.mark.parametrize("statement, client, connection, results, collation", [
    ("SET character_set_connection = 'utf8'", "gbk", "utf8mb4", "gbk", "utf8mb4_general_ci"),
    ("SET collation_connection = 'utf8mb4_bin'", "gbk", "utf8mb4", "gbk", "utf8mb4_bin"),
    ("SET character_set_results = NULL", "gbk", "gbk", None, "gbk_chinese_ci"),
    ("SET CHARACTER SET binary", "binary", "utf8mb4", "binary", "utf8mb4_general_ci"),
    ("SET NAMES DEFAULT", "utf8mb4", "utf8mb4", "utf8mb4", "utf8mb4_general_ci")])
def test_a_character_set_and_its_collation_change_together(
        mock: Driver, statement: str, client: str, connection: str, results: str, collation: str) -> None:
    session = mock.login("root@sys", "secret")
    mock.ask("SET NAMES gbk", session)
    mock.ask(statement, session)
    assert mock.ask("SELECT @@character_set_client, @@character_set_connection, @@character_set_results, "
                    "@@collation_connection", session) == [(client, connection, results, collation)]


def test_variables_of_a_session_are_its_own(mock: Driver) -> None:
    mock.ask("SET autocommit = 0, ob_query_timeout = 5000000, @a = 'x'")
    assert mock.ask("SELECT @@autocommit, @@ob_query_timeout, @a, @@global.autocommit") == [(0, 5000000, "x", 1)]
    assert mock.root.autocommit is False
    other = mock.login("root@sys", "secret")
    assert mock.ask("SELECT @@autocommit, @@ob_query_timeout, @a", other) == [(1, 10000000, None)]
    mock.engine.reset_session(mock.root)
    assert mock.ask("SELECT @@autocommit, @a") == [(1, None)]


@pytest.mark.parametrize("statement, complaint", [
    ("ALTER SYSTEM MOCK NOSUCH", "MOCK: the verb is one of "),
    ("ALTER SYSTEM MOCK FAULT 'x('  hang", "MOCK FAULT: bad regular expression"),
    ("ALTER SYSTEM MOCK FAULT 'x' explode", "MOCK FAULT: unknown kind of fault 'explode'"),
    ("ALTER SYSTEM MOCK FAULT 'x'", "MOCK FAULT: "),
    ("ALTER SYSTEM MOCK FAIL STEP NOSUCH", "MOCK FAIL: NOSUCH is not a step"),
    ("ALTER SYSTEM MOCK SECONDS STEP -1", "MOCK SECONDS: time does not run backwards")])
def test_bad_control_statements(mock: Driver, statement: str, complaint: str) -> None:
    errno, _sqlstate, text = mock.refused(statement)
    assert errno == 1210
    assert text.startswith("Incorrect arguments to " + complaint)


def test_control_statements_arm_and_clear_faults(mock: Driver) -> None:
    mock.ask("ALTER SYSTEM MOCK FAULT 'cancel' error 4012 '25000' 'late' 2")
    fault = mock.engine.faults.match("ALTER SYSTEM CANCEL CLONE x")
    assert fault is not None and str(fault.error) == "4012 (25000): late" and fault.times == 1
    mock.ask("ALTER SYSTEM MOCK FAULT CLEAR")
    assert mock.engine.faults.match("ALTER SYSTEM CANCEL CLONE x") is None


def test_the_server_can_cancel_by_itself(mock: Driver) -> None:
    mock.start()
    mock.ask("ALTER SYSTEM MOCK CANCEL clone1 'by standby tenant upgrade event'")
    assert mock.row(PROGRESS)["error_message"] == (
        "clone job has been canceled in CLONE_SYS_LOCK status by standby tenant upgrade event")


def test_the_unexpected_is_told_and_not_fatal(mock: Driver, capsys: pytest.CaptureFixture[str],
                                              monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("surprise")
    monkeypatch.setattr(mock.engine._context.queries, "run", broken)
    assert mock.refused("SELECT 1") == (4016, "HY000", "Internal error")
    assert "surprise" in capsys.readouterr().err
