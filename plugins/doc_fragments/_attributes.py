# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release. Do not use it from elsewhere.

from __future__ import annotations


class ModuleDocFragment:
    # What the attributes mean; a module adds its support and details.
    DOCUMENTATION = r"""
options: {}
attributes:
  check_mode:
    description: Can run in C(check_mode) and predicts what a real run would do without changing the server.
  diff_mode:
    description: Returns in C(diff) what changed, or would change in C(check_mode).
  idempotent:
    description: A second run with the same options reports no change, as long as nobody else changed the server.
  async:
    description: Can be run with C(async).
  platform:
    description: Where the module can run.
    support: full
    platforms: posix
  action_group:
    description: Takes its defaults from C(group/community.oceanbase.oceanbase) in C(module_defaults).
    support: full
    membership:
      - community.oceanbase.oceanbase
"""
