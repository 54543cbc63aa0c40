"""Eyes: found where they are, measured as they are, and never seen in prints, faces, noise or nothing."""

from collections.abc import Callable

import numpy as np
import pytest
from drawn import blurred, eye, noise, ridges
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.imaging import glance, iris
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
    assert iris.measure(NO_EYES[name]) == iris.NONE


def test_no_eye_is_seen_in_prints(picture: Picture) -> None:
    for finger in ("right-thumb", "left-index", "left-middle"):
        for person in ("person-a", "person-b"):
            assert iris.measure(picture(f"{person}/{finger}.1.png")) == iris.NONE


def test_the_glance_tells_the_same() -> None:
    assert glance.iris(eye()) == iris.measure(eye())


@given(st.integers(1, 90), st.integers(1, 90), st.booleans(), st.integers(0, 2**32 - 1))
@settings(max_examples=80, deadline=None)
def test_no_small_picture_is_too_strange(height: int, width: int, colour: bool, seed: int) -> None:
    shape = (height, width, 3) if colour else (height, width)
    measures = iris.measure(np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8))
    assert 0 <= measures.open_share <= 1


@pytest.mark.parametrize("shape", [(1, 4000), (4000, 1), (4000, 5000)])
def test_no_large_picture_is_too_strange(shape: tuple[int, int]) -> None:
    assert iris.measure(np.full(shape, 90, np.uint8)) == iris.NONE
