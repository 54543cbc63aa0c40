"""Draws recorded strokes (docs/formats.md: ink) as a picture."""

from collections.abc import Mapping
from typing import Any

import cv2
import numpy as np

from kiosk.imaging.picture import Pixels

MOST_POINTS = 100_000
MOST_SIDE = 4096  # pixels
FRACTION = 4  # bits after the point in drawn coordinates


def draw(ink: Mapping[str, Any], width: int, height: int) -> Pixels:
    """Ink `{"width", "height", "strokes": [[[x, y, t_ms], ...], ...]}` as black lines on white, height x width grey.

    It is scaled to fit, keeps its proportions and stands in the middle; a stroke of one point is a dot. Raises
    ValueError where it is not ink.
    """
    if not (0 < width <= MOST_SIDE and 0 < height <= MOST_SIDE):
        raise ValueError("not a size to draw in")
    strokes, size = _read(ink)
    scale = min(width / size[0], height / size[1])
    offset = (np.array([width, height]) - size * scale) / 2
    paper = np.full((height, width), 255, dtype=np.uint8)
    thickness = max(round(min(width, height) / 100), 1)
    for stroke in strokes:
        points = np.round((stroke * scale + offset) * 2**FRACTION).astype(np.int32)
        cv2.polylines(paper, [points], False, 0, thickness, cv2.LINE_AA, FRACTION)
        if len(points) == 1:
            cv2.circle(paper, points[0].tolist(), thickness << FRACTION, 0, cv2.FILLED, cv2.LINE_AA, FRACTION)
    return paper


def _read(ink: Mapping[str, Any]) -> tuple[list[np.ndarray], np.ndarray]:
    """Strokes as arrays of x, y, and the width and height of what they were drawn on."""
    try:
        size = np.array([ink["width"], ink["height"]], dtype=np.float64)
        strokes = [np.array(stroke, dtype=np.float64).reshape(-1, 3)[:, :2] for stroke in ink["strokes"] if stroke]
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError("not ink") from error
    inside = all(np.isfinite(stroke).all() and (stroke >= 0).all() and (stroke <= size).all() for stroke in strokes)
    if not (size > 0).all() or not inside or sum(map(len, strokes)) > MOST_POINTS:
        raise ValueError("not ink")
    return strokes, size
