# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Twenty clusters, ten at a time: each host's result is that of its own cluster."""

from __future__ import annotations

from pathlib import Path

from support.plays.ansible import run_playbook
from support.servers.mock_clusters import clusters, job

NAMES = [f"cluster_{number:02}" for number in range(20)]


def test_twenty_clusters_with_ten_forks_do_not_mix_up(tmp_path: Path) -> None:
    scenarios = {name: {"jobs": [job("same_name", "mysql001"), job(f"only_on_{name}", f"source_{name}")]}
                 for name in NAMES}
    with clusters(tmp_path, scenarios) as (inventory, mocks):
        job_ids = {name: {str(row["clone_job_id"]): row["clone_tenant_name"] for row in mock.progress()}
                   for name, mock in mocks.items()}
        play = run_playbook([{
            "hosts": "oceanbase", "gather_facts": False,
            "module_defaults": {"group/community.oceanbase.oceanbase": "{{ oceanbase_login }}"},
            "tasks": [
                {"name": "Own", "community.oceanbase.ob_clone_cancel": {
                    "source_tenant": "source_{{ inventory_hostname }}"}},
                {"name": "Same", "community.oceanbase.ob_clone_cancel": {"clone_tenant": "same_name"}},
            ]}], "--inventory", str(inventory), "--forks", "10")
        assert play.exit_code == 0, play.stdout
        for task, clone in (("Own", "only_on_{}"), ("Same", "same_name")):
            results = {result.host: result.result for result in play.results if result.task == task}
            assert sorted(results) == NAMES
            for name, result in results.items():
                assert (result["outcome"], result["changed"]) == ("canceled", True)
                assert job_ids[name][result["job"]["clone_job_id"]] == clone.format(name)
        for name, mock in mocks.items():
            assert [entry["statement"] for entry in mock.cancels()] == [
                f"ALTER SYSTEM CANCEL CLONE `only_on_{name}`", "ALTER SYSTEM CANCEL CLONE `same_name`"]
            assert mock.progress() == []
