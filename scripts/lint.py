# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""
Runs the linters and the official sanity tests: all of them, or those named on the command line.

Prints the output of each as it ends and a table of their closing lines at last; fails when one of them failed.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor, as_completed
from typing import NamedTuple

import other_core

from stage import REPOSITORY

COLLECTION = "ansible_collections.community.oceanbase"

WORKFLOWS = sorted(str(path) for path in (REPOSITORY / ".github" / "workflows").glob("*.yml"))

# The slowest first: two run at a time. The sanity tests compile and import on each Python that this machine has, and
# those of the newest ansible-core are run in any case.
CHECKS = {
    "sanity": [sys.executable, "scripts/ansible_test.py", "sanity", "--local"],
    **({f"sanity-{other_core.release()}": other_core.sanity()} if sys.version_info < (3, 12) else {}),
    "ansible-lint": ["ansible-lint", "--strict"],
    "antsibull-docs": [
        "antsibull-docs", "lint-collection-docs", "--plugin-docs", "--validate-collection-refs=all", "."],
    "mypy-plugins": ["mypy", "--package", f"{COLLECTION}.plugins"],
    "mypy-eda": ["mypy", *map(str, sorted((REPOSITORY / "extensions" / "eda" / "plugins").rglob("*.py")))],
    "mypy-mock": ["mypy", "--package", "ob_mock"],
    "mypy-scripts": ["mypy", "scripts", "tests/support"],
    "galaxy-importer": [sys.executable, "scripts/galaxy_importer.py"],
    "github-workflows": ["check-jsonschema", "--builtin-schema", "vendor.github-workflows", *WORKFLOWS],
    "github-forms": ["check-jsonschema", "--builtin-schema", "vendor.github-issue-forms",
                     ".github/ISSUE_TEMPLATE/bug.yml", ".github/ISSUE_TEMPLATE/feature.yml"],
    "dependabot": ["check-jsonschema", "--builtin-schema", "vendor.dependabot", ".github/dependabot.yml"],
    "actionlint": ["actionlint", *WORKFLOWS],
    "reuse": ["reuse", "lint"],
    "yamllint": ["yamllint", "--strict", "."],
    "antsibull-changelog": ["antsibull-changelog", "lint"],
    "shellcheck": ["shellcheck", ".ci/run"],
    "codespell": ["codespell"],
    "ruff": ["ruff", "check"],
}
MYPY_PATH = [".cache/collections", "roles/sys_tenant_mock/files", "scripts", "tests"]
SANITY_TEST = 'Running sanity test "'
COLOR = re.compile(r"\x1b\[[0-9;]*m")


class Result(NamedTuple):
    """Result of one check: its name, exit code, duration in seconds and output."""

    name: str
    exit_code: int
    seconds: float
    output: str

    def closing_line(self) -> str:
        """Returns the last line of the output, or what the output amounts to where its last line does not say."""
        lines = [line.strip() for line in COLOR.sub("", self.output).splitlines() if line.strip()]
        if self.name.startswith("sanity") and SANITY_TEST in self.output:
            fatal = [line for line in lines if line.startswith("FATAL")]
            return fatal[0] if fatal else f"{self.output.count(SANITY_TEST)} sanity tests passed"
        return lines[-1] if lines else "no findings"


def run(name: str) -> Result:
    """Runs one check of CHECKS from the top folder and keeps what it prints."""
    environment = {**os.environ, "MYPYPATH": os.pathsep.join(MYPY_PATH)}
    started = time.monotonic()
    process = subprocess.run(CHECKS[name], cwd=REPOSITORY, env=environment, check=False, text=True,
                             stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return Result(name, process.returncode, time.monotonic() - started, process.stdout)


def main(names: list[str]) -> int:
    """Returns 0 when all checks named (none named: all there are) passed, 1 when one failed, 2 for an unknown name."""
    unknown = set(names) - set(CHECKS)
    if unknown:
        print(f"No such check: {', '.join(sorted(unknown))}. There are: {', '.join(CHECKS)}", file=sys.stderr)
        return 2
    results = []
    with ThreadPoolExecutor(max_workers=2) as pool:
        for future in as_completed([pool.submit(run, name) for name in names or CHECKS]):
            result = future.result()
            results.append(result)
            if result.exit_code:
                print(f"--- {result.name} failed:\n{result.output}", flush=True)
    print("--- lint")
    for result in results:
        verdict = "FAILED" if result.exit_code else "ok"
        print(f"{result.name:20} {verdict:6} {result.seconds:6.1f} s  {result.closing_line()[:110]}")
    failed = [result.name for result in results if result.exit_code]
    print(f"{len(failed)} of {len(results)} checks failed: {', '.join(failed)}" if failed
          else f"all {len(results)} checks passed")
    return int(bool(failed))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
