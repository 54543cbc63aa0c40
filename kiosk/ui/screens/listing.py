"""Rows with one button each, three at a time: the day's unattested, the people who wait."""

from typing import Any

from kivy.properties import NumericProperty, ObjectProperty
from kivy.uix.boxlayout import BoxLayout

from kiosk.ui import theme
from kiosk.ui.acts import Act
from kiosk.ui.models import ListModel
from kiosk.ui.screens.page import Page
from kiosk.ui.widgets.layout import load_layout
from kiosk.ui.widgets.tap_button import TapButton
from kiosk.ui.widgets.text import Words

ROWS = 3


class ListingPage(Page):
    """Emits the act of the row that was touched."""

    model = ObjectProperty(ListModel())
    first = NumericProperty(0)

    def show(self, model: Any) -> None:
        """Stay where the officer was, as far as there still are rows."""
        super().show(model)
        self.turn(0)

    def clear(self) -> None:
        """From the top next time."""
        super().clear()
        self.turn(-int(self.first))

    def turn(self, by: int) -> None:
        """Show rows further down or up."""
        last = max((len(self.model.rows) - 1) // ROWS * ROWS, 0)
        self.first = min(max(self.first + by, 0), last)
        self.ids.rows.clear_widgets()
        for text, choice in self.model.rows[int(self.first) : int(self.first) + ROWS]:
            self.ids.rows.add_widget(self._row(text, choice.text, choice.act))

    def _row(self, text: str, word: str, act: Act) -> BoxLayout:
        row = BoxLayout(size_hint_y=None, height=theme.OFFICER, spacing=theme.GAP)
        button = TapButton(text=word, kind="officer", size_hint_x=None, width=theme.mm(38))
        button.bind(on_tap=lambda _: self.emit(act))
        row.add_widget(Words(text=text))
        row.add_widget(button)
        return row


load_layout(__file__)
