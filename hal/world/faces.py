"""Drawn heads and shoulders for the simulated camera: shaded enough for a face detector, plainly a drawing of nobody.

Measured on 100 seeds: the Haar frontal cascade and BlazeFace (short range) find exactly one face in each.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from hal.world import heads
from hal.world.drawing import Canvas, photograph
from hal.world.worn import Guise

WIDTH, HEIGHT = 960, 720  # px; eyes about 95 px apart, as ICAO asks of a portrait (90 or more)
RED, BLUE = (176, 40, 44), (30, 70, 170)  # the cloths of odd and of even years of birth
_CANVAS = (WIDTH, 900)  # taller than the picture, so that a figure moved up still has a chest
_UNIT = 108.0  # px of half a face's width
_MIDDLE = (WIDTH / 2, 290.0)  # between the eyes
_TURN, _NOSE = 0.55, 0.2  # units that cheeks and nose move when the head looks fully away
_AS_THEY_COME = Guise()


@dataclass(frozen=True, eq=False)
class Face:
    """One face for ever: `figure` is uint8, 900 x 960 x 4, RGB and cover, drawn looking straight ahead."""

    seed: int
    headscarf: bool
    figure: NDArray[np.uint8]


@dataclass(frozen=True)
class Scene:
    """Where a face stands: `shade` -1..1 darkens one side (positive: the picture's right), `clutter` 0..1 is how much
    hangs behind besides the cloth, `beside` is somebody else in the picture."""

    shade: float = 0.0
    clutter: float = 0.0
    beside: Face | None = None


_ALONE = Scene()


def face(seed: int, guise: Guise = _AS_THEY_COME) -> Face:
    """The face of this seed in this guise; about 0.2 s on one core, so keep it."""
    traits = heads.dressed(heads.traits(np.random.default_rng((seed, 0xFACE))), guise)
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
    nod: float = 0.0,
    size: float = 1.0,
    offset: tuple[float, float] = (0.0, 0.0),
    light: float = 1.0,
    cloth: tuple[int, int, int] = RED,
    scene: Scene = _ALONE,
) -> NDArray[np.uint8]:
    """One camera picture: uint8, 720 x 960 x 3 RGB, never mirrored; about 40 ms on one core.

    `blur` is a standard deviation in px, `roll_deg` leans the person clockwise, `look_away` -1..1 turns the head to the
    picture's right, `nod` -1..1 bows it, `size` 1 stands at the right distance, `offset` is px right and down, `light`
    1 is well lit, `cloth` the backdrop's RGB.
    """
    figure = _turned(face.figure, look_away, nod) if look_away or nod else face.figure
    hips = (_MIDDLE[0], _MIDDLE[1] + 2 * _UNIT)
    move = cv2.getRotationMatrix2D(hips, -roll_deg, size * float(rng.uniform(0.98, 1.02)))
    move[:, 2] += rng.uniform(-4, 4, 2) + offset
    figure = cv2.warpAffine(figure, move, (WIDTH, HEIGHT)).astype(np.uint8)
    if scene.beside is not None:
        figure = _behind(figure, scene.beside)
    taken = photograph(figure, rng, (WIDTH, HEIGHT), cloth, blur, light)
    if scene.clutter:
        taken = _cluttered(taken, figure[..., 3], scene.clutter, rng)
    return _shaded(taken, scene.shade) if scene.shade else taken


def nobody(rng: np.random.Generator, cloth: tuple[int, int, int] = RED) -> NDArray[np.uint8]:
    """The backdrop alone: uint8, 720 x 960 x 3 RGB."""
    return photograph(None, rng, (WIDTH, HEIGHT), cloth)


def _turned(figure: NDArray[np.uint8], look_away: float, nod: float) -> NDArray[np.uint8]:
    """The head turned: what stands nearest the camera moves farthest, the nose most of all."""
    width, height = _CANVAS
    rows, cols = np.mgrid[0:height, 0:width].astype(np.float32)
    x, y = (cols - _MIDDLE[0]) / _UNIT, (rows - _MIDDLE[1]) / _UNIT
    near = 0.5 + 0.5 * np.cos(np.pi * np.minimum(np.hypot(x / 1.7, (y - 0.1) / 2.1), 1))
    nose = np.exp(-(((x - _TURN * look_away) / 0.32) ** 2) - ((y - 0.45 - _TURN * nod) / 0.45) ** 2)
    far = np.float32(_UNIT) * (_TURN * near + _NOSE * nose)
    return cv2.remap(figure, cols - look_away * far, rows - nod * far, cv2.INTER_LINEAR).astype(np.uint8)


def _behind(figure: NDArray[np.uint8], other: Face) -> NDArray[np.uint8]:
    """Somebody else, a little smaller, at the picture's right."""
    move = np.array([[0.8, 0, 0.39 * WIDTH], [0, 0.8, 0.1 * HEIGHT]])
    back = cv2.warpAffine(other.figure, move, (WIDTH, HEIGHT)).astype(np.float32)
    share = figure[..., 3:].astype(np.float32) / 255
    mixed = figure[..., :3] * share + back[..., :3] * (1 - share)
    cover = 255 * (1 - (1 - share) * (1 - back[..., 3:] / 255))
    return np.concatenate([mixed, cover], axis=2).astype(np.uint8)


def _cluttered(
    taken: NDArray[np.uint8], cover: NDArray[np.uint8], clutter: float, rng: np.random.Generator
) -> NDArray[np.uint8]:
    """Boards of other colours behind the person."""
    boards = taken.copy()
    for _ in range(8):
        left, top = (int(rng.integers(0, end)) for end in (WIDTH - 60, HEIGHT - 60))
        corner = (left + int(rng.integers(60, 300)), top + int(rng.integers(60, 300)))
        cv2.rectangle(boards, (left, top), corner, rng.integers(0, 256, 3).tolist(), cv2.FILLED)
    share = clutter * (1 - cover[..., None].astype(np.float32) / 255)
    return (taken * (1 - share) + boards * share).astype(np.uint8)


def _shaded(taken: NDArray[np.uint8], shade: float) -> NDArray[np.uint8]:
    """Light from one side: the other side of the face keeps 1 - |shade| of it."""
    across = (np.arange(WIDTH, dtype=np.float32) - _MIDDLE[0]) / _UNIT * np.sign(shade)
    dark = 0.5 + 0.5 * np.tanh(2 * across)
    return (taken * (1 - abs(shade) * dark)[:, None]).astype(np.uint8)
