# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs one client's program, and asks it to do things (the protocol: programs/README.md)."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, List, Optional

import yaml

from support.servers.ob_mock import REPOSITORY

PROGRAMS = Path(__file__).parent / "programs"
CACHE = REPOSITORY / ".cache" / "clients"
CLIENTS = yaml.safe_load((Path(__file__).parent / "clients.yml").read_text(encoding="utf-8"))["clients"]


def escaped(text: str) -> str:
    """Returns a text as a field of a line."""
    return text.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n")


def unescaped(text: str) -> Optional[str]:
    """Returns the text of a field, None for \\N."""
    if text == "\\N":
        return None
    return text.replace("\\\\", "\0").replace("\\t", "\t").replace("\\n", "\n").replace("\0", "\\")


@dataclass
class Answer:
    """What the program said: rows, an error (number, SQLSTATE and text, as far as the client has them), or neither."""

    error: Optional[List[Optional[str]]] = None
    affected: Optional[str] = None
    columns: List[str] = field(default_factory=list)
    types: List[List[str]] = field(default_factory=list)
    rows: List[List[Optional[str]]] = field(default_factory=list)


class Client:
    """A running program of the table clients.yml; use it as a context manager."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.facts = CLIENTS[name]
        command = self.facts["command"].format(programs=PROGRAMS, cache=CACHE, python=CACHE / "venv" / "bin" / "python")
        environment = {**os.environ, "NODE_PATH": str(CACHE / "node_modules"), "TZ": "UTC", "LC_ALL": "C.UTF-8",
                       "PYTHONPATH": self.facts.get("python_path", "").format(cache=CACHE)}
        self.process = subprocess.Popen(command.split(), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        encoding="utf-8", env=environment)

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *exc_info: Any) -> None:
        assert self.process.stdin and self.process.stdout
        self.process.stdin.close()
        self.process.stdout.close()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise AssertionError(f"the program of {self.name} did not end") from None

    def lacks(self, feature: str) -> bool:
        """Returns whether the client lacks something that the table names."""
        return feature in self.facts.get("lacks", ())

    def shown(self, kind: str, value: Optional[str]) -> Any:
        """Returns a value as far as the client can tell it from others: numbers beyond 2^53, parts of a second."""
        if value is None:
            return None
        if kind in ("number", "big"):
            return float(value) if self.lacks("exact") else int(value)
        if kind == "time":
            seconds, _point, fraction = value.partition(".")
            return seconds, fraction.ljust(6, "0")[:3 if self.lacks("microseconds") else 6]
        return value

    def ask(self, operation: str, *fields: Any) -> Answer:
        """Sends a request; AssertionError if the program ends instead of an answer."""
        assert self.process.stdin and self.process.stdout
        self.process.stdin.write("\t".join([operation, *(escaped(str(one)) for one in fields)]) + "\n")
        self.process.stdin.flush()
        answer = Answer()
        for line in self.process.stdout:
            kind, *values = line.rstrip("\n").split("\t")
            texts = list(map(unescaped, values))
            if kind == "end":
                return answer
            if kind == "error":
                answer.error = texts
            elif kind == "ok":
                answer.affected = texts[0] if texts else None
            elif kind == "columns":
                answer.columns = [str(text) for text in texts]
            elif kind == "types":
                answer.types.append([str(text) for text in texts])
            elif kind == "row":
                answer.rows.append(texts)
            else:
                raise AssertionError(f"the program of {self.name} says {line!r}")
        raise AssertionError(f"the program of {self.name} ended after {operation} {fields}")
