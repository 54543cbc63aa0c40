"""A question with its answers: stop or go on, why it is cancelled, what is taken again."""

from kivy.properties import ObjectProperty

import kiosk.ui.widgets.choices  # noqa: F401  the layout names it
from kiosk.ui.models import ChoiceModel
from kiosk.ui.screens.page import Page
from kiosk.ui.widgets.layout import load_layout


class ChoicePage(Page):
    """Emits the act of the answer."""

    model = ObjectProperty(ChoiceModel())


load_layout(__file__)
