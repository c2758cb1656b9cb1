# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Views of database ``oceanbase``, column by column: label, MySQL type, nullability, source of the value.

Clone views (facts: Views), DBA_OB_TENANTS (facts: Tenants), event history (facts: Event history); the others have the
columns of the OceanBase 4.3 reference. One line is ``label type [!] = expression``; ``!`` means NOT NULL.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Dict, List, NamedTuple, Tuple

from .errors import error
from .results import Column, SqlError

LONGLONG, TIMESTAMP, DOUBLE, VAR_STRING, DATETIME, NULL_TYPE, LONG, TINY = 8, 7, 5, 253, 12, 6, 3, 1
NEWDECIMAL, STRING, DATE, TIME = 246, 254, 10, 11
NOT_NULL, UNSIGNED, BINARY, TIMESTAMP_FLAG = 1, 32, 128, 1024
BINARY_CHARSET, UTF8MB4 = 63, 45
BYTES_PER_CHARACTER = 4


class ViewColumn(NamedTuple):
    """One column of a view: sql_type as DESC shows it, expression over the rows of the mock."""

    name: str
    sql_type: str
    nullable: bool
    expression: str


@dataclass
class View:
    """A view: tail is what follows the column list; sys_only views do not exist in other tenants."""

    columns: List[ViewColumn]
    tail: str
    sys_only: bool = True
    clone_only: bool = False
    database: str = "oceanbase"
    default: str = "NULL"


_LINE = re.compile(r"(\w+) (\w+(?:\(\d+\))?(?: unsigned)?)( !)?(?: = (.*))?")

_CLONE = """
CLONE_JOB_ID bigint(20) ! = job_id
TRACE_ID varchar(64) !
SOURCE_TENANT_ID bigint(20) !
SOURCE_TENANT_NAME varchar(128) !
CLONE_TENANT_ID bigint(20) !
CLONE_TENANT_NAME varchar(128) !
TENANT_SNAPSHOT_ID bigint(20) !
TENANT_SNAPSHOT_NAME varchar(128) !
RESOURCE_POOL_ID bigint(20) !
RESOURCE_POOL_NAME varchar(128) !
UNIT_CONFIG_NAME varchar(128) !
RESTORE_SCN bigint(20) unsigned !
STATUS varchar(64) !
CLONE_JOB_TYPE varchar(16) ! = job_type
CLONE_START_TIME timestamp(6) !
CLONE_FINISHED_TIME timestamp(6)%s
RET_CODE bigint(20)
ERROR_MESSAGE varchar(512) = error_msg
"""

_TENANTS = """
TENANT_ID bigint(20) !
TENANT_NAME varchar(128) !
TENANT_TYPE varchar(4) ! = CASE WHEN tenant_id = 1 THEN 'SYS' WHEN tenant_id % 2 THEN 'META' ELSE 'USER' END
CREATE_TIME timestamp(6) !
MODIFY_TIME timestamp(6) !
PRIMARY_ZONE varchar(128) !
LOCALITY varchar(4096) !
PREVIOUS_LOCALITY varchar(4096) = NULL
COMPATIBILITY_MODE varchar(6) ! = 'MYSQL'
STATUS varchar(64) !
IN_RECYCLEBIN varchar(3) !
LOCKED varchar(3) !
TENANT_ROLE varchar(100) = role
SWITCHOVER_STATUS varchar(100) = 'NORMAL'
SWITCHOVER_EPOCH bigint(20) = 0
SYNC_SCN bigint(20) unsigned = CASE WHEN tenant_id = 1 OR tenant_id % 2 THEN NULL ELSE now_scn() END
REPLAYABLE_SCN bigint(20) unsigned = CASE WHEN tenant_id = 1 OR tenant_id % 2 THEN NULL ELSE now_scn() END
READABLE_SCN bigint(20) unsigned = CASE WHEN tenant_id = 1 OR tenant_id % 2 THEN NULL ELSE now_scn() END
RECOVERY_UNTIL_SCN bigint(20) unsigned = CASE WHEN tenant_id = 1 OR tenant_id % 2 THEN NULL \
ELSE '18446744073709551615' END
LOG_MODE varchar(100) = CASE WHEN archive_state = 'DOING' AND tenant_id > 1 AND tenant_id % 2 = 0 \
THEN 'ARCHIVELOG' ELSE 'NOARCHIVELOG' END
ARBITRATION_SERVICE_STATUS varchar(64) ! = 'DISABLED'
UNIT_NUM bigint(20) !
COMPATIBLE varchar(65536)
MAX_LS_ID bigint(20) ! = CASE WHEN tenant_id = 1 OR tenant_id % 2 THEN 1 ELSE 1001 END
RESTORE_DATA_MODE varchar(100) ! = 'NORMAL'
"""

