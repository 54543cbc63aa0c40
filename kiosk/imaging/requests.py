"""What the measuring process is asked and what it answers; everything here travels by pipe."""

from dataclasses import dataclass
from typing import TypeAlias

from kiosk.core.measures import FaceMeasures, FingerMeasures, IrisMeasures, RestMeasures
from kiosk.core.record import Position
from kiosk.imaging.picture import Pixels


@dataclass(frozen=True)
class Prepare:
    """Load every model now; answered by None. Without it the first request that needs a model waits for it."""


@dataclass(frozen=True, eq=False)
class MeasureFinger:
    """Answered by (FingerMeasures, template or None), see `fingerprint.measure`; where it is not to be `full`, by
    FingerMeasures at camera rate, see `glance.finger`."""

    pixels: Pixels
    ppi: int
    full: bool = True


@dataclass(frozen=True, eq=False)
class MeasureSlap:
    """Several fingers at once; answered by SlapMeasures, see `slap.segment`. `asked` in any order, none of them in
    `missing`."""

    pixels: Pixels
    ppi: int
    asked: tuple[Position, ...]
    missing: tuple[Position, ...]


@dataclass(frozen=True, eq=False)
class Crop:
    """One finger of a slap: its own picture, measures and template or None."""

    position: Position
    pixels: Pixels
    measures: FingerMeasures
    template: bytes | None


@dataclass(frozen=True, eq=False)
class SlapMeasures:
    """`crops` is empty where not as many fingers lay there as were asked for; `hand` is LEFT or RIGHT as their lengths
    tell, None where they do not."""

    crops: tuple[Crop, ...]
    hand: str | None


@dataclass(frozen=True, eq=False)
class MeasureIris:
    """Answered by IrisMeasures; see `iris.measure`, or `glance.iris` where it is not to be `full`."""

    pixels: Pixels
    full: bool = True


@dataclass(frozen=True, eq=False)
class MeasureFace:
    """Answered by FaceMeasures; see `face.measure`, or `glance.face` where it is not to be `full`."""

    pixels: Pixels
    full: bool = True


@dataclass(frozen=True, eq=False)
class MeasureRest:
    """A fingerprint sensor (`finger`) or iris scanner at rest; answered by RestMeasures, see `ridges.at_rest` and
    `iris.at_rest`."""

    pixels: Pixels
    finger: bool


@dataclass(frozen=True, eq=False)
class DescribeEye:
    """Answered by the iris code or None; see `iris_code.encode`."""

    pixels: Pixels


@dataclass(frozen=True, eq=False)
class DescribeFace:
    """Answered by the descriptor or None; see `likeness.describe`."""

    pixels: Pixels


@dataclass(frozen=True)
class CompareEyes:
    """Answered by one distance for each reference; see `iris_code.distance`."""

    probe: bytes
    references: tuple[bytes, ...]


@dataclass(frozen=True, eq=False)
class CompareFace:
    """Who stands there, against a descriptor; answered by (faces, likeness or None), see `likeness.likeness`."""

    pixels: Pixels
    reference: bytes


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


Request: TypeAlias = (
    Prepare
    | MeasureFinger
    | MeasureSlap
    | MeasureIris
    | MeasureFace
    | MeasureRest
    | DescribeEye
    | DescribeFace
    | Compare
    | CompareEyes
    | CompareFace
    | EncodePng
    | ReadQr
)
Answer: TypeAlias = (
    FingerMeasures
    | IrisMeasures
    | FaceMeasures
    | tuple[FingerMeasures, bytes | None]
    | SlapMeasures
    | RestMeasures
    | tuple[int, ...]
    | tuple[float, ...]
    | tuple[int, float | None]
    | bytes
    | str
    | Failed
    | None
)
