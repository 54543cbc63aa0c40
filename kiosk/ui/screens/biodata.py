"""What the register knows, for the person to recognise; never invented, never changed here."""

from kivy.properties import ObjectProperty

from kiosk.ui.models import BiodataModel
from kiosk.ui.screens.page import Page
from kiosk.ui.widgets.layout import load_layout


class BiodataPage(Page):
    """Emits BiodataConfirmed or BiodataDisputed."""

    model = ObjectProperty(BiodataModel())


load_layout(__file__)
