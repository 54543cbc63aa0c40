"""What the officer can do between people."""

from kivy.properties import ObjectProperty

import kiosk.ui.widgets.choices  # noqa: F401  the layout names it
from kiosk.ui.models import MenuModel
from kiosk.ui.screens.page import Page
from kiosk.ui.widgets.layout import load_layout


class MenuPage(Page):
    """Emits the act of the choice."""

    model = ObjectProperty(MenuModel())


load_layout(__file__)
