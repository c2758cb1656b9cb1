# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Conversations of one client with the mock, without a socket: what is answered to bytes, and what the log says."""

from __future__ import annotations

import asyncio
import contextlib
import json
import struct
from pathlib import Path
from typing import Any, Iterator, List, Optional, Tuple, Union

import pytest

from ob_mock.protocol.channel import PeerGone
from ob_mock.protocol.connection import Connection
from ob_mock.protocol.native_password import scramble
from ob_mock.protocol.statement_log import StatementLog
from ob_mock.statements.executor import FIRST_CONNECTION_ID, Executor

CAPABILITIES = 0x0008A20D  # LONG_PASSWORD, LONG_FLAG, CONNECT_WITH_DB, PROTOCOL_41, TRANSACTIONS, SECURE_, PLUGIN_AUTH
TLS = struct.pack("<IIB23x", 0x8A00, 1 << 24, 45)
NATIVE = "mysql_native_password"
QUIT = b"\1"
Command = Union[bytes, Tuple[int, bytes]]


class Wire:
    """A channel of which both ends are memory: all that the client will say is known when it begins."""

    peer = "192.0.2.7"

    def __init__(self) -> None:
        self.said = bytearray()
        self.heard = bytearray()
        self.ended = ""

    @property
    def has_unread(self) -> bool:
        return bool(self.said)

    async def read(self, count: int) -> bytes:
        if len(self.said) < count:
            raise PeerGone()
        data = bytes(self.said[:count])
        del self.said[:count]
        return data

    async def write(self, data: bytes) -> None:
        if self.ended:
            raise PeerGone()
        self.heard += data

    @contextlib.contextmanager
    def leaving_cancels(self) -> Iterator[None]:
        yield

    def close(self) -> None:
        self.ended = self.ended or "closed"

    def abort(self) -> None:
        self.ended = "aborted"


class Observer:
    """Counts how often it was told to stop."""

    port = 2881

    def __init__(self) -> None:
        self.stops = 0

    def stop(self) -> None:
        self.stops += 1


class Talk:
    """One client: ``say`` lets it log in and send commands, and returns what it is answered."""

    def __init__(self, log: Optional[Path] = None, **options: Any) -> None:
        self.engine = Executor(**options)
        self.wire, self.observer = Wire(), Observer()
        self.log = StatementLog(log and str(log))
        self.connection = Connection(self.wire, self.engine, self.log, None, self.observer)  # type: ignore[arg-type]

    def login(self, user: str = "root@sys", password: str = "", database: str = "", plugin: str = NATIVE,
              charset: int = 45) -> bytes:
        proof = scramble(password, self.connection._salt) if plugin == NATIVE else b"other"
        return (struct.pack("<IIB23x", CAPABILITIES, 1 << 24, charset) + user.encode() + b"\0" + bytes((len(proof),))
                + proof + database.encode() + b"\0" + plugin.encode() + b"\0")

    def say(self, *commands: Command, login: Optional[bytes] = None) -> List[str]:
        """Each command is bytes, or (number, bytes) for a packet that has that number."""
        for number, payload in [(1, self.login() if login is None else login),
                                *((0, one) if isinstance(one, bytes) else one for one in commands)]:
            self.wire.said += len(payload).to_bytes(3, "little") + bytes((number,)) + payload
        asyncio.run(self.connection.run())
        self.log.close()
        return answers(bytes(self.wire.heard))


def answers(heard: bytes) -> List[str]:
    """Returns what each answer says; it begins with packet number 1, or with the greeting, which is left out."""
    found: List[List[bytes]] = []
    while len(heard) > 4:
        length, number = int.from_bytes(heard[:3], "little"), heard[3]
        if number in (0, 1):
            found.append([])
        found[-1].append(heard[4:4 + length])
        heard = heard[4 + length:]
    told = [packets[packets[0][:1] == b"\x0a":] for packets in found]
    return [shown(packets) for packets in told if packets]


