"""Judges one fingertip. Rule `first-2026`: NFIQ 2 from 40 is accepted, 20-39 is best of two, below 20 best of three and
typed "worn". FVC2004 figures behind it: recapture pays below about 30 and best-of-three holds the rest."""

from kiosk.core.judgement import Grade, Hint, Judgement, useless
from kiosk.core.measures import FingerMeasures

NFIQ2_ACCEPT = 40
NFIQ2_FAIR = 20
MINUTIAE_LEAST = 8  # fewer cannot be matched by anybody
COVERAGE_LEAST = 0.10  # share of the picture with ridges; below it hardly a fingertip lies there


def judge(m: FingerMeasures) -> Judgement:
    """One attempt at one finger."""
    if m.nfiq2 is None or (m.minutiae or 0) < MINUTIAE_LEAST or m.coverage < COVERAGE_LEAST:
        return useless(Hint.PRESS_FLAT)
    if m.nfiq2 >= NFIQ2_ACCEPT:
        return Judgement(Grade.GOOD, m.nfiq2)
    grade = Grade.FAIR if m.nfiq2 >= NFIQ2_FAIR else Grade.POOR
    return Judgement(grade, m.nfiq2, (Hint.WIPE_FINGER,))


def is_worn(m: FingerMeasures) -> bool:
    """Whether an accepted print is typed worn: below the fair score."""
    return (m.nfiq2 or 0) < NFIQ2_FAIR
