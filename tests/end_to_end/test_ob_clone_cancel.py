# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""ob_clone_cancel against the mock: every outcome and every class of failure, as a user's task sees them."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from support.plays.ansible import run_module, run_tasks
from support.servers.ob_mock import Mock, wait_for

KEYS = {"changed", "outcome", "job", "canceled_in", "executed_statements", "timeline", "polls", "reconnects",
        "login_address", "elapsed", "msg"}
CANCELLABLE = [
    "CLONE_SYS_LOCK", "CLONE_SYS_CREATE_INNER_RESOURCE_POOL", "CLONE_SYS_CREATE_SNAPSHOT",
    "CLONE_SYS_WAIT_CREATE_SNAPSHOT", "CLONE_SYS_CREATE_TENANT", "CLONE_SYS_WAIT_TENANT_RESTORE_FINISH",
]


@pytest.fixture
def mock() -> Iterator[Mock]:
    with Mock() as running:
        yield running


def cancel(mock: Mock, internal: dict[str, Any] | None = None, **options: Any) -> dict[str, Any]:
    """What the module returns for these options on this mock; every result has all keys."""
    login = {} if "login_unix_socket" in options else {"login_host": mock.host, "login_port": mock.port}
    result = run_module("ob_clone_cancel", {**login, "wait_timeout": 20, **options}, **(internal or {}))
    assert set(result) >= KEYS
    assert ("error" in result) == bool(result.get("failed"))
    assert result["exit_code"] == (1 if result.get("failed") else 0)
    return result


def history_row(mock: Mock, job_id: str) -> dict[str, Any] | None:
    """The job's row in HISTORY, or None."""
    return next((row for row in mock.history() if str(row["clone_job_id"]) == job_id), None)


@pytest.mark.parametrize("status", CANCELLABLE)
def test_a_running_clone_is_canceled_and_proven_from_its_history_row(mock: Mock, status: str) -> None:
    mock.hold(status)
    running = mock.start_clone("clone_a", until=status)
    result = cancel(mock, clone_tenant="clone_a")
    assert (result["changed"], result["outcome"], result["canceled_in"]) == (True, "canceled", status)
    row = history_row(mock, result["job"]["clone_job_id"])
    assert row and row["clone_job_id"] == running["clone_job_id"]
    assert (row["status"], row["ret_code"]) == ("CLONE_SYS_CANCELED", -4072)
    assert (result["job"]["view"], result["job"]["error_message"]) == ("history", row["error_message"])
    assert result["executed_statements"] == ["ALTER SYSTEM CANCEL CLONE `clone_a`"]
    assert len(mock.cancels(accepted_only=True)) == len(mock.cancels()) == 1

    again = cancel(mock, clone_tenant="clone_a")
    assert (again["changed"], again["outcome"]) == (False, "already_canceled")
    assert again["job"] == {**result["job"], "age": again["job"]["age"]}
    assert (again["executed_statements"], len(mock.cancels())) == ([], 1)


@pytest.mark.parametrize("version", ["4.3.0.0", "4.3.5.3"])
def test_somebody_elses_cancel_is_waited_for(version: str) -> None:
    with Mock(server_version=version) as mock:
        mock.hold("CLONE_SYS_CREATE_TENANT")
        mock.start_clone("clone_a", until="CLONE_SYS_CREATE_TENANT")
        mock.hold("CLONE_SYS_FAILED_STATUS")
        mock.sql("ALTER SYSTEM CANCEL CLONE clone_a")
        (row,) = mock.progress()
        assert row["status"] == "CLONE_SYS_CANCELING"

        without_wait = cancel(mock, clone_tenant="clone_a", wait=False)
        assert (without_wait["changed"], without_wait["outcome"]) == (False, "canceling")
        too_short = cancel(mock, clone_tenant="clone_a", wait_timeout=1)
        assert (too_short["changed"], too_short["error"]["class"]) == (False, "wait_timeout")
        assert too_short["job"]["status"] == row["status"]

        mock.release("CLONE_SYS_FAILED_STATUS")
        result = cancel(mock, clone_tenant="clone_a")
        assert (result["changed"], result["outcome"], result["canceled_in"]) == (
            False, "already_canceled", "CLONE_SYS_CREATE_TENANT")
        assert result["job"]["canceled_by"] == (None if version == "4.3.0.0" else "user")
        assert len(mock.cancels()) == 1


