# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Peer collection ansible.mysql, with the module mysql_query that people use without community.oceanbase."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from support import REPOSITORY

PEERS = REPOSITORY / ".cache" / "peers"
# The release of the package ansible that holds ansible.mysql 5.2.0, the home of mysql_query.
_PACKAGE = "ansible==14.5.0"
_COLLECTION = "ansible_collections/ansible/mysql/"


def fetch_peer() -> None:
    """Puts the collection ansible.mysql into .cache, unless it is there; needs the network once (55 MB)."""
    if (PEERS / _COLLECTION).exists():
        return
    # The environment has no pip; the Python that it was made with has.
    python = Path(sys.base_prefix, "bin", "python%d.%d" % sys.version_info[:2])
    with tempfile.TemporaryDirectory(prefix="peer_") as folder:
        # That release wants a newer Python than this may be, but its collections do not.
        subprocess.run([python, "-m", "pip", "download", "-qq", "--disable-pip-version-check", "--no-deps",
                        "--only-binary=:all:", "--python-version", "3.12", "--dest", folder, _PACKAGE], check=True)
        [wheel] = Path(folder).glob("*.whl")
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(PEERS, [name for name in archive.namelist() if name.startswith(_COLLECTION)])
