"""The people of a simulated day: three are chosen, so that a short day meets what matters; the others are drawn."""

import numpy as np

from hal.values import Position
from hal.world.person import EYES, FINGERS, Act, Body, Condition, Person

# Shares are guesses for a village of farmers, not measurements; they exist to exercise every branch.
WORN_HANDS = 0.3
WORN_FINGER = 0.5  # of those with worn hands
DRY_FINGER = 0.12
BANDAGED_FINGER = 0.02
LOST_FINGER = 0.006
BORN_WITHOUT = 0.002
LOST_EYE = 0.01
SLIP = 0.08  # an attempt that goes wrong
CANNOT_SIGN = 0.08

FINGER_SLIPS = (Act.WRONG_FINGER, Act.LIFT_EARLY, Act.NOTHING, Act.BLUR)
EYE_SLIPS = (Act.EYE_CLOSED, Act.BLUR, Act.GLARE, Act.LOOK_AWAY)
FACE_SLIPS = (Act.BLUR, Act.LOOK_AWAY)

_NO_USABLE_FINGER = (
    *[Condition.BANDAGED] * 3,
    *[Condition.AMPUTATED] * 2,
    *[Condition.BANDAGED] * 3,
    *[Condition.MISSING_FROM_BIRTH] * 2,
)


def population(seed: int, count: int) -> tuple[Person, ...]:
    """`count` people of this seed; the first n are the same for every count."""
    chosen = (_first, _second, _third)
    return tuple(
        chosen[number](_body_seed(seed, number)) if number < len(chosen) else _drawn(_body_seed(seed, number))
        for number in range(count)
    )


def _body_seed(seed: int, number: int) -> int:
    return seed * 10_000 + number


def _first(seed: int) -> Person:
    """Good fingers, one of them too dry until the others are done, and a few slips."""
    slips = {
        Position.RIGHT_INDEX: (Act.WRONG_FINGER,),
        Position.RIGHT_RING: (Act.PARCHED,) * 3,
        Position.LEFT_MIDDLE: (Act.LIFT_EARLY,),
        Position.EYE_LEFT: (Act.EYE_CLOSED, Act.SAME_EYE),
    }
    return Person(Body(seed), slips)


def _second(seed: int) -> Person:
    """One finger lost, two worn; a dirty glass, the sun, somebody beside them, hands swapped."""
    conditions = {
        Position.LEFT_RING: Condition.AMPUTATED,
        Position.RIGHT_THUMB: Condition.WORN,
        Position.LEFT_INDEX: Condition.WORN,
    }
    slips = {
        Position.PORTRAIT: (Act.SECOND_FACE,),
        Position.EYE_RIGHT: (Act.SUN,),
        Position.RIGHT_THUMB: (Act.RESIDUE,),
        Position.LEFT_INDEX: (Act.OTHER_HAND,),
    }
    return Person(Body(seed, conditions), slips)


def _third(seed: int) -> Person:
    """No usable finger; cannot sign."""
    return Person(Body(seed, dict(zip(FINGERS, _NO_USABLE_FINGER, strict=True))), can_sign=False)


def _drawn(seed: int) -> Person:
    rng = np.random.default_rng((seed, 0x90))
    worn_hands = rng.random() < WORN_HANDS
    conditions = {finger: _condition(rng, worn_hands) for finger in FINGERS}
    eyes = tuple(eye for eye in EYES if rng.random() >= LOST_EYE)
    slips = {finger: _slips(rng, FINGER_SLIPS) for finger in FINGERS}
    slips |= {eye: _slips(rng, EYE_SLIPS) for eye in EYES} | {Position.PORTRAIT: _slips(rng, FACE_SLIPS)}
    return Person(Body(seed, conditions, eyes), slips, can_sign=rng.random() >= CANNOT_SIGN)


def _condition(rng: np.random.Generator, worn_hands: bool) -> Condition:
    worn = WORN_FINGER if worn_hands else 0.0
    shares = (BORN_WITHOUT, LOST_FINGER, BANDAGED_FINGER, worn, DRY_FINGER)
    states = (
        Condition.MISSING_FROM_BIRTH,
        Condition.AMPUTATED,
        Condition.BANDAGED,
        Condition.WORN,
        Condition.DRY,
        Condition.GOOD,
    )
    return states[rng.choice(len(states), p=(*shares, 1 - sum(shares)))]


def _slips(rng: np.random.Generator, acts: tuple[Act, ...]) -> tuple[Act, ...]:
    return tuple(acts[rng.integers(len(acts))] if slipped else Act.NORMAL for slipped in rng.random(2) < SLIP)
