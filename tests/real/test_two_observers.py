# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Two ways to OceanBase's own kernel, of which the first one dies at a bad moment."""

from __future__ import annotations

import contextlib
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Iterator, NamedTuple

import pytest

from support.clone_tables.engine import CloneEngine, Refusal
from support.clone_tables.tables import PROGRESS
from support.network.refusing_relay import RefusingRelay
from support.network.sql_relay import Relay
from support.plays.ansible import run_module
from support.servers.ob_mock import wait_for
from support.servers.seekdb import SeekDB


class Ways(NamedTuple):
    """The relay that adds the clones, and two ways to it."""

    relay: Relay
    first: RefusingRelay
    second: RefusingRelay

    def hosts(self) -> list[str]:
        """Returns what login_host names."""
        return [f"127.0.0.1:{way.port}" for way in (self.first, self.second)]

    def die_in_mid_wait(self, *those: RefusingRelay) -> None:
        """Cuts ways as soon as the module has the answer to its CANCEL and looks again."""
        assert self.relay.went_on.wait(10)
        for way in those:
            way.refuse()

    def die_after_cancel(self, *those: RefusingRelay) -> None:
        """Cuts ways as soon as the CANCEL has been executed."""
        wait_for(lambda: self.relay.server.sql(f"SELECT 1 FROM {PROGRESS} WHERE STATUS = 'CLONE_SYS_CANCELING'"),
                 "the CANCEL")
        for way in those:
            way.refuse()

    def cancel(self, **options: Any) -> dict[str, Any]:
        """Returns the result of canceling the clone of tenant clone_a."""
        login = {**self.relay.server.login(), "login_host": self.hosts(), "login_port": None}
        return run_module("ob_clone_cancel", {**login, "clone_tenant": "clone_a", "wait_timeout": 20, **options})


@pytest.fixture
def ways(views: SeekDB) -> Iterator[Ways]:
    """Two ways to the real server, and a clone that is being made there."""
    with Relay(views, CloneEngine(views, cleanup_seconds=1.5)) as relay:
        first, second = RefusingRelay(relay.port), RefusingRelay(relay.port)

        def clone() -> None:
            with contextlib.suppress(Refusal):
                relay.engine.clone("clone_a", "mysql001", "pool_clone_a", "unit001")

        thread = threading.Thread(target=clone)
        thread.start()
        wait_for(lambda: views.sql(f"SELECT 1 FROM {PROGRESS}"), "the job")
        yield Ways(relay, first, second)
        first.refuse()
        second.refuse()
        relay.engine.stop()
        thread.join(10)


def test_it_is_dead_from_the_start(ways: Ways) -> None:
    ways.first.refuse()
    result = ways.cancel()
    assert (result.get("outcome"), result["changed"], result["reconnects"]) == ("canceled", True, 0), result["msg"]
    assert (result["login_address"], ways.relay.cancels) == (ways.hosts()[1], ["clone_a"])


def test_it_dies_before_the_cancel_is_executed(ways: Ways) -> None:
    def die() -> None:
        ways.first.refuse()
        raise EOFError

    ways.relay.before_cancel = die
    result = ways.cancel()
    assert (result.get("outcome"), result["changed"], result["reconnects"]) == ("canceled", True, 1), result["msg"]
    assert (result["login_address"], len(result["executed_statements"])) == (ways.hosts()[1], 1)
    assert ways.relay.cancels == ["clone_a", "clone_a"]


def test_it_dies_when_the_cancel_has_been_executed(ways: Ways) -> None:
    """Its answer is lost; it is not sent again."""
    ways.relay.lose_answer = True
    with ThreadPoolExecutor(1) as pool:
        pool.submit(ways.die_after_cancel, ways.first)
        result = ways.cancel()
    assert (result.get("outcome"), result["changed"], result["reconnects"]) == ("canceled", True, 1), result["msg"]
    assert (result["login_address"], ways.relay.cancels) == (ways.hosts()[1], ["clone_a"])


def test_it_dies_while_the_job_is_cleaned_up(ways: Ways) -> None:
    with ThreadPoolExecutor(1) as pool:
        pool.submit(ways.die_in_mid_wait, ways.first)
        result = ways.cancel()
    assert (result.get("outcome"), result["changed"], result["reconnects"]) == ("canceled", True, 1), result["msg"]
    assert (result["login_address"], ways.relay.cancels) == (ways.hosts()[1], ["clone_a"])


def test_both_die_while_the_job_is_cleaned_up(ways: Ways) -> None:
    with ThreadPoolExecutor(1) as pool:
        pool.submit(ways.die_in_mid_wait, ways.first, ways.second)
        result = ways.cancel(wait_timeout=2)
    assert (result["error"]["class"], result["changed"]) == ("unreachable", True), result["msg"]
    for part in ("whose CANCEL was accepted", "the connection was lost after", "could not be made again",
                 *ways.hosts()):
        assert part in result["msg"]
