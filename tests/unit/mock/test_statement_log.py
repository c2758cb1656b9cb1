# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The statement log: its lines, and that no password gets into it."""

from __future__ import annotations

import json
import os
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from ob_mock.protocol.statement_log import StatementLog, masked, masked_message


@pytest.mark.parametrize("statement", [
    "CREATE USER u IDENTIFIED BY 'S3cret!'",
    "create user u identified  by\n\"S3cret!\"",
    "ALTER USER u IDENTIFIED/* why */BY/**/'S3cret!' ACCOUNT LOCK",
    "CREATE USER a IDENTIFIED BY 'S3cret!', b IDENTIFIED BY 'S3cret!'",
    "GRANT ALL ON *.* TO u IDENTIFIED BY PASSWORD '*S3cret!'",
    "SET PASSWORD = 'S3cret!'",
    "SET PASSWORD FOR 'u'@'%' = PASSWORD('S3cret!')",
    "SET PASSWORD FOR u = 'S3cret!'",
    "ALTER USER u IDENTIFIED BY 'it''s \\'S3cret!'",
    "CREATE USER u IDENTIFIED BY 'S3cret!"])
def test_passwords_are_masked(statement: str) -> None:
    assert "S3cret!" not in masked(statement)
    assert "***" in masked(statement)


def test_nothing_else_is_masked() -> None:
    statement = "CREATE TENANT a FROM b WITH RESOURCE_POOL = 'p', UNIT = 'u'"
    assert masked(statement) == statement
    assert masked("CREATE USER 'u'@'%' IDENTIFIED BY 'p' ACCOUNT LOCK") \
        == "CREATE USER 'u'@'%' IDENTIFIED BY '***' ACCOUNT LOCK"


@pytest.mark.parametrize("message", ["... near ''S3cret!' FOO' at line 1", "... near 'S3cret! FOO' at line 1"])
def test_an_error_that_quotes_the_statement_is_masked(message: str) -> None:
    assert "S3cret!" not in masked_message(message, "CREATE USER u IDENTIFIED BY 'S3cret!' FOO")


def test_a_line_tells_who_asked_what_and_was_told_what(tmp_path: Path) -> None:
    path = tmp_path / "log"
    log = StatementLog(str(path))
    log.write(2881, 7, "root", "sys", "SELECT 1", "rows", 0.25, rows=3)
    log.write(2881, 7, "root", "sys", "x", "error", 0.0, errno=1064, sqlstate="42000", message="near 'x'")
    rows, error = (json.loads(line) for line in path.read_text(encoding="utf-8").splitlines())
    log.close()
    moment = datetime.strptime(rows.pop("time"), "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=timezone.utc)
    assert abs(datetime.now(timezone.utc) - moment) < timedelta(minutes=1)
    assert rows == {"port": 2881, "session": 7, "user": "root", "tenant": "sys", "statement": "SELECT 1",
                    "answer": "rows", "elapsed": 0.25, "rows": 3}
    assert (error["errno"], error["sqlstate"], error["message"]) == (1064, "42000", "near 'x'")


def test_the_file_is_its_owners_and_is_appended_to(tmp_path: Path) -> None:
    path = tmp_path / "log"
    for _unused in range(2):
        log = StatementLog(str(path))
        log.write(2881, 1, "", "", "CLOSE", "ok", 0.0)
        log.close()
    assert len(path.read_text(encoding="utf-8").splitlines()) == 2
    assert os.stat(path).st_mode & 0o077 == 0


def test_without_a_path_there_is_no_log() -> None:
    log = StatementLog()
    log.write(2881, 1, "", "", "CLOSE", "ok", 0.0)
    log.close()