_POOLS = """
RESOURCE_POOL_ID bigint(20) !
NAME varchar(128) !
TENANT_ID bigint(20)
CREATE_TIME timestamp(6) !
MODIFY_TIME timestamp(6) !
UNIT_COUNT bigint(20) !
UNIT_CONFIG_ID bigint(20) !
ZONE_LIST varchar(8192) !
REPLICA_TYPE varchar(16) !
"""

_UNITS = """
UNIT_CONFIG_ID bigint(20) !
NAME varchar(128) !
CREATE_TIME timestamp(6) !
MODIFY_TIME timestamp(6) !
MAX_CPU double !
MIN_CPU double !
MEMORY_SIZE bigint(20) !
LOG_DISK_SIZE bigint(20) !
MAX_IOPS bigint(20) !
MIN_IOPS bigint(20) !
IOPS_WEIGHT bigint(20) !
"""

_SERVERS = """
SVR_IP varchar(46) ! = '127.0.0.1'
SVR_PORT bigint(20) ! = 2882
ID bigint(20) ! = 1
ZONE varchar(128) ! = 'zone1'
SQL_PORT bigint(20) ! = 2881
WITH_ROOTSERVER varchar(3) ! = 'YES'
STATUS varchar(64) ! = 'ACTIVE'
BUILD_VERSION varchar(256) ! = build_version()
"""

_EVENTS = "TIMESTAMP timestamp(6) ! = local_time(gmt_create)\nMODULE varchar(32) !\nEVENT varchar(64) !\n" + "".join(
    "NAME%d varchar(256)\nVALUE%d varchar(4096)\n" % (number, number) for number in range(1, 7)) + (
    "EXTRA_INFO varchar(4096)\nRS_SVR_IP varchar(46) = '127.0.0.1'\nRS_SVR_PORT bigint(20) = 2882")

_SNAPSHOTS = """
TENANT_ID bigint(20) !
SNAPSHOT_ID bigint(20) !
SNAPSHOT_NAME varchar(128) !
STATUS varchar(32) !
SNAPSHOT_SCN bigint(20) unsigned
CREATE_TIME timestamp(6) !
OWNER_JOB_ID bigint(20)
"""


_SCHEMATA = """
CATALOG_NAME varchar(3) ! = 'def'
SCHEMA_NAME varchar(128) ! = table_schema
DEFAULT_CHARACTER_SET_NAME varchar(128) ! = 'utf8mb4'
DEFAULT_COLLATION_NAME varchar(128) ! = 'utf8mb4_general_ci'
SQL_PATH varchar(512) ! = NULL
"""

_TABLES = """
TABLE_CATALOG varchar(512) ! = 'def'
TABLE_SCHEMA char(64) !
TABLE_NAME char(64) !
TABLE_TYPE varchar(64) ! = 'SYSTEM VIEW'
ENGINE varchar(64) ! = 'MEMORY'
TABLE_ROWS bigint(20) unsigned ! = 0
TABLE_COLLATION varchar(32) ! = 'utf8mb4_general_ci'
TABLE_COMMENT varchar(4096) ! = ''
"""

_COLUMNS = """
TABLE_CATALOG varchar(4096) ! = 'def'
TABLE_SCHEMA varchar(128) !
TABLE_NAME varchar(256) !
COLUMN_NAME varchar(128) !
ORDINAL_POSITION bigint(20) unsigned !
COLUMN_DEFAULT varchar(4096) = NULL
IS_NULLABLE varchar(4) !
DATA_TYPE varchar(64) !
COLUMN_TYPE varchar(64) !
COLUMN_KEY varchar(3) ! = ''
EXTRA varchar(4096) ! = ''
COLUMN_COMMENT varchar(4096) ! = ''
"""

