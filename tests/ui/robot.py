"""Hands on the screen: finds what a person would see, touches it, lets time pass on the test's own clock."""

from collections.abc import Callable, Iterator
from typing import Any

import kiosk.ui.app  # noqa: F401  Kivy reads its settings when it is imported

# isort: split
from kivy.base import EventLoop
from kivy.core.window import Window
from kivy.graphics.opengl import glFinish
from kivy.tests.common import UnitTestTouch
from kivy.uix.label import Label
from kivy.uix.widget import Widget

from kiosk.ui.app import Screens
from kiosk.ui.widgets.ink_pad import InkPad
from kiosk.ui.widgets.preview_picture import PreviewPicture
from kiosk.ui.widgets.tap_button import REPEAT_MS, TapButton

PAUSE_S = REPEAT_MS / 1000 + 0.05  # nobody touches faster with intent
FRAMES = 3


class Robot:
    """`wait` lets so many seconds pass for everything but the screen."""

    def __init__(self, screens: Screens, wait: Callable[[float], None]) -> None:
        self.screens, self._wait = screens, wait
        EventLoop.ensure_window()
        Window.add_widget(screens.pane)
        if EventLoop.status != "started":
            EventLoop.start()
        self.frames()

    def close(self) -> None:
        """Leave the window to the next."""
        self.screens.wipe()
        Window.remove_widget(self.screens.pane)

    def frames(self, count: int = FRAMES) -> None:
        """Draw; without glFinish an off-screen window hoards memory."""
        for _ in range(count):
            EventLoop.idle()
        glFinish()

    def pass_time(self, seconds: float) -> None:
        """Let time pass, and show what came of it."""
        self._wait(seconds)
        self.frames(1)

    def until(self, wanted: Callable[[], bool], patience_s: float = 600.0, step_s: float = 0.2) -> None:
        """Let time pass until it is so."""
        passed = 0.0
        while not wanted():
            assert passed < patience_s, f"still on {self.screens.name}: {self.texts()}"
            self.pass_time(step_s)
            passed += step_s

    # What is seen

    def texts(self) -> list[str]:
        """Everything that can be read now."""
        return [w.text for w in seen(self.screens.pane) if isinstance(w, Label) and w.text]

    def reads(self, text: str) -> bool:
        """Whether this can be read somewhere."""
        return any(text in found for found in self.texts())

    def find(self, name: str) -> TapButton:
        """The button of this text or tag."""
        found = [w for w in seen(self.screens.pane) if isinstance(w, TapButton) and name in (w.text, w.tag)]
        assert found, f"no button {name!r} on {self.screens.name}: {self.texts()}"
        return found[0]

    # Hands

    def tap(self, *names: str) -> None:
        """Touch these, one after the other, without hurry."""
        for name in names:
            self.look()
            self.touch(self.find(name))

    def look(self) -> None:
        """Nobody touches a page before they have seen it."""
        page = None
        while page is not self.screens.name:
            page = self.screens.name
            self.pass_time(PAUSE_S)
            self.frames(2)

    def touch(self, widget: Widget) -> None:
        """One touch in its middle, whatever it is."""
        touch = UnitTestTouch(*widget.to_window(*widget.center))
        touch.touch_down()
        touch.touch_up()
        self.frames(1)

    def draw(self, pad: Widget, strokes: list[list[tuple[float, float]]]) -> None:
        """Strokes in shares of the pad's width and height, from the lower left."""
        self.look()
        for stroke in strokes:
            points = [pad.to_window(pad.x + u * pad.width, pad.y + v * pad.height) for u, v in stroke]
            touch = UnitTestTouch(*points[0])
            touch.touch_down()
            for point in points[1:]:
                self._wait(0.02)
                touch.touch_move(*point)
            touch.touch_up()
            self.frames(1)


def seen(widget: Widget) -> Iterator[Any]:
    """A widget and everything below it that has not vanished."""
    if widget.opacity <= 0 or widget.height <= 0 or widget.width <= 0:
        return
    yield widget
    for child in reversed(widget.children):
        yield from seen(child)


def everything(screens: Screens) -> Iterator[Any]:
    """Every widget of every page that was ever shown."""
    for page in screens._pages.values():
        yield from page.walk()


def left_behind(screens: Screens, personal: list[str]) -> list[str]:
    """Where something of somebody still stands."""
    found = []
    for widget in everything(screens):
        if isinstance(widget, Label) and any(part in widget.text for part in personal):
            found.append(f"{type(widget).__name__} reads {widget.text!r}")
        if isinstance(widget, InkPad) and widget.strokes:
            found.append("ink")
        if isinstance(widget, PreviewPicture) and widget.texture is not None:
            found.append("a picture")
    found += [f"{name} remembers" for name, page in screens._pages.items() if page.model != type(page.model)()]
    return found
