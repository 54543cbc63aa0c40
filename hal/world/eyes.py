"""Synthetic eyes as a near-infrared iris camera sees them. A drawing with the proportions of an eye, nobody's iris."""

from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from hal.world.grain import Plane, clouds, speckle

WIDTH, HEIGHT = 640, 480  # px, VGA as ISO/IEC 19794-6 pictures usually are
IRIS_RADIUS = 120.0  # px at distance 1
_POLAR = (96, 768)  # rows from pupil to sclera, columns round the iris
_CORNER = 265.0  # px from the middle of the eye to either corner of the lids
_PUPIL, _SCLERA, _SKIN = 22.0, 196.0, 158.0
_GAZE_REACH = 70.0  # px the iris travels for a gaze of 1


@dataclass(frozen=True, eq=False)
class Eye:
    """One eye for ever: `iris` is float32, 96 x 768 grey levels from pupil to sclera, clockwise from three o'clock."""

    seed: int
    pupil: float
    openness: float
    iris: Plane


def iris(seed: int) -> Eye:
    """The eye of this seed; about 10 ms."""
    rng = np.random.default_rng((seed, 0xE7E))
    pupil = float(rng.uniform(0.34, 0.46))
    openness = float(rng.uniform(0.94, 1.06))
    texture = _texture(rng)
    texture.flags.writeable = False
    return Eye(seed, pupil, openness, texture)


def _texture(rng: np.random.Generator) -> Plane:
    rows, cols = _POLAR
    depth = np.linspace(0, 1, rows, dtype=np.float32)[:, None]
    fine = cv2.blur(clouds(rng, _POLAR, 5, wrap=True), (1, 21))
    coarse = cv2.blur(clouds(rng, _POLAR, 14, wrap=True), (1, 31))
    collar = 0.32 + 0.05 * clouds(rng, (3, cols), 20, wrap=True)[:1]
    crypts = np.maximum(clouds(rng, _POLAR, 26, wrap=True) - 1.1, 0)
    furrows = np.sin(2 * np.pi * (6 * depth + 0.25 * clouds(rng, _POLAR, 90, wrap=True)))
    grey = rng.uniform(104, 126) + 22 * fine + 12 * coarse - 26 * crypts
    grey = grey + 22 * np.exp(-(((depth - collar) / 0.07) ** 2)) + 7 * furrows * (depth > collar)
    grey = grey - 30 * np.clip((depth - 0.82) / 0.18, 0, 1) - 22 * np.clip(1 - depth / 0.08, 0, 1)
    return np.clip(grey, 55, 160).astype(np.float32)


def picture(
    eye: Eye,
    rng: np.random.Generator,
    *,
    side: Literal["left", "right"],
    closed: float = 0.0,
    blur: float = 0.0,
    glare: float = 0.0,
    gaze: tuple[float, float] = (0.0, 0.0),
    distance: float = 1.0,
) -> NDArray[np.uint8]:
    """The person's left or right eye: uint8, 480 x 640, never mirrored: a right eye has its nose at the right.

    `closed` and `glare` 0..1, `blur` a standard deviation in px, `gaze` -1..1 to the picture's right and down,
    `distance` 1 gives an iris of 240 px and 2 one of 120 px. About 30 ms.
    """
    rows = np.arange(HEIGHT, dtype=np.float32)[:, None]
    cols = np.arange(WIDTH, dtype=np.float32)[None, :]
    sway = rng.uniform(-6, 6, 2).astype(np.float32)
    x, y = (cols - WIDTH / 2 - sway[0]) * distance, (rows - HEIGHT / 2 - sway[1]) * distance
    nose = x if side == "right" else -x  # grows towards the nose
    upper, lower = _lids(nose, eye.openness, closed)
    bare = _step((y - upper) / 2) * _step((lower - y) / 2)
    middle = _GAZE_REACH * np.array(gaze, np.float32)
    grey = bare * _ball(eye, rng, x - middle[0], y - middle[1]) + (1 - bare) * _skin(eye, nose, y, upper)
    grey = _caruncle(grey, nose, y, bare) - bare * 45 * np.exp(-np.maximum(y - upper, 0) / 12)  # the lid's shadow
    lashes = _lashes(eye, closed)
    onto = np.array([[1, 0, -WIDTH / 2 - sway[0]], [0, 1, -HEIGHT / 2 - sway[1]]], np.float32) * distance
    onto[0] *= 1 if side == "right" else -1
    onto[:, 2] += np.array([WIDTH / 2, HEIGHT / 2])
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    grey = cv2.min(
        grey, cv2.warpAffine(lashes, onto, (WIDTH, HEIGHT), flags=flags, borderValue=255.0).astype(np.float32)
    )
    grey += _lights(rng, x - 0.7 * middle[0], y - 0.7 * middle[1], bare, glare)
    if blur:
        grey = cv2.GaussianBlur(grey, (0, 0), blur)
    return np.clip(grey + 2.2 * speckle(rng, (HEIGHT, WIDTH)), 0, 255).astype(np.uint8)


