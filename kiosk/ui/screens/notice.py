"""The notice and the consent: yes and no are equally large. A guardian's or a school's word is the officer's act,
behind the help button."""

from kivy.properties import ObjectProperty

from kiosk.ui.models import NoticeModel
from kiosk.ui.screens.page import Page
from kiosk.ui.widgets.layout import load_layout


class NoticePage(Page):
    """Emits Agreed or Withdrawn."""

    model = ObjectProperty(NoticeModel())


load_layout(__file__)
