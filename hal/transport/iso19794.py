"""Reads the image records that device services give: ISO/IEC 19794-4:2011 (fingers) and 19794-6:2011 (irises).

Strict: one representation a record, every length has to add up, every byte belongs to something. The pictures inside
are raw, PNG or JPEG 2000, 8-bit grey; what could have lost detail is refused. Anything else raises DeviceFault.
"""

import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeVar

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from hal.errors import DeviceFault
from hal.values import Impression, Position

MOST_RECORD = 16 << 20  # a raw slap at 1000 ppi is 8 MB
MOST_PIXELS = 12_000_000
MOST_SIDE = 8000
_CM_PER_INCH = 2.54
_SAME_PPI = 0.01  # width and height of a pixel; more would be a distorted finger

_FINGERS = {
    1: Position.RIGHT_THUMB,
    2: Position.RIGHT_INDEX,
    3: Position.RIGHT_MIDDLE,
    4: Position.RIGHT_RING,
    5: Position.RIGHT_LITTLE,
    6: Position.LEFT_THUMB,
    7: Position.LEFT_INDEX,
    8: Position.LEFT_MIDDLE,
    9: Position.LEFT_RING,
    10: Position.LEFT_LITTLE,
}
_EYES = {1: Position.EYE_RIGHT, 2: Position.EYE_LEFT}
_IMPRESSIONS = {
    0: Impression.LIVE_SCAN_PLAIN,
    1: Impression.LIVE_SCAN_ROLLED,
    2: Impression.NONLIVE_SCAN_PLAIN,
    3: Impression.NONLIVE_SCAN_ROLLED,
}
T = TypeVar("T")
Coding = Literal["raw", "PNG", "JPEG2000"]
_FINGER_CODINGS: Mapping[int, Coding] = {0: "raw", 5: "JPEG2000", 6: "PNG"}
_IRIS_CODINGS: Mapping[int, Coding] = {2: "raw", 10: "JPEG2000", 14: "PNG"}


@dataclass(frozen=True)
class Record:
    """One picture as its record states it. `ppi` is that of the picture, `scan_ppi` that of the sensor; an iris record
    has neither. `data` is `coding`, to be decoded to width x height."""

    position: Position
    width: int
    height: int
    coding: Coding
    data: bytes
    ppi: int | None = None
    scan_ppi: int | None = None
    impression: Impression = Impression.UNKNOWN

    def pixels(self) -> NDArray[np.uint8]:
        """The picture, uint8 height x width. Raises DeviceFault when it is not what the record states."""
        if self.coding == "raw":
            if len(self.data) != self.width * self.height:
                raise DeviceFault("ISO record: a raw picture does not have the size it states")
            return np.frombuffer(self.data, np.uint8).reshape(self.height, self.width)
        return _decoded(self.data, self.coding, self.width, self.height)


class _Cursor:
    """Reads big-endian numbers from the front; going past the end is a fault."""

    def __init__(self, record: bytes) -> None:
        self._bytes = record
        self.at = 0

    def take(self, count: int) -> bytes:
        if self.at + count > len(self._bytes):
            raise DeviceFault("ISO record: cut short")
        self.at += count
        return self._bytes[self.at - count : self.at]

    def number(self, size: int) -> int:
        return int.from_bytes(self.take(size), "big")

    def skip(self, count: int) -> None:
        self.take(count)

    def rest(self) -> int:
        return len(self._bytes) - self.at


