"""Fits the borders of pupil and iris around a rough place: along every direction the steepest rise of brightness, and
the circle on which most of them lie, so that lids and glare may hide the rest."""

from dataclasses import dataclass, field, replace
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from kiosk.imaging.picture import Pixels

Floats: TypeAlias = NDArray[np.float32]
Mask: TypeAlias = NDArray[np.bool_]
Points: TypeAlias = NDArray[np.float64]

ANGLES = 64
_TURN = np.arange(ANGLES) * 2 * np.pi / ANGLES  # clockwise from the picture's right
LATERAL = np.abs(np.sin(_TURN)) <= 0.6  # the sides, which lids leave free
_FREE = np.sin(_TURN) >= -0.8  # where the iris's border is sought: everywhere but under the upper lid
PUPIL_SHIFT, IRIS_SHIFT = (
    0.5,
    0.2,
)  # radii from a rough centre to the fitted one; pupil and iris nearly share theirs
SIDE_WEIGHT = 2.0  # of points at the sides, where the iris's border is its own and not a lid's
ROUNDS = 2  # the fit is repeated around what it found
TRIALS = 64  # circles through three points each: with half of the points on the border, one in 8 is right
_TRIPLES = np.random.default_rng(0).random((TRIALS, 3))  # the same for every picture, so that each is judged alike
_TRIPLES.flags.writeable = False
SWALLOWED_COUNTS = 2.4  # of its limbus: how an eye without a pupil compares with others, whose likeness ends at 3
LEAST_LIMBUS = 0.2  # of its directions: less is no iris, nor worth a second round
CLEAR_LIMBUS = 0.6  # an iris whose border is seen so well is one even where glare swallows the pupil
CLEAR_INSIDE = 0.9  # and so dark inside
CLEAR_OUTLINE = 0.75  # a pupil whose border is seen so well need not be sought anew
TOLERANCE = 0.05  # of the radius, at least one and a half pixels: a point that near lies on the circle
DARK_IRIS = 0.15  # of the step from a pupil to what is round its iris: real 0.45, drawn 0.5, a pupil alone 0.1
LEAST_RISE = 3.0  # grey levels over three pixels: less is no border
LEAST_POINTS = 10  # of 64 directions


@dataclass(frozen=True)
class Eye:
    """Pupil and iris as a circle each, in pixels of the picture that was searched; a pupil of 0 was not to be seen.

    `outline` 0..1 of the pupil's directions that end on its circle, `limbus` of those in which the iris's is sought,
    `depth` 0..1 how near the pupil comes to the darkest of the picture; `rim` the points (x, y) on the pupil's circle.
    """

    x: float
    y: float
    pupil: float
    iris_x: float
    iris_y: float
    iris: float
    outline: float = 0.0
    limbus: float = 0.0
    depth: float = 0.0
    rim: Points = field(default_factory=lambda: np.empty((0, 2)), compare=False, repr=False)

    @property
    def likeness(self) -> float:
        """How well both borders were seen, to choose among several."""
        if not self.pupil:
            return SWALLOWED_COUNTS * self.limbus
        return self.outline + self.limbus + self.depth

    def scaled(self, factor: float) -> "Eye":
        """The same eye in a picture resized by `factor`."""
        x, y, iris_x, iris_y = ((at + 0.5) * factor - 0.5 for at in (self.x, self.y, self.iris_x, self.iris_y))
        rim = (self.rim + 0.5) * factor - 0.5
        return Eye(
            x, y, self.pupil * factor, iris_x, iris_y, self.iris * factor, self.outline, self.limbus, self.depth, rim
        )


@dataclass(frozen=True)
class _Circle:
    x: float
    y: float
    radius: float
    share: float
    points: Points


def softened(picture: Pixels, hidden: Mask) -> Floats:
    """The picture in which borders are followed; `hidden` pixels say nothing and become NaN."""
    plane = cv2.GaussianBlur(picture, (0, 0), 1.0).astype(np.float32)
    plane[hidden] = np.nan
    return plane


