"""Every page in every language: words fit, targets are large enough and far enough apart, nothing leaves the panel."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from looks import faults
from robot import seen

from kiosk.ui import shots, theme
from kiosk.ui.navigator import Name, navigate
from kiosk.ui.samples import Scene, scenes
from kiosk.ui.screens.pages import PAGES
from kiosk.ui.shots import Easel
from kiosk.ui.widgets.tap_button import TapButton
from kiosk.words import LANGUAGES

# isort: split
from kivy.uix.label import Label

RESIDENTS = {
    Name.ATTRACT, Name.LANGUAGE, Name.NOTICE, Name.NIK, Name.BIODATA, Name.CAPTURE, Name.ENDORSEMENT, Name.REVIEW,
    Name.SLIP, Name.LEAVE,
}  # fmt: skip
WITH_CORNERS = {Name.LANGUAGE, Name.NIK, Name.BIODATA, Name.CAPTURE, Name.ENDORSEMENT, Name.REVIEW}


@dataclass(frozen=True)
class Face:
    """What was found on one scene. `corners`: where help and stop stand."""

    scene: Scene
    name: Name
    faults: tuple[str, ...]
    corners: dict[str, tuple[int, int]]
    marked: bool
    as_told: bool


@pytest.fixture(scope="module")
def easel() -> Iterator[Easel]:
    made = Easel()
    yield made
    made.close()


@pytest.fixture(scope="module", params=LANGUAGES)
def faces(request: pytest.FixtureRequest, easel: Easel) -> list[Face]:
    """Every scene of a language, put on the easel once and looked at."""
    return [_face(easel, scene) for scene in scenes(request.param)]


def _face(easel: Easel, scene: Scene) -> Face:
    easel.put(scene)
    shown, page = navigate(scene.desk, scene.beside), easel.screens.page
    widgets = list(seen(page))
    wrong = faults(widgets, residents=shown.name in RESIDENTS)
    banner = [w.text for w in seen(easel.screens.pane) if w not in widgets and isinstance(w, Label)]
    as_told = type(page) is PAGES[shown.name] and page.model == shown.model
    return Face(scene, shown.name, wrong, _corners(widgets), "LATIHAN" in "".join(banner), as_told)


def _corners(widgets: list) -> dict[str, tuple[int, int]]:
    found = {w.tag: w for w in widgets if isinstance(w, TapButton) and w.tag in ("help", "stop")}
    return {tag: (round(w.right if tag == "help" else w.x), round(w.y)) for tag, w in found.items()}


def test_every_page_is_calm_to_read_and_certain_to_touch(faces: list[Face]) -> None:
    assert [f"{face.scene.name}: {fault}" for face in faces for fault in face.faults] == []


def test_help_and_stop_stand_in_the_same_corners_of_every_residents_page(faces: list[Face]) -> None:
    corners = [face.corners for face in faces if face.name in WITH_CORNERS]
    assert all(found.keys() == {"help", "stop"} for found in corners)
    assert {tuple(sorted(found.items())) for found in corners} == {tuple(sorted(corners[0].items()))}


def test_training_marks_every_page(faces: list[Face]) -> None:
    assert [face.scene.name for face in faces if not face.marked] == []


def test_every_name_has_its_page_and_that_page_shows_the_model(faces: list[Face]) -> None:
    assert [face.scene.name for face in faces if not face.as_told] == []


def test_yes_and_no_are_equally_large_on_the_notice(easel: Easel) -> None:
    scene = next(s for s in scenes("id") if s.name == "notice")
    easel.put(scene)
    found = {w.tag: w for w in seen(easel.screens.page) if isinstance(w, TapButton)}
    assert found["yes"].size == found["no"].size


def test_every_colour_pair_keeps_the_contrast_for_old_eyes() -> None:
    for kind, (under, written) in theme.KINDS.items():
        assert theme.contrast(under, written) >= 7, kind
    for under in (theme.PAPER, theme.CARD, theme.TRAINING, theme.DONE, theme.LIT, theme.SKIN, theme.EXEMPT):
        assert theme.contrast(under, theme.INK) >= 7, under


def test_a_real_session_is_never_drawn_into_a_file(tmp_path: Path) -> None:
    scene = next(s for s in scenes("id") if s.name == "biodata")
    with pytest.raises(ValueError, match="real session"):
        shots.draw([("biodata", replace(scene.desk, training=False))], tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_desks_are_drawn_in_their_order(tmp_path: Path) -> None:
    desks = [(s.name, s.desk) for s in scenes("en") if s.name in ("attract", "slip")]
    drawn = shots.draw(desks, tmp_path)
    assert [path.name for path in drawn] == ["01-attract.png", "02-slip.png"]
    assert all(path.stat().st_size > 3_000 for path in drawn)
