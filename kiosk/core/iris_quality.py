"""Judges one eye, and the camera's picture while its lamps are off. Figures: `python -m bench` draws the eyes again;
"real" is the one photographed eye at hand, whole, cropped to 320 x 280, enlarged and reduced."""

from kiosk.core.judgement import Hint, Judgement, by_faults, useless
from kiosk.core.measures import IrisMeasures, RestMeasures

# An eye at all: what falls short of these is a print, a face, a pattern, a closed eye or nothing.
CONTRAST_BURNT = 120.0  # what an over-exposed eye has: iris near white, pupil not
CONTRAST_LEAST = 8.0  # grey levels, iris less pupil; a picture at 15 % of its light still has 12
LIMBUS_LEAST = 0.4  # of the iris's border; half-closed eyes from 0.5, faces up to 0.67, prints up to 0.57
OUTLINE_LEAST = 0.25  # of the pupil's border; half-closed eyes from 0.3, prints 0.5 at most and most 0
GLARE_BREAKS = 0.03  # of iris and pupil under glare: from here the outline may be broken by it
DETAIL_MOST = 60.0  # sharpness: prints from 170, a printed lens 25, eyes up to 20
SCLERA_LEAST = 5.0  # grey levels, sclera less iris; closed eyes up to 5, real 75

PUPIL_MOST = 0.85  # of the iris: no pupil is wider; drawn ones up to 0.78, faces and clouds taken for eyes from 0.86
SHADES, OUTLINE_SHADES = 0.2, 0.7  # sharpness and outline: clouds and skin 0 to 0.16 with up to 0.6; blurred eyes 0.9

# Good at the first attempt.
IRIS_DIAMETER_GOOD_PX = 210  # what enrolment asks for; ISO/IEC 29794-6 would do with 120
IRIS_SPAN_MOST = 0.92  # of the picture's shorter side: closer, lids and soon the rim leave the picture
IRIS_CONTRAST_GOOD = 20.0  # drawn from 77, real 65, and 33 in half the light
IRIS_SHARPNESS_GOOD = 1.2  # a real eye 2.9, blurred by 2 px 0.8; drawn eyes from 7, blurred by 3 px at most 1
IRIS_OPEN_GOOD = 0.65  # ISO/IEC 29794-6 asks 0.70 of true area, of which lashes and spots here cost some: real 0.75,
# drawn from 0.72, half closed 0.6
OUTLINE_GOOD = 0.70  # drawn from 0.78, real 0.94; half-closed and glared eyes up to 0.61
LIMBUS_GOOD = 0.5  # drawn from 0.7, real 0.8 and 0.55 where the crop ends beside it
GLARE_MOST = 0.08  # of iris and pupil; lamps 0.003, lamps on glass 0.06, a window from 0.1
DARK, BRIGHT = 40.0, 200.0  # median grey of the iris; at 30 % of the light 36, at twice the light 204
PUPIL_RATIOS = (0.2, 0.7)  # ISO/IEC 29794-6
MARGIN_LEAST = -0.03  # diameters beyond the picture's edge: the fit of the border is no finer
CENTRE = (0.2, 0.8)  # of width and height; further out, half of the picture is empty and the rim soon cut
MOTION_MOST = 0.46  # drawn up to 0.28, one real up to 0.34 and 0.66 with its tones bent; 16 px of smear from 0.48
ROUND_LEAST = 0.90  # a pupil seen from 26 degrees aside; a real one seen from the front 0.93
SHAPE_FROM_PX = 126.0  # of the iris; a smaller one is too far to say more than that
ROUND_ASIDE, WHITE_ASIDE = 0.985, 0.47  # both: 17 degrees aside drawn white is 0.19 to 0.45, straight from 0.69

# Signs, which add a hint and refuse nothing.
GLASSES_LIKELY = 0.8  # rims 1.0, brows and lashes up to 0.1
LENS_LIKELY = 0.8  # a printed one 1.0, eyes without up to 0.6 and real ones 0.1

# Two codes of `imaging.iris_code` at most so far apart are of one eye. 220 drawn eyes, four pictures each (heads, lids
# to a quarter, pupils and gaze differ, the fourth glared); 95 % intervals are Wilson's, too narrow by some, since pairs
# share eyes: of one eye without glare 0 of 660 pairs missed (up to 0.6 %), with the glared ones 18 of 1,173 (1.5 %; 1.0
# to 2.4 %), 49 glared pictures having no code; of two eyes 0 of 10,690 taken for one (up to 0.04 %), the nearest 0.32
# apart. Real eyes: not measured, there being no two pictures of one.
SAME_EYE_DISTANCE = 0.30

REST_SUNLIT = 60.0  # mean grey with the lamps off: a covered camera 5, from here texture drowns in daylight


