"""Synthetic fingers: a frozen ridge pattern per seed and the prints it leaves on a sensor. Not for accuracy claims.

Ridges grow from noise under oriented Gabor filters along a zero-pole orientation field (Sherlock and Monro 1993), at
half resolution, where one period is 4.6 px. Everything is seeded: the same seed gives the same bytes.

Measured with nbis-py 0.1.3 on 60 fingers: a good print has NFIQ 2 of 57 to 84 (median 71) and 59 to 101 minutiae; the
same finger again, shifted up to 25 px and turned up to 15 degrees, matches at 151 or more, another one at 30 or less.
NFIQ 2 (5 %, median, 95 %) by `worn`: 0.5: 32 43 52; 0.6: 14 27 39; 0.7: 6 15 25; 0.8: 2 9 19; 1.0: 2 5 10.
By `dryness` (median of 12): 0: 65; 0.3: 73; 0.8: 52; 1: 37. By `cover`: 0.6: 55; 0.4: 48; 0.25: 36; 0.15: 29.
From `blur` 3 on nothing can be scored.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from hal.world.grain import Plane, clouds, speckle

WIDTH, HEIGHT = 400, 480  # px of an impression at 500 ppi: 20 x 24 mm, a common single-finger platen
PERIOD = 4.6  # px between ridges at half resolution; 9.2 px at 500 ppi
_ROWS, _COLS = 250, 210  # the pattern, half resolution, a little larger than the platen
_ORIENTATIONS = 16
_ROUNDS = 10  # of filtering: fewer leave gaps between ridges, more change nothing that is seen
_PAPER = 232.0


@dataclass(frozen=True, eq=False)
class Finger:
    """One finger for ever: `ridges` is float32, 250 x 210, +1 on a ridge, -1 in a valley, 250 ppi."""

    seed: int
    pattern: str
    stretch: float
    ridges: Plane


def master(seed: int) -> Finger:
    """Grow the finger of this seed; about 0.3 s on one core, so keep it."""
    rng = np.random.default_rng((seed, 0xF1))
    pattern = str(rng.choice(["right loop", "left loop", "whorl", "arch"], p=[0.32, 0.32, 0.28, 0.08]))
    stretch = float(rng.uniform(0.92, 1.08))
    ridges = _grow(_orientation(pattern, rng), rng)
    ridges.flags.writeable = False
    return Finger(seed, pattern, stretch, ridges)


def _orientation(pattern: str, rng: np.random.Generator) -> Plane:
    """Ridge direction in radians, y upwards; one unit is 100 half-resolution px."""
    rows, cols = np.mgrid[0:_ROWS, 0:_COLS].astype(np.float32)
    x, y = (cols - _COLS / 2) / 100, (_ROWS / 2 - rows) / 100
    if pattern == "arch":
        field = np.arctan(-rng.uniform(1.2, 1.9) * x * np.exp(-(((y + 0.1) / 0.55) ** 2)))
    else:
        cores, deltas = _singularities(pattern, rng)
        turns = sum(np.arctan2(y - cy, x - cx) for cx, cy in cores)
        field = 0.5 * (turns - sum(np.arctan2(y - dy, x - dx) for dx, dy in deltas))
        field = field - 0.5 * x / (1 + np.exp(-6 * (y - 0.1)))  # ridges bow over the tip
    return (field + 0.12 * clouds(rng, (_ROWS, _COLS), 45)).astype(np.float32)


def _singularities(
    pattern: str, rng: np.random.Generator
) -> tuple[list[tuple[float, float]], list[tuple[float, float]]]:
    low = float(rng.uniform(-0.75, -0.55))
    high = float(rng.uniform(-0.1, 0.25))
    near = float(rng.uniform(-0.12, 0.12))
    if pattern == "whorl":
        second = high - float(rng.uniform(0.1, 0.35))
        return [(near, high + 0.05), (-near, second)], [(-float(rng.uniform(0.55, 0.7)), low), (0.62, low + near)]
    side = -1.0 if pattern == "left loop" else 1.0
    return [(near, high)], [(-side * float(rng.uniform(0.4, 0.6)), low)]


def _grow(field: Plane, rng: np.random.Generator) -> Plane:
    place = field / np.pi * _ORIENTATIONS
    below = np.floor(place)
    share = (place - below).astype(np.float32)
    index = below.astype(np.int32) % _ORIENTATIONS
    weights = [
        np.where(index == k, 1 - share, 0) + np.where((index + 1) % _ORIENTATIONS == k, share, 0)
        for k in range(_ORIENTATIONS)
    ]
    kernels = [_gabor(np.pi * k / _ORIENTATIONS) for k in range(_ORIENTATIONS)]
    ridges = speckle(rng, (_ROWS, _COLS))
    for _ in range(_ROUNDS):
        answer = np.zeros_like(ridges)
        for weight, kernel in zip(weights, kernels, strict=True):
            answer += weight * cv2.filter2D(ridges, -1, kernel, borderType=cv2.BORDER_REFLECT)
        energy = np.sqrt(cv2.blur(answer * answer, (9, 9))) + 1e-9
        ridges = np.tanh(1.5 * answer / energy)
    return ridges


def _gabor(direction: float, along: float = 3.0, across: float = 2.2) -> Plane:
    reach = 6
    rows, cols = np.mgrid[-reach : reach + 1, -reach : reach + 1].astype(np.float32)
    u = cols * np.cos(direction) - rows * np.sin(direction)
    v = cols * np.sin(direction) + rows * np.cos(direction)
    window = np.exp(-0.5 * ((u / along) ** 2 + (v / across) ** 2))
    wave = window * np.cos(2 * np.pi * v / PERIOD)
    wave -= window * (wave.sum() / window.sum())  # no answer to plain grey
    return (wave / np.abs(wave).sum()).astype(np.float32)


def impression(
    finger: Finger,
    rng: np.random.Generator,
    *,
    shift_px: tuple[float, float] = (0.0, 0.0),
    turn_deg: float = 0.0,
    dryness: float = 0.2,
    worn: float = 0.0,
    pressed: float = 1.0,
    cover: float = 1.0,
    blur: float = 0.0,
) -> NDArray[np.uint8]:
    """One touch: uint8, 480 x 400, dark ridges on light, 500 ppi; about 25 ms.

    `dryness` and `worn` 0..1, `pressed` about 0.5..1.5 (1 is firm), `cover` is the share of the usual contact area
    (small: lifted early), `blur` a standard deviation in px.
    """
    x, y = _finger_coordinates(rng, shift_px, turn_deg)
    ridges = cv2.remap(
        _wear(finger, worn) if worn else finger.ridges,
        (x / (2 * finger.stretch) + _COLS / 2).astype(np.float32),
        (y / (2 * finger.stretch) + _ROWS / 2).astype(np.float32),
        cv2.INTER_CUBIC,
        borderMode=cv2.BORDER_REFLECT,
    )
    contact = _contact(x, y, rng, cover)
    grain = cv2.GaussianBlur(speckle(rng, (HEIGHT, WIDTH)), (0, 0), 0.8) * 2.6
    uneven = clouds(rng, (HEIGHT, WIDTH), 60)
    level = (
        ridges
        + 0.6 * (pressed - 1)
        - 0.1
        - 0.5 * dryness
        + 0.15 * uneven
        + grain * (0.25 + 0.6 * dryness + 0.6 * dryness**3)
    )
    ink = contact / (1 + np.exp(-4.5 * level))
    depth = 165 * (1 - 0.4 * dryness)
    grey = _PAPER - depth * ink + 3 * speckle(rng, (HEIGHT, WIDTH))
    grey = cv2.GaussianBlur(grey, (0, 0), float(np.hypot(0.6, blur)))
    return np.clip(grey, 0, 255).astype(np.uint8)


def _finger_coordinates(rng: np.random.Generator, shift: tuple[float, float], turn_deg: float) -> tuple[Plane, Plane]:
    """Where on the finger each sensor px lies, in px from the finger's middle; skin stretches a little each time."""
    rows, cols = np.mgrid[0:HEIGHT, 0:WIDTH].astype(np.float32)
    x, y = cols - WIDTH / 2 - shift[0], rows - HEIGHT / 2 - shift[1]
    turn = np.radians(turn_deg)
    across = x * np.cos(turn) + y * np.sin(turn) + 2.0 * clouds(rng, (HEIGHT, WIDTH), 120)
    along = y * np.cos(turn) - x * np.sin(turn) + 2.0 * clouds(rng, (HEIGHT, WIDTH), 120)
    return across.astype(np.float32), along.astype(np.float32)


