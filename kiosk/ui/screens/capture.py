"""The one page of everything a sensor takes: what is asked, what the sensor sees now, what to do about it."""

from typing import Any

from kivy.properties import ObjectProperty, StringProperty

import kiosk.ui.widgets.dots
import kiosk.ui.widgets.hand_picture
import kiosk.ui.widgets.pictogram
import kiosk.ui.widgets.preview_picture  # noqa: F401  the layout names them
from kiosk.core.judgement import Hint
from kiosk.flow.preview import View
from kiosk.ui.models import CaptureModel
from kiosk.ui.pictograms import fitting
from kiosk.ui.screens.page import Page
from kiosk.ui.widgets.layout import load_layout
from kiosk.words import say


class CapturePage(Page):
    """Emits CannotShow; `look` is called often while it is shown."""

    model = ObjectProperty(CaptureModel())
    live_hint = StringProperty("")
    live_picture = StringProperty("")

    def show(self, model: Any) -> None:
        """Another position begins with an empty picture."""
        if model.asked != self.model.asked:
            self._darken()
        self.live_hint = self.live_picture = ""
        super().show(model)

    def look(self, view: View) -> None:
        """What the sensor sees now, and the hint that fits it."""
        if view.pixels is not None:
            picture = self.ids.small if self.model.fingers else self.ids.large
            picture.show(view.pixels)
        if not self.model.busy and (view.pixels is not None or view.hint is not Hint.AGAIN):
            self.live_hint = say(f"hint.{view.hint}", self.model.language)
            self.live_picture = fitting(view.hint, self.model.fingers)

    def clear(self) -> None:
        """Nobody's face stays in the texture."""
        self._darken()
        self.live_hint = self.live_picture = ""
        super().clear()

    def _darken(self) -> None:
        self.ids.large.clear()
        self.ids.small.clear()


load_layout(__file__)
