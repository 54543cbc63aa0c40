"""Opened captures as pictures: whether they are readable at all, and as AFIS files and ISO records want them."""

import json
from dataclasses import dataclass, replace

import numpy as np

from kiosk.core.record import EYES, FINGERS, Position
from kiosk.core.recording import SealedCapture
from kiosk.exchange.errors import BundleError, Reason
from kiosk.imaging.encode import decode, jpeg, jpeg2000, png
from kiosk.imaging.face import FaceFinder, crop_portrait
from kiosk.imaging.ink import draw
from kiosk.imaging.picture import Pixels, colour, grey
from kiosk.imaging.wsq_codec import PPI, encode_wsq
from kiosk.regency import nist
from kiosk.regency.transaction import WSQ_PPI, Picture

JPEG_QUALITY = 95
INK_WIDTH = 600  # pixels of a signature's bitmap; its height follows the pad it was written on
MOST_INK_HEIGHT = 1200
LEAST_WSQ_SIDE = 64  # pixels: below, the encoder has been seen to fail; no finger is 3 mm wide


@dataclass(frozen=True)
class Look:
    """What an opened blob turned out to be; sizes in pixels, 0 for ink."""

    ink: bool
    width: int = 0
    height: int = 0


def look(plain: bytes, name: str) -> Look:
    """Read a capture to the end, so that no receipt is given for what nobody can see. BundleError(BAD_FORMAT)."""
    try:
        if plain.startswith(b"{"):
            draw(json.loads(plain), 1, 1)
            return Look(ink=True)
        height, width = decode(plain).shape[:2]
        return Look(False, width, height)
    except (ValueError, RecursionError):
        raise BundleError(Reason.BAD_FORMAT, name) from None  # the library's words could carry content


def fits(seen: Look, capture: SealedCapture) -> bool:
    """Whether the blob is what the meta says it is."""
    if (capture.position is Position.SIGNATURE) != seen.ink:
        return False
    said = (capture.origin.width, capture.origin.height)
    return seen.ink or said in ((0, 0), (seen.width, seen.height))


def for_afis(capture: SealedCapture, plain: bytes, finder: FaceFinder) -> Picture:
    """A finger as WSQ where it was captured at 500 ppi, otherwise lossless as it is: never resampled. An eye lossless;
    the portrait cropped around its face, whole where none is found. ValueError where it is not a picture."""
    pixels = decode(plain)
    if capture.position in FINGERS and capture.origin.ppi in WSQ_PPI and min(pixels.shape[:2]) >= LEAST_WSQ_SIDE:
        print_ = grey(pixels)
        return _picture(print_, encode_wsq(print_, PPI), "WSQ20")  # 14.009 carries the sensor's own figure
    if capture.position in FINGERS or capture.position in EYES:
        plane = grey(pixels)
        return _picture(plane, png(plane, capture.origin.ppi), "PNG")
    return _portrait(colour(pixels), finder)


def for_iso(capture: SealedCapture, plain: bytes, finder: FaceFinder) -> Picture:
    """The master's own pixels as lossless JPEG 2000, grey for fingers and eyes; the portrait cropped around its face,
    whole where none is found. ValueError where it is not a picture."""
    pixels = decode(plain)
    if capture.position in FINGERS or capture.position in EYES:
        plane = grey(pixels)
        return _picture(plane, jpeg2000(plane, None, capture.origin.ppi), "JP2L")
    face, cropped = _cropped(colour(pixels), finder)
    return replace(_picture(face, jpeg2000(face, None), "JP2L"), cropped=cropped)


def ink_bitmap(plain: bytes) -> nist.SignatureRecord:
    """Ink as a Type-8 bitmap. ValueError where it is not ink."""
    ink = json.loads(plain)
    height = min(max(round(INK_WIDTH * ink["height"] / ink["width"]), 1), MOST_INK_HEIGHT)
    dark = draw(ink, INK_WIDTH, height) < 128
    return nist.SignatureRecord(INK_WIDTH, height, np.packbits(dark, axis=1).tobytes())


def _portrait(frame: Pixels, finder: FaceFinder) -> Picture:
    face, cropped = _cropped(frame, finder)
    return replace(_picture(face, jpeg(face, JPEG_QUALITY), "JPEGB"), cropped=cropped)


def _cropped(frame: Pixels, finder: FaceFinder) -> tuple[Pixels, bool]:
    """The portrait, and whether it was cropped: the whole frame where no face is found."""
    try:
        return crop_portrait(finder, frame), True
    except ValueError:
        return frame, False


def _picture(pixels: Pixels, data: bytes, compression: str) -> Picture:
    return Picture(data, pixels.shape[1], pixels.shape[0], compression)
