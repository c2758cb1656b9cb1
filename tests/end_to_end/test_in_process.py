# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A task in the control node's own process: when it runs there, and that its result is the one of the module."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from support import REPOSITORY
from support.plays.ansible import PlayResult, ansible_environment, run_playbook, run_tasks
from support.servers.ob_mock import Mock

CANCEL = "community.oceanbase.ob_clone_cancel"
SECRET = "Wo-steht-das-geschrieben-4711"
STEPS = ["CLONE_SYS_LOCK", "CLONE_SYS_CREATE_TENANT", "CLONE_SYS_WAIT_TENANT_RESTORE_FINISH"]
SCENARIO = {
    "tenants": [{"name": f"s{number}"} for number in range(12)],
    "users": [{"name": "reader", "password": SECRET}, {"name": "root", "tenant": "mysql001", "password": ""},
              {"name": "watcher", "privileges": ["SELECT ON *.*"]}],
    "jobs": [
        *({"clone_tenant": f"running{number}", "source_tenant": f"s{number}", "state": status, "hold": True}
          for number, status in enumerate(STEPS)),
        {"clone_tenant": "unseen", "source_tenant": "s4", "state": "CLONE_SYS_CREATE_SNAPSHOT", "hold": True},
        {"clone_tenant": "releasing", "source_tenant": "s5", "state": "CLONE_SYS_RELEASE_RESOURCE", "hold": True},
        {"clone_tenant": "failing", "source_tenant": "s6", "state": "CLONE_SYS_CREATE_TENANT_FAIL", "hold": True},
        {"clone_tenant": "leaving", "source_tenant": "s7", "state": "CLONE_SYS_CANCELING", "hold": True},
    ],
    "history": [
        {"clone_tenant": "canceled", "source_tenant": "s8", "state": "CLONE_SYS_CANCELED", "age": 900},
        {"clone_tenant": "done", "source_tenant": "s9", "state": "CLONE_SYS_SUCCESS", "age": 900},
        {"clone_tenant": "failed", "source_tenant": "s10", "state": "CLONE_SYS_LOCK_FAIL", "age": 900},
    ],
}
# (module, options): every outcome of each module, and every class of failure that a running mock can cause.
SITUATIONS: list[tuple[str, dict[str, Any]]] = [
    ("ob_clone_cancel", {"clone_tenant": "running0", "check_mode": True}),
    *(("ob_clone_cancel", {"clone_tenant": f"running{number}"}) for number in range(len(STEPS))),
    ("ob_clone_cancel", {"clone_tenants": "canceled,done, nosuch"}),
    ("ob_clone_cancel", {"source_tenants": ["s8", "s88"]}),
    ("ob_clone_cancel", {"source_tenant": "s4", "wait": "no"}),
    ("ob_clone_cancel", {"clone_tenant": "canceled"}),
    ("ob_clone_cancel", {"clone_tenant": "done"}),
    ("ob_clone_cancel", {"clone_tenant": "failed"}),
    ("ob_clone_cancel", {"clone_tenant": "releasing"}),
    ("ob_clone_cancel", {"clone_tenant": "failing"}),
    ("ob_clone_cancel", {"new_tenant_name": "leaving", "wait": False}),
    ("ob_clone_cancel", {"clone_tenant": 4711}),
    ("ob_clone_cancel", {"clone_job_id": 4711}),
    ("ob_clone_cancel", {"clone_tenant": "done", "fail_on": "completed,failed"}),
    ("ob_clone_cancel", {"clone_tenant": "leaving", "wait_timeout": 0, "poll_interval": 0.1}),
    ("ob_clone_cancel", {"clone_tenant": "a'b"}),
    ("ob_clone_cancel", {"clone_tenant": "{{ lookup('env', 'NOT_UNICODE') }}"}),
    ("ob_clone_cancel", {"clone_tenant": "x", "poll_interval": "ten"}),
    ("ob_clone_cancel", {"clone_tenant": "x", "poll_interval": float("inf")}),
    ("ob_clone_cancel", {"clone_tenant": "x", "wait_timeout": float("inf")}),
    ("ob_clone_info", {"connect_timeout": "-inf"}),
    ("ob_clone_cancel", {"clone_tenant": "x", "new_tenant_name": "y"}),
    ("ob_clone_cancel", {"clone_tennant": "x"}),
    ("ob_clone_cancel", {}),
    ("ob_clone_cancel", {"clone_tenant": "x", "login_port": 1}),
    ("ob_clone_cancel", {"clone_tenant": "x", "ca_cert": "~/no/such/file.pem"}),
    ("ob_clone_cancel", {"clone_tenant": "x", "ca_cert": "/dev/null"}),
    ("ob_clone_cancel", {"clone_tenant": "x", "login_user": "nobody@sys", "login_password": SECRET}),
    ("ob_clone_cancel", {"clone_tenant": "x", "login_user": "reader@sys", "login_password": SECRET}),
    ("ob_clone_cancel", {"clone_tenant": "x", "login_user": "root@mysql001"}),
    ("ob_clone_cancel", {"clone_tenant": "x", "session_vars": {"nosuch": True}}),
    ("ob_clone_info", {"source_tenant": "s9"}),
    ("ob_clone_info", {"source_tenant": "s9", "view": "history", "limit": "1"}),
    ("ob_clone_info", {"min_age": "soon"}),
    ("ob_clone_info", {"clone_tenant": "releasing", "wait": True, "wait_timeout": 0}),
    ("ob_tenant_info", {"tenant": "s1, s2", "resource_pool": "sys_pool"}),
    ("ob_tenant_info", {"tenant": ["s1"], "resource_pool": ["nosuch"]}),
    ("ob_clone", {"clone_tenant": "releasing", "source_tenant": "s5", "resource_pool": "p", "unit_config": "unit001",
                  "wait": False}),
    ("ob_clone", {"clone_tenant": "new", "source_tenant": "s11", "resource_pool": "pool_new", "unit_config": "unit001",
                  "check_mode": True}),
    ("ob_clone", {"clone_tenant": "new", "source_tenant": "s11", "resource_pool": "pool_new",
                  "unit_config": "unit001"}),
    ("ob_clone", {"clone_tenant": "new", "source_tenant": "nosuch", "resource_pool": "pool_new",
                  "unit_config": "unit001"}),
    ("ob_clone_drop", {"clone_tenant": "done", "clone_job_id": "4711"}),
    ("ob_clone_drop", {"clone_tenant": "canceled", "clone_job_id": True}),
]


