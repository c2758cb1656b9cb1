# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Login of one client: greeting, TLS if it asks for that, and proof of its password."""

from __future__ import annotations

import asyncio
import ssl
from contextlib import contextmanager
from typing import Any, Iterator, Optional

from ..sql.results import SqlError
from . import packets
from .native_password import new_salt
from .packets import Login
from .wire import Wire

# MySQL's and OceanBase's connect_timeout.
LOGIN_SECONDS = 10.0
TLS_IS_OFF = SqlError(1043, "08S01", "TLS is not enabled on this server")


@contextmanager
def in_time(wire: Wire) -> Iterator[None]:
    """Disconnects a client that keeps silent for 10 seconds inside."""
    too_late = asyncio.get_running_loop().call_later(LOGIN_SECONDS, wire.channel.abort)
    try:
        yield
    finally:
        too_late.cancel()


async def receive_login(wire: Wire, greeting: bytes, tls: Optional[ssl.SSLContext]) -> Login:
    """
    Greets the client and returns its answer.

    MalformedPacket when that is not a login, SqlError when it wants TLS and there is none, PeerGone when it leaves or
    says nothing for 10 seconds.
    """
    with in_time(wire):
        await wire.send(greeting)
        payload = await wire.receive()
        if packets.is_tls_request(payload):
            if tls is None:
                raise TLS_IS_OFF
            await wire.channel.start_tls(tls)
            payload = await wire.receive()
        return packets.parse_login(payload)


async def prove(wire: Wire, executor: Any, session: Any, login: Login, salt: bytes) -> None:
    """
    Lets the executor check who the client is; SqlError when it may not in.

    Another plugin than mysql_native_password leads to an AuthSwitchRequest, but not when the client has no password:
    accounts without one skip the switch, and for the others the answer is a refusal either way
    (facts: Handshake).
    """
    scramble = login.scramble
    if login.plugin != packets.NATIVE_PASSWORD:
        if scramble in (b"", b"\0"):
            scramble = b""
        else:
            salt = new_salt()
            with in_time(wire):
                await wire.send(packets.auth_switch(salt))
                scramble = await wire.receive()
    executor.authenticate(session, login.user, salt, scramble, login.database, login.charset)
