# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""my_print_defaults is the judge: what it reads in an option file is what the modules read."""

from __future__ import annotations

import json
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.community.oceanbase.plugins.module_utils._connection.option_file import read_option_file
from ansible_collections.community.oceanbase.plugins.module_utils._errors import InvalidOption
from support import REPOSITORY

RECORDED = json.loads(
    (REPOSITORY / "tests/unit/plugins/module_utils/connection/option_files.json").read_text(encoding="utf-8"))
# What matters in such a file, and a few bytes that should not.
PIECES = st.sampled_from([
    b"[client]\n", b"[client ]\n", b"[other]\n", b"\n", b" ", b"\t", b"\r\n", b"#", b";", b"'", b'"', b"\\", b"=", b"[",
    b"]", b"host", b"pass_word", b"loose-user", b"a", b"b", b"s", b"n", b"\xa0", b"\xc3\xa0", b"\x00", b"!"])


def printed(path: Path) -> bytes | None:
    """What my_print_defaults makes of the section [client] of a file, None if it refuses the file."""
    done = subprocess.run(["my_print_defaults", f"--defaults-file={path}", "client"], capture_output=True, check=False)
    return None if done.returncode else done.stdout


@pytest.mark.parametrize("case", RECORDED, ids=lambda case: case["name"].replace(" ", "_"))
def test_the_recorded_answers_are_those_of_the_program(case: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / "client.cnf"
    path.write_bytes(case["file"].encode("latin-1"))
    answer = printed(path)
    assert (None if answer is None else answer.decode("latin-1")) == case["printed"]


@settings(max_examples=300, deadline=None)
@given(st.lists(PIECES, max_size=30))
def test_files_that_nobody_has_written(pieces: list[bytes]) -> None:
    content = b"[client]\n" + b"".join(pieces)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "client.cnf")
        path.write_bytes(content)
        answer = printed(path)
        try:
            options = read_option_file(str(path))
            refused = ""
        except InvalidOption as error:
            refused = error.message
    if refused:
        # A line without a name makes the program print rubbish, on which any client then fails.
        assert answer is None or "has a value but no option" in refused
        return
    assert answer is not None
    # A value may hold a line feed, after which the line goes on.
    expected: dict[bytes, bytes] = {}
    for line in (b"\n" + answer[:-1]).split(b"\n--")[1:]:
        key, equals, value = line.partition(b"=")
        if equals:
            name = key.replace(b"_", b"-")
            expected[name[6:] if name.startswith(b"loose-") else name] = value
    assert {key.encode("utf-8", "surrogateescape"): value.encode("utf-8", "surrogateescape")
            for key, value in options.items() if value is not None} == expected
