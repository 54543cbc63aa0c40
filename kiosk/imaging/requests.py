"""What the measuring process is asked and what it answers; everything here travels by pipe."""

from dataclasses import dataclass
from typing import TypeAlias

from kiosk.core.measures import FaceMeasures, FingerMeasures, IrisMeasures
from kiosk.imaging.picture import Pixels


@dataclass(frozen=True)
class Prepare:
    """Load every model now; answered by None. Without it the first request that needs a model waits for it."""


@dataclass(frozen=True, eq=False)
class MeasureFinger:
    """Answered by (FingerMeasures, template or None); see `fingerprint.measure`."""

    pixels: Pixels
    ppi: int


@dataclass(frozen=True, eq=False)
class MeasureIris:
    """Answered by IrisMeasures; see `iris.measure`."""

    pixels: Pixels


@dataclass(frozen=True, eq=False)
class MeasureFace:
    """Answered by FaceMeasures; see `face.measure`."""

    pixels: Pixels


@dataclass(frozen=True)
class Compare:
    """Answered by one Bozorth3 score for each reference; see `fingerprint.compare`."""

    probe: bytes
    references: tuple[bytes, ...]


@dataclass(frozen=True, eq=False)
class EncodePng:
    """Answered by the PNG file's bytes; see `encode.png`."""

    pixels: Pixels
    ppi: int | None


@dataclass(frozen=True, eq=False)
class ReadQr:
    """Answered by the text or None; see `qr.read`."""

    pixels: Pixels


@dataclass(frozen=True)
class Failed:
    """The answer to a request that could not be carried out; `what` is the error's class, never its text or data."""

    what: str


Request: TypeAlias = Prepare | MeasureFinger | MeasureIris | MeasureFace | Compare | EncodePng | ReadQr
Answer: TypeAlias = (
    tuple[FingerMeasures, bytes | None] | IrisMeasures | FaceMeasures | tuple[int, ...] | bytes | str | Failed | None
)