def darkest(plane: Floats) -> float:
    """The grey level of the darkest hundredth of a softened picture, 0 where all of it is hidden."""
    some = plane[::4, ::4]
    seen = some[~np.isnan(some)]
    return float(np.percentile(seen, 1)) if seen.size else 0.0


def fitted(plane: Floats, black: float, rough: Eye) -> Eye | None:
    """The eye near `rough` in a softened picture, `black` its darkest; None where either border is not to be seen."""
    everywhere = np.ones(ANGLES, dtype=np.bool_)
    pupil = _followed(plane, (rough.x, rough.y, rough.pupil), (0.55, 1.6), everywhere, PUPIL_SHIFT)
    x, y = (pupil.x, pupil.y) if pupil else (rough.x, rough.y)
    iris = _followed(plane, (x, y, rough.iris), (0.75, 1.3), _FREE, IRIS_SHIFT)
    if iris is None:
        return None
    if _is_pupil(plane, iris):
        wider = _followed(plane, (iris.x, iris.y, 2 * iris.radius), (0.6, 1.7), _FREE, IRIS_SHIFT)
        return _eye(plane, black, iris, wider) if wider and _inside(iris, wider) else None
    if pupil and _is_clear(plane, pupil, iris):
        return _eye(plane, black, pupil, iris)
    pupils = [one for one in (pupil, _darkest(plane, iris, everywhere)) if one]
    inner = [one for one in pupils if _inside(one, iris)]
    if not inner:
        return _swallowed(plane, black, pupils, iris)
    return _eye(plane, black, max(inner, key=lambda one: one.share * _darkness(plane, one, iris)), iris)


def _is_clear(plane: Floats, pupil: _Circle, iris: _Circle) -> bool:
    seen = pupil.share >= CLEAR_OUTLINE and _inside(pupil, iris)
    return seen and _darkness(plane, pupil, iris) >= CLEAR_INSIDE


def _is_pupil(plane: Floats, iris: _Circle) -> bool:
    """Whether what was taken for an iris is as dark at its border as in its middle, against what lies round it."""
    *middle, inside, outside = (_level(plane, iris.x, iris.y, share * iris.radius) for share in (0.1, 0.3, 0.9, 1.15))
    return iris.share >= CLEAR_LIMBUS and inside - min(middle) < DARK_IRIS * (outside - min(middle))


def _darkness(plane: Floats, pupil: _Circle, iris: _Circle) -> float:
    """Share of a pupil's inside that is nearer to its darkest than to the iris round it."""
    radii = np.array([0.3, 0.6, 0.85], dtype=np.float32) * pupil.radius
    inside = _along(plane, pupil.x, pupil.y, radii)
    outside = np.nanmedian(_along(plane, iris.x, iris.y, np.array([0.5 * (pupil.radius + iris.radius)])))
    seen = inside[~np.isnan(inside)]
    if seen.size < ANGLES:
        return 0.5
    return float((seen < 0.5 * (np.percentile(seen, 10) + outside)).mean())


def _swallowed(plane: Floats, black: float, pupils: list[_Circle], iris: _Circle) -> Eye | None:
    """The eye whose wide pupil was taken for an iris, or whose pupil glare has swallowed."""
    for pupil in pupils:
        if pupil.share >= CLEAR_OUTLINE:
            wider = _followed(plane, (pupil.x, pupil.y, 1.35 * pupil.radius), (0.85, 1.4), _FREE, IRIS_SHIFT)
            if wider and _inside(pupil, wider):
                return _eye(plane, black, pupil, wider)
    if iris.share < CLEAR_LIMBUS:
        return None
    return Eye(iris.x, iris.y, 0.0, iris.x, iris.y, iris.radius, 0.0, iris.share)


