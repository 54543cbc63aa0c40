"""Any office's file at a glance: an ANSI/NIST-ITL file, or a finger, iris or face record of ISO/IEC 19794:2011."""

from collections.abc import Callable
from dataclasses import dataclass

from kiosk.imaging.encode import decode
from kiosk.regency import iso_face, iso_finger, iso_iris, nist_check
from kiosk.regency.iso_face import FaceImage
from kiosk.regency.iso_finger import FingerImage
from kiosk.regency.iso_iris import IrisImage
from kiosk.regency.nist_read import MOST_BYTES, NistError

__all__ = ["MOST_BYTES", "Verdict", "check"]

Image = FingerImage | IrisImage | FaceImage
_READERS: dict[bytes, Callable[[bytes], tuple[Image, ...]]] = {
    iso_finger.MAGIC: iso_finger.read,
    iso_iris.MAGIC: iso_iris.read,
    iso_face.MAGIC: lambda data: (iso_face.read(data),),
}
# PNG, JPEG, JPEG 2000. WSQ is not unpacked: its native reader is not made for hostile files; raw needs no unpacking.
_READABLE = (b"\x89PNG", b"\xff\xd8\xff", b"\0\0\0\x0cjP", b"\xff\x4f\xff\x51")


@dataclass(frozen=True)
class Verdict:
    """What a file is, and what is wrong with it: in words, without a value out of it."""

    what: str
    faults: tuple[str, ...]


def check(data: bytes) -> Verdict:
    """Read a file to its end; nothing in it raises."""
    magic = data[:4]
    if magic in _READERS:
        return _iso(data, magic)
    try:
        checked = nist_check.check(data)
    except NistError as error:
        return Verdict("not a readable ANSI/NIST-ITL file", (str(error),))
    return Verdict(f"ANSI/NIST-ITL, {checked.records} records", tuple(map(str, checked.faults)))


def _iso(data: bytes, magic: bytes) -> Verdict:
    name = f"ISO/IEC 19794 {magic[:3].decode()}"
    try:
        images = _READERS[magic](data)
    except ValueError as error:
        return Verdict(f"not a readable {name}", (str(error),))
    sized = enumerate(map(_fault, images), start=1)
    return Verdict(f"{name}, {len(images)} images", tuple(f"image {n} {fault}" for n, fault in sized if fault))


def _fault(image: Image) -> str | None:
    """What is wrong with a picture, as far as it is packed in a form that is read safely here."""
    if not image.data.startswith(_READABLE):
        return None
    try:
        height, width = decode(image.data).shape[:2]
    except ValueError:
        return "is damaged"
    return None if (width, height) == (image.width, image.height) else "is not of the size that the record says"
