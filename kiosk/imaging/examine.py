"""A picture file measured as one kind of picture or as each: what the measuring process does for the command line."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from multiprocessing.connection import Connection

from kiosk.core.measures import FaceMeasures, FingerMeasures, IrisMeasures
from kiosk.core.record import Position
from kiosk.imaging import __worker__, picture_file, slap
from kiosk.imaging.__worker__ import Tools
from kiosk.imaging.picture import Pixels, grey
from kiosk.imaging.requests import MeasureFace, MeasureFinger, MeasureIris

USUAL_PPI = 500  # where neither the file nor its owner says
WIDEST_SINGLE_MM = 35.0  # platens of one finger end at 1.25 inches (FBI FAP 30: 0.8, FAP 40: 1.6, for two fingers)
FOUR = (Position.RIGHT_INDEX, Position.RIGHT_MIDDLE, Position.RIGHT_RING, Position.RIGHT_LITTLE)


class Kind(StrEnum):
    """What a picture can be taken for."""

    SLAP = "slap"
    FINGER = "finger"
    IRIS = "iris"
    FACE = "face"


@dataclass(frozen=True)
class Examine:
    """A file's bytes, what to take it for (None: everything in turn) and its resolution, where its owner states one."""

    data: bytes
    kind: Kind | None
    ppi: int | None


Shown = tuple[FingerMeasures | IrisMeasures | FaceMeasures, ...]  # one, or one a finger of a slap, from left to right


@dataclass(frozen=True)
class Examined:
    """What was measured, by what the picture was taken for. `ppi_from` is "owner", "file" or "assumed"."""

    width: int
    height: int
    ppi: int
    ppi_from: str
    shown: Mapping[Kind, Shown]


@dataclass(frozen=True)
class Unreadable:
    """No picture that is read here; `why` is the rest of a sentence."""

    why: str


def serve(connection: Connection) -> None:
    """What the measuring process runs: answers Examine with Examined or Unreadable."""
    __worker__.serve(connection, examine)


def examine(tools: Tools, request: Examine) -> Examined | Unreadable:
    """Read, then measure as the kind asked for, or as every kind that the picture's size allows."""
    try:
        file = picture_file.read(request.data)
    except ValueError as error:
        return Unreadable(str(error))
    ppi, ppi_from = _resolution(request.ppi, file.ppi)
    height, width = file.pixels.shape[:2]
    kinds = (request.kind,) if request.kind else _possible(width / ppi * 25.4)
    shown = {kind: _MEASURES[kind](tools, file.pixels, ppi) for kind in kinds}
    return Examined(width, height, ppi, ppi_from, shown)


def _resolution(owner: int | None, file: int | None) -> tuple[int, str]:
    if owner:
        return owner, "owner"
    return (file, "file") if file else (USUAL_PPI, "assumed")


def _possible(width_mm: float) -> tuple[Kind, ...]:
    return tuple(kind for kind in Kind if kind is not Kind.SLAP or width_mm > WIDEST_SINGLE_MM)


def _finger(tools: Tools, pixels: Pixels, ppi: int) -> Shown:
    answer = __worker__.answer(tools, MeasureFinger(pixels, ppi))
    return (answer[0],) if isinstance(answer, tuple) and isinstance(answer[0], FingerMeasures) else ()


def _slap(tools: Tools, pixels: Pixels, ppi: int) -> Shown:
    print_ = grey(pixels)
    tips = slap.segment(print_, ppi, FOUR, ()).fingers
    return tuple(one for tip in tips for one in _finger(tools, tip.box.cut(print_), ppi))


def _iris(tools: Tools, pixels: Pixels, ppi: int) -> Shown:
    answer = __worker__.answer(tools, MeasureIris(pixels))
    return (answer,) if isinstance(answer, IrisMeasures) else ()


def _face(tools: Tools, pixels: Pixels, ppi: int) -> Shown:
    answer = __worker__.answer(tools, MeasureFace(pixels))
    return (answer,) if isinstance(answer, FaceMeasures) else ()


_MEASURES: Mapping[Kind, Callable[[Tools, Pixels, int], Shown]] = {
    Kind.SLAP: _slap,
    Kind.FINGER: _finger,
    Kind.IRIS: _iris,
    Kind.FACE: _face,
}
