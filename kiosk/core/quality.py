"""Weighs attempts: good enough at once, best of two, best of three, or nothing usable; and the frames of a stream.
A low score alone stops nobody. What one picture is worth: finger_quality, iris_quality, face_quality."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from kiosk.core import face_quality, finger_quality, iris_quality
from kiosk.core.judgement import Grade, Hint, Judgement
from kiosk.core.measures import FingerMeasures, IrisMeasures, Measures, RestMeasures
from kiosk.core.record import EYES, Position

MOST_ATTEMPTS = 3
SAME_FINGER_SCORE = 50  # Bozorth3; the least at which nobody of 1,000 honest drawn people is asked again
SAME_FINGER_FLAG = 35  # Bozorth3; told to the officer only: misses 1.2 % of drawn pairs, 17 of 1,000 honest people
SAME_EYE_DISTANCE = iris_quality.SAME_EYE_DISTANCE
OTHER_FACE_LIKENESS = face_quality.OTHER_FACE_LIKENESS
CHECK_SCORE = 30  # Bozorth3; FMR 0.14 %, FNMR 27.5 % on the same: which is why the check never accuses


def judge(measures: Measures) -> Judgement:
    """One attempt, by its kind."""
    if isinstance(measures, FingerMeasures):
        return finger_quality.judge(measures)
    return iris_quality.judge(measures) if isinstance(measures, IrisMeasures) else face_quality.judge(measures)


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
    return isinstance(m, FingerMeasures) and finger_quality.is_worn(m)


@dataclass(frozen=True)
class Stream:
    """What the fast fold remembers of one attempt: seconds of the first frame, of the first usable one, the best score
    so far, and what the sensor showed at rest."""

    began_s: float | None = None
    usable_s: float | None = None
    best: float = -2.0
    noted: Hint | None = None


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
    after = replace(stream, began_s=began, usable_s=usable, best=max(judged.score, stream.best))
    return after, looks[enough, better], judged.hint


def watch_rest(stream: Stream, position: Position, measures: RestMeasures) -> Stream:
    """The fold's step for a frame at rest: what it says is noted and shown; it is never taken, and no time begins."""
    rule = iris_quality.judge_rest if position in EYES else finger_quality.judge_rest
    return replace(stream, noted=rule(measures))
