# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""
Modules with values that they refuse: they say which option, send nothing, and return all their keys.

The unit tests try every value; here is one of each option, to see that the way out through Ansible is the same.
"""

from __future__ import annotations

import socket
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from support.documents.blocks import module_documentation
from support.plays.ansible import run_module
from support.refused_options import REFUSED, WORKING, Refused

MODULES = {name: module for name, module in module_documentation().items() if "login_host" in module["doc"]["options"]}


@pytest.fixture(scope="module")
def listener() -> Iterator[socket.socket]:
    """A port to which nobody must connect."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        yield server


def test_every_module_and_every_option_with_a_rule_is_in_the_table() -> None:
    assert set(WORKING) == set(MODULES)
    # Any text is a password, and both words are a switch.
    free = {"login_password", "wait"}
    for module, documentation in MODULES.items():
        named = {option for case in REFUSED if case.module == module for option in (*case.options, *case.without)}
        assert set(documentation["doc"]["options"]) - named <= free, module


ONE_OF_EACH = list({(case.module, *case.options, *case.without): case for case in REFUSED}.values())


@pytest.mark.parametrize("case", ONE_OF_EACH, ids=lambda case: f"{case.module}-{case.options or case.without}")
def test_a_refused_option_is_named_and_nothing_is_sent(case: Refused, listener: socket.socket) -> None:
    port: dict[str, Any] = {"login_host": "127.0.0.1", "login_port": listener.getsockname()[1]}
    options = {name: value for name, value in {**port, **case.all_options()}.items() if value is not None}
    # No playbook can hold half of a surrogate pair; test_in_process.py takes one from the environment.
    result = run_module(case.module, options, sys.executable if "\\ud" in ascii(options) else None)
    assert (result["failed"], result["changed"]) == (True, False)
    assert {**result["error"], "hint": ""} == {
        "class": "invalid_option", "errno": None, "sqlstate": None, "message": result["error"]["message"], "hint": ""}
    assert result["error"]["message"].startswith(case.says)
    assert result["error"]["message"] in result["msg"]
    always = {key for key, value in MODULES[case.module]["return"].items() if value["returned"] == "always"}
    assert always <= set(result)
    with pytest.raises(BlockingIOError):
        listener.accept()
