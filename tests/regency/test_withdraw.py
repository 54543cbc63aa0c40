"""Who takes a record back: the box says so, the file waits; somebody at the office confirms, and it is destroyed."""

from dataclasses import replace
from itertools import permutations
from pathlib import Path

import pytest
from regency_boxes import Box, Bundle
from regency_desk import accepted, copies, taken
from regency_people import RECORD_ID, RESIDENT

from kiosk.core.status import Status
from kiosk.exchange.bundle import MANIFEST
from kiosk.regency import afis, leaving, second_disk, shelf
from kiosk.regency import withdraw as module
from kiosk.regency.durable import PARTIAL
from kiosk.regency.errors import OfficeError
from kiosk.regency.office import BUNDLES, Office
from kiosk.regency.take_in import take_in
from kiosk.regency.withdraw import unconfirmed, withdraw

LAST = RECORD_ID[-6:]
ANOTHER = "f" * 32


@pytest.fixture
def person(office: Office, box: Box, stick: Path) -> Bundle:
    """Somebody in the register whose box says that they took it back."""
    first, person = box.commission(), box.person(record_id=RECORD_ID)
    taken(office, stick, first, person, box.withdraw(person))
    return person


def waiting(office: Office, out: Path) -> tuple[tuple[str, leaving.Wait], ...]:
    return afis.export(office, out).waiting


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_a_bundle_alone_destroys_nothing_and_the_file_waits(
    office: Office, box: Box, stick: Path, backup: Path, tmp_path: Path, order: tuple[int, ...]
) -> None:
    first, person = box.commission(), box.person(record_id=RECORD_ID)
    bundles = [first, person, box.withdraw(person)]
    result = [taken(office, stick, bundles[place]) for place in order][-1]
    assert (result.withdrawn, result.clean) == ((RECORD_ID,), False)
    (row,) = office.register.people()
    assert (row.withdrawn, row.nik, row.name) == (True, RESIDENT.nik, RESIDENT.name)
    assert accepted(office, stick, box) == {bundle.hash for bundle in bundles}
    assert copies(office, backup, person) == [person.files] * 2
    assert waiting(office, tmp_path / "afis") == ((RECORD_ID, leaving.Wait.WITHDRAWN),)


def test_once_confirmed_both_copies_are_destroyed_and_the_number_stays(
    office: Office, box: Box, stick: Path, backup: Path, tmp_path: Path, person: Bundle
) -> None:
    before = accepted(office, stick, box)
    withdraw(office, RECORD_ID, LAST)
    assert copies(office, backup, person) == [{MANIFEST: person.files[MANIFEST]}] * 2
    (row,) = office.register.people()
    assert (row.record_id, row.withdrawn, row.nik, row.name) == (RECORD_ID, True, None, None)
    everything = b"".join(p.read_bytes() for p in office.directory.rglob("*") if p.is_file())
    assert RESIDENT.nik.encode() not in everything
    assert RESIDENT.name.encode() not in everything
    assert take_in(office, stick).clean
    assert accepted(office, stick, box) == before
    assert waiting(office, tmp_path / "afis") == ()
    withdraw(office, RECORD_ID, LAST)  # again changes nothing
    assert office.register.people() == [row]


def test_who_comes_again_on_a_later_stick_stays_destroyed(
    office: Office, stick: Path, backup: Path, person: Bundle
) -> None:
    withdraw(office, RECORD_ID, LAST)
    assert taken(office, stick, person).known == (person.name,)
    assert copies(office, backup, person) == [{MANIFEST: person.files[MANIFEST]}] * 2


def test_nobody_is_destroyed_whose_box_does_not_say_so(office: Office, box: Box, stick: Path, backup: Path) -> None:
    first, person = box.commission(), box.person(record_id=RECORD_ID)
    other = Box(office, name="SINTANG-04", incarnation="00000004").certified()
    taken(office, stick, first, person, other.commission(), other.withdraw(person))
    for record_id in (RECORD_ID, ANOTHER):
        with pytest.raises(OfficeError, match="No box"):
            withdraw(office, record_id, record_id[-6:])
    assert copies(office, backup, person) == [person.files] * 2
    assert unconfirmed(office) == ()