def test_a_wait_that_is_too_short_fails_as_changed_and_running_it_again_resumes(mock: Mock) -> None:
    mock.hold("CLONE_SYS_FAILED_STATUS")
    mock.hold("CLONE_SYS_CREATE_TENANT")
    mock.start_clone("clone_a", until="CLONE_SYS_CREATE_TENANT")
    result = cancel(mock, clone_tenant="clone_a", wait_timeout=1)
    assert result["failed"] and result["changed"]
    assert (result["error"]["class"], result["outcome"]) == ("wait_timeout", None)
    assert result["job"]["status"] == "CLONE_SYS_CANCELING"
    assert 1 <= result["elapsed"] < 5
    mock.release("CLONE_SYS_FAILED_STATUS")
    assert cancel(mock, clone_tenant="clone_a")["outcome"] == "already_canceled"
    assert len(mock.cancels()) == 1


@pytest.mark.parametrize("status", ["CLONE_SYS_RELEASE_RESOURCE", "CLONE_SYS_SUCCESS"])
def test_past_the_point_of_no_return_is_completed_with_a_warning_or_a_failure(mock: Mock, status: str) -> None:
    mock.hold(status)
    mock.start_clone("clone_a", until=status)
    result = cancel(mock, clone_tenant="clone_a")
    assert (result["changed"], result["outcome"], mock.cancels()) == (False, "completed", [])
    assert any("past the point of no return" in warning for warning in result["warnings"])
    failed = cancel(mock, clone_tenant="clone_a", fail_on=["completed"])
    assert (failed["error"]["class"], failed["outcome"]) == ("unwanted_outcome", "completed")
    mock.release(status)
    wait_for(mock.history, "the history row")
    assert cancel(mock, clone_tenant="clone_a")["outcome"] == "completed"


def test_a_normal_tenant_of_that_name_is_completed(mock: Mock) -> None:
    result = cancel(mock, clone_tenant="mysql001")
    assert (result["outcome"], result["job"], len(result["warnings"])) == ("completed", None, 1)


def test_a_clone_that_is_not_known(mock: Mock) -> None:
    result = cancel(mock, clone_tenant="nobody")
    assert (result["changed"], result["outcome"], result["job"]) == (False, "not_found", None)
    assert cancel(mock, clone_tenant="nobody", fail_on=["not_found"])["error"]["class"] == "unwanted_outcome"


def test_a_name_that_differs_in_case_is_not_that_job(mock: Mock) -> None:
    mock.hold("CLONE_SYS_CREATE_TENANT")
    mock.start_clone("clone_a", until="CLONE_SYS_CREATE_TENANT")
    result = cancel(mock, clone_tenant="CLONE_A")
    assert (result["outcome"], mock.cancels()) == ("not_found", [])
    assert any("clone_a" in warning for warning in result["warnings"])
    assert cancel(mock, source_tenant="MYSQL001")["outcome"] == "not_found"
    mock.release("CLONE_SYS_CREATE_TENANT")


def test_several_history_rows_of_one_name_and_the_right_one(mock: Mock) -> None:
    mock.hold("CLONE_SYS_CREATE_TENANT")
    job_ids = []
    for _round in range(3):
        mock.start_clone("clone_a", until="CLONE_SYS_CREATE_TENANT")
        job_ids.append(cancel(mock, new_tenant_name="clone_a")["job"]["clone_job_id"])
    assert len(set(job_ids)) == 3
    assert cancel(mock, clone_tenant="clone_a")["job"]["clone_job_id"] == job_ids[2]
    assert cancel(mock, clone_tenant="clone_a", clone_job_id=job_ids[0])["job"]["clone_job_id"] == job_ids[0]

    mock.start_clone("clone_a", until="CLONE_SYS_CREATE_TENANT")
    stale = cancel(mock, clone_tenant="clone_a", clone_job_id=job_ids[2])
    assert (stale["changed"], stale["outcome"]) == (False, "already_canceled")
    other = cancel(mock, clone_job_id=job_ids[0], source_tenant="another")
    assert other["outcome"] == "not_found"
    by_source = cancel(mock, source_tenant="mysql001")
    assert (by_source["changed"], by_source["outcome"]) == (True, "canceled")
    assert by_source["job"]["clone_job_id"] not in job_ids


