"""What a judged picture is worth, and the one list of what a person can do about it."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum, StrEnum


class Grade(IntEnum):
    """How good one attempt is; the value is how many attempts of that grade are enough."""

    USELESS = 0
    GOOD = 1
    FAIR = 2
    POOR = 3


class Hint(StrEnum):
    """What a person can do about an attempt; each has a picture and words."""

    AGAIN = "again"
    SHOW_FINGER = "show-finger"
    PRESS_FLAT = "press-flat"
    PRESS_SOFTER = "press-softer"
    PRESS_FIRMER = "press-firmer"
    CENTRE_FINGER = "centre-finger"
    WIPE_FINGER = "wipe-finger"
    MOISTEN_FINGER = "moisten-finger"
    OTHER_FINGER = "other-finger"
    OTHER_HAND = "other-hand"
    WIPE_GLASS = "wipe-glass"
    COME_CLOSER = "come-closer"
    STEP_BACK = "step-back"
    HOLD_STILL = "hold-still"
    LOOK_HERE = "look-here"
    STRAIGHTEN_HEAD = "straighten-head"
    OPEN_EYE = "open-eye"
    OTHER_EYE = "other-eye"
    LIFT_GLASSES = "lift-glasses"
    TAKE_OUT_LENS = "take-out-lens"
    CLOSE_MOUTH = "close-mouth"
    SHOW_FACE = "show-face"
    CENTRE_FACE = "centre-face"
    ONE_FACE = "one-face"
    MORE_LIGHT = "more-light"
    LESS_LIGHT = "less-light"
    TURN_FROM_SUN = "turn-from-sun"
    LIFT_LATER = "lift-later"
    CHECK_SENSOR = "check-sensor"


@dataclass(frozen=True)
class Judgement:
    """`score` orders attempts of one position; `hints` say what would make the next one better, the gravest first."""

    grade: Grade
    score: float
    hints: tuple[Hint, ...] = ()

    @property
    def hint(self) -> Hint:
        """The gravest one, or just once more."""
        return self.hints[0] if self.hints else Hint.AGAIN


def useless(*hints: Hint) -> Judgement:
    """Nothing that could be kept."""
    return Judgement(Grade.USELESS, -1.0, hints)


def by_faults(faults: Sequence[tuple[bool, Hint]], score: float) -> Judgement:
    """Good without any fault, fair with one, poor with more."""
    hints = tuple(dict.fromkeys(hint for wrong, hint in faults if wrong))
    if not hints:
        return Judgement(Grade.GOOD, score)
    return Judgement(Grade.FAIR if len(hints) == 1 else Grade.POOR, score, hints)
