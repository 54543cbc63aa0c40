"""Nothing of a signed bundle is deleted without its receipt."""

import hashlib
from collections.abc import Callable

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from store_people import BOX, Keys, found, is_whole, receipt, record_id, record_person, sign, touch

from kiosk.store import (
    BundleKind,
    BundleRow,
    BundleState,
    InMemoryStore,
    Rejection,
    Settled,
    Store,
    StoreError,
    Verdicts,
)
from kiosk.store import receipts as receipts_module
from kiosk.store.receipts import Receipts


def state_of(store: Store, row: BundleRow) -> BundleState:
    found_row = store.bundles.named(row.name)
    assert found_row is not None
    return found_row.state


def test_export_alone_deletes_nothing(store: Store, keys: Keys) -> None:
    row = record_person(store, keys)
    store.bundles.mark_exported([row.name], "stick")
    assert store.receipts.purge(0) == ()
    assert is_whole(store, row)


def test_an_accepting_receipt_leads_to_a_purge_that_keeps_the_row(store: Store, keys: Keys) -> None:
    row, other = record_person(store, keys), record_person(store, keys)
    assert store.receipts.settle(receipt(row)) == Settled((row.name,), (), ())
    assert store.receipts.purge(0) == (row.name,)
    assert not store.bundles.directory(row.name).exists()
    kept = store.bundles.named(row.name)
    assert kept is not None
    assert (kept.state, kept.receipt, kept.blobs) == (BundleState.PURGED, receipt().receipt_id, row.blobs)
    assert is_whole(store, other)
    assert store.inspect() == ()
    assert store.receipts.purge(0) == ()


