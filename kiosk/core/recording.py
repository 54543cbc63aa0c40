"""One closed recording as the sealed meta carries it: what the box writes and the regency reads. Values only."""

from dataclasses import dataclass
from enum import StrEnum

from kiosk.core.measures import Measures
from kiosk.core.record import (
    Attestation,
    Blob,
    CheckResult,
    Endorsement,
    Exemption,
    Origin,
    Position,
    Resident,
)


class Purpose(StrEnum):
    """Why a capture was sealed."""

    RECORD = "RECORD"
    CHECK = "CHECK"
    ANCHOR = "ANCHOR"
    EXCEPTION = "EXCEPTION"
    ENDORSEMENT = "ENDORSEMENT"


@dataclass(frozen=True)
class SealedCapture:
    """One sealed picture or ink; `attempts` counts all tries of its position, `worn` is the typed low score."""

    position: Position
    purpose: Purpose
    blob: Blob
    origin: Origin
    measures: Measures | None = None
    worn: bool = False
    attempts: int = 1


@dataclass(frozen=True)
class Correction:
    """A biodata field that the person says is wrong; the register stays as it is, the office decides."""

    field: str
    value: str
    officer: str


class ConsentBy(StrEnum):
    """Who agreed."""

    SELF = "self"
    GUARDIAN = "guardian"
    SCHOOL = "school"


@dataclass(frozen=True)
class Consent:
    """An understood notice was agreed to; the officer stands by a guardian's or a school's word."""

    language: str
    by: ConsentBy = ConsentBy.SELF
    officer: str | None = None


@dataclass(frozen=True)
class Check:
    """The 1:1 check's typed result; `why` is a code where it was impossible."""

    result: CheckResult
    tries: int
    fingers: tuple[Position, ...] = ()
    why: str | None = None


@dataclass(frozen=True)
class Moment:
    """A time as a manifest states it: a hint with its source; `boot` and `boot_ms` are certain."""

    utc: str
    source: str
    confident: bool
    boot: int
    boot_ms: int


@dataclass(frozen=True)
class Recording:
    """Everything that is known of one person's recording when it is closed."""

    record_id: str
    box: str
    incarnation: str
    resident: Resident
    listed: bool
    consent: Consent
    captures: tuple[SealedCapture, ...]
    exemptions: tuple[Exemption, ...]
    check: Check
    endorsement: Endorsement
    attestation: Attestation | None
    started: Moment
    closed: Moment
    place: str
    officer: str
    corrections: tuple[Correction, ...] = ()
    flags: tuple[str, ...] = ()
    linked: str | None = None
