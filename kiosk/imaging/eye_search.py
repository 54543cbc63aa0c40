"""Finds pupil and iris in a picture of one eye: Daugman's integro-differential search over all places and sizes, coarse
and in three scales; `eye_outline` then fits both borders around the likeliest."""

from collections.abc import Callable, Iterator
from functools import cache
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from kiosk.imaging.eye_outline import Eye, Floats, Mask, darkest, fitted, softened
from kiosk.imaging.picture import Pixels, scaled

FINE_SIDE = 320  # pixels of the long side in which the borders are fitted
# and in which they are sought, the likeliest first, each for irises of another size, and how many places are tried in
# each: no good drawn eye was found at the second of the others, of half-closed, cut and dilated ones 8 of 48
COARSE_SIDES = {48: 2, 24: 1, 80: 1}
IRIS_RADII = range(4, 11)  # pixels there: 64 to 533 pixels across in a picture of 640
PUPIL_RATIOS = (0.15, 0.85)  # pupil to iris; ISO/IEC 29794-6 asks for 0.2 to 0.7, more must be seen to be told
PUPIL_RADII = range(1, 9)
LEAST_STEP = 2.0  # grey levels across each border
CLEAR_STEP = 30.0  # across the iris's border: more adds nothing, since lettering and frames are steeper than eyes
CERTAIN = 2.52  # likeness from which no other place is tried: open eyes from 2.55, wrong places up to 2.47
USUAL_PUPIL = 0.6  # of the iris: wider, a ring within the iris may have been taken for it
SIZE_COUNTS, WORTHY = 0.5, 45.0  # of likeness, lost by irises below 45 pixels of radius: lashes are full of small ones
BURNT = 245  # grey levels from which a lamp's reflection is taken for one
HALO_FROM = 0.004  # of the picture: reflections from that size on have a glow around them,
HALO = 11  # pixels across in a picture of 320
LARGEST_GLARE = 0.06  # of the picture: larger is skin or sky

Ints: TypeAlias = NDArray[np.int64]
Part: TypeAlias = Callable[[Ints, Ints], Mask]  # which offsets (y, x) of a ring belong to it


def find(picture: Pixels) -> Eye | None:
    """The most eye-like pair of circles to about one pixel in 320, None where nothing looks like an eye."""
    factor = min(FINE_SIDE / max(picture.shape), 1.0)
    fine = scaled(picture, factor)
    burnt = reflections(fine)
    plane, eyes = softened(fine, burnt), []
    black = darkest(plane)
    for place in _places(fine, burnt):
        if eye := fitted(plane, black, place):
            eyes.append(eye)
            if eye.likeness >= CERTAIN and eye.pupil <= USUAL_PUPIL * eye.iris:
                break
    best = max(eyes, key=lambda eye: eye.likeness + SIZE_COUNTS * min(eye.iris / WORTHY, 1.0), default=None)
    return best.scaled(1 / factor) if best else None


