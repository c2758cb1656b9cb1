# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Table of option values that each module refuses, and what it says. Also used on Python 3.8."""

from __future__ import annotations

from typing import Any, Iterator, NamedTuple

# Options with which each module would do its work.
WORKING: dict[str, dict[str, Any]] = {
    "ob_clone": {"clone_tenant": "clone_a", "source_tenant": "mysql001", "resource_pool": "pool_a",
                 "unit_config": "unit001"},
    "ob_clone_cancel": {"clone_tenant": "clone_a"},
    "ob_clone_drop": {"clone_tenant": "clone_a", "clone_job_id": "1706251714452555625"},
    "ob_clone_info": {"clone_tenant": "clone_a"},
    "ob_tenant_info": {"tenant": ["clone_a"]},
}


class Refused(NamedTuple):
    """
    Options that ``module`` refuses; the text begins with ``says``, which names the option. ``without``: options of
    WORKING that are left out. A value None leaves the option out, too.
    """

    module: str
    options: dict[str, Any]
    says: str
    without: tuple[str, ...] = ()

    def all_options(self) -> dict[str, Any]:
        """Returns the options of the task."""
        return {**{name: value for name, value in WORKING[self.module].items() if name not in self.without},
                **self.options}


def bad_names(longest: int) -> dict[str, str]:
    """Returns what cannot be the name of anything, with the end of the complaint."""
    held = {bad: f"a{bad}b" for bad in "'\"`\\\n\t\0\x1f\x7f\x80\x9f"}
    return {"": " is empty", "a" * (longest + 1): f" is {longest + 1} bytes long, but OceanBase allows {longest}",
            "ä" * (longest // 2 + 1): f" is {longest + 2} bytes long, but OceanBase allows {longest}",
            **{name: f" {name!r} holds the character {bad!r}" for bad, name in held.items()}}


NAMES = {"ob_clone": {"clone_tenant": 64, "source_tenant": 64, "resource_pool": 128, "unit_config": 128},
         "ob_clone_cancel": {"clone_tenant": 64, "source_tenant": 64}, "ob_clone_drop": {"clone_tenant": 64},
         "ob_clone_info": {"clone_tenant": 64, "source_tenant": 64}}
NAME_LISTS = {"tenant": 64, "resource_pool": 128}
SEVERAL = {"clone_tenants": "clone_tenant", "source_tenants": "source_tenant", "clone_job_ids": "clone_job_id"}
JOB_IDS = ("", " ", "0", "-1", "+1", "1.5", "1e3", "0x10", "abc", "1 2", "1_000", "9223372036854775808", "9" * 40, "٣")
WAITING = ("ob_clone", "ob_clone_cancel", "ob_clone_info")
TIMES = {"connect_timeout": (0, -1, 2147484), "read_timeout": (0, -1, 2147484)}
NO_NUMBERS = (float("inf"), -float("inf"), float("nan"), "inf", " -Infinity ")
HALF_PAIRS = ("a\udc80", "\ud800")
LOGIN: list[tuple[dict[str, Any], str]] = [
    ({"login_port": 0}, "the port 0 (option login_port) is not a number from 1 to 65535"),
    ({"login_port": 65536}, "the port 65536 (option login_port) is not a number from 1 to 65535"),
    ({"login_port": -1}, "the port -1 (option login_port) is not a number from 1 to 65535"),
    ({"login_host": ""}, "login_host is empty (option login_host)"),
    ({"login_host": " , "}, "login_host is empty (option login_host)"),
    ({"login_host": "db:0"}, "the port '0' (option login_host) is not a number from 1 to 65535"),
    ({"login_host": "db:99999"}, "the port '99999' (option login_host) is not a number from 1 to 65535"),
    ({"login_host": "db:sql"}, "the port 'sql' (option login_host) is not a number from 1 to 65535"),
    ({"login_host": ["db", "[db]:2881"]},
     "login_host holds '[db]:2881' (option login_host), which has no IPv6 address in its brackets"),
    ({"login_host": "a..b"}, "login_host holds 'a..b' (option login_host), which cannot be a host: a part between its"),
    ({"login_host": "a_b.c!"}, "login_host holds 'a_b.c!' (option login_host), which cannot be a host: a part between"),
    *(({"login_host": name}, f"login_host holds '{name}' (option login_host), which cannot be a host: {why}")
      for name, why in (("a" * 64 + ".b", "a part between its dots"), ("a" * 300, "it has more than 253 characters"))),
    ({"login_user": ""}, "login_user is empty (option login_user)"),
    ({"login_user": "root\n@sys"}, "login_user holds a control character (option login_user)"),
    ({"login_unix_socket": "", "login_host": None, "login_port": None},
     "login_unix_socket is empty (option login_unix_socket)"),
    ({"config_file": "/nowhere/my.cnf"}, "config_file /nowhere/my.cnf cannot be read: No such file or directory"),
    ({"ca_cert": "/nowhere/ca.pem"}, "ca_cert /nowhere/ca.pem (option ca_cert) cannot be loaded: No such file"),
    ({"client_cert": "/nowhere/cert.pem"}, "client_cert is given (option client_cert) without ca_cert"),
    ({"client_key": "/nowhere/key.pem"}, "client_key is given (option client_key) without client_cert"),
    ({"session_vars": {"a b": 1}}, "session_vars holds 'a b'"),
    ({"session_vars": {"@@a": 1}}, "session_vars holds '@@a'"),
    ({"session_vars": {"time_zone": "+08:00"}}, "session_vars sets time_zone, but this module reads times in UTC"),
    ({"session_vars": {"CHARACTER_SET_CLIENT": "gbk"}}, "session_vars sets character_set_client, but this module"),
    ({"session_vars": {"collation_connection": "gbk_bin"}}, "session_vars sets collation_connection to gbk_bin, but"),
    ({"session_vars": {"a": None}}, "session_vars sets a to nothing"),
    ({"session_vars": {"a": [1]}}, "session_vars sets a to a list or dictionary"),
    ({"session_vars": {"a": float("inf")}}, "session_vars sets a to inf"),
    ({"session_vars": {"a": float("nan")}}, "session_vars sets a to nan"),
    ({"session_vars": {"a": "\udc80"}}, "session_vars sets a to a text that is not UTF-8"),
    ({"login_host": ["db", "\udc80"]}, "login_host is not UTF-8 text (option login_host)"),
    ({"login_password": "\udc80"}, "login_password is not UTF-8 text (option login_password)"),
]
EXCLUSIVE = "parameters are mutually exclusive: "
# What Ansible itself refuses, by the specification of the options.
BY_ANSIBLE = [
    Refused("ob_clone_cancel", {"fail_on": ["canceled"]}, "value of fail_on must be one or more of"),
    Refused("ob_clone_cancel", {"wait": "perhaps"}, "argument 'wait' is of type"),
    Refused("ob_clone_cancel", {"wait_timeout": "soon"}, "argument 'wait_timeout' is of type"),
    Refused("ob_clone_cancel", {"poll_interval": "often"}, "argument 'poll_interval' is of type"),
    Refused("ob_clone_cancel", {}, "one of the following is required: clone_tenant, source_tenant, clone_job_id",
            without=("clone_tenant",)),
    Refused("ob_clone_cancel", {"wait_until": "over"}, "value of wait_until must be one of"),
    *(Refused("ob_clone_cancel", {single: "1", several: ["1"]}, f"{EXCLUSIVE}{single}|{several}",
              without=("clone_tenant",)) for single in SEVERAL.values() for several in SEVERAL),
    Refused("ob_clone_info", {"view": ["past"]}, "value of view must be one or more of"),
    Refused("ob_clone_info", {"status": ["CLONE_SYS_ABORTED"]}, "value of status must be one or more of"),
    Refused("ob_clone_info", {"limit": "all"}, "argument 'limit' is of type"),
    *(Refused(module, {}, f"missing required arguments: {option}", without=(option,))
      for module, options in (("ob_clone", WORKING["ob_clone"]), ("ob_clone_drop", WORKING["ob_clone_drop"]))
      for option in options),
    *(Refused(module, options, says) for module in WORKING for options, says in (
        ({"login_port": "sql"}, "argument 'login_port' is of type"),
        ({"check_hostname": "maybe"}, "argument 'check_hostname' is of type"),
        ({"session_vars": 1}, "argument 'session_vars' is of type"),
        ({"login_unix_socket": "/tmp/s", "login_host": None}, EXCLUSIVE + "login_unix_socket|login_port"),
        ({"login_unix_socket": "/tmp/s", "login_port": None}, EXCLUSIVE + "login_unix_socket|login_host"),
        ({"surprise": 1}, "There is no option surprise."))),
]


def refused() -> Iterator[Refused]:
    """Yields the whole table."""
    yield from BY_ANSIBLE
    for module, names in NAMES.items():
        for option, longest in names.items():
            for name, complaint in bad_names(longest).items():
                yield Refused(module, {option: name}, option + complaint)
    for option, longest in NAME_LISTS.items():
        yield Refused("ob_tenant_info", {option: []}, f"{option} is an empty list")
        for name, complaint in bad_names(longest).items():
            yield Refused("ob_tenant_info", {option: ["fine", name]}, option + complaint)
    for option in ("clone_tenants", "source_tenants"):
        for name, complaint in bad_names(64).items():
            if name and name == name.strip():
                yield Refused("ob_clone_cancel", {option: ["fine", name]}, f"item 2 of {option}{complaint}",
                              without=("clone_tenant",))
    for option in SEVERAL:
        yield Refused("ob_clone_cancel", {option: ["1", ""]}, f"item 2 of {option}", without=("clone_tenant",))
        yield Refused("ob_clone_cancel", {option: "1, "}, f"item 2 of {option}", without=("clone_tenant",))
    for text in JOB_IDS:
        if text == text.strip():
            yield Refused("ob_clone_cancel", {"clone_job_ids": ["1", text]},
                          f"item 2 of clone_job_ids {text!r} is not the id of a clone job", without=("clone_tenant",))
    for module in ("ob_clone_cancel", "ob_clone_drop", "ob_clone_info"):
        for text in JOB_IDS:
            yield Refused(module, {"clone_job_id": text}, f"clone_job_id {text!r} is not the id of a clone job")
    for module in WAITING:
        for seconds in (-1, 2 ** 31):
            yield Refused(module, {"wait_timeout": seconds},
                          f"wait_timeout is {seconds}, but must be from 0 to 2147483647 seconds")
        for interval in (0.0, -1.0, float("inf"), float("nan")):
            yield Refused(module, {"poll_interval": interval},
                          f"poll_interval is {interval}, but must be a number of seconds above 0")
    for module in WORKING:
        for option, times in TIMES.items():
            for seconds in times:
                says = f"{option} is {seconds}, but must be from 1 to 2147483 seconds"
                yield Refused(module, {option: seconds}, says)
        for options, says in LOGIN:
            yield Refused(module, options, says)
    for option in ("limit", "min_age"):
        for number in (-1, 2 ** 31):
            yield Refused("ob_clone_info", {option: number}, f"{option} is {number}, but must be from 0 to 2147483647")
    for option in ("view", "status"):
        yield Refused("ob_clone_info", {option: []}, f"{option} is an empty list")
    yield Refused("ob_clone_info", {"wait": True, "view": ["history"]}, "wait is true, but view does not list progress")
    for option, value in (("status", ["CLONE_SYS_LOCK"]), ("min_age", 1)):
        yield Refused("ob_clone_info", {"wait": True, option: value},
                      f"wait is true, but {option} selects by what changes while a job runs")
    # Most of these end AnsibleModule in a traceback.
    for module in WORKING:
        integers = ["login_port", *TIMES, *(["wait_timeout"] if module in WAITING else []),
                    *(["limit", "min_age"] if module == "ob_clone_info" else [])]
        for option in integers:
            for no_number in NO_NUMBERS:
                says = f"{option} is {str(no_number).strip()}, but must be a whole number."
                yield Refused(module, {option: no_number}, says)
        for option in (*NAMES.get(module, ()), "login_user", "ca_cert"):
            for half_pair in HALF_PAIRS:
                yield Refused(module, {option: half_pair}, f"{option} is not valid Unicode text.")
    yield Refused("ob_clone_cancel", {"new_tenant_name": "\udc80"}, "new_tenant_name is not valid Unicode text.",
                  without=("clone_tenant",))
    for option in SEVERAL:
        yield Refused("ob_clone_cancel", {option: ["1", "\udc80"]}, f"item 2 of {option}", without=("clone_tenant",))


REFUSED = list(refused())
