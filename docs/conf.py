# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Settings of Sphinx for the documentation site; scripts/docs.py builds it."""

from __future__ import annotations

import re
import zlib
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
INVENTORY = HERE.parent / ".cache" / "docs" / "ansible.inv"

# What the generated reference pages link to in Ansible's own documentation. Sphinx usually downloads a list of all
# labels there; with the few that are needed the site is built without a network, and a missing one is an error.
ANSIBLE_LABELS = {
    "action_plugins": "plugins/action.html Action plugins",
    "ansible_configuration_settings": "reference_appendices/config.html Ansible Configuration Settings",
    "common_return_values": "reference_appendices/common_return_values.html Return Values",
}


def write_inventory(target: Path) -> None:
    """Writes the labels as the file that Sphinx would have downloaded (objects.inv, version 2)."""
    lines = "".join(f"{label} std:label -1 {place.replace(' ', f'#{label} ', 1)}\n"
                    for label, place in ANSIBLE_LABELS.items())
    header = ("# Sphinx inventory version 2\n# Project: Ansible\n# Version: devel\n"
              "# The remainder of this file is compressed using zlib.\n")
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(header.encode() + zlib.compress(lines.encode()))


write_inventory(INVENTORY)

project = "community.oceanbase"
copyright = "The community.oceanbase authors"
html_title = "OceanBase collection for Ansible"

extensions = ["sphinx.ext.intersphinx", "sphinx_antsibull_ext", "sphinx_copybutton"]
intersphinx_mapping = {"ansible": ("https://docs.ansible.com/projects/ansible/devel/", str(INVENTORY))}
nitpicky = True
default_role = "any"
highlight_language = "yaml"

html_theme = "furo"
html_static_path = [str(HERE / "static")]
html_css_files = ["site.css"]
html_copy_source = False
html_show_sphinx = False
html_use_index = False

TABLE = re.compile(r"<table .*?</table>", re.DOTALL)
ROW = re.compile(r"<tr.*?</tr>", re.DOTALL)


def name_cells(table: re.Match[str]) -> str:
    """Returns a table in which each cell names the head of its column, for screens too narrow for columns."""
    heads = [re.sub("<[^>]*>", "", head).strip() for head in re.findall(r"<th.*?</th>", table[0], re.DOTALL)]

    def name(row: re.Match[str]) -> str:
        """Returns a row with the heads in it."""
        left = iter(heads)
        return re.sub("<td", lambda _cell: f'<td data-head="{next(left, "")}"', row[0])

    return ROW.sub(name, table[0])


def name_cells_of_page(_app: Any, _page: str, _template: str, context: dict[str, Any], _doctree: Any) -> None:
    """Names the cells of all tables of a page."""
    if "body" in context:
        context["body"] = TABLE.sub(name_cells, context["body"])


def setup(app: Any) -> None:
    """Registers what this file does itself."""
    app.connect("html-page-context", name_cells_of_page)
