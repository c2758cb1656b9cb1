# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release. Do not use it from elsewhere.
"""Reads an option file as MySQL programs have it; no settings of its own, see LOGIN_SOURCES in _login.py."""

from __future__ import annotations

import configparser
import os
import re
from typing import Dict

from .._errors import InvalidOption

_ESCAPES = {"b": "\b", "t": "\t", "n": "\n", "r": "\r", "s": " ", "\\": "\\"}


def read_option_file(path: str) -> Dict[str, str]:
    """
    The section ``[client]`` of a MySQL option file, keys with dashes.

    InvalidOption if the file cannot be read, has no such section or is broken: a file that was named and then
    silently ignored would log in with other values than the user believes.
    """
    parser = configparser.RawConfigParser(
        strict=False, allow_no_value=True, inline_comment_prefixes=None, delimiters=("=",), default_section="\0")
    hint = "Name a readable option file with a section [client], or leave config_file out."
    try:
        with open(os.path.expanduser(path), encoding="utf-8") as stream:
            lines = list(stream)
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
        raise InvalidOption("config_file %s cannot be read: %s" % (path, reason), hint) from None
    included = [number for number, line in enumerate(lines, 1) if line.startswith("!")]
    if included:
        raise InvalidOption(
            "config_file %s includes other files (line %d), which are not followed" % (path, included[0]),
            "Name the file that holds the section [client] itself.")
    try:
        parser.read_file(lines, path)
        section = parser.items("client")
    except configparser.NoSectionError:
        raise InvalidOption("config_file %s has no section [client]" % path, hint) from None
    except configparser.Error as error:
        # The parser's own text quotes the line, which may be the one with the password.
        line = getattr(error, "lineno", None) or next((entry[0] for entry in getattr(error, "errors", [])), "?")
        raise InvalidOption("config_file %s is not a valid option file (line %s)" % (path, line), hint) from None
    return {key.replace("_", "-"): _unquote(value) for key, value in section if value is not None}


def _unquote(value: str) -> str:
    """The value as MySQL programs read it: quotes around it removed, escape sequences decoded."""
    if len(value) >= 2 and value[0] == value[-1] and value[0] in "'\"":
        value = value[1:-1]
    return re.sub(r"\\([btnrs\\])", lambda match: _ESCAPES[match.group(1)], value)
