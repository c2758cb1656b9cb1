# Copyright (c) 2026, The community.oceanbase authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The packets, byte for byte where the facts name them, and there and back where they are long."""

from __future__ import annotations

import struct

import pytest

from ob_mock.protocol import packets
from ob_mock.protocol.packets import MalformedPacket, Reader
from ob_mock.sql.results import Column, Ok, SqlError, float_text

SALT = bytes(range(33, 53))


def unframe(wire: bytes) -> list[tuple[int, bytes]]:
    """The frames of some bytes as (number, body)."""
    result = []
    while wire:
        length = int.from_bytes(wire[:3], "little")
        result.append((wire[3], wire[4:4 + length]))
        wire = wire[4 + length:]
    return result


def login(capabilities: int, tail: bytes) -> bytes:
    return struct.pack("<IIB23x", capabilities, 1 << 24, 46) + tail


def test_greeting_is_that_of_an_observer() -> None:
    # (facts: Handshake)
    reader = Reader(packets.greeting("5.7.25", 3221487661, SALT, tls=False))
    assert reader.integer(1) == 10
    assert reader.nul_bytes() == b"5.7.25"
    assert reader.integer(4) == 3221487661
    assert reader.take(9) == SALT[:8] + b"\0"
    assert reader.integer(2) == 0xF7DF
    assert (reader.integer(1), reader.integer(2), reader.integer(2), reader.integer(1)) == (46, 0, 0x309C, 21)
    assert reader.take(10) == bytes(10)
    assert reader.take(13) == SALT[8:] + b"\0"
    assert reader.nul_bytes() == b"mysql_native_password"
    assert not reader


def test_greeting_with_tls_offers_it_and_nothing_else() -> None:
    plain, tls = (packets.greeting("5.7.25", 1, SALT, tls) for tls in (False, True))
    assert [(a, b) for a, b in zip(plain, tls) if a != b] == [(0xF7, 0xFF)]


@pytest.mark.parametrize("value", [0, 250, 251, 0xFFFF, 0x10000, 0xFFFFFF, 0x1000000, 2 ** 64 - 1])
def test_lengths_come_back(value: int) -> None:
    reader = Reader(packets.lenenc_integer(value))
    assert reader.lenenc_integer() == value
    assert not reader


@pytest.mark.parametrize("data", [b"", b"\xfb", b"\xff", b"\xfc\1", b"\xfe1234567"])
def test_a_length_that_is_none_is_malformed(data: bytes) -> None:
    with pytest.raises(MalformedPacket):
        Reader(data).lenenc_integer()


@pytest.mark.parametrize(("size", "bodies"), [
    (0, [0]), (1, [1]), (0xFFFFFE, [0xFFFFFE]), (0xFFFFFF, [0xFFFFFF, 0]), (0x1000000, [0xFFFFFF, 1]),
    (2 * 0xFFFFFF, [0xFFFFFF, 0xFFFFFF, 0])])
def test_a_long_payload_is_split(size: int, bodies: list[int]) -> None:
    found = unframe(packets.frames([bytes(size)], 3))
    assert [len(body) for _number, body in found] == bodies
    assert [number for number, _body in found] == list(range(3, 3 + len(bodies)))


def test_numbers_run_on_over_payloads_and_wrap_around() -> None:
    assert unframe(packets.frames([b"a", b"b", b"c"], 254)) == [(254, b"a"), (255, b"b"), (0, b"c")]


def test_login_with_everything() -> None:
    payload = login(packets.CLIENT_PROTOCOL_41 | packets.CLIENT_SECURE_CONNECTION | packets.CLIENT_CONNECT_WITH_DB
                    | packets.CLIENT_PLUGIN_AUTH,
                    b"root@sys\0" + b"\x14" + SALT + b"oceanbase\0caching_sha2_password\0\x03\x01a\x01")
    assert packets.parse_login(payload) == packets.Login("root@sys", SALT, "oceanbase", 46, "caching_sha2_password")


def test_login_with_the_least() -> None:
    payload = login(packets.CLIENT_PROTOCOL_41, b"root\0")
    assert packets.parse_login(payload) == packets.Login("root", b"", None, 46, "mysql_native_password")


