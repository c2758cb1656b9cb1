# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Passwords are masked where they can stand, and data is not, whatever the password is."""

from __future__ import annotations

import json

import pytest

from ansible_collections.community.oceanbase.plugins.module_utils._connection.session import Session
from ansible_collections.community.oceanbase.plugins.module_utils._errors import ServerError
from ansible_collections.community.oceanbase.plugins.module_utils._masking import (
    HIDDEN,
    MASK,
    mask,
    masked_options,
    masked_result,
)
from ansible_collections.community.oceanbase.plugins.module_utils._procedures.cancel import CLONE_CANCEL
from ansible_collections.community.oceanbase.plugins.module_utils._runner import refuse, run
from ansible_collections.community.oceanbase.plugins.module_utils._views.jobs import HISTORY, PROGRESS

from .fakes import NOW, OPTIONS, view_row

SECRETS = ["a", "1", "ing", "canceled", "mysql001", "CLONE_SYS_CANCELED", "4179", "clone_a", "user", "history", "0",
           "server_error", "refused", "null", "-", "1706251714452555625", "s3cret-Marker-Passw0rd"]


@pytest.mark.parametrize(("text", "secrets", "masked"), [
    ("using s3cret! and s3cret", ["s3cret"], "using %s! and %s" % (MASK, MASK)),
    ("long and longer", ["long", "longer"], "%s and %s" % (MASK, MASK)),
    # Of a text's punctuation nobody can tell which part is the password, unless it is masked.
    ("** a (b), c", ["*", "a", " ", "), "], "** %s (b), c" % MASK),
    ("a ): c", ["): c"], "a " + MASK),
    ("longs3crettext", ["s3cret"], "long%stext" % MASK),
    ("a cat has a password: a", ["a"], "%s cat has %s password: %s" % ((MASK,) * 3)),
    ("canceling", ["ing"], "canceling"),
    # From this length on it is masked inside of words, too.
    ("xabcdy", ["abcd"], "x%sy" % MASK),
    ("xabcy", ["abc"], "xabcy"),
    ("s3cret", ["s3", "s3cret"], MASK),
    ("a.c", ["a.c", ""], MASK),
    ("abc", ["a.c"], "abc"),
    ("not\udc80 Unicode", [], "not\\udc80 Unicode"),
    ("using s3cr\udce4t", ["s3cr\udce4t"], "using %s" % MASK),
    ("nothing", [], "nothing")])
def test_a_text_is_masked(text, secrets, masked):
    assert mask(text, secrets) == masked


def test_options_are_masked_and_keep_their_types():
    spec = {"login_password": {"no_log": True}}
    options = {"login_password": "s3cret", "wait": True, "session_vars": {"s3cret": ["xs3crety", 1]}, "other": None}
    assert masked_options(spec, options, ["s3cret"]) == {
        "login_password": HIDDEN, "wait": True, "session_vars": {MASK: ["x%sy" % MASK, 1]}, "other": None}


@pytest.mark.parametrize("secret", SECRETS)
def test_of_a_result_only_the_texts_about_a_failure_are_masked(secret):
    job = {"clone_tenant_name": "clone_a", "status": "CLONE_SYS_CANCELED", "error_message": "by user command"}
    entry = {"outcome": "canceled", "job": job, "msg": "Canceled clone_a.", "error": None}
    result = {"changed": True, "outcome": "canceled", "job": job, "msg": "Canceled clone_a.", "results": [entry]}
    assert masked_result(result, [secret]) == result
    error = {"class": "server_error", "errno": 4179, "sqlstate": "HY000", "message": "the server said " + secret,
             "hint": secret + " is wrong"}
    failed = {**result, "msg": "Cannot: " + secret, "error": error,
              "results": [{**entry, "outcome": None, "error": error, "msg": "Cannot: " + secret}, entry]}
    masked = masked_result(failed, [secret])
    for one in (masked, masked["results"][0]):
        assert one["job"] == job
        assert one["error"]["class"] == "server_error" and one["error"]["errno"] == 4179
        if secret != "-":
            for text in (one["msg"], one["error"]["message"], one["error"]["hint"]):
                assert MASK in text
    assert masked["outcome"] == "canceled"
    assert masked["results"][1] == entry


def ending(monkeypatch, rows, environ=(), check_mode=False, **options):
    """Returns how the module ends whose look at the views shows these rows, or raises this failure."""
    def answer(self, statement, arguments, budget):
        if isinstance(rows, Exception):
            raise rows
        if "DBA_OB_TENANTS" in statement:
            return [{"tenant_name": "mysql001", "tenant_type": "USER", "status": "NORMAL"}]
        return [{"view_name": view, "server_time": NOW, **row} for view, row in rows]

    monkeypatch.setattr(Session, "log_in", lambda self, budget: None)
    monkeypatch.setattr(Session, "run", answer)
    return run(CLONE_CANCEL, {**OPTIONS, **options}, check_mode, dict(environ), "/usr/bin/python3")