def test_the_job_finishes_between_the_look_and_the_cancel(mock: Mock) -> None:
    """The CANCEL is kept on its way (fault slow) until the clone is through; the server then answers 4179."""
    mock.hold("CLONE_SYS_WAIT_TENANT_RESTORE_FINISH")
    mock.start_clone("clone_a", until="CLONE_SYS_WAIT_TENANT_RESTORE_FINISH")
    mock.sql("ALTER SYSTEM MOCK FAULT '^ALTER SYSTEM CANCEL' slow 4")
    results: list[dict[str, Any]] = []
    runner = threading.Thread(target=lambda: results.append(cancel(mock, clone_tenant="clone_a")))
    runner.start()
    wait_for(lambda: any("DBA_OB_CLONE_PROGRESS" in entry["statement"] and "UNION" in entry["statement"]
                         for entry in mock.log()), "the look")
    mock.release("CLONE_SYS_WAIT_TENANT_RESTORE_FINISH")
    wait_for(mock.history, "the end of the clone", timeout=3.9)
    runner.join(30)
    (result,) = results
    assert (result["changed"], result["outcome"]) == (False, "completed")
    assert result["executed_statements"] == []
    (attempt,) = mock.cancels()
    assert attempt["errno"] == 4179


def test_check_mode_and_diff_predict_and_change_nothing(mock: Mock) -> None:
    mock.hold("CLONE_SYS_CREATE_TENANT")
    mock.start_clone("clone_a", until="CLONE_SYS_CREATE_TENANT")
    predicted = cancel(mock, {"check_mode": True, "diff": True}, clone_tenant="clone_a")
    assert mock.cancels() == []
    assert [row["status"] for row in mock.progress()] == ["CLONE_SYS_CREATE_TENANT"]
    real = cancel(mock, {"diff": True}, clone_tenant="clone_a")
    for key in ("changed", "outcome", "executed_statements", "canceled_in", "diff"):
        assert predicted[key] == real[key], key
    assert predicted["diff"]["before"]["status"] == "CLONE_SYS_CREATE_TENANT"
    assert predicted["diff"]["after"]["status"] == "CLONE_SYS_CANCELED"


def test_one_connection_a_run_and_it_is_closed(mock: Mock) -> None:
    mock.hold("CLONE_SYS_CREATE_TENANT")
    mock.start_clone("clone_a", until="CLONE_SYS_CREATE_TENANT")
    before = len(mock.log())
    cancel(mock, clone_tenant="clone_a")
    wait_for(lambda: any(entry["statement"] == "CLOSE" for entry in mock.log()[before:]), "the end of the session")
    entries = mock.log()[before:]
    sessions = {entry["session"] for entry in entries if entry["statement"].startswith("LOGIN")}
    assert len(sessions) == 1


def test_unreachable() -> None:
    result = run_module("ob_clone_cancel", {"clone_tenant": "a", "login_port": 1})
    assert result["error"]["class"] == "unreachable"
    assert "connection refused" in result["msg"]
    assert set(result) >= KEYS


def test_a_host_name_that_does_not_exist() -> None:
    result = run_module("ob_clone_cancel", {"clone_tenant": "a", "login_host": "no-such-host.invalid"})
    assert result["error"]["class"] == "unreachable"
    assert "cannot be resolved" in result["msg"]


