"""Finds the fingertips in a picture of several fingers laid down at once: two to four of one hand, or both thumbs.

Ridges make patches; patches one below the other are one finger, of which the topmost is the tip. Everything is found in
blocks of 8 px at 500 ppi and told in the picture's own pixels; nothing is resampled that anybody keeps.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from kiosk.core.record import Position
from kiosk.imaging import ridges
from kiosk.imaging.hand import Hand, told_by
from kiosk.imaging.patches import Patch, lean_of, patches
from kiosk.imaging.picture import Pixels, grey
from kiosk.imaging.ridges import BLOCK_MM

RIGHT_TO_LEFT = ("INDEX", "MIDDLE", "RING", "LITTLE")  # as a right hand's prints lie, from the left of the picture
BESIDE_MM = 9.0  # fingers lie 15 mm apart and more; the joints of one finger less than that beside one another
TIP_MM = 27.0  # the longest tip down to its crease: a longer patch goes on into the next joint
TIP_SHAPE = 1.75  # or this many times its own width
SMALL = 0.35  # of the middle tip's area: what is smaller is no tip but another finger's edge
MARGIN_MM = 1.6


@dataclass(frozen=True)
class Box:
    """An upright part of a picture, in its own pixels; wholly inside it."""

    x: int
    y: int
    width: int
    height: int

    def cut(self, pixels: Pixels) -> Pixels:
        """That part, as it is: a view, nothing resampled."""
        return pixels[self.y : self.y + self.height, self.x : self.x + self.width]


@dataclass(frozen=True)
class Fingertip:
    """One finger of a slap. `position` is None where more or fewer fingers were found than expected, so that nobody can
    say which is which; `box` holds its fingertip with a margin; `angle_deg` is its lean, clockwise from upright."""

    position: Position | None
    box: Box
    angle_deg: float


@dataclass(frozen=True)
class Slap:
    """The `fingers` from left to right, how many were `expected`, and which `hand` their lengths tell; None where they
    do not."""

    fingers: tuple[Fingertip, ...]
    expected: int
    hand: Hand | None

    @property
    def complete(self) -> bool:
        """As many as were asked for and are not missing; only then each has its position."""
        return len(self.fingers) == self.expected


def segment(pixels: Pixels, ppi: int, asked: Sequence[Position], missing: Sequence[Position]) -> Slap:
    """The fingers in a slap (uint8, dark ridges on light, not mirrored, tips upwards give or take 30 degrees).

    Prints of a right hand show its index finger at the left, those of a left hand its little finger, those of both
    thumbs the left one. Raises ValueError for what is not a picture, and for a ppi that is not positive.
    """
    own = grey(pixels)
    picture = ridges.at_500_ppi(own, ppi)
    expected = [position for position in _in_order(asked) if position not in missing]
    if picture is None:
        return Slap((), len(expected), None)
    found = patches(picture)
    lean = lean_of(found)
    tips = _tips(found, lean, len(expected))
    names: Sequence[Position | None] = expected if len(tips) == len(expected) else [None] * len(tips)
    scale = own.shape[1] / picture.shape[1], own.shape[0] / picture.shape[0]
    fingers = tuple(
        Fingertip(name, _box(tip, scale, own.shape), float(np.degrees(tip.lean(lean))))
        for name, tip in zip(names, tips, strict=True)
    )
    thumbs = any(position.endswith("THUMB") for position in expected)
    return Slap(fingers, len(expected), None if thumbs else told_by([tip.tip(lean) for tip in tips]))


def _in_order(asked: Sequence[Position]) -> list[Position]:
    """From left to right: the left hand's little finger first, the right hand's last."""
    ranks = {f"LEFT_{name}": -number - 2 for number, name in enumerate(RIGHT_TO_LEFT)}
    ranks |= {f"RIGHT_{name}": number + 2 for number, name in enumerate(RIGHT_TO_LEFT)}
    ranks |= {"LEFT_THUMB": -1, "RIGHT_THUMB": 1}
    return sorted(asked, key=ranks.__getitem__)


def _tips(found: Sequence[Patch], lean: float, expected: int) -> list[Patch]:
    """The topmost patch of every finger, cut at its crease, from left to right."""
    columns: list[list[Patch]] = []
    for patch in sorted(found, key=lambda patch: patch.middle(lean)[1]):
        across = patch.middle(lean)[0]
        near = [c for c in columns if abs(c[-1].middle(lean)[0] - across) < BESIDE_MM]
        if near:
            min(near, key=lambda c: abs(c[-1].middle(lean)[0] - across)).append(patch)
        else:
            columns.append([patch])
    tips = [column[0].upper(lean, TIP_MM, TIP_SHAPE) for column in columns]
    usual = float(np.median(sorted(tip.area_mm2 for tip in tips)[-max(expected, 1) :])) if tips else 0.0
    kept = [tip for tip in tips if tip.area_mm2 >= SMALL * usual]
    return sorted(kept, key=lambda tip: tip.middle(lean)[0])


def _box(tip: Patch, scale: tuple[float, float], shape: tuple[int, ...]) -> Box:
    rows, columns = tip.blocks
    margin = round(MARGIN_MM / BLOCK_MM)
    left, right = (int(columns.min()) - margin) * ridges.BLOCK, (int(columns.max()) + 1 + margin) * ridges.BLOCK
    top, bottom = (int(rows.min()) - margin) * ridges.BLOCK, (int(rows.max()) + 1 + margin) * ridges.BLOCK
    x, y = max(round(left * scale[0]), 0), max(round(top * scale[1]), 0)
    return Box(x, y, min(round(right * scale[0]), shape[1]) - x, min(round(bottom * scale[1]), shape[0]) - y)
