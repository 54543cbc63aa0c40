"""Seeded noise from which the pictures of the simulated world are woven."""

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Plane = NDArray[np.floating[Any]]


def clouds(rng: np.random.Generator, shape: tuple[int, int], grain: float, wrap: bool = False) -> Plane:
    """Smooth noise of about unit deviation, float32 of `shape`, lumps of `grain` px.

    `wrap` joins the right edge to the left.
    """
    rows, cols = (max(3, round(side / grain) + 2) for side in shape)
    lumps = rng.standard_normal((rows, cols), dtype=np.float32) * 1.4
    if not wrap:
        return cv2.resize(lumps, shape[::-1], interpolation=cv2.INTER_CUBIC)
    edge = round(3 * shape[1] / cols)
    wide = cv2.copyMakeBorder(lumps, 0, 0, 3, 3, cv2.BORDER_WRAP)
    full = cv2.resize(wide, (shape[1] + 2 * edge, shape[0]), interpolation=cv2.INTER_CUBIC)
    return np.ascontiguousarray(full[:, edge : edge + shape[1]])


def speckle(rng: np.random.Generator, shape: tuple[int, ...]) -> Plane:
    """A sensor's own noise: float32 of `shape`, unit deviation, every px for itself."""
    return rng.standard_normal(shape, dtype=np.float32)
