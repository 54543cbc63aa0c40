"""How the person stands by the record: a signature, a mark, a thumb-print, or none can be given."""

from kivy.properties import ObjectProperty

import kiosk.ui.widgets.ink_pad  # noqa: F401  the layout names it
from kiosk.core.record import Endorsement
from kiosk.ui.acts import Drawn
from kiosk.ui.models import EndorsementModel
from kiosk.ui.screens.page import Page
from kiosk.ui.widgets.layout import load_layout


class EndorsementPage(Page):
    """Emits Drawn, ThumbPrintChosen or CannotSign."""

    model = ObjectProperty(EndorsementModel())

    def clear(self) -> None:
        """Nobody's signature stays."""
        self.ids.pad.clear()
        super().clear()

    def save(self, kind: Endorsement) -> None:
        """What was drawn, as it was drawn."""
        pad = self.ids.pad
        self.emit(Drawn(pad.strokes, int(pad.width), int(pad.height), kind))


load_layout(__file__)