def read_finger(record: bytes) -> Record:
    """One finger of a 19794-4:2011 record."""
    cursor = _Cursor(record)
    certified = _general_header(cursor, b"FIR\0", len(record))
    _representation_header(cursor)
    if certified:
        cursor.skip(3 * cursor.number(1))
    position = _known(_FINGERS, cursor.number(1), "finger position")
    cursor.skip(1)
    scale = _known({1: 1.0, 2: _CM_PER_INCH}, cursor.number(1), "scale units")
    scan_x, scan_y, image_x, image_y = (cursor.number(2) * scale for _ in range(4))
    depth = cursor.number(1)
    coding = _known(_FINGER_CODINGS, cursor.number(1), "compression (raw, PNG and lossless JPEG 2000 are read)")
    impression = _IMPRESSIONS.get(cursor.number(1), Impression.UNKNOWN)
    width, height = _size(cursor, depth)
    data = cursor.take(cursor.number(4))
    while cursor.rest():  # extended data: segmentation, annotation; each block counts itself
        cursor.skip(2)
        cursor.skip(max(cursor.number(2) - 4, 0))
    return Record(position, width, height, coding, data, _ppi(image_x, image_y), _ppi(scan_x, scan_y), impression)


def read_iris(record: bytes) -> Record:
    """One eye of a 19794-6:2011 record."""
    cursor = _Cursor(record)
    _general_header(cursor, b"IIR\0", len(record))
    _representation_header(cursor)
    cursor.skip(2)
    position = _known(_EYES, cursor.number(1), "eye label")
    cursor.skip(1)
    coding = _known(_IRIS_CODINGS, cursor.number(1), "image format (raw, PNG and JPEG 2000, all grey, are read)")
    cursor.skip(1)
    width_height = cursor.number(2), cursor.number(2)
    _check_size(*width_height, cursor.number(1))
    cursor.skip(18)  # range, roll and its doubt, least and most of centre and diameter
    data = cursor.take(cursor.number(4))
    if cursor.rest():
        raise DeviceFault("ISO record: its length does not add up")
    return Record(position, *width_height, coding, data)


def _general_header(cursor: _Cursor, magic: bytes, length: int) -> bool:
    """Whether certification blocks follow."""
    if length > MOST_RECORD or cursor.take(8) != magic + b"020\0":
        raise DeviceFault("ISO record: not the expected format and version")
    if cursor.number(4) != length:
        raise DeviceFault("ISO record: its length does not add up")
    if cursor.number(2) != 1:
        raise DeviceFault("ISO record: holds more or less than one picture")
    certified = _known({0: False, 1: True}, cursor.number(1), "certification flag")
    cursor.skip(1)  # how many fingers or eyes
    return certified


def _representation_header(cursor: _Cursor) -> None:
    left = cursor.rest()
    if cursor.number(4) != left:
        raise DeviceFault("ISO record: its length does not add up")
    cursor.skip(9 + 5)  # date and time, device technology, vendor and type
    cursor.skip(5 * cursor.number(1))  # quality blocks


def _size(cursor: _Cursor, depth: int) -> tuple[int, int]:
    width, height = cursor.number(2), cursor.number(2)
    _check_size(width, height, depth)
    return width, height


def _check_size(width: int, height: int, depth: int) -> None:
    if depth != 8:
        raise DeviceFault("ISO record: the picture is not 8-bit grey")
    if not 0 < width <= MOST_SIDE or not 0 < height <= MOST_SIDE or width * height > MOST_PIXELS:
        raise DeviceFault("ISO record: an impossible picture size")


def _ppi(across: float, along: float) -> int:
    if not across or abs(across - along) > _SAME_PPI * across:
        raise DeviceFault("ISO record: an impossible resolution")
    return round(across)


def _known(table: Mapping[int, T], code: int, what: str) -> T:
    if code not in table:
        raise DeviceFault(f"ISO record: unknown {what}: {code}")
    return table[code]


def _decoded(data: bytes, coding: str, width: int, height: int) -> NDArray[np.uint8]:
    try:
        with Image.open(io.BytesIO(data), formats=(coding,)) as picture:  # reads the header only
            if picture.size != (width, height) or picture.mode != "L":
                raise DeviceFault("ISO record: the picture inside is not of the stated size or not 8-bit grey")
            return np.array(picture, dtype=np.uint8)
    except (OSError, SyntaxError, ValueError, EOFError, MemoryError, Image.DecompressionBombError) as broken:
        raise DeviceFault("ISO record: the picture inside cannot be decoded") from broken
