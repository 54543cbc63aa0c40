"""The state of one person's session: a frozen value, saved whole after every event."""

from dataclasses import dataclass, replace
from enum import StrEnum

from kiosk.core.events import Ability, CaptureId, Ticket
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
    UNFIT = "unfit"
    STORAGE = "storage"
    NIK_DOUBT = "nik-doubt"
    DISPUTED = "disputed"
    CANNOT_SIGN = "cannot-sign"
    WITNESS = "witness"
    FAULT = "fault"


@dataclass(frozen=True)
class Attempt:
    """One judged try at a position that is owed; its picture waits in the tray, also while others are asked for.
    `noted` is what the office should know of it: what the sensor at rest showed before, or the other hand."""

    position: Position
    capture: CaptureId
    measures: Measures
    origin: Origin
    noted: Hint | None = None


@dataclass(frozen=True)
class Doubt:
    """The `later` finger came twice as what was recorded as the `earlier` one, which is asked for again to see which
    was right."""

    earlier: Position
    later: Position


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
    """Everything a session knows. Pixels, templates and strokes wait in the tray under capture ids, in RAM only.

    `asked` are the positions of the present ask, `position` the one of them that is under way. Logs with one entry a
    time: `tried` a position was shown, `repeated` it was something recorded before. `deferred` fingers were put behind
    the others, `singly` are those that a slap did not bring, `doubted` those whose repeat led to a doubt. `likened` is
    the finger that was repeated last, and as which. `misses` and `returns` count failures of the present ask.
    """

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
    abilities: tuple[Ability, ...] = ()
    below_grade: bool = False
    asked: tuple[Position, ...] = ()
    position: Position | None = None
    candidate: CaptureId | None = None
    origin: Origin | None = None
    noted: Hint | None = None
    attempts: tuple[Attempt, ...] = ()
    misses: int = 0
    returns: int = 0
    tried: tuple[Position, ...] = ()
    repeated: tuple[Position, ...] = ()
    deferred: tuple[Position, ...] = ()
    singly: tuple[Position, ...] = ()
    likened: tuple[Position, Position] | None = None
    doubt: Doubt | None = None
    doubted: tuple[Position, ...] = ()
    purpose: Purpose = Purpose.RECORD
    language: str = ""
    consent: Consent | None = None
    nik: str = ""
    nik_fault: str | None = None
    ink_fault: str | None = None
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
    """Positions still to record, in the order they are best asked: a set by nature, ordered by config, what was
    deferred behind the others of its kind."""
    settled = {*recorded(state), *exempt(state)}
    wanted = (Position.PORTRAIT, *EYES, *sorted(state.order, key=lambda finger: finger in state.deferred))
    owing = tuple(p for p in wanted if p not in settled)
    lacks_finger = any(p in FINGERS for p in exempt(state))
    hands_done = Position.HANDS in recorded(state, Purpose.EXCEPTION) or Position.HANDS in settled
    return (*owing, Position.HANDS) if lacks_finger and not hands_done else owing
