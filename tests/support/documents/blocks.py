# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Code blocks of the documentation: those of Markdown files, of the guides, and the examples of the modules."""

from __future__ import annotations

import functools
import hashlib
import json
import os
import re
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any, NamedTuple

from ansible.release import __version__ as ansible_version

from support import REPOSITORY
from support.plays.ansible import ansible_environment

COLLECTION = "community.oceanbase"
_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_NAMED = re.compile(r"`([\w./-]+)`[^`\n]*(?:`[^`\n]*`[^`\n]*)*:\n\n$")
_DIRECTIVE = re.compile(
    r"^\.\. code-block:: (\w+)\n((?:    :\w+:.*\n)*)\n((?:(?:    .*)?\n)+)", re.MULTILINE)
_CAPTION = re.compile(r":caption: (.+)")


class Block(NamedTuple):
    """A code block: its language, the file that it is the content of (if it says so), and its line."""

    language: str
    name: str | None
    text: str
    line: int


def documents() -> dict[str, list[Block]]:
    """Returns the blocks of every document, by its path below the repository."""
    paths = [*REPOSITORY.glob("*.md"), *REPOSITORY.glob("roles/*/README.md"), *REPOSITORY.glob("playbooks/*.md"),
             *REPOSITORY.glob("docs/*.rst"), *REPOSITORY.glob("docs/docsite/rst/*.rst")]
    found = {str(path.relative_to(REPOSITORY)): blocks(path) for path in sorted(paths)}
    return {name: blocks_of_it for name, blocks_of_it in found.items() if blocks_of_it}


def blocks(path: Path) -> list[Block]:
    """Returns the code blocks of one file, in their order."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".md":
        found = []
        for match in _FENCE.finditer(text):
            named = _NAMED.search(text[:match.start()])
            found.append(Block(match[1], named[1] if named else None, match[2], text.count("\n", 0, match.start()) + 1))
        return found
    result = []
    for match in _DIRECTIVE.finditer(text):
        caption = _CAPTION.search(match[2])
        content = textwrap.dedent(match[3]).strip("\n") + "\n"
        result.append(Block(match[1], caption[1] if caption else None, content, text.count("\n", 0, match.start()) + 1))
    return result


@functools.cache
def module_documentation(kind: str = "module") -> dict[str, dict[str, Any]]:
    """
    Returns what ansible-doc knows about every module (or role) of the collection, by its short name.

    It is asked once for the files as they are, not by every worker and every file of tests anew.
    """
    sources = sorted([*REPOSITORY.glob("plugins/**/*.py"), *REPOSITORY.glob("roles/*/meta/*.yml")])
    state = hashlib.sha256(b"".join(path.read_bytes() for path in sources) + ansible_version.encode()).hexdigest()
    answer = REPOSITORY / ".cache" / "documentation" / f"{kind}-{state}.json"
    if not answer.exists():
        answer.parent.mkdir(parents=True, exist_ok=True)
        new = answer.with_suffix(f".{os.getpid()}")
        new.write_text(json.dumps(_ask_ansible_doc(kind)), encoding="utf-8")
        # At once, because other workers look for it.
        new.rename(answer)
    documentation: dict[str, dict[str, Any]] = json.loads(answer.read_text(encoding="utf-8"))
    return documentation


def _ask_ansible_doc(kind: str) -> dict[str, dict[str, Any]]:
    found = subprocess.run([sys.executable, "-m", "ansible", "doc", "--json", "--type", kind, "--list", COLLECTION],
                           check=True, stdout=subprocess.PIPE, env=ansible_environment()).stdout
    names = sorted(json.loads(found))
    documented = json.loads(subprocess.run(
        [sys.executable, "-m", "ansible", "doc", "--json", "--type", kind, *names], check=True, stdout=subprocess.PIPE,
        env=ansible_environment()).stdout)
    return {name.rsplit(".", 1)[1]: documented[name] for name in names}
