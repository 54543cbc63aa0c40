"""Several fingers laid down at once, as a large platen sees them: four of a hand or fewer, or both thumbs."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hal.values import Position
from hal.world import fingers
from hal.world.fingers import Finger
from hal.world.grain import clouds, speckle

WIDTH, HEIGHT = 1600, 1500  # px at 500 ppi: 3.2 x 3.0 inches, FAP 60
_PX_A_MM = 500 / 25.4
_PAPER = 232.0
_NEXT_MM = 25.0  # from the middle of a fingertip to that of the next joint's pad


class _Place(NamedTuple):
    """Of a fingertip's middle, in mm from the hand's, y downwards; its lean away from the thumb; its contact."""

    x: float
    y: float
    lean_deg: float
    cover: float


# A right hand's prints, index finger first; the left hand's are their mirror image.
_HAND = {
    "INDEX": _Place(-31, 1, -5, 0.70),
    "MIDDLE": _Place(-10, -9, -1, 0.75),
    "RING": _Place(10, -4, 2, 0.70),
    "LITTLE": _Place(29, 14, 7, 0.48),
}
_THUMBS = {"LEFT_THUMB": _Place(-17, 0, 6, 1.0), "RIGHT_THUMB": _Place(17, 0, -6, 1.0)}


def picture(
    shown: Mapping[Position, Finger], rng: np.random.Generator, *, turn_deg: float = 0.0, dryness: float = 0.2
) -> NDArray[np.uint8]:
    """The fingers of one hand, or both thumbs: uint8, 1500 x 1600, dark ridges on light, 500 ppi, never mirrored.

    `turn_deg` turns the hand clockwise. About 0.3 s.
    """
    ink = np.zeros((HEIGHT, WIDTH), np.float32)
    for position, finger in shown.items():
        place = _place(position)
        _lay(ink, finger, place, rng, turn_deg, dryness)
        if not position.endswith("THUMB"):
            below = place._replace(y=place.y + _NEXT_MM, cover=0.4 * place.cover)
            _lay(ink, finger, below, rng, turn_deg, min(dryness + 0.3, 1.0))
    ground = 2 * clouds(rng, ink.shape, 80) + 3 * speckle(rng, ink.shape)
    return np.clip(_PAPER + ground - ink, 0, 255).astype(np.uint8)


def _place(position: Position) -> _Place:
    if position in _THUMBS:
        return _THUMBS[position]
    hand, name = position.split("_")
    place = _HAND[name]
    return place if hand == "RIGHT" else place._replace(x=-place.x, lean_deg=-place.lean_deg)


def _lay(
    ink: NDArray[np.float32], finger: Finger, place: _Place, rng: np.random.Generator, turn_deg: float, dryness: float
) -> None:
    """Darken the platen where this finger touches it."""
    turn = np.radians(turn_deg)
    x = (place.x * np.cos(turn) - place.y * np.sin(turn)) * _PX_A_MM + WIDTH / 2
    y = (place.x * np.sin(turn) + place.y * np.cos(turn)) * _PX_A_MM + HEIGHT / 2 - 60
    touch = fingers.impression(finger, rng, turn_deg=turn_deg + place.lean_deg, dryness=dryness, cover=place.cover)
    left, top = round(x - fingers.WIDTH / 2), round(y - fingers.HEIGHT / 2)
    rows = slice(max(top, 0), min(top + fingers.HEIGHT, HEIGHT))
    columns = slice(max(left, 0), min(left + fingers.WIDTH, WIDTH))
    part = touch[rows.start - top : rows.stop - top, columns.start - left : columns.stop - left]
    np.maximum(ink[rows, columns], _PAPER - part - 12.0, out=ink[rows, columns])
