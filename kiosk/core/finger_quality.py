"""Judges one fingertip: first by gates, for NFIQ 2 likes mild blur, halves, and gives white noise 36; then by rule
`first-2026`: NFIQ 2 from 40 is accepted, 20-39 is best of two, below 20 best of three and typed "worn". FVC2004 figures
behind it: recapture pays below about 30 and best-of-three holds the rest.

What is no fingertip, or a fingertip that nobody could match, is useless. A fault that another attempt may mend costs
the acceptance at once, never the finger: worn, small and cut-off ones are kept where nothing better comes. What was not
measured is not judged.
"""

from kiosk.core.judgement import Grade, Hint, Judgement, useless
from kiosk.core.measures import FingerMeasures, RestMeasures

NFIQ2_ACCEPT = 40
NFIQ2_FAIR = 20
MINUTIAE_LEAST = 8  # fewer cannot be matched by anybody
MINUTIAE_FEW = 12  # whole prints have 40 to 120
MINUTIAE_MANY, RELIABILITY_LOW = (
    140,
    0.3,
)  # more than fit a fingertip and none sure, nor any flow: dry skin in grains
COVERAGE_LEAST = 0.10  # share of the picture with ridges; below it hardly a fingertip lies there
AREA_LEAST_MM2 = 15.0  # of contact, where it was measured; whole fingers 150 to 530
EDGE_LEAST = 0.17  # of all grey a px: blur of sigma s leaves no slope above 0.4 / s, so this is one of 2.3
BLOT_RIDGES, BLOT_FEW_MM2 = 0.5, 60.0  # of a blot: where more of it, or more than that, has ridges, it is a print
FAINT_LEAST = 0.015  # share with ridges too faint to use: a dry, cold finger, or only the last one's trace

# Not a fingertip (measured on drawn noise, cloth, gratings, faces, eyes; prints of three sensors and an ink card)
COHERENCE_LEAST = 0.18  # noise of any grain up to 0.15, an eye 0.25; worn fingers from 0.24, whole ones 0.5 to 0.93
COHERENCE_RULED, SPREAD_RULED_PX = 0.96, 0.4  # what a machine ruled is above and below; fingers 0.93 and 0.8
SPREAD_DRAWN_PX = 0.15  # so even is no skin, however it bends; a touch of 30 mm2 had 0.3
STRAIGHTNESS_MOST = 0.97  # parallel over the whole contact: gratings 0.999; halves of prints up to 0.92, a tip 0.95
# Ridges of uneven spacing that fill a picture so large up to its corners: wood and waved stripes 0.33 to 0.75 of the
# period, fingers up to 0.25; fingertips fill 0.94 of their box at most. Wider than single fingers are pieces of a card.
SPREAD_WAVED, CORNERS, CORNERED_WIDTH_MM, CORNERED_HEIGHT_MM = 0.31, 0.95, (18.0, 30.0), 20.0
PERIOD_LEAST_PX, PERIOD_MOST_PX = 6.2, 14.0  # prints 6.7 to 12.2; at 300 ppi stated as 500: 4.4 to 6.6
PERIOD_SMALL_PX, WIDTH_SMALL_MM = 7.0, 13.0  # so fine on so narrow a contact: coarse ridges at 300 ppi stated as 500
PERIOD_DOUBLE_PX = 22.0  # twice that of a finger; faces and eyes 15 to 27
COHERENCE_RIDGES, COVERAGE_RIDGES = 0.4, 0.15  # from here they are ridges, so a wrong period is the sensor's
SPREAD_RIDGES = 0.33  # of the period: ridges at a wrong resolution 0.1 to 0.27, faces and eyes from 0.35

# Faults that another attempt may mend
WIDTH_LEAST_MM, HEIGHT_LEAST_MM = 11.4, 13.5  # contact: whole fingers 12.6 x 15 and more, halves up to 10.2 and 12.2
SHAPE_LEAST, SHAPE_MOST = 0.85, 2.1  # height by width: whole fingers 1.0 to 1.75, upper halves 0.65, left halves 2.3
CUT_MOST = 0.85  # a whole finger that touches the edge has up to 0.7; nothing is lost where what remains is a
WHOLE_WIDTH_MM, WHOLE_HEIGHT_MM = 12.6, 14.5  # whole finger's contact: a window of 300 px shows 15 mm
ACUITY_LEAST, DETAIL_LEAST = 0.133, 2.0  # per px: sharp prints 0.15 to 0.24, from sigma 2 below 0.12; detail 1.5
SMEARED_SHARE = 0.8  # of all ridges, or of the blot: a finger that slid keeps those along its way; still ones have 0.9
UNSURE = 0.3  # reliability of minutiae: smeared 0.27 to 0.29, still ones from 0.33
DARKNESS_MOST = 0.65  # prints 0.2 to 0.5; ridges that run together 0.7 and more
GROUND_LEAST, DARKNESS_LIGHT = 0.1, 0.55  # inverted pictures 0.01 and from 0.65; upright ones on black up to 0.5
CLIPPED_MOST = 0.5  # of a print's blocks; whitened pictures of one sensor have 0.12, an ink card 0.43
DRY_DARKNESS, DRY_COHERENCE = 0.25, 0.6  # a poor score below these is dry skin rather than a dirty finger

