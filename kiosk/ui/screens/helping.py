"""Help: kind words for the person, and everything the officer may do about it."""

from kivy.properties import ObjectProperty

import kiosk.ui.widgets.choices
import kiosk.ui.widgets.pictogram  # noqa: F401  the layout names them
from kiosk.ui.models import HelpModel
from kiosk.ui.screens.page import Page
from kiosk.ui.widgets.layout import load_layout


class HelpPage(Page):
    """Emits the act of the choice that the officer touched."""

    model = ObjectProperty(HelpModel())


load_layout(__file__)
