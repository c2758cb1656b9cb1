# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What login_host may hold, and which of several addresses is used."""

from __future__ import annotations

import contextlib
import re
import socket
import threading
import time

import pytest

from ansible_collections.community.oceanbase.plugins.module_utils._clock import Clock
from ansible_collections.community.oceanbase.plugins.module_utils._connection.addresses import (
    _STAGGER,
    Address,
    NoAnswer,
    _by_turns,
    first_answer,
    parse_addresses,
)
from ansible_collections.community.oceanbase.plugins.module_utils._errors import InvalidOption


def parse(hosts, port=2881):
    """Host and port of each address in ``hosts``."""
    return [(address.host, address.port) for address in parse_addresses(hosts, "option login_host", port, "default")]


@pytest.mark.parametrize(("hosts", "expected"), [
    ("observer1", [("observer1", 2881)]),
    ("observer1.example.com:2883", [("observer1.example.com", 2883)]),
    ("a,b:1, c ,\td:65535\n", [("a", 2881), ("b", 1), ("c", 2881), ("d", 65535)]),
    (["a", "b:1", " c "], [("a", 2881), ("b", 1), ("c", 2881)]),
    (["a,b", "c"], [("a", 2881), ("b", 2881), ("c", 2881)]),
    ("a,,b,", [("a", 2881), ("b", 2881)]),
    (["", "a"], [("a", 2881)]),
    ("a,a,a:2881,a:2882", [("a", 2881), ("a", 2882)]),
    ("127.0.0.1,127.0.0.1:2882", [("127.0.0.1", 2881), ("127.0.0.1", 2882)]),
    ("::1,[::1]:2882,[fe80::1%eth0]:1,fe80::2%eth0,[2001:db8::1]",
     [("::1", 2881), ("::1", 2882), ("fe80::1%eth0", 1), ("fe80::2%eth0", 2881), ("2001:db8::1", 2881)]),
    ("::ffff:10.0.0.1", [("::ffff:10.0.0.1", 2881)]),
    ("my_container,a-b.c,1host,example.com.,0,127.1,B\u00fccher.example", [
        ("my_container", 2881), ("a-b.c", 2881), ("1host", 2881), ("example.com.", 2881), ("0", 2881), ("127.1", 2881),
        ("B\u00fccher.example", 2881)]),
    ("a" * 63 + ".example", [("a" * 63 + ".example", 2881)]),
])
def test_what_login_host_may_hold(hosts, expected):
    assert parse(hosts) == expected


@pytest.mark.parametrize("hosts", [
    ".example.com", "a..b", ".", "..", "a" * 64, "a." * 127 + "aa", "b\u00fccher" * 12, "a b", "a\tb", "a\u00a0b",
    "a$", "a/b", "mysql://a", "root@a", "a:b", "a:", ":2881", ":", "a:0", "a:65536", "a:2881x", "a:-1", "a:+1", "a:1_0",
    "a'b", "a:\u0663", "a:2881:2882", "[::1", "::1]", "[]", "[a]", "[127.0.0.1]:1", "[::1]2881", "[::1]:", "[::1]:x",
    "::1::2", "12345::1", "-a", "a-.b", "10.0.0.256", "10.0.0.1.2", "300.1", "a,b c", ["a", "b..c"], "\u2028", "a;b",
    "*", "%eth0"])
def test_what_cannot_be_a_host(hosts):
    with pytest.raises(InvalidOption, match=r"option login_host"):
        parse(hosts)


@pytest.mark.parametrize("hosts", [
    "root@a", "mysql://root:s3cret@a:2881/b", "root:s3cret@a", "root:s3cret,s3cret@a", ["a", "root@sys:s3cret@a:2881"]])
def test_a_user_in_a_host_is_told_without_what_may_be_the_password(hosts):
    with pytest.raises(InvalidOption, match=r"holds an @ \(option login_host\)") as caught:
        parse(hosts)
    assert "login_password" in caught.value.hint and "s3cret" not in caught.value.sentence("x")


def test_a_path_in_a_host_is_told_where_it_belongs():
    with pytest.raises(InvalidOption, match="'/run/sql.sock'") as caught:
        parse("/run/sql.sock")
    assert "login_unix_socket" in caught.value.hint


@pytest.mark.parametrize("hosts", ["", " ", ",", [], [""], ["", " , "]])
def test_nothing_is_no_host(hosts):
    with pytest.raises(InvalidOption, match=r"login_host is empty \(option login_host\)"):
        parse(hosts)


@pytest.mark.parametrize(("hosts", "text", "name"), [
    ("a", "a:2881 (host: option login_host, port: default)", "a"),
    ("a:1", "a:1 (option login_host)", "a"),
    ("::1", "[::1]:2881 (host: option login_host, port: default)", "::1"),
    ("[fe80::1%eth0]:2", "[fe80::1%eth0]:2 (option login_host)", "fe80::1"),
    ("example.com.", "example.com.:2881 (host: option login_host, port: default)", "example.com")])
