"""Portraits: every fault has its hint, none is a stop, and the cloth behind is advice."""

from dataclasses import replace

import pytest

from kiosk.core import face_quality as q
from kiosk.core.face_quality import Background, FaceFlag, background_advice, flags, judge
from kiosk.core.judgement import Grade, Hint
from kiosk.core.measures import FaceMeasures
from kiosk.core.quality import MOST_ATTEMPTS, Answer, decide

GOOD = FaceMeasures(
    faces=1,
    eye_distance_px=98.0,
    roll_deg=1.0,
    centre_x=0.5,
    centre_y=0.48,
    brightness=140.0,
    sharpness=20.0,
    yaw_deg=2.0,
    pitch_deg=3.0,
    eyes_open=0.25,
    mouth_open=0.03,
    evenness=0.95,
    clipped=0.0,
    visible=1.0,
    dark_lenses=0.0,
    eye_white=200.0,
    cut=0.0,
    background_red=176.0,
    background_green=40.0,
    background_blue=44.0,
    background_spread=7.0,
)
FAULTS: list[tuple[dict[str, float], Hint]] = [
    ({"faces": 2}, Hint.ONE_FACE),
    ({"eye_distance_px": q.EYE_DISTANCE_GOOD_PX - 1}, Hint.COME_CLOSER),
    ({"roll_deg": q.FACE_ROLL_GOOD_DEG + 0.1}, Hint.STRAIGHTEN_HEAD),
    ({"roll_deg": -q.FACE_ROLL_GOOD_DEG - 0.1}, Hint.STRAIGHTEN_HEAD),
    ({"yaw_deg": q.YAW_GOOD_DEG + 0.1}, Hint.STRAIGHTEN_HEAD),
    ({"pitch_deg": -q.PITCH_GOOD_DEG - 0.1}, Hint.STRAIGHTEN_HEAD),
    ({"eyes_open": q.EYES_OPEN_GOOD - 0.01}, Hint.OPEN_EYE),
    ({"mouth_open": q.MOUTH_OPEN_GOOD + 0.01}, Hint.CLOSE_MOUTH),
    ({"brightness": 64.0, "eye_white": 90.0}, Hint.MORE_LIGHT),
    ({"brightness": 221.0}, Hint.LESS_LIGHT),
    ({"clipped": 0.2, "brightness": 190.0}, Hint.LESS_LIGHT),
    ({"clipped": 0.2, "brightness": 70.0}, Hint.MORE_LIGHT),
    ({"evenness": q.EVENNESS_GOOD - 0.01}, Hint.TURN_FROM_SUN),
    ({"sharpness": q.FACE_SHARPNESS_GOOD - 0.1}, Hint.HOLD_STILL),
    ({"centre_x": 0.9}, Hint.CENTRE_FACE),
    ({"centre_y": 0.1}, Hint.CENTRE_FACE),
    ({"cut": 0.3}, Hint.STEP_BACK),
]
HIDDEN: list[tuple[dict[str, float], Hint]] = [
    ({"visible": q.VISIBLE_GOOD - 0.1}, Hint.SHOW_FACE),
    ({"dark_lenses": q.DARK_LENSES_GOOD + 0.1}, Hint.LIFT_GLASSES),
]


def but(**changes: float) -> FaceMeasures:
    return replace(GOOD, **changes)


def test_a_portrait_without_fault_is_good_and_has_no_flag() -> None:
    assert judge(GOOD).grade is Grade.GOOD
    assert flags(GOOD) == ()


@pytest.mark.parametrize(("changes", "hint"), FAULTS)
def test_one_fault_takes_one_more_attempt_and_has_its_hint(changes: dict[str, float], hint: Hint) -> None:
    judged = judge(but(**changes))
    assert (judged.grade, judged.hints) == (Grade.FAIR, (hint,))
    assert decide([but(**changes)] * 2).answer is Answer.ACCEPT


