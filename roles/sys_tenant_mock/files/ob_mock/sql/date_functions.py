# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""SQL functions of dates and times that SQLite lacks or means differently; a time without a date is ``[-]h:mm:ss``."""

from __future__ import annotations

import calendar
import re
from datetime import datetime, timedelta
from typing import Any, Callable, Dict, List, Optional, Tuple

from ..cluster import clock as times
from .text_functions import number_of, strict, text_of

_SECONDS = {"MICROSECOND": 1e-6, "SECOND": 1, "MINUTE": 60, "HOUR": 3600, "DAY": 86400, "WEEK": 604800}
_MONTHS = {"MONTH": 1, "QUARTER": 3, "YEAR": 12}
_WHOLE_DAYS = ("DAY", "WEEK", "YEAR_MONTH", *_MONTHS)
# An amount of these is a text with a number for each of the units.
_COMPOSITE = {"%s_%s" % (first, last): _PARTS for first, last, _PARTS in (
    (first, last, order[order.index(first):order.index(last) + 1])
    for order in (["YEAR", "MONTH"], ["DAY", "HOUR", "MINUTE", "SECOND", "MICROSECOND"])
    for first in order for last in order[order.index(first) + 1:])}
INTERVAL_UNITS = (*_SECONDS, *_MONTHS, *_COMPOSITE)
_FORMATS = {"Y": "%Y", "m": "%m", "d": "%d", "H": "%H", "i": "%M", "s": "%S", "S": "%S", "f": "%f", "T": "%H:%M:%S",
            "y": "%y", "M": "%B", "b": "%b", "p": "%p", "j": "%j", "W": "%A", "a": "%a", "h": "%I", "I": "%I",
            "r": "%I:%M:%S %p", "w": "%w", "%": "%%"}
_TIME = re.compile(r"(-?)(?:(\d+) )?(\d+):(\d+)(?::(\d+)(?:\.(\d{1,6})\d*)?)?")
_DAYS_TO_YEAR_1 = 365


def moment_of(value: Any) -> Optional[datetime]:
    """Returns the date and time that a value says, None for none."""
    return None if value is None else times.read(text_of(value))


def duration_of(value: Any) -> Optional[timedelta]:
    """Returns the time of day of a moment, or the time that a text says; None for none."""
    found = None if value is None else _TIME.fullmatch(text_of(value).strip())
    if found:
        sign, days, hours, minutes, seconds, fraction = found.groups()
        length = timedelta(days=int(days or 0), hours=int(hours), minutes=int(minutes), seconds=int(seconds or 0),
                           microseconds=int((fraction or "").ljust(6, "0")))
        return -length if sign else length
    moment = moment_of(value)
    return None if moment is None else moment - datetime(moment.year, moment.month, moment.day)


