"""Iris images as ISO/IEC 19794-6:2011 (IIR 020): values to bytes, and a strict reader of what was written.

Images are grey, upright and unmirrored; range, roll angle and centre are left unsaid: nobody measured them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum

from kiosk.regency import iso_layout
from kiosk.regency.iso_layout import UNKNOWN_2, Cursor, Quality

MAGIC, VERSION = b"IIR\0", b"020\0"
SUFFIX = ".iir"
_BODY = "HBBBBHHBHHHHHHHHHL"
_GREY = 8  # bits a pixel
_UPRIGHT = 0b0101  # horizontal and vertical orientation "base"; what packed it before the master is unknown (bits 7, 8)
_TURNED = 0b1010  # either orientation "flipped"


class Eye(IntEnum):
    """Whose eye it is: the person's own side."""

    UNKNOWN = 0
    RIGHT = 1
    LEFT = 2


class Kind(IntEnum):
    """How much around the iris is shown."""

    UNCROPPED = 1
    VGA = 2
    CROPPED = 3
    CROPPED_AND_MASKED = 7


class Format(IntEnum):
    """How a grey image is packed."""

    NONE = 2
    JPEG = 6
    JPEG2000 = 10
    PNG = 14


@dataclass(frozen=True)
class IrisImage:
    """One representation; `diameter` of the iris in pixels, least and most, 0 where nobody measured it."""

    eye: Eye
    width: int
    height: int
    format: Format
    data: bytes
    taken: datetime
    kind: Kind = Kind.UNCROPPED
    diameter: tuple[int, int] = (0, 0)
    quality: tuple[Quality, ...] = ()


def write(images: Sequence[IrisImage]) -> bytes:
    """The record of these eyes; ValueError where a value does not fit its field."""
    parts = [iso_layout.part(_representation(image, number)) for number, image in enumerate(images, start=1)]
    certified, eyes = 0, len({image.eye for image in images})
    return iso_layout.head(MAGIC, VERSION, parts, iso_layout.pack("BB", certified, eyes))


def read(data: bytes) -> tuple[IrisImage, ...]:
    """The images of a record; ValueError says in words what is wrong with it."""
    cursor, count = iso_layout.open_record(data, MAGIC, VERSION)
    certified, eyes = cursor.take("BB")
    if certified:
        raise ValueError("this part of the standard has no certification blocks")
    images = tuple(_read(cursor.part(), number) for number in range(1, count + 1))
    cursor.close()
    if eyes not in (0, len({image.eye for image in images})):  # 0: not said
        raise ValueError("the number of eyes is not what the record shows")
    return images


def _representation(image: IrisImage, number: int) -> bytes:
    distance, nowhere = 0, (0, 0, 0, 0)
    fields = (
        *(number, image.eye, image.kind, image.format, _UPRIGHT, image.width, image.height, _GREY),
        *(distance, UNKNOWN_2, UNKNOWN_2, *nowhere, *image.diameter, len(image.data)),
    )
    return iso_layout.device_and_quality(image.taken, image.quality) + iso_layout.pack(_BODY, *fields) + image.data


def _read(cursor: Cursor, expected: int) -> IrisImage:
    taken, quality = iso_layout.read_device_and_quality(cursor)
    number, eye, kind, packed, properties, width, height, depth, *rest = cursor.take(_BODY)
    picture = cursor.cut(rest[-1])
    cursor.close()
    if number != expected:
        raise ValueError("the images are not counted from 1")
    if eye not in tuple(Eye) or kind not in tuple(Kind) or packed not in tuple(Format):
        raise ValueError("an eye, a kind or a format of image is no grey one of the standard")
    if depth != _GREY or not width or not height:
        raise ValueError("an eye is not an image of 8 bits a pixel")
    if properties & _TURNED:
        raise ValueError("an eye is mirrored or turned")
    least, most = rest[-3], rest[-2]
    if least > most:
        raise ValueError("an iris is at least wider than at most")
    return IrisImage(
        Eye(eye), width, height, Format(packed), picture, taken, Kind(kind), diameter=(least, most), quality=quality
    )
