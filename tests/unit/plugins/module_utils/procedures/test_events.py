# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which events follow from looks at the clone views, whenever these looks happen."""

from __future__ import annotations

import datetime
import random
import re

import pytest

from ansible_collections.community.oceanbase.plugins.module_utils._procedures.events import (
    APPEARED,
    ENDED,
    OVERLAP,
    STATUS_CHANGED,
    STUCK,
    VANISHED,
    advance,
    parts,
)
from ansible_collections.community.oceanbase.plugins.module_utils._views.jobs import HISTORY, PROGRESS, VIEWS

from ..fakes import view_row

SECOND = 10 ** 9
START = 1706251714 * SECOND
STUCK_AFTER = 100
LOCK, SNAPSHOT, TENANT = "CLONE_SYS_LOCK", "CLONE_SYS_CREATE_SNAPSHOT", "CLONE_SYS_CREATE_TENANT"
SUCCESS, CANCELED = "CLONE_SYS_SUCCESS", "CLONE_SYS_CANCELED"


def at(seconds):
    """Returns the server's clock so many seconds after START."""
    return datetime.datetime.fromtimestamp(START // SECOND + seconds, datetime.timezone.utc).replace(tzinfo=None)


class Server:
    """Holds both views, and answers what ``parts`` asks as a server does."""

    def __init__(self):
        self.now = 0.0
        self.running = {}
        self.ended = {}

    def start(self, job_id, status=LOCK):
        """Adds a job that started at ``job_id``."""
        self.running[job_id] = status

    def end(self, job_id, status=SUCCESS):
        """Moves a job to HISTORY, in one transaction."""
        self.running.pop(job_id, None)
        self.ended[job_id] = status

    def read(self, known):
        """Returns the rows that the next look gets."""
        running, ended = parts(known)
        assert (running.view, running.condition, ended.view) == (PROGRESS, "1 = 1", HISTORY)
        condition, arguments = ended.condition, list(ended.arguments)
        newest = "(SELECT MAX(CLONE_JOB_ID) FROM %s)" % VIEWS[HISTORY]
        if newest in condition:
            assert condition == "CLONE_JOB_ID > %s - %%s" % newest
            found = [job_id for job_id in self.ended if job_id > max(self.ended) - arguments[0]]
        else:
            assert re.fullmatch(r"CLONE_JOB_ID > %s( OR CLONE_JOB_ID IN \(%s(, %s)*\))?", condition)
            assert condition.count("%s") == len(arguments)
            found = [job_id for job_id in self.ended if job_id > arguments[0] or job_id in arguments[1:]]
        return [{"view_name": view, "server_time": at(self.now), **view_row(
            rows[job_id], job_id=job_id, clone_start_time=at((job_id - START) / SECOND))}
            for view, rows, ids in ((HISTORY, self.ended, found), (PROGRESS, self.running, self.running))
            for job_id in ids]


class Watcher:
    """Looks at a server, and collects the events of all looks."""

    def __init__(self, server):
        self.server = server
        self.known = None
        self.seen = []

    def look(self):
        """Returns the events of the next look as (type, seconds of the job's id, status before, status)."""
        self.known, events = advance(self.known, self.server.read(self.known), STUCK_AFTER)
        found = [(event["type"], (int(event["job"]["clone_job_id"]) - START) / SECOND, event["previous_status"],
                  event["job"]["status"]) for event in events]
        self.seen += found
        return found


@pytest.fixture
def server():
    return Server()


@pytest.fixture
def watcher(server):
    return Watcher(server)


def test_the_first_look_reports_what_runs_and_nothing_that_has_ended(server, watcher):
    server.start(START - 50 * SECOND, TENANT)
    server.end(START)
    server.end(START - 3600 * SECOND)
    assert watcher.look() == [(APPEARED, -50, None, TENANT)]
    assert watcher.look() == []


def test_a_job_appears_changes_and_ends_once_each(server, watcher):
    watcher.look()
    server.start(START)
    assert watcher.look() == [(APPEARED, 0, None, LOCK)]
    assert watcher.look() == []
    server.start(START, SNAPSHOT)
    assert watcher.look() == [(STATUS_CHANGED, 0, LOCK, SNAPSHOT)]
    assert watcher.look() == []
    server.end(START, CANCELED)
    assert watcher.look() == [(ENDED, 0, SNAPSHOT, CANCELED)]
    assert watcher.look() == []


def test_a_job_that_was_never_seen_running_appears_and_ends(server, watcher):
    watcher.look()
    server.end(START)
    assert watcher.look() == [(APPEARED, 0, None, SUCCESS), (ENDED, 0, None, SUCCESS)]
    assert watcher.look() == []


@pytest.mark.parametrize("age,stuck", [(99.999, False), (100, True), (5000, True)])
def test_a_job_is_stuck_from_that_age_on_and_only_once(server, watcher, age, stuck):
    server.now = age
    server.start(START)
    assert watcher.look() == [(APPEARED, 0, None, LOCK)] + [(STUCK, 0, None, LOCK)] * stuck
    server.now += 200
    assert watcher.look() == [(STUCK, 0, LOCK, LOCK)] * (not stuck)
    server.start(START, SNAPSHOT)
    assert watcher.look() == [(STATUS_CHANGED, 0, LOCK, SNAPSHOT)]


def test_a_job_that_has_ended_is_not_stuck(server, watcher):
    watcher.look()
    server.now = 5000
    server.end(START)
    assert [event[0] for event in watcher.look()] == [APPEARED, ENDED]


def test_a_job_without_a_time_of_its_start_is_not_stuck(server, watcher):
    rows = [{"view_name": PROGRESS, "server_time": at(0), **view_row(LOCK, clone_start_time=None)}]
    assert [event["type"] for event in advance(None, rows, STUCK_AFTER)[1]] == [APPEARED]


def test_events_are_called_as_rulebooks_know_them():
    assert (APPEARED, STATUS_CHANGED, STUCK, ENDED, VANISHED) == (
        "appeared", "status_changed", "stuck", "ended", "vanished")


def test_a_job_whose_row_is_gone_has_vanished_with_the_status_that_it_had(server, watcher):
    server.start(START, TENANT)
    watcher.look()
    del server.running[START]
    assert watcher.look() == [(VANISHED, 0, TENANT, TENANT)]
    assert watcher.look() == []


def test_nothing_is_lost_while_nobody_looks_for_long(server, watcher):
    server.start(START)
    watcher.look()
    server.end(START)
    hours = [START + hour * 3600 * SECOND for hour in range(1, 4)]
    server.end(hours[0], CANCELED)
    server.end(hours[1])
    server.start(hours[2])
    server.now = 3 * 3600
    assert watcher.look() == [
        (ENDED, 0, LOCK, SUCCESS), (APPEARED, 3600, None, CANCELED), (ENDED, 3600, None, CANCELED),
        (APPEARED, 7200, None, SUCCESS), (ENDED, 7200, None, SUCCESS), (APPEARED, 10800, None, LOCK)]
    assert watcher.look() == []


def test_of_two_jobs_the_older_one_may_be_committed_later(server, watcher):
    watcher.look()
    server.start(START + SECOND)
    server.end(START + SECOND)
    assert [event[0] for event in watcher.look()] == [APPEARED, ENDED]
    server.end(START)
    assert watcher.look() == [(APPEARED, 0, None, SUCCESS), (ENDED, 0, None, SUCCESS)]
    assert watcher.look() == []


def test_a_job_much_older_than_the_newest_still_ends(server, watcher):
    server.start(START - 86400 * SECOND, TENANT)
    server.end(START)
    watcher.look()
    server.end(START - 86400 * SECOND)
    assert watcher.look() == [(ENDED, -86400, TENANT, SUCCESS)]
    assert watcher.look() == []


def test_a_look_that_still_shows_an_ended_job_as_running_reports_nothing(server, watcher):
    server.start(START)
    watcher.look()
    server.end(START)
    watcher.look()
    stale = Server()
    stale.start(START)
    watcher.server = stale
    assert watcher.look() == []
    watcher.server = server
    assert watcher.look() == []


def test_a_source_that_starts_anew_reports_what_runs_again_and_no_end_again(server, watcher):
    server.start(START)
    server.end(START - SECOND)
    watcher.look()
    again = Watcher(server)
    assert again.look() == [(APPEARED, 0, None, LOCK)]
    server.end(START)
    assert again.look() == [(ENDED, 0, LOCK, SUCCESS)]


def test_what_is_remembered_does_not_grow(server, watcher):
    watcher.look()
    for number in range(200):
        server.now = number * 10
        server.end(START + number * 10 * SECOND)
        watcher.look()
    assert len(watcher.known.ended) <= OVERLAP // (10 * SECOND) + 1
    assert watcher.known.running == {}


def check_history(seed):
    """Plays a random history of jobs with looks in between, and checks the events of each job."""
    chance = random.Random(seed)
    server, watcher = Server(), None
    jobs, steps = {}, []
    for number in range(chance.randrange(1, 12)):
        job_id = START + int(chance.random() * 2000 * SECOND) + number
        # A start is committed some seconds later; several jobs may begin at about the same time.
        when = (job_id - START) / SECOND + chance.random() * 50
        path = [LOCK, SNAPSHOT, TENANT][:chance.randrange(1, 4)]
        for status in path:
            steps.append((when, job_id, status))
            when += chance.choice([0.1, 20, 300])
        steps.append((when, job_id, chance.choice([SUCCESS, CANCELED])))
        jobs[job_id] = path
    looks = sorted(chance.random() * 2500 for _number in range(chance.randrange(0, 60)))
    begin = chance.choice([-1.0, *looks[:1], chance.random() * 2000])
    already = set()
    for when, job_id, status in sorted([*steps, *((look, 0, "") for look in looks), (begin, 0, "first")]):
        server.now = when
        if status == "first":
            already = set(server.ended)
            watcher = Watcher(server)
            watcher.look()
        elif not status:
            if watcher:
                watcher.look()
        elif status in (SUCCESS, CANCELED):
            server.end(job_id, status)
        else:
            server.start(job_id, status)
    watcher.look()
    for job_id, path in jobs.items():
        seen = [event for event in watcher.seen if event[1] == (job_id - START) / SECOND]
        kinds = [event[0] for event in seen]
        if job_id in already:
            assert kinds == [], seed
            continue
        assert (kinds[0], kinds[-1], kinds.count(APPEARED), kinds.count(ENDED)) == (APPEARED, ENDED, 1, 1), seed
        assert kinds.count(STUCK) <= 1 and VANISHED not in kinds, seed
        statuses = [event[3] for event in seen if event[0] in (APPEARED, STATUS_CHANGED) and event[3] in path]
        assert statuses == sorted(set(statuses), key=path.index), seed
        assert seen[-1][3] == server.ended[job_id], seed


def test_in_any_history_no_event_is_lost_or_doubled():
    for seed in range(1000):
        check_history(seed)
