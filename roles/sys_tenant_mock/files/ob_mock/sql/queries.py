# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Evaluation of queries: SQLite computes the rows, a second, empty database tells the types of the columns."""

from __future__ import annotations

import re
import sqlite3
import time
from dataclasses import dataclass
from typing import Any, Callable, Dict, List, NoReturn, Optional, Set, Tuple

from ..cluster.inventory import Cluster
from ..cluster.session import Session
from ..cluster.tables import open_database
from ..cluster.variables import CHARSETS, COLLATIONS, Variables, charset_of
from .errors import error
from .results import Column, Rows, SqlError
from .scanner import Modes, tokenize
from .select_list import Item
from .sqlite_functions import SessionFunctions, register
from .translation import SIGNED_64, Translation, translate
from .views import (
    BINARY,
    BINARY_CHARSET,
    BYTES_PER_CHARACTER,
    CATALOG,
    CHARACTER_SETS,
    DATE,
    DATETIME,
    DOUBLE,
    LONG,
    LONGLONG,
    NEWDECIMAL,
    NOT_NULL,
    NULL_TYPE,
    TIME,
    TINY,
    UNSIGNED,
    UTF8MB4,
    VAR_STRING,
    VIEWS,
    View,
    catalog_rows,
    no_view,
    wire_column,
)

Check = Callable[[Session, str], None]

DATABASES = ("information_schema", "mysql", "oceanbase", "test")
_TRUTH_TYPES = {"=": LONG, "ISNULL": LONG, "LIKE": LONGLONG, "TRUE": TINY}
# Heads that are dates and times, and how many characters they have without a fraction.
_MOMENTS = {
    **dict.fromkeys(("NOW", "SYSDATE", "CURRENT_TIMESTAMP", "LOCALTIME", "LOCALTIMESTAMP", "UTC_TIMESTAMP",
                     "FROM_UNIXTIME", "CONVERT_TZ", "DATETIME"), (DATETIME, 19)),
    **dict.fromkeys(("DATE", "CURDATE", "CURRENT_DATE", "UTC_DATE", "LAST_DAY", "MAKEDATE"), (DATE, 10)),
    **dict.fromkeys(("TIME", "CURTIME", "CURRENT_TIME", "UTC_TIME", "TIMEDIFF", "SEC_TO_TIME"), (TIME, 10))}
_SHORT = ("YEAR", "MONTH", "DAY", "DAYOFMONTH", "HOUR", "MINUTE", "SECOND", "DAYOFWEEK", "DAYOFYEAR", "ASCII")  # LONG
_BY_LENGTH = {10: DATE, 8: TIME}  # of STR_TO_DATE
_CACHE_SIZE = 1000
_CACHED_TEXT = 10_000  # characters; longer statements are not worth remembering
_CLAUSES = {"WHERE": "where clause", "GROUP": "group statement", "HAVING": "having clause", "ORDER": "order clause",
            "ON": "on clause", "SELECT": "field list"}
_STEPS_BETWEEN_LOOKS = 100_000  # of SQLite's machine, between two looks at the clock


@dataclass
class Plan:
    """Analysis of the text of a query: its SQLite form, the views that it reads, the types of its columns."""

    translation: Translation
    views: Set[str]
    types: List[str]


