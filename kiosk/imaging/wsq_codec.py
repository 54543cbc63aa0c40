"""WSQ, the fingerprint exchange form (FBI IAFIS-IC-0110): for the office alone, the box keeps lossless masters."""

from io import BytesIO

import numpy as np
import wsq  # registers its reader and writer with Pillow
from PIL import Image

from kiosk.imaging.encode import DAMAGE, MOST_PIXELS
from kiosk.imaging.picture import Pixels, grey

PPI = 500
LEAST_SIDE = 28  # pixels; measured: below it the library overruns its buffer, and dies of a strip 3 high and 800 wide
VERSION = wsq.__version__  # for the record of what encoded a file


def encode_wsq(pixels: Pixels, ppi: int) -> bytes:
    """A print as WSQ at the library's fixed bit rate of 0.75 (about 12:1).

    Raises ValueError where it is not at 500 ppi (the library writes that figure into every file), too small, or nothing
    that the library can pack.
    """
    if ppi != PPI:
        raise ValueError(f"WSQ is written at {PPI} ppi, not at {ppi}")
    if min(pixels.shape[:2]) < LEAST_SIDE:
        raise ValueError(f"WSQ needs at least {LEAST_SIDE} pixels each way")
    file = BytesIO()
    try:
        Image.fromarray(grey(pixels)).save(file, "WSQ")
    except Exception as error:  # the library raises this class itself, and no other
        raise ValueError("the library cannot pack this picture as WSQ") from error
    return file.getvalue()


def decode_wsq(data: bytes) -> Pixels:
    """The grey print in a WSQ file of our own or of a partner; ValueError on anything else and on too many pixels.

    The native reader is not made for hostile files; nothing that a box or a stick brings is given to it.
    """
    try:
        with Image.open(BytesIO(data), formats=("WSQ",)) as image:
            if image.width * image.height > MOST_PIXELS:
                raise ValueError("too many pixels")
            image.load()
            return np.array(image, dtype=np.uint8)
    except (*DAMAGE, NameError) as error:
        raise ValueError("not a readable WSQ file") from error  # NameError: a file without a frame header
