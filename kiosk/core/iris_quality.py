"""Judges one eye."""

from kiosk.core.judgement import Hint, Judgement, by_faults, useless
from kiosk.core.measures import IrisMeasures

IRIS_DIAMETER_GOOD_PX = 170  # ISO/IEC 29794-6 asks 120 at least; enrolment wants 210
IRIS_CONTRAST_GOOD = 20.0
IRIS_CONTRAST_LEAST = 0.0  # an iris darker than its pupil is none
IRIS_SHARPNESS_GOOD = 1.2  # a real eye 2.3, blurred by 2 px 0.55; drawn eyes from 7, blurred by 3 px at most 0.9
IRIS_OPEN_GOOD = 0.70  # ISO/IEC 29794-6's usable iris area; real 0.80, drawn from 0.77; a half-closed eye is not found


def judge(m: IrisMeasures) -> Judgement:
    """One attempt at one eye."""
    if m.diameter_px <= 0 or m.contrast <= IRIS_CONTRAST_LEAST:
        return useless(Hint.LOOK_HERE)
    score = min(m.sharpness / IRIS_SHARPNESS_GOOD, 2.0) * m.open_share
    faults = [
        (m.open_share < IRIS_OPEN_GOOD, Hint.OPEN_EYE),
        (m.diameter_px < IRIS_DIAMETER_GOOD_PX, Hint.COME_CLOSER),
        (m.sharpness < IRIS_SHARPNESS_GOOD, Hint.HOLD_STILL),
        (m.contrast < IRIS_CONTRAST_GOOD, Hint.LOOK_HERE),
    ]
    return by_faults(faults, score)
