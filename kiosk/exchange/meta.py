"""The sealed text that says who a bundle is about and what each blob is (docs/formats.md 4), of a Recording."""

from dataclasses import fields
from types import NoneType
from typing import Any, get_args

from kiosk.core.measures import FaceMeasures, FingerMeasures, IrisMeasures, Measures
from kiosk.core.record import (
    EYES,
    FINGERS,
    Attestation,
    Blob,
    Exemption,
    Origin,
    Position,
    Reason,
    Resident,
)
from kiosk.core.recording import Check, Recording, SealedCapture
from kiosk.exchange import canonical
from kiosk.exchange import meta_shape as shape
from kiosk.exchange.errors import BundleError
from kiosk.exchange.errors import Reason as Refusal
from kiosk.exchange.meta_shape import BiometricType, MimeType, MissingPresence
from kiosk.exchange.shapes import structure, unstructure

MAX_META = 512 * 1024
_MARK = b'{"jemput_meta":1,'
_SCALE = 1000
_NFIQ2 = "nfiq2"  # stands in `quality`, unscaled
_MEASURES: tuple[type[FingerMeasures] | type[IrisMeasures] | type[FaceMeasures], ...] = (
    FingerMeasures,
    IrisMeasures,
    FaceMeasures,
)


def is_meta(plain: bytes) -> bool:
    """Whether an opened and unpadded blob is the meta."""
    return plain.startswith(_MARK)


def write_meta(recording: Recording) -> bytes:
    """The text to seal, not yet padded. BundleError(BAD_FORMAT) where no reader would take it."""
    meta = unstructure(_meta(recording))
    structure(meta, shape.Meta)
    return _MARK + canonical.encode(meta)[1:]


def read_meta(plain: bytes) -> Recording:
    """The recording in an opened, unpadded blob. BundleError(BAD_META)."""
    if len(plain) > MAX_META or not is_meta(plain):
        raise BundleError(Refusal.BAD_META, "meta")
    try:
        return _recording(structure(canonical.decode(b"{" + plain.removeprefix(_MARK)), shape.Meta))
    except BundleError:
        raise BundleError(Refusal.BAD_META, "meta") from None


def _meta(recording: Recording) -> shape.Meta:
    who, check, said = recording.resident, recording.check, recording.attestation
    return shape.Meta(
        enrollmentId=recording.record_id,
        enrollmentType="KTP-EL",
        status="FINALIZED",
        biographicData=shape.BiographicData(
            who.nik, who.name, who.birth, who.sex, who.place, recording.listed, recording.corrections
        ),
        biometricData=tuple(_data(capture) for capture in recording.captures),
        missing=tuple(
            shape.Missing(e.position, _presence(e.reason), e.reason, e.lasting, e.officer) for e in recording.exemptions
        ),
        check=shape.CheckData(check.result, check.tries, check.fingers, check.why),
        endorsement=recording.endorsement,
        attestation=said and shape.AttestationData(said.officer, said.boot, round(said.boot_s * 1000)),
        consent=recording.consent,
        flags=recording.flags,
        linked=recording.linked,
        place=recording.place,
        officer=recording.officer,
        times=shape.Times(recording.started, recording.closed),
        incarnation=recording.incarnation,
        box=recording.box,
    )


def _recording(meta: shape.Meta) -> Recording:
    who, check, said = meta.biographicData, meta.check, meta.attestation
    return Recording(
        record_id=meta.enrollmentId,
        box=meta.box,
        incarnation=meta.incarnation,
        resident=Resident(who.nik, who.name, who.birth, who.sex, who.place),
        listed=who.listed,
        consent=meta.consent,
        captures=tuple(_capture(data) for data in meta.biometricData),
        exemptions=tuple(_exemption(missing) for missing in meta.missing),
        check=Check(check.result, check.tries, check.fingers, check.why),
        endorsement=meta.endorsement,
        attestation=said and Attestation(said.officer, said.boot, said.boot_ms / 1000),
        started=meta.times.started,
        closed=meta.times.closed,
        place=meta.place,
        officer=meta.officer,
        corrections=who.corrections,
        flags=meta.flags,
        linked=meta.linked,
    )


