# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""
Roles and playbooks with the values that command lines, surveys, pipelines and tired people give them.

A cluster of the inventory is a case here: it has its own variables, and often shares the mock with all the others.
"""

from __future__ import annotations

import contextlib
import json
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from support import REPOSITORY
from support.documents.blocks import blocks
from support.plays.ansible import COLLECTION, PlayResult, ansible_environment, run_playbook, run_tasks
from support.servers.mock_clusters import clusters, job
from support.servers.ob_mock import Mock

HOUR = 3600
FAIL = "Fail on the clusters where something failed"


def write_inventory(path: Path, hosts: Mapping[str, tuple[Mock, dict[str, Any]]], **others: Any) -> Path:
    """Writes an inventory: the mock and the variables of each host in group oceanbase, and hosts outside of it."""
    login = {name: {"oceanbase_login": {"login_port": mock.port, "login_password": mock.password}, **variables}
             for name, (mock, variables) in hosts.items()}
    path.write_text(json.dumps({
        "oceanbase": {"hosts": login}, "others": {"hosts": others},
        "all": {"vars": {"ansible_connection": "local", "ansible_python_interpreter": sys.executable}},
    }), encoding="utf-8")
    return path


def run(playbook: str, inventory: Path, *arguments: str, **environment: str) -> PlayResult:
    """Runs a playbook of the collection."""
    return run_playbook(f"{COLLECTION}.{playbook}", "--inventory", str(inventory), *arguments, environment=environment)


def failures(play: PlayResult) -> dict[str, str]:
    """Returns what the last play says of each cluster on which something failed."""
    return {result.host: result.result["msg"] for result in play.results
            if result.task == FAIL and result.status == "failed"}


def canceled(mock: Mock) -> list[str]:
    """Returns the names of the clones that the mock was told to cancel, sorted."""
    return sorted(entry["statement"].split("`")[1] for entry in mock.cancels())


# --- values that make no sense

TOO_ODD = ("10m", "1h", "ten", "1,000", 600.5, True, [600])
# For each playbook: what is given anyway, and the cases: variables, and what the message must hold.
REFUSED: dict[str, tuple[dict[str, Any], list[tuple[dict[str, Any], str]]]] = {
    "cancel_clone": ({"clone_tenant": "clone_a"}, [
        *[({"wait_timeout": value}, f"wait_timeout is {value!r}, but must be a whole number") for value in TOO_ODD],
        ({"wait_timeout": -1}, "-1"),
        ({"clone_tenant": ""}, "Give -e clone_tenant=NAME or -e source_tenant=NAME."),
        ({"clone_tenant": [["clone_a"]]}, "clone_tenant is [['clone_a']], but must be a list of texts"),
        ({"clone_tenant": "clone'a"}, "clone'a"),
        ({"clone_tenant": "[clone_a]"}, "clone_tenant is '[clone_a]', but must be a list of texts"),
        ({"fail_on": "completed,done"}, "fail_on is 'completed,done', but must be one of: completed,"),
    ]),
    "free_source_tenant": ({"source_tenant": "mysql001"}, [
        *[({"running_clone": "wait", "after_timeout": "cancel", "wait_timeout": value}, f"wait_timeout is {value!r}")
          for value in TOO_ODD],
        ({"source_tenant": " "}, "Give -e source_tenant=NAME."),
        ({"source_tenant": None}, "Give -e source_tenant=NAME."),
        ({"source_tenant": ["mysql001"]}, "source_tenant is ['mysql001'], but must be a text"),
        ({"running_clone": "stop"}, "running_clone is 'stop', but must be one of: cancel, wait, fail"),
        ({"after_timeout": "wait"}, "after_timeout is 'wait', but must be one of: fail, cancel"),
    ]),
    "clone_status": ({}, [
        *[({name: value}, f"{name} is {value!r}") for value in TOO_ODD for name in ("stuck_after", "history_limit")],
        ({"history_limit": -1}, "-1"),
        ({"oceanbase_login": "login_host=a"}, "oceanbase_login must be a dictionary of the login options"),
        ({"oceanbase_login": {"login_port": 1, "login_password": "{{ vault_nosuch }}"}}, "vault_nosuch"),
    ]),
    "reap_stale_clones": ({"min_age": HOUR}, [
        *[({name: value}, f"{name} is {value!r}") for value in TOO_ODD
          for name in ("min_age", "max_cancel", "wait_timeout")],
        ({"min_age": ""}, "Give -e min_age=SECONDS."),
        ({"in_status": "CLONE_SYS_NONSENSE"}, "CLONE_SYS_NONSENSE"),
    ]),
}


@pytest.mark.parametrize("playbook", REFUSED)
def test_a_value_that_cannot_be_meant_is_refused_before_anything_is_touched(playbook: str, tmp_path: Path) -> None:
    given, cases = REFUSED[playbook]
    with Mock(scenario={"jobs": [job("clone_a", "mysql001", age=2 * HOUR)]}) as mock:
        hosts = {f"case-{number}": (mock, {**given, **case}) for number, (case, _said) in enumerate(cases)}
        play = run(playbook, write_inventory(tmp_path / "inventory.json", hosts))
        assert play.exit_code == 2
        assert mock.log() == []
    found = failures(play)
    assert [(case, found.get(f"case-{number}")) for number, (case, said) in enumerate(cases)
            if said not in found.get(f"case-{number}", "")] == []
    assert "free_source_tenant_" not in " ".join(found.values())


def test_the_clone_is_not_canceled_at_once_because_ten_minutes_are_no_number(tmp_path: Path) -> None:
    with clusters(tmp_path, {"a": {"jobs": [job("clone_a", "mysql001")]}}) as (inventory, mocks):
        play = run("free_source_tenant", inventory, "-e", "source_tenant=mysql001 running_clone=wait",
                   "-e", "after_timeout=cancel wait_timeout=10m")
        assert failures(play) == {"a": "wait_timeout is '10m', but must be a whole number."}
        assert mocks["a"].log() == []


def test_a_misspelled_variable_of_the_command_line_is_refused_with_the_one_that_was_meant(tmp_path: Path) -> None:
    with clusters(tmp_path, {"a": {"jobs": [job("clone_a", "mysql001")]}}) as (inventory, mocks):
        play = run("free_source_tenant", inventory, "-e", "source_tenant=mysql001 runing_clone=fail")
        assert failures(play) == {"a": "There is no variable runing_clone; did you mean running_clone?"}
        assert mocks["a"].log() == []


# --- values that are odd, but clear

def test_cancel_clone_takes_names_as_surveys_inventories_and_command_lines_give_them(tmp_path: Path) -> None:
    cases: dict[str, tuple[dict[str, Any], list[str]]] = {
        "text": ({"clone_tenant": "t1, t2 ,,"}, ["t1", "t2"]),
        "list": ({"clone_tenant": ["l1", 12, ""]}, ["l1", "12"]),
        "json": ({"clone_tenant": '["j1", "j2"]', "fail_on": "[]"}, ["j1", "j2"]),
        "number": ({"clone_tenant": 123}, ["123"]),
        "zero": ({"clone_tenant": 0}, ["0"]),
        "source-number": ({"source_tenant": 4711}, ["of_number"]),
        "both": ({"clone_tenant": "b1", "source_tenant": "sb2"}, ["b1", "b2"]),
        "unicode": ({"clone_tenant": "kl\u00f6n"}, ["kl\u00f6n"]),
        "blank": ({"clone_tenant": "e1", "source_tenant": "", "fail_on": "", "wait_timeout": " "}, ["e1"]),
        "null": ({"clone_tenant": "n1", "source_tenant": None, "fail_on": None, "wait_timeout": None}, ["n1"]),
        # An inventory of observers says how other playbooks reach them.
        "observer": ({"clone_tenant": "o1", "ansible_connection": "ssh", "ansible_host": "192.0.2.1",
                      "ansible_become": True}, ["o1"]),
        # Letters of a name that is text are not names.
        "letters": ({"clone_tenant": "xyz", "fail_on": "completed"}, ["xyz"]),
    }
    names = [name for _case, expected in cases.values() for name in expected]
    sources = {"of_number": "4711", "b2": "sb2"}
    jobs = [job(name, sources.get(name, f"s_{name}")) for name in [*names, "x", "y", "z", "t", "1"]]
    with Mock(scenario={"jobs": jobs}) as mock, Mock(scenario={"jobs": [job("t1", "s1")]}) as outside:
        inventory = write_inventory(
            tmp_path / "inventory.json", {name: (mock, case) for name, (case, _expected) in cases.items()},
            web={"clone_tenant": "t1", "oceanbase_login": {"login_port": outside.port}})
        play = run("cancel_clone", inventory, "-e", "oceanbase_hosts= oceanbase_serial=")
        assert play.exit_code == 0, play.stdout
        assert canceled(mock) == sorted(names)
        assert outside.log() == []


def test_the_role_clone_cancel_takes_lists_as_the_command_line_gives_them() -> None:
    letters = sorted(set("clone_a"))
    jobs = [job(name, f"s_{name}") for name in ["clone_a", "c2", "c3", "7", "x1", "x2", *letters]]
    jobs += [job("of_source", "source"), {**job("by_id", "s_id"), "job_id": 1706251714452555625},
             {**job("by_text", "s_text"), "job_id": 1706251714452555626}]
    empty = {"clone_tenants": "", "source_tenants": "", "job_ids": ""}
    cases: list[dict[str, Any]] = [
        {"clone_tenants": "clone_a"}, {"clone_tenants": 7}, {"clone_tenants": "c2, c3"}, {"source_tenants": "source"},
        {"job_ids": 1706251714452555625}, {"job_ids": "1706251714452555626"}]
    tasks = [{"ansible.builtin.include_role": {"name": f"{COLLECTION}.clone_cancel"},
              "vars": {f"clone_cancel_{name}": value for name, value in {**empty, **case}.items()}} for case in cases]
    refused = {"Nothing named": {f"clone_cancel_{name}": "" for name in empty},
               "Misspelled": {"clone_cancel_clone_tenant": "x1", "clone_cancel_source_tenants": "s_x2"}}
    blocks_of = [{"block": [{"ansible.builtin.include_role": {"name": f"{COLLECTION}.clone_cancel"}, "vars": given}],
                  "rescue": [{"name": name, "ansible.builtin.debug": {"msg": "{{ ansible_failed_result.msg }}"}}]}
                 for name, given in refused.items()]
    with Mock(scenario={"jobs": jobs}) as mock:
        login = {f"group/{COLLECTION}.oceanbase": {"login_port": mock.port}}
        play = run_tasks(*tasks, *blocks_of, module_defaults=login, arguments=("-e", "clone_cancel_fail_on=not_found"))
        assert play.exit_code == 0, play.stdout
        assert canceled(mock) == sorted(["clone_a", "7", "c2", "c3", "of_source", "by_id", "by_text"])
    assert play.only("Nothing named").result["msg"] == (
        "Name clones in clone_cancel_clone_tenants, clone_cancel_source_tenants or clone_cancel_job_ids.")
    assert play.only("Misspelled").result["msg"] == (
        "There is no variable clone_cancel_clone_tenant; did you mean clone_cancel_clone_tenants?")


def test_a_role_runs_again_for_each_role_that_depends_on_it(tmp_path: Path) -> None:
    meta = tmp_path / "roles" / "upgrade" / "meta" / "main.yml"
    meta.parent.mkdir(parents=True)
    meta.write_text(yaml.safe_dump({"dependencies": [{
        "role": f"{COLLECTION}.free_source_tenant", "vars": {"free_source_tenant_name": "{{ upgraded }}"}}]}))
    with Mock(scenario={"jobs": [job("c1", "s1"), job("c2", "s2")]}) as mock:
        play = run_playbook([{
            "hosts": "localhost", "gather_facts": False,
            "module_defaults": {f"group/{COLLECTION}.oceanbase": {"login_port": mock.port}},
            "roles": [{"role": "upgrade", "upgraded": name} for name in ("s1", "s2")],
        }], environment={"ANSIBLE_ROLES_PATH": str(tmp_path / "roles")})
        assert (play.exit_code, canceled(mock)) == (0, ["c1", "c2"]), play.stdout


def test_free_source_tenant_as_it_is_called(tmp_path: Path) -> None:
    cases: dict[str, tuple[dict[str, Any], str | None]] = {
        "number": ({"source_tenant": 4711}, None),
        "blank": ({"source_tenant": "s2", "running_clone": "", "wait_timeout": "", "after_timeout": ""}, None),
        "space": ({"source_tenant": " s3 "}, None),
        "idle": ({"source_tenant": "idle", "running_clone": "fail"}, None),
        "mistyped": ({"source_tenant": "sl1"}, "There is no tenant sl1 in this cluster."),
        "case": ({"source_tenant": "S4"}, "There is no tenant S4 in this cluster."),
        "fail": ({"source_tenant": "s4", "running_clone": "fail"}, "Tenant s4 is being cloned to c_s4"),
        "wait": ({"source_tenant": "s5", "running_clone": "wait", "wait_timeout": "1"}, "s5"),
        "wait-then-cancel": ({"source_tenant": "s6", "running_clone": "wait", "wait_timeout": 0,
                              "after_timeout": "cancel"}, None),
    }
    jobs = [job(f"c_{source}", source) for source in ("4711", "s2", "s3", "s4", "s5", "s6")]
    with Mock(scenario={"jobs": jobs, "tenants": [{"name": "idle"}]}) as mock:
        inventory = write_inventory(
            tmp_path / "inventory.json", {name: (mock, case) for name, (case, _said) in cases.items()})
        play = run("free_source_tenant", inventory)
        assert canceled(mock) == ["c_4711", "c_s2", "c_s3", "c_s6"]
    found = failures(play)
    assert {name for name, (_case, said) in cases.items() if said} == set(found), play.stdout
    assert [(name, found[name]) for name, (_case, said) in cases.items() if said and said not in found[name]] == []


# --- clusters that are not there

@pytest.mark.parametrize(("playbook", "arguments"), [
    ("free_source_tenant", ["-e", "source_tenant=mysql001", "-e", "oceanbase_hosts=nosuch"]),
    ("free_source_tenant", ["-e", "source_tenant=mysql001", "--limit", "web"]),
    ("free_source_tenant", ["-e", "source_tenant=mysql001", "-e", "oceanbase_hosts=oceanbase:!a"]),
    ("cancel_clone", ["-e", "clone_tenant=clone_a", "-e", "oceanbase_hosts=nosuch", "--check"]),
    ("clone_status", ["--limit", "web"]),
    ("reap_stale_clones", ["-e", "min_age=1", "-e", '{"oceanbase_hosts": ["nosuch"]}']),
])
def test_a_play_that_looked_at_nothing_fails(playbook: str, arguments: list[str], tmp_path: Path) -> None:
    with Mock(scenario={"jobs": [job("clone_a", "mysql001")]}) as mock:
        inventory = write_inventory(tmp_path / "inventory.json", {"a": (mock, {})}, web={})
        play = run(playbook, inventory, *arguments)
        assert play.exit_code == 2, play.stdout
        assert "No cluster was selected: no host matches" in play.stdout
        assert mock.log() == []


@pytest.mark.parametrize("arguments", [["--tags", "upgrade"], ["--skip-tags", "slow"]])
def test_tags_of_the_play_around_it_do_not_switch_the_guard_off(arguments: list[str], tmp_path: Path) -> None:
    with clusters(tmp_path, {"a": {"jobs": [job("clone_a", "mysql001")]}}) as (inventory, mocks):
        play = run("free_source_tenant", inventory, "-e", "source_tenant=mysql001", *arguments)
        assert (play.exit_code, canceled(mocks["a"])) == (0, ["clone_a"]), play.stdout


# --- strategies

@pytest.mark.parametrize(("strategy", "limit"), [("free", 6), ("host_pinned", 6), ("free", 7)])
def test_the_brake_of_the_reaper_holds_with_every_strategy(strategy: str, limit: int, tmp_path: Path) -> None:
    scenarios = {"a": {"jobs": [job(f"a{number}", f"s{number}", age=2 * HOUR) for number in range(3)]},
                 "b": {"jobs": [job(f"b{number}", f"s{number}", age=2 * HOUR) for number in range(4)]}}
    with clusters(tmp_path, scenarios) as (inventory, mocks):
        play = run("reap_stale_clones", inventory, "-e", f"min_age={HOUR} max_cancel={limit}",
                   ANSIBLE_STRATEGY=strategy, ANSIBLE_DEPRECATION_WARNINGS="false")
        count = sum(len(canceled(mock)) for mock in mocks.values())
    assert (play.exit_code, count) == ((2, 0) if limit == 6 else (0, 7)), play.stdout
    assert ("7 clones match, but max_cancel is 6. Nothing was canceled." in play.stdout) is (limit == 6)


# --- passwords that are also words

WORDS = ("a", "1", "ing", "mysql001", "canceled", "history", "clone_", "CLONE_SYS")


@contextlib.contextmanager
def clusters_with_passwords(folder: Path) -> Iterator[tuple[Path, dict[str, Mock]]]:
    """Runs a cluster for each word, which is its password, with a clone that can be canceled."""
    scenario = {"jobs": [{**job("clone_a", "mysql001", age=2 * HOUR), "job_id": 1706251714452555111}],
                "history": [{"clone_tenant": "clone_old", "state": "CLONE_SYS_SUCCESS", "age": HOUR}]}
    with contextlib.ExitStack() as stack:
        mocks = {f"host{number}": stack.enter_context(Mock(scenario=scenario, password=word))
                 for number, word in enumerate(WORDS)}
        yield write_inventory(folder / "inventory.json", {name: (mock, {}) for name, mock in mocks.items()}), mocks


@pytest.mark.parametrize(("playbook", "arguments"), [
    ("cancel_clone", "clone_tenant=clone_a"), ("free_source_tenant", "source_tenant=mysql001"),
    ("reap_stale_clones", f"min_age={HOUR}"), ("clone_status", "stuck_after=1800")])
def test_a_password_that_is_also_a_word_changes_nothing(playbook: str, arguments: str, tmp_path: Path) -> None:
    with clusters_with_passwords(tmp_path) as (inventory, mocks):
        play = run(playbook, inventory, "-e", arguments, ANSIBLE_FORKS="8")
        assert play.exit_code == 0, play.stdout
        lines = [line.split() for line in play.only("Summary").result["msg"]]
        # Without the ages, which differ by how long the play takes.
        told = [[" ".join(word for word in line[1:] if not re.match(r"\d+:", word))
                 for line in lines if line[0] == name] for name in mocks]
        states = [(canceled(mock), {row["clone_tenant_name"]: row["status"] for row in mock.history()}["clone_a"])
                  for mock in mocks.values() if playbook != "clone_status"]
    assert all(report and report == told[0] for report in told), told
    assert "VALUE_SPECIFIED" not in play.stdout
    if playbook == "clone_status":
        assert told[0] == ["STUCK? clone_a mysql001 CREATE_TENANT", "ended clone_old mysql001 SUCCESS ago"]
    else:
        assert told[0][0].startswith(
            "Canceled the clone of tenant clone_a (job 1706251714452555111 of source tenant mysql001) in CLONE_SYS_")
        assert states == [(["clone_a"], "CLONE_SYS_CANCELED")] * len(WORDS)


# --- documents

@pytest.mark.parametrize("broken", ["an undefined variable", "no Python"])
def test_the_rescue_of_the_guide_holds_if_the_failure_is_not_of_the_module(broken: str) -> None:
    (example,) = [block for block in blocks(REPOSITORY / "docs" / "docsite" / "rst" / "errors_guide.rst")
                  if "ansible_failed_result" in block.text]
    plays = yaml.safe_load(example.text)
    if broken == "no Python":
        plays[0]["vars"] = {"ansible_python_interpreter": "/nowhere/python", "vault_root_sys_password": "secret"}
    play = run_playbook(plays)
    assert play.exit_code == 2
    said = [result.result["msg"] for result in play.results if result.status == "failed"][-1]
    assert ("/nowhere/python" if broken == "no Python" else "vault_root_sys_password") in said
    assert play.only("Fail for everything else").status == "failed"


def test_the_playbooks_are_found_from_a_clone_as_their_readme_says() -> None:
    (first, second) = [block.text for block in blocks(REPOSITORY / "playbooks" / "README.md")
                       if block.language == "shell"]
    assert "ansible-playbook community.oceanbase.clone_status\n" in second
    settings = "\n".join(line for line in (first + second).splitlines() if line.startswith("export "))
    environment = {name: value for name, value in ansible_environment().items() if not name.startswith("ANSIBLE_")}
    environment["PATH"] = f"{Path(sys.executable).parent}:{environment['PATH']}"
    done = subprocess.run(
        ["bash", "-euc", f"{settings}\nansible-playbook --list-hosts community.oceanbase.clone_status"],
        cwd=REPOSITORY, env=environment, text=True, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "cluster_a" in done.stdout
