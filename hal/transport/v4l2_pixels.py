"""From a camera's bytes to a picture, uint8: height x width where it is grey, height x width x 3 RGB in colour."""

from collections.abc import Callable
from io import BytesIO
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

Picture: TypeAlias = NDArray[np.uint8]
GREY_FORMATS = ("GREY", "Y10 ", "Y12 ", "Y16 ")
COLOUR_FORMATS = ("MJPG", "YUYV", "UYVY", "RGB3")


def decoded(code: str, data: bytes, width: int, height: int, bytes_per_line: int) -> Picture | None:
    """One frame, None where it is cut or damaged: a stream goes on without it."""
    try:
        return DECODERS[code](data, width, height, bytes_per_line)
    except (ValueError, OSError, SyntaxError, cv2.error, Image.DecompressionBombError):
        return None


def _rows(data: bytes, width: int, height: int, stride: int, sample: int) -> Picture:
    """The samples of a picture without its lines' padding; ValueError where bytes are lacking."""
    line = max(stride, width * sample)
    if len(data) < line * (height - 1) + width * sample:
        raise ValueError("the frame is cut")
    padded = data[: line * height].ljust(line * height, b"\0")
    return np.frombuffer(padded, np.uint8).reshape(height, line)[:, : width * sample]


def _grey8(data: bytes, width: int, height: int, stride: int) -> Picture:
    return np.ascontiguousarray(_rows(data, width, height, stride, 1))


def _grey16(bits: int) -> Callable[[bytes, int, int, int], Picture]:
    def decode(data: bytes, width: int, height: int, stride: int) -> Picture:
        words = np.ascontiguousarray(_rows(data, width, height, stride, 2)).view("<u2")
        return np.minimum(words >> (bits - 8), 255).astype(np.uint8)

    return decode


def _by_opencv(conversion: int, channels: int) -> Callable[[bytes, int, int, int], Picture]:
    def decode(data: bytes, width: int, height: int, stride: int) -> Picture:
        samples = np.ascontiguousarray(_rows(data, width, height, stride, channels)).reshape(height, width, channels)
        return np.asarray(cv2.cvtColor(samples, conversion), np.uint8)

    return decode


def _rgb(data: bytes, width: int, height: int, stride: int) -> Picture:
    return np.ascontiguousarray(_rows(data, width, height, stride, 3)).reshape(height, width, 3)


def _jpeg(data: bytes, width: int, height: int, stride: int) -> Picture:
    with Image.open(BytesIO(data), formats=("JPEG",)) as image:
        if image.size != (width, height):  # before anything is unpacked
            raise ValueError("not the size that was agreed")
        return np.asarray(image.convert("RGB"), np.uint8)


DECODERS: dict[str, Callable[[bytes, int, int, int], Picture]] = {
    "GREY": _grey8,
    "Y10 ": _grey16(10),
    "Y12 ": _grey16(12),
    "Y16 ": _grey16(16),
    "YUYV": _by_opencv(cv2.COLOR_YUV2RGB_YUYV, 2),
    "UYVY": _by_opencv(cv2.COLOR_YUV2RGB_UYVY, 2),
    "RGB3": _rgb,
    "MJPG": _jpeg,
}
