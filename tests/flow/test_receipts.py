"""Receipts as they come: forged, for another box, rejecting, and one that knows more than this box."""

from dataclasses import replace
from pathlib import Path

import pytest
from flow_box import FlowBox

from kiosk.core.handover import Stage, Trouble
from kiosk.core.state import Session
from kiosk.exchange import stick as sticks
from kiosk.exchange import stick_layout
from kiosk.exchange.bundle import verify_bundle
from kiosk.exchange.errors import Reason
from kiosk.exchange.jws import SigningKey
from kiosk.exchange.manifest import Commissioning, Manifest
from kiosk.exchange.receipt import Receipt, Rejected, sign_receipt
from kiosk.exchange.shapes import Head
from kiosk.flow import incarnation, papers
from kiosk.regency.office import open_office
from kiosk.store import BundleKind, BundleRow, BundleState, StoreFull


@pytest.fixture
def recorded(box: FlowBox) -> Session:
    session = box.record()
    assert box.hand_over().written == 1
    return session


def row_of(box: FlowBox, session: Session) -> BundleRow:
    (row,) = [r for r in box.rows() if r.name == session.bundle]
    return row


def receipt_key(box: FlowBox) -> SigningKey:
    with open_office(box.training.office) as office:
        return office.receipt_key


def receipt(at: FlowBox, row: BundleRow, **changes: object) -> Receipt:
    """What the office would say of this bundle."""
    with open_office(at.training.office) as office, office.register.transaction():
        said = Receipt(
            counter=office.register.next_counter("receipt"),
            office=office.name,
            box=at.kiosk.identity.box,
            incarnation=row.incarnation,
            copies=2,
            accepted=(Head(row.seq, row.manifest_hash),),
            rejected=(),
            time=office.moment(),
        )
    return replace(said, **changes)  # type: ignore[arg-type]


def lay(box: FlowBox, row: BundleRow, raw: bytes, counter: int = 9) -> None:
    """Under the name of a receipt for this box, whatever it is."""
    sticks.write_file(box.stick, stick_layout.receipt(box.kiosk.identity.box, row.incarnation, counter), raw)


def assert_kept(box: FlowBox, row: BundleRow) -> Manifest:
    """Every signed byte stands on the card."""
    public = papers.public_key(box.training.papers, row.incarnation)
    manifest = verify_bundle(box.training.data / "outbox" / row.name, public, row.name)
    assert {b.sha256 for b in manifest.blobs} == {b.sha256 for b in row.blobs}
    return manifest


def test_a_true_receipt_lets_the_bundle_go(box: FlowBox, recorded: Session) -> None:
    row = row_of(box, recorded)
    lay(box, row, sign_receipt(receipt(box, row), receipt_key(box)))
    assert box.hand_over().purged == 1
    assert not (box.training.data / "outbox" / row.name).exists()


