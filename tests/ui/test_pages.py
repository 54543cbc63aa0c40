"""Every page in every language: words fit, targets are large enough and far enough apart, nothing leaves the panel."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import pytest
from robot import seen

from kiosk.ui import shots, theme
from kiosk.ui.models import Model
from kiosk.ui.navigator import Name, navigate
from kiosk.ui.samples import Scene, scenes
from kiosk.ui.screens.pages import PAGES
from kiosk.ui.shots import Easel
from kiosk.ui.widgets.ink_pad import InkPad
from kiosk.ui.widgets.tap_button import TapButton
from kiosk.ui.widgets.text import Words
from kiosk.words import LANGUAGES

RESIDENTS = {
    Name.ATTRACT, Name.LANGUAGE, Name.NOTICE, Name.NIK, Name.BIODATA, Name.CAPTURE, Name.ENDORSEMENT, Name.REVIEW,
    Name.SLIP, Name.LEAVE,
}  # fmt: skip
OFFICERS_TAGS = {"officer", "retake", "attest"}  # an officer's buttons on a resident's page
WITH_CORNERS = {Name.LANGUAGE, Name.NIK, Name.BIODATA, Name.CAPTURE, Name.ENDORSEMENT, Name.REVIEW}


@pytest.fixture(scope="module")
def easel() -> Iterator[Easel]:
    made = Easel()
    yield made
    made.close()


def all_faces(easel: Easel, language: str) -> Iterator[Scene]:
    """Each scene of a language, on the easel."""
    for scene in scenes(language):
        easel.put(scene)
        yield scene


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_is_calm_to_read_and_certain_to_touch(easel: Easel, language: str) -> None:
    faults = []
    for scene in all_faces(easel, language):
        page = easel.screens.page
        widgets = list(seen(page))
        name = navigate(scene.desk, scene.beside).name
        faults += [f"{scene.name}: {fault}" for fault in (*_words(widgets), *_targets(widgets, name), *_gaps(widgets))]
        faults += [f"{scene.name}: {fault}" for fault in _outside(widgets)]
    assert faults == []


def _words(widgets: list) -> Iterator[str]:
    for label in (w for w in widgets if isinstance(w, TapButton | Words) and w.text):
        room = label.width - label.padding[0] - label.padding[2]
        if label.texture_size[1] > label.height + 1:
            yield f"{label.text!r} is {label.texture_size[1]} high and has {label.height:.0f}"
        if any(label._label.get_extents(word)[0] > room + 1 for word in label.text.split()):
            yield f"{label.text!r} is broken inside a word"


def _targets(widgets: list, name: Name) -> Iterator[str]:
    for button in (w for w in widgets if isinstance(w, TapButton)):
        residents = name in RESIDENTS and button.tag not in OFFICERS_TAGS
        least = theme.TARGET if residents else theme.OFFICER
        if min(button.size) < least - 0.5:
            yield f"{button.text!r} is {button.size}, wants {least}"


def _gaps(widgets: list) -> Iterator[str]:
    for one, other in combinations([w for w in widgets if isinstance(w, TapButton | InkPad)], 2):
        (x, y), (u, v) = one.to_window(*one.pos), other.to_window(*other.pos)
        across = max(u - x - one.width, x - u - other.width)
        along = max(v - y - one.height, y - v - other.height)
        if max(across, along) < theme.GAP - 0.5:
            yield f"{_name(one)} and {_name(other)} stand {max(across, along):.0f} apart"


def _name(widget: object) -> str:
    return getattr(widget, "text", "") or type(widget).__name__


def _outside(widgets: list) -> Iterator[str]:
    top = theme.HEIGHT - theme.BANNER
    for widget in widgets:
        if isinstance(widget, TapButton | Words | InkPad):
            x, y = widget.to_window(*widget.pos)
            if x < 0 or y < 0 or x + widget.width > theme.WIDTH + 1 or y + widget.height > top + 1:
                yield f"{_name(widget)!r} leaves the panel"


@pytest.mark.parametrize("language", LANGUAGES)
def test_help_and_stop_stand_in_the_same_corners_of_every_residents_page(easel: Easel, language: str) -> None:
    places = {"help": set(), "stop": set()}
    for scene in all_faces(easel, language):
        if navigate(scene.desk, scene.beside).name not in WITH_CORNERS:
            continue
        found = {w.tag: w for w in seen(easel.screens.page) if isinstance(w, TapButton) and w.tag in places}
        assert found.keys() == places.keys(), scene.name
        places["help"].add((round(found["help"].right), round(found["help"].y)))
        places["stop"].add((round(found["stop"].x), round(found["stop"].y)))
    assert [len(corner) for corner in places.values()] == [1, 1]


def test_yes_and_no_are_equally_large_on_the_notice(easel: Easel) -> None:
    scene = next(s for s in scenes("id") if s.name == "notice")
    easel.put(scene)
    found = {w.tag: w for w in seen(easel.screens.page) if isinstance(w, TapButton)}
    assert found["yes"].size == found["no"].size


def test_every_name_has_a_page_whose_blank_model_is_the_navigators(easel: Easel) -> None:
    for scene in scenes("id"):
        shown = navigate(scene.desk, scene.beside)
        assert type(shown.model) is type(PAGES[shown.name]().model)
        assert isinstance(shown.model, Model)


def test_training_marks_every_page(easel: Easel) -> None:
    for _ in all_faces(easel, "id"):
        marks = [w.text for w in seen(easel.screens.pane) if "LATIHAN" in getattr(w, "text", "")]
        assert any("bukan perekaman sungguhan" in mark for mark in marks)


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
