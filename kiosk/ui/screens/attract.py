"""The start, free for whoever comes next; nothing on it is about anybody."""

from kivy.properties import ObjectProperty

from kiosk.ui.models import AttractModel
from kiosk.ui.screens.page import Page
from kiosk.ui.widgets.layout import load_layout


class AttractPage(Page):
    """Emits Start and OfficerEntered."""

    model = ObjectProperty(AttractModel())


load_layout(__file__)
