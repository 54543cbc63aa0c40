"""What a face does and wears is measured: turned, bowed, closed, open, covered, unevenly lit, before what cloth."""

from collections.abc import Callable
from dataclasses import astuple
from functools import cache
from typing import Any

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hal.world import faces
from hal.world.faces import BLUE, RED, Scene
from hal.world.worn import Guise
from kiosk.core.measures import FaceMeasures
from kiosk.imaging import backdrop, cover, face, features, pose, skin
from kiosk.imaging.face import FaceFinder
from kiosk.imaging.face_finder import Face
from kiosk.imaging.face_view import FaceView, view
from kiosk.imaging.picture import Pixels, grey

Picture = Callable[[str], Pixels]
SEEDS = (700, 701)
BARE = Guise(headscarf=False)


@cache
def drawn(seed: int, guise: Guise) -> faces.Face:
    return faces.face(seed, guise)


@pytest.fixture(params=SEEDS)
def seen(finder: FaceFinder, request: pytest.FixtureRequest) -> Callable[..., FaceMeasures]:
    def measured(guise: Guise = BARE, **how: Any) -> FaceMeasures:
        rng = np.random.default_rng(request.param)
        return face.measure(finder, faces.picture(drawn(request.param, guise), rng, **how))

    return measured


Seen = Callable[..., FaceMeasures]


def known(value: float | None) -> float:
    assert value is not None
    return value


def test_a_head_turned_to_one_side_has_the_sign_of_that_side(seen: Seen) -> None:
    assert known(seen(look_away=1.1).yaw_deg) > 16
    assert known(seen(look_away=-1.1).yaw_deg) < -16
    assert abs(known(seen().yaw_deg)) < 6


def test_a_bowed_head_is_positive_and_a_raised_one_negative(seen: Seen) -> None:
    assert known(seen(nod=1.0).pitch_deg) > 17
    assert known(seen(nod=-1.0).pitch_deg) < -14
    assert abs(known(seen().pitch_deg)) < 10


def test_a_mirrored_picture_turns_and_leans_the_other_way(finder: FaceFinder) -> None:
    taken = faces.picture(drawn(700, BARE), np.random.default_rng(1), look_away=0.8, roll_deg=6)
    there, back = (face.measure(finder, one) for one in (taken, np.ascontiguousarray(taken[:, ::-1])))
    assert known(back.yaw_deg) == pytest.approx(-known(there.yaw_deg), abs=4)
    assert back.roll_deg == pytest.approx(-there.roll_deg, abs=2)
    assert there.roll_deg > 4


def test_closed_eyes_and_an_open_mouth_are_seen(seen: Seen) -> None:
    straight = seen()
    assert known(straight.eyes_open) > 0.2
    assert known(straight.mouth_open) < 0.1
    assert known(seen(Guise(closed=1.0)).eyes_open) < 0.1
    assert known(seen(Guise(gape=1.0)).mouth_open) > 0.2


def test_one_closed_eye_is_enough(finder: FaceFinder) -> None:
    awake, asleep = (
        faces.picture(drawn(700, Guise(headscarf=False, closed=shut)), np.random.default_rng(0)) for shut in (0.0, 1.0)
    )
    winking = np.hstack([asleep[:, :480], awake[:, 480:]])
    assert known(face.measure(finder, winking).eyes_open) < 0.1 < known(face.measure(finder, awake).eyes_open)


@pytest.mark.parametrize("guise", [Guise(headscarf=True), Guise(beard=True), Guise(glasses=True), Guise(child=True)])
def test_headscarf_beard_glasses_and_childhood_cover_nothing(seen: Seen, guise: Guise) -> None:
    worn = seen(guise)
    assert known(worn.visible) > 0.8
    assert known(worn.dark_lenses) < 0.3


@pytest.mark.parametrize("guise", [Guise(mask=True), Guise(mask=True, headscarf=True), Guise(hand=True)])
def test_mask_and_hand_cover_the_face(seen: Seen, guise: Guise) -> None:
    assert known(seen(guise).visible) < 0.5


def test_dark_glasses_are_told_from_clear_ones(seen: Seen) -> None:
    assert known(seen(Guise(dark_glasses=True)).dark_lenses) > 0.7


def test_a_headscarf_changes_no_measure_of_the_face(seen: Seen) -> None:
    bare, scarf = seen(Guise(headscarf=False)), seen(Guise(headscarf=True))
    assert scarf.brightness == pytest.approx(bare.brightness, abs=4)
    assert scarf.sharpness == pytest.approx(bare.sharpness, rel=0.3)
    assert known(scarf.evenness) == pytest.approx(known(bare.evenness), abs=0.03)
    assert scarf.eye_distance_px == pytest.approx(bare.eye_distance_px, rel=0.04)


