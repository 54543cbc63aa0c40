"""What a stick brings, and what it leaves with."""

import errno
import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from regency_boxes import Box, Bundle
from regency_desk import accepted, reasons, receipts, taken
from regency_people import RECORD_ID, RESIDENT, ridges

from kiosk.core.status import Status
from kiosk.exchange import canonical, disk, jws, manifest
from kiosk.exchange import stick as sticks
from kiosk.exchange.errors import Reason, StickError
from kiosk.exchange.manifest import Person
from kiosk.imaging.encode import png
from kiosk.regency import second_disk
from kiosk.regency import take_in as module
from kiosk.regency.office import Office
from kiosk.regency.result import Missing, TakeInResult
from kiosk.regency.take_in import take_in


def test_a_whole_day_is_taken_in_receipted_and_leaves_the_stick(
    office: Office, box: Box, stick: Path, backup: Path
) -> None:
    bundles = [box.commission(), box.person(), box.void()]
    box.completion(stick, bundles)
    result = taken(office, stick, *bundles)
    assert result.accepted == result.removed == tuple(b.name for b in bundles)
    assert result.clean
    assert accepted(office, stick, box) == {b.hash for b in bundles}
    assert [r.copies for r in receipts(office, stick, box)] == [2]
    assert sticks.bundles(stick) == ()
    assert sticks.completions(stick) == ()
    for bundle in bundles:
        for root in (office.directory, backup):
            directory = root / "bundles" / bundle.name
            assert {p.name: p.read_bytes() for p in directory.iterdir()} == bundle.files


def test_the_register_knows_the_person_and_holds_no_picture(office: Office, box: Box, stick: Path) -> None:
    taken(office, stick, box.commission(), box.person(record_id=RECORD_ID))
    (person,) = office.register.people()
    assert (person.record_id, person.nik, person.name) == (RECORD_ID, RESIDENT.nik, RESIDENT.name)
    assert (person.status, person.training, person.attested_by) == (Status.PROCESSING, True, "ofc-1")
    assert b"\x89PNG" not in b"".join(p.read_bytes() for p in office.directory.glob("register.sqlite*"))


def test_the_same_stick_twice_is_answered_with_the_same_receipt(office: Office, box: Box, stick: Path) -> None:
    bundles = [box.commission(), box.person()]
    taken(office, stick, *bundles)
    first = [sticks.read_file(stick, n) for n in sticks.receipts(stick, box.name, box.incarnation)]
    again = taken(office, stick, *bundles)
    assert (again.accepted, again.known) == ((), tuple(b.name for b in bundles))
    assert [sticks.read_file(stick, n) for n in sticks.receipts(stick, box.name, box.incarnation)] == first
    assert sticks.bundles(stick) == ()


def test_a_lost_receipt_heals_with_any_later_stick(office: Office, box: Box, stick: Path, tmp_path: Path) -> None:
    first, second = box.commission(), box.person()
    taken(office, stick, first)
    other = tmp_path / "other"
    other.mkdir()
    taken(office, other, second)
    assert accepted(office, other, box) == {first.hash, second.hash}


def test_every_stick_carries_the_receipts_of_all_boxes_and_only_the_last(office: Office, box: Box, stick: Path) -> None:
    neighbour = Box(office, name="SINTANG-04", incarnation="00000004").certified()
    taken(office, stick, box.commission())
    taken(office, stick, neighbour.commission(), box.person())
    assert len(receipts(office, stick, box)) == len(receipts(office, stick, neighbour)) == 1


@pytest.mark.parametrize("order", [(0, 1, 2, 3), (3, 2, 1, 0), (2, 0, 3, 1)])
def test_bundles_may_come_in_any_order_on_any_stick(
    office: Office, box: Box, stick: Path, order: tuple[int, ...]
) -> None:
    bundles = [box.commission(), box.void(), box.person(), box.void()]
    for place in order:
        assert taken(office, stick, bundles[place]).accepted == (bundles[place].name,)
    assert take_in(office, stick).missing == ()


