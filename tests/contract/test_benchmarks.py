# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the documentation says about speed is what the last `make bench` measured."""

from __future__ import annotations

import json
import runpy
from pathlib import Path

from support import REPOSITORY

PAGE = runpy.run_path(str(REPOSITORY / "tests" / "benchmark" / "page.py"))
WRITTEN = REPOSITORY / "docs" / "benchmarks"
GUIDE = REPOSITORY / "docs" / "docsite" / "rst" / "performance_guide.rst"
RESULTS = json.loads((WRITTEN / "results.json").read_text(encoding="utf-8"))


def test_page_and_chart_are_those_of_the_results(tmp_path: Path) -> None:
    PAGE["write"](RESULTS, tmp_path)
    for file in ("results.md", "chart.svg"):
        assert (tmp_path / file).read_text(encoding="utf-8") == (WRITTEN / file).read_text(encoding="utf-8"), file
    assert (GUIDE.parent / "images" / "benchmarks.svg").read_text(encoding="utf-8") == PAGE["chart"](RESULTS)


def test_the_guide_quotes_the_results() -> None:
    text = GUIDE.read_text(encoding="utf-8")
    assert PAGE["quoted"](text) == PAGE["figures"](RESULTS)
    assert all(text.count(f"|{name}|") > 1 for name in PAGE["quoted"](text)), "a figure that the text does not use"
