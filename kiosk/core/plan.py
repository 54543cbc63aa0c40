"""From what is owed to what is asked next. The plan is a set: a device that comes or goes changes the asks, not the
record. Devices of today show one finger, one eye or one face at a time; slaps and both eyes join here."""

from collections.abc import Sequence

from kiosk.core.quality import MOST_ATTEMPTS
from kiosk.core.record import FINGERS, INDEX_FINGERS, Position
from kiosk.core.recording import Purpose, SealedCapture
from kiosk.core.state import Step

STEP_OF = {
    Position.PORTRAIT: Step.FACE,
    Position.EYE_RIGHT: Step.IRISES,
    Position.EYE_LEFT: Step.IRISES,
    **dict.fromkeys(FINGERS, Step.FINGERS),
    Position.HANDS: Step.HANDS,
    Position.THUMB_PRINT: Step.ENDORSEMENT,
}
ENDORSEMENTS = (Position.SIGNATURE, Position.THUMB_PRINT)
PURPOSE_OF = {Position.HANDS: Purpose.EXCEPTION, **dict.fromkeys(ENDORSEMENTS, Purpose.ENDORSEMENT)}
CHECK_FINGERS = 2
CHECK_TRIES = MOST_ATTEMPTS


def next_ask(owed: Sequence[Position]) -> Position | None:
    """What to ask for now, None when nothing is owed."""
    return owed[0] if owed else None


def check_fingers(captures: Sequence[SealedCapture], remembered: Sequence[Position]) -> tuple[Position, ...]:
    """The person's two best recorded fingers whose templates are still in RAM, index fingers first."""
    prints = [c for c in captures if c.purpose is Purpose.RECORD and c.position in FINGERS and c.position in remembered]
    prints.sort(key=lambda c: (c.position not in INDEX_FINGERS, -(getattr(c.measures, "nfiq2", None) or 0)))
    return tuple(c.position for c in prints[:CHECK_FINGERS])
