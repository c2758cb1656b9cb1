# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release. Do not use it from elsewhere.

from __future__ import annotations


class ModuleDocFragment:
    # Waiting for a clone job, and naming it.
    DOCUMENTATION = r"""
options:
  wait:
    description: Whether to wait until the clone job has ended and its row is in C(DBA_OB_CLONE_HISTORY).
    type: bool
    default: true
  poll_interval:
    description:
      - Longest time between two queries of the views, in seconds.
      - The first queries follow each other faster, after a twentieth of the time waited so far, and at least 0.1
        seconds.
    type: float
    default: 1.0
"""

    SELECTORS = r"""
options:
  clone_tenant:
    description:
      - Name of the new tenant that the clone job makes.
      - Names are compared exactly, also in case. A name with a quote, backslash, back-quote or control character, an
        empty name, or one over 64 bytes is refused before anything is sent.
    type: str
    aliases: [new_tenant_name]
  source_tenant:
    description:
      - Name of the tenant that is being cloned. The same rules apply as for O(clone_tenant).
      - OceanBase allows one running clone for a source tenant.
    type: str
  clone_job_id:
    description:
      - Id of the clone job, C(CLONE_JOB_ID) in the views. Write it in quotes, since it is larger than what JSON
        readers keep exact.
      - Together with a name it keeps a later job of the same name safe.
    type: str
"""
