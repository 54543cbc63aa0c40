"""What a page emits beside core's own events: touches that open a door of the kiosk or move within the screens."""

from dataclasses import dataclass
from enum import StrEnum

from kiosk.core.desk import DeskEvent
from kiosk.core.events import SessionEvent
from kiosk.core.record import Endorsement

Stroke = tuple[tuple[int, int, int], ...]


class Form(StrEnum):
    """A page that the screens open by themselves over the desk's state; it changes nothing until it is answered."""

    LEAVE = "leave"
    EXEMPTION = "exemption"
    CANCEL = "cancel"
    CORRECTION = "correction"
    RETAKE = "retake"
    WAITING = "waiting"


class Unlock(StrEnum):
    """How far the officer is with opening the day."""

    SHUT = "shut"
    LOOKING = "looking"
    NOT_FOUND = "not-found"
    PIN = "pin"
    CHECKING = "checking"
    REFUSED = "refused"
    FAILED = "failed"


@dataclass(frozen=True)
class Open:
    """Open a form, or close the one that is open."""

    form: Form | None = None


@dataclass(frozen=True)
class FindCard:
    """The officer wants to open the day."""


@dataclass(frozen=True)
class PinTyped:
    """The officer's PIN, for the card that was found."""

    pin: str


@dataclass(frozen=True)
class Start:
    """Somebody touched the start."""


@dataclass(frozen=True)
class Drawn:
    """Ink: points are x, y from the upper left and milliseconds since the first."""

    strokes: tuple[Stroke, ...]
    width: int
    height: int
    kind: Endorsement = Endorsement.SIGNATURE


@dataclass(frozen=True)
class Attest:
    """The officer saw the person of the open session and the family card."""


@dataclass(frozen=True)
class AttestLater:
    """The same for a closed person of this day."""

    manifest_hash: str


@dataclass(frozen=True)
class TakeUp:
    """A parked person goes on."""

    record_id: str


@dataclass(frozen=True)
class HandOver:
    """The officer touched "serahkan"."""


Act = (
    Open | FindCard | PinTyped | Start | Drawn | Attest | AttestLater | TakeUp | HandOver | SessionEvent | DeskEvent
)  # fmt: skip
