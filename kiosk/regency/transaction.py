"""One person's AFIS file: Types 1, 2, 10, 14, 17 and 8 from a recording and its already encoded pictures.

The interface of the centre's own AFIS is not public: this is the standard form, nothing is promised beyond it.
"""

from collections import abc
from collections.abc import Iterator
from dataclasses import dataclass

from kiosk.core.measures import FingerMeasures
from kiosk.core.record import EYES, FINGERS, Exemption, Position
from kiosk.core.recording import Purpose, Recording, SealedCapture
from kiosk.regency import codes, nist
from kiosk.regency.mapping import Mapping, type2_fields, utc_of
from kiosk.regency.nist import Value

WSQ_PPI = range(495, 506)  # WSQ is defined for 500 ppi within 1 %
_FACE_LEVEL_30 = (480, 600)  # pixels, width and height, that subject acquisition profile 30 asks for
_NO_SCALE = ((8, 0), (9, 1), (10, 1))  # SLC 0: only the pixels' shape, square, is known
_NO_FACE = "no face found: the whole frame"
_NOT_500 = "not 500 ppi: as captured, lossless, not resampled"


@dataclass(frozen=True)
class Picture:
    """An encoded picture as it goes into field 999; `compression` is its CGA code, sizes in pixels. `cropped` is False
    for a portrait in which no face was found: the whole frame."""

    data: bytes
    width: int
    height: int
    compression: str
    cropped: bool = True


@dataclass(frozen=True)
class Pictures:
    """What is shown of a person: portrait, fingers and eyes by position, and the ink as a bitmap."""

    by_position: abc.Mapping[Position, Picture]
    ink: nist.SignatureRecord | None = None


def recorded(recording: Recording) -> dict[Position, SealedCapture]:
    """The captures that go into the file: of purpose RECORD, one a position."""
    return {c.position: c for c in recording.captures if c.purpose is Purpose.RECORD}


def lacking(recording: Recording) -> frozenset[Position]:
    """Fingers and eyes that are neither recorded nor excused; the file cannot be written while there are any."""
    known = recorded(recording).keys() | {e.position for e in recording.exemptions}
    return frozenset({*FINGERS, *EYES} - known)


def compose(recording: Recording, pictures: Pictures, mapping: Mapping, origin: str, training: bool) -> bytes:
    """The file's bytes; the same arguments always give the same bytes. `origin` is the office's name.

    Raises KeyError where a finger or an eye is neither shown nor excused.
    """
    return nist.encode(
        _header(recording, mapping, origin, training),
        [
            nist.TaggedRecord(2, type2_fields(recording, mapping)),
            *_Composer(recording, pictures, _local_date(recording, mapping), origin).records(),
        ],
    )


def _local_date(recording: Recording, mapping: Mapping) -> str:
    return (utc_of(recording.closed) + mapping.local).strftime("%Y%m%d")


def _header(recording: Recording, mapping: Mapping, origin: str, training: bool) -> nist.Header:
    return nist.Header(
        kind=mapping.training_kind if training else mapping.kind,
        local_date=_local_date(recording, mapping),
        destination=mapping.destination,
        origin=origin,
        control_number=recording.record_id,
        gmt=utc_of(recording.closed).strftime("%Y%m%d%H%M%SZ"),
    )


@dataclass(frozen=True)
class _Composer:
    recording: Recording
    pictures: Pictures
    date: str
    origin: str

    def records(self) -> Iterator[nist.Record]:
        if portrait := self.pictures.by_position.get(Position.PORTRAIT):
            yield self._face(portrait)
        captures = recorded(self.recording)
        excused = {e.position: e for e in self.recording.exemptions}
        for finger in FINGERS:
            if finger in captures:
                yield self._finger(captures[finger], self.pictures.by_position[finger])
            else:
                yield self._missing_finger(excused[finger])
        for eye in EYES:
            if eye in captures:
                yield self._eye(eye, self.pictures.by_position[eye])
            else:
                yield self._missing_eye(excused[eye])
        if self.pictures.ink:
            yield self.pictures.ink

    def _from(self) -> tuple[tuple[int, Value], ...]:
        return ((4, self.origin), (5, self.date))

    def _face(self, picture: Picture) -> nist.TaggedRecord:
        enough = picture.cropped and picture.width >= _FACE_LEVEL_30[0] and picture.height >= _FACE_LEVEL_30[1]
        profile = "30" if enough else "0"
        size = ((6, picture.width), (7, picture.height), *_NO_SCALE)
        rest = ((11, picture.compression), (12, "SRGB"), (13, profile), (20, "F"))
        rest += () if picture.cropped else ((38, _NO_FACE),)
        return nist.TaggedRecord(10, ((3, "FACE"), *self._from(), *size, *rest), picture.data)

    def _finger(self, capture: SealedCapture, picture: Picture) -> nist.TaggedRecord:
        ppi, code = capture.origin.ppi, codes.FINGER_CODES[capture.position]
        scale = ((8, 1), (9, ppi), (10, ppi)) if ppi else _NO_SCALE
        fields: list[tuple[int, Value]] = [
            (3, codes.IMPRESSION_CODES[capture.origin.impression]),
            *self._from(),
            *((6, picture.width), (7, picture.height), *scale),
            *((11, picture.compression), (12, 8), (13, code)),
        ]
        if ppi not in WSQ_PPI:
            fields.append((20, _NOT_500))
        if isinstance(capture.measures, FingerMeasures) and capture.measures.nfiq2 is not None:
            fields.append((24, ((code, capture.measures.nfiq2, codes.NFIQ2_VENDOR, codes.NFIQ2_PRODUCT),)))
        return nist.TaggedRecord(14, tuple(fields), picture.data)

    def _missing_finger(self, why: Exemption) -> nist.TaggedRecord:
        code, unknown = codes.FINGER_CODES[why.position], 29  # no print was made, so no impression can be named
        amputated = (18, ((code, codes.AMP_CODES[why.reason]),))
        return nist.TaggedRecord(14, ((3, unknown), *self._from(), (13, code), amputated))

    def _eye(self, eye: Position, picture: Picture) -> nist.TaggedRecord:
        size = ((6, picture.width), (7, picture.height), *_NO_SCALE)
        rest = ((11, picture.compression), (12, 8), (13, "GRAY"))
        return nist.TaggedRecord(17, ((3, codes.EYE_CODES[eye]), *self._from(), *size, *rest), picture.data)

    def _missing_eye(self, why: Exemption) -> nist.TaggedRecord:
        fields = ((3, codes.EYE_CODES[why.position]), *self._from(), (28, codes.DME_CODES[why.reason]))
        return nist.TaggedRecord(17, fields)
