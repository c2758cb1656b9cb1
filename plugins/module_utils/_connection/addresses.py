# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release. Do not use it from elsewhere.
"""Addresses of observers: what login_host may hold, and a connected socket to the first one that answers."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import selectors
import socket
import threading
from typing import Any, Dict, List, NamedTuple, Optional, Sequence, Tuple, Union

from .._clock import Budget, spell_seconds
from .._errors import InvalidOption

_LARGEST_PORT = 65535
_LONGEST_NAME = 253
_LABEL = re.compile(r"[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?\Z")
# Seconds until the next address is tried beside those that have not answered (as RFC 8305 recommends).
_STAGGER = 0.25


class Address(NamedTuple):
    """One place to connect to: a host name or IP address and its port, or without a port the path of a Unix socket."""

    host: str
    port: Optional[int]
    # Which source named it, for messages.
    source: str

    def __str__(self) -> str:
        if self.port is None:
            return self.host
        return ("[%s]:%d" if ":" in self.host else "%s:%d") % (self.host, self.port)

    def label(self) -> str:
        """Returns the address and which source named it, for messages."""
        return "%s%s (%s)" % ("socket " if self.port is None else "", self, self.source)

    def what_to_check(self) -> str:
        """Returns what may be wrong with it, for messages."""
        if self.port is None:
            return "the path of the socket"
        return "host and port (an OBServer listens on 2881, OBProxy on 2883)"

    def server_name(self) -> str:
        """Returns the name that the certificate of a server there must hold."""
        return "localhost" if self.port is None else self.host.rstrip(".").partition("%")[0]


class Answer(NamedTuple):
    """Address that answered first, and a socket to it, within a part of the budget that had so many seconds."""

    address: Address
    sock: socket.socket
    budget: Budget
    seconds: float


class NoAnswer(Exception):
    """Tells that no address answered; ``reasons`` are (address, what happened, what to do), in the order tried."""

    def __init__(self, reasons: Sequence[Tuple[Address, str, str]]) -> None:
        super().__init__("no address answered")
        self.reasons = reasons


def parse_addresses(hosts: Union[str, Sequence[str]], source: str, port: int, port_source: str) -> Tuple[Address, ...]:
    """
    Returns the addresses in a list of hosts, or in a text with commas: each ``host``, ``host:port``, an IPv6 address or
    ``[IPv6 address]:port``. ``port`` is for those that name none. Empty items and repetitions do not count;
    InvalidOption, which names the sources, for what cannot be an address.
    """
    texts = [hosts] if isinstance(hosts, str) else hosts
    if any("@" in text for text in texts):
        # Not shown, since a password may stand before the @, with commas and colons in it.
        raise InvalidOption("login_host holds an @ (%s), as a URL with a user does" % source,
                            "Name only the host; user and password go into login_user and login_password.")
    items = [part.strip() for text in texts for part in text.split(",")]
    found: Dict[Tuple[str, int], Address] = {}
    for item in filter(None, items):
        host, own_port = _split(item, source)
        problem = _problem(host)
        if problem:
            hint = "Name hosts, host:port or [IPv6 address]:port, separated by commas."
            if item.startswith("/"):
                hint = "The path of a Unix socket goes into login_unix_socket."
            raise InvalidOption("login_host holds %r (%s), which cannot be a host: %s" % (item, source, problem), hint)
        if own_port is None:
            address = Address(host, port, "host: %s, port: %s" % (source, port_source))
        else:
            address = Address(host, parse_port(own_port, source), source)
        found.setdefault((host, address.port or 0), address)
    if not found:
        raise InvalidOption("login_host is empty (%s)" % source, "Give it a value or leave it out.")
    return tuple(found.values())


def parse_port(value: Any, source: str) -> int:
    """Returns a port given as a number or a text; InvalidOption, which names the source, if it is none."""
    text = str(value).strip()
    port = int(text) if re.match(r"[0-9]{1,5}\Z", text) else 0
    if not 0 < port <= _LARGEST_PORT:
        raise InvalidOption("the port %r (%s) is not a number from 1 to %d" % (value, source, _LARGEST_PORT),
                            "An OBServer listens on 2881, OBProxy on 2883.")
    return port


def _split(item: str, source: str) -> Tuple[str, Optional[str]]:
    """Returns host and port of an item, the port as text or None."""
    bracketed = re.match(r"\[([^\[\]]*)\](?::(.*))?\Z", item)
    if bracketed:
        if not _is_ipv6(bracketed.group(1)):
            raise InvalidOption("login_host holds %r (%s), which has no IPv6 address in its brackets" % (item, source))
        return bracketed.group(1), bracketed.group(2)
    if _is_ipv6(item):
        return item, None
    host, colon, port = item.rpartition(":")
    return (host, port) if colon else (item, None)


def _is_ipv6(text: str) -> bool:
    address, _percent, _zone = text.partition("%")
    try:
        socket.inet_pton(socket.AF_INET6, address)
    except (OSError, ValueError):
        return False
    return True


def _problem(host: str) -> str:
    """Returns why a text can be neither a host name nor an IP address; "" if it can."""
    if _is_ipv6(host):
        return ""
    if len(host) > _LONGEST_NAME:
        return "it has more than %d characters" % _LONGEST_NAME
    try:
        labels = host.encode("idna").decode("ascii").rstrip(".").split(".")
    except UnicodeError:
        return "a part between its dots is empty, too long, or has letters that no name has"
    if any(not _LABEL.match(label) for label in labels):
        return "a part between its dots is empty, or is not made of letters, digits, - and _"
    if sum(map(len, labels)) + len(labels) - 1 > _LONGEST_NAME:
        return "it has more than %d characters" % _LONGEST_NAME
    if labels[-1].isdigit():
        try:
            socket.inet_aton(host)
        except OSError:
            return "it looks like an IP address and is none"
    return ""


class _Attempt:
    """An attempt to reach one IP address of an Address, within its own part of the budget."""

    def __init__(self, address: Address, family: int, target: Any, budget: Budget) -> None:
        self.address = address
        self.budget = budget
        self.seconds = budget.left()
        self.connected = False
        self.sock = socket.socket(family, socket.SOCK_STREAM)
        self.sock.setblocking(False)
        try:
            if address.port is not None:
                self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
            self.sock.connect(target)
        except BlockingIOError as error:
            # Anything else than "in progress" is a Unix socket whose queue is full.
            if error.errno != errno.EINPROGRESS:
                self.sock.close()
                raise
        except BaseException:
            self.sock.close()
            raise


class _Lookup:
    """Resolves the name of one address in a thread, since nothing can interrupt a resolver that hangs."""

    def __init__(self, address: Address, wake: socket.socket) -> None:
        self.address = address
        self.found: Optional[List[Any]] = None
        self.error: Optional[Exception] = None
        self._wake = wake
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        try:
            self.found = _resolve(self.address)
        except Exception as error:  # noqa: BLE001  (nobody sees what a thread raises; the loop reports it)
            self.error = error
        with contextlib.suppress(OSError):  # nobody waits any more
            self._wake.send(b"x")


def _resolve(address: Address, flags: int = 0) -> List[Tuple[int, Any]]:
    """Returns (family, target for connect()) of each IP address, the families by turns; OSError, UnicodeError."""
    if address.port is None:
        return [(socket.AF_UNIX, address.host)]
    found = [(entry[0], entry[4]) for entry in socket.getaddrinfo(
        address.host, address.port, type=socket.SOCK_STREAM, flags=flags)]
    families: Dict[int, List[Tuple[int, Any]]] = {}
    for entry in found:
        families.setdefault(entry[0], []).append(entry)
    return _by_turns(list(families.values()))


def _by_turns(lists: Sequence[Sequence[Any]]) -> List[Any]:
    """Returns the first of each list, then the second of each, and so on."""
    longest = max(map(len, lists), default=0)
    return [entries[position] for position in range(longest) for entries in lists if position < len(entries)]


class _Race:
    """
    Attempts at several addresses side by side, begun one after the other in the manner of RFC 8305. The first one
    whose server has begun to speak wins, since a server whose process hangs accepts connections all the same.
    """

    def __init__(self, addresses: Sequence[Address], timeout: float, budget: Budget) -> None:
        self.budget = budget
        self.timeout = timeout
        self.reasons: Dict[Address, Tuple[Address, str, str]] = {}
        self.attempts: List[_Attempt] = []
        self.waiting: List[Tuple[Address, int, Any]] = []
        self.lookups: List[_Lookup] = []
        self.selector = selectors.DefaultSelector()
        self.wake, self.wake_other = socket.socketpair()
        self.selector.register(self.wake, selectors.EVENT_READ)
        self.next_start = 0.0
        self.lookup_budget = budget.end_within(timeout)
        known = []
        for address in addresses:
            try:
                known.append([(address, *entry) for entry in _resolve(address, socket.AI_NUMERICHOST)])
            except socket.gaierror:
                self.lookups.append(_Lookup(address, self.wake_other))
        self.waiting = _by_turns(known)

    def close(self, winner: Optional[_Attempt] = None) -> None:
        """Closes everything but the winner's socket."""
        self.selector.close()
        for attempt in self.attempts:
            if attempt is not winner:
                attempt.sock.close()
        self.wake.close()
        self.wake_other.close()

    def run(self) -> _Attempt:
        """Returns the attempt that was answered first; NoAnswer."""
        while True:
            self._collect_lookups()
            self._begin()
            if not (self.waiting or self.attempts or self.lookups):
                raise NoAnswer(list(self.reasons.values()))
            for key, _events in self.selector.select(self._patience()):
                if key.data is None:
                    self.wake.recv(1000)
                elif self._answered(key.data):
                    return key.data  # type: ignore[no-any-return]
            self._expire()

    def _patience(self) -> float:
        """Returns the seconds until something is to be done even if nothing happens."""
        times = [attempt.budget.left() for attempt in self.attempts]
        if self.waiting:
            times.append(self.next_start - self.budget.clock.elapsed())
        if self.lookups:
            times.append(self.lookup_budget.left())
        return max(0.0, min(times))

    def _collect_lookups(self) -> None:
        for lookup in list(self.lookups):
            if lookup.found:
                self.waiting += [(lookup.address, *entry) for entry in lookup.found]
            elif lookup.found is not None or lookup.error is not None:
                self._failed(lookup.address, *_why(lookup.error or socket.gaierror("no address"), lookup.address))
            else:
                continue
            self.lookups.remove(lookup)

    def _begin(self) -> None:
        """Begins the next attempt if it is time for one; while attempts fail at once, also the one after it."""
        while self.waiting and (not self.attempts or self.budget.clock.elapsed() >= self.next_start):
            address, family, target = self.waiting.pop(0)
            try:
                attempt = _Attempt(address, family, target, self.budget.end_within(self.timeout))
            except OSError as error:
                self._failed(address, *_why(error, address))
                continue
            self.attempts.append(attempt)
            self.selector.register(attempt.sock, selectors.EVENT_WRITE, attempt)
            self.next_start = self.budget.clock.elapsed() + _STAGGER

    def _answered(self, attempt: _Attempt) -> bool:
        """Tells whether an attempt, with which something happened, has won."""
        if attempt.connected:
            return True
        number = attempt.sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if number:
            self._end(attempt, *_why(OSError(number, os.strerror(number)), attempt.address))
            return False
        attempt.connected = True
        self.selector.modify(attempt.sock, selectors.EVENT_READ, attempt)
        return False

    def _expire(self) -> None:
        for attempt in list(self.attempts):
            if attempt.budget.left() <= 0:
                within = "within %s s (connect_timeout)" % spell_seconds(attempt.seconds)
                if attempt.connected:
                    self._end(attempt, "the connection was accepted, but no greeting came " + within,
                              "Check %s and whether the server hangs." % attempt.address.what_to_check())
                else:
                    self._end(attempt, "no answer " + within,
                              "Check the address, the firewall and whether the server runs.")
        if self.lookups and self.lookup_budget.left() <= 0:
            for lookup in self.lookups:
                self._failed(lookup.address, "the host name was not resolved within %s s (connect_timeout)"
                             % spell_seconds(self.timeout), "Check the name service of this host.")
            self.lookups.clear()

    def _end(self, attempt: _Attempt, reason: str, hint: str) -> None:
        """Notes why an attempt failed; the next one may begin at once."""
        self.attempts.remove(attempt)
        self.selector.unregister(attempt.sock)
        attempt.sock.close()
        self.next_start = 0.0
        self._failed(attempt.address, reason, hint)

    def _failed(self, address: Address, reason: str, hint: str) -> None:
        # A name may have several IP addresses; the last reason stands for all.
        self.reasons[address] = (address, reason, hint)