def shown_duration(length: Optional[timedelta], digits: int = 0) -> Optional[str]:
    """Returns a time as text, with so many digits of its fraction."""
    if length is None:
        return None
    micros = abs(length) // timedelta(microseconds=1)
    text = "%s%02d:%02d:%02d" % ("-" if length < timedelta() else "", micros // 3_600_000_000,
                                 micros // 60_000_000 % 60, micros // 1_000_000 % 60)
    return text + (".%06d" % (micros % 1_000_000))[:digits + 1] if digits else text


def _digits(*values: Any) -> int:
    """Returns how many digits of a second the values show at most."""
    return max(len(text_of(value).partition(".")[2]) for value in values)


def _months_later(moment: datetime, count: int) -> datetime:
    year, month = divmod(moment.year * 12 + moment.month - 1 + count, 12)
    return moment.replace(year=year, month=month + 1, day=min(moment.day, calendar.monthrange(year, month + 1)[1]))


def _interval(amount: Any, unit: str) -> Tuple[int, timedelta]:
    """Returns months and a length of time."""
    units, amounts = [unit], [number_of(amount)]
    if unit in _COMPOSITE:
        units = list(_COMPOSITE[unit])
        amounts = [int(digits) for digits in re.findall(r"\d+", text_of(amount))]
        if text_of(amount).strip().startswith("-"):
            amounts = [-one for one in amounts]
        units = units[-len(amounts):] if amounts else []
    months = sum(round(one) * _MONTHS[name] for one, name in zip(amounts, units) if name in _MONTHS)
    seconds: List[float] = [one * _SECONDS[name] for one, name in zip(amounts, units) if name in _SECONDS]
    return months, timedelta(microseconds=round(sum(seconds) * 1_000_000))


def date_add(value: Any, amount: Any, unit: str) -> Optional[str]:
    """Returns ``value`` plus an interval, as text with the fraction only when there is one; NULL out of range."""
    moment = moment_of(value)
    if moment is None or amount is None:
        return None
    months, length = _interval(amount, unit)
    try:
        moment = (_months_later(moment, months) if months else moment) + length
    except (OverflowError, ValueError):
        return None
    if len(text_of(value).strip()) <= len("2026-01-01") and unit in _WHOLE_DAYS:
        return moment.date().isoformat()
    return moment.isoformat(" ", "microseconds" if moment.microsecond or "." in text_of(value) else "seconds")


def date_sub(value: Any, amount: Any, unit: str) -> Optional[str]:
    """Returns ``value`` minus an interval."""
    if unit in _COMPOSITE:
        text = text_of(amount).strip() if amount is not None else None
        return date_add(value, text and (text[1:] if text.startswith("-") else "-" + text), unit)
    return date_add(value, None if amount is None else -number_of(amount), unit)


def timestampdiff(unit: str, earlier: Any, later: Any) -> Optional[int]:
    """Returns whole units from ``earlier`` to ``later``."""
    first, last = (moment_of(value) for value in (earlier, later))
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
    moment = moment_of(value)
    if moment is None:
        return None
    unit = 10 ** (6 - digits)
    return times.show((times.since_epoch(moment) + unit // 2) // unit * unit, 0, digits)


def date_format(value: Any, pattern: str) -> Optional[str]:
    """Computes DATE_FORMAT with MySQL's format letters."""
    moment = moment_of(value)
    if moment is None:
        return None
    return moment.strftime(re.sub(r"%(.)", lambda match: _FORMATS.get(match.group(1), match.group(1)), pattern))


def cast_time(value: Any, digits: int) -> Optional[str]:
    """Computes CAST(value AS TIME(digits)), rounded."""
    length = duration_of(value)
    if length is None:
        return None
    unit = timedelta(microseconds=10 ** (6 - digits))
    return shown_duration((length + unit / 2) // unit * unit, digits)


def date_part(value: Any) -> Optional[str]:
    """Computes DATE(value)."""
    moment = moment_of(value)
    return None if moment is None else moment.date().isoformat()


def timediff(later: Any, earlier: Any) -> Optional[str]:
    """Computes TIMEDIFF of two moments or of two times."""
    if None in (later, earlier):
        return None
    moments = moment_of(later), moment_of(earlier)
    lengths = duration_of(later), duration_of(earlier)
    if None not in moments:
        return shown_duration(moments[0] - moments[1], _digits(later, earlier))  # type: ignore[operator]
    if None in lengths or moments != (None, None):
        return None
    return shown_duration(lengths[0] - lengths[1], _digits(later, earlier))  # type: ignore[operator]


def addtime(value: Any, length: Any, sign: int = 1) -> Optional[str]:
    """Computes ADDTIME, SUBTIME of a moment or a time."""
    more, moment, start = duration_of(length), moment_of(value), duration_of(value)
    if more is None or start is None:
        return None
    if moment is not None:
        return (moment + sign * more).isoformat(" ", "microseconds" if _digits(value, length) else "seconds")
    return shown_duration(start + sign * more, _digits(value, length) and 6)


def str_to_date(value: str, pattern: str) -> Optional[str]:
    """Computes STR_TO_DATE with MySQL's format letters: a date, a time, or both, by what the pattern has."""
    try:
        moment = datetime.strptime(value, _python_format(pattern))
    except ValueError:
        return None
    letters = re.findall(r"%(.)", pattern)
    has_time = any(letter in "HhIiSsTrfpkl" for letter in letters)
    text = moment.isoformat(" ", "microseconds" if "f" in letters else "seconds")
    if not has_time:
        return text[:10]
    return text if any(letter in "YymdbMjce" for letter in letters) else text[11:]


def _python_format(pattern: str) -> str:
    return re.sub(r"%(.)", lambda match: _FORMATS.get(match.group(1), match.group(1)), pattern)


def convert_tz(value: Any, source: Any, target: Any) -> Optional[str]:
    """Computes CONVERT_TZ between offsets; NULL for a named zone, of which none is loaded."""
    moment, offsets = moment_of(value), [times.parse_offset(text_of(zone)) for zone in (source, target)]
    if moment is None or None in offsets:
        return None
    moved: datetime = moment + timedelta(seconds=offsets[1] - offsets[0])  # type: ignore[operator]
    return moved.isoformat(" ", "microseconds" if moved.microsecond else "seconds")


def week(value: Any, mode: int = 0) -> Optional[int]:
    """Computes WEEK: in mode 0 counted from the first Sunday, else as ISO 8601 does (mode 1 and 3)."""
    moment = moment_of(value)
    return None if moment is None else int(moment.strftime("%U")) if not mode else moment.isocalendar()[1]


def _of_moment(function: Callable[[datetime], Any]) -> Tuple[int, Callable[..., Any]]:
    """Returns a function of one moment, which is NULL for none."""
    def call(value: Any) -> Any:
        moment = moment_of(value)
        return None if moment is None else function(moment)
    return 1, call


def _of_time(function: Callable[[timedelta], Any]) -> Tuple[int, Callable[..., Any]]:
    """Returns a function of one time of day, which is NULL for none."""
    def call(value: Any) -> Any:
        length = duration_of(value)
        return None if length is None else function(length)
    return 1, call


_PARTS_OF = {
    "YEAR": _of_moment(lambda moment: moment.year), "QUARTER": _of_moment(lambda moment: (moment.month + 2) // 3),
    "MONTH": _of_moment(lambda moment: moment.month), "DAY": _of_moment(lambda moment: moment.day), "WEEK": (-1, week),
    "HOUR": _of_time(lambda length: abs(length) // timedelta(hours=1)),
    "MINUTE": _of_time(lambda length: abs(length) // timedelta(minutes=1) % 60),
    "SECOND": _of_time(lambda length: abs(length) // timedelta(seconds=1) % 60),
    "MICROSECOND": _of_time(lambda length: abs(length).microseconds)}


def extract(unit: str, value: Any) -> Optional[int]:
    """Computes EXTRACT(unit FROM value); NULL for a unit of several, which the mock does not know."""
    return _PARTS_OF[unit][1](value) if unit in _PARTS_OF else None


def shifted(sign: int) -> Callable[[Any, Any, str], Optional[str]]:
    """Computes ADDDATE (1) or SUBDATE (-1): of an interval, or of a number of days."""
    def call(value: Any, amount: Any, unit: str = "DAY") -> Optional[str]:
        return date_add(value, amount, unit) if sign > 0 else date_sub(value, amount, unit)
    return call


# Name to (number of arguments, -1 for any; function).
TABLE: Dict[str, Tuple[int, Callable[..., Any]]] = {
    "timestampdiff": (3, timestampdiff), "date_add": (3, date_add), "date_sub": (3, date_sub),
    "adddate": (-1, shifted(1)), "subdate": (-1, shifted(-1)),
    "timestampadd": (3, lambda unit, amount, value: date_add(value, amount, unit)),
    "date_format": (2, date_format), "cast_datetime": (2, cast_datetime), "date": (1, date_part),
    "time": (-1, lambda value, digits=None: (cast_time(value, digits) if digits is not None
                                             else shown_duration(duration_of(value), _digits(value or "")))),
    "datediff": (2, lambda later, earlier: None if None in (moment_of(later), moment_of(earlier)) else (
        moment_of(later).date() - moment_of(earlier).date()).days),  # type: ignore[union-attr]
    "timediff": (2, timediff), "addtime": (2, addtime),
    "subtime": (2, lambda value, length: addtime(value, length, -1)),
    "str_to_date": (2, strict(lambda value, pattern: str_to_date(text_of(value), pattern))),
    "convert_tz": (3, convert_tz), "extract": (2, extract),
    **{name.lower(): function for name, function in _PARTS_OF.items()}, "dayofmonth": _PARTS_OF["DAY"],
    "last_day": _of_moment(lambda moment: (_months_later(moment.replace(day=1), 1) - timedelta(1)).date().isoformat()),
    "dayofweek": _of_moment(lambda moment: moment.isoweekday() % 7 + 1),
    "weekday": _of_moment(lambda moment: moment.weekday()),
    "dayofyear": _of_moment(lambda moment: moment.timetuple().tm_yday),
    "to_days": _of_moment(lambda moment: moment.toordinal() + _DAYS_TO_YEAR_1),
    "dayname": _of_moment(lambda moment: moment.strftime("%A")),
    "monthname": _of_moment(lambda moment: moment.strftime("%B")),
    "sec_to_time": (1, strict(lambda seconds: shown_duration(timedelta(seconds=number_of(seconds))))),
    "time_to_sec": _of_time(lambda length: int(length.total_seconds())),
    "makedate": (2, strict(lambda year, day: (datetime(year, 1, 1) + timedelta(day - 1)).date().isoformat())),
}
