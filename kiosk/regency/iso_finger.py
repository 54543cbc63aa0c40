"""Finger images as ISO/IEC 19794-4:2011 (FIR 020): values to bytes, and a strict reader of what was written."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum

from kiosk.regency import iso_layout
from kiosk.regency.iso_layout import Cursor, Quality

MAGIC, VERSION = b"FIR\0", b"020\0"
SUFFIX = ".fir"
POSITIONS = frozenset({*range(0, 11), 13, 14, 15, *range(20, 37), *range(40, 51)})  # tables 6 to 8
IMPRESSIONS = frozenset({*range(0, 16), 24, 28, 29})  # table 10
_BODY = "BBBHHHHBBBHHL"
_PIXELS_AN_INCH, _PIXELS_A_CM = 1, 2
_GREY = 8  # bits a pixel


class Compression(IntEnum):
    """How an image is packed (table 9)."""

    NONE = 0
    PACKED = 1
    WSQ = 2
    JPEG = 3
    JPEG2000_LOSSY = 4
    JPEG2000_LOSSLESS = 5
    PNG = 6


@dataclass(frozen=True)
class FingerImage:
    """One representation; `position` and `impression` are the standard's codes, `ppi` is scanned and written alike,
    `view` counts images of the same position from 0."""

    position: int
    impression: int
    ppi: int
    width: int
    height: int
    compression: Compression
    data: bytes
    taken: datetime
    quality: tuple[Quality, ...] = ()
    view: int = 0


def write(images: Sequence[FingerImage]) -> bytes:
    """The record of these fingers, without certification blocks; ValueError where a value does not fit its field."""
    parts = [iso_layout.part(_representation(image)) for image in images]
    certified, fingers = 0, len({image.position for image in images})
    return iso_layout.head(MAGIC, VERSION, parts, iso_layout.pack("BB", certified, fingers))


def read(data: bytes) -> tuple[FingerImage, ...]:
    """The images of a record; ValueError says in words what is wrong with it."""
    cursor, count = iso_layout.open_record(data, MAGIC, VERSION)
    certified, fingers = cursor.take("BB")
    if certified > 1:
        raise ValueError("the certification flag is neither 0 nor 1")
    images = tuple(_read(cursor.part(), bool(certified)) for _ in range(count))
    cursor.close()
    if fingers != len({image.position for image in images}):
        raise ValueError("the number of fingers is not what the record shows")
    return images


def _representation(image: FingerImage) -> bytes:
    rates = (image.ppi,) * 4  # scanned across and down, written across and down: nothing is resampled
    fields = (
        *(image.position, image.view, _PIXELS_AN_INCH, *rates, _GREY, image.compression, image.impression),
        *(image.width, image.height, len(image.data)),
    )
    return iso_layout.device_and_quality(image.taken, image.quality) + iso_layout.pack(_BODY, *fields) + image.data


def _read(cursor: Cursor, certified: bool) -> FingerImage:
    taken, quality = iso_layout.read_device_and_quality(cursor)
    if certified:
        cursor.cut(3 * cursor.number("B"))  # authority and scheme
    position, view, unit, _, _, across, down, depth, packed, impression, *size = cursor.take(_BODY)
    width, height, length = size
    picture = cursor.cut(length)
    while cursor.more():  # extended data: segmentation, annotation, comments; each counts itself
        _, size = cursor.take("HH")
        cursor.cut(max(size - 4, 0))
    if position not in POSITIONS or impression not in IMPRESSIONS or packed not in tuple(Compression):
        raise ValueError("a finger's position, impression or compression is no code of the standard")
    if unit not in (_PIXELS_AN_INCH, _PIXELS_A_CM) or not across or across != down:
        raise ValueError("a finger's resolution is not one figure for both directions")
    if depth != _GREY or not width or not height:
        raise ValueError("a finger is not an image of 8 bits a pixel")
    ppi = across if unit == _PIXELS_AN_INCH else round(across * 2.54)
    return FingerImage(position, impression, ppi, width, height, Compression(packed), picture, taken, quality, view)
