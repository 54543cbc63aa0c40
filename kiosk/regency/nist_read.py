"""A strict reader of ANSI/NIST-ITL files in the traditional encoding: bytes to records, nothing of what they mean.

For files of anybody: lengths are believed only as far as there are bytes, and no content stands in an error.
"""

import re
import struct
from dataclasses import dataclass

from kiosk.regency.nist import FS, GS, RS

MOST_BYTES = 256 * 1024 * 1024  # a ten-print card at 1000 ppi, uncompressed, is half of it
MOST_RECORDS = 1000  # an IDC has two digits
MOST_FIELDS = 1000  # of one record: numbers have three digits
IMAGE = 999
_BINARY = frozenset({3, 4, 5, 6, 7, 8})  # records of the older form
_TAG = re.compile(rb"(\d{1,2})\.(\d{3,9}):")
_LENGTH = re.compile(rb"\d{1,2}\.0{2,8}1:(\d{1,12})[\x1c\x1d]")
_CONTENT = re.compile(rb"(\d{1,2})\x1f(\d{1,3})")
_SHORTEST = 5  # bytes of a binary record: length and IDC


class NistError(ValueError):
    """The file cannot be read to its end; the text says where, and holds nothing of its content."""


@dataclass(frozen=True)
class Record:
    """A tagged record: fields in their order as (number, bytes behind the tag)."""

    type: int
    fields: tuple[tuple[int, bytes], ...]

    def value(self, number: int) -> bytes | None:
        """The first field of that number."""
        return next((value for at, value in self.fields if at == number), None)


@dataclass(frozen=True)
class BinaryRecord:
    """A record of the older form: what follows its length and IDC."""

    type: int
    idc: int
    body: bytes


def read(data: bytes) -> tuple[Record | BinaryRecord, ...]:
    """The records of a file, Type-1 first. NistError where its structure does not hold to the last byte."""
    if len(data) > MOST_BYTES:
        raise NistError("the file is too large")
    first, at = _tagged(data, 0, 1, 0)
    records: list[Record | BinaryRecord] = [first]
    for place, kind in enumerate(_content(first), start=1):
        record, at = _binary(data, at, kind, place) if kind in _BINARY else _tagged(data, at, kind, place)
        records.append(record)
    if at != len(data):
        raise NistError("the file goes on after the last record that 1.003 names")
    return tuple(records)


def listed(first: Record) -> tuple[tuple[int, int], ...]:
    """What 1.003 names: type and IDC of each further record. NistError where it says nothing of the kind."""
    told = (first.value(3) or b"").split(RS, MOST_RECORDS)
    entries = [_CONTENT.fullmatch(part) for part in told]
    pairs = [(int(entry[1]), int(entry[2])) for entry in entries if entry]
    if not pairs or len(pairs) != len(entries) or pairs[0][0] != 1:
        raise NistError("1.003 does not say which records follow")
    return tuple(pairs[1:])


def _content(first: Record) -> list[int]:
    return [kind for kind, _ in listed(first)]


def _tagged(data: bytes, at: int, kind: int, place: int) -> tuple[Record, int]:
    where = f"record {place} (Type {kind})"
    length = _LENGTH.match(data[at : at + 32])
    if length is None:
        raise NistError(f"{where} does not begin with its length")
    end = at + int(length[1])
    if end > len(data):
        raise NistError(f"{where} says that it is longer than the file")
    if data[end - 1 : end] != FS:
        raise NistError(f"{where} does not end where its length says")
    return Record(kind, tuple(_fields(data[at : end - 1], kind, where))), end


def _fields(record: bytes, kind: int, where: str) -> list[tuple[int, bytes]]:
    fields: list[tuple[int, bytes]] = []
    at = 0
    while at < len(record):
        tag = _TAG.match(record, at, at + 16)
        if tag is None or int(tag[1]) != kind:
            raise NistError(f"{where} has a field without a tag of its type")
        if len(fields) == MOST_FIELDS:
            raise NistError(f"{where} has too many fields")
        number = int(tag[2])
        end = len(record) if number == IMAGE else _end(record, tag.end())  # a picture may hold separators
        fields.append((number, record[tag.end() : end]))
        at = end + len(GS)
    return fields


def _end(record: bytes, at: int) -> int:
    found = record.find(GS, at)
    return len(record) if found < 0 else found


def _binary(data: bytes, at: int, kind: int, place: int) -> tuple[BinaryRecord, int]:
    where = f"record {place} (Type {kind})"
    if at + _SHORTEST > len(data):
        raise NistError(f"{where} is not there")
    size, idc = struct.unpack_from("!LB", data, at)
    if not _SHORTEST <= size <= len(data) - at:
        raise NistError(f"{where} says a length that the file does not have")
    return BinaryRecord(kind, idc, data[at + _SHORTEST : at + size]), at + size
