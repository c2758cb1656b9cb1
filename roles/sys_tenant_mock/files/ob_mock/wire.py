# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The numbered packets of one client over its channel."""

from __future__ import annotations

from . import packets
from .channel import Channel
from .packets import HEADER_SIZE, MAX_FRAME

# The first packets of a client are small; a length beyond this is garbage.
LOGIN_PACKET_LIMIT = 1 << 18
PACKET_LIMIT = 1 << 27


class PacketTooLarge(Exception):
    """The client announced more bytes than it may send."""


class Wire:
    """The packets of one client over its channel, numbered as the protocol wants it."""

    def __init__(self, channel: Channel) -> None:
        self.channel = channel
        self.sequence = 0
        self.limit = LOGIN_PACKET_LIMIT

    async def receive(self) -> bytes:
        """
        The payload of the client's next packet, however many frames it came in.

        PeerGone when the client leaves; PacketTooLarge, before the bytes are read, when there are too many.
        """
        parts = []
        size = 0
        while True:
            header = await self.channel.read(HEADER_SIZE)
            length = int.from_bytes(header[:3], "little")
            size += length
            if size > self.limit:
                raise PacketTooLarge()
            parts.append(await self.channel.read(length))
            self.sequence = header[3] + 1
            if length < MAX_FRAME:
                return b"".join(parts) if len(parts) > 1 else parts[0]

    def wrap(self, *payloads: bytes) -> bytes:
        """The bytes of payloads that answer what was received last."""
        return packets.frames(payloads, self.sequence)

    async def send(self, *payloads: bytes) -> None:
        """Sends payloads that answer what was received last."""
        data = self.wrap(*payloads)
        self.sequence += len(payloads)
        await self.channel.write(data)