def shown(packets: List[bytes]) -> str:
    parts = []
    for packet in packets:
        if packet[:1] == b"\xff":
            parts.append("%d/%s %s" % (struct.unpack("<H", packet[1:3])[0], packet[4:9].decode(), packet[9:].decode()))
        elif packet[:1] == b"\xfe" and len(packet) == 5:
            parts.append("eof %x" % packet[3])
        elif packet[:1] == b"\0" and len(packet) == 7 and packet[5:] == b"\0\0":
            parts.append("ok %x" % struct.unpack("<H", packet[3:5])[0])
        elif packet[:4] == b"\3def":
            parts.append(packet[4:].split(b"\x0c")[0].strip(b"\0").decode("latin-1")[-8:].strip("\0\1\2\3\4\5\6\7"))
        else:
            parts.append(packet.decode("latin-1"))
    return "|".join(parts)


def query(sql: str) -> bytes:
    return b"\3" + sql.encode()


def prepare(sql: str) -> bytes:
    return b"\x16" + sql.encode()


def execute(number: int, cursor: int = 0, parameters: bytes = b"") -> bytes:
    return b"\x17" + struct.pack("<IBI", number, cursor, 1) + parameters


def statement(command: int, *numbers: int) -> bytes:
    return bytes((command,)) + struct.pack("<%dI" % len(numbers), *numbers)


OK, THREE = "ok 22", "SELECT X FROM (SELECT 1 AS X UNION ALL SELECT 2 UNION ALL SELECT 3) AS T"


@pytest.mark.parametrize(("commands", "expected"), [
    ([b"\x0e", b"\x0d", b"\x09", b"\x1b\0\0", b"\x07\0"], [OK, "eof 2", "Active threads not support", OK, OK]),
    ([b"\2oceanbase", query("SELECT DATABASE() a"), b"\2no`such"],
     [OK, "\1|a|eof 2|\toceanbase|eof 2", "1049/42000 Unknown database 'no`such'"]),
    ([query("SET autocommit = 0"), query("SELECT 1 a"), query("BEGIN"), b"\x1f", query("SELECT 1 a")],
     ["ok 20", "\1|a|eof 0|\x011|eof 0", "ok 21", OK, "\1|a|eof 2|\x011|eof 2"]),
    ([query("SET sql_mode = 'NO_BACKSLASH_ESCAPES'"), query("SELECT '\\' a")], ["ok 222", "\1|a|eof 2|\1\\|eof 2"]),
    ([query("SELECT 1 a; SET @x = 1;SELEC"), query("SELECT @x a")],
     ["\1|a|eof a|\x011|eof a|ok 2a|1064/42000 You have an error in your SQL syntax; check the manual that "
      "corresponds to your OceanBase version for the right syntax to use near 'SELEC' at line 1",
      "\1|a|eof 2|\x011|eof 2"]),
    ([b"\3;SELECT 1"], ["1065/42000 Query was empty"]), ([b"\3/* a */;/* b */"], ["ok 2a|ok 22"]),
    ([query("SELECT NULL, 'é' a")], ["\2|NULL|a|eof 2|\xfb\2Ã©|eof 2"]),
    ([b"\x0c" + struct.pack("<I", 5)], ["1094/HY000 Unknown thread id: 5"]), ([b"\x0a"], None),
    ([b"\x1d"], ["1235/0A000 Not supported feature or function"]),
    ([b"\x20", query("SELECT 1")], ["1235/0A000 Not supported feature or function"]),
    # prepared statements
    ([prepare("SELECT ? a"), execute(1, 0, b"\0\1\xfd\0\2it"), execute(1, 0, b"\1\0"), execute(2), execute(1)],
     ["\0\1\0\0\0\1\0\1\0\0\0\0|?|eof 2|a|eof 2", "\1|a|eof 2|\0\0\2it|eof 2", "\1|a|eof 2|\0\4|eof 2",
      "4201/HY000 hash map/set entry not exist"]),
    ([prepare("SELECT 1; SELECT 2"), prepare("SELECT ?; "), prepare("SELEC")],
     ["1235/0A000 Not supported feature or function", "\0\1\0\0\0\1\0\1\0\0\0\0|?|eof 2|?|eof 2",
      "1064/42000 You have an error in your SQL syntax; check the manual that corresponds to your OceanBase version "
      "for the right syntax to use near 'SELEC' at line 1"]),
    ([prepare("SET @x = 1"), execute(1), execute(1, 1), statement(0x19, 1), execute(1)],
     ["\0\1\0\0\0\0\0\0\0\0\0\0", OK, OK, "4201/HY000 hash map/set entry not exist"]),
    ([prepare(THREE), execute(1, 1), statement(0x1c, 1, 2), statement(0x1c, 1, 2), statement(0x1c, 9, 1)],
     ["\0\1\0\0\0\1\0\0\0\0\0\0|X|eof 2", "\1|X|eof 42", "\0\0\1\0\0\0\0\0\0\0|\0\0\2\0\0\0\0\0\0\0|eof 42",
      "\0\0\3\0\0\0\0\0\0\0|eof 82", "5931/HY000 fetch out of sequence"]),
    ([prepare(THREE), execute(1, 1), statement(0x1a, 1), statement(0x1c, 1, 1), statement(0x1a, 7)],
     ["\0\1\0\0\0\1\0\0\0\0\0\0|X|eof 2", "\1|X|eof 42", OK, "5931/HY000 fetch out of sequence",
      "4201/HY000 hash map/set entry not exist"]),
    ([prepare("SELECT ? a"), b"\x18" + struct.pack("<IH", 1, 0) + b"lo", b"\x18" + struct.pack("<IH", 1, 0) + b"ng",
      b"\x18" + struct.pack("<IH", 9, 0) + b"x", execute(1, 0, b"\0\1\xfd\0")],
     ["\0\1\0\0\0\1\0\1\0\0\0\0|?|eof 2|a|eof 2", "\1|a|eof 2|\0\0\4long|eof 2"]),
    # how a conversation ends
    ([QUIT, query("SELECT 1")], []), ([b"", query("SELECT 1")], []), ([(5, query("SELECT 1")), query("SELECT 1")], []),
    ([query("KILL CONNECTION_ID()"), query("SELECT 1")], []),
    ([b"\x17\1\0"], []),
])
def test_commands(commands: List[Command], expected: Optional[List[str]]) -> None:
    found = Talk().say(*commands)
    assert found[0] == OK
    if expected is not None:
        assert found[1:] == expected


