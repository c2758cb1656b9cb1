# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rules at the start of a clone, with their texts and in their order (facts: Start grammar, Start rules)."""

from __future__ import annotations

from pathlib import Path

import pytest
from executor_driver import CLONE, Driver

GOOD = CLONE % ("new1", "mysql001", "pool1")
CHECKPOINT = (
    "Current checkpoint scn is smaller than the start_scn of archive log, creating tenant snapshot is not allowed. You "
    "could execute 'ALTER SYSTEM MINOR FREEZE TENANT = mysql001' to trigger a minor compaction for advancing the "
    "checkpoint and then wait for a minute before executing again.")

# Each rule: how to break it, a statement that meets it, number, SQLSTATE, text; in the order of the server's checks.
RULES = [
    ("1", ["ALTER SYSTEM BEGIN UPGRADE"], GOOD, 4179, "HY000", "clone tenant while in upgrade mode not allowed"),
    ("3", [], CLONE % ("mysql001", "nosuch", "pool1"), 5156, "HY000", "tenant 'mysql001' already exist"),
    ("4", [], CLONE % ("new1", "MySQL001", "pool1"), 5157, "HY000", "Unknown tenant 'MySQL001'"),
    ("5", [], CLONE % ("new1", "sys", "pool1"), 4179, "HY000", "clone non-user-tenant is not allowed"),
    ("5 meta", [], CLONE % ("new1", "`META$1002`", "pool1"), 4179, "HY000", "clone non-user-tenant is not allowed"),
    ("6 status", ["ALTER SYSTEM MOCK TENANT mysql001 status RESTORE"], GOOD, 4179, "HY000",
     "source tenant status is not valid, clone tenant not allowed"),
    ("6 meta", ["ALTER SYSTEM MOCK TENANT `META$1002` status CREATING"], GOOD, 4179, "HY000",
     "source tenant status is not valid, clone tenant not allowed"),
    ("6 recycle bin", ["ALTER SYSTEM MOCK TENANT mysql001 in_recyclebin YES"], GOOD, 4179, "HY000",
     "source tenant status is not valid, clone tenant not allowed"),
    ("7", ["ALTER SYSTEM MOCK TENANT mysql001 compatible '4.2.5.0'"], GOOD, 4179, "HY000",
     "source tenant data version is below 4.3, clone tenant not allowed"),
    ("9", [], GOOD.replace("unit001", "nosuch"), 4648, "HY000", "resource unit 'nosuch' not exist"),
    ("10", ["CREATE RESOURCE POOL Pool1 UNIT = unit001"], GOOD, 4651, "HY000", "resource pool 'pool1' exist"),
    ("11", ["ALTER SYSTEM NOARCHIVELOG TENANT = mysql001"], GOOD, 4179, "HY000",
     "log archive is not ready, create tenant snapshot not allowed"),
    ("12", ["ALTER SYSTEM MOCK TENANT mysql001 archive_lagging 1"], GOOD, 9111, "HY000", CHECKPOINT),
]


@pytest.mark.parametrize("rule", RULES, ids=[rule[0] for rule in RULES])
def test_each_rule(rule: tuple[str, list[str], str, int, str, str]) -> None:
    _name, scene, statement, *expected = rule
    mock = Driver()
    for preparation in scene:
        mock.ask(preparation)
    assert mock.refused(statement) == tuple(expected)
    assert mock.ask("SELECT COUNT(*) FROM oceanbase.DBA_OB_CLONE_PROGRESS") == [(0,)]


def test_a_minor_freeze_lets_the_checkpoint_pass() -> None:
    """Error 9111 tells people to do that (rule 12)."""
    mock = Driver()
    mock.ask("CREATE RESOURCE POOL p2 UNIT = unit001")
    mock.ask("CREATE TENANT other RESOURCE_POOL_LIST = ('p2')")
    mock.ask("ALTER SYSTEM MOCK TENANT mysql001 archive_lagging 1")
    for statement in ("ALTER SYSTEM MINOR FREEZE", "ALTER SYSTEM MINOR FREEZE TENANT = other",
                      "ALTER SYSTEM MINOR FREEZE TENANT = sys"):
        mock.ask(statement)
        assert mock.refused(GOOD) == (9111, "HY000", CHECKPOINT)
    assert mock.refused("ALTER SYSTEM MINOR FREEZE TENANT = nosuch") == (5157, "HY000", "Unknown tenant 'nosuch'")
    assert mock.refused("ALTER SYSTEM MINOR FREEZE", mock.login("root@mysql001"))[0] == 1227
    mock.ask("ALTER SYSTEM MINOR FREEZE TENANT = 'mysql001'")
    assert mock.start()["status"] == "CLONE_SYS_LOCK"


