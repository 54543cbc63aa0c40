"""The workshop's report: every part with its verdict, and what is to be done."""

from typing import Any

from kivy.properties import ObjectProperty
from kivy.uix.boxlayout import BoxLayout

from kiosk.ui import theme
from kiosk.ui.readiness import ReadinessModel
from kiosk.ui.screens.page import Page
from kiosk.ui.widgets.layout import load_layout
from kiosk.ui.widgets.text import Words

BANDS = {None: "plain", True: "yes", False: "no"}


class ReadinessPage(Page):
    """Emits nothing: the workshop switches the box off at its plug."""

    model = ObjectProperty(ReadinessModel())

    def show(self, model: Any) -> None:
        """Draw the report as far as it is."""
        super().show(model)
        self.ids.parts.clear_widgets()
        for line in model.lines:
            self.ids.parts.add_widget(PartRow(line))
        self.ids.todo.clear_widgets()
        for part, what, detail in model.todo:
            self.ids.todo.add_widget(_todo(part, what, detail))

    def band(self, ready: bool | None) -> tuple[tuple[float, ...], tuple[float, ...]]:
        """Colours of the verdict over everything: under the words, and theirs."""
        under, ink = theme.KINDS[BANDS[ready]]
        return theme.rgba(under), theme.rgba(ink)


class PartRow(BoxLayout):
    """A part and its verdict on one line; a mark says it without colour too."""

    line = ObjectProperty()

    def __init__(self, line: Any, **kwargs: Any) -> None:
        super().__init__(line=line, **kwargs)


def _todo(part: str, what: str, detail: str) -> Words:
    text = f"[b]{_plain(part)}[/b]  {_plain(what)}\n[size=14]{_plain(detail[:120])}[/size]"
    words = Words(text=text, markup=True, font_size=17, size_hint_y=None, valign="top")
    words.bind(texture_size=lambda widget, size: setattr(widget, "height", size[1]))
    return words


def _plain(text: str) -> str:
    """What a device said of itself is no markup."""
    return text.replace("&", "&amp;").replace("[", "&bl;").replace("]", "&br;")


load_layout(__file__)
