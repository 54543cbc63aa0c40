"""The bar under every page of a resident: stop at the left, help at the right, always in the same corners."""

from kivy.properties import BooleanProperty, StringProperty
from kivy.uix.boxlayout import BoxLayout
from kivy.uix.widget import Widget

from kiosk.ui.widgets.layout import load_layout


class Bar(BoxLayout):
    """Emits on_stop and on_help; what a page adds stands between the two."""

    language = StringProperty("id")
    stop_key = StringProperty("bar.stop")
    helps = BooleanProperty(True)

    __events__ = ("on_stop", "on_help")

    def add_widget(self, widget: Widget, *args: object, **kwargs: object) -> None:
        """A page's own buttons go between the corners."""
        slot = self.ids.get("slot")
        if slot is None:
            super().add_widget(widget, *args, **kwargs)
        else:
            slot.add_widget(widget, *args, **kwargs)

    def on_stop(self) -> None:
        """The person wants no more of it."""

    def on_help(self) -> None:
        """The person wants the officer."""


load_layout(__file__)
