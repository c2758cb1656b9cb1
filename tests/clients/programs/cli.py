# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The command line of MariaDB: one process for a connection, to which statements are written as a person would."""

from __future__ import annotations

import os
import re
import subprocess
from typing import Any

from lines import say, serve, unescaped

LAST = "end of the answer"
ERROR = re.compile(r"ERROR (\d+) \((\w+)\)(?: at line \d+)?: (.*)")
console: Any = None


class Refused(Exception):
    """What the console said of an error: number, SQLSTATE and text."""


def connect(host: str, port: str, user: str, password: str, database: str, ca: str) -> None:
    global console
    tls = ["--ssl-ca", ca, "--ssl-verify-server-cert"] if ca else ["--skip-ssl"]
    command = ["mariadb", "--no-defaults", "--protocol=tcp", "--host", host, "--port", port, "--user", user, *tls,
               "--batch", "--unbuffered", "--force", "--auto-rehash", database]
    environment = {**os.environ, "MYSQL_PWD": password, "MYSQL_HISTFILE": os.devnull}
    console = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                               encoding="utf-8", env=environment)
    ask("SELECT 1")
    say("ok")


def ask(sql: str) -> list[str]:
    """Returns the lines that the console prints for a statement; Refused if one tells an error."""
    try:
        console.stdin.write(f"{sql};\nSELECT '{LAST}';\n")
        console.stdin.flush()
    except BrokenPipeError:
        pass  # it has said why it ended
    lines = []
    for line in iter(console.stdout.readline, ""):
        if line.rstrip("\n") == LAST:
            console.stdout.readline()
            return lines
        refused = ERROR.match(line)
        if refused:
            if console.poll() is None and not line.startswith("ERROR 2026") and " at line " in line:
                for rest in iter(console.stdout.readline, LAST + "\n"):
                    assert rest
                console.stdout.readline()
            raise Refused(*refused.groups())
        lines.append(line.rstrip("\n"))
    raise EOFError(lines)


def query(sql: str) -> None:
    lines = ask(sql)
    if not lines:
        say("ok", None)
        return
    say("columns", *lines[0].split("\t"))
    for line in lines[1:]:
        values = [None if field == "NULL" else unescaped(field) for field in line.split("\t")]
        say("types", *("NULL" if value is None else "text" for value in values))
        say("row", *values)


def statement(sql: str) -> Any:
    """Returns a handler for a request that is one statement."""
    return lambda: query(sql)


def close() -> None:
    console.stdin.close()
    console.wait()
    say("ok")


serve({"connect": connect, "query": query, "begin": statement("BEGIN"), "commit": statement("COMMIT"),
       "rollback": statement("ROLLBACK"), "close": close},
      lambda error: error.args if isinstance(error, Refused) else None)
