# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One real server for all tests; the tables that stand for the clone views only where a test asks for them."""

from __future__ import annotations

from typing import Iterator

import pytest

from support.clone_tables import tables as clone_tables
from support.servers.seekdb import SeekDB


@pytest.fixture(scope="session")
def server() -> Iterator[SeekDB]:
    """The server as it comes: without clone views."""
    with SeekDB() as running:
        yield running


@pytest.fixture(scope="module")
def planted(server: SeekDB) -> Iterator[SeekDB]:
    """The server with the tables in place of the clone views, for a module of tests."""
    clone_tables.plant(server)
    yield server
    clone_tables.uproot(server)


@pytest.fixture
def views(planted: SeekDB) -> SeekDB:
    """The server with the tables, empty."""
    clone_tables.clear(planted)
    return planted
