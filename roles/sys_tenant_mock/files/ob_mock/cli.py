# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Command line of the mock: options, pid and port file, signals."""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import ssl
import sys
from contextlib import contextmanager
from typing import Iterator, List, Optional, Tuple

from .protocol.server import Server
from .protocol.statement_log import StatementLog
from .scenario.scenario_file import ScenarioError
from .statements.executor import Executor

DEFAULT_PORT = 2881
# Expressions may be nested some two hundred times, as an OceanBase server allows it.
RECURSION_LIMIT = 6000
BAD_USAGE = 2
CANNOT_RUN = 1


def parser() -> argparse.ArgumentParser:
    """Returns the parser of the command line."""
    result = argparse.ArgumentParser(
        prog="ob_mock", description="A mock of OceanBase's sys tenant that speaks the MySQL protocol.")
    add = result.add_argument
    add("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    add("--port", type=port_number, action="append",
        help="port to listen on, 0 for a free one (default: 2881); several times: several observers of one cluster")
    add("--password", default="", help="password of root@sys (default: none)")
    add("--password-file", metavar="FILE",
        help="take the password from the first line of FILE: a command line can be read by everybody")
    add("--server-version", default="4.3.5.3", help="version of OceanBase to be (default: %(default)s)")
    add("--step-seconds", type=seconds, default=0.5,
        help="how long a clone stays in each state (default: %(default)s)")
    add("--cleanup-seconds", type=seconds, default=1.0, help="time that a clean-up takes (default: %(default)s)")
    add("--tls-cert", metavar="FILE", help="certificate (PEM): offer TLS")
    add("--tls-key", metavar="FILE", help="its private key (PEM)")
    add("--statement-log", metavar="FILE", help="append every statement and its answer, one JSON object a line")
    add("--scenario", metavar="FILE", help="what the cluster holds at the start (JSON)")
    add("--pid-file", metavar="FILE", help="write the process id there, remove it at the end")
    add("--port-file", metavar="FILE",
        help="write the ports there, a line for each, once they are open; remove it at the end")
    return result


def port_number(text: str) -> int:
    """Returns a TCP port; ValueError if it is not one."""
    port = int(text)
    if not 0 <= port <= 65535:
        raise ValueError(text)
    return port


def seconds(text: str) -> float:
    """Returns a duration that is not negative; ValueError if it is not one."""
    value = float(text)
    if not 0 <= value < float("inf"):
        raise ValueError(text)
    return value


def main(arguments: Optional[List[str]] = None) -> int:
    """
    Runs the mock until SIGTERM or SIGINT and returns the exit code.

    0 after a signal, 2 for bad options or a bad scenario (nothing was started), 1 when it cannot listen or write.
    """
    sys.setrecursionlimit(RECURSION_LIMIT)
    options = parser().parse_args(arguments)
    try:
        tls = tls_context(options.tls_cert, options.tls_key)
    except (OSError, ValueError) as failure:
        return complain("TLS: %s" % failure, BAD_USAGE)
    try:
        if options.password_file:
            options.password = first_line(options.password_file)
        return asyncio.run(serve(options, tls))
    except ScenarioError as failure:
        return complain(str(failure), BAD_USAGE)
    except OSError as failure:
        return complain(str(failure), CANNOT_RUN)


def complain(text: str, code: int) -> int:
    """Prints one line for the user and returns the exit code."""
    sys.stderr.write("ob_mock: %s\n" % text)
    return code


def first_line(path: str) -> str:
    """Returns the first line of a text file, without its end; OSError when it cannot be read."""
    with open(path, encoding="utf-8") as stream:
        return stream.readline().rstrip("\r\n")


def tls_context(cert: Optional[str], key: Optional[str]) -> Optional[ssl.SSLContext]:
    """Returns what TLS is done with, None without a certificate; OSError or ValueError when the files do not serve."""
    if not cert and not key:
        return None
    if not cert or not key:
        raise ValueError("--tls-cert and --tls-key belong together")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    return context


async def serve(options: argparse.Namespace, tls: Optional[ssl.SSLContext]) -> int:
    """Runs the server until a signal ends it."""
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)
    executor = Executor(
        password=options.password, server_version=options.server_version, step_seconds=options.step_seconds,
        cleanup_seconds=options.cleanup_seconds, scenario=options.scenario)
    log = StatementLog(options.statement_log)
    server = Server(executor, log, tls)
    executor.serve_through(server.observers)
    try:
        ports = await server.start(options.host, *(options.port or [DEFAULT_PORT]))
        with written((options.pid_file, [os.getpid()]), (options.port_file, ports)):
            sys.stdout.write("".join("ready on %s:%d\n" % (options.host, port) for port in ports))
            sys.stdout.flush()
            await ended.wait()
    finally:
        await server.stop()
        log.close()
    return 0


@contextmanager
def written(*files: Tuple[Optional[str], List[int]]) -> Iterator[None]:
    """Writes numbers to their file, if there is one, a line for each, in one step; removes the files in the end."""
    paths = []
    try:
        for path, numbers in files:
            if path:
                part = "%s.%d" % (path, os.getpid())
                with open(part, "w", encoding="ascii") as stream:
                    stream.write("".join("%d\n" % number for number in numbers))
                os.replace(part, path)
                paths.append(path)
        yield
    finally:
        for path in paths:
            if os.path.exists(path):
                os.remove(path)
