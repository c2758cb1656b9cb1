# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Statements that the mock understands, as data. Names are as written; options have lower-case keys."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Dict, List, Optional, Tuple


class Statement:
    """One parsed statement."""


@dataclass
class Select(Statement):
    """A query: left as text, SQLite will evaluate it."""

    sql: str


@dataclass
class Sleep(Statement):
    """``SELECT SLEEP(seconds)``; label is the name of its column."""

    seconds: float
    label: str


@dataclass
class CloneTenant(Statement):
    """``CREATE TENANT name FROM source ... WITH ...``; pool and unit are '' when the option is missing."""

    name: str
    source: str
    pool: str = ""
    unit: str = ""
    if_not_exists: bool = False
    snapshot: str = ""


@dataclass
class CancelClone(Statement):
    """``ALTER SYSTEM CANCEL CLONE name``."""

    name: str


@dataclass
class SetParameters(Statement):
    """``ALTER SYSTEM SET name = value, ...``."""

    values: List[Tuple[str, str]]


@dataclass
class Upgrade(Statement):
    """``ALTER SYSTEM BEGIN UPGRADE`` (on) or ``END UPGRADE``."""

    on: bool


@dataclass
class Archive(Statement):
    """``ALTER SYSTEM [NO]ARCHIVELOG [TENANT = name, ...]``; no tenants: the own one or, from sys, all of them."""

    on: bool
    tenants: List[str] = field(default_factory=list)


@dataclass
class MinorFreeze(Statement):
    """``ALTER SYSTEM MINOR FREEZE [TENANT = name, ...]``; no tenants: the own one."""

    tenants: List[str] = field(default_factory=list)


@dataclass
class Mock(Statement):
    """``ALTER SYSTEM MOCK verb ...``: what only the mock has; the words and values are for mock_control."""

    verb: str
    arguments: List[Any] = field(default_factory=list)


@dataclass
class Define(Statement):
    """CREATE, ALTER or DROP of a named thing (kind: tenant, resource pool, resource unit) with its options."""

    action: str
    kind: str
    name: str
    options: Dict[str, Any] = field(default_factory=dict)
    if_exists: bool = False


@dataclass
class DefineUser(Statement):
    """CREATE USER, ALTER USER, DROP USER or SET PASSWORD: of each user the new password; None is the current user."""

    action: str
    users: List[Tuple[Optional[str], Optional[str]]]
    locked: Optional[bool] = None
    if_exists: bool = False


@dataclass
class Grant(Statement):
    """GRANT (or REVOKE) of privileges at a level ``*.*``, ``db.*``, ``db.table``, or in the database ``*``, ``table``.

    users: as of DefineUser, with the password of IDENTIFIED BY. option: WITH GRANT OPTION.
    """

    privileges: List[str]
    level: str
    users: List[Tuple[Optional[str], Optional[str]]]
    revoke: bool = False
    option: bool = False


@dataclass
class SetVariables(Statement):
    """``SET``: (scope, name, value) in order; scope is session, global or user.

    A value is an Expression, the text of a bare word (also of NAMES), or the token of DEFAULT.
    """

    values: List[Tuple[str, str, Any]]


@dataclass
class Show(Statement):
    """``SHOW what``; like is its pattern, where the text after WHERE, of is a table, a user or a scope."""

    what: str
    like: Optional[str] = None
    where: str = ""
    of: str = ""


@dataclass
class Use(Statement):
    """``USE database``."""

    database: str


@dataclass
class Describe(Statement):
    """``DESC table [column]``; database '' is the current one, column is a name or a pattern."""

    database: str
    table: str
    column: Optional[str] = None


@dataclass
class Transaction(Statement):
    """BEGIN, COMMIT, ROLLBACK, SAVEPOINT, ROLLBACK TO or RELEASE (the action), the last three of a savepoint."""

    action: str
    savepoint: str = ""


@dataclass
class Expression:
    """An expression outside of a query, left as text."""

    sql: str


@dataclass
class Nothing(Statement):
    """A comment, or a statement that changes nothing."""


@dataclass
class Kill(Statement):
    """``KILL [QUERY | CONNECTION] id``."""

    query_only: bool
    connection_id: Expression
