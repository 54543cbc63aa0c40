"""The officer notes what the person says is wrong: a field, then its value on plain keys."""

from typing import Any

from kivy.properties import BooleanProperty, ObjectProperty, StringProperty

import kiosk.ui.widgets.chips
import kiosk.ui.widgets.keypad  # noqa: F401  the layout names them
from kiosk.core.events import Corrected
from kiosk.ui.acts import Open
from kiosk.ui.models import CorrectionModel
from kiosk.ui.screens.page import Page
from kiosk.ui.widgets.keypad import ERASE
from kiosk.ui.widgets.layout import load_layout
from kiosk.words import say

LONGEST = 60


class CorrectionPage(Page):
    """Emits Corrected; what is typed is held until then."""

    model = ObjectProperty(CorrectionModel())
    typed = StringProperty("")
    digits = BooleanProperty(False)

    def show(self, model: Any) -> None:
        """After a note the next one begins empty."""
        super().show(model)
        self.typed = ""
        self.ids.fields.chosen = []

    def clear(self) -> None:
        """Nobody's name stays."""
        self.typed, self.digits = "", False
        self.ids.fields.chosen = []
        super().clear()

    def heading(self, noted: str, chosen: list[str]) -> str:
        """The field that is typed, or the question and what was noted so far."""
        if chosen:
            return say("correction.value", self.model.language, field=dict(self.model.fields).get(chosen[0], ""))
        return noted or say("correction.title", self.model.language)

    def on_key(self, key: str) -> None:
        """A character or one back."""
        self.typed = self.typed[:-1] if key == ERASE else (self.typed + key)[:LONGEST]

    def save(self) -> None:
        """The officer's note; the register stays as it is."""
        self.emit(Corrected(self.ids.fields.chosen[0], self.typed.strip(), self.model.officer))

    def back(self) -> None:
        """To the help."""
        self.emit(Open())


load_layout(__file__)
