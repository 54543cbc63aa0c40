"""What a page emits beside core's own events: touches that open a door of the kiosk or move within the screens."""

from dataclasses import dataclass

from kiosk.core.desk import DeskEvent
from kiosk.core.events import SessionEvent
from kiosk.core.record import Endorsement
from kiosk.ui.beside import Form

Stroke = tuple[tuple[int, int, int], ...]


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


Door = FindCard | PinTyped | Start | Drawn | Attest | AttestLater | TakeUp | HandOver
Act = Open | Door | SessionEvent | DeskEvent