@pytest.mark.parametrize("source", ["option", "environment", "option file"])
@pytest.mark.parametrize("secret", SECRETS)
def test_a_run_returns_the_same_data_whatever_the_password_is(monkeypatch, tmp_path, secret, source):
    path = tmp_path / "client.cnf"
    path.write_text("[client]\npassword = '%s'\n" % secret)
    login = {"option": {"login_password": secret}, "environment": {},
             "option file": {"config_file": str(path)}}[source]
    environ = {"OCEANBASE_LOGIN_PASSWORD": secret} if source == "environment" else {}
    for options in ({"clone_tenant": "clone_a"}, {"source_tenants": ["mysql001", "mysql001"]}):
        rows = [(HISTORY, view_row("CLONE_SYS_CANCELED"))]
        without = ending(monkeypatch, rows, **options)
        with_it = ending(monkeypatch, rows, environ, **options, **login)
        for one in (without, with_it):
            del one.result["invocation"], one.result["elapsed"]
            for part in one.result.get("results", [one.result]):
                for step in part["timeline"]:
                    step.pop("elapsed", None)
        assert with_it.result == without.result
        assert with_it.warnings == without.warnings


@pytest.mark.parametrize("source", ["option", "environment", "option file"])
def test_a_password_is_in_nothing_that_a_failed_run_returns(monkeypatch, tmp_path, source):
    secret = "s3cret-Marker-Passw0rd"
    path = tmp_path / "client.cnf"
    path.write_text("[client]\npassword = %s\n" % secret)
    login = {"option": {"login_password": secret}, "environment": {},
             "option file": {"config_file": str(path)}}[source]
    environ = {"OCEANBASE_LOGIN_PASSWORD": secret} if source == "environment" else {}
    failure = ServerError("the server repeats " + secret, secret, 4016)
    for options in ({"clone_tenant": "clone_a"}, {"clone_tenants": ["clone_a", "clone_b"]}):
        ended = ending(monkeypatch, failure, environ, **options, **login)
        assert ended.failed
        assert MASK in ended.result["error"]["message"]
        assert secret not in json.dumps([ended.result, ended.trace, list(ended.warnings)])


def test_a_name_that_is_given_twice_is_warned_of_once(monkeypatch):
    ended = ending(monkeypatch, [(PROGRESS, view_row("CLONE_SYS_LOCK"))], clone_tenants=["CLONE_A", "CLONE_A"])
    assert ended.warnings == ["Names are compared exactly: there is a clone job of tenant clone_a."]


def test_an_option_that_does_not_exist_is_named_first_with_the_nearest_one():
    ended = refuse(CLONE_CANCEL, {"clone_tennant": "a", "login_password": "s3cret", "zzz": 1},
                   "one of the following is required: clone_tenant, source_tenant, clone_job_id", {})
    assert ended.result["msg"] == "There is no option clone_tennant; did you mean clone_tenant? There is no option zzz."
    assert ended.result["error"]["class"] == "invalid_option"
    assert ended.result["invocation"]["module_args"]["login_password"] == HIDDEN


@pytest.mark.parametrize("hosts", [["a", "mysql://root:s3cret@a"], "root:s3cret,s3cret@a", 5, None, [None]])
def test_a_password_in_a_host_is_not_shown_among_the_options(hosts):
    ended = refuse(CLONE_CANCEL, {"login_host": hosts, "login_password": "s3"}, "no", {})
    assert "s3cret" not in json.dumps(ended.result)


def test_what_ansible_says_about_options_is_masked():
    ended = refuse(CLONE_CANCEL, {"fail_on": ["s3cret"], "login_password": "s3cret", "clone_tenants": "a"},
                   "value of fail_on must be one of: completed, got no match for: s3cret", {})
    assert "s3cret" not in json.dumps(ended.result)
    assert ended.result["results"] == []
    by_environment = refuse(CLONE_CANCEL, {"fail_on": ["s3cret"]}, "got no match for: s3cret",
                            {"OCEANBASE_LOGIN_PASSWORD": "s3cret"})
    assert by_environment.failed
    assert "s3cret" not in json.dumps(by_environment.result)


def test_without_a_password_nothing_is_masked(monkeypatch):
    ended = ending(monkeypatch, ServerError("None is masked"), clone_tenant="clone_a")
    assert ended.result["error"]["message"] == "None is masked"
