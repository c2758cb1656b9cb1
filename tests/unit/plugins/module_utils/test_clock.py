# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Pacing: how long between looks, and what is retried."""

from __future__ import annotations

import pytest

from ansible_collections.community.oceanbase.plugins.module_utils._clock import (
    back_off,
    poll,
    poll_delay,
    repeat,
    retry,
    spell_seconds,
)
from ansible_collections.community.oceanbase.plugins.module_utils._errors import NoPrivilege, ServerError

from .fakes import FakeTime


@pytest.mark.parametrize(("waited", "interval", "delay"), [
    (0, 1.0, 0.1), (1, 1.0, 0.1), (4, 1.0, 0.2), (18, 1.0, 0.9), (20, 1.0, 1.0), (3600, 1.0, 1.0),
    (0, 0.05, 0.05), (3600, 30.0, 30.0), (200, 30.0, 10.0)])
def test_looks_are_frequent_at_first_and_then_every_poll_interval(waited, interval, delay):
    assert poll_delay(waited, interval) == pytest.approx(delay)


@pytest.mark.parametrize(("seconds", "spelled"), [
    (0.0, "0"), (-1.3, "0"), (0.04, "0"), (0.25, "0.2"), (1, "1"), (2.55, "2.5"), (9.94, "9.9"), (9.95, "10"),
    (600.4, "600"), (1500000.0, "1500000")])
def test_seconds_are_spelled_for_people(seconds, spelled):
    assert spell_seconds(seconds) == spelled


def test_back_off_doubles_up_to_five_seconds():
    assert [back_off(failures) for failures in (1, 2, 3, 6, 7, 1000)] == [0.1, 0.2, 0.4, 3.2, 5.0, 5.0]


def test_a_sleep_ends_at_the_deadline():
    time = FakeTime()
    clock = time.clock()
    budget = clock.budget(10)
    for seconds in (5, 8, 1):
        budget.sleep(seconds)
    assert time.sleeps == [5, 5, 0]
    assert clock.elapsed() == 10


def failing(*failures):
    """An action that raises these one after the other and then returns "done"."""
    waiting = list(failures)

    def action():
        if waiting:
            raise waiting.pop(0)
        return "done"
    return action


def test_transient_failures_are_retried_with_growing_pauses():
    time = FakeTime()
    again = ServerError("busy", transient=True)
    assert retry(failing(again, again, again), time.clock().budget(10)) == "done"
    assert time.sleeps == [0.1, 0.2, 0.4]


def test_a_lasting_failure_is_not_retried():
    time = FakeTime()
    with pytest.raises(NoPrivilege):
        retry(failing(NoPrivilege("no")), time.clock().budget(10))
    assert time.sleeps == []


def test_the_last_failure_is_raised_when_the_deadline_leaves_no_time_for_another_try():
    time = FakeTime()
    with pytest.raises(ServerError, match="third"):
        retry(failing(*(ServerError(text, transient=True) for text in ("first", "second", "third", "fourth"))),
              time.clock().budget(0.5))
    assert time.sleeps == [0.1, 0.2]


def test_what_an_attempt_returns_as_having_no_effect_is_tried_again():
    time = FakeTime()
    outcomes = [ServerError("busy", transient=True), None]
    repeat(lambda: outcomes.pop(0), time.clock().budget(10))
    assert time.sleeps == [0.1]


def test_a_failure_that_an_attempt_raises_is_not_tried_again_even_if_it_is_transient():
    """It says nothing about the effect of the statement before it, so repeating that could do it twice."""
    with pytest.raises(ServerError):
        repeat(failing(ServerError("busy", transient=True)), FakeTime().clock().budget(10))


def test_parts_of_a_budget_never_last_longer_than_the_whole():
    time = FakeTime()
    clock = time.clock()
    time.sleep(1)
    budget = clock.budget(10, grace=5)
    assert (budget.deadline, budget.end, budget.left()) == (11, 16, 15)
    assert budget.begin_within(3)[1:] == (4, 16)
    assert budget.begin_within(30)[1:] == (11, 16)
    assert budget.end_within(3)[1:] == (4, 4)
    assert budget.end_within(12)[1:] == (11, 13)
    assert budget.end_within(30)[1:] == (11, 16)
    assert budget.to_the_end()[1:] == (16, 16)
    time.sleep(10)
    assert budget.is_over() and not budget.to_the_end().is_over()


@pytest.mark.parametrize(("seconds", "looks", "sleeps"), [(0, 1, []), (0.25, 4, [0.1, 0.1, 0.05])])
def test_polling_ends_with_one_look_at_the_deadline(seconds, looks, sleeps):
    time, seen = FakeTime(), []
    assert poll(lambda: seen.append(time.now), time.clock().budget(seconds), 1.0) is None
    assert len(seen) == looks
    assert time.sleeps == pytest.approx(sleeps)


def test_polling_returns_what_a_look_finds():
    found = [None, None, "it"]
    assert poll(lambda: found.pop(0), FakeTime().clock().budget(10), 1.0) == "it"
