"""Updating the box from a stick: what is found, how far it is, and one thing to do at a time."""

from kivy.properties import ObjectProperty

from kiosk.core.desk import Task, TaskChosen
from kiosk.ui.models import UpdateModel
from kiosk.ui.screens.page import Page
from kiosk.ui.widgets.layout import load_layout


class UpdatePage(Page):
    """Emits the act of its one button, and the menu when nothing runs."""

    model = ObjectProperty(UpdateModel())

    def start(self) -> None:
        """What the button says."""
        if self.model.start is not None:
            self.emit(self.model.start.act)

    def back(self) -> None:
        """To the menu."""
        self.emit(TaskChosen(Task.MENU))


load_layout(__file__)
