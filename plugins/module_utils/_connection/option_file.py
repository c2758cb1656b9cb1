# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release. Do not use it from elsewhere.
"""
Reads an option file as MySQL programs do, which is not as an INI file is read.

It works on bytes, as they do: a line is one up to a line feed, and white space includes the byte 0xA0. Where MySQL
programs would go on with other values than the file's writer has in mind, this is an error instead.
"""

from __future__ import annotations

import os
import re
import stat
from typing import Dict, List, Optional, Tuple

from .._errors import InvalidOption

_SPACE = b" \t\n\v\f\r\xa0"
_ESCAPES = {b"b": b"\b", b"t": b"\t", b"n": b"\n", b"r": b"\r", b"s": b" ", b"\\": b"\\", b'"': b'"', b"'": b"'"}
_BYTE_ORDER_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
# MySQL programs take the rest of a longer line for another line.
_LONGEST_LINE = 4094
# How a file of Ansible Vault begins, and one that mysql_config_editor keeps logins in.
_ENCRYPTED = (b"$ANSIBLE_VAULT;", b"\0\0\0\0")
_DECRYPT = "Keep the password in a variable for login_password, which may be encrypted, and leave config_file out."
_HINT = "Name a readable option file that holds the section [client] itself, or leave config_file out."


def read_option_file(path: str) -> Dict[str, Optional[str]]:
    """
    Returns the options in the sections ``[client]`` of an option file, None for one without a value; dashes in the
    names.

    What is not UTF-8 comes out as lone surrogates. InvalidOption if the file cannot be read, has no such section or is
    broken: a file that was named and then silently ignored would log in with other values than the user believes.
    """
    if not path:
        raise InvalidOption("config_file is empty", _HINT)
    try:
        with open(os.path.expanduser(path), "rb") as stream:
            mode = os.fstat(stream.fileno()).st_mode
            content = stream.read()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "the path is not one"
        raise InvalidOption("config_file %s cannot be read: %s" % (path, reason), _HINT) from None
    if stat.S_ISREG(mode) and mode & stat.S_IWOTH:
        raise InvalidOption("config_file %s can be changed by anybody on this host, so MySQL programs ignore it" % path,
                            "Remove that permission: chmod o-w.")
    if content.startswith(_BYTE_ORDER_MARKS):
        raise InvalidOption("config_file %s begins with a byte order mark, which MySQL programs do not read" % path,
                            "Save it as UTF-8 without a byte order mark.")
    if content.startswith(_ENCRYPTED):
        raise InvalidOption("config_file %s is encrypted by %s, and modules do not decrypt it" % (
            path, "Ansible Vault" if content[:1] == b"$" else "mysql_config_editor"), _DECRYPT)
    options: Dict[str, Optional[str]] = {}
    section: Optional[bytes] = None
    found = False
    for number, line in enumerate(content.split(b"\n"), 1):
        try:
            section, option = _parse(line, section)
        except ValueError as error:
            # Never the line itself: it may be the one with the password.
            raise InvalidOption("config_file %s cannot be used: line %d %s" % (path, number, error),
                                _HINT) from None
        found = found or section == b"client"
        if option is not None and section == b"client":
            key, value = option
            if value is None:
                options.setdefault(_name(key), None)
            else:
                options[_name(key)] = value.decode("utf-8", "surrogateescape")
    if not found:
        raise InvalidOption("config_file %s has no section [client]" % path, _HINT)
    return options


def _parse(line: bytes, section: Optional[bytes]) -> Tuple[Optional[bytes], Optional[Tuple[bytes, Optional[bytes]]]]:
    """Returns the section after a line, and the option with its value, if any, that the line gives; ValueError."""
    if len(line) > _LONGEST_LINE:
        raise ValueError("is longer than %d bytes" % _LONGEST_LINE)
    text = line.split(b"\0")[0].lstrip(_SPACE)
    if not text or text[:1] in (b"#", b";"):
        return section, None
    if text[:1] == b"!":
        if re.match(rb"include(dir)?([ \t\n\v\f\r\xa0]|$)", text[1:].lstrip(_SPACE)):
            raise ValueError("includes other files, which are not followed")
        return section, None
    if text[:1] == b"[":
        name, bracket, _rest = text[1:].partition(b"]")
        if not bracket:
            raise ValueError("opens a section without closing the bracket")
        return name.rstrip(_SPACE), None
    if section is None:
        raise ValueError("stands before the first section")
    key, equals, value = _without_comment(text).partition(b"=")
    key = key.rstrip(_SPACE)
    if not key:
        raise ValueError("has a value but no option")
    return section, (key, _value(value.strip(_SPACE)) if equals else None)


def _without_comment(text: bytes) -> bytes:
    """Returns a line up to the first # that is not in quotes, where quotes may stand anywhere."""
    quote = b""
    escaped = False
    for position in range(len(text)):
        character = text[position:position + 1]
        if character in (b"'", b'"') and not escaped:
            quote = character if not quote else b"" if quote == character else quote
        if not quote and character == b"#":
            return text[:position]
        escaped = bool(quote) and character == b"\\" and not escaped
    return text


def _value(text: bytes) -> bytes:
    """Returns a value without the quotes around it and with its escape sequences decoded."""
    if len(text) > 1 and text[:1] == text[-1:] and text[:1] in (b"'", b'"'):
        text = text[1:-1]
    parts: List[bytes] = []
    rest = iter([text[position:position + 1] for position in range(len(text))])
    for character in rest:
        if character == b"\\":
            following = next(rest, b"")
            parts.append(_ESCAPES.get(following, b"\\" + following))
        else:
            parts.append(character)
    return b"".join(parts)


def _name(key: bytes) -> str:
    """Returns the name of an option as the programs know it."""
    name = key.decode("utf-8", "surrogateescape").replace("_", "-")
    # "loose-" only means that a program which does not know the option should not complain.
    return name[len("loose-"):] if name.startswith("loose-") else name
