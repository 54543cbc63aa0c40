"""Progress as dots: filled with a tick's colour for what is done, open rings for what is to come."""

from kivy.graphics import Color, Ellipse, Line
from kivy.properties import NumericProperty
from kivy.uix.widget import Widget

from kiosk.ui import theme


class Dots(Widget):
    """`done` of `total`."""

    done = NumericProperty(0)
    total = NumericProperty(0)

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)
        for name in ("done", "total", "pos", "size"):
            self.fbind(name, self._draw)

    def _draw(self, *_: object) -> None:
        self.canvas.clear()
        pitch = min(self.width / max(self.total, 1), 26)
        side = pitch * 0.62
        with self.canvas:
            for number in range(int(self.total)):
                x, y = self.x + number * pitch, self.center_y - side / 2
                Color(*theme.rgba(theme.DONE_INK))
                if number < self.done:
                    Ellipse(pos=(x, y), size=(side, side))
                else:
                    Line(ellipse=(x, y, side, side), width=1.4)
