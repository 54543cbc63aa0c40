"""What every page is: it shows a model, emits acts, and can be cleared of everything personal."""

from typing import Any

from kivy.properties import ObjectProperty
from kivy.uix.boxlayout import BoxLayout

import kiosk.ui.widgets.bar
import kiosk.ui.widgets.text  # noqa: F401  layouts name them
from kiosk.ui.acts import Act
from kiosk.ui.models import Model
from kiosk.ui.widgets.layout import load_layout


class Page(BoxLayout):
    """Subclasses name their model as the default of `model`; its blank value is what stays after `clear`."""

    model: Any = ObjectProperty(Model())

    __events__ = ("on_event",)

    def show(self, model: Any) -> None:
        """Draw this model of the page's kind."""
        self.model = model

    def clear(self) -> None:
        """Keep nothing of anybody; pages that hold more than their model wipe that too."""
        self.model = type(self.model)()

    def emit(self, act: Act) -> None:
        """Tell what the touch meant."""
        self.dispatch("on_event", act)

    def on_event(self, act: Act) -> None:
        """Something was touched."""


load_layout(__file__)
