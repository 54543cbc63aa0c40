"""Slaps: each finger found, named in its order given those that are missing, and the hand told by its lengths."""

from collections.abc import Callable
from itertools import combinations

import numpy as np
import pytest

from hal.values import Position as Shown
from hal.world import fingers, slaps
from kiosk.core.finger_quality import judge
from kiosk.core.judgement import Grade
from kiosk.core.record import Position
from kiosk.imaging import glance
from kiosk.imaging.hand import Hand, told_by
from kiosk.imaging.picture import Pixels, scaled
from kiosk.imaging.slap import Slap, segment

Picture = Callable[[str], Pixels]
NAMES: tuple[str, ...] = ("INDEX", "MIDDLE", "RING", "LITTLE")
ORDER = {"RIGHT": NAMES, "LEFT": NAMES[::-1]}  # from the left of the picture
MISSING: list[tuple[str, ...]] = [chosen for count in (0, 1, 2) for chosen in combinations(NAMES, count)]


@pytest.fixture(scope="module")
def masters() -> list[fingers.Finger]:
    return [fingers.master(700 + number) for number in range(4)]


@pytest.fixture(scope="module")
def draw(masters: list[fingers.Finger]) -> Callable[..., Pixels]:
    def drawn(hand: str, missing: tuple[str, ...] = (), turn_deg: float = 0.0, seed: int = 0) -> Pixels:
        shown = {Shown(f"{hand}_{n}"): m for n, m in zip(NAMES, masters, strict=True) if n not in missing}
        return slaps.picture(shown, np.random.default_rng(seed), turn_deg=turn_deg)

    return drawn


def _four(hand: str, names: tuple[str, ...] = NAMES) -> tuple[Position, ...]:
    return tuple(Position(f"{hand}_{name}") for name in names)


def _named(slap: Slap) -> list[Position | None]:
    return [fingertip.position for fingertip in slap.fingers]


@pytest.mark.parametrize("hand", ORDER)
@pytest.mark.parametrize("missing", MISSING)
def test_each_finger_is_named_in_its_order(draw: Callable[..., Pixels], hand: str, missing: tuple[str, ...]) -> None:
    turn = (-20, -10, 0, 10, 20)[MISSING.index(missing) % 5]
    slap = segment(draw(hand, missing, turn, len(missing)), 500, _four(hand), _four(hand, missing))
    assert slap.complete
    assert _named(slap) == [Position(f"{hand}_{name}") for name in ORDER[hand] if name not in missing]
    assert slap.hand in (Hand(hand), None)
    lefts = [fingertip.box.x for fingertip in slap.fingers]
    assert lefts == sorted(lefts)


@pytest.mark.parametrize("turn", [-20, 0, 20])
@pytest.mark.parametrize("hand", ORDER)
def test_the_hand_is_told_by_its_lengths_whatever_was_asked(
    draw: Callable[..., Pixels], hand: str, turn: float
) -> None:
    other = "LEFT" if hand == "RIGHT" else "RIGHT"
    assert segment(draw(hand, (), turn, 5), 500, _four(other), ()).hand is Hand(hand)


def test_a_mirrored_picture_is_the_other_hand(draw: Callable[..., Pixels]) -> None:
    mirrored = np.ascontiguousarray(draw("RIGHT")[:, ::-1])
    assert segment(mirrored, 500, _four("RIGHT"), ()).hand is Hand.LEFT


@pytest.mark.parametrize("turn", [-20, 0, 20])
def test_the_lean_follows_the_hand(draw: Callable[..., Pixels], turn: float) -> None:
    slap = segment(draw("RIGHT", (), turn, 3), 500, _four("RIGHT"), ())
    assert np.median([fingertip.angle_deg for fingertip in slap.fingers]) == pytest.approx(turn, abs=7)


def test_each_crop_is_a_good_finger_as_it_was_taken(draw: Callable[..., Pixels]) -> None:
    picture = draw("LEFT", (), 8)
    slap = segment(picture, 500, _four("LEFT"), ())
    for fingertip in slap.fingers:
        box, crop = fingertip.box, fingertip.box.cut(picture)
        assert crop.shape == (box.height, box.width)
        assert np.shares_memory(crop, picture)
        assert judge(glance.finger(crop, 500)).grade is Grade.GOOD


def test_boxes_are_in_the_picture_s_own_pixels(draw: Callable[..., Pixels]) -> None:
    picture = draw("RIGHT")
    coarse = segment(picture, 500, _four("RIGHT"), ())
    fine = segment(scaled(picture, 2.0), 1000, _four("RIGHT"), ())
    for one, two in zip(coarse.fingers, fine.fingers, strict=True):
        assert (two.box.x, two.box.y) == pytest.approx((2 * one.box.x, 2 * one.box.y), abs=32)
        assert two.box.width == pytest.approx(2 * one.box.width, abs=64)


def test_where_a_finger_lacks_nobody_says_which_is_which(draw: Callable[..., Pixels]) -> None:
    slap = segment(draw("RIGHT", ("RING",)), 500, _four("RIGHT"), ())
    assert not slap.complete
    assert _named(slap) == [None] * 3
    assert slap.expected == 4


def test_both_thumbs_are_left_and_right(masters: list[fingers.Finger]) -> None:
    shown = {Shown.RIGHT_THUMB: masters[0], Shown.LEFT_THUMB: masters[1]}
    picture = slaps.picture(shown, np.random.default_rng(2), turn_deg=-10)
    slap = segment(picture, 500, (Position.RIGHT_THUMB, Position.LEFT_THUMB), ())
    assert _named(slap) == [Position.LEFT_THUMB, Position.RIGHT_THUMB]
    assert slap.hand is None


@pytest.mark.parametrize("hand", ["left", "right"])
def test_the_fingers_of_real_ink_slaps_are_found(picture: Picture, hand: str) -> None:
    slap = segment(picture(f"person-a/plain-{hand}-four.png"), 500, _four(hand.upper()), ())
    assert slap.complete
    assert slap.hand is Hand(hand.upper())


@pytest.mark.parametrize("pixels", [np.full((1500, 1600), 230, np.uint8), np.zeros((7, 9), np.uint8)])
def test_an_empty_platen_has_no_fingers(pixels: Pixels) -> None:
    assert segment(pixels, 500, _four("LEFT"), ()) == Slap((), 4, None)


def test_what_is_larger_than_any_platen_has_no_fingers() -> None:
    assert segment(np.zeros((4000, 4000), np.uint8), 500, _four("LEFT"), ()).fingers == ()


def test_noise_has_no_fingers() -> None:
    noise = np.random.default_rng(1).integers(0, 256, (800, 1600), dtype=np.uint8)
    assert segment(noise, 500, _four("LEFT"), ()).fingers == ()


def test_too_few_fingers_or_too_many_tell_no_hand() -> None:
    assert told_by([(0.0, 3.0), (20.0, 0.0)]) is None
    assert told_by([(0.0, 0.0)]) is None
    assert told_by([(0.0, 0.0)] * 5) is None