def judge(m: IrisMeasures) -> Judgement:
    """One attempt at one eye. Measures that are None say nothing."""
    if not _is_eye(m):
        return useless(Hint.LOOK_HERE)
    score = min(m.sharpness / IRIS_SHARPNESS_GOOD, 2.0) * m.open_share
    judged = by_faults([*_placed(m), *_lit(m), *_turned(m), *_hidden(m), *_still(m)], score)
    return Judgement(judged.grade, judged.score, tuple(dict.fromkeys((*judged.hints, *_signs(m)))))


def judge_rest(m: RestMeasures) -> Hint | None:
    """What the picture between two flashes says: TURN_FROM_SUN, or None."""
    return Hint.TURN_FROM_SUN if m.level >= REST_SUNLIT else None


def _is_eye(m: IrisMeasures) -> bool:
    if m.diameter_px <= 0 or m.sharpness > DETAIL_MOST or not _least(m.limbus, LIMBUS_LEAST):
        return False
    if _is_dazzled(m):
        return True
    if m.pupil_ratio > PUPIL_MOST or (m.sharpness < SHADES and not _least(m.outline, OUTLINE_SHADES)):
        return False
    filled = not _most(m.span, IRIS_SPAN_MOST) and m.outline is not None and m.outline >= OUTLINE_GOOD
    borders = _least(m.outline, OUTLINE_LEAST) and (filled or _least(m.scleral_contrast, SCLERA_LEAST))
    return borders and m.contrast >= CONTRAST_LEAST


def _is_dazzled(m: IrisMeasures) -> bool:
    """Whether a clear iris lies under so much light that its pupil or the white round it may be lost."""
    if m.limbus is None or m.glare is None or m.brightness is None or m.limbus < LIMBUS_GOOD:
        return False
    return m.glare >= GLARE_MOST or (m.brightness > BRIGHT and m.contrast >= CONTRAST_BURNT)


def _placed(m: IrisMeasures) -> list[tuple[bool, Hint]]:
    cut = not _least(m.margin, MARGIN_LEAST) or not _within(m.centre_x, CENTRE) or not _within(m.centre_y, CENTRE)
    large = not _most(m.span, IRIS_SPAN_MOST)
    return [(large, Hint.STEP_BACK), (cut and not large, Hint.LOOK_HERE)]


def _lit(m: IrisMeasures) -> list[tuple[bool, Hint]]:
    dark = not _least(m.brightness, DARK) or m.contrast < IRIS_CONTRAST_GOOD
    return [
        (not _most(m.brightness, BRIGHT), Hint.LESS_LIGHT),
        (dark and _most(m.glare, GLARE_BREAKS), Hint.MORE_LIGHT),
        (m.pupil_ratio > PUPIL_RATIOS[1], Hint.MORE_LIGHT),
    ]


def _hidden(m: IrisMeasures) -> list[tuple[bool, Hint]]:
    covered = m.open_share < IRIS_OPEN_GOOD or not _least(m.outline, OUTLINE_GOOD) or not _least(m.limbus, LIMBUS_GOOD)
    shining = not _most(m.glare, GLARE_BREAKS)
    return [
        ((covered and shining) or not _most(m.glare, GLARE_MOST), Hint.LIFT_GLASSES),
        (covered and not shining, Hint.OPEN_EYE),
        (m.diameter_px < IRIS_DIAMETER_GOOD_PX, Hint.COME_CLOSER),
    ]


def _turned(m: IrisMeasures) -> list[tuple[bool, Hint]]:
    """An eye turned away hides one side of its iris and looks smaller: that is said first. A lid or glare bends a
    pupil too, and a small one has no shape."""
    aside = not _least(m.roundness, ROUND_LEAST)
    aside |= not _least(m.roundness, ROUND_ASIDE) and not _least(m.gaze, WHITE_ASIDE)
    clear = m.open_share >= IRIS_OPEN_GOOD and _most(m.glare, GLARE_BREAKS) and m.diameter_px >= SHAPE_FROM_PX
    return [(aside and clear, Hint.LOOK_HERE)]


def _still(m: IrisMeasures) -> list[tuple[bool, Hint]]:
    moved = m.pupil_ratio >= PUPIL_RATIOS[0] and _least(m.outline, OUTLINE_GOOD) and not _most(m.motion, MOTION_MOST)
    return [
        (0 < m.pupil_ratio < PUPIL_RATIOS[0], Hint.LESS_LIGHT),
        (m.sharpness < IRIS_SHARPNESS_GOOD or moved, Hint.HOLD_STILL),
    ]


def _signs(m: IrisMeasures) -> list[Hint]:
    signs = [
        ((m.glasses or 0.0) >= GLASSES_LIKELY, Hint.LIFT_GLASSES),
        ((m.lens or 0.0) >= LENS_LIKELY, Hint.TAKE_OUT_LENS),
    ]
    return [hint for seen, hint in signs if seen]


def _least(value: float | None, least: float) -> bool:
    return value is None or value >= least


def _most(value: float | None, most: float) -> bool:
    return value is None or value <= most


def _within(value: float | None, span: tuple[float, float]) -> bool:
    return value is None or span[0] <= value <= span[1]