@pytest.mark.parametrize(("changes", "hint"), HIDDEN)
def test_a_hidden_face_takes_every_attempt_and_is_then_flagged_never_stopped(
    changes: dict[str, float], hint: Hint
) -> None:
    hidden = but(**changes)
    assert (judge(hidden).grade, judge(hidden).hint) == (Grade.POOR, hint)
    assert [decide([hidden] * n).answer for n in range(1, MOST_ATTEMPTS)] == [Answer.AGAIN] * (MOST_ATTEMPTS - 1)
    assert decide([hidden] * MOST_ATTEMPTS).answer is Answer.ACCEPT
    assert flags(hidden) == (FaceFlag.COVERED,)


def test_no_face_at_all_can_be_kept() -> None:
    nobody = FaceMeasures(0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
    assert (judge(nobody).grade, judge(nobody).hint) == (Grade.USELESS, Hint.LOOK_HERE)


def test_a_second_face_and_closed_eyes_are_told_to_the_officer() -> None:
    assert flags(but(faces=3)) == (FaceFlag.SEVERAL_FACES,)
    assert flags(but(eyes_open=0.01)) == (FaceFlag.EYES_SHUT,)


def test_dark_skin_in_good_light_is_not_asked_for_more() -> None:
    assert judge(but(brightness=55.0, eye_white=170.0)).grade is Grade.GOOD


def test_a_turned_head_is_asked_to_look_straight_before_anything_else() -> None:
    assert judge(but(yaw_deg=25.0, visible=0.1, eye_distance_px=80.0)).hint is Hint.STRAIGHTEN_HEAD


def test_a_face_half_in_shadow_is_asked_to_turn_before_it_is_called_covered() -> None:
    assert judge(but(evenness=0.4, visible=0.3)).hints == (Hint.TURN_FROM_SUN,)


def test_what_was_not_measured_is_no_fault() -> None:
    bare = FaceMeasures(1, 98.0, 0.0, 0.5, 0.5, 140.0, 20.0)
    assert judge(bare).grade is Grade.GOOD
    assert flags(bare) == ()
    assert background_advice(bare, 1990) is None


def test_fewer_faults_score_higher_and_then_the_sharper_picture() -> None:
    blurred, dim = but(sharpness=6.0), but(sharpness=6.0, brightness=50.0, eye_white=60.0)
    assert judge(GOOD).score > judge(but(sharpness=9.0)).score > judge(blurred).score > judge(dim).score > 0


@pytest.mark.parametrize(
    ("rgb", "odd", "even"),
    [
        ((176, 40, 44), None, Background.NOT_BLUE),
        ((219, 21, 21), None, Background.NOT_BLUE),
        ((120, 20, 36), None, Background.NOT_BLUE),
        ((30, 70, 170), Background.NOT_RED, None),
        ((0, 144, 255), Background.NOT_RED, None),
        ((240, 130, 20), Background.NOT_RED, Background.NOT_BLUE),
        ((200, 200, 205), Background.NOT_RED, Background.NOT_BLUE),
        ((40, 140, 60), Background.NOT_RED, Background.NOT_BLUE),
        ((0, 0, 0), Background.NOT_RED, Background.NOT_BLUE),
    ],
)
def test_the_cloth_is_red_for_odd_and_blue_for_even_years(
    rgb: tuple[int, int, int], odd: Background | None, even: Background | None
) -> None:
    seen = but(background_red=rgb[0], background_green=rgb[1], background_blue=rgb[2])
    assert (background_advice(seen, 1991), background_advice(seen, 1990)) == (odd, even)
    assert judge(seen).grade is Grade.GOOD


def test_an_uneven_cloth_is_advice_and_no_fault() -> None:
    uneven = but(background_spread=q.BACKGROUND_SPREAD_GOOD + 1)
    assert background_advice(uneven, 1991) is Background.UNEVEN
    assert judge(uneven).grade is Grade.GOOD