def test_a_bundle_after_a_gap_is_taken_in_and_the_gap_is_named(office: Office, box: Box, stick: Path) -> None:
    first, second, third, last = box.commission(), box.void(), box.void(), box.person()
    result = taken(office, stick, first, last)
    assert result.accepted == (first.name, last.name)
    assert result.missing == (Missing(box.name, box.incarnation, 2, 3, at_end=False),)
    assert taken(office, stick, second, third).missing == ()


def test_what_a_completion_names_and_the_stick_lacks_is_awaited(office: Office, box: Box, stick: Path) -> None:
    first, lost = box.commission(), box.person()
    box.completion(stick, [first, lost])
    result = taken(office, stick, first)
    assert result.awaited == (lost.hash,)
    assert result.missing == (Missing(box.name, box.incarnation, 2, 2, at_end=True),)
    assert taken(office, stick, lost).clean


# Bad input: each is named, nothing is lost, the rest is taken in.


def assert_named(result: TakeInResult, stick: Path, bad: Bundle, good: Bundle, reason: Reason) -> None:
    assert result.accepted == (good.name,)
    assert [(n.name, n.reason) for n in (*result.rejected, *result.refused)] == [(bad.name, reason)]
    assert bad.name in sticks.bundles(stick)
    note = stick / "JEMPUT" / "refused" / f"{bad.name}.txt"
    assert note.read_text().strip() == reason.value


def test_a_bundle_that_is_cut_short_is_rejected_by_receipt_and_later_accepted(
    office: Office, box: Box, stick: Path
) -> None:
    good, bad = box.commission(), box.person()
    name = max(bad.files, key=lambda n: len(bad.files[n]))
    bad.put(stick)
    (sticks.bundle_directory(stick, bad.name) / name).write_bytes(bad.files[name][:-1])
    assert_named(taken(office, stick, good), stick, bad, good, Reason.BAD_SIZE)
    (receipt,) = receipts(office, stick, box)
    assert [(r.manifest, r.reason, r.hashes) for r in receipt.rejected] == [
        (bad.hash, Reason.BAD_SIZE, (name.removesuffix(".age"),))
    ]
    assert taken(office, stick, bad).accepted == (bad.name,)
    (receipt,) = receipts(office, stick, box)
    assert receipt.rejected == ()
    assert not sticks.is_refused(stick, bad.name)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda d: next(d.glob("*.age")).unlink(), Reason.MISSING_BLOB),
        (lambda d: (d / "manifest.jws").unlink(), Reason.UNREADABLE),
        (lambda d: (d / "more.txt").write_text("x"), Reason.EXTRA_FILE),
        (lambda d: (d / "manifest.jws").write_bytes(b"a.b.c"), Reason.WRONG_TYPE),
        (lambda d: next(d.glob("*.age")).write_bytes(b""), Reason.BAD_SIZE),
    ],
)
def test_a_damaged_bundle_is_named(office: Office, box: Box, stick: Path, change: object, reason: Reason) -> None:
    good, bad = box.commission(), box.person()
    change(bad.put(stick))  # type: ignore[operator]
    assert_named(taken(office, stick, good), stick, bad, good, reason)


def test_a_bundle_of_an_unknown_box_is_refused(office: Office, box: Box, stick: Path) -> None:
    stranger = Box(office, name="NOBODY-01").commission()
    good = box.commission()
    result = taken(office, stick, stranger, good)
    assert_named(result, stick, stranger, good, Reason.UNKNOWN_BOX)
    assert receipts(office, stick, Box(office, name="NOBODY-01")) == []


def test_a_bundle_signed_by_another_box_is_refused(office: Office, box: Box, stick: Path) -> None:
    good = box.commission()
    forger = Box(office, head=box.head).person()
    assert_named(taken(office, stick, good, forger), stick, forger, good, Reason.BAD_SIGNATURE)


def test_a_bundle_under_another_name_is_refused(office: Office, box: Box, stick: Path) -> None:
    good, bad = box.commission(), box.void()
    bad.put(stick).rename(stick / "JEMPUT" / "bundles" / f"{box.name}_{box.incarnation}_00000009")
    result = taken(office, stick, good)
    assert (result.accepted, reasons(result.refused)) == ((good.name,), [Reason.NAME_MISMATCH])