def test_the_list_of_columns_and_of_sessions() -> None:
    talk = Talk()
    [_ok, _use, columns, sessions] = talk.say(b"\2oceanbase", b"\4DBA_OB_CLONE_HISTORY\0", b"\x0a")
    assert columns.split("|")[-1] == "eof 2" and len(columns.split("|")) == 19
    assert "%d\4root" % (FIRST_CONNECTION_ID + 1) in sessions and "192.0.2.7" in sessions


@pytest.mark.parametrize(("options", "expected"), [
    ({}, "ok 22"), ({"user": "root"}, "ok 22"), ({"plugin": "caching_sha2_password"}, None),
    ({"password": "x"}, "1045/42000 Access denied for user 'root'@'xxx.xxx.xxx.xxx' (using password: YES)"),
    ({"user": "root@nosuch"}, "1045/42000 Access denied for user 'root'@'xxx.xxx.xxx.xxx' (using password: NO)"),
    ({"database": "oceanbase"}, "ok 22"), ({"database": "nosuch"}, "1049/42000 Unknown database 'nosuch'")])
def test_logins(options: Any, expected: Optional[str]) -> None:
    talk = Talk()
    found = talk.say(query("SELECT @@character_set_client a"), login=talk.login(charset=28, **options))
    if expected is None:  # An AuthSwitchRequest, and the client has nothing more to say.
        assert NATIVE in found[-1] and not talk.engine._context.sessions
    elif expected == "ok 22":
        assert found == ["ok 22", "\1|a|eof 2|\3gbk|eof 2"]
    else:
        assert found == [expected]
    assert talk.wire.ended == "closed"


@pytest.mark.parametrize("login", [b"", b"x" * 20, TLS[:3], bytes(40)])
def test_what_is_no_login_is_not_answered(login: bytes) -> None:
    assert Talk().say(query("SELECT 1"), login=login) == []


def test_who_asks_for_tls_is_told_that_there_is_none() -> None:
    talk = Talk()
    talk.say(login=TLS)
    assert b"TLS is not enabled" in talk.wire.heard


