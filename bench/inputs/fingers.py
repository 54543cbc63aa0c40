"""Fingers to be judged: what must be refused, by kind and with the right reasons, and what must be taken at once.

All are drawn from seeds by the simulated world; `many` scales how often each kind is drawn, `fresh` numbers the set.
"""

from collections.abc import Callable, Iterator
from functools import partial

import numpy as np
from numpy.typing import NDArray

from bench.inputs import FRESH, Input
from hal.world import eyes, faces, fingers, hands, platen
from hal.world.grain import clouds, speckle
from kiosk.core.judgement import Hint

Picture = NDArray[np.uint8]
Draw = Callable[[np.random.Generator], Picture]

EACH = 4  # of a wrong kind
MASTERS = 24  # fingers that the good prints are of
ANYBODY = 1_000_000  # people of whom wrong inputs are drawn
SIZE = (480, 400)  # rows and columns of what is no impression

NO_FINGER = (Hint.SHOW_FINGER,)
EMPTY = (Hint.SHOW_FINGER, Hint.PRESS_FLAT)
LEFT_OVER = (Hint.WIPE_GLASS, *EMPTY)
PART = (Hint.PRESS_FLAT, Hint.CENTRE_FINGER)
SMALL = (Hint.PRESS_FLAT, Hint.PRESS_FIRMER, Hint.CENTRE_FINGER)
BLURRED = (Hint.HOLD_STILL, Hint.WIPE_GLASS)
WET = (Hint.PRESS_SOFTER,)
DRY = (Hint.MOISTEN_FINGER, Hint.PRESS_FIRMER)
EXPOSED = (Hint.CHECK_SENSOR, Hint.PRESS_FIRMER, Hint.PRESS_FLAT, Hint.WIPE_GLASS)
SCALE = (Hint.CHECK_SENSOR,)


def wrong(many: int = 1, fresh: int = 0) -> Iterator[Input]:
    """Every wrong kind, EACH x `many` times."""
    for number, (kind, (draw, hints)) in enumerate(WRONG.items()):
        for each in range(fresh * FRESH, fresh * FRESH + EACH * many):
            yield Input(kind, draw(np.random.default_rng((number, each, 0xBAD))), hints)


def good(many: int = 1, fresh: int = 0) -> Iterator[Input]:
    """Every good kind of every master, MASTERS x `many` of them."""
    for seed in range(fresh * FRESH, fresh * FRESH + MASTERS * many):
        finger = fingers.master(9000 + seed)
        for number, (kind, draw) in enumerate(GOOD.items()):
            yield Input(kind, draw(finger, np.random.default_rng((number, seed, 0x600D))))


def _touch(rng: np.random.Generator, **how: float) -> Picture:
    """An impression of a finger nobody has met before."""
    return fingers.impression(fingers.master(int(rng.integers(ANYBODY))), rng, **how)  # type: ignore[arg-type]


def _flat(level: float, noise: float) -> Draw:
    return lambda rng: _clipped(level + noise * speckle(rng, SIZE))


def _clouded(grain: float, depth: float) -> Draw:
    return lambda rng: _clipped(128 + depth * clouds(rng, SIZE, grain))


def _salted(rng: np.random.Generator) -> Picture:
    return np.where(rng.random(SIZE) < 0.5, 0, 255).astype(np.uint8)


def _ridge_noise(rng: np.random.Generator) -> Picture:
    """Noise with the period of ridges, in every direction at once."""
    rows, cols = np.fft.fftfreq(SIZE[0])[:, None], np.fft.fftfreq(SIZE[1])[None]
    ring = np.exp(-(((np.hypot(rows, cols) - 1 / rng.uniform(7, 11)) / 0.02) ** 2))
    plane = np.fft.ifft2(np.fft.fft2(speckle(rng, SIZE)) * ring).real
    return _clipped(128 + 60 * plane / plane.std())


def _wave(rng: np.random.Generator, along: Callable[[NDArray[np.floating], NDArray[np.floating]], NDArray]) -> Picture:
    rows, cols = np.mgrid[: SIZE[0], : SIZE[1]].astype(np.float32)
    phase = along(cols - SIZE[1] / 2, rows - SIZE[0] / 2) * 2 * np.pi / rng.uniform(7, 12)
    return _clipped(128 + 90 * np.sin(phase) + 4 * speckle(rng, SIZE))


def _grating(rng: np.random.Generator) -> Picture:
    turn = rng.uniform(0, np.pi)
    return _wave(rng, lambda x, y: x * np.cos(turn) + y * np.sin(turn))


def _rings(rng: np.random.Generator) -> Picture:
    return _wave(rng, lambda x, y: np.hypot(x, y))


