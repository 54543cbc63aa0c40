"""How a head and shoulders are drawn, from back to front; in units of half a face, origin between the eyes."""

from dataclasses import dataclass, field, replace
from functools import partial

import numpy as np

from hal.world import worn
from hal.world.drawing import Box, Canvas, Colour, Mask, around, blob, edge, rgb, stroke
from hal.world.grain import Plane
from hal.world.worn import Guise

_FACE: Box = (-1.4, -1.8, 1.4, 2.0)
_BUST: Box = (-3.0, -1.9, 3.0, 6.0)
_CROWN, _CHIN, _MOUTH = -1.35, 1.58, 1.02


@dataclass(frozen=True)
class Traits:
    """What makes one drawn face differ from another; lengths in units."""

    skin: Colour
    hair: Colour
    cloth: Colour
    scarf: Colour
    lips: Colour
    wide: float
    jaw: float
    eyes: float
    mouth: float
    nose: float
    brows: float
    side: float  # -1 or 1: where the mole sits and the parting runs, so that a mirrored picture is told apart
    headscarf: bool
    long_hair: bool
    moustache: bool
    chin: float = _CHIN
    guise: Guise = field(default_factory=Guise)


def traits(rng: np.random.Generator) -> Traits:
    """Draw a face by lot."""
    tan = float(rng.uniform(0, 1))
    skin = rgb(236 - 78 * tan, 196 - 88 * tan, 164 - 88 * tan)
    woman = rng.random() < 0.5
    headscarf = woman and rng.random() < 0.6
    return Traits(
        skin=skin,
        hair=rgb(34, 28, 26) if rng.random() < 0.8 else rgb(112, 110, 110),
        cloth=rng.uniform(50, 210, 3).astype(np.float32),
        scarf=rng.uniform(60, 225, 3).astype(np.float32),
        lips=(0.55 * skin + 0.45 * rgb(165, 62, 66)).astype(np.float32),
        wide=float(rng.uniform(0.95, 1.05)),
        jaw=float(rng.uniform(0.24, 0.36)),
        eyes=float(rng.uniform(0.42, 0.46)),
        mouth=float(rng.uniform(0.29, 0.35)),
        nose=float(rng.uniform(0.19, 0.24)),
        brows=float(rng.uniform(0.045, 0.065)),
        side=float(rng.choice([-1.0, 1.0])),
        headscarf=headscarf,
        long_hair=woman and not headscarf,
        moustache=not woman and rng.random() < 0.35,
    )


def dressed(t: Traits, guise: Guise) -> Traits:
    """The same person in this guise; a child has a short round face, large eyes and no moustache."""
    scarf = t.headscarf if guise.headscarf is None else guise.headscarf
    long_hair = (t.long_hair or t.headscarf) and not scarf
    t = replace(t, headscarf=scarf, long_hair=long_hair, moustache=t.moustache and not guise.child, guise=guise)
    if guise.child:
        t = replace(t, chin=1.42, jaw=0.2, wide=1.06, nose=0.17, mouth=0.27, brows=0.04, eyes=0.46)
    return replace(t, chin=t.chin + 0.3 * guise.gape, mouth=t.mouth * (1 - 0.2 * guise.gape))


def draw(canvas: Canvas, t: Traits) -> None:
    """The whole figure, from back to front."""
    _body(canvas, t)
    _head(canvas, t)
    for side in (-1.0, 1.0):
        _eye(canvas, t, side)
    _nose(canvas, t)
    _lips(canvas, t)
    if t.guise.beard:
        worn.beard(canvas, t.hair, _oval(t.wide, t.jaw, _CROWN, t.chin), t.mouth)
    (_headscarf if t.headscarf else _hair)(canvas, t)
    worn.put_on(canvas, t.guise, t.eyes, t.skin, t.chin)


def _oval(wide: float, jaw: float, top: float, chin: float, grow: float = 0.0) -> Mask:
    """A head's outline, narrowing to the chin."""

    def mask(x: Plane, y: Plane) -> Plane:
        v = (y - (top + chin) / 2) / ((chin - top) / 2 + grow)
        reach = (wide + grow) * (1 - jaw * np.clip(v, 0, 1) ** 2)
        return edge(1 - np.sqrt((x / reach) ** 2 + np.abs(v) ** 2.2), 0.035)

    return mask


