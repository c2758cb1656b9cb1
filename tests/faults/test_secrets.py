# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A password and the passphrase of a key show up nowhere, whatever happens and however much is asked for."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from support.plays.ansible import PlayResult, run_tasks
from support.servers.ob_mock import Mock

MODULE = "community.oceanbase.ob_clone_cancel"
PASSWORD = "s3cret-Marker-Passw0rd"
PASSPHRASE = "s3cret-Marker-Passphrase"
WRONG = "s3cret-Marker-Wrong"
MARKERS = (PASSWORD, PASSPHRASE, WRONG)
ALL_OF_IT = ("-vvvv", "--diff")


class Processes:
    """Looks at the command lines of all processes while a play runs."""

    def __init__(self) -> None:
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self.seen: set[str] = set()

    def __enter__(self) -> Processes:
        self._thread.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._ended.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._ended.wait(0.01):
            for path in Path("/proc").glob("[0-9]*/cmdline"):
                try:
                    self.seen.add(path.read_bytes().replace(b"\0", b" ").decode(errors="replace"))
                except OSError:
                    continue  # It has ended.


@pytest.fixture(scope="module")
def mock(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mock]:
    secret = tmp_path_factory.mktemp("secret") / "password"
    secret.write_text(PASSWORD)
    # Not on the mock's command line, which is looked at, too.
    running = Mock(password_file=secret, step_seconds=600, cleanup_seconds=0.1)
    running.password = PASSWORD
    with running:
        yield running


@pytest.fixture
def files(tmp_path: Path) -> dict[str, str]:
    """Files that hold secrets, good and broken."""
    texts = {"good": f"[client]\npassword = {PASSWORD}\n", "no section": f"password = {PASSWORD}\n",
             "broken": f"[client]\npassword = {PASSWORD}\n{WRONG}]\n = 1\n["}
    for name, text in texts.items():
        (tmp_path / name).write_text(text)
    (tmp_path / "locked.pem").write_bytes(ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(PASSPHRASE.encode())))
    return {name: str(tmp_path / name) for name in (*texts, "locked.pem", "ansible.log")}


def run(*tasks: dict[str, Any], files: dict[str, str], **environment: str) -> PlayResult:
    """Runs tasks with everything told that Ansible can tell, and a log file."""
    done = run_tasks(*tasks, arguments=ALL_OF_IT, environment={
        "ANSIBLE_LOG_PATH": files["ansible.log"], "ANSIBLE_DISPLAY_TRACEBACK": "always", **environment})
    assert done.results, done.stdout + done.stderr
    return done


def nowhere(done: PlayResult, files: dict[str, str], mock: Mock, *sources: str) -> None:
    """Asserts that no marker is in anything that the play has left."""
    log = Path(files["ansible.log"]).read_text(errors="replace")
    everything = {
        "stdout": done.stdout, "stderr": done.stderr, "log": log, "results": str(done.results),
        "statement log": mock.log_file.read_text(), "the mock's errors": mock.errors(), **dict(enumerate(sources))}
    assert "TASK" in log
    for place, text in everything.items():
        for marker in MARKERS:
            assert marker not in text, f"{marker} in {place}: ...{text[max(0, text.index(marker) - 200):][:400]}"


def task(name: str, mock: Mock, **options: Any) -> dict[str, Any]:
    """A task that may fail."""
    known = {"login_port": mock.port, "login_password": "{{ lookup('env', 'MARKER') }}", "clone_tenant": "clone_a",
             **options}
    return {"name": name, MODULE: {key: value for key, value in known.items() if value is not None},
            "ignore_errors": True}


