"""What is said of one finger: the gates before any score, one by one, and that no figure whatever breaks them."""

from dataclasses import fields, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.core import finger_quality
from kiosk.core.finger_quality import judge, judge_rest
from kiosk.core.judgement import Grade, Hint, Judgement
from kiosk.core.measures import FingerMeasures, RestMeasures

GLANCE = FingerMeasures(
    nfiq2=None,
    minutiae=None,
    coverage=0.6,
    sharpness=27.0,
    area_mm2=300.0,
    centre_x=0.5,
    centre_y=0.5,
    cut=0.0,
    period_px=9.3,
    coherence=0.87,
    darkness=0.36,
    clipped=0.0,
    width_mm=17.9,
    height_mm=22.1,
    spread_px=1.4,
    straightness=0.27,
    acuity=0.18,
    detail=3.7,
    faint=0.63,
    edge=0.34,
)
GOOD = replace(GLANCE, nfiq2=65, minutiae=72, reliability=0.78)
MENDABLE = {
    "cut off by the edge": ({"cut": 0.95, "width_mm": 12.2}, Hint.CENTRE_FINGER),
    "light ridges on dark glass": ({"ground": 0.0, "darkness": 0.66}, Hint.CHECK_SENSOR),
    "an upper half": ({"height_mm": 11.2}, Hint.PRESS_FLAT),
    "a left half": ({"width_mm": 9.4}, Hint.PRESS_FLAT),
    "a wide upper half": ({"width_mm": 21.1, "height_mm": 15.0}, Hint.PRESS_FLAT),
    "a narrow strip": ({"width_mm": 11.4, "height_mm": 28.0}, Hint.PRESS_FLAT),
    "blurred": ({"acuity": 0.09, "detail": 1.1}, Hint.HOLD_STILL),
    "without one steep edge": ({"acuity": 0.11, "edge": 0.13}, Hint.HOLD_STILL),
    "slid": ({"acuity": 0.11, "coverage": 0.4}, Hint.HOLD_STILL),
    "worn off its own blot": ({"acuity": 0.12, "blot_mm2": 400.0}, Hint.HOLD_STILL),
    "so smeared that no minutia is sure": ({"acuity": 0.12, "reliability": 0.28}, Hint.HOLD_STILL),
    "so wet that ridges run together": ({"darkness": 0.8}, Hint.PRESS_SOFTER),
    "at the end of the scale": ({"clipped": 0.7}, Hint.CHECK_SENSOR),
    "grains for ridges": ({"minutiae": 150, "reliability": 0.2, "coherence": 0.4}, Hint.MOISTEN_FINGER),
    "hardly any minutiae": ({"minutiae": 9}, Hint.PRESS_FLAT),
}
NEVER = {
    "noise": ({"coherence": 0.12}, Hint.SHOW_FINGER),
    "a grating": ({"straightness": 0.99}, Hint.SHOW_FINGER),
    "rings": ({"coherence": 0.98, "spread_px": 0.05}, Hint.SHOW_FINGER),
    "crossing rings": ({"coherence": 0.6, "spread_px": 0.05}, Hint.SHOW_FINGER),
    "wood": (
        {"area_mm2": 495.0, "width_mm": 20.3, "height_mm": 24.4, "spread_px": 3.6, "coherence": 0.5},
        Hint.SHOW_FINGER,
    ),
    "300 ppi stated as 500": ({"period_px": 5.4, "spread_px": 0.6}, Hint.CHECK_SENSOR),
    "coarse ridges at 300 ppi": ({"period_px": 6.6, "width_mm": 12.6}, Hint.CHECK_SENSOR),
    "1000 ppi stated as 500": ({"period_px": 17.7, "spread_px": 3.0}, Hint.CHECK_SENSOR),
    "a face": ({"period_px": 25.0, "spread_px": 10.0, "coherence": 0.5}, Hint.SHOW_FINGER),
    "a speck": ({"area_mm2": 8.0, "faint": 0.01}, Hint.SHOW_FINGER),
    "a wet blot": ({"area_mm2": 20.0, "blot_mm2": 260.0}, Hint.PRESS_SOFTER),
    "a blot out of focus": ({"area_mm2": 20.0, "blot_mm2": 260.0, "edge": 0.08}, Hint.HOLD_STILL),
    "dry grains": ({"area_mm2": 8.0, "grain_mm2": 200.0}, Hint.MOISTEN_FINGER),
    "the trace of a finger": ({"area_mm2": None, "coverage": 0.0, "faint": 0.4}, Hint.PRESS_FLAT),
}


def test_a_sharp_whole_print_is_good_by_its_score() -> None:
    assert judge(GOOD) == Judgement(Grade.GOOD, 65)


