"""People under way."""

import sqlite3
from pathlib import Path

import pytest
from store_people import BOX, Keys, is_whole, record_id, record_person, sign, touch

from kiosk.store import BundleKind, DraftHead, InMemoryKeyring, Store, StoreDamaged, StoreError, StoreLocked
from kiosk.store.bundles import Bundles


def names_in(store: Store, record: str) -> set[str]:
    return {p.name for p in (store.root / "people" / record).iterdir()}


def test_a_saved_person_is_found_again_at_the_same_step(store: Store, keys: Keys) -> None:
    record = record_id()
    touch(store, keys, record)
    assert store.drafts.heads() == (DraftHead(record, "fingers"),)
    assert store.drafts.load(record) == b"1 captures"


def test_a_person_survives_a_new_start_and_needs_the_officer(durable: Store, keys: Keys) -> None:
    record = record_id()
    touch(durable, keys, record)
    durable.close()
    with Store(durable.root, BOX, InMemoryKeyring()) as again:
        assert again.drafts.heads() == (DraftHead(record, "fingers"),)
        with pytest.raises(StoreLocked):
            again.drafts.load(record)
        again.vault.unlock(keys.officer)
        assert again.drafts.load(record) == b"1 captures"


def test_keeping_the_same_bytes_twice_is_keeping_them_once(store: Store) -> None:
    record = record_id()
    assert store.drafts.keep(record, b"sealed") == store.drafts.keep(record, b"sealed")
    assert len(names_in(store, record)) == 1


def test_a_retaken_capture_is_unlinked_and_noted(store: Store, keys: Keys) -> None:
    record = record_id()
    first = touch(store, keys, record)
    head = store.audit.head()
    second = touch(store, keys, record)
    assert names_in(store, record) == {f"{second.sha256}.age"}
    assert first != second
    assert store.audit.head() != head
    assert store.alarms == store.inspect() == ()


def test_a_locked_box_saves_no_draft(store: Store, keys: Keys) -> None:
    record = record_id()
    blob = store.drafts.keep(record, b"sealed")
    store.vault.lock()
    with pytest.raises(StoreLocked):
        store.drafts.save(record, "fingers", b"state", [blob])
    assert store.drafts.heads() == ()


def test_a_draft_never_names_a_capture_that_is_not_on_the_card(store: Store) -> None:
    record = record_id()
    blob = store.drafts.keep(record, b"sealed")
    (store.root / "people" / record / f"{blob.sha256}.age").unlink()
    with pytest.raises(StoreDamaged):
        store.drafts.save(record, "fingers", b"state", [blob])


def test_a_closed_record_takes_no_more_drafts(store: Store, keys: Keys) -> None:
    row = record_person(store, keys)
    with pytest.raises(StoreError):
        store.drafts.save(row.record_id, "fingers", b"late", [])


def test_a_discarded_person_leaves_nothing_and_takes_no_number(store: Store, keys: Keys) -> None:
    record, other = record_id(), record_id()
    touch(store, keys, record)
    touch(store, keys, other)
    for _ in range(2):
        store.drafts.discard(record)
    assert [head.record_id for head in store.drafts.heads()] == [other]
    assert not (store.root / "people" / record).exists()
    assert [name for name, _ in store.drafts.captures()] == [other]
    assert record_person(store, keys).seq == 1
    assert store.inspect() == ()


def test_a_closed_record_is_not_discarded_even_before_it_moved_to_the_outbox(
    durable: Store, keys: Keys, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(Bundles, "place", lambda self, row: None)
        row = record_person(durable, keys)
    assert names_in(durable, row.record_id) > {"manifest.jws"}
    with pytest.raises(StoreError):
        durable.drafts.discard(row.record_id)
    durable.inspect()
    assert is_whole(durable, row)


def test_an_unknown_draft_is_an_error(store: Store) -> None:
    with pytest.raises(StoreError):
        store.drafts.load(record_id())


@pytest.mark.parametrize("name", ["../keys", "", "A" * 32, "a" * 31])
def test_only_a_record_id_becomes_a_directory(store: Store, name: str) -> None:
    with pytest.raises(ValueError, match="record id"):
        store.drafts.keep(name, b"sealed")
    with pytest.raises(ValueError, match="record id"):
        store.bundles.close(name or "x", BundleKind.PERSON, None, (), sign)


@pytest.mark.parametrize(
    "change",
    [
        "update drafts set state = zeroblob(length(state)) where step = 'fingers'",
        "update drafts set wrapped_key = zeroblob(60) where step = 'fingers'",
        "update drafts set step = 'review' where step = 'fingers'",
        "update drafts set state = (select state from drafts where step = 'eyes'),"
        " wrapped_key = (select wrapped_key from drafts where step = 'eyes') where step = 'fingers'",
    ],
)
def test_an_altered_draft_does_not_open(durable: Store, keys: Keys, change: str) -> None:
    record = record_id()
    touch(durable, keys, record)
    durable.drafts.save(record_id(), "eyes", b"another person", [])
    durable.close()
    alter(durable.root, change)
    with Store(durable.root, BOX, InMemoryKeyring()) as again:
        again.vault.unlock(keys.officer)
        with pytest.raises(StoreDamaged):
            again.drafts.load(record)


def alter(root: Path, statement: str) -> None:
    connection = sqlite3.connect(root / "jemput.db", isolation_level=None)
    assert connection.execute(statement).rowcount == 1
    connection.close()