def test_what_surrounds_a_face_does_not_brighten_it(finder: FaceFinder) -> None:
    black, white = (
        faces.picture(drawn(700, BARE), np.random.default_rng(0), cloth=cloth) for cloth in ((5, 5, 5), (250, 250, 250))
    )
    dim, bright = face.measure(finder, black), face.measure(finder, white)
    assert bright.brightness == pytest.approx(dim.brightness, abs=3)
    assert bright.sharpness == pytest.approx(dim.sharpness, rel=0.15)


def test_light_from_one_side_is_uneven_from_either(seen: Seen) -> None:
    assert known(seen().evenness) > 0.9
    assert known(seen(scene=Scene(shade=0.85)).evenness) < 0.6
    assert known(seen(scene=Scene(shade=-0.85)).evenness) < 0.6


def test_glare_is_clipped_and_darkness_has_dark_eyes(seen: Seen) -> None:
    assert known(seen().clipped) < 0.02
    assert known(seen(light=2.2).clipped) > 0.1
    assert known(seen(light=0.3).eye_white) < 100 < known(seen().eye_white)


def test_motion_in_one_direction_is_unsharp(finder: FaceFinder) -> None:
    taken = faces.picture(drawn(700, BARE), np.random.default_rng(0))
    for size in ((11, 1), (1, 11)):
        moved = np.asarray(cv2.blur(taken, size), np.uint8)
        assert face.measure(finder, moved).sharpness < 8 < face.measure(finder, taken).sharpness


@pytest.mark.parametrize("cloth", [RED, BLUE])
def test_the_cloth_is_measured_outside_head_and_shoulders(seen: Seen, cloth: tuple[int, int, int]) -> None:
    behind = seen(Guise(headscarf=True), cloth=cloth)
    colour = (known(behind.background_red), known(behind.background_green), known(behind.background_blue))
    assert colour == pytest.approx(cloth, abs=8)
    assert known(behind.background_spread) < 12
    assert known(seen(cloth=cloth, scene=Scene(clutter=1.0)).background_spread) > 25


def test_a_head_outside_the_picture_is_cut(seen: Seen) -> None:
    assert seen().cut == 0
    assert known(seen(offset=(380.0, 0.0)).cut) > 0.1


def test_of_a_face_that_fills_the_picture_no_cloth_is_told(finder: FaceFinder, picture: Picture) -> None:
    assert face.measure(finder, picture("person-b/face.1.jpg")[330:720, 230:600]).background_red is None


def test_what_the_finder_takes_for_a_face_and_the_mesh_does_not_is_none(finder: FaceFinder) -> None:
    taken = faces.picture(drawn(700, BARE), np.random.default_rng(0))
    found = finder.find(taken)[0]
    assert view(finder, taken, found) is not None
    assert view(finder, np.full_like(taken, 128), found) is None


@given(st.integers(1, 90), st.integers(1, 90), st.floats(0, 200), st.integers(0, 2**32 - 1))
@settings(max_examples=60, deadline=None)
def test_no_points_of_a_face_are_too_strange(height: int, width: int, spread: float, seed: int) -> None:
    rng = np.random.default_rng(seed)
    rgb = rng.integers(0, 256, (height, width, 3), dtype=np.uint8)
    points = rng.normal((width / 2, height / 2, 0), spread, (468, 3)).astype(np.float32)
    strange = FaceView(rgb, grey(rgb), points, 1.0)
    lit, covered = skin.measure(strange), cover.measure(strange)
    numbers = [covered.visible, covered.dark_lenses, pose.yaw_deg(points), pose.pitch_deg(points)]
    numbers += [features.mouth_open(strange), *(astuple(lit) if lit else ())]
    assert np.isfinite(numbers).all()


@given(st.tuples(*[st.floats(-300, 300)] * 4), st.integers(1, 90), st.integers(1, 90))
@settings(max_examples=40, deadline=None)
def test_no_place_of_a_face_is_too_strange(
    finder: FaceFinder, box: tuple[float, float, float, float], height: int, width: int
) -> None:
    rgb = np.full((height, width, 3), 90, np.uint8)
    assert view(finder, rgb, Face(box, (1.0, 1.0), (1.0, 1.0), 0.9)) is None
    behind = backdrop.measure(rgb, Face(box, (1.0, 1.0), (1.0, 1.0), 0.9))
    assert behind is None or behind.red == pytest.approx(90, abs=1)


def test_a_real_man_with_a_painted_mask_is_covered(finder: FaceFinder, picture: Picture) -> None:
    pixels = picture("person-b/face.1.jpg")
    bare = face.measure(finder, pixels)
    shown = view(finder, pixels, finder.find(pixels)[0])
    assert shown is not None
    cheeks_and_chin = [5, 50, 123, 132, 172, 136, 150, 149, 176, 148, 152, 377, 400, 378, 379, 365, 397, 361, 352, 280]
    for colour in ((200, 215, 225), (25, 25, 28), (150, 120, 110)):
        masked = shown.rgb.copy()
        cv2.fillPoly(masked, [np.round(shown.points[cheeks_and_chin, :2]).astype(np.int32)], colour, cv2.LINE_AA)
        assert known(face.measure(finder, masked).visible) < 0.3 < 0.9 < known(bare.visible)
