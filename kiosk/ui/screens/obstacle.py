"""The box does not start: what is wrong, how to mend it, that nothing was deleted."""

from kivy.properties import ObjectProperty

import kiosk.ui.widgets.tap_button  # noqa: F401  the layout names it
from kiosk.ui.obstacle import ObstacleModel, in_next_language
from kiosk.ui.screens.page import Page
from kiosk.ui.widgets.layout import load_layout


class ObstaclePage(Page):
    """Emits StopWanted: the box is to be switched off."""

    model = ObjectProperty(ObstacleModel())

    def turn_language(self) -> None:
        """Say the same in the next language."""
        self.show(in_next_language(self.model))


load_layout(__file__)
