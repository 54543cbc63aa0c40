"""Two hands as one looks down on one's own, drawn: the asked finger is lit and ringed, recorded ones carry a tick,
exempt ones a cross. Colour never speaks alone."""

from collections.abc import Iterable
from math import cos, radians, sin

from kivy.graphics import Color, Ellipse, Line, RoundedRectangle
from kivy.properties import ListProperty

from kiosk.core.record import FINGERS, Position
from kiosk.ui import theme
from kiosk.ui.widgets.sketch import Sketch

# The right hand in a box of 1 x 1: where a finger leaves the palm, its direction from upright, its length and width.
SHAPES = (
    ((0.34, 0.20), -46.0, 0.31, 0.125),
    ((0.36, 0.42), -8.0, 0.36, 0.112),
    ((0.50, 0.45), 0.0, 0.40, 0.115),
    ((0.64, 0.43), 7.0, 0.36, 0.110),
    ((0.765, 0.37), 16.0, 0.28, 0.098),
)
PALM = (0.295, 0.02, 0.53, 0.44)


class HandPicture(Sketch):
    """`asked` are those to show now; thumbs stand inwards, as on one's own hands laid down."""

    DRAWN_FROM = ("asked", "recorded", "exempt")

    asked = ListProperty()
    recorded = ListProperty()
    exempt = ListProperty()

    def draw(self) -> None:
        """Both hands, as large as there is room."""
        side = min(self.width / 2, self.height)
        if side < 20:
            return
        left, bottom = self.x + self.width / 2 - side, self.y + (self.height - side) / 2
        self._hand(FINGERS[5:], left, bottom, side, mirrored=True)
        self._hand(FINGERS[:5], left + side, bottom, side, mirrored=False)

    def _hand(self, fingers: Iterable[Position], x: float, y: float, side: float, mirrored: bool) -> None:
        parts = [(f, *_finger(shape, x, y, side, mirrored)) for f, shape in zip(fingers, SHAPES, strict=True)]
        palm_x = 1 - PALM[0] - PALM[2] if mirrored else PALM[0]
        palm = (x + palm_x * side, y + PALM[1] * side, PALM[2] * side, PALM[3] * side)
        edge = max(side * 0.008, 1.2)
        for grown, coloured in ((edge * 2, False), (0.0, True)):
            for finger, points, width in parts:
                Color(*theme.rgba(self._fill(finger) if coloured else theme.INK))
                Line(points=points, width=(width + grown) / 2, cap="round")
            Color(*theme.rgba(theme.SKIN if coloured else theme.INK))
            RoundedRectangle(
                pos=(palm[0] - grown / 2, palm[1] - grown / 2),
                size=(palm[2] + grown, palm[3] + grown),
                radius=[side * 0.13],
            )
        for finger, points, width in parts:
            self._mark(finger, points[2], points[3], width)

    def _fill(self, finger: Position) -> str:
        if finger in self.asked:
            return theme.LIT
        if finger in self.recorded:
            return theme.DONE
        return theme.EXEMPT if finger in self.exempt else theme.SKIN

    def _mark(self, finger: Position, x: float, y: float, width: float) -> None:
        reach = width * 0.27
        Color(*theme.rgba(theme.INK))
        if finger in self.asked:
            Line(circle=(x, y, width * 0.95), width=3)
            Ellipse(pos=(x - reach, y - reach), size=(2 * reach, 2 * reach))
        elif finger in self.recorded:
            Line(points=[x - reach, y, x - reach * 0.2, y - reach, x + reach, y + reach], width=2)
        elif finger in self.exempt:
            Line(points=[x - reach, y - reach, x + reach, y + reach], width=2)
            Line(points=[x - reach, y + reach, x + reach, y - reach], width=2)


def _finger(
    shape: tuple[tuple[float, float], float, float, float], x: float, y: float, side: float, mirrored: bool
) -> tuple[list[float], float]:
    """Both ends of a finger's middle line and its width, in pixels."""
    (base_x, base_y), turn, length, width = shape
    tip_x, tip_y = base_x + length * sin(radians(turn)), base_y + length * cos(radians(turn))
    across = [1 - base_x, 1 - tip_x] if mirrored else [base_x, tip_x]
    return [x + across[0] * side, y + base_y * side, x + across[1] * side, y + tip_y * side], width * side
