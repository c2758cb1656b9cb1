# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Unknown options, and the names that were probably meant."""

from __future__ import annotations

import pytest

from ansible_collections.community.oceanbase.plugins.module_utils._options import unknown_options

SPEC = {"login_host": {}, "login_password": {}, "clone_tenant": {"aliases": ["new_tenant_name"]}}


@pytest.mark.parametrize(("given", "said"), [
    (["clone_tenant", "new_tenant_name", "login_host"], ""),
    (["host"], "There is no option host; did you mean login_host?"),
    (["password"], "There is no option password; did you mean login_password?"),
    (["clone_tenants"], "There is no option clone_tenants; did you mean clone_tenant?"),
    (["x"], "There is no option x."),
    (["x", "host"], "There is no option x. There is no option host; did you mean login_host?"),
])
def test_an_unknown_option_is_named_with_the_one_that_was_meant(given, said):
    assert unknown_options(given, SPEC) == said
