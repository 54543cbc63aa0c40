"""A face image as ISO/IEC 19794-5:2011 (FAC 030): values to bytes, and a strict reader of what was written.

The picture and what is known of it, nothing of the person: sex, height, colours, expression, pose and landmarks are
left unsaid.
"""

import struct
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum

from kiosk.regency import iso_layout
from kiosk.regency.iso_layout import Cursor, Quality

MAGIC, VERSION = b"FAC\0", b"030\0"
SUFFIX = ".fac"
CROPPED = 1 << 1  # post-acquisition processing, table 19
_FACIAL = "HBBBB3s2s6s"  # landmarks, sex, eyes, hair, height, features, expression, pose with its uncertainty
_LANDMARK = 8  # bytes
_BODY = "BBHHBHBBL"
_SINGLE = 0  # of temporal semantics: one representation
_LAST_LEVEL = 7
# Table 18: pixels across the head from which a level of sampling begins.
_LEVELS = (180, 240, 300, 370, 480, 610, 750)


class Kind(IntEnum):
    """What the picture conforms to."""

    BASIC = 0
    FULL_FRONTAL = 1
    TOKEN_FRONTAL = 2
    POST_PROCESSED_FRONTAL = 3


class Format(IntEnum):
    """How it is packed (table 17)."""

    JPEG = 0
    JPEG2000_LOSSY = 1
    JPEG2000_LOSSLESS = 2
    PNG = 3


class Colours(IntEnum):
    """How pixels are coloured (table 20)."""

    UNSPECIFIED = 0
    RGB = 1
    YUV422 = 2
    GREY = 3


@dataclass(frozen=True)
class FaceImage:
    """One representation; `processing` is a mask of what was done to the camera's frame, `head` the pixels across the
    head, of which the record keeps the level alone (0 where nobody measured them)."""

    kind: Kind
    format: Format
    width: int
    height: int
    data: bytes
    taken: datetime
    colours: Colours = Colours.RGB
    processing: int = 0
    level: int = 0
    quality: tuple[Quality, ...] = ()


def level_of(head_px: float) -> int:
    """The spatial sampling rate level of a head so many pixels wide."""
    return sum(head_px > least for least in _LEVELS)


def write(image: FaceImage) -> bytes:
    """The record of one face; ValueError where a value does not fit its field."""
    unsaid = bytes(struct.calcsize(f"!{_FACIAL}"))
    same = 0  # cross reference: a picture of its own
    fields = (
        *(image.kind, image.format, image.width, image.height, image.level, image.processing, same, image.colours),
        len(image.data),
    )
    body = iso_layout.device_and_quality(image.taken, image.quality) + unsaid
    part = iso_layout.part(body + iso_layout.pack(_BODY, *fields) + image.data)
    certified = 0
    return iso_layout.head(MAGIC, VERSION, [part], iso_layout.pack("BH", certified, _SINGLE))


def read(data: bytes) -> FaceImage:
    """The image of a record that holds one; ValueError says in words what is wrong with it."""
    cursor, count = iso_layout.open_record(data, MAGIC, VERSION)
    certified, semantics = cursor.take("BH")
    if certified or count != 1 or semantics != _SINGLE:
        raise ValueError("not the record of one face")
    image = _read(cursor.part())
    cursor.close()
    return image


def _read(cursor: Cursor) -> FaceImage:
    taken, quality = iso_layout.read_device_and_quality(cursor)
    landmarks = cursor.number("H")
    cursor.cut(struct.calcsize(f"!{_FACIAL}") - 2 + landmarks * _LANDMARK)
    kind, packed, width, height, level, processing, _, colours, length = cursor.take(_BODY)
    picture = cursor.cut(length)
    cursor.close()
    if kind not in tuple(Kind) or packed not in tuple(Format) or colours not in tuple(Colours):
        raise ValueError("a face's kind, format or colour space is no flat one of the standard")
    if not width or not height or level > _LAST_LEVEL:
        raise ValueError("a face's size or sampling is none")
    return FaceImage(
        *(Kind(kind), Format(packed), width, height, picture, taken),
        *(Colours(colours), processing, level, quality),
    )
