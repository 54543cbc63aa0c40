"""Who may be recorded: a rule that advises and flags, and never sends anybody away."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

RECORDING_AGE = 16
CARD_AGE = 17
ADULT_AGE = 18  # below it a guardian or the school consents
LISTED_AS_DEAD = "DEAD"
NOT_YET_RECORDED = "UNREGISTERED"


class Advice(StrEnum):
    """What the officer should know; NEEDS_OFFICER does not go on without one, MINOR not by the person's own consent."""

    CLEAR = "clear"
    AHEAD_OF_17 = "ahead-of-17"
    MINOR = "minor"
    TOO_YOUNG = "too-young"
    LISTED_DEAD = "listed-dead"
    ALREADY_RECORDED = "already-recorded"
    RECORDED_ON_THIS_BOX = "recorded-on-this-box"
    UNLISTED = "unlisted"


NEEDS_OFFICER = frozenset(Advice) - {Advice.CLEAR, Advice.AHEAD_OF_17, Advice.MINOR}


@dataclass(frozen=True)
class Standing:
    """What the list and this box know of a NIK. `status` is the register's word as it came, None when unlisted."""

    birth: date
    status: str | None
    on_this_box: bool
    married: bool = False


def advise(standing: Standing, today: date, clock_confident: bool) -> tuple[Advice, ...]:
    """Every advice that applies, (CLEAR,) where none does. An uncertain clock makes nobody too young."""
    found = []
    if standing.on_this_box:
        found.append(Advice.RECORDED_ON_THIS_BOX)
    if standing.status is None:
        found.append(Advice.UNLISTED)
    elif standing.status == LISTED_AS_DEAD:
        found.append(Advice.LISTED_DEAD)
    elif standing.status != NOT_YET_RECORDED:
        found.append(Advice.ALREADY_RECORDED)
    found += _by_age(standing, today, clock_confident)
    return tuple(found) or (Advice.CLEAR,)


def _by_age(standing: Standing, today: date, clock_confident: bool) -> list[Advice]:
    age = age_on(standing.birth, today)
    if standing.married or age >= ADULT_AGE:
        return []
    minor = [Advice.MINOR] if clock_confident else []
    if age >= CARD_AGE:
        return minor
    too_young = clock_confident and age < RECORDING_AGE
    return [Advice.TOO_YOUNG if too_young else Advice.AHEAD_OF_17, *minor]


def age_on(birth: date, today: date) -> int:
    """Full years; somebody born on 29 February has a birthday on 1 March of a common year."""
    return today.year - birth.year - ((today.month, today.day) < (birth.month, birth.day))
