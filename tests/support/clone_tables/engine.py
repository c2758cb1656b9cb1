# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Effects of the clone statements, as transactions of a real SQL engine on tables that stand for the clone views."""

from __future__ import annotations

import threading
import time
from typing import Any, Callable

import pymysql

from support.clone_tables.tables import HISTORY, PROGRESS, TENANTS, clone_row, insert_with
from support.servers.seekdb import SeekDB

# In the order of a job's life; in these CANCEL is accepted (facts: Cancel).
CANCELLABLE = ("CLONE_SYS_LOCK", "CLONE_SYS_CREATE_INNER_RESOURCE_POOL", "CLONE_SYS_CREATE_SNAPSHOT",
               "CLONE_SYS_WAIT_CREATE_SNAPSHOT", "CLONE_SYS_CREATE_TENANT", "CLONE_SYS_WAIT_TENANT_RESTORE_FINISH")
_NOT_ALLOWED = ("The new tenant has completed the cloning operation, or this is not the name of a cloning tenant. "
                "Cancel cloning not allowed")


class Refusal(Exception):
    """An error that the client gets."""

    def __init__(self, errno: int, sqlstate: str, text: str) -> None:
        super().__init__(text)
        self.errno = errno
        self.sqlstate = sqlstate
        self.text = text


class CloneEngine:
    """
    Clones stay in the status that a test gives them; a canceled one is cleaned up after ``cleanup_seconds``.

    ``canceling``: the status in PROGRESS after a CANCEL, CLONE_SYS_CANCELED in builds of 2023 (facts: Versions).
    """

    def __init__(self, server: SeekDB, cleanup_seconds: float = 0.3, canceling: str = "CLONE_SYS_CANCELING") -> None:
        self.server = server
        self.cleanup_seconds = cleanup_seconds
        self.canceling = canceling
        self._ended = threading.Condition()
        self._messages: dict[str, str | None] = {}
        self._stopped = False
        self._timers: list[threading.Timer] = []

    def stop(self) -> None:
        """Ends all waiting."""
        with self._ended:
            self._stopped = True
            self._ended.notify_all()
        for timer in self._timers:
            timer.cancel()
            timer.join(10)

    def clone(self, clone: str, source: str, pool: str, unit: str) -> None:
        """Executes CREATE TENANT .. FROM: blocks until the job has ended; Refusal 9110 if it was canceled."""
        job_id = time.time_ns()

        def start(cursor: Any) -> None:
            cursor.execute(f"SELECT 1 FROM {PROGRESS} WHERE SOURCE_TENANT_NAME = %s", [source])
            if cursor.fetchall():
                raise Refusal(4179, "HY000", "source tenant has a running clone job, clone tenant now not allowed")
            row = clone_row("CLONE_SYS_LOCK", clone, source, job_id, RESOURCE_POOL_NAME=pool, UNIT_CONFIG_NAME=unit)
            insert_with(cursor, PROGRESS, [row])
            cursor.execute(f"UPDATE {PROGRESS} SET CLONE_START_TIME = NOW(6) WHERE CLONE_JOB_ID = %s", [job_id])

        self._transaction(start)
        with self._ended:
            self._ended.wait_for(lambda: self._stopped or str(job_id) in self._messages)
            message = self._messages.get(str(job_id))
        if message:
            raise Refusal(9110, "HY000", message)

    def put(self, clone: str, status: str, tenant: str | None = None) -> None:
        """Moves the clone's job to a status and its tenant into another (NORMAL, RESTORE)."""
        def move(cursor: Any) -> None:
            cursor.execute(f"UPDATE {PROGRESS} SET STATUS = %s WHERE CLONE_TENANT_NAME = %s", [status, clone])
            if tenant:
                cursor.execute(f"DELETE FROM {TENANTS} WHERE TENANT_NAME = %s", [clone])
                insert_with(cursor, TENANTS, [{"TENANT_ID": time.time_ns(), "TENANT_NAME": clone,
                                               "TENANT_TYPE": "USER", "STATUS": tenant, "TENANT_ROLE": "CLONE"}])

        self._transaction(move)

    def cancel(self, name: str) -> None:
        """Executes ALTER SYSTEM CANCEL CLONE; Refusal 4179 in all the situations in which OceanBase gives it."""
        def mark(cursor: Any) -> int:
            cursor.execute(f"SELECT 1 FROM {TENANTS} WHERE BINARY TENANT_NAME = %s AND STATUS = 'NORMAL'", [name])
            normal = cursor.fetchall()
            cursor.execute(
                f"SELECT CLONE_JOB_ID, STATUS FROM {PROGRESS} WHERE CLONE_TENANT_NAME = %s FOR UPDATE", [name])
            rows = cursor.fetchall()
            if normal or not rows or rows[0]["STATUS"] not in CANCELLABLE:
                raise Refusal(4179, "HY000", _NOT_ALLOWED)
            cursor.execute(
                f"UPDATE {PROGRESS} SET STATUS = %s, RET_CODE = -4072, CLONE_FINISHED_TIME = NOW(6), "
                "ERROR_MESSAGE = %s WHERE CLONE_JOB_ID = %s",
                [self.canceling, f"clone job has been canceled in {rows[0]['STATUS']} status by user command",
                 rows[0]["CLONE_JOB_ID"]])
            return int(rows[0]["CLONE_JOB_ID"])

        job_id = self._transaction(mark)
        timer = threading.Timer(self.cleanup_seconds, self.finish, [job_id, "CLONE_SYS_CANCELED"])
        self._timers.append(timer)
        timer.start()

    def finish(self, job_id: int, status: str) -> None:
        """Moves a job to HISTORY in one transaction, and its tenant away if it was canceled."""
        def move(cursor: Any) -> str | None:
            cursor.execute(f"UPDATE {PROGRESS} SET STATUS = %s, CLONE_FINISHED_TIME = COALESCE(CLONE_FINISHED_TIME, "
                           "NOW(6)), RET_CODE = COALESCE(RET_CODE, 0) WHERE CLONE_JOB_ID = %s", [status, job_id])
            cursor.execute(f"INSERT INTO {HISTORY} SELECT * FROM {PROGRESS} WHERE CLONE_JOB_ID = %s", [job_id])
            cursor.execute(f"SELECT CLONE_TENANT_NAME, ERROR_MESSAGE FROM {PROGRESS} WHERE CLONE_JOB_ID = %s", [job_id])
            row = cursor.fetchall()[0]
            if status == "CLONE_SYS_CANCELED":
                cursor.execute(f"DELETE FROM {TENANTS} WHERE TENANT_NAME = %s", [row["CLONE_TENANT_NAME"]])
            cursor.execute(f"DELETE FROM {PROGRESS} WHERE CLONE_JOB_ID = %s", [job_id])
            message: str | None = row["ERROR_MESSAGE"]
            return message

        message = self._transaction(move)
        with self._ended:
            self._messages[str(job_id)] = message
            self._ended.notify_all()

    def _transaction(self, work: Callable[[Any], Any]) -> Any:
        """Returns what ``work(cursor)`` returns, committed; nothing is changed if it raises."""
        with self.server.connect() as connection, connection.cursor(pymysql.cursors.DictCursor) as cursor:
            connection.begin()
            try:
                result = work(cursor)
            except BaseException:
                connection.rollback()
                raise
            connection.commit()
            return result
