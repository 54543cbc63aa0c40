"""A doubt about an earlier finger, disturbed in every way at each moment: nobody is stopped, nothing is lost."""

from collections.abc import Callable

import pytest
from session_visit import SLAP, TOUCHES, Luck, Visit

from kiosk.core import events as e
from kiosk.core.record import FINGERS, Lasting, Position, Reason, VoidReason
from kiosk.core.state import Help, Phase, Session, Step, recorded

THUMB, INDEX = FINGERS[:2]
PHASES = (Phase.ASKING, Phase.JUDGING, Phase.COMPARING, Phase.SEALING)


def doubting(phase: Phase) -> Visit:
    """The index finger came twice as the thumb, which is shown again."""
    visit = Visit().at(Step.FINGERS, Phase.ASKING, INDEX)
    for _ in range(2):
        scored(visit, 80)
    assert visit.state.doubt
    if phase is Phase.SEALING:
        scored(visit, 3, 3)
    return visit.until(lambda s: s.phase is phase)


def scored(visit: Visit, *scores: int) -> None:
    visit.until(lambda s: s.phase is Phase.COMPARING)
    ticket = visit.state.awaits or ""
    visit.outstanding.pop(ticket)
    visit.send(e.Compared(ticket, scores))


def _exempt(*positions: Position) -> Callable[[Visit], e.SessionEvent]:
    return lambda visit: e.Exempted(positions, Reason.BANDAGED, Lasting.TEMPORARY, "petugas")


def _send(*names: str) -> Callable[[Visit], None]:
    def sent(visit: Visit) -> None:
        for name in names:
            visit.send(TOUCHES[name](visit))

    return sent


def _failing(luck: Luck) -> Callable[[Visit], None]:
    def failed(visit: Visit) -> None:
        visit.answer(visit.state.awaits or "", luck)
        if visit.state.help is Help.DEVICE:
            visit.send(TOUCHES["device back"](visit))
        if visit.state.help:
            visit.send(TOUCHES["continues"](visit))

    return failed


DISTURBED: dict[str, Callable[[Visit], None]] = {
    "help": _send("help", "continues"),
    "cannot show": _send("cannot show", "continues"),
    "park": _send("park", "resume"),
    "another day": _send("park", "resume another day"),
    "crash": lambda visit: visit.crash(),
    "storage": _send("storage failed", "continues"),
    "stumble": _send("stumbled", "continues"),
    "slaps": _send("slap sensor"),
    "no sensor": _send("no sensor"),
    "failed": _failing(Luck.FAIL),
    "gone": _failing(Luck.DEVICE_GONE),
    "useless": _failing(Luck.USELESS),
    "later exempted": lambda visit: _sent(visit, _exempt(INDEX)),
    "earlier exempted": lambda visit: _sent(visit, _exempt(THUMB)),
    "face": _send("face seen"),
}


def _sent(visit: Visit, event: Callable[[Visit], e.SessionEvent]) -> None:
    visit.send(event(visit))


def thumb(state: Session) -> int:
    return recorded(state).count(THUMB)


@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize("name", DISTURBED)
def test_whatever_disturbs_a_doubt_the_person_comes_to_the_review_with_one_print_a_finger(
    phase: Phase, name: str
) -> None:
    visit = doubting(phase)
    DISTURBED[name](visit)
    assert thumb(visit.state) == 1, "the earlier print stands until a better one is durable"
    visit.at(Step.REVIEW)
    assert len(set(recorded(visit.state))) == len(recorded(visit.state))
    assert thumb(visit.state) == 1
    assert visit.state.doubt is None


@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize(
    "event", [e.Withdrawn(), e.OfficerCancels(VoidReason.CANCELLED, "petugas")], ids=["withdrawn", "cancelled"]
)
def test_whoever_leaves_in_a_doubt_leaves_nothing(phase: Phase, event: e.SessionEvent) -> None:
    visit = doubting(phase)
    visit.send(event)
    visit.until(lambda s: s.step is Step.SLIP)
    assert (visit.state.captures, visit.tray) == ((), {})


def test_where_the_later_finger_is_exempted_nobody_knows_whose_the_earlier_print_is_and_it_is_flagged() -> None:
    visit = doubting(Phase.ASKING)
    visit.send(_exempt(INDEX)(visit))
    assert "same-finger:RIGHT_THUMB" in visit.state.flags
    visit.at(Step.REVIEW)
    visit.send(e.Retaken(THUMB, "petugas"))
    visit.at(Step.REVIEW)
    assert "same-finger:RIGHT_THUMB" not in visit.state.flags


def test_a_sensor_for_slaps_that_comes_in_a_doubt_is_asked_for_the_one_finger() -> None:
    visit = doubting(Phase.ASKING)
    visit.send(e.DeviceSeen("fingerprint", True, "slap", SLAP))
    visit.answer(visit.state.awaits or "", Luck.FAIL)
    assert visit.state.asked == (THUMB,)
