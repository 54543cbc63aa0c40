"""What can happen to a session: touches, an officer's acts, and the answers to effects. Values only."""

from dataclasses import dataclass
from enum import StrEnum

from kiosk.core.ink import InkFault
from kiosk.core.judgement import Hint
from kiosk.core.measures import Measures
from kiosk.core.record import (
    Attestation,
    Blob,
    Endorsement,
    Lasting,
    Origin,
    Position,
    Reason,
    Resident,
    VoidReason,
)
from kiosk.core.recording import ConsentBy

Ticket = str
CaptureId = str


@dataclass(frozen=True)
class LanguageChosen:
    """The person touched a language."""

    language: str


@dataclass(frozen=True)
class Agreed:
    """The person agreed to the notice; a guardian's or school's word needs the officer's name."""

    by: ConsentBy = ConsentBy.SELF
    officer: str | None = None


@dataclass(frozen=True)
class Withdrawn:
    """The person wants no more of it: refuses, or takes back what was given."""


@dataclass(frozen=True)
class NikEntered:
    """Sixteen digits, or what the person took for them."""

    nik: str


@dataclass(frozen=True)
class NoNik:
    """The person has no NIK."""


@dataclass(frozen=True)
class LookedUp:
    """What the list and this box know of the NIK. `today` and `confident` are the clock's word at that moment;
    `earlier` the record ids made on this box, `earlier_days` their working days."""

    ticket: Ticket
    resident: Resident | None
    status: str | None
    earlier: tuple[str, ...]
    earlier_days: tuple[int, ...]
    today: str
    confident: bool


@dataclass(frozen=True)
class BiodataConfirmed:
    """The person recognised themselves."""


@dataclass(frozen=True)
class BiodataDisputed:
    """The person says that something shown is wrong."""


@dataclass(frozen=True)
class Candidate:
    """One attempt's picture lies in the tray; `noted` is what the sensor at rest showed before it."""

    ticket: Ticket
    capture: CaptureId
    origin: Origin
    noted: Hint | None = None


@dataclass(frozen=True)
class CaptureFailed:
    """One attempt gave no picture; `code` is the device's reason, `device_gone` when it needs an officer."""

    ticket: Ticket
    code: str
    device_gone: bool = False


@dataclass(frozen=True)
class Judged:
    """The full measure of a candidate; None where the measuring process failed on it."""

    ticket: Ticket
    measures: Measures | None


@dataclass(frozen=True)
class Piece:
    """One finger cut out of a slap: a capture of its own in the tray, with its size in pixels."""

    position: Position
    capture: CaptureId
    measures: Measures
    width: int
    height: int


@dataclass(frozen=True)
class SlapJudged:
    """The fingers of a slap with their full measures; none where not as many lay there as were asked for.
    `other_hand`: their lengths are those of the hand that was not asked for."""

    ticket: Ticket
    pieces: tuple[Piece, ...]
    other_hand: bool = False


@dataclass(frozen=True)
class Compared:
    """Bozorth3 scores of a print against recorded ones, in the order asked."""

    ticket: Ticket
    scores: tuple[int, ...]


@dataclass(frozen=True)
class EyesCompared:
    """How far an eye's code lies from recorded ones, 0..1, in the order asked; 1.0 where nobody can say."""

    ticket: Ticket
    distances: tuple[float, ...]


@dataclass(frozen=True)
class FaceSeen:
    """A glimpse through the camera in passing: how many faces, and how like the largest is to the portrait that was
    sealed from `capture`, 0..1, None where nobody can say."""

    capture: CaptureId
    faces: int
    likeness: float | None


@dataclass(frozen=True)
class Sealed:
    """A capture would survive a power cut from now on."""

    ticket: Ticket
    blob: Blob


@dataclass(frozen=True)
class SealFailed:
    """A capture could not be made durable; `code` says why (full, damaged, locked)."""

    ticket: Ticket
    code: str