def play(mock: Mock, **keywords: Any) -> dict[str, Any]:
    """One play with all situations."""
    tasks = []
    for number, (module, options) in enumerate(SITUATIONS):
        keys = {"check_mode": True} if "check_mode" in options else {}
        tasks.append({"name": f"{number}", f"community.oceanbase.{module}": {
            "login_port": mock.port, **{key: value for key, value in options.items() if key != "check_mode"}},
            "ignore_errors": True, **keys})
    return {"hosts": "localhost", "gather_facts": False, "tasks": tasks, **keywords}


def comparable(value: Any, ports: dict[str, str]) -> Any:
    """A result without what differs from run to run: times, ids of jobs, ports; how often it looked."""
    if isinstance(value, dict):
        left_out = ("elapsed", "polls", "age", "trace_id", "exception", "timeline", "deprecations")
        return {key: comparable(item, ports) for key, item in value.items()
                if key not in left_out and not key.endswith(("_time", "_scn", "_id", "_after")) and key[0] != "_"
                and not (key == "tenant_snapshot_name")}
    if isinstance(value, list):
        return [comparable(item, ports) for item in value]
    text = value if isinstance(value, str) else None
    if text is None:
        return ports.get(str(value), value) if isinstance(value, int) and not isinstance(value, bool) else value
    for port, name in ports.items():
        text = text.replace(port, name)
    return re.sub(r"\b1\d{18}\b", "ID", re.sub(r"\d+\.\d+ s\b", "N s", text))


@pytest.fixture(scope="module")
def both_ways() -> Iterator[tuple[PlayResult, list[Mock]]]:
    """All situations in process and as modules, each on a mock of its own, in one run of ansible-playbook."""
    with Mock(scenario=SCENARIO, step_seconds=0.05) as first, Mock(scenario=SCENARIO, step_seconds=0.05) as second:
        yield run_playbook([play(first), play(second, vars={"oceanbase_in_process": False})], "--diff", "-vvv",
                           environment={"NOT_UNICODE": "a\udc80"}), [first, second]


def test_each_play_runs_its_own_way(both_ways: tuple[PlayResult, list[Mock]]) -> None:
    output = both_ways[0].stdout
    assert output.count(" runs in process") == len(SITUATIONS)
    assert output.count(" runs as a module: oceanbase_in_process is false") == len(SITUATIONS)