REST_RESIDUE_MOST = 0.08  # share of an empty platen with somebody's ridges
FAULT_COST = 0.5  # of the score, for each fault: a whole print of 45 is better than a half of 60


def judge(m: FingerMeasures) -> Judgement:
    """One attempt at one finger. Without minutiae and score (the measure at camera rate) the gates alone decide."""
    if hints := _nothing_to_use(m) or _no_finger(m) or _unmatchable(m):
        return useless(*hints)
    faults = _faults(m)
    grade, score = _by_score(m)
    hints = faults or (_poor_skin(m) if grade is not Grade.GOOD else ())
    mended = Grade.GOOD if not faults else Grade.FAIR if len(faults) == 1 else Grade.POOR
    return Judgement(max(grade, mended), score * FAULT_COST ** len(faults), hints)


def is_worn(m: FingerMeasures) -> bool:
    """Whether an accepted print is typed worn: below the fair score."""
    return (m.nfiq2 or 0) < NFIQ2_FAIR


def judge_rest(m: RestMeasures) -> Hint | None:
    """What an empty platen needs before the next finger."""
    return Hint.WIPE_GLASS if m.residue > REST_RESIDUE_MOST else None


def _nothing_to_use(m: FingerMeasures) -> tuple[Hint, ...]:
    if m.blot_mm2 and (m.area_mm2 or 0.0) < min(BLOT_RIDGES * m.blot_mm2, BLOT_FEW_MM2):
        return (Hint.HOLD_STILL, Hint.WIPE_GLASS) if _soft(m) else (Hint.PRESS_SOFTER,)
    if m.coverage >= COVERAGE_LEAST if m.area_mm2 is None else m.area_mm2 >= AREA_LEAST_MM2:
        return ()
    if m.grain_mm2:
        return (Hint.MOISTEN_FINGER, Hint.WIPE_FINGER)
    if (m.faint or 0) >= FAINT_LEAST and _like_a_finger(m.period_px):
        return (Hint.PRESS_FLAT, Hint.WIPE_GLASS)
    return (Hint.SHOW_FINGER, Hint.PRESS_FLAT)


def _no_finger(m: FingerMeasures) -> tuple[Hint, ...]:
    if m.coherence is None or m.spread_px is None or m.straightness is None:
        return ()
    if m.coherence < COHERENCE_LEAST or m.straightness > STRAIGHTNESS_MOST or _ruled(m.coherence, m.spread_px):
        return (Hint.SHOW_FINGER,)
    if _waved(m, m.spread_px):
        return (Hint.SHOW_FINGER,)
    if _like_a_finger(m.period_px) and not _too_fine(m):
        return ()
    return (Hint.CHECK_SENSOR,) if _ridges_at_another_scale(m, m.coherence, m.spread_px) else (Hint.SHOW_FINGER,)


def _ridges_at_another_scale(m: FingerMeasures, coherence: float, spread_px: float) -> bool:
    if m.period_px is None or m.period_px > PERIOD_DOUBLE_PX or spread_px > SPREAD_RIDGES * m.period_px:
        return False
    return coherence >= COHERENCE_RIDGES and m.coverage >= COVERAGE_RIDGES


def _ruled(coherence: float, spread_px: float) -> bool:
    return spread_px <= (SPREAD_RULED_PX if coherence >= COHERENCE_RULED else SPREAD_DRAWN_PX)


def _waved(m: FingerMeasures, spread_px: float) -> bool:
    wide, high = m.width_mm or 0.0, m.height_mm or 0.0
    cornered = (m.area_mm2 or 0.0) >= CORNERS * wide * high
    large = CORNERED_WIDTH_MM[0] <= wide <= CORNERED_WIDTH_MM[1] and high >= CORNERED_HEIGHT_MM
    filled = m.ground is None and large and cornered
    return filled and spread_px > SPREAD_WAVED * (m.period_px or PERIOD_MOST_PX)


