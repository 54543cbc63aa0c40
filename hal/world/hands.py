"""Both palms held up to the camera, for the officer's photograph beside a missing or bandaged finger."""

from collections.abc import Collection
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hal.values import Position
from hal.world.drawing import Box, Canvas, Colour, Mask, capsule, edge, photograph, rgb, stroke
from hal.world.grain import Plane

WIDTH, HEIGHT = 960, 720  # px, the camera's own size
_UNIT = 100.0  # px
_APART = 2.2  # units from the picture's middle to the middle of either hand
_PALM = rgb(226, 178, 148)


class _Finger(NamedTuple):
    """In a hand's own units: x grows towards the thumb, y downwards from the knuckles."""

    root: tuple[float, float]
    tip: tuple[float, float]
    radius: float


_FINGERS = {
    "THUMB": _Finger((0.6, 1.15), (1.55, 0.1), 0.26),
    "INDEX": _Finger((0.62, 0.3), (0.8, -1.45), 0.23),
    "MIDDLE": _Finger((0.2, 0.2), (0.24, -1.8), 0.24),
    "RING": _Finger((-0.22, 0.25), (-0.32, -1.5), 0.225),
    "LITTLE": _Finger((-0.62, 0.4), (-0.88, -0.95), 0.19),
}


def picture(
    rng: np.random.Generator, missing: Collection[Position] = (), bandaged: Collection[Position] = ()
) -> NDArray[np.uint8]:
    """uint8, 720 x 960 x 3 RGB, never mirrored: the person's right hand at the picture's left, thumbs inwards.

    Missing fingers are absent, bandaged ones wrapped in white. About 0.1 s on one core.
    """
    skin = _PALM * np.float32(rng.uniform(0.75, 1.0))
    canvas = Canvas((WIDTH, HEIGHT), _UNIT, (WIDTH / 2, HEIGHT / 2 - 20))
    for hand, towards_thumb in (("RIGHT", 1.0), ("LEFT", -1.0)):
        _palm(canvas, skin, towards_thumb)
        for name, finger in _FINGERS.items():
            position = Position(f"{hand}_{name}")
            if position not in missing:
                _finger(canvas, skin, finger, towards_thumb, position in bandaged)
    return photograph(canvas.cut_out(), rng, (WIDTH, HEIGHT), (96, 104, 112))


def _place(at: tuple[float, float], towards_thumb: float) -> tuple[float, float]:
    """From a hand's units to the picture's."""
    return towards_thumb * (at[0] - _APART), at[1]


def _palm(canvas: Canvas, skin: Colour, towards_thumb: float) -> None:
    middle = _place((0, 0), towards_thumb)[0]
    box = (middle - 1.8, -0.5, middle + 1.8, 4.0)

    def outline(x: Plane, y: Plane) -> Plane:
        broad = edge(1 - np.abs((x - middle) / 0.88) ** 4 - np.abs((y - 1.1) / 1.05) ** 4, 0.12)
        return np.maximum(broad, edge(0.5 - np.abs(x - middle), 0.05) * edge(y - 1.6, 0.2))

    def crease(level: float, slope: float) -> Mask:
        return stroke(
            middle, 0.62, lambda x: level + slope * towards_thumb * (x - middle) + 0.25 * (x - middle) ** 2, 0.022
        )

    canvas.lay(box, skin, outline)
    canvas.shade(box, -0.18, lambda x, y: edge(np.abs(x - middle) - 0.7, 0.35) + 0 * y)
    canvas.spot(0.09, _place((0.4, 1.35), towards_thumb), (0.38, 0.5))
    canvas.shade(box, -0.28, crease(0.62, -0.3))
    canvas.shade(box, -0.28, crease(0.88, 0.15))


def _finger(canvas: Canvas, skin: Colour, finger: _Finger, towards_thumb: float, bandaged: bool) -> None:
    root, tip = _place(finger.root, towards_thumb), _place(finger.tip, towards_thumb)
    box = _room(root, tip, finger.radius)
    whole = capsule(root, tip, finger.radius)
    core = capsule(root, tip, 0.55 * finger.radius, 0.3)
    canvas.lay(box, 0.86 * skin, whole)
    canvas.tint(box, skin, lambda x, y: core(x, y) * whole(x, y))
    for share in (0.36, 0.68):
        joint = (root[0] + share * (tip[0] - root[0]), root[1] + share * (tip[1] - root[1]))
        canvas.spot(-0.22, joint, (0.8 * finger.radius, 0.03))
    if bandaged:
        _bandage(canvas, root, tip, finger.radius)


def _room(one: tuple[float, float], other: tuple[float, float], radius: float) -> Box:
    far = radius + 0.1
    (left, right), (top, bottom) = sorted((one[0], other[0])), sorted((one[1], other[1]))
    return left - far, top - far, right + far, bottom + far


def _bandage(canvas: Canvas, root: tuple[float, float], tip: tuple[float, float], radius: float) -> None:
    knuckle = (root[0] + 0.4 * (tip[0] - root[0]), root[1] + 0.4 * (tip[1] - root[1]))
    box = _room(knuckle, tip, 1.25 * radius)
    wrap = capsule(knuckle, tip, 1.25 * radius)
    canvas.lay(box, rgb(236, 234, 226), wrap)
    canvas.shade(box, -0.16, lambda x, y: wrap(x, y) * edge(np.sin(34 * y + 12 * x) - 0.6, 0.5))
