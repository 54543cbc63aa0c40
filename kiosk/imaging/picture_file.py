"""Reads the picture files of workshops: what `encode.decode` reads, and WSQ, PGM, TIFF and BMP. For files of one's own,
in the measuring process; what a stick or a stranger brings is for `encode.decode` alone."""

import re
import warnings
from dataclasses import dataclass
from io import BytesIO

import numpy as np
from PIL import Image

from kiosk.imaging.encode import DAMAGE, FORMATS, MOST_PIXELS, plain
from kiosk.imaging.picture import Pixels

try:
    from kiosk.imaging.wsq_codec import decode_wsq
except ImportError:  # a box need not have it: only a regency writes WSQ
    decode_wsq = None

WIDE_FORMATS = (*FORMATS, "PPM", "TIFF", "BMP")
WSQ_MAGIC = b"\xff\xa0"
WSQ_PPI = re.compile(rb"\nPPI (\d{3,4})\n")  # of the NISTCOM comment at its head
WSQ_HEAD = 2_000
LEAST_PPI = 200  # no fingerprint sensor has less; 72 and 96 are what programs write where nobody knows


@dataclass(frozen=True, eq=False)
class PictureFile:
    """The picture as it stands in the file, and the resolution that the file states; None where it states none that can
    be believed."""

    pixels: Pixels
    ppi: int | None


def read(data: bytes) -> PictureFile:
    """The first picture of a file. Raises ValueError, with the rest of a sentence, on what cannot be read here."""
    if data.startswith(WSQ_MAGIC):
        return _wsq(data)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of oddities that do not keep a picture from being read
            loaded = _loaded(data)
    except (*DAMAGE, ValueError) as error:
        raise ValueError("it is no PNG, JPEG, JPEG 2000, WSQ, PGM, TIFF or BMP file, or is damaged") from error
    if loaded is None:
        raise ValueError(f"it has more than {MOST_PIXELS // 1_000_000} million pixels; no sensor or camera here has")
    return PictureFile(np.array(plain(loaded), dtype=np.uint8), _ppi(loaded))


def _loaded(data: bytes) -> Image.Image | None:
    """None where it is too large to be unpacked."""
    with Image.open(BytesIO(data), formats=WIDE_FORMATS) as image:
        return image.copy() if image.width * image.height <= MOST_PIXELS else None


def _wsq(data: bytes) -> PictureFile:
    if decode_wsq is None:
        raise ValueError("it is a WSQ file; to read it, pip install wsq")
    stated = WSQ_PPI.search(data[:WSQ_HEAD])
    return PictureFile(decode_wsq(data), _believed(int(stated[1])) if stated else None)


def _ppi(image: Image.Image) -> int | None:
    try:
        return _believed(round(float(image.info.get("dpi", (0, 0))[0])))
    except (ArithmeticError, ValueError, TypeError):  # a damaged fraction: the picture is there all the same
        return None


def _believed(ppi: int) -> int | None:
    return ppi if ppi >= LEAST_PPI else None
