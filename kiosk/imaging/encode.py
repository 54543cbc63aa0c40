"""Pictures to files and back, in memory: lossless PNG for masters, JPEG and JPEG 2000 for the office, a bounded reader
for all."""

import struct
import zlib
from io import BytesIO

import numpy as np
from PIL import Image

from kiosk.imaging.picture import Pixels, checked

MOST_PIXELS = 40_000_000  # about three times the largest camera in sight
FORMATS = ("PNG", "JPEG", "JPEG2000")
# What Pillow's readers raise on files that are cut, altered or made to hurt.
DAMAGE = (OSError, SyntaxError, EOFError, LookupError, ArithmeticError, TypeError, struct.error, zlib.error,
          Image.DecompressionBombError, Image.DecompressionBombWarning)  # fmt: skip


def png(pixels: Pixels, ppi: int | None) -> bytes:
    """A lossless PNG of a grey or RGB picture; its resolution stands in pHYs (to 1 pixel a metre) where it is known.

    Run-length matching only: measured on prints, eyes and faces three to six times faster than the default search, for
    files of the same size (grey) or up to a quarter larger (colour).
    """
    file = BytesIO()
    resolution = {"dpi": (ppi, ppi)} if ppi else {}
    Image.fromarray(checked(pixels)).save(file, "PNG", compress_type=zlib.Z_RLE, **resolution)
    return file.getvalue()


def jpeg(rgb: Pixels, quality: int) -> bytes:
    """A baseline JPEG of a grey or RGB picture, without colour subsampling; quality 1..95."""
    file = BytesIO()
    Image.fromarray(checked(rgb)).save(file, "JPEG", quality=quality, subsampling=0)
    return file.getvalue()


def jpeg2000(pixels: Pixels, ratio: float | None, ppi: int | None = None) -> bytes:
    """A JP2 file of a grey or RGB picture: lossless where `ratio` is None, else about `ratio` times smaller than raw.

    Its resolution stands in a capture resolution box where it is known. Raises ValueError for a ratio below 1.
    """
    if ratio is not None and ratio < 1:
        raise ValueError(f"a picture is not compressed {ratio} times")
    picture = checked(pixels)
    lossy = {} if ratio is None else {"irreversible": True, "quality_mode": "rates", "quality_layers": [ratio]}
    resolutions = min(6, min(picture.shape[:2]).bit_length())  # each halves the last; a pixel must be left
    file = BytesIO()
    planes = int(picture.ndim == 3)  # transform of the three planes: photographed faces become 32 to 45 % smaller
    Image.fromarray(picture).save(file, "JPEG2000", num_resolutions=resolutions, mct=planes, **lossy)
    return _with_resolution(file.getvalue(), ppi) if ppi else file.getvalue()


def _with_resolution(jp2: bytes, ppi: int) -> bytes:
    """The JP2 with a `res ` box (ISO/IEC 15444-1, I.5.3.7) at the end of its header: ppi / 254 * 10**4 per metre."""
    rate = struct.pack("!HHHHBB", ppi, 254, ppi, 254, 4, 4)
    box = struct.pack("!L4sL4s", 16 + len(rate), b"res ", 8 + len(rate), b"resc") + rate
    start = jp2.index(b"jp2h") - 4
    (size,) = struct.unpack_from("!L", jp2, start)
    end = start + size
    return jp2[:start] + struct.pack("!L", size + len(box)) + jp2[start + 4 : end] + box + jp2[end:]


def decode(data: bytes) -> Pixels:
    """The picture in a PNG, JPEG or JPEG 2000 file: grey where it is grey, else RGB, transparency laid on white.

    An EXIF orientation is not followed: nothing here turns or mirrors. Raises ValueError on anything else, on more than
    40 million pixels, on more than 8 bits a sample, and on damage.
    """
    try:
        with Image.open(BytesIO(data), formats=FORMATS) as image:
            if image.width * image.height > MOST_PIXELS:
                raise ValueError("too many pixels")
            image.load()
            return np.array(plain(image), dtype=np.uint8)
    except DAMAGE as error:
        raise ValueError("not a readable PNG, JPEG or JPEG 2000 file") from error


def plain(image: Image.Image) -> Image.Image:
    """Mode L or RGB."""
    if image.mode in ("L", "RGB"):
        return image
    if image.mode == "1":
        return image.convert("L")
    if image.mode in ("CMYK", "YCbCr"):
        return image.convert("RGB")
    if image.mode in ("P", "PA", "LA", "RGBA"):
        layer = image.convert("RGBA")
        paper = Image.new("RGBA", layer.size, "white")
        flat = Image.alpha_composite(paper, layer)
        return flat.convert("L" if image.mode == "LA" else "RGB")
    raise ValueError(f"pictures of mode {image.mode} are not read")
