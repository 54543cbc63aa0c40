"""Which hand laid its fingers down: the middle finger reaches furthest, the little one least."""

from collections.abc import Sequence
from enum import StrEnum
from itertools import combinations

import numpy as np

# Tips of a right hand's prints, index finger first, in mm from the middle finger's, to the right and downwards.
TIPS = np.array([(-21.0, 9.0), (0.0, 0.0), (20.0, 5.0), (38.0, 21.0)])
SIDEWAYS = 0.3  # how much a mm across counts against one along: fingers spread as they like
LEAST_TIPS = 3
LEAST_MM = 2.0  # root mean square: a hand that fits no better than that by this much is not told


class Hand(StrEnum):
    """A side of the person."""

    RIGHT = "RIGHT"
    LEFT = "LEFT"


def told_by(tips: Sequence[tuple[float, float]]) -> Hand | None:
    """The hand of these fingertips (mm to the right and down, along the fingers' lean; from left to right); None where
    both fit alike. One finger or two tell none."""
    if not LEAST_TIPS <= len(tips) <= len(TIPS):
        return None
    seen = np.array(tips)
    right, left = _misfit(seen, TIPS), _misfit(seen, TIPS[::-1] * (-1.0, 1.0))
    if abs(right - left) < LEAST_MM:
        return None
    return Hand.RIGHT if right < left else Hand.LEFT


def _misfit(seen: np.ndarray, hand: np.ndarray) -> float:
    """Root mean square mm of the best fit to any of the hand's fingers, in their order."""
    return min(_distance(seen, hand[list(chosen)]) for chosen in combinations(range(len(hand)), len(seen)))


def _distance(seen: np.ndarray, hand: np.ndarray) -> float:
    off = (seen - seen.mean(axis=0)) - (hand - hand.mean(axis=0))
    return float(np.sqrt((off**2 * (SIDEWAYS**2, 1.0)).sum(axis=1).mean()))
