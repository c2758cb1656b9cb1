# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""PyMySQL's connection, with the SQLSTATE on its errors, which PyMySQL drops."""

from __future__ import annotations

from typing import Any

import pymysql
from pymysql.connections import Connection, MysqlPacket


class _Packet(MysqlPacket):  # type: ignore[misc]
    def raise_for_error(self) -> None:
        try:
            super().raise_for_error()
        except pymysql.MySQLError as error:
            error.sqlstate = self.get_all_data()[4:9].decode()
            raise


class SqlStateConnection(Connection):  # type: ignore[misc]
    """A connection whose errors from the server have the attribute ``sqlstate``."""

    def _read_packet(self, packet_type: Any = None) -> Any:
        return super()._read_packet(packet_type or _Packet)
