"""What a person can do, and which device is missing, drawn for people who do not read: shapes in a square of 1 x 1,
from its lower left. No Kivy here. Colour never speaks alone."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import cos, pi, sin

from kiosk.core.judgement import Hint
from kiosk.ui import theme

WATER = "#1F6FB5"
GLASS = "#8FA3B0"
Point = tuple[float, float]


@dataclass(frozen=True)
class Stroke:
    """A line with round ends through these points."""

    points: tuple[Point, ...]
    width: float = 0.05
    colour: str = theme.INK


@dataclass(frozen=True)
class Disc:
    """A filled circle."""

    at: Point
    radius: float
    colour: str = theme.INK


Shape = Stroke | Disc
Shapes = tuple[Shape, ...]


def _line(*points: Point, width: float = 0.05, colour: str = theme.INK) -> Shapes:
    return (Stroke(points, width, colour),)


def _arrow(start: Point, end: Point, colour: str = theme.LIT) -> Shapes:
    (x0, y0), (x1, y1) = start, end
    length = max(((x1 - x0) ** 2 + (y1 - y0) ** 2) ** 0.5, 1e-6)
    along = ((x1 - x0) / length * 0.11, (y1 - y0) / length * 0.11)
    left = (x1 - along[0] - along[1], y1 - along[1] + along[0])
    right = (x1 - along[0] + along[1], y1 - along[1] - along[0])
    return tuple(
        Stroke(points, width, tone)
        for width, tone in ((0.105, theme.INK), (0.06, colour))
        for points in ((start, end), (left, end, right))
    )


def _arc(at: Point, radius: float, first: float, last: float, width: float = 0.045, flat: float = 1.0) -> Shapes:
    turns = [pi * (first + (last - first) * n / 16) for n in range(17)]
    return _line(*((at[0] + radius * cos(t), at[1] + flat * radius * sin(t)) for t in turns), width=width)


def _ring(at: Point, radius: float, width: float = 0.045) -> Shapes:
    return _arc(at, radius, 0, 2, width)


def _finger(x: float = 0.5, tip: float = 0.36, width: float = 0.2) -> Shapes:
    """From above, its tip down."""
    ends = ((x, 0.9), (x, tip))
    nail = _line((x, tip + 0.02), (x, tip + 0.06), width=width * 0.5, colour="#F9EDE1")
    return (Stroke(ends, width + 0.05), Stroke(ends, width, theme.SKIN), *nail)


def _glass(level: float = 0.2) -> Shapes:
    return (Stroke(((0.12, level), (0.88, level)), 0.11), Stroke(((0.12, level), (0.88, level)), 0.06, GLASS))


def _drop(at: Point, size: float = 0.1) -> Shapes:
    x, y = at
    top = (x, y + 2.3 * size)
    flanks = _line((x - 0.72 * size, y + 0.6 * size), top, (x + 0.72 * size, y + 0.6 * size), width=0.05, colour=WATER)
    return (*flanks, Disc(at, size, WATER), Disc((x, y + 0.8 * size), 0.6 * size, WATER))


def _eye(at: Point = (0.5, 0.5), size: float = 0.38, opened: float = 0.62) -> Shapes:
    lids = (*_arc(at, size, 0, 1, flat=opened), *_arc(at, size, 1, 2, flat=opened))
    iris = (Disc(at, 0.46 * size * min(opened * 1.6, 1), WATER), Disc(at, 0.2 * size)) if opened > 0.1 else ()
    return (*iris, *lids)


def _face(at: Point = (0.5, 0.5), size: float = 0.32, mouth: bool = True) -> Shapes:
    x, y = at
    head = (Disc(at, size + 0.03), Disc(at, size, theme.SKIN))
    eyes = (Disc((x - 0.38 * size, y + 0.2 * size), 0.12 * size), Disc((x + 0.38 * size, y + 0.2 * size), 0.12 * size))
    smile = _line((x - 0.32 * size, y - 0.42 * size), (x + 0.32 * size, y - 0.42 * size), width=0.04) if mouth else ()
    return (*head, *eyes, *smile)


def _hand(x: float, thumb: float, colour: str = theme.SKIN) -> Shapes:
    """A palm with four fingers; its thumb at the side that `thumb` says."""
    lines = [((x + 0.07 * n, 0.42), (x + 0.07 * n, 0.78)) for n in (-1.5, -0.5, 0.5, 1.5)]
    lines += [((x, 0.34), (x, 0.42)), ((x + 0.09 * thumb, 0.36), (x + 0.21 * thumb, 0.52))]
    widths = (0.055, 0.055, 0.055, 0.055, 0.24, 0.06)
    return tuple(
        Stroke(line, width + grown, tone)
        for grown, tone in ((0.045, theme.INK), (0.0, colour))
        for line, width in zip(lines, widths, strict=True)
    )


def _cross(at: Point, size: float = 0.13) -> Shapes:
    x, y = at
    strokes = (((x - size, y - size), (x + size, y + size)), ((x - size, y + size), (x + size, y - size)))
    tones = ((0.12, theme.PAPER), (0.07, theme.KINDS["no"][0]))
    return tuple(Stroke(line, width, tone) for width, tone in tones for line in strokes)


def _sun(at: Point, size: float = 0.12) -> Shapes:
    x, y = at
    rays = tuple(
        Stroke(((x + 1.4 * size * cos(t), y + 1.4 * size * sin(t)), (x + 2.0 * size * cos(t), y + 2.0 * size * sin(t))))
        for t in (n * pi / 4 for n in range(8))
    )
    return (*rays, Disc(at, size + 0.025), Disc(at, size, theme.LIT))


def _still(*sides: float) -> Shapes:
    """Two bars at each side: nothing moves between them."""
    return tuple(Stroke(((x, 0.35), (x, 0.65)), 0.05, theme.LIT) for x in sides)


def _glasses(at: Point) -> Shapes:
    x, y = at
    return (*_ring((x - 0.14, y), 0.1), *_ring((x + 0.14, y), 0.1), *_line((x - 0.04, y), (x + 0.04, y)))


def _cloth(at: Point) -> Shapes:
    """A folded cloth, wiping from side to side."""
    x, y = at
    edges = ((x - 0.13, y), (x + 0.13, y))
    return (
        Stroke(edges, 0.19),
        Stroke(edges, 0.14, theme.CARD),
        *_line((x - 0.08, y - 0.03), (x + 0.1, y + 0.04), width=0.025),
        *_arrow((x - 0.2, y + 0.2), (x - 0.34, y + 0.2)),
        *_arrow((x + 0.2, y + 0.2), (x + 0.34, y + 0.2)),
    )


_ON_GLASS = (*_glass(), *_finger())
_LENS = (*_ring((0.82, 0.5), 0.1), Disc((0.82, 0.5), 0.04))
_FRAME = _line((0.1, 0.1), (0.9, 0.1), (0.9, 0.9), (0.1, 0.9), (0.1, 0.1), width=0.04)

HINTS: Mapping[Hint, Shapes] = {
    Hint.AGAIN: (*_ON_GLASS, *_still(0.22, 0.3, 0.7, 0.78)),
    Hint.SHOW_FINGER: (
        *_glass(),
        *_finger(tip=0.55),
        *_arrow((0.2, 0.75), (0.2, 0.36)),
        *_arrow((0.8, 0.75), (0.8, 0.36)),
    ),
    Hint.PRESS_FLAT: (
        *_glass(),
        Stroke(((0.86, 0.52), (0.34, 0.36)), 0.25),
        Stroke(((0.86, 0.52), (0.34, 0.36)), 0.2, theme.SKIN),
        *_arrow((0.36, 0.88), (0.36, 0.54)),
    ),
    Hint.PRESS_SOFTER: (*_ON_GLASS, *_arrow((0.2, 0.4), (0.2, 0.8)), *_arrow((0.8, 0.4), (0.8, 0.8))),
    Hint.PRESS_FIRMER: (*_ON_GLASS, *_arrow((0.2, 0.85), (0.2, 0.4)), *_arrow((0.8, 0.85), (0.8, 0.4))),
    Hint.CENTRE_FINGER: (
        *_FRAME,
        *_finger(tip=0.5),
        *_arrow((0.18, 0.3), (0.42, 0.3)),
        *_arrow((0.82, 0.3), (0.58, 0.3)),
    ),
    Hint.WIPE_FINGER: (*_finger(tip=0.5), *_cloth((0.5, 0.22))),
    Hint.MOISTEN_FINGER: (*_finger(0.36, tip=0.3), *_drop((0.72, 0.52), 0.12), *_drop((0.66, 0.22), 0.07)),
    Hint.OTHER_FINGER: (
        *_finger(0.3, tip=0.3, width=0.16),
        *_cross((0.3, 0.5)),
        *_finger(0.7, tip=0.3, width=0.16),
        *_arrow((0.7, 0.02), (0.7, 0.2)),
    ),
    Hint.OTHER_HAND: (*_hand(0.26, 1.0), *_cross((0.26, 0.42)), *_hand(0.74, -1.0, theme.LIT)),
    Hint.WIPE_GLASS: (*_glass(0.14), *_cloth((0.5, 0.36))),
    Hint.COME_CLOSER: (*_face((0.28, 0.5), 0.2), *_arrow((0.46, 0.5), (0.66, 0.5)), *_LENS),
    Hint.STEP_BACK: (*_face((0.34, 0.5), 0.24), *_arrow((0.36, 0.12), (0.1, 0.12)), *_LENS),
    Hint.HOLD_STILL: (*_face(size=0.24), *_still(0.08, 0.16, 0.84, 0.92)),
    Hint.LOOK_HERE: (*_eye((0.32, 0.5), 0.26), *_arrow((0.54, 0.5), (0.68, 0.5)), *_LENS),
    Hint.STRAIGHTEN_HEAD: (
        *_face((0.5, 0.42), 0.26),
        *_line((0.5, 0.74), (0.5, 0.96), colour=theme.LIT),
        *_arrow((0.16, 0.78), (0.4, 0.86)),
    ),
    Hint.OPEN_EYE: (*_eye(opened=0.75), *_arrow((0.5, 0.78), (0.5, 0.98)), *_arrow((0.5, 0.22), (0.5, 0.02))),
    Hint.OTHER_EYE: (
        *_eye((0.25, 0.5), 0.2),
        *_cross((0.25, 0.5)),
        *_eye((0.75, 0.5), 0.2),
        *_arrow((0.75, 0.14), (0.75, 0.32)),
    ),
    Hint.LIFT_GLASSES: (*_face((0.5, 0.36), 0.28), *_glasses((0.5, 0.76)), *_arrow((0.86, 0.5), (0.86, 0.86))),
    Hint.TAKE_OUT_LENS: (*_eye((0.36, 0.5), 0.3), *_arrow((0.66, 0.5), (0.8, 0.5)), *_arc((0.9, 0.5), 0.08, 0.5, 1.5)),
    Hint.CLOSE_MOUTH: (
        *_face(mouth=False),
        *_line((0.38, 0.36), (0.62, 0.36), width=0.06),
        *_arrow((0.5, 0.08), (0.5, 0.26)),
        *_arrow((0.5, 0.6), (0.5, 0.46)),
    ),
    Hint.SHOW_FACE: (
        *_FRAME,
        *_face(size=0.28),
        *_arrow((0.16, 0.84), (0.32, 0.84)),
        *_arrow((0.84, 0.84), (0.68, 0.84)),
    ),
    Hint.CENTRE_FACE: (
        *_FRAME,
        *_face((0.62, 0.5), 0.2),
        *_arrow((0.38, 0.22), (0.22, 0.22)),
        *_line((0.42, 0.5), (0.2, 0.5), width=0.03),
    ),
    Hint.ONE_FACE: (*_face((0.3, 0.5), 0.22), *_face((0.76, 0.5), 0.17), *_cross((0.76, 0.5))),
    Hint.MORE_LIGHT: (*_face((0.32, 0.4), 0.22), *_sun((0.72, 0.7)), *_arrow((0.86, 0.2), (0.86, 0.42))),
    Hint.LESS_LIGHT: (*_face((0.32, 0.4), 0.22), *_sun((0.72, 0.7)), *_cross((0.72, 0.7))),
    Hint.TURN_FROM_SUN: (
        *_sun((0.22, 0.76)),
        *_face((0.62, 0.4), 0.2),
        *_arc((0.62, 0.4), 0.34, -0.5, 0.25),
        *_arrow((0.8, 0.69), (0.7, 0.76)),
    ),
    Hint.LIFT_LATER: (*_ON_GLASS, *_arrow((0.8, 0.45), (0.8, 0.85)), *_cross((0.8, 0.64))),
    Hint.CHECK_SENSOR: (
        *_glass(),
        *_line((0.5, 0.86), (0.5, 0.52), width=0.09, colour=theme.LIT),
        Disc((0.5, 0.38), 0.055, theme.LIT),
    ),
}

PORTS: Mapping[str, Shapes] = {
    "fingerprint": (*_glass(), *_finger(), *_cross((0.8, 0.7))),
    "iris": (*_eye((0.42, 0.5), 0.34), *_cross((0.82, 0.76))),
    "camera": (*_FRAME, *_ring((0.5, 0.5), 0.24), Disc((0.5, 0.5), 0.1), *_cross((0.8, 0.78))),
}


STILL = (Hint.AGAIN, Hint.HOLD_STILL)


def fitting(hint: Hint, fingers: bool) -> str:
    """The name of the hint's picture; to hold still is shown as a finger on the glass or as a face."""
    if hint in STILL:
        return STILL[0 if fingers else 1].value
    return hint.value


def shapes(name: str) -> Shapes:
    """The picture of a hint or a port by its name; nothing for the empty name."""
    if name in PORTS:
        return PORTS[name]
    return HINTS[Hint(name)] if name else ()