def _data(capture: SealedCapture) -> shape.BiometricData:
    origin, measures = capture.origin, capture.measures
    nfiq2 = measures.nfiq2 if isinstance(measures, FingerMeasures) else None
    return shape.BiometricData(
        biometricType=_type(capture.position),
        biometricSubType=capture.position,
        purpose=capture.purpose,
        imageRef=capture.blob.sha256,
        size=capture.blob.size,
        mimeType=_mime(capture.position),
        width=origin.width,
        height=origin.height,
        resolution=origin.ppi,
        impressionType=origin.impression,
        captureDevice=origin.device,
        provenance=origin.provenance,
        quality=nfiq2,
        qualityFormat=None if nfiq2 is None else "NFIQ2",
        worn=capture.worn,
        attempts=capture.attempts,
        measures=measures and _scaled(measures),
        belowGrade=origin.below_grade,
    )


def _capture(data: shape.BiometricData) -> SealedCapture:
    position = data.biometricSubType
    if (data.biometricType, data.mimeType) != (_type(position), _mime(position)):
        raise BundleError(Refusal.BAD_META, position)
    if (data.quality is None) != (data.qualityFormat is None):
        raise BundleError(Refusal.BAD_META, position)
    return SealedCapture(
        position=position,
        purpose=data.purpose,
        blob=Blob(data.imageRef, data.size),
        origin=Origin(
            data.captureDevice,
            data.provenance,
            data.impressionType,
            data.resolution,
            data.width,
            data.height,
            data.belowGrade,
        ),
        measures=None if data.measures is None else _measures(data.measures, data.quality),
        worn=data.worn,
        attempts=data.attempts,
    )


def _exemption(missing: shape.Missing) -> Exemption:
    if missing.presence is not _presence(missing.reason):
        raise BundleError(Refusal.BAD_META, missing.biometricSubType)
    return Exemption(missing.biometricSubType, missing.reason, missing.lasting, missing.officer)


def _scaled(measures: Measures) -> dict[str, int]:
    told = {f.name: getattr(measures, f.name) for f in fields(measures) if f.name != _NFIQ2}
    return {f"{name}_x{_SCALE}": round(value * _SCALE) for name, value in told.items() if value is not None}


def _measures(scaled: dict[str, int], quality: int | None) -> Measures:
    """The class whose members these are: all that it always has, and no other's."""
    for cls in _MEASURES:
        members = {f"{f.name}_x{_SCALE}": f for f in fields(cls) if f.name != _NFIQ2}
        always = {name for name, f in members.items() if NoneType not in get_args(f.type)}
        if always <= scaled.keys() <= members.keys():
            told: dict[str, Any] = {
                f.name: _unscaled(scaled[n], f.type) if n in scaled else None for n, f in members.items()
            }
            return cls(**told, nfiq2=quality) if cls is FingerMeasures else cls(**told)
    raise BundleError(Refusal.BAD_META, "measures")


def _unscaled(scaled: int, kind: object) -> float:
    return scaled // _SCALE if kind in (int, int | None) else scaled / _SCALE


def _type(position: Position) -> BiometricType:
    if position in FINGERS or position is Position.THUMB_PRINT:
        return BiometricType.FINGER
    if position in EYES:
        return BiometricType.IRIS
    if position is Position.PORTRAIT:
        return BiometricType.FACE
    return BiometricType.SIGNATURE if position is Position.SIGNATURE else BiometricType.UNKNOWN


def _mime(position: Position) -> MimeType:
    return MimeType.INK if position is Position.SIGNATURE else MimeType.PNG


def _presence(reason: Reason) -> MissingPresence | None:
    match reason:
        case Reason.BANDAGED:
            return MissingPresence.BANDAGED
        case Reason.AMPUTATED | Reason.MISSING_FROM_BIRTH:  # as ANSI/NIST-ITL's XX: nothing there to print
            return MissingPresence.AMPUTATED
        case Reason.WORN:
            return MissingPresence.DAMAGED
        case Reason.EXTRA | Reason.CANNOT | Reason.REFUSES:
            return None
