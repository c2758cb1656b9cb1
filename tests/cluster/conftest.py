# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The test cluster; without permission to use it up nothing runs at all."""

from __future__ import annotations

from typing import Iterator

import pytest

from support.servers.disposable_cluster import DisposableCluster, NotDisposable


def pytest_sessionstart() -> None:
    """Refuses at once."""
    try:
        DisposableCluster()
    except NotDisposable as reason:
        pytest.exit(str(reason), returncode=2)


@pytest.fixture
def cluster() -> Iterator[DisposableCluster]:
    """The cluster, clean again after the test."""
    with DisposableCluster() as running:
        yield running
    assert not running.left()
