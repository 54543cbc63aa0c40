"""The cloth behind a person: mean colour and evenness of what lies outside head, headscarf and shoulders."""

from dataclasses import dataclass

import cv2
import numpy as np

from kiosk.imaging.face_finder import Face
from kiosk.imaging.picture import Pixels

WIDTH = 96  # pixels to which the picture is reduced: a camera's noise averages away, what hangs there does not
HEAD_WIDE, HEAD_HIGH = 0.85, 0.75  # face widths from its middle, heights above its box: hair and headscarf lie within
LEAST = 0.04  # of the picture; with less in sight nothing is said


@dataclass(frozen=True)
class Backdrop:
    """Mean red, green and blue 0..255, and the standard deviation in grey levels, that of the channel with most."""

    red: float
    green: float
    blue: float
    spread: float


def measure(rgb: Pixels, face: Face) -> Backdrop | None:
    """What is seen above the face's chin, beside and above the head; None where hardly anything is."""
    height, width = rgb.shape[:2]
    if min(face.box[2:]) < 1:
        return None
    factor = min(WIDTH / width, 1.0)
    size = (max(round(width * factor), 1), max(round(height * factor), 1))
    small = np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA))
    left, top, across, down = (value * factor for value in face.box)
    rows, columns = np.ogrid[: size[1], : size[0]]
    x = (columns - left - across / 2) / (HEAD_WIDE * across)
    y = (rows - top - down / 2) / ((0.5 + HEAD_HIGH) * down)  # the head narrows upwards, and downwards does not
    behind = small[(x**2 + np.minimum(y, 0) ** 2 > 1) & (rows < top + down)].astype(np.float32)
    if len(behind) < LEAST * size[0] * size[1]:
        return None
    red, green, blue = (float(value) for value in behind.mean(axis=0))
    return Backdrop(red, green, blue, float(behind.std(axis=0).max()))
