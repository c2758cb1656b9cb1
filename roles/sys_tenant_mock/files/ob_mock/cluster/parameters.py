# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Cluster parameters: the ones that a clone or a client can meet."""

from __future__ import annotations

import re
from typing import Dict, Iterator, NamedTuple

from ..sql.errors import error


class Parameter(NamedTuple):
    """One parameter: its type as SHOW PARAMETERS names it, default, section and purpose."""

    data_type: str
    default: str
    section: str
    info: str


KNOWN: Dict[str, Parameter] = {
    "cluster": Parameter("STRING", "obcluster", "OBSERVER", "Name of the cluster"),
    "cluster_id": Parameter("INT", "1", "OBSERVER", "ID of the cluster"),
    "debug_sync_timeout": Parameter(
        "TIME", "0", "OBSERVER", "Enable the debug sync facility and optionally specify a default wait timeout in "
        "micro seconds. A zero value keeps the facility disabled"),
    "enable_rich_error_msg": Parameter(
        "BOOL", "False", "OBSERVER", "specifies whether add ip:port, time and trace id to user error message. "
        "The default value is FALSE."),
    "enable_upgrade_mode": Parameter("BOOL", "False", "ROOT_SERVICE", "specifies whether upgrade mode is turned on"),
    "mysql_port": Parameter("INT", "2881", "OBSERVER", "the port number for SQL service"),
    "ssl_client_authentication": Parameter("BOOL", "False", "OBSERVER", "turn on SSL"),
    "_ob_ddl_timeout": Parameter("TIME", "1000s", "OBSERVER", "the config parameter of ddl timeout"),
}
_UNITS = {"us": 1e-6, "": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}


def duration(text: str) -> float:
    """
    Returns seconds for a value such as ``1000s``; a bare number counts microseconds. Error 4147 for anything else.
    """
    match = re.fullmatch(r"\s*(\d+)\s*(us|ms|s|m|h|d|)\s*", text.lower())
    if match is None:
        raise error("OB_INVALID_CONFIG")
    return int(match.group(1)) * _UNITS[match.group(2)]


class Parameters:
    """Present values, by name."""

    def __init__(self) -> None:
        self._values = {name: parameter.default for name, parameter in KNOWN.items()}

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self._values))

    def __getitem__(self, name: str) -> str:
        return self._values[name]

    def flag(self, name: str) -> bool:
        """Returns a parameter of type BOOL."""
        return self._values[name] == "True"

    def seconds(self, name: str) -> float:
        """Returns a parameter of type TIME."""
        return duration(self._values[name])

    def set(self, name: str, value: str) -> None:
        """Executes ALTER SYSTEM SET: error 5099 for an unknown name, 4147 for a value of the wrong type."""
        name = name.lower()
        if name not in KNOWN:
            raise error("OB_ERR_INVALID_CONFIG")
        kind = KNOWN[name].data_type
        if kind == "BOOL":
            truth = {"true": "True", "on": "True", "1": "True", "t": "True", "yes": "True",
                     "false": "False", "off": "False", "0": "False", "f": "False", "no": "False"}
            if value.lower() not in truth:
                raise error("OB_INVALID_CONFIG")
            value = truth[value.lower()]
        elif kind == "TIME":
            duration(value)
        elif kind == "INT" and not re.fullmatch(r"-?\d+", value):
            raise error("OB_INVALID_CONFIG")
        self._values[name] = value
