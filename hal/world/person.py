"""Somebody who stands at the box: a body and a behaviour. Who they are (NIK, name) is known elsewhere."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from hal.values import Position
from hal.world import faces, fingers, hands
from hal.world.eyes import Eye, iris

FINGERS = tuple(Position)[:10]
EYES = (Position.EYE_RIGHT, Position.EYE_LEFT)


class Condition(StrEnum):
    """The state of one finger; what keeps it from being recorded is spelled as the record's reasons."""

    GOOD = "good"
    DRY = "dry"
    WORN = "worn"
    BANDAGED = "bandaged"
    MISSING_FROM_BIRTH = "missing-from-birth"
    AMPUTATED = "amputated"


ABSENT = (Condition.MISSING_FROM_BIRTH, Condition.AMPUTATED)


class Act(StrEnum):
    """What a person does when asked for a position; what makes no sense for it is done as NORMAL."""

    NORMAL = "normal"
    WRONG_FINGER = "wrong-finger"
    LIFT_EARLY = "lift-early"
    NOTHING = "nothing"
    EYE_CLOSED = "eye-closed"
    BLUR = "blur"
    GLARE = "glare"
    LOOK_AWAY = "look-away"
    PARCHED = "parched"
    OTHER_HAND = "other-hand"
    RESIDUE = "residue"
    SAME_EYE = "same-eye"
    SUN = "sun"
    SECOND_FACE = "second-face"


@dataclass(frozen=True, eq=False)
class Body:
    """One body for ever, grown from its seed as it is needed. Fingers not named are good; `eyes` are those it has."""

    seed: int
    conditions: Mapping[Position, Condition] = field(default_factory=dict)
    eyes: tuple[Position, ...] = EYES

    def condition(self, finger: Position) -> Condition:
        """The state of this finger."""
        return self.conditions.get(finger, Condition.GOOD)

    @property
    def missing(self) -> tuple[Position, ...]:
        """The fingers that this body does not have."""
        return tuple(finger for finger in FINGERS if self.condition(finger) in ABSENT)

    def finger(self, position: Position) -> fingers.Finger:
        """The finger's ridges; grown once, about 0.3 s."""
        if position not in self._fingers:
            self._fingers[position] = fingers.master(self._seed_of(position))
        return self._fingers[position]

    def eye(self, position: Position) -> Eye:
        """The eye's iris; grown once."""
        if position not in self._irises:
            self._irises[position] = iris(self._seed_of(position))
        return self._irises[position]

    @cached_property
    def face(self) -> faces.Face:
        """The face; grown once."""
        return faces.face(self._seed_of(Position.PORTRAIT))

    @cached_property
    def companion(self) -> faces.Face:
        """Somebody who came along; grown once."""
        return faces.face(self._seed_of(Position.PORTRAIT) + 1)

    @cached_property
    def palms(self) -> NDArray[np.uint8]:
        """Both hands laid open, uint8, height x width x 3 RGB; drawn once."""
        bandaged = [finger for finger in FINGERS if self.condition(finger) is Condition.BANDAGED]
        return hands.picture(np.random.default_rng(self._seed_of(Position.HANDS)), self.missing, bandaged)

    @cached_property
    def _fingers(self) -> dict[Position, fingers.Finger]:
        return {}

    @cached_property
    def _irises(self) -> dict[Position, Eye]:
        return {}

    def _seed_of(self, position: Position) -> int:
        return self.seed * 100 + tuple(Position).index(position)


@dataclass(frozen=True, eq=False)
class Person:
    """A body, what it does at each attempt at a position (then NORMAL), and whether it can write its name."""

    body: Body
    behaviour: Mapping[Position, tuple[Act, ...]] = field(default_factory=dict)
    can_sign: bool = True

    def act(self, position: Position, attempt: int) -> Act:
        """What this person does at this attempt, counted from 0."""
        script = self.behaviour.get(position, ())
        return script[attempt] if attempt < len(script) else Act.NORMAL
