# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release. Do not use it from elsewhere.
"""Decides what to do about a clone job: one pure function for check mode and the real run."""

from __future__ import annotations

import enum
from typing import NamedTuple, Optional

from .._views.jobs import (
    CANCELED,
    HISTORY,
    PROGRESS,
    CloneJob,
    Phase,
    unknown_status,
)


class Action(enum.Enum):
    """Steps that remain."""

    CANCEL = "cancel"
    WAIT = "wait"
    NOTHING = "nothing"


class Outcome:
    """Outcomes that a play branches on. Text constants, so that a result needs no conversion."""

    CANCELED = "canceled"
    CANCELING = "canceling"
    ALREADY_CANCELED = "already_canceled"
    COMPLETED = "completed"
    FAILED = "failed"
    NOT_FOUND = "not_found"
    # Of several clones that do not all have the same one.
    MIXED = "mixed"

    ALL = (CANCELED, CANCELING, ALREADY_CANCELED, COMPLETED, FAILED, NOT_FOUND)


class Decision(NamedTuple):
    """An action, and the outcome once it is done."""

    action: Action
    outcome: str


def decide(progress: Optional[CloneJob], history: Optional[CloneJob], tenant_normal: bool = False,
           wait: bool = True, ours: bool = False, until_ended: bool = False) -> Decision:
    """
    Returns what to do about the job, and what it will be called.

    In: the job's row in PROGRESS or None; the newest matching row in HISTORY or None; whether a NORMAL tenant has the
    clone's name, as OceanBase then refuses a CANCEL whatever the status says (facts: Normal path); whether the
    caller waits for the end of a clean-up; whether the CANCEL that the job shows is one of this run; whether the caller
    also waits until a job that is not canceled has left PROGRESS.
    UnsupportedVersion for a status that this collection does not know: guessing could cancel what must not be.
    """
    job = progress or history
    if job is None:
        return Decision(Action.NOTHING, Outcome.COMPLETED if tenant_normal else Outcome.NOT_FOUND)
    if job.phase is None or (job.view == HISTORY and job.phase is Phase.CANCELLABLE):
        raise unknown_status(job)
    if job.phase is Phase.CANCELLABLE and not tenant_normal:
        return Decision(Action.CANCEL, Outcome.CANCELED if wait else Outcome.CANCELING)
    if job.phase is not Phase.CANCELED:
        until_then = Action.WAIT if until_ended and wait and job.view == PROGRESS else Action.NOTHING
        return Decision(until_then, Outcome.FAILED if job.phase is Phase.FAILED else Outcome.COMPLETED)
    if job.view == HISTORY and job.status == CANCELED:
        return Decision(Action.NOTHING, Outcome.CANCELED if ours else Outcome.ALREADY_CANCELED)
    # The clean-up goes on.
    if not wait:
        return Decision(Action.NOTHING, Outcome.CANCELING)
    return Decision(Action.WAIT, Outcome.CANCELED if ours else Outcome.ALREADY_CANCELED)
