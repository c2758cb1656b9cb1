# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The clients of Python that follow DB-API: ``dbapi.py NAME``."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Any

from lines import parameter, say, say_rows, serve

NAME = sys.argv[1]
MODULE = {"connector": "mysql.connector", "mysqlclient": "MySQLdb",
          "sqlalchemy": "pymysql"}.get(NAME, NAME)
dbapi = import_module(MODULE)
PREPARES = NAME in ("connector", "mariadb")
connection: Any = None


def arguments(host: str, port: str, user: str, password: str, database: str, ca: str) -> dict[str, Any]:
    """Returns what the module's connect() takes."""
    basic = {"host": host, "port": int(port), "user": user, "password": password, "database": database}
    if NAME == "pymysql" or NAME == "sqlalchemy":
        tls = {"ssl_ca": ca, "ssl_verify_cert": True, "ssl_verify_identity": True} if ca else {"ssl_disabled": True}
    elif NAME == "connector":
        tls = {"ssl_ca": ca, "ssl_verify_cert": True, "ssl_verify_identity": True} if ca else {"ssl_disabled": True}
        tls["use_pure"] = True
    elif NAME == "mysqlclient":
        tls = {"ssl": {"ca": ca}, "ssl_mode": "VERIFY_IDENTITY"} if ca else {"ssl_mode": "DISABLED"}
    elif NAME == "mariadb":
        tls = {"ssl_ca": ca, "ssl_verify_cert": True} if ca else {}
    else:
        raise KeyError(NAME)
    return {**basic, **tls}


def connect(*fields: str) -> None:
    global connection
    if NAME == "sqlalchemy":
        import sqlalchemy
        given = arguments(*fields)
        address = sqlalchemy.URL.create("mysql+pymysql", given.pop("user"), given.pop("password"), given.pop("host"),
                                        given.pop("port"), given.pop("database"))
        connection = sqlalchemy.create_engine(address, connect_args=given).connect()
    else:
        connection = dbapi.connect(**arguments(*fields))
    say("ok")


def query(sql: str) -> None:
    run(sql, None)


def execute(sql: str, *parameters: str) -> None:
    run(sql.replace("?", "%s"), tuple(map(parameter, parameters)))


def run(sql: str, parameters: tuple[Any, ...] | None) -> None:
    if NAME == "sqlalchemy":
        result = connection.exec_driver_sql(sql, parameters or ())
        say_rows(list(result.keys()), map(tuple, result)) if result.returns_rows else say("ok", result.rowcount)
        return
    cursor = connection.cursor(prepared=True) if PREPARES and parameters is not None else connection.cursor()
    try:
        cursor.execute(sql, parameters) if parameters is not None else cursor.execute(sql)
        if cursor.description is None:
            say("ok", cursor.rowcount)
        else:
            say_rows([column[0] for column in cursor.description], cursor.fetchall())
    finally:
        cursor.close()


def begin() -> None:
    connection.begin() if hasattr(connection, "begin") else connection.start_transaction()
    say("ok")


def commit() -> None:
    connection.commit()
    say("ok")


def rollback() -> None:
    connection.rollback()
    say("ok")


def close() -> None:
    connection.close()
    say("ok")


def failure(error: BaseException) -> tuple[Any, ...] | None:
    error = getattr(error, "orig", None) or error  # SQLAlchemy wraps it
    if not isinstance(error, dbapi.Error):
        return None
    state = getattr(error, "sqlstate", None)
    if hasattr(error, "errno"):
        return error.errno, state, getattr(error, "msg", None) or error.errmsg
    return error.args[0], state, error.args[1] if len(error.args) > 1 else ""


serve({function.__name__: function for function in (connect, query, execute, begin, commit, rollback, close)}, failure)
