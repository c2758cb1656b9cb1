# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""
Runs all measurements and writes docs/benchmarks (results.json, results.md, chart.svg) and the figures of the
performance guide. Needs about twelve minutes.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, Callable

import pymysql
from ansible.release import __version__ as ansible_version

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / ".cache" / "collections")]

import bench_mock  # noqa: E402  (its imports need the path above)
import measure  # noqa: E402  (as above)
import page  # noqa: E402  (as above)

from support.plays.peer import fetch_peer  # noqa: E402  (as above)

OUTPUT = ROOT / "docs" / "benchmarks"
GUIDE = ROOT / "docs" / "docsite" / "rst" / "performance_guide.rst"


def machine() -> dict[str, Any]:
    """What the numbers were measured on."""
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    model = next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), "unknown")
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2 ** 30
    return {"processor": model, "cores": os.cpu_count(), "memory in GB": round(memory), "system": platform.platform(),
            "python": platform.python_version(), "ansible-core": ansible_version,
            "PyMySQL": ".".join(str(part) for part in pymysql.VERSION[:3]),
            "load average at the start": round(os.getloadavg()[0], 1)}


def bare_interpreter(folder: str) -> str:
    """A Python with PyMySQL only, as a managed host has it: ansible-core brings cryptography, which PyMySQL imports."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    packages = next(Path(folder).glob("lib/python*/site-packages"))
    (packages / "pymysql").symlink_to(Path(pymysql.__file__).parent)
    return str(Path(folder) / "bin" / "python")


def main() -> None:
    """Measures the steps that the command line names, or all, and writes the files; other results stay as they are."""
    fetch_peer()
    file = OUTPUT / "results.json"
    results: dict[str, Any] = json.loads(file.read_text(encoding="utf-8")) if sys.argv[1:] else {}
    results["machine"] = machine()
    with tempfile.TemporaryDirectory(prefix="bare_") as folder:
        interpreters = {"managed host": bare_interpreter(folder), "control node": sys.executable}
        steps: dict[str, Callable[[], Any]] = {
            "task cost": lambda: measure.task_cost(interpreters, rounds=5),
            "memory": measure.peak_memory,
            "whole job": lambda: {str(cleanup): measure.whole_job(cleanup, 3) for cleanup in (0.2, 1, 5)},
            "reaction": lambda: {"0.2": measure.reaction(0.2, 9), "1": measure.reaction(1, 7),
                                 "5": measure.reaction(5, 6, at_once=2), "30": measure.reaction(30, 6, at_once=6)},
            "clones": lambda: {str(count): measure.many_clones(count) for count in (1, 10, 100)},
            "clusters": lambda: {
                **{f"{count}, forks {forks}": measure.many_clusters(count, forks)
                   for count in (1, 10, 50, 500) for forks in (10, 50) if forks == 10 or count > 10},
                "50, as modules": measure.many_clusters(50, 10, in_process=False)},
            "mock": bench_mock.load,
        }
        for name in sys.argv[1:] or steps:
            results[name] = steps[name]()
            print(f"{name}: {json.dumps(results[name])}", flush=True)
    OUTPUT.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")
    page.write(results, OUTPUT)
    page.write_guide(results, GUIDE)
    print(f"written: {OUTPUT / 'results.md'}, {OUTPUT / 'chart.svg'}, {GUIDE}")


if __name__ == "__main__":
    os.chdir(ROOT)
    main()
