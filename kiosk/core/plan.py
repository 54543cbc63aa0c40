"""From what is owed to what is asked next. The plan is a set: a device that comes or goes changes the asks, not the
record."""

from collections.abc import Sequence

from kiosk.core.events import Ability
from kiosk.core.quality import MOST_ATTEMPTS
from kiosk.core.record import EYES, FINGERS, INDEX_FINGERS, Position
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
PORT_OF = {
    **dict.fromkeys(FINGERS, "fingerprint"),
    **dict.fromkeys(EYES, "iris"),
    Position.PORTRAIT: "camera",
    Position.HANDS: "camera",
}
PORT_AT = {
    **{step: PORT_OF[position] for position, step in STEP_OF.items() if position in PORT_OF},
    Step.CHECK: "fingerprint",
    Step.ENDORSEMENT: "fingerprint",
}
SLAPS = (FINGERS[1:5], FINGERS[6:10], (Position.RIGHT_THUMB, Position.LEFT_THUMB))  # ANSI/NIST-ITL positions 13 to 15
ENDORSEMENTS = (Position.SIGNATURE, Position.THUMB_PRINT)
PURPOSE_OF = {Position.HANDS: Purpose.EXCEPTION, **dict.fromkeys(ENDORSEMENTS, Purpose.ENDORSEMENT)}
CHECK_FINGERS = 2
CHECK_TRIES = MOST_ATTEMPTS


def next_ask(
    owed: Sequence[Position], abilities: Sequence[Ability] = (), singly: Sequence[Position] = ()
) -> tuple[Position, ...]:
    """What to ask for now, empty when nothing is owed: the first, and what can be shown with it at once; those in
    `singly` are asked one by one."""
    first = owed[:1]
    if not first or Ability.SLAP not in abilities or first[0] in singly:
        return tuple(first)
    together = next((slap for slap in SLAPS if first[0] in slap), tuple(first))
    return tuple(p for p in together if p in owed and p not in singly)


def check_fingers(captures: Sequence[SealedCapture], remembered: Sequence[Position]) -> tuple[Position, ...]:
    """The person's two best recorded fingers whose templates are still in RAM, index fingers first."""
    prints = [c for c in captures if c.purpose is Purpose.RECORD and c.position in FINGERS and c.position in remembered]
    prints.sort(key=lambda c: (c.position not in INDEX_FINGERS, -(getattr(c.measures, "nfiq2", None) or 0)))
    return tuple(c.position for c in prints[:CHECK_FINGERS])
