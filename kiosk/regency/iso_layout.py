"""What the three records of ISO/IEC 19794:2011 (parts 4, 5 and 6) share: big-endian fields, general header, capture
time, quality blocks; and a reader's cursor that never goes beyond what was brought."""

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

MOST_BYTES = 256 * 1024 * 1024  # of a record that is read; ten lossless prints at 1000 ppi stay below 40 MB
UNKNOWN_2 = 0xFFFF  # of two bytes, where a field may say that nobody knows
_HEAD = "4s4sLH"
_TIME = "HBBBBBH"
_QUALITY = "BHH"


@dataclass(frozen=True)
class Quality:
    """One quality block: a score of 0 to 100, and whose algorithm gave it (IBIA numbers)."""

    score: int
    vendor: int
    algorithm: int


class Cursor:
    """Reads one record from front to back; ValueError where it ends too early or has something left over."""

    def __init__(self, data: bytes) -> None:
        if len(data) > MOST_BYTES:
            raise ValueError("the record is too large")
        self._data, self._at = data, 0

    def take(self, form: str) -> tuple[int, ...]:
        """The next fields, as `struct` names them, without its order sign."""
        return struct.unpack(f"!{form}", self.cut(struct.calcsize(f"!{form}")))

    def number(self, form: str) -> int:
        """The next field."""
        return self.take(form)[0]

    def cut(self, size: int) -> bytes:
        """The next bytes."""
        if size > len(self._data) - self._at:
            raise ValueError("the record ends too early")
        self._at += size
        return self._data[self._at - size : self._at]

    def part(self) -> "Cursor":
        """The next representation: its own length, which counts itself, stands first."""
        size = self.number("L")
        if size < 4:
            raise ValueError("a representation is shorter than its own length")
        return Cursor(self.cut(size - 4))

    def more(self) -> bool:
        """Whether anything is left."""
        return self._at < len(self._data)

    def close(self) -> None:
        """Nothing may be left."""
        if self.more():
            raise ValueError("the record goes on after its end")


def pack(form: str, *fields: int | bytes) -> bytes:
    """Fields as `struct` names them, without its order sign; ValueError where one does not fit."""
    try:
        return struct.pack(f"!{form}", *fields)
    except struct.error as error:
        raise ValueError("a figure is too large for its field") from error


def head(magic: bytes, version: bytes, parts: Sequence[bytes], rest: bytes) -> bytes:
    """A whole record: general header with its total length, then the representations. `rest` ends the header."""
    size = struct.calcsize(f"!{_HEAD}") + len(rest) + sum(map(len, parts))
    return pack(_HEAD, magic, version, size, len(parts)) + rest + b"".join(parts)


def open_record(data: bytes, magic: bytes, version: bytes) -> tuple[Cursor, int]:
    """A cursor behind the number of representations, and that number. ValueError where it is another record."""
    cursor = Cursor(data)
    if cursor.cut(4) != magic or cursor.cut(4) != version:
        raise ValueError(f"not a record of the form {magic.decode().rstrip(chr(0))} {version.decode().rstrip(chr(0))}")
    size, count = cursor.take("LH")
    if size != len(data):
        raise ValueError("the record's length is not what it says")
    if not count:
        raise ValueError("the record shows nothing")
    return cursor, count


def part(body: bytes) -> bytes:
    """A representation with its length in front."""
    return pack("L", len(body) + 4) + body


def device_and_quality(taken: datetime, quality: Sequence[Quality]) -> bytes:
    """Capture time in UTC to the second, technology, maker and type of the device as unknown, quality blocks."""
    at = taken.astimezone(UTC)
    time = pack(_TIME, at.year, at.month, at.day, at.hour, at.minute, at.second, UNKNOWN_2)
    blocks = b"".join(pack(_QUALITY, one.score, one.vendor, one.algorithm) for one in quality)
    return time + bytes(5) + pack("B", len(quality)) + blocks


def read_device_and_quality(cursor: Cursor) -> tuple[datetime, tuple[Quality, ...]]:
    """The same back; what is said of the device is passed over. ValueError where the time is none."""
    *parts, thousandths = cursor.take(_TIME)
    if thousandths > 999 and thousandths != UNKNOWN_2:
        raise ValueError("a time of capture is none")
    known = 0 if thousandths == UNKNOWN_2 else thousandths
    try:
        year, month, day, hour, minute, second = parts
        taken = datetime(year, month, day, hour, minute, second, known * 1000, tzinfo=UTC)
    except ValueError:
        raise ValueError("a time of capture is none") from None
    cursor.cut(5)
    return taken, tuple(Quality(*cursor.take(_QUALITY)) for _ in range(cursor.number("B")))
