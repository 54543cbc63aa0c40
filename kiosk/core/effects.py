"""What a session asks the world to do. Every effect that is answered carries a ticket; flow carries it out, decides
nothing, and answers with one event that bears the ticket."""

from dataclasses import dataclass

from kiosk.core.events import CaptureId, Ticket
from kiosk.core.judgement import Hint
from kiosk.core.record import Blob, Position, VoidReason
from kiosk.core.recording import Purpose, Recording


@dataclass(frozen=True)
class LookUp:
    """Answered by LookedUp."""

    ticket: Ticket
    nik: str


@dataclass(frozen=True)
class Capture:
    """One attempt at these positions; answered by Candidate or CaptureFailed. `hint` is what the person should know;
    `enrol` refuses a sensor that is good for checks only."""

    ticket: Ticket
    positions: tuple[Position, ...]
    missing: tuple[Position, ...]
    hint: Hint
    enrol: bool = False


@dataclass(frozen=True)
class AwaitDevice:
    """Tell with DeviceSeen who serves this port, also when it is who served before. No answer where nobody does."""

    port: str


@dataclass(frozen=True)
class StopCapture:
    """Nobody waits for the running capture any more. No answer."""


@dataclass(frozen=True)
class Judge:
    """Measure fully; answered by Judged. Keeps the print's template in the tray under the same id."""

    ticket: Ticket
    capture: CaptureId
    position: Position


@dataclass(frozen=True)
class JudgeSlap:
    """Cut a picture of several fingers into captures of their own and measure each fully; answered by SlapJudged."""

    ticket: Ticket
    capture: CaptureId
    positions: tuple[Position, ...]
    missing: tuple[Position, ...]


@dataclass(frozen=True)
class Compare:
    """Match one print with others in the tray; answered by Compared."""

    ticket: Ticket
    capture: CaptureId
    against: tuple[CaptureId, ...]


@dataclass(frozen=True)
class CompareEyes:
    """Hold one eye's code against others in the tray; answered by EyesCompared."""

    ticket: Ticket
    capture: CaptureId
    against: tuple[CaptureId, ...]


@dataclass(frozen=True)
class Glimpse:
    """Look who stands there, if the camera is there and free, and say so with FaceSeen. Nobody waits for it."""

    capture: CaptureId


@dataclass(frozen=True)
class Seal:
    """Make one capture durable, sealed to the office; answered by Sealed or SealFailed. Its template stays in RAM."""

    ticket: Ticket
    capture: CaptureId
    position: Position
    purpose: Purpose


@dataclass(frozen=True)
class Forget:
    """Wipe these from the tray, pictures and templates; all of them where `captures` is None. No answer."""

    captures: tuple[CaptureId, ...] | None


@dataclass(frozen=True)
class Timer:
    """Answered by TimeOver after so many seconds."""

    ticket: Ticket
    seconds: float


@dataclass(frozen=True)
class Close:
    """Write the meta, give the number, sign; answered by Closed or CloseFailed. Flow stamps the moment."""

    ticket: Ticket
    recording: Recording


@dataclass(frozen=True)
class Void:
    """Close as a void and destroy; answered by Voided."""

    ticket: Ticket
    record_id: str
    destroyed: tuple[Blob, ...]
    reason: VoidReason
    officer: str


@dataclass(frozen=True)
class Discard:
    """Nothing was agreed to yet: drop the draft, no number is used. No answer."""

    record_id: str


SessionEffect = (
    LookUp | Capture | AwaitDevice | StopCapture | Judge | JudgeSlap | Compare | CompareEyes | Glimpse | Seal | Forget
    | Timer | Close | Void | Discard
)  # fmt: skip
