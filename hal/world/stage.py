"""Who stands at the box, and what each sensor would see of them.

A picture depends on the world's seed, the person, the position, the attempt and the frame's number, never on the time
or the order of calls: the same attempt looks the same in every run.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from hal.values import Position
from hal.world import eyes, faces, fingers
from hal.world.person import ABSENT, EYES, FINGERS, Act, Condition, Person

Picture = NDArray[np.uint8]

# Dryness and the range of wear. NFIQ 2 as measured: good 55 to 85, dry 30 to 60, worn 2 to 50, the less the more worn.
_PARCHED = (1.2, (0.6, 0.7))
_ALONE = faces.Scene()
SLAP_ROWS, SLAP_COLS = 1000, 1600  # a platen of 81 x 51 mm at 500 ppi
THUMBS = (Position.RIGHT_THUMB, Position.LEFT_THUMB)
_REACH = {"THUMB": 200, "INDEX": 150, "MIDDLE": 40, "RING": 110, "LITTLE": 330}  # px from the platen's upper edge
_SKIN = {Condition.GOOD: (0.15, (0.0, 0.0)), Condition.DRY: (0.9, (0.0, 0.0)), Condition.WORN: (0.35, (0.5, 0.7))}


@dataclass(frozen=True)
class Attempt:
    """One attempt of one person at one position; `act` is what they do, `seed` makes it look as it does."""

    person: Person
    position: Position
    act: Act
    seed: tuple[int, ...]

    def rng(self, frame: int = 0) -> np.random.Generator:
        """The chance in one frame of this attempt; frame 0 also gives what holds for all of it."""
        return np.random.default_rng((*self.seed, frame))


class World:
    """One person at a time before the box; attempts are counted a person and position, also over absences."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.person: Person | None = None
        self._attempts: Counter[tuple[int, Position]] = Counter()

    def step_up(self, person: Person) -> None:
        """This person stands at the box now."""
        self.person = person

    def step_away(self) -> None:
        """Nobody stands there."""
        self.person = None

    def attempt(self, position: Position) -> Attempt | None:
        """Begin the next attempt of whoever stands there; None when nobody does."""
        if (person := self.person) is None:
            return None
        key = (person.body.seed, position)
        number = self._attempts[key]
        self._attempts[key] += 1
        seed = (self.seed, person.body.seed, tuple(Position).index(position), number)
        return Attempt(person, position, person.act(position, number), seed)

    def coming(self, position: Position) -> Act:
        """What whoever stands there will do at the next attempt; NORMAL where nobody does."""
        person = self.person
        return person.act(position, self._attempts[person.body.seed, position]) if person else Act.NORMAL

    def empty(self, position: Position, frame: int) -> Picture:
        """What a stream sees when nobody is there."""
        rng = np.random.default_rng((self.seed, tuple(Position).index(position), frame))
        return _darkness(rng) if position in EYES else faces.nobody(rng)


class View:
    """One look at one position: an attempt begins when somebody comes into the picture, another with somebody else."""

    def __init__(self, world: World | None, position: Position) -> None:
        self._world = world
        self._position = position
        self._attempt: Attempt | None = None

    def picture(self, frame: int) -> Picture | None:
        """The picture of this frame; None where there is no world."""
        if (world := self._world) is None:
            return None
        person = world.person
        if self._attempt is None or self._attempt.person is not person:
            self._attempt = world.attempt(self._position)
        if self._attempt is None:
            return world.empty(self._position, frame)
        return _SIGHTS[self._position](self._attempt, frame)


def finger(attempt: Attempt) -> Picture | None:
    """The platen under this attempt: uint8, 480 x 400, 500 ppi; None when nothing is laid on it."""
    body = attempt.person.body
    shown = _neighbour(attempt) if attempt.act is Act.WRONG_FINGER else attempt.position
    condition = body.condition(shown)
    if attempt.act is Act.NOTHING or condition in ABSENT:
        return None
    rng = attempt.rng()
    if condition is Condition.BANDAGED:
        return fingers.bandaged(rng)
    dryness, wear = _PARCHED if attempt.act is Act.PARCHED else _SKIN[condition]
    return fingers.impression(
        body.finger(shown),
        rng,
        shift_px=(float(rng.normal(0, 8)), float(rng.normal(0, 10))),
        turn_deg=float(rng.normal(0, 5)),
        dryness=dryness + float(rng.uniform(-0.1, 0.1)),
        worn=float(np.random.default_rng((body.seed, tuple(Position).index(shown))).uniform(*wear)),
        pressed=float(rng.uniform(0.9, 1.1)),
        blur=2.5 if attempt.act is Act.BLUR else 0.0,
    )