def _step(distance: Plane) -> Plane:
    return (1 / (1 + np.exp(np.clip(-4 * distance, -30, 30)))).astype(np.float32)


def _lids(nose: Plane, openness: float, closed: float) -> tuple[Plane, Plane]:
    """Height of the upper and lower lid over each px; they cross beyond the corners, where no eye is seen."""
    along = nose / _CORNER
    line, bow = 24 * along, 1 - along**2
    high, low = 112 * openness, 116 * openness
    upper = line - bow * (high * (1 - closed) - 0.75 * low * closed) * (1 + 0.1 * along)
    return upper, line + bow * low * (1 - 0.25 * closed)


def _ball(eye: Eye, rng: np.random.Generator, x: Plane, y: Plane) -> Plane:
    """Sclera, iris and pupil round the middle of the iris."""
    away, turn = cv2.cartToPolar(x + np.zeros_like(y), y + np.zeros_like(x))
    pupil = eye.pupil * IRIS_RADIUS * rng.uniform(0.95, 1.05)
    depth = (away - pupil) / (IRIS_RADIUS - pupil) * (_POLAR[0] - 1)
    wrapped = cv2.copyMakeBorder(eye.iris, 0, 0, 0, 1, cv2.BORDER_WRAP)
    texture = cv2.remap(
        wrapped, turn * (_POLAR[1] / (2 * np.pi)), depth, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    sclera = _SCLERA - 26 * (away / _CORNER) ** 2
    coloured = _step((IRIS_RADIUS - away) / 5)
    hole = _step((pupil - away) / 3)
    return np.asarray(hole * _PUPIL + (1 - hole) * (coloured * texture + (1 - coloured) * sclera), np.float32)


def _skin(eye: Eye, nose: Plane, y: Plane, upper: Plane) -> Plane:
    """Lids and the skin round them, with the crease over the upper lid; brighter where the nose rises."""
    rng = np.random.default_rng((eye.seed, 0x5C1))
    grey = _SKIN + 14 * nose / _CORNER + 5 * clouds(rng, (HEIGHT, WIDTH), 70) + 3 * clouds(rng, (HEIGHT, WIDTH), 6)
    fade = _step((1.05 - np.abs(nose) / _CORNER) * 8)
    crease = 34 * np.exp(-(((y - upper + 34) / 7) ** 2))
    rim = 28 * np.exp(-(((y - upper + 3) / 6) ** 2))
    return grey - fade * (crease + rim)


def _caruncle(grey: Plane, nose: Plane, y: Plane, bare: Plane) -> Plane:
    """The tear duct's flesh in the corner beside the nose: what tells a left eye from a right one."""
    spot = bare * _step((1 - np.hypot((nose - 0.9 * _CORNER) / 40, (y - 21) / 30)) * 1.5)
    wet = spot * (np.exp(-(((nose - 0.86 * _CORNER) / 7) ** 2)) * np.exp(-(((y - 16) / 5) ** 2)))
    return grey * (1 - spot) + 132 * spot + 110 * wet


def _lashes(eye: Eye, closed: float) -> NDArray[np.uint8]:
    """Dark hairs on white, drawn for a right eye at distance 1."""
    rng = np.random.default_rng((eye.seed, 0x1A5))
    canvas = np.full((HEIGHT, WIDTH), 255, np.uint8)
    roots = np.linspace(-0.97, 0.8, 46, dtype=np.float32) * _CORNER
    for lid, sign, length in zip(_lids(roots, eye.openness, closed), (1, -1), (34, 16), strict=True):
        for x, y in zip(roots, lid, strict=True):
            reach = length * rng.uniform(0.6, 1.2)
            lean = (x / _CORNER - 0.1) * 0.9 + rng.uniform(-0.12, 0.12)
            droop = reach * (0.35 + 0.5 * closed) if sign > 0 else reach * 0.8
            points = [(x, y), (x + 0.5 * lean * reach, y + 0.7 * droop), (x + 1.1 * lean * reach, y + droop)]
            ends = np.round((np.array(points) + np.array([WIDTH / 2, HEIGHT / 2])) * 16).astype(np.int32)
            cv2.polylines(canvas, [ends], False, 52, 2 if sign > 0 else 1, cv2.LINE_AA, 4)
    return canvas


def _lights(rng: np.random.Generator, x: Plane, y: Plane, bare: Plane, glare: float) -> Plane:
    """The camera's two lamps on the cornea, and what glasses or sunlight add."""
    across = np.exp(-((np.abs(x) - 17) ** 2) / 20)
    light = 235 * bare * (across * np.exp(-((y + 13) ** 2) / 20))
    if glare:
        at = rng.uniform(-60, 60, 2)
        light = light + 330 * glare * np.exp(-((((x - at[0]) / 75) ** 2 + ((y - at[1]) / 55) ** 2) ** 2))
    return np.asarray(light, np.float32)
