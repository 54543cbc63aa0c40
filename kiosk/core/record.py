"""What a recording holds: positions, typed exceptions, captures, the check, the endorsement. Values only."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Position(StrEnum):
    """One thing that is recorded, spelled as OSIA's biometricSubType; HANDS (both palms beside an exception),
    SIGNATURE and THUMB_PRINT (cap jempol) are ours."""

    RIGHT_THUMB = "RIGHT_THUMB"
    RIGHT_INDEX = "RIGHT_INDEX"
    RIGHT_MIDDLE = "RIGHT_MIDDLE"
    RIGHT_RING = "RIGHT_RING"
    RIGHT_LITTLE = "RIGHT_LITTLE"
    LEFT_THUMB = "LEFT_THUMB"
    LEFT_INDEX = "LEFT_INDEX"
    LEFT_MIDDLE = "LEFT_MIDDLE"
    LEFT_RING = "LEFT_RING"
    LEFT_LITTLE = "LEFT_LITTLE"
    EYE_RIGHT = "EYE_RIGHT"
    EYE_LEFT = "EYE_LEFT"
    PORTRAIT = "PORTRAIT"
    HANDS = "HANDS"
    SIGNATURE = "SIGNATURE"
    THUMB_PRINT = "THUMB_PRINT"


FINGERS = tuple(Position)[:10]
EYES = (Position.EYE_RIGHT, Position.EYE_LEFT)
INDEX_FINGERS = (Position.RIGHT_INDEX, Position.LEFT_INDEX)


class Reason(StrEnum):
    """Why a position is not recorded as usual."""

    MISSING_FROM_BIRTH = "missing-from-birth"
    AMPUTATED = "amputated"
    BANDAGED = "bandaged"
    WORN = "worn"
    EXTRA = "extra"
    CANNOT = "cannot"
    REFUSES = "refuses"


class Lasting(StrEnum):
    """Whether another day could bring what is missing."""

    TEMPORARY = "temporary"
    PERMANENT = "permanent"


@dataclass(frozen=True)
class Exemption:
    """A position that is not owed, by an officer's word."""

    position: Position
    reason: Reason
    lasting: Lasting
    officer: str


class Impression(StrEnum):
    """How a print met the sensor, spelled as OSIA's impressionType."""

    LIVE_SCAN_PLAIN = "LIVE_SCAN_PLAIN"
    LIVE_SCAN_ROLLED = "LIVE_SCAN_ROLLED"
    NONLIVE_SCAN_PLAIN = "NONLIVE_SCAN_PLAIN"
    NONLIVE_SCAN_ROLLED = "NONLIVE_SCAN_ROLLED"
    UNKNOWN = "UNKNOWN"


class Provenance(StrEnum):
    """Where a capture's content comes from."""

    REAL = "real"
    RECORDED = "recorded"
    SIMULATED = "simulated"


@dataclass(frozen=True)
class Origin:
    """How a capture came about. `ppi` is None where nobody knows it (faces, eyes); `below_grade` where the sensor is
    good for checks only."""

    device: str
    provenance: Provenance
    impression: Impression = Impression.UNKNOWN
    ppi: int | None = None
    width: int = 0
    height: int = 0
    below_grade: bool = False


class Sex(StrEnum):
    """As the population register has it."""

    MALE = "L"
    FEMALE = "P"


@dataclass(frozen=True)
class Resident:
    """One line of the signed list: what the register knows of a person."""

    nik: str
    name: str
    birth: date
    sex: Sex
    place: str


@dataclass(frozen=True)
class Blob:
    """A sealed file: SHA-256 of its bytes in lower-case hex, and its length."""

    sha256: str
    size: int


class VoidReason(StrEnum):
    """Why a recording was destroyed before it was closed."""

    WITHDRAWN = "withdrawn"
    REFUSED = "refused"
    CANCELLED = "cancelled"
    WRONG_PERSON = "wrong-person"
    NO_NIK = "no-nik"


class CheckResult(StrEnum):
    """What the second print said; it never accuses."""

    MATCHED = "matched"
    NOT_MATCHED = "not-matched"
    WRONG_FINGER = "wrong-finger"
    IMPOSSIBLE = "impossible"


class Endorsement(StrEnum):
    """How a person stood by the record."""

    SIGNATURE = "signature"
    MARK = "mark"
    THUMB_PRINT = "thumb-print"
    CANNOT = "cannot"


@dataclass(frozen=True)
class Attestation:
    """An officer saw this person and the family card; `boot_s` is seconds since that boot, order comes from numbers."""

    officer: str
    boot: int
    boot_s: float
