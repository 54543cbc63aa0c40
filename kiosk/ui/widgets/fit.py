"""Fills a window of any size with a pane that is made for the panel of theme.py: everything grows by one factor, and
what the window is wider or higher by is the pane's too."""

from collections.abc import Callable
from typing import Any, Literal

from kivy.input.motionevent import MotionEvent
from kivy.properties import NumericProperty
from kivy.uix.widget import Widget

from kiosk.ui import theme
from kiosk.ui.widgets.layout import load_layout


class Fit(Widget):
    """One child, drawn `factor` times as large as on the panel. Touches reach it in its own coordinates."""

    factor = NumericProperty(1.0)

    def __init__(self, pane: Widget, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._pane = pane
        self.bind(size=lambda *_: self._lay())
        self.add_widget(pane)
        self._lay()

    def to_local(self, x: float, y: float, relative: bool = False) -> tuple[float, float]:
        """Into the pane."""
        return x / self.factor, y / self.factor

    def to_parent(self, x: float, y: float, relative: bool = False) -> tuple[float, float]:
        """Out of it."""
        return x * self.factor, y * self.factor

    def on_touch_down(self, touch: MotionEvent) -> Literal[True] | None:
        """Where it is on the pane."""
        return self._inside(touch, super().on_touch_down)

    def on_touch_move(self, touch: MotionEvent) -> Literal[True] | None:
        """Where it is on the pane."""
        return self._inside(touch, super().on_touch_move)

    def on_touch_up(self, touch: MotionEvent) -> Literal[True] | None:
        """Where it is on the pane."""
        return self._inside(touch, super().on_touch_up)

    def _inside(
        self, touch: MotionEvent, dispatch: Callable[[MotionEvent], Literal[True] | None]
    ) -> Literal[True] | None:
        touch.push()
        touch.apply_transform_2d(self.to_local)
        try:
            return dispatch(touch)
        finally:
            touch.pop()

    def _lay(self) -> None:
        self.factor = min(self.width / theme.WIDTH, self.height / theme.HEIGHT)
        self._pane.pos = (0, 0)
        self._pane.size = (self.width / self.factor, self.height / self.factor)


load_layout(__file__)
