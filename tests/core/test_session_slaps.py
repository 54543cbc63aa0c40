"""Several fingers at once, of which some are poor: each goes its own way."""

from session_visit import DRY as DRY_PRINT
from session_visit import SLAP, Held, Visit, finger

from kiosk.core import events as e
from kiosk.core.measures import FingerMeasures
from kiosk.core.plan import SLAPS
from kiosk.core.record import FINGERS, Position
from kiosk.core.state import Phase, Step, recorded

INDEX, MIDDLE, RING, LITTLE = FOUR = SLAPS[0]
FAIR = FingerMeasures(nfiq2=30, minutiae=40, coverage=0.6, sharpness=20.0)


def slapped(visit: Visit, *told: FingerMeasures) -> None:
    """The fingers that were asked for lie there and are worth this much."""
    visit.until(lambda s: s.phase is Phase.JUDGING)
    pieces = []
    for position, measures in zip(visit.state.asked, told, strict=True):
        visit.tray[capture := visit.capture_id()] = Held(template=True)
        pieces.append(e.Piece(position, capture, measures, 300, 400))
    ticket = visit.state.awaits or ""
    visit.outstanding.pop(ticket)
    visit.send(e.SlapJudged(ticket, tuple(pieces)))


def right_hand() -> Visit:
    visit = Visit()
    visit.send(e.DeviceSeen("fingerprint", True, "slap", SLAP))
    return visit.at(Step.FINGERS).until(lambda s: s.asked == FOUR)


def test_a_dry_finger_of_a_slap_waits_behind_the_others_although_one_of_them_is_taken() -> None:
    visit = right_hand()
    slapped(visit, DRY_PRINT, FAIR, finger(), finger())
    visit.until(lambda s: s.asked == (INDEX, MIDDLE))
    slapped(visit, DRY_PRINT, FAIR)
    assert visit.state.deferred == (INDEX,)
    visit.until(lambda s: s.phase is Phase.ASKING)
    assert set(recorded(visit.state)) >= {MIDDLE, RING, LITTLE}
    assert INDEX not in recorded(visit.state)
    visit.until(lambda s: s.asked == (INDEX,))
    assert set(recorded(visit.state)) >= set(FINGERS) - {INDEX}
    visit.until(lambda s: INDEX in recorded(s))
    assert next(c.attempts for c in visit.state.captures if c.position is Position.RIGHT_INDEX) == 3
