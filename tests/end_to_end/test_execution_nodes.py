# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""
AWX and the automation controller run jobs on execution nodes by ansible-runner: transmit, worker, process. Two nodes
here do the two slices of one inventory; the collection and the password are on the nodes only.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from support.plays.ansible import ansible_environment
from support.plays.tarball import build_tarball
from support.servers.ob_mock import Mock

BIN = Path(sys.executable).parent
CLUSTERS = 4
SECRET = "marker-of-the-password"
JOB = {"clone_tenant": "clone_a", "state": "CLONE_SYS_CREATE_TENANT", "hold": True}
PLAY = [{
    "name": "Cancel on every cluster", "hosts": "all", "gather_facts": False, "tasks": [
        {"name": "Cancel", "community.oceanbase.ob_clone_cancel": {
            "clone_tenant": "clone_a", "login_port": "{{ cluster_port }}", "config_file": "{{ option_file }}"}},
        {"name": "Fail on one", "community.oceanbase.ob_clone_cancel": {
            "clone_tenant": "clone_a", "login_port": "{{ cluster_port }}", "config_file": "{{ option_file }}",
            "login_user": "nobody@sys"}, "when": "inventory_hostname == 'cluster_0'", "ignore_errors": True}]}]


class Node:
    """An execution node: a folder in which the collection is installed, and the option file with the password."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self.work = folder / "work"
        tarball = build_tarball(folder)
        self.environment = {**ansible_environment(), "ANSIBLE_HOME": str(folder / "home"),
                            "ANSIBLE_COLLECTIONS_PATH": str(folder / "collections"),
                            "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"}
        for name in ("ANSIBLE_CALLBACKS_ENABLED", "ANSIBLE_CALLBACK_PLUGINS"):
            del self.environment[name]
        subprocess.run([BIN / "ansible-galaxy", "collection", "install", "--offline", "-p", folder / "collections",
                        tarball], check=True, env=self.environment, stdout=subprocess.DEVNULL)

    def work_on(self, slice_folder: Path, out: Path) -> None:
        """Does what transmit hands over, and processes what the worker hands back."""
        self.work.mkdir()
        sent = subprocess.run([BIN / "ansible-runner", "transmit", slice_folder, "-p", "cancel.yml"],
                              check=True, capture_output=True, env=self.environment)
        done = subprocess.run([BIN / "ansible-runner", "worker", "--private-data-dir", self.work], input=sent.stdout,
                              check=True, capture_output=True, env=self.environment)
        subprocess.run([BIN / "ansible-runner", "process", out], input=done.stdout, check=True, capture_output=True,
                       env=self.environment)


@pytest.fixture(scope="module")
def slices(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[list[Path], list[Mock]]]:
    """Yields the artifacts of both slices, and the clusters."""
    folder = tmp_path_factory.mktemp("nodes")
    option_file = folder / "client.cnf"
    option_file.write_text(f"[client]\npassword = {SECRET}\n")
    with ExitStack() as stack:
        mocks = [stack.enter_context(Mock(password=SECRET, scenario={"jobs": [JOB]})) for _number in range(CLUSTERS)]
        artifacts = []
        for number in range(2):
            private = folder / f"slice_{number}"
            (private / "project").mkdir(parents=True)
            (private / "project" / "cancel.yml").write_text(json.dumps(PLAY))
            (private / "inventory").mkdir()
            hosts = [f"cluster_{index} cluster_port={mocks[index].port}\n" for index in range(number, CLUSTERS, 2)]
            (private / "inventory" / "hosts").write_text("".join(
                [*hosts, "[all:vars]\nansible_connection=local\n", f"option_file={option_file}\n"]))
            (private / "env").mkdir()
            (private / "env" / "cmdline").write_text("-vvv --forks 5")
            out = folder / f"out_{number}"
            out.mkdir()
            Node(folder / f"node_{number}").work_on(private, out)
            artifacts.append(out / "artifacts")
        yield artifacts, mocks


def events(artifacts: Path, kind: str) -> list[dict[str, Any]]:
    """Returns the data of the events of that kind."""
    found = [json.loads(path.read_text(encoding="utf-8")) for path in (artifacts / "job_events").glob("*.json")]
    return [event["event_data"] for event in found if event["event"] == kind]


def test_each_slice_cancels_on_its_clusters(slices: tuple[list[Path], list[Mock]]) -> None:
    for number, artifacts in enumerate(slices[0]):
        assert (artifacts / "status").read_text() == "successful"
        assert (artifacts / "rc").read_text() == "0"
        results = {event["host"]: event["res"] for event in events(artifacts, "runner_on_ok")}
        assert sorted(results) == [f"cluster_{index}" for index in range(number, CLUSTERS, 2)]
        for result in results.values():
            assert (result["changed"], result["outcome"], result["job"]["status"]) == (
                True, "canceled", "CLONE_SYS_CANCELED")
    assert [len(mock.cancels(accepted_only=True)) for mock in slices[1]] == [1] * CLUSTERS


def test_the_stats_count_what_changed(slices: tuple[list[Path], list[Mock]]) -> None:
    for number, artifacts in enumerate(slices[0]):
        (stats,) = events(artifacts, "playbook_on_stats")
        assert stats["changed"] == {f"cluster_{index}": 1 for index in range(number, CLUSTERS, 2)}
        assert stats["ignored"] == ({"cluster_0": 1} if number == 0 else {})


def test_the_failure_is_an_event_with_its_class(slices: tuple[list[Path], list[Mock]]) -> None:
    (failed,) = events(slices[0][0], "runner_on_failed")
    assert (failed["res"]["error"]["class"], failed["res"]["error"]["errno"]) == ("access_denied", 1045)


def test_the_output_shows_signs_of_life_from_tasks_in_process(slices: tuple[list[Path], list[Mock]]) -> None:
    for artifacts in slices[0]:
        output = (artifacts / "stdout").read_text(encoding="utf-8")
        assert "ob_clone_cancel runs in process" in output
        assert "WAITING: clone_a is CLONE_SYS_CANCELING" in output


def test_no_artifact_holds_the_password(slices: tuple[list[Path], list[Mock]]) -> None:
    files = [path for artifacts in slices[0] for path in artifacts.parent.rglob("*") if path.is_file()]
    assert len(files) > 20
    assert [path for path in files if SECRET in path.read_text(encoding="utf-8", errors="replace")] == []
