"""What lies on a stick is somebody else's: fixed names, regular files, bounded, refused by name."""

import os
from contextlib import suppress
from pathlib import Path

import pytest
from exchange_parts import BOX, INCARNATION, KEY, MOMENT, OFFICE, chain_of_bundles
from pulled import PulledStick

from kiosk.exchange import disk, jws, stick, stick_layout
from kiosk.exchange.bundle import MANIFEST
from kiosk.exchange.errors import BundleError, Reason, StickError
from kiosk.exchange.jws import payload_hash
from kiosk.exchange.receipt import Receipt, sign_receipt
from kiosk.exchange.shapes import Head

CONFIG = stick_layout.config(BOX)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "stick").mkdir()
    return tmp_path / "stick"


@pytest.fixture
def bundle(root: Path) -> str:
    """One bundle on the stick."""
    return chain_of_bundles(root / "JEMPUT" / "bundles", 1)[0].name


def receipt_for(root: Path, name: str, counter: int = 3, **changes: object) -> tuple[Receipt, bytes]:
    manifest = payload_hash((stick.bundle_directory(root, name) / MANIFEST).read_bytes())
    told = {"box": BOX, "incarnation": INCARNATION, "accepted": (Head(1, manifest),), **changes}
    receipt = Receipt(counter=counter, office=OFFICE, copies=2, rejected=(), time=MOMENT, **told)
    return receipt, sign_receipt(receipt, KEY)


def hand_over(root: Path, receipt: Receipt, raw: bytes) -> None:
    stick.write_file(root, stick_layout.receipt(BOX, INCARNATION, receipt.counter), raw)


def test_the_names_are_those_of_the_specification():
    assert stick_layout.bundle("B") == "bundles/B"
    assert stick_layout.completion(BOX, INCARNATION, 7) == "complete/SINTANG-03_9f3c01ab_7.jws"
    assert stick_layout.request(BOX, INCARNATION) == "requests/SINTANG-03_9f3c01ab.jws"
    assert stick_layout.office(BOX) == "office/SINTANG-03.office.jws"
    assert stick_layout.config(BOX) == "office/SINTANG-03.config.jws"
    assert stick_layout.certificate(BOX, INCARNATION) == "office/SINTANG-03_9f3c01ab.certificate.jws"
    assert stick_layout.roster(BOX) == "office/SINTANG-03.roster.age"
    assert stick_layout.receipt(BOX, INCARNATION, 7) == "receipts/SINTANG-03_9f3c01ab_7.jws"


def test_a_file_is_written_read_and_removed(root):
    assert stick.read_file(root, CONFIG) is None
    stick.write_file(root, CONFIG, b"one")
    stick.write_file(root, CONFIG, b"two")
    assert stick.read_file(root, CONFIG) == b"two"
    stick.remove_file(root, CONFIG)
    stick.remove_file(root, CONFIG)
    assert stick.read_file(root, CONFIG) is None


def test_an_empty_stick_has_nothing_and_an_absent_one_is_an_error(root):
    readers = (
        stick.bundles,
        stick.requests,
        stick.completions,
        lambda at: stick.receipts(at, BOX, INCARNATION),
        lambda at: stick.read_file(at, CONFIG) or (),
    )
    for reader in readers:
        assert reader(root) == ()
        with pytest.raises(StickError):
            reader(root / "nowhere")


@pytest.mark.parametrize("kind", ["link", "pipe", "directory", "giant", "dead link"])
def test_what_is_no_small_regular_file_is_refused_without_being_opened_up(root, kind):
    stick.write_file(root, CONFIG, b"x")
    at = root / "JEMPUT" / CONFIG
    at.unlink()
    if kind == "link":
        (root / "secret").write_bytes(b"secret")
        at.symlink_to(root / "secret")
    elif kind == "dead link":
        at.symlink_to(root / "nothing")
    elif kind == "pipe":
        os.mkfifo(at)
    elif kind == "directory":
        at.mkdir()
    else:
        with at.open("wb") as file:
            file.truncate(1 << 40)
    with pytest.raises(BundleError) as caught:
        stick.read_file(root, CONFIG)
    assert caught.value.reason is (Reason.TOO_LARGE if kind == "giant" else Reason.UNREADABLE)


