"""Numbers, the outbox and what a bundle row remembers."""

import shutil

import pytest
from store_people import (
    BOARD,
    BOX,
    NIK,
    OTHER_NIK,
    Keys,
    is_whole,
    receipt,
    record_id,
    record_person,
    sign,
    touch,
)

from kiosk.store import (
    AlarmKind,
    BundleKind,
    BundleState,
    Head,
    InMemoryKeyring,
    SignedManifest,
    Slot,
    Store,
    StoreDamaged,
    StoreError,
    StoreLocked,
)


def test_numbers_start_at_one_without_gaps_and_each_names_the_one_before(store: Store, keys: Keys) -> None:
    slots: list[Slot] = []

    def noting(slot: Slot) -> SignedManifest:
        slots.append(slot)
        return sign(slot)

    rows = [store.bundles.close(None, BundleKind.COMMISSIONING, None, (), noting) for _ in range(3)]
    assert [slot.seq for slot in slots] == [row.seq for row in rows] == [1, 2, 3]
    assert [slot.prev for slot in slots] == [None, rows[0].manifest_hash, rows[1].manifest_hash]
    assert {slot.box for slot in slots} == {BOX}
    assert {slot.day for slot in slots} == {slot.boot for slot in slots} == {1}
    assert rows[2].name == f"{BOX}_{slots[0].incarnation}_00000003"
    assert store.bundles.head() == Head(slots[0].incarnation, 3, rows[2].manifest_hash)


def test_a_closed_person_stands_whole_in_the_outbox_and_the_draft_is_gone(store: Store, keys: Keys) -> None:
    row = record_person(store, keys)
    assert is_whole(store, row)
    assert store.drafts.heads() == ()
    assert not (store.root / "people" / row.record_id).exists()
    assert store.bundles.rows() == store.bundles.rows(BundleState.SEALED) == (row,)
    assert store.bundles.rows(BundleState.PURGED) == ()
    assert store.bundles.named(row.name) == row
    assert store.inspect() == ()


def test_closing_a_record_again_answers_with_the_same_number(store: Store, keys: Keys) -> None:
    row = record_person(store, keys)
    again = store.bundles.close(row.record_id, BundleKind.PERSON, NIK, row.blobs, sign)
    assert again == row
    assert len(store.bundles.rows()) == 1


@pytest.mark.parametrize("purged", [False, True])
def test_what_is_kept_after_the_end_disturbs_nothing(store: Store, keys: Keys, purged: bool) -> None:
    row = record_person(store, keys)
    if purged:
        store.receipts.settle(receipt(row))
        store.receipts.purge(0)
    store.drafts.keep(row.record_id, b"the meta, sealed once more")
    assert store.bundles.close(row.record_id, BundleKind.PERSON, NIK, row.blobs, sign).seq == 1
    assert list((store.root / "people").iterdir()) == []
    assert is_whole(store, row) is not purged
    assert store.inspect() == ()


def test_a_void_keeps_its_number_and_no_blob(store: Store, keys: Keys) -> None:
    row = record_person(store, keys, kind=BundleKind.VOID)
    assert row.blobs == ()
    assert {p.name for p in store.bundles.directory(row.name).iterdir()} == {"manifest.jws"}
    assert store.drafts.heads() == ()
    with pytest.raises(ValueError, match="void"):
        store.bundles.close(record_id(), BundleKind.VOID, None, row.blobs or (touch(store, keys, record_id()),), sign)


def test_a_capture_that_the_manifest_does_not_name_does_not_travel(store: Store, keys: Keys) -> None:
    record = record_id()
    blob = touch(store, keys, record)
    store.drafts.keep(record, b"never listed")
    assert is_whole(store, store.bundles.close(record, BundleKind.PERSON, None, [blob], sign))


def test_a_signature_that_fails_takes_no_number(store: Store, keys: Keys) -> None:
    record = record_id()
    blob = touch(store, keys, record)

    def failing(slot: Slot) -> SignedManifest:
        raise RuntimeError("no key")

    with pytest.raises(RuntimeError):
        store.bundles.close(record, BundleKind.PERSON, None, [blob], failing)
    assert store.bundles.rows() == ()
    assert store.drafts.load(record) == b"1 captures"
    assert store.bundles.close(record, BundleKind.PERSON, None, [blob], sign).seq == 1


def test_a_missing_capture_is_never_signed_for(store: Store, keys: Keys) -> None:
    record = record_id()
    blob = touch(store, keys, record)
    (store.root / "people" / record / f"{blob.sha256}.age").write_bytes(b"cut short")
    with pytest.raises(StoreDamaged):
        store.bundles.close(record, BundleKind.PERSON, None, [blob], sign)
    assert store.bundles.rows() == ()