def _contact(x: Plane, y: Plane, rng: np.random.Generator, cover: float) -> Plane:
    """0..1: where skin lies on the platen; an ellipse with a ragged edge, the tip last to leave."""
    size = float(np.sqrt(np.clip(cover, 0.02, 1.2)))
    wide, tall = 160 * size * rng.uniform(0.96, 1.04), 200 * size * rng.uniform(0.96, 1.04)
    away = np.hypot(x / wide, (y + 60 * (1 - size)) / tall)
    ragged = 0.02 * clouds(rng, (HEIGHT, WIDTH), 30) + 0.03 * clouds(rng, (HEIGHT, WIDTH), 5)
    return 1 / (1 + np.exp(np.clip((away - 1 + ragged) * 40, -30, 30)))


def _wear(finger: Finger, worn: float) -> Plane:
    """Rubbed skin: ridges fade in patches that are always the same on one finger, and grain stands in their place."""
    rng = np.random.default_rng((finger.seed, 0x3EA4))
    lumps = clouds(rng, finger.ridges.shape, 10)
    edge = np.quantile(lumps, 1 - 0.95 * min(worn, 1.0) ** 0.9)
    rubbed = 1 / (1 + np.exp(-4 * (lumps - edge)))
    grain = 0.6 * clouds(rng, finger.ridges.shape, 2)
    return (finger.ridges * (1 - 0.9 * rubbed) + grain * rubbed).astype(np.float32)


def blank_platen(rng: np.random.Generator) -> NDArray[np.uint8]:
    """An empty sensor: uint8, 480 x 400, light, a little dust and noise."""
    grey = _PAPER + 2 * clouds(rng, (HEIGHT, WIDTH), 80) + 3 * speckle(rng, (HEIGHT, WIDTH))
    return np.clip(grey, 0, 255).astype(np.uint8)


def bandaged(rng: np.random.Generator) -> NDArray[np.uint8]:
    """A bandaged finger: uint8, 480 x 400, a woven texture without ridges."""
    x, y = _finger_coordinates(rng, (0, 0), float(rng.uniform(-20, 20)))
    weave = np.sin(x * 2 * np.pi / 17) * np.sign(np.sin(y * 2 * np.pi / 34)) + np.sin(y * 2 * np.pi / 17)
    ink = _contact(x, y, rng, 1.0) * (0.45 + 0.16 * weave + 0.08 * clouds(rng, (HEIGHT, WIDTH), 3))
    grey = _PAPER - 120 * ink + 3 * speckle(rng, (HEIGHT, WIDTH))
    return np.clip(cv2.GaussianBlur(grey, (0, 0), 1.2), 0, 255).astype(np.uint8)
