"""What lies on the glass where no ridges can be seen: a finger so wet that they run together, or so dry that they fall
apart into grains."""

import cv2
import numpy as np

from kiosk.imaging import contact, ridges, spacing
from kiosk.imaging.picture import Plane
from kiosk.imaging.ridges import Blocks, Mask

LEAST_CONTRAST = 40.0  # grey levels between a blot and the glass around it
ALIKE = 0.89  # of all variation lies between a blot and the glass (blots 0.90 to 0.95); faces and cloth shade off: 0.87
FINGERTIP_MM2 = (60.0, 900.0)  # small ones touching lightly, large ones rolled
FULL = 0.85  # of its hull: fingertips have no dents
MOST_OF_PICTURE = 0.9  # what fills it altogether is a texture
GRAIN_PX = (3.0, 13.0)  # the spacing of dry skin's grains; bandages are woven at 15 px and more


def blot(plane: Plane) -> float:
    """Square millimetres of one dark, even, compact patch on lighter glass; 0 where there is none."""
    means = ridges.blocks(plane)
    threshold, _ = cv2.threshold(np.clip(means, 0, 255).astype(np.uint8), 0, 1, cv2.THRESH_BINARY_INV | cv2.THRESH_OTSU)
    dark = means <= threshold
    if dark.all() or not dark.any() or not _stands_out(means, dark):
        return 0.0
    return _fingertip(dark)


def grain(plane: Plane, grained: Mask) -> float:
    """Square millimetres of one compact patch of grains on plain glass; 0 where there is none."""
    area = _fingertip(grained)
    if not area:
        return 0.0
    found = spacing.measure(plane, grained)
    return area if found and GRAIN_PX[0] <= found.period <= GRAIN_PX[1] else 0.0


def _fingertip(there: Mask) -> float:
    patch = contact.largest(there)
    if patch is None or (there & patch.hull).sum() < FULL * patch.hull.sum():
        return 0.0
    if not FINGERTIP_MM2[0] <= patch.area_mm2 <= FINGERTIP_MM2[1] or patch.hull.mean() > MOST_OF_PICTURE:
        return 0.0
    return patch.area_mm2


def _stands_out(means: Blocks, dark: Mask) -> bool:
    gap = float(means[~dark].mean() - means[dark].mean())
    between = gap**2 * float(dark.mean()) * (1 - float(dark.mean()))
    return gap >= LEAST_CONTRAST and between >= ALIKE * float(means.var())
