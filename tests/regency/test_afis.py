"""From the register to files that an AFIS reads."""

import re
from dataclasses import replace
from pathlib import Path

import nistitl
import numpy as np
import pytest
from regency_boxes import Box
from regency_people import EVERYTHING, RECORD_ID, RESIDENT, capture, ridges
from test_nist import assert_mandatory, read

from kiosk.core.record import EYES, FINGERS, Blob, Origin, Position, Provenance
from kiosk.core.recording import Purpose
from kiosk.imaging.encode import decode, png
from kiosk.imaging.face import FaceFinder
from kiosk.imaging.wsq_codec import decode_wsq
from kiosk.regency.afis import export
from kiosk.regency.leaving import Export, Wait
from kiosk.regency.office import Office
from kiosk.regency.take_in import take_in

ANOTHER = replace(RESIDENT, nik="6105085404900002")
SHARED = Path(__file__).parents[2].parent / "shared" / "data"


@pytest.fixture(scope="module")
def finder() -> FaceFinder:
    return FaceFinder()


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "afis"


def exported(office: Office, stick: Path, out: Path, finder: FaceFinder) -> Export:
    take_in(office, stick)
    return export(office, out, finder=finder)


def test_a_whole_person_becomes_one_standard_file(
    office: Office, box: Box, stick: Path, out: Path, finder: FaceFinder
) -> None:
    box.commission().put(stick)
    box.person((*EVERYTHING, Position.SIGNATURE), record_id=RECORD_ID).put(stick)
    result = exported(office, stick, out, finder)
    assert result == Export((out / f"{RECORD_ID}.an2",), ())
    message = read(result.written[0].read_bytes())
    assert_mandatory(message)
    assert [r.type for r in message] == [1, 2, 10, *[14] * 10, 17, 17, 8]
    assert ("TRAINING", RECORD_ID, office.name) == (message.TOT, message[0].TCN, message[0].ORI)
    assert RESIDENT.nik in next(message.iter(2)).NIST.decode()


def test_the_pictures_are_the_persons_own(office: Office, box: Box, stick: Path, out: Path, finder: FaceFinder) -> None:
    box.commission().put(stick)
    box.person(EVERYTHING, record_id=RECORD_ID).put(stick)
    message = read(exported(office, stick, out, finder).written[0].read_bytes())
    for record in message.iter(14):
        print_ = decode_wsq(record[999].value)
        assert (record.CGA, int(record.VLL), int(record.HLL)) == ("WSQ20", *print_.shape)
        assert np.corrcoef(print_.ravel(), ridges(1).ravel())[0, 1] > 0.9  # lossy, but this print
    for record in message.iter(17):
        assert np.array_equal(decode(record[999].value), ridges(1))
    face = next(message.iter(10))
    assert decode(face[999].value).shape == (400, 320, 3)
    assert (face[38].value, face.SAP) == ("no face found: the whole frame", "0")


def test_a_second_export_gives_the_same_bytes(
    office: Office, box: Box, stick: Path, out: Path, finder: FaceFinder
) -> None:
    box.commission().put(stick)
    box.person().put(stick)
    (path,) = exported(office, stick, out, finder).written
    first = path.read_bytes()
    (again,) = export(office, out, finder=finder).written
    assert (again, again.read_bytes()) == (path, first)


def test_a_print_of_another_resolution_is_lossless_and_not_resampled(
    office: Office, box: Box, stick: Path, out: Path, finder: FaceFinder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "regency_boxes.capture",
        lambda position, blob, purpose: _capture_at(position, blob, purpose, 569),
    )
    box.commission().put(stick)
    box.person((Position.RIGHT_INDEX,)).put(stick)
    message = read(exported(office, stick, out, finder).written[0].read_bytes())
    record = next(r for r in message.iter(14) if r[999])
    assert (record.CGA, record.THPS) == ("PNG", "569")
    assert np.array_equal(decode(record[999].value), ridges(1))


def _capture_at(position: Position, blob: object, purpose: Purpose, ppi: int) -> object:
    made = capture(position, blob, purpose=purpose)  # type: ignore[arg-type]
    return replace(made, origin=replace(made.origin, ppi=ppi))


def test_somebody_without_any_finger_who_cannot_sign_has_a_file(
    office: Office, box: Box, stick: Path, out: Path, finder: FaceFinder
) -> None:
    box.commission().put(stick)
    box.person((Position.PORTRAIT,)).put(stick)
    message = read(exported(office, stick, out, finder).written[0].read_bytes())
    assert_mandatory(message)
    assert [r.type for r in message] == [1, 2, 10, *[14] * 10, 17, 17]


