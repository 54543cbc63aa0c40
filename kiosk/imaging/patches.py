"""Patches of ridges in a large picture, measured along and across the hand's own lean."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from kiosk.imaging import ridges
from kiosk.imaging.picture import Pixels
from kiosk.imaging.ridges import BLOCK_MM

SMOOTH = 0.4  # as in `ridges`: letters and handwriting have less
NECK_MM = 3.0  # half of it: fingers that touch one another are parted where they are narrower than twice that
LEAST_MM2 = 30.0
MOST_LEAN = np.radians(40.0)
PULL = 2.0  # how much more a long patch says about the lean than a round one, as a power of its length by width


@dataclass(frozen=True, eq=False)
class Patch:
    """Rows and columns of its `blocks`."""

    blocks: tuple[NDArray[np.intp], NDArray[np.intp]]

    @property
    def area_mm2(self) -> float:
        """Of contact."""
        return len(self.blocks[0]) * BLOCK_MM**2

    def along(self, lean: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Each block's place in mm: right across the lean (radians, clockwise from upright), and down along it."""
        x, y = (self.blocks[1] + 0.5) * BLOCK_MM, (self.blocks[0] + 0.5) * BLOCK_MM
        return x * np.cos(lean) + y * np.sin(lean), y * np.cos(lean) - x * np.sin(lean)

    def middle(self, lean: float) -> tuple[float, float]:
        """Its centre, across and along."""
        across, down = self.along(lean)
        return float(across.mean()), float(down.mean())

    def tip(self, lean: float) -> tuple[float, float]:
        """Its centre across, its upper end along."""
        across, down = self.along(lean)
        return float(across.mean()), float(down.min())

    def upper(self, lean: float, most_mm: float, shape: float) -> "Patch":
        """What of it lies no further down than `most_mm`, or `shape` times its width there."""
        across, down = self.along(lean)
        from_top = down - down.min()
        near = across[from_top <= most_mm / 2]
        kept = from_top <= min(most_mm, shape * (float(np.percentile(near, 97) - np.percentile(near, 3)) + BLOCK_MM))
        return Patch((self.blocks[0][kept], self.blocks[1][kept]))

    def lean(self, usual: float) -> float:
        """Its own lean, never far from the `usual` one: a round patch has none of its own."""
        angle, weight = _axis(self)
        return usual + float(np.clip(angle - usual, -0.35, 0.35)) * min(weight, 1.0)


def patches(picture: Pixels) -> list[Patch]:
    """The patches of ridges in a grey picture at 500 ppi, those of fingers that touch one another apart."""
    seen = ridges.find(picture.astype(np.float32))
    there = (seen.ridged & (seen.smooth >= SMOOTH)).astype(np.uint8)
    whole = _filled(there)
    framed = cv2.copyMakeBorder(whole, 1, 1, 1, 1, cv2.BORDER_CONSTANT)
    deep = cv2.distanceTransform(framed, cv2.DIST_L2, 5)[1:-1, 1:-1]
    count, labels = cv2.connectedComponents((deep >= NECK_MM / BLOCK_MM).astype(np.uint8))
    grown = _grown(labels, whole)
    places = (np.nonzero(grown == label) for label in range(1, count))
    found = (Patch((rows, columns)) for rows, columns in places)
    return [patch for patch in found if patch.area_mm2 >= LEAST_MM2]


def lean_of(found: Sequence[Patch]) -> float:
    """The fingers' common lean in radians, clockwise from upright; 0 where they tell none."""
    told = [_axis(patch) for patch in found]
    total = sum(weight * patch.area_mm2 for (_, weight), patch in zip(told, found, strict=True))
    if not total:
        return 0.0
    return sum(angle * weight * patch.area_mm2 for (angle, weight), patch in zip(told, found, strict=True)) / total


def _filled(there: np.ndarray) -> np.ndarray:
    """Without holes: directions disagree where a print's core is."""
    closed = cv2.morphologyEx(there, cv2.MORPH_CLOSE, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (5, 5)))
    outlines, _ = cv2.findContours(closed, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    return cv2.drawContours(np.zeros_like(closed), outlines, -1, 1, cv2.FILLED)


def _grown(labels: np.ndarray, within: np.ndarray) -> np.ndarray:
    """Every patch grows back to its outline, a block at a time, and stops where it meets another."""
    grown = labels.astype(np.float32)
    for _ in range(round(NECK_MM / BLOCK_MM) + 1):
        wider = cv2.dilate(grown, np.ones((3, 3), np.uint8))
        grown = np.where((grown == 0) & (within > 0), wider, grown)
    return grown


def _axis(patch: Patch) -> tuple[float, float]:
    """Lean of its long axis, within 40 degrees, and how much that says: 0 for what is round or lies across."""
    across, down = patch.along(0.0)
    spread = np.cov(across, down)
    values, vectors = np.linalg.eigh(spread)
    x, y = vectors[:, 1]
    angle = float(np.arctan2(x, -y))
    angle = (angle + np.pi / 2) % np.pi - np.pi / 2
    if abs(angle) > MOST_LEAN or len(patch.blocks[0]) < 3:
        return 0.0, 0.0
    return angle, float((values[1] / max(values[0], 1e-6)) ** (PULL / 2) - 1)
