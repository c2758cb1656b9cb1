# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The texts are plain American English: docstrings begin with verbs, and nobody has to guess what a phrase means."""

from __future__ import annotations

import ast
import re
import subprocess
from pathlib import Path
from typing import Iterator

import pytest
import yaml

from support import REPOSITORY

CODE = ("plugins/", "roles/", "scripts/", "tests/support/", "extensions/", "docs/")
# A person reads these: documentation, messages, names of tasks.
READ_BY_USERS = ("README.md", "galaxy.yml", "docs/", "roles/", "playbooks/", "plugins/", "examples/", "extensions/",
                 "tests/faults/golden_messages.txt")
TEXT = {".py", ".yml", ".yaml", ".md", ".rst", ".txt", ".json", ".toml", ".html", ".css", ".js"}
# Spelled as their authors do: licenses, the exceptions of codespell, and what this file forbids.
OF_OTHERS = ("LICENSES/", "pyproject.toml", "tests/contract/test_language.py")

# A kind of spelling each; codespell has the words (make lint).
BRITISH = re.compile(
    r"\b(?:\w*(?:cancel|label|model|travel|signal|marshal|total)l(?:ed|ing)|(?:un)?(?:behavi|col|hon|fav|neighb|lab|rum)our\w*"
    r"|(?:un)?(?:recogn|organ|initial|serial|normal|summar|synchron|optim|author|parameter|custom|emphas|minim|util|categor"
    r"|standard)is(?:e|ed|es|er|ing|ation)|(?:un)?analys(?:e|ed|es|ing)|catalogue\w*|centre\w*|licence\w*|defence|grey"
    r"|judgement|artefact\w*|whilst|learnt|spelt)\b", re.IGNORECASE)
LIBRARY_NAMES = re.compile(r"CancelledError|\.cancelled\(\)")

RIDDLES = {
    r"\bbec[oa]me? of\b": "report its final state",
    r"\bSees to it\b": "Ensures",
    r"\bfor want of\b": "for example, no ..; because .. is missing",
    r"\bcannot be meant\b|\bis not meant\b": "is out of range; another one",
    r"\boutlasted\b": "retried",
    r"\b(?:is|are) content with\b": "accepts",
    r"\bOn a shell it is\b": "From the command line",
    # "There is no such job" and "it is no longer there" are English; "the server is no OceanBase" is not.
    r"(?<!here )\b(?:is|are|was|were) no (?!longer\b|more\b|one\b|need\b)": "is not a ..",
}

# Words that end in s as verbs do, and begin a docstring of a function that does not say what the function does.
NOT_VERBS = {
    "access", "address", "always", "as", "bytes", "class", "columns", "digits", "errors", "files", "has", "hosts", "is",
    "its", "jobs", "less", "lines", "microseconds", "options", "packets", "paths", "perhaps", "plus", "ports",
    "process", "progress", "rows", "seconds", "settings", "statements", "status", "success", "tables", "tenants",
    "texts", "this", "thus", "times", "tokens", "users", "values", "words"}
BAD_BEGINNINGS = ("What", "Whether", "How", "The", "Where", "Who", "Why")


def files(*folders: str) -> list[Path]:
    """Returns the text files of the repository below these folders, those not yet added to git included."""
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard", "-z"], cwd=REPOSITORY, check=True,
                            capture_output=True, text=True).stdout.split("\0")
    return [REPOSITORY / name for name in listed
            if name.startswith(folders or ("",)) and not name.startswith(OF_OTHERS) and Path(name).suffix in TEXT
            and (REPOSITORY / name).is_file()]