@pytest.mark.parametrize("number", range(len(SITUATIONS)), ids=[
    f"{number}-{module}" for number, (module, _options) in enumerate(SITUATIONS)])
def test_a_result_is_the_same_both_ways(both_ways: tuple[PlayResult, list[Mock]], number: int) -> None:
    played, mocks = both_ways
    here, there = (result for result in played.results if result.task == str(number))
    ports = {str(mock.port): "PORT" for mock in mocks}
    assert here.status == there.status
    assert comparable(here.result, ports) == comparable(there.result, ports)


def test_all_outcomes_and_failures_were_compared(both_ways: tuple[PlayResult, list[Mock]]) -> None:
    results = [result.result for result in both_ways[0].results]
    assert {"canceled", "canceling", "already_canceled", "completed", "failed", "not_found"} <= {
        result.get("outcome") for result in results}
    assert {"invalid_option", "unreachable", "access_denied", "not_sys_tenant", "no_privilege", "wait_timeout",
            "unwanted_outcome", "refused"} <= {result["error"]["class"] for result in results if "error" in result}


def test_both_ways_sent_the_same_statements(both_ways: tuple[PlayResult, list[Mock]]) -> None:
    here, there = ([entry["statement"] for entry in mock.log() if entry["statement"].startswith(("ALTER", "CREATE"))]
                   for mock in both_ways[1])
    assert len(here) > len(STEPS)
    assert [re.sub(r"\d{18,}", "ID", text) for text in here] == [re.sub(r"\d{18,}", "ID", text) for text in there]


def test_no_secret_is_shown_either_way(both_ways: tuple[PlayResult, list[Mock]]) -> None:
    played = both_ways[0]
    assert SECRET not in played.stdout + played.stderr + repr(played.results)


def wrapper(folder: Path, name: str, text: str) -> str:
    """An executable script."""
    path = folder / name
    path.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
    path.chmod(0o755)
    return str(path)


@pytest.fixture(scope="module")
def ways(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PlayResult]:
    """One task for each line of the table that says when a task runs in process."""
    folder = tmp_path_factory.mktemp("ways")
    python = wrapper(folder, "python3", f'exec "{sys.executable}" "$@"')
    # sudo takes its own options; what it is to run follows the shell's -c.
    become = {"become": True, "vars": {
        "ansible_become_method": "ansible.builtin.sudo", "ansible_become_exe": wrapper(
            folder, "sudo", 'while [ "$1" != /bin/sh ]; do shift; done; exec "$@"')}}
    with Mock() as mock:
        task: dict[str, Any] = {CANCEL: {"login_port": mock.port, "clone_tenant": "nosuch"}}
        there = {"ansible_connection": "ssh", "ansible_port": 1, "ansible_ssh_common_args": "-o BatchMode=yes"}
        tasks = [
            {"name": "plain", **task},
            {"name": "auto", **task, "vars": {"ansible_python_interpreter": "auto_silent"}},
            {"name": "playbook python", **task,
             "vars": {"ansible_python_interpreter": "{{ ansible_playbook_python }}"}},
            {"name": "empty environment", **task, "environment": {}},
            {"name": "delegated", **task, "delegate_to": "localhost"},
            {"name": "check mode", **task, "check_mode": True},
            {"name": "switched off", **task, "vars": {"oceanbase_in_process": "no"}},
            {"name": "become", **task, **become},
            {"name": "async", **task, "async": 30, "poll": 1},
            {"name": "environment", **task, "environment": {"ONE": "1"}},
            {"name": "interpreter", **task, "vars": {"ansible_python_interpreter": python}},
            {"name": "remote host", **task, "vars": there, "ignore_unreachable": True},
        ]
        yield run_tasks(*tasks, arguments=("-vvv",))


@pytest.mark.parametrize(("name", "way"), [
    ("plain", "in process"), ("auto", "in process"), ("playbook python", "in process"),
    ("empty environment", "in process"), ("delegated", "in process"), ("check mode", "in process"),
    ("switched off", "as a module: oceanbase_in_process is false"), ("become", "as a module: become is set"),
    ("async", "as a module: async is set"), ("environment", "as a module: environment is set"),
    ("interpreter", "as a module: the interpreter is "), ("remote host", "as a module: the connection is ssh"),
])
def test_a_task_runs_in_process_unless_something_asks_for_a_process(ways: PlayResult, name: str, way: str) -> None:
    told = ways.stdout.split(f"TASK [{name}]")[1].split("TASK [")[0]
    assert f"{CANCEL} runs {way}" in told
    if name != "remote host":
        assert ways.only(name).result["outcome"] == "not_found"


