"""Where a picture shows ridges: the ground on which everything else about a print is measured, block by block."""

from dataclasses import dataclass
from typing import Any, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from kiosk.core.measures import RestMeasures
from kiosk.imaging.picture import Pixels, Plane, scaled

Mask: TypeAlias = NDArray[np.bool_]
Blocks: TypeAlias = NDArray[Any]  # of numbers

PPI = 500.0  # the resolution at which NFIQ 2, MINDTCT and the figures below are defined
NEAR_ENOUGH = 0.02  # a sensor of 508 ppi is taken as it is
MOST_PIXELS = 1600 * 1500  # the largest platen (FAP 60, 3.2 x 3.0 inches): whatever is larger shows no finger
BLOCK = 8  # pixels: about one ridge
BLOCK_MM = BLOCK * 25.4 / PPI
NEAR, FAR = (3, 3), (7, 7)  # blocks: 24 px, over which a ridge runs straight, and 56 px, over which it bends smoothly
LEAST_DEVIATION = 8.0  # grey levels within the ridge band; an empty platen of an optical sensor stays below 3
FAINT_DEVIATION = 1.5  # a sensor's noise of 3 grey levels leaves 0.6; a print on glass that nobody wiped 3 to 6
LEAST_COHERENCE = 0.5  # of the gradient: ridges 0.6 to 1.0, white noise about 0.2


@dataclass(frozen=True, eq=False)
class Ridges:
    """Per block of 8 x 8 px: `ridged` where it has ridges, `faint` where it has them, however weak, that run along
    with their neighbours; `grain` where it has structure as deep as ridges, ordered or not; `across` is the unit vector
    of twice the angle across them (2 planes); `smooth` 0..1 says how well directions agree over 7 x 7 blocks: fingers
    0.5 to 0.95, worn ones down to 0.25, noise of any grain 0.05 to 0.15; `energy` is the gradient's anisotropic part.
    """

    ridged: Mask
    faint: Mask
    grain: Mask
    across: tuple[Blocks, Blocks]
    smooth: Blocks
    energy: Blocks


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


def find(plane: Plane) -> Ridges:
    """The ridges of a grey picture at 500 ppi.

    A block has ridges where, within 3 x 3 blocks, the picture's deviation in the band of ridges (periods of about 5 to
    20 pixels) and the coherence of its gradient (Kass and Witkin's structure tensor) are both high.
    """
    band = cv2.GaussianBlur(plane, (9, 9), 1.5) - cv2.blur(plane, (15, 15))
    straight, diagonal, whole = tensor(band)
    anisotropic = np.hypot(straight, diagonal)
    deviation = np.sqrt(np.maximum(around(band * band), 0))
    coherent = anisotropic >= LEAST_COHERENCE * np.maximum(whole, 1e-6)
    across = straight / np.maximum(anisotropic, 1e-6), diagonal / np.maximum(anisotropic, 1e-6)
    smooth = _agreement(straight, diagonal, whole, deviation >= FAINT_DEVIATION)
    return Ridges(
        ridged=(deviation >= LEAST_DEVIATION) & coherent,
        faint=(deviation >= FAINT_DEVIATION) & coherent & (smooth >= LEAST_COHERENCE),
        grain=deviation >= LEAST_DEVIATION,
        across=across,
        smooth=smooth,
        energy=anisotropic,
    )


def tensor(plane: Blocks, aperture: int = 3) -> tuple[Blocks, Blocks, Blocks]:
    """Per block, the gradient's energy: how much more of it lies across than along, on the diagonals, and all of it."""
    scale = 0.125 if aperture == 3 else 0.5
    x = cv2.Sobel(plane, cv2.CV_32F, 1, 0, ksize=aperture, scale=scale)
    y = cv2.Sobel(plane, cv2.CV_32F, 0, 1, ksize=aperture, scale=scale)
    xx, yy, xy = around(x * x), around(y * y), around(x * y)
    return xx - yy, 2 * xy, xx + yy


def around(plane: Blocks) -> Blocks:
    """Means over 3 x 3 blocks."""
    return cv2.blur(blocks(plane), NEAR)


def blocks(plane: Blocks) -> Blocks:
    """Means over the blocks; the last row and column take what does not divide."""
    height, width = plane.shape
    size = (max(width // BLOCK, 1), max(height // BLOCK, 1))
    return cv2.resize(plane, size, interpolation=cv2.INTER_AREA)


def at_rest(pixels: Pixels) -> RestMeasures:
    """A platen on which nothing lies (uint8): its level, and the share of it that shows the last print's ridges."""
    plane = pixels.astype(np.float32)
    seen = find(plane)
    return RestMeasures(level=float(plane.mean()), residue=float(seen.faint.mean()))


def _agreement(straight: Blocks, diagonal: Blocks, whole: Blocks, there: Mask) -> Blocks:
    """Every block speaks alike, however deep its ridges are."""
    weight = there / np.maximum(whole, 1e-6)
    total = np.maximum(cv2.blur(there.astype(np.float32), FAR), 1e-6)
    means = (cv2.blur((plane * weight).astype(np.float32), FAR) / total for plane in (straight, diagonal))
    return np.where(there, np.hypot(*means), 0.0)
