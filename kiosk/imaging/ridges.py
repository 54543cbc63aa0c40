"""Where a picture shows ridges, and how steep they are: the part of a print's measures that keeps up with a sensor."""

from dataclasses import dataclass

import cv2
import numpy as np

from kiosk.imaging.picture import Pixels, scaled

PPI = 500.0  # the resolution at which NFIQ 2, MINDTCT and the figures below are defined
NEAR_ENOUGH = 0.02  # a sensor of 508 ppi is taken as it is
MOST_PIXELS = 1600 * 1500  # the largest platen (FAP 60, 3.2 x 3.0 inches): whatever is larger shows no finger
BLOCK = 8  # pixels: about one ridge
LEAST_DEVIATION = 8.0  # grey levels within the ridge band; an empty platen of an optical sensor stays below 3
LEAST_COHERENCE = 0.5  # of the gradient: ridges 0.6 to 1.0, white noise about 0.2


@dataclass(frozen=True)
class Ridges:
    """`coverage` 0..1 of the picture's blocks have ridges; `sharpness` is the mean steepness there (see `measure`)."""

    coverage: float
    sharpness: float


def at_500_ppi(pixels: Pixels, ppi: int) -> Pixels | None:
    """A grey print brought to 500 ppi for measuring only; None where it would be larger than any platen.

    Raises ValueError for a resolution that is not positive.
    """
    if ppi <= 0:
        raise ValueError(f"not a resolution: {ppi} ppi")
    factor = 1.0 if abs(ppi / PPI - 1) <= NEAR_ENOUGH else PPI / ppi
    if pixels.size * factor * factor > MOST_PIXELS:
        return None
    return scaled(pixels, factor)


def measure(pixels: Pixels) -> Ridges:
    """Coverage and sharpness of a grey print at 500 ppi.

    A block has ridges where, within 3 x 3 blocks, the picture's deviation in the band of ridges (periods of about 5 to
    20 pixels) and the coherence of its gradient (Kass and Witkin's structure tensor) are both high.
    Sharpness is the mean gradient over those blocks, in grey levels a pixel, without smoothing: it falls with blur and
    with faint contact; 0 where there are no ridges.
    """
    plane = pixels.astype(np.float32)
    band = cv2.GaussianBlur(plane, (0, 0), 1.5) - cv2.blur(plane, (15, 15))
    across, along = cv2.Sobel(band, cv2.CV_32F, 1, 0, scale=0.125), cv2.Sobel(band, cv2.CV_32F, 0, 1, scale=0.125)
    xx, yy, xy = _around(across * across), _around(along * along), _around(across * along)
    coherence = np.hypot(xx - yy, 2 * xy) / np.maximum(xx + yy, 1e-6)
    ridged = (_around(band * band) >= LEAST_DEVIATION**2) & (coherence >= LEAST_COHERENCE)
    if not ridged.any():
        return Ridges(coverage=0.0, sharpness=0.0)
    slope = cv2.magnitude(_difference(plane, 1, 0), _difference(plane, 0, 1))
    return Ridges(float(ridged.mean()), float(_blocks(slope)[ridged].mean()))


def _difference(plane: np.ndarray, x: int, y: int) -> np.ndarray:
    return cv2.Sobel(plane, cv2.CV_32F, x, y, ksize=1, scale=0.5)


def _around(plane: np.ndarray) -> np.ndarray:
    return cv2.blur(_blocks(plane), (3, 3))


def _blocks(plane: np.ndarray) -> np.ndarray:
    height, width = plane.shape
    size = (max(width // BLOCK, 1), max(height // BLOCK, 1))
    return cv2.resize(plane, size, interpolation=cv2.INTER_AREA)
