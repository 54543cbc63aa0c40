"""Synthetic eyes have the order of brightness, the geometry and the asymmetry that the iris measures rely on."""

from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from hal.world import eyes

MIDDLE = (slice(225, 255), slice(305, 335))


@pytest.fixture(scope="module")
def eye() -> eyes.Eye:
    return eyes.iris(7)


def _rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def _ring(picture: NDArray[np.uint8], inner: float, outer: float) -> float:
    """Mean grey level between two radii, in the quarter to either side, where no lid reaches."""
    y, x = np.mgrid[0 : eyes.HEIGHT, 0 : eyes.WIDTH]
    away = np.hypot(x - eyes.WIDTH / 2, y - eyes.HEIGHT / 2)
    return float(picture[(away > inner) & (away < outer) & (np.abs(y - eyes.HEIGHT / 2) < 40)].mean())


def test_one_seed_gives_the_same_bytes_again(eye: eyes.Eye) -> None:
    one = eyes.picture(eye, _rng(3), side="left", closed=0.2, glare=0.4)
    assert one.tobytes() == eyes.picture(eyes.iris(7), _rng(3), side="left", closed=0.2, glare=0.4).tobytes()
    assert one.tobytes() != eyes.picture(eyes.iris(8), _rng(3), side="left", closed=0.2, glare=0.4).tobytes()


def test_a_picture_is_vga_and_grey(eye: eyes.Eye) -> None:
    picture = eyes.picture(eye, _rng(), side="right")
    assert picture.shape == (480, 640)
    assert picture.dtype == np.uint8


@pytest.mark.parametrize("seed", range(5))
def test_the_pupil_is_darker_than_the_iris_and_the_iris_than_the_sclera(seed: int) -> None:
    picture = eyes.picture(eyes.iris(seed), _rng(seed), side="left")
    pupil, iris, sclera = _ring(picture, 0, 30), _ring(picture, 68, 106), _ring(picture, 136, 165)
    assert pupil + 40 < iris
    assert iris + 40 < sclera


def test_the_tear_duct_lies_on_the_nose_side(eye: eyes.Eye) -> None:
    for side, nose, temple in (("right", slice(535, 575), slice(65, 105)), ("left", slice(65, 105), slice(535, 575))):
        wet = cv2.GaussianBlur(eyes.picture(eye, _rng(1), side=side), (0, 0), 1.5)[235:275]
        assert wet[:, nose].max() > wet[:, temple].max() + 10


def test_the_same_iris_looks_the_same_again_and_another_does_not(eye: eyes.Eye) -> None:
    def texture(which: eyes.Eye, seed: int) -> NDArray[np.float32]:
        picture = eyes.picture(which, _rng(seed), side="left")
        dark = cv2.GaussianBlur(picture, (0, 0), 6) < 45
        y, x = (int(axis.mean()) for axis in np.nonzero(dark))
        polar = cv2.warpPolar(picture, (120, 360), (x, y), 116, cv2.WARP_POLAR_LINEAR)[:, 62:112].astype(np.float32)
        band = cv2.GaussianBlur(polar, (0, 0), 1.5) - cv2.GaussianBlur(polar, (0, 0), 8)
        open_ = np.vstack([band[:45], band[135:225], band[315:]])  # degrees to either side, where no lid reaches
        return open_ - open_.mean(axis=0)  # every iris darkens outwards: that likeness says nothing

    def likeness(one: NDArray[np.float32], two: NDArray[np.float32]) -> float:
        return float(np.corrcoef(one.ravel(), two.ravel())[0, 1])

    known = texture(eye, 1)
    assert likeness(known, texture(eye, 2)) > 0.8
    assert abs(likeness(known, texture(eyes.iris(8), 2))) < 0.3


def test_a_closed_eye_shows_no_pupil(eye: eyes.Eye) -> None:
    assert eyes.picture(eye, _rng(), side="left")[MIDDLE].min() < 40
    assert cv2.blur(eyes.picture(eye, _rng(), side="left", closed=1.0), (9, 9)).min() > 60


def test_glare_burns_and_blur_softens(eye: eyes.Eye) -> None:
    plain = eyes.picture(eye, _rng(), side="left")
    assert (eyes.picture(eye, _rng(), side="left", glare=1.0) == 255).mean() > 0.02 > (plain == 255).mean()
    soft = eyes.picture(eye, _rng(), side="left", blur=3.0)
    assert cv2.Laplacian(soft, cv2.CV_32F).var() < 0.5 * cv2.Laplacian(plain, cv2.CV_32F).var()


def test_gaze_and_distance_move_and_shrink_the_pupil(eye: eyes.Eye) -> None:
    def pupil(picture: NDArray[np.uint8]) -> tuple[float, int]:
        dark = cv2.GaussianBlur(picture, (0, 0), 3) < 45
        return float(np.nonzero(dark)[1].mean()), int(dark.sum())

    ahead, size = pupil(eyes.picture(eye, _rng(), side="left"))
    assert pupil(eyes.picture(eye, _rng(), side="left", gaze=(0.8, 0)))[0] > ahead + 40
    assert pupil(eyes.picture(eye, _rng(), side="left", distance=2.0))[1] < 0.4 * size


def _dark(picture: NDArray[np.uint8]) -> NDArray[np.bool_]:
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), 3) < 45)


@pytest.mark.parametrize(
    "how",
    [
        {"gaze": (1.0, 0.3)},
        {"motion": (9.0, -4.0)},
        {"glasses": 1.0},
        {"lens": 1.0},
        {"sun": 0.5},
        {"shift": (60.0, 20.0)},
        {"tilt_deg": 12.0},
        {"dilation": 1.4},
        {"light": 0.5},
    ],
)
def test_whatever_is_asked_for_is_drawn_alike_again_and_changes_the_picture(eye: eyes.Eye, how: dict[str, Any]) -> None:
    one = eyes.picture(eye, _rng(3), side="left", **how)
    assert one.tobytes() == eyes.picture(eye, _rng(3), side="left", **how).tobytes()
    assert one.tobytes() != eyes.picture(eye, _rng(3), side="left").tobytes()


def test_an_averted_pupil_is_seen_aslant(eye: eyes.Eye) -> None:
    def flatness(picture: NDArray[np.uint8]) -> float:
        rows, columns = np.nonzero(_dark(picture))
        return float(np.ptp(columns) / np.ptp(rows))

    ahead, aside = (flatness(eyes.picture(eye, _rng(), side="left", gaze=(far, 0.0))) for far in (0.0, 1.5))
    assert aside / ahead == pytest.approx(np.sqrt(1 - (1.5 * eyes.GAZE_SINE) ** 2), abs=0.04)


def test_motion_smears_one_way_only(eye: eyes.Eye) -> None:
    def slopes(picture: NDArray[np.uint8]) -> tuple[float, float]:
        middle = cv2.GaussianBlur(picture, (0, 0), 2)[200:280, 230:410].astype(np.float32)
        return float(np.abs(np.diff(middle, axis=1)).mean()), float(np.abs(np.diff(middle, axis=0)).mean())

    still, moved = (slopes(eyes.picture(eye, _rng(), side="left", motion=(far, 0.0))) for far in (0.0, 20.0))
    assert moved[0] / still[0] < 0.9 * moved[1] / still[1]


def test_a_camera_at_rest_sees_the_sun_only() -> None:
    dark, sunny = eyes.resting(_rng(1)), eyes.resting(_rng(1), sun=0.8)
    assert dark.mean() < 10 < 100 < sunny.mean()
    assert sunny.tobytes() == eyes.resting(_rng(1), sun=0.8).tobytes()