def test_one_handover_purges_all_pieces_and_asks_the_store_anew_for_each(
    box: FlowBox, recorded: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = row_of(box, recorded)
    lay(box, row, sign_receipt(receipt(box, row), receipt_key(box)))
    pieces = [(row.name,) * 64, (row.name,) * 64, (row.name,)]
    monkeypatch.setattr(box.store.receipts, "purge", lambda grace: pieces.pop(0) if pieces else ())
    assert box.hand_over().purged == 129


@pytest.mark.parametrize("forge", ["other-key", "flipped-bit", "cut", "wrong-typ", "empty"])
def test_a_forged_receipt_is_refused_and_everything_is_kept(box: FlowBox, recorded: Session, forge: str) -> None:
    row = row_of(box, recorded)
    raw = sign_receipt(receipt(box, row), SigningKey.new() if forge == "other-key" else receipt_key(box))
    if forge == "flipped-bit":
        raw = raw[:-10] + bytes([raw[-10] ^ 1]) + raw[-9:]
    elif forge == "cut":
        raw = raw[: len(raw) // 2]
    elif forge == "wrong-typ":
        raw = (box.training.papers / "config.jws").read_bytes()
    lay(box, row, raw if forge != "empty" else b"")
    done = box.hand_over()
    assert (done.refused, done.settled, done.purged) == (1, 0, 0)
    assert_kept(box, row)
    assert row_of(box, recorded).receipt is None


@pytest.mark.parametrize("changes", [{"box": "LAIN-02"}, {"incarnation": "00000000"}])
def test_a_receipt_for_another_box_is_refused_and_everything_is_kept(
    box: FlowBox, recorded: Session, changes: dict[str, str]
) -> None:
    row = row_of(box, recorded)
    lay(box, row, sign_receipt(receipt(box, row, **changes), receipt_key(box)))
    assert box.hand_over().refused == 1
    assert_kept(box, row)


def test_a_rejecting_receipt_keeps_the_bundle_and_it_travels_again(box: FlowBox, recorded: Session) -> None:
    row = row_of(box, recorded)
    no = Rejected(row.seq, row.manifest_hash, Reason.BAD_HASH, (row.blobs[0].sha256,))
    lay(box, row, sign_receipt(receipt(box, row, accepted=(), rejected=(no,)), receipt_key(box)))
    done = box.hand_over()
    assert (done.settled, done.purged, done.written) == (1, 0, 1)
    assert row_of(box, recorded).state is BundleState.REJECTED
    assert_kept(box, row)
    lay(box, row, sign_receipt(receipt(box, row), receipt_key(box)), 10)
    assert box.hand_over().purged == 1


def test_an_older_receipt_changes_nothing(box: FlowBox, recorded: Session) -> None:
    row = row_of(box, recorded)
    older = receipt(box, row)
    no = Rejected(row.seq, row.manifest_hash, Reason.BAD_META, ())
    lay(box, row, sign_receipt(receipt(box, row, accepted=(), rejected=(no,)), receipt_key(box)))
    box.hand_over()
    lay(box, row, sign_receipt(older, receipt_key(box)), 8)
    done = box.hand_over()
    assert (done.settled, done.purged) == (0, 0)
    assert_kept(box, row)


@pytest.mark.parametrize("copies", [1, 2])
def test_the_box_says_what_its_office_holds_in_one_copy_only(box: FlowBox, recorded: Session, copies: int) -> None:
    row = row_of(box, recorded)
    lay(box, row, sign_receipt(receipt(box, row, copies=copies), receipt_key(box)))
    assert box.hand_over().single == (copies == 1)


def test_a_receipt_for_a_number_this_box_never_gave_begins_a_new_incarnation(
    box: FlowBox, recorded: Session, out: Path
) -> None:
    row = row_of(box, recorded)
    before = box.kiosk.identity.incarnation
    unknown = receipt(box, row, accepted=(Head(row.seq + 5, "ab" * 32),))
    lay(box, row, sign_receipt(unknown, receipt_key(box)))
    done = box.hand_over()
    assert done.fork
    assert box.kiosk.identity.incarnation != before
    assert_kept(box, row)
    (fresh,) = [r for r in box.rows() if r.incarnation == box.kiosk.identity.incarnation]
    manifest = assert_kept(box, fresh)
    assert (fresh.kind, fresh.seq) == (BundleKind.COMMISSIONING, 1)
    assert isinstance(manifest.body, Commissioning)
    assert manifest.body.last_head
    last = max((r for r in box.rows() if r.incarnation == before), key=lambda r: r.seq)
    named = manifest.body.last_head
    assert (named.incarnation, named.seq, named.manifest) == (before, last.seq, last.manifest_hash)
    assert {row.name, fresh.name} <= set(sticks.bundles(box.stick))
    first = box.take_in()
    assert [n.reason for n in first.quarantined] == [Reason.UNKNOWN_INCARNATION]
    assert row.name in first.accepted
    box.certify()
    second = box.take_in()
    assert second.accepted == (fresh.name,)
    settled = box.hand_over()
    assert settled.purged == 2
    assert not settled.fork
    again = box.record(1)
    assert row_of(box, again).seq == 2
    assert box.hand_over().written == 1
    assert box.take_in().clean


def unknown_to(box: FlowBox, row: BundleRow) -> bytes:
    """A receipt for a number that this box never gave."""
    return sign_receipt(receipt(box, row, accepted=(Head(row.seq + 5, "ab" * 32),)), receipt_key(box))


@pytest.mark.parametrize("where", ["begin", "sweep", "commission"])
def test_an_incarnation_that_cannot_begin_whole_is_begun_again_and_no_number_has_another_ones_signature(
    box: FlowBox, recorded: Session, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    row, before = row_of(box, recorded), box.kiosk.identity.incarnation
    lay(box, row, unknown_to(box, row))

    def full(*arguments: object) -> None:
        raise StoreFull("no room")

    with monkeypatch.context() as patch:
        if where == "begin":
            patch.setattr(box.store, "begin_incarnation", full)
        elif where == "sweep":
            patch.setattr(box.store.incarnations, "sweep", full)
        else:
            patch.setattr(incarnation, "commission_once", full)
        assert box.hand_over().trouble is Trouble.STORAGE
    between = box.record(1)
    assert box.hand_over().stage is Stage.DONE
    assert box.kiosk.identity.incarnation != before
    assert any(r.kind is BundleKind.COMMISSIONING for r in box.rows() if r.incarnation != before)
    assert_kept(box, row_of(box, between))
    for each in box.rows():
        if each.state is not BundleState.PURGED:
            assert_kept(box, each)
