"""Eyes to be judged: good ones as people differ, and wrong ones of every kind, each with what should be said of it."""

from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

from bench.inputs import FRESH, Input
from hal.world import eyes, faces, fingers
from kiosk.core.judgement import Hint

Picture = NDArray[np.uint8]

GOOD = 120
OF_EACH_KIND = 8
_SHAPE = (eyes.HEIGHT, eyes.WIDTH)
_NO_EYE = (Hint.LOOK_HERE,)
_LIGHTS = (Hint.LIFT_GLASSES, Hint.LESS_LIGHT, Hint.TURN_FROM_SUN)

# Kind, what would be right to say, and how the eye is drawn; pairs are drawn between.
_Span = float | tuple[float, float]
_SPOILT: tuple[tuple[str, tuple[Hint, ...], dict[str, _Span]], ...] = (
    ("closed", (Hint.OPEN_EYE, Hint.LOOK_HERE), {"closed": (0.85, 1.0)}),
    ("nearly closed", (Hint.OPEN_EYE, Hint.LOOK_HERE), {"closed": (0.6, 0.8)}),
    ("half closed", (Hint.OPEN_EYE,), {"closed": (0.44, 0.56)}),
    ("blurred", (Hint.HOLD_STILL,), {"blur": (3.0, 7.0)}),
    ("moving", (Hint.HOLD_STILL,), {"motion": (18.0, 30.0)}),
    ("far", (Hint.COME_CLOSER,), {"distance": (1.25, 3.0)}),
    ("too close", (Hint.STEP_BACK,), {"distance": (0.42, 0.52)}),
    ("averted", (Hint.LOOK_HERE,), {"aside": (0.9, 1.6)}),
    ("looking up", (Hint.LOOK_HERE, Hint.OPEN_EYE), {"up": (1.1, 1.5)}),
    ("glare", _LIGHTS, {"glare": (0.6, 1.0)}),
    ("too dark", (Hint.MORE_LIGHT,), {"light": (0.12, 0.3)}),
    ("too bright", (Hint.LESS_LIGHT,), {"light": (1.9, 2.3)}),
    ("cut off at the side", (Hint.LOOK_HERE,), {"right": (215.0, 250.0)}),
    ("cut off below", (Hint.LOOK_HERE,), {"below": (150.0, 200.0)}),
    ("dilated", (Hint.MORE_LIGHT,), {"ratio": (0.73, 0.78)}),
    ("constricted", (Hint.LESS_LIGHT,), {"ratio": (0.15, 0.18)}),
)


def good(many: int = 1, fresh: int = 0) -> Iterator[Input]:
    """Open eyes of GOOD x `many` people, near enough, sharp, looking at the lens, heads a little aslant."""
    for n in range(fresh * FRESH, fresh * FRESH + GOOD * many):
        rng = np.random.default_rng((n, 0x600D))
        yield Input(
            "good",
            eyes.picture(
                eyes.iris(20_000 + n),
                rng,
                side="left" if n % 2 else "right",
                closed=float(rng.uniform(0, 0.12)),
                blur=float(rng.uniform(0, 1.2)),
                gaze=(float(rng.normal(0, 0.1)), float(rng.normal(0, 0.06))),
                distance=float(rng.uniform(0.7, 1.08)),
                shift=(float(rng.uniform(-40, 40)), float(rng.uniform(-30, 30))),
                tilt_deg=float(rng.uniform(-10, 10)),
                dilation=float(rng.uniform(0.75, 1.35)),
                light=float(rng.uniform(0.6, 1.25)),
            ),
        )


def wrong(many: int = 1, fresh: int = 0) -> Iterator[Input]:
    """What is no eye, and eyes that nobody could be known by: OF_EACH_KIND x `many` of each kind, of set `fresh`."""
    yield from _no_eyes(OF_EACH_KIND * many, fresh * FRESH)
    for number, (kind, hints, how) in enumerate(_SPOILT):
        for n in range(OF_EACH_KIND * many):
            yield Input(kind, _spoilt(fresh * FRESH + 1000 * number + n, how), hints)


def _spoilt(seed: int, how: dict[str, _Span]) -> Picture:
    rng = np.random.default_rng((seed, 0xBAD))
    drawn = {name: float(rng.uniform(*span)) if isinstance(span, tuple) else span for name, span in how.items()}
    eye, sign = eyes.iris(30_000 + seed), 1 if seed % 2 else -1
    aside, up, turn = drawn.pop("aside", 0.0), drawn.pop("up", 0.0), rng.uniform(0, 2 * np.pi)
    smear, ratio = drawn.pop("motion", 0.0), drawn.pop("ratio", eye.pupil)
    return eyes.picture(
        eye,
        rng,
        side="left" if seed % 2 else "right",
        gaze=(sign * aside, -up),
        motion=(smear * float(np.cos(turn)), smear * float(np.sin(turn))),
        shift=(sign * drawn.pop("right", 0.0), drawn.pop("below", 0.0)),
        dilation=ratio / eye.pupil,
        **drawn,
    )


def _no_eyes(each: int, first: int) -> Iterator[Input]:
    for level in (0, 14, 60, 128, 200, 255):
        yield Input("blank", np.full(_SHAPE, level, np.uint8), _NO_EYE)
    for n in range(first, first + each):
        rng = np.random.default_rng((n, 0x0E1E))
        yield Input("sun and no eye", eyes.resting(rng, (n - first) / each), _NO_EYE)
        yield Input("noise", rng.integers(0, 256, _SHAPE, dtype=np.uint8), _NO_EYE)
        yield Input("clouds", _clouds(rng), _NO_EYE)
        yield Input("stripes", _stripes(rng), _NO_EYE)
        yield Input("chequers", _chequers(rng), _NO_EYE)
        yield Input("lettering", _lettering(rng), _NO_EYE)
        yield Input("fingerprint", fingers.impression(fingers.master(n), rng), _NO_EYE)
        face = cv2.cvtColor(faces.picture(faces.face(n), rng), cv2.COLOR_RGB2GRAY)
        yield Input("face", np.asarray(face, np.uint8), (Hint.LOOK_HERE, Hint.COME_CLOSER))


def _clouds(rng: np.random.Generator) -> Picture:
    plane = cv2.GaussianBlur(rng.normal(0, 1, _SHAPE).astype(np.float32), (0, 0), float(rng.uniform(3, 40)))
    return np.asarray(255 * (plane - plane.min()) / (plane.max() - plane.min()), np.uint8)


def _stripes(rng: np.random.Generator) -> Picture:
    y, x = np.mgrid[: _SHAPE[0], : _SHAPE[1]]
    return np.asarray(127 + 120 * np.sin(x / rng.uniform(5, 30) + y / rng.uniform(5, 30)), np.uint8)


def _chequers(rng: np.random.Generator) -> Picture:
    y, x = np.mgrid[: _SHAPE[0], : _SHAPE[1]]
    side = int(rng.integers(10, 60))
    return np.asarray((x // side + y // side) % 2 * 200 + 25, np.uint8)


def _lettering(rng: np.random.Generator) -> Picture:
    canvas = np.full(_SHAPE, 230, np.uint8)
    for _ in range(25):
        place = int(rng.integers(0, 500)), int(rng.integers(40, _SHAPE[0]))
        cv2.putText(
            canvas, f"NO {rng.integers(99)}", place, cv2.FONT_HERSHEY_SIMPLEX, float(rng.uniform(0.5, 3)), 20, 3
        )
    return canvas
