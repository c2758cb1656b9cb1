# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""SQL functions of OceanBase's MySQL mode that SQLite lacks or means differently."""

from __future__ import annotations

import calendar
import re
import sqlite3
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Any, Callable, Dict, Optional, Tuple

from ..cluster import clock as times
from ..cluster.inventory import Cluster
from ..cluster.session import Session
from ..cluster.tables import fold
from .results import float_text

_SECONDS = {"MICROSECOND": 1e-6, "SECOND": 1, "MINUTE": 60, "HOUR": 3600, "DAY": 86400, "WEEK": 604800}
_MONTHS = {"MONTH": 1, "QUARTER": 3, "YEAR": 12}
_WHOLE_DAYS = ("DAY", "WEEK") + tuple(_MONTHS)
INTERVAL_UNITS = tuple(_SECONDS) + tuple(_MONTHS)
_FORMATS = {"Y": "%Y", "m": "%m", "d": "%d", "H": "%H", "i": "%M", "s": "%S", "S": "%S", "f": "%f", "T": "%H:%M:%S",
            "y": "%y", "M": "%B", "b": "%b", "p": "%p", "j": "%j", "W": "%A", "a": "%a", "h": "%I", "%": "%%"}


def _text(value: Any) -> str:
    if isinstance(value, float):
        return float_text(value)
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def concat(*values: Any) -> Optional[str]:
    """Computes CONCAT: NULL when any argument is NULL."""
    return None if None in values else "".join(map(_text, values))


def concat_ws(separator: Any, *values: Any) -> Optional[str]:
    """Computes CONCAT_WS: skips NULL."""
    return None if separator is None else _text(separator).join(_text(value) for value in values if value is not None)


def date_add(value: Any, amount: Any, unit: str) -> Optional[str]:
    """Returns ``value`` plus an interval, as text with the fraction only when there is one."""
    moment = times.read(_text(value)) if value is not None else None
    if moment is None or amount is None:
        return None
    if unit in _MONTHS:
        months = moment.year * 12 + moment.month - 1 + int(amount) * _MONTHS[unit]
        year, month = divmod(months, 12)
        last = calendar.monthrange(year, month + 1)[1]
        moment = moment.replace(year=year, month=month + 1, day=min(moment.day, last))
    else:
        moment += timedelta(microseconds=round(float(amount) * _SECONDS[unit] * 1_000_000))
    if len(_text(value).strip()) <= len("2026-01-01") and unit in _WHOLE_DAYS:
        return moment.date().isoformat()
    return moment.isoformat(" ", "microseconds" if moment.microsecond or "." in _text(value) else "seconds")


def timestampdiff(unit: str, earlier: Any, later: Any) -> Optional[int]:
    """Returns whole units from ``earlier`` to ``later``."""
    first, last = (times.read(_text(value)) if value is not None else None for value in (earlier, later))
    if first is None or last is None:
        return None
    if unit.upper() in _MONTHS:
        months = (last.year - first.year) * 12 + last.month - first.month
        rest_first, rest_last = ((one.day, one.time()) for one in (first, last))
        if months > 0 and rest_last < rest_first:
            months -= 1
        elif months < 0 and rest_last > rest_first:
            months += 1
        return int(months / _MONTHS[unit.upper()])
    return int((last - first) / timedelta(microseconds=1) / (_SECONDS[unit.upper()] * 1_000_000))


