"""The officer says what cannot be given, why, and whether another day could bring it."""

from typing import Any

from kivy.properties import ListProperty, ObjectProperty

import kiosk.ui.widgets.chips  # noqa: F401  the layout names it
from kiosk.core.events import Exempted
from kiosk.core.record import Lasting, Reason
from kiosk.ui.acts import Open
from kiosk.ui.models import ExemptionModel
from kiosk.ui.screens.page import Page
from kiosk.ui.widgets.layout import load_layout
from kiosk.words import say


class ExemptionPage(Page):
    """Emits Exempted once a position, a reason and a lasting are chosen."""

    model = ObjectProperty(ExemptionModel())
    reasons = ListProperty()

    def show(self, model: Any) -> None:
        """The asked position is chosen, no reason is."""
        super().show(model)
        self.reasons = [(reason, say(f"reason.{reason}", model.language)) for reason in Reason]
        self.ids.positions.chosen = list(model.chosen)
        self.ids.reasons.chosen = []

    def clear(self) -> None:
        """Nothing chosen."""
        self.ids.positions.chosen = self.ids.reasons.chosen = []
        super().clear()

    def save(self, lasting: Lasting) -> None:
        """The officer's word."""
        positions, reason = tuple(self.ids.positions.chosen), self.ids.reasons.chosen[0]
        self.emit(Exempted(positions, reason, lasting, self.model.officer))

    def back(self) -> None:
        """Nothing is exempt."""
        self.emit(Open())


load_layout(__file__)
