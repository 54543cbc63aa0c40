"""Judges one portrait, flags what the officer should see, and advises about the cloth behind the person.

Figures were measured on two real faces (NIST's Type-10 samples), on pictures of them turned, bowed, closed and covered
by warping, and on 254 drawn ones (bench.inputs.faces); the generous side was chosen, since two real faces are few.
"""

from dataclasses import replace
from enum import StrEnum

from kiosk.core.judgement import Grade, Hint, Judgement, by_faults, useless
from kiosk.core.measures import FaceMeasures

EYE_DISTANCE_GOOD_PX = 90.0  # ISO/IEC 19794-5 full frontal
FACE_ROLL_GOOD_DEG = 8.0  # ISO/IEC 19794-5 asks for 5; the points of a face tell roll to within 2
YAW_GOOD_DEG = 16.0  # ISO/IEC 19794-5 asks for 5; straight faces read as up to 6, faces turned by 20 as 15 to 22
PITCH_GOOD_DEG = 17.0  # the same asks for 5; straight faces read as -3 to 8, bowed or raised by 25 as 19 to 32
FACE_SHARPNESS_GOOD = 8.0  # real faces 19 to 25, drawn from 13; blurred by 2 % of the eye distance 5 to 11, by 3 % to 6
FACE_BRIGHTNESS_GOOD = (65.0, 220.0)  # real 141 and 166, drawn 100 to 200; at 0.4 of the light at most 80
EYE_WHITE_GOOD = 115.0  # grey levels: what reaches it is lit well, however dark the skin
EVENNESS_GOOD = 0.6  # real and drawn faces 0.96 and more; lit from one side so that the other keeps a third, 0.5
CLIPPED_GOOD = 0.1  # real and drawn faces below 0.01; a real one at 1.6 of its light 0.21
EYES_OPEN_GOOD = 0.13  # lesser eye: open ones 0.2 to 0.3, half closed 0.18, closed 0 to 0.1
MOUTH_OPEN_GOOD = 0.18  # closed lips 0 to 0.05, parted lips 0.15, an open mouth from 0.2
VISIBLE_GOOD = 0.5  # bare faces 0.95 to 1, behind a mask 0, behind a hand at most 0.4
DARK_LENSES_GOOD = 0.5  # bare faces and clear glasses at most 0.3, dark lenses 0.9 and more
CENTRE_GOOD = (0.25, 0.75)  # of width and height: the portrait's crop still fits round the face
CUT_GOOD = 0.12  # of head and chin outside the picture
SHARP_ENOUGH, LARGE_ENOUGH = 2.0, 2.0  # times the threshold: beyond it a picture of a face gains nothing

# imaging.likeness; below it somebody else may stand there, which is a flag for the officer. On 120 drawn people, four
# pictures each, one person is flagged in 2 of 720 pairs (95 %: 0.03 to 1.0 %), another is not in 12 of 360 (1.7 to
# 5.8 %). Real rates cannot be measured with two real faces, and people in like clothes will be told apart worse.
OTHER_FACE_LIKENESS = 0.5

BACKGROUND_SPREAD_GOOD = 25.0  # grey levels: hung cloths 6 to 9, a shadow on one 11, boards or people behind from 40
HUE_RED_DEG, HUE_BLUE_DEG = (340.0, 20.0), (190.0, 255.0)  # drawn cloths 358 and 223; from 20 on it is orange
LEAST_SATURATION = 0.35  # cloths 0.8; grey or white walls at most 0.2


class FaceFlag(StrEnum):
    """What the officer should see in an accepted portrait; it stops nobody."""

    SEVERAL_FACES = "several-faces"
    COVERED = "face-covered"
    EYES_SHUT = "eyes-shut"


class Background(StrEnum):
    """What is wrong with the cloth: the officer's to change, never a reason to refuse."""

    NOT_RED = "background-not-red"
    NOT_BLUE = "background-not-blue"
    UNEVEN = "background-uneven"


def judge(m: FaceMeasures) -> Judgement:
    """One attempt at the portrait. A covered face takes all attempts, other single faults take one more."""
    if m.faces == 0:
        return useless(Hint.LOOK_HERE)
    hidden = _hidden(m)
    faults = [*hidden, *_bearing(m), *_place(m), *_light(m), (m.faces > 1, Hint.ONE_FACE)]
    judged = by_faults(faults, _score(m, sum(wrong for wrong, _ in faults)))
    covered = any(wrong for wrong, _ in hidden)
    return replace(judged, grade=Grade.POOR) if covered else judged


