"""Synthetic eyes as a near-infrared iris camera sees them. A drawing with the proportions of an eye, nobody's iris."""

from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from hal.world.eye_light import at_rest, lamps, printed, shaken, sunlit, with_glasses
from hal.world.grain import Plane, clouds, speckle

WIDTH, HEIGHT = 640, 480  # px, VGA as ISO/IEC 19794-6 pictures usually are
IRIS_RADIUS = 120.0  # px at distance 1
_POLAR = (96, 768)  # rows from pupil to sclera, columns round the iris
_CORNER = 265.0  # px from the middle of the eye to either corner of the lids
_PUPIL, _SCLERA, _SKIN = 22.0, 196.0, 158.0
_GAZE_REACH = 70.0  # px the iris travels for a gaze of 1
GAZE_SINE = 1 / 3  # of the angle of a gaze of 1: the iris lies 1.75 of its radii before the middle of the ball


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
    shift: tuple[float, float] = (0.0, 0.0),
    tilt_deg: float = 0.0,
    dilation: float = 1.0,
    motion: tuple[float, float] = (0.0, 0.0),
    light: float = 1.0,
    sun: float = 0.0,
    glasses: float = 0.0,
    lens: float = 0.0,
) -> NDArray[np.uint8]:
    """The person's left or right eye: uint8, 480 x 640, never mirrored: a right eye has its nose at the right.

    `closed`, `glare`, `sun`, `glasses` and the printed `lens` 0..1 (half closed is 0.5); `blur` a standard deviation
    and `motion` a way to the right and down in px; `gaze` to the picture's right and down, 1 being 19 degrees;
    `distance` 1 gives an iris of 240 px and 2 one of 120 px; `shift` px from the middle; `tilt_deg` of the head,
    clockwise; `dilation` a factor of the pupil's radius; `light` a factor of brightness. About 30 ms.
    """
    sway = rng.uniform(-6, 6, 2).astype(np.float32) + np.array(shift, np.float32)
    x, y = _places(sway, distance, tilt_deg)
    nose = x if side == "right" else -x  # grows towards the nose
    upper, lower = _lids(nose, eye.openness, closed)
    bare = _step((y - upper) / 2) * _step((lower - y) / 2)
    middle = _GAZE_REACH * np.array(gaze, np.float32)
    away_x, away_y = x - middle[0], y - middle[1]
    ball = _ball(eye, rng, *_turned(away_x, away_y, gaze), dilation)
    if lens:
        ball = printed(ball, away_x, away_y, IRIS_RADIUS, lens)
    grey = bare * ball + (1 - bare) * _skin(eye, nose, y, upper)
    grey = _caruncle(grey, nose, y, bare) - bare * 45 * np.exp(-np.maximum(y - upper, 0) / 12)  # the lid's shadow
    hairs = cv2.remap(_lashes(eye, closed), nose + WIDTH / 2, y + HEIGHT / 2, cv2.INTER_LINEAR, borderValue=255.0)
    grey = cv2.min(grey, hairs.astype(np.float32))
    grey += lamps(rng, x - 0.7 * middle[0], y - 0.7 * middle[1], bare, glare)
    if glasses:
        grey = with_glasses(rng, grey, nose, y, glasses)
    if sun:
        grey = sunlit(rng, grey, sun)
    grey = shaken(grey * light, motion)
    if blur:
        grey = cv2.GaussianBlur(grey, (0, 0), blur)
    return np.clip(grey + 2.2 * speckle(rng, (HEIGHT, WIDTH)), 0, 255).astype(np.uint8)


def resting(rng: np.random.Generator, sun: float = 0.0) -> NDArray[np.uint8]:
    """What the camera sees while its lamps are off: uint8, 480 x 640; `sun` 0..1."""
    return at_rest(rng, (HEIGHT, WIDTH), sun)


def _places(middle: Plane, distance: float, tilt_deg: float) -> tuple[Plane, Plane]:
    """For every px of the picture: px right of and below the middle of the eye, at distance 1 and upright."""
    rows = np.arange(HEIGHT, dtype=np.float32)[:, None] - HEIGHT / 2 - middle[1]
    cols = np.arange(WIDTH, dtype=np.float32)[None, :] - WIDTH / 2 - middle[0]
    turn = np.float32(np.deg2rad(tilt_deg))
    right, below = np.cos(turn) * cols + np.sin(turn) * rows, np.cos(turn) * rows - np.sin(turn) * cols
    return np.asarray(right * distance, np.float32), np.asarray(below * distance, np.float32)


def _turned(x: Plane, y: Plane, gaze: tuple[float, float]) -> tuple[Plane, Plane]:
    """Places on an iris that looks aside, as if it faced us: what is seen aslant is foreshortened."""
    right, down = (float(part) for part in gaze)
    far = float(np.hypot(right, down))
    if not far:
        return x, y
    stretch = float(1 / np.sqrt(1 - min(far * GAZE_SINE, 0.9) ** 2) - 1)
    along = (x * right + y * down) * (stretch / far**2)
    return x + along * right, y + along * down


def _step(distance: Plane) -> Plane:
    return (1 / (1 + np.exp(np.clip(-4 * distance, -30, 30)))).astype(np.float32)


def _lids(nose: Plane, openness: float, closed: float) -> tuple[Plane, Plane]:
    """Height of the upper and lower lid over each px; they cross beyond the corners, where no eye is seen."""
    along = nose / _CORNER
    line, bow = 24 * along, 1 - along**2
    high, low = 112 * openness, 116 * openness
    upper = line - bow * (high * (1 - closed) - 0.75 * low * closed) * (1 + 0.1 * along)
    return upper, line + bow * low * (1 - 0.25 * closed)


def _ball(eye: Eye, rng: np.random.Generator, x: Plane, y: Plane, dilation: float) -> Plane:
    """Sclera, iris and pupil round the middle of the iris."""
    away, turn = cv2.cartToPolar(x, y)
    pupil = eye.pupil * IRIS_RADIUS * rng.uniform(0.95, 1.05) * dilation
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