def reflections(picture: Pixels) -> Mask:
    """Where lamps, glass or wet skin reflect: burnt spots, not as large as skin nor joined to the picture's edge."""
    burnt = (picture >= BURNT).astype(np.uint8)
    spots, labels, stats, _ = cv2.connectedComponentsWithStats(burnt)
    height, width = picture.shape
    left, top, wide, high, area = (stats[:, column] for column in range(5))
    inside = (left > 0) & (top > 0) & (left + wide < width) & (top + high < height)
    chosen = inside & (area <= LARGEST_GLARE * picture.size) & (np.arange(spots) > 0)
    glowing = chosen & (area >= HALO_FROM * picture.size)
    if not chosen.any():
        return np.zeros(picture.shape, dtype=np.bool_)
    lamps = cv2.dilate(chosen[labels].astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    if not glowing.any():
        return np.asarray(lamps)
    windows = cv2.dilate(glowing[labels].astype(np.uint8), np.ones((HALO, HALO), np.uint8)) > 0
    return np.asarray(lamps | windows)


def _places(picture: Pixels, burnt: Mask) -> Iterator[Eye]:
    """The best pairs of circles of every scale, to about a tenth of their size."""
    spots = burnt.astype(np.uint8) * 255
    for side, places in COARSE_SIDES.items():
        factor = side / max(picture.shape)
        small, hidden = scaled(picture, factor), scaled(spots, factor) > 100
        if min(small.shape) < 2 * IRIS_RADII.start:
            continue
        if hidden.any():
            small = np.asarray(cv2.inpaint(small, hidden.astype(np.uint8), 2, cv2.INPAINT_TELEA), dtype=np.uint8)
        without_lamps = cv2.morphologyEx(small, cv2.MORPH_OPEN, cv2.getStructuringElement(cv2.MORPH_CROSS, (3, 3)))
        for place in _best(np.asarray(without_lamps, dtype=np.float32), places):
            yield place.scaled(1 / factor)


def _best(plane: Floats, places: int) -> Iterator[Eye]:
    """Exhaustive search: for every centre and iris radius, the steps of brightness across iris and best pupil."""
    pupils, sides = _pupil_steps(plane), _side_steps(plane)
    scores, inner = np.zeros_like(sides), np.zeros(sides.shape, dtype=np.int64)
    for at, radius in enumerate(IRIS_RADII):
        low, high = (max(round(radius * ratio) - PUPIL_RADII.start, 0) for ratio in PUPIL_RATIOS)
        of_pupil = pupils[low : high + 1]
        score = np.minimum(sides[at], CLEAR_STEP) * radius + of_pupil.max(axis=0)
        scores[at] = np.where(sides[at] >= LEAST_STEP, score, 0.0)
        inner[at] = PUPIL_RADII.start + low + of_pupil.argmax(axis=0)
    for _ in range(places):
        at, y, x = (int(where) for where in np.unravel_index(scores.argmax(), scores.shape))
        if scores[at, y, x] <= 0:
            return
        radius = IRIS_RADII[at]
        yield Eye(x, y, float(inner[at, y, x]), x, y, radius)
        scores[:, max(y - 2, 0) : y + 3, max(x - 2, 0) : x + 3] = 0.0


def _pupil_steps(plane: Floats) -> Floats:
    """For each pupil radius and centre: the step of brightness at its border less the unevenness of its inside."""
    step = _steps(_filtered(plane, _rings(PUPIL_RADII, _whole)))
    mean = _filtered(plane, _discs())
    uneven = np.sqrt(np.maximum(_filtered(plane * plane, _discs()) - mean * mean, 0.0))
    clear = np.where(step >= LEAST_STEP, step - uneven, -np.inf)
    return clear * np.asarray(PUPIL_RADII, dtype=np.float32)[:, None, None]


def _side_steps(plane: Floats) -> Floats:
    """For each iris radius and centre: the lesser of the steps at its left and right border."""
    left, right = (_steps(_filtered(plane, _rings(IRIS_RADII, part))) for part in (_left, _right))
    return np.minimum(left, right)


def _steps(means: Floats) -> Floats:
    """Mean brightness just outside each circle minus just inside it."""
    return means[2:] - means[:-2]


def _filtered(plane: Floats, kernels: tuple[Floats, ...]) -> Floats:
    filtered = [cv2.filter2D(plane, cv2.CV_32F, kernel, borderType=cv2.BORDER_REPLICATE) for kernel in kernels]
    return np.asarray(filtered, dtype=np.float32)


@cache
def _rings(radii: range, part: Part) -> tuple[Floats, ...]:
    """A part of a circle for every radius, one less and one more."""
    return tuple(_ring(radius, part) for radius in range(radii.start - 1, radii.stop + 1))


@cache
def _discs() -> tuple[Floats, ...]:
    return tuple(_disc(radius) for radius in PUPIL_RADII)


def _ring(radius: int, part: Part) -> Floats:
    y, x = np.mgrid[-radius : radius + 1, -radius : radius + 1]
    ring = (np.abs(np.hypot(y, x) - radius) < 0.6) & part(y, x)
    return (ring / ring.sum()).astype(np.float32)


def _disc(radius: int) -> Floats:
    y, x = np.mgrid[-radius : radius + 1, -radius : radius + 1]
    disc = np.hypot(y, x) <= max(radius - 0.5, 0.5)
    return (disc / disc.sum()).astype(np.float32)


def _whole(y: Ints, x: Ints) -> Mask:
    return np.ones(y.shape, dtype=np.bool_)


def _left(y: Ints, x: Ints) -> Mask:
    return (x < 0) & (np.abs(y) <= 0.6 * np.hypot(y, x))


def _right(y: Ints, x: Ints) -> Mask:
    return (x > 0) & (np.abs(y) <= 0.6 * np.hypot(y, x))
