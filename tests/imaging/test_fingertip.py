"""Contact, spacing, blur and darkness of drawn and shared prints are measured as they are, at camera rate; and what is
no finger is not taken for one."""

from collections.abc import Callable

import numpy as np
import pytest
from drawn import blurred, ridges

from bench.inputs import fingers as inputs
from hal.world import fingers, platen
from kiosk.core.finger_quality import judge, judge_rest
from kiosk.core.judgement import Grade, Hint
from kiosk.core.measures import FingerMeasures
from kiosk.imaging import contact, fingerprint, glance, spacing
from kiosk.imaging import ridges as found
from kiosk.imaging.minutiae import Extractor
from kiosk.imaging.picture import Pixels, scaled

Picture = Callable[[str], Pixels]
SENSOR = ("left-index.1", "left-index.2", "left-index.3", "right-index.1", "right-index.2", "right-index.3")
SFINGE = ("left-middle.1", "left-thumb.1", "right-middle.1", "right-ring.1", "right-thumb.1")


@pytest.fixture(scope="module")
def finger() -> fingers.Finger:
    return fingers.master(41)


@pytest.fixture(scope="module")
def touch(finger: fingers.Finger) -> Pixels:
    return fingers.impression(finger, np.random.default_rng(1))


def _seen(pixels: Pixels) -> FingerMeasures:
    return glance.finger(pixels, 500)


@pytest.mark.parametrize("period", [7.0, 9.0, 12.0])
def test_the_period_is_the_distance_from_ridge_to_ridge(period: float) -> None:
    assert _seen(ridges(period=period)).period_px == pytest.approx(period, rel=0.04)


def test_the_contact_is_measured_in_millimetres(touch: Pixels) -> None:
    seen = _seen(touch)
    assert seen.width_mm == pytest.approx(320 * 0.0508 + 1, abs=2)
    assert seen.height_mm == pytest.approx(400 * 0.0508 + 1, abs=2)
    assert seen.area_mm2 == pytest.approx(np.pi * 160 * 200 * 0.0508**2, rel=0.25)


def test_the_contact_s_centre_moves_as_the_finger_does_and_not_mirrored(finger: fingers.Finger) -> None:
    there = _seen(fingers.impression(finger, np.random.default_rng(1), shift_px=(-30, 50), cover=0.4))
    here = _seen(fingers.impression(finger, np.random.default_rng(1), cover=0.4))
    assert (there.centre_x or 0) - (here.centre_x or 0) == pytest.approx(-30 / 400, abs=0.02)
    assert (there.centre_y or 0) - (here.centre_y or 0) == pytest.approx(50 / 480, abs=0.02)


def test_only_one_side_that_is_cut_off_counts() -> None:
    mask = np.zeros((60, 50), bool)
    mask[10:50, :30] = True
    left = contact.largest(mask)
    both = contact.largest(np.ones((60, 50), bool))
    assert left is not None
    assert both is not None
    assert left.cut == pytest.approx(1.0)
    assert both.cut == 0.0


def test_specks_are_no_contact() -> None:
    mask = np.zeros((60, 50), bool)
    mask[::7, ::7] = True
    assert contact.largest(mask) is None


@pytest.mark.parametrize("sigma", [2.0, 2.5, 3.0, 4.0, 5.0])
def test_blur_that_nfiq2_likes_is_seen(touch: Pixels, sigma: float) -> None:
    judged = judge(_seen(blurred(touch, sigma)))
    assert judged.grade is not Grade.GOOD
    assert judged.hint is Hint.HOLD_STILL


def test_a_faint_but_sharp_print_is_not_blurred(touch: Pixels) -> None:
    faint = (200 + (touch.astype(np.float32) - 232) * 0.35).astype(np.uint8)
    assert judge(_seen(faint)).grade is Grade.GOOD


def test_mere_waves_have_no_detail() -> None:
    wave = _seen(ridges(period=9.0))
    assert wave.detail == pytest.approx(1.0, abs=0.25)


def test_darkness_grows_with_pressure(finger: fingers.Finger) -> None:
    darkness = [
        _seen(fingers.impression(finger, np.random.default_rng(2), pressed=pressed, dryness=0.0)).darkness or 0
        for pressed in (0.5, 1.0, 1.8, 2.6)
    ]
    assert darkness == sorted(darkness)


def test_a_finger_at_300_ppi_stated_as_500_is_the_sensor_s_fault(touch: Pixels) -> None:
    judged = judge(_seen(scaled(touch, 0.6)))
    assert (judged.grade, judged.hint) == (Grade.USELESS, Hint.CHECK_SENSOR)
    assert judge(glance.finger(scaled(touch, 2.0), 1000)).grade is Grade.GOOD


