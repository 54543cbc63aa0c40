"""A soft-edged canvas in plain units, for the drawn people of the simulated world."""

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from hal.world.grain import Plane, clouds, speckle

Box = tuple[float, float, float, float]  # left, top, right, bottom, in units
Mask = Callable[[Plane, Plane], Plane]  # (x, y) in units -> how much of each px is covered, 0..1
Colour = NDArray[np.float32]  # RGB, 0..255


def rgb(red: float, green: float, blue: float) -> Colour:
    """A colour, 0..255 each."""
    return np.array((red, green, blue), np.float32)


class Canvas:
    """A picture with cover: `rgb` float32 h x w x 3, `cover` float32 h x w. The origin is `middle`, y downwards."""

    def __init__(self, size: tuple[int, int], unit: float, middle: tuple[float, float]) -> None:
        width, height = size
        self.rgb = np.zeros((height, width, 3), np.float32)
        self.cover = np.zeros((height, width), np.float32)
        self._unit = unit
        self._middle = middle

    def lay(self, box: Box, colour: Colour, mask: Mask) -> None:
        """Put a new part over everything so far; the figure grows by it."""
        place, share = self._within(box, mask)
        before = self.cover[place]
        after = share + before * (1 - share)
        self.cover[place] = after
        # a px that is covered for the first time must not mix with the black that was never drawn
        self.rgb[place] += (share / np.maximum(after, 1e-6))[..., None] * (colour - self.rgb[place])

    def tint(self, box: Box, colour: Colour, mask: Mask) -> None:
        """Colour what is drawn already; the figure keeps its outline."""
        place, share = self._within(box, mask)
        self.rgb[place] += share[..., None] * (colour - self.rgb[place])

    def shade(self, box: Box, amount: float, mask: Mask) -> None:
        """Lighten, or darken by a negative amount, as a share of the colour that is there."""
        place, share = self._within(box, mask)
        self.rgb[place] *= 1 + amount * share[..., None]

    def spot(self, amount: float, at: tuple[float, float], size: tuple[float, float], turn_deg: float = 0.0) -> None:
        """A soft light or, by a negative amount, a soft shadow."""
        self.shade(around(at, size), amount, blob(at, size, turn_deg))

    def _within(self, box: Box, mask: Mask) -> tuple[tuple[slice, slice], Plane]:
        columns, rows = self._span(box[0], box[2], 0), self._span(box[1], box[3], 1)
        x = (np.arange(columns.start, columns.stop, dtype=np.float32) - self._middle[0]) / self._unit
        y = (np.arange(rows.start, rows.stop, dtype=np.float32) - self._middle[1]) / self._unit
        return (rows, columns), np.broadcast_to(mask(x[None, :], y[:, None]), (y.size, x.size))

    def _span(self, low: float, high: float, axis: int) -> slice:
        size = self.cover.shape[1 - axis]
        first, last = (min(max(round(self._middle[axis] + end * self._unit), 0), size) for end in (low, high))
        return slice(first, last)

    def cut_out(self) -> NDArray[np.uint8]:
        """The drawing as uint8, h x w x 4: RGB and cover."""
        return np.dstack([np.clip(self.rgb, 0, 255), 255 * self.cover]).astype(np.uint8)


def edge(distance: Plane, softness: float) -> Plane:
    """0 outside to 1 inside of a signed distance that grows inwards."""
    return 1 / (1 + np.exp(np.clip(-4 * distance / softness, -30, 30)))


def blob(at: tuple[float, float], size: tuple[float, float], turn_deg: float = 0.0) -> Mask:
    """A soft spot."""
    c, s = float(np.cos(np.radians(turn_deg))), float(np.sin(np.radians(turn_deg)))

    def mask(x: Plane, y: Plane) -> Plane:
        u, v = x - at[0], y - at[1]
        return np.exp(-(((u * c + v * s) / size[0]) ** 2) - ((v * c - u * s) / size[1]) ** 2)

    return mask


def stroke(at: float, reach: float, curve: Callable[[Plane], Plane], thick: float) -> Mask:
    """A soft line along y = curve(x) from at - reach to at + reach."""

    def mask(x: Plane, y: Plane) -> Plane:
        return np.exp(-(((y - curve(x)) / thick) ** 2)) * edge(reach - np.abs(x - at), 0.05)

    return mask


def capsule(start: tuple[float, float], end: tuple[float, float], radius: float, softness: float = 0.04) -> Mask:
    """A rod with round ends."""
    dx, dy = end[0] - start[0], end[1] - start[1]

    def mask(x: Plane, y: Plane) -> Plane:
        along = np.clip(((x - start[0]) * dx + (y - start[1]) * dy) / (dx * dx + dy * dy), 0, 1)
        return edge(radius - np.hypot(x - start[0] - along * dx, y - start[1] - along * dy), softness)

    return mask


def around(at: tuple[float, float], size: tuple[float, float]) -> Box:
    """The box that holds a blob."""
    far = 2.5 * max(size)
    return (at[0] - far, at[1] - far, at[0] + far, at[1] + far)


def photograph(
    figure: NDArray[np.uint8] | None,
    rng: np.random.Generator,
    size: tuple[int, int],
    cloth: tuple[int, int, int],
    blur: float = 0.0,
    light: float = 1.0,
) -> NDArray[np.uint8]:
    """A cut-out (or nothing) before a hanging cloth, as a camera takes it: uint8, h x w x 3 RGB."""
    shape = (size[1], size[0])
    folds = clouds(np.random.default_rng(cloth), shape, 160)  # the same in every picture: the cloth hangs still
    scene = (1 + 0.03 * folds)[..., None] * rgb(*cloth)
    if figure is not None:
        share = figure[..., 3].astype(np.float32) / 255
        scene = cv2.blendLinear(figure[..., :3].astype(np.float32), scene, share, 1 - share)
    if blur:
        scene = cv2.GaussianBlur(scene, (0, 0), blur)
    noisy = np.float32(light) * scene + (2.5 * speckle(rng, shape))[..., None]
    return np.clip(noisy, 0, 255).astype(np.uint8)
