"""The whole panel: the training banner, and one page at a time below it."""

from collections.abc import Callable
from typing import Any, Literal

from kivy.input.motionevent import MotionEvent
from kivy.properties import BooleanProperty
from kivy.uix.boxlayout import BoxLayout

from kiosk.ui.widgets.layout import load_layout
from kiosk.ui.widgets.tap_button import REPEAT_MS


class Pane(BoxLayout):
    """Stamps every touch with the injected clock's milliseconds; a touch right after another page appeared was meant
    for the page before and is not passed on."""

    training = BooleanProperty(False)

    def __init__(self, now_s: Callable[[], float], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._now_s = now_s
        self._since_ms = -REPEAT_MS

    def turned(self) -> None:
        """Another page is shown from now on."""
        self._since_ms = self._ms()

    def on_touch_down(self, touch: MotionEvent) -> Literal[True] | None:
        """Only touches meant for this page."""
        touch.ud["ms"] = self._ms()
        if self._ms() - self._since_ms < REPEAT_MS:
            return True
        return super().on_touch_down(touch)

    def on_touch_move(self, touch: MotionEvent) -> Literal[True] | None:
        """Stamped."""
        touch.ud["ms"] = self._ms()
        return super().on_touch_move(touch)

    def on_touch_up(self, touch: MotionEvent) -> Literal[True] | None:
        """Stamped."""
        touch.ud["ms"] = self._ms()
        return super().on_touch_up(touch)

    def _ms(self) -> int:
        return round(self._now_s() * 1000)


load_layout(__file__)
