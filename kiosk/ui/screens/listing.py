"""Rows with one button each, three at a time: the day's unattested with their faces, the people who wait."""

from collections.abc import Callable
from typing import Any

import numpy as np
from kivy.properties import NumericProperty, ObjectProperty
from kivy.uix.boxlayout import BoxLayout
from numpy.typing import NDArray

from kiosk.ui import theme
from kiosk.ui.models import ListModel, Row
from kiosk.ui.screens.page import Page
from kiosk.ui.widgets.layout import load_layout
from kiosk.ui.widgets.preview_picture import PreviewPicture
from kiosk.ui.widgets.tap_button import TapButton
from kiosk.ui.widgets.text import Words

ROWS = 3


class ListingPage(Page):
    """Emits the act of the row that was touched. `face_of` gives the picture of a row that names a face."""

    model = ObjectProperty(ListModel())
    first = NumericProperty(0)
    face_of: Callable[[str], NDArray[np.uint8] | None] | None = None

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
        for picture in self.ids.rows.walk():
            if isinstance(picture, PreviewPicture):
                picture.clear()
        self.ids.rows.clear_widgets()
        for row in self.model.rows[int(self.first) : int(self.first) + ROWS]:
            self.ids.rows.add_widget(self._line(row))

    def _line(self, row: Row) -> BoxLayout:
        line = BoxLayout(size_hint_y=None, height=theme.OFFICER, spacing=theme.GAP)
        face = self.face_of(row.face) if row.face and self.face_of else None
        if face is not None:
            picture = PreviewPicture(size_hint_x=None, width=theme.OFFICER)
            picture.show(face)
            line.add_widget(picture)
        button = TapButton(text=row.choice.text, kind=row.choice.kind, size_hint_x=None, width=theme.mm(38))
        button.bind(on_tap=lambda _: self.emit(row.choice.act))
        line.add_widget(Words(text=row.text))
        line.add_widget(button)
        return line


load_layout(__file__)