@pytest.mark.parametrize("typed", ["", "abcdee", LAST[1:], LAST.upper(), RECORD_ID])
def test_without_the_end_of_the_id_nothing_is_destroyed(
    office: Office, backup: Path, person: Bundle, typed: str
) -> None:
    with pytest.raises(OfficeError, match="last 6"):
        withdraw(office, RECORD_ID, typed)
    assert copies(office, backup, person) == [person.files] * 2


def test_a_second_copy_out_of_reach_is_not_forgotten(office: Office, backup: Path, person: Bundle) -> None:
    backup.rename(backup.with_name("pulled"))
    with pytest.raises(OfficeError, match="second disk is not at"):
        withdraw(office, RECORD_ID, LAST)
    backup.with_name("pulled").rename(backup)
    assert copies(office, backup, person) == [person.files] * 2
    assert unconfirmed(office) == (RECORD_ID,)


def test_an_office_whose_second_disk_is_gone_for_good_does_without_and_withdraws(
    office: Office, backup: Path, person: Bundle
) -> None:
    backup.rename(backup.with_name("destroyed"))
    second_disk.do_without(office)
    withdraw(office, RECORD_ID, LAST)
    assert [path.name for path in (office.bundles / person.name).iterdir()] == [MANIFEST]


def test_an_office_of_one_copy_needs_no_second_disk(office: Office, box: Box, stick: Path, backup: Path) -> None:
    first, person = box.commission(), box.person(record_id=RECORD_ID)
    for bundle in (first, person, box.withdraw(person)):
        bundle.put(stick)
    second_disk.do_without(office)
    take_in(office, stick)
    withdraw(office, RECORD_ID, LAST)
    assert [path.name for path in (office.bundles / person.name).iterdir()] == [MANIFEST]
    second_disk.mark(office, backup, practice=True)  # it comes later
    take_in(office, stick)
    assert copies(office, backup, person) == [{MANIFEST: person.files[MANIFEST]}] * 2


def test_half_a_second_copy_is_destroyed_too(office: Office, backup: Path, person: Bundle) -> None:
    half = backup / BUNDLES / f"{person.name}{PARTIAL}"
    half.mkdir()
    (half / "rest.age").write_bytes(b"x")
    withdraw(office, RECORD_ID, LAST)
    assert not half.exists()


def test_a_forged_withdrawal_lets_no_second_record_of_that_nik_through(
    office: Office, box: Box, stick: Path, person: Bundle
) -> None:
    taken(office, stick, box.person(record_id=ANOTHER))
    assert office.register.people("record_id = ?", ANOTHER)[0].status == Status.ADJUDICATE_RECORD
    withdraw(office, RECORD_ID, LAST)
    assert office.register.people("record_id = ?", ANOTHER)[0].status == Status.PROCESSING


def test_two_others_of_that_nik_stay_in_question_with_each_other(
    office: Office, box: Box, stick: Path, person: Bundle
) -> None:
    stranger = replace(RESIDENT, nik="6105085404900002")
    others = [box.person(record_id=n * 32) for n in "ab"]
    taken(office, stick, *others, box.person(record_id="c" * 32, resident=stranger))
    withdraw(office, RECORD_ID, LAST)
    status = [row.status for row in office.register.people("NOT withdrawn")]
    assert status == [Status.ADJUDICATE_RECORD, Status.ADJUDICATE_RECORD, Status.PROCESSING]


def test_a_build_that_destroys_on_a_boxs_word_is_caught(
    office: Office, box: Box, stick: Path, backup: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def eager(office: Office, second: Path | None) -> None:
        for person in office.register.people("withdrawn"):
            shelf.destroy_blobs(office.bundles / office.register.held("manifest = ?", person.manifest)[0].name)

    monkeypatch.setattr(module, "finish", eager)
    with pytest.raises(AssertionError):
        test_a_bundle_alone_destroys_nothing_and_the_file_waits(office, box, stick, backup, tmp_path, (0, 1, 2))