def test_a_bundle_for_another_office_is_rejected(office: Office, box: Box, stick: Path) -> None:
    good = box.commission()
    bad = box.close(Person(), dict([box.seal(b"x", 4096)]), office="DISDUKCAPIL SANGGAU")
    assert_named(taken(office, stick, good, bad), stick, bad, good, Reason.WRONG_OFFICE)


def test_a_manifest_that_denies_its_certificates_training_is_rejected(office: Office, box: Box, stick: Path) -> None:
    good, bad = box.commission(), box.person(closing={"training": False})
    assert_named(taken(office, stick, good, bad), stick, bad, good, Reason.TRAINING_MISMATCH)


def test_pictures_that_are_not_real_come_from_training_boxes_only(office: Office, stick: Path) -> None:
    real = Box(office, training=False).certified()
    good, bad = real.commission(), real.person()
    assert_named(taken(office, stick, good, bad), stick, bad, good, Reason.PROVENANCE_MISMATCH)


@pytest.mark.parametrize(
    ("plain", "step", "reason"),
    [
        (b"not a picture", 65536, Reason.BAD_FORMAT),
        (b'{"width":1,"height":1}', 65536, Reason.BAD_FORMAT),
        (b'{"jemput_meta":1,"v":1}', 4096, Reason.BAD_META),
    ],
)
def test_a_bundle_that_opens_to_nonsense_is_rejected(
    office: Office, box: Box, stick: Path, plain: bytes, step: int, reason: Reason
) -> None:
    good, bad = box.commission(), box.close(Person(), dict([box.seal(plain, step)]))
    assert_named(taken(office, stick, good, bad), stick, bad, good, reason)


def test_a_picture_of_another_size_than_its_meta_says_is_rejected(office: Office, box: Box, stick: Path) -> None:

    good, bad = box.commission(), box.person(picture=png(ridges(1, 96, 96), 500))
    assert_named(taken(office, stick, good, bad), stick, bad, good, Reason.BAD_META)


def test_a_bundle_sealed_to_somebody_else_is_rejected(office: Office, box: Box, stick: Path) -> None:
    stranger = Box(replace(office, keys=replace(office.keys, recipients=(str(box.intake.to_public()),) * 2)))
    good = box.commission()
    bad = box.close(Person(), dict([stranger.seal(b"x", 4096)]))
    assert_named(taken(office, stick, good, bad), stick, bad, good, Reason.NOT_SEALED_TO_US)


def test_a_record_id_cannot_be_taken_twice(office: Office, box: Box, stick: Path) -> None:
    taken(office, stick, box.commission(), box.person(record_id=RECORD_ID))
    second = box.person(record_id=RECORD_ID)
    assert reasons(taken(office, stick, second).rejected) == [Reason.BAD_META]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(blob=st.booleans(), place=st.integers(0, 10_000), flip=st.integers(1, 255))
def test_no_altered_byte_is_ever_taken_in(
    office: Office, box: Box, stick: Path, blob: bool, place: int, flip: int
) -> None:
    bundle = Box(office, key=box.key).commission()
    shutil.rmtree(stick / "JEMPUT", ignore_errors=True)
    name = next(n for n in bundle.files if n.endswith(".age") == blob)
    raw = bytearray(bundle.files[name])
    raw[place % len(raw)] ^= flip
    (bundle.put(stick) / name).write_bytes(raw)
    result = take_in(office, stick)
    assert result.accepted == ()
    assert len(result.rejected) + len(result.refused) == 1
    assert office.register.held() == []


# Sticks that go away or are full.


def test_a_stick_pulled_half_way_and_put_back_ends_as_if_it_had_stayed(office: Office, box: Box, stick: Path) -> None:
    bundles = [box.commission(), box.person(), box.void()]
    for bundle in bundles:
        bundle.put(stick)
    away = stick.with_name("pulled")

    def pull(done: int, total: int) -> None:
        if done == 1:
            stick.rename(away)

    with pytest.raises(StickError, match="lost"):
        take_in(office, stick, progress=pull)
    assert office.register.rows("SELECT * FROM rejections") == []
    away.rename(stick)
    assert len(take_in(office, stick).removed) == 3
    assert accepted(office, stick, box) == {bundle.hash for bundle in bundles}


