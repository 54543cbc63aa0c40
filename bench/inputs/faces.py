"""Faces to be judged: 120 good ones as people come, and wrong ones of every kind, each with what may be said of it."""

from collections.abc import Iterator, Mapping
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from bench.inputs import FRESH, Input
from hal.world import eyes, faces, fingers, hands
from hal.world.faces import BLUE, RED, Scene
from hal.world.worn import Guise
from kiosk.core.judgement import Hint

Picture = NDArray[np.uint8]
FIRST_GOOD, FIRST_WRONG = 2000, 3000  # seeds; no person of the world's population has them
EACH = 6  # wrong ones of one kind

GOOD: Mapping[str, tuple[int, Guise]] = {
    "bare": (30, Guise(headscarf=False)),
    "headscarf": (30, Guise(headscarf=True)),
    "child": (15, Guise(child=True)),
    "child in a headscarf": (5, Guise(child=True, headscarf=True)),
    "beard": (15, Guise(headscarf=False, beard=True)),
    "glasses": (15, Guise(glasses=True)),
    "beard and glasses": (5, Guise(headscarf=False, beard=True, glasses=True)),
    "headscarf and glasses": (5, Guise(headscarf=True, glasses=True)),
}

STRAIGHT = (Hint.STRAIGHTEN_HEAD, Hint.LOOK_HERE)
WRONG: Mapping[str, tuple[Guise, Mapping[str, Any], tuple[Hint, ...]]] = {
    "turned left": (Guise(), {"look_away": -1.1}, STRAIGHT),
    "turned right": (Guise(), {"look_away": 1.1}, STRAIGHT),
    "bowed": (Guise(), {"nod": 1.0}, STRAIGHT),
    "raised": (Guise(), {"nod": -1.0}, STRAIGHT),
    "leaning": (Guise(), {"roll_deg": 14.0}, STRAIGHT),
    "eyes closed": (Guise(closed=1.0), {}, (Hint.OPEN_EYE,)),
    "mouth open": (Guise(gape=1.0), {}, (Hint.CLOSE_MOUTH,)),
    "mask": (Guise(mask=True), {}, (Hint.SHOW_FACE,)),
    "mask and headscarf": (Guise(mask=True, headscarf=True), {}, (Hint.SHOW_FACE,)),
    "hand": (Guise(hand=True), {}, (Hint.SHOW_FACE,)),
    "dark glasses": (Guise(dark_glasses=True), {}, (Hint.LIFT_GLASSES, Hint.SHOW_FACE)),
    "blurred": (Guise(), {"blur": 3.0}, (Hint.HOLD_STILL,)),
    "far": (Guise(), {"size": 0.7}, (Hint.COME_CLOSER,)),
    "dark": (Guise(), {"light": 0.3}, (Hint.MORE_LIGHT,)),
    "glaring": (Guise(), {"light": 2.2}, (Hint.LESS_LIGHT,)),
    "lit from one side": (Guise(), {"scene": Scene(shade=0.85)}, (Hint.TURN_FROM_SUN, Hint.MORE_LIGHT)),
    "at the edge": (Guise(), {"offset": (330.0, 0.0)}, (Hint.CENTRE_FACE, Hint.LOOK_HERE)),
}


def good(many: int = 1, fresh: int = 0) -> Iterator[Input]:
    """People of set `fresh` who look straight into the lens, before either cloth, `many` times so many."""
    seed = FIRST_GOOD + fresh * FRESH
    for kind, (count, guise) in GOOD.items():
        for _ in range(count * many):
            rng = np.random.default_rng(seed)
            how = {
                "roll_deg": float(rng.normal(0, 2)),
                "look_away": float(rng.normal(0, 0.1)),
                "nod": float(rng.normal(0, 0.1)),
                "light": float(rng.uniform(0.75, 1.1)),
                "cloth": BLUE if seed % 2 else RED,
                "scene": Scene(shade=float(rng.uniform(-0.15, 0.15))),
            }
            yield Input(kind, faces.picture(faces.face(seed, guise), rng, **how))
            seed += 1


def wrong(many: int = 1, fresh: int = 0) -> Iterator[Input]:
    """Faces with one fault each, two people, and what is no face; EACH x `many` of each fault, of set `fresh`."""
    seed = FIRST_WRONG + fresh * FRESH
    for kind, (guise, how, hints) in WRONG.items():
        for _ in range(EACH * many):
            yield Input(kind, faces.picture(faces.face(seed, guise), np.random.default_rng(seed), **how), hints)
            seed += 1
    for _ in range(EACH * many):
        scene = Scene(beside=faces.face(seed + 500))
        pixels = faces.picture(faces.face(seed), np.random.default_rng(seed), offset=(-130.0, 0.0), scene=scene)
        yield Input("two people", pixels, (Hint.ONE_FACE,))
        seed += 1
    for kind, pixels in no_faces(np.random.default_rng(seed), seed):
        yield Input(kind, pixels, (Hint.LOOK_HERE,))


def no_faces(rng: np.random.Generator, first: int) -> Iterator[tuple[str, Picture]]:
    """What a camera may see instead of a face; people from seed `first` on."""
    for level in (0, 128, 255):
        yield "blank", np.full((faces.HEIGHT, faces.WIDTH, 3), level, np.uint8)
    for _ in range(3):
        yield "noise", rng.integers(0, 256, (faces.HEIGHT, faces.WIDTH, 3), dtype=np.uint8)
    for cloth in (RED, BLUE):
        yield "nobody", faces.nobody(rng, cloth)
    for seed in range(first, first + 3):
        yield "finger", fingers.impression(fingers.master(seed), rng)
        yield "eye", eyes.picture(eyes.iris(seed), rng, side="left")
        yield "hands", hands.picture(rng)
        yield "back of a head", _from_behind(faces.face(seed), rng)
    for period in (8, 24, 60):
        yield "texture", _checks(period)
    for count in (3, 12, 40):
        yield "things", _things(rng, count)


def _from_behind(face: faces.Face, rng: np.random.Generator) -> Picture:
    """Head and shoulders with hair or cloth where the face was."""
    figure = face.figure.copy()
    head = np.zeros(figure.shape[:2], np.uint8)
    cv2.ellipse(head, (faces.WIDTH // 2, 300), (115, 185), 0, 0, 360, 255, cv2.FILLED)
    figure[(head > 0) & (figure[..., 3] > 0), :3] = figure[150, faces.WIDTH // 2, :3]
    return faces.picture(faces.Face(face.seed, face.headscarf, figure), rng)


def _checks(period: int) -> Picture:
    rows, columns = np.mgrid[: faces.HEIGHT, : faces.WIDTH] // period
    return np.repeat(np.where((rows + columns) % 2, 220, 40)[..., None], 3, axis=2).astype(np.uint8)


def _things(rng: np.random.Generator, count: int) -> Picture:
    """Boxes and balls of any colour."""
    picture = np.full((faces.HEIGHT, faces.WIDTH, 3), 190, np.uint8)
    for _ in range(count):
        at = (int(rng.integers(0, faces.WIDTH)), int(rng.integers(0, faces.HEIGHT)))
        size, colour = int(rng.integers(20, 160)), rng.integers(0, 256, 3).tolist()
        if rng.random() < 0.5:
            cv2.circle(picture, at, size, colour, cv2.FILLED)
        else:
            cv2.rectangle(picture, at, (at[0] + size, at[1] + size), colour, cv2.FILLED)
    return picture
