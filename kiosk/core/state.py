"""The state of one person's session: a frozen value, saved whole after every event."""

from dataclasses import dataclass, replace
from enum import StrEnum

from kiosk.core.events import CaptureId, Ticket
from kiosk.core.judgement import Hint
from kiosk.core.measures import Measures
from kiosk.core.record import (
    EYES,
    FINGERS,
    Attestation,
    Endorsement,
    Exemption,
    Origin,
    Position,
    Resident,
    VoidReason,
)
from kiosk.core.recording import Check, Consent, Correction, Moment, Purpose, SealedCapture


class Step(StrEnum):
    """Where the person stands."""

    LANGUAGE = "language"
    NOTICE = "notice"
    NIK = "nik"
    BIODATA = "biodata"
    FACE = "face"
    IRISES = "irises"
    FINGERS = "fingers"
    HANDS = "hands"
    CHECK = "check"
    ENDORSEMENT = "endorsement"
    REVIEW = "review"
    CLOSING = "closing"
    SLIP = "slip"
    VOIDING = "voiding"
    GONE = "gone"


class Phase(StrEnum):
    """What is under way inside a step; TOUCH waits for a hand, the others for an answer."""

    TOUCH = "touch"
    ASKING = "asking"
    JUDGING = "judging"
    COMPARING = "comparing"
    SEALING = "sealing"
    LOOKING_UP = "looking-up"
    CLOSING = "closing"


class Help(StrEnum):
    """Why the officer is needed before the session goes on."""

    ASKED = "asked"
    CANNOT_SHOW = "cannot-show"
    STUCK = "stuck"
    DEVICE = "device"
    STORAGE = "storage"
    NIK_DOUBT = "nik-doubt"
    DISPUTED = "disputed"
    CANNOT_SIGN = "cannot-sign"
    WITNESS = "witness"
    FAULT = "fault"


@dataclass(frozen=True)
class Attempt:
    """One judged try at the position under way; its picture waits in the tray."""

    capture: CaptureId
    measures: Measures
    origin: Origin


@dataclass(frozen=True)
class Checking:
    """The 1:1 check under way: fingers still to try, tries at the present one, outcomes of the finished ones; `wrong`
    are those of whom the last print was surely another recorded finger."""

    owed: tuple[Position, ...]
    tries: int = 0
    total: int = 0
    matched: tuple[Position, ...] = ()
    failed: tuple[Position, ...] = ()
    wrong: tuple[Position, ...] = ()


@dataclass(frozen=True)
class Session:
    """Everything a session knows. Pixels, templates and strokes wait in the tray under capture ids, in RAM only."""

    record_id: str
    box: str
    incarnation: str
    place: str
    officer: str
    started: Moment
    order: tuple[Position, ...] = FINGERS
    boot: int = 0
    issued: int = 0
    step: Step = Step.LANGUAGE
    phase: Phase = Phase.TOUCH
    awaits: Ticket | None = None
    idle: Ticket | None = None
    help: Help | None = None
    parked: str | None = None
    hint: Hint = Hint.AGAIN
    position: Position | None = None
    candidate: CaptureId | None = None
    origin: Origin | None = None
    attempts: tuple[Attempt, ...] = ()
    misses: int = 0
    tries: int = 0
    repeats: int = 0
    purpose: Purpose = Purpose.RECORD
    language: str = ""
    consent: Consent | None = None
    nik: str = ""
    nik_fault: str | None = None
    resident: Resident | None = None
    listed: bool = False
    advice: tuple[str, ...] = ()
    earlier_days: tuple[int, ...] = ()
    linked: str | None = None
    corrections: tuple[Correction, ...] = ()
    captures: tuple[SealedCapture, ...] = ()
    remembered: tuple[tuple[Position, CaptureId], ...] = ()
    exemptions: tuple[Exemption, ...] = ()
    checking: Checking | None = None
    check: Check | None = None
    endorsement: Endorsement | None = None
    attestation: Attestation | None = None
    flags: tuple[str, ...] = ()
    bundle: str = ""
    manifest: str = ""
    void_reason: VoidReason | None = None
    void_officer: str = ""


def numbered(state: Session) -> tuple[Session, Ticket]:
    """A ticket that nobody had before in this boot, in this session or another."""
    issued = state.issued + 1
    return replace(state, issued=issued), f"{state.record_id}.{state.boot}.{issued}"


def issue(state: Session) -> tuple[Session, Ticket]:
    """A new ticket, awaited from now on."""
    state, ticket = numbered(state)
    return replace(state, awaits=ticket), ticket


def recorded(state: Session, purpose: Purpose = Purpose.RECORD) -> tuple[Position, ...]:
    """Positions that are sealed for this purpose, in the order of their sealing."""
    return tuple(c.position for c in state.captures if c.purpose is purpose)


def exempt(state: Session) -> tuple[Position, ...]:
    """Positions that an officer said are not owed."""
    return tuple(e.position for e in state.exemptions)


def endorsed(state: Session) -> bool:
    """Whether the person stood by the record: with sealed ink or print, or as one who can give neither."""
    return state.endorsement is Endorsement.CANNOT or bool(recorded(state, Purpose.ENDORSEMENT))


def owed(state: Session) -> tuple[Position, ...]:
    """Positions still to record, in the order they are best asked: a set by nature, ordered by config."""
    settled = {*recorded(state), *exempt(state)}
    wanted = (Position.PORTRAIT, *EYES, *state.order)
    owing = tuple(p for p in wanted if p not in settled)
    lacks_finger = any(p in FINGERS for p in exempt(state))
    hands_done = Position.HANDS in recorded(state, Purpose.EXCEPTION) or Position.HANDS in settled
    return (*owing, Position.HANDS) if lacks_finger and not hands_done else owing
