"""What a sensor sees now: one texture, overwritten in place; blank when cleared."""

import numpy as np
from kivy.graphics import Color, Rectangle
from kivy.graphics.texture import Texture
from kivy.properties import BooleanProperty
from kivy.uix.widget import Widget
from numpy.typing import NDArray

from kiosk.ui import theme


class PreviewPicture(Widget):
    """`mirrored` as a looking-glass, which is how people find their place before a camera."""

    mirrored = BooleanProperty(False)

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self.texture: Texture | None = None
        self._shape: tuple[int, ...] = ()
        for name in ("pos", "size", "mirrored"):
            self.fbind(name, self._draw)

    def show(self, pixels: NDArray[np.uint8]) -> None:
        """Height x width grey, or height x width x 3 RGB."""
        grey = pixels.ndim == 2
        if pixels.shape != self._shape or self.texture is None:
            self.clear()
            self._shape = pixels.shape
            self.texture = Texture.create(size=pixels.shape[1::-1], colorfmt="luminance" if grey else "rgb")
            self.texture.flip_vertical()
            self._draw()
        self.texture.blit_buffer(
            np.ascontiguousarray(pixels).reshape(-1), colorfmt="luminance" if grey else "rgb", bufferfmt="ubyte"
        )
        self.canvas.ask_update()

    def clear(self) -> None:
        """Overwrite what was seen, then let it go."""
        if self.texture is not None:
            empty = np.zeros(self._shape, dtype=np.uint8).reshape(-1)
            self.texture.blit_buffer(
                empty, colorfmt="luminance" if len(self._shape) == 2 else "rgb", bufferfmt="ubyte"
            )
        self.texture, self._shape = None, ()
        self._draw()

    def _draw(self, *_: object) -> None:
        self.canvas.clear()
        with self.canvas:
            Color(*theme.rgba(theme.INK, 0.08))
            Rectangle(pos=self.pos, size=self.size)
            if self.texture is not None:
                Color(1, 1, 1, 1)
                pos, size = self._fitted(self.texture)
                Rectangle(pos=pos, size=size, texture=self.texture, tex_coords=self._coordinates(self.texture))

    def _fitted(self, texture: Texture) -> tuple[tuple[float, float], tuple[float, float]]:
        scale = min(self.width / texture.width, self.height / texture.height)
        size = texture.width * scale, texture.height * scale
        return (self.center_x - size[0] / 2, self.center_y - size[1] / 2), size

    def _coordinates(self, texture: Texture) -> tuple[float, ...]:
        u0, v0, u1, v1, u2, v2, u3, v3 = texture.tex_coords
        return (u1, v1, u0, v0, u3, v3, u2, v2) if self.mirrored else texture.tex_coords
