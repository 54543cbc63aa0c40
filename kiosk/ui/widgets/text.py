"""Words on paper: a label that wraps at its width, and a card that holds things together."""

from kivy.properties import StringProperty
from kivy.uix.boxlayout import BoxLayout
from kivy.uix.label import Label

from kiosk.ui.widgets.layout import load_layout


class Words(Label):
    """Left-aligned, wrapped. Sizes and colours stand in the layout."""

    tag = StringProperty("")


class Title(Words):
    """The one sentence of a page."""


class Card(BoxLayout):
    """A white sheet with a frame."""


load_layout(__file__)
