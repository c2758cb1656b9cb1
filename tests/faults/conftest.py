# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One set of benches for all tests of this folder: enough for the machine to be busy while cases wait."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from queue import SimpleQueue
from typing import Any

import pytest
from hypothesis.configuration import set_hypothesis_home_dir

from support import REPOSITORY
from support.plays.bench import Bench

# Not into the project's folder.
set_hypothesis_home_dir(REPOSITORY / ".cache" / "hypothesis")

BENCHES = 8


class Benches:
    """Lends benches, cleaned, to cases that run at the same time."""

    def __init__(self, stack: ExitStack) -> None:
        self._free: SimpleQueue[Bench] = SimpleQueue()
        for _number in range(BENCHES):
            self._free.put(stack.enter_context(Bench()))
        self._pool = stack.enter_context(ThreadPoolExecutor(BENCHES))

    @contextmanager
    def one(self) -> Iterator[Bench]:
        """A bench for one case."""
        bench = self._free.get()
        try:
            bench.clean()
            yield bench
            bench.clean()
        finally:
            self._free.put(bench)

    def run(self, case: Callable[..., None], cases: list[Any]) -> list[str]:
        """Runs ``case(bench, *arguments)`` for all arguments at the same time; says what went wrong with which."""
        def attempt(arguments: Any) -> str | None:
            with self.one() as bench:
                try:
                    case(bench, *arguments)
                except AssertionError as error:
                    return f"{arguments}: {error}"
            return None

        return [problem for problem in self._pool.map(attempt, cases) if problem]


@pytest.fixture(scope="session")
def benches() -> Iterator[Benches]:
    """Benches for cases that run at the same time."""
    with ExitStack() as stack:
        yield Benches(stack)


@pytest.fixture
def bench(benches: Benches) -> Iterator[Bench]:
    """A bench for this test."""
    with benches.one() as one:
        yield one
