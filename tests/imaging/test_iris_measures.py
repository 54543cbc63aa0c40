"""Eyes: found where they are, measured as they are, and never seen in prints, faces, noise or nothing."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from drawn import blurred, eye, noise, ridges
from hypothesis import given, settings
from hypothesis import strategies as st

from hal.world import eyes
from kiosk.core.iris_quality import judge, judge_rest
from kiosk.core.judgement import Grade, Hint, useless
from kiosk.imaging import eye_outline, glance, iris
from kiosk.imaging.eye_outline import Eye, darkest, fitted, softened
from kiosk.imaging.eye_search import find
from kiosk.imaging.picture import Pixels, scaled

Picture = Callable[[str], Pixels]
EYES = [(320, 240, 45, 120), (260, 220, 30, 100), (400, 280, 60, 140), (300, 250, 40, 75)]
NO_EYES = {
    "white": np.full((480, 640), 255, np.uint8),
    "noise": noise(480, 640),
    "ridges": ridges(480, 640),
    "closed": eye(lid=480),
}


@pytest.mark.parametrize(("x", "y", "pupil", "outer"), EYES)
def test_an_eye_is_found_where_it_is(x: float, y: float, pupil: float, outer: float) -> None:
    found = find(eye(x, y, pupil, outer))
    assert found is not None
    assert (found.x, found.y) == pytest.approx((x, y), abs=4)
    assert (found.pupil, found.iris) == pytest.approx((pupil, outer), abs=5)


@pytest.mark.parametrize("told_apart", [True, False])
def test_a_pupil_is_not_taken_for_an_iris(told_apart: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if not told_apart:
        monkeypatch.setattr(eye_outline, "DARK_IRIS", -9.0)
    picture = eye(320, 240, 45, 120)
    plane = softened(picture, np.zeros(picture.shape, np.bool_))
    found = fitted(plane, darkest(plane), Eye(320, 240, 15, 320, 240, 45))
    assert found is not None
    assert (abs(found.iris - 120) < 3) is told_apart


def test_an_eye_is_measured_as_it_was_drawn() -> None:
    measures = iris.measure(eye())
    assert measures.diameter_px == pytest.approx(240, abs=8)
    assert measures.pupil_ratio == pytest.approx(45 / 120, abs=0.03)
    assert measures.contrast == pytest.approx(85, abs=6)
    assert measures.open_share > 0.9


def test_a_lid_takes_its_share_of_the_iris() -> None:
    half_shut = iris.measure(eye(lid=190))
    assert half_shut.diameter_px > 0
    assert 0.55 < half_shut.open_share < 0.85


@pytest.mark.parametrize("name", ["drawn", "photographed"])
def test_sharpness_falls_with_blur_and_the_eye_stays_found(name: str, picture: Picture) -> None:
    pixels = eye() if name == "drawn" else picture("person-a/iris-left.1.png")
    measured = [iris.measure(pixels)] + [iris.measure(blurred(pixels, sigma)) for sigma in (1.0, 1.5, 3.0, 5.0)]
    sharpness = [one.sharpness for one in measured]
    assert sharpness == sorted(sharpness, reverse=True)
    assert sharpness[-1] < sharpness[0] / 10
    assert all(one.diameter_px == pytest.approx(240, abs=10) for one in measured)


def test_a_larger_picture_of_the_same_eye_shows_a_larger_iris() -> None:
    large = iris.measure(scaled(eye(), 2.0))
    assert large.diameter_px == pytest.approx(480, abs=16)
    assert large.pupil_ratio == pytest.approx(45 / 120, abs=0.03)


@pytest.mark.parametrize("name", NO_EYES)
def test_no_eye_is_seen_where_there_is_none(name: str) -> None:
    assert judge(iris.measure(NO_EYES[name])) == useless(Hint.LOOK_HERE)


def test_no_eye_is_seen_in_prints(picture: Picture) -> None:
    for finger in ("right-thumb", "left-index", "left-middle"):
        for person in ("person-a", "person-b"):
            assert judge(iris.measure(picture(f"{person}/{finger}.1.png"))) == useless(Hint.LOOK_HERE)


def test_the_glance_tells_the_same() -> None:
    assert glance.iris(eye()) == iris.measure(eye())


def drawn(seed: int, **how: Any) -> Pixels:
    return eyes.picture(eyes.iris(seed), np.random.default_rng(seed), side="left", **how)


@pytest.mark.parametrize(
    ("how", "hint"),
    [
        ({"closed": 0.48}, Hint.OPEN_EYE),
        ({"glare": 0.8}, Hint.LIFT_GLASSES),
        ({"distance": 1.4}, Hint.COME_CLOSER),
        ({"distance": 0.5}, Hint.STEP_BACK),
        ({"gaze": (1.1, 0.0)}, Hint.LOOK_HERE),
        ({"shift": (0.0, 180.0)}, Hint.LOOK_HERE),
        ({"blur": 4.0}, Hint.HOLD_STILL),
        ({"motion": (16.0, 16.0)}, Hint.HOLD_STILL),
        ({"light": 0.2}, Hint.MORE_LIGHT),
        ({"light": 2.0}, Hint.LESS_LIGHT),
    ],
)
@pytest.mark.parametrize("seed", [302, 307])
def test_a_spoilt_eye_is_refused_with_what_would_help(seed: int, how: dict[str, Any], hint: Hint) -> None:
    judged = judge(iris.measure(drawn(seed, **how)))
    assert judged.grade is not Grade.GOOD
    assert hint in judged.hints


@pytest.mark.parametrize("seed", [302, 307])
def test_glasses_and_a_printed_lens_are_told_and_the_lens_refuses_nothing(seed: int) -> None:
    plain, rims, printed = (iris.measure(drawn(seed, **how)) for how in ({}, {"glasses": 1.0}, {"lens": 1.0}))
    assert judge(plain).hints == ()
    assert (rims.glasses or 0) > 0.8 > (plain.glasses or 0)
    assert Hint.LIFT_GLASSES in judge(rims).hints
    assert judge(printed) == replace(judge(printed), grade=Grade.GOOD, hints=(Hint.TAKE_OUT_LENS,))


def test_a_narrow_crop_of_a_real_eye_is_good_and_a_small_one_asks_to_come_closer(picture: Picture) -> None:
    real = picture("person-a/iris-left.1.png")
    crop = np.ascontiguousarray(real[90:370, 160:480])
    assert judge(iris.measure(crop)).grade is Grade.GOOD
    for factor in (0.8, 0.5):
        assert judge(iris.measure(scaled(real, factor))).hint is Hint.COME_CLOSER


def test_a_real_eye_darkened_asks_for_light_and_noise_in_it_changes_little(picture: Picture) -> None:
    real = picture("person-a/iris-left.1.png")
    assert judge(iris.measure((real * 0.15).astype(np.uint8))).hint is Hint.MORE_LIGHT
    rough = np.clip(real + np.random.default_rng(1).normal(0, 3, real.shape), 0, 255).astype(np.uint8)
    assert judge(iris.measure(rough)).grade is Grade.GOOD


def test_the_sun_is_told_by_the_picture_between_two_flashes() -> None:
    rng = np.random.default_rng(5)
    assert judge_rest(iris.at_rest(eyes.resting(rng))) is None
    assert judge_rest(iris.at_rest(eyes.resting(rng, sun=0.6))) is Hint.TURN_FROM_SUN


@given(st.integers(1, 90), st.integers(1, 90), st.booleans(), st.integers(0, 2**32 - 1))
@settings(max_examples=30, deadline=None)
def test_no_small_picture_is_too_strange(height: int, width: int, colour: bool, seed: int) -> None:
    shape = (height, width, 3) if colour else (height, width)
    measures = iris.measure(np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8))
    assert 0 <= measures.open_share <= 1


@pytest.mark.parametrize("shape", [(1, 4000), (4000, 1), (4000, 5000)])
def test_no_large_picture_is_too_strange(shape: tuple[int, int]) -> None:
    assert iris.measure(np.full(shape, 90, np.uint8)) == iris.NONE
