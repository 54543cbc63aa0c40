"""The thresholds of quality on what they were set by: real and drawn pictures, good, blurred, closed, lit badly."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from hal.world import eyes, faces
from kiosk.core.judgement import Grade, Hint
from kiosk.core.quality import judge
from kiosk.imaging import face, iris
from kiosk.imaging.face_finder import FaceFinder

DATA = Path(__file__).parents[2].parent / "shared" / "data"
SEEDS = (101, 104)
Picture = NDArray[np.uint8]


@pytest.fixture(scope="module")
def finder() -> FaceFinder:
    return FaceFinder()


def eye(seed: int, **how: float) -> Grade:
    picture = eyes.picture(eyes.iris(seed), np.random.default_rng(seed), side="left", **how)  # type: ignore[arg-type]
    return judge(iris.measure(picture)).grade


def shared(name: str, mode: str) -> Picture:
    if not (DATA / name).is_file():
        pytest.skip(f"no {name} in the shared data")
    return np.asarray(Image.open(DATA / name).convert(mode))


def blurred(picture: Picture, sigma: float) -> Picture:
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), sigma), np.uint8)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_drawn_eye_is_good_and_a_blurred_closed_or_dazzled_one_is_not(seed: int) -> None:
    assert eye(seed) is Grade.GOOD
    assert eye(seed, blur=3.0) is Grade.FAIR
    assert eye(seed, blur=6.0) is Grade.FAIR
    assert eye(seed, closed=1.0) is Grade.USELESS
    assert eye(seed, closed=0.5) is not Grade.GOOD
    assert eye(seed, glare=0.9) is not Grade.GOOD
    assert eye(seed, distance=2.0) is Grade.FAIR


def test_a_real_eye_is_good_and_the_same_blurred_is_not() -> None:
    picture = shared("person-a/iris-left.1.png", "L")
    assert judge(iris.measure(picture)).grade is Grade.GOOD
    assert judge(iris.measure(blurred(picture, 2))).hint is Hint.HOLD_STILL


@pytest.mark.parametrize("seed", SEEDS)
def test_a_drawn_face_is_good_and_a_blurred_dark_or_leaning_one_is_not(finder: FaceFinder, seed: int) -> None:
    def hint(**how: float) -> Hint:
        picture = faces.picture(faces.face(seed), np.random.default_rng(seed), **how)  # type: ignore[arg-type]
        return judge(face.measure(finder, picture)).hint

    assert hint() is Hint.AGAIN
    assert hint(blur=4.0) is Hint.HOLD_STILL
    assert hint(light=0.4) is Hint.MORE_LIGHT
    assert hint(roll_deg=15.0) is Hint.STRAIGHTEN_HEAD


@pytest.mark.parametrize("name", ["person-a/face.1.jpg", "person-b/face.1.jpg"])
def test_a_real_face_is_good_and_the_same_blurred_is_not(finder: FaceFinder, name: str) -> None:
    picture = shared(name, "RGB")
    measures = face.measure(finder, picture)
    assert judge(measures).grade is Grade.GOOD
    soft = blurred(picture, 0.04 * measures.eye_distance_px)
    assert judge(face.measure(finder, soft)).hint is Hint.HOLD_STILL
