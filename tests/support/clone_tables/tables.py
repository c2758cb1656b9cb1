# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tables with the names, columns and types of the views that the modules read, planted in a real SQL engine."""

from __future__ import annotations

import datetime
from typing import Any, Iterable, Mapping, Protocol

PROGRESS = "oceanbase.DBA_OB_CLONE_PROGRESS"
HISTORY = "oceanbase.DBA_OB_CLONE_HISTORY"
TENANTS = "oceanbase.DBA_OB_TENANTS"
UNITS = "oceanbase.DBA_OB_UNIT_CONFIGS"
POOLS = "oceanbase.DBA_OB_RESOURCE_POOLS"

# The two views differ (facts: Views) in CLONE_FINISHED_TIME only.
CLONE_COLUMNS = {
    "CLONE_JOB_ID": "bigint(20) NOT NULL PRIMARY KEY",
    "TRACE_ID": "varchar(64) NOT NULL",
    "SOURCE_TENANT_ID": "bigint(20) NOT NULL",
    "SOURCE_TENANT_NAME": "varchar(128) NOT NULL",
    "CLONE_TENANT_ID": "bigint(20) NOT NULL",
    "CLONE_TENANT_NAME": "varchar(128) NOT NULL",
    "TENANT_SNAPSHOT_ID": "bigint(20) NOT NULL",
    "TENANT_SNAPSHOT_NAME": "varchar(128) NOT NULL",
    "RESOURCE_POOL_ID": "bigint(20) NOT NULL",
    "RESOURCE_POOL_NAME": "varchar(128) NOT NULL",
    "UNIT_CONFIG_NAME": "varchar(128) NOT NULL",
    "RESTORE_SCN": "bigint(20) unsigned NOT NULL",
    "STATUS": "varchar(64) NOT NULL",
    "CLONE_JOB_TYPE": "varchar(16) NOT NULL",
    "CLONE_START_TIME": "timestamp(6) NOT NULL",
    "CLONE_FINISHED_TIME": "timestamp(6) NULL",
    "RET_CODE": "bigint(20) NULL",
    "ERROR_MESSAGE": "varchar(512) NULL",
}
# The columns of DBA_OB_TENANTS that matter to a clone: which tenant, and its state (facts: Tenants).
TENANT_COLUMNS = {
    "TENANT_ID": "bigint(20) NOT NULL PRIMARY KEY",
    "TENANT_NAME": "varchar(128) NOT NULL",
    "TENANT_TYPE": "varchar(4) NULL",
    "STATUS": "varchar(64) NOT NULL",
    "TENANT_ROLE": "varchar(100) NULL",
    "IN_RECYCLEBIN": "varchar(3) NULL",
    "COMPATIBLE": "varchar(1024) NULL",
    "LOG_MODE": "varchar(100) NULL",
}
RESOURCE_COLUMNS = {"NAME": "varchar(128) NOT NULL PRIMARY KEY"}
TABLES = {PROGRESS: CLONE_COLUMNS, HISTORY: CLONE_COLUMNS, TENANTS: TENANT_COLUMNS, UNITS: RESOURCE_COLUMNS,
          POOLS: RESOURCE_COLUMNS}

STARTED = datetime.datetime(2026, 1, 26, 6, 48, 34, 452555)
FINISHED = datetime.datetime(2026, 1, 26, 6, 49, 0, 178412)
UNKNOWN_SCN = 18446744073709551615


class SqlServer(Protocol):
    """Server that runs statements: the real server or the mock."""

    def connect(self) -> Any:
        """Returns a PyMySQL connection."""


def _table(name: str, columns: Mapping[str, str]) -> str:
    return f"CREATE TABLE {name} ({', '.join(f'{column} {kind}' for column, kind in columns.items())})"


def plant(server: SqlServer) -> None:
    """Makes the tables, empty."""
    with server.connect() as connection, connection.cursor() as cursor:
        for name, columns in TABLES.items():
            cursor.execute(_table(name, columns))


def uproot(server: SqlServer) -> None:
    """Removes the tables."""
    with server.connect() as connection, connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE {', '.join(TABLES)}")


def clear(server: SqlServer) -> None:
    """Removes all rows."""
    with server.connect() as connection, connection.cursor() as cursor:
        for name in TABLES:
            cursor.execute(f"DELETE FROM {name}")


def clone_row(status: str, clone: str = "clone_a", source: str = "mysql001", job_id: int = 1706251714452555625,
              **changes: Any) -> dict[str, Any]:
    """Returns the row of a clone job in that status, as OceanBase fills it (facts: Initial values, Result columns)."""
    row: dict[str, Any] = {
        "CLONE_JOB_ID": job_id, "TRACE_ID": "YB42AC1E87C9-00060F1AD6DF026E-0-0", "SOURCE_TENANT_ID": 1002,
        "SOURCE_TENANT_NAME": source, "CLONE_TENANT_ID": 0, "CLONE_TENANT_NAME": clone, "TENANT_SNAPSHOT_ID": -1,
        "TENANT_SNAPSHOT_NAME": "", "RESOURCE_POOL_ID": -1, "RESOURCE_POOL_NAME": f"pool_{clone}"[:64],
        "UNIT_CONFIG_NAME": "unit001", "RESTORE_SCN": UNKNOWN_SCN, "STATUS": status, "CLONE_JOB_TYPE": "FORK",
        "CLONE_START_TIME": STARTED, "CLONE_FINISHED_TIME": None, "RET_CODE": None, "ERROR_MESSAGE": None}
    if status in ("CLONE_SYS_CANCELING", "CLONE_SYS_CANCELED"):
        row.update(CLONE_FINISHED_TIME=FINISHED, RET_CODE=-4072, ERROR_MESSAGE=(
            "clone job has been canceled in CLONE_SYS_CREATE_TENANT status by user command"))
    elif status.endswith("_FAIL"):
        row.update(CLONE_FINISHED_TIME=FINISHED, RET_CODE=-4733, ERROR_MESSAGE="zone resource not enough")
    row.update(changes)
    return row


def insert(server: SqlServer, table: str, *rows: Mapping[str, Any]) -> None:
    """Inserts rows into one of the tables."""
    with server.connect() as connection, connection.cursor() as cursor:
        insert_with(cursor, table, rows)


def insert_with(cursor: Any, table: str, rows: Iterable[Mapping[str, Any]]) -> None:
    """Inserts rows through a cursor, so that it can be part of a transaction."""
    for row in rows:
        places = ", ".join(["%s"] * len(row))
        cursor.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({places})", list(row.values()))