def flags(m: FaceMeasures) -> tuple[FaceFlag, ...]:
    """What is noted for the officer about a portrait that was accepted all the same."""
    seen = (
        (m.faces > 1, FaceFlag.SEVERAL_FACES),
        (any(wrong for wrong, _ in _hidden(m)), FaceFlag.COVERED),
        (_below(m.eyes_open, EYES_OPEN_GOOD), FaceFlag.EYES_SHUT),
    )
    return tuple(flag for wrong, flag in seen if wrong)


def background_advice(m: FaceMeasures, birth_year: int) -> Background | None:
    """Red for odd, blue for even years of birth, and even; None where all is well or too little of it was seen."""
    if m.background_red is None or m.background_green is None or m.background_blue is None:
        return None
    if _above(m.background_spread, BACKGROUND_SPREAD_GOOD):
        return Background.UNEVEN
    hue, saturation = _hue(m.background_red, m.background_green, m.background_blue)
    if birth_year % 2:
        red = hue >= HUE_RED_DEG[0] or hue <= HUE_RED_DEG[1]
        return None if red and saturation >= LEAST_SATURATION else Background.NOT_RED
    blue = HUE_BLUE_DEG[0] <= hue <= HUE_BLUE_DEG[1]
    return None if blue and saturation >= LEAST_SATURATION else Background.NOT_BLUE


Faults = list[tuple[bool, Hint]]


def _hidden(m: FaceMeasures) -> Faults:
    """A face that is turned or half in shadow hides a side of itself: covers are sought once that is put right."""
    half = _beyond(m.yaw_deg, YAW_GOOD_DEG) or _below(m.evenness, EVENNESS_GOOD)
    return [
        (not half and _below(m.visible, VISIBLE_GOOD), Hint.SHOW_FACE),
        (_above(m.dark_lenses, DARK_LENSES_GOOD), Hint.LIFT_GLASSES),
    ]


def _place(m: FaceMeasures) -> Faults:
    low, high = CENTRE_GOOD
    middle = low <= m.centre_x <= high and low <= m.centre_y <= high
    return [
        (m.eye_distance_px < EYE_DISTANCE_GOOD_PX, Hint.COME_CLOSER),
        (not middle, Hint.CENTRE_FACE),
        (middle and _above(m.cut, CUT_GOOD), Hint.STEP_BACK),
    ]


def _bearing(m: FaceMeasures) -> Faults:
    bent = abs(m.roll_deg) > FACE_ROLL_GOOD_DEG or _beyond(m.pitch_deg, PITCH_GOOD_DEG)
    return [
        (bent or _beyond(m.yaw_deg, YAW_GOOD_DEG), Hint.STRAIGHTEN_HEAD),
        (_below(m.eyes_open, EYES_OPEN_GOOD), Hint.OPEN_EYE),
        (_above(m.mouth_open, MOUTH_OPEN_GOOD), Hint.CLOSE_MOUTH),
    ]


def _light(m: FaceMeasures) -> Faults:
    low, high = FACE_BRIGHTNESS_GOOD
    middle = (low + high) / 2
    lit_eyes = m.eye_white is not None and m.eye_white >= EYE_WHITE_GOOD
    clipped = _above(m.clipped, CLIPPED_GOOD)
    return [
        ((m.brightness < low and not lit_eyes) or (clipped and m.brightness < middle), Hint.MORE_LIGHT),
        (m.brightness > high or (clipped and m.brightness >= middle), Hint.LESS_LIGHT),
        (_below(m.evenness, EVENNESS_GOOD), Hint.TURN_FROM_SUN),
        (m.sharpness < FACE_SHARPNESS_GOOD, Hint.HOLD_STILL),
    ]


def _score(m: FaceMeasures, faults: int) -> float:
    """Fewer faults first, then sharper and larger; never below 0."""
    sharp = min(m.sharpness / FACE_SHARPNESS_GOOD, SHARP_ENOUGH)
    large = min(m.eye_distance_px / EYE_DISTANCE_GOOD_PX, LARGE_ENOUGH)
    return (sharp + large) / (1.0 + faults)


def _hue(red: float, green: float, blue: float) -> tuple[float, float]:
    """Degrees round the colour circle, red at 0, green at 120; and 0..1."""
    high, low = max(red, green, blue), min(red, green, blue)
    spread = max(high - low, 1e-6)
    if high == red:
        sixth = (green - blue) / spread % 6
    else:
        sixth = (blue - red) / spread + 2 if high == green else (red - green) / spread + 4
    return 60 * sixth, (high - low) / max(high, 1e-6)


def _below(value: float | None, limit: float) -> bool:
    return value is not None and value < limit


def _above(value: float | None, limit: float) -> bool:
    return value is not None and value > limit


def _beyond(value: float | None, limit: float) -> bool:
    return value is not None and abs(value) > limit
