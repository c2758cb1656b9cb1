# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The login of one client: greeting, TLS if it asks for that, and proof of its password."""

from __future__ import annotations

import asyncio
import ssl
from typing import Any, Optional

from . import packets
from .packets import Login, MalformedPacket
from .results import SqlError
from .wire import PacketTooLarge, Wire

# MySQL's and OceanBase's connect_timeout.
LOGIN_SECONDS = 10.0
BAD_HANDSHAKE = SqlError(1043, "08S01", "Bad handshake")


async def receive_login(wire: Wire, greeting: bytes, tls: Optional[ssl.SSLContext]) -> Login:
    """
    Greets the client and returns its answer.

    SqlError 1043 when that is no login; a client that says nothing for 10 seconds is disconnected (PeerGone).
    """
    too_late = asyncio.get_running_loop().call_later(LOGIN_SECONDS, wire.channel.abort)
    try:
        await wire.send(greeting)
        payload = await wire.receive()
        if tls and packets.is_tls_request(payload):
            await wire.channel.start_tls(tls)
            payload = await wire.receive()
        return packets.parse_login(payload)
    except (MalformedPacket, PacketTooLarge) as failure:
        raise BAD_HANDSHAKE from failure
    finally:
        too_late.cancel()


async def prove(wire: Wire, engine: Any, session: Any, login: Login, salt: bytes) -> None:
    """
    Lets the engine check who the client is; SqlError when it may not in.

    Another plugin than mysql_native_password leads to an AuthSwitchRequest, but not when the client has no password:
    accounts without one skip the switch, and for the others the answer is a refusal either way
    (OceanBase facts, section 8.2).
    """
    scramble = login.scramble
    if login.plugin != packets.NATIVE_PASSWORD:
        scramble = b""
        if login.scramble not in (b"", b"\0"):
            too_late = asyncio.get_running_loop().call_later(LOGIN_SECONDS, wire.channel.abort)
            try:
                await wire.send(packets.auth_switch(salt))
                scramble = await wire.receive()
            except PacketTooLarge as failure:
                raise BAD_HANDSHAKE from failure
            finally:
                too_late.cancel()
    engine.authenticate(session, login.user, salt, scramble, login.database, login.charset)
