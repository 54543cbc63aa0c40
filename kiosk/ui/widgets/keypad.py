"""Keys to type with: digits for residents, digits or letters for officers. What is typed belongs to the page."""

from kivy.properties import ListProperty, NumericProperty, StringProperty
from kivy.uix.gridlayout import GridLayout

from kiosk.ui import theme
from kiosk.ui.widgets.tap_button import TapButton

ERASE, OK = "erase", "ok"
ERASE_SIGN = "\u232b"
NUMBERS = (*"123456", *"7890", ERASE, OK)  # twelve keys in two rows: four rows of 20 mm do not fit on the panel
PIN_PAD = (*"123", *"456", *"789", ERASE, "0", OK)
LETTERS = (*"ABCDEFGHIJKLMNOPQRSTUVWXYZ", ERASE)
DIGITS = (*"0123456789", *"-/.',()", ERASE)


class Keypad(GridLayout):
    """Emits on_key with a character, ERASE or OK; `ok` is the word on the last."""

    keys = ListProperty()
    ok = StringProperty("")
    key_size = NumericProperty(theme.TARGET)

    __events__ = ("on_key",)

    def on_keys(self, _: object, keys: list) -> None:
        """Make the keys anew."""
        self._build()

    def on_ok(self, _: object, ok: str) -> None:
        """Another language."""
        self._build()

    def _build(self) -> None:
        self.clear_widgets()
        words = {ERASE: ERASE_SIGN, OK: self.ok}
        for key in self.keys:
            self.add_widget(self._key(key, words.get(key, key)))

    def _key(self, key: str, text: str) -> TapButton:
        button = TapButton(
            text=text,
            tag=f"key-{key}",
            kind="yes" if key == OK else "plain",
            font_size=theme.SMALL if len(text) > 1 else theme.TITLE,
            font_name="DejaVuSans" if key == ERASE else "Roboto",
            size_hint=(None, None),
            size=(self.key_size, self.key_size),
        )
        button.bind(on_tap=lambda _: self.dispatch("on_key", key))
        return button

    def on_key(self, key: str) -> None:
        """One was touched."""