def _like_a_finger(period_px: float | None) -> bool:
    return period_px is not None and PERIOD_LEAST_PX <= period_px <= PERIOD_MOST_PX


def _too_fine(m: FingerMeasures) -> bool:
    return (m.period_px or 0) < PERIOD_SMALL_PX and (m.width_mm or 0) < WIDTH_SMALL_MM


def _unmatchable(m: FingerMeasures) -> tuple[Hint, ...]:
    if m.minutiae is None or (m.nfiq2 is not None and m.minutiae >= MINUTIAE_LEAST):
        return ()
    return _faults(m) or (Hint.PRESS_FLAT,)


def _faults(m: FingerMeasures) -> tuple[Hint, ...]:
    faults = (
        (_blurred(m), (Hint.HOLD_STILL, Hint.WIPE_GLASS)),
        (_inverted(m), (Hint.CHECK_SENSOR,)),
        (_above(m.darkness, DARKNESS_MOST) and not _inverted(m), (Hint.PRESS_SOFTER,)),
        (_above(m.cut, CUT_MOST) and not _whole(m), (Hint.CENTRE_FINGER,)),
        (_partial(m), (Hint.PRESS_FLAT,)),
        (_above(m.clipped, CLIPPED_MOST), (Hint.CHECK_SENSOR,)),
        (_grainy(m), (Hint.MOISTEN_FINGER,)),
        (m.minutiae is not None and m.minutiae < MINUTIAE_FEW, (Hint.PRESS_FLAT,)),
    )
    return tuple(dict.fromkeys(hint for wrong, hints in faults if wrong for hint in hints))


def _inverted(m: FingerMeasures) -> bool:
    """Ridges light on dark glass: their endings would be stored as forks."""
    return m.ground is not None and m.ground < GROUND_LEAST and _above(m.darkness, DARKNESS_LIGHT)


def _whole(m: FingerMeasures) -> bool:
    return (m.width_mm or 0.0) >= WHOLE_WIDTH_MM and (m.height_mm or 0.0) >= WHOLE_HEIGHT_MM


def _partial(m: FingerMeasures) -> bool:
    if m.width_mm is None or m.height_mm is None:
        return False
    small = m.width_mm < WIDTH_LEAST_MM or m.height_mm < HEIGHT_LEAST_MM
    return small or not SHAPE_LEAST <= m.height_mm / m.width_mm <= SHAPE_MOST


def _blurred(m: FingerMeasures) -> bool:
    if m.acuity is None or m.detail is None or m.acuity >= ACUITY_LEAST:
        return False
    return _smeared(m) or m.detail < DETAIL_LEAST or _soft(m)


def _smeared(m: FingerMeasures) -> bool:
    if _above(m.darkness, DARKNESS_MOST):
        return False
    without = m.faint is not None and m.coverage < SMEARED_SHARE * m.faint
    worn_off = bool(m.blot_mm2) and (m.area_mm2 or 0.0) < SMEARED_SHARE * (m.blot_mm2 or 0.0)
    return without or worn_off or (m.reliability is not None and m.reliability < UNSURE)


def _soft(m: FingerMeasures) -> bool:
    return m.edge is not None and m.edge < EDGE_LEAST


def _grainy(m: FingerMeasures) -> bool:
    orderly = m.coherence is None or m.coherence >= DRY_COHERENCE
    return (m.minutiae or 0) > MINUTIAE_MANY and not orderly and (m.reliability or 1.0) < RELIABILITY_LOW


def _poor_skin(m: FingerMeasures) -> tuple[Hint, ...]:
    dry = (m.darkness is not None and m.darkness < DRY_DARKNESS) or (
        m.coherence is not None and m.coherence < DRY_COHERENCE
    )
    return (Hint.MOISTEN_FINGER, Hint.WIPE_FINGER) if dry else (Hint.WIPE_FINGER,)


def _by_score(m: FingerMeasures) -> tuple[Grade, float]:
    if m.nfiq2 is None:  # at camera rate: `_unmatchable` has seen to the rest
        return Grade.GOOD, m.coverage * m.sharpness
    if m.nfiq2 >= NFIQ2_ACCEPT:
        return Grade.GOOD, m.nfiq2
    return Grade.FAIR if m.nfiq2 >= NFIQ2_FAIR else Grade.POOR, m.nfiq2


def _above(value: float | None, most: float) -> bool:
    return value is not None and value > most