def test_a_server_that_starts_refuses_before_the_greeting() -> None:
    talk = Talk()
    talk.engine._context.login_rules.state = "initializing"
    talk.say(query("SELECT 1"))
    assert b"#08004Server is initializing" in talk.wire.heard and b"5.7.25" not in talk.wire.heard


def test_another_user_in_the_same_connection() -> None:
    user, other = (name.encode() + b"\0\0\0" + struct.pack("<H", 45) + NATIVE.encode() + b"\0"
                   for name in ("root@mysql001", "nobody"))
    found = Talk().say(query("SET @x = 1"), prepare("SELECT 1"), b"\x11" + user, query("SELECT @x a, USER() b"),
                       execute(1), b"\x11" + other, query("SELECT 1"))
    assert found[3:] == ["ok 22", "\2|a|b|eof 2|\xfb\x0eroot@192.0.2.7|eof 2",
                         "4201/HY000 hash map/set entry not exist",
                         "1045/42000 Access denied for user 'nobody'@'xxx.xxx.xxx.xxx' (using password: NO)"]


@pytest.mark.parametrize(("fault", "answer", "ended", "executed", "stops"), [
    ("drop_before", None, "closed", False, 0), ("drop_after", None, "aborted", True, 0),
    ("error 4012 '25000' 'late'", "4012/25000 late", "closed", False, 0), ("slow 0.01", OK, "closed", True, 0),
    ("half", "", "closed", True, 0), ("garbage", "garbage", "closed", True, 0),
    ("stop_before", None, "closed", False, 1), ("stop_after", None, "closed", True, 1),
    ("stop_during 0.01", None, "closed", True, 2)])
def test_faults(tmp_path: Path, fault: str, answer: Optional[str], ended: str, executed: bool, stops: int) -> None:
    talk = Talk(tmp_path / "log")
    talk.say(query("ALTER SYSTEM MOCK FAULT 'autocommit' %s" % fault), query("SET GLOBAL autocommit = 0"), QUIT)
    heard = bytes(talk.wire.heard)
    if answer == "garbage":
        assert len(heard.rpartition(b"\x40\0\0\xee")[2]) == 64
    elif answer == "":
        assert heard.endswith(b"\7\0\0\1\0")  # half of an OK packet
    else:
        assert answers(heard)[2:] == ([] if answer is None else [answer])
    assert (talk.wire.ended, talk.observer.stops) == (ended, stops)
    assert (talk.engine._context.variables._global["autocommit"] == 0) is executed
    lines = [json.loads(line) for line in (tmp_path / "log").read_text(encoding="utf-8").splitlines()]
    assert [line["fault"] for line in lines if "fault" in line] == [fault.split()[0]]
    kinds = {"drop_before": "lost", "stop_before": "lost", "error": "error"}
    assert [line["answer"] for line in lines if "fault" in line] == [kinds.get(fault.split()[0], "ok")]
    assert fault != "slow 0.01" or max(line["elapsed"] for line in lines) >= 0.01


def test_the_log_tells_who_asked_what_and_was_told_what(tmp_path: Path) -> None:
    talk = Talk(tmp_path / "log")
    talk.say(query("SELECT 1 UNION SELECT 2"), query("SELEC"), query("CREATE USER u IDENTIFIED BY 'secret'"),
             login=talk.login("root"))
    lines = [json.loads(line) for line in (tmp_path / "log").read_text(encoding="utf-8").splitlines()]
    assert [(line["statement"], line["answer"], line.get("rows"), line.get("errno"), line.get("sqlstate"))
            for line in lines] == [
        ("LOGIN root@sys", "ok", None, None, None), ("SELECT 1 UNION SELECT 2", "rows", 2, None, None),
        ("SELEC", "error", None, 1064, "42000"), ("CREATE USER u IDENTIFIED BY '***'", "ok", None, None, None),
        ("CLOSE", "ok", None, None, None)]
    assert {(line["port"], line["session"], line["user"], line["tenant"]) for line in lines} == {
        (2881, FIRST_CONNECTION_ID + 1, "root", "sys")}
    assert all(0 <= line["elapsed"] < 60 for line in lines)
    assert not talk.engine._context.sessions