def test_a_wrong_password_is_named_by_its_source_and_never_shown() -> None:
    with Mock(password="right-one") as mock:
        result = cancel(mock, clone_tenant="a", login_password="wrong-one")
        assert result["error"]["class"] == "access_denied"
        assert (result["error"]["errno"], result["error"]["sqlstate"]) == (1045, "42000")
        assert "password: option login_password" in result["msg"]
        assert "wrong-one" not in str(result)
        assert cancel(mock, clone_tenant="a", login_password="right-one")["outcome"] == "not_found"
        assert cancel(mock, clone_tenant="a", login_user="root@nosuch")["error"]["class"] == "access_denied"


def test_a_login_in_another_tenant(mock: Mock) -> None:
    result = cancel(mock, clone_tenant="clone_a", login_user="root@mysql001")
    assert result["error"]["class"] == "not_sys_tenant"
    assert result["msg"] == (
        "Cannot cancel the clone of tenant clone_a: this login is in tenant mysql001, but clone jobs are visible only "
        "in the sys tenant; logged in as root@mysql001 (user: option login_user, password: none). Log in as root@sys.")


def test_a_server_without_clone() -> None:
    with Mock(server_version="4.2.5.0") as mock:
        result = cancel(mock, clone_tenant="clone_a")
        assert result["error"]["class"] == "unsupported_version"
        assert "4.2.5.0" in result["msg"]
        assert "4.3.0" in result["error"]["hint"]


def test_a_missing_privilege(mock: Mock) -> None:
    mock.sql("CREATE USER reader IDENTIFIED BY ''", "GRANT SELECT ON *.* TO reader")
    mock.sql("CREATE USER nobody IDENTIFIED BY ''")
    mock.hold("CLONE_SYS_CREATE_TENANT")
    mock.start_clone("clone_a", until="CLONE_SYS_CREATE_TENANT")
    blind = cancel(mock, clone_tenant="clone_a", login_user="nobody@sys")
    assert (blind["error"]["class"], blind["error"]["errno"]) == ("no_privilege", 1142)
    result = cancel(mock, clone_tenant="clone_a", login_user="reader@sys")
    assert (result["error"]["class"], result["error"]["errno"], result["error"]["sqlstate"]) == (
        "no_privilege", 1227, "42501")
    assert (result["changed"], result["job"]["status"]) == (False, "CLONE_SYS_CREATE_TENANT")


def test_a_missing_library_says_how_to_install_it(tmp_path: Path) -> None:
    (tmp_path / "pymysql.py").write_text("raise ImportError('not here')\n", encoding="utf-8")
    result = run_module("ob_clone_cancel", {"clone_tenant": "a"}, environment={"PYTHONPATH": str(tmp_path)})
    assert result["error"]["class"] == "missing_library"
    assert "-m pip install 'PyMySQL>=1.0.2'" in result["msg"]
    assert set(result) >= KEYS


@pytest.mark.parametrize("package", ["pymysql", "cryptography"])
def test_a_broken_library_is_told_at_once(tmp_path: Path, package: str) -> None:
    """A package that is written in Rust does not raise an Exception. Of a host: Ansible itself needs cryptography."""
    (tmp_path / f"{package}.py").write_text("class Panic(BaseException): pass\nraise Panic('it is broken')\n",
                                            encoding="utf-8")
    result = run_module("ob_clone_cancel", {"clone_tenant": "a"}, python=sys.executable,
                        environment={"PYTHONPATH": str(tmp_path)})
    assert (result["error"]["class"], result["reconnects"]) == ("missing_library", 0)
    assert "cannot be imported: Panic: it is broken" in result["msg"]
    assert set(result) >= KEYS


@pytest.mark.parametrize("variable", ["LOGIN_PASSWORD", "LOGIN_USER", "LOGIN_HOST", "LOGIN_PORT", "CA_CERT"])
def test_an_environment_that_is_not_utf_8_is_told_at_once(variable: str) -> None:
    name = f"OCEANBASE_{variable}"
    result = run_module("ob_clone_cancel", {"clone_tenant": "a"},
                        environment={name: b"s3cr\xe4t".decode(errors="surrogateescape")})
    assert (result["error"]["class"], result["reconnects"]) == ("invalid_option", 0)
    assert f"{variable.lower()} is not UTF-8 text (environment variable {name})" in result["msg"]
    assert "s3cr" not in str(result)
    assert set(result) >= KEYS


