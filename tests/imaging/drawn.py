"""Pictures drawn for tests: a patch of ridges, an eye, a letter that no mirror leaves alike."""

import cv2
import numpy as np

from kiosk.imaging.picture import Pixels


def ridges(height: int = 400, width: int = 400, period: float = 9.0, contrast: float = 100.0) -> Pixels:
    """Concentric ridges within an ellipse on white."""
    y, x = np.mgrid[:height, :width].astype(np.float32)
    far = np.hypot(y - height * 0.55, x - width * 0.45)
    wave = 255 - contrast * (1 + np.cos(2 * np.pi * far / period))
    inside = ((y - height / 2) / (0.45 * height)) ** 2 + ((x - width / 2) / (0.4 * width)) ** 2 < 1
    return np.where(inside, wave, 255).clip(0, 255).astype(np.uint8)


def eye(x: float = 320, y: float = 240, pupil: float = 45, iris: float = 120, lid: int = 0) -> Pixels:
    """A 640 x 480 eye with texture, glare and sensor noise; `lid` rows of skin from above."""
    rng = np.random.default_rng(1)
    rows, columns = np.mgrid[:480, :640]
    far = np.hypot(columns - x, rows - y)
    texture = cv2.GaussianBlur(rng.normal(0, 1, far.shape).astype(np.float32), (0, 0), 2) * 60
    plane = np.where(far < iris, 110 + texture, 190.0)
    plane[far < pupil] = 25
    plane[np.hypot(columns - x - 10, rows - y + 10) < 6] = 255
    plane[:lid] = 205
    blurred = cv2.GaussianBlur(plane.astype(np.float32), (0, 0), 1) + rng.normal(0, 3, far.shape)
    return blurred.clip(0, 255).astype(np.uint8)


def letter() -> Pixels:
    """An F: dark on light, 60 x 40, different from each of its mirror images and turns."""
    plane = np.full((60, 40), 230, dtype=np.uint8)
    plane[8:52, 8:14] = 20
    plane[8:14, 8:32] = 20
    plane[28:34, 8:24] = 20
    return plane


def blurred(pixels: Pixels, sigma: float) -> Pixels:
    """The picture out of focus."""
    return np.asarray(cv2.GaussianBlur(pixels, (0, 0), sigma), dtype=np.uint8)


def noise(height: int, width: int) -> Pixels:
    """White noise."""
    return np.random.default_rng(2).integers(0, 256, (height, width), dtype=np.uint8)
