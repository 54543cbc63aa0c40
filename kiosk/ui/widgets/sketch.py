"""A widget that is drawn by hand: whenever one of its named properties changes it is drawn anew."""

from typing import Any, ClassVar

from kivy.graphics import Canvas
from kivy.uix.widget import Widget


class Sketch(Widget):
    """Subclasses name the properties that matter in DRAWN_FROM and draw in `draw`."""

    DRAWN_FROM: ClassVar[tuple[str, ...]] = ()

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        for name in ("pos", "size", *self.DRAWN_FROM):
            self.fbind(name, self.redraw)

    @property
    def paper(self) -> Canvas:
        """What is drawn on."""
        if self.canvas is None:
            raise RuntimeError("a widget without a canvas")
        return self.canvas

    def redraw(self, *_: Any) -> None:
        """Wipe and draw."""
        self.paper.clear()
        with self.paper:
            self.draw()

    def draw(self) -> None:
        """Put it on the paper."""
