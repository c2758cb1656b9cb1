# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module mysql_query of the collection ansible.mysql as a client of the mock, through ansible-playbook."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from support import COLLECTIONS_PATH
from support.documents.blocks import documents
from support.plays.ansible import TaskResult, run_playbook, run_tasks
from support.plays.peer import PEERS, fetch_peer
from support.servers.ob_mock import Mock, wait_for

PASSWORD = "it's \"secret\""
HELD = {"jobs": [{"clone_tenant": "clone_a", "state": "CLONE_SYS_CREATE_SNAPSHOT", "hold": True}]}
PROGRESS = "SELECT * FROM oceanbase.DBA_OB_CLONE_PROGRESS WHERE CLONE_TENANT_NAME = %s"
CANCEL = "ALTER SYSTEM CANCEL CLONE clone_a"


@pytest.fixture(scope="session", autouse=True)
def peer() -> None:
    fetch_peer()


def ask(mock: Mock, *queries: dict[str, Any], password: str = PASSWORD) -> list[TaskResult]:
    """One task for each query, all in one play."""
    login = {"login_host": mock.host, "login_port": mock.port, "login_user": "root@sys", "login_password": password}
    tasks = [{"name": str(number), "ansible.mysql.mysql_query": {**login, **query}, "ignore_errors": True}
             for number, query in enumerate(queries)]
    play = run_tasks(*tasks, environment={"ANSIBLE_COLLECTIONS_PATH": f"{COLLECTIONS_PATH}:{PEERS}"})
    assert len(play.results) == len(queries), play.stdout + play.stderr
    return play.results


def test_it_reads_the_views_and_cancels_a_clone() -> None:
    with Mock(scenario=HELD, password=PASSWORD) as mock:
        job, canceled, again, syntax = ask(
            mock, {"query": PROGRESS, "positional_args": ["clone_a"]}, {"query": CANCEL}, {"query": CANCEL},
            {"query": "ALTER SYSTEM CANCEL CLONE 'clone_a'"})
        [[row]] = job.result["query_result"]
        assert len(row) == 18
        assert (row["STATUS"], row["CLONE_TENANT_ID"], row["RET_CODE"]) == ("CLONE_SYS_CREATE_SNAPSHOT", 0, None)
        assert canceled.status == "ok" and canceled.result["query_result"] == [[]]
        assert again.status == "failed"
        assert ("(4179, 'The new tenant has completed the cloning operation, or this is not the name of a cloning "
                "tenant. Cancel cloning not allowed')") in again.result["msg"]
        assert syntax.status == "failed" and "(1064, " in syntax.result["msg"]
        assert "corresponds to your OceanBase version" in syntax.result["msg"]
        [row] = wait_for(mock.history, "the canceled job in HISTORY")
        assert row["status"] == "CLONE_SYS_CANCELED"
        assert mock.errors() == ""


def test_it_is_told_that_the_password_is_wrong() -> None:
    with Mock(password=PASSWORD) as mock:
        [refused] = ask(mock, {"query": "SELECT 1"}, password="wrong")
        assert refused.status == "failed"
        assert "Access denied for user 'root'@'xxx.xxx.xxx.xxx' (using password: YES)" in refused.result["msg"]


def test_the_play_of_the_comparison_cancels_the_clone() -> None:
    [block] = [block for block in documents()["docs/docsite/rst/comparison_guide.rst"] if block.name]
    plays = yaml.safe_load(block.text)
    with Mock(scenario={"jobs": [{**HELD["jobs"][0], "source_tenant": "mysql001"}]}, password=PASSWORD) as mock:
        plays[0]["module_defaults"]["ansible.mysql.mysql_query"].update(
            login_host=mock.host, login_port=mock.port, login_password=PASSWORD)
        done = run_playbook(plays, environment={"ANSIBLE_COLLECTIONS_PATH": f"{COLLECTIONS_PATH}:{PEERS}"})
        assert done.exit_code == 0, done.stdout + done.stderr
        assert [row["status"] for row in mock.history()] == ["CLONE_SYS_CANCELED"]
