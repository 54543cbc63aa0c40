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
    lumps = rng.standard_normal((rows, cols), dtype=np.float32) * np.float32(1.4)
    if not wrap:
        return _spread(lumps, shape)
    edge = round(3 * shape[1] / cols)
    wide = np.hstack([lumps[:, -3:], lumps, lumps[:, :3]])
    return _spread(wide, (shape[0], shape[1] + 2 * edge))[:, edge : edge + shape[1]]


def _spread(lumps: Plane, shape: tuple[int, int]) -> Plane:
    return np.asarray(cv2.resize(lumps, (shape[1], shape[0]), interpolation=cv2.INTER_CUBIC), np.float32)


def speckle(rng: np.random.Generator, shape: tuple[int, ...]) -> Plane:
    """A sensor's own noise: float32 of `shape`, unit deviation, every px for itself."""
    return rng.standard_normal(shape, dtype=np.float32)
