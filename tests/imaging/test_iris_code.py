"""One eye has one code, whatever lids, pupils and heads do; two eyes have two."""

import numpy as np
import pytest
from drawn import eye as sketch
from drawn import noise, ridges

from hal.world import eyes
from kiosk.core.iris_quality import SAME_EYE_DISTANCE
from kiosk.imaging import iris_code
from kiosk.imaging.picture import Pixels

PEOPLE = 6


def taken(seed: int, number: int) -> Pixels:
    """One of many pictures of one eye: lids, pupil, head, distance and gaze differ."""
    rng = np.random.default_rng((seed, number))
    return eyes.picture(
        eyes.iris(700 + seed),
        rng,
        side="left",
        closed=float(rng.uniform(0, 0.2)),
        distance=float(rng.uniform(0.9, 1.1)),
        tilt_deg=float(rng.uniform(-8, 8)),
        dilation=float(rng.uniform(0.8, 1.25)),
        gaze=(float(rng.normal(0, 0.1)), 0.0),
    )


@pytest.fixture(scope="module")
def codes() -> list[tuple[bytes, bytes]]:
    pairs = [(iris_code.encode(taken(n, 0)), iris_code.encode(taken(n, 1))) for n in range(PEOPLE)]
    assert all(one and two for one, two in pairs)
    return [(one, two) for one, two in pairs if one and two]


def test_two_pictures_of_one_eye_are_near(codes: list[tuple[bytes, bytes]]) -> None:
    assert max(iris_code.distance(one, two) for one, two in codes) < SAME_EYE_DISTANCE


def test_pictures_of_two_eyes_are_far(codes: list[tuple[bytes, bytes]]) -> None:
    between = [iris_code.distance(a[0], b[1]) for a in codes for b in codes if a is not b]
    assert min(between) > SAME_EYE_DISTANCE


def test_distance_is_symmetric_and_zero_to_itself(codes: list[tuple[bytes, bytes]]) -> None:
    (one, two), *_ = codes
    assert iris_code.distance(one, one) == 0.0
    assert iris_code.distance(one, two) == pytest.approx(iris_code.distance(two, one))


def test_a_turned_head_is_found_by_turning_the_code_only() -> None:
    upright, leaning = (
        iris_code.encode(eyes.picture(eyes.iris(3), np.random.default_rng(4), side="left", tilt_deg=tilt))
        for tilt in (0.0, 15.0)
    )
    assert upright is not None
    assert leaning is not None
    assert iris_code.distance(upright, leaning) < SAME_EYE_DISTANCE
    planes = [np.unpackbits(np.frombuffer(code, np.uint8)).reshape(3, 128, 12) for code in (upright, leaning)]
    common = planes[0][2] & planes[1][2]
    unturned = ((planes[0][:2] ^ planes[1][:2]) & common).sum() / (2 * common.sum())
    assert unturned > SAME_EYE_DISTANCE


@pytest.mark.parametrize("picture", [noise(480, 640), np.full((480, 640), 90, np.uint8), sketch(lid=480)])
def test_what_is_no_eye_has_no_code(picture: Pixels) -> None:
    assert iris_code.encode(picture) is None


def test_a_closed_eye_has_no_code() -> None:
    assert iris_code.encode(eyes.picture(eyes.iris(3), np.random.default_rng(4), side="left", closed=1.0)) is None


def test_codes_with_too_little_in_common_are_far(codes: list[tuple[bytes, bytes]]) -> None:
    one = codes[0][0]
    unseen = one[: len(one) // 3 * 2] + bytes(len(one) // 3)
    assert iris_code.distance(unseen, one) == 1.0


def test_what_is_no_code_is_refused() -> None:
    with pytest.raises(ValueError, match="not an iris code"):
        iris_code.distance(b"", b"")


def test_ridges_may_have_a_code_but_it_is_near_no_eye(codes: list[tuple[bytes, bytes]]) -> None:
    code = iris_code.encode(ridges(480, 640))
    assert code is None or iris_code.distance(code, codes[0][0]) > SAME_EYE_DISTANCE
