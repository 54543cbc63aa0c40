"""Finds pupil and iris in a picture of one eye: Daugman's integro-differential search, first coarse, then fine."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from kiosk.imaging.picture import Pixels, scaled

COARSE_SIDE = 64  # pixels of the long side in the first, exhaustive search
FINE_SIDE = 320  # of the second, around what the first found
IRIS_RADII = (0.09, 0.31)  # of the long side: 115 to 397 pixels across in a picture of 640
PUPIL_RATIOS = (0.2, 0.7)  # pupil to iris; ISO/IEC 29794-6 asks for the same range
LEAST_PUPIL = 2  # pixels of radius in the first search
LEAST_STEP = 4.0  # grey levels across each border
CLEAR_STEP = 30.0  # across the iris's border: more adds nothing, since lettering and frames are steeper than eyes
ANGLES = 64
LATERAL = np.abs(np.sin(np.arange(ANGLES) * 2 * np.pi / ANGLES)) <= 0.6  # the sides, which lids leave free

Floats: TypeAlias = NDArray[np.float32]
Ints: TypeAlias = NDArray[np.int64]
Mask: TypeAlias = NDArray[np.bool_]
Part: TypeAlias = Callable[[Ints, Ints], Mask]  # which offsets (y, x) of a ring belong to it


@dataclass(frozen=True)
class Eye:
    """Pupil and iris as two circles around one centre, in pixels of the picture that was searched."""

    x: float
    y: float
    pupil: float
    iris: float

    def scaled(self, factor: float) -> "Eye":
        """The same eye in a picture resized by `factor`."""
        x, y = (self.x + 0.5) * factor - 0.5, (self.y + 0.5) * factor - 0.5
        return Eye(x, y, self.pupil * factor, self.iris * factor)


def find(picture: Pixels) -> Eye | None:
    """The most eye-like pair of circles to about one pixel in 320, None where nothing looks like an eye."""
    eye = find_coarse(picture)
    if eye is None:
        return None
    factor = min(FINE_SIDE / max(picture.shape), 1.0)
    fine = scaled(picture, factor)
    pupil = _refined(fine, eye.scaled(factor), of_iris=False)
    both = _refined(fine, pupil, of_iris=True)
    return both.scaled(1 / factor)


def find_coarse(picture: Pixels) -> Eye | None:
    """As `find`, to about one pixel in 64, in a fraction of its time."""
    factor = COARSE_SIDE / max(picture.shape)
    small = scaled(picture, factor)
    if min(small.shape) < 2 * IRIS_RADII[0] * COARSE_SIDE:
        return None
    without_glare = cv2.morphologyEx(small, cv2.MORPH_OPEN, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (3, 3)))
    return _best(np.asarray(without_glare, dtype=np.float32), factor)


def _best(plane: Floats, factor: float) -> Eye | None:
    """Exhaustive search: for every centre and iris radius, the steps of brightness across iris and best pupil."""
    pupils = _pupil_steps(plane)
    radii = range(round(IRIS_RADII[0] * COARSE_SIDE), round(IRIS_RADII[1] * COARSE_SIDE) + 1)
    sides = np.minimum(_steps(_means(plane, radii, _left)), _steps(_means(plane, radii, _right)))
    best, found = 0.0, None
    for radius, side in zip(radii, sides, strict=True):
        low, high = (int(radius * ratio) - LEAST_PUPIL for ratio in PUPIL_RATIOS)
        pupil = pupils[max(low, 0) : high + 1].max(axis=0)
        score = np.where(side >= LEAST_STEP, np.minimum(side, CLEAR_STEP) * radius + pupil, 0.0)
        y, x = (int(at) for at in np.unravel_index(score.argmax(), score.shape))
        if score[y, x] > best:
            best = float(score[y, x])
            inner = LEAST_PUPIL + max(low, 0) + int(pupils[max(low, 0) : high + 1, y, x].argmax())
            found = Eye(float(x), float(y), float(inner), float(radius))
    return found.scaled(1 / factor) if found else None


def _pupil_steps(plane: Floats) -> Floats:
    """For each pupil radius and centre: the step of brightness at its border less the unevenness of its inside."""
    radii = range(LEAST_PUPIL, round(IRIS_RADII[1] * COARSE_SIDE * PUPIL_RATIOS[1]) + 1)
    step = _steps(_means(plane, radii, _whole))
    discs = [_disc(radius) for radius in radii]
    mean = _filtered(plane, discs)
    uneven = np.sqrt(np.maximum(_filtered(plane * plane, discs) - mean * mean, 0.0))
    clear = np.where(step >= LEAST_STEP, step - uneven, -np.inf)
    return clear * np.arange(radii.start, radii.stop, dtype=np.float32)[:, None, None]


def _steps(means: Floats) -> Floats:
    """Mean brightness just outside each circle minus just inside it."""
    return means[2:] - means[:-2]


def _means(plane: Floats, radii: range, part: Part) -> Floats:
    """Mean brightness along a part of the circle around every pixel, for one radius less to one radius more."""
    return _filtered(plane, [_ring(radius, part) for radius in range(radii.start - 1, radii.stop + 1)])


def _filtered(plane: Floats, kernels: list[Floats]) -> Floats:
    filtered = [cv2.filter2D(plane, cv2.CV_32F, kernel, borderType=cv2.BORDER_REPLICATE) for kernel in kernels]
    return np.asarray(filtered, dtype=np.float32)


def _ring(radius: int, part: Part) -> Floats:
    y, x = np.mgrid[-radius : radius + 1, -radius : radius + 1]
    ring = (np.abs(np.hypot(y, x) - radius) < 0.6) & part(y, x)
    return (ring / ring.sum()).astype(np.float32)


def _disc(radius: int) -> Floats:
    y, x = np.mgrid[-radius : radius + 1, -radius : radius + 1]
    disc = np.hypot(y, x) <= radius - 0.5
    return (disc / disc.sum()).astype(np.float32)


def _whole(y: Ints, x: Ints) -> Mask:
    return np.ones(y.shape, dtype=np.bool_)


def _left(y: Ints, x: Ints) -> Mask:
    return (x < 0) & (np.abs(y) <= 0.6 * np.hypot(y, x))


def _right(y: Ints, x: Ints) -> Mask:
    return (x > 0) & (np.abs(y) <= 0.6 * np.hypot(y, x))


def _refined(plane: Pixels, eye: Eye, of_iris: bool) -> Eye:
    """One border again, by polar profiles around the centres nearby."""
    rough = eye.iris if of_iris else eye.pupil
    low, high = rough * 0.8 - 2, rough * 1.2 + 2
    reach = (2, 1) if of_iris else (4, 4)
    best, found = -np.inf, eye
    for dy in range(-reach[1], reach[1] + 1):
        for dx in range(-reach[0], reach[0] + 1):
            steps = _profile(plane, eye.x + dx, eye.y + dy, high, of_iris)
            first = max(int(low), 1)
            at = first + int(steps[first:].argmax()) if steps.size > first else 0
            if at and steps[at] > best:
                best, found = float(steps[at]), _with(eye, dx, dy, at + 0.5, of_iris)
    return found


def _profile(plane: Pixels, x: float, y: float, radius: float, of_iris: bool) -> Floats:
    """Step of brightness at each radius around a centre, smoothed over three pixels."""
    size = int(radius) + 3
    polar = cv2.warpPolar(plane, (size, ANGLES), (x, y), size, cv2.INTER_LINEAR | cv2.WARP_FILL_OUTLIERS)
    rows = polar[LATERAL] if of_iris else polar
    return np.convolve(np.diff(rows.mean(axis=0)), (0.25, 0.5, 0.25), mode="same").astype(np.float32)[:-1]


def _with(eye: Eye, dx: int, dy: int, radius: float, of_iris: bool) -> Eye:
    """A refined iris keeps the pupil's centre: the circles need not be concentric, but one centre is what we tell."""
    if of_iris:
        return Eye(eye.x, eye.y, eye.pupil, radius)
    return Eye(eye.x + dx, eye.y + dy, radius, eye.iris)
