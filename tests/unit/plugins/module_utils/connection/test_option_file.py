# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Option files are read as MySQL programs read them: option_files.json holds what my_print_defaults made of each."""

from __future__ import annotations

import json
import os

import pytest

from ansible_collections.community.oceanbase.plugins.module_utils._connection.option_file import read_option_file
from ansible_collections.community.oceanbase.plugins.module_utils._errors import InvalidOption

with open(os.path.join(os.path.dirname(__file__), "option_files.json"), encoding="utf-8") as stream:
    # "file" and "printed" hold bytes as Latin-1; "printed" is null if the program refused the file.
    FILES = json.load(stream)


def printed_options(printed):
    """The options with a value that my_print_defaults has printed, the last one of each name."""
    options = {}
    for line in ("\n" + printed.rstrip("\n")).split("\n--")[1:]:
        key, equals, value = line.partition("=")
        name = key.replace("_", "-")
        if equals:
            options[name[len("loose-"):] if name.startswith("loose-") else name] = value
    return options


def written(tmp_path, content):
    """The path of an option file with that content."""
    path = tmp_path / "client.cnf"
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    return str(path)


@pytest.mark.parametrize("case", FILES, ids=lambda case: case["name"].replace(" ", "_"))
def test_recorded_files(tmp_path, case):
    path = written(tmp_path, case["file"].encode("latin-1"))
    if case["printed"] is None:
        with pytest.raises(InvalidOption, match="config_file .*client.cnf"):
            read_option_file(path)
        return
    options = {key: value.encode("utf-8", "surrogateescape").decode("latin-1")
               for key, value in read_option_file(path).items() if value is not None}
    assert options == printed_options(case["printed"])


def test_an_option_file_as_people_write_them(tmp_path):
    path = written(tmp_path, (
        "# a comment\n[mysqld]\nport=1\n[client]\nuser = root@sys\npassword='p=#\\s%(x)s\"'\n"
        "ssl_ca = \"/etc/my ca.pem\"\ncompress\nport=3\nloose_port = 4  # the last one wins\n[other]\nhost=h\n"))
    assert read_option_file(path) == {
        "user": "root@sys", "password": "p=# %(x)s\"", "ssl-ca": "/etc/my ca.pem", "port": "4", "compress": None}


def test_a_backslash_outside_of_quotes_escapes_no_quote(tmp_path):
    assert read_option_file(written(tmp_path, "[client]\nuser=a\\'#b'\n")) == {"user": "a'#b'"}


# Contents, and a part of what is said of them.
BROKEN = [
    ("[mysqld]\nport=1\n", r"has no section \[client\]"),
    ("", r"has no section \[client\]"),
    ("password=s3cret\n[client]\n", r"line 1 stands before the first section"),
    ("[client]\npassword=s3cret\n[mysql", r"line 3 opens a section without closing"),
    ("[client]\npassword=s3cret\n=s3cret", r"line 3 has a value but no option"),
    ("[client]\npassword=" + 5000 * "s3cret", r"line 2 is longer than 4094 bytes"),
    ("[client]\npassword=s3cret\n!includedir /etc/my.cnf.d\n", r"line 3 includes other files"),
    ("[client]\npassword=s3cret\n  ! include /etc/s3cret\n", r"line 3 includes other files"),
    ("[mysqld]\r\n\t!include\t/etc/s3cret\r\n[client]\r\n", r"line 2 includes other files"),
    ("\ufeff[client]\npassword=s3cret\n", r"begins with a byte order mark"),
    ("[client]\npassword=s3cret\n".encode("utf-16"), r"begins with a byte order mark"),
    (b"\xfe\xff" + "[client]\n".encode("utf-16-be"), r"begins with a byte order mark"),
    ("$ANSIBLE_VAULT;1.1;AES256\n6331\n", r"is encrypted by Ansible Vault"),
    (b"\0\0\0\0\x01\x02 \0\0\0s3cret", r"is encrypted by mysql_config_editor"),
]


@pytest.mark.parametrize(("content", "message"), BROKEN)
def test_a_broken_file_is_an_error_without_its_secrets(tmp_path, content, message):
    path = written(tmp_path, content)
    with pytest.raises(InvalidOption, match=message) as caught:
        read_option_file(path)
    assert caught.value.message.startswith("config_file %s %s" % (
        path, "cannot be used: line " if message.startswith("line") else ""))
    assert caught.value.hint.startswith(
        ("Name a readable option file", "Save it as UTF-8 without", "Keep the password"))
    assert "s3cret" not in caught.value.sentence("x")


def test_an_unreadable_file_is_an_error(tmp_path):
    for path, reason in ((tmp_path / "missing", "No such file"), (tmp_path, "Is a directory"), ("a\0b", "not one")):
        with pytest.raises(InvalidOption, match="cannot be read: .*" + reason):
            read_option_file(str(path))


def test_an_empty_path_is_an_error():
    with pytest.raises(InvalidOption, match="^config_file is empty"):
        read_option_file("")


def test_a_file_that_anybody_can_change_is_an_error(tmp_path):
    path = written(tmp_path, "[client]\nuser=a\n")
    os.chmod(path, 0o602)
    with pytest.raises(InvalidOption, match="can be changed by anybody"):
        read_option_file(path)