def _squares(rng: np.random.Generator) -> Picture:
    side = int(rng.integers(5, 20))
    rows, cols = np.mgrid[: SIZE[0], : SIZE[1]] // side
    return _clipped(60 + 140.0 * ((rows + cols) % 2) + 4 * speckle(rng, SIZE))


def _weave(rng: np.random.Generator) -> Picture:
    rows, cols = np.mgrid[: SIZE[0], : SIZE[1]].astype(np.float32)
    pitch = rng.uniform(9, 20)
    cloth = np.sin(cols * 2 * np.pi / pitch) + np.sin(rows * 2 * np.pi / pitch)
    return _clipped(128 + 40 * cloth + 10 * clouds(rng, SIZE, 3))


def _text(rng: np.random.Generator) -> Picture:
    """Lines of blocky letters, as on a card held to the glass."""
    page = np.full(SIZE, 235, np.uint8)
    pixel = int(rng.integers(2, 5))
    for top in range(20, SIZE[0] - 8 * pixel, 11 * pixel):
        for left in range(20, SIZE[1] - 6 * pixel, 6 * pixel):
            letter = np.kron(rng.random((7, 4)) < 0.55, np.ones((pixel, pixel), bool))
            page[top : top + 7 * pixel, left : left + 4 * pixel][letter] = 30
    return page


def _face(rng: np.random.Generator) -> Picture:
    picture = faces.picture(faces.face(int(rng.integers(ANYBODY))), rng)
    return _clipped(picture.mean(axis=2))


def _eye(rng: np.random.Generator) -> Picture:
    return eyes.picture(eyes.iris(int(rng.integers(ANYBODY))), rng, side="left")


def _palms(rng: np.random.Generator) -> Picture:
    return _clipped(hands.picture(rng).mean(axis=2))


def _half(side: str, cropped: bool) -> Draw:
    """One half of a print: the picture ends there, or the skin does."""

    def draw(rng: np.random.Generator) -> Picture:
        whole = _touch(rng)
        rows, cols = SIZE[0] // 2, SIZE[1] // 2
        there = {
            "top": np.s_[:rows, :],
            "bottom": np.s_[rows:, :],
            "left": np.s_[:, :cols],
            "right": np.s_[:, cols:],
        }[side]
        if cropped:
            return np.ascontiguousarray(whole[there])
        empty = fingers.blank_platen(rng)
        empty[there] = whole[there]
        return empty

    return draw


