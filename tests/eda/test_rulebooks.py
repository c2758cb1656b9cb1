# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""ansible-rulebook runs the rulebooks on the mock: stuck clones are canceled, a webhook hears of each that ends."""

from __future__ import annotations

import http.server
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from support import REPOSITORY
from support.documents.blocks import blocks
from support.plays.ansible import ansible_environment
from support.servers.mock_clusters import job
from support.servers.ob_mock import Mock, wait_for

PROGRAM = Path(sys.executable).parent / "ansible-rulebook"
PASSWORD = "s3cret-pass"
# Java, ansible-rulebook and a play start in some seconds; a busy machine takes many times as long.
SECONDS = 180.0
STUCK_AFTER = 3600
CANCEL = "community.oceanbase.cancel_stuck_clones"
GUIDE = REPOSITORY / "docs" / "docsite" / "rst" / "event_driven_guide.rst"


class Rulebook:
    """One ansible-rulebook that runs a rulebook of the collection, as a service would."""

    def __init__(self, folder: Path, name: str, hosts: list[int], **variables: Any) -> None:
        self.output = folder / "output"
        settings, inventory = folder / "vars.yml", folder / "inventory.yml"
        settings.write_text(yaml.safe_dump({"poll_interval": 0.3, **variables}), encoding="utf-8")
        inventory.write_text(yaml.safe_dump({"all": {"hosts": {"localhost": {
            "ansible_connection": "local", "ansible_python_interpreter": sys.executable}}}}), encoding="utf-8")
        environment = ansible_environment(
            OCEANBASE_LOGIN_HOST=",".join(f"127.0.0.1:{port}" for port in hosts), OCEANBASE_LOGIN_PASSWORD=PASSWORD,
            PATH=f"{PROGRAM.parent}:{os.environ['PATH']}", RECORD_RESULTS_TO=str(folder / "results.jsonl"))
        with self.output.open("w", encoding="utf-8") as output:
            self.process = subprocess.Popen(
                [PROGRAM, "--rulebook", name, "--inventory", inventory, "--vars", settings,
                 "--print-events"], cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=output,
                stderr=subprocess.STDOUT)

    def __enter__(self) -> Rulebook:
        return self

    def __exit__(self, *exc_info: Any) -> None:
        self.process.terminate()
        try:
            self.process.wait(30)
        finally:
            self.process.kill()
            self.process.wait()
        assert PASSWORD not in self.text()

    def text(self) -> str:
        """Returns what it has printed so far."""
        return self.output.read_text(encoding="utf-8")

    def until(self, condition: Any, what: str) -> None:
        """Waits for the condition; AssertionError with the output if ansible-rulebook ends or takes too long."""
        def met() -> Any:
            assert self.process.poll() is None, self.text()
            return condition()

        try:
            wait_for(met, what, SECONDS)
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self.text()}") from None


class Webhook(http.server.ThreadingHTTPServer):
    """Records what is posted; answers the first so many requests with 503."""

    def __init__(self, failures: int) -> None:
        super().__init__(("127.0.0.1", 0), WebhookRequest)
        self.failures = failures
        self.accepted: list[dict[str, Any]] = []

    def clones(self) -> list[str]:
        """Returns the names of the clones that it was told about."""
        return [event["job"]["clone_tenant_name"] for event in self.accepted]


class WebhookRequest(http.server.BaseHTTPRequestHandler):
    """One request."""

    def do_POST(self) -> None:
        """Takes an event."""
        webhook = self.server
        assert isinstance(webhook, Webhook)
        event = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if webhook.failures:
            webhook.failures -= 1
            self.send_error(503)
            return
        webhook.accepted.append(event)
        self.send_response(204)
        self.end_headers()

    def log_message(self, *dummy: Any) -> None:
        """Prints nothing."""


@pytest.fixture
def webhook() -> Iterator[Webhook]:
    with Webhook(failures=1) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def scenario(**ages: int) -> dict[str, Any]:
    """Returns a cluster where a clone of that name and age (s) hangs for each, and with idle tenants."""
    return {"tenants": [{"name": f"mysql{number}"} for number in range(8)],
            "jobs": [job(name, f"mysql{number}", age=age) for number, (name, age) in enumerate(ages.items())]}


