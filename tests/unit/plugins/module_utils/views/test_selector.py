# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Names and ids of clone jobs: what is refused, what is sent, what is compared."""

from __future__ import annotations

import pytest

from ansible_collections.community.oceanbase.plugins.module_utils._errors import InvalidOption
from ansible_collections.community.oceanbase.plugins.module_utils._views.selector import (
    Selector,
    check_job_id,
    check_name,
    conditions,
)

from ..fakes import OPTIONS, view_row


@pytest.mark.parametrize("name", ["clone_a", "A", "_x", "a" * 64, "ü" * 32, "clone", "1a", "a b", "a;b", "a%b", "a$b"])
def test_a_harmless_name_passes_unchanged(name):
    assert check_name("clone_tenant", name) == name


@pytest.mark.parametrize("name", [
    "", "a'b", 'a"b', "a`b", "a\\b", "a\nb", "a\0b", "a\tb", "a\x7fb", "a\x85b", "a" * 65, "ü" * 33, "\ud800"])
def test_a_harmful_name_is_refused_and_the_option_is_named(name):
    with pytest.raises(InvalidOption, match="^source_tenant"):
        check_name("source_tenant", name)


@pytest.mark.parametrize(("given", "sent"), [
    ("1706251714452555625", "1706251714452555625"), (" 7\n", "7"), ("007", "7"), ("1", "1"),
    ("9223372036854775807", "9223372036854775807"), ("09223372036854775807", "9223372036854775807")])
def test_a_job_id_is_plain_digits(given, sent):
    assert check_job_id("clone_job_id", given) == sent


@pytest.mark.parametrize("given", [
    "", "0", "-1", "1.5", "1e18", "9223372036854775808", "9" * 400, "x", "1 OR 1=1", "١"])
def test_anything_else_is_no_job_id(given):
    with pytest.raises(InvalidOption, match="^clone_job_id"):
        check_job_id("clone_job_id", given)


def test_options_are_checked_when_the_selector_is_made():
    assert Selector.from_options({**OPTIONS, "clone_tenant": "a"}) == Selector(clone_tenant="a")
    for option in ("clone_tenant", "source_tenant", "clone_job_id"):
        with pytest.raises(InvalidOption, match="^" + option):
            Selector.from_options({**OPTIONS, option: ""})


def test_values_are_arguments_and_never_part_of_the_statement():
    ((condition, arguments, _expressions),) = conditions([Selector("clone_a", "mysql001", "7")], exact=True)
    assert condition == "BINARY CLONE_TENANT_NAME = %s AND BINARY SOURCE_TENANT_NAME = %s AND CLONE_JOB_ID = %s"
    assert arguments == ["clone_a", "mysql001", 7]
    assert conditions([Selector("clone_a")], exact=False)[0][:2] == ("CLONE_TENANT_NAME = %s", ["clone_a"])


@pytest.mark.parametrize(("selector", "matches"), [
    (Selector("clone_a"), True), (Selector("CLONE_A"), False), (Selector("clone_a "), False),
    (Selector(None, "mysql001"), True), (Selector(None, "MYSQL001"), False),
    (Selector(None, None, "1706251714452555625"), True), (Selector(None, None, "1706251714452555624"), False),
    (Selector("clone_a", "mysql001", "1706251714452555625"), True), (Selector("clone_a", "other"), False)])
def test_a_row_must_match_exactly_in_everything_that_is_given(selector, matches):
    assert selector.matches(view_row("CLONE_SYS_LOCK")) is matches


@pytest.mark.parametrize(("selector", "kind", "name", "described"), [
    (Selector(), "", "", ""),
    (Selector("a"), "clone_tenant", "a", "clone tenant a"),
    (Selector(None, "b"), "source_tenant", "b", "source tenant b"),
    (Selector(None, None, "1"), "clone_job_id", "1", "clone job 1"),
    (Selector("a", "b", "1"), "clone_tenant", "a", "clone tenant a, source tenant b, clone job 1"),
    (Selector(None, "b", "1"), "source_tenant", "b", "source tenant b, clone job 1")])
def test_a_selector_is_told_by_its_most_telling_name(selector, kind, name, described):
    assert (selector.kind, selector.name, selector.describe()) == (kind, name, described)


def test_blanks_around_a_name_are_visible_in_messages():
    assert Selector(clone_tenant=" a", source_tenant="b").describe() == "clone tenant ' a', source tenant b"
