# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Statements that the mock acts on: for each rule of sql/syntax.py who reads it and who carries it out.

The functions check privileges themselves, at the point at which OceanBase does. A rule that is not here gets 1235.
"""

from __future__ import annotations

from typing import Any, Callable, Dict, NamedTuple, Optional, Tuple

from ..cluster.session import Session
from ..scenario.control import mock
from ..sql import readers
from ..sql.grammar import NEWEST, NOTHING, Dialect
from ..sql.grammar import parse as parse_text
from ..sql.results import Result
from ..sql.syntax_tree import Select, Statement
from ..sql.token_reader import TokenReader
from . import clones, definitions, session_settings
from .context import Context
from .show import show

Reader = Callable[[TokenReader], Statement]
Handler = Callable[[Context, Session, Any], Result]


class Entry(NamedTuple):
    """One kind of statement. run is None for those that may wait: the executor runs them itself."""

    read: Reader
    run: Optional[Handler]


TABLE: Dict[str, Entry] = {
    "alter_resource_pool": Entry(readers.alter, definitions.define),
    "alter_resource_unit": Entry(readers.alter, definitions.define),
    "alter_tenant": Entry(readers.alter, definitions.define),
    "alter_user": Entry(readers.define_user, definitions.define_user),
    "archive": Entry(readers.archive, clones.archive),
    "begin": Entry(readers.transaction, session_settings.transaction),
    "cancel_clone": Entry(readers.cancel_clone, clones.cancel_clone),
    "clone_tenant": Entry(readers.clone_tenant, None),
    "create_resource_pool": Entry(readers.create, definitions.define),
    "create_resource_unit": Entry(readers.create, definitions.define),
    "create_tenant": Entry(readers.create, definitions.define),
    "create_user": Entry(readers.define_user, definitions.define_user),
    "describe": Entry(readers.describe, session_settings.describe),
    "drop_resource": Entry(readers.drop, definitions.define),
    "drop_tenant": Entry(readers.drop, definitions.define),
    "drop_user": Entry(readers.define_user, definitions.define_user),
    "end": Entry(readers.transaction, session_settings.transaction),
    "flush": Entry(readers.nothing, session_settings.nothing),
    "grant": Entry(readers.grant, definitions.grant),
    "kill": Entry(readers.kill, session_settings.kill),
    "lock_tables": Entry(readers.nothing, session_settings.nothing),
    "lock_tenant": Entry(readers.alter, definitions.define),
    "minor_freeze": Entry(readers.minor_freeze, clones.minor_freeze),
    "mock": Entry(readers.mock, mock),
    NOTHING: Entry(readers.nothing, session_settings.nothing),
    "query": Entry(readers.query, None),
    "revoke": Entry(readers.grant, definitions.grant),
    "savepoint": Entry(readers.transaction, session_settings.transaction),
    "set_parameters": Entry(readers.set_parameters, clones.set_parameters),
    "set_password": Entry(readers.set_password, definitions.define_user),
    "set_transaction": Entry(readers.set_transaction, session_settings.set_variables),
    "set_variables": Entry(readers.set_variables, session_settings.set_variables),
    "show": Entry(readers.show, show),
    "upgrade": Entry(readers.upgrade, clones.upgrade),
    "use": Entry(readers.use, session_settings.use),
}


def parse(sql: str, dialect: Dialect = NEWEST, prepared: bool = False) -> Tuple[Statement, Optional[Handler]]:
    """
    Returns the statement that ``sql`` is, and the function that carries it out.

    Errors: those of sql/grammar.py, and 1235 for a statement, or a form of it, that the mock does not act on.
    """
    rule, reader = parse_text(sql, dialect, prepared)
    if rule not in TABLE:
        reader.fail()
    entry = TABLE[rule]
    statement = entry.read(reader)
    if not isinstance(statement, Select):  # which SQLite reads
        reader.end()
    return statement, entry.run
