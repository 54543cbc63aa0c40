"""Likeness: one person's pictures of a session are alike, most other people's are not, and other bytes are none."""

from collections.abc import Callable

import numpy as np
import pytest

from hal.world import faces
from kiosk.core.face_quality import OTHER_FACE_LIKENESS
from kiosk.imaging.face import FaceFinder
from kiosk.imaging.likeness import describe, likeness
from kiosk.imaging.picture import Pixels, scaled

Picture = Callable[[str], Pixels]
PEOPLE = range(800, 806)


def known(finder: FaceFinder, pixels: Pixels) -> bytes:
    described = describe(finder, pixels)
    assert described is not None
    return described


@pytest.fixture(scope="module")
def described(finder: FaceFinder) -> list[list[bytes]]:
    def one(face: faces.Face, number: int) -> bytes:
        rng = np.random.default_rng((face.seed, number))
        return known(finder, faces.picture(face, rng, roll_deg=2.0 * number, light=1.0 - 0.1 * number))

    return [[one(face, number) for number in range(2)] for face in map(faces.face, PEOPLE)]


def test_one_persons_pictures_are_alike_and_others_mostly_not(described: list[list[bytes]]) -> None:
    assert all(likeness(first, second) > OTHER_FACE_LIKENESS for first, second in described)
    others = [likeness(a[0], b[1]) for a in described for b in described if a is not b]
    assert np.mean([value < OTHER_FACE_LIKENESS for value in others]) > 0.8


def test_a_picture_is_wholly_like_itself_and_likeness_has_no_direction(described: list[list[bytes]]) -> None:
    (a, _), (b, _) = described[:2]
    assert likeness(a, a) == pytest.approx(1.0, abs=0.01)
    assert likeness(a, b) == likeness(b, a)


def test_two_real_people_are_unlike_and_each_is_like_its_own_smaller_picture(
    finder: FaceFinder, picture: Picture
) -> None:
    first, second = (picture(f"person-{who}/face.1.jpg") for who in "ab")
    assert likeness(known(finder, first), known(finder, second)) < OTHER_FACE_LIKENESS
    for one in (first, second):
        assert likeness(known(finder, one), known(finder, scaled(one, 0.5))) > 0.8


def test_without_a_face_there_is_nothing_to_describe(finder: FaceFinder) -> None:
    assert describe(finder, np.full((480, 640, 3), 120, np.uint8)) is None


def test_a_grey_picture_and_one_of_the_face_alone_are_described(finder: FaceFinder, picture: Picture) -> None:
    pixels = picture("person-b/face.1.jpg")
    whole, alone = known(finder, pixels), known(finder, pixels[330:720, 230:600])
    assert likeness(whole, alone) > OTHER_FACE_LIKENESS
    assert describe(finder, pixels[..., 0]) is not None


@pytest.mark.parametrize("broken", [b"", b"12", b"\0" * 100])
def test_other_bytes_are_refused(described: list[list[bytes]], broken: bytes) -> None:
    with pytest.raises(ValueError, match="not the descriptor"):
        likeness(described[0][0], broken)


def test_a_descriptor_is_small(described: list[list[bytes]]) -> None:
    assert len(described[0][0]) < 4096
