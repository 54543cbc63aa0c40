"""Drawn slaps and traces: the same from the same seed, fingers where a hand has them, nothing where none lies."""

import numpy as np
import pytest

from hal.values import Position
from hal.world import fingers, platen, slaps


@pytest.fixture(scope="module")
def finger() -> fingers.Finger:
    return fingers.master(3)


def test_the_same_seed_draws_the_same_slap(finger: fingers.Finger) -> None:
    one, two = (slaps.picture({Position.LEFT_RING: finger}, np.random.default_rng(4)) for _ in range(2))
    assert np.array_equal(one, two)
    assert (one.shape, one.dtype) == ((slaps.HEIGHT, slaps.WIDTH), np.uint8)


def test_a_right_little_finger_lies_at_the_right_and_a_left_one_at_the_left(finger: fingers.Finger) -> None:
    for position, right in ((Position.RIGHT_LITTLE, True), (Position.LEFT_LITTLE, False)):
        dark = slaps.picture({position: finger}, np.random.default_rng(1)) < 150
        assert (np.nonzero(dark)[1].mean() > slaps.WIDTH / 2) == right


def test_turning_clockwise_lowers_the_right_side(finger: fingers.Finger) -> None:
    def height(turn: float) -> float:
        shown = {Position.RIGHT_THUMB: finger}
        return float(np.nonzero(slaps.picture(shown, np.random.default_rng(1), turn_deg=turn) < 150)[0].mean())

    assert height(-20) < height(0) < height(20)


def test_no_finger_leaves_the_platen_empty() -> None:
    assert slaps.picture({}, np.random.default_rng(1)).min() > 180


def test_a_trace_is_fainter_than_any_touch(finger: fingers.Finger) -> None:
    trace = platen.residue(finger, np.random.default_rng(1))
    touch = fingers.impression(finger, np.random.default_rng(1), dryness=0.9)
    assert fingers.blank_platen(np.random.default_rng(1)).std() < trace.std() < touch.std() / 1.5
    assert np.array_equal(trace, platen.residue(finger, np.random.default_rng(1)))
