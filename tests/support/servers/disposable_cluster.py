# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A disposable OceanBase cluster that the environment names, and the clones that a test makes on it."""

from __future__ import annotations

import contextlib
import os
import secrets
import threading
from typing import Any

import pymysql

from support.servers.ob_mock import wait_for

VARIABLES = {"host": "OCEANBASE_TEST_HOST", "port": "OCEANBASE_TEST_PORT", "user": "OCEANBASE_TEST_USER",
             "password": "OCEANBASE_TEST_PASSWORD", "source": "OCEANBASE_TEST_SOURCE_TENANT",
             "unit": "OCEANBASE_TEST_UNIT_CONFIG", "disposable": "OCEANBASE_TEST_DISPOSABLE"}
_DEFAULTS = {"host": "", "port": "2881", "user": "root@sys", "password": "", "source": "mysql001", "unit": "unit001",
             "disposable": ""}
PATIENCE = 900.0


class NotDisposable(Exception):
    """Raised when the environment names no cluster, or does not say that nothing on it is worth keeping."""


class DisposableCluster:
    """
    Cluster of the environment (VARIABLES); use it as a context manager.

    What it makes, tenants and resource pools, carries a random prefix; at the end that is dropped, and only that.
    NotDisposable before anything is sent, unless OCEANBASE_TEST_DISPOSABLE=yes.
    """

    def __init__(self) -> None:
        self.settings = {name: os.environ.get(variable, _DEFAULTS[name]) for name, variable in VARIABLES.items()}
        if not self.settings["host"]:
            raise NotDisposable("set OCEANBASE_TEST_HOST (and _PORT, _USER, _PASSWORD, _SOURCE_TENANT, _UNIT_CONFIG) "
                                "to a test cluster")
        if self.settings["disposable"] != "yes":
            raise NotDisposable("these tests clone tenants and hold the scheduler of all clones: set "
                                "OCEANBASE_TEST_DISPOSABLE=yes if the cluster at OCEANBASE_TEST_HOST is there for that")
        self.prefix = "t%s_" % secrets.token_hex(4)
        self._held: set[str] = set()
        self._made: set[str] = set()
        self._threads: list[threading.Thread] = []

    def __enter__(self) -> DisposableCluster:
        [parameter] = self.sql("SHOW PARAMETERS LIKE 'debug_sync_timeout'")[:1]
        self._timeout_before = parameter["value"]
        self.sql("ALTER SYSTEM SET debug_sync_timeout = '1000s'")
        return self

    def __exit__(self, *exc_info: Any) -> None:
        try:
            for status in list(self._held):
                self.release(status)
            for name in list(self._made):
                self._remove(name)
        finally:
            self.sql(f"ALTER SYSTEM SET debug_sync_timeout = '{self._timeout_before}'")

    def login(self) -> dict[str, Any]:
        """Returns the login options of a module."""
        return {"login_host": self.settings["host"], "login_port": int(self.settings["port"]),
                "login_user": self.settings["user"], "login_password": self.settings["password"]}

    def sql(self, *statements: str) -> list[dict[str, Any]]:
        """Runs statements on a connection of their own; the rows of the last one, labels in lower case."""
        rows: Any = ()
        with pymysql.connect(
                host=self.settings["host"], port=int(self.settings["port"]), user=self.settings["user"],
                password=self.settings["password"], ssl_disabled=True, connect_timeout=10, autocommit=True,
                cursorclass=pymysql.cursors.DictCursor) as connection, connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
                rows = cursor.fetchall()
        return [{label.lower(): value for label, value in row.items()} for row in rows]

    def job(self, clone: str) -> dict[str, Any] | None:
        """Returns the newest row of a clone's job, from PROGRESS or else from HISTORY."""
        for view in ("PROGRESS", "HISTORY"):
            rows = self.sql(f"SELECT '{view}' AS VIEW, CLONE_JOB_ID, STATUS, ERROR_MESSAGE "
                            f"FROM oceanbase.DBA_OB_CLONE_{view} WHERE CLONE_TENANT_NAME = '{clone}' "
                            "ORDER BY CLONE_JOB_ID DESC LIMIT 1")
            if rows:
                return rows[0]
        return None

    def hold(self, status: str) -> None:
        """Holds the scheduler at a status, with OceanBase's own test point (facts: Test points)."""
        self._held.add(status)
        self.sql(f"SET ob_global_debug_sync = 'HANG_IN_{status} wait_for {self.prefix}{status} execute 10000'")

    def release(self, status: str) -> None:
        """Lets the scheduler go on."""
        self.sql(f"SET ob_global_debug_sync = 'HANG_IN_{status} clear'",
                 f"SET ob_global_debug_sync = 'now signal {self.prefix}{status}'")
        self._held.discard(status)

    def start(self, name: str, until: str) -> str:
        """Starts a clone of the source tenant and returns its full name once its job is in that status."""
        clone = self.prefix + name
        self._made.add(clone)

        def create() -> None:
            # A cancel ends it with 9110.
            with contextlib.suppress(pymysql.MySQLError):
                self.sql(f"CREATE TENANT {clone} FROM {self.settings['source']} "
                         f"WITH RESOURCE_POOL = {clone}, UNIT = {self.settings['unit']}")

        thread = threading.Thread(target=create, daemon=True)
        thread.start()
        self._threads.append(thread)
        wait_for(lambda: (self.job(clone) or {}).get("status") == until, f"{clone} in {until}", PATIENCE)
        return clone

    def left(self) -> set[str]:
        """Returns names of tenants and resource pools with this prefix that exist."""
        tenants = self.sql("SELECT TENANT_NAME AS NAME FROM oceanbase.DBA_OB_TENANTS")
        pools = self.sql("SELECT NAME FROM oceanbase.DBA_OB_RESOURCE_POOLS")
        return {row["name"] for row in tenants + pools if row["name"].startswith(self.prefix)}

    def _remove(self, clone: str) -> None:
        """Cancels the clone if it still runs, then drops what it left."""
        with contextlib.suppress(pymysql.MySQLError):
            self.sql(f"ALTER SYSTEM CANCEL CLONE {clone}")
        wait_for(lambda: (self.job(clone) or {"view": "HISTORY"})["view"] == "HISTORY", f"the end of {clone}", PATIENCE)
        self.sql(f"DROP TENANT IF EXISTS {clone} FORCE", f"DROP RESOURCE POOL IF EXISTS {clone}")
        self._made.discard(clone)
