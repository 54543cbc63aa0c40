"""Seeded random walks through the session: fast, and the same every time."""

from collections.abc import Iterator
from functools import cache
from random import Random

from session_visit import RARE, TOUCHES, WAY, Luck, Visit

from kiosk.core.state import Help, Phase, Session, Step

WALKS, STEPS = 1000, 45
HANDS = sorted(TOUCHES)


def walk(seed: int) -> Iterator[Visit]:
    """One walk from somewhere on the way; yields the visit after every event."""
    chance, visit = Random(seed), Visit()
    visit.arrive(WAY[seed % len(WAY)])
    if visit.state.step is Step.ENDORSEMENT and chance.random() < 0.5:
        visit.send(TOUCHES["thumb-print"](visit))
        visit.cooperate()
    for _ in range(STEPS):
        if visit.state.step is Step.GONE:
            return
        _anything(visit, chance)
        yield visit


def _anything(visit: Visit, chance: Random) -> None:
    awaited = visit.state.awaits
    if awaited is not None and chance.random() < 0.6:
        visit.answer(awaited, chance.choice(list(Luck)))
        return
    late = [ticket for ticket in visit.outstanding if ticket != awaited]
    if late and chance.random() < 0.1:
        visit.answer(chance.choice(late))
        return
    for name in chance.sample(HANDS, len(HANDS)):
        if (name not in RARE or chance.random() < 0.2) and visit.send(TOUCHES[name](visit)):
            return


Place = tuple[Step, Phase, Help | None, bool]


def place(state: Session) -> Place:
    """What tells two situations apart."""
    return state.step, state.phase, state.help, state.parked is not None


@cache
def explored() -> tuple[dict[Place, Session], frozenset[tuple[Step, type]]]:
    """One state for every situation that the walks met, and the rows of the table that they went through."""
    met: dict[Place, Session] = {}
    rows: set[tuple[Step, type]] = set()
    for seed in range(WALKS):
        for visit in walk(seed):
            met.setdefault(place(visit.state), visit.state)
            rows |= visit.rows
    return met, frozenset(rows)
