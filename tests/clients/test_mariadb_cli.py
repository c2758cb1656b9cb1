# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The mariadb command line against the mock, as a person would type."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme

from support.servers.ob_mock import Mock, wait_for

PASSWORD = "it's \"secret\" \\ $@#"
HOLD = "CLONE_SYS_WAIT_CREATE_SNAPSHOT"
CANCEL_TEXT = ("The new tenant has completed the cloning operation, or this is not the name of a cloning tenant. "
               "Cancel cloning not allowed")
PROGRESS = "SELECT * FROM oceanbase.DBA_OB_CLONE_PROGRESS"


@pytest.fixture
def mock() -> Iterator[Mock]:
    with Mock(password=PASSWORD) as running:
        yield running


@pytest.fixture
def held(mock: Mock) -> Mock:
    """A mock with a clone job that is held, so that there is a row to read."""
    mock.hold(HOLD)
    mock.start_clone("clone_mysql001", until=HOLD)
    return mock


@pytest.mark.parametrize("trusted", [True, False])
def test_mariadb_cli_uses_tls(tmp_path: Path, trusted: bool) -> None:
    ours, stranger = trustme.CA(), trustme.CA()
    certificate = ours.issue_cert("127.0.0.1")
    certificate.cert_chain_pems[0].write_to_path(str(tmp_path / "cert.pem"))
    certificate.private_key_pem.write_to_path(str(tmp_path / "key.pem"))
    (ours if trusted else stranger).cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    with Mock(password=PASSWORD, tls_cert=tmp_path / "cert.pem", tls_key=tmp_path / "key.pem") as mock:
        shown = cli(mock, "\\s\n", "--ssl-ca", str(tmp_path / "ca.pem"), "--ssl-verify-server-cert")
        if trusted:
            assert (shown.returncode, shown.stderr) == (0, "")
            assert re.search(r"^SSL:\s+Cipher in use is TLS_", shown.stdout, re.MULTILINE)
        else:
            assert shown.returncode == 1
            assert "ERROR 2026 (HY000): TLS/SSL error" in shown.stderr
        assert mock.errors() == ""


def cli(mock: Mock, script: str, *options: str) -> subprocess.CompletedProcess[str]:
    """Gives a script to the client, as a person would type it."""
    return subprocess.run(
        ["mariadb", "--no-defaults", "--protocol=tcp", "--host", mock.host, "--port", str(mock.port), "--user=root@sys",
         *options], input=script, capture_output=True, text=True, timeout=60, check=False,
        env={**os.environ, "MYSQL_PWD": PASSWORD, "LANG": "C.UTF-8", "MYSQL_HISTFILE": os.devnull})


def test_mariadb_cli_tells_the_official_example(held: Mock) -> None:
    shown = cli(held, PROGRESS + "\\G")
    assert (shown.returncode, shown.stderr) == (0, "")
    assert re.search(r"^ +STATUS: " + HOLD + "$", shown.stdout, re.MULTILINE)
    assert re.search(r"^ +CLONE_FINISHED_TIME: NULL$", shown.stdout, re.MULTILINE)
    canceled = cli(held, "ALTER SYSTEM CANCEL CLONE clone_mysql001;", "-vvv")
    assert canceled.returncode == 0
    assert "Query OK, 0 rows affected" in canceled.stdout
    wait_for(held.history, "the canceled job in HISTORY")
    history = cli(held, "SELECT STATUS, RET_CODE, ERROR_MESSAGE FROM oceanbase.DBA_OB_CLONE_HISTORY;",
                  "--table")
    assert "| CLONE_SYS_CANCELED |    -4072 | clone job has been canceled in " + HOLD + " status by user command |" \
        in history.stdout
    again = cli(held, "ALTER SYSTEM CANCEL CLONE clone_mysql001;")
    assert again.returncode == 1
    assert again.stderr.strip().endswith("ERROR 4179 (HY000) at line 1: " + CANCEL_TEXT)


def test_mariadb_cli_reads_the_names_for_completion(held: Mock) -> None:
    shown = cli(held, "SELECT COUNT(*) FROM DBA_OB_TENANTS;\n\\s\n", "--auto-rehash", "--batch", "oceanbase")
    assert (shown.returncode, shown.stderr) == (0, "")
    assert "Server version:\t\t5.7.25" in shown.stdout
    assert "Current database:\toceanbase" in shown.stdout


def test_mariadb_cli_is_refused(mock: Mock) -> None:
    refused = cli(mock, "SELECT 1", "--password=wrong")
    assert refused.returncode == 1
    assert "ERROR 1045 (42000): Access denied for user 'root'@'xxx.xxx.xxx.xxx' (using password: YES)" in refused.stderr
