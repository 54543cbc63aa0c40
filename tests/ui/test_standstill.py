"""The page of a box that does not start, and pages on screens that are larger than the panel they are made for."""

from collections.abc import Iterator

import pytest
from looks import faults
from robot import FRAMES, Robot, seen

import kiosk.ui.app  # noqa: F401  Kivy reads its settings when it is imported

# isort: split
from kivy.base import EventLoop
from kivy.core.window import Window
from kivy.graphics.opengl import glFinish
from kivy.tests.common import UnitTestTouch

from kiosk.ui import standstill, theme, window
from kiosk.ui.app import Screens
from kiosk.ui.navigator import navigate
from kiosk.ui.obstacle import Obstacle, ObstacleModel, told
from kiosk.ui.samples import obstacles, scenes
from kiosk.ui.standstill import Standstill
from kiosk.ui.widgets.fit import Fit
from kiosk.ui.widgets.tap_button import TapButton
from kiosk.words import LANGUAGES, say

LARGER = (1280, 720)


class Hands(Robot):
    """Looks at whatever stands on the window."""

    def __init__(self, pane: object) -> None:
        self.pane = pane
        EventLoop.ensure_window()
        Window.add_widget(pane)
        if EventLoop.status != "started":
            EventLoop.start()
        self.frames()

    def close(self) -> None:
        Window.remove_widget(self.pane)


@pytest.fixture
def larger() -> Iterator[None]:
    """A window of another size than the panel."""
    EventLoop.ensure_window()
    before = Window.size
    Window.size = LARGER
    yield
    Window.size = before
    EventLoop.idle()


def button(pane: object, tag: str) -> TapButton:
    return next(w for w in seen(pane) if isinstance(w, TapButton) and w.tag == tag)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_of_a_box_that_does_not_start_is_calm_to_read_and_certain_to_touch(language: str) -> None:
    for name, model in obstacles(language):
        hands = Hands(Standstill(lambda: 0.0, model).pane)
        try:
            assert (name, faults(list(seen(hands.pane)))) == (name, ())
        finally:
            hands.close()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("obstacle", Obstacle)
def test_it_says_what_is_wrong_how_to_mend_it_and_that_nothing_was_deleted(obstacle: Obstacle, language: str) -> None:
    model = told(obstacle, "box.toml line 3: [box] region is missing.", language)
    assert model.text == say(f"obstacle.{obstacle}", language)
    assert model.mend == say(f"mend.{obstacle}", language)
    assert model.detail == "box.toml line 3: [box] region is missing."
    assert {"id": "Tidak ada yang dihapus.", "en": "Nothing was deleted."}[language] == model.kept


def test_the_blank_page_says_nothing() -> None:
    assert ObstacleModel().obstacle is None


def test_a_touch_changes_the_language_and_another_switches_off(monkeypatch: pytest.MonkeyPatch) -> None:
    now, stopped = [0.0], []
    monkeypatch.setattr(standstill.window, "stop", lambda *_: stopped.append(True))
    page = Standstill(lambda: now[0], told(Obstacle.BOX_FILE, "box.toml line 3."))
    hands = Hands(page.pane)
    try:
        for language in ("en", "id"):
            now[0] += 1.0
            hands.touch(button(hands.pane, "language"))
            assert (page.page.model.language, page.page.model.detail) == (language, "box.toml line 3.")
        assert not stopped
        now[0] += 1.0
        hands.touch(button(hands.pane, "off"))
        assert stopped == [True]
    finally:
        hands.close()


def test_on_a_larger_screen_everything_grows_and_touches_still_hit(larger: None) -> None:
    now = [10.0]
    screens = Screens(lambda: now[0], fps=0)
    acts: list[object] = []
    screens.perform = acts.append  # type: ignore[method-assign]
    fit = Fit(screens.pane)
    hands = Hands(fit)
    try:
        for scene in scenes("id"):
            if scene.name not in ("attract", "notice", "nik", "finger-slap", "review", "menu"):
                continue
            screens.turn_to(navigate(scene.desk, scene.beside))
            hands.frames(FRAMES)
            assert fit.size == list(LARGER)
            assert fit.factor == pytest.approx(1.5)
            for one in [w for w in seen(screens.page) if isinstance(w, TapButton) and not w.disabled]:
                x, y = one.to_window(*one.center)
                assert 0 < x < LARGER[0]
                assert 0 < y < LARGER[1]
                now[0] += 1.0
                before = one.last_ms
                touch = UnitTestTouch(x, y)
                touch.touch_down()
                touch.touch_up()
                assert one.last_ms > before, (scene.name, one.text)
    finally:
        hands.close()


def test_the_pane_fills_a_larger_screen_to_its_edges(larger: None) -> None:
    fit = Fit(Screens(lambda: 0.0, fps=0).pane)
    hands = Hands(fit)
    glFinish()
    assert fit._pane.height * fit.factor == pytest.approx(LARGER[1])
    assert fit._pane.width * fit.factor == pytest.approx(LARGER[0])
    assert fit._pane.height == pytest.approx(theme.HEIGHT)
    hands.close()


def test_a_page_that_stands_still_is_flipped_as_often_as_any_screen_needs_before_anybody_is_told() -> None:
    EventLoop.ensure_window()
    flips, told_after = [], []
    Window.bind(on_flip=lambda *_: flips.append(1))
    window._when_shown(Window, lambda: told_after.append(len(flips)))
    Window.canvas.ask_update()
    for _ in range(3 * window.FLIPS):
        EventLoop.idle()
    assert window.FLIPS >= 2
    assert told_after == [window.FLIPS]
