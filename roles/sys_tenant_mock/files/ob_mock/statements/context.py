# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Context that every statement works on: the cluster, its clone scheduler, variables, queries, faults and sessions."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Dict

from ..cluster.admission import LoginRules
from ..cluster.clone_scheduler import Scheduler
from ..cluster.inventory import Cluster
from ..cluster.session import Session
from ..cluster.variables import Variables
from ..scenario.faults import Faults
from ..sql.queries import Queries


@dataclass
class Context:
    """Parts of one mock. observers: by port, each with ``start()`` and ``stop()``."""

    cluster: Cluster
    scheduler: Scheduler
    variables: Variables
    queries: Queries
    faults: Faults
    sessions: Dict[int, Session]
    login_rules: LoginRules
    observers: Dict[int, Any] = field(default_factory=dict)
