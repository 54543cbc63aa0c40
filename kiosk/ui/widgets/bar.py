"""The bar under every page of a resident: stop at the left, help at the right, always in the same corners."""

from kivy.properties import StringProperty
from kivy.uix.boxlayout import BoxLayout

from kiosk.ui.widgets.layout import load_layout
from kiosk.ui.widgets.tap_button import TapButton


class Bar(BoxLayout):
    """One row, one target high."""


class StopButton(TapButton):
    """The person wants no more of it."""

    language = StringProperty("id")


class HelpButton(TapButton):
    """The person wants the officer."""

    language = StringProperty("id")


load_layout(__file__)
