# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""MariaDB's ODBC driver, through pyodbc."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pyodbc
from lines import parameter, say, say_rows, serve

DRIVER = next(Path("/usr/lib").glob("*/odbc/libmaodbc.so"))  # in the folder of the architecture
connection: Any = None


def connect(host: str, port: str, user: str, password: str, database: str, ca: str) -> None:
    global connection
    settings = {"DRIVER": DRIVER, "SERVER": host, "PORT": port, "DATABASE": database, "UID": user,
                "PWD": "{" + password.replace("}", "}}") + "}", **({"SSLCA": ca, "SSLVERIFY": "1"} if ca else {})}
    connection = pyodbc.connect(";".join(f"{name}={value}" for name, value in settings.items()), autocommit=True)
    say("ok")


def query(sql: str) -> None:
    run(sql)


def execute(sql: str, *parameters: str) -> None:
    run(sql, *map(parameter, parameters))


def run(sql: str, *parameters: Any) -> None:
    cursor = connection.cursor()
    cursor.execute(sql, *parameters)
    if cursor.description is None:
        say("ok", cursor.rowcount)
    else:
        say_rows([column[0] for column in cursor.description], cursor.fetchall())


def begin() -> None:
    connection.autocommit = False
    say("ok")


def commit() -> None:
    connection.commit()
    connection.autocommit = True
    say("ok")


def rollback() -> None:
    connection.rollback()
    connection.autocommit = True
    say("ok")


def close() -> None:
    connection.close()
    say("ok")


def failure(error: BaseException) -> tuple[Any, ...] | None:
    """Takes the number out of the text: DB-API has none, and ODBC puts it there."""
    if not isinstance(error, pyodbc.Error):
        return None
    state, text = error.args
    found = re.search(r"\[ma-[\d.]+\](?:\[[\d.]+\])?(.*) \((\d+)\) \(SQL", text, re.DOTALL)
    return (found.group(2), state, found.group(1)) if found else (None, state, text)


serve({function.__name__: function for function in (connect, query, execute, begin, commit, rollback, close)}, failure)