class Queries:
    """Runs SELECTs over the views of one cluster. ``check(session, view)`` refuses who may not read a view."""

    def __init__(self, cluster: Cluster, variables: Variables, check: Check) -> None:
        self._cluster = cluster
        self._variables = variables
        self._check = check
        self._functions = SessionFunctions(cluster, variables)
        self._plans: Dict[Tuple[str, Modes, str], Plan] = {}
        register(cluster.database, self._functions)
        self.views = {name: view for name, view in VIEWS.items() if cluster.has_clone or not view.clone_only}
        self._create_catalog()
        for name, view in self.views.items():
            self._create(name, view)
        self._typing = self._typing_database()

    def _create(self, name: str, view: View) -> None:
        columns = ", ".join("%s AS %s" % (column.expression, column.name) for column in view.columns)
        self._cluster.database.execute(
            "CREATE VIEW %s.%s AS SELECT %s %s" % (view.database, name, columns, view.tail))

    def _create_catalog(self) -> None:
        database = self._cluster.database
        database.execute(CATALOG)
        database.executemany("INSERT INTO __catalog VALUES (?, ?, ?, ?, ?, ?, ?, ?)", catalog_rows(self.views))
        database.execute("CREATE TABLE information_schema.__schemata (table_schema TEXT COLLATE general_ci)")
        database.executemany("INSERT INTO __schemata VALUES (?)", [(name,) for name in DATABASES])
        for table, rows in (
                ("__character_sets (character_set_name, default_collate_name, description, maxlen)",
                 [(name, CHARSETS[name], description, length) for name, description, length in CHARACTER_SETS]),
                ("__collations (collation_name, character_set_name, id, is_default)",
                 [(name, charset_of(name), number, "Yes" if name in CHARSETS.values() else "")
                  for name, number in sorted(COLLATIONS.items())])):
            name, _columns = table.split(" ", 1)
            database.execute("CREATE TABLE information_schema." + table.replace("_name", "_name COLLATE general_ci"))
            database.executemany("INSERT INTO %s VALUES (?, ?, ?, ?)" % name, rows)

    def _typing_database(self) -> sqlite3.Connection:
        """Returns tables named like the views, each column of a type that points at its description.

        They exist twice: in the main database too, so that SQLite says whether a name was written with its database.
        """
        database = open_database()
        register(database, self._functions)
        for name, view in self.views.items():
            columns = ", ".join('%s "%s.%d"' % (column.name, name, number)
                                for number, column in enumerate(view.columns))
            for schema in ("main", view.database):
                database.execute("CREATE TABLE %s.%s (%s)" % (schema, name, columns))
        return database

    def run(self, session: Session, sql: str) -> Rows:
        """Answers a query. Errors: 1064, 1146, 1054, 1046, 1193, 1305, 4012, those of the check, a few more."""
        self._functions.session = session
        plan = self._plan(session, sql)
        for view in sorted(plan.views):
            self._check(session, view)
        # By name: Python 3.14 takes a sequence for nameless placeholders only.
        values = {str(number): self._value(session, scope, name)
                  for number, (scope, name) in enumerate(plan.translation.variables, 1)}
        timeout = self._variables.statement_timeout(session, sql) / 1e6
        deadline = time.monotonic() + timeout
        database = self._cluster.database
        database.set_progress_handler(lambda: time.monotonic() > deadline, _STEPS_BETWEEN_LOOKS)
        try:
            answer = database.execute(plan.translation.sql, values)
            rows = answer.fetchall()
            found = None
            if plan.translation.unlimited_sql:
                counting = "SELECT COUNT(*) FROM (%s)" % plan.translation.unlimited_sql
                [[found]] = database.execute(counting, values)
        except sqlite3.Error as failure:
            if "interrupted" in str(failure):
                raise error("OB_TIMEOUT", round(timeout * 1e6)) from None
            self._refuse(session, sql, failure)
        finally:
            database.set_progress_handler(None, 0)
        if not plan.translation.limited:
            rows = rows[:self._variables.get(session, "sql_select_limit")]
        result = _result([column[0] for column in answer.description], plan, rows)
        result.found = found
        return result

    def knows(self, database: str, view: str) -> bool:
        """Returns whether there is such a view; its name in upper case."""
        return view in self.views and self.views[view].database == database.lower()

    def _value(self, session: Session, scope: str, name: str) -> Any:
        if scope == "user":
            return session.user_variables.get(name)
        value = self._variables.get(session, name, scope)
        return str(value) if isinstance(value, int) and value >= SIGNED_64 else value

    # What a query reads and which types it has

    def _plan(self, session: Session, sql: str) -> Plan:
        key = (sql, session.modes, session.database or "")
        plan = self._plans.get(key)
        if plan is None:
            plan = self._make_plan(session, sql)
            if len(sql) <= _CACHED_TEXT:
                if len(self._plans) >= _CACHE_SIZE:
                    self._plans.clear()
                self._plans[key] = plan
        return plan

    def _make_plan(self, session: Session, sql: str) -> Plan:
        translation = translate(sql, session.modes)
        for scope, name in translation.variables:
            self._value(session, scope, name)
        reads: Set[Tuple[str, str]] = set()

        def note(action: int, table: Optional[str], _column: Optional[str], schema: Optional[str], *_: object) -> int:
            if action == sqlite3.SQLITE_READ and table:
                reads.add((schema or "main", table.upper()))
            return sqlite3.SQLITE_OK

        self._typing.set_authorizer(note)
        try:
            # EXPLAIN compiles the query without running it: not every query comes to an end, even over empty tables.
            self._typing.execute("EXPLAIN " + translation.sql, dict.fromkeys(
                map(str, range(1, len(translation.variables) + 1)))).close()
        except sqlite3.Error as failure:
            self._refuse(session, sql, failure)
        finally:
            self._typing.set_authorizer(lambda *_: sqlite3.SQLITE_OK)
        for schema, table in sorted(reads):
            if table in self.views and schema == "main" and session.database != self.views[table].database:
                raise self._no_table(session, table)
            if table.startswith("SQLITE_"):
                raise self._no_table(session, table if schema == "main" else schema + "." + table)
        views = {table for _schema, table in reads if table in self.views}
        return Plan(translation, views, self._declared_types(translation))

    def _declared_types(self, translation: Translation) -> List[str]:
        try:
            self._typing.execute("CREATE TEMP VIEW asked AS " + translation.typing_sql)
        except sqlite3.Error:
            return []  # a query without its aggregates need not make sense; then the values tell the types
        try:
            return [str(row[2]) for row in self._typing.execute("PRAGMA temp.table_info(asked)")]
        except sqlite3.Error:
            return []
        finally:
            self._typing.execute("DROP VIEW asked")

    # SQLite's complaints in OceanBase's words

    def _refuse(self, session: Session, sql: str, failure: sqlite3.Error) -> NoReturn:
        text = str(failure)
        match = re.match(r"no such table: (.*)", text, re.DOTALL)
        if match:
            raise self._no_table(session, match.group(1)) from None
        match = re.match(r"no such column: (.*)", text, re.DOTALL)
        if match:
            raise error("OB_ERR_BAD_FIELD_ERROR", match.group(1), _clause(session, sql, match.group(1))) from None
        match = re.match(r"ambiguous column name: (.*)", text, re.DOTALL)
        if match:
            raise error("ER_NON_UNIQ", match.group(1), _clause(session, sql, match.group(1))) from None
        if re.match(r"sub-select returns \d+ columns - expected 1", text):
            raise error("ER_OPERAND_COLUMNS") from None
        match = re.match(r"no such function: (.*)", text)
        if match:
            raise error("ER_SP_DOES_NOT_EXIST", match.group(1).lower()) from None
        if re.search("do not have the same number of result columns", text):
            raise error("ER_WRONG_NUMBER_OF_COLUMNS") from None
        if text.startswith("misuse of aggregate"):
            raise error("ER_INVALID_GROUP_FUNC_USE") from None
        match = re.match(r"\d+\w\w (ORDER|GROUP) BY term out of range - should be between 1 and (\d+)", text)
        if match:
            raise error("OB_ERR_BAD_FIELD_ERROR", _beyond(session, sql, match.group(1), int(match.group(2))),
                        _CLAUSES[match.group(1)]) from None
        match = re.match(r"wrong number of arguments to function (\w+)", text)
        if match:
            raise error("ER_WRONG_PARAMCOUNT", _written(session, sql, match.group(1))) from None
        if "user-defined function raised exception" in text:
            raise error("OB_INVALID_ARGUMENT") from None
        raise error("OB_NOT_SUPPORTED", "this query by the mock (%s)" % text) from None

    def _no_table(self, session: Session, name: str) -> SqlError:
        schema, dot, table = name.rpartition(".")
        if not dot:
            if not session.database:
                return error("OB_ERR_NO_DB_SELECTED")
            schema = session.database
        return no_view(schema, table)


