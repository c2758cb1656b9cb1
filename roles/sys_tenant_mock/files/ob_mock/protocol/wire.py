# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Numbered packets of one client over its channel."""

from __future__ import annotations

from typing import List

from . import packets
from .channel import Channel
from .packets import HEADER_SIZE, MAX_FRAME, MalformedPacket

# The first packets of a client are small; a length beyond this is garbage.
LOGIN_PACKET_LIMIT = 1 << 18
PACKET_LIMIT = 1 << 24  # max_allowed_packet


class PacketTooLarge(Exception):
    """Raised when the client sent more bytes in one packet than it may."""


class Wire:
    """
    Packets in and out. ``sequence`` is the number of the next one: a conversation counts, a command begins at 0.

    logged_in: set it when the client may send large packets.
    """

    def __init__(self, channel: Channel) -> None:
        self.channel = channel
        self.sequence = 0
        self.logged_in = False

    async def receive(self) -> bytes:
        """
        Reads the payload of the client's next packet, however many frames it comes in.

        PeerGone when the client leaves; MalformedPacket for a wrong number, or a length that no login has;
        PacketTooLarge when the whole packet was read, but not kept.
        """
        limit = PACKET_LIMIT if self.logged_in else LOGIN_PACKET_LIMIT
        parts: List[bytes] = []
        size = 0
        while True:
            header = await self.channel.read(HEADER_SIZE)
            length = int.from_bytes(header[:3], "little")
            if header[3] != self.sequence & 0xFF:
                raise MalformedPacket("packet number %d instead of %d" % (header[3], self.sequence & 0xFF))
            size += length
            if size > limit:
                if not self.logged_in:
                    raise MalformedPacket("%d bytes are not a login" % size)
                parts.clear()
            parts.append(await self.channel.read(length))
            self.sequence += 1
            if length < MAX_FRAME:
                break
        if size > limit:
            raise PacketTooLarge()
        return b"".join(parts) if len(parts) > 1 else parts[0]

    async def send(self, *payloads: bytes) -> None:
        """Sends payloads, which continue the numbering."""
        data = packets.frames(payloads, self.sequence)
        self.sequence += len(payloads)
        await self.channel.write(data)