def _body(canvas: Canvas, t: Traits) -> None:
    if t.long_hair:
        canvas.lay(
            _BUST, t.hair, lambda x, y: edge(1.22 - np.hypot(x, np.minimum(y + 0.2, 0)), 0.06) * edge(2.4 - y, 0.3)
        )
    if t.headscarf:
        canvas.lay(_BUST, 0.6 * t.scarf, _oval(1.05, 0.1, -1.4, 2.4))
    canvas.lay(
        _BUST,
        0.88 * t.skin,
        lambda x, y: edge(0.56 + 0.3 * np.clip(y - 1.7, 0, 1) - np.abs(x), 0.05) * edge(y - 1, 0.1) * edge(3 - y, 0.1),
    )
    canvas.spot(-0.4, (0, 1.5), (0.8, 0.4))
    canvas.lay(_BUST, t.cloth, lambda x, y: _torso(x, y) * edge(y - 2.0 - 0.45 * np.exp(-((x / 0.42) ** 2)), 0.04))
    canvas.shade((-3, 1.7, 3, 6), -0.3, lambda x, y: edge(np.abs(x) - 1.7, 1.4) + 0 * y)
    canvas.shade(
        (-3, 1.7, 3, 6), -0.22, lambda x, y: np.exp(-(((np.abs(x) - 1.55 - 0.1 * y) / 0.08) ** 2)) * edge(y - 3, 0.3)
    )


def _torso(x: Plane, y: Plane) -> Plane:
    return edge(1 - np.abs(x / 2.5) ** 2.6 - np.clip((4.3 - y) / 2.35, 0, 2) ** 2.6, 0.04)


def _head(canvas: Canvas, t: Traits) -> None:
    outline = _oval(t.wide, t.jaw, _CROWN, t.chin)
    for side in (-1.0, 1.0):
        ear = (side * 1.02 * t.wide, 0.28)
        if not t.headscarf:
            canvas.lay(
                around(ear, (0.17, 0.33)),
                0.88 * t.skin,
                lambda x, y, e=ear: edge(1 - np.hypot((x - e[0]) / 0.15, (y - e[1]) / 0.33), 0.15),
            )
            canvas.spot(-0.25, ear, (0.06, 0.18))
    canvas.lay(_FACE, t.skin, outline)
    canvas.shade(_FACE, 0.55, lambda x, y: _roundness(x, y) * outline(x, y))
    for side in (-1.0, 1.0):
        canvas.spot(-0.28, (side * t.eyes, -0.04), (0.27, 0.17))
        canvas.spot(0.1, (side * 0.55, 0.45), (0.26, 0.2))
    canvas.spot(0.1, (0, -0.65), (0.5, 0.3))
    canvas.spot(0.1, (0, t.chin - 0.22), (0.22, 0.12))
    canvas.spot(-0.7, (0.52 * t.side, 0.82), (0.035, 0.035))


def _roundness(x: Plane, y: Plane) -> Plane:
    """Light from the front, a little from above and from the picture's left."""
    height = np.sqrt(np.clip(1 - (x / 1.12) ** 2 - ((y - 0.1) / 1.75) ** 2, 0, 1))
    return height - 0.78 - 0.056 * x - 0.049 * y


def _eye(canvas: Canvas, t: Traits, side: float) -> None:
    middle = side * t.eyes
    box = (middle - 0.45, -0.6, middle + 0.45, 0.3)
    lid = 0.105 - 0.19 * t.guise.closed  # how far above the middle the upper lid stands

    def bow(x: Plane) -> Plane:
        return 1 - ((x - middle) / 0.225) ** 2

    def opening(x: Plane, y: Plane) -> Plane:
        return edge(y + lid * bow(x), 0.02) * edge(0.085 * bow(x) - y, 0.02)

    def disc(radius: float) -> Mask:
        return lambda x, y: opening(x, y) * edge(radius - np.hypot(x - middle, y + 0.005), 0.02)

    def brow(x: Plane, y: Plane) -> Plane:
        out = side * x
        thick = t.brows - 0.05 * np.clip(out - 0.5, 0, 1)
        return (
            0.9 * edge(thick - np.abs(y + 0.33 - 0.24 * (out - 0.52) ** 2), 0.05) * edge(0.3 - np.abs(out - 0.46), 0.1)
        )

    canvas.tint(box, rgb(232, 226, 220), opening)
    canvas.tint(box, rgb(52, 32, 22), disc(0.108))
    canvas.tint(box, rgb(8, 6, 6), disc(0.048))
    if t.guise.closed < 0.5:
        canvas.tint(box, rgb(255, 255, 255), blob((middle - 0.035, -0.04), (0.022, 0.022)))
    else:
        canvas.tint(box, 0.92 * t.skin, lambda x, y: edge(y + 0.105 * bow(x), 0.02) * edge(-lid * bow(x) - y, 0.02))
    canvas.tint(box, 0.25 * t.hair, stroke(middle, 0.235, lambda x: -0.005 - lid * bow(x), 0.024))
    canvas.shade(box, -0.25, stroke(middle, 0.21, lambda x: -0.07 - 0.12 * bow(x), 0.022))
    canvas.shade(box, -0.25, stroke(middle, 0.21, lambda x: 0.01 + 0.085 * bow(x), 0.02))
    canvas.tint(box, 0.7 * t.hair, brow)