def _clause(session: Session, sql: str, name: str) -> str:
    """Returns the clause in which a column name stands first, as error 1054 calls it."""
    clause, wanted = "field list", name.rpartition(".")[2].lower()
    for token in tokenize(sql, session.modes):
        clause = _CLAUSES.get(token.upper, clause)
        if token.kind in ("word", "quoted") and token.text.lower() == wanted:
            return clause
    return "field list"


def _written(session: Session, sql: str, name: str) -> str:
    """Returns the name of a function as the query has it."""
    return next((token.text for token in tokenize(sql, session.modes) if token.upper == name.upper()), name)


def _beyond(session: Session, sql: str, word: str, columns: int) -> str:
    """Returns the number after ORDER BY or GROUP BY that does not name a column."""
    tokens = tokenize(sql, session.modes)
    start = next(place for place, token in enumerate(tokens) if token.upper == word and tokens[place + 1].upper == "BY")
    numbers = [token.text for token in tokens[start:] if token.text.isdigit()]
    return next((number for number in numbers if not 0 < int(number) <= columns), "")


# Columns of the answer

def _result(labels: List[str], plan: Plan, rows: List[Tuple[Any, ...]]) -> Rows:
    items = plan.translation.items
    complete = None not in items and len(items) == len(labels)
    columns = []
    for number, label in enumerate(labels):
        declared = plan.types[number] if len(plan.types) == len(labels) else ""
        item = items[number] if complete else None
        columns.append(_column(label, declared, item, [row[number] for row in rows]))
    means = [number for number, column in enumerate(columns) if column.type == NEWDECIMAL and column.decimals]
    if means:
        rows = [tuple(_decimal(value, columns[number].decimals) if number in means else value
                      for number, value in enumerate(row)) for row in rows]
    texts = [number for number, column in enumerate(columns) if column.type == LONGLONG
             and any(isinstance(row[number], str) for row in rows)]
    if texts:
        rows = [tuple(_whole(value) if number in texts else value for number, value in enumerate(row)) for row in rows]
    return Rows(columns, rows)