def test_how_an_address_is_told_and_verified(hosts, text, name):
    (address,) = parse_addresses(hosts, "option login_host", 2881, "default")
    assert (address.label(), address.server_name()) == (text, name)


class Host:
    """Listens on a port of an address. ``greet``: it speaks first, as a database does; else it says nothing."""

    def __init__(self, ip="127.0.0.1", greet=True):
        self.listener = socket.socket()
        self.listener.bind((ip, 0))
        self.listener.listen(10)
        self.ip, self.port = self.listener.getsockname()
        self.accepted = 0
        self._connections = []
        if greet:
            self._thread = threading.Thread(target=self._run, daemon=True)
            self._thread.start()
        else:
            self._thread = None

    def _run(self):
        with contextlib.suppress(OSError):
            while True:
                connection, _address = self.listener.accept()
                self.accepted += 1
                self._connections.append(connection)
                with contextlib.suppress(OSError):  # it lost the race
                    connection.sendall(b"hello")

    def close(self):
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        if self._thread:
            self._thread.join(5)
        for connection in self._connections:
            connection.close()


@pytest.fixture
def hosts():
    """Makes hosts, and closes them all at the end."""
    made = []

    def make(**options):
        made.append(Host(**options))
        return made[-1]
    yield make
    for host in made:
        host.close()


@pytest.fixture
def names(monkeypatch):
    """A name service: a dictionary of names to lists of (ip, port), or to exceptions, or to functions to call."""
    table = {}
    real = socket.getaddrinfo

    def resolve(host, port, **options):
        if host not in table:
            return real(host, port, **options)
        if options.get("flags"):
            raise socket.gaierror(socket.EAI_NONAME, "not numeric")
        found = table[host]() if callable(table[host]) else table[host]
        if isinstance(found, Exception):
            raise found
        return [(socket.AF_INET6 if ":" in ip else socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, own or port))
                for ip, own in found]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    return table


@pytest.fixture
def dropping():
    """
    An address that drops packets: a listener whose queue is full, so that the kernel answers no further SYN. No packet
    filter and no second machine is needed for it.
    """
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(0)
    fillers = []
    for _number in range(8):
        filler = socket.socket()
        filler.setblocking(False)
        with contextlib.suppress(BlockingIOError):
            filler.connect(listener.getsockname())
        fillers.append(filler)
    time.sleep(0.05)
    yield Address("127.0.0.1", listener.getsockname()[1], "a test")
    for filler in fillers:
        filler.close()
    listener.close()


