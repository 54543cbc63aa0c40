"""What a drawn face wears or hides behind: spectacles, dark lenses, a beard, a mask, a hand; units as in heads."""

from dataclasses import dataclass

import numpy as np

from hal.world.drawing import Box, Canvas, Colour, Mask, capsule, edge, rgb
from hal.world.grain import Plane

_FACE: Box = (-1.5, -1.2, 1.5, 2.4)
_LENS = (0.36, 0.27)  # half width and height of a spectacle lens
_FRAME, _CLOTH = rgb(28, 26, 30), rgb(196, 214, 222)
_BLACK_LENS = rgb(18, 18, 20)


@dataclass(frozen=True)
class Guise:
    """How a face shows itself; `headscarf` None is as the lot has it, `closed` and `gape` 0..1 are lids and mouth."""

    headscarf: bool | None = None
    child: bool = False
    beard: bool = False
    glasses: bool = False
    dark_glasses: bool = False
    mask: bool = False
    hand: bool = False
    closed: float = 0.0
    gape: float = 0.0


def put_on(canvas: Canvas, guise: Guise, eyes: float, skin: Colour, chin: float) -> None:
    """Lay over a drawn head what it wears, eyes `eyes` from the middle; a beard is drawn with the head."""
    if guise.mask:
        _mask(canvas, chin)
    if guise.glasses or guise.dark_glasses:
        _glasses(canvas, eyes, guise.dark_glasses)
    if guise.hand:
        _hand(canvas, skin)


def beard(canvas: Canvas, hair: Colour, outline: Mask, lips: float) -> None:
    """A full beard inside the head's outline, which leaves the lips free."""

    def grown(x: Plane, y: Plane) -> Plane:
        line = 0.86 - 0.75 * np.clip(np.abs(x) - 0.42, 0, 1)
        free = edge(np.hypot(x / (lips + 0.05), (y - 1.05) / 0.17) - 1, 0.2)
        streaks = 0.82 + 0.18 * np.sin(47 * x + 9 * y) * np.sin(31 * x - 17 * y)
        return 0.85 * outline(x, y) * edge(y - line, 0.12) * free * streaks

    canvas.tint(_FACE, hair, grown)


def _glasses(canvas: Canvas, eyes: float, dark: bool) -> None:
    for side in (-1.0, 1.0):

        def far(x: Plane, y: Plane, middle: float = side * eyes) -> Plane:
            return (np.abs((x - middle) / _LENS[0]) ** 3 + np.abs((y - 0.02) / _LENS[1]) ** 3) ** (1 / 3)

        if dark:
            canvas.tint(_FACE, _BLACK_LENS, lambda x, y, far=far: 0.97 * edge(1 - far(x, y), 0.05))
        canvas.tint(_FACE, _FRAME, lambda x, y, far=far: edge(0.07 - np.abs(far(x, y) - 1), 0.05))
        canvas.tint(_FACE, _FRAME, capsule((side * (eyes + 0.34), -0.06), (side * 1.0, -0.02), 0.02))
    canvas.tint(_FACE, _FRAME, capsule((-eyes + 0.34, -0.02), (eyes - 0.34, -0.02), 0.02))


def _mask(canvas: Canvas, chin: float) -> None:
    def cloth(x: Plane, y: Plane) -> Plane:
        top = 0.4 + 0.3 * np.abs(x)
        reach = 0.98 - 0.42 * np.clip((y - 0.8) / (chin - 0.7), 0, 1) ** 2
        return edge(y - top, 0.04) * edge(reach - np.abs(x), 0.04) * edge(chin + 0.05 - y, 0.06)

    canvas.lay(_FACE, _CLOTH, cloth)
    for fold in (0.8, 1.0, 1.2):
        canvas.shade(_FACE, -0.12, lambda x, y, fold=fold: np.exp(-(((y - fold) / 0.02) ** 2)) * cloth(x, y))
    canvas.shade(_FACE, -0.3, lambda x, y: edge(np.abs(x) - 0.7, 0.5) * cloth(x, y))


def _hand(canvas: Canvas, skin: Colour) -> None:
    """The right palm before mouth and nose, fingers up and to the picture's right."""
    wrist, tone = (-1.3, 2.5), (0.93 * skin).astype(np.float32)
    canvas.lay(_FACE, tone, capsule(wrist, (-0.35, 1.3), 0.42))
    for number, reach in enumerate((0.95, 1.05, 1.0, 0.8)):
        at = 0.55 + 0.27 * number
        finger = capsule((-0.5, 1.0 + 0.1 * number), (reach - 0.15, at), 0.14)
        canvas.lay(_FACE, tone, finger)
        canvas.shade(_FACE, -0.45, _rim(finger))
    canvas.lay(_FACE, tone, capsule((-0.55, 1.1), (-0.5, 0.35), 0.14))


def _rim(mask: Mask) -> Mask:
    """The soft edge of a mask, where it is neither within nor without."""
    return lambda x, y: 4 * mask(x, y) * (1 - mask(x, y))