# What a catalog of clones has none of.
_ROUTINES = """
SPECIFIC_NAME varchar(64) !
ROUTINE_CATALOG varchar(512) !
ROUTINE_SCHEMA varchar(64) !
ROUTINE_NAME varchar(64) !
ROUTINE_TYPE varchar(9) !
DEFINER varchar(93) !
"""
_KEY_COLUMN_USAGE = """
CONSTRAINT_CATALOG varchar(3) !
CONSTRAINT_SCHEMA varchar(128) !
CONSTRAINT_NAME varchar(7) !
TABLE_CATALOG varchar(3) !
TABLE_SCHEMA varchar(128) !
TABLE_NAME varchar(256) !
COLUMN_NAME varchar(128) !
ORDINAL_POSITION bigint(20) !
POSITION_IN_UNIQUE_CONSTRAINT bigint(0) unsigned !
REFERENCED_TABLE_SCHEMA varchar(64) !
REFERENCED_TABLE_NAME varchar(64) !
REFERENCED_COLUMN_NAME varchar(64) !
"""

_CHARACTER_SETS = """
CHARACTER_SET_NAME varchar(128) !
DEFAULT_COLLATE_NAME varchar(128) !
DESCRIPTION varchar(64) !
MAXLEN bigint(20) !
"""

_COLLATIONS = """
COLLATION_NAME varchar(128) !
CHARACTER_SET_NAME varchar(128) !
ID bigint(20) !
IS_DEFAULT varchar(4) !
IS_COMPILED varchar(4) ! = 'Yes'
SORTLEN bigint(20) ! = 1
"""

_ENGINES = """
ENGINE varchar(64) ! = 'InnoDB'
SUPPORT varchar(8) ! = 'DEFAULT'
COMMENT varchar(80) ! = 'Supports transactions'
TRANSACTIONS varchar(3) ! = 'YES'
SAVEPOINTS varchar(3) ! = 'YES'
"""

# Name, description, most bytes of a character.
CHARACTER_SETS = (
    ("binary", "Binary pseudo charset", 1), ("gb18030", "GB18030", 4), ("gbk", "GBK charset", 2),
    ("latin1", "cp1252 West European", 1), ("utf16", "UTF-16 Unicode", 2), ("utf8mb4", "UTF-8 Unicode", 4))

_INFORMATION_VIEWS = """
TABLE_CATALOG varchar(64) ! = 'def'
TABLE_SCHEMA varchar(128) !
TABLE_NAME varchar(256) !
VIEW_DEFINITION varchar(65536) ! = ''
"""


def _columns(text: str) -> List[ViewColumn]:
    found = []
    for line in text.strip().splitlines():
        match = _LINE.fullmatch(line)
        assert match is not None, line
        name, sql_type, required, expression = match.groups()
        expression = expression or ("local_time(%s)" % name if sql_type.startswith("timestamp") else name)
        found.append(ViewColumn(name, sql_type, not required, expression))
    return found


VIEWS: Dict[str, View] = {
    "DBA_OB_CLONE_PROGRESS": View(
        _columns(_CLONE % ""), "FROM __all_clone_job ORDER BY __all_clone_job.clone_start_time", clone_only=True),
    "DBA_OB_CLONE_HISTORY": View(
        _columns(_CLONE % " !"), "FROM __all_clone_job_history ORDER BY __all_clone_job_history.clone_start_time",
        clone_only=True),
    "DBA_OB_TENANTS": View(
        _columns(_TENANTS), "FROM __all_tenant WHERE effective_tenant_id() IN (1, tenant_id)", sys_only=False),
    "DBA_OB_RESOURCE_POOLS": View(_columns(_POOLS), "FROM __all_resource_pool"),
    "DBA_OB_UNIT_CONFIGS": View(_columns(_UNITS), "FROM __all_unit_config"),
    "DBA_OB_SERVERS": View(_columns(_SERVERS), ""),
    "DBA_OB_ROOTSERVICE_EVENT_HISTORY": View(_columns(_EVENTS), "FROM __all_rootservice_event_history"),
    "CDB_OB_TENANT_SNAPSHOTS": View(_columns(_SNAPSHOTS), "FROM __all_tenant_snapshot", clone_only=True),
}

# Where the database information_schema finds what it lists: one row for each column of each view.
CATALOG = "CREATE TABLE information_schema.__catalog (%s, ordinal_position INTEGER, sys_only INTEGER)" % ", ".join(
    name + " TEXT COLLATE general_ci"
    for name in ("table_schema", "table_name", "column_name", "is_nullable", "data_type", "column_type"))
