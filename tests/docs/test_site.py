# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every page of the documentation site opens, fits a telephone, and its links lead somewhere (`make docs` built it)."""

from __future__ import annotations

import json
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urldefrag

import pytest

from support import REPOSITORY

sys.path.insert(0, str(Path(__file__).parent))
from browser import CONTRAST, look_at

SITE = REPOSITORY / ".cache" / "docs" / "html"
TELEPHONE, DESKTOP = 360, 1280


class Page(HTMLParser):
    """The links of a page and the places in it that a link can name."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.links: list[str] = []
        self.places: set[str] = set()
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        self.places.update(filter(None, (values.get("id"), values.get("name") if tag == "a" else None)))
        link = values.get({"a": "href", "img": "src", "script": "src", "link": "href"}.get(tag, ""))
        if link is not None:
            self.links.append(link)


@pytest.fixture(scope="module")
def pages() -> dict[str, Page]:
    """All pages, by their path below the site."""
    assert (SITE / "index.html").is_file(), "the site is not built: make docs"
    paths = [path for path in SITE.rglob("*.html") if "_static" not in path.parts]
    return {str(path.relative_to(SITE)): Page(path) for path in paths}


@pytest.fixture(scope="module", params=[TELEPHONE, DESKTOP], ids=["telephone", "desktop"])
def seen(request: pytest.FixtureRequest, pages: dict[str, Page], tmp_path_factory: pytest.TempPathFactory) -> list[Any]:
    """What Chromium sees on each page."""
    found = look_at(SITE, sorted(pages), request.param, tmp_path_factory.mktemp("chromium"))
    assert [one["page"] for one in found] == ["/" + name for name in sorted(pages)]
    assert {one["width"] for one in found} == {request.param}
    return found


def test_there_is_a_page_for_every_guide_module_and_role(pages: dict[str, Page]) -> None:
    guides = {f"docsite/{path.stem}.html" for path in (REPOSITORY / "docs/docsite/rst").glob("*.rst")}
    modules = {f"{path.stem}_module.html" for path in (REPOSITORY / "plugins/modules").glob("*.py")}
    roles = {f"{path.parents[1].name}_role.html" for path in (REPOSITORY / "roles").glob("*/meta/argument_specs.yml")}
    assert guides | modules | roles | {"index.html"} <= set(pages)


def test_every_role_has_an_example(pages: dict[str, Page]) -> None:
    roles = {name: page for name, page in pages.items() if name.endswith("_role.html")}
    assert roles
    assert [name for name, page in roles.items() if "example" not in page.places] == []


def test_every_page_opens_with_its_heading_styles_and_pictures(seen: list[Any]) -> None:
    # The page with the results of a search has no heading before there is one.
    assert [one["page"] for one in seen if not one["heading"]] == ["/search.html"]
    assert [one["page"] for one in seen if not one["styled"] or one["pictures"]] == []


def test_nothing_is_wider_than_the_screen(seen: list[Any]) -> None:
    assert [(one["page"], one["needed"], one["wide"]) for one in seen
            if one["needed"] > one["width"] or one["wide"]] == []


def test_tables_are_read_without_scrolling(seen: list[Any]) -> None:
    assert [(one["page"], one["cut"]) for one in seen if one["cut"]] == []


# What the reader's system prefers and what the theme's switch says; the switch counts, if it is not left to the system.
@pytest.mark.parametrize(("system", "switches"), [
    ("light", {"auto": False, "dark": True}), ("dark", {"auto": True, "light": False})], ids=["light", "dark"])
@pytest.mark.parametrize("width", [TELEPHONE, DESKTOP], ids=["telephone", "desktop"])
def test_every_text_can_be_told_from_its_ground(
        pages: dict[str, Page], tmp_path: Path, system: str, switches: dict[str, bool], width: int) -> None:
    found = look_at(SITE, sorted(pages), width, tmp_path, CONTRAST % json.dumps(list(switches)), system == "dark")
    assert len(found) == len(pages)
    for switch, is_dark in switches.items():
        assert [one["page"] for one in found if not one[switch]["texts"]] == []
        assert {max(one[switch]["ground"]) < 128 for one in found} == {is_dark}
        faint = {kind: (one["page"], text) for one in found for kind, text in one[switch]["worst"].items()}
        assert faint == {}, f"{switch}: " + "\n".join(f"{kind}: {text}" for kind, text in faint.items())


def test_every_link_leads_somewhere(pages: dict[str, Page]) -> None:
    broken = []
    for name, page in pages.items():
        for link in page.links:
            target, place = urldefrag(unquote(link).split("?v=")[0])
            if target.startswith(("https://", "data:", "mailto:")):
                continue
            file = (SITE / name).parent / target if target else SITE / name
            if not file.is_file():
                broken.append((name, link))
            elif place and file.suffix == ".html":
                other = pages[str(file.resolve().relative_to(SITE))]
                if place not in other.places:
                    broken.append((name, link))
    assert broken == []


def test_every_page_can_be_reached_from_the_index(pages: dict[str, Page]) -> None:
    reached: set[str] = set()
    waiting = ["index.html"]
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached.add(name)
            targets = [((SITE / name).parent / urldefrag(link).url).resolve() for link in pages[name].links
                       if urldefrag(link).url.endswith(".html") and "://" not in link]
            waiting += [str(target.relative_to(SITE)) for target in targets if str(target.relative_to(SITE)) in pages]
    assert reached == set(pages)
