"""The iris rule as a table: each measure at its limit and just beyond."""

from dataclasses import replace
from typing import Any

import pytest

from kiosk.core import iris_quality as q
from kiosk.core.judgement import Grade, Hint, useless
from kiosk.core.measures import IrisMeasures, RestMeasures

GOOD = IrisMeasures(
    diameter_px=240.0,
    pupil_ratio=0.4,
    contrast=80.0,
    sharpness=5.0,
    open_share=0.9,
    centre_x=0.5,
    centre_y=0.5,
    scleral_contrast=60.0,
    gaze=0.9,
    motion=0.2,
    glare=0.0,
    glasses=0.0,
    lens=0.0,
    roundness=0.99,
    outline=0.95,
    limbus=0.9,
    brightness=110.0,
    span=0.5,
    margin=0.5,
)


def test_an_eye_without_a_fault_is_good() -> None:
    judged = q.judge(GOOD)
    assert (judged.grade, judged.hints) == (Grade.GOOD, ())


def test_what_was_not_measured_says_nothing() -> None:
    bare = IrisMeasures(GOOD.diameter_px, GOOD.pupil_ratio, GOOD.contrast, GOOD.sharpness, GOOD.open_share)
    assert q.judge(bare) == q.judge(GOOD)


@pytest.mark.parametrize(
    ("limit", "beyond", "hint"),
    [
        ({"diameter_px": 210.0}, {"diameter_px": 209.9}, Hint.COME_CLOSER),
        ({"span": q.IRIS_SPAN_MOST}, {"span": 0.93}, Hint.STEP_BACK),
        ({"margin": q.MARGIN_LEAST}, {"margin": -0.04}, Hint.LOOK_HERE),
        ({"centre_x": 0.2}, {"centre_x": 0.19}, Hint.LOOK_HERE),
        ({"centre_y": 0.8}, {"centre_y": 0.81}, Hint.LOOK_HERE),
        ({"brightness": q.DARK}, {"brightness": q.DARK - 1}, Hint.MORE_LIGHT),
        ({"brightness": q.BRIGHT}, {"brightness": q.BRIGHT + 1}, Hint.LESS_LIGHT),
        ({"contrast": q.IRIS_CONTRAST_GOOD}, {"contrast": 19.9}, Hint.MORE_LIGHT),
        ({"open_share": q.IRIS_OPEN_GOOD}, {"open_share": 0.64}, Hint.OPEN_EYE),
        ({"outline": q.OUTLINE_GOOD}, {"outline": 0.69}, Hint.OPEN_EYE),
        ({"limbus": q.LIMBUS_GOOD}, {"limbus": 0.49}, Hint.OPEN_EYE),
        ({"glare": q.GLARE_MOST}, {"glare": 0.09}, Hint.LIFT_GLASSES),
        ({"roundness": q.ROUND_LEAST}, {"roundness": 0.89}, Hint.LOOK_HERE),
        ({"gaze": q.WHITE_ASIDE, "roundness": 0.95}, {"gaze": 0.4, "roundness": 0.95}, Hint.LOOK_HERE),
        ({"sharpness": q.IRIS_SHARPNESS_GOOD}, {"sharpness": 1.1}, Hint.HOLD_STILL),
        ({"motion": q.MOTION_MOST}, {"motion": 0.5}, Hint.HOLD_STILL),
        ({"pupil_ratio": 0.2}, {"pupil_ratio": 0.19}, Hint.LESS_LIGHT),
        ({"pupil_ratio": 0.7}, {"pupil_ratio": 0.71}, Hint.MORE_LIGHT),
    ],
)
def test_each_measure_has_its_limit_and_its_hint(limit: dict[str, Any], beyond: dict[str, Any], hint: Hint) -> None:
    assert q.judge(replace(GOOD, **limit)).grade is Grade.GOOD
    spoilt = q.judge(replace(GOOD, **beyond))
    assert (spoilt.grade, spoilt.hints) == (Grade.FAIR, (hint,))


@pytest.mark.parametrize(
    "missing",
    [
        {"diameter_px": 0.0},
        {"contrast": 7.0},
        {"outline": 0.2},
        {"limbus": 0.3},
        {"sharpness": 61.0},
        {"scleral_contrast": 4.0},
        {"pupil_ratio": 0.86},
        {"sharpness": 0.1, "outline": 0.6},
    ],
)
def test_what_is_no_eye_is_useless(missing: dict[str, Any]) -> None:
    assert q.judge(replace(GOOD, **missing)) == useless(Hint.LOOK_HERE)


def test_under_glare_an_eye_is_one_without_its_pupil_or_its_white() -> None:
    glared = replace(GOOD, glare=0.2, outline=0.0, contrast=-40.0, scleral_contrast=-20.0)
    assert q.judge(glared).hint is Hint.LIFT_GLASSES
    assert q.judge(glared).grade is not Grade.GOOD


def test_an_eye_so_near_that_its_white_is_out_of_sight_is_one() -> None:
    assert q.judge(replace(GOOD, span=0.97, scleral_contrast=3.0)).hints == (Hint.STEP_BACK,)


def test_an_eye_turned_aside_is_told_to_look_before_it_is_told_to_come() -> None:
    turned = replace(GOOD, roundness=0.87, diameter_px=207.0, outline=0.65)
    assert q.judge(turned).hints[0] is Hint.LOOK_HERE
    assert Hint.LOOK_HERE not in q.judge(replace(turned, open_share=0.5)).hints
    assert Hint.LOOK_HERE not in q.judge(replace(turned, glare=0.05)).hints
    assert Hint.LOOK_HERE not in q.judge(replace(turned, diameter_px=90.0)).hints


def test_glare_is_named_rather_than_the_lids_it_imitates() -> None:
    assert q.judge(replace(GOOD, glare=0.05, outline=0.5)).hints == (Hint.LIFT_GLASSES,)


@pytest.mark.parametrize(("sign", "hint"), [("glasses", Hint.LIFT_GLASSES), ("lens", Hint.TAKE_OUT_LENS)])
def test_a_sign_adds_a_hint_and_refuses_nothing(sign: str, hint: Hint) -> None:
    judged = q.judge(replace(GOOD, **{sign: 1.0}))  # type: ignore[arg-type]
    assert (judged.grade, judged.hints) == (Grade.GOOD, (hint,))


def test_daylight_between_two_flashes_turns_the_person_from_the_sun() -> None:
    assert q.judge_rest(RestMeasures(level=5.0, residue=0.0)) is None
    assert q.judge_rest(RestMeasures(level=q.REST_SUNLIT, residue=0.0)) is Hint.TURN_FROM_SUN
