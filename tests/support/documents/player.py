# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plays what a document says on mocks, with nothing replaced but host names, ports, passwords and paths of /etc."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import trustme
import yaml

from support import REPOSITORY, forks
from support.plays.ansible import ANSIBLE_PLAYBOOK, ansible_environment, run_module
from support.plays.programs import path_of_programs
from support.servers.ob_mock import Mock

PASSWORD = "secret"
CLUSTER = "obcluster"


def free_ports(count: int) -> list[str]:
    """Returns ports of which nobody makes use, for programs that cannot choose one themselves."""
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _number in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [str(one.getsockname()[1]) for one in sockets]


class DocumentServers:
    """An OBServer with TLS, and an ODP of the cluster ``obcluster``, both with what the scenario says."""

    def __init__(self, scenario: dict[str, Any]) -> None:
        self.scenario = scenario
        self.direct: Mock

    @contextlib.contextmanager
    def running(self, player: DocumentPlayer) -> Iterator[None]:
        """Runs both servers, new and at the ports that the player's documents name."""
        folder = player.folder / "tls"
        folder.mkdir(exist_ok=True)
        authority = trustme.CA()
        authority.cert_pem.write_to_path(folder / "ca.pem")
        certificate = authority.issue_cert("127.0.0.1")
        certificate.private_key_and_cert_chain_pem.write_to_path(folder / "server.pem")
        odp = {**self.scenario, "login": {"odp_cluster": CLUSTER}}
        with Mock(scenario=self.scenario, password=PASSWORD, tls_cert=folder / "server.pem",
                  tls_key=folder / "server.pem") as self.direct, Mock(scenario=odp, password=PASSWORD) as through_odp:
            player.mocks = [self.direct, through_odp]
            yield


class DocumentPlayer:
    """Plays blocks in a folder of its own."""

    def __init__(self, folder: Path, login_from_environment: bool) -> None:
        self.folder = folder
        self.login_from_environment = login_from_environment
        self.variables: dict[str, Any] = {}
        self.mocks: list[Mock] = []
        self.own_mock = folder / "own_mock"
        self.ports = free_ports(3)
        inventory = folder / "playbooks" / "inventory"
        shutil.copytree(REPOSITORY / "playbooks" / "inventory", inventory)
        hosts = (inventory / "hosts.yml").read_text(encoding="utf-8")
        for example, port in zip(("12881", "12883"), self.ports[1:]):
            assert example in hosts
            hosts = hosts.replace(example, port)
        (inventory / "hosts.yml").write_text(hosts, encoding="utf-8")
        (folder / "try_the_migration.yml").write_text("- ansible.builtin.debug:\n    msg: migrated\n", encoding="utf-8")

    def adapt(self, text: str) -> str:
        """Returns the text with names of hosts, ports and files that exist here."""
        ports = [str(mock.port) for mock in self.mocks] or self.ports
        # A document that runs a mock of its own names the port of that one.
        first = self.ports[0] if "sys_tenant_mock_port: 2881" in self.all_text() + text else ports[0]
        for old, new in (
                ("observer1.example.com", "127.0.0.1"), ("odp.example.com", "127.0.0.1"), ("2883", ports[1]),
                ("2881", first), ("/etc/pki/oceanbase/", f"{self.folder}/tls/"), ("the password", PASSWORD),
                ("/etc/oceanbase/", f"{self.folder}/")):
            # A port is a number of its own, not the end of another one.
            text = re.sub(rf"(?<!\d){re.escape(old)}", new.replace("\\", r"\\"), text)
        return text

    def all_text(self) -> str:
        """Returns what the files written so far hold, before anything was replaced."""
        return "".join(path.read_text(encoding="utf-8") for path in self.folder.glob(".written/*"))

    def write(self, name: str, text: str) -> None:
        """Makes the file that a document shows."""
        original = self.folder / ".written" / name.replace("/", "_")
        original.parent.mkdir(exist_ok=True)
        original.write_text(text, encoding="utf-8")
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(self.adapt(text), encoding="utf-8")

    def environment(self) -> dict[str, str]:
        """
        Returns the environment of commands: the port of the mock, which is not the usual one, and a login if wanted.
        """
        login = {"OCEANBASE_LOGIN_PASSWORD": PASSWORD} if self.login_from_environment else {}
        secrets = {"vault_root_sys_password": PASSWORD, "vault_oceanbase_password": PASSWORD,
                   "sys_tenant_mock_folder": str(self.own_mock)}
        group = {"hosts": {"localhost": {"ansible_connection": "local", "ansible_python_interpreter": sys.executable}}}
        inventory = self.folder / "inventory.json"
        inventory.write_text(json.dumps({"oceanbase": {**group, "vars": {**self.variables, **secrets}}}),
                             encoding="utf-8")
        return ansible_environment(
            OCEANBASE_LOGIN_PORT=str(self.mocks[0].port), ANSIBLE_INVENTORY=str(inventory),
            PATH=f"{path_of_programs()}:{os.environ['PATH']}",
            RECORD_RESULTS_TO=str(self.folder / "results.jsonl"), **login)

    def shell(self, command: str, where: str) -> str:
        """Returns what the command prints; AssertionError if it fails."""
        command = self.adapt(command)
        done = subprocess.run(["bash", "-euc", command], cwd=self.folder, env=self.environment(), text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, timeout=120,
                              check=False)
        assert done.returncode == 0, f"{where}: {command}\n{done.stdout}"
        return done.stdout

    def play(self, text: str, where: str) -> None:
        """Runs plays, or tasks in a play of their own; AssertionError if they fail."""
        content = yaml.safe_load(self.adapt(text))
        if not any("hosts" in play or "ansible.builtin.import_playbook" in play for play in content):
            content = [{"hosts": "localhost", "gather_facts": False, "tasks": content}]
        (self.folder / "block.yml").write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")
        done = forks.run([ANSIBLE_PLAYBOOK, "block.yml"], "", self.environment(), self.folder, 120, "ansible")
        assert done.returncode == 0, f"{where}: {text}\n{done.stdout}{done.stderr}"

    def asked_a_server(self, text: str) -> bool:
        """Returns whether a mock was asked anything, or the block ran one of its own."""
        return "sys_tenant_mock" in text or any(mock.log() for mock in self.mocks)

    def stop_own_mock(self) -> None:
        """Ends the mock that a document started with the role, if it did not do so itself."""
        if self.own_mock.exists():
            stopped = run_module("ob_mock_server", {"folder": str(self.own_mock), "state": "stopped"})
            assert stopped["exit_code"] == 0, stopped


def compare(expected: str, output: str, where: str) -> None:
    """Raises AssertionError unless the lines are in the output, in this order; numbers do not matter."""
    lines = iter([digits(line) for line in output.splitlines()])
    for line in filter(None, map(digits, expected.splitlines())):
        assert line in lines, f"{where}: {line!r} is not there (any more) in\n{output}"


def digits(line: str) -> str:
    """Returns the line without what differs from run to run: numbers and space around."""
    return re.sub(r"\d+", "#", line.strip())