def first_answer(addresses: Sequence[Address], timeout: float, budget: Budget) -> Answer:
    """
    Returns the first of the addresses whose server begins to speak, with what is left of the ``timeout`` seconds that
    each of them has. NoAnswer if there is none within the budget.
    """
    race = _Race(addresses, timeout, budget)
    winner = None
    try:
        winner = race.run()
    finally:
        race.close(winner)
    winner.sock.setblocking(True)
    return Answer(winner.address, winner.sock, winner.budget, winner.seconds)


def _why(error: Exception, address: Address) -> Tuple[str, str]:
    """Returns the reason and what to do for an operating system's or resolver's error at an address."""
    if isinstance(error, socket.gaierror) and _is_ipv6(address.host):
        return ("the IPv6 address cannot be used with the zone after its %",
                "The zone must be the network interface of this host that leads to the address.")
    if isinstance(error, (socket.gaierror, UnicodeError)):
        return "the host name cannot be resolved", "Check login_host and the name service of this host."
    if isinstance(error, ConnectionRefusedError):
        return ("connection refused, so nothing listens there",
                "Check %s and whether the server runs." % address.what_to_check())
    return (getattr(error, "strerror", None) or str(error) or type(error).__name__,
            "Check %s and whether the server runs." % (
                "the address" if address.port is not None else address.what_to_check()))
