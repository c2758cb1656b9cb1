# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""
Writes the page of the playbooks for the site and a survey for AWX for each, from docs/docsite/ready_to_run.yml and what
the playbooks check of their variables.

``python scripts/playbooks.py`` writes docs/docsite/rst/playbooks_guide.rst and playbooks/surveys/*.json.
"""

from __future__ import annotations

import ast
import json
import sys
import textwrap
from typing import Any, NamedTuple

import yaml

from stage import REPOSITORY

SOURCE = REPOSITORY / "docs" / "docsite" / "ready_to_run.yml"
PAGE = REPOSITORY / "docs" / "docsite" / "rst" / "playbooks_guide.rst"
SURVEYS = REPOSITORY / "playbooks" / "surveys"
FILES = "https://github.com/community-oceanbase/community.oceanbase/blob/main/playbooks"
RUN = ("ansible-playbook -i playbooks/inventory/hosts.yml \\\n"
       "        --vault-password-file playbooks/inventory/vault-password \\\n       ")
REFERENCE = "ansible_collections.community.oceanbase.docsite"

HEAD = f"""..
  Copyright (c) 2026, The community.oceanbase authors
  GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
  SPDX-License-Identifier: GPL-3.0-or-later

.. Written by scripts/playbooks.py from docs/docsite/ready_to_run.yml; do not edit.

.. _{REFERENCE}.playbooks_guide:

Playbooks that are ready to run
===============================

They come with the collection: run them by their full name, from a shell or as a job template of AWX. They run on the
control node and log in to each cluster from there. Each one ends with a summary of all clusters, and only then fails on
those where something failed.

The inventory has one host for each cluster, in the group ``oceanbase``, with the login in ``oceanbase_login``
(:ref:`{REFERENCE}.login_guide`). The commands of this page are written for the inventory of two clusters in
`playbooks/inventory <{FILES}/inventory/hosts.yml>`__, which
:ref:`mock_clusters <{REFERENCE}.playbook_mock_clusters>` runs on your machine.
In a clone of the repository run ``make venv``, ``. .venv/bin/activate`` and
``export ANSIBLE_COLLECTIONS_PATH=$PWD/.cache/collections`` first.

.. code-block:: shell

    {RUN} community.oceanbase.mock_clusters

"""

COMMON = """
Variables of all of them
------------------------

.. list-table::
    :header-rows: 1

    * - Variable
      - Type
      - Meaning
    * - ``oceanbase_login``
      - dictionary
      - The login options of the modules. Keep it in the inventory, with the password in a vault or a credential.
    * - ``oceanbase_hosts``
      - text
      - The pattern of hosts, given with ``-e``: a play does not find it in the inventory. If not given, the group
        ``oceanbase``, or ``localhost`` if there is no such group.
    * - ``oceanbase_serial``
      - number
      - How many clusters at once, given with ``-e``. If one fails, the batches after it are left alone. If not given,
        all at the same time. Not for ``clone_status`` and ``mock_clusters``, which change no cluster.

``--limit`` picks clusters, and ``--check`` shows what would be done.

"""

TAIL = f"""Surveys for AWX
---------------

For each playbook there is a survey beside it, in `playbooks/surveys <{FILES}/surveys>`__. Make a job template of the
playbook and send the file to ``/api/v2/job_templates/ID/survey_spec/``, or fill in the form from it. The execution
environment is described in :ref:`{REFERENCE}.execution_environment_guide`.

.. code-block:: shell

    {RUN} community.oceanbase.mock_clusters -e sys_tenant_mock_state=stopped
"""


class Variable(NamedTuple):
    """A variable of a playbook: what a person has to know, and what a survey asks."""

    name: str
    type: str
    default: Any
    choices: list[str]
    required: bool
    description: str
    question: str | None
    answer: Any


class Playbook(NamedTuple):
    """A playbook of the collection."""

    name: str
    summary: str
    description: str
    command: str
    output: str
    variables: list[Variable]


def option_of(place: str) -> dict[str, Any]:
    """Returns the option of a role or module, named as in ``clone_cancel.clone_cancel_fail_on``."""
    owner, name = place.split(".")
    role = REPOSITORY / "roles" / owner / "meta" / "argument_specs.yml"
    if role.is_file():
        options = yaml.safe_load(role.read_text(encoding="utf-8"))["argument_specs"]["main"]["options"]
    else:
        module = ast.parse((REPOSITORY / "plugins" / "modules" / f"{owner}.py").read_text(encoding="utf-8"))
        texts = {node.targets[0].id: ast.literal_eval(node.value) for node in module.body  # type: ignore[attr-defined]
                 if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)}
        options = yaml.safe_load(texts["DOCUMENTATION"])["options"]
    return dict(options[name])


def checked_by(playbook: str) -> dict[str, dict[str, Any]]:
    """Returns the variables that a playbook checks before it touches a cluster, with their types and defaults."""
    sys.path.insert(0, str(REPOSITORY / ".cache" / "collections"))
    from ansible_collections.community.oceanbase.plugins.plugin_utils._playbook_variables import PLAYBOOKS

    return PLAYBOOKS.get(playbook, {})


def playbooks() -> list[Playbook]:
    """Returns the playbooks with their variables, in the order of the page."""
    found = []
    for entry in yaml.safe_load(SOURCE.read_text(encoding="utf-8"))["playbooks"]:
        checked = checked_by(entry["name"])
        variables = []
        for name, own in entry["variables"].items():
            option = option_of(own["option"]) if "option" in own else {}
            facts = {"type": "str", **option, **checked.get(name, {}), **own}
            # Nobody chooses an empty text; it is what a field gives that is left empty.
            choices = [choice for choice in facts.get("choices") or () if choice]
            variables.append(Variable(
                name, facts["type"], facts.get("default"), choices, bool(facts.get("required")),
                own["description"], own["question"] if own.get("survey", True) else None, own.get("answer")))
        found.append(Playbook(**{**entry, "variables": variables}))
    return found


def survey(playbook: Playbook) -> dict[str, Any]:
    """Returns the survey of a playbook as AWX takes it. A list of free texts is asked for as text with commas."""
    questions = []
    for variable in playbook.variables:
        if variable.question is None:
            continue
        kind: dict[str, Any] = {"type": "text", "min": 0, "max": 1024}
        default = variable.default
        if variable.choices:
            several = variable.type == "list"
            kind = {"type": "multiselect" if several else "multiplechoice", "choices": list(variable.choices)}
            default = "\n".join(default or []) if several else default
        elif variable.type == "int":
            kind = {"type": "integer", "min": 0, "max": 2147483647}
        elif variable.type == "list":
            default = ",".join(default or [])
        questions.append({
            "question_name": variable.question, "question_description": plain(variable.description),
            "required": variable.required, "variable": variable.name, **kind,
            "default": "" if default is None else default})
    return {"name": "", "description": "", "spec": questions}


def plain(text: str) -> str:
    """Returns a description without the marks of the page."""
    return text.replace("``", "")


def page() -> str:
    """Returns the page of the playbooks."""
    return HEAD + "".join(map(section, playbooks())) + COMMON.lstrip("\n") + TAIL


def section(playbook: Playbook) -> str:
    """Returns what the page says of one playbook."""
    command = " ".join(filter(None, (RUN, f"community.oceanbase.{playbook.name}", playbook.command)))
    lines = [
        f".. _{REFERENCE}.playbook_{playbook.name}:", "", playbook.name, "-" * len(playbook.name), "",
        f"{playbook.summary} (`{playbook.name}.yml <{FILES}/{playbook.name}.yml>`__, "
        f"`survey <{FILES}/surveys/{playbook.name}.json>`__).", "",
        *textwrap.wrap(playbook.description, 120, break_long_words=False, break_on_hyphens=False), ""]
    if playbook.output:
        lines += [".. code-block:: shell", "", f"    {command}", "",
                  ".. code-block:: text", "", *textwrap.indent(playbook.output, "    ").splitlines(), ""]
    lines += [".. list-table::", "    :header-rows: 1", "", "    * - Variable", "      - Type", "      - Meaning"]
    for variable in playbook.variables:
        lines += [f"    * - ``{variable.name}``", f"      - {kind_of(variable)}", f"      - {meaning_of(variable)}"]
    return "\n".join([*lines, "", ""])


def kind_of(variable: Variable) -> str:
    """Returns the type of a variable in words."""
    words = {"str": "text", "path": "path", "int": "number", "bool": "true or false", "list": "list"}[variable.type]
    return words + (", required" if variable.required else "")


def meaning_of(variable: Variable) -> str:
    """Returns the description of a variable with its choices and its default."""
    text = variable.description
    if variable.choices and len(variable.choices) < 5:
        text += " One of " if variable.type != "list" else " Any of "
        text += ", ".join(f"``{choice}``" for choice in variable.choices) + "."
    default = ", ".join(variable.default) if isinstance(variable.default, list) else variable.default
    if default not in (None, ""):
        text += f" Default: ``{default}``."
    return text


def files() -> dict[Any, str]:
    """Returns the text of every file that this script writes, by its path."""
    surveys = {SURVEYS / f"{playbook.name}.json": json.dumps(survey(playbook), indent=2) + "\n"
               for playbook in playbooks()}
    return {PAGE: page(), **surveys}


if __name__ == "__main__":
    SURVEYS.mkdir(exist_ok=True)
    for path, content in files().items():
        path.write_text(content, encoding="utf-8")