def test_an_old_library_is_named_with_its_version(tmp_path: Path) -> None:
    package = tmp_path / "pymysql"
    package.mkdir()
    (package / "__init__.py").write_text("VERSION = (0, 10, 1, None)\n", encoding="utf-8")
    (package / "connections.py").write_text("Connection = MysqlPacket = object\n", encoding="utf-8")
    (package / "cursors.py").write_text("DictCursor = object\n", encoding="utf-8")
    result = run_module("ob_clone_cancel", {"clone_tenant": "a"}, environment={"PYTHONPATH": str(tmp_path)})
    assert result["error"]["class"] == "missing_library"
    assert "PyMySQL 0.10.1" in result["msg"]


@pytest.mark.parametrize(("options", "said"), [
    ({}, "one of the following is required"),
    ({"clone_tenant": "a`b"}, "holds the character"),
    ({"clone_tenant": "a" * 65}, "65 bytes"),
    ({"clone_tenant": "a", "fail_on": ["canceled"]}, "fail_on"),
    ({"clone_tenant": "a", "wait_timeout": -1}, "wait_timeout is -1"),
    ({"clone_tenant": "a", "poll_interval": 0}, "poll_interval is 0"),
    ({"clone_tenant": "a", "login_host": "h", "login_unix_socket": "/s"}, "mutually exclusive"),
    ({"clone_tenant": "a", "config_file": "/nowhere"}, "cannot be read"),
    ({"clone_tenant": "a", "ca_cert": "/nowhere"}, "cannot be loaded"),
    ({"clone_tenant": "a", "surprise": 1}, "surprise"),
])
def test_a_wrong_option_is_refused_before_anything_is_sent(mock: Mock, options: dict[str, Any], said: str) -> None:
    login = {} if "login_host" in options else {"login_port": mock.port}
    result = run_module("ob_clone_cancel", {**login, **options})
    assert result["error"]["class"] == "invalid_option"
    assert said in result["msg"]
    assert set(result) >= KEYS
    assert mock.log() == []


def test_session_variables_reach_the_server_and_bad_ones_are_reported(mock: Mock) -> None:
    assert cancel(mock, clone_tenant="a", session_vars={"ob_query_timeout": 7000000})["outcome"] == "not_found"
    assert any("ob_query_timeout = 7000000" in entry["statement"] for entry in mock.log())
    result = cancel(mock, clone_tenant="a", session_vars={"no_such_variable": 1})
    assert result["error"]["class"] == "invalid_option"
    assert "no_such_variable" in result["msg"]


def test_a_play_gives_the_login_once_and_branches_on_the_outcome(mock: Mock) -> None:
    mock.hold("CLONE_SYS_CREATE_TENANT")
    mock.start_clone("clone_a", until="CLONE_SYS_CREATE_TENANT")
    task = {"community.oceanbase.ob_clone_cancel": {"clone_tenant": "clone_a"}}
    done = run_tasks(
        {"name": "Predict", **task, "check_mode": True},
        {"name": "Cancel", **task, "register": "done"},
        {"name": "Cancel again", **task, "register": "again"},
        {"name": "Claim", "ansible.builtin.assert": {"that": [
            "done is changed", "done.outcome == 'canceled'", "again is not changed",
            "again.outcome == 'already_canceled'"]}},
        {"name": "Give up", "block": [
            {"name": "Unwanted", "community.oceanbase.ob_clone_cancel": {
                "clone_tenant": "nobody", "fail_on": ["not_found"]}, "register": "failed"}],
         "rescue": [{"name": "Class", "ansible.builtin.assert": {
             "that": ["failed.error.class == 'unwanted_outcome'", "failed.outcome == 'not_found'"]}}]},
        module_defaults={"group/community.oceanbase.oceanbase": {"login_host": mock.host, "login_port": mock.port}})
    assert done.exit_code == 0, done.stdout + done.stderr
    assert done.only("Predict").result["changed"] is True
    assert len(mock.cancels()) == 1