def test_a_season_of_receipts_is_purged_in_pieces_so_that_others_come_to_the_store(
    store: Store, keys: Keys, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(receipts_module, "PURGED_AT_ONCE", 2)
    rows = [record_person(store, keys) for _ in range(5)]
    store.receipts.settle(receipt(*rows))
    assert [len(store.receipts.purge(0)) for _ in range(4)] == [2, 2, 1, 0]
    assert store.inspect() == ()


def test_the_grace_counts_opened_days_not_power_cuts(store: Store, keys: Keys) -> None:
    row = record_person(store, keys)
    store.receipts.settle(receipt(row))
    store.start_boot()
    assert store.open_day("ani") == 1
    assert store.receipts.purge(1) == ()
    store.close_day()
    store.vault.unlock(keys.officer)
    assert store.open_day("ani") == 2
    assert store.receipts.purge(1) == (row.name,)


def test_a_receipt_read_twice_changes_nothing_more(store: Store, keys: Keys) -> None:
    row = record_person(store, keys)
    first = store.receipts.settle(receipt(row))
    head = store.audit.head()
    assert store.receipts.settle(receipt(row)) == first
    assert store.audit.head() == head


def test_a_rejected_bundle_stays_with_its_reason_and_may_be_accepted_later(store: Store, keys: Keys) -> None:
    row = record_person(store, keys)
    rejection = Rejection(row.manifest_hash, "bad-hash", (row.blobs[0].sha256,))
    assert store.receipts.settle(Verdicts("a" * 64, b"jws", (), (rejection,))).rejected == (row.name,)
    assert state_of(store, row) is BundleState.REJECTED
    assert store.receipts.rejection(row.name) == rejection
    assert store.receipts.purge(0) == ()
    assert is_whole(store, row)
    store.receipts.settle(receipt(row))
    assert store.receipts.purge(0) == (row.name,)


def test_a_later_rejection_takes_an_acceptance_back(store: Store, keys: Keys) -> None:
    row = record_person(store, keys)
    store.receipts.settle(receipt(row))
    store.receipts.settle(Verdicts("b" * 64, b"jws", (), (Rejection(row.manifest_hash, "fork"),)))
    assert store.receipts.purge(0) == ()
    assert is_whole(store, row)


def test_what_this_box_does_not_hold_is_named(store: Store) -> None:
    stranger = Verdicts("c" * 64, b"jws", ("0" * 64,), (Rejection("1" * 64, "fork"),))
    assert store.receipts.settle(stranger) == Settled((), (), ("0" * 64, "1" * 64))
    assert store.receipts.rejection("nobody") is None


@pytest.mark.parametrize("state", ["purging", "purged"])
def test_the_database_itself_refuses_a_purge_without_a_receipt(store: Store, keys: Keys, state: str) -> None:
    row = record_person(store, keys)
    with pytest.raises(StoreError), store._db.write():
        store._db.execute("update bundles set state = ? where name = ?", (state, row.name))
    assert state_of(store, row) is BundleState.SEALED


@pytest.mark.parametrize("statement", ["delete from blobs", "delete from bundles", "update audit set event = 'x'"])
def test_the_database_itself_keeps_its_rows(store: Store, keys: Keys, statement: str) -> None:
    record_person(store, keys)
    with pytest.raises(StoreError), store._db.write():
        store._db.execute(statement)


def test_the_one_deleting_function_believes_nobody(store: Store, keys: Keys) -> None:
    row = record_person(store, keys)
    with pytest.raises(StoreError):
        store.receipts._destroy(row.name)
    store.receipts.settle(receipt(row))
    with pytest.raises(StoreError):
        store.receipts._destroy(row.name)
    assert is_whole(store, row)


class Custody(RuleBasedStateMachine):
    """Any order of closing, exporting, receipts and purges, against what a plain set of promises says."""

    make: Callable[[], Store]
    keys: Keys

    def __init__(self) -> None:
        super().__init__()
        self.store = self.make()
        found(self.store, self.keys)
        self.rows: list[BundleRow] = []
        self.accepted: set[str] = set()
        self.receipts = 0

    @rule(kind=st.sampled_from([BundleKind.PERSON, BundleKind.VOID, BundleKind.COMMISSIONING]))
    def close(self, kind: BundleKind) -> None:
        record = record_id()
        blobs = [touch(self.store, self.keys, record)] if kind is not BundleKind.COMMISSIONING else []
        blobs = [] if kind is BundleKind.VOID else blobs
        self.rows.append(self.store.bundles.close(record, kind, None, blobs, sign))

    @precondition(lambda self: self.rows)
    @rule(data=st.data())
    def export(self, data: st.DataObject) -> None:
        row = data.draw(st.sampled_from(self.rows))
        self.store.bundles.mark_exported([row.name], "stick")

    @precondition(lambda self: self.rows)
    @rule(data=st.data(), accepts=st.booleans())
    def settle(self, data: st.DataObject, accepts: bool) -> None:
        row = data.draw(st.sampled_from(self.rows))
        self.receipts += 1
        name = hashlib.sha256(str(self.receipts).encode()).hexdigest()
        hashes = (row.manifest_hash,)
        rejected = () if accepts else (Rejection(row.manifest_hash, "bad-meta"),)
        self.store.receipts.settle(Verdicts(name, b"jws", hashes if accepts else (), rejected))
        if accepts:
            self.accepted.add(row.name)
        elif state_of(self.store, row) is not BundleState.PURGED:
            self.accepted.discard(row.name)

    @rule()
    def purge(self) -> None:
        purged = set(self.store.receipts.purge(0))
        assert purged <= self.accepted
        assert all(state_of(self.store, row) is BundleState.PURGED for row in self.rows if row.name in self.accepted)

    @rule()
    def inspect(self) -> None:
        assert self.store.inspect() == ()

    @invariant()
    def nothing_signed_is_gone_without_a_receipt(self) -> None:
        for row in self.rows:
            assert is_whole(self.store, row) or row.name in self.accepted

    @invariant()
    def numbers_have_no_gap(self) -> None:
        assert [row.seq for row in self.store.bundles.rows()] == list(range(1, len(self.rows) + 1))

    def teardown(self) -> None:
        self.store.close()


def run(make: Callable[[], Store], keys: Keys, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Custody, "make", staticmethod(make), raising=False)
    monkeypatch.setattr(Custody, "keys", keys, raising=False)
    run_state_machine_as_test(
        Custody,
        settings=settings(
            max_examples=25,
            stateful_step_count=20,
            deadline=None,
            database=None,
            report_multiple_bugs=False,
            phases=(Phase.generate,),
        ),
    )


def test_nothing_signed_is_deleted_without_a_receipt(tmp_path_factory, keys: Keys, monkeypatch) -> None:
    run(lambda: InMemoryStore(tmp_path_factory.mktemp("box"), BOX), keys, monkeypatch)


def test_a_build_that_takes_an_export_for_a_receipt_is_caught(tmp_path_factory, keys: Keys, monkeypatch) -> None:
    class Trusting(Receipts):
        """Purges what was exported, past the trigger and past `_destroy`."""

        def purge(self, grace_days: int) -> tuple[str, ...]:
            rows = self._bundles.rows(BundleState.EXPORTED)
            with self._db.write():
                self._db.execute("drop trigger if exists purged_only_with_a_receipt")
                self._db.execute("update bundles set state = 'purging' where state = 'exported'")
            for row in rows:
                directory = self._bundles.directory(row.name)
                self._disk.remove_files(directory, *(p.name for p in directory.iterdir()))
            return tuple(row.name for row in rows)

    monkeypatch.setattr("kiosk.store.records.Receipts", Trusting)
    with pytest.raises(AssertionError):
        run(lambda: InMemoryStore(tmp_path_factory.mktemp("box"), BOX), keys, monkeypatch)
