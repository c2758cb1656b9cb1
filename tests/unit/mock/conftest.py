# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes the mock's package importable: it lies in the files of a role, where no Python path leads."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "roles" / "sys_tenant_mock" / "files"))
sys.path.insert(0, str(Path(__file__).resolve().parent))
# ansible-test knows no tests/support.
sys.path.append(str(Path(__file__).resolve().parents[2]))