_SEEN = "FROM __catalog WHERE effective_tenant_id() = 1 OR NOT sys_only"


_NOTHING = "FROM (SELECT %s) WHERE 0"


def _names(text: str) -> str:
    return ", ".join("NULL AS " + column.name for column in _columns(text))


def _information(text: str, tail: str, default: str = "") -> View:
    return View(_columns(text), tail, sys_only=False, database="information_schema", default=default)


VIEWS.update({
    "SCHEMATA": _information(_SCHEMATA, "FROM __schemata"),
    "TABLES": _information(_TABLES, _SEEN + " GROUP BY table_schema, table_name"),
    "COLUMNS": _information(_COLUMNS, _SEEN, "NULL"),
    # OceanBase's own views are not among these.
    "VIEWS": _information(_INFORMATION_VIEWS, _SEEN + " LIMIT 0"),
    "ROUTINES": _information(_ROUTINES, _NOTHING % _names(_ROUTINES)),
    "KEY_COLUMN_USAGE": _information(_KEY_COLUMN_USAGE, _NOTHING % _names(_KEY_COLUMN_USAGE)),
    "CHARACTER_SETS": _information(_CHARACTER_SETS, "FROM __character_sets"),
    "COLLATIONS": _information(_COLLATIONS, "FROM __collations"),
    "ENGINES": _information(_ENGINES, ""),
})

# What OceanBase has and the mock has not, in lower case; in database oceanbase it is told by its prefix, and not about
# clones, of which the mock has all views.
_ELSEWHERE = {
    "oceanbase": re.compile(r"(?!..._ob_clone_)(dba_|cdb_|gv\$|v\$|__all_).*"),
    "mysql": re.compile("columns_priv|db|default_roles|proc|procs_priv|role_edges|time_zone_\\w+|user"),
    "information_schema": re.compile(
        "check_constraints|collation_character_set_applicability|(column|schema|table|user)_privileges|enabled_roles|files|"
        "(global|session)_(status|variables)|innodb_\\w+|optimizer_trace|parameters|partitions|processlist|profiling|"
        "referential_constraints|role_\\w+_grants|statistics|st_\\w+|tablespaces|table_constraints|triggers|"
        "view_table_usage")}


def no_view(database: str, name: str) -> SqlError:
    """Returns why something that is not in VIEWS, or not for this tenant, cannot be read: errors 1146, 1109, 1235."""
    database, name = database.lower(), name.lower()
    if name.upper() not in VIEWS and database in _ELSEWHERE and _ELSEWHERE[database].fullmatch(name):
        return error("OB_NOT_SUPPORTED", "view %s.%s by the mock" % (database, name))
    if database == "information_schema":
        return error("ER_UNKNOWN_TABLE_IN_SCHEMA", name, database)
    return error("OB_TABLE_NOT_EXIST", database, name)


def catalog_rows(views: Dict[str, View]) -> List[Tuple[object, ...]]:
    """Returns the rows of CATALOG."""
    return [(view.database, name, column.name, "YES" if column.nullable else "NO",
             column.sql_type.partition("(")[0], column.sql_type, position, view.sys_only)
            for name, view in sorted(views.items()) for position, column in enumerate(view.columns, 1)]


def wire_column(label: str, column: ViewColumn, view: str = "", database: str = "oceanbase") -> Column:
    """Returns how a column of a view looks on the wire (facts: Views): type, flags, length in bytes."""
    flags = 0 if column.nullable else NOT_NULL
    kind, dummy, rest = column.sql_type.partition("(")
    size = int(re.sub(r"\D", "", rest) or 0)
    if kind == "bigint":
        unsigned = UNSIGNED if column.sql_type.endswith("unsigned") else 0
        return Column(label, LONGLONG, BINARY_CHARSET, 20, flags | unsigned, 0, view, database)
    if kind == "timestamp":
        return Column(label, TIMESTAMP, BINARY_CHARSET, 26, flags | BINARY | TIMESTAMP_FLAG, 6, view, database)
    if kind == "double":
        return Column(label, DOUBLE, BINARY_CHARSET, 23, flags, 31, view, database)
    return Column(label, STRING if kind == "char" else VAR_STRING, UTF8MB4, size * BYTES_PER_CHARACTER, flags, 0, view,
                  database)