def test_a_stuck_clone_is_canceled_without_a_person_and_a_young_one_left_alone(tmp_path: Path) -> None:
    with Mock(password=PASSWORD, ports=2, scenario=scenario(old=STUCK_AFTER + 5, older=9000, young=60)) as mock, \
            Rulebook(tmp_path, CANCEL, mock.ports, stuck_after=STUCK_AFTER) as rulebook:
        rulebook.until(lambda: len(mock.history()) == 2, "the cancel of both stuck clones")
        rulebook.until(lambda: rulebook.text().count("PLAY RECAP") == 2, "both runs of the playbook")
        assert {(row["clone_tenant_name"], row["status"]) for row in mock.history()} == {
            ("old", "CLONE_SYS_CANCELED"), ("older", "CLONE_SYS_CANCELED")}
        assert [row["clone_tenant_name"] for row in mock.progress()] == ["young"]
        assert len(mock.cancels()) == 2


def test_a_clone_becomes_stuck_while_the_rulebook_runs_and_the_brake_holds(tmp_path: Path) -> None:
    with Mock(password=PASSWORD, scenario=scenario(one=0, two=0)) as mock, \
            Rulebook(tmp_path, CANCEL, [mock.port], stuck_after=8, max_cancel=1) as rulebook:
        rulebook.until(lambda: "2 clones match, but max_cancel is 1." in rulebook.text(), "the brake")
        assert not mock.cancels()
        assert len(mock.progress()) == 2


@pytest.mark.parametrize("named", [1, 2])
def test_a_webhook_hears_of_each_ended_clone_once_over_a_restart_of_the_observer(
        tmp_path: Path, webhook: Webhook, named: int) -> None:
    with Mock(password=PASSWORD, ports=2, scenario=scenario(held=10)) as mock, Rulebook(
            tmp_path, "community.oceanbase.report_ended_clones", mock.ports[:named],
            webhook_url=f"http://127.0.0.1:{webhook.server_port}/clones") as rulebook:
        rulebook.until(lambda: "'appeared'" in rulebook.text(), "the first look")
        mock.start_clone("{{ 7 * 7 }}", source="mysql2", pool="pool_a")
        rulebook.until(lambda: webhook.accepted, "the first call of the webhook")
        mock.stop_observer(mock.port)
        other = mock.ports[1]
        mock.sql("CREATE TENANT meanwhile FROM mysql3 WITH RESOURCE_POOL = pool_b, UNIT = unit001", port=other)
        mock.sql("ALTER SYSTEM CANCEL CLONE held", port=other)
        if named == 1:
            rulebook.until(lambda: "Trying again in" in rulebook.text(), "the outage")
        mock.start_observer(mock.port)
        mock.start_clone("after", source="mysql4")
        rulebook.until(lambda: len(webhook.accepted) == 4, "all calls of the webhook")
        assert sorted(webhook.clones()) == ["after", "held", "meanwhile", "{ { 7 * 7 }}"]
        by_name = {event["job"]["clone_tenant_name"]: event for event in webhook.accepted}
        assert {name: event["job"]["status"] for name, event in by_name.items() if name in ("held", "after")} == {
            "held": "CLONE_SYS_CANCELED", "after": "CLONE_SYS_SUCCESS"}
        assert all(event["type"] == "ended" and isinstance(event["job"]["clone_job_id"], str)
                   for event in webhook.accepted)


def test_the_rulebook_of_the_guide_runs(tmp_path: Path) -> None:
    example = next(block for block in blocks(GUIDE) if block.name == "announce_clones.yml")
    path = tmp_path / "announce_clones.yml"
    path.write_text(example.text, encoding="utf-8")
    with Mock(password=PASSWORD, scenario={"tenants": [{"name": "mysql001"}], "jobs": [job("clone_a", "mysql001")]}) \
            as mock, Rulebook(tmp_path, str(path), [mock.port]) as rulebook:
        rulebook.until(lambda: "mysql001 is being cloned on production" in rulebook.text(), "the announcement")


def test_a_source_that_cannot_log_in_ends_ansible_rulebook_with_a_sentence(tmp_path: Path) -> None:
    with Mock(password=PASSWORD + "x") as mock, Rulebook(tmp_path, CANCEL, [mock.port]) as rulebook:
        assert rulebook.process.wait(SECONDS) != 0
        assert "Cannot watch the clone jobs: 127.0.0.1:" in rulebook.text()
        assert "refused the login of root@sys" in rulebook.text()