def test_a_full_stick_takes_no_receipt_and_keeps_its_bundles(office: Office, box: Box, stick: Path) -> None:
    bundle = box.commission()
    bundle.put(stick)
    full = OSError(errno.ENOSPC, "full")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(disk, "put", lambda *a: (_ for _ in ()).throw(full))
        with pytest.raises(StickError, match="full"):
            take_in(office, stick)
    assert sticks.bundles(stick) == (bundle.name,)
    assert take_in(office, stick).removed == (bundle.name,)


# What bundles say about other bundles.


def test_an_officers_word_may_come_in_a_bundle_of_its_own(office: Office, box: Box, stick: Path) -> None:
    first, person = box.commission(), box.person(attestation=None)
    taken(office, stick, first, person)
    assert office.register.people()[0].attested_by is None
    taken(office, stick, box.attest(person))
    assert office.register.people()[0].attested_by == "ofc-2"


def test_the_same_nik_in_another_record_is_a_persons_decision_unless_linked(
    office: Office, box: Box, stick: Path
) -> None:
    bundles = [box.commission(), box.person(record_id=RECORD_ID)]
    bundles += [box.person(record_id="2" * 32), box.person(record_id="3" * 32, linked=RECORD_ID)]
    taken(office, stick, *bundles)
    status = {person.record_id: person.status for person in office.register.people()}
    assert status == {
        RECORD_ID: Status.PROCESSING,
        "2" * 32: Status.ADJUDICATE_RECORD,
        "3" * 32: Status.PROCESSING,
    }


def test_training_people_are_kept_apart_from_real_ones(office: Office, box: Box, stick: Path) -> None:
    real = Box(office, name="SINTANG-04", incarnation="00000004", training=False).certified()
    taken(office, stick, box.commission(), box.person(), real.commission())
    bundle = real.person(shown=())
    taken(office, stick, bundle)
    assert [(p.training, p.status) for p in office.register.people("nik = ?", RESIDENT.nik)] != []
    assert {p.status for p in office.register.people()} == {Status.PROCESSING}


# Copies.


def test_one_copy_is_the_offices_choice_and_the_receipt_says_so(
    office: Office, box: Box, stick: Path, backup: Path
) -> None:
    bundle = box.commission()
    bundle.put(stick)
    second_disk.do_without(office)
    take_in(office, stick)
    assert [r.copies for r in receipts(office, stick, box)] == [1]
    second_disk.mark(office, backup, practice=True)
    take_in(office, stick)
    assert [r.copies for r in receipts(office, stick, box)] == [2]
    assert (backup / "bundles" / bundle.name / "manifest.jws").is_file()


def test_receipts_and_rejections_hold_nothing_personal(office: Office, box: Box, stick: Path) -> None:
    result = taken(office, stick, box.commission(), box.person())
    seen = json.dumps([str(result), *[str(r) for r in receipts(office, stick, box)], *map(str, stick.rglob("*"))])
    assert RESIDENT.nik not in seen
    assert RESIDENT.name not in seen


# Builds that break a promise are caught by the tests above.


def test_a_build_that_skips_the_signature_is_caught(
    office: Office, box: Box, stick: Path, backup: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(manifest.jws, "verify", lambda typ, raw, *a, **k: canonical.decode(jws.payload_bytes(raw)))
    with pytest.raises(AssertionError):
        test_a_bundle_signed_by_another_box_is_refused(office, box, stick)


def test_a_build_that_gives_receipts_without_a_second_copy_is_caught(
    office: Office, box: Box, stick: Path, backup: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module.shelf, "store_twice", lambda *a: None)
    with pytest.raises((AssertionError, FileNotFoundError)):
        test_a_whole_day_is_taken_in_receipted_and_leaves_the_stick(office, box, stick, backup)
