"""What rotted on the box is given up by its own signature; the rest is taken in."""

from pathlib import Path

import pyrage
from regency_boxes import Box, Bundle
from regency_desk import accepted, copies, reasons, taken

from kiosk.core.padding import unpad
from kiosk.core.record import Position
from kiosk.core.status import Status
from kiosk.exchange import export
from kiosk.exchange.bundle import blob_name, rotten
from kiosk.exchange.completion import Completion, sign_completion
from kiosk.exchange.errors import Reason
from kiosk.exchange.meta import read_meta
from kiosk.regency.afis import export as export_files
from kiosk.regency.leaving import Wait
from kiosk.regency.office import Office
from kiosk.regency.take_in import take_in


def blob_of(person: Bundle, office: Office, position: Position) -> str:
    """The hash of a position's sealed capture."""
    meta = person.files[blob_name(person.meta_blob(office.opening))]
    recording = read_meta(unpad(pyrage.decrypt(meta, [office.opening])))
    return next(c.blob.sha256 for c in recording.captures if c.position is position)


def handed_over(
    box: Box, stick: Path, folders: list[Path], lost: dict[str, tuple[str, ...]] | None = None
) -> export.Written:
    """One pass as the box makes it, read back."""
    written = export.write_bundles(stick, folders, box.key.public, lambda done, total: None, lost or {})
    assert box.head
    told = Completion(len(folders), box.name, box.incarnation, box.head, written.manifests)
    completed = export.write_completion(stick, written, told, sign_completion(told, box.key))
    assert export.read_back(stick, completed) == written.names
    return written


def test_what_rotted_on_the_box_is_amended_handed_over_and_the_rest_receipted(
    office: Office, box: Box, stick: Path, backup: Path, tmp_path: Path
) -> None:
    bundles = [box.commission(), box.person()]
    person = bundles[1]
    lost = blob_of(person, office, Position.RIGHT_INDEX)
    folders = [bundle.put(tmp_path / "card") for bundle in bundles]
    sealed = bytearray(person.files[blob_name(lost)])
    sealed[len(sealed) // 2] ^= 1
    (folders[1] / blob_name(lost)).write_bytes(sealed)
    assert handed_over(box, stick, folders).skipped == {person.name: Reason.BAD_HASH}
    given_up = rotten(folders[1], person.manifest.blobs)
    assert given_up == (lost,)
    bundles.append(box.amend(person, given_up))
    folders.append(bundles[2].put(tmp_path / "card"))
    assert handed_over(box, stick, folders, {person.name: given_up}).skipped == {}

    result = take_in(office, stick)
    assert result.accepted == result.removed == tuple(bundle.name for bundle in bundles)
    assert (result.again, result.rejected, result.refused, result.awaited) == ((person.name,), (), (), ())
    assert accepted(office, stick, box) == {bundle.hash for bundle in bundles}
    (row,) = office.register.people()
    assert (row.again, row.status) == ((Position.RIGHT_INDEX.value,), Status.ENROLL_FAILURE_AT_REGIONAL)
    rest = {name: data for name, data in person.files.items() if name != blob_name(lost)}
    assert copies(office, backup, person) == [rest, rest]
    assert export_files(office, tmp_path / "afis").waiting == ((row.record_id, Wait.INCOMPLETE),)


def test_an_amendment_lets_the_rest_in_and_marks_what_to_record_again(office: Office, box: Box, stick: Path) -> None:
    first, person = box.commission(), box.person()
    meta = person.meta_blob(office.opening)
    lost = next(b.sha256 for b in person.manifest.blobs if b.size > 60_000)
    assert lost != meta
    directory = person.put(stick)
    (directory / f"{lost}.age").unlink()
    assert reasons(taken(office, stick, first).rejected) == [Reason.MISSING_BLOB]
    result = taken(office, stick, box.amend(person, [lost]))
    assert (person.name in result.accepted, result.again) == (True, (person.name,))
    (row,) = office.register.people()
    assert row.status == Status.ENROLL_FAILURE_AT_REGIONAL
    assert set(row.again) <= {Position.PORTRAIT.value, Position.RIGHT_INDEX.value}
    assert len(row.again) == 1


def test_a_person_whose_very_meta_rotted_is_still_receipted_and_named(office: Office, box: Box, stick: Path) -> None:
    first, person = box.commission(), box.person()
    meta = person.meta_blob(office.opening)
    (person.put(stick) / f"{meta}.age").unlink()
    result = taken(office, stick, first, box.amend(person, [meta]))
    assert result.again == (person.name,)
    assert person.hash in accepted(office, stick, box)
    assert office.register.people() == []


def test_an_amendment_of_another_box_gives_nothing_up(office: Office, box: Box, stick: Path) -> None:
    other = Box(office, name="SINTANG-04", incarnation="00000004").certified()
    first, person = box.commission(), box.person()
    lost = next(b.sha256 for b in person.manifest.blobs if b.size > 60_000)
    (person.put(stick) / f"{lost}.age").unlink()
    result = taken(office, stick, first, other.commission(), other.amend(person, [lost]))
    assert reasons(result.rejected) == [Reason.MISSING_BLOB]
