# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs playbooks and modules as a user's machine would, and hands back what each task said."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

from support import COLLECTIONS_PATH, REPOSITORY, forks

COLLECTION = "community.oceanbase"
ANSIBLE_PLAYBOOK = str(Path(sys.executable).parent / "ansible-playbook")


def as_modules() -> bool:
    """Tells whether tasks run as modules, each in a process of its own, rather than in that of Ansible's worker."""
    return os.environ.get("OCEANBASE_TEST_WAY") == "module"


class TaskResult(NamedTuple):
    """Result of one task on one host; ``status`` is ok, failed, skipped or unreachable."""

    status: str
    host: str
    task: str
    result: dict[str, Any]


class PlayResult(NamedTuple):
    """Result of a run of ansible-playbook."""

    exit_code: int
    stdout: str
    stderr: str
    results: list[TaskResult]

    def only(self, task: str) -> TaskResult:
        """Returns the one result of the task of that name."""
        found = [result for result in self.results if result.task == task]
        assert len(found) == 1, f"{len(found)} results of {task!r}\n{self.stdout}{self.stderr}"
        return found[0]


def ansible_environment(**extra: str) -> dict[str, str]:
    """
    Returns the environment for Ansible's programs: the collection from this tree, nothing of the user's own settings,
    and the options in results, which ansible-core 2.21 leaves out unless they are asked for.
    """
    kept = {name: value for name, value in os.environ.items()
            if not name.startswith(("ANSIBLE_", "OCEANBASE_"))}
    return {
        **kept, "ANSIBLE_COLLECTIONS_PATH": str(COLLECTIONS_PATH),
        "ANSIBLE_HOME": str(REPOSITORY / ".cache" / "ansible"),
        "ANSIBLE_LOCALHOST_WARNING": "false", "ANSIBLE_INVENTORY_UNPARSED_WARNING": "false",
        "ANSIBLE_NOCOLOR": "true", "ANSIBLE_INJECT_INVOCATION": "true", "ANSIBLE_DEPRECATION_WARNINGS": "true",
        "ANSIBLE_CALLBACK_PLUGINS": str(REPOSITORY / "tests" / "support" / "plays" / "callback_plugins"),
        "ANSIBLE_CALLBACKS_ENABLED": "record", "ANSIBLE_PYTHON_INTERPRETER": sys.executable, **extra}


def playbook_command(playbook: str | Path, *arguments: str) -> list[str]:
    """Returns the program ansible-playbook and its arguments; on localhost unless they name an inventory."""
    command = [ANSIBLE_PLAYBOOK, str(playbook), *arguments]
    if not any(argument in ("-i", "--inventory") for argument in arguments):
        command += ["-i", "localhost,", "-c", "local"]
    if as_modules():
        command += ["--extra-vars", "oceanbase_in_process=false"]
    return command


def run_playbook(playbook: Any, *arguments: str, environment: dict[str, str] | None = None,
                 timeout: float = 300) -> PlayResult:
    """
    Runs ansible-playbook. ``playbook`` is a path, an FQCN, or the plays themselves as data; ``arguments`` are
    command-line arguments; ``environment`` is added to the usual one; subprocess.TimeoutExpired after ``timeout`` s.
    """
    with tempfile.TemporaryDirectory(prefix="play_") as name:
        folder = Path(name)
        if not isinstance(playbook, (str, Path)):
            (folder / "play.yml").write_text(json.dumps(playbook), encoding="utf-8")
            playbook = folder / "play.yml"
        record = folder / "results.jsonl"
        env = ansible_environment(RECORD_RESULTS_TO=str(record), **(environment or {}))
        done = forks.run(playbook_command(playbook, *arguments), "", env, folder, timeout, "ansible")
        lines = record.read_text(encoding="utf-8").splitlines() if record.exists() else []
        results = [TaskResult(**json.loads(line)) for line in lines]
    return PlayResult(done.returncode, done.stdout, done.stderr, results)


def run_tasks(*tasks: dict[str, Any], arguments: tuple[str, ...] = (), environment: dict[str, str] | None = None,
              **play: Any) -> PlayResult:
    """Runs tasks in one play on localhost; ``play`` holds further keywords of the play."""
    return run_playbook([{"hosts": "localhost", "gather_facts": False, "tasks": list(tasks), **play}], *arguments,
                        environment=environment)


def run_module(module: str, options: dict[str, Any], python: str | None = None, timeout: float = 120, *,
               check_mode: bool = False, diff: bool = False,
               environment: dict[str, str] | None = None) -> dict[str, Any]:
    """
    Runs a module of the collection the way in which the tests run: as a task in the process of Ansible's worker, or
    without Ansible as a process of its own, which is always so with the Python ``python``. Returns its result, with
    ``exit_code`` and with warnings as texts, whatever the version of ansible-core makes of them.
    """
    if python or as_modules():
        arguments = {**options, "_ansible_check_mode": check_mode, "_ansible_diff": diff}
        result = _run_process(module, arguments, python, timeout, ansible_environment(**(environment or {})))
    else:
        task = {"name": module, f"{COLLECTION}.{module}": options, "check_mode": check_mode, "diff": diff}
        played = run_playbook([{"hosts": "localhost", "gather_facts": False, "tasks": [task]}],
                              environment=environment, timeout=timeout)
        done = played.only(module)
        # A callback plugin gets a failure as the status.
        result = {**done.result, **({"failed": True} if done.status == "failed" else {})}
    warnings = [warning if isinstance(warning, str) else warning["event"]["msg"]
                for warning in result.get("warnings", [])]
    return {**result, "warnings": warnings, "exit_code": int(result.get("failed", False))}


def _run_process(module: str, arguments: dict[str, Any], python: str | None, timeout: float,
                 env: dict[str, str]) -> dict[str, Any]:
    """Runs a module with that Python, or else as a fork, which costs a tenth of that, and returns what it prints."""
    command = ["-m", f"ansible_collections.{COLLECTION}.plugins.modules.{module}"]
    text = json.dumps({"ANSIBLE_MODULE_ARGS": arguments})
    if python:
        done = subprocess.run([python, *command], input=text, capture_output=True, text=True, check=False,
                              timeout=timeout, cwd=COLLECTIONS_PATH, env=env)
    else:
        done = forks.run(command, text, env, COLLECTIONS_PATH, timeout)
    assert done.stdout.startswith("\n{"), f"{done.stdout}{done.stderr}"
    result: dict[str, Any] = json.loads(done.stdout)
    assert done.returncode == int(result.get("failed", False))
    return result