def test_the_last_finger_s_trace_is_seen_on_an_empty_platen(finger: fingers.Finger) -> None:
    rng = np.random.default_rng(3)
    assert judge_rest(found.at_rest(fingers.blank_platen(rng))) is None
    assert judge_rest(found.at_rest(platen.residue(finger, rng))) is Hint.WIPE_GLASS
    assert found.at_rest(np.full((480, 400), 77, np.uint8)).level == 77


def test_light_ridges_on_dark_glass_are_the_sensor_s_fault(touch: Pixels) -> None:
    judged = judge(_seen(255 - touch))
    assert (judged.grade, judged.hint) == (Grade.FAIR, Hint.CHECK_SENSOR)


def test_a_dark_frame_round_a_print_is_no_inverted_print(touch: Pixels) -> None:
    framed = np.zeros((560, 640), np.uint8)
    framed[40:520, 120:520] = touch
    assert judge(_seen(framed)).grade is Grade.GOOD


def test_a_print_beside_the_middle_of_a_small_window_is_good_while_a_whole_finger_s_width_is_seen(
    touch: Pixels,
) -> None:
    assert judge(_seen(np.ascontiguousarray(touch[90:390, 20:320]))).grade is Grade.GOOD
    assert judge(_seen(np.ascontiguousarray(touch[90:390, :200]))).grade is not Grade.GOOD


def test_another_set_of_inputs_shares_no_picture_and_can_be_drawn_again() -> None:
    tuned, fresh, again = (next(inputs.good(fresh=number)).pixels for number in (0, 1, 1))
    assert (fresh == again).all()
    assert (fresh != tuned).any()


@pytest.mark.parametrize("kind", inputs.WRONG)
def test_no_wrong_kind_is_taken_for_a_good_finger(kind: str) -> None:
    draw, hints = inputs.WRONG[kind]
    judged = judge(_seen(draw(np.random.default_rng(77))))
    assert judged.grade is not Grade.GOOD
    assert judged.hint in hints


@pytest.mark.parametrize("kind", inputs.GOOD)
def test_every_good_kind_is_good_at_a_glance(finger: fingers.Finger, kind: str) -> None:
    assert judge(_seen(inputs.GOOD[kind](finger, np.random.default_rng(7)))).grade is Grade.GOOD


@pytest.mark.parametrize("worn", [0.5, 0.6, 0.7])
def test_worn_fingers_stay_usable(extractor: Extractor, finger: fingers.Finger, worn: float) -> None:
    print_ = fingers.impression(finger, np.random.default_rng(4), worn=worn, dryness=0.35)
    assert judge(fingerprint.measure(extractor, print_, 500)[0]).grade is not Grade.USELESS


@pytest.mark.parametrize("name", SENSOR + SFINGE)
def test_shared_prints_are_good_and_their_blurs_halves_and_false_scales_are_not(
    extractor: Extractor, picture: Picture, name: str
) -> None:
    print_ = picture(f"person-b/{name}.png")
    height = print_.shape[0]
    assert judge(fingerprint.measure(extractor, print_, 500)[0]).grade is Grade.GOOD
    assert judge(_seen(print_)).grade is Grade.GOOD
    assert judge(_seen(blurred(print_, 2.5))).hint is Hint.HOLD_STILL
    assert judge(_seen(print_[: height // 2])).hint is Hint.PRESS_FLAT
    assert judge(_seen(scaled(print_, 0.6))).hint is Hint.CHECK_SENSOR


@pytest.mark.parametrize("name", ["left-index.1", "left-middle.1", "right-ring.1", "right-middle.1"])
def test_an_ink_card_s_prints_are_kept(extractor: Extractor, picture: Picture, name: str) -> None:
    judged = judge(fingerprint.measure(extractor, picture(f"person-a/{name}.png"), 500)[0])
    assert judged.grade in (Grade.GOOD, Grade.FAIR)


@pytest.mark.parametrize("name", ["person-a/face.1.jpg", "person-b/face.1.jpg", "person-a/iris-left.1.png"])
@pytest.mark.parametrize("size", [1.0, 0.5, 0.3])
def test_real_faces_and_an_eye_are_no_fingers(picture: Picture, name: str, size: float) -> None:
    judged = judge(_seen(scaled(picture(name), size)))
    assert (judged.grade, judged.hint) == (Grade.USELESS, Hint.SHOW_FINGER)


def test_too_few_windows_have_no_spacing() -> None:
    plane = ridges(40, 40).astype(np.float32)
    assert spacing.measure(plane, np.ones((5, 5), bool)) is None
    assert spacing.measure(plane[:8], np.ones((1, 5), bool)) is None
