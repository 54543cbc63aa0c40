"""Which language the person wants: each under its own name."""

from kivy.properties import ObjectProperty

import kiosk.ui.widgets.choices  # noqa: F401  the layout names it
from kiosk.ui.models import LanguageModel
from kiosk.ui.screens.page import Page
from kiosk.ui.widgets.layout import load_layout


class LanguagePage(Page):
    """Emits LanguageChosen; whoever leaves here leaves nothing."""

    model = ObjectProperty(LanguageModel())


load_layout(__file__)