def _nose(canvas: Canvas, t: Traits) -> None:
    canvas.spot(0.16, (0, 0.22), (0.08, 0.4))
    canvas.spot(0.14, (0, 0.55), (0.1, 0.08))
    for side in (-1.0, 1.0):
        canvas.spot(-0.22, (side * 0.15, 0.15), (0.08, 0.35), side * 6)
        canvas.spot(-0.3, (side * (t.nose + 0.03), 0.6), (0.05, 0.1))
        canvas.spot(-0.75, (side * 0.1, 0.69), (0.055, 0.028))
        canvas.spot(-0.14, (side * 0.4, 0.82), (0.05, 0.2), side * -28)
    canvas.spot(-0.25, (0, 0.74), (0.2, 0.05))


def _lips(canvas: Canvas, t: Traits) -> None:
    box = (-0.6, 0.6, 0.6, 1.8)
    gap = 0.38 * t.guise.gape

    def bow(x: Plane) -> Plane:
        return 1 - (x / t.mouth) ** 2

    def drop(x: Plane) -> Plane:
        return gap * (1 - (x / t.mouth) ** 4)

    def upper(x: Plane, y: Plane) -> Plane:
        notch = 0.03 * np.exp(-((x / 0.05) ** 2))
        return edge(y - _MOUTH + 0.085 * bow(x) - notch, 0.025) * edge(_MOUTH - y + 0.005, 0.02)

    canvas.tint(box, 0.82 * t.lips, upper)
    canvas.tint(box, t.lips, lambda x, y: edge(y - _MOUTH, 0.02) * edge(_MOUTH + drop(x) + 0.12 * bow(x) - y, 0.03))
    if gap:
        within = partial(_opened, mouth=t.mouth, gap=gap)
        canvas.tint(box, rgb(46, 14, 16), within)
        canvas.tint(box, rgb(226, 220, 208), lambda x, y: within(x, y) * edge(_MOUTH + 0.06 - y, 0.03))
    canvas.tint(box, 0.3 * t.lips, stroke(0, t.mouth, lambda x: _MOUTH + 0.01 * np.cos(9 * x), 0.018))
    canvas.spot(-0.2, (0, 1.2 + gap), (0.22, 0.05))
    if t.moustache:
        canvas.tint(
            box,
            t.hair,
            lambda x, y: 0.75 * edge(0.07 - np.abs(y - 0.86 - 0.5 * x**2), 0.06) * edge(0.36 - np.abs(x), 0.1),
        )


def _opened(x: Plane, y: Plane, mouth: float, gap: float) -> Plane:
    """What is seen between the lips."""
    return edge(y - _MOUTH, 0.02) * edge(_MOUTH + gap * (1 - (x / mouth) ** 4) - y, 0.02)


def _hair(canvas: Canvas, t: Traits) -> None:
    parting = 0.35 * t.side
    skull = _oval(t.wide, 0.2, _CROWN, 1.7, 0.12)

    def crown(x: Plane, y: Plane) -> Plane:
        away = x - parting
        line = -0.82 + 0.5 * away**2 * np.where(away * t.side > 0, 1.9, 0.55)
        temples = edge(np.abs(x) - 0.93 * t.wide, 0.05) * edge(0.1 + 1.5 * t.long_hair - y, 0.2)
        return skull(x, y) * np.maximum(edge(line - y, 0.06), temples)

    def scalp(x: Plane, y: Plane) -> Plane:
        return (
            0.7
            * edge(0.02 - np.abs(x - parting + 0.1 * t.side * (y + 0.8)), 0.03)
            * edge(y + 1.4, 0.1)
            * edge(-0.8 - y, 0.1)
        )

    canvas.lay(_FACE, t.hair, crown)
    canvas.spot(0.5, (-0.35, -1.15), (0.5, 0.2), -15)
    canvas.tint(_FACE, 0.7 * t.skin, scalp)


def _headscarf(canvas: Canvas, t: Traits) -> None:
    opening = _oval(0.93 * t.wide, t.jaw, -0.86, t.chin + 0.02)
    rim = _oval(0.93 * t.wide, t.jaw, -0.86, t.chin + 0.02, 0.12)
    hood = _oval(1.12, 0.1, -1.5, 2.4)

    def drape(x: Plane, y: Plane) -> Plane:
        fall = edge(1.05 + 0.62 * np.clip(y - 0.8, 0, 2) - np.abs(x), 0.05) * edge(y - 0.4, 0.1)
        return np.maximum(hood(x, y), fall * edge(3.1 - y - 0.25 * np.abs(x), 0.06)) * (1 - opening(x, y))

    canvas.lay(_BUST, t.scarf, drape)
    canvas.shade(_BUST, -0.25, lambda x, y: (1 - opening(x, y)) * rim(x, y))
    canvas.shade(_BUST, -0.35, lambda x, y: edge(np.abs(x) - 0.9, 0.6) * drape(x, y))
    for fold in (0.5, 1.0, 1.5):

        def crease(x: Plane, y: Plane, fold: float = fold) -> Plane:
            away = x * t.side - (fold - 0.9) - 0.35 * (y - 1.6) * fold
            return np.exp(-((away / 0.06) ** 2)) * edge(y - 1.75, 0.2) * drape(x, y)

        canvas.shade((-3, 1.2, 3, 4), -0.2, crease)