def cast_datetime(value: Any, digits: int) -> Optional[str]:
    """Computes CAST(value AS DATETIME(digits)), rounded; NULL for what is not a time."""
    moment = times.read(_text(value)) if value is not None else None
    if moment is None:
        return None
    unit = 10 ** (6 - digits)
    return times.show((times.since_epoch(moment) + unit // 2) // unit * unit, 0, digits)


def date_format(value: Any, pattern: str) -> Optional[str]:
    """Computes DATE_FORMAT with MySQL's format letters."""
    moment = times.read(_text(value)) if value is not None else None
    if moment is None:
        return None
    return moment.strftime(re.sub(r"%(.)", lambda match: _FORMATS.get(match.group(1), match.group(1)), pattern))


def regexp(pattern: Any, value: Any) -> Optional[bool]:
    """Computes ``value REGEXP pattern``: found anywhere, case does not matter."""
    if pattern is None or value is None:
        return None
    return re.search(_text(pattern), _text(value), re.IGNORECASE) is not None


@lru_cache(maxsize=1000)
def _like_pattern(pattern: str) -> re.Pattern[str]:
    parts = re.findall(r"\\.|.", pattern, re.DOTALL)
    wild = {"%": ".*", "_": "."}
    return re.compile("".join(wild.get(part) or re.escape(part[-1]) for part in parts), re.DOTALL | re.IGNORECASE)


def like(pattern: Any, value: Any) -> Optional[bool]:
    """Computes ``value LIKE pattern`` with MySQL's escape, the backslash."""
    if pattern is None or value is None:
        return None
    return _like_pattern(_text(pattern)).fullmatch(_text(value)) is not None


def locate(part: Any, value: Any, start: int = 1) -> Optional[int]:
    """Computes LOCATE: the place of ``part`` in ``value`` counted from 1, or 0."""
    if part is None or value is None:
        return None
    return _text(value).lower().find(_text(part).lower(), start - 1) + 1


def hexadecimal(value: Any) -> Optional[str]:
    """Returns HEX: of a number its 64 bits, of text or bytes each byte."""
    if value is None:
        return None
    if isinstance(value, (int, float)):
        return "%X" % (int(Decimal(value).quantize(Decimal(1), ROUND_HALF_UP)) & (2 ** 64 - 1))
    return (value if isinstance(value, bytes) else _text(value).encode()).hex().upper()


def strcmp(one: Any, other: Any) -> Optional[int]:
    """Returns STRCMP: -1, 0 or 1 in the order of the default collation."""
    if one is None or other is None:
        return None
    first, second = fold(_text(one)), fold(_text(other))
    return (first > second) - (first < second)


def upper(value: Any) -> Optional[str]:
    """Returns UPPER, also beyond ASCII."""
    return None if value is None else _text(value).upper()


def lower(value: Any) -> Optional[str]:
    """Returns LOWER, also beyond ASCII."""
    return None if value is None else _text(value).lower()


def _extreme(choose: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *values: None if None in values else choose(values)


class SessionFunctions:
    """Functions whose value depends on who asks and when; ``session`` is the one whose statement runs."""

    def __init__(self, cluster: Cluster, variables: Any) -> None:
        self._cluster = cluster
        self._variables = variables
        self.session: Optional[Session] = None

    @property
    def _who(self) -> Session:
        assert self.session is not None
        return self.session

    def local_time(self, microseconds: Optional[int]) -> Optional[str]:
        """Returns a stored time in the time zone of the session."""
        return None if microseconds is None else times.show(microseconds, self._who.utc_offset)

    def now(self, digits: int = 0) -> str:
        """Computes NOW([digits])."""
        return times.show(self._cluster.clock.wall(), self._who.utc_offset, digits)

    def utc_timestamp(self, digits: int = 0) -> str:
        """Computes UTC_TIMESTAMP([digits])."""
        return times.show(self._cluster.clock.wall(), 0, digits)

    def unix_timestamp(self, value: Any = None) -> Any:
        """Computes UNIX_TIMESTAMP([text]): seconds, with a fraction only when the text has one."""
        if value is None:
            return self._cluster.clock.wall() // 1_000_000
        moment = times.read(_text(value))
        if moment is None:
            return 0
        seconds = times.since_epoch(moment) / 1_000_000 - self._who.utc_offset
        return seconds if "." in _text(value) else int(seconds)

    def from_unixtime(self, seconds: Any) -> Optional[str]:
        """Computes FROM_UNIXTIME(seconds)."""
        if seconds is None:
            return None
        digits = 6 if isinstance(seconds, float) else 0
        return times.show(int(float(seconds) * 1_000_000), self._who.utc_offset, digits)

    def current_user(self) -> str:
        """Returns CURRENT_USER(): the account; hosts are not told apart."""
        return self._who.user + "@%"

    def last_insert_id(self, value: Any = None) -> Any:
        """Returns LAST_INSERT_ID([number]): with a number it becomes the one that is told from then on."""
        if value is not None:
            self._variables.set(self._who, "session", "last_insert_id", int(value))
        return self._variables.get(self._who, "last_insert_id")

    def user(self) -> str:
        """Returns USER(): the name and the client's address."""
        return "%s@%s" % (self._who.user, self._who.host)

    def table(self) -> Dict[str, Tuple[int, Callable[..., Any]]]:
        """Returns every function of the mock: name to (number of arguments, -1 for any; function)."""
        who = self
        version = self._cluster.version_text
        return {
            "local_time": (1, self.local_time), "now": (-1, self.now), "sysdate": (-1, self.now),
            "current_timestamp": (-1, self.now), "localtime": (-1, self.now), "utc_timestamp": (-1, self.utc_timestamp),
            "curdate": (0, lambda: who.now()[:10]), "curtime": (0, lambda: who.now()[11:]),
            "unix_timestamp": (-1, self.unix_timestamp), "from_unixtime": (1, self.from_unixtime),
            "timestampdiff": (3, timestampdiff), "date_add": (3, date_add), "date_format": (2, date_format),
            "date_sub": (3, lambda value, amount, unit: date_add(value, None if amount is None else -amount, unit)),
            "now_scn": (0, lambda: str(who._cluster.clock.wall() * 1000)),
            "version": (0, lambda: mysql_version(version)), "ob_version": (0, lambda: version),
            "build_version": (0, lambda: build_version(version)),
            "effective_tenant": (0, lambda: who._who.tenant), "effective_tenant_id": (0, lambda: who._who.tenant_id),
            "database": (0, lambda: who._who.database), "schema": (0, lambda: who._who.database),
            "connection_id": (0, lambda: who._who.connection_id), "user": (0, self.user),
            "current_user": (0, self.current_user), "session_user": (0, self.user), "system_user": (0, self.user),
            "concat": (-1, concat), "concat_ws": (-1, concat_ws), "regexp": (2, regexp), "like": (2, like),
            "locate": (-1, locate), "left": (2, lambda value, count: None if value is None else _text(value)[:count]),
            "right": (2, lambda value, count: None if value is None else _text(value)[-count:] if count else ""),
            "if": (3, lambda condition, yes, no: yes if condition else no),
            "length": (1, lambda value: None if value is None else len(_text(value).encode())),
            "char_length": (1, lambda value: None if value is None else len(_text(value))),
            "upper": (1, upper), "ucase": (1, upper), "lower": (1, lower), "lcase": (1, lower),
            "hex": (1, hexadecimal), "strcmp": (2, strcmp), "last_insert_id": (-1, self.last_insert_id),
            "found_rows": (0, lambda: who._who.found_rows), "row_count": (0, lambda: who._who.row_count),
            "greatest": (-1, _extreme(max)), "least": (-1, _extreme(min)),
            "cast_datetime": (2, cast_datetime),
            "isnull": (1, lambda value: int(value is None)),
            "date": (1, lambda value: None if value is None else _text(value)[:10]),
        }


def mysql_version(version: str) -> str:
    """Returns VERSION() of the community edition (facts: Version queries)."""
    return "5.7.25-OceanBase_CE-v" + version


def build_version(version: str) -> str:
    """Returns DBA_OB_SERVERS.BUILD_VERSION."""
    return version + "_100000012024092510-0193a343bc60b4699ec47792c3fc4ce166a182f9(Sep 25 2024 13:50:35)"


def register(database: sqlite3.Connection, functions: SessionFunctions) -> None:
    """Makes all functions known to a database."""
    for name, (arguments, function) in functions.table().items():
        database.create_function(name, arguments, function)
