"""ISO/IEC 19794:2011 records from the register: fingers, irises and face of a person, named by record id, the same
bytes every time. Pictures are the masters' own, lossless; each record is read back before it is written.

The records say as little as the standard allows: nothing of who the person is, nothing that nobody measured.
"""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from kiosk.core.measures import FaceMeasures, FingerMeasures, IrisMeasures
from kiosk.core.record import EYES, FINGERS, Position
from kiosk.core.recording import SealedCapture
from kiosk.imaging.face import FaceFinder
from kiosk.regency import codes, iso_face, iso_finger, iso_iris
from kiosk.regency.iso_layout import Quality
from kiosk.regency.leaving import Export, Leaving, Progress, Wait, write_each
from kiosk.regency.mapping import utc_of
from kiosk.regency.office import Office
from kiosk.regency.pictures import for_iso
from kiosk.regency.transaction import Picture, recorded

TRAINING = ".training"  # in the names of people of training boxes: the records themselves have no word for it
_STRAIGHT_DEG = 5.0  # full frontal: rotation of the head in every direction (ISO/IEC 19794-5, 7.2.2)
_LEAST_EYES_PX = 90  # full frontal: between the eyes (ISO/IEC 19794-5, 8.4.1)
_EYES_TO_HEAD = 2  # the head is 180 pixels wide where the eyes are 90 apart (there too)
_EYES_TO_CROP = 4  # the portrait is cropped four times as wide as the eyes are apart

Value = TypeVar("Value")


def export(
    office: Office, out_dir: Path, progress: Progress = lambda done, total: None, *, finder: FaceFinder | None = None
) -> Export:
    """Up to three files for everybody who may leave: `.fir`, `.iir`, `.fac`; none of what is not shown.

    Raises ImportError where the face model is not installed, OSError about `out_dir`.
    """
    faces = finder or FaceFinder()

    def make(one: Leaving) -> dict[str, bytes] | Wait:
        captures = recorded(one.recording)
        if any(captures[finger].origin.ppi is None for finger in FINGERS if finger in captures):
            return Wait.UNSCALED
        pictures = {
            position: for_iso(captures[position], one.opened[captures[position].blob.sha256], faces)
            for position in (*FINGERS, *EYES, Position.PORTRAIT)
            if position in captures
        }
        files = records(captures, pictures, utc_of(one.recording.closed))
        return {f"{TRAINING}{suffix}" if one.training else suffix: data for suffix, data in files.items()}

    return write_each(office, out_dir, make, progress)


def records(
    captures: dict[Position, SealedCapture], pictures: dict[Position, Picture], taken: datetime
) -> dict[str, bytes]:
    """The records of these pictures (lossless JPEG 2000), by suffix. `taken` is when the recording was closed.

    Raises ValueError where a figure does not fit its field, RuntimeError where a record does not read back as it was
    meant: then this program is wrong, and nothing is written.
    """
    fingers = tuple(_finger(captures[one], pictures[one], taken) for one in FINGERS if one in pictures)
    eyes = tuple(_eye(captures[one], pictures[one], taken) for one in EYES if one in pictures)
    files: dict[str, bytes] = {}
    if fingers:
        files[iso_finger.SUFFIX] = _proven(fingers, iso_finger.write, iso_finger.read)
    if eyes:
        files[iso_iris.SUFFIX] = _proven(eyes, iso_iris.write, iso_iris.read)
    if portrait := pictures.get(Position.PORTRAIT):
        face = _face(captures[Position.PORTRAIT], portrait, taken)
        files[iso_face.SUFFIX] = _proven(face, iso_face.write, iso_face.read)
    return files


def _proven(value: Value, write: Callable[[Value], bytes], read: Callable[[bytes], object]) -> bytes:
    data = write(value)
    if read(data) != value:
        raise RuntimeError("the record does not read back as it was meant")
    return data


def _finger(capture: SealedCapture, picture: Picture, taken: datetime) -> iso_finger.FingerImage:
    measures, quality = capture.measures, ()
    if isinstance(measures, FingerMeasures) and measures.nfiq2 is not None:
        quality = (Quality(measures.nfiq2, int(codes.NFIQ2_VENDOR, 16), codes.NFIQ2_PRODUCT),)
    return iso_finger.FingerImage(
        codes.FINGER_CODES[capture.position],
        codes.IMPRESSION_CODES[capture.origin.impression],
        capture.origin.ppi or 0,
        picture.width,
        picture.height,
        iso_finger.Compression.JPEG2000_LOSSLESS,
        picture.data,
        taken.replace(microsecond=0),
        quality,
    )


def _eye(capture: SealedCapture, picture: Picture, taken: datetime) -> iso_iris.IrisImage:
    measures = capture.measures
    diameter = measures.diameter_px if isinstance(measures, IrisMeasures) else 0.0
    return iso_iris.IrisImage(
        iso_iris.Eye(codes.EYE_CODES[capture.position]),
        picture.width,
        picture.height,
        iso_iris.Format.JPEG2000,
        picture.data,
        taken.replace(microsecond=0),
        diameter=(int(diameter), int(-(-diameter // 1))),
    )


def _face(capture: SealedCapture, picture: Picture, taken: datetime) -> iso_face.FaceImage:
    eyes = picture.width / _EYES_TO_CROP if picture.cropped else 0.0
    frontal = eyes >= _LEAST_EYES_PX and _straight(capture)
    return iso_face.FaceImage(
        iso_face.Kind.FULL_FRONTAL if frontal else iso_face.Kind.BASIC,
        iso_face.Format.JPEG2000_LOSSLESS,
        picture.width,
        picture.height,
        picture.data,
        taken.replace(microsecond=0),
        processing=iso_face.CROPPED if picture.cropped else 0,
        level=iso_face.level_of(_EYES_TO_HEAD * eyes),
    )


def _straight(capture: SealedCapture) -> bool:
    """Whether somebody measured that the face looks straight ahead; what was not measured is not claimed."""
    face = capture.measures
    if not isinstance(face, FaceMeasures) or face.yaw_deg is None or face.pitch_deg is None:
        return False
    return max(abs(face.roll_deg), abs(face.yaw_deg), abs(face.pitch_deg)) <= _STRAIGHT_DEG
