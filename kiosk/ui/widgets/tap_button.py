"""A button that counts a touch once: on the finger's release, and not again within 300 ms.

Times come from the touch (`ms`, stamped by the root pane from the injected clock); no widget reads a clock.
"""

from typing import Literal

from kivy.input.motionevent import MotionEvent
from kivy.properties import BooleanProperty, NumericProperty, OptionProperty, StringProperty
from kivy.uix.label import Label

from kiosk.ui import theme
from kiosk.ui.widgets.layout import load_layout

REPEAT_MS = 300  # a trembling finger touches twice within this


class TapButton(Label):
    """Emits on_tap. `kind` is its colours (theme.KINDS), `icon` a mark beside the words: colour never speaks alone."""

    kind = OptionProperty("plain", options=list(theme.KINDS))
    icon = OptionProperty("", options=["", "tick", "cross"])
    tag = StringProperty("")
    pressed = BooleanProperty(False)
    last_ms = NumericProperty(-REPEAT_MS)

    __events__ = ("on_tap",)

    def on_touch_down(self, touch: MotionEvent) -> bool:
        """Show that the touch was felt."""
        if not self.collide_point(*touch.pos):
            return False
        if not self.disabled and self.opacity:
            touch.grab(self)
            self.pressed = True
        return True

    def on_touch_up(self, touch: MotionEvent) -> Literal[True] | None:
        """A touch that ends where it began, and is no repeat."""
        if touch.grab_current is not self:
            return None
        touch.ungrab(self)
        self.pressed = False
        repeated = touch.ud["ms"] - self.last_ms < REPEAT_MS
        if self.collide_point(*touch.pos) and not repeated and not self.disabled:
            self.last_ms = touch.ud["ms"]
            self.dispatch("on_tap")
        return True

    def on_tap(self) -> None:
        """Touched."""

    def colours(self, kind: str, disabled: bool) -> tuple[str, str]:
        """What lies under and what is written."""
        return theme.KINDS["off" if disabled else kind]


load_layout(__file__)
