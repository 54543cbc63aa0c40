"""Paper to sign on: strokes as points from the upper left with milliseconds since the first touch."""

from typing import Any, Literal

from kivy.graphics import Color, Line
from kivy.input.motionevent import MotionEvent
from kivy.properties import BooleanProperty

from kiosk.core.ink import MOST_POINTS
from kiosk.ui import theme
from kiosk.ui.acts import Stroke
from kiosk.ui.widgets.layout import load_layout
from kiosk.ui.widgets.sketch import Sketch


class InkPad(Sketch):
    """`inked` once there is something to save. Emits nothing: the page asks for `strokes` when it is told to save."""

    inked = BooleanProperty(False)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._strokes: list[list[tuple[int, int, int]]] = []
        self._since_ms = 0
        self._points = 0

    @property
    def strokes(self) -> tuple[Stroke, ...]:
        """Every stroke so far."""
        return tuple(tuple(stroke) for stroke in self._strokes)

    def clear(self) -> None:
        """An empty sheet."""
        self._strokes, self._points, self.inked = [], 0, False
        self.redraw()

    def on_touch_down(self, touch: MotionEvent) -> Literal[True] | None:
        """A stroke begins."""
        if self.disabled or not self.collide_point(*touch.pos) or self._points >= MOST_POINTS:
            return None
        touch.grab(self)
        if not self._strokes:
            self._since_ms = touch.ud["ms"]
        stroke: list[tuple[int, int, int]] = []
        self._strokes.append(stroke)
        with self.paper:
            Color(*theme.rgba(theme.INK))
            touch.ud["ink"] = (stroke, Line(points=[*touch.pos, touch.x + 0.5, touch.y], width=2.2, cap="round"))
        self._add(touch)
        self.inked = True
        return True

    def on_touch_move(self, touch: MotionEvent) -> Literal[True] | None:
        """A stroke goes on, inside the sheet."""
        if touch.grab_current is not self:
            return None
        if self.collide_point(*touch.pos) and self._points < MOST_POINTS:
            self._add(touch)
        return True

    def on_touch_up(self, touch: MotionEvent) -> Literal[True] | None:
        """A stroke ends."""
        if touch.grab_current is not self:
            return None
        touch.ungrab(self)
        touch.ud.pop("ink")
        return True

    def _add(self, touch: MotionEvent) -> None:
        stroke, line = touch.ud["ink"]
        x = min(max(round(touch.x - self.x), 0), int(self.width))
        y = min(max(round(self.top - touch.y), 0), int(self.height))
        stroke.append((x, y, touch.ud["ms"] - self._since_ms))
        line.points += touch.pos
        self._points += 1


load_layout(__file__)
