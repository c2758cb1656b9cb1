# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tarball holds all that a user needs, in the four folders that an installed collection may rely on."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from support.ob_mock import Mock

REPOSITORY = Path(__file__).resolve().parents[2]
NEEDED = {"meta", "plugins", "roles", "playbooks"}


@pytest.fixture(scope="module")
def tarball() -> Path:
    """The collection as `make build` packs it."""
    subprocess.run([sys.executable, str(REPOSITORY / "scripts" / "build.py")], check=True)
    return max((REPOSITORY / ".cache" / "build").glob("*.tar.gz"), key=lambda path: path.stat().st_mtime)


def test_the_tarball_holds_nothing_that_was_made_here(tarball: Path) -> None:
    with tarfile.open(tarball) as archive:
        names = archive.getnames()
    assert "plugins/modules/ob_clone_cancel.py" in names
    assert "roles/sys_tenant_mock/files/ob_mock/__main__.py" in names
    hidden = {name.split("/")[0] for name in names if name.startswith(".")}
    assert hidden <= {".ansible-lint", ".yamllint"}
    assert [name for name in names if name.endswith((".pyc", ".tar.gz"))] == []


def test_the_demo_playbook_runs_from_an_installed_collection(tarball: Path, tmp_path: Path) -> None:
    environment = {**os.environ, "ANSIBLE_COLLECTIONS_PATH": str(tmp_path), "ANSIBLE_HOME": str(tmp_path / "home")}
    subprocess.run(
        [sys.executable, "-m", "ansible", "galaxy", "collection", "install", "--offline", "--collections-path",
         str(tmp_path), str(tarball)], env=environment, check=True)
    collection = tmp_path / "ansible_collections" / "community" / "oceanbase"
    for path in collection.iterdir():
        if path.is_dir() and path.name not in NEEDED:
            shutil.rmtree(path)
    status = "CLONE_SYS_WAIT_CREATE_SNAPSHOT"
    with Mock() as mock:
        mock.hold(status)
        mock.start_clone("clone_mysql001", until=status)
        variables = json.dumps({"oceanbase_login": {"login_host": mock.host, "login_port": mock.port}})
        subprocess.run(
            [sys.executable, "-m", "ansible", "playbook", "community.oceanbase.demo", "--extra-vars", variables],
            env=environment, cwd=tmp_path, check=True)
        assert len(mock.cancels(accepted_only=True)) == 1
