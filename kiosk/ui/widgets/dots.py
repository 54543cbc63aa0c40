"""Progress as dots: filled with a tick's colour for what is done, open rings for what is to come."""

from kivy.graphics import Color, Ellipse, Line
from kivy.properties import NumericProperty

from kiosk.ui import theme
from kiosk.ui.widgets.sketch import Sketch


class Dots(Sketch):
    """`done` of `total`."""

    DRAWN_FROM = ("done", "total")

    done = NumericProperty(0)
    total = NumericProperty(0)

    def draw(self) -> None:
        """As wide as there is room."""
        pitch = min(self.width / max(self.total, 1), 26)
        side = pitch * 0.62
        for number in range(int(self.total)):
            x, y = self.x + number * pitch, self.y + (self.height - side) / 2
            Color(*theme.rgba(theme.DONE_INK))
            if number < self.done:
                Ellipse(pos=(x, y), size=(side, side))
            else:
                Line(ellipse=(x, y, side, side), width=1.4)