def test_a_link_in_the_way_is_not_followed(root, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    (elsewhere / "office").mkdir(parents=True)
    (elsewhere / CONFIG).write_bytes(b"x")
    (root / "JEMPUT").symlink_to(elsewhere)
    with pytest.raises(StickError):
        stick.read_file(root, CONFIG)
    with pytest.raises(StickError):
        stick.bundles(root)


def test_only_this_incarnations_receipts_come_and_by_their_counter(root):
    for counter in (10, 9, 1):
        stick.write_file(root, stick_layout.receipt(BOX, INCARNATION, counter), b"x")
    stick.write_file(root, stick_layout.receipt(BOX, "00000000", 2), b"x")
    stick.write_file(root, stick_layout.receipt("OTHER-01", INCARNATION, 2), b"x")
    stick.write_file(root, "receipts/SINTANG-03_9f3c01ab_x.jws", b"x")
    assert [name.split("_")[-1] for name in stick.receipts(root, BOX, INCARNATION)] == ["1.jws", "9.jws", "10.jws"]


def test_thousands_of_entries_are_bounded_and_good_names_are_found_among_them(root, monkeypatch):
    there = root / "JEMPUT" / "bundles"
    there.mkdir(parents=True)
    for n in range(400):
        (there / f"junk {n}").touch()
    (there / f"{BOX}_{INCARNATION}_00000007").mkdir()
    names = stick.bundles(root)
    assert names[0] == f"{BOX}_{INCARNATION}_00000007"
    assert len(names) == 65
    monkeypatch.setattr(stick_layout, "MAX_BUNDLES", 2)
    for n in range(1, 5):
        (there / f"{BOX}_{INCARNATION}_0000001{n}").mkdir()
    assert len([name for name in stick.bundles(root) if name.startswith(BOX)]) == 2
    receipts = root / "JEMPUT" / "receipts"
    receipts.mkdir()
    for n in range(600):
        (receipts / f"{BOX}_{INCARNATION}_{n}.jws").touch()
    assert len(stick.receipts(root, BOX, INCARNATION)) == 512


def test_a_refusal_is_noted_once_with_its_reason(root):
    assert not stick.is_refused(root, CONFIG)
    stick.refuse(root, CONFIG, Reason.BAD_SIGNATURE)
    note = root / "JEMPUT" / "refused" / "SINTANG-03.config.jws.txt"
    assert note.read_text() == "bad-signature\n"
    before = note.stat().st_ino
    stick.refuse(root, CONFIG, Reason.BAD_SIGNATURE)
    assert note.stat().st_ino == before
    assert stick.is_refused(root, CONFIG)
    stick.write_file(root, CONFIG, b"new")
    assert not stick.is_refused(root, CONFIG)


@pytest.mark.parametrize("name", ["6105 somebody", "\udcff\udcfe", "x" * 255, "a\nb", "ümlaut"])
def test_a_strange_name_is_noted_by_its_hash(root, name):
    stick.refuse(root, name, Reason.BAD_NAME)
    notes = [path.name for path in (root / "JEMPUT" / "refused").iterdir()]
    assert len(notes) == 1
    assert notes[0].isascii()
    assert len(notes[0]) == 20
    assert stick.is_refused(root, name)


def test_a_bundle_leaves_the_stick_after_its_receipt_was_read_there(root, bundle):
    receipt, raw = receipt_for(root, bundle)
    with pytest.raises(StickError):
        stick.remove_bundle(root, bundle, receipt, raw)
    hand_over(root, receipt, raw[:-1])
    with pytest.raises(StickError):
        stick.remove_bundle(root, bundle, receipt, raw)
    assert stick.bundles(root) == (bundle,)
    hand_over(root, receipt, raw)
    stick.remove_bundle(root, bundle, receipt, raw)
    assert stick.bundles(root) == ()
    stick.remove_bundle(root, bundle, receipt, raw)


@pytest.mark.parametrize(
    "changes",
    [{"accepted": ()}, {"box": "OTHER-01"}, {"incarnation": "00000000"}, {"accepted": (Head(2, "1" * 64),)}],
)
def test_a_receipt_that_does_not_name_the_bundle_removes_nothing(root, bundle, changes):
    receipt, raw = receipt_for(root, bundle, **changes)
    hand_over(root, receipt, raw)
    with pytest.raises(BundleError):
        stick.remove_bundle(root, bundle, receipt, raw)
    assert stick.bundles(root) == (bundle,)


def test_the_other_side_of_a_fork_is_not_removed(root, bundle):
    receipt, raw = receipt_for(root, bundle, accepted=(Head(1, "1" * 64),))
    hand_over(root, receipt, raw)
    with pytest.raises(BundleError) as caught:
        stick.remove_bundle(root, bundle, receipt, raw)
    assert caught.value.reason is Reason.FORK
    assert (stick.bundle_directory(root, bundle) / MANIFEST).exists()


def test_a_removal_that_was_interrupted_is_finished_by_the_next(tmp_path, monkeypatch):
    at, pulled = 0, True
    while pulled:
        at += 1
        root = tmp_path / f"stick-{at}"
        name = chain_of_bundles(root / "JEMPUT" / "bundles", 1)[0].name
        receipt, raw = receipt_for(root, name)
        hand_over(root, receipt, raw)
        held = PulledStick(root, at)
        monkeypatch.setattr(disk, "os", held)
        with suppress(StickError):
            stick.remove_bundle(root, name, receipt, raw)
        monkeypatch.setattr(disk, "os", os)
        stick.remove_bundle(root, name, receipt, raw)
        assert stick.bundles(root) == ()
        pulled = held.pulled
    assert at > 15


def test_a_longer_token_than_any_we_take_is_not_read(root):
    stick.write_file(root, CONFIG, b"x" * (jws.max_raw() + 1))
    with pytest.raises(BundleError) as caught:
        stick.read_file(root, CONFIG)
    assert caught.value.reason is Reason.TOO_LARGE
