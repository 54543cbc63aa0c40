"""Lines with a tick or a cross before them."""

from kivy.graphics import Color, Line
from kivy.properties import BooleanProperty, ListProperty
from kivy.uix.boxlayout import BoxLayout

from kiosk.ui import theme
from kiosk.ui.widgets.sketch import Sketch
from kiosk.ui.widgets.text import Words

ROW = theme.mm(6.5)


class Ticks(BoxLayout):
    """`lines`: a text, and True for recorded or None for exempt."""

    lines = ListProperty()

    def on_lines(self, _: object, lines: list[tuple[str, bool | None]]) -> None:
        """Make the rows anew."""
        self.clear_widgets()
        for text, given in lines:
            row = BoxLayout(size_hint_y=None, height=ROW)
            row.add_widget(Mark(given=given is True, size_hint_x=None, width=ROW))
            row.add_widget(Words(text=text, font_size=21))
            self.add_widget(row)


class Mark(Sketch):
    """A tick, or a cross for what is exempt."""

    given = BooleanProperty(False)

    def draw(self) -> None:
        """In its middle."""
        x, y, reach = self.x + 12, self.y + self.height / 2, 8
        Color(*theme.rgba(theme.DONE_INK if self.given else theme.INK))
        if self.given:
            Line(points=[x - reach, y, x - 2, y - reach, x + reach, y + reach], width=2.6)
        else:
            Line(points=[x - reach, y - reach, x + reach, y + reach], width=2.6)
            Line(points=[x - reach, y + reach, x + reach, y - reach], width=2.6)
