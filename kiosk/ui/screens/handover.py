"""Handing bundles to a stick: stages, then "boleh dicabut" and never before."""

from kivy.properties import ObjectProperty

from kiosk.core.desk import Task, TaskChosen
from kiosk.ui.acts import HandOver
from kiosk.ui.models import HandoverModel
from kiosk.ui.screens.page import Page
from kiosk.ui.widgets.layout import load_layout


class HandoverPage(Page):
    """Emits HandOver, and the menu when nothing runs."""

    model = ObjectProperty(HandoverModel())

    def start(self) -> None:
        """The officer touched "serahkan"."""
        self.emit(HandOver())

    def back(self) -> None:
        """To the menu."""
        self.emit(TaskChosen(Task.MENU))


load_layout(__file__)
