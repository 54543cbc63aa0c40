"""The members of a sealed meta as its JSON has them, OSIA's names where it has one (docs/formats.md 4)."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Literal

from kiosk.core.record import CheckResult, Endorsement, Impression, Lasting, Position, Provenance, Reason, Sex
from kiosk.core.recording import Consent, Correction, Moment, Purpose
from kiosk.exchange.shapes import BoxId, Count, Incarnation, RecordId, Sha256, optional


class BiometricType(StrEnum):
    """OSIA's biometricType; UNKNOWN is its word for what has none (the picture of both palms)."""

    FINGER = "FINGER"
    IRIS = "IRIS"
    FACE = "FACE"
    SIGNATURE = "SIGNATURE"
    UNKNOWN = "UNKNOWN"


class MimeType(StrEnum):
    """What the unpadded blob is."""

    PNG = "image/png"
    INK = "application/json"


class MissingPresence(StrEnum):
    """OSIA's word for a finger that is not there as usual."""

    BANDAGED = "BANDAGED"
    AMPUTATED = "AMPUTATED"
    DAMAGED = "DAMAGED"


@dataclass(frozen=True)
class BiographicData:
    """Who the register says it is, and what the person says is wrong."""

    nik: str
    name: str
    birth: date
    sex: Sex
    place: str
    listed: bool
    corrections: tuple[Correction, ...]


@dataclass(frozen=True)
class BiometricData:
    """One sealed capture."""

    biometricType: BiometricType
    biometricSubType: Position
    purpose: Purpose
    imageRef: Sha256
    size: Count
    mimeType: MimeType
    width: Count
    height: Count
    resolution: Count | None
    impressionType: Impression
    captureDevice: str
    provenance: Provenance
    quality: Count | None
    qualityFormat: Literal["NFIQ2"] | None
    worn: bool
    attempts: Count
    measures: dict[str, int] | None
    belowGrade: bool = optional(False)


@dataclass(frozen=True)
class Missing:
    """One position that is not owed."""

    biometricSubType: Position
    presence: MissingPresence | None
    reason: Reason
    lasting: Lasting
    officer: str


@dataclass(frozen=True)
class CheckData:
    """The 1:1 check."""

    result: CheckResult
    tries: Count
    fingers: tuple[Position, ...]
    why: str | None


@dataclass(frozen=True)
class AttestationData:
    """The officer's word on person and family card."""

    officer: str
    boot: Count
    boot_ms: Count


@dataclass(frozen=True)
class Times:
    """Start and close of the recording."""

    started: Moment
    closed: Moment


@dataclass(frozen=True)
class Meta:
    """The whole text, beside its first member `jemput_meta`."""

    enrollmentId: RecordId
    enrollmentType: Literal["KTP-EL"]
    status: Literal["FINALIZED"]
    biographicData: BiographicData
    biometricData: tuple[BiometricData, ...]
    missing: tuple[Missing, ...]
    check: CheckData
    endorsement: Endorsement
    attestation: AttestationData | None
    consent: Consent
    flags: tuple[str, ...]
    linked: RecordId | None
    place: str
    officer: str
    times: Times
    incarnation: Incarnation
    box: BoxId