@pytest.mark.parametrize("wait", [Wait.IDENTITY_UNATTESTED, Wait.ADJUDICATE, Wait.WITHDRAWN, Wait.DISPUTED])
def test_who_must_wait_is_named_and_not_written(
    office: Office, box: Box, stick: Path, out: Path, finder: FaceFinder, wait: Wait
) -> None:
    first = box.commission()
    twin = box.copy()
    attested = {} if wait is not Wait.IDENTITY_UNATTESTED else {"attestation": None}
    person = box.person(record_id=RECORD_ID, **attested)
    bundles = [first, person]
    if wait is Wait.ADJUDICATE:
        bundles = [first, box.person(record_id="f" * 32), person]
        first.put(stick)
    for bundle in bundles:
        bundle.put(stick)
    take_in(office, stick)
    if wait is Wait.WITHDRAWN:
        box.withdraw(person).put(stick)
    if wait is Wait.DISPUTED:
        twin.person().put(stick)
    result = exported(office, stick, out, finder)
    assert wait in {reason for _, reason in result.waiting}
    assert len(result.waiting) == 1


def test_an_officers_late_word_lets_the_file_go_and_stands_in_it(
    office: Office, box: Box, stick: Path, out: Path, finder: FaceFinder
) -> None:
    person = [box.commission(), box.person(attestation=None)][1]
    person.put(stick)
    assert exported(office, stick, out, finder).waiting[0][1] is Wait.IDENTITY_UNATTESTED
    box.attest(person).put(stick)
    message = read(exported(office, stick, out, finder).written[0].read_bytes())
    assert next(message.iter(2))[13].value == "ofc-2"


def test_somebody_with_a_finger_neither_shown_nor_excused_waits(
    office: Office, box: Box, stick: Path, out: Path, finder: FaceFinder
) -> None:
    box.commission().put(stick)
    box.person(exemptions=()).put(stick)
    assert exported(office, stick, out, finder).waiting[0][1] is Wait.INCOMPLETE


@pytest.mark.parametrize("below", [True, False])
def test_what_a_sensor_for_checks_took_waits_at_the_office(
    office: Office, box: Box, stick: Path, out: Path, finder: FaceFinder, below: bool
) -> None:
    usual = capture(Position.RIGHT_INDEX, Blob("0" * 64, 1)).origin
    box.commission().put(stick)
    box.person(origins={Position.RIGHT_INDEX: replace(usual, below_grade=below)}).put(stick)
    result = exported(office, stick, out, finder)
    assert [wait for _, wait in result.waiting] == ([Wait.BELOW_GRADE] if below else [])
    assert len(result.written) == (0 if below else 1)


def test_a_rotten_blob_at_the_office_stops_nobody_else(
    office: Office, box: Box, stick: Path, out: Path, finder: FaceFinder
) -> None:
    good, bad = [box.commission(), box.person(), box.person(resident=ANOTHER)][1:]
    good.put(stick)
    bad.put(stick)
    take_in(office, stick)
    next((office.bundles / good.name).glob("*.age")).write_bytes(b"rotten")
    result = export(office, out, finder=finder)
    assert len(result.written) == 1
    assert [reason for _, reason in result.waiting] == [Wait.DAMAGED]


def test_file_names_hold_record_ids_only(office: Office, box: Box, stick: Path, out: Path, finder: FaceFinder) -> None:
    box.commission().put(stick)
    box.person().put(stick)
    exported(office, stick, out, finder)
    assert all(re.fullmatch(r"[0-9a-f]{32}\.an2", path.name) for path in out.iterdir())


@pytest.mark.skipif(not SHARED.is_dir(), reason="real pictures are not part of the project")
def test_a_real_face_is_cropped_around_its_eyes(
    office: Office, box: Box, stick: Path, out: Path, finder: FaceFinder, monkeypatch: pytest.MonkeyPatch
) -> None:
    frame = decode((SHARED / "person-a" / "face.1.jpg").read_bytes())
    height, width = frame.shape[:2]
    monkeypatch.setattr(
        "regency_people.Origin",
        lambda *a: Origin("Recorded camera", Provenance.RECORDED, width=width, height=height),
    )
    box.commission().put(stick)
    box.person((Position.PORTRAIT,), picture=png(frame, None)).put(stick)
    message = read(exported(office, stick, out, finder).written[0].read_bytes())
    face: nistitl.AsciiRecord = next(message.iter(10))
    assert int(face.HLL) * 4 == int(face.VLL) * 3
    assert int(face.HLL) < width
    assert face[38] is None
    assert (face.POS, face.SAP in ("0", "30")) == ("F", True)


def test_every_finger_and_eye_is_asked_for() -> None:
    assert {*FINGERS, *EYES, Position.PORTRAIT} == set(EVERYTHING)
