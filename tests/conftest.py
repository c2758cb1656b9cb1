# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""
Measures what the tests cost: processor seconds by layer, with -v also by file; and lets each file be compiled by one
worker only. Also used on Python 3.8.
"""

from __future__ import annotations

import fcntl
import resource
import sys
from collections import Counter
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent


AROUND = "(reading the tests, and pytest itself)"


def used(children=True):
    """Returns the processor seconds of this process and, with ``children``, of its children that have ended."""
    usages = [resource.getrusage(resource.RUSAGE_SELF)] + [resource.getrusage(resource.RUSAGE_CHILDREN)] * children
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def used_so_far():
    """Returns the same with those forks that are children of a child (support/forks.py)."""
    forks = sys.modules.get("support.forks")
    return used() + (forks.seconds_of_forks() if forks else 0)


def stop_forks():
    """Ends the process that forks, so that its seconds and those of its forks are those of a child that has ended."""
    if "support.forks" in sys.modules:
        sys.modules["support.forks"].stop()


class Cost:
    """Sums up seconds and tests by file; workers of pytest-xdist send theirs to the process that writes the table."""

    def __init__(self, config):
        self.config = config
        self.seconds = Counter()
        self.tests = Counter()
        self.has_workers = False

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item):
        before = used_so_far()
        result = yield
        path = item.path.relative_to(FOLDER) if FOLDER in item.path.parents else item.path
        self.seconds[str(path)] += used_so_far() - before
        self.tests[str(path)] += 1
        return result

    def pytest_sessionfinish(self):
        stop_forks()
        if hasattr(self.config, "workeroutput"):
            self.seconds[AROUND] = used() - sum(self.seconds.values())
            self.config.workeroutput["cost"] = dict(self.seconds), dict(self.tests)

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node):
        seconds, tests = getattr(node, "workeroutput", {}).get("cost", ({}, {}))
        self.seconds.update(seconds)
        self.tests.update(tests)
        self.has_workers = True

    def pytest_terminal_summary(self, terminalreporter):
        self.seconds[AROUND] += used(children=False) if self.has_workers else used() - sum(self.seconds.values())
        layers, tests = Counter(), Counter()
        for file, seconds in self.seconds.items():
            layers[Path(file).parts[0]] += seconds
            tests[Path(file).parts[0]] += self.tests[file]
        terminalreporter.section("processor seconds by layer")
        for name, seconds in [*layers.most_common(), ("all", sum(layers.values()))]:
            count = tests[name] if name in layers else sum(tests.values())
            terminalreporter.write_line(f"{seconds:8.1f} s {count:6} tests  {name}")
            for file in sorted(self.seconds, key=self.seconds.get, reverse=True) if self.config.option.verbose else ():
                if Path(file).parts[0] == name != file:
                    terminalreporter.write_line(f"{self.seconds[file]:17.1f} s {self.tests[file]:6} tests  {file}")


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector):
    """
    Reads a file of tests while no other worker does. The first one rewrites its assertions, which takes longer than
    all the rest, and the others find what it has written.
    """
    if not isinstance(collector, pytest.Module):
        return (yield)
    with collector.path.open(encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        return (yield)


def pytest_configure(config):
    """Starts to measure."""
    config.pluginmanager.register(Cost(config))