@dataclass(frozen=True)
class CannotShow:
    """The person says that they cannot give what is asked."""


@dataclass(frozen=True)
class HelpAsked:
    """The person touched the constant help button."""


@dataclass(frozen=True)
class Inked:
    """The person drew a signature or a mark; the strokes lie in the tray. `fault` is why they cannot be taken."""

    capture: CaptureId
    kind: Endorsement
    origin: Origin
    fault: InkFault | None = None


@dataclass(frozen=True)
class ThumbPrintChosen:
    """The person endorses with a thumb-print before the officer."""


@dataclass(frozen=True)
class CannotSign:
    """The person can give neither ink nor print."""


@dataclass(frozen=True)
class Approved:
    """The person stands by the whole."""


@dataclass(frozen=True)
class Retaken:
    """The officer wants one recorded position again."""

    position: Position
    officer: str


@dataclass(frozen=True)
class Closed:
    """The bundle is durable under this name; `manifest` is its hash."""

    ticket: Ticket
    bundle: str
    manifest: str


@dataclass(frozen=True)
class CloseFailed:
    """The bundle could not be closed; nothing is lost, the officer makes room."""

    ticket: Ticket
    code: str


@dataclass(frozen=True)
class Voided:
    """The void is durable and every capture destroyed."""

    ticket: Ticket
    bundle: str


@dataclass(frozen=True)
class Done:
    """The person has seen the last screen."""


@dataclass(frozen=True)
class Exempted:
    """The officer says that these positions are not owed."""

    positions: tuple[Position, ...]
    reason: Reason
    lasting: Lasting
    officer: str


@dataclass(frozen=True)
class OfficerContinues:
    """The officer saw the reason for help and lets the session go on."""

    officer: str


@dataclass(frozen=True)
class OfficerCancels:
    """The officer ends the session."""

    reason: VoidReason
    officer: str


@dataclass(frozen=True)
class Corrected:
    """The officer notes what the person says is wrong; the register itself stays."""

    field: str
    value: str
    officer: str


@dataclass(frozen=True)
class Attested:
    """The officer saw this person and the family card."""

    attestation: Attestation


@dataclass(frozen=True)
class ParkWanted:
    """The session must be set aside: power, idle, day-end, stop."""

    why: str


@dataclass(frozen=True)
class ResumeWanted:
    """The officer lets a parked person go on; `boot` is the present one."""

    boot: int
    officer: str


class Ability(StrEnum):
    """What a device that serves now can do beyond one position at a time."""

    SLAP = "slap"


@dataclass(frozen=True)
class DeviceSeen:
    """Who serves a port now: `present` is False for nobody, `device` its name; `rivals` are other listed drivers whose
    device is plugged in too, and serves nobody."""

    port: str
    present: bool
    device: str = ""
    abilities: tuple[Ability, ...] = ()
    rivals: tuple[str, ...] = ()


@dataclass(frozen=True)
class StorageFailed:
    """The state after an event could not be saved, so the event did not happen; `code` says why."""

    code: str


@dataclass(frozen=True)
class Stumbled:
    """Something nobody foresaw happened while an answer was awaited; nothing that is durable was touched."""


@dataclass(frozen=True)
class TimeOver:
    """A timer ended."""

    ticket: Ticket


SessionEvent = (
    LanguageChosen | Agreed | Withdrawn | NikEntered | NoNik | LookedUp | BiodataConfirmed | BiodataDisputed | Candidate
    | CaptureFailed | Judged | SlapJudged | Compared | EyesCompared | FaceSeen | DeviceSeen | Sealed | SealFailed
    | CannotShow | HelpAsked | Inked | ThumbPrintChosen | CannotSign | Approved | Retaken | Closed | CloseFailed
    | Voided | Done | Exempted | OfficerContinues | OfficerCancels | Corrected | Attested | ParkWanted | ResumeWanted
    | StorageFailed | Stumbled | TimeOver
)  # fmt: skip
