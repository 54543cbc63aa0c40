"""What a sensor sees now: one texture, overwritten in place; blank when cleared."""

from typing import Any

import numpy as np
from kivy.graphics import Color, Rectangle
from kivy.graphics.texture import Texture
from kivy.properties import BooleanProperty
from numpy.typing import NDArray

from kiosk.ui import theme
from kiosk.ui.widgets.sketch import Sketch


class PreviewPicture(Sketch):
    """`mirrored` as a looking-glass, which is how people find their place before a camera."""

    DRAWN_FROM = ("mirrored",)

    mirrored = BooleanProperty(False)

    def __init__(self, **kwargs: Any) -> None:
        self.texture: Any = None
        self._shape: tuple[int, ...] = ()
        super().__init__(**kwargs)

    def show(self, pixels: NDArray[np.uint8]) -> None:
        """Height x width grey, or height x width x 3 RGB."""
        if pixels.shape != self._shape:
            self.clear()
            self._shape = pixels.shape
            self.texture = Texture.create(size=pixels.shape[1::-1], colorfmt=_format(pixels.shape))
            self.texture.flip_vertical()
            self.redraw()
        self._overwrite(pixels)

    def clear(self) -> None:
        """Overwrite what was seen, then let it go."""
        if self.texture is not None:
            self._overwrite(np.zeros(self._shape, dtype=np.uint8))
        self.texture, self._shape = None, ()
        self.redraw()

    def _overwrite(self, pixels: NDArray[np.uint8]) -> None:
        flat = np.array(pixels, order="C").reshape(-1)  # a copy: the texture takes no array that is read-only
        self.texture.blit_buffer(flat, colorfmt=_format(pixels.shape), bufferfmt="ubyte")
        self.paper.ask_update()

    def draw(self) -> None:
        """The picture as large as there is room, keeping its proportions."""
        Color(*theme.rgba(theme.INK, 0.08))
        Rectangle(pos=self.pos, size=self.size)
        if self.texture is not None:
            scale = min(self.width / self.texture.width, self.height / self.texture.height)
            width, height = self.texture.width * scale, self.texture.height * scale
            Color(1, 1, 1, 1)
            Rectangle(
                pos=(self.x + (self.width - width) / 2, self.y + (self.height - height) / 2),
                size=(width, height),
                texture=self.texture,
                tex_coords=self._coordinates(),
            )

    def _coordinates(self) -> tuple[float, ...]:
        u0, v0, u1, v1, u2, v2, u3, v3 = self.texture.tex_coords
        return (u1, v1, u0, v0, u3, v3, u2, v2) if self.mirrored else self.texture.tex_coords


def _format(shape: tuple[int, ...]) -> str:
    return "luminance" if len(shape) == 2 else "rgb"
