"""The closed box: look for the officer's card, then the PIN."""

from typing import Any

from kivy.properties import ObjectProperty, StringProperty

import kiosk.ui.widgets.keypad  # noqa: F401  the layout names it
from kiosk.ui.acts import PinTyped
from kiosk.ui.models import LockedModel
from kiosk.ui.screens.page import Page
from kiosk.ui.widgets.keypad import ERASE, OK
from kiosk.ui.widgets.layout import load_layout

LONGEST_PIN = 12


class LockedPage(Page):
    """Holds the typed digits; they go with the act or with the page."""

    model = ObjectProperty(LockedModel())
    pin = StringProperty("")

    def show(self, model: Any) -> None:
        """A pad that is no longer asked for keeps no digits."""
        self.pin = self.pin if model.pad else ""
        super().show(model)

    def clear(self) -> None:
        """Nothing of the PIN stays."""
        self.pin = ""
        super().clear()

    def on_key(self, key: str) -> None:
        """A digit, one back, or done."""
        if key == OK:
            typed, self.pin = self.pin, ""
            self.emit(PinTyped(typed))
        else:
            self.pin = self.pin[:-1] if key == ERASE else (self.pin + key)[:LONGEST_PIN]


load_layout(__file__)
