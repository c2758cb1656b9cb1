# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rows of the mock, published as tables of an in-memory SQLite database so that SELECT gets honest answers."""

from __future__ import annotations

import sqlite3
import unicodedata
from dataclasses import Field, fields
from typing import Any, Dict, Generic, Iterable, Iterator, Optional, Type, TypeVar

Row = TypeVar("Row")
Key = Any


def fold(text: str) -> str:
    """Returns what utf8mb4_general_ci compares: neither case, nor accents, nor trailing spaces (facts: Names)."""
    text = text.rstrip(" ")
    if text.isascii():
        return text.upper()
    return "".join(char for char in unicodedata.normalize("NFD", text) if not unicodedata.combining(char)).upper()


def _compare(left: Any, right: Any) -> int:
    return int(left > right) - int(left < right)


def _general_ci(left: str, right: str) -> int:
    return _compare(fold(left), fold(right))


def _numeric(left: str, right: str) -> int:
    try:
        return _compare(float(left), float(right)) if "." in left + right else _compare(int(left), int(right))
    except ValueError:
        return _compare(left, right)


def open_database() -> sqlite3.Connection:
    """
    Returns an empty store: databases ``oceanbase`` and ``information_schema``, and the collations of their columns.
    """
    database = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    database.create_collation("general_ci", _general_ci)
    database.create_collation("numeric", _numeric)
    for name in ("oceanbase", "information_schema"):
        database.execute("ATTACH ':memory:' AS " + name)
    return database


def _declaration(column: Field[Any]) -> str:
    """
    Returns SQLite's declaration of a field: SCNs do not fit its integers and are kept as text that compares as numbers.
    """
    if column.metadata.get("unsigned"):
        return column.name + " TEXT COLLATE numeric"
    if "str" in str(column.type):
        return column.name + " TEXT COLLATE general_ci"
    return column.name + (" REAL" if "float" in str(column.type) else " INTEGER")


class Table(Generic[Row]):
    """One table: its columns are the fields of a dataclass, its rows are added one by one and removed together."""

    def __init__(self, database: sqlite3.Connection, name: str, row_type: Type[Row],
                 indexes: Iterable[str] = ()) -> None:
        self._database = database
        self._name = "oceanbase." + name
        all_fields = fields(row_type)  # type: ignore[arg-type]  # a type variable cannot be bound to dataclasses
        columns = [column for column in all_fields if column.metadata.get("stored", True)]
        self._columns = [(column.name, bool(column.metadata.get("unsigned"))) for column in columns]
        database.execute("CREATE TABLE %s (%s)" % (self._name, ", ".join(map(_declaration, columns))))
        for index in indexes:
            database.execute("CREATE INDEX oceanbase.%s_%s ON %s (%s)" % (name, index, name, index))
        self._insert = "INSERT INTO %s VALUES (%s)" % (self._name, ", ".join("?" * len(columns)))

    def _values(self, row: Row) -> Iterator[Any]:
        for name, unsigned in self._columns:
            value = getattr(row, name)
            yield str(value) if unsigned and value is not None else value

    def add(self, row: Row) -> None:
        """Publishes one more row."""
        self._database.execute(self._insert, tuple(self._values(row)))

    def clear(self) -> None:
        """Takes all rows out."""
        self._database.execute("DELETE FROM " + self._name)


class KeyedTable(Table[Row]):
    """A table whose rows live as objects, by key; ``put`` again after changing one."""

    def __init__(self, database: sqlite3.Connection, name: str, row_type: Type[Row], key: str) -> None:
        super().__init__(database, name, row_type)
        self._key = key
        self._delete = "DELETE FROM %s WHERE %s = ?" % (self._name, key)
        self.rows: Dict[Key, Row] = {}

    def put(self, row: Row) -> Row:
        """Publishes the row in its present state."""
        key = getattr(row, self._key)
        self._database.execute(self._delete, (key,))
        self.add(row)
        self.rows[key] = row
        return row

    def remove(self, row: Row) -> None:
        """Takes the row out; nothing happens when it is not there."""
        key = getattr(row, self._key)
        self._database.execute(self._delete, (key,))
        self.rows.pop(key, None)

    def find(self, **values: Any) -> Optional[Row]:
        """Returns the first row whose fields equal ``values`` exactly, byte for byte."""
        return next((row for row in self if all(getattr(row, name) == value for name, value in values.items())), None)

    def __iter__(self) -> Iterator[Row]:
        return iter(list(self.rows.values()))

    def __len__(self) -> int:
        return len(self.rows)
