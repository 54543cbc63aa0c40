"""Judges measures: good enough at once, best of two, best of three, or nothing usable. A low score alone stops nobody.

Finger rule `first-2026`: NFIQ 2 from 40 is accepted, 20-39 is best of two, below 20 is best of three and typed "worn".
FVC2004 figures behind it: recapture pays below about 30 and best-of-three holds the rest.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum, StrEnum

from kiosk.core.measures import FaceMeasures, FingerMeasures, IrisMeasures, Measures

NFIQ2_ACCEPT = 40
NFIQ2_FAIR = 20
MINUTIAE_LEAST = 8  # fewer cannot be matched by anybody
COVERAGE_LEAST = 0.10  # share of the picture with ridges; below it hardly a fingertip lies there
IRIS_DIAMETER_GOOD_PX = 170  # ISO/IEC 29794-6 asks 120 at least; enrolment wants 210
IRIS_CONTRAST_GOOD = 20.0
IRIS_CONTRAST_LEAST = 0.0  # an iris darker than its pupil is none
IRIS_SHARPNESS_GOOD = 1.2  # a real eye 2.3, blurred by 2 px 0.55; drawn eyes from 7, blurred by 3 px at most 0.9
IRIS_OPEN_GOOD = 0.70  # ISO/IEC 29794-6's usable iris area; real 0.80, drawn from 0.77; a half-closed eye is not found
EYE_DISTANCE_GOOD_PX = 90.0  # ISO/IEC 19794-5 full frontal
FACE_ROLL_GOOD_DEG = 8.0
FACE_SHARPNESS_GOOD = 4.5  # real faces 5.4 to 13, drawn from 9; blurred by 3 % of the eye distance at most 4.1
FACE_BRIGHTNESS_GOOD = (65.0, 220.0)  # real 128 and 150, drawn 89 to 151; at 0.4 of the light at most 60
MOST_ATTEMPTS = 3
SAME_FINGER_SCORE = 40  # Bozorth3; no false match in 2,871 cross pairs of FVC2004
CHECK_SCORE = 30  # Bozorth3; FMR 0.14 %, FNMR 27.5 % on the same: which is why the check never accuses


class Grade(IntEnum):
    """How good one attempt is; the value is how many attempts of that grade are enough."""

    USELESS = 0
    GOOD = 1
    FAIR = 2
    POOR = 3


class Hint(StrEnum):
    """What a person can do about an attempt; each has a picture and words."""

    AGAIN = "again"
    PRESS_FLAT = "press-flat"
    WIPE_FINGER = "wipe-finger"
    OTHER_FINGER = "other-finger"
    COME_CLOSER = "come-closer"
    HOLD_STILL = "hold-still"
    OPEN_EYE = "open-eye"
    LOOK_HERE = "look-here"
    ONE_FACE = "one-face"
    MORE_LIGHT = "more-light"
    LIFT_LATER = "lift-later"


@dataclass(frozen=True)
class Judgement:
    """`score` orders attempts of one position; `hint` says what would make the next one better."""

    grade: Grade
    score: float
    hint: Hint


def judge(measures: Measures) -> Judgement:
    """One attempt, by its kind."""
    if isinstance(measures, FingerMeasures):
        return _finger(measures)
    return _iris(measures) if isinstance(measures, IrisMeasures) else _face(measures)


def _finger(m: FingerMeasures) -> Judgement:
    if m.nfiq2 is None or m.minutiae < MINUTIAE_LEAST or m.coverage < COVERAGE_LEAST:
        return Judgement(Grade.USELESS, -1.0, Hint.PRESS_FLAT)
    if m.nfiq2 >= NFIQ2_ACCEPT:
        return Judgement(Grade.GOOD, m.nfiq2, Hint.AGAIN)
    grade = Grade.FAIR if m.nfiq2 >= NFIQ2_FAIR else Grade.POOR
    return Judgement(grade, m.nfiq2, Hint.WIPE_FINGER)


def _iris(m: IrisMeasures) -> Judgement:
    if m.diameter_px <= 0 or m.contrast <= IRIS_CONTRAST_LEAST:
        return Judgement(Grade.USELESS, -1.0, Hint.LOOK_HERE)
    score = min(m.sharpness / IRIS_SHARPNESS_GOOD, 2.0) * m.open_share
    faults = [
        (m.open_share < IRIS_OPEN_GOOD, Hint.OPEN_EYE),
        (m.diameter_px < IRIS_DIAMETER_GOOD_PX, Hint.COME_CLOSER),
        (m.sharpness < IRIS_SHARPNESS_GOOD, Hint.HOLD_STILL),
        (m.contrast < IRIS_CONTRAST_GOOD, Hint.LOOK_HERE),
    ]
    return _by_faults(faults, score)


def _face(m: FaceMeasures) -> Judgement:
    if m.faces == 0:
        return Judgement(Grade.USELESS, -1.0, Hint.LOOK_HERE)
    low, high = FACE_BRIGHTNESS_GOOD
    faults = [
        (m.faces > 1, Hint.ONE_FACE),
        (m.eye_distance_px < EYE_DISTANCE_GOOD_PX, Hint.COME_CLOSER),
        (abs(m.roll_deg) > FACE_ROLL_GOOD_DEG, Hint.LOOK_HERE),
        (not low <= m.brightness <= high, Hint.MORE_LIGHT),
        (m.sharpness < FACE_SHARPNESS_GOOD, Hint.HOLD_STILL),
    ]
    return _by_faults(faults, m.eye_distance_px * min(m.sharpness / FACE_SHARPNESS_GOOD, 2.0))


def _by_faults(faults: Sequence[tuple[bool, Hint]], score: float) -> Judgement:
    hints = [hint for wrong, hint in faults if wrong]
    if not hints:
        return Judgement(Grade.GOOD, score, Hint.AGAIN)
    return Judgement(Grade.FAIR if len(hints) == 1 else Grade.POOR, score, hints[0])


class Answer(StrEnum):
    """What follows from the attempts at one position so far."""

    ACCEPT = "accept"
    AGAIN = "again"
    STUCK = "stuck"


@dataclass(frozen=True)
class Decision:
    """ACCEPT names the index of the best attempt and whether it is typed worn; AGAIN carries a hint."""

    answer: Answer
    best: int = -1
    worn: bool = False
    hint: Hint = Hint.AGAIN


def decide(attempts: Sequence[Measures]) -> Decision:
    """The named rule over all attempts at one position, in their order; attempts may be empty."""
    judged = [judge(m) for m in attempts]
    usable = [(j.score, -i) for i, j in enumerate(judged) if j.grade is not Grade.USELESS]
    if not judged:
        return Decision(Answer.AGAIN)
    if not usable:
        stuck = len(judged) >= MOST_ATTEMPTS
        return Decision(Answer.STUCK if stuck else Answer.AGAIN, hint=judged[-1].hint)
    best = -max(usable)[1]
    if len(judged) >= min(judged[best].grade, MOST_ATTEMPTS):
        return Decision(Answer.ACCEPT, best, worn=is_worn(attempts[best]))
    return Decision(Answer.AGAIN, hint=judged[-1].hint)


def is_worn(m: Measures) -> bool:
    """Whether an accepted capture is typed worn: a finger below the fair score."""
    return isinstance(m, FingerMeasures) and (m.nfiq2 or 0) < NFIQ2_FAIR


@dataclass(frozen=True)
class Stream:
    """What the fast fold remembers of one attempt: seconds of the first frame, of the first usable one, and the best
    score so far."""

    began_s: float | None = None
    usable_s: float | None = None
    best: float = -2.0


class Look(StrEnum):
    """What to do with the frame that was just measured."""

    WAIT = "wait"
    KEEP = "keep"
    TAKE = "take"
    TAKE_KEPT = "take-kept"


STREAM_ENOUGH_S = 2.0  # the best of two seconds of usable frames is taken even when none was good
STREAM_PATIENCE_S = 8.0  # without a usable frame the attempt ends as one: time to find the place, three times over


def watch(stream: Stream, measures: Measures, now_s: float) -> tuple[Stream, Look, Hint]:
    """The fast fold over a stream: KEEP this frame as the best so far, TAKE it, TAKE_KEPT, or WAIT for another."""
    judged = judge(measures)
    began = now_s if stream.began_s is None else stream.began_s
    usable = now_s if stream.usable_s is None and judged.grade is not Grade.USELESS else stream.usable_s
    better = judged.score > stream.best
    late = now_s - began >= STREAM_PATIENCE_S or (usable is not None and now_s - usable >= STREAM_ENOUGH_S)
    enough = judged.grade is Grade.GOOD or late
    looks = {
        (True, True): Look.TAKE,
        (True, False): Look.TAKE_KEPT,
        (False, True): Look.KEEP,
        (False, False): Look.WAIT,
    }
    return Stream(began, usable, max(judged.score, stream.best)), looks[enough, better], judged.hint
