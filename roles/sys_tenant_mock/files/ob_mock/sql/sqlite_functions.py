# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""SQL functions whose value depends on the session, and how SQLite learns all functions of OceanBase's MySQL mode."""

from __future__ import annotations

import sqlite3
from typing import Any, Callable, Dict, Optional, Tuple

from ..cluster import clock as times
from ..cluster.inventory import Cluster
from ..cluster.session import Session
from . import date_functions, text_functions
from .text_functions import text_of


class SessionFunctions:
    """Functions whose value depends on who asks and when; ``session`` is the one whose statement runs."""

    def __init__(self, cluster: Cluster, variables: Any) -> None:
        self._cluster = cluster
        self._variables = variables
        self.session: Optional[Session] = None

    @property
    def _who(self) -> Session:
        assert self.session is not None
        return self.session

    def local_time(self, microseconds: Optional[int]) -> Optional[str]:
        """Returns a stored time in the time zone of the session."""
        return None if microseconds is None else times.show(microseconds, self._who.utc_offset)

    def now(self, digits: int = 0) -> str:
        """Computes NOW([digits])."""
        return times.show(self._cluster.clock.wall(), self._who.utc_offset, digits)

    def utc_timestamp(self, digits: int = 0) -> str:
        """Computes UTC_TIMESTAMP([digits])."""
        return times.show(self._cluster.clock.wall(), 0, digits)

    def unix_timestamp(self, value: Any = None) -> Any:
        """Computes UNIX_TIMESTAMP([text]): seconds, with a fraction only when the text has one."""
        if value is None:
            return self._cluster.clock.wall() // 1_000_000
        moment = times.read(text_of(value))
        if moment is None:
            return 0
        seconds = times.since_epoch(moment) / 1_000_000 - self._who.utc_offset
        return seconds if "." in text_of(value) else int(seconds)

    def from_unixtime(self, seconds: Any, pattern: Any = None) -> Optional[str]:
        """Computes FROM_UNIXTIME(seconds[, format])."""
        if seconds is None:
            return None
        digits = 6 if isinstance(seconds, float) else 0
        moment = times.show(round(float(seconds) * 1_000_000), self._who.utc_offset, digits)
        return moment if pattern is None else date_functions.date_format(moment, pattern)

    def current_user(self) -> str:
        """Returns CURRENT_USER(): the account; hosts are not told apart."""
        return self._who.user + "@%"

    def last_insert_id(self, value: Any = None) -> Any:
        """Returns LAST_INSERT_ID([number]): with a number it becomes the one that is told from then on."""
        if value is not None:
            self._variables.set(self._who, "session", "last_insert_id", int(value))
        return self._variables.get(self._who, "last_insert_id")

    def user(self) -> str:
        """Returns USER(): the name and the client's address."""
        return "%s@%s" % (self._who.user, self._who.host)

    def table(self) -> Dict[str, Tuple[int, Callable[..., Any]]]:
        """Returns every function of the mock: name to (number of arguments, -1 for any; function)."""
        who = self
        version = self._cluster.version_text
        return {
            **text_functions.TABLE, **date_functions.TABLE,
            "local_time": (1, self.local_time), "now": (-1, self.now), "sysdate": (-1, self.now),
            "current_timestamp": (-1, self.now), "localtime": (-1, self.now), "localtimestamp": (-1, self.now),
            "utc_timestamp": (-1, self.utc_timestamp),
            "curdate": (0, lambda: who.now()[:10]), "current_date": (0, lambda: who.now()[:10]),
            "utc_date": (0, lambda: who.utc_timestamp()[:10]), "curtime": (-1, lambda *digits: who.now(*digits)[11:]),
            "current_time": (-1, lambda *digits: who.now(*digits)[11:]),
            "utc_time": (-1, lambda *digits: who.utc_timestamp(*digits)[11:]),
            "unix_timestamp": (-1, self.unix_timestamp), "from_unixtime": (-1, self.from_unixtime),
            "now_scn": (0, lambda: str(who._cluster.clock.wall() * 1000)),
            "version": (0, lambda: mysql_version(version)), "ob_version": (0, lambda: version),
            "build_version": (0, lambda: build_version(version)),
            "effective_tenant": (0, lambda: who._who.tenant), "effective_tenant_id": (0, lambda: who._who.tenant_id),
            "database": (0, lambda: who._who.database), "schema": (0, lambda: who._who.database),
            "connection_id": (0, lambda: who._who.connection_id), "user": (0, self.user),
            "current_user": (0, self.current_user), "session_user": (0, self.user), "system_user": (0, self.user),
            "last_insert_id": (-1, self.last_insert_id),
            "found_rows": (0, lambda: who._who.found_rows), "row_count": (0, lambda: who._who.row_count),
        }


def mysql_version(version: str) -> str:
    """Returns VERSION() of the community edition (facts: Version queries)."""
    return "5.7.25-OceanBase_CE-v" + version


def build_version(version: str) -> str:
    """Returns DBA_OB_SERVERS.BUILD_VERSION."""
    return version + "_100000012024092510-0193a343bc60b4699ec47792c3fc4ce166a182f9(Sep 25 2024 13:50:35)"


def register(database: sqlite3.Connection, functions: SessionFunctions) -> None:
    """Makes all functions known to a database."""
    for name, (arguments, function) in functions.table().items():
        database.create_function(name, arguments, function)
    for name, (arguments, aggregate) in text_functions.AGGREGATES.items():
        database.create_aggregate(name, arguments, aggregate)