def test_the_same_nik_is_found_again_and_another_is_not(store: Store, keys: Keys) -> None:
    rows = [record_person(store, keys, NIK) for _ in range(2)]
    record_person(store, keys, OTHER_NIK)
    assert [(e.name, e.record_id, e.day) for e in store.bundles.earlier(NIK)] == [
        (row.name, row.record_id, 1) for row in rows
    ]
    assert store.bundles.earlier("6105010101800003") == ()
    store.vault.lock()
    with pytest.raises(StoreLocked):
        store.bundles.earlier(NIK)
    with pytest.raises(StoreLocked):
        store.bundles.close(None, BundleKind.PERSON, NIK, (), sign)


def test_the_box_knows_its_own_numbers_and_no_others(store: Store, keys: Keys) -> None:
    row = record_person(store, keys)
    assert store.bundles.knows(Head(row.incarnation, 1, row.manifest_hash))
    assert not store.bundles.knows(Head(row.incarnation, 1, "0" * 64))
    assert not store.bundles.knows(Head(row.incarnation, 2, row.manifest_hash))


def test_export_is_noted_and_may_be_noted_again(store: Store, keys: Keys) -> None:
    row = record_person(store, keys)
    store.bundles.mark_exported([row.name], "stick-1")
    store.bundles.mark_exported([row.name], "stick-2")
    (noted,) = store.bundles.rows(BundleState.EXPORTED)
    assert noted.exported == "stick-2"
    assert is_whole(store, noted)


def test_a_lost_blob_of_a_signed_bundle_is_an_alarm_and_nothing_else_is_touched(store: Store, keys: Keys) -> None:
    row, other = record_person(store, keys), record_person(store, keys)
    (store.bundles.directory(row.name) / f"{row.blobs[0].sha256}.age").unlink()
    (alarm,) = store.inspect()
    assert (alarm.kind, alarm.name, alarm.sha256) == (AlarmKind.MISSING_BLOB, row.name, row.blobs[0].sha256)
    shutil.rmtree(store.bundles.directory(other.name))
    assert (AlarmKind.MISSING_BUNDLE, other.name) in {(a.kind, a.name) for a in store.inspect()}


def test_a_lost_blob_of_a_draft_is_an_alarm(store: Store, keys: Keys) -> None:
    record = record_id()
    blob = touch(store, keys, record)
    (store.root / "people" / record / f"{blob.sha256}.age").unlink()
    assert [(a.kind, a.name) for a in store.inspect()] == [(AlarmKind.MISSING_BLOB, record)]


def test_a_bundle_without_a_row_is_kept_and_named_and_its_number_not_given_twice(store: Store, keys: Keys) -> None:
    incarnation = store.incarnation_for(BOARD).incarnation
    stranger = store.root / "outbox" / f"{BOX}_{incarnation}_00000001"
    stranger.mkdir()
    (stranger / "manifest.jws").write_bytes(b"signed before the rows were lost")
    assert [(a.kind, a.name) for a in store.inspect()] == [(AlarmKind.UNKNOWN_BUNDLE, stranger.name)]
    with pytest.raises(StoreDamaged):
        record_person(store, keys)
    store.begin_incarnation(BOARD)
    assert is_whole(store, record_person(store, keys, OTHER_NIK))
    assert (stranger / "manifest.jws").exists()


def test_a_new_board_begins_a_new_incarnation_that_names_the_last_head(store: Store, keys: Keys) -> None:
    first = store.incarnation_for(BOARD)
    row, key = record_person(store, keys), store.incarnations.signing_key()
    assert store.incarnation_for(BOARD) == first
    second = store.incarnation_for("10000000ffffffff")
    assert second.last_head == Head(first.incarnation, 1, row.manifest_hash)
    assert store.incarnations.current() == second
    assert store.incarnations.signing_key() != key
    assert len(list((store.root / "keys").glob("box-*.key"))) == 1
    fresh = record_person(store, keys)
    assert (fresh.seq, fresh.incarnation) == (1, second.incarnation)
    assert store.bundles.rows() == (row, fresh)
    assert store.bundles.knows(Head(first.incarnation, 1, row.manifest_hash))


def test_without_an_incarnation_nothing_is_numbered(durable: Store, keys: Keys, tmp_path) -> None:
    with Store(tmp_path / "new", BOX, InMemoryKeyring()) as new:
        with pytest.raises(StoreError):
            new.incarnations.signing_key()
        with pytest.raises(StoreError):
            new.bundles.close(None, BundleKind.COMMISSIONING, None, (), sign)


def test_a_truncated_signing_key_is_damage(store: Store) -> None:
    (path,) = (store.root / "keys").glob("box-*.key")
    path.write_bytes(b"short")
    with pytest.raises(StoreDamaged):
        store.incarnations.signing_key()
    path.unlink()
    with pytest.raises(StoreDamaged):
        store.incarnations.signing_key()
