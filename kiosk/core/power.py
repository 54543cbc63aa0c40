"""The first battery policy: may another person start, must the open one be parked, must the box halt.

Shares of a full battery. Learning what a person costs, and drivers, come with the work on power.
"""

from dataclasses import dataclass
from enum import IntEnum

WARN_BELOW = 0.25  # the officer should look for power
NO_NEW_PERSON_BELOW = 0.15  # five minutes of capture and a clean stop fit above it on the smallest pack planned
PARK_BELOW = 0.08  # the open person is set aside while there is still room for the writes
HALT_BELOW = 0.05  # a clean halt; below it a pack may cut out by itself
RESUME_ABOVE = 0.15  # without external power a parked person goes on only from here, so that it does not flap


class Power(IntEnum):
    """What the battery allows, from most to least."""

    FINE = 0
    WARN = 1
    NO_NEW_PERSON = 2
    PARK = 3
    HALT = 4


@dataclass(frozen=True)
class Charge:
    """`fraction` 0..1 of a full battery; `external` while something charges or carries the box."""

    fraction: float
    external: bool


def allows(charge: Charge | None) -> Power:
    """What this charge allows; a box that knows of no battery stands on external power."""
    if charge is None or charge.external:
        return Power.FINE
    for limit, power in (
        (HALT_BELOW, Power.HALT),
        (PARK_BELOW, Power.PARK),
        (NO_NEW_PERSON_BELOW, Power.NO_NEW_PERSON),
        (WARN_BELOW, Power.WARN),
    ):
        if charge.fraction < limit:
            return power
    return Power.FINE


def may_start(charge: Charge | None) -> bool:
    """Whether another person may begin."""
    return allows(charge) < Power.NO_NEW_PERSON


def may_resume(charge: Charge | None) -> bool:
    """Whether a person who was parked for power may go on."""
    return charge is None or charge.external or charge.fraction >= RESUME_ABOVE