# Options of one more host, and what a play or a task on it asks for; the way that this is to go.
INVENTORY = """
local ansible_connection=local
other ansible_connection=local
off ansible_connection=local oceanbase_in_process=false
far ansible_connection=ssh ansible_port=1
unsaid ansible_host=127.0.0.1 ansible_port=1
"""
NOWHERE = {"clone_tenant": "nosuch"}
MORE_WAYS: dict[str, tuple[str, dict[str, Any], dict[str, Any], str]] = {
    "switched off for a host": ("off", {}, {CANCEL: NOWHERE}, "as a module: oceanbase_in_process is false"),
    "switched off for a play": ("local", {"vars": {"oceanbase_in_process": False}}, {CANCEL: NOWHERE},
                                "as a module: oceanbase_in_process is false"),
    "switched on for a task": ("off", {}, {CANCEL: NOWHERE, "vars": {"oceanbase_in_process": True}}, "in process"),
    "environment of a play": ("local", {"environment": {"ONE": "1"}}, {CANCEL: NOWHERE},
                              "as a module: environment is set"),
    "connection of a play": ("unsaid", {"connection": "local"}, {CANCEL: NOWHERE}, "in process"),
    "connection of a task": ("unsaid", {}, {CANCEL: NOWHERE, "connection": "local"}, "in process"),
    "connection by a variable of a task": ("far", {}, {CANCEL: NOWHERE, "vars": {"ansible_connection": "local"}},
                                           "in process"),
    "a variable of the host wins over the play": ("far", {"connection": "local"}, {
        CANCEL: NOWHERE, "ignore_unreachable": True}, "as a module: the connection is ssh"),
    "delegated from far away": ("far", {}, {CANCEL: NOWHERE, "delegate_to": "localhost"}, "in process"),
    "delegated to a host that is switched off": ("local", {}, {CANCEL: NOWHERE, "delegate_to": "off"},
                                                 "as a module: oceanbase_in_process is false"),
    "local_action": ("far", {}, {"local_action": {"module": CANCEL, **NOWHERE}}, "in process"),
    "run_once": ("local,other", {}, {CANCEL: NOWHERE, "run_once": True}, "in process"),
    "become: false": ("local", {"become": True}, {CANCEL: NOWHERE, "become": False}, "in process"),
    "no_log": ("local", {}, {CANCEL: NOWHERE, "no_log": True}, "in process"),
    "diff": ("local", {}, {CANCEL: NOWHERE, "diff": True}, "in process"),
    "throttle": ("local", {}, {CANCEL: NOWHERE, "throttle": 1}, "in process"),
    "any_errors_fatal": ("local,other", {"any_errors_fatal": True}, {
        CANCEL: {**NOWHERE, "fail_on": "{{ ['not_found'] if inventory_hostname == 'other' else [] }}"}}, "in process"),
}


@pytest.fixture(scope="module")
def more_ways(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PlayResult]:
    """A play for each further line; the login comes from the defaults of the action group."""
    inventory = tmp_path_factory.mktemp("more_ways") / "hosts.ini"
    inventory.write_text(INVENTORY)
    with Mock() as mock:
        defaults = {"group/community.oceanbase.oceanbase": {"login_port": mock.port}}
        yield run_playbook([
            {"hosts": hosts, "gather_facts": False, "module_defaults": defaults, **play, "tasks": [
                {"name": name, **task}]}
            for name, (hosts, play, task, _way) in MORE_WAYS.items()], "-i", str(inventory), "-vvv")


@pytest.mark.parametrize("name", MORE_WAYS)
def test_hosts_plays_and_keywords_choose_the_way(more_ways: PlayResult, name: str) -> None:
    hosts, play, task, way = MORE_WAYS[name]
    told = more_ways.stdout.split(f"TASK [{name}]")[1].split("PLAY")[0]
    asked = 1 if task.get("run_once") else len(hosts.split(","))
    assert len(re.findall(f"{CANCEL} runs {way}$", told, re.MULTILINE)) == told.count(f"{CANCEL} runs ") == asked
    results = [result for result in more_ways.results if result.task == name]
    assert len(results) == asked
    for result in results:
        if task.get("no_log"):
            assert "outcome" not in result.result and NOWHERE["clone_tenant"] not in told
        elif result.status != "unreachable":
            assert result.result["outcome"] == "not_found"
            assert ("diff" in result.result) == bool(task.get("diff"))
    assert [result.host for result in results if result.status == "failed"] == (
        ["other"] if play.get("any_errors_fatal") else [])


