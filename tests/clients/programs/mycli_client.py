# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""mycli's own part that talks to a server, with what its prompt asks for completion after the login."""

from __future__ import annotations

import sys
from typing import Any

import pymysql
from lines import say, say_rows, serve
from mycli.packages.completion.completion_refresher import CompletionRefresher
from mycli.packages.completion.sql_completer import SQLCompleter
from mycli.packages.execution.sql_execute import SQLExecute

executor: Any = None


def connect(host: str, port: str, user: str, password: str, database: str, ca: str) -> None:
    global executor
    tls = {"ca": ca, "check_hostname": True} if ca else None
    executor = SQLExecute(database, user, password, host, int(port), None, "utf8mb4", False, tls)
    executor.reset_connection_id()
    completer = SQLCompleter()
    for refresh in CompletionRefresher.refreshers.values():
        refresh(completer, executor)
    say("ok")


def query(sql: str) -> None:
    for result in executor.run(sql):
        if result.header:
            say_rows(result.header, list(result.rows))
        else:
            say("ok", result.rows.rowcount)


def statement(sql: str) -> Any:
    """Returns a handler for a request that is one statement."""
    return lambda: query(sql)


def close() -> None:
    executor.close()
    say("ok")


serve({"connect": connect, "query": query, "begin": statement("BEGIN"), "commit": statement("COMMIT"),
       "rollback": statement("ROLLBACK"), "close": close},
      lambda error: (error.args[0], getattr(error, "sqlstate", None), error.args[1])
      if isinstance(error, pymysql.MySQLError) else None)
sys.exit()
