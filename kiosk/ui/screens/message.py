"""Something is under way; nobody has to touch anything."""

from kivy.properties import ObjectProperty

from kiosk.ui.models import MessageModel
from kiosk.ui.screens.page import Page
from kiosk.ui.widgets.layout import load_layout


class MessagePage(Page):
    """Emits nothing."""

    model = ObjectProperty(MessageModel())


load_layout(__file__)
