# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tables and the picture of the guides say what the code and the mock do."""

from __future__ import annotations

import re
import runpy
from collections.abc import Iterator

import pymysql
import pytest
import yaml

from ansible_collections.community.oceanbase.plugins.module_utils import _errors
from ansible_collections.community.oceanbase.plugins.module_utils._connection.login import LOGIN_SOURCES
from ansible_collections.community.oceanbase.plugins.module_utils._procedures.cancel_decision import Outcome
from ansible_collections.community.oceanbase.plugins.module_utils._views.jobs import CANCELED, STATUSES, Phase
from support import REPOSITORY
from support.documents.blocks import module_documentation
from support.servers.ob_mock import Mock

GUIDES = REPOSITORY / "docs" / "docsite" / "rst"
MODULES = module_documentation()


def table(guide: str) -> list[list[str]]:
    """The rows of the first table of a guide below its heading, cells as text without markup."""
    text = (GUIDES / f"{guide}.rst").read_text(encoding="utf-8")
    body = re.search(r"\.\. list-table::\n(?:    :.*\n)+\n((?:    .*\n|\n)+)", text)
    assert body, guide
    rows = re.split(r"^    \* - ", body[1], flags=re.MULTILINE)[1:]
    return [[cell.strip().replace("``", "") for cell in re.split(r"^      -", row, flags=re.MULTILINE)]
            for row in rows][1:]


def error_classes() -> set[str]:
    """What error.class can be, by the code."""
    waiting, found = [_errors.Failure], set()
    while waiting:
        one = waiting.pop()
        found.add(one.error_class)
        waiting += one.__subclasses__()
    return found


def test_the_error_classes_of_guide_modules_and_code_are_the_same() -> None:
    in_guide = [row[0] for row in table("errors_guide")]
    # Some modules refer to ob_clone_cancel for the keys of error.
    texts = [str(module["return"]["error"]["contains"]["class"]["description"]) for module in MODULES.values()
             if "contains" in module["return"].get("error", {})]
    in_modules = set(re.findall(r"V\((\w+)\)", "".join(texts)))
    assert len(in_guide) == len(set(in_guide))
    assert set(in_guide) == in_modules == error_classes()


def test_the_outcomes_of_the_guide_are_those_of_the_code() -> None:
    assert [row[0] for row in table("outcomes_guide")] == list(Outcome.ALL)


def test_the_login_sources_of_the_guide_are_those_of_the_code() -> None:
    nothing = {"login_password": "no password", "login_unix_socket": "host and port", "ca_cert": "no TLS",
               "client_cert": "no client certificate", "client_key": "no client key"}
    assert table("login_guide") == [
        [option, variable or "", key, str(default) if default is not None else nothing[option]]
        for option, (variable, key, default) in LOGIN_SOURCES.items()]


def test_the_statuses_of_the_guide_are_those_of_the_code() -> None:
    assert table("how_it_works_guide") == [
        [status, phase.value, "accepted" if phase is Phase.CANCELLABLE else "4179"]
        for status, phase in STATUSES.items()]


@pytest.fixture(scope="module")
def cluster_with_every_status() -> Iterator[Mock]:
    """Yields a mock that stands still, with a clone job in each status; the last one is only seen in HISTORY."""
    jobs = [{"clone_tenant": f"clone_{number}", "source_tenant": f"source_{number}", "state": status}
            for number, status in enumerate(STATUSES)]
    running = [{**job, "hold": True} for job in jobs if job["state"] != CANCELED]
    with Mock(scenario={"upgrade_mode": True, "jobs": running,
                        "history": [job for job in jobs if job["state"] == CANCELED]}) as mock:
        yield mock


@pytest.mark.parametrize(("number", "row"), list(enumerate(table("how_it_works_guide"))),
                         ids=list(STATUSES))
def test_the_mock_answers_a_cancel_as_the_guide_says(number: int, row: list[str],
                                                     cluster_with_every_status: Mock) -> None:
    statuses = {job["clone_tenant_name"]: job["status"] for job in
                cluster_with_every_status.progress() + cluster_with_every_status.history()}
    assert statuses[f"clone_{number}"] == row[0]
    try:
        cluster_with_every_status.sql(f"ALTER SYSTEM CANCEL CLONE clone_{number}")
        answer = "accepted"
    except pymysql.MySQLError as error:
        answer = str(error.args[0])
    assert answer == row[2]


def test_the_picture_is_the_one_that_the_status_table_draws() -> None:
    drawn = runpy.run_path(str(REPOSITORY / "scripts" / "status_diagram.py"))
    picture = drawn["draw"]()
    assert drawn["PICTURE"].read_text(encoding="utf-8") == picture, "python scripts/status_diagram.py draws it anew"
    names = re.findall(r">(?:fails: )?([A-Z_]+)</text>", picture)
    assert {"CLONE_SYS_" + name for name in names if not name.startswith("DBA_")} == set(STATUSES)


def test_the_clients_of_the_guide_are_those_that_are_run() -> None:
    folder = REPOSITORY / "tests" / "clients"
    clients = yaml.safe_load((folder / "clients.yml").read_text(encoding="utf-8"))["clients"]
    languages = {path.suffix for path in (folder / "programs").iterdir()} - {".md"}
    assert len(languages) == 8
    assert f"\n{len(clients)} clients of eight languages " in (GUIDES / "mock_guide.rst").read_text(encoding="utf-8")


def contrast(one: str, other: str) -> float:
    """Returns the contrast (WCAG 2) of two colors such as #dbeafe."""
    def luminance(color: str) -> float:
        channels = [int(color[start:start + 2], 16) / 255 for start in (1, 3, 5)]
        linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("form", ["LIGHT", "DARK"])
def test_the_picture_can_be_read_by_day_and_by_night(form: str) -> None:
    colors = runpy.run_path(str(REPOSITORY / "scripts" / "status_diagram.py"))[form]
    boxes = {"cancellable", "completed", "canceled", "failed"}
    pairs = [("ink", box) for box in boxes | {"paper"}] + [("fail", box) for box in boxes - {"failed", "canceled"}]
    pairs.append(("soft", "paper"))
    assert [pair for pair in pairs if contrast(colors[pair[0]], colors[pair[1]]) < 4.5] == []