@pytest.fixture
def refusing():
    """An address at which nothing listens."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return Address("127.0.0.1", sock.getsockname()[1], "a test")


def of(host, name=None):
    """The address of a host, under a name."""
    return Address(name or host.ip, host.port, "a test")


def late_clock():
    """Returns a clock that began a minute ago: a connection may be made anew in a long task."""
    began = [time.monotonic() - 60]
    return Clock(lambda: began.pop() if began else time.monotonic())


def quickest(measure, *arguments, **options):
    """Measures three times, since a busy machine makes some runs slow, and returns what took the fewest seconds."""
    return min((measure(*arguments, **options) for _number in range(3)), key=lambda pair: pair[1])


def answer(*addresses, timeout=10.0, budget=20.0):
    """The address that answers first, and after how many seconds."""
    started = time.monotonic()
    address, sock, part, allowed = first_answer(addresses, timeout, late_clock().budget(budget))
    with sock:
        assert sock.gettimeout() is None
        if sock.family != socket.AF_UNIX:
            assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
            assert sock.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
        assert sock.recv(5) == b"hello"
        assert part.left() <= allowed <= timeout
    return address, time.monotonic() - started


CHECK_SERVER = ("Check host and port (an OBServer listens on 2881, OBProxy on 2883) and whether the server runs.",
                "Check host and port (an OBServer listens on 2881, OBProxy on 2883) and whether the server hangs.")
CHECK_NAME = "Check login_host and the name service of this host."
# What to do, by what is said.
HINTS = {
    "no answer within": "Check the address, the firewall and whether the server runs.",
    "connection refused, so nothing listens there": CHECK_SERVER[0],
    "the connection was accepted, but no greeting came within": CHECK_SERVER[1],
    "the host name cannot be resolved": CHECK_NAME,
    "the host name was not resolved within": "Check the name service of this host.",
    "": "Check the address and whether the server runs.",
}


def reasons(*addresses, timeout=0.3, budget=5.0):
    """What each address is told to have done, and after how many seconds."""
    started = time.monotonic()
    with pytest.raises(NoAnswer) as caught:
        first_answer(addresses, timeout, late_clock().budget(budget))
    for address, reason, hint in caught.value.reasons:
        expected = next(hint for begin, hint in HINTS.items() if reason.startswith(begin))
        if address.port is None:
            expected = re.sub("host and port [(].*[)]|the address", "the path of the socket", expected)
        assert hint == expected
    return {address: reason for address, reason, _hint in caught.value.reasons}, time.monotonic() - started


def test_the_first_of_two_is_used(hosts):
    first, second = hosts(), hosts()
    address, seconds = quickest(answer, of(first), of(second))
    assert (address, second.accepted) == (of(first), 0)
    assert seconds < 0.2


@pytest.mark.parametrize("dead", ["dropping", "silent"])
def test_a_dead_address_costs_a_quarter_of_a_second(hosts, request, dead):
    assert _STAGGER == 0.25
    first = request.getfixturevalue("dropping") if dead == "dropping" else of(hosts(greet=False))
    second = hosts()
    address, seconds = quickest(answer, first, of(second))
    assert address == of(second)
    assert _STAGGER < seconds < 0.6


def test_a_refused_connection_costs_nothing(hosts, refusing):
    second = hosts()
    address, seconds = quickest(answer, refusing, of(second))
    assert address == of(second)
    assert seconds < 0.2


def test_a_name_whose_first_addresses_are_dead(hosts, names, dropping, refusing):
    living = hosts()
    names["observer"] = [("127.0.0.1", refusing.port), ("127.0.0.1", dropping.port), ("127.0.0.1", living.port)]
    address, seconds = quickest(answer, Address("observer", 1, "a test"))
    assert address.host == "observer"
    assert _STAGGER < seconds < 0.6


def test_families_take_turns(names, hosts, refusing):
    """IPv6 addresses that lead nowhere do not all come before the first IPv4 address."""
    living = hosts()
    dead = [("::1", refusing.port)] * 3
    names["observer"] = [*dead, ("127.0.0.1", living.port)]
    _address, seconds = quickest(answer, Address("observer", 1, "a test"))
    assert seconds < 0.4


@pytest.mark.parametrize(("lists", "expected"), [
    ([], []), ([[]], []), ([[1, 2, 3], [4]], [1, 4, 2, 3]), ([[1], [2, 3], [4, 5, 6]], [1, 2, 4, 3, 5, 6])])
def test_by_turns(lists, expected):
    assert _by_turns(lists) == expected


def test_a_name_service_that_hangs_holds_up_nobody_else(names, hosts):
    ended = threading.Event()
    daemons = []
    names["hanging"] = lambda: daemons.append(threading.current_thread().daemon) or ended.wait(10) and []
    living = hosts()
    names["observer"] = [("127.0.0.1", living.port)]
    hanging = Address("hanging", 1, "a test")
    assert quickest(answer, hanging, Address("observer", 1, "a test"))[1] < 0.4
    told, seconds = quickest(reasons, hanging)
    assert told == {hanging: "the host name was not resolved within 0.3 s (connect_timeout)"}
    assert seconds < 0.6
    ended.set()
    # Otherwise they would keep Python from ending.
    assert False not in daemons


def test_every_address_gets_its_reason(names, hosts, dropping, refusing):
    silent = of(hosts(greet=False))
    names.update({"unknown": socket.gaierror(-2, "x"), "odd": UnicodeError("x"),
                  "broken": OSError(5, "Input/output error"), "empty": []})
    named = [Address(name, 1, "a test") for name in ("unknown", "odd", "broken", "empty")]
    told, seconds = quickest(reasons, dropping, refusing, silent, *named)
    assert told == {
        dropping: "no answer within 0.3 s (connect_timeout)",
        refusing: "connection refused, so nothing listens there",
        silent: "the connection was accepted, but no greeting came within 0.3 s (connect_timeout)",
        named[0]: "the host name cannot be resolved", named[1]: "the host name cannot be resolved",
        named[2]: "Input/output error", named[3]: "the host name cannot be resolved"}
    # Each has its 0.3 s, and the second one that needs them begins a quarter of a second after the first.
    assert seconds < 1


def test_a_zone_that_this_host_has_not():
    address = Address("fe80::1%nosuch0", 1, "a test")
    with pytest.raises(NoAnswer) as caught:
        first_answer([address], 2, late_clock().budget(5))
    [(_address, reason, hint)] = caught.value.reasons
    assert "with the zone after its %" in reason and "interface of this host" in hint


def test_the_budget_wins_over_the_timeout(dropping):
    told, seconds = quickest(reasons, dropping, timeout=10, budget=0.2)
    assert told == {dropping: "no answer within 0.2 s (connect_timeout)"}
    assert seconds < 0.5


def test_a_unix_socket(tmp_path):
    path = str(tmp_path / "sql.sock")
    missing = Address(path, None, "option login_unix_socket")
    assert list(reasons(missing)[0].values()) == ["No such file or directory"]
    assert missing.label() == f"socket {path} (option login_unix_socket)"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path)
        assert list(reasons(missing)[0].values()) == ["connection refused, so nothing listens there"]
        listener.listen(1)
        assert "no greeting came within" in next(iter(reasons(missing)[0].values()))
        listener.accept()[0].close()
        listener.listen(1)

        def greet():
            with listener.accept()[0] as connection:
                connection.sendall(b"hello")

        thread = threading.Thread(target=greet)
        thread.start()
        assert answer(missing)[0] == missing
        thread.join()