def slap(attempts: Sequence[Attempt]) -> Picture | None:
    """Several fingers laid down at once: uint8, 1000 x 1600, 500 ppi; None when nothing is laid on it. Those of a right
    hand stand with the index finger at the left, those of a left hand with the little one, both thumbs as they are."""
    swapped = attempts[0].act is Act.OTHER_HAND
    shown = [replace(a, position=_mirrored(a.position), act=Act.NORMAL) for a in attempts] if swapped else attempts
    thumbs = shown[0].position in THUMBS
    ordered = sorted(shown, key=lambda a: FINGERS.index(a.position), reverse=thumbs or shown[0].position in FINGERS[5:])
    glass = np.full((SLAP_ROWS, SLAP_COLS), 252, np.uint8)
    found = False
    for place, one in enumerate(ordered):
        print_ = finger(one)
        if print_ is not None:
            found = True
            apart = min(SLAP_COLS // len(ordered), 600)
            left = (SLAP_COLS - apart * len(ordered)) // 2 + apart * place
            top = _REACH[one.position.value.partition("_")[2]]
            part = glass[top : top + 480, left : left + 400]
            np.minimum(part, print_, out=part)
    return glass if found else None


def _mirrored(position: Position) -> Position:
    return FINGERS[(FINGERS.index(position) + 5) % 10]


def residue(attempt: Attempt) -> Picture | None:
    """The empty platen before this attempt, where the last person's finger is still seen on it."""
    if attempt.act is not Act.RESIDUE:
        return None
    left = fingers.impression(attempt.person.body.finger(attempt.position), attempt.rng(1), dryness=0.1)
    return np.clip(250 - 0.16 * (250.0 - left), 0, 255).astype(np.uint8)


def _neighbour(attempt: Attempt) -> Position:
    """The nearest finger of the same hand that can be offered by mistake, or the right one where there is none."""
    body = attempt.person.body
    wanted = FINGERS.index(attempt.position)
    hand = FINGERS[:5] if wanted < 5 else FINGERS[5:]
    others = [f for f in hand if f is not attempt.position and body.condition(f) in _SKIN]
    return min(others, key=lambda f: abs(FINGERS.index(f) - wanted), default=attempt.position)


def eye(attempt: Attempt, frame: int) -> Picture:
    """The near-infrared picture of this attempt: uint8, 480 x 640; an eye that is missing stays closed."""
    body, act = attempt.person.body, attempt.act
    pose, rng = attempt.rng(), attempt.rng(frame + 1)
    if act is Act.NOTHING:
        return _darkness(rng)
    away = 0.9 if act is Act.LOOK_AWAY else 0.0
    shown = attempt.position
    if act is Act.SAME_EYE:
        shown = next(eye for eye in EYES if eye is not attempt.position)
    return eyes.picture(
        body.eye(shown),
        rng,
        side="left" if shown is Position.EYE_LEFT else "right",
        closed=1.0 if act is Act.EYE_CLOSED or shown not in body.eyes else float(pose.uniform(0.0, 0.1)),
        blur=6.0 if act is Act.BLUR else 0.0,
        glare=0.9 if act is Act.GLARE else 0.0,
        gaze=(away + float(rng.normal(0, 0.02)), float(rng.normal(0, 0.02))),
        distance=float(pose.uniform(0.95, 1.05)),
        sun=0.5 if act is Act.SUN else 0.0,
    )


def sunlight(world: World, position: Position) -> Picture | None:
    """What a scanner sees with its lamps off before the next attempt, where the sun shines; None where it is dark."""
    if world.coming(position) is not Act.SUN:
        return None
    return eyes.resting(np.random.default_rng((world.seed, tuple(Position).index(position), 0x5E57)), sun=1.0)


def face(attempt: Attempt, frame: int) -> Picture:
    """The camera's picture of this attempt's face: uint8 RGB."""
    pose, rng = attempt.rng(), attempt.rng(frame + 1)
    if attempt.act is Act.NOTHING:
        return faces.nobody(rng)
    return faces.picture(
        attempt.person.body.face,
        rng,
        blur=4.0 if attempt.act is Act.BLUR else 0.0,
        roll_deg=float(pose.normal(0, 2)),
        look_away=0.8 if attempt.act is Act.LOOK_AWAY else 0.0,
        scene=faces.Scene(beside=attempt.person.body.companion) if attempt.act is Act.SECOND_FACE else _ALONE,
    )


def palms(attempt: Attempt, frame: int) -> Picture:
    """The camera's picture of both hands, lying still: uint8 RGB."""
    still = attempt.person.body.palms
    noise = attempt.rng(frame + 1).integers(-3, 4, still.shape, np.int16)
    return np.clip(still + noise, 0, 255).astype(np.uint8)


_SIGHTS: Mapping[Position, Callable[[Attempt, int], Picture]] = {
    Position.EYE_RIGHT: eye,
    Position.EYE_LEFT: eye,
    Position.PORTRAIT: face,
    Position.HANDS: palms,
}


def _darkness(rng: np.random.Generator) -> Picture:
    return np.clip(rng.normal(14, 3, (480, 640)), 0, 255).astype(np.uint8)
