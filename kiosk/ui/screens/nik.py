"""Sixteen digits on twelve large keys."""

from kivy.properties import ObjectProperty, StringProperty

from kiosk.core.events import NikEntered
from kiosk.ui.models import NikModel
from kiosk.ui.person_views import grouped
from kiosk.ui.screens.page import Page
from kiosk.ui.widgets.keypad import ERASE, OK
from kiosk.ui.widgets.layout import load_layout

LENGTH = 16


class NikPage(Page):
    """Holds the typed digits until they are sent; what was wrong with them comes back as a sentence."""

    model = ObjectProperty(NikModel())
    typed = StringProperty("")

    def clear(self) -> None:
        """Nobody's number stays."""
        self.typed = ""
        super().clear()

    def on_key(self, key: str) -> None:
        """A digit, one back, or done."""
        if key == OK:
            typed, self.typed = self.typed, ""
            self.emit(NikEntered(typed))
        else:
            self.typed = self.typed[:-1] if key == ERASE else (self.typed + key)[:LENGTH]

    def display(self, typed: str) -> str:
        """As people read it, with places for what is still to come."""
        return grouped(typed + "_" * (LENGTH - len(typed)))


load_layout(__file__)
