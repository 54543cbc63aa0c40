"""ANSI/NIST-ITL 1-2011 (update 2015) in the traditional encoding: how records become bytes, not what is in them.

Tagged records are `type.number:value` with GS between fields, RS between subfields, US between items and FS at the end;
LEN counts the whole record, its own digits and the FS included. Type-8 is a binary record of the older form.
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass

FS, GS, RS, US = b"\x1c", b"\x1d", b"\x1e", b"\x1f"
VERSION = "0502"  # ANSI/NIST-ITL 1-2011 with the update of 2015
UTF_8 = (("003", "UTF-8"),)  # 1.015 DCS
NO_TYPE_4 = "00.00"  # NSR and NTR where no Type-4 record is present

Value = str | int | Sequence[Sequence[str | int]]  # the last: subfields of items

_LENGTH_DIGITS = 12  # more than any record has


@dataclass(frozen=True)
class TaggedRecord:
    """A record of numbered fields; `fields` in ascending order without LEN and IDC, `data` is field 999."""

    type: int
    fields: tuple[tuple[int, Value], ...]
    data: bytes | None = None

    def encode(self, idc: int) -> bytes:
        """The record as it stands in the file."""
        return _tagged(self.type, ((2, f"{idc:02d}"), *self.fields), self.data)


@dataclass(frozen=True)
class SignatureRecord:
    """Type-8: ink of the person as an uncompressed bitmap; `rows` holds 8 pixels a byte, most significant bit left,
    a set bit is ink, every row begins on a byte."""

    width: int
    height: int
    rows: bytes
    type: int = 8

    def encode(self, idc: int) -> bytes:
        """LEN IDC SIG SRT ISR HLL VLL DATA, big-endian."""
        subject, raw, no_scale = 0, 0, 0
        body = struct.pack("!BBBBHH", idc, subject, raw, no_scale, self.width, self.height) + self.rows
        return struct.pack("!L", len(body) + 4) + body


Record = TaggedRecord | SignatureRecord


@dataclass(frozen=True)
class Header:
    """What Type-1 says of the whole file. `local_date` is YYYYMMDD, `gmt` YYYYMMDDHHMMSSZ; all of it comes from the
    record, so that the same record always gives the same bytes."""

    kind: str  # TOT, 16 characters at most
    local_date: str
    destination: str
    origin: str
    control_number: str  # TCN
    gmt: str


def encode(header: Header, records: Sequence[Record]) -> bytes:
    """A whole file: Type-1, then the records with IDC 0, 1, 2 ... in their order; ValueError beyond 99 records."""
    if len(records) > 99:
        raise ValueError("an IDC has two digits")
    content = [(1, len(records)), *((record.type, f"{idc:02d}") for idc, record in enumerate(records))]
    fields: tuple[tuple[int, Value], ...] = (
        (2, VERSION),
        (3, content),
        (4, header.kind),
        (5, header.local_date),
        (7, header.destination),
        (8, header.origin),
        (9, header.control_number),
        (11, NO_TYPE_4),
        (12, NO_TYPE_4),
        (14, header.gmt),
        (15, UTF_8),
    )
    return _tagged(1, fields, None) + b"".join(record.encode(idc) for idc, record in enumerate(records))


def _tagged(kind: int, fields: Sequence[tuple[int, Value]], data: bytes | None) -> bytes:
    parts = [f"{kind}.{number:03d}:".encode() + _value(value) for number, value in fields]
    if data is not None:
        parts.append(f"{kind}.999:".encode() + data)
    rest = GS + GS.join(parts) + FS
    head = f"{kind}.001:".encode()
    for digits in range(1, _LENGTH_DIGITS):
        length = len(head) + digits + len(rest)
        if len(str(length)) == digits:
            return head + str(length).encode() + rest
    raise ValueError("a record this long has no LEN")


def _value(value: Value) -> bytes:
    if isinstance(value, str | int):
        return _item(value)
    return RS.join(US.join(_item(item) for item in subfield) for subfield in value)


def _item(item: str | int) -> bytes:
    """Text from outside may hold separators; as spaces they cannot begin a field of their own."""
    return "".join(" " if ord(char) < 32 or ord(char) == 127 else char for char in str(item)).encode()
