"""Every hint and every device that can be missing has a picture of its own."""

import pytest

from kiosk.core.judgement import Hint
from kiosk.core.plan import PORT_AT
from kiosk.ui.pictograms import HINTS, PORTS, Disc, shapes
from kiosk.words import LANGUAGES, say


@pytest.mark.parametrize("hint", Hint)
def test_every_hint_has_a_picture_and_words_in_every_language(hint: Hint) -> None:
    assert shapes(hint.value)
    for language in LANGUAGES:
        assert say(f"hint.{hint}", language).strip()


def test_no_two_hints_look_alike() -> None:
    assert len(set(HINTS.values())) == len(Hint)


def test_every_port_that_a_step_waits_for_has_a_picture() -> None:
    assert set(PORT_AT.values()) == set(PORTS)


def test_nothing_is_drawn_for_no_name() -> None:
    assert shapes("") == ()


@pytest.mark.parametrize("name", [*HINTS, *PORTS])
def test_a_picture_stays_within_its_square(name: str) -> None:
    for shape in shapes(name):
        places = [shape.at] if isinstance(shape, Disc) else shape.points
        assert all(-0.02 <= part <= 1.02 for place in places for part in place)
