# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release. Do not use it from elsewhere.

from __future__ import annotations


class ModuleDocFragment:
    # A module that differs says so itself.
    DOCUMENTATION = r"""
options: {}
attributes:
  check_mode:
    description: Can run in C(check_mode) and predicts what a real run would do without changing the server.
    support: full
  diff_mode:
    description: Returns in C(diff) what changed, or would change in C(check_mode).
    support: full
  idempotent:
    description: A second run with the same options reports no change, as long as nobody else changed the server.
    support: full
  async:
    description: Can be run with C(async).
    support: full
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

    # For a module that does not log in to a server.
    LOCAL = r"""
options: {}
attributes:
  check_mode:
    description: Can run in C(check_mode) and predicts what a real run would do.
    support: full
  diff_mode:
    description: Returns in C(diff) what changed, or would change in C(check_mode).
    support: none
  async:
    description: Can be run with C(async).
    support: none
  platform:
    description: Where the module can run.
    support: full
    platforms: posix
"""

    # For a module that changes nothing; to be named before the attributes that it narrows.
    INFO_MODULE = r"""
options: {}
attributes:
  diff_mode:
    support: none
    details:
      - There is nothing to show, because the module changes nothing.
"""
