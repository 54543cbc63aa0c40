"""Judges one portrait."""

from kiosk.core.judgement import Hint, Judgement, by_faults, useless
from kiosk.core.measures import FaceMeasures

EYE_DISTANCE_GOOD_PX = 90.0  # ISO/IEC 19794-5 full frontal
FACE_ROLL_GOOD_DEG = 8.0
FACE_SHARPNESS_GOOD = 4.5  # real faces 5.4 to 13, drawn from 9; blurred by 3 % of the eye distance at most 4.1
FACE_BRIGHTNESS_GOOD = (65.0, 220.0)  # real 128 and 150, drawn 89 to 151; at 0.4 of the light at most 60


def judge(m: FaceMeasures) -> Judgement:
    """One attempt at the portrait."""
    if m.faces == 0:
        return useless(Hint.LOOK_HERE)
    low, high = FACE_BRIGHTNESS_GOOD
    faults = [
        (m.faces > 1, Hint.ONE_FACE),
        (m.eye_distance_px < EYE_DISTANCE_GOOD_PX, Hint.COME_CLOSER),
        (abs(m.roll_deg) > FACE_ROLL_GOOD_DEG, Hint.LOOK_HERE),
        (m.brightness < low, Hint.MORE_LIGHT),
        (m.brightness > high, Hint.LESS_LIGHT),
        (m.sharpness < FACE_SHARPNESS_GOOD, Hint.HOLD_STILL),
    ]
    return by_faults(faults, m.eye_distance_px * min(m.sharpness / FACE_SHARPNESS_GOOD, 2.0))
