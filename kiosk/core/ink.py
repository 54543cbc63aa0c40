"""Rules for ink: whether strokes are a signature, or initials or a mark, rather than nothing, a tap or a scrawl.

What is written is nobody's to judge: only that something was, and that it can be kept.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from math import hypot

from kiosk.core.record import Endorsement

Stroke = Sequence[Sequence[int]]  # of points x, y, t_ms: from the sheet's upper left, milliseconds since the first

MOST_POINTS = 20_000  # four minutes of a pen that never lifts, at 80 points a second
MOST_STROKES = 500  # a long name in joined-up Javanese or Arabic letters takes some 60
MOST_BYTES = 512 << 10  # of the JSON that is sealed: 20,000 points of four, four and seven digits take 380,000
MOST_MS = 10 * 60_000  # a page that nobody touches for minutes is set aside long before


@dataclass(frozen=True)
class Limits:
    """In shares of the sheet's height: `length` of all strokes together, `extent` of the longer side of their box."""

    length: float
    extent: float


# A cross of two short strokes is a mark; a name is at least as long as the sheet is high. A finger that rests wanders
# by some 2 mm, which is 0.05 of a sheet 40 mm high.
LIMITS = {
    Endorsement.SIGNATURE: Limits(length=0.6, extent=0.25),
    Endorsement.MARK: Limits(length=0.25, extent=0.12),
}
DOT = 0.06  # of the sheet's height: all strokes within so little are dots


class InkFault(StrEnum):
    """Why strokes are not taken; each has its sentence (words: ink_fault)."""

    EMPTY = "empty"
    DOT = "dot"
    SMALL = "small"
    MUCH = "much"
    OUTSIDE = "outside"


def judge(strokes: Sequence[Stroke], size: tuple[int, int], kind: Endorsement) -> InkFault | None:
    """The gravest fault of these strokes on a sheet of this width and height; None where they are taken.

    `kind` is SIGNATURE, or MARK for initials (paraf) and marks; a thumb-print is not ink. Raises ValueError for others.
    """
    limits = LIMITS.get(kind)
    if limits is None:
        raise ValueError("ink is a signature or a mark")
    if not any(strokes):
        return InkFault.EMPTY
    if _too_much(strokes):
        return InkFault.MUCH
    if not _on_the_sheet(strokes, size):
        return InkFault.OUTSIDE
    extent, length = _extent(strokes) / size[1], _length(strokes) / size[1]
    if extent <= DOT:
        return InkFault.DOT
    return InkFault.SMALL if extent < limits.extent or length < limits.length else None


def judge_json(ink: bytes, kind: Endorsement) -> InkFault | None:
    """The same of ink as it is sealed (docs/formats.md). Raises ValueError where it is not ink."""
    if len(ink) > MOST_BYTES:
        return InkFault.MUCH
    try:
        told = json.loads(ink)
        return judge(told["strokes"], (told["width"], told["height"]), kind)
    except (KeyError, TypeError) as error:
        raise ValueError("not ink") from error


def _too_much(strokes: Sequence[Stroke]) -> bool:
    points = sum(len(stroke) for stroke in strokes)
    return points > MOST_POINTS or len(strokes) > MOST_STROKES


def _on_the_sheet(strokes: Sequence[Stroke], size: tuple[int, int]) -> bool:
    """Every point lies on the sheet, and time goes on within each stroke and ends in time."""
    width, height = size
    if width <= 0 or height <= 0:
        return False
    for stroke in strokes:
        if not all(len(p) == 3 and 0 <= p[0] <= width and 0 <= p[1] <= height and 0 <= p[2] <= MOST_MS for p in stroke):
            return False
        if any(later[2] < earlier[2] for earlier, later in pairwise(stroke)):
            return False
    return True


def _extent(strokes: Sequence[Stroke]) -> int:
    across = [point[0] for stroke in strokes for point in stroke]
    down = [point[1] for stroke in strokes for point in stroke]
    return max(max(across) - min(across), max(down) - min(down))


def _length(strokes: Sequence[Stroke]) -> float:
    return sum(hypot(b[0] - a[0], b[1] - a[1]) for stroke in strokes for a, b in pairwise(stroke))