def test_keeping_remote_files_asks_for_files(tmp_path: Path) -> None:
    with Mock() as mock:
        done = run_tasks({CANCEL: {"login_port": mock.port, "clone_tenant": "nosuch"}}, arguments=("-vvv",),
                         environment={"ANSIBLE_KEEP_REMOTE_FILES": "1", "ANSIBLE_REMOTE_TEMP": str(tmp_path)})
    assert "runs as a module: ANSIBLE_KEEP_REMOTE_FILES is set" in done.stdout
    assert done.exit_code == 0


def test_without_the_driver_the_module_says_what_is_missing(tmp_path: Path) -> None:
    (tmp_path / "pymysql.py").write_text("raise ModuleNotFoundError(name='pymysql')\n")
    done = run_tasks({"name": "x", CANCEL: {"clone_tenant": "nosuch"}}, arguments=("-vvv",),
                     environment={"PYTHONPATH": str(tmp_path)})
    assert "runs as a module: PyMySQL is not installed for " in done.stdout
    assert done.only("x").result["error"]["class"] == "missing_library"


def test_values_arrive_as_on_the_modules_way(tmp_path: Path) -> None:
    vault = tmp_path / "vault"
    vault.write_text("key\n")
    binary = Path(sys.executable).parent
    with Mock(password=SECRET) as mock:
        encrypted = subprocess.run(
            [binary / "ansible-vault", "encrypt_string", "--vault-password-file", vault, SECRET],
            capture_output=True, text=True, check=True, env=ansible_environment()).stdout
        (tmp_path / "vars.yml").write_text(f"secret: {encrypted}\nname: !unsafe 'nosuch'\nyes_text: 'yes'\n")
        done = run_tasks(
            {"name": "x", CANCEL: {"login_password": "{{ secret }}", "login_port": f"{mock.port}",
                                   "clone_tenant": "{{ name }}", "wait": "{{ yes_text }}", "fail_on": "failed"}},
            vars_files=[str(tmp_path / "vars.yml")], arguments=("-vvv", "--vault-password-file", str(vault)))
    assert "runs in process" in done.stdout
    assert done.only("x").result["outcome"] == "not_found"
    assert SECRET not in done.stdout


@pytest.mark.parametrize("in_process", [True, False])
def test_relative_paths_are_those_of_the_playbook(tmp_path: Path, in_process: bool) -> None:
    """As with every module on the control node, wherever ansible-playbook was started."""
    with Mock() as mock:
        (tmp_path / "client.cnf").write_text(f"[client]\nport = {mock.port}\n")
        tasks = [{"name": "x", CANCEL: {"config_file": "client.cnf", "clone_tenant": "nosuch"},
                  "vars": {"oceanbase_in_process": in_process}}]
        (tmp_path / "play.yml").write_text(json.dumps([{"hosts": "localhost", "gather_facts": False, "tasks": tasks}]))
        done = run_playbook(tmp_path / "play.yml", "-vvv")
    assert ("runs in process" in done.stdout) is in_process
    assert done.only("x").result.get("outcome") == "not_found", done.stdout


def waiting_lines(played: PlayResult) -> list[str]:
    """The signs of life, with the seconds replaced by N."""
    return [re.sub(r"\(\d+ s", "(N s", line) for line in played.stdout.splitlines() if line.startswith("WAITING")]


def test_a_task_that_waits_gives_signs_of_life() -> None:
    scenario = {"jobs": [{"clone_tenant": f"clone_{name}", "source_tenant": f"s{name}", "hold": True,
                          "state": "CLONE_SYS_CREATE_TENANT"} for name in "abcdef"]}
    with Mock(scenario=scenario, cleanup_seconds=0.3) as mock:
        def task(name: str, **keywords: Any) -> dict[str, Any]:
            return {"name": name, CANCEL: {"login_port": mock.port, "clone_tenant": f"clone_{name}"}, **keywords}

        played = run_tasks(task("a"), task("b", vars={"oceanbase_progress": False}), task("c", no_log=True),
                           task("d", vars={"oceanbase_in_process": False}))
        several = run_tasks({"name": "several", CANCEL: {
            "login_port": mock.port, "clone_tenants": ["clone_e", "clone_f"]}})
    assert played.exit_code == several.exit_code == 0, played.stdout + several.stdout
    assert waiting_lines(several)[:1] == [
        "WAITING: 2 clones are not done: 2 CLONE_SYS_CANCELING (N s of at most 600 s)."]
    assert waiting_lines(played) == ["WAITING: clone_a is CLONE_SYS_CANCELING (N s of at most 600 s)."]