def test_log_archive_of_all_tenants() -> None:
    mock = Driver()
    mock.ask("CREATE RESOURCE POOL p2 UNIT = unit001")
    mock.ask("CREATE TENANT other RESOURCE_POOL_LIST = ('p2')")
    other = CLONE % ("new1", "other", "pool1")
    assert mock.refused(other)[2] == "log archive is not ready, create tenant snapshot not allowed"
    mock.ask("ALTER SYSTEM ARCHIVELOG TENANT = ALL")
    mock.ask("ALTER SYSTEM NOARCHIVELOG TENANT = mysql001")
    assert mock.refused(GOOD)[2] == "log archive is not ready, create tenant snapshot not allowed"
    assert mock.start(source="other")["status"] == "CLONE_SYS_LOCK"


def test_a_cluster_of_shared_storage_refuses(tmp_path: Path) -> None:
    path = tmp_path / "scenario.json"
    path.write_text('{"shared_storage": true}', encoding="utf-8")
    assert Driver(scenario=str(path)).refused(GOOD) == (
        1235, "0A000", "clone tenant is not supported in shared storage mode not supported")


def test_the_first_broken_rule_is_told() -> None:
    mock = Driver()
    scene = [rule[1] for rule in RULES if rule[1] and rule[0] not in ("6 meta", "6 recycle bin")]
    told = []
    for preparation in reversed(scene):
        mock.ask(*preparation)
        told.append(mock.refused(GOOD)[2])
    expected = [rule[5] for rule in reversed(RULES) if rule[1] and rule[0] not in ("6 meta", "6 recycle bin")]
    assert told == expected


def test_one_job_per_source_and_per_name() -> None:
    mock = Driver()
    mock.ask("CREATE RESOURCE POOL other_pool UNIT = unit001")
    mock.ask("CREATE TENANT other RESOURCE_POOL_LIST = ('other_pool')")
    mock.ask("ALTER SYSTEM ARCHIVELOG TENANT = other")
    mock.start("clone1")
    assert mock.refused(CLONE % ("clone2", "mysql001", "pool2")) == (
        4179, "HY000", "source tenant has a running clone job, clone tenant now not allowed")
    assert mock.refused(CLONE % ("CLONE1", "other", "pool2")) == (
        4179, "HY000", "clone tenant name exists in a running clone job, clone tenant now not allowed")
    mock.ask("ALTER SYSTEM CANCEL CLONE clone1")  # a job that is being canceled still counts
    assert mock.refused(CLONE % ("clone2", "mysql001", "pool2"))[2].startswith("source tenant has a running")


@pytest.mark.parametrize("version, allowed", [("4.3.1.0", False), ("4.3.2.0", True)])
def test_a_standby_can_be_cloned_since_4_3_2(version: str, allowed: bool) -> None:
    mock = Driver(server_version=version)
    mock.ask("ALTER SYSTEM MOCK TENANT mysql001 role STANDBY")
    if allowed:
        assert mock.start()["status"] == "CLONE_SYS_LOCK"
    else:
        assert mock.refused(GOOD) == (
            4179, "HY000", "source tenant is not primary tenant, clone tenant not allowed")


@pytest.mark.parametrize("statement, errno, text", [
    (CLONE % ("`a$b`", "mysql001", "p"), 1235,
     "since 4.2.1, manually creating a tenant name containing '$' is not supported"),
    (CLONE % ("ALL_user", "mysql001", "p"), 1235,
     'since 4.2.1, using "all_user" (case insensitive) as a tenant name is not supported'),
    ("CREATE TENANT a FROM mysql001 WITH UNIT u, UNIT u", 1235, "clone tenant without resource pool not supported"),
    ("CREATE TENANT a FROM mysql001 WITH RESOURCE_POOL u, RESOURCE_POOL u", 1235,
     "clone tenant without unit config not supported"),
    ("CREATE TENANT IF NOT EXISTS a FROM b WITH UNIT u, RESOURCE_POOL p", 1235,
     "clone tenant with IF NOT EXISTS not supported"),
    ("CREATE TENANT a FROM b USING SNAPSHOT s WITH UNIT u, RESOURCE_POOL p", 1235,
     "clone tenant with using snapshot clause is not supported"),
    (CLONE % ("a" * 65, "mysql001", "p"), 1210, "Invalid argument"),
    (CLONE % ("a", "b" * 65, "p"), 1210, "Invalid argument"),
    (CLONE % ("a", "mysql001", "p" * 129), 1210, "Invalid argument"),
])
def test_what_is_refused_before_the_cluster_is_asked(statement: str, errno: int, text: str) -> None:
    sqlstate = "0A000" if errno == 1235 else "HY000"
    assert Driver().refused(statement) == (errno, sqlstate, text)


def test_lengths_that_just_fit() -> None:
    row = Driver().start("é" * 32, pool="p" * 128)
    assert (row["clone_tenant_name"], row["resource_pool_name"]) == ("é" * 32, "p" * 128)


def test_privileges_come_before_the_rules() -> None:
    mock = Driver()
    assert mock.refused(GOOD, mock.login("root@mysql001")) == (1227, "42501", "Access denied")
