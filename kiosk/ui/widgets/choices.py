"""Buttons made from choices: as many as the model has, in equal columns."""

from kivy.properties import ListProperty, NumericProperty
from kivy.uix.gridlayout import GridLayout

from kiosk.ui import theme
from kiosk.ui.acts import Act
from kiosk.ui.widgets.tap_button import TapButton

ICONS = {"yes": "tick", "no": "cross"}


class Choices(GridLayout):
    """Emits on_choose with the act of the button that was touched."""

    choices = ListProperty()
    button_height = NumericProperty(theme.OFFICER)
    font_size = NumericProperty(theme.BUTTON)

    __events__ = ("on_choose",)

    def on_choices(self, _: object, choices: list) -> None:
        """Make the buttons anew."""
        self.clear_widgets()
        for choice in choices:
            button = TapButton(
                text=choice.text,
                kind=choice.kind,
                icon=ICONS.get(choice.kind, ""),
                disabled=choice.kind == "off",
                size_hint_y=None,
                height=self.button_height,
                font_size=self.font_size,
            )
            button.bind(on_tap=lambda _, act=choice.act: self.dispatch("on_choose", act))
            self.add_widget(button)

    def on_choose(self, act: Act) -> None:
        """One was touched."""