def _decimal(value: Any, digits: int) -> Optional[str]:
    return None if value is None else "%.*f" % (digits, float(value))


def _whole(value: Any) -> Any:
    return int(value) if isinstance(value, str) else value


def _column(label: str, declared: str, item: Optional[Item], values: List[Any]) -> Column:
    view, dot, number = declared.partition(".")
    if dot and view in VIEWS:
        described = VIEWS[view].columns[int(number)]
        column = wire_column(label, described, view.lower(), VIEWS[view].database)
        if item is not None and item.head:
            column.flags &= ~NOT_NULL  # an aggregate, which is NULL over no rows
        return column
    head = item.head if item is not None else ""
    kind, length = _MOMENTS.get(head, (0, 0))
    if head == "STR_TO_DATE":
        kind, length = _BY_LENGTH.get(max((len(value) for value in values if value), default=0), DATETIME), 19
    if kind:
        digits = max((len(str(value).partition(".")[2]) for value in values if value is not None), default=0)
        return Column(label, kind, BINARY_CHARSET, length + (digits + 1 if digits else 0), BINARY, digits)
    kinds = {type(value) for value in values if value is not None}
    if head in _TRUTH_TYPES:
        return Column(label, _TRUTH_TYPES[head], BINARY_CHARSET, 1, BINARY)
    if head in _SHORT:
        return Column(label, LONG, BINARY_CHARSET, 4, BINARY)
    if head == "?":
        return Column(label, VAR_STRING, BINARY_CHARSET, 262143, BINARY)
    if head == "UNIX_TIMESTAMP" and float in kinds:
        head = "DECIMAL 6"
    if head.startswith("DECIMAL "):
        return Column(label, NEWDECIMAL, BINARY_CHARSET, 20, BINARY, int(head[len("DECIMAL "):]))
    if head == "AVG":
        return Column(label, NEWDECIMAL, BINARY_CHARSET, 24, BINARY, 4)
    if head == "SUM" and kinds <= {int}:
        return Column(label, NEWDECIMAL, BINARY_CHARSET, 43, BINARY)
    if head == "NULL":
        return Column(label, NULL_TYPE, BINARY_CHARSET, 0, BINARY)
    beyond = head == "@@" and kinds == {str} and all(value.isdecimal() and int(value) >= SIGNED_64 for value in values)
    if head == "#" or beyond:
        unsigned = UNSIGNED if kinds == {str} else 0
        return Column(label, LONGLONG, BINARY_CHARSET, 20, NOT_NULL | unsigned | BINARY)
    if not kinds:
        return Column(label, VAR_STRING, UTF8MB4, 0)
    if kinds == {int}:
        return Column(label, LONGLONG, BINARY_CHARSET, 20, BINARY)
    if kinds <= {int, float}:
        return Column(label, DOUBLE, BINARY_CHARSET, 23, BINARY, 31)
    longest = max(len(str(value)) for value in values if value is not None)
    if head == "BINARY" or kinds == {bytes}:
        return Column(label, VAR_STRING, BINARY_CHARSET, longest, BINARY)
    return Column(label, VAR_STRING, UTF8MB4, longest * BYTES_PER_CHARACTER)
