# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""
An ansible-rulebook event source for the clone jobs of an OceanBase cluster.

Reads DBA_OB_CLONE_PROGRESS and DBA_OB_CLONE_HISTORY in one statement every few seconds, and puts an event for each job
that appears, changes its status, is stuck, or ends. A lost connection loses and doubles no event: the source connects
again, to another observer if several are named, and goes on from the job ids and statuses that it has seen.

Arguments:
---------
cluster:       a label for the events, for example the name of the inventory host; default: the first host and its port
poll_interval: seconds between two looks; default 5
stuck_after:   age in seconds from which a running job is stuck; default 3600
login_*, config_file, connect_timeout, read_timeout, ca_cert, client_cert, client_key, check_hostname, session_vars:
               as of the modules of community.oceanbase; the environment variables OCEANBASE_* work as well

Events:
------
clone_job.type:            appeared, status_changed, stuck, ended, or vanished (its row was removed from both views)
clone_job.cluster:         the label
clone_job.previous_status: the status at the look before, or null
clone_job.job:             the row, with the keys that community.oceanbase.ob_clone_info returns

Each type comes once for a job, status_changed once for each status that a look shows. When it starts, the source
reports every running job as appeared, and no job that has ended before. So that nothing takes a tenant's name for a
template, the braces of {{, {% and {# in texts are set apart by a space.

It tries for as long as it takes to connect. It ends, with a message, if its arguments are wrong, or if the first login
is refused or shows that the clone jobs cannot be read.

Example:
-------
sources:
  - name: Clone jobs
    community.oceanbase.clone_jobs:
      cluster: staging
      login_host: 10.0.0.9,10.0.0.10
      stuck_after: 1800

"""

from __future__ import annotations

import asyncio
import logging
import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

# ansible-rulebook runs this file by its path, so the collection is imported from the folder above ansible_collections.
_TREE = next(
    (str(folder.parent) for folder in Path(__file__).absolute().parents if folder.name == "ansible_collections"), None)
if _TREE is not None and _TREE not in sys.path:
    sys.path.append(_TREE)

from ansible_collections.community.oceanbase.plugins.module_utils._clock import Clock, back_off, check_seconds
from ansible_collections.community.oceanbase.plugins.module_utils._connection.driver import require_driver
from ansible_collections.community.oceanbase.plugins.module_utils._connection.login import (
    LOGIN_EXCLUSIVE,
    Login,
    login_argument_spec,
    resolve_login,
)
from ansible_collections.community.oceanbase.plugins.module_utils._connection.session import Session
from ansible_collections.community.oceanbase.plugins.module_utils._errors import (
    Failure,
    InvalidOption,
    Unreachable,
)
from ansible_collections.community.oceanbase.plugins.module_utils._masking import mask
from ansible_collections.community.oceanbase.plugins.module_utils._options import unknown_options, unusable_value
from ansible_collections.community.oceanbase.plugins.module_utils._procedures.events import Known, advance, parts
from ansible_collections.community.oceanbase.plugins.module_utils._runner import named_secrets
from ansible_collections.community.oceanbase.plugins.module_utils._views.jobs import read_rows

DOING = "watch the clone jobs"
OPTIONS = {
    **login_argument_spec(),
    "cluster": {"type": "str"},
    "poll_interval": {"type": "float", "default": 5.0},
    "stuck_after": {"type": "float", "default": 3600.0},
}
# Seconds until the next try after a refusal that no try will mend: often enough once somebody has mended it, and too
# seldom to lock the account.
_LASTING_PAUSE = 60.0
_LOG = logging.getLogger("community.oceanbase.clone_jobs")
_TEMPLATE = re.compile(r"\{(?=[{%#])")


def read_options(args: Mapping[str, Any]) -> dict[str, Any]:
    """Returns the arguments of the source with defaults; InvalidOption if one is unknown, of no use or out of range."""
    given = {name: value for name, value in args.items() if value is not None and not name.startswith("eda_")}
    wrong = unknown_options(given, OPTIONS) or unusable_value(given, OPTIONS)
    options: dict[str, Any] = {}
    if not wrong:
        validated = ArgumentSpecValidator(
            OPTIONS, mutually_exclusive=[list(names) for names in LOGIN_EXCLUSIVE]).validate(given)
        options, wrong = validated.validated_parameters, "; ".join(validated.error_messages)
    if wrong:
        raise InvalidOption(wrong, "Correct the arguments of the source.")
    for option in ("poll_interval", "stuck_after"):
        check_seconds(option, options[option])
    return options


def without_templates(value: Any) -> Any:
    """Returns the value with no text in it that Ansible takes for a template, wherever a rule passes it on."""
    if isinstance(value, str):
        return _TEMPLATE.sub("{ ", value)
    if isinstance(value, Mapping):
        return {key: without_templates(item) for key, item in value.items()}
    return value


class Watch:
    """Looks at the clone jobs of one cluster, on one session. ``secrets`` are masked in what is said about failures."""

    def __init__(self, options: Mapping[str, Any], login: Login, session: Session, secrets: set[str]) -> None:
        self.cluster = options["cluster"] or str(login.addresses[0])
        self.poll_interval = options["poll_interval"]
        self.stuck_after = options["stuck_after"]
        self.login = login
        self.session = session
        self.secrets = secrets
        self.known: Known | None = None
        self._clock = Clock()
        self._failures = 0

    async def look(self) -> tuple[list[dict[str, Any]], float]:
        """
        Returns the events since the last look, and the seconds until the next one. Raises a Failure only before the
        first look, and only one that no further try mends.
        """
        try:
            rows = await self._in_thread()
        except Failure as failure:
            # A first connection that is refused counts as lasting elsewhere, but observers start later than rulebooks.
            passing = failure.transient or isinstance(failure, Unreachable)
            if self.known is None and not passing:
                raise
            self._failures += 1
            pause = back_off(self._failures) if passing else _LASTING_PAUSE
            _LOG.warning("%s: cannot %s: %s. Trying again in %s s.", self.cluster, DOING,
                         mask(failure.message.rstrip("."), self.secrets), format(pause, "g"))
            return [], pause
        if self._failures:
            _LOG.warning("%s: can %s again, at %s.", self.cluster, DOING, self.session.login_address)
        self._failures = 0
        self.known, events = advance(self.known, rows, self.stuck_after)
        return [{"clone_job": {**without_templates(event), "cluster": self.cluster}} for event in events
                ], self.poll_interval

    async def _in_thread(self) -> list[dict[str, Any]]:
        """Returns the rows; when it is canceled, ends the statement that is under way first."""
        reading = asyncio.ensure_future(asyncio.to_thread(self._read))
        try:
            return await asyncio.shield(reading)
        except asyncio.CancelledError:
            self.session.hang_up()
            await asyncio.wait([reading])
            reading.exception()
            raise

    def _read(self) -> list[dict[str, Any]]:
        budget = self._clock.budget(self.login.connect_timeout, self.login.read_timeout)
        return read_rows(self.session, parts(self.known), budget)


async def main(queue: asyncio.Queue[dict[str, Any]], args: dict[str, Any]) -> None:
    """Puts events until it is canceled; RuntimeError with a sentence if no further try can succeed."""
    secrets = named_secrets(args, os.environ)
    try:
        options = read_options(args)
        require_driver(sys.executable)
        login = resolve_login(options, os.environ)
        if login.password:
            secrets.add(login.password)
        with Session(login) as session:
            watch = Watch(options, login, session, secrets)
            while True:
                events, pause = await watch.look()
                for event in events:
                    await queue.put(event)
                await asyncio.sleep(pause)
    except Failure as failure:
        raise RuntimeError(mask(failure.sentence(DOING), secrets)) from None


if __name__ == "__main__":
    class _Printer:
        async def put(self, event: dict[str, Any]) -> None:
            """Prints an event: for a try on the command line, as in ``clone_jobs.py stuck_after=60``."""
            print(event, flush=True)

    asyncio.run(main(_Printer(), dict(argument.split("=", 1) for argument in sys.argv[1:])))  # type: ignore[arg-type]