def _smeared(rng: np.random.Generator) -> Picture:
    """A finger that slid while it was taken."""
    whole, far = _touch(rng).astype(np.float32), int(rng.integers(10, 16))
    return _clipped(np.mean([np.roll(whole, (step, step // 2), (0, 1)) for step in range(far)], axis=0))


def _bleached(rng: np.random.Generator) -> Picture:
    """So bright that next to nothing of the ridges is left below the end of the scale."""
    return _clipped(_touch(rng).astype(np.float32) + rng.uniform(150, 165))


def _blackened(rng: np.random.Generator) -> Picture:
    """So dark that next to nothing of the valleys is left above the end of the scale."""
    return _clipped(_touch(rng).astype(np.float32) - rng.uniform(205, 215))


def _faint(rng: np.random.Generator) -> Picture:
    return _clipped(200 + (_touch(rng) - 232.0) * rng.uniform(0.04, 0.07))


def resampled(picture: Picture, share: float) -> Picture:
    """The picture at `share` of its resolution (above 1: enlarged), by linear interpolation of 2 x 2 means."""
    plane = picture.astype(np.float32)
    if share < 1:
        plane = (plane + np.roll(plane, 1, 0) + np.roll(plane, 1, 1) + np.roll(plane, (1, 1), (0, 1))) / 4
    for axis in (0, 1):
        size = plane.shape[axis]
        at = np.linspace(0, size - 1, round(size * share))
        low = np.minimum(at.astype(int), size - 2)
        weight = (at - low).reshape((-1, 1) if axis == 0 else (1, -1))
        plane = plane.take(low, axis) * (1 - weight) + plane.take(low + 1, axis) * weight
    return _clipped(plane)


def _rescaled(share: float) -> Draw:
    return lambda rng: resampled(_touch(rng), share)


def _off_centre(rng: np.random.Generator) -> Picture:
    side, far = rng.choice((-1.0, 1.0)), float(rng.uniform(170, 210))
    return _touch_at(rng, (side * far, 0.0) if rng.random() < 0.7 else (0.0, -far - 40))


def _touch_at(rng: np.random.Generator, shift_px: tuple[float, float]) -> Picture:
    return fingers.impression(fingers.master(int(rng.integers(ANYBODY))), rng, shift_px=shift_px)


def _pressed(rng: np.random.Generator) -> Picture:
    return _touch(rng, pressed=float(rng.uniform(3.4, 4.5)), dryness=0.0)


def _parched(rng: np.random.Generator) -> Picture:
    return _touch(rng, dryness=float(rng.uniform(1.3, 1.6)))


def _tiny(rng: np.random.Generator) -> Picture:
    return _touch(rng, cover=float(rng.uniform(0.06, 0.16)))


def _residue(rng: np.random.Generator) -> Picture:
    return platen.residue(fingers.master(int(rng.integers(ANYBODY))), rng)


def _blurred(sigma: float) -> Draw:
    return lambda rng: _touch(rng, blur=sigma)


def _clipped(plane: NDArray[np.floating]) -> Picture:
    return np.clip(plane, 0, 255).astype(np.uint8)


WRONG: dict[str, tuple[Draw, tuple[Hint, ...]]] = {
    "white": (_flat(255, 0), EMPTY),
    "black": (_flat(0, 0), EMPTY),
    "grey": (_flat(128, 3), EMPTY),
    "empty platen": (fingers.blank_platen, EMPTY),
    "residue": (_residue, LEFT_OVER),
    "white noise": (_flat(128, 60), NO_FINGER),
    "salt and pepper": (_salted, NO_FINGER),
    "fine clouds": (_clouded(3, 50), NO_FINGER),
    "clouds of ridge size": (_clouded(6, 50), NO_FINGER),
    "coarse clouds": (_clouded(14, 50), NO_FINGER),
    "ridge noise": (_ridge_noise, NO_FINGER),
    "grating": (_grating, NO_FINGER),
    "rings": (_rings, NO_FINGER),
    "squares": (_squares, NO_FINGER),
    "weave": (_weave, NO_FINGER),
    "bandage": (fingers.bandaged, NO_FINGER),
    "text": (_text, NO_FINGER),
    "face": (_face, NO_FINGER),
    "iris": (_eye, NO_FINGER),
    "palms": (_palms, NO_FINGER),
    **{f"{side} half, {word}": (_half(side, cropped), PART)
       for side in ("top", "bottom", "left", "right")
       for word, cropped in (("cropped", True), ("lifted", False))},
    **{f"blur {sigma}": (_blurred(sigma), BLURRED) for sigma in (2.0, 2.5, 3.0, 4.0, 5.0)},
    "smeared": (_smeared, BLURRED),
    "pressed hard": (_pressed, WET),
    "parched": (_parched, DRY),
    "bleached": (_bleached, EXPOSED),
    "blackened": (_blackened, (*WET, *EXPOSED)),
    "faint": (_faint, EXPOSED),
    "300 ppi": (_rescaled(0.6), SCALE),
    "1000 ppi": (_rescaled(2.0), SCALE),
    "tiny": (_tiny, SMALL),
    "off centre": (_off_centre, PART),
}  # fmt: skip


def _good(finger: fingers.Finger, rng: np.random.Generator, **how: float) -> Picture:
    shift = (float(rng.normal(0, 8)), float(rng.normal(0, 8)))
    return fingers.impression(finger, rng, shift_px=shift, **how)  # type: ignore[arg-type]


def _turned(finger: fingers.Finger, rng: np.random.Generator) -> Picture:
    return _good(finger, rng, turn_deg=float(rng.uniform(-30, 30)))


def _light_touch(finger: fingers.Finger, rng: np.random.Generator) -> Picture:
    return _good(finger, rng, cover=float(rng.uniform(0.65, 0.85)), pressed=float(rng.uniform(0.6, 0.9)))


def _on_grey(finger: fingers.Finger, rng: np.random.Generator) -> Picture:
    """As sensors of little contrast show it, on no white ground."""
    shown = _good(finger, rng).astype(np.float32)
    return _clipped(rng.uniform(90, 150) + (shown - 150) * rng.uniform(0.4, 0.7) + 15 * clouds(rng, SIZE, 200))


def _on_small_sensor(finger: fingers.Finger, rng: np.random.Generator) -> Picture:
    """The middle of it: 300 x 400, as small sensors have."""
    return np.ascontiguousarray(_good(finger, rng, cover=0.9)[40:440, 50:350])


GOOD: dict[str, Callable[[fingers.Finger, np.random.Generator], Picture]] = {
    "whole": _good,
    "wet": partial(_good, pressed=1.6, dryness=0.0),
    "dry": partial(_good, dryness=0.55),
    "turned": _turned,
    "light": _light_touch,
    "on grey": _on_grey,
    "small sensor": _on_small_sensor,
}
