# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The clients of Python that are used with await: ``async_dbapi.py NAME``."""

from __future__ import annotations

import asyncio
import ssl
import sys
from importlib import import_module
from typing import Any, Callable, Coroutine

from lines import parameter, say, say_rows, serve

NAME = sys.argv[1]
module = import_module(NAME)
errors = import_module(f"{NAME}.errors") if NAME == "asyncmy" else module
connection: Any = None


async def connect(host: str, port: str, user: str, password: str, database: str, ca: str) -> None:
    global connection
    connection = await module.connect(host=host, port=int(port), user=user, password=password, db=database,
                                      ssl=ssl.create_default_context(cafile=ca) if ca else None)
    say("ok")


async def query(sql: str) -> None:
    await run(sql, None)


async def execute(sql: str, *parameters: str) -> None:
    await run(sql.replace("?", "%s"), tuple(map(parameter, parameters)))


async def run(sql: str, parameters: tuple[Any, ...] | None) -> None:
    async with connection.cursor() as cursor:
        await cursor.execute(sql, parameters)
        if cursor.description is None:
            say("ok", cursor.rowcount)
        else:
            say_rows([column[0] for column in cursor.description], await cursor.fetchall())


async def begin() -> None:
    await connection.begin()
    say("ok")


async def commit() -> None:
    await connection.commit()
    say("ok")


async def rollback() -> None:
    await connection.rollback()
    say("ok")


async def close() -> None:
    await connection.ensure_closed()
    say("ok")


def failure(error: BaseException) -> tuple[Any, ...] | None:
    if not isinstance(error, errors.Error):
        return None
    return error.args[0], None, error.args[1] if len(error.args) > 1 else ""


def awaited(function: Callable[..., Coroutine[Any, Any, None]]) -> Callable[..., None]:
    """Returns a function that runs the other one to its end in the one loop."""
    return lambda *fields: loop.run_until_complete(function(*fields))


loop = asyncio.new_event_loop()
serve({function.__name__: awaited(function)
       for function in (connect, query, execute, begin, commit, rollback, close)}, failure)
