"""Drawn heads and shoulders for the simulated camera: shaded enough for a face detector, plainly a drawing of nobody.

Measured on 100 seeds: the Haar frontal cascade and BlazeFace (short range) find exactly one face in each.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from hal.world import heads
from hal.world.drawing import Canvas, photograph

WIDTH, HEIGHT = 960, 720  # px; eyes about 95 px apart, as ICAO asks of a portrait (90 or more)
_CANVAS = (WIDTH, 900)  # taller than the picture, so that a figure moved up still has a chest
_UNIT = 108.0  # px of half a face's width
_MIDDLE = (WIDTH / 2, 290.0)  # between the eyes
_TURN, _NOSE = 0.55, 0.2  # units that cheeks and nose move when the head looks fully away


@dataclass(frozen=True, eq=False)
class Face:
    """One face for ever: `figure` is uint8, 900 x 960 x 4, RGB and cover, drawn looking straight ahead."""

    seed: int
    headscarf: bool
    figure: NDArray[np.uint8]


def face(seed: int) -> Face:
    """The face of this seed; about 0.2 s on one core, so keep it."""
    traits = heads.traits(np.random.default_rng((seed, 0xFACE)))
    canvas = Canvas(_CANVAS, _UNIT, _MIDDLE)
    heads.draw(canvas, traits)
    figure = canvas.cut_out()
    figure.flags.writeable = False
    return Face(seed, traits.headscarf, figure)


def picture(
    face: Face,
    rng: np.random.Generator,
    *,
    blur: float = 0.0,
    roll_deg: float = 0.0,
    look_away: float = 0.0,
    offset: tuple[float, float] = (0.0, 0.0),
    light: float = 1.0,
    cloth: tuple[int, int, int] = (176, 40, 44),
) -> NDArray[np.uint8]:
    """One camera picture: uint8, 720 x 960 x 3 RGB, never mirrored; about 40 ms on one core.

    `blur` is a standard deviation in px, `roll_deg` leans the person clockwise, `look_away` 0..1 turns the head to the
    picture's right, `offset` is px right and down, `light` 1 is well lit, `cloth` the backdrop's RGB.
    """
    figure = _turned(face.figure, look_away) if look_away else face.figure
    hips = (_MIDDLE[0], _MIDDLE[1] + 2 * _UNIT)
    move = cv2.getRotationMatrix2D(hips, -roll_deg, float(rng.uniform(0.98, 1.02)))
    move[:, 2] += rng.uniform(-4, 4, 2) + offset
    figure = cv2.warpAffine(figure, move, (WIDTH, HEIGHT))
    return photograph(figure.astype(np.uint8), rng, (WIDTH, HEIGHT), cloth, blur, light)


def nobody(rng: np.random.Generator, cloth: tuple[int, int, int] = (176, 40, 44)) -> NDArray[np.uint8]:
    """The backdrop alone: uint8, 720 x 960 x 3 RGB."""
    return photograph(None, rng, (WIDTH, HEIGHT), cloth)


def _turned(figure: NDArray[np.uint8], look_away: float) -> NDArray[np.uint8]:
    """The head turned: what stands nearest the camera moves farthest, the nose most of all."""
    width, height = _CANVAS
    rows, cols = np.mgrid[0:height, 0:width].astype(np.float32)
    x, y = (cols - _MIDDLE[0]) / _UNIT, (rows - _MIDDLE[1]) / _UNIT
    near = 0.5 + 0.5 * np.cos(np.pi * np.minimum(np.hypot(x / 1.7, (y - 0.1) / 2.1), 1))
    nose = np.exp(-(((x - _TURN * look_away) / 0.32) ** 2) - ((y - 0.45) / 0.45) ** 2)
    away = look_away * (_TURN * near + _NOSE * nose)
    return cv2.remap(figure, cols - np.float32(_UNIT) * away, rows, cv2.INTER_LINEAR).astype(np.uint8)
