"""The last page: the number, and honest words about what has happened and what has not."""

from kivy.properties import ObjectProperty

from kiosk.ui.models import SlipModel
from kiosk.ui.screens.page import Page
from kiosk.ui.widgets.layout import load_layout


class SlipPage(Page):
    """Emits Done."""

    model = ObjectProperty(SlipModel())


load_layout(__file__)