@pytest.mark.parametrize(
    "changed",
    [
        {"cut": 1.0, "width_mm": 13.8, "height_mm": 15.0},  # a window of 300 px beside the middle of the finger
        {"ground": 0.0, "darkness": 0.5},  # dark ridges in a black frame
        {"ground": None, "darkness": 0.6},  # ridges up to the picture's edge
        {"minutiae": 147, "reliability": 0.16},  # many minutiae in clear ridges
        {"blot_mm2": 330.0, "acuity": 0.12},
    ],
)
def test_what_costs_a_print_nothing_is_not_held_against_it(changed: dict[str, float | None]) -> None:
    assert judge(replace(GOOD, **changed)) == Judgement(Grade.GOOD, 65)  # type: ignore[arg-type]


def test_at_camera_rate_the_gates_alone_decide() -> None:
    judged = judge(GLANCE)
    assert (judged.grade, judged.hints) == (Grade.GOOD, ())
    assert judged.score > judge(replace(GLANCE, sharpness=20.0)).score
    assert judge(replace(GLANCE, coherence=0.1)).grade is Grade.USELESS


@pytest.mark.parametrize("name", MENDABLE)
def test_a_fault_costs_the_acceptance_and_names_what_to_do(name: str) -> None:
    changed, hint = MENDABLE[name]
    judged = judge(replace(GOOD, **changed))
    assert judged.grade in (Grade.FAIR, Grade.POOR)
    assert judged.hint is hint
    assert judged.score < judge(GOOD).score


@pytest.mark.parametrize("name", NEVER)
@pytest.mark.parametrize("seen", [GOOD, GLANCE])
def test_what_is_no_matchable_finger_is_useless_whatever_its_score(name: str, seen: FingerMeasures) -> None:
    changed, hint = NEVER[name]
    judged = judge(replace(seen, **changed))
    assert (judged.grade, judged.hint) == (Grade.USELESS, hint)


@pytest.mark.parametrize(("nfiq2", "grade"), [(40, Grade.GOOD), (39, Grade.FAIR), (20, Grade.FAIR), (19, Grade.POOR)])
def test_a_low_score_of_a_fingertip_is_never_useless(nfiq2: int, grade: Grade) -> None:
    worn = replace(GOOD, nfiq2=nfiq2, coherence=0.24, coverage=0.15, faint=0.2, minutiae=148, reliability=0.35)
    assert judge(worn).grade is grade


def test_poor_dry_skin_is_moistened_and_other_poor_skin_wiped() -> None:
    assert judge(replace(GOOD, nfiq2=30, coherence=0.5)).hint is Hint.MOISTEN_FINGER
    assert judge(replace(GOOD, nfiq2=30)).hint is Hint.WIPE_FINGER


def test_a_print_that_nfiq2_gives_up_on_names_its_fault() -> None:
    blurred = judge(replace(GOOD, nfiq2=None, acuity=0.05, detail=1.0))
    assert (blurred.grade, blurred.hint) == (Grade.USELESS, Hint.HOLD_STILL)
    assert judge(replace(GOOD, nfiq2=None)).hint is Hint.PRESS_FLAT


def test_a_whole_print_is_kept_before_a_better_scored_half() -> None:
    assert judge(replace(GOOD, nfiq2=45)).score > judge(replace(GOOD, nfiq2=60, height_mm=11.0)).score


def test_what_was_not_measured_is_not_judged() -> None:
    assert judge(FingerMeasures(nfiq2=55, minutiae=60, coverage=0.6, sharpness=30.0)) == Judgement(Grade.GOOD, 55)
    assert judge(FingerMeasures(nfiq2=55, minutiae=60, coverage=0.02, sharpness=30.0)).grade is Grade.USELESS


def test_a_platen_with_somebody_s_ridges_is_wiped() -> None:
    assert judge_rest(RestMeasures(level=230.0, residue=0.4)) is Hint.WIPE_GLASS
    assert judge_rest(RestMeasures(level=230.0, residue=0.0)) is None


_numbers = {f.name: st.none() | st.floats(0, 600) for f in fields(FingerMeasures)}
_numbers |= {"coverage": st.floats(0, 1), "sharpness": st.floats(0, 100)}
_numbers |= {"nfiq2": st.none() | st.integers(0, 100), "minutiae": st.none() | st.integers(0, 150)}


@given(st.builds(FingerMeasures, **_numbers))
@settings(max_examples=400, deadline=None)
def test_every_measure_has_a_verdict_and_whoever_is_refused_knows_why(m: FingerMeasures) -> None:
    judged = judge(m)
    assert judged.grade is Grade.GOOD or judged.hints
    assert (judged.score == -1) == (judged.grade is Grade.USELESS)
    assert judged.grade is not Grade.GOOD or m.nfiq2 is None or m.nfiq2 >= finger_quality.NFIQ2_ACCEPT
