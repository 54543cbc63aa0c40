"""One picture of the table in kiosk.ui.pictograms, as large as there is room."""

from kivy.graphics import Color, Ellipse, Line
from kivy.properties import StringProperty

from kiosk.ui import theme
from kiosk.ui.pictograms import Disc, shapes
from kiosk.ui.widgets.sketch import Sketch


class Pictogram(Sketch):
    """`name` of a hint or a port; empty draws nothing."""

    DRAWN_FROM = ("name",)

    name = StringProperty("")

    def draw(self) -> None:
        """Every shape, in its order."""
        side = min(self.width, self.height)
        if side < 8:
            return
        left, bottom = self.x + (self.width - side) / 2, self.y + (self.height - side) / 2
        for shape in shapes(self.name):
            Color(*theme.rgba(shape.colour))
            if isinstance(shape, Disc):
                reach = shape.radius * side
                at = (left + shape.at[0] * side - reach, bottom + shape.at[1] * side - reach)
                Ellipse(pos=at, size=(2 * reach, 2 * reach))
            else:
                points = [place for x, y in shape.points for place in (left + x * side, bottom + y * side)]
                Line(points=points, width=shape.width * side / 2, cap="round", joint="round")
