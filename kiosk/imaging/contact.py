"""The patch of a picture where skin touches: how large it is, where it lies, what of it the picture's edge cuts off."""

from dataclasses import dataclass

import cv2
import numpy as np

from kiosk.imaging.ridges import BLOCK_MM, Mask

GAP = 5  # blocks, 2 mm: creases and scars narrower than that divide no fingertip
SPECK = 3  # blocks: whatever is narrower belongs to no fingertip


@dataclass(frozen=True, eq=False)
class Contact:
    """`inside` per block: its outline, filled; `hull` the same without dents. `width_mm`, `height_mm` of its upright
    box, about 1 mm too large. The centre is in shares of the picture. `cut` 0..1: the longest of its left, right and
    upper sides that lies on the picture's edge, as a share of its height or width, less what lies on the opposite edge:
    a sensor that is narrower than the finger cuts both sides alike, and the lower side of every finger goes on."""

    inside: Mask
    hull: Mask
    area_mm2: float
    width_mm: float
    height_mm: float
    centre_x: float
    centre_y: float
    cut: float


def largest(ridged: Mask) -> Contact | None:
    """The largest patch of blocks with ridges; None where there is none of 3 x 3 blocks."""
    patch = _patch(ridged)
    if patch is None:
        return None
    outline = max(cv2.findContours(patch, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)[0], key=cv2.contourArea)
    inside = cv2.drawContours(np.zeros_like(patch), [outline], -1, 1, cv2.FILLED)
    hull = cv2.fillConvexPoly(np.zeros_like(patch), cv2.convexHull(outline), 1)
    _, _, width, height = cv2.boundingRect(outline)
    rows, columns = np.nonzero(inside)
    return Contact(
        inside=inside > 0,
        hull=hull > 0,
        area_mm2=len(rows) * BLOCK_MM**2,
        width_mm=width * BLOCK_MM,
        height_mm=height * BLOCK_MM,
        centre_x=(float(columns.mean()) + 0.5) / ridged.shape[1],
        centre_y=(float(rows.mean()) + 0.5) / ridged.shape[0],
        cut=_cut(inside, width, height),
    )


def _patch(ridged: Mask) -> np.ndarray | None:
    framed = cv2.copyMakeBorder(ridged.astype(np.uint8), GAP, GAP, GAP, GAP, cv2.BORDER_CONSTANT)  # closes no gap to it
    closed = cv2.morphologyEx(framed, cv2.MORPH_CLOSE, np.ones((GAP, GAP), np.uint8))[GAP:-GAP, GAP:-GAP]
    opened = cv2.morphologyEx(closed, cv2.MORPH_OPEN, np.ones((SPECK, SPECK), np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(opened)
    if count < 2:
        return None
    return (labels == 1 + int(stats[1:, cv2.CC_STAT_AREA].argmax())).astype(np.uint8)


def _cut(inside: np.ndarray, width: int, height: int) -> float:
    left, right = int(inside[:, 0].sum()), int(inside[:, -1].sum())
    top, bottom = int(inside[0].sum()), int(inside[-1].sum())
    return float(max(abs(left - right) / height, (top - bottom) / width, 0.0))