def _eye(plane: Floats, black: float, pupil: _Circle, iris: _Circle) -> Eye:
    shares = pupil.share, iris.share, _depth(plane, black, pupil, iris)
    return Eye(pupil.x, pupil.y, pupil.radius, iris.x, iris.y, iris.radius, *shares, pupil.points)


def _depth(plane: Floats, black: float, pupil: _Circle, iris: _Circle) -> float:
    """1 where the pupil is as dark as anything in the picture, 0 where it is as light as the iris round it."""
    inner, outer = (
        _level(plane, pupil.x, pupil.y, at) for at in (0.6 * pupil.radius, 0.5 * (pupil.radius + iris.radius))
    )
    return float(np.clip((outer - inner) / max(outer - black, 1.0), 0, 1))


def _level(plane: Floats, x: float, y: float, radius: float) -> float:
    """The median along a circle."""
    around = _along(plane, x, y, np.array([radius]))
    seen = around[~np.isnan(around)]
    return float(np.median(seen)) if seen.size else 0.0


def _along(plane: Floats, x: float, y: float, radii: Floats) -> Floats:
    """Grey levels on circles, the picture's edge going on for ever."""
    rows = np.clip(np.rint(y + np.sin(_TURN)[:, None] * radii), 0, plane.shape[0] - 1).astype(np.int64)
    columns = np.clip(np.rint(x + np.cos(_TURN)[:, None] * radii), 0, plane.shape[1] - 1).astype(np.int64)
    return plane[rows, columns]


def _inside(pupil: _Circle, iris: _Circle) -> bool:
    apart = np.hypot(pupil.x - iris.x, pupil.y - iris.y)
    return bool(pupil.radius < 0.9 * iris.radius and apart < 0.3 * iris.radius)


def _darkest(plane: Floats, iris: _Circle, everywhere: Mask) -> _Circle | None:
    """The pupil sought anew from the dark within the iris, which glare may have split or lids cut."""
    reach = int(0.8 * iris.radius)
    top, left = max(round(iris.y) - reach, 0), max(round(iris.x) - reach, 0)
    inner = plane[top : round(iris.y) + reach + 1, left : round(iris.x) + reach + 1]
    seen = inner[~np.isnan(inner)]
    if seen.size < 50:
        return None
    dark, bright = np.percentile(seen, (4, 70))
    with np.errstate(invalid="ignore"):
        spots = (inner < 0.6 * dark + 0.4 * bright).astype(np.uint8)
    count, _, stats, centres = cv2.connectedComponentsWithStats(spots)
    if count < 2:
        return None
    largest = 1 + int(stats[1:, cv2.CC_STAT_AREA].argmax())
    radius = float(np.sqrt(stats[largest, cv2.CC_STAT_AREA] / np.pi))
    x, y = centres[largest]
    radius = min(max(radius, 2.0), 0.8 * iris.radius)
    span = 0.7, min(1.9, 0.85 * iris.radius / radius)  # short of the iris's own border, which may be the steeper
    return _followed(plane, (left + float(x), top + float(y), radius), span, everywhere, PUPIL_SHIFT)


def _followed(
    plane: Floats, start: tuple[float, float, float], span: tuple[float, float], where: Mask, shift: float
) -> _Circle | None:
    """The circle (x, y, radius) near `start`, its radius within `span` and its centre within `shift` of that radius."""
    found = None
    for _ in range(ROUNDS):
        x, y, radius = (found.x, found.y, found.radius) if found else start
        points, rises = _rises(plane, x, y, (radius * span[0] - 1, radius * span[1] + 2))
        seen = where & (rises >= LEAST_RISE)
        weights = np.minimum(rises, 2 * np.median(rises[seen]) if seen.any() else 0.0)
        weights = np.where(LATERAL & (where is _FREE), SIDE_WEIGHT, 1.0) * weights
        circle = _through(points[seen], weights[seen], (x, y, radius), span, shift)
        if circle is None:
            return found
        found = replace(circle, share=len(circle.points) / float(where.sum()))
        if found.share < LEAST_LIMBUS:
            return found
        span = (max(span[0], 0.8), min(span[1], 1.25))
    return found