def test_hosts_are_told_apart_and_strategies_run(tmp_path: Path) -> None:
    job = {"clone_tenant": "clone_a", "state": "CLONE_SYS_CREATE_TENANT", "hold": True}
    for strategy in ("free", "host_pinned"):
        with Mock(scenario={"jobs": [job]}, cleanup_seconds=0.3) as one, Mock(scenario={"jobs": [job]}) as two:
            inventory = tmp_path / "hosts.ini"
            inventory.write_text("".join(f"c{number} ansible_connection=local login_port={mock.port}\n"
                                         for number, mock in enumerate((one, two))))
            done = run_playbook([{
                "hosts": "all", "gather_facts": False, "strategy": strategy, "tasks": [
                    {"name": "x", CANCEL: {"login_port": "{{ login_port }}", "clone_tenant": "clone_a"}}]}],
                "-i", str(inventory), "-vvv", environment={"ANSIBLE_FORKS": "60"})
        assert [result.result["outcome"] for result in done.results] == ["canceled"] * 2
        assert done.stdout.count("runs in process") == 2
        assert "WAITING: clone_a is CLONE_SYS_CANCELING (N s of at most 600 s) on c0." in waiting_lines(done)


def test_a_task_that_times_out_leaves_nothing_behind() -> None:
    job = {"clone_tenant": "clone_a", "state": "CLONE_SYS_CANCELING", "hold": True}
    with Mock(scenario={"jobs": [job]}) as mock:
        done = run_tasks({"name": "x", CANCEL: {"login_port": mock.port, "clone_tenant": "clone_a"}, "timeout": 1,
                          "ignore_errors": True},
                         {"name": "y", "ansible.builtin.wait_for": {"timeout": 1}}, arguments=("-vvv",))
        assert "runs in process" in done.stdout
        assert done.only("x").status == "failed"
        statements = [entry["statement"] for entry in mock.log()]
        # The session ended with the worker, before the next task began.
        assert statements[-1] == "CLOSE"


def test_what_runs_modules_runs_both_ways() -> None:
    """What `make test` collects and calls run_module() is played again by `make test-modules`."""
    target = subprocess.run(["make", "--dry-run", "test-modules"], cwd=REPOSITORY, capture_output=True, text=True,
                            check=True, env={**os.environ, "MAKEFLAGS": ""}).stdout
    callers = {str(path.relative_to(REPOSITORY)) for layer in ("contract", "end_to_end", "faults")
               for path in (REPOSITORY / "tests" / layer).glob("test_*.py")
               if re.search(r"\brun_module\(|\brun_process\(", path.read_text(encoding="utf-8"))}
    # The role's tests stop the mock by its private module, and ask it once.
    assert callers - set(target.split()) == {"tests/end_to_end/test_mock_role.py", str(
        Path(__file__).relative_to(REPOSITORY))}


def test_loops_and_until_and_ad_hoc() -> None:
    with Mock(scenario=SCENARIO) as mock:
        done = run_tasks(
            {"name": "loop", CANCEL: {"login_port": mock.port, "clone_tenant": "{{ item }}"}, "loop": [
                "canceled", "done", "nosuch"]},
            {"name": "until", "community.oceanbase.ob_clone_info": {"login_port": mock.port, "source_tenant": "s9"},
             "register": "found", "until": "found.history | length == 1", "retries": 2, "delay": 0},
            arguments=("-vvv",))
        assert [item["outcome"] for item in done.only("loop").result["results"]] == [
            "already_canceled", "completed", "not_found"]
        assert done.only("until").status == "ok"
        assert done.stdout.count("runs in process") == 4
        ad_hoc = subprocess.run(
            [Path(sys.executable).parent / "ansible", "localhost", "-i", "localhost,", "-c", "local", "-vvv", "-m",
             CANCEL, "-a", f"login_port={mock.port} clone_tenant=nosuch"],
            capture_output=True, text=True, check=False, env=ansible_environment(RECORD_RESULTS_TO=os.devnull))
    assert ad_hoc.returncode == 0, ad_hoc.stdout + ad_hoc.stderr
    assert "runs in process" in ad_hoc.stdout and '"outcome": "not_found"' in ad_hoc.stdout