@pytest.fixture(scope="module")
def five_jobs() -> Iterator[Mock]:
    """A mock with clones that stand still; some of their names look like numbers or letters of the others."""
    names = ["clone_a", "clone_b", "a", "5", "1e3"]
    state = {"state": "CLONE_SYS_CREATE_TENANT", "hold": True}
    jobs = [{"clone_tenant": name, "source_tenant": f"source_{number}", **state}
            for number, name in enumerate(names)]
    with Mock(scenario={"jobs": jobs}) as running:
        yield running


@pytest.mark.parametrize(("given", "names"), [
    ("clone_a", ["clone_a"]), ("clone_a, clone_b", ["clone_a", "clone_b"]),
    (["clone_b", "clone_a"], ["clone_b", "clone_a"]), (5, ["5"]),
    (["clone_a", 5], ["clone_a", "5"]), ("1e3", ["1e3"]), ("", []), ([], [])])
def test_lists_arrive_as_ansible_converts_them(five_jobs: Mock, given: Any, names: list[str]) -> None:
    result = cancel(five_jobs, {"check_mode": True}, clone_tenants=given, source_tenants="", clone_job_ids=[])
    assert [(entry["kind"], entry["name"]) for entry in result["results"]] == [("clone_tenant", name) for name in names]
    assert [entry["job"]["clone_tenant_name"] for entry in result["results"]] == names
    assert result["executed_statements"] == [f"ALTER SYSTEM CANCEL CLONE `{name}`" for name in names]
    assert (result["outcome"], result["changed"]) == (("canceled", True) if names else (None, False))


@pytest.mark.parametrize("options", [
    {"clone_tenants": ["clone_a", ""]}, {"clone_tenants": "clone_a,"}, {"clone_tenants": "[clone_a, clone_b]"},
    {"clone_tenants": ["clone_a"], "clone_job_ids": "seven"}, {"clone_tenants": "a'b"},
    {"clone_tenants": {"clone_a": 1}}, {"clone_tenant": "clone_a", "clone_tenants": ["clone_b"]},
    {"clone_tenants": ["clone_a"], "wait_timeout": "10m"}, {"clone_tenants": ["clone_a"], "wait_until": "ending"}, {},
    {"clone_tenants": None}, {"clone_tenant": None}, {"source_tenant": None, "clone_job_id": None}])
def test_what_is_wrong_in_a_list_is_refused_before_anything_is_sent(five_jobs: Mock, options: dict[str, Any]) -> None:
    before = len(five_jobs.log())
    result = cancel(five_jobs, **options)
    assert result["error"]["class"] == "invalid_option"
    assert (result["changed"], result["executed_statements"]) == (False, [])
    assert len(five_jobs.log()) == before


def test_a_misspelled_option_is_named_although_a_required_one_is_missing(five_jobs: Mock) -> None:
    result = cancel(five_jobs, clone_tennants=["clone_a"])
    assert result["msg"] == "There is no option clone_tennants; did you mean clone_tenants?"


def test_a_hundred_clones_take_hardly_longer_than_one() -> None:
    names = [f"clone_{number}" for number in range(100)]
    jobs = [{"clone_tenant": name, "source_tenant": f"source_of_{name}", "state": "CLONE_SYS_CREATE_TENANT"}
            for name in names]
    with Mock(scenario={"jobs": jobs}, step_seconds=600, cleanup_seconds=1) as mock:
        one = cancel(mock, clone_tenants=names[:1])
        hundred = cancel(mock, clone_tenants=names)
        looks = [entry for entry in mock.log() if entry["statement"].startswith("SELECT 'progress'")]
    assert [entry["outcome"] for entry in hundred["results"]] == ["already_canceled", *["canceled"] * 99]
    assert len(hundred["executed_statements"]) == 99
    assert len(looks) == one["polls"] + hundred["polls"]
    # One after the other they would take 99 clean-ups of a second.
    assert hundred["elapsed"] < one["elapsed"] + 40
