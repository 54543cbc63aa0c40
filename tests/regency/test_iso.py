"""From the register to ISO/IEC 19794 records: who may leave, what is said, and nothing more."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from layout_reader import Reader
from regency_boxes import Box
from regency_people import EVERYTHING, RECORD_ID, RESIDENT, capture, ridges

from kiosk.core.measures import FaceMeasures, FingerMeasures, IrisMeasures
from kiosk.core.record import Blob, Impression, Origin, Position, Provenance
from kiosk.core.recording import Purpose, SealedCapture
from kiosk.imaging.encode import decode, jpeg2000, png
from kiosk.imaging.face import FaceFinder
from kiosk.regency import iso, iso_face, iso_finger, iso_iris
from kiosk.regency.check_file import check
from kiosk.regency.iso_layout import Quality
from kiosk.regency.leaving import Export, Wait
from kiosk.regency.office import Office
from kiosk.regency.take_in import take_in
from kiosk.regency.transaction import Picture

SHARED = Path(__file__).parents[2].parent / "shared" / "data"
CLOSED = datetime(2026, 11, 23, 18, 5, tzinfo=UTC)
BLOB = Blob("ab" * 32, 65_536)
STRAIGHT = FaceMeasures(1, 120.0, 1.0, 0.5, 0.5, 120.0, 9.0, yaw_deg=-4.0, pitch_deg=5.0)


@pytest.fixture(scope="module")
def finder() -> FaceFinder:
    return FaceFinder()


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "iso"


def exported(office: Office, stick: Path, out: Path, finder: FaceFinder) -> Export:
    take_in(office, stick)
    return iso.export(office, out, finder=finder)


def made(position: Position, width: int = 480, height: int = 640, cropped: bool = True, **changes: object) -> bytes:
    """The record of one capture."""
    one = replace(capture(position, BLOB), **changes)  # type: ignore[arg-type]
    picture = Picture(b"packed", width, height, "JP2L", cropped)
    (data,) = iso.records({position: one}, {position: picture}, CLOSED).values()
    return data


def test_a_whole_person_becomes_three_records_of_the_masters_own_pixels(
    office: Office, box: Box, stick: Path, out: Path, finder: FaceFinder
) -> None:
    box.commission().put(stick)
    box.person((*EVERYTHING, Position.SIGNATURE), record_id=RECORD_ID).put(stick)
    result = exported(office, stick, out, finder)
    names = [f"{RECORD_ID}.training{suffix}" for suffix in (".fir", ".iir", ".fac")]
    assert result == Export(tuple(out / name for name in names), ())
    fir, iir, fac = (path.read_bytes() for path in result.written)
    prints, eyes, face = iso_finger.read(fir), iso_iris.read(iir), iso_face.read(fac)
    assert [image.position for image in prints] == list(range(1, 11))
    assert [image.eye for image in eyes] == [iso_iris.Eye.RIGHT, iso_iris.Eye.LEFT]
    for image in (*prints, *eyes):
        assert np.array_equal(decode(image.data), ridges(1))
        assert (image.width, image.height, image.taken) == (320, 400, CLOSED)
    assert decode(face.data).shape == (400, 320, 3)
    assert [check(data).faults for data in (fir, iir, fac)] == [()] * 3
    assert all(path.stat().st_mode & 0o777 == 0o600 for path in result.written)


def test_a_second_export_gives_the_same_bytes(
    office: Office, box: Box, stick: Path, out: Path, finder: FaceFinder
) -> None:
    box.commission().put(stick)
    box.person((Position.RIGHT_INDEX, Position.EYE_LEFT)).put(stick)
    first = {path: path.read_bytes() for path in exported(office, stick, out, finder).written}
    assert len(first) == 2
    again = iso.export(office, out, finder=finder)
    assert {path: path.read_bytes() for path in again.written} == first


def test_what_is_not_shown_has_no_file(office: Office, box: Box, stick: Path, out: Path, finder: FaceFinder) -> None:
    box.commission().put(stick)
    box.person((Position.PORTRAIT,)).put(stick)
    (path,) = exported(office, stick, out, finder).written
    assert re.fullmatch(r"[0-9a-f]{32}\.training\.fac", path.name)


@pytest.mark.parametrize("attested", [True, False])
def test_who_must_wait_for_the_afis_file_waits_here_too(
    office: Office, box: Box, stick: Path, out: Path, finder: FaceFinder, attested: bool
) -> None:
    box.commission().put(stick)
    box.person(**({} if attested else {"attestation": None})).put(stick)
    result = exported(office, stick, out, finder)
    assert [wait for _, wait in result.waiting] == ([] if attested else [Wait.IDENTITY_UNATTESTED])
    assert bool(list(out.iterdir())) == attested


def test_a_print_whose_resolution_nobody_knows_waits(
    office: Office, box: Box, stick: Path, out: Path, finder: FaceFinder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("regency_boxes.capture", _unscaled)
    box.commission().put(stick)
    box.person((Position.RIGHT_INDEX,)).put(stick)
    result = exported(office, stick, out, finder)
    assert ([wait for _, wait in result.waiting], list(out.iterdir())) == ([Wait.UNSCALED], [])


def _unscaled(position: Position, blob: Blob, purpose: Purpose) -> SealedCapture:
    one = capture(position, blob, purpose=purpose)
    return replace(one, origin=replace(one.origin, ppi=None))


@pytest.mark.parametrize(("impression", "code"), [*zip(Impression, (0, 1, 2, 3, 29), strict=True)])
def test_a_print_says_its_impression_its_own_resolution_and_its_quality(impression: Impression, code: int) -> None:
    origin = Origin("Sensor", Provenance.REAL, impression, 569, 480, 640)
    (image,) = iso_finger.read(made(Position.LEFT_RING, origin=origin))
    assert (image.position, image.impression, image.ppi) == (9, code, 569)
    assert image.quality == (Quality(61, 0x0101, 57),)
    (image,) = iso_finger.read(made(Position.LEFT_RING, measures=FingerMeasures(None, 30, 0.5, 0.5)))
    assert image.quality == ()


def test_an_eye_says_the_diameter_that_was_measured() -> None:
    (image,) = iso_iris.read(made(Position.EYE_LEFT, measures=IrisMeasures(239.4, 0.4, 90.0, 4.0, 0.9)))
    assert (image.eye, image.kind, image.diameter) == (iso_iris.Eye.LEFT, iso_iris.Kind.UNCROPPED, (239, 240))
    (image,) = iso_iris.read(made(Position.EYE_LEFT))
    assert image.diameter == (0, 0)


@pytest.mark.parametrize(
    ("width", "measures", "cropped", "kind"),
    [
        (480, STRAIGHT, True, iso_face.Kind.FULL_FRONTAL),
        (359, STRAIGHT, True, iso_face.Kind.BASIC),  # eyes less than 90 pixels apart
        (480, STRAIGHT, False, iso_face.Kind.BASIC),
        (480, None, True, iso_face.Kind.BASIC),
        (480, replace(STRAIGHT, yaw_deg=None), True, iso_face.Kind.BASIC),
        (480, replace(STRAIGHT, pitch_deg=None), True, iso_face.Kind.BASIC),
        (480, replace(STRAIGHT, roll_deg=5.1), True, iso_face.Kind.BASIC),
        (480, replace(STRAIGHT, yaw_deg=-5.1), True, iso_face.Kind.BASIC),
    ],
)
def test_a_portrait_claims_to_be_frontal_only_where_that_was_measured(
    width: int, measures: FaceMeasures | None, cropped: bool, kind: iso_face.Kind
) -> None:
    face = iso_face.read(made(Position.PORTRAIT, width, measures=measures, cropped=cropped))
    assert (face.kind, face.processing == iso_face.CROPPED) == (kind, cropped)
    assert (face.level > 0) == (cropped and width > 359)


def test_the_records_say_nothing_of_who_the_person_is(
    office: Office, box: Box, stick: Path, out: Path, finder: FaceFinder
) -> None:
    box.commission().put(stick)
    box.person(EVERYTHING).put(stick)
    for path in exported(office, stick, out, finder).written:
        data = path.read_bytes()
        assert not [word for word in (RESIDENT.nik, RESIDENT.name, RESIDENT.place) if word.encode() in data]
        _, images = Reader(data).record()
        unsaid = {value for told in images for name, value in told.items() if name.startswith("person_")}
        assert unsaid <= {0}
        assert {told[name] for told in images for name in ("technology", "vendor", "type")} == {0}


def test_a_record_that_would_not_read_back_is_not_written(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = iso_finger.write

    def swapped(images: tuple[iso_finger.FingerImage, ...]) -> bytes:
        return whole([replace(image, position=image.position - 5) for image in images])

    monkeypatch.setattr(iso_finger, "write", swapped)
    with pytest.raises(RuntimeError, match="does not read back"):
        made(Position.LEFT_INDEX)


def test_a_picture_of_another_size_or_a_damaged_one_is_named() -> None:
    packed = jpeg2000(ridges(1), None, 500)
    data = iso.records(
        {Position.EYE_LEFT: capture(Position.EYE_LEFT, BLOB)},
        {Position.EYE_LEFT: Picture(packed, 321, 400, "JP2L")},
        CLOSED,
    )[iso_iris.SUFFIX]
    assert check(data).faults == ("image 1 is not of the size that the record says",)
    assert check(data.replace(packed[60:100], bytes(40))).faults == ("image 1 is damaged",)


@pytest.mark.skipif(not SHARED.is_dir(), reason="real pictures are not part of the project")
def test_a_real_face_is_cropped_3_by_4_without_loss(
    office: Office, box: Box, stick: Path, out: Path, finder: FaceFinder, monkeypatch: pytest.MonkeyPatch
) -> None:
    frame = decode((SHARED / "person-a" / "face.1.jpg").read_bytes())
    origin = Origin("Recorded camera", Provenance.RECORDED, width=frame.shape[1], height=frame.shape[0])
    monkeypatch.setattr("regency_people.Origin", lambda *a: origin)
    box.commission().put(stick)
    box.person((Position.PORTRAIT,), picture=png(frame, None)).put(stick)
    face = iso_face.read(exported(office, stick, out, finder).written[0].read_bytes())
    crop = decode(face.data)
    assert face.width * 4 == face.height * 3
    assert crop.shape == (face.height, face.width, 3)
    assert face.processing == iso_face.CROPPED
    assert any(
        np.array_equal(frame[top : top + face.height, left : left + face.width], crop)
        for top, left in np.argwhere((frame[:, :] == crop[0, 0]).all(axis=2))
    )