def test_secrets_show_up_nowhere(mock: Mock, files: dict[str, str]) -> None:
    """The play holds no secret in itself: it comes from Ansible's variables, as from a vault."""
    mock.start_clone("clone_a")
    tls = {"ca_cert": "/etc/ssl/certs/ca-certificates.crt"}
    tasks = [
        {**task("check mode", mock), "check_mode": True},
        task("success", mock),
        {**task("loop", mock, clone_tenant="{{ item }}"), "loop": ["clone_b", "clone_c"]},
        {**task("async", mock), "async": 60, "poll": 1},
        task("unwanted_outcome", mock, clone_tenant="clone_b", fail_on=["not_found"]),
        task("access_denied", mock, login_password="{{ lookup('env', 'WRONG_MARKER') }}"),
        task("unreachable", mock, login_port=1),
        task("unknown host", mock, login_host="observer.invalid"),
        task("invalid_option", mock, clone_tenant="a'b"),
        task("a wrong variable", mock, session_vars={"no_such_variable": 1}),
        task("tls", mock, **tls),
        task("a key with a passphrase", mock, **tls, client_cert=files["locked.pem"], client_key=files["locked.pem"]),
        *(task(f"option file: {name}", mock, login_password=None, config_file=files[name])
          for name in ("good", "broken", "no section")),
    ]
    with Processes() as processes:
        done = run(*tasks, files=files, MARKER=PASSWORD, WRONG_MARKER=WRONG)
    status = {one.task: one.status for one in done.results}
    assert [name for name, result in status.items() if result == "ok"] == [
        "check mode", "success", "loop", "async", "option file: good"], status
    # The async task is always a process of its own, so this shows that command lines were looked at.
    assert any("AnsiballZ_ob_clone_cancel" in line for line in processes.seen)
    nowhere(done, files, mock, *processes.seen)


def test_with_ansible_debug_a_secret_that_is_no_option_shows_up_nowhere(mock: Mock, files: dict[str, str]) -> None:
    """With ANSIBLE_DEBUG ansible-core prints the options of every module itself, which no module can prevent."""
    done = run(task("success", mock, login_password=None),
               task("a wrong port", mock, login_password=None, login_port=1),
               task("option file", mock, login_password=None, config_file=files["good"]),
               task("broken option file", mock, login_password=None, config_file=files["broken"]),
               files=files, OCEANBASE_LOGIN_PASSWORD=PASSWORD, ANSIBLE_DEBUG="1")
    assert [one.status for one in done.results] == ["ok", "failed", "ok", "failed"]
    nowhere(done, files, mock)


def test_a_secret_shows_up_in_no_traceback(mock: Mock, files: dict[str, str]) -> None:
    """A bug in the driver, as a broken installation has them: the module crashes with a traceback."""
    broken = Path(files["ansible.log"]).parent / "broken_driver" / "pymysql"
    broken.mkdir(parents=True)
    (broken / "__init__.py").write_text("VERSION = (1, 1, 1)\nraise RuntimeError('a broken driver')\n")
    done = run(task("crash", mock), files=files, PYTHONPATH=str(broken.parent), MARKER=PASSWORD)
    assert done.only("crash").status == "failed"
    assert "a broken driver" in done.stdout + done.stderr
    nowhere(done, files, mock)


def test_a_failure_shows_no_traceback_unless_it_is_asked_for(mock: Mock) -> None:
    done = run_tasks(task("unreachable", mock, login_port=1, login_password=None))
    assert done.only("unreachable").status == "failed"
    assert "connection refused" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr


@pytest.mark.parametrize("password", ["a", "1", "mysql001"])
def test_a_password_that_is_a_word_of_the_result_garbles_nothing(password: str) -> None:
    """Roles decide on outcomes, names and ids, so these must come through whatever the password is."""
    with Mock(password=password, step_seconds=600, cleanup_seconds=0.1) as weak:
        job = weak.start_clone("clone_a")
        login = {"login_port": weak.port, "login_password": password}
        done = run_tasks({"name": "cancel", MODULE: {**login, "source_tenant": "mysql001"}},
                         {"name": "list", "community.oceanbase.ob_clone_info": login},
                         {"name": "fail", MODULE: {**login, "clone_tenant": "a'b"}, "ignore_errors": True})
    result = done.only("cancel").result
    assert (result["outcome"], result["job"]["status"], result["job"]["view"]) == (
        "canceled", "CLONE_SYS_CANCELED", "history")
    assert result["job"]["clone_job_id"] == str(job["clone_job_id"])
    assert (result["job"]["source_tenant_name"], result["job"]["canceled_by"]) == ("mysql001", "user")
    assert result["executed_statements"] == ["ALTER SYSTEM CANCEL CLONE `clone_a`"]
    assert result["msg"].startswith("Canceled the clone of tenant clone_a (job ")
    assert result["invocation"]["module_args"]["login_password"] == "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"
    assert done.only("list").result["history"] == [
        {**result["job"], "age": done.only("list").result["history"][0]["age"]}]
    assert done.only("fail").result["error"]["class"] == "invalid_option"
