"""What a picture is here: a uint8 array, height x width (grey) or height x width x 3 (RGB), never mirrored."""

from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

Pixels: TypeAlias = NDArray[np.uint8]
Plane: TypeAlias = NDArray[np.float32]


def checked(pixels: Pixels) -> Pixels:
    """The same picture with its rows contiguous; ValueError where it is not a picture."""
    shape = pixels.shape
    if pixels.dtype != np.uint8 or 0 in shape or not (len(shape) == 2 or (len(shape) == 3 and shape[2] == 3)):
        raise ValueError(f"not a picture: {pixels.dtype} {shape}")
    return np.ascontiguousarray(pixels)


def grey(pixels: Pixels) -> Pixels:
    """Height x width; colour becomes luma (ITU-R BT.601)."""
    picture = checked(pixels)
    return picture if picture.ndim == 2 else _uint8(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY))


def colour(pixels: Pixels) -> Pixels:
    """Height x width x 3 RGB; grey is repeated."""
    picture = checked(pixels)
    return picture if picture.ndim == 3 else _uint8(cv2.cvtColor(picture, cv2.COLOR_GRAY2RGB))


def scaled(pixels: Pixels, factor: float) -> Pixels:
    """The picture resized by `factor`, at least one pixel a side; reducing averages, so that nothing aliases."""
    height, width = pixels.shape[:2]
    size = (max(round(width * factor), 1), max(round(height * factor), 1))
    if size == (width, height):
        return pixels
    return _uint8(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC))


def laplacian_of_gaussian(plane: Pixels, sigma: float = 1.4) -> Plane:
    """Response to detail about `sigma` pixels wide, in grey levels per square pixel (sigma 1.4: ISO/IEC 29794-6)."""
    smooth = cv2.GaussianBlur(plane.astype(np.float32), (0, 0), sigma)
    return cv2.Laplacian(smooth, cv2.CV_32F).astype(np.float32, copy=False)


def _uint8(array: object) -> Pixels:
    return np.asarray(array, dtype=np.uint8)