def _rises(plane: Floats, x: float, y: float, reach: tuple[float, float]) -> tuple[Points, Floats]:
    """In every direction the place (x, y) of the steepest rise between two radii, and the rise over three pixels."""
    radii = np.arange(max(reach[0], 1.0) - 1.5, reach[1] + 1.5, dtype=np.float32)
    cosine, sine = np.cos(_TURN)[:, None], np.sin(_TURN)[:, None]
    across = cv2.remap(
        plane,
        (x + cosine * radii).astype(np.float32),
        (y + sine * radii).astype(np.float32),
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=float("nan"),
    )
    slopes = np.nan_to_num(across[:, 3:] - across[:, :-3], nan=0.0)
    at = slopes.argmax(axis=1)
    radius = radii[at].astype(np.float64) + 1.5
    points = np.stack([x + np.cos(_TURN) * radius, y + np.sin(_TURN) * radius], axis=1)
    return points, slopes[np.arange(ANGLES), at].astype(np.float32)


def _through(
    points: Points, weights: Floats, near: tuple[float, float, float], span: tuple[float, float], shift: float
) -> _Circle | None:
    """The circle near a rough one on which the most weight lies; least squares over the points on it."""
    if len(points) < LEAST_POINTS:
        return None
    circles = _circles(points[(_TRIPLES * len(points)).astype(np.int64)])
    x, y, radius = near
    fits = (circles[:, 2] >= span[0] * radius) & (circles[:, 2] <= span[1] * radius)
    fits &= np.hypot(circles[:, 0] - x, circles[:, 1] - y) <= shift * radius
    if not fits.any():
        return None
    circles = circles[fits]
    best = circles[(_on(points, circles) * weights).sum(axis=1).argmax()]
    for _ in range(2):
        chosen = points[_on(points, best[None])[0]]
        if len(chosen) < LEAST_POINTS:
            return None
        best = _least_squares(chosen)
    return _Circle(float(best[0]), float(best[1]), float(best[2]), 0.0, points[_on(points, best[None])[0]])


def _on(points: Points, circles: Points) -> Mask:
    across, down = points[None, :, 0] - circles[:, None, 0], points[None, :, 1] - circles[:, None, 1]
    away = np.sqrt(across * across + down * down)  # np.hypot takes five times as long
    return np.asarray(np.abs(away - circles[:, None, 2]) <= np.maximum(TOLERANCE * circles[:, None, 2], 1.5))


def _circles(triples: Points) -> Points:
    """Centre and radius through three points each; radius 0 where they lie on a line."""
    a, b, c = triples[:, 0], triples[:, 1], triples[:, 2]
    one, two = b - a, c - a
    cross = 2 * (one[:, 0] * two[:, 1] - one[:, 1] * two[:, 0])
    safe = np.where(np.abs(cross) < 1e-6, np.inf, cross)
    far_one, far_two = (one**2).sum(axis=1), (two**2).sum(axis=1)
    x = (two[:, 1] * far_one - one[:, 1] * far_two) / safe
    y = (one[:, 0] * far_two - two[:, 0] * far_one) / safe
    return np.stack([a[:, 0] + x, a[:, 1] + y, np.hypot(x, y)], axis=1)


def _least_squares(points: Points) -> Points:
    """Kåsa's fit: the circle whose equation the points miss least."""
    middle = points.mean(axis=0)
    centred = points - middle
    sides = np.column_stack([2 * centred, np.ones(len(points))])
    try:
        x, y, rest = np.linalg.solve(sides.T @ sides, sides.T @ (centred**2).sum(axis=1))
    except np.linalg.LinAlgError:  # all on one line
        return np.zeros(3)
    return np.array([middle[0] + x, middle[1] + y, np.sqrt(max(rest + x * x + y * y, 0.0))])