def docstrings(text: str) -> Iterator[tuple[ast.AST, str]]:
    """Yields each module, class and function of a source text with its docstring."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
            found = ast.get_docstring(node)
            if found:
                yield node, found


def begins_with_a_verb(docstring: str) -> bool:
    """Returns whether the first word looks like a verb in the third person: Returns, Cancels, Does."""
    word = docstring.split()[0].rstrip(".,:;")
    two_verbs = re.match(r"Returns (?!as |its |this )[a-z]+s (?:a|an|the) ", docstring)
    return bool(re.fullmatch(r"[A-Z][a-z]+s", word)) and word.lower() not in NOT_VERBS and not two_verbs


def badly_begun(text: str) -> list[str]:
    """Returns the beginnings of docstrings that are not as they should be."""
    return [found[:60] for node, found in docstrings(text)
            if found.startswith(tuple(f"{word} " for word in BAD_BEGINNINGS))
            or (isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and not begins_with_a_verb(found))]


def british(text: str) -> list[str]:
    """Returns the British spellings in a text; words in capitals are SQL's own."""
    return [word for word in BRITISH.findall(LIBRARY_NAMES.sub("", text)) if not word.isupper()]


def riddles(text: str) -> list[str]:
    """Returns each phrase that one has to guess, with what to write instead."""
    words = " ".join(text.split())
    return [f"{match[0]}: {instead}" for riddle, instead in RIDDLES.items() for match in re.finditer(riddle, words)]


def by_file(found: dict[Path, list[str]]) -> dict[str, list[str]]:
    """Returns what was found, by the path below the repository, without the files in which nothing was."""
    return {str(path.relative_to(REPOSITORY)): complaints for path, complaints in found.items() if complaints}


def test_docstrings_begin_with_a_verb() -> None:
    sources = [path for path in files(*CODE) if path.suffix == ".py"]
    assert len(sources) > 100
    assert by_file({path: badly_begun(path.read_text(encoding="utf-8")) for path in sources}) == {}


def test_the_spelling_is_american() -> None:
    assert by_file({path: british(path.read_text(encoding="utf-8")) for path in files()}) == {}


def test_nobody_has_to_guess() -> None:
    assert by_file({path: riddles(path.read_text(encoding="utf-8")) for path in files(*READ_BY_USERS)}) == {}


def test_short_descriptions_fit_a_list() -> None:
    """`ansible-doc -l` cuts them at 80 columns, of which the longest name takes its share."""
    modules = sorted((REPOSITORY / "plugins" / "modules").glob("*.py"))
    room = 80 - max(len(f"community.oceanbase.{path.stem}") for path in modules) - 5
    texts = {}
    for path in modules:
        [documentation] = re.findall(r'^DOCUMENTATION = r"""\n(.*?)^"""', path.read_text(encoding="utf-8"),
                                     re.DOTALL | re.MULTILINE)
        texts[path.stem] = yaml.safe_load(documentation)["short_description"]
    assert {name: text for name, text in texts.items() if len(text) > room} == {}


@pytest.mark.parametrize("text", ["The job is cancelled.", "labelled", "Behaviour", "recognises it", "analyse", "grey"])
def test_a_british_spelling_is_found(text: str) -> None:
    assert british(text)


@pytest.mark.parametrize("text", [
    "Report what became of it", "and what\nbecame  of it", "the server is no OceanBase",
    "which is no name of a variable", "Sees to it that", "for want of a Python", "what is transient is outlasted",
    "is content with a tenant"])
def test_a_riddle_is_found(text: str) -> None:
    assert riddles(text)


@pytest.mark.parametrize("text", ["There is no such job", "there is no tenant x", "it is no longer there", "no name"])
def test_plain_english_is_left_alone(text: str) -> None:
    assert not riddles(text)


@pytest.mark.parametrize("docstring", [
    "What it does.", "Whether it is.", "The job.", "A job.", "Job of x.", "status of it", "Rows of a view.",
    "Returns skips a hint."])
def test_a_docstring_without_a_verb_is_found(docstring: str) -> None:
    assert badly_begun(f'def f():\n    """{docstring}"""\n')
    assert not badly_begun('def f():\n    """Returns a job."""\n')
