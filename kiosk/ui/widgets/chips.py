"""Buttons that stay chosen: several, or one at a time."""

from kivy.properties import BooleanProperty, ListProperty, NumericProperty
from kivy.uix.gridlayout import GridLayout

from kiosk.ui import theme
from kiosk.ui.widgets.tap_button import TapButton


class Chips(GridLayout):
    """`items`: value and words; `chosen`: values."""

    items = ListProperty()
    chosen = ListProperty()
    single = BooleanProperty(False)
    font_size = NumericProperty(theme.SMALL)

    def on_items(self, _: object, items: list) -> None:
        """Make the buttons anew."""
        self.clear_widgets()
        for value, text in items:
            chip = TapButton(text=text, font_size=self.font_size, size_hint_y=None, height=theme.OFFICER)
            chip.value = value
            chip.bind(on_tap=self._toggle)
            self.add_widget(chip)
        self._light()

    def on_chosen(self, _: object, chosen: list) -> None:
        """Chosen ones are dark and ticked."""
        self._light()

    def _toggle(self, chip: TapButton) -> None:
        was = chip.value in self.chosen
        rest = [] if self.single else [value for value in self.chosen if value != chip.value]
        self.chosen = rest if was else [*rest, chip.value]

    def _light(self) -> None:
        for chip in self.children:
            chip.kind = "main" if chip.value in self.chosen else "plain"
