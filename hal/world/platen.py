"""What lies on a glass plate that should be empty: the ghost of the last finger."""

import cv2
import numpy as np
from numpy.typing import NDArray

from hal.world.fingers import Finger, blank_platen, impression

GHOST = 0.22  # of a print's depth: sweat and fat scatter far less light than skin that touches the glass


def residue(finger: Finger, rng: np.random.Generator, strength: float = 1.0) -> NDArray[np.uint8]:
    """An empty sensor (uint8, 480 x 400, 500 ppi) on which this finger lay before; `strength` 0..1."""
    left = impression(finger, rng, dryness=0.5, blur=0.5).astype(np.float32)
    empty = blank_platen(rng).astype(np.float32)
    faded = cv2.GaussianBlur(left, (0, 0), 0.8) - left.max()
    return np.clip(empty + GHOST * strength * faded, 0, 255).astype(np.uint8)
