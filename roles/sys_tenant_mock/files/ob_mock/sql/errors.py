# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every error that the mock can answer with: number, SQLSTATE and texts (facts: Error table)."""

from __future__ import annotations

from typing import Dict, NamedTuple

from .results import SqlError


class Definition(NamedTuple):
    """errno and sqlstate as in the ERR packet, ob_code as in RET_CODE of a job (or 0), plain and parameterized text."""

    errno: int
    sqlstate: str
    ob_code: int
    plain: str
    template: str = ""


SYNTAX = ("You have an error in your SQL syntax; check the manual that corresponds to your OceanBase version "
          "for the right syntax to use")
NEED_PRIVILEGE = "Access denied; you need (at least one of) the %s privilege(s) for this operation"
QUERY_TIMEOUT = ("Timeout, query has reached the maximum query timeout: %d(us), maybe you can adjust the session "
                 "variable ob_query_timeout or query_timeout hint, and try again.")
LOCK_WAIT = "Lock wait timeout exceeded; try restarting transaction"

ERRORS: Dict[str, Definition] = {
    "OB_INVALID_ARGUMENT": Definition(1210, "HY000", -4002, "Invalid argument", "Incorrect arguments to %s"),
    "OB_NOT_SUPPORTED": Definition(1235, "0A000", -4007, "Not supported feature or function", "%s not supported"),
    "OB_TIMEOUT": Definition(4012, "HY000", -4012, "Timeout", QUERY_TIMEOUT),
    "OB_ERR_UNEXPECTED": Definition(4016, "HY000", -4016, "Internal error", "%s"),
    "OB_ENTRY_NOT_EXIST": Definition(4018, "HY000", -4018, "Entry not exist", "%s"),
    "OB_BUF_NOT_ENOUGH": Definition(4024, "HY000", -4024, "Buffer not enough"),
    "OB_PASSWORD_WRONG": Definition(1045, "42000", -4043, "Access denied for user",
                                    "Access denied for user '%s'@'%s' (using password: %s)"),
    "OB_CANCELED": Definition(4072, "HY000", -4072, "Operation canceled"),
    "OB_INVALID_CONFIG": Definition(4147, "HY000", -4147, "Invalid config"),
    "OB_OP_NOT_ALLOW": Definition(4179, "HY000", -4179, "Operation not allowed now", "%s not allowed"),
    "OB_ERR_PARSE_DEBUG_SYNC": Definition(4246, "HY000", -4246, "parse debug sync string error"),
    "OB_UNKNOWN_DEBUG_SYNC_POINT": Definition(4247, "HY000", -4247, "unknown debug sync point"),
    "OB_RESOURCE_UNIT_EXIST": Definition(4649, "HY000", -4649, "resource unit already exist",
                                         "resource unit '%s' already exist"),
    "OB_RESOURCE_UNIT_NOT_EXIST": Definition(4648, "HY000", -4648, "resource unit not exist",
                                             "resource unit '%s' not exist"),
    "OB_RESOURCE_POOL_ALREADY_GRANTED": Definition(
        4626, "HY000", -4626, "resource pool has already been granted to a tenant",
        "resource pool '%s' has already been granted to a tenant"),
    "OB_RESOURCE_POOL_NOT_EXIST": Definition(4650, "HY000", -4650, "resource pool not exist",
                                             "resource pool '%s' not exist"),
    "OB_RESOURCE_POOL_EXIST": Definition(4651, "HY000", -4651, "resource pool already exist",
                                         "resource pool '%s' exist"),
    "OB_CLUSTER_NOT_EXIST": Definition(4669, "HY000", -4669, "cluster not exist"),
    "OB_CONFLICT_WITH_CLONE": Definition(4770, "HY000", -4770, "conflict case with clone operation",
                                         "Tenant (%d) is in %s procedure, %s not allowed now"),
    "OB_ERR_PARSE_SQL": Definition(1064, "42000", -5001, "Parse error", SYNTAX + " near '%s' at line %d"),
    "OB_ERR_PARSER_SYNTAX": Definition(1149, "42000", -5006, SYNTAX),
    "OB_TABLE_NOT_EXIST": Definition(1146, "42S02", -5019, "Table doesn't exist", "Table '%s.%s' doesn't exist"),
    "OB_ERR_NO_PRIVILEGE": Definition(1227, "42501", -5036, "Access denied", NEED_PRIVILEGE),
    "OB_ERR_USER_IS_LOCKED": Definition(3118, "HY000", -5039, "User locked"),
    "OB_ERR_NO_DB_SELECTED": Definition(1046, "3D000", -5046, "No database selected"),
    "OB_ERR_QUERY_INTERRUPTED": Definition(1317, "70100", -5065, "Query execution was interrupted"),
    "OB_ERR_SESSION_INTERRUPTED": Definition(5066, "HY000", -5066, "Session interrupted"),
    "OB_ERR_UNKNOWN_SESSION_ID": Definition(1094, "HY000", -5067, "Unknown thread id", "Unknown thread id: %d"),
    "OB_ERR_BAD_DATABASE": Definition(1049, "42000", -5154, "Unknown database", "Unknown database '%s'"),
    "OB_TENANT_EXIST": Definition(5156, "HY000", -5156, "tenant already exist", "tenant '%s' already exist"),
    "OB_TENANT_NOT_EXIST": Definition(5157, "HY000", -5157, "Unknown tenant", "Unknown tenant '%s'"),
    "OB_ERR_NO_DB_PRIVILEGE": Definition(1044, "42000", -5170, "Access denied for user to database",
                                         "Access denied for user '%s'@'%s' to database '%s'"),
    "OB_ERR_NO_TABLE_PRIVILEGE": Definition(1142, "42000", -5171, "Command denied to user for table",
                                            "%s command denied to user '%s'@'%s' for table '%s'"),
    "OB_ERR_BAD_FIELD_ERROR": Definition(1054, "42S22", -5217, "Unknown column", "Unknown column '%s' in '%s'"),
    "OB_ERR_TENANT_IS_LOCKED": Definition(5260, "HY000", -5260, "Tenant is locked", "Tenant '%s' is locked"),
    "OB_ERR_CON_COUNT_ERROR": Definition(1040, "08004", -5271, "Too many connections"),
    "OB_SIZE_OVERFLOW": Definition(4019, "HY000", -4019, "Size overflow"),
    "OB_ERR_INVALID_CONFIG": Definition(5099, "42000", -5099, "System config unknown"),
    "OB_SERVER_IS_INIT": Definition(8001, "08004", -8001, "Server is initializing"),
    "OB_SERVER_IS_STOPPING": Definition(8002, "08004", -8002, "Server is stopping"),
    "OB_ERR_CLONE_TENANT": Definition(9110, "HY000", -9110, "Tenant clone job failed", "%s"),
    "OB_ERR_TENANT_SNAPSHOT": Definition(9111, "HY000", -9111, "Tenant snapshot task failed", "%s"),
    # The rest is MySQL's own vocabulary; numbers and texts are those of the 4.3.5 kernel (facts: Kernel answers).
    "ER_NON_UNIQ": Definition(1052, "23000", -5208, "Column is ambiguous", "Column '%s' in %s is ambiguous"),
    "ER_WRONG_PARAMCOUNT": Definition(1582, "42000", -5216, "Incorrect parameter count",
                                      "Incorrect parameter count in the call to native function '%s'"),
    "ER_EMPTY_QUERY": Definition(1065, "42000", -5253, "Query was empty"),
    "ER_TABLES_NOT_USED": Definition(1096, "HY000", -5231, "No tables used"),
    "ER_UNKNOWN_CHARACTER_SET": Definition(1115, "42000", -5142, "Unknown character set",
                                           "Unknown character set: '%s'"),
    "ER_PASSWORD_NO_MATCH": Definition(1133, "42000", -5035, "Can not find any matching row in the user table"),
    "ER_LOCAL_VARIABLE": Definition(1228, "HY000", -5048, "Variable is a SESSION variable",
                                    "Variable '%s' is a SESSION variable and can't be used with SET GLOBAL"),
    "ER_UNKNOWN_SYSTEM_VARIABLE": Definition(1193, "HY000", -5044, "Unknown system variable",
                                             "Unknown system variable '%s'"),
    "ER_GLOBAL_VARIABLE": Definition(
        1229, "HY000", -5049, "Variable is a GLOBAL variable",
        "Variable '%s' is a GLOBAL variable and should be set with SET GLOBAL"),
    "ER_WRONG_VALUE_FOR_VAR": Definition(1231, "42000", -5050, "Variable can't be set to the value",
                                         "Variable '%s' can't be set to the value of '%s'"),
    "ER_WRONG_TYPE_FOR_VAR": Definition(1232, "42000", -5051, "Incorrect argument type to variable",
                                        "Incorrect argument type to variable '%s'"),
    "ER_READ_ONLY_VARIABLE": Definition(1238, "HY000", -5045, "Variable is a read only variable",
                                        "Variable '%s' is a read only variable"),
    "ER_UNKNOWN_COLLATION": Definition(1273, "HY000", -5143, "Unknown collation", "Unknown collation: '%s'"),
    "ER_UNKNOWN_TIME_ZONE": Definition(1298, "HY000", -5101, "Unknown or incorrect time zone",
                                       "Unknown or incorrect time zone: '%s'"),
    "ER_SP_DOES_NOT_EXIST": Definition(1305, "42000", -5055, "FUNCTION does not exist", "FUNCTION %s does not exist"),
    "ER_CANT_CHANGE_TX_CHARACTERISTICS": Definition(
        1568, "25001", 0, "Transaction characteristics can't be changed while a transaction is in progress"),
    "ER_SAVEPOINT_DOES_NOT_EXIST": Definition(1305, "42000", 0, "savepoint does not exist"),
    "ER_OPERAND_COLUMNS": Definition(1241, "21000", 0, "Operand should contain 1 column(s)"),
    "ER_VARIABLE_SCOPE": Definition(1238, "HY000", 0, "Variable is of another scope",
                                    "Variable '%s' is a %s variable"),
    "ER_READ_ONLY_IN_SESSION": Definition(
        1621, "HY000", 0, "SESSION variable is read-only",
        "SESSION variable '%s' is read-only. Use SET GLOBAL to assign the value"),
    "ER_TOO_BIG_PRECISION": Definition(1426, "42000", 0, "Too big precision",
                                       "Too big precision %d specified for column '%s'. Maximum is %d."),
    "ER_WRONG_NUMBER_OF_COLUMNS": Definition(
        1222, "21000", 0, "The used SELECT statements have a different number of columns"),
    "ER_INVALID_GROUP_FUNC_USE": Definition(1111, "HY000", 0, "Invalid use of group function"),
    "ER_UNKNOWN_TABLE_IN_SCHEMA": Definition(1109, "42S02", 0, "Unknown table", "Unknown table '%s' in %s"),
    "ER_CANNOT_USER": Definition(1396, "HY000", -5204, "Operation failed", "Operation %s failed for %s"),
    "ER_USER_EXISTS": Definition(5050, "HY000", 0, "User exists"),
    "ER_USER_DOES_NOT_EXIST": Definition(3162, "HY000", 0, "User does not exist", "User %s does not exist"),
    "ER_NO_DB_GRANT": Definition(5133, "42000", 0, "No such grant defined"),
    "ER_NO_TABLE_GRANT": Definition(5362, "42000", 0, "No such grant defined"),
    "ER_WRONG_USAGE": Definition(1221, "HY000", 0, "Incorrect usage", "Incorrect usage of %s and %s"),
}


def error(name: str, *parameters: object) -> SqlError:
    """Returns the error called ``name``: with parameters its parameterized text, without them the plain one.

    An unknown name is a KeyError: the table above is the only place for numbers and texts.
    """
    definition = ERRORS[name]
    text = definition.template % parameters if parameters else definition.plain
    return SqlError(definition.errno, definition.sqlstate, text)