@pytest.mark.parametrize("payload", [
    b"", b"\x05\0\0\0\1root\0", login(0, b"root\0"), login(0x8200, b"root\0\x14short"), b"GET / HTTP/1.1\r\n\r\n"])
def test_what_is_no_login_is_malformed(payload: bytes) -> None:
    with pytest.raises(MalformedPacket):
        packets.parse_login(payload)


def test_tls_request_is_told_from_a_login() -> None:
    assert packets.is_tls_request(login(0x0A00, b""))
    assert not packets.is_tls_request(login(0x0200, b""))
    assert not packets.is_tls_request(login(0x0A00, b"root\0"))


def test_change_user() -> None:
    assert packets.parse_change_user(b"u@t\0\x02ab" b"db\0\x2d\0mysql_native_password\0") \
        == packets.Login("u@t", b"ab", "db", 45, "mysql_native_password")
    assert packets.parse_change_user(b"u\0\0\0") == packets.Login("u", b"", None, 45, "mysql_native_password")


def test_error_packet() -> None:
    # (facts: Error packets)
    assert packets.error(SqlError(4179, "HY000", "x not allowed")) == b"\xff\x53\x10#HY000x not allowed"


@pytest.mark.parametrize(("message", "expected"), [
    ("a" * 512, 512), ("a" * 513, 512), ("é" * 256, 512), ("a" + "é" * 256, 511)])
def test_error_text_is_cut_to_512_bytes(message: str, expected: int) -> None:
    text = packets.error(SqlError(4016, "HY000", message))[9:]
    assert len(text) == expected
    assert message.startswith(text.decode())


def test_ok_and_eof_packets() -> None:
    assert packets.ok(Ok(), 0x203) == b"\0\0\0\x23\2\0\0"
    assert packets.ok(Ok(affected_rows=300, last_insert_id=1, warnings=2, info="hi"), 0) \
        == b"\0\xfc\x2c\x01\x01\x20\0\2\0\2hi"
    assert packets.eof(0x203) == b"\xfe\0\0\3\0"


def test_column_definition() -> None:
    # RESTORE_SCN is an unsigned bigint (facts: Views)
    definition = packets.column(Column("RESTORE_SCN", 8, 63, 20, 0x21, 0, "t", "oceanbase"))
    assert definition == (b"\3def\x09oceanbase\1t\1t\x0bRESTORE_SCN\x0bRESTORE_SCN\x0c"
                          b"\x3f\0\x14\0\0\0\x08\x21\0\0\0\0")


def test_the_column_of_an_expression_has_no_original_name() -> None:
    assert packets.column(Column("m", 8)).startswith(b"\3def\0\0\0\1m\0\x0c")


def test_text_row() -> None:
    assert packets.text_row((None, 18446744073709551615, "é", b"\xff", 1.5, True, "")) \
        == b"\xfb\x1418446744073709551615\2\xc3\xa9\1\xff\x031.5\x011\0"


def test_result_set_is_closed_by_classic_eofs() -> None:
    payloads = packets.result_set([Column("a", 8)], [b"\x011"], 2)
    assert payloads[0] == b"\1"
    assert payloads[2:] == [b"\xfe\0\0\2\0", b"\x011", b"\xfe\0\0\2\0"]


@pytest.mark.parametrize("value, text", [
    (0.1 + 0.2, "0.30000000000000004"), (1 / 3, "0.3333333333333333"), (100000.0, "100000"), (1e14, "100000000000000"),
    (1e15, "1e15"), (-1.5e16, "-1.5e16"), (1e300, "1e300"), (0.0001, "0.0001"), (1e-15, "0.000000000000001"),
    (1e-16, "1e-16"), (1234567890123456.7, "1234567890123456.8"), (12345678901234567.0, "1.2345678901234568e16"),
    (-0.0, "-0"), (0.0, "0"), (float("inf"), "inf")])
def test_floats_are_printed_as_the_kernel_prints_them(value: float, text: str) -> None:
    assert float_text(value) == text
    assert packets.text_value(value) == text.encode()
